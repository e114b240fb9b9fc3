package dialogue

import (
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/silence"
	"entente.example/internal/subject/subjecttest"
)

// What waits in a silence procedure: each receipt, then a word before the end, and once it is decided its symbol, of whoever circulated it and of nobody else.
func TestADecisionBySilenceWaitsToBeAnnounced(t *testing.T) {
	p := subjecttest.New(t, "silence/x", func() subjecttest.State { return &silence.State{ID: "x"} })
	p.Charter.Document().Rules.Silence, p.Charter.Document().Rules.SilenceDays = true, 10
	waits := func(party charter.PartyID, want string) {
		t.Helper()
		got := ""
		for _, a := range Awaits(p.Charter, party, p.State()) {
			got += a.What
		}
		if got != want {
			t.Errorf("%s is asked for %q, not %q", party, got, want)
		}
	}
	parties := []charter.PartyID{"cedar", "birch", "willow"}
	p.Does("cedar", silence.Circulate{Title: said("Date"), Text: said("14 October")})
	waits("birch", "awaits.silence_receive")
	p.Does("birch", silence.Receive{})
	p.Does("willow", silence.Receive{})
	waits("birch", "awaits.silence_break")
	s := p.State().(*silence.State)
	if a := Awaits(p.Charter, "birch", s); a[0].Until != s.Ends || s.Ends == "" {
		t.Errorf("silence can be broken until %q; its time ends at %q", a[0].Until, s.Ends)
	}
	p.Later(20 * 24 * time.Hour)
	for _, party := range parties {
		p.Does(party, silence.Unbroken{})
	}
	waits("cedar", "awaits.silence_announce")
	waits("birch", "")
	p.Does("cedar", silence.Announce{Symbol: "RPEM/DEC/1"})
	for _, party := range parties {
		waits(party, "")
	}
}

// A silence that was broken waits for nobody's receipt.
func TestABrokenSilenceWaitsForNobody(t *testing.T) {
	p := subjecttest.New(t, "silence/x", func() subjecttest.State { return &silence.State{ID: "x"} })
	p.Charter.Document().Rules.Silence, p.Charter.Document().Rules.SilenceDays = true, 10
	p.Does("cedar", silence.Circulate{Title: said("Date"), Text: said("14 October")})
	if len(Awaits(p.Charter, "willow", p.State())) != 1 {
		t.Fatal("receipt is not waited for")
	}
	p.Does("birch", silence.Break{})
	for _, party := range []charter.PartyID{"cedar", "birch", "willow"} {
		if got := Awaits(p.Charter, party, p.State()); len(got) != 0 {
			t.Errorf("%s is asked for %+v", party, got)
		}
	}
}
