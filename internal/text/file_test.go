package text

import (
	"fmt"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/lang"
)

// A draft of any size is divided into acts that each fit into an entry, and nothing is lost.
func TestActsFitIntoEntries(t *testing.T) {
	d := Draft{Table{Title: lang.Text{"en": "T"}, Languages: []lang.Tag{"en", "ja", "zh-Hans", "fr", "ar"}, Drafting: "en", Parts: 1}}
	for i := range 300 {
		p := Paragraph{ID: ParaID(fmt.Sprint(i)), Kind: Operative, Text: lang.Text{}}
		for _, l := range d.Languages {
			p.Text[l] = strings.Repeat("措辞\n", 60+i%7)
		}
		d.Paragraphs = append(d.Paragraphs, p)
	}
	d.Paragraphs[7].Text["en"] = strings.Repeat("x", MaxWording)
	d.Paragraphs[7].Text["ja"] = strings.Repeat("文", MaxWording/3)
	have := map[ParaID]lang.Text{}
	acts := d.Acts()
	for i, a := range acts {
		b, err := entry.Canonical(a)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > entry.MaxBytes-1200 {
			t.Errorf("act %d has %d bytes; an envelope of 1,200 does not fit beside it", i, len(b))
		}
		var ps []Paragraph
		switch a := a.(type) {
		case Table:
			ps = a.Paragraphs
			if a.Parts != len(acts) {
				t.Errorf("%d parts are announced, %d made", a.Parts, len(acts))
			}
		case Continue:
			ps = a.Paragraphs
		}
		for _, p := range ps {
			if have[p.ID] == nil {
				have[p.ID] = lang.Text{}
			}
			for l, s := range p.Text {
				have[p.ID][l] = s
			}
		}
	}
	for _, p := range d.Paragraphs {
		for l, s := range p.Text {
			if have[p.ID][l] != s {
				t.Fatalf("paragraph %s in %s is lost", p.ID, l)
			}
		}
	}
}
