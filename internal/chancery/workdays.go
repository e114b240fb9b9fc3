package chancery

import (
	"context"

	"entente.example/internal/node"
	"entente.example/internal/subject"
	"entente.example/internal/workdays"
)

// Workdays counts working days of all parties from a day, "" for today.
func (c *Chancery) Workdays(ctx context.Context, mech, from string, n int) (out workdays.Counted, err error) {
	if from == "" {
		from = c.now().UTC().Format(subject.DayLayout)
	}
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		states, err := s.Subjects("holidays")
		if err != nil {
			return err
		}
		years := make([]*workdays.State, len(states))
		for i, st := range states {
			years[i] = st.(*workdays.State)
		}
		out, err = workdays.Count(s.Charter(), years, from, n)
		return err
	})
	return out, err
}
