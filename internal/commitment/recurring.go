package commitment

import (
	"slices"

	"entente.example/internal/charter"
)

// Recurs says from which day a party's side owes a report to each meeting that begins later, and on which day it last reported, on the whole or on a milestone; from is "" if it owes none. What recurs
// without a day is not done by one report that says so: it is over when the owners amend it.
func (s *State) Recurs(c *charter.State, p charter.PartyID) (from, last string) {
	now, agreed := s.Standing(c)
	side := c.SideOf(p)
	if !agreed || len(now.Recurring) == 0 || !slices.Contains(now.Owners, side) || now.Due != "" && s.done(now, side, "") {
		return "", ""
	}
	first := slices.IndexFunc(s.Entered, func(e Entered) bool { return len(e.Recurring) > 0 })
	for _, r := range s.Reports {
		if r.Side == side {
			last = max(last, r.Day())
		}
	}
	return s.Entered[first].Day(), last
}
