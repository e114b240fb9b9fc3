package text

import (
	"slices"
	"strings"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// Parallel texts are how sides speak on one matter where no joint text is possible: each side has its own, at the same table and with the same proofs, and none has the authority of both. docs/protocol.md 4.10.

// Dissent is what a party of another side says against an issued parallel text. It hangs on it for ever.
type Dissent struct {
	Paragraph ParaID    `json:"paragraph,omitzero"` // "" for the whole text
	Text      lang.Text `json:"text"`
}

func (Dissent) EntryType() string { return "text.dissent" }

// Dissented is a dissent on the record.
type Dissented struct {
	By
	Paragraph ParaID    `json:"paragraph,omitzero"`
	Text      lang.Text `json:"text"`
}

// Parallel reports whether the text is one side's own, without joint authority.
func (s *State) Parallel() bool { return s.Tabled != nil && s.Tabled.Parallel }

// ParallelID is the id of a party's text of a pair. No other party can table it.
func ParallelID(p charter.PartyID, pair string) string { return string(p) + "." + pair }

// Pair names the matter on which each side has a text of its own; "" for a joint text.
func (s *State) Pair() string {
	if !s.Parallel() {
		return ""
	}
	return strings.TrimPrefix(s.ID, ParallelID(s.Tabled.Party, ""))
}

// Side is the side whose own text it is; "" for a joint text.
func (s *State) Side(c *charter.State) string {
	if !s.Parallel() {
		return ""
	}
	return c.SideOf(s.Tabled.Party)
}

// Beside are the ids of the texts that parties of other sides have, or may have, in the pair.
func (s *State) Beside(c *charter.State) []string {
	var out []string
	if !s.Parallel() {
		return nil
	}
	for _, p := range c.Document().Parties {
		if p.ID != s.Tabled.Party {
			out = append(out, ParallelID(p.ID, s.Pair()))
		}
	}
	return out
}

// SameVoice reports whether two texts speak with the same authority: both for all sides, or both for one and the same.
func (s *State) SameVoice(c *charter.State, o *State) bool { return s.Side(c) == o.Side(c) }

// parties are those whose agreement the text needs: of a joint text all, of a parallel one those of its side.
func (s *State) parties(c *charter.State) []charter.Party { return partiesOf(c, s.Side(c)) }

func (p *Para) parties(c *charter.State) []charter.Party { return partiesOf(c, p.Side) }

// partiesOf are the parties of a side; of "" all.
func partiesOf(c *charter.State, side string) []charter.Party {
	all := c.Document().Parties
	if side == "" {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(p charter.Party) bool { return p.Side != side })
}

// Takes reports whether a party takes part in making the text.
func (s *State) Takes(c *charter.State, p charter.PartyID) bool {
	return slices.ContainsFunc(s.parties(c), func(q charter.Party) bool { return q.ID == p })
}

// sides are those whose translators sign off the text's languages.
func (s *State) sides(c *charter.State) []charter.Side {
	sides := c.Document().Sides
	if !s.Parallel() {
		return sides
	}
	return slices.DeleteFunc(slices.Clone(sides), func(x charter.Side) bool { return x.ID != s.Side(c) })
}

// sealers are the parties of a round as the rule of adoption sees them.
type sealers struct {
	*charter.State
	doc *charter.Document
}

func (s sealers) Document() *charter.Document { return s.doc }

// Sealers are the parties whose seals the text needs.
func (s *State) Sealers(c *charter.State) adoption.Parties {
	if !s.Parallel() {
		return c
	}
	doc := *c.Document()
	doc.Parties = s.parties(c)
	return sealers{c, &doc}
}

// theirs refuses an act on another side's own text. Only a dissent is left, and that only to others.
func (s *State) theirs(c *charter.State, a *charter.Act) error {
	dissent := a.Entry.Type == "text.dissent"
	switch {
	case !s.Parallel() && dissent:
		return refusal.New(refusal.Conflict, "text.dissent_joint", "text", s.ID)
	case !s.Parallel():
		return nil
	case dissent && s.Takes(c, a.Party):
		return refusal.New(refusal.Denied, "text.dissent_own", "text", s.ID)
	case !dissent && !s.Takes(c, a.Party):
		return refusal.New(refusal.Denied, "text.parallel_theirs", "text", s.ID, "side", s.Side(c))
	}
	return nil
}

// checkParallel demands that one's own text has an id that is one's own.
func (b *Table) checkParallel(s *State, a *charter.Act) error {
	if own := ParallelID(a.Party, ""); b.Parallel && (!strings.HasPrefix(s.ID, own) || len(s.ID) == len(own)) {
		return refusal.New(refusal.Invalid, "text.parallel_id", "id", ParallelID(a.Party, s.ID))
	}
	return nil
}

// yields reports whether the draft that is there gives way to this one. A parallel text bears its party's name, so that nobody else can take its place by tabling a draft under that id in time; only what its own party made
// into a round of sealing of everybody's stays.
func (s *State) yields(b *Table) bool {
	return b.Parallel && !s.Parallel() && len(s.Rounds.List) == 0
}

func (b *Dissent) check(s *State, c *charter.State, _ *charter.Act) error {
	if s.Outcome(c, nil) != adoption.Adopted {
		return refusal.New(refusal.Conflict, "text.dissent_early", "text", s.ID)
	}
	if b.Paragraph != "" && !slices.ContainsFunc(s.ContentOf(c, s.Frozen(c)).Paragraphs, func(p proof.Paragraph) bool { return p.ID == string(b.Paragraph) }) {
		return unknownParagraph(b.Paragraph)
	}
	if _, words := b.Text.Pick(); strings.TrimSpace(words) == "" {
		return refusal.New(refusal.Invalid, "text.dissent_words")
	}
	if err := b.Text.Check(); err != nil {
		return err
	}
	for _, tag := range b.Text.Tags() {
		if err := checkVersion(b.Paragraph, tag, b.Text[tag]); err != nil {
			return err
		}
	}
	return nil
}

func (b *Dissent) apply(s *State, _ *charter.State, a *charter.Act) {
	s.Dissents = append(s.Dissents, Dissented{By: by(a), Paragraph: b.Paragraph, Text: b.Text})
}
