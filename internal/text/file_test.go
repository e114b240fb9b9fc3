package text

import (
	"fmt"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/lang"
	"entente.example/refusal"
)

const small = `{"title": {"en": "T"}, "languages": ["en", "zh-hans"], "paragraphs": [{"id": "p1", "kind": "preambular", "text": {"en": "Meeting,  ", "zh-hans": "开会，"}}]}`

func TestFromFile(t *testing.T) {
	d, err := FromFile([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if d.Languages[1] != "zh-Hans" || d.Drafting != "en" || d.Paragraphs[0].Text["en"] != "Meeting," || d.Paragraphs[0].Text["zh-Hans"] == "" {
		t.Errorf("%+v", d)
	}
	for want, change := range map[string][2]string{
		"text.bad_file": {`"title"`, `"titel"`}, "lang.bad_tag": {`"zh-hans"]`, `"zh_CN"]`}, "text.no_paragraphs": {`[{"id": "p1", "kind": "preambular", "text": {"en": "Meeting,  ", "zh-hans": "开会，"}}]`, `[]`},
		"text.bad_kind": {`preambular`, `other`}, "text.bad_paragraph_id": {`"p1"`, `"p 1"`}, "text.empty_wording": {`"Meeting,  "`, `" "`}, "text.bad_character": {`Meeting,  `, "Meet\u200bing"},
		"text.other_language": {`{"en": "Meeting,  "`, `{"fr": "x", "en": "Meeting"`}, "text.long_wording": {`Meeting,  `, strings.Repeat("x", MaxWording+1)},
		"text.no_languages": {`["en", "zh-hans"]`, `[]`}, "text.no_wording": {`{"en": "Meeting,  ", "zh-hans": "开会，"}`, `{}`},
	} {
		changed := strings.Replace(small, change[0], change[1], 1)
		if changed == small {
			t.Fatalf("%s is not in the sample", change[0])
		}
		if _, err := FromFile([]byte(changed)); refusal.As(err) == nil || refusal.As(err).Key != want {
			t.Errorf("%s: %v", want, err)
		}
	}
}

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

func FuzzFromFile(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte(`{"title": {}, "languages": ["en"], "paragraphs": [{}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := FromFile(b)
		if err != nil {
			return
		}
		for _, a := range d.Acts() {
			if _, err := entry.Canonical(a); err != nil {
				t.Fatalf("an accepted draft cannot be written down: %v", err)
			}
		}
	})
}
