package meeting

import (
	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// Delegation says who comes for a party. The names are personal and stand in an attachment that can be erased; the record keeps its id, how many there are, and in which capacities. Each party
// writes only its own.
type Delegation struct {
	List       string    `json:"list"` // attachment
	Count      int       `json:"count"`
	Capacities lang.Text `json:"capacities,omitempty"` // of the head
	Final      bool      `json:"final,omitzero"`
}

// EntryType implements entry.Body.
func (Delegation) EntryType() string { return "meeting.delegation" }

// Delegated is a version of a party's list.
type Delegated struct {
	charter.By
	Delegation
}

// Check implements subject.Act.
func (b *Delegation) Check(s *State, _ *charter.State, a *charter.Act) error {
	if s.Meeting == nil {
		return s.unknown(a)
	}
	if d := s.DelegationOf(a.Party); d != nil && d.Final {
		return refusal.New(refusal.Conflict, "meeting.delegation_final")
	}
	if b.Count < 1 {
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "delegates")
	}
	if err := b.Capacities.Check(); err != nil {
		return err
	}
	return subject.Line(b.List, "list", true)
}

// Apply implements subject.Act.
func (b *Delegation) Apply(s *State, _ *charter.State, a *charter.Act) {
	if s.Delegations == nil {
		s.Delegations = map[charter.PartyID][]Delegated{}
	}
	s.Delegations[a.Party] = append(s.Delegations[a.Party], Delegated{a.By(), *b})
}

// DelegationOf is a party's list as it stands, nil if it has given none.
func (s *State) DelegationOf(p charter.PartyID) *Delegated {
	v := s.Delegations[p]
	if len(v) == 0 {
		return nil
	}
	return &v[len(v)-1]
}
