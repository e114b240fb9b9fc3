// Package glossary owns what things are called: one word in each language behind which every party stands, and each party's own words beside it.
//
// It promises that a word counts as agreed only while every party stands behind the same version of it, that nobody's own word is changed by anybody else, and that both stay readable when
// others take their place. What a party writes is its own register, so the order of concurrent acts decides nothing about whose word is whose.
package glossary

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

type (
	// Enter proposes what a thing is called in common, or amends it. It stands as proposed until every party concurs.
	Enter struct {
		Term       lang.Text `json:"term" form:"wording,required"`
		Definition lang.Text `json:"definition,omitempty" form:"wording"`
	}
	// Concur stands behind the common words as a certain act entered them.
	Concur struct {
		Entered string `json:"entered" form:"ref=entered,required"` // act id
	}
	// Own records the party's own word, without prejudice to the others'. A later one in the same language replaces it.
	Own struct {
		Language lang.Tag `json:"language" form:"language,required"`
		Term     string   `json:"term" form:"line,required"`
		Note     string   `json:"note,omitzero" form:"remark"`
	}
	// Withdraw gives the party's own word in a language up.
	Withdraw struct {
		Language lang.Tag `json:"language" form:"language,required"`
	}
)

// EntryType implements entry.Body.
func (Enter) EntryType() string    { return "term.enter" }
func (Concur) EntryType() string   { return "term.concur" }
func (Own) EntryType() string      { return "term.own" }
func (Withdraw) EntryType() string { return "term.withdraw" }

// State is one thing with its words.
type State struct {
	ID      string                     `json:"id"`
	Entered []Entered                  `json:"entered,omitempty"` // in the order of the record
	Own     map[charter.PartyID][]Word `json:"own,omitempty"`     // in each party's own log's order
}

// Entered is one version of the common words.
type Entered struct {
	charter.By
	Enter
	Concurs []charter.By `json:"concurs,omitempty"`
}

// Word is a party's own word; an empty one says that it was given up.
type Word struct {
	charter.By
	Language lang.Tag `json:"language"`
	Term     string   `json:"term"`
	Note     string   `json:"note,omitzero"`
}

var acts = subject.Of(func() subject.Act[State] { return new(Enter) }, func() subject.Act[State] { return new(Concur) },
	func() subject.Act[State] { return new(Own) }, func() subject.Act[State] { return new(Withdraw) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) { acts.Apply(s, c, a) }

// Check implements subject.Act. A word is one line: it is looked for in wording.
func (b *Enter) Check(_ *State, _ *charter.State, _ *charter.Act) error {
	if err := subject.Words(b.Term, "term"); err != nil {
		return err
	}
	for _, tag := range b.Term.Tags() {
		if err := subject.Line(b.Term[tag], "term", true); err != nil {
			return err
		}
	}
	return b.Definition.Check()
}

// Apply implements subject.Act.
func (b *Enter) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Entered = append(s.Entered, Entered{By: a.By(), Enter: *b})
}

// Check implements subject.Act.
func (b *Concur) Check(s *State, _ *charter.State, a *charter.Act) error {
	e := s.entered(b.Entered)
	switch {
	case len(s.Entered) == 0:
		return subject.Unknown(a)
	case e == nil:
		return subject.NoAct(a, b.Entered)
	case e.StandsBehind(a.Party):
		return refusal.New(refusal.Conflict, "term.concurs_already")
	}
	return nil
}

// Apply implements subject.Act.
func (b *Concur) Apply(s *State, _ *charter.State, a *charter.Act) {
	if e := s.entered(b.Entered); e != nil {
		e.Concurs = append(e.Concurs, a.By())
	}
}

// Check implements subject.Act.
func (b *Own) Check(s *State, _ *charter.State, a *charter.Act) error {
	if len(s.Entered) == 0 {
		return subject.Unknown(a)
	}
	if err := b.Language.Check(); err != nil {
		return err
	}
	if err := subject.Line(b.Term, "term", true); err != nil {
		return err
	}
	return subject.Remark(b.Note, "note", false)
}

// Apply implements subject.Act.
func (b *Own) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.say(a.Party, Word{a.By(), b.Language, b.Term, b.Note})
}

// Check implements subject.Act.
func (b *Withdraw) Check(s *State, _ *charter.State, a *charter.Act) error {
	if !slices.ContainsFunc(s.Words(a.Party), func(w Word) bool { return w.Language == b.Language }) {
		return refusal.New(refusal.Missing, "term.no_own", "language", string(b.Language))
	}
	return nil
}

// Apply implements subject.Act.
func (b *Withdraw) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.say(a.Party, Word{By: a.By(), Language: b.Language})
}

func (s *State) say(p charter.PartyID, w Word) {
	if s.Own == nil {
		s.Own = map[charter.PartyID][]Word{}
	}
	s.Own[p] = append(s.Own[p], w)
}

func (s *State) entered(act string) *Entered {
	i := slices.IndexFunc(s.Entered, func(e Entered) bool { return e.Act == act })
	if i < 0 {
		return nil
	}
	return &s.Entered[i]
}

// StandsBehind reports whether a party entered this version or concurred in it.
func (e *Entered) StandsBehind(p charter.PartyID) bool {
	return e.Party == p || slices.ContainsFunc(e.Concurs, func(by charter.By) bool { return by.Party == p })
}

func (e *Entered) agreed(c *charter.State) bool {
	return !slices.ContainsFunc(c.Document().Parties, func(p charter.Party) bool { return !e.StandsBehind(p.ID) })
}

// Standing is the newest version behind which every party stands, else the newest there is. agreed says which of the two.
func (s *State) Standing(c *charter.State) (now *Entered, agreed bool) {
	for i := len(s.Entered) - 1; i >= 0; i-- {
		if s.Entered[i].agreed(c) {
			return &s.Entered[i], true
		}
	}
	if len(s.Entered) == 0 {
		return nil, false
	}
	return &s.Entered[len(s.Entered)-1], false
}

// Open lists the versions that may still come to stand in place of what does, newest first.
func (s *State) Open(c *charter.State) []*Entered {
	var out []*Entered
	for i := len(s.Entered) - 1; i >= 0 && !s.Entered[i].agreed(c); i-- {
		out = append(out, &s.Entered[i])
	}
	return out
}

// Awaits lists the versions, newer than what is agreed, behind which a party does not stand yet.
func (s *State) Awaits(c *charter.State, p charter.PartyID) []Entered {
	var out []Entered
	for i := range s.Entered {
		switch e := &s.Entered[i]; {
		case e.agreed(c):
			out = nil
		case !e.StandsBehind(p):
			out = append(out, *e)
		}
	}
	return out
}

// Words are a party's own words as they stand, one a language.
func (s *State) Words(p charter.PartyID) []Word {
	var out []Word
	for _, w := range s.Own[p] {
		out = slices.DeleteFunc(out, func(o Word) bool { return o.Language == w.Language })
		if w.Term != "" {
			out = append(out, w)
		}
	}
	return out
}

// Offers lists the acts that make sense for a party now, what it most likely came for first.
func (s *State) Offers(c *charter.State, me charter.PartyID) []string {
	if len(s.Entered) == 0 {
		return nil
	}
	var out []string
	if len(s.Awaits(c, me)) > 0 {
		out = append(out, "term.concur")
	}
	out = append(out, "term.own", "term.enter")
	if len(s.Words(me)) > 0 {
		out = append(out, "term.withdraw")
	}
	return out
}
