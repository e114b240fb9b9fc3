package meeting

import (
	"fmt"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func play(t *testing.T) *subjecttest.Play {
	t.Helper()
	return subjecttest.New(t, "meeting/main/10", func() subjecttest.State { return new(State) })
}

func planned() Enter { return Enter{Series: "main", Number: 10, Status: "planned", Start: "2025-09"} }

func TestDaysAreAgreedByOfferAndCounterOffer(t *testing.T) {
	p := play(t)
	p.Refuses("meeting.unknown", "cedar", Offer{From: "2025-11-03"})
	p.Does("cedar", planned())
	for key, o := range map[string]Offer{"dialogue.words_needed": {}, "meeting.ends_before": {From: "2025-11-03", Until: "2025-11-01"}, "dialogue.no_such_day": {From: "2025-11-31"},
		"dialogue.day_passed": {From: "2024-11-03"}, "meeting.no_offer": {From: "2025-11-03", Answers: "cedar-99"}} {
		p.Refuses(key, "cedar", o)
	}
	stands := func(start string, agreed bool, awaits map[charter.PartyID]int) {
		t.Helper()
		s := p.State().(*State)
		if got, _ := s.Days(p.Charter); got != start || (s.Agreed(p.Charter) != nil) != agreed {
			t.Errorf("on %s, agreed %v", got, s.Agreed(p.Charter))
		}
		for _, party := range []charter.PartyID{"cedar", "birch", "willow"} {
			if offers, _ := s.Awaits(p.Charter, party); len(offers) != awaits[party] {
				t.Errorf("%s is asked about %d offers", party, len(offers))
			}
		}
	}
	first := p.Does("cedar", Offer{From: "2025-11-03", Until: "2025-11-05"})
	stands("2025-09", false, map[charter.PartyID]int{"birch": 1, "willow": 1})
	p.Refuses("meeting.accepts_already", "cedar", Accept{Offer: first})
	p.Refuses("meeting.no_offer", "birch", Accept{Offer: "cedar-99"})
	p.Does("birch", Decline{Offer: first, Reason: lang.Text{"en": "A congress is on."}})
	p.Refuses("meeting.declines_already", "birch", Decline{Offer: first})
	stands("2025-09", false, nil) // what somebody declined is nobody's to accept
	second := p.Does("birch", Offer{From: "2025-11-20", Answers: first})
	stands("2025-09", false, map[charter.PartyID]int{"cedar": 1, "willow": 1})
	p.Does("cedar", Accept{Offer: second})
	stands("2025-09", false, map[charter.PartyID]int{"willow": 1})
	p.Does("willow", Accept{Offer: second})
	stands("2025-11-20", true, nil)
	// A move: the agreed days stand until everybody accepts others.
	third := p.Does("willow", Offer{From: "2026-01-12", Until: "2026-01-13", Answers: second, Reason: lang.Text{"en": "Elections."}})
	stands("2025-11-20", true, map[charter.PartyID]int{"cedar": 1, "birch": 1})
	p.Does("cedar", Accept{Offer: third})
	p.Does("birch", Accept{Offer: third})
	stands("2026-01-12", true, nil)
	p.Does("cedar", Decline{Offer: third})
	stands("2025-11-20", true, nil) // what one no longer accepts is not agreed
	held := planned()
	held.Status, held.Start = "held", "2026-01-12"
	p.Does("cedar", held)
	stands("2026-01-12", true, nil)
	p.Refuses("meeting.held_already", "cedar", Offer{From: "2026-03-01"})
}

// A place that all agreed on with the days is where the meeting is, before what was entered, as long as it is planned; what was entered stays where it is that place or nothing else was agreed, without days on which the meeting is not.
func TestAMeetingIsWhereAllAgreed(t *testing.T) {
	p := play(t)
	where := func(want string) {
		t.Helper()
		got := ""
		for _, v := range p.State().(*State).Where(p.Charter) {
			got += v.City["en"] + v.City["ja"] + fmt.Sprint(v.Days) + " "
		}
		if got != want {
			t.Errorf("at %q, not %q", got, want)
		}
	}
	agree := func(o Offer) {
		t.Helper()
		act := p.Does("cedar", o)
		p.Does("birch", Accept{Offer: act})
		p.Does("willow", Accept{Offer: act})
	}
	where("")
	e := planned()
	e.Venues = []Venue{{City: lang.Text{"en": "Westbridge"}, Days: []string{"2025-11-03"}}}
	p.Does("cedar", e)
	where("Westbridge[2025-11-03] ")
	p.Does("birch", Postpone{})
	where("Westbridge[] ") // a meeting that is put off has no day
	agree(Offer{From: "2025-11-03"})
	where("Westbridge[2025-11-03] ")
	p.Does("cedar", Offer{From: "2025-11-05", Places: lang.Text{"en": "Easthaven"}})
	where("Westbridge[2025-11-03] ") // one party alone moves nothing
	agree(Offer{From: "2025-11-04"})
	where("Westbridge[] ")
	agree(Offer{From: "2025-11-06", Until: "2025-11-07", Places: lang.Text{"en": "Easthaven", "ja": "東港"}})
	where("Easthaven東港[] ")
	e.Start, e.End = "2025-11-06", "2025-11-07"
	e.Venues = []Venue{{City: lang.Text{"ja": "東港"}, Days: []string{"2025-11-06"}}, {City: lang.Text{"en": "Northfield"}, Days: []string{"2025-11-07", "2025-11-08"}}}
	p.Does("birch", e)
	where("東港[2025-11-06] Northfield[2025-11-07] ")
	e.Status, e.Venues = "held", []Venue{{City: lang.Text{"en": "Northfield"}, Days: []string{"2025-11-08"}}}
	p.Does("birch", e)
	where("Northfield[2025-11-08] ")
}

// Two offers that did not know of each other both stand until one is accepted by all, in whatever order they came.
func TestOffersThatCross(t *testing.T) {
	p := play(t)
	p.Does("cedar", planned())
	a := p.Does("cedar", Offer{From: "2025-11-03"})
	b := p.Unaware("birch", Offer{From: "2025-11-04"}, 1)
	if s := p.State().(*State); len(s.Open(p.Charter)) != 2 || s.Agreed(p.Charter) != nil {
		t.Errorf("%d are open", len(s.Open(p.Charter)))
	}
	p.Does("birch", Accept{Offer: a})
	p.Does("willow", Accept{Offer: a})
	s := p.State().(*State)
	if got := s.Agreed(p.Charter); got == nil || got.Act != a {
		t.Errorf("agreed: %+v", got)
	}
	if open := s.Open(p.Charter); len(open) != 1 || open[0].Act != b {
		t.Errorf("open: %+v", open)
	}
}

func TestAnAgendaIsAdoptedByAllAndOnlyAsItIs(t *testing.T) {
	p := play(t)
	p.Does("cedar", planned())
	p.Refuses("meeting.no_agenda", "cedar", Adopt{Agenda: (&Agenda{}).Digest()})
	agenda := Agenda{Stage: "provisional", Items: []lang.Text{{"en": "Fisheries"}, {"en": "Youth exchange"}}}
	p.Does("cedar", agenda)
	if _, asked := p.State().(*State).Awaits(p.Charter, "birch"); asked {
		t.Error("nobody has asked for its adoption yet")
	}
	p.Refuses("meeting.other_agenda", "birch", Adopt{Agenda: "00"})
	for _, party := range []charter.PartyID{"cedar", "birch"} {
		p.Does(party, Adopt{Agenda: agenda.Digest()})
	}
	p.Refuses("meeting.adopts_already", "birch", Adopt{Agenda: agenda.Digest()})
	if _, asked := p.State().(*State).Awaits(p.Charter, "willow"); !asked || p.State().(*State).AgendaAdopted(p.Charter) {
		t.Error("one party has said nothing")
	}
	p.Does("willow", Adopt{Agenda: agenda.Digest()})
	if !p.State().(*State).AgendaAdopted(p.Charter) {
		t.Error("every party stands behind it")
	}
	other := agenda
	other.Items = agenda.Items[:1]
	p.Does("birch", other)
	if p.State().(*State).AgendaAdopted(p.Charter) {
		t.Error("another agenda than the adopted one counts as adopted")
	}
	p.Refuses("meeting.other_agenda", "cedar", Adopt{Agenda: agenda.Digest()})
	p.Does("birch", agenda) // the same items again are what everybody stood behind
	if !p.State().(*State).AgendaAdopted(p.Charter) {
		t.Error("the same items are another agenda")
	}
}
