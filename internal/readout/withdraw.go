package readout

import (
	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// Withdraw takes a draft off the table; of a published readout it says that its party stands behind it no more. Its words, and what was said against them, stay where they are and say so: a mistake is corrected in public, never hidden.
type Withdraw struct {
	Reason  lang.Text `json:"reason" form:"wording,required"`
	Instead string    `json:"instead,omitzero" form:"ref=readout"` // id of the readout that stands in its place
}

// EntryType implements entry.Body.
func (Withdraw) EntryType() string { return "readout.withdraw" }

// What a withdrawn readout is.
const (
	Withdrawn = "withdrawn" // a draft: it will not be published
	Retracted = "retracted" // published, and given up by its party
)

// TakenBack is the word of a party that withdrew its readout.
type TakenBack struct {
	charter.By
	Reason  lang.Text `json:"reason"`
	Instead string    `json:"instead,omitzero"`
}

// Check implements subject.Act.
func (b *Withdraw) Check(s *State, _ *charter.State, a *charter.Act) error {
	switch {
	case s.Put == nil:
		return subject.Unknown(a)
	case s.Put.Party != a.Party:
		return subject.NotYours(a, string(s.Put.Party))
	case s.Withdrawn != nil:
		return refusal.New(refusal.Conflict, "readout.withdrawn")
	case b.Instead != "" && (!entry.ValidID(b.Instead) || b.Instead == s.ID):
		return refusal.New(refusal.Invalid, "readout.instead", "readout", b.Instead)
	}
	return subject.Words(b.Reason, "reason")
}

// Apply implements subject.Act.
func (b *Withdraw) Apply(s *State, _ *charter.State, a *charter.Act) {
	if s.Put.Party == a.Party && s.Withdrawn == nil {
		s.Withdrawn = &TakenBack{a.By(), b.Reason, b.Instead}
	}
}

// Open reports whether it is a draft that may still be published.
func (s *State) Open() bool { return s.Put != nil && s.Published == nil && s.Withdrawn == nil }
