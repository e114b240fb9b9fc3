package commitment

import (
	"slices"

	"entente.example/internal/charter"
)

// Recurs says from which day, that on which its owners had all undertaken it, a party's side owes a report to each meeting that begins later, and on which day it last reported, on the whole or on a milestone; from is "" if it owes none. What recurs
// without a day is not done by one report that says so: it is over when the owners amend it.
func (s *State) Recurs(c *charter.State, p charter.PartyID) (from, last string) {
	now, agreed := s.Standing(c)
	side := c.SideOf(p)
	if !agreed || len(now.Recurring) == 0 || !slices.Contains(now.Owners, side) || now.Due != "" && s.done(now, side, "") {
		return "", ""
	}
	for _, e := range slices.Backward(s.Entered) {
		if !e.agreed(c) {
			continue
		}
		if len(e.Recurring) == 0 {
			break
		}
		from = e.since(c)
	}
	for _, r := range s.Reports {
		if r.Side == side {
			last = max(last, r.Day())
		}
	}
	return from, last
}

// since is the day on which the last party of an owner came to stand behind this version: nothing was owed before.
func (e *Entered) since(c *charter.State) string {
	day := e.Day()
	for _, by := range e.Concurs {
		if slices.Contains(e.Owners, c.SideOf(by.Party)) {
			day = max(day, by.Day())
		}
	}
	return day
}
