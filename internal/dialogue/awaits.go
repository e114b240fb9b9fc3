package dialogue

import (
	"slices"
	"strconv"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/glossary"
	"entente.example/internal/guest"
	"entente.example/internal/meeting"
	"entente.example/internal/minutes"
	"entente.example/internal/outsider"
	"entente.example/internal/paper"
	"entente.example/internal/readout"
	"entente.example/internal/silence"
	"entente.example/lang"
)

// Await is one thing of the dialogue that waits for a party.
type Await struct {
	ID     string            // of the matter, within its kind
	What   string            // message key, as in "awaits.concern_answer"
	Params map[string]string // of the message
	Title  lang.Text         // of the matter
	Due    string            // day, "" if none
	Until  string            // instant from which nothing waits, though nobody has acted; "" if there is none

	Named map[string]lang.Text // parameters of the message that are words in several languages
}

// Over reports whether the time for an answer has passed: until is an instant as Await has it.
func Over(until string, now time.Time) bool {
	end, err := time.Parse(time.RFC3339, until)
	return err == nil && !now.Before(end)
}

// guestAsked is what a proposal to admit a guest asks, by its capacity.
var guestAsked = map[string]string{"observer": "awaits.guest_observer", "secretariat": "awaits.guest_secretariat", "mediator": "awaits.guest_mediator", "expert": "awaits.guest_expert"}

// Awaits lists what a matter's state waits for from a party. Most matters wait for one thing; of a commitment several reports may be owed and several assessments be unread.
func Awaits(c *charter.State, me charter.PartyID, state any) []Await {
	if s, ok := state.(*commitment.State); ok {
		return ofCommitment(c, me, s)
	}
	if a, ok := one(c, me, state); ok {
		return []Await{a}
	}
	return nil
}

func ofCommitment(c *charter.State, me charter.PartyID, s *commitment.State) (out []Await) {
	now, _ := s.Standing(c)
	if v := s.Awaits(c, me); len(v) > 0 {
		out = append(out, Await{ID: s.ID, What: "awaits.commitment_concur", Title: v[len(v)-1].Title})
	}
	for _, j := range s.Unread(c, me) {
		what := "awaits.commitment_reported"
		if j.Side == c.SideOf(me) {
			what = "awaits.commitment_assessed"
		}
		out = append(out, Await{ID: s.ID, What: what, Params: map[string]string{"party": string(j.Party)}, Title: now.Title})
	}
	for _, o := range s.Owes(c, me) {
		a := Await{ID: s.ID, What: "awaits.commitment_report", Params: map[string]string{"day": o.Day}, Title: now.Title, Due: o.Day}
		if o.Milestone != nil {
			a.What, a.Named = "awaits.commitment_milestone", map[string]lang.Text{"milestone": o.Milestone.Title}
		}
		out = append(out, a)
	}
	return out
}

// one says what a matter that waits for one thing at most waits for; ok is false for nothing.
func one(c *charter.State, me charter.PartyID, state any) (a Await, ok bool) {
	switch s := state.(type) {
	case *meeting.State:
		offers, agenda := s.Awaits(c, me)
		a.ID = s.ID()
		switch {
		case s.AwaitsSettling(me):
			a.What = "awaits.meeting_twice"
			return a, true
		case len(offers) > 0:
			a.What, a.Params = "awaits.meeting_days", map[string]string{"day": offers[len(offers)-1].From}
			return a, true
		case agenda:
			a.What = "awaits.meeting_agenda"
			return a, true
		}
	case *concern.State:
		if s.Raised == nil {
			return a, false
		}
		a.ID, a.Title, a.Due = s.ID, s.Raised.Text, s.Due(c)
		switch {
		case s.Owes(c, me):
			a.What, a.Params = "awaits.concern_answer", map[string]string{"day": a.Due}
			return a, true
		case s.Raised.Party == me && s.Status(c) == concern.Answered:
			a.What = "awaits.concern_settle"
			return a, true
		}
	case *paper.State:
		if s.Awaits(c, me) {
			return Await{ID: s.ID, What: "awaits.paper_receive", Title: s.Sent.Title}, true
		}
	case *silence.State:
		switch offers := s.Offers(c, me); {
		case slices.Contains(offers, "silence.receive") && s.Status(c) != silence.Broken: // of a broken one receipt may be confirmed, and nobody waits for it
			return Await{ID: s.ID, What: "awaits.silence_receive", Title: s.Circulated.Title}, true
		case slices.Contains(offers, "silence.break") && s.Ends != "":
			return Await{ID: s.ID, What: "awaits.silence_break", Params: map[string]string{"at": s.Ends}, Title: s.Circulated.Title, Until: s.Ends}, true
		case slices.Contains(offers, "silence.announce"):
			return Await{ID: s.ID, What: "awaits.silence_announce", Title: s.Circulated.Title}, true
		}
	case *readout.State:
		if s.Owes(c, me) {
			return Await{ID: s.ID, What: "awaits.readout_compare", Title: s.Put.Title}, true
		}
		if n := len(s.Unanswered(c, me)); n > 0 {
			return Await{ID: s.ID, What: "awaits.readout_disputed", Params: map[string]string{"n": strconv.Itoa(n)}, Title: s.Put.Title}, true
		}
	case *minutes.State:
		if s.Owes(me) {
			return Await{ID: s.ID, What: "awaits.minutes_lock", Title: s.Circulated.Title}, true
		}
	case *glossary.State:
		if v := s.Awaits(c, me); len(v) > 0 {
			return Await{ID: s.ID, What: "awaits.term_concur", Title: v[len(v)-1].Term}, true
		}
	case *guest.State:
		if v := s.Awaits(c, me); len(v) > 0 {
			p := v[len(v)-1]
			return Await{ID: s.ID, What: guestAsked[p.Capacity], Params: map[string]string{"party": string(p.Party), "matter": p.Shown}, Title: p.Name}, true
		}
	case *outsider.State:
		if v := s.Awaits(c, me); len(v) > 0 {
			p := v[len(v)-1]
			return Await{ID: s.ID, What: "awaits.witness_agree", Params: map[string]string{"party": string(p.Party)}, Title: p.Operator}, true
		}
	case *conversation.State:
		if n := s.Unread(me); n > 0 {
			return Await{ID: s.ID, What: "awaits.thread_read", Params: map[string]string{"n": strconv.Itoa(n)}, Title: s.Opened.Title}, true
		}
	}
	return a, false
}
