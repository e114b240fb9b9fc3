package chancery

import (
	"context"

	"entente.example/entry"
	"entente.example/internal/dialogue"
	"entente.example/internal/node"
	"entente.example/internal/subject"
	"entente.example/internal/workdays"
)

// Workdays counts working days of all parties from a day, "" for today.
func (c *Chancery) Workdays(ctx context.Context, mech, from string, n int) (out workdays.Counted, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) (err error) {
		out, err = c.WorkdaysIn(s, from, n)
		return err
	})
	return out, err
}

// count puts the days where an act, or a row of it, is due in so many working days of all parties, from today.
func (c *Chancery) count(ctx context.Context, mech string, b entry.Body) error {
	for _, d := range dialogue.DuesIn(b) {
		counted, err := c.Workdays(ctx, mech, "", d.In)
		if err != nil {
			return err
		}
		*d.Day = counted.Due
	}
	return nil
}

// WorkdaysIn counts them in a snapshot.
func (c *Chancery) WorkdaysIn(s *node.Snapshot, from string, n int) (workdays.Counted, error) {
	if from == "" {
		from = c.now().UTC().Format(subject.DayLayout)
	}
	states, err := s.Subjects("holidays")
	if err != nil {
		return workdays.Counted{}, err
	}
	years := make([]*workdays.State, len(states))
	for i, st := range states {
		years[i] = st.(*workdays.State)
	}
	return workdays.Count(s.Charter(), years, from, n)
}
