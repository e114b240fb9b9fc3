package glossary

import (
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func words(s string) lang.Text { return lang.Text{"en": s} }

func TestLifeOfAWord(t *testing.T) {
	p := subjecttest.New(t, "term/trust", func() subjecttest.State { return &State{ID: "trust"} })
	p.Refuses("dialogue.unknown", "cedar", Own{Language: "en", Term: "faith"})
	p.Refuses("dialogue.words_needed", "cedar", Enter{})
	p.Refuses("dialogue.words_needed", "cedar", Enter{Term: lang.Text{"en": "trust", "ja": " "}})
	p.Refuses("lang.bad_tag", "cedar", Enter{Term: lang.Text{"english": "trust"}})
	first := p.Does("cedar", Enter{Term: words("mutual trust")})
	standing := func(want string, agreed bool, awaits map[charter.PartyID]int) {
		t.Helper()
		s := p.State().(*State)
		now, ok := s.Standing(p.Charter)
		if now.Term["en"] != want || ok != agreed {
			t.Errorf("stands as %q, agreed %v", now.Term["en"], ok)
		}
		for _, party := range []charter.PartyID{"cedar", "birch", "willow"} {
			if n := len(s.Awaits(p.Charter, party)); n != awaits[party] {
				t.Errorf("%s is asked about %d", party, n)
			}
		}
	}
	standing("mutual trust", false, map[charter.PartyID]int{"birch": 1, "willow": 1})
	p.Refuses("term.concurs_already", "cedar", Concur{Entered: first})
	p.Refuses("dialogue.no_act", "birch", Concur{Entered: "cedar-99"})
	p.Does("birch", Concur{Entered: first})
	p.Refuses("term.concurs_already", "birch", Concur{Entered: first})
	standing("mutual trust", false, map[charter.PartyID]int{"willow": 1})
	p.Does("willow", Concur{Entered: first})
	standing("mutual trust", true, nil)
	second := p.Does("birch", Enter{Term: words("confidence"), Definition: words("reliance on each other's word")})
	standing("mutual trust", true, map[charter.PartyID]int{"cedar": 1, "willow": 1})
	p.Does("cedar", Concur{Entered: second})
	p.Does("willow", Concur{Entered: second})
	standing("confidence", true, nil)
}

// Nobody's own word touches anybody else's, and what replaced or withdrew one leaves the history readable.
func TestOwnWords(t *testing.T) {
	p := subjecttest.New(t, "term/trust", func() subjecttest.State { return &State{ID: "trust"} })
	p.Does("cedar", Enter{Term: words("mutual trust")})
	p.Does("cedar", Own{Language: "en", Term: "faith"})
	p.Does("cedar", Own{Language: "ja", Term: "信義", Note: "as in 1972"})
	p.Unaware("birch", Own{Language: "en", Term: "confidence"}, 1)
	p.Does("cedar", Own{Language: "en", Term: "good faith"})
	p.Refuses("term.no_own", "willow", Withdraw{Language: "en"})
	p.Does("birch", Withdraw{Language: "en"})
	p.Refuses("term.no_own", "birch", Withdraw{Language: "en"})
	s := p.State().(*State)
	if w := s.Words("cedar"); len(w) != 2 || w[0].Term != "信義" || w[1].Term != "good faith" {
		t.Errorf("%+v", w)
	}
	if w := s.Words("birch"); len(w) != 0 || len(s.Own["birch"]) != 2 {
		t.Errorf("%+v of %+v", w, s.Own["birch"])
	}
	if _, agreed := s.Standing(p.Charter); agreed {
		t.Error("own words make nothing agreed")
	}
}

func TestOffers(t *testing.T) {
	p := subjecttest.New(t, "term/trust", func() subjecttest.State { return &State{ID: "trust"} })
	offers := func(party charter.PartyID, want ...string) {
		t.Helper()
		got := p.State().(*State).Offers(p.Charter, party)
		if len(got) != len(want) {
			t.Fatalf("%s: %v", party, got)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %v", party, got)
			}
		}
	}
	offers("cedar")
	p.Does("cedar", Enter{Term: words("mutual trust")})
	offers("cedar", "term.own", "term.enter")
	offers("birch", "term.concur", "term.own", "term.enter")
	p.Does("birch", Own{Language: "en", Term: "confidence"})
	offers("birch", "term.concur", "term.own", "term.enter", "term.withdraw")
}
