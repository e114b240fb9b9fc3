package record

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/text"
	"entente.example/lang"
)

func both(s string) lang.Text { return lang.Text{"en": s, "ja": "文：" + s} }

// revise completes a revision as a node does, and writes it.
func (r *replica) revise(whole bool, items ...text.Revision) error {
	b := r.text().Complete(r.fold.Charter(), r.doc.Parties[r.me].ID, text.Revise{Items: items, Whole: whole}, new(text.Taken))
	return r.write(r.all(), theText, b)
}

// takes has every replica agree ad referendum to wordings, and confirm them.
func takes(t *testing.T, rs []*replica, refs ...string) {
	t.Helper()
	for range 2 {
		for _, r := range rs {
			items, err := r.text().Wordings(refs)
			must(t, err)
			if err := r.write(r.all(), theText, text.Confirm{Items: items}); key(err) == "text.not_accepted" {
				err = r.write(r.all(), theText, text.Accept{Items: items})
				must(t, err)
			} else {
				must(t, err)
			}
		}
		settle(rs)
	}
}

func (r *replica) labels() string {
	var out []string
	c := r.fold.Charter()
	for _, p := range r.text().ContentOf(c, r.text().Frozen(c)).Paragraphs {
		out = append(out, fmt.Sprintf("%s=%s:%s", p.Label, p.ID, p.Text["en"]))
	}
	return strings.Join(out, " ")
}

// A new paragraph, one left out, one moved, one split and two merged are wordings like any other: agreed by every party or by none, and what is frozen is in the order that was agreed, with no number missing or twice. SPEC revise-wording, revise-numbers.
func TestWhatIsFrozenHasTheParagraphsThatWereAgreed(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 6)
	must(t, rs[0].revise(false, text.Revision{Text: both("new"), Place: &text.Place{After: "1"}, New: &text.NewParagraph{Kind: text.Operative}}))
	must(t, rs[1].revise(false, text.Revision{Text: both("other"), Place: &text.Place{After: "1"}, New: &text.NewParagraph{Kind: text.Operative}}))
	must(t, rs[2].revise(false, text.Revision{Paragraph: "2", Omit: true}))
	settle(rs)
	must(t, rs[0].revise(false, text.Revision{Paragraph: "6", Place: &text.Place{}}))
	must(t, rs[1].revise(true, text.Revision{Paragraph: "3", Text: both("first half")}, text.Revision{Text: both("second half"), Place: &text.Place{After: "3"}, New: &text.NewParagraph{Kind: text.Operative, From: []text.ParaID{"3"}}}))
	must(t, rs[2].revise(true, text.Revision{Paragraph: "4", Text: both("four and five")}, text.Revision{Paragraph: "5", Omit: true, Into: "4"}))
	settle(rs)
	if st := rs[0].text().Status(rs[0].fold.Charter(), nil); len(st.Bracketed) != 5 || len(st.Omitted) != 0 {
		t.Fatalf("proposals alone make %+v", st)
	}
	must(t, rs[1].write(rs[1].all(), theText, text.Drop{Paragraph: "b.1", Wording: rs[1].text().Para("b.1").Wordings[0].ID})) // withdrawn: it stands in nobody's way
	settle(rs)
	takes(t, rs, "1", "a.1", "2=2 bis", "3=3 bis", "b.2", "4=4 bis", "5=5 bis", "6=6 bis")
	st := rs[0].text().Status(rs[0].fold.Charter(), nil)
	if !st.FreezeAllowed || !slices.Equal(st.Omitted, []string{"2", "5"}) || !slices.Equal(st.Withdrawn, []string{"b.1"}) || len(st.Agreed) != 6 {
		t.Fatalf("%+v", st)
	}
	freeze(t, rs)
	first := rs[0].text().Para("1").Wordings[0].Versions[0].Text
	six := rs[0].text().Para("6").Wordings[0].Versions[0].Text
	want := fmt.Sprintf("1=6:%s 2=1:%s 3=a.1:new 4=3:first half 5=b.2:second half 6=4:four and five", six, first)
	for _, r := range rs {
		if got := r.labels(); got != want {
			t.Errorf("replica %d froze\n%s, not\n%s", r.me, got, want)
		}
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	if o := rs[0].outcome(); o != "adopted" {
		t.Errorf("it is %s", o)
	}
}

// What is proposed whole is not agreed in part: the half of a merger that was taken holds the text up until the other half is taken too. SPEC revise-whole.
func TestAProposalThatIsWholeIsNotTakenInPart(t *testing.T) {
	rs := newUniverse(t).found()
	table(t, rs, 2)
	must(t, rs[0].revise(true, text.Revision{Paragraph: "1", Text: both("both")}, text.Revision{Paragraph: "2", Omit: true, Into: "1"}))
	settle(rs)
	takes(t, rs, "1=1 bis", "2")
	st := rs[1].text().Status(rs[1].fold.Charter(), nil)
	if st.FreezeAllowed || !slices.Equal(st.AdRef, []string{"1"}) || !slices.Equal(st.Agreed, []string{"2"}) {
		t.Fatalf("half of it is taken: %+v", st)
	}
	takes(t, rs, "2=2 bis")
	if st := rs[1].text().Status(rs[1].fold.Charter(), nil); !st.FreezeAllowed || !slices.Equal(st.Omitted, []string{"2"}) {
		t.Fatalf("all of it is taken: %+v", st)
	}
}

// What a paragraph rests on changes as its wording does, by every party's word, and what is frozen has it. Who proposes other words and says nothing of it keeps it. SPEC revise-cites.
func TestWhatAParagraphRestsOnIsAgreed(t *testing.T) {
	rs := newUniverse(t).found()
	table(t, rs, 3)
	c := rs[1].fold.Charter()
	rests := func(id text.ParaID) []string { return rs[1].text().Para(id).Rests(c) }
	must(t, rs[0].revise(false, text.Revision{Paragraph: "1", Cites: &[]string{"fd-1972/2", "fd-1998"}}, text.Revision{Paragraph: "2", Cites: &[]string{"fd-1972"}, Place: &text.Place{After: "3"}}))
	settle(rs)
	w := rs[1].text().Para("1").Wordings
	if said, _ := w[1].Text(c, "en"); len(rests("1")) != 0 || said != w[0].Versions[0].Text {
		t.Fatalf("a proposal alone has it rest on %v and say %q", rests("1"), said)
	}
	takes(t, rs, "1=1 bis", "2=2 bis", "3")
	if !slices.Equal(rests("1"), []string{"fd-1972/2", "fd-1998"}) || !slices.Equal(rests("2"), []string{"fd-1972"}) {
		t.Fatalf("they rest on %v and %v", rests("1"), rests("2"))
	}
	must(t, rs[2].write(rs[2].all(), theText, text.Propose{Paragraph: "1", Label: "1 ter", Text: both("other words")}))
	must(t, rs[0].revise(false, text.Revision{Paragraph: "1", Of: w[0].ID, Text: both("the first words again"), Label: "1 quater"}))
	must(t, rs[0].revise(false, text.Revision{Paragraph: "2", Cites: &[]string{}}))
	settle(rs)
	takes(t, rs, "1=1 quater")
	if len(rests("1")) != 0 {
		t.Errorf("what starts from the first wording rests on %v", rests("1"))
	}
	takes(t, rs, "1=1 ter", "2=2 ter")
	freeze(t, rs)
	for i, want := range [][]string{{"fd-1972/2", "fd-1998"}, nil, nil} {
		for _, r := range rs {
			if p := r.text().ContentOf(r.fold.Charter(), r.text().Frozen(r.fold.Charter())).Paragraphs[i]; !slices.Equal(p.Cites, want) {
				t.Errorf("replica %d froze %s resting on %v, not %v", r.me, p.ID, p.Cites, want)
			}
		}
	}
}

// An act that changes the paragraphs is refused with what is wrong. SPEC revise-id.
func TestARevisionIsRefusedWithWhatIsWrong(t *testing.T) {
	rs := newUniverse(t).found()
	table(t, rs, 2)
	fresh := &text.NewParagraph{Kind: text.Operative}
	at := &text.Place{After: "1"}
	for want, r := range map[string]text.Revision{
		"text.new_id":            {Paragraph: "b.1", Label: "1 bis", Text: both("x"), Place: at, New: fresh},
		"text.bad_place":         {Paragraph: "a.1", Label: "1 bis", Text: both("x"), New: fresh},
		"text.bad_kind":          {Paragraph: "a.1", Label: "1 bis", Text: both("x"), Place: at, New: &text.NewParagraph{Kind: "title"}},
		"text.unknown_paragraph": {Paragraph: "9", Label: "9 bis", Text: both("x")},
		"text.bad_omission":      {Paragraph: "2", Label: "2 bis", Omit: true, Place: at},
		"text.cites_of_new":      {Paragraph: "a.1", Label: "1 bis", Text: both("x"), Place: at, New: fresh, Cites: &[]string{}},
		"lang.bidi":              {Paragraph: "1", Label: "1 bis", Text: both("x"), Cites: &[]string{"fd-1972\u202e"}},
		"text.no_wording":        {Paragraph: "1", Label: "1 bis"},
		"text.bad_label":         {Paragraph: "1", Text: both("x")},
		"text.label_taken":       {Paragraph: "1", Label: "1", Text: both("x")},
		"text.unknown_wording":   {Paragraph: "1", Label: "1 bis", Text: both("x"), Of: "a-99"},
		"text.other_language":    {Paragraph: "1", Label: "1 bis", Text: lang.Text{"fr": "x"}},
	} {
		if err := rs[0].write(rs[0].all(), theText, text.Revise{Items: []text.Revision{r}}); key(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	for want, b := range map[string]entry.Body{
		"text.no_paragraphs":   text.Revise{},
		"text.paragraph_twice": text.Revise{Items: []text.Revision{{Paragraph: "1", Label: "1 bis", Omit: true}, {Paragraph: "1", Label: "1 ter", Omit: true}}},
	} {
		if err := rs[0].write(rs[0].all(), theText, b); key(err) != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	must(t, rs[0].revise(false, text.Revision{Paragraph: "1", Omit: true}))
	w := rs[0].text().Para("1").Wordings[1].ID
	for _, b := range []entry.Body{text.Translate{Language: "ja", Items: []text.Translation{{Paragraph: "1", Wording: w, Text: "文"}}},
		text.Bracket{Paragraph: "1", Wording: w, Where: "x", Options: []text.BracketOption{{Text: both("x")}, {Text: both("y")}}}} {
		if err := rs[0].write(rs[0].all(), theText, b); key(err) != "text.omitted_wording" {
			t.Errorf("words for what has none: %v", err)
		}
	}
	must(t, rs[0].revise(false, text.Revision{Text: both("x"), Place: at, New: fresh}))
	must(t, rs[0].write(rs[0].all(), theText, text.Drop{Paragraph: "a.1", Wording: rs[0].text().Para("a.1").Wordings[0].ID}))
	if err := rs[0].write(rs[0].all(), theText, text.Revise{Items: []text.Revision{{Paragraph: "a.1", Label: "x", Text: both("x")}}}); key(err) != "text.withdrawn_paragraph" {
		t.Errorf("other wording for a paragraph that was taken back: %v", err)
	}
}

// revision is some change of the paragraphs.
func (r *replica) revision(rng *rand.Rand) entry.Body {
	st := r.text()
	pick := func() text.ParaID { return st.Paragraphs[rng.IntN(len(st.Paragraphs))].ID }
	p, q := pick(), pick()
	var items []text.Revision
	fresh := text.Revision{Text: both("new"), Place: &text.Place{After: p}, New: &text.NewParagraph{Kind: text.Operative, From: []text.ParaID{p}}}
	switch rng.IntN(6) {
	case 5:
		items = []text.Revision{{Paragraph: p, Cites: &[]string{"fd-" + string(q)}}}
	case 0:
		items = []text.Revision{fresh}
	case 1:
		items = []text.Revision{{Paragraph: p, Omit: true}}
	case 2:
		items = []text.Revision{{Paragraph: p, Place: &text.Place{After: q}}}
	case 3:
		items = []text.Revision{{Paragraph: p, Text: both("half")}, fresh}
	case 4:
		items = []text.Revision{{Paragraph: p, Text: both("both")}, {Paragraph: q, Omit: true, Into: p}}
	}
	return st.Complete(r.fold.Charter(), r.doc.Parties[r.me].ID, text.Revise{Items: items, Whole: len(items) > 1 && rng.IntN(8) == 0}, new(text.Taken))
}

// Whatever parties propose for the paragraphs themselves without knowing of each other, every node comes to one text in one order, and what one of them froze nobody's later act changes.
func TestTheOrderOfParagraphsDoesNotDependOnArrival(t *testing.T) {
	frozen := 0
	for seed := range uint64(6) {
		rng := rand.New(rand.NewPCG(seed, 45))
		u := newUniverse(t)
		rs := u.found()
		table(t, rs, 3)
		for range 40 {
			r := rs[rng.IntN(3)]
			r.receive(rng.IntN(3), rng.Int64N(9))
			p := r.text().Paragraphs[rng.IntN(len(r.text().Paragraphs))]
			var b entry.Body = text.Drop{Paragraph: p.ID, Wording: p.Wordings[rng.IntN(len(p.Wordings))].ID}
			if k := rng.IntN(8); k < 4 {
				b = r.revision(rng)
			} else if k < 7 {
				b = r.consent()
			}
			_ = r.write(r.all(), theText, b) // many are refused
		}
		settle(rs)
		for range 2 {
			for _, r := range rs {
				must(t, r.write(r.all(), theText, r.consent()))
			}
			settle(rs)
		}
		b, err := rs[0].text().FreezeBody(rs[0].fold.Charter())
		if err == nil { // frozen by one while the others, who do not know of it, go on
			must(t, rs[0].write(rs[0].all(), theText, b))
			for _, r := range rs[1:] {
				for range 4 {
					_ = r.write(r.all(), theText, r.revision(rng))
					p := r.text().Paragraphs[rng.IntN(len(r.text().Paragraphs))]
					_ = r.write(r.all(), theText, text.Drop{Paragraph: p.ID, Wording: p.Wordings[0].ID})
				}
			}
			settle(rs)
			c := rs[0].fold.Charter()
			m, err := rs[0].text().ContentOf(c, rs[0].text().Frozen(c)).Manifest()
			must(t, err)
			if m.Digest() != b.(text.Freeze).Manifest {
				t.Fatalf("seed %d: what was frozen has another digest by now", seed)
			}
			frozen++
		}
		want, order := rs[0].states(), fmt.Sprint(ids(rs[0]))
		for i := range 4 {
			r := u.replay(i%3, rng)
			if got := r.states(); !maps.Equal(got, want) || fmt.Sprint(ids(r)) != order {
				t.Fatalf("seed %d: replay %d comes to another state or order: %v, %v", seed, i, ids(r), order)
			}
		}
	}
	if frozen == 0 {
		t.Error("nothing was ever frozen, so half of this test looks at nothing")
	}
}

func ids(r *replica) (out []text.ParaID) {
	for _, p := range r.text().Stands(r.fold.Charter()) {
		out = append(out, p.ID)
	}
	return out
}

// consent accepts, or confirms, what is newest in every paragraph.
func (r *replica) consent() entry.Body {
	var items []text.Item
	accepted := true
	c := r.fold.Charter()
	for _, p := range r.text().Paragraphs {
		w := p.Wordings[len(p.Wordings)-1]
		if w.Dropped != "" {
			continue
		}
		items = append(items, text.Item{Paragraph: p.ID, Wording: w.ID})
		st, ok := p.Stands(c, r.doc.Parties[r.me].ID)
		accepted = accepted && ok && st.Wording == w.ID && st.Level != text.LevelSupport && st.Level != text.LevelReopened
	}
	if accepted {
		return text.Confirm{Items: items}
	}
	return text.Accept{Items: items}
}
