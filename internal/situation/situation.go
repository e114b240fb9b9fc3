// Package situation owns the situation board: how each party says it sees the situation, in its own words and its own language, side by side.
//
// It promises that nothing depends on it. No other subject, no line and no rule can import it, and a test shows that everything else comes out the same whatever is declared. A declaration
// stands until its party replaces it or takes it back; what was declared before stays readable.
package situation

import (
	"slices"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Declare says how a party sees the situation from a day on. It replaces what it declared before.
type Declare struct {
	Level string    `json:"level"` // of the charter's list if it has one, else a word of the party's own
	Text  lang.Text `json:"text"`  // in the party's own language; it may add others
	From  string    `json:"from"`  // day
}

// Withdraw takes the declaration that stands back, without another in its place.
type Withdraw struct {
	Declaration string `json:"declaration"` // act id
}

// EntryType implements entry.Body.
func (Declare) EntryType() string  { return "situation.declare" }
func (Withdraw) EntryType() string { return "situation.withdraw" }

// Matter is where a party's declarations belong.
func Matter(p charter.PartyID) string { return "situation/" + string(p) }

// State is everything a party has declared, the newest last.
type State struct {
	Party        charter.PartyID `json:"party"`
	Declarations []Declaration   `json:"declarations,omitempty"`
}

// Declaration is one declaration with what became of it.
type Declaration struct {
	ID     string  `json:"id"`
	Member string  `json:"member"`
	At     string  `json:"at"`
	Said   Declare `json:"said"`
	Until  string  `json:"until,omitzero"` // when it was replaced or taken back
}

// maxLevel bounds a level, in bytes.
const maxLevel = 120

// Check judges a declaration.
func (s *State) Check(c *charter.State, a *charter.Act) error {
	if a.Entry.Matter != Matter(a.Party) {
		return refusal.New(refusal.Denied, "situation.not_yours", "party", string(a.Party))
	}
	switch a.Entry.Type {
	case "situation.declare":
		var b Declare
		if err := entry.DecodeBody(&a.Entry, &b); err != nil {
			return err
		}
		return b.check(c, a.Party)
	case "situation.withdraw":
		var b Withdraw
		if err := entry.DecodeBody(&a.Entry, &b); err != nil {
			return err
		}
		if d := s.Stands(); d == nil || d.ID != b.Declaration {
			return refusal.New(refusal.Missing, "situation.does_not_stand", "declaration", b.Declaration)
		}
		return nil
	}
	return refusal.New(refusal.Invalid, "entry.newer")
}

func (b *Declare) check(c *charter.State, by charter.PartyID) error {
	if _, err := time.Parse("2006-01-02", b.From); err != nil {
		return refusal.New(refusal.Invalid, "situation.no_such_day", "day", b.From)
	}
	p, _ := c.Document().Party(by)
	if b.Text[p.Language] == "" {
		return refusal.New(refusal.Invalid, "situation.own_language", "language", string(p.Language))
	}
	if err := b.Text.Check(); err != nil {
		return err
	}
	levels := c.Document().Rules.SituationLevels
	if len(levels) > 0 {
		if !slices.ContainsFunc(levels, func(l charter.Level) bool { return l.ID == b.Level }) {
			return refusal.New(refusal.Invalid, "situation.no_such_level", "level", b.Level)
		}
		return nil
	}
	if b.Level == "" || len(b.Level) > maxLevel {
		return refusal.New(refusal.Invalid, "situation.no_level")
	}
	return lang.CheckLine(b.Level)
}

// Apply folds a valid act.
func (s *State) Apply(_ *charter.State, a *charter.Act) {
	at := a.Entry.At.UTC().Format(time.RFC3339)
	if d := s.Stands(); d != nil {
		d.Until = at
	}
	if a.Entry.Type != "situation.declare" {
		return
	}
	d := Declaration{ID: a.ID(), Member: a.Entry.Actor.Member, At: at}
	_ = entry.DecodeBody(&a.Entry, &d.Said) // Check has read it
	s.Party = a.Party
	s.Declarations = append(s.Declarations, d)
}

// Stands is the declaration that stands; nil if there is none.
func (s *State) Stands() *Declaration {
	if n := len(s.Declarations); n > 0 && s.Declarations[n-1].Until == "" {
		return &s.Declarations[n-1]
	}
	return nil
}
