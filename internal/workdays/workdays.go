// Package workdays owns which days a party works, as it declares them itself, and counts working days of all parties.
//
// It promises that a count depends on the record alone, so every node comes to the same day, and that it says which days it left out, for whom and why. It knows no country: what a party
// has not declared is a weekend on Saturday and Sunday and nothing else.
package workdays

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/subject"
	"entente.example/lang"
	"entente.example/refusal"
)

// Limits of a declaration and of a count.
const (
	MaxDays  = 366
	MaxCount = 250 // about a year
)

type (
	// Declare says which days of a year the party does not work. A later one takes its place.
	Declare struct {
		Off     []Day    `json:"off,omitempty" form:"rows"`     // beside the weekend
		Work    []Day    `json:"work,omitempty" form:"rows"`    // days of the weekend that are worked
		Weekend []string `json:"weekend,omitempty" form:"list"` // "sat", "sun"; none: both
	}
	// Day is a day with what it is called.
	Day struct {
		Day  string    `json:"day" form:"day,required"`
		Name lang.Text `json:"name,omitempty" form:"wording"`
	}
)

// EntryType implements entry.Body.
func (Declare) EntryType() string { return "holidays.declare" }

// Declared is a declaration as an act made it.
type Declared struct {
	charter.By
	Declare
}

// State is one party's year. Matter of its entries: holidays/<party>.<year>.
type State struct {
	ID       string     `json:"id"`
	Declared []Declared `json:"declared,omitempty"` // the last counts
}

var acts = subject.Of(func() subject.Act[State] { return new(Declare) })

// Check judges an act.
func (s *State) Check(c *charter.State, a *charter.Act) error { return acts.Check(s, c, a) }

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) { acts.Apply(s, c, a) }

// Offers implements dialogue.Offering.
func (s *State) Offers(_ *charter.State, me charter.PartyID) []string {
	if p, _, ok := Of(s.ID); ok && p == me {
		return []string{Declare{}.EntryType()}
	}
	return nil
}

// ID names a party's year.
func ID(p charter.PartyID, year int) string { return string(p) + "." + strconv.Itoa(year) }

// Of reads what ID writes.
func Of(id string) (p charter.PartyID, year int, ok bool) {
	i := strings.LastIndex(id, ".")
	if i < 0 {
		return "", 0, false
	}
	p = charter.PartyID(id[:i])
	year, err := strconv.Atoi(id[i+1:])
	return p, year, err == nil && year >= 1000 && year <= 9999 && ID(p, year) == id
}

// Now is what the party last declared, nil if it has not.
func (s *State) Now() *Declared {
	if s == nil || len(s.Declared) == 0 {
		return nil
	}
	return &s.Declared[len(s.Declared)-1]
}

var weekdays = map[string]time.Weekday{"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday}

// Check implements subject.Act.
func (b *Declare) Check(_ *State, _ *charter.State, a *charter.Act) error {
	id := subject.ID(a.Entry.Matter)
	p, year, ok := Of(id)
	switch {
	case !ok:
		return refusal.New(refusal.Invalid, "holidays.bad_id", "id", id)
	case p != a.Party:
		return subject.NotYours(a, string(p))
	case len(b.Off)+len(b.Work) > MaxDays:
		return refusal.New(refusal.Invalid, "holidays.too_long", "limit", strconv.Itoa(MaxDays))
	}
	for _, w := range b.Weekend {
		if _, ok := weekdays[w]; !ok {
			return subject.Choice(w, "weekend", "sun", "mon", "tue", "wed", "thu", "fri", "sat")
		}
	}
	seen := map[string]bool{}
	for _, d := range slices.Concat(b.Off, b.Work) {
		if err := subject.Day(d.Day); err != nil {
			return err
		}
		if !strings.HasPrefix(d.Day, strconv.Itoa(year)+"-") || seen[d.Day] {
			return refusal.New(refusal.Invalid, "holidays.bad_day", "day", d.Day, "year", strconv.Itoa(year))
		}
		seen[d.Day] = true
		if err := d.Name.Check(); err != nil {
			return err
		}
	}
	return nil
}

// Apply implements subject.Act.
func (b *Declare) Apply(s *State, _ *charter.State, a *charter.Act) {
	s.Declared = append(s.Declared, Declared{a.By(), *b})
}

// Free reports whether a day is no working day, and what it is called if it is more than a weekend.
func (s *State) Free(day time.Time) (free bool, name lang.Text) {
	weekend := []time.Weekday{time.Saturday, time.Sunday}
	now := s.Now()
	if now == nil {
		return slices.Contains(weekend, day.Weekday()), nil
	}
	is := func(d Day) bool { return d.Day == day.Format(subject.DayLayout) }
	if i := slices.IndexFunc(now.Off, is); i >= 0 {
		return true, now.Off[i].Name
	}
	if slices.ContainsFunc(now.Work, is) {
		return false, nil
	}
	if len(now.Weekend) > 0 {
		weekend = nil
		for _, w := range now.Weekend {
			weekend = append(weekend, weekdays[w])
		}
	}
	return slices.Contains(weekend, day.Weekday()), nil
}

// Skipped is a day that was left out of a count, and for whom.
type Skipped struct {
	Day  string                        `json:"day"`
	Free map[charter.PartyID]lang.Text `json:"free"` // with what it is called; nothing for a weekend
}

// Counted is a count.
type Counted struct {
	From       string    `json:"from"`
	Days       int       `json:"days"`
	Due        string    `json:"due"` // the last of the days
	Skipped    []Skipped `json:"skipped,omitempty"`
	Undeclared []string  `json:"undeclared,omitempty"` // party and year of which nothing is declared: only weekends were left out
}

// Count finds the n-th day after from on which every party works. states are the parties' years.
func Count(c *charter.State, states []*State, from string, n int) (Counted, error) {
	day, err := time.Parse(subject.DayLayout, from)
	if err != nil {
		return Counted{}, refusal.New(refusal.Invalid, "dialogue.no_such_day", "day", from)
	}
	if n < 1 || n > MaxCount {
		return Counted{}, refusal.New(refusal.Invalid, "holidays.count", "limit", strconv.Itoa(MaxCount))
	}
	years := map[string]*State{}
	for _, s := range states {
		years[s.ID] = s
	}
	out := Counted{From: from, Days: n}
	for left, looked := n, 0; left > 0; looked++ {
		if looked > 20*MaxCount {
			return out, refusal.New(refusal.Conflict, "holidays.never")
		}
		day = day.AddDate(0, 0, 1)
		free := map[charter.PartyID]lang.Text{}
		for _, p := range c.Document().Parties {
			id := ID(p.ID, day.Year())
			if years[id].Now() == nil && !slices.Contains(out.Undeclared, id) {
				out.Undeclared = append(out.Undeclared, id)
			}
			if is, name := years[id].Free(day); is {
				free[p.ID] = name
			}
		}
		if len(free) > 0 {
			out.Skipped = append(out.Skipped, Skipped{day.Format(subject.DayLayout), free})
			continue
		}
		left--
	}
	out.Due = day.Format(subject.DayLayout)
	return out, nil
}
