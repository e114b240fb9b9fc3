// Package membership owns what a party says of its own place in a mechanism: under which name it goes from a day on, that it goes on in the mechanism that continues this one, that it leaves.
//
// It promises that nobody says any of it for another party, that a word on going on or leaving is said once and rests on a text that all parties adopted, and that nothing follows from
// anything else: a party is a party of its mechanism for ever. docs/protocol.md 4.6.
package membership

import (
	"encoding/hex"
	"slices"
	"strconv"

	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// Kind is the kind of matter. Each party has one, named by its id.
const Kind = "membership"

// Matter is where a party's entries belong.
func Matter(p charter.PartyID) string { return Kind + "/" + string(p) }

// MaxNames bounds the names in one act.
const MaxNames = 32

type (
	// Rename says what a party is called from a day on. By the party itself, its own names; by one of another side, the names that that side uses of it.
	Rename struct {
		Names  []Official `json:"names" form:"rows,required"`
		From   string     `json:"from" form:"day,required"`
		Text   string     `json:"decided_by,omitzero" form:"ref=text"` // that says so, adopted here
		Reason lang.Text  `json:"reason,omitempty" form:"wording"`     // in the party's words, where no text says so
	}
	// Official is a name in one language.
	Official struct {
		Lang  lang.Tag `json:"lang" form:"language,required"`
		Full  string   `json:"full" form:"line,required"`
		Short string   `json:"short,omitzero" form:"line"`
	}
	// Continue says that a party goes on in the mechanism that continues this one, and opens nothing new here.
	Continue struct {
		Successor string    `json:"successor" form:"ref=successor,required"` // id, 64 hex
		Text      string    `json:"decided_by" form:"-"`                     // that decided it, adopted here
		Note      lang.Text `json:"note,omitempty" form:"wording"`
	}
	// Leave says that a party does not go on, as a text says that all adopted.
	Leave struct {
		Text   string    `json:"decided_by" form:"ref=text,required"`
		From   string    `json:"from,omitzero" form:"day"`
		Reason lang.Text `json:"reason,omitempty" form:"wording"`
	}
)

// EntryType implements entry.Body.
func (Rename) EntryType() string   { return "membership.rename" }
func (Continue) EntryType() string { return "membership.continue" }
func (Leave) EntryType() string    { return "membership.leave" }

// Resting is a body that rests on a text: it is void unless that text is adopted as far as its past shows. "" is none.
type Resting interface{ RestsOn() string }

// RestsOn implements Resting.
func (b *Rename) RestsOn() string   { return b.Text }
func (b *Continue) RestsOn() string { return b.Text }
func (b *Leave) RestsOn() string    { return b.Text }

// State is what was said of one party's place.
type State struct {
	ID      string    `json:"id"` // of the party
	Renames []Renamed `json:"renames,omitempty"`
	Words   []Word    `json:"words,omitempty"` // of the party itself; more than one only if a generation of its log did not know of the first
}

// Renamed is a change of names. Side is whose usage it is, "" for the party's own.
type Renamed struct {
	charter.By
	Side   string     `json:"side,omitzero"`
	Names  []Official `json:"names"`
	From   string     `json:"from"`
	Text   string     `json:"decided_by,omitzero"`
	Reason lang.Text  `json:"reason,omitempty"`
}

// Word is whether the party goes on.
type Word struct {
	charter.By
	Status    string    `json:"status"` // Continues or Left
	Successor string    `json:"successor,omitzero"`
	Text      string    `json:"decided_by"`
	From      string    `json:"from,omitzero"`
	Note      lang.Text `json:"note,omitempty"`
}

// Words of a party.
const (
	Continues = "continues"
	Left      = "leaves"
)

var acts = subject.Of(func() subject.Act[State] { return new(Rename) }, func() subject.Act[State] { return new(Continue) }, func() subject.Act[State] { return new(Leave) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) { acts.Apply(s, c, a) }

// Said is the party's word, nil while it has said none.
func (s *State) Said() *Word {
	if s == nil || len(s.Words) == 0 {
		return nil
	}
	return &s.Words[0]
}

// Spoken is the party's word as far as a past shows.
func (s *State) Spoken(c *charter.State, past charter.Past) *Word {
	for i := range s.Words {
		if c.Covers(past, s.Words[i].By) {
			return &s.Words[i]
		}
	}
	return nil
}

// Namings are the changes of names as the charter's state takes them.
func (s *State) Namings() []charter.Naming {
	var out []charter.Naming
	for _, r := range s.Renames {
		n := charter.Naming{By: r.By, Side: r.Side, From: r.From}
		for _, o := range r.Names {
			n.Names = append(n.Names, charter.Name{Lang: o.Lang, Full: o.Full, Short: o.Short, UsedBy: r.Side, From: r.From})
		}
		out = append(out, n)
	}
	return out
}

// of is the party that a matter is about.
func of(c *charter.State, a *charter.Act) (charter.PartyID, error) {
	p := charter.PartyID(subject.ID(a.Entry.Matter))
	if c.Ordinal(p) < 0 {
		return p, refusal.New(refusal.Invalid, "membership.no_party", "party", string(p))
	}
	return p, nil
}

// Check implements subject.Act.
func (b *Rename) Check(_ *State, c *charter.State, a *charter.Act) error {
	p, err := of(c, a)
	switch {
	case err != nil:
		return err
	case p != a.Party && c.SideOf(p) == c.SideOf(a.Party):
		return subject.NotYours(a, string(p))
	case len(b.Names) == 0 || len(b.Names) > MaxNames:
		return refusal.New(refusal.Invalid, "membership.names", "limit", strconv.Itoa(MaxNames))
	case b.From == "":
		return refusal.New(refusal.Invalid, "dialogue.words_needed", "field", "from")
	}
	if err := b.checkNames(); err != nil {
		return err
	}
	if err := subject.Day(b.From); err != nil {
		return err
	}
	if p == a.Party && b.Text == "" {
		return subject.Words(b.Reason, "reason")
	}
	return b.Reason.Check()
}

func (b *Rename) checkNames() error {
	for i, n := range b.Names {
		if err := n.Lang.Check(); err != nil {
			return err
		}
		if slices.ContainsFunc(b.Names[:i], func(o Official) bool { return o.Lang == n.Lang }) {
			return refusal.New(refusal.Invalid, "membership.twice", "language", string(n.Lang))
		}
		if err := subject.Line(n.Full, "full", true); err != nil {
			return err
		}
		if err := subject.Line(n.Short, "short", false); err != nil {
			return err
		}
	}
	return nil
}

// Apply implements subject.Act.
func (b *Rename) Apply(s *State, c *charter.State, a *charter.Act) {
	r := Renamed{By: a.By(), Names: b.Names, From: b.From, Text: b.Text, Reason: b.Reason}
	if s.ID != string(a.Party) {
		r.Side = c.SideOf(a.Party)
	}
	s.Renames = append(s.Renames, r)
}

// word refuses what is not the party's own, or its second word.
func (s *State) word(c *charter.State, a *charter.Act, text string) error {
	p, err := of(c, a)
	switch {
	case err != nil:
		return err
	case p != a.Party:
		return subject.NotYours(a, string(p))
	case len(s.Words) > 0:
		return refusal.New(refusal.Conflict, "membership.said_already", "party", string(p), "entry", s.Words[0].Act)
	}
	return subject.Line(text, "decided_by", true)
}

// Check implements subject.Act.
func (b *Continue) Check(s *State, c *charter.State, a *charter.Act) error {
	if err := s.word(c, a, b.Text); err != nil {
		return err
	}
	if d, err := hex.DecodeString(b.Successor); err != nil || len(d) != 32 || hex.EncodeToString(d) != b.Successor || b.Successor == a.Entry.Mech {
		return refusal.New(refusal.Invalid, "membership.no_successor", "mechanism", b.Successor)
	}
	return b.Note.Check()
}

// Apply implements subject.Act.
func (b *Continue) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Words = append(s.Words, Word{By: a.By(), Status: Continues, Successor: b.Successor, Text: b.Text, Note: b.Note})
}

// Check implements subject.Act.
func (b *Leave) Check(s *State, c *charter.State, a *charter.Act) error {
	if err := s.word(c, a, b.Text); err != nil {
		return err
	}
	if err := subject.Day(b.From); err != nil {
		return err
	}
	return b.Reason.Check()
}

// Apply implements subject.Act.
func (b *Leave) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Words = append(s.Words, Word{By: a.By(), Status: Left, Text: b.Text, From: b.From, Note: b.Reason})
}

// Offers implements dialogue.Offering.
func (s *State) Offers(c *charter.State, me charter.PartyID) []string {
	id := charter.PartyID(s.ID)
	switch {
	case id == me && s.Said() == nil:
		return []string{Rename{}.EntryType(), Continue{}.EntryType(), Leave{}.EntryType()}
	case id == me || c.SideOf(id) != c.SideOf(me):
		return []string{Rename{}.EntryType()}
	}
	return nil
}
