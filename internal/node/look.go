package node

import (
	"context"
	"slices"
)

// Look is Inspect for what changes nothing in the core and opens no mechanism that is at rest: there is nothing to do after it, in however many mechanisms the node is.
func Look[T any](ctx context.Context, n *Node, f func(*Core) T) (T, error) {
	return inspected(ctx, n, inspect{only: true}, func(c *Core) (T, error) { return f(c), nil })
}

// onlyLooks reports whether nobody brings anything: then nothing has to be done but what the step before has done, or the next tick does.
func onlyLooks(events []Event) bool {
	return len(events) > 0 && !slices.ContainsFunc(events, func(e Event) bool {
		i, looks := e.(inspect)
		return !looks || !i.only
	})
}

func (c *Core) answer(looks []Event) []Effect {
	for _, e := range looks {
		i := e.(inspect)
		i.f(c)
		c.out = append(c.out, Reply{To: i.to})
	}
	return c.out
}
