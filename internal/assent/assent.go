// Package assent is what parties say to a proposal that needs all of them: they agree, decline, or withdraw.
//
// It promises that a proposal stands once every party of the charter agrees to exactly it, that a party's own last word counts, and that any party's withdrawal ends it for good, whatever crosses with it.
package assent

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Word is a party's word on a proposal.
type Word struct {
	charter.By
	Word   string    `json:"word"` // Agrees, Declines, Withdraws
	Reason lang.Text `json:"reason,omitempty"`
}

// Words of parties on a proposal.
const (
	Agrees    = "agrees"
	Declines  = "declines"
	Withdraws = "withdraws"
)

// Statuses of a proposal.
const (
	Proposed  = "proposed"
	Declined  = "declined"
	Agreed    = "agreed"
	Withdrawn = "withdrawn"
)

// Poll is what was said to one proposal, in the order of the record.
type Poll struct {
	Author charter.PartyID // agrees from the start
	Words  []Word
}

// None refuses an act on a proposal that is not there.
func None(proposal string) error {
	return refusal.New(refusal.Missing, "assent.no_proposal", "proposal", proposal)
}

// last is a party's last word, nil if it has said nothing since the proposal.
func (p Poll) last(party charter.PartyID) *Word {
	var out *Word
	for i := range p.Words {
		if w := &p.Words[i]; w.Party == party && (out == nil || w.Turn() > out.Turn()) {
			out = w
		}
	}
	return out
}

// Word is a party's word, "" if it has said nothing.
func (p Poll) Word(party charter.PartyID) string {
	if w := p.last(party); w != nil {
		return w.Word
	}
	if p.Author == party {
		return Agrees
	}
	return ""
}

// Agrees reports whether a party stands behind the proposal.
func (p Poll) Agrees(party charter.PartyID) bool { return p.Word(party) == Agrees }

// Withdrawn reports whether anybody has withdrawn it.
func (p Poll) Withdrawn() bool {
	return slices.ContainsFunc(p.Words, func(w Word) bool { return w.Word == Withdraws })
}

// Status is where the proposal stands.
func (p Poll) Status(c *charter.State) string {
	all := func(is func(word string) bool) bool {
		return !slices.ContainsFunc(c.Document().Parties, func(q charter.Party) bool { return !is(p.Word(q.ID)) })
	}
	switch {
	case p.Withdrawn():
		return Withdrawn
	case all(func(w string) bool { return w == Agrees }):
		return Agreed
	case !all(func(w string) bool { return w != Declines }):
		return Declined
	}
	return Proposed
}

// Awaits reports whether a party has yet to answer what can still come to something.
func (p Poll) Awaits(c *charter.State, party charter.PartyID) bool {
	return p.Status(c) == Proposed && p.Word(party) == ""
}

// Open refuses any word on what was withdrawn, as far as the author of the word knows.
func (p Poll) Open() error {
	if p.Withdrawn() {
		return refusal.New(refusal.Conflict, "assent.withdrawn_already")
	}
	return nil
}

// MayAgree refuses to agree twice, and to what was withdrawn.
func (p Poll) MayAgree(party charter.PartyID) error {
	if err := p.Open(); err != nil {
		return err
	}
	if p.Agrees(party) {
		return refusal.New(refusal.Conflict, "assent.agrees_already")
	}
	return nil
}

// MayDecline refuses to decline twice, what one has agreed to, and what was withdrawn.
func (p Poll) MayDecline(party charter.PartyID) error {
	if err := p.Open(); err != nil {
		return err
	}
	switch p.Word(party) {
	case Agrees:
		return refusal.New(refusal.Conflict, "assent.agreed_before")
	case Declines:
		return refusal.New(refusal.Conflict, "assent.declines_already")
	}
	return nil
}

// Offers lists the acts of a kind that make sense for a party on any of the proposals, what it most likely came for first.
func Offers(kind string, me charter.PartyID, polls []Poll) (out []string) {
	has := func(is func(Poll) bool) bool {
		return slices.ContainsFunc(polls, func(p Poll) bool { return !p.Withdrawn() && is(p) })
	}
	if has(func(p Poll) bool { return !p.Agrees(me) }) {
		out = append(out, kind+".agree")
	}
	if has(func(p Poll) bool { return p.Word(me) == "" }) {
		out = append(out, kind+".decline")
	}
	if has(func(p Poll) bool { return p.Agrees(me) }) {
		out = append(out, kind+".withdraw")
	}
	return out
}
