package node

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"entente.example/internal/link"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// A node may be in a thousand mechanisms, and in most of them nothing happens. Where nothing waits, what the core has from the store is put away, and read again when the next event
// comes, as after a start. What only this process knows, conversations above all, stays. So whatever goes over all open mechanisms in every step goes over few, and misses nothing:
// in one that was put away there is nothing to be done until somebody brings something.

// mostOpen is how many mechanisms stay open although nothing waits in them. Who is in fewer never meets the cost of reading one again.
const mostOpen = 64

func (g Ground) mostOpen() int {
	if g.Open == 0 {
		return mostOpen
	}
	return max(0, g.Open)
}

// all are the mechanisms of this node, open or put away.
func (c *Core) all() iter.Seq2[string, *mechanism] {
	return func(yield func(string, *mechanism) bool) {
		for _, some := range []map[string]*mechanism{c.mechs, c.away} {
			for id, m := range some {
				if !yield(id, m) {
					return
				}
			}
		}
	}
}

// either finds a mechanism whether it is open or put away.
func (c *Core) either(id string) *mechanism {
	if m := c.mechs[id]; m != nil {
		return m
	}
	return c.away[id]
}

// AtRest reports whether a mechanism was put away. Call it on the core's goroutine.
func (c *Core) AtRest(mech string) bool { return c.away[mech] != nil }

// reach finds a mechanism and opens it if it was put away; nil if there is none, or if it cannot be read. It is not called inside a transaction.
func (c *Core) reach(id string) *mechanism {
	m := c.mechs[id]
	if was := c.away[id]; was != nil {
		err := c.store.View(noContext, func(r store.Reader) (err error) {
			m, err = c.open(r, id)
			return err
		})
		if err != nil {
			c.log.Error("a mechanism cannot be read", "error", err)
			return nil
		}
		m.goOn(was)
		delete(c.away, id)
		c.mechs[id] = m
	}
	if m != nil {
		m.used = c.step
	}
	return m
}

// missing is why an open mechanism was not found.
func (c *Core) missing(id string) error {
	if c.away[id] != nil {
		return refusal.New(refusal.Unavailable, "node.store_failed")
	}
	return refusal.New(refusal.Missing, "node.no_mechanism")
}

// atRest reports whether everything that this process would do by itself in a mechanism follows from what is stored, so that opening it again brings it back as it is.
func (m *mechanism) atRest() bool {
	own := m.own()
	switch {
	case own.fenced, own.key == nil, len(m.contested) > 0, len(m.evidence)+len(m.found)+len(m.news) > 0, m.exhausted > 0, m.refolded:
		return false
	case len(m.untold)+len(m.grown)+len(m.cosignedNow)+len(m.early)+len(m.again)+len(m.receipts) > 0:
		return false
	}
	for key := range m.touched { // while the pen asks, what is owed waits, and is found again
		if !m.asks() || !m.owing[key] {
			return false
		}
	}
	applied := m.fold.Applied()
	for _, l := range m.logs {
		if !l.settled() || applied[l.slot] != l.Size || !l.Own && l.cosigned < l.Size && m.mayReceipt(l) {
			return false
		}
	}
	return true
}

// settled reports whether a log has come to its newest checkpoint, and both are stored.
func (l *logState) settled() bool {
	return !l.unsaved && len(l.pending) == 0 && len(l.ahead) == 0 && l.Size == l.noteSize && l.due.Size <= l.Size
}

// putAway forgets of a mechanism what the store knows, but not which of its heads are proven.
func (c *Core) putAway(m *mechanism, proven map[headName]bool) {
	rest := &mechanism{id: m.id, proven: proven}
	if !m.asks() {
		m.asking = ""
	}
	rest.goOn(m)
	delete(c.mechs, m.id)
	c.away[m.id] = rest
}

// tidy puts mechanisms away in which nothing waits, those first that were not reached for longest, until few enough are open.
func (c *Core) tidy() {
	if len(c.mechs) <= c.most || c.broken != nil {
		return
	}
	for _, m := range slices.SortedFunc(maps.Values(c.mechs), longest) {
		if len(c.mechs) > c.most && m.atRest() {
			c.putAway(m, named(m.heads()))
		}
	}
}

// longest orders mechanisms by when they were last reached.
func longest(a, b *mechanism) int {
	return cmp.Or(cmp.Compare(a.used, b.used), cmp.Compare(a.id, b.id))
}

// askAway opens some of those in which the pen has waited long enough for the word of the others: they find out what that means. With the next tick come the next ones.
func (c *Core) askAway() {
	var due []*mechanism
	for _, m := range c.away {
		if m.asks() && m.waited >= c.patience {
			due = append(due, m)
		}
	}
	slices.SortFunc(due, longest)
	for _, m := range due[:min(len(due), max(1, c.most))] {
		c.reach(m.id)
	}
}

// saveAway writes what is known of the counterparts in mechanisms that were put away.
func (c *Core) saveAway(tx store.Tx) error {
	for _, m := range c.away {
		if err := m.saveContacts(tx); err != nil {
			return err
		}
	}
	return nil
}

// cutOff ends a conversation of a mechanism that cannot be read now: its counterpart will begin it anew.
func (c *Core) cutOff(m *mechanism, e link.Event) {
	var peer link.Peer
	switch e := e.(type) {
	case link.Opened:
		peer = e.Peer
	case link.Frame:
		peer = e.Peer
	case link.Drained:
		peer = e.Peer
	case link.Closed:
		peer = e.Peer
	}
	for _, f := range m.line.Step(link.Closed{Peer: peer}) {
		if send, ok := f.(link.Send); ok {
			c.out = append(c.out, ToPeer{Mech: m.id, Effect: send})
		}
	}
	if _, gone := e.(link.Closed); !gone {
		c.out = append(c.out, ToPeer{Mech: m.id, Effect: link.Hangup{Peer: peer, Reason: "line.store_failed"}})
	}
}

// sorted are the keys of a map, in order. It is asked many times in every step.
func sorted[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
