package chancery

import (
	"context"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/dialogue"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/paper"
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

// stand says where matters stand. What meetings and papers say of each other is looked for once.
func (c *Chancery) stand(s *node.Snapshot, all ...record.Subject) ([]Stood, error) {
	var meetings []*meeting.State
	var asked map[string][]dialogue.Waiting
	out := make([]Stood, len(all))
	for i, st := range all {
		out[i] = Stood{st, dialogue.Stands(s.Charter(), charter.PartyID(s.Self), st, c.now())}
		if p, ok := st.(*paper.State); ok {
			if asked == nil {
				var err error
				if asked, err = c.unreplied(s); err != nil {
					return nil, err
				}
			}
			out[i].Now.Awaits = append(out[i].Now.Awaits, asked["paper/"+p.ID]...)
			continue
		}
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

// unreplied says by paper which parties have still to reply to it: no paper says that of itself.
func (c *Chancery) unreplied(s *node.Snapshot) (map[string][]dialogue.Waiting, error) {
	g, err := c.glances.Of(s)
	if err != nil {
		return nil, err
	}
	out := map[string][]dialogue.Waiting{}
	for _, p := range s.Charter().Document().Parties {
		for _, w := range g.Awaits(p.ID) {
			if strings.HasPrefix(w.Matter, "paper/") && w.What != "awaits.paper_receive" {
				out[w.Matter] = append(out[w.Matter], dialogue.Waiting{Party: p.ID, For: strings.TrimPrefix(w.What, "awaits."), Due: w.Due})
			}
		}
	}
	return out, nil
}
