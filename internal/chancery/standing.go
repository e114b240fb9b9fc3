package chancery

import (
	"context"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/commitment"
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

// stand says where matters stand. What matters say of each other is looked for once.
func (c *Chancery) stand(s *node.Snapshot, all ...record.Subject) ([]Stood, error) {
	var meetings []*meeting.State
	var owed map[string][]dialogue.Waiting
	out := make([]Stood, len(all))
	for i, st := range all {
		out[i] = Stood{st, dialogue.Stands(s.Charter(), charter.PartyID(s.Self), st, c.now())}
		if key := owing(st); key != "" {
			if owed == nil {
				var err error
				if owed, err = c.unsaid(s); err != nil {
					return nil, err
				}
			}
			out[i].Now.Awaits = append(out[i].Now.Awaits, owed[key]...)
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

// owing is the key of a matter for which something may wait that it does not say of itself, "" of any other.
func owing(st record.Subject) string {
	switch st := st.(type) {
	case *paper.State:
		return "paper/" + st.ID
	case *commitment.State:
		return "commitment/" + st.ID
	}
	return ""
}

// unsaid says by matter what waits for which party of what the matter does not say of itself: replies to papers, and reports on commitments to meetings.
func (c *Chancery) unsaid(s *node.Snapshot) (map[string][]dialogue.Waiting, error) {
	g, err := c.glances.Of(s)
	if err != nil {
		return nil, err
	}
	out := map[string][]dialogue.Waiting{}
	for _, p := range s.Charter().Document().Parties {
		for _, w := range g.Awaits(p.ID) {
			if w.Open(c.now()) && (w.What == "awaits.commitment_meeting" || strings.HasPrefix(w.Matter, "paper/") && w.What != "awaits.paper_receive") {
				out[w.Matter] = append(out[w.Matter], dialogue.Waiting{Party: p.ID, For: strings.TrimPrefix(w.What, "awaits."), Due: w.Due})
			}
		}
	}
	return out, nil
}
