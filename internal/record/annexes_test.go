package record

import (
	"testing"

	"entente.example/internal/text"
	"entente.example/lang"
)

// annexed tables a text of two paragraphs and two annexes.
func annexed(t *testing.T, rs []*replica) {
	t.Helper()
	b := text.Table{Title: both("Text"), Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Parts: 1, Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: both("one")}, {ID: "2", Kind: text.Operative, Text: both("two")},
		{ID: "I", Kind: text.Heading, Text: both("Visits")}, {ID: "I.1", Kind: text.Operative, Text: both("spring")}, {ID: "I.2", Kind: text.Operative, Text: both("autumn")},
		{ID: "II", Kind: text.Heading, Text: both("Addresses")}, {ID: "II.1", Kind: text.Operative, Text: both("east")}}}
	must(t, rs[0].write(rs[0].all(), theText, b))
	settle(rs)
}

// An annex is negotiated like all else: a new one is proposed with its paragraphs, an annex moves as a whole, a paragraph goes from the text into an annex; and what is frozen counts annexes, and paragraphs in each, anew.
// Nothing of it depends on whose replica folds it. SPEC annex-headings, annex-moves, annex-numbers.
func TestAnnexesAreNegotiatedAndCountedByThemselves(t *testing.T) {
	rs := newUniverse(t).found()
	annexed(t, rs)
	must(t, rs[0].revise(true, text.Revision{Text: both("Budget"), Place: &text.Place{After: "II.1"}, New: &text.NewParagraph{Kind: text.Heading}},
		text.Revision{Text: both("equal shares"), Place: &text.Place{After: "a.1"}, New: &text.NewParagraph{Kind: text.Operative}}))
	must(t, rs[1].revise(false, text.Revision{Paragraph: "II", Place: &text.Place{After: "1"}}))
	must(t, rs[2].revise(false, text.Revision{Paragraph: "2", Place: &text.Place{After: "I.1"}}))
	settle(rs)
	if s := rs[1].text(); s.Para("a.1").Label != "III" || s.Para("a.2").Label != "III.1" {
		t.Errorf("the new annex is called %s, and its paragraph %s", s.Para("a.1").Label, s.Para("a.2").Label)
	}
	takes(t, rs, "1", "2=2 bis", "I", "I.1", "I.2", "II=II bis", "II.1", "a.1", "a.2")
	want := "1=1:one I=II:Addresses I.1=II.1:east II=I:Visits II.1=I.1:spring II.2=2:two II.3=I.2:autumn III=a.1:Budget III.1=a.2:equal shares"
	freeze(t, rs)
	for _, r := range rs {
		if got := r.labels(); got != want {
			t.Errorf("replica %d froze\n%s, not\n%s", r.me, got, want)
		}
		c := r.fold.Charter()
		content := r.text().ContentOf(c, r.text().Frozen(c))
		for id, annex := range map[string]string{"1": "", "II": "", "II.1": "I", "2": "II", "a.2": "III"} {
			if got := content.AnnexOf(id); got != annex {
				t.Errorf("replica %d: %s stands in annex %q, not %q", r.me, id, got, annex)
			}
		}
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	if o := rs[0].outcome(); o != "adopted" {
		t.Errorf("it is %s", o)
	}
}

// An annex is left out with everything in it, or nothing of it is; one that is united with another leaves its paragraphs there.
func TestAnAnnexIsLeftOutWhole(t *testing.T) {
	rs := newUniverse(t).found()
	annexed(t, rs)
	must(t, rs[0].revise(false, text.Revision{Paragraph: "I", Omit: true}))
	must(t, rs[1].revise(false, text.Revision{Paragraph: "II", Omit: true, Into: "I"}))
	settle(rs)
	takes(t, rs, "1", "2", "I=I bis", "I.1=I.1 bis", "I.2", "II", "II.1")
	if st := rs[1].text().Status(rs[1].fold.Charter(), nil); st.FreezeAllowed {
		t.Fatalf("half of the annex is left out: %+v", st)
	}
	takes(t, rs, "I.2=I.2 bis")
	freeze(t, rs)
	if got, want := rs[2].labels(), "1=1:one 2=2:two I=II:Addresses I.1=II.1:east"; got != want {
		t.Errorf("frozen\n%s, not\n%s", got, want)
	}
}

// A text without annexes is counted as before, whatever its labels look like: a "I.2" that is no annex's stays, also when somebody who does not know of the freeze proposes an annex I.
func TestLabelsThatLookLikeAnAnnexStay(t *testing.T) {
	rs := newUniverse(t).found()
	b := text.Table{Title: both("Text"), Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Parts: 1, Paragraphs: []text.Paragraph{{ID: "I.1", Kind: text.Operative, Text: both("one")}, {ID: "I.2", Kind: text.Operative, Text: both("two")}, {ID: "I.3", Kind: text.Operative, Text: both("three")}}}
	must(t, rs[0].write(rs[0].all(), theText, b))
	settle(rs)
	must(t, rs[0].revise(false, text.Revision{Paragraph: "I.1", Omit: true}))
	settle(rs)
	takes(t, rs, "I.1=I.1 bis", "I.2", "I.3")
	body, err := rs[0].text().FreezeBody(rs[0].fold.Charter())
	must(t, err)
	must(t, rs[0].write(rs[0].all(), theText, body))
	must(t, rs[1].revise(false, text.Revision{Text: both("Visits"), Place: &text.Place{After: "I.3"}, New: &text.NewParagraph{Kind: text.Heading}})) // knows nothing of the freeze
	settle(rs)
	if got, want := rs[1].labels(), "I.1=I.2:two I.2=I.3:three"; got != want {
		t.Errorf("frozen\n%s, not\n%s", got, want)
	}
}

// A heading has a Roman numeral and never stands before everything else. SPEC annex-labels.
func TestAHeadingIsRefusedWithWhatIsWrong(t *testing.T) {
	rs := newUniverse(t).found()
	heading := text.Paragraph{ID: "A", Kind: text.Heading, Text: both("Visits")}
	for want, list := range map[string][]text.Paragraph{"text.heading_first": {{ID: "I", Kind: text.Heading, Text: both("Visits")}}, "text.heading_label": {{ID: "1", Kind: text.Operative, Text: both("one")}, heading}} {
		if err := rs[0].write(rs[0].all(), theText, text.Table{Title: both("Text"), Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Parts: 1, Paragraphs: list}); key(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	annexed(t, rs)
	for want, r := range map[string]text.Revision{"text.heading_first": {Paragraph: "I", Label: "I bis", Text: both("x"), Place: &text.Place{}}, "text.heading_label": {Paragraph: "a.1", Label: "2 bis", Text: both("x"), Place: &text.Place{After: "2"}, New: &text.NewParagraph{Kind: text.Heading}}} {
		if err := rs[0].write(rs[0].all(), theText, text.Revise{Items: []text.Revision{r}}); key(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
}
