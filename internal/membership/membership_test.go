package membership

import (
	"strings"
	"testing"

	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func play(t *testing.T, party string) *subjecttest.Play {
	return subjecttest.New(t, Kind+"/"+party, func() subjecttest.State { return &State{ID: party} })
}

// A party is offered what is its own to say, and after its word only its name; others are offered what they call it.
func TestWhatIsOffered(t *testing.T) {
	p := play(t, "cedar")
	offers := func(who string) string {
		return strings.Join(p.State().(*State).Offers(p.Charter, subjecttest.ID(who)), " ")
	}
	if got := offers("cedar"); got != "membership.rename membership.continue membership.leave" {
		t.Errorf("cedar: %s", got)
	}
	if got := offers("birch"); got != "membership.rename" {
		t.Errorf("birch: %s", got)
	}
	p.Refuses("dialogue.not_yours", "birch", Leave{Text: "js-1"})
	p.Refuses("dialogue.words_needed", "cedar", Leave{})
	p.Refuses("dialogue.no_such_day", "cedar", Leave{Text: "js-1", From: "2025-02-30"})
	act := p.Does("cedar", Leave{Text: "js-1", From: "2025-06-01", Reason: lang.Text{"en": "As agreed."}})
	if w := p.State().(*State).Said(); w == nil || w.Act != act || w.Status != Left || w.From != "2025-06-01" {
		t.Errorf("%+v", w)
	}
	p.Refuses("membership.said_already", "cedar", Continue{Successor: strings.Repeat("ab", 32), Text: "js-1"})
	if got := offers("cedar"); got != "membership.rename" {
		t.Errorf("cedar after its word: %s", got)
	}
}

// Two parties of one side do not name each other; the other side says what it calls a party, and that is its own usage.
func TestWhoSaysWhatAPartyIsCalled(t *testing.T) {
	p := play(t, "birch")
	names := []Official{{Lang: "en", Full: "Birch Union", Short: "BU"}}
	reason := lang.Text{"en": "Our congress."}
	own := p.Does("birch", Rename{Names: names, From: "2025-01-01", Reason: reason})
	theirs := p.Does("cedar", Rename{Names: names, From: "2025-01-01"})
	s := p.State().(*State)
	if len(s.Renames) != 2 || s.Renames[0].Act != own || s.Renames[0].Side != "" || s.Renames[1].Act != theirs || s.Renames[1].Side != p.Charter.SideOf("cedar") {
		t.Errorf("%+v", s.Renames)
	}
	p.Refuses("membership.names", "birch", Rename{From: "2025-01-01", Reason: reason})
	p.Refuses("membership.names", "birch", Rename{Names: make([]Official, MaxNames+1), From: "2025-01-01", Reason: reason})
	p.Refuses("dialogue.words_needed", "birch", Rename{Names: []Official{{Lang: "en"}}, From: "2025-01-01", Reason: reason})
	p.Refuses("dialogue.words_needed", "birch", Rename{Names: names, Reason: reason})
	p = play(t, "nobody")
	p.Refuses("membership.no_party", "cedar", Rename{Names: names, From: "2025-01-01", Reason: reason})
}
