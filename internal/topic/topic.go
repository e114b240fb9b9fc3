// Package topic owns the named issues on which the sides exchange views: who raised one, each party's position and its history, and each party's own terms.
//
// It promises that nobody's position or term is changed by anybody else, that a neutral title counts as agreed only when every party stands behind the same one, and that an issue which
// one side alone has raised says so. What a party writes is its own register, so the order of concurrent acts decides nothing.
package topic

import (
	"maps"
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

type (
	// Raise says that the party wants this issue to be talked about. The first one names it; others that raise it later may repeat or leave out the title.
	Raise struct {
		Title lang.Text `json:"title,omitempty" form:"wording"`
		Note  lang.Text `json:"note,omitempty" form:"wording"`
	}
	// Title stands behind a neutral title.
	Title struct {
		Title lang.Text `json:"title" form:"wording,required"`
	}
	// Position states the party's own position; the earlier ones stay readable.
	Position struct {
		Text lang.Text `json:"text" form:"wording,required"`
	}
	// Term records the party's own word for something whose name is contested, without prejudice to the other side's.
	Term struct {
		Language lang.Tag `json:"language" form:"language,required"`
		Term     string   `json:"term" form:"line,required"`
		Note     string   `json:"note,omitzero" form:"remark"`
	}
	// Rest says that the party has nothing open on this issue for now.
	Rest struct {
		Reason string `json:"reason,omitzero" form:"remark"`
	}
	// Resume takes the issue up again.
	Resume struct {
		Reason string `json:"reason,omitzero" form:"remark"`
	}
)

// EntryType implements entry.Body.
func (Raise) EntryType() string    { return "topic.raise" }
func (Title) EntryType() string    { return "topic.title" }
func (Position) EntryType() string { return "topic.position" }
func (Term) EntryType() string     { return "topic.term" }
func (Rest) EntryType() string     { return "topic.rest" }
func (Resume) EntryType() string   { return "topic.resume" }

// State is one issue.
type State struct {
	ID     string                      `json:"id"`
	Raised []Raised                    `json:"raised,omitempty"` // in the order of the record
	Own    map[charter.PartyID]*Corner `json:"own,omitempty"`
}

// Raised is a party's wish to talk about it.
type Raised struct {
	charter.By
	Title lang.Text `json:"title,omitempty"`
	Note  lang.Text `json:"note,omitempty"`
}

// Corner is what one party wrote about the issue, each list in its own log's order, the last counts.
type Corner struct {
	Titles    []Said   `json:"titles,omitempty"`
	Positions []Said   `json:"positions,omitempty"`
	Terms     []Termed `json:"terms,omitempty"`
	Rests     []Rested `json:"rests,omitempty"`
}

// Said is wording with its author.
type Said struct {
	charter.By
	Text lang.Text `json:"text"`
}

// Termed is a party's own word. A later one in the same language replaces it.
type Termed struct {
	charter.By
	Language lang.Tag `json:"language"`
	Term     string   `json:"term"`
	Note     string   `json:"note,omitzero"`
}

// Rested says that a party lets the issue rest, or no longer.
type Rested struct {
	charter.By
	Rest   bool   `json:"rest"`
	Reason string `json:"reason,omitzero"`
}

var acts = subject.Of(
	func() subject.Act[State] { return new(Raise) }, func() subject.Act[State] { return new(Title) }, func() subject.Act[State] { return new(Position) },
	func() subject.Act[State] { return new(Term) }, func() subject.Act[State] { return new(Rest) }, func() subject.Act[State] { return new(Resume) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) { acts.Apply(s, c, a) }

func (s *State) corner(p charter.PartyID) *Corner {
	if s.Own == nil {
		s.Own = map[charter.PartyID]*Corner{}
	}
	if s.Own[p] == nil {
		s.Own[p] = new(Corner)
	}
	return s.Own[p]
}

// Check implements subject.Act.
func (b *Raise) Check(s *State, _ *charter.State, a *charter.Act) error {
	if slices.ContainsFunc(s.Raised, func(r Raised) bool { return r.Party == a.Party }) {
		return refusal.New(refusal.Conflict, "topic.raised_already")
	}
	if len(s.Raised) == 0 {
		if err := subject.Words(b.Title, "title"); err != nil {
			return err
		}
	}
	if err := b.Title.Check(); err != nil {
		return err
	}
	return b.Note.Check()
}

// Apply implements subject.Act.
func (b *Raise) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Raised = append(s.Raised, Raised{a.By(), b.Title, b.Note})
}

func (s *State) begun(a *charter.Act) error {
	if len(s.Raised) == 0 {
		return subject.Unknown(a)
	}
	return nil
}

// Check implements subject.Act.
func (b *Title) Check(s *State, _ *charter.State, a *charter.Act) error {
	if err := s.begun(a); err != nil {
		return err
	}
	return subject.Words(b.Title, "title")
}

// Apply implements subject.Act.
func (b *Title) Apply(s *State, _ *charter.State, a *charter.Act) {
	o := s.corner(a.Party)
	o.Titles = append(o.Titles, Said{a.By(), b.Title})
}

// Check implements subject.Act.
func (b *Position) Check(s *State, _ *charter.State, a *charter.Act) error {
	if err := s.begun(a); err != nil {
		return err
	}
	return subject.Words(b.Text, "text")
}

// Apply implements subject.Act.
func (b *Position) Apply(s *State, _ *charter.State, a *charter.Act) {
	o := s.corner(a.Party)
	o.Positions = append(o.Positions, Said{a.By(), b.Text})
}

// Check implements subject.Act.
func (b *Term) Check(s *State, _ *charter.State, a *charter.Act) error {
	if err := s.begun(a); err != nil {
		return err
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
func (b *Term) Apply(s *State, _ *charter.State, a *charter.Act) {
	o := s.corner(a.Party)
	o.Terms = append(o.Terms, Termed{a.By(), b.Language, b.Term, b.Note})
}

// Check implements subject.Act.
func (b *Rest) Check(s *State, _ *charter.State, a *charter.Act) error {
	if err := s.begun(a); err != nil {
		return err
	}
	if s.Resting(a.Party) {
		return refusal.New(refusal.Conflict, "topic.rests_already")
	}
	return subject.Remark(b.Reason, "reason", false)
}

// Apply implements subject.Act.
func (b *Rest) Apply(s *State, _ *charter.State, a *charter.Act) {
	o := s.corner(a.Party)
	o.Rests = append(o.Rests, Rested{a.By(), true, b.Reason})
}

// Check implements subject.Act.
func (b *Resume) Check(s *State, _ *charter.State, a *charter.Act) error {
	if err := s.begun(a); err != nil {
		return err
	}
	if !s.Resting(a.Party) {
		return refusal.New(refusal.Conflict, "topic.rests_not")
	}
	return subject.Remark(b.Reason, "reason", false)
}

// Apply implements subject.Act.
func (b *Resume) Apply(s *State, _ *charter.State, a *charter.Act) {
	o := s.corner(a.Party)
	o.Rests = append(o.Rests, Rested{a.By(), false, b.Reason})
}

// Resting reports whether a party lets the issue rest.
func (s *State) Resting(p charter.PartyID) bool {
	o := s.Own[p]
	return o != nil && len(o.Rests) > 0 && o.Rests[len(o.Rests)-1].Rest
}

// Neutral is the title, and whether every party stands behind it. Until then it is the one that the first who raised the issue gave it.
func (s *State) Neutral(c *charter.State) (title lang.Text, agreed bool) {
	if len(s.Raised) == 0 {
		return nil, false
	}
	first := s.Raised[0].Title
	for i, p := range c.Document().Parties {
		o := s.Own[p.ID]
		if o == nil || len(o.Titles) == 0 {
			return first, false
		}
		last := o.Titles[len(o.Titles)-1].Text
		if i > 0 && !maps.Equal(last, title) {
			return first, false
		}
		title = last
	}
	return title, true
}

// Statuses of an issue.
const (
	OneSided = "one_sided" // parties of one side alone have raised it
	Shared   = "shared"    // parties of several sides have
	Rests    = "rests"     // every party lets it rest
)

// Status is where the issue stands.
func (s *State) Status(c *charter.State) string {
	switch {
	case !slices.ContainsFunc(c.Document().Parties, func(p charter.Party) bool { return !s.Resting(p.ID) }):
		return Rests
	case len(s.RaisedBy(c)) > 1:
		return Shared
	}
	return OneSided
}

// RaisedBy are the sides whose parties raised the issue, in the charter's order. One alone is a state of its own.
func (s *State) RaisedBy(c *charter.State) []string {
	var out []string
	for _, side := range c.Document().Sides {
		if slices.ContainsFunc(s.Raised, func(r Raised) bool { return c.SideOf(r.Party) == side.ID }) {
			out = append(out, side.ID)
		}
	}
	return out
}

// Position is a party's position as it stands; ok is false if it has stated none.
func (s *State) Position(p charter.PartyID) (said Said, ok bool) {
	if o := s.Own[p]; o != nil && len(o.Positions) > 0 {
		return o.Positions[len(o.Positions)-1], true
	}
	return Said{}, false
}

// Terms are a party's own words as they stand, one a language.
func (s *State) Terms(p charter.PartyID) []Termed {
	var out []Termed
	if o := s.Own[p]; o != nil {
		for _, t := range o.Terms {
			out = slices.DeleteFunc(out, func(e Termed) bool { return e.Language == t.Language })
			out = append(out, t)
		}
	}
	return out
}

// Offers lists the acts that make sense for a party now, what it most likely came for first.
func (s *State) Offers(_ *charter.State, me charter.PartyID) []string {
	if len(s.Raised) == 0 {
		return nil
	}
	out := []string{"topic.position"}
	if !slices.ContainsFunc(s.Raised, func(r Raised) bool { return r.Party == me }) {
		out = append(out, "topic.raise")
	}
	out = append(out, "topic.term", "topic.title")
	if s.Resting(me) {
		return append(out, "topic.resume")
	}
	return append(out, "topic.rest")
}
