package attachment

import (
	"time"

	"entente.example/internal/charter"
)

const dayLayout = "2006-01-02"

// Until is the first day on which the attachment may go without further agreement: its own, or what its class in the charter's rules makes of the day it was attached. ok is false if none
// was agreed.
func (s *State) Until(c *charter.State) (day string, ok bool) {
	if s.Attach == nil {
		return "", false
	}
	if s.Attach.Until != "" {
		return s.Attach.Until, true
	}
	rule, ok := c.Document().Rules.RetentionOf(s.Attach.Retention)
	if !ok {
		return "", false
	}
	at, err := time.Parse(time.RFC3339, s.At)
	return at.AddDate(0, rule.Months, 0).Format(dayLayout), err == nil
}

// Over reports whether the attachment's time is over.
func (s *State) Over(c *charter.State, now time.Time) bool {
	day, ok := s.Until(c)
	return ok && now.UTC().Format(dayLayout) >= day
}

// Due reports whether a party's node has to erase the attachment, and on what ground. Its own member has always acted, or the party that attached it has when its time was over, which all
// parties agreed beforehand:
//
//   - by law: the party itself must, or it follows another that must;
//   - by retention: the time is over, and the party itself says so, or the one that attached it does and the party has not said that it keeps the paper;
//   - by agreement: every party says so.
func (s *State) Due(c *charter.State, p charter.PartyID, now time.Time) (ground string, ok bool) {
	if s.Attach == nil {
		return "", false
	}
	own := s.Wishes[p].Drop
	if own == Law {
		return Law, true
	}
	if s.Over(c, now) && (own == Retention || s.Wishes[s.By].Drop == Retention && !s.keeps(p)) {
		return Retention, true
	}
	if own == "" {
		return "", false
	}
	all := true
	for _, q := range c.Document().Parties {
		if s.Wishes[q.ID].Drop == Law {
			return Law, true
		}
		all = all && s.Wishes[q.ID].Drop != ""
	}
	return Agreement, all
}

// keeps reports whether a party has said that it keeps the attachment.
func (s *State) keeps(p charter.PartyID) bool {
	w, said := s.Wishes[p]
	return said && w.Drop == ""
}

// Asked reports whether another party wants the attachment gone and p has not answered: it can drop it too, or say why it keeps it.
func (s *State) Asked(p charter.PartyID) bool {
	if _, gone := s.Erased[p]; gone || s.Attach == nil {
		return false
	}
	if _, said := s.Wishes[p]; said {
		return false
	}
	for _, w := range s.Wishes {
		if w.Drop != "" {
			return true
		}
	}
	return false
}
