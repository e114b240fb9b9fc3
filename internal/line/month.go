package line

import (
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/refusal"
)

// Month is the calls of one month with everything that answers them.
type Month struct {
	Calls []Call `json:"calls,omitempty"`
	// Unreceived lists "call party" of those whose node has not said yet that it has stored the call.
	Unreceived []string `json:"unreceived,omitempty"`
}

// Call is one call on the record.
type Call struct {
	ID     string                   `json:"id"`
	Party  charter.PartyID          `json:"party"`
	Member string                   `json:"member"`
	Index  int64                    `json:"index"` // in the caller's log
	Gen    int                      `json:"gen"`
	At     string                   `json:"at"`
	Check  Check                    `json:"check"`
	Legs   map[charter.PartyID]*Leg `json:"legs,omitempty"` // of parties that were heard of
}

// Leg is what became of a call at one party.
type Leg struct {
	Received string `json:"received,omitzero"` // when its node had stored the call, by that node's clock
	Route    string `json:"route,omitzero"`
	AnswerID string `json:"answer_id,omitzero"`
	Answered string `json:"answered,omitzero"`
	Member   string `json:"member,omitzero"` // who answered
	Answer   Answer `json:"answer,omitzero"`
}

// Check judges a call, a node's word that it came, or an answer.
func (m *Month) Check(c *charter.State, a *charter.Act) error {
	_, in, ok := Split(a.Entry.Matter)
	if !ok || in == "" {
		return refusal.New(refusal.Invalid, "line.matter", "matter", a.Entry.Matter)
	}
	switch a.Entry.Type {
	case "line.check":
		if a.Entry.At.UTC().Format(month) != in {
			return refusal.New(refusal.Invalid, "line.matter", "matter", a.Entry.Matter)
		}
		return with(a, func(b *Check) error { return b.check(c, a.Party) })
	case "line.receive":
		return with(a, func(b *Receive) error {
			leg, err := m.leg(a.Party, b.Check)
			if err == nil && leg != nil && leg.Received != "" {
				err = refusal.New(refusal.Conflict, "line.received_already", "check", b.Check)
			}
			return err
		})
	case "line.answer":
		return with(a, func(b *Answer) error {
			leg, err := m.leg(a.Party, b.Check)
			if err == nil && leg != nil && leg.Answered != "" {
				err = refusal.New(refusal.Conflict, "line.answered_already", "check", b.Check)
			}
			if err == nil {
				err = b.Payload.check()
			}
			if err == nil {
				err = b.Note.Check()
			}
			return err
		})
	}
	return refusal.New(refusal.Invalid, "entry.newer")
}

func (b *Check) check(c *charter.State, by charter.PartyID) error {
	if len(b.To) == 0 {
		return refusal.New(refusal.Invalid, "line.nobody_called")
	}
	for i, p := range b.To {
		if c.Ordinal(p) < 0 || p == by || slices.Contains(b.To[:i], p) {
			return refusal.New(refusal.Invalid, "line.cannot_call", "party", string(p))
		}
	}
	if b.Due != "" {
		if _, err := instant(b.Due); err != nil {
			return err
		}
	}
	return b.Payload.check()
}

// leg finds what became of a call at a party that was called; nil if nothing yet.
func (m *Month) leg(p charter.PartyID, id string) (*Leg, error) {
	i := m.index(id)
	if i < 0 {
		return nil, refusal.New(refusal.Missing, "line.no_check", "check", id)
	}
	if !slices.Contains(m.Calls[i].Check.To, p) {
		return nil, refusal.New(refusal.Denied, "line.not_called", "check", id, "party", string(p))
	}
	return m.Calls[i].Legs[p], nil
}

func (m *Month) index(id string) int {
	return slices.IndexFunc(m.Calls, func(c Call) bool { return c.ID == id })
}

// Apply folds a valid act.
func (m *Month) Apply(_ *charter.State, a *charter.Act) {
	at := stampOf(&a.Entry)
	switch a.Entry.Type {
	case "line.check":
		b := body[Check](a)
		call := Call{ID: a.ID(), Party: a.Party, Member: a.Entry.Actor.Member, Index: a.Entry.Index, Gen: a.Gen, At: at, Check: b, Legs: map[charter.PartyID]*Leg{}}
		m.Calls = append(m.Calls, call)
		for _, p := range b.To {
			m.Unreceived = append(m.Unreceived, waiting(call.ID, p))
		}
	case "line.receive":
		b := body[Receive](a)
		leg := m.at(a.Party, b.Check)
		leg.Received, leg.Route = at, b.Route
		m.Unreceived = slices.DeleteFunc(m.Unreceived, func(s string) bool { return s == waiting(b.Check, a.Party) })
	case "line.answer":
		b := body[Answer](a)
		leg := m.at(a.Party, b.Check)
		leg.AnswerID, leg.Answered, leg.Member, leg.Answer = a.ID(), at, a.Entry.Actor.Member, b
	}
}

func waiting(check string, p charter.PartyID) string { return check + " " + string(p) }

// at makes the leg of a call that is there.
func (m *Month) at(p charter.PartyID, id string) *Leg {
	legs := m.Calls[m.index(id)].Legs
	if legs[p] == nil {
		legs[p] = new(Leg)
	}
	return legs[p]
}

// Owed is what a party's node owes by rule: its word for every call to the party that it has stored.
func (m *Month) Owed(me charter.PartyID) []Receive {
	var out []Receive
	for _, s := range m.Unreceived {
		if id, p, _ := strings.Cut(s, " "); p == string(me) {
			out = append(out, Receive{Check: id})
		}
	}
	return out
}
