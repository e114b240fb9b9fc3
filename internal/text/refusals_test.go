package text

import (
	"slices"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
	"entente.example/refusal"
)

// Whatever cannot be meant is refused with a reason of its own, and changes nothing: of drafts, of what is proposed, and of what is said about a wording.
func TestWhatATextRefuses(t *testing.T) {
	en := func(s string) lang.Text { return lang.Text{"en": s} }
	para := func(id, kind string) Paragraph {
		return Paragraph{ID: ParaID(id), Kind: kind, Text: en("Decide to meet;")}
	}
	table := func(change func(*Table)) Table {
		b := Table{Title: en("Statement"), Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Parts: 1, Paragraphs: []Paragraph{para("1", Operative), para("2", Operative)}}
		change(&b)
		return b
	}
	p := subjecttest.New(t, "text/x", func() subjecttest.State { return &State{ID: "x"} })
	for _, x := range []struct {
		key    string
		change func(*Table)
	}{
		{"text.bad_table", func(b *Table) { b.Parts = 0 }}, {"text.bad_table", func(b *Table) { b.Languages = nil }}, {"text.bad_table", func(b *Table) { b.Drafting = "zh" }}, {"text.bad_table", func(b *Table) { b.Paragraphs = nil }},
		{"text.heading_first", func(b *Table) { b.Paragraphs[0].Kind = Heading }}, {"text.bad_paragraph_id", func(b *Table) { b.Paragraphs[1].ID = "a b" }},
		{"text.paragraph_twice", func(b *Table) { b.Paragraphs[1].ID = "1" }}, {"text.bad_kind", func(b *Table) { b.Paragraphs[1].Kind = "poem" }},
	} {
		p.Refuses(x.key, "cedar", table(x.change))
	}
	p.Does("cedar", table(func(*Table) {}))
	p.Refuses("text.exists", "birch", table(func(*Table) {}))

	w := WordingID("cedar-0")
	revise := func(r ...Revision) Revise { return Revise{Items: r} }
	said := en("Agree to meet;")
	none := []string{""}
	for _, x := range []struct {
		key  string
		body entry.Body
	}{
		{"text.no_paragraphs", revise()},
		{"text.paragraph_twice", revise(Revision{Paragraph: "1", Label: "a", Text: said}, Revision{Paragraph: "1", Label: "b", Text: said})},
		{"text.unknown_paragraph", revise(Revision{Paragraph: "9", Label: "a", Text: said})},
		{"text.bad_label", revise(Revision{Paragraph: "1", Text: said})},
		{"text.bad_label", revise(Revision{Paragraph: "1", Label: strings.Repeat("a", MaxLabel+1), Text: said})},
		{"text.bad_place", revise(Revision{Paragraph: "1", Label: "a", Text: said, Place: &Place{After: "1"}})},
		{"text.bad_place", revise(Revision{Paragraph: "1", Label: "a", Text: said, Place: &Place{After: "9"}})},
		{"text.heading_first", revise(Revision{Paragraph: "birch.a", Label: "A", Text: said, Place: &Place{}, New: &NewParagraph{Kind: Heading}})},
		{"text.bad_omission", revise(Revision{Paragraph: "1", Label: "a", Text: said, Omit: true})},
		{"text.unknown_paragraph", revise(Revision{Paragraph: "1", Label: "a", Omit: true, Into: "9"})},
		{"text.cites_of_new", revise(Revision{Paragraph: "birch.a", Label: "a", Text: said, Place: &Place{After: "2"}, New: &NewParagraph{Kind: Operative}, Cites: &none})},
		{"text.empty_cite", revise(Revision{Paragraph: "1", Label: "a", Text: said, Cites: &none})},
		{"text.label_taken", revise(Revision{Paragraph: "1", Label: "1", Text: said})},
		{"text.unknown_wording", revise(Revision{Paragraph: "1", Label: "a", Text: said, Of: "cedar-9"})},
		{"text.new_id", revise(Revision{Paragraph: "cedar.a", Label: "a", Text: said, Place: &Place{After: "2"}, New: &NewParagraph{Kind: Operative}})},
		{"text.bad_kind", revise(Revision{Paragraph: "birch.a", Label: "a", Text: said, Place: &Place{After: "2"}, New: &NewParagraph{Kind: "poem"}})},
		{"text.bad_place", revise(Revision{Paragraph: "birch.a", Label: "a", Text: said, New: &NewParagraph{Kind: Operative}})},
		{"text.unknown_paragraph", revise(Revision{Paragraph: "birch.a", Label: "a", Text: said, Place: &Place{After: "2"}, New: &NewParagraph{Kind: Operative, From: []ParaID{"9"}}})},
		{"text.bad_bracket", Bracket{Paragraph: "1", Wording: w, Where: "verb", Options: []BracketOption{{Text: said}}}},
		{"text.unknown_party", Bracket{Paragraph: "1", Wording: w, Where: "verb", Options: []BracketOption{{Text: said}, {Text: en("Decide"), By: []string{"elm"}}}}},
		{"text.unknown_wording", Bracket{Paragraph: "1", Wording: "cedar-9", Where: "verb"}},
		{"text.nothing_to_reopen", Reopen{Paragraph: "1", Reason: "one word"}},
		{"text.unknown_paragraph", Reserve{Paragraph: "9", Kind: "substance"}},
		{"text.reservation_kind", Reserve{Paragraph: "1", Kind: "mental"}},
		{"text.unknown_reservation", Lift{Reservation: "r-9"}},
		{"text.small_package", Link{Paragraphs: []ParaID{"1"}}},
		{"text.unknown_paragraph", Link{Paragraphs: []ParaID{"1", "9"}}},
		{"text.paragraph_twice", Link{Paragraphs: []ParaID{"1", "1"}}},
		{"text.unknown_package", Unlink{Package: "cedar-9"}},
		{"text.not_authentic", Translate{Language: "zh", Items: []Translation{{"1", w, "决定会晤；"}}}},
		{"text.no_paragraphs", Translate{Language: "ja"}},
		{"text.unknown_wording", Translate{Language: "ja", Items: []Translation{{"1", "cedar-9", "会合する。"}}}},
		{"text.no_version", Concord{Language: "ja", Items: []Item{{"1", w}}}},
		{"text.no_version", Flag{Paragraph: "1", Wording: w, Language: "ja", Note: "weaker"}},
		{"text.reason_needed", Flag{Paragraph: "1", Wording: w, Language: "en", Note: " "}},
		{"text.unknown_flag", Resolve{Flag: "cedar-9"}},
		{"text.not_your_wording", Drop{Paragraph: "1", Wording: w}},
	} {
		p.Refuses(x.key, "birch", x.body)
	}
	if s := p.State().(*State); len(s.Para("1").Wordings) != 1 || len(s.Paragraphs) != 2 {
		t.Errorf("what was refused changed the text: %+v", s.Paragraphs)
	}

	// what can be said once is not said twice, and what one party said no other takes back
	p.Does("birch", Reserve{Paragraph: "1", Kind: "scrutiny", Label: "s-1"})
	p.Refuses("text.label_taken", "cedar", Reserve{Paragraph: "2", Kind: "scrutiny", Label: "s-1"})
	p.Refuses("text.not_your_reservation", "cedar", Lift{Reservation: "s-1"})
	p.Does("birch", Lift{Reservation: "s-1"})
	p.Refuses("text.lifted_already", "birch", Lift{Reservation: "s-1"})
	linked := p.Does("birch", Link{Paragraphs: []ParaID{"1", "2"}})
	p.Refuses("text.not_your_package", "cedar", Unlink{Package: linked})
	flagged := p.Does("birch", Flag{Paragraph: "1", Wording: w, Language: "en", Note: "weaker"})
	p.Does("cedar", Resolve{Flag: flagged, Text: "Decide, indeed, to meet;"})
	p.Refuses("text.resolved_already", "cedar", Resolve{Flag: flagged})
	p.Does("birch", Accept{Items: []Item{{"1", w}}})
	p.Refuses("text.reason_needed", "birch", Reopen{Paragraph: "1", Reason: " "})
}

// A draft in a file is refused before it leaves, with what is wrong with it.
func TestWhatADraftRefuses(t *testing.T) {
	good := func() Draft {
		var d Draft
		d.Title, d.Languages, d.Paragraphs = lang.Text{"en": "Statement"}, []lang.Tag{"en"}, []Paragraph{{ID: "1", Kind: Operative, Text: lang.Text{"en": "Decide to meet;"}}}
		return d
	}
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		key    string
		change func(*Draft)
	}{
		{"text.no_languages", func(d *Draft) { d.Languages = nil }}, {"text.no_paragraphs", func(d *Draft) { d.Paragraphs = nil }}, {"text.bad_symbol", func(d *Draft) { d.Symbol = "GROVE 1" }},
		{"text.heading_first", func(d *Draft) { d.Paragraphs[0].Kind = Heading }}, {"text.prevail_language", func(d *Draft) { d.Prevails = "ja" }},
		{"text.paragraph_twice", func(d *Draft) { d.Paragraphs = append(d.Paragraphs, d.Paragraphs[0]) }},
	} {
		d := good()
		d.Paragraphs = slices.Clone(d.Paragraphs)
		x.change(&d)
		if err := d.Check(); err == nil || refusal.As(err).Key != x.key {
			t.Errorf("%v, want %s", err, x.key)
		}
	}
}
