package guest

import (
	"fmt"
	"slices"
	"testing"

	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func play(t *testing.T) *subjecttest.Play {
	return subjecttest.New(t, "guest/g-1", func() subjecttest.State { return &State{ID: "g-1"} })
}

func observer() Propose {
	return Propose{Name: lang.Text{"en": "River Institute"}, Capacity: "observer", Shown: "meeting/main/8", From: "2025-02-01", Until: "2025-03-31"}
}

// A guest is admitted when the last party has agreed, from the first of its days to the last, and no longer than until any party withdraws. SPEC guest-admitted, guest-withdrawn.
func TestAGuestIsAdmittedByEveryPartyAndEndedByAny(t *testing.T) {
	p := play(t)
	stands := func(proposal, status string, onDay map[string]bool) {
		t.Helper()
		a := p.State().(*State).Proposal(proposal)
		if a.Status(p.Charter) != status {
			t.Errorf("%s, not %s", a.Status(p.Charter), status)
		}
		for day, in := range onDay {
			if a.InForce(p.Charter, day) != in {
				t.Errorf("%s: in force %v", day, !in)
			}
		}
	}
	p.Refuses("dialogue.unknown", "birch", Agree{Proposal: "cedar-0"})
	id := p.Does("cedar", observer())
	never := map[string]bool{"2025-02-10": false}
	stands(id, Proposed, never)
	p.Refuses("dialogue.taken", "birch", observer())
	p.Refuses("assent.no_proposal", "birch", Agree{Proposal: "cedar-9"})
	p.Refuses("assent.agrees_already", "cedar", Agree{Proposal: id})
	p.Refuses("assent.agreed_before", "cedar", Decline{Proposal: id})
	p.Does("birch", Agree{Proposal: id})
	stands(id, Proposed, never)
	if s := p.State().(*State); len(s.Awaits(p.Charter, "willow")) != 1 || len(s.Awaits(p.Charter, "birch")) != 0 || len(s.Awaits(p.Charter, "cedar")) != 0 {
		t.Error("only who has said nothing is asked")
	}
	p.Does("willow", Decline{Proposal: id})
	stands(id, Declined, never)
	p.Refuses("assent.declines_already", "willow", Decline{Proposal: id})
	p.Does("willow", Agree{Proposal: id})
	stands(id, Admitted, map[string]bool{"2025-01-31": false, "2025-02-01": true, "2025-03-31": true, "2025-04-01": false})
	a := p.State().(*State).Proposal(id)
	if a.House != "cedar" || a.Since() != "2025-02-01" || !a.Sees("agenda") {
		t.Errorf("%+v", a)
	}
	p.Does("birch", Withdraw{Proposal: id})
	stands(id, Withdrawn, map[string]bool{"2025-02-01": false})
	for _, party := range []string{"cedar", "birch"} {
		p.Refuses("assent.withdrawn_already", subjecttest.ID(party), Withdraw{Proposal: id})
		p.Refuses("assent.withdrawn_already", subjecttest.ID(party), Agree{Proposal: id})
	}
	// An agreement that crossed with the withdrawal brings nobody back.
	q := play(t)
	id = q.Does("cedar", observer())
	q.Does("birch", Agree{Proposal: id})
	q.Does("cedar", Withdraw{Proposal: id})
	q.Unaware("willow", Agree{Proposal: id}, 2)
	if a := q.State().(*State).Proposal(id); a.Status(q.Charter) != Withdrawn {
		t.Errorf("%s", a.Status(q.Charter))
	}
}

// An agreement is to one proposal. Two that were made under one id without knowing of each other are agreed each by itself: nobody agrees to what they did not see. SPEC guest-proposal.
func TestAgreementIsToOneProposal(t *testing.T) {
	p := play(t)
	one := p.Does("cedar", observer())
	wider := observer()
	wider.Shown = "text/js-9"
	other := p.Unaware("birch", wider, 0)
	p.Does("birch", Agree{Proposal: one})
	p.Does("willow", Agree{Proposal: one})
	s := p.State().(*State)
	if s.Proposal(one).Status(p.Charter) != Admitted || s.Proposal(other).Status(p.Charter) != Proposed {
		t.Errorf("%+v", s)
	}
	if len(s.Awaits(p.Charter, "cedar")) != 1 || s.Now(p.Charter).Act != one {
		t.Error("the second one is still to be answered, the first is shown")
	}
}

func TestWhatCannotBeProposed(t *testing.T) {
	p := play(t)
	for key, change := range map[string]func(*Propose){
		"guest.shown":             func(b *Propose) { b.Shown = "concern/c-1" },
		"guest.text_has_no_parts": func(b *Propose) { b.Shown, b.Parts = "text/js-9", []string{"agenda"} },
		"guest.days_needed":       func(b *Propose) { b.Until = "" },
		"guest.ends_before":       func(b *Propose) { b.Until = "2025-01-31" },
		"guest.no_such_party":     func(b *Propose) { b.House = "oak" },
		"dialogue.no_such_choice": func(b *Propose) { b.Capacity = "party" },
		"dialogue.words_needed":   func(b *Propose) { b.Name = nil },
		"dialogue.no_such_day":    func(b *Propose) { b.Until = "2025-02-30" },
		"dialogue.day_passed":     func(b *Propose) { b.From, b.Until = "2024-01-01", "2024-12-31" },
		"lang.bidi":               func(b *Propose) { b.Name = lang.Text{"en": "a\u202eb"} },
	} {
		b := observer()
		change(&b)
		p.Refuses(key, "cedar", b)
	}
	for _, shown := range []string{"meeting/main", "meeting/main/8/x", "text/a/b", "text/", "../x", ""} {
		b := observer()
		b.Shown = shown
		p.Refuses("guest.shown", "cedar", b)
	}
	b := observer()
	b.Parts = []string{"agenda", "delegations"}
	p.Refuses("dialogue.no_such_choice", "cedar", b)
	b.Parts = []string{"agenda"}
	id := p.Does("cedar", b)
	if a := p.State().(*State).Proposal(id); !a.Sees("agenda") || a.Sees("interventions") {
		t.Error("a part that was not agreed is seen")
	}
}

// Whatever meets in whatever order comes to the same.
func TestAdmissionsFoldAlikeInAnyOrder(t *testing.T) {
	admitted := 0
	for seed := range uint64(80) {
		p := play(t)
		p.Random(seed, 16, func(pick func(int) int) subjecttest.Body {
			id := []string{"cedar-0", "birch-0", "willow-0"}[pick(3)]
			return []subjecttest.Body{observer(), Agree{Proposal: id}, Agree{Proposal: id}, Agree{Proposal: id}, Decline{Proposal: id}, Withdraw{Proposal: id}}[pick(5+pick(2))]
		})
		p.Orders(t, func(st subjecttest.State) string {
			s := st.(*State)
			var out []string
			for i := range s.Proposals {
				a := &s.Proposals[i]
				if a.Status(p.Charter) == Admitted {
					admitted++
				}
				out = append(out, fmt.Sprint(a.Act, a.Status(p.Charter), a.Since(), a.InForce(p.Charter, "2025-03-01")))
			}
			slices.Sort(out)
			return fmt.Sprint(out, len(s.Awaits(p.Charter, "cedar")), len(s.Awaits(p.Charter, "birch")), len(s.Awaits(p.Charter, "willow")), s.Offers(p.Charter, "cedar"))
		})
	}
	if admitted == 0 {
		t.Error("nobody was admitted: this test looks at nothing")
	}
}
