package chancery

import (
	"context"

	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/paper"
	"entente.example/refusal"
)

// Exchange says how far the answers to a paper have come, and whether an exchange of notes has become an agreement.
func (c *Chancery) Exchange(ctx context.Context, mech, id string) (out paper.Exchange, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		sent, err := sentPaper(s, id)
		if err != nil {
			return err
		}
		g, err := c.glances.Of(s)
		if err != nil {
			return err
		}
		replies, err := g.Replies(s, id)
		if err == nil {
			out = sent.Exchange(s.Charter(), replies)
		}
		return err
	})
	return out, err
}

// Reply is the paper with which our side begins its answer to one; with agree it repeats a note word for word, as the reply in an exchange of notes does. Nothing is written.
func (c *Chancery) Reply(ctx context.Context, mech, id string, agree bool) (out paper.Send, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		sent, err := sentPaper(s, id)
		if err != nil {
			return err
		}
		if agree && sent.Sent.Kind != "exchange_of_notes" {
			return refusal.New(refusal.Invalid, "paper.agrees_to_nothing")
		}
		out = sent.Reply(s.Charter(), charter.PartyID(s.Self), agree)
		return nil
	})
	return out, err
}

func sentPaper(s *node.Snapshot, id string) (*paper.State, error) {
	st, err := s.Subject("paper/" + id)
	if err != nil {
		return nil, err
	}
	return st.(*paper.State), nil
}
