// Package programme owns exchange programmes: tracks such as veteran or young politicians, how often they meet, their visits and what was reported of them.
//
// It promises that a visit is never lost when it is moved or cancelled. Names of participants are personal and do not stand here: a list of them is an attachment that can be erased;
// the record keeps how many there were and in which capacity.
package programme

import (
	"cmp"
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// Tracks of exchange.
var Tracks = []string{"parties", "veteran", "young", "local", "other"}

type (
	// Enter puts a programme on the record, or amends it.
	Enter struct {
		Title     lang.Text `json:"title" form:"wording,required"`
		Track     string    `json:"track" form:"choice=parties|veteran|young|local|other,required"`
		Frequency lang.Text `json:"frequency,omitempty" form:"wording"`
		PerSide   int       `json:"per_side,omitzero" form:"number"`
		Owners    []string  `json:"owners" form:"sides,required"`
		Text      string    `json:"text,omitzero" form:"ref=text"` // the text whose annex names it
	}
	// Visit plans a visit, moves it, says that it took place or that it did not. The newest act on an id counts; the others stay readable.
	Visit struct {
		ID      string    `json:"id" form:"line,required"`
		Status  string    `json:"status" form:"choice=planned|held|postponed|cancelled,required"`
		From    string    `json:"from,omitzero" form:"day"`
		Until   string    `json:"until,omitzero" form:"day"`
		Host    string    `json:"host" form:"side"` // required of a new visit; who leaves it out later means the one that was said
		Places  lang.Text `json:"places,omitempty" form:"wording"`
		Purpose lang.Text `json:"purpose,omitempty" form:"wording"`
		Reason  lang.Text `json:"reason,omitempty" form:"wording"` // of a move
	}
	// Participants says who takes part, by capacity.
	Participants struct {
		Visit      string    `json:"visit" form:"ref=visit,required"`
		Count      int       `json:"count" form:"number,required"`
		Capacities lang.Text `json:"capacities,omitempty" form:"wording"`
		List       string    `json:"list,omitzero" form:"line"` // attachment with the names
	}
	// Report says what came of a visit.
	Report struct {
		Visit string    `json:"visit" form:"ref=visit,required"`
		Text  lang.Text `json:"text" form:"wording,required"`
	}
)

// EntryType implements entry.Body.
func (Enter) EntryType() string        { return "programme.enter" }
func (Visit) EntryType() string        { return "programme.visit" }
func (Participants) EntryType() string { return "programme.participants" }
func (Report) EntryType() string       { return "programme.report" }

// State is one programme.
type State struct {
	ID      string    `json:"id"`
	Entered []Entered `json:"entered,omitempty"` // the last counts
	Visits  []*Trip   `json:"visits,omitempty"`
}

// Entered is a version of the programme.
type Entered struct {
	charter.By
	Enter
}

// Trip is a visit with everything that was said of it.
type Trip struct {
	ID           string                  `json:"id"`
	History      []Planned               `json:"history"` // the last counts
	Participants map[string]Participated `json:"participants,omitempty"`
	Reports      []Reported              `json:"reports,omitempty"`
}

// Planned is a visit as an act put it.
type Planned struct {
	charter.By
	Visit
}

// Participated is who took part from one side.
type Participated struct {
	charter.By
	Participants
}

// Reported is what a party reported of a visit.
type Reported struct {
	charter.By
	Text lang.Text `json:"text"`
}

var acts = subject.Of(
	func() subject.Act[State] { return new(Enter) }, func() subject.Act[State] { return new(Visit) },
	func() subject.Act[State] { return new(Participants) }, func() subject.Act[State] { return new(Report) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) { acts.Apply(s, c, a) }

// Now is the programme as it stands, nil if nobody has entered it.
func (s *State) Now() *Entered {
	if len(s.Entered) == 0 {
		return nil
	}
	return &s.Entered[len(s.Entered)-1]
}

// Trip finds a visit.
func (s *State) Trip(id string) *Trip {
	i := slices.IndexFunc(s.Visits, func(t *Trip) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return s.Visits[i]
}

// Filled is a visit with what its author left out as it stands: who says that it was held need not say again when and where. A visit that is put off has no days until it is given some.
func (s *State) Filled(b Visit) Visit {
	t := s.Trip(b.ID)
	if t == nil {
		return b
	}
	now := t.Now()
	if b.From == "" && b.Until == "" && b.Status != "postponed" {
		b.From, b.Until = now.From, now.Until
	}
	b.Host = cmp.Or(b.Host, now.Host)
	if len(b.Places) == 0 {
		b.Places = now.Places
	}
	if len(b.Purpose) == 0 {
		b.Purpose = now.Purpose
	}
	return b
}

// Now is the visit as it stands.
func (t *Trip) Now() *Planned { return &t.History[len(t.History)-1] }

// Check implements subject.Act.
func (b *Enter) Check(_ *State, c *charter.State, _ *charter.Act) error {
	if err := subject.Words(b.Title, "title"); err != nil {
		return err
	}
	if err := subject.Choice(b.Track, "track", Tracks...); err != nil {
		return err
	}
	if b.PerSide < 0 {
		return refusal.New(refusal.Invalid, "programme.number")
	}
	if err := b.Frequency.Check(); err != nil {
		return err
	}
	return subject.Sides(c, b.Owners, "owners", true)
}

// Apply implements subject.Act.
func (b *Enter) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Entered = append(s.Entered, Entered{a.By(), *b})
}

// Check implements subject.Act.
func (b *Visit) Check(s *State, c *charter.State, a *charter.Act) error {
	if s.Now() == nil {
		return subject.Unknown(a)
	}
	if err := subject.Line(b.ID, "id", true); err != nil {
		return err
	}
	if err := subject.Choice(b.Status, "status", "planned", "held", "postponed", "cancelled"); err != nil {
		return err
	}
	for _, day := range []string{b.From, b.Until} {
		if err := subject.Day(day); err != nil {
			return err
		}
	}
	if b.From != "" && b.Until != "" && b.Until < b.From {
		return refusal.New(refusal.Invalid, "programme.ends_before")
	}
	if b.Status == "planned" {
		if err := subject.DueDay(b.From, a); err != nil {
			return err
		}
	}
	for _, t := range []lang.Text{b.Places, b.Purpose, b.Reason} {
		if err := t.Check(); err != nil {
			return err
		}
	}
	return subject.Sides(c, []string{b.Host}, "host", true)
}

// Apply implements subject.Act.
func (b *Visit) Apply(s *State, _ *charter.State, a *charter.Act) {
	t := s.Trip(b.ID)
	if t == nil {
		t = &Trip{ID: b.ID}
		s.Visits = append(s.Visits, t)
	}
	t.History = append(t.History, Planned{a.By(), *b})
}

// visit refuses to speak of a visit that there is not.
func (s *State) visit(a *charter.Act, id string) error {
	if s.Now() == nil {
		return subject.Unknown(a)
	}
	if s.Trip(id) == nil {
		return refusal.New(refusal.Missing, "programme.no_visit", "visit", id)
	}
	return nil
}

// Check implements subject.Act.
func (b *Participants) Check(s *State, _ *charter.State, a *charter.Act) error {
	if err := s.visit(a, b.Visit); err != nil {
		return err
	}
	if b.Count < 0 {
		return refusal.New(refusal.Invalid, "programme.number")
	}
	return b.Capacities.Check()
}

// Apply implements subject.Act.
func (b *Participants) Apply(s *State, _ *charter.State, a *charter.Act) {
	if t := s.Trip(b.Visit); t != nil {
		if t.Participants == nil {
			t.Participants = map[string]Participated{}
		}
		t.Participants[string(a.Party)] = Participated{a.By(), *b}
	}
}

// Check implements subject.Act.
func (b *Report) Check(s *State, _ *charter.State, a *charter.Act) error {
	if err := s.visit(a, b.Visit); err != nil {
		return err
	}
	return subject.Words(b.Text, "text")
}

// Apply implements subject.Act.
func (b *Report) Apply(s *State, _ *charter.State, a *charter.Act) {
	if t := s.Trip(b.Visit); t != nil {
		t.Reports = append(t.Reports, Reported{a.By(), b.Text})
	}
}

// Offers lists the acts that make sense now, what one most likely came for first.
func (s *State) Offers(*charter.State, charter.PartyID) []string {
	switch {
	case s.Now() == nil:
		return nil
	case len(s.Visits) == 0:
		return []string{"programme.visit", "programme.enter"}
	}
	return []string{"programme.visit", "programme.participants", "programme.report", "programme.enter"}
}
