package redline

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
)

// draft is a text of 300 paragraphs in five languages on which three parties have made 2,000 proposals and said where they stand.
type draft struct {
	c    *charter.State
	s    *text.State
	acts int64
}

var benchTags = []lang.Tag{"en", "zh-Hans", "ja", "fr", "ar"}

func words(i, n int) lang.Text {
	return lang.Text{
		"en":      fmt.Sprintf("Paragraph %d, wording %d: both sides reaffirm that they will maintain close dialogue and communication on the matters that concern them, and report each year.", i, n),
		"zh-Hans": fmt.Sprintf("第%d段，案文%d：双方重申就共同关心的事项保持密切对话和沟通，并每年报告。", i, n),
		"ja":      fmt.Sprintf("第%d段落、案文%d：双方は、関心事項について緊密な対話と意思疎通を維持し、毎年報告することを再確認する。", i, n),
		"fr":      fmt.Sprintf("Paragraphe %d, version %d : les deux parties réaffirment qu'elles maintiendront un dialogue étroit et feront rapport chaque année.", i, n),
		"ar":      fmt.Sprintf("الفقرة %d، الصيغة %d: يؤكد الجانبان من جديد أنهما سيحافظان على حوار وثيق ويقدمان تقريرا كل عام.", i, n),
	}
}

func (d *draft) do(party int, b entry.Body) string {
	p := d.c.Document().Parties[party]
	a := &charter.Act{Party: p.ID, Gen: 1, Lam: d.acts + 1, Past: charter.Past{d.acts, d.acts, d.acts}, Entry: entry.Entry{Type: b.EntryType(), Index: d.acts, At: time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(d.acts) * time.Minute), Actor: entry.Actor{Member: string(p.ID)}}}
	var err error
	if a.Entry.Body, err = entry.Canonical(b); err != nil {
		panic(err)
	}
	if err := d.s.Check(d.c, a); err != nil {
		panic(err)
	}
	d.s.Apply(d.c, a)
	d.acts++
	return a.ID()
}

func big() *draft {
	doc := &charter.Document{Languages: benchTags, Sides: []charter.Side{{ID: "east", Parties: []charter.PartyID{"cedar"}}, {ID: "west", Parties: []charter.PartyID{"birch", "willow"}}},
		Parties: []charter.Party{{ID: "cedar", Side: "east"}, {ID: "birch", Side: "west"}, {ID: "willow", Side: "west"}}}
	d := &draft{c: charter.NewAs("m", doc), s: &text.State{ID: "big"}}
	t := text.Draft{Table: text.Table{Title: words(0, 0), Languages: benchTags, Drafting: "en", Parts: 1}}
	for i := range 300 {
		t.Paragraphs = append(t.Paragraphs, text.Paragraph{ID: text.ParaID(fmt.Sprint(i + 1)), Kind: text.Operative, Text: words(i+1, 0)})
	}
	for _, b := range t.Acts() {
		d.do(0, b)
	}
	for n := range 2000 {
		id := text.ParaID(fmt.Sprint(n%300 + 1))
		if n%4 == 3 {
			d.do(n%3, text.Revise{Whole: true, Items: []text.Revision{{Paragraph: id, Label: fmt.Sprintf("%s alt %d", id, n), Text: words(n, n)}, {Paragraph: text.ParaID(fmt.Sprint((n+7)%300 + 1)), Label: fmt.Sprintf("omit %d", n), Omit: true}}})
			continue
		}
		d.do(n%3, text.Propose{Paragraph: id, Label: fmt.Sprintf("%s alt %d", id, n), Text: words(n, n)})
	}
	var items []text.Item
	for i, p := range d.s.Paragraphs {
		w := p.Wordings[0]
		if i%2 == 0 {
			w = p.Wordings[1]
		}
		items = append(items, text.Item{Paragraph: p.ID, Wording: w.ID})
	}
	for party := range 3 {
		d.do(party, text.Accept{Items: items})
		d.do(party, text.Confirm{Items: items})
	}
	return d
}

// BenchmarkBigDraft measures what every look at a text comes down to. docs/benchmarks.md has the figures.
func BenchmarkBigDraft(b *testing.B) {
	d := big()
	state, err := json.Marshal(d.s)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("read the state", func(b *testing.B) {
		for b.Loop() {
			if err := json.Unmarshal(state, new(text.State)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("state of the whole text", func(b *testing.B) {
		for b.Loop() {
			if st := d.s.Status(d.c, nil); len(st.Agreed)+len(st.AdRef)+len(st.Omitted) != 300 {
				b.Fatalf("%+v", st)
			}
		}
	})
	b.Run("compare in five languages", func(b *testing.B) {
		for b.Loop() {
			if k := Compare(d.s.Read(d.c, text.AsTabled()), d.s.Read(d.c, d.s.Now(d.c)), benchTags, Words); k.Changed == 0 {
				b.Fatal("nothing has changed")
			}
		}
	})
}
