package readout

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func words(s string) lang.Text { return lang.Text{"en": s} }

func play(t *testing.T) *subjecttest.Play {
	return subjecttest.New(t, "readout/r-1", func() subjecttest.State { return &State{ID: "r-1"} })
}

func draft(until string) Put {
	return Put{Title: words("The ninth meeting"), Of: "meeting/main/9", Until: until,
		Sentences: []Sentence{{ID: "1", Text: words("The channel is kept open.")}, {ID: "2", Text: words("The western side shares this."), To: "west"}, {ID: "3", Text: words("Exchanges go on.")}}}
}

func state(p *subjecttest.Play) *State { return p.State().(*State) }

// Scenario a16: a disagreement is part of the sentence it speaks of, in the whole and in every excerpt that shows the sentence; the sentence stays as published, and nobody can take the disagreement away. SPEC readout-dispute, readout-excerpt.
func TestA16ADisagreementHangsOnItsSentence(t *testing.T) {
	p := play(t)
	p.Does("cedar", draft(""))
	p.Refuses("readout.not_published", "birch", Dispute{Sentence: "2", Kind: "not_said", Text: words("x")})
	p.Does("cedar", Publish{})
	if s := state(p); s.Status() != Unilateral {
		t.Fatalf("compared with nobody, and is %s", s.Status())
	}
	p.Refuses("readout.no_sentence", "birch", Dispute{Sentence: "9", Kind: "not_said", Text: words("x")})
	p.Refuses("readout.own", "cedar", Dispute{Sentence: "2", Kind: "not_said", Text: words("x")})
	p.Refuses("dialogue.no_such_choice", "birch", Dispute{Sentence: "2", Kind: "lies", Text: words("x")})
	act := p.Does("birch", Dispute{Sentence: "2", Kind: "not_said", Text: words("The western side did not say this.")})
	p.Refuses("readout.published", "cedar", Revise{Sentences: []Sentence{{ID: "2", Text: words("x")}}})
	s := state(p)
	for _, ids := range [][]string{nil, {"2"}, {"1", "2"}} {
		e, err := s.Excerpt(ids...)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(e.Shown, func(x Said) bool { return x.ID == "2" })
		if d := e.Shown[i].Disputes; len(d) != 1 || d[0].Act != act || e.Shown[i].Text["en"] != "The western side shares this." {
			t.Errorf("an excerpt of %v shows the sentence with %+v", ids, d)
		}
		if len(e.Shown)+len(e.Left) != 3 || e.Of != 3 {
			t.Errorf("an excerpt of %v does not say what it leaves out: %+v", ids, e)
		}
	}
	if _, err := s.Excerpt("9"); err == nil {
		t.Error("an excerpt of a sentence that there is not")
	}
}

// What an excerpt leaves out cannot be exchanged or dropped: whoever has the whole computes the same digest, and another sentence or another order gives another.
func TestAnExcerptIsBoundToTheWhole(t *testing.T) {
	p := play(t)
	p.Does("cedar", draft(""))
	p.Does("cedar", Publish{})
	e, err := state(p).Excerpt("3")
	if err != nil {
		t.Fatal(err)
	}
	rows := []Said{{Sentence: Sentence{ID: "1"}, Digest: e.Left[0].Digest}, {Sentence: Sentence{ID: "2"}, Digest: e.Left[1].Digest}, {Sentence: Sentence{ID: "3"}, Digest: digest(e.Shown[0].Sentence)}}
	if whole(rows) != e.Digest {
		t.Error("the whole cannot be computed from the excerpt")
	}
	if whole(rows[:2]) == e.Digest || whole([]Said{rows[1], rows[0], rows[2]}) == e.Digest {
		t.Error("a sentence can be dropped or moved without a trace")
	}
}

// Joint is what every other party made its own; compared is what somebody of every other side read before; and only answers that the author knew of when publishing, to exactly this wording, count. SPEC readout-standing, readout-window.
func TestWhatAReadoutWasPublishedAs(t *testing.T) {
	cases := []struct {
		birch, willow string
		want          string
	}{{"joint", "joint", Joint}, {"joint", "", Compared}, {"compared", "declined", Compared}, {"declined", "declined", Unilateral}}
	for _, c := range cases {
		p := play(t)
		v := p.Does("cedar", draft("2030-01-01T00:00:00Z"))
		p.Refuses("readout.window", "cedar", Publish{})
		p.Refuses("readout.own", "cedar", Compare{Version: v, Outcome: Joint})
		p.Refuses("readout.no_version", "birch", Compare{Version: "cedar-9", Outcome: Joint})
		for party, outcome := range map[string]string{"birch": c.birch, "willow": c.willow} {
			if outcome != "" {
				p.Does(subjecttest.ID(party), Compare{Version: v, Outcome: outcome})
			}
		}
		p.Does("cedar", Publish{})
		if got := state(p).Status(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
		p.Refuses("readout.published", "birch", Compare{Version: v, Outcome: Joint})
	}
	p := play(t)
	old := p.Does("cedar", draft("2025-01-20T00:00:00Z"))
	p.Does("birch", Compare{Version: old, Outcome: Joint})
	p.Does("willow", Compare{Version: old, Outcome: Joint})
	p.Does("cedar", Revise{Sentences: []Sentence{{ID: "1", Text: words("Other words.")}}})
	p.Refuses("readout.window", "cedar", Publish{}) // nobody has seen the new words
	p.Later(7 * 24 * time.Hour)
	p.Does("cedar", Publish{})
	p.Unaware("birch", Compare{Version: old, Outcome: Joint}, 4)
	if got := state(p).Status(); got != Unilateral {
		t.Errorf("answers to other words, or too late, make it %s", got)
	}
}

func TestWhatCannotBePut(t *testing.T) {
	p := play(t)
	p.Refuses("dialogue.words_needed", "cedar", Put{Title: words("x")})
	p.Refuses("readout.sentence_id", "cedar", Put{Title: words("x"), Sentences: []Sentence{{ID: "1", Text: words("a")}, {ID: "1", Text: words("b")}}})
	p.Refuses("dialogue.no_such_side", "cedar", Put{Title: words("x"), Sentences: []Sentence{{ID: "1", Text: words("a"), To: "north"}}})
	p.Refuses("dialogue.no_such_instant", "cedar", Put{Title: words("x"), Until: "tomorrow", Sentences: []Sentence{{ID: "1", Text: words("a")}}})
	p.Refuses("lang.bidi", "cedar", Put{Title: words("x"), Sentences: []Sentence{{ID: "1", Text: words("a\u202eb")}}})
	long := Put{Title: words("x")}
	for i := range MaxSentences + 1 {
		long.Sentences = append(long.Sentences, Sentence{ID: fmt.Sprint("s", i), Text: words("a")})
	}
	p.Refuses("readout.too_long", "cedar", long)
	p.Refuses("dialogue.unknown", "cedar", Publish{})
}

// In every order that causality allows, a readout was published as the same thing, and each sentence has the same disagreements.
func TestEveryOrderComesToTheSame(t *testing.T) {
	for seed := range uint64(100) {
		p := play(t)
		v := p.Does("cedar", draft(""))
		p.Random(seed, 14, func(pick func(int) int) subjecttest.Body {
			return []subjecttest.Body{Compare{Version: v, Outcome: Joint}, Compare{Version: v, Outcome: Declined}, Compare{Version: v, Outcome: Compared}, Publish{}, Revise{Sentences: draft("").Sentences[:2]},
				Dispute{Sentence: "1", Kind: "incomplete", Text: words("x")}, Dispute{Sentence: "2", Kind: "not_said", Text: words("y")}, Withdraw{Reason: words("z")}}[pick(8)]
		})
		p.Orders(t, func(st subjecttest.State) string {
			s := st.(*State)
			out := s.Status() + s.Now().Act
			for _, x := range s.Now().Sentences {
				var acts []string
				for _, d := range x.Disputes {
					acts = append(acts, d.Act)
				}
				slices.Sort(acts)
				out += fmt.Sprint(x.ID, acts)
			}
			return out
		})
	}
}

// What is disputed in a readout waits for its side until somebody of it has replied or taken note, and for nobody else; the reply stands with the dispute, and the sentence as it was.
func TestADisputeWaitsForTheSideOfTheReadout(t *testing.T) {
	p := play(t)
	p.Does("cedar", draft(""))
	p.Does("cedar", Publish{})
	first := p.Does("birch", Dispute{Sentence: "2", Kind: "not_said", Text: words("The western side did not say this.")})
	second := p.Does("willow", Dispute{Sentence: "3", Kind: "incomplete", Text: words("Some exchanges have ended.")})
	waits := func(me charter.PartyID) int { return len(state(p).Unanswered(p.Charter, me)) }
	if waits("cedar") != 2 || waits("birch") != 0 || waits("willow") != 0 {
		t.Fatalf("waits for cedar %d, birch %d, willow %d", waits("cedar"), waits("birch"), waits("willow"))
	}
	if got := state(p).Offers(p.Charter, "cedar"); !slices.Equal(got, []string{"readout.reply", "readout.withdraw"}) {
		t.Errorf("cedar is offered %v", got)
	}
	p.Refuses("readout.not_our_side", "birch", Reply{Dispute: first})
	p.Refuses("dialogue.no_act", "cedar", Reply{Dispute: "cedar-0"})
	p.Does("cedar", Reply{Dispute: first})
	p.Refuses("readout.noted_already", "cedar", Reply{Dispute: first})
	p.Does("cedar", Reply{Dispute: first, Text: words("We note what birch says it said.")})
	p.Does("cedar", Reply{Dispute: second, Text: words("Those that were named go on.")})
	e, err := state(p).Excerpt("2")
	if err != nil {
		t.Fatal(err)
	}
	if r := e.Shown[0].Disputes[0].Replies; len(r) != 2 || r[0].Kind() != TookNote || r[1].Kind() != Replies || e.Shown[0].Text["en"] != "The western side shares this." {
		t.Errorf("an excerpt shows the sentence with %+v", e.Shown[0])
	}
	if waits("cedar") != 0 || !slices.Equal(state(p).Offers(p.Charter, "cedar"), []string{"readout.withdraw"}) {
		t.Error("what was answered still waits")
	}
}

// A draft that is withdrawn asks nothing of anybody and is never published. Only its author withdraws it, for good. SPEC readout-withdraw.
func TestAWithdrawnDraftIsNotPublished(t *testing.T) {
	p := play(t)
	p.Refuses("dialogue.unknown", "cedar", Withdraw{Reason: words("x")})
	v := p.Does("cedar", draft("2030-01-01T00:00:00Z"))
	if !state(p).Owes(p.Charter, "birch") {
		t.Fatal("a draft asks nobody to compare it")
	}
	p.Refuses("dialogue.not_yours", "birch", Withdraw{Reason: words("x")})
	p.Refuses("dialogue.words_needed", "cedar", Withdraw{})
	for _, bad := range []string{"r-1", "No Such"} {
		p.Refuses("readout.instead", "cedar", Withdraw{Reason: words("x"), Instead: bad})
	}
	p.Does("cedar", Withdraw{Reason: words("Another account is shown."), Instead: "r-2"})
	s := state(p)
	if s.Status() != Withdrawn || s.Owes(p.Charter, "birch") || s.PublicSince() != "" {
		t.Errorf("%s, awaits birch: %v, public since %q", s.Status(), s.Owes(p.Charter, "birch"), s.PublicSince())
	}
	for _, me := range []charter.PartyID{"cedar", "birch", "willow"} {
		if got := s.Offers(p.Charter, me); len(got) > 0 {
			t.Errorf("%s is offered %v", me, got)
		}
	}
	p.Refuses("readout.withdrawn", "cedar", Publish{})
	p.Refuses("readout.withdrawn", "cedar", Revise{Sentences: draft("").Sentences})
	p.Refuses("readout.withdrawn", "cedar", Withdraw{Reason: words("x")})
	p.Refuses("readout.withdrawn", "birch", Compare{Version: v, Outcome: Joint})
	p.Refuses("readout.withdrawn", "birch", Dispute{Sentence: "2", Kind: "not_said", Text: words("x")})
	if _, err := s.Excerpt(); err == nil {
		t.Error("what was never published is quoted")
	}
}

// What was published is retracted, never hidden: its words, its digest, what it was published as and what was said against it stay, each excerpt says that it is retracted, and it can be disputed still. SPEC readout-withdraw.
func TestARetractedReadoutStaysReadable(t *testing.T) {
	p := play(t)
	p.Does("cedar", draft(""))
	p.Does("cedar", Publish{})
	p.Does("birch", Dispute{Sentence: "2", Kind: "not_said", Text: words("The western side did not say this.")})
	before, err := state(p).Excerpt("2")
	if err != nil {
		t.Fatal(err)
	}
	p.Does("cedar", Withdraw{Reason: words("We quoted from memory."), Instead: "r-2"})
	after, err := state(p).Excerpt("2")
	if err != nil {
		t.Fatal(err)
	}
	if after.Digest != before.Digest || after.As != Unilateral || len(after.Shown[0].Disputes) != 1 || after.Withdrawn == nil || after.Withdrawn.Reason["en"] != "We quoted from memory." {
		t.Errorf("an excerpt of a retracted readout: %+v", after)
	}
	s := state(p)
	if s.Status() != Retracted || s.PublicSince() == "" || len(s.Unanswered(p.Charter, "cedar")) != 0 {
		t.Errorf("%s, public since %q, %d disputes wait", s.Status(), s.PublicSince(), len(s.Unanswered(p.Charter, "cedar")))
	}
	p.Refuses("readout.withdrawn", "cedar", Withdraw{Reason: words("x")})
	p.Does("willow", Dispute{Sentence: "1", Kind: "incomplete", Text: words("For now.")})
	if state(p).Disputed() != 2 {
		t.Error("a retracted readout cannot be disputed")
	}
}
