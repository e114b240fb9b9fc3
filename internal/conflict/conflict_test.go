package conflict

import (
	"slices"
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/subject/subjecttest"
	"entente.example/internal/text"
	"entente.example/lang"
)

const tabled = "Both sides will answer written questions within sixty days, and report each year."

func table(t *testing.T) *subjecttest.Play {
	t.Helper()
	p := subjecttest.New(t, "text/t-1", func() subjecttest.State { return &text.State{ID: "t-1"} })
	draft := text.Draft{Table: text.Table{Title: lang.Text{"en": "Statement"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1}}
	for _, id := range []text.ParaID{"1", "2", "3"} {
		draft.Paragraphs = append(draft.Paragraphs, text.Paragraph{ID: id, Kind: text.Operative, Text: lang.Text{"en": tabled}})
	}
	for _, b := range draft.Acts() {
		p.Does("cedar", b)
	}
	return p
}

func propose(p *subjecttest.Play, party charter.PartyID, label, was, is string) text.WordingID {
	return text.WordingID(p.Does(party, text.Propose{Paragraph: text.ParaID(label[:1]), Label: label, Text: lang.Text{"en": strings.Replace(tabled, was, is, 1)}}))
}

func revise(p *subjecttest.Play, party charter.PartyID, items ...text.Revision) text.WordingID {
	return text.WordingID(p.Does(party, text.Revise{Items: items}))
}

// agree has every party accept a wording of a paragraph.
func agree(p *subjecttest.Play, id text.ParaID, w text.WordingID) {
	for _, party := range []charter.PartyID{"cedar", "birch", "willow"} {
		p.Does(party, text.Accept{Items: []text.Item{{Paragraph: id, Wording: w}}})
	}
}

// said is everything that is to be known of the text's proposals, by label.
func said(p *subjecttest.Play) map[string]string {
	s := p.State().(*text.State)
	out := map[string]string{}
	for _, m := range Of(p.Charter, s) {
		var marks []string
		for _, k := range m.Marks {
			marks = append(marks, strings.TrimSpace(k.Kind+" "+strings.Join(k.Labels, ",")))
		}
		slices.Sort(marks)
		out[m.Label] = strings.Join(marks, "; ")
	}
	return out
}

func expect(t *testing.T, p *subjecttest.Play, want map[string]string) {
	t.Helper()
	got := said(p)
	for label, w := range want {
		if got[label] != w {
			t.Errorf("%s: %q, not %q", label, got[label], w)
		}
		delete(got, label)
	}
	if len(got) > 0 {
		t.Errorf("of these there is nothing to say: %v", got)
	}
}

// Two proposals over the same words exclude each other, and both say so; two that change different words of a paragraph can be taken together, whoever reads a word as a string of letters or not.
func TestProposalsOverTheSameWords(t *testing.T) {
	p := table(t)
	propose(p, "birch", "1 bis", "sixty", "thirty")
	propose(p, "willow", "1 ter", "sixty", "ninety")
	propose(p, "cedar", "1 quater", "each year", "every year")
	propose(p, "birch", "2 bis", "written", "writing")
	propose(p, "willow", "2 ter", "written", "oral")
	propose(p, "birch", "3 bis", "sixty days", "sixty working days")
	propose(p, "willow", "3 ter", "answer", "reply to")
	expect(t, p, map[string]string{"1 bis": "same_words 1 ter", "1 ter": "same_words 1 bis", "2 bis": "same_words 2 ter", "2 ter": "same_words 2 bis"})
	p.Does("birch", text.Refuse{Reason: "no basis"})
	expect(t, p, nil) // nothing is on the table any more
}

// One that is made from another is no conflict with it. Once the other is withdrawn it has lost its ground; when the other gets a new version, it says that it was made from an older one.
func TestWhatIsMadeFromAnotherProposal(t *testing.T) {
	p := table(t)
	first := propose(p, "birch", "1 bis", "sixty", "thirty")
	revise(p, "willow", text.Revision{Paragraph: "1", Label: "1 ter", Text: lang.Text{"en": strings.Replace(tabled, "sixty", "thirty working", 1)}, Of: first})
	expect(t, p, nil)
	p.Does("birch", text.Translate{Language: "en", Items: []text.Translation{{Paragraph: "1", Wording: first, Text: strings.Replace(tabled, "sixty", "forty", 1)}}})
	expect(t, p, map[string]string{"1 ter": "base_newer 1 bis"})
	p.Does("birch", text.Drop{Paragraph: "1", Wording: first})
	expect(t, p, map[string]string{"1 ter": "base_newer 1 bis; base_withdrawn 1 bis"})
}

// A paragraph that is left out, moved or divided by agreement leaves what was proposed for it without ground, and that is said; before it is agreed it is a conflict, of both.
func TestParagraphsThatGo(t *testing.T) {
	p := table(t)
	propose(p, "birch", "1 bis", "sixty", "thirty")
	out := revise(p, "willow", text.Revision{Paragraph: "1", Label: "1 out", Omit: true, Into: "2"})
	behind := revise(p, "cedar", text.Revision{Paragraph: "2", Label: "2 moved", Text: lang.Text{"en": tabled}, Place: &text.Place{After: "3"}})
	revise(p, "birch", text.Revision{Paragraph: "2", Label: "2 first", Text: lang.Text{"en": tabled}, Place: &text.Place{After: ""}})
	revise(p, "birch", text.Revision{Paragraph: "3", Label: "3 behind", Text: lang.Text{"en": tabled}, Place: &text.Place{After: "1"}})
	expect(t, p, map[string]string{"1 bis": "omission 1 out", "1 out": "omission 1 bis", "2 moved": "other_place 2 first", "2 first": "other_place 2 moved"})
	agree(p, "1", out)
	agree(p, "2", behind)
	expect(t, p, map[string]string{"1 bis": "left_out 2", "2 first": "moved", "3 behind": "no_place 1"})
}

func TestADividedParagraph(t *testing.T) {
	p := table(t)
	propose(p, "birch", "1 bis", "sixty", "thirty")
	split := revise(p, "willow", text.Revision{Paragraph: "1", Label: "1 first", Text: lang.Text{"en": "Both sides will answer written questions within sixty days."}},
		text.Revision{Paragraph: "willow.b", Label: "1 second", Text: lang.Text{"en": "Both sides will report each year."}, Place: &text.Place{After: "1"}, New: &text.NewParagraph{Kind: text.Operative, From: []text.ParaID{"1"}}})
	expect(t, p, nil)
	agree(p, "willow.b", split)
	expect(t, p, map[string]string{"1 bis": "split 1 second"})
}

// overlap reports whether two wordings change the same words of a third.
func overlap(was, one, other string) bool {
	l := Table{t: &text.State{Tabled: &text.Tabled{Drafting: "en"}}, changes: map[version][]span{}}
	w := func(s string) *text.Wording {
		return &text.Wording{Versions: []text.Version{{Lang: "en", Text: s}}}
	}
	l.c = charter.NewAs("m", &charter.Document{})
	return l.sameWords(w(was), w(one), w(other))
}

func TestSpans(t *testing.T) {
	for _, c := range []struct {
		was, one, other string
		want            bool
	}{
		{"within sixty days", "within thirty days", "within sixteen days", true},
		{"within sixty days", "within thirty days", "within sixty working days", false},
		{"六十天内答复", "三十天内答复", "九十天内答复", true},
		{"六十天内答复", "六十天内书面答复", "三十天内答复", false},
		{"a b", "a x b", "a y b", true},
		{"", "a", "b", true},
		{"a b c d", "a c d", "a b c x", false},
		{"a b c d", "a d", "a b x c d", true},
	} {
		if got := overlap(c.was, c.one, c.other); got != c.want || overlap(c.was, c.other, c.one) != got {
			t.Errorf("%q: %q and %q overlap: %v", c.was, c.one, c.other, got)
		}
	}
}
