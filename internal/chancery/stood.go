package chancery

import (
	"context"
	"slices"

	"entente.example/entry"
	"entente.example/internal/meeting"
	"entente.example/internal/node"
	"entente.example/internal/text"
	"entente.example/refusal"
)

// What the author of an act had read is held against what stands, and then the act is written. Something may come in between, which nobody has read. So a draft says how much its matter had when it was judged; the core, which
// alone writes, refuses it where there is more by then; and everything is asked again.

// mostTries bounds how often an act is judged anew because its matter has moved on.
const mostTries = 8

// ofWhatStands reports whether an act is judged by what its author had read.
func ofWhatStands(b entry.Body) bool {
	if h, is := b.(text.Having); is {
		b = h.Body
	}
	_, enters := body[meeting.Enter](b)
	return enters || text.Of(b)
}

// stood is how many acts a matter has; nil for acts that are not judged by it. It is asked before they are.
func (c *Chancery) stood(ctx context.Context, mech, matter string, bodies []entry.Body) (n *int64, err error) {
	if !slices.ContainsFunc(bodies, ofWhatStands) {
		return nil, nil
	}
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		have, err := acts(s, matter)
		n = &have
		return err
	})
	return n, err
}

// still refuses to go on with what was judged when a matter had other acts.
func (c *Chancery) still(ctx context.Context, mech, matter string, stood *int64) error {
	if stood == nil {
		return nil
	}
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		if have, err := acts(s, matter); err != nil || have == *stood {
			return err
		}
		return node.MovedOn(matter)
	})
}

// again runs an act until its matter stands still meanwhile.
func again(act func() ([]node.Posted, error)) (posted []node.Posted, err error) {
	for range mostTries {
		if posted, err = act(); err == nil || refusal.As(err).Key != node.MovedOnKey {
			break
		}
	}
	return posted, err
}
