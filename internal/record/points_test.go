package record

import (
	"testing"

	"entente.example/internal/text"
	"entente.example/lang"
)

// pointed tables a text whose second paragraph has sub-paragraphs of two depths.
func pointed(t *testing.T, rs []*replica) {
	t.Helper()
	b := text.Table{Title: both("Text"), Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Parts: 1, Paragraphs: []text.Paragraph{
		{ID: "1", Kind: text.Operative, Text: both("one")},
		{ID: "2", Kind: text.Operative, Text: both("will:")}, {ID: "2-a", Kind: text.Point, Label: "2 (a)", Text: both("meet")},
		{ID: "2-b", Kind: text.Point, Label: "2 (b)", Text: both("exchange:")}, {ID: "2-b-i", Kind: text.Subpoint, Label: "2 (b) (i)", Text: both("lists")}, {ID: "2-b-ii", Kind: text.Subpoint, Label: "2 (b) (ii)", Text: both("maps")},
		{ID: "3", Kind: text.Operative, Text: both("three")}}}
	must(t, rs[0].write(rs[0].all(), theText, b))
	settle(rs)
}

// Sub-paragraphs are negotiated by themselves and go where their paragraph goes; what is put behind a paragraph comes behind its sub-paragraphs; and what is frozen counts them anew. Nothing of it depends on whose replica folds it.
// SPEC point-belongs, point-numbers.
func TestSubparagraphsGoWithTheirParagraph(t *testing.T) {
	rs := newUniverse(t).found()
	pointed(t, rs)
	must(t, rs[0].revise(false, text.Revision{Text: both("visit"), Place: &text.Place{After: "2-a"}, New: &text.NewParagraph{Kind: text.Point}}))
	must(t, rs[1].revise(false, text.Revision{Text: both("new"), Place: &text.Place{After: "2"}, New: &text.NewParagraph{Kind: text.Operative}}))
	must(t, rs[2].revise(false, text.Revision{Paragraph: "2", Place: &text.Place{After: ""}}))
	settle(rs)
	if s := rs[1].text(); s.Para("a.1").Label != "2 (a) bis" || s.Para("b.1").Label != "2 bis" {
		t.Errorf("the new ones are called %s and %s", s.Para("a.1").Label, s.Para("b.1").Label)
	}
	takes(t, rs, "1", "2=2 bis", "2-a", "a.1", "2-b", "2-b-i", "2-b-ii", "b.1", "3")
	freeze(t, rs)
	for _, r := range rs {
		if got, want := r.labels(), "1=2:will: 1 (a)=2-a:meet 1 (b)=a.1:visit 1 (c)=2-b:exchange: 1 (c) (i)=2-b-i:lists 1 (c) (ii)=2-b-ii:maps 2=1:one 3=b.1:new 4=3:three"; got != want {
			t.Errorf("replica %d froze\n%s, not\n%s", r.me, got, want)
		}
	}
	if under := rs[0].text().Below(rs[0].fold.Charter()); len(under["2"]) != 5 || len(under["2-b"]) != 2 || len(under["1"]) != 0 {
		t.Errorf("%v", under)
	}
}

// A paragraph is left out with its sub-paragraphs; where somebody leaves out the paragraph alone, the text is not frozen before they have gone, too. SPEC point-lone.
func TestAParagraphIsLeftOutWithItsSubparagraphs(t *testing.T) {
	rs := newUniverse(t).found()
	pointed(t, rs)
	must(t, rs[0].revise(false, text.Revision{Paragraph: "2", Omit: true}))
	if w := rs[0].text().Para("2-b-ii").Wordings; len(w) != 2 || !w[1].Omit {
		t.Fatalf("what stands below stays: %+v", w)
	}
	alone := text.Revise{Items: []text.Revision{{Paragraph: "2-b", Label: "2 (b) alone", Omit: true}}}
	must(t, rs[1].write(rs[1].all(), theText, alone))
	settle(rs)
	takes(t, rs, "1", "2", "2-a", "2-b=2 (b) alone", "2-b-i", "2-b-ii", "3")
	if err := rs[2].text().FreezeMissing(rs[2].fold.Charter()); key(err) != "text.freeze_point" {
		t.Fatalf("the text could be frozen: %v", err)
	}
	takes(t, rs, "2=2 bis", "2-a=2 (a) bis", "2-b=2 (b) bis", "2-b-i=2 (b) (i) bis", "2-b-ii=2 (b) (ii) bis")
	freeze(t, rs)
	if got, want := rs[2].labels(), "1=1:one 2=3:three"; got != want {
		t.Errorf("frozen\n%s, not\n%s", got, want)
	}
}

// A sub-paragraph has a number that begins with that of its paragraph, and stands behind that or another of its sub-paragraphs. SPEC point-labels, point-below.
func TestASubparagraphBelongsToAParagraph(t *testing.T) {
	rs := newUniverse(t).found()
	draft := func(ps ...text.Paragraph) string {
		for i := range ps {
			ps[i].Text = both("words")
		}
		return key(rs[0].write(rs[0].all(), theText, text.Table{Title: both("Text"), Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Parts: 1, Paragraphs: ps}))
	}
	first := text.Paragraph{ID: "1", Kind: text.Operative}
	for name, c := range map[string]struct{ got, want string }{
		"first of all":        {draft(text.Paragraph{ID: "a", Label: "1 (a)", Kind: text.Point}), "text.point_alone"},
		"two deep at once":    {draft(first, text.Paragraph{ID: "a", Label: "1 (a) (i)", Kind: text.Subpoint}), "text.point_alone"},
		"below a title":       {draft(first, text.Paragraph{ID: "I", Kind: text.Heading}, text.Paragraph{ID: "a", Label: "I (a)", Kind: text.Point}), "text.point_alone"},
		"of another":          {draft(first, text.Paragraph{ID: "a", Label: "2 (a)", Kind: text.Point}), "text.point_label"},
		"with a number":       {draft(first, text.Paragraph{ID: "a", Label: "1.1", Kind: text.Point}), "text.point_label"},
		"with no such letter": {draft(first, text.Paragraph{ID: "a", Label: "1 (ab)", Kind: text.Point}), "text.point_label"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, not %s", name, c.got, c.want)
		}
	}
	pointed(t, rs)
	put := func(after text.ParaID, kind, label string) string {
		b := text.Revise{Items: []text.Revision{{Paragraph: "a.9", Label: label, Text: both("x"), Place: &text.Place{After: after}, New: &text.NewParagraph{Kind: kind}}}}
		return key(rs[0].write(rs[0].all(), theText, b))
	}
	for name, c := range map[string]struct{ got, want string }{
		"first":      {put("", text.Point, "1 (a)"), "text.point_alone"},
		"too deep":   {put("3", text.Subpoint, "3 (a) (i)"), "text.point_alone"},
		"misnamed":   {put("3", text.Point, "3"), "text.point_label"},
		"one deeper": {put("3", text.Point, "3 (a)"), ""},
	} {
		if c.got != c.want {
			t.Errorf("put %s: %s, not %s", name, c.got, c.want)
		}
	}
	if got := key(rs[0].write(rs[0].all(), theText, text.Revise{Items: []text.Revision{{Paragraph: "2-a", Label: "2 (a) ter", Text: both("x"), Place: &text.Place{}}}})); got != "text.point_alone" {
		t.Errorf("moved to the beginning: %s", got)
	}
}
