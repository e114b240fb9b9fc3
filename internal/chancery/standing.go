package chancery

import (
	"context"

	"entente.example/internal/charter"
	"entente.example/internal/dialogue"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/record"
)

// Stood is a matter of the dialogue with where it stands.
type Stood struct {
	State record.Subject
	Now   dialogue.Now
}

// Standing returns a matter of the dialogue with where it stands.
func (c *Chancery) Standing(ctx context.Context, mech, matter string) (out Stood, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		st, err := s.Subject(matter)
		if err != nil {
			return err
		}
		all, err := c.stand(s, st)
		if err == nil {
			out = all[0]
		}
		return err
	})
	return out, err
}

// AllStanding lists the matters of a kind with where each stands.
func (c *Chancery) AllStanding(ctx context.Context, mech, kind string) (out []Stood, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		all, err := s.Subjects(kind)
		if err == nil {
			out, err = c.stand(s, all...)
		}
		return err
	})
	return out, err
}

// stand says where matters stand. What meetings say of each other is looked for once.
func (c *Chancery) stand(s *node.Snapshot, all ...record.Subject) ([]Stood, error) {
	var meetings []*meeting.State
	out := make([]Stood, len(all))
	for i, st := range all {
		out[i] = Stood{st, dialogue.Stands(s.Charter(), charter.PartyID(s.Self), st, c.now())}
		m, ok := st.(*meeting.State)
		if !ok || m.Meeting == nil {
			continue
		}
		if meetings == nil {
			var err error
			if meetings, err = s.Meetings(); err != nil {
				return nil, err
			}
		}
		out[i].Now.InSeries(s.Charter(), meetings, m.Meeting)
	}
	return out, nil
}
