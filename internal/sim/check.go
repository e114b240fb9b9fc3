package sim

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/glance"
	core "entente.example/internal/node"
	"entente.example/internal/store"
	"entente.example/ledger"
)

// heal ends all faults, lets everything arrive and compares the nodes: C1, L1, L2, L5, L6, O3.
func (w *world) heal() error {
	w.Faults, w.turns = false, 0
	clear(w.apart)
	w.closeRoads()
	if err := w.standing(); err != nil {
		return err
	}
	for _, n := range w.nodes {
		if n.core != nil && n.core.Broken() == nil && w.chance(500) {
			continue
		}
		n.stop()
		if err := n.start(); err != nil {
			return err
		}
	}
	if err := w.run(); err != nil {
		return err
	}
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
		if err := w.run(); err != nil {
			return err
		}
	}
	for range 3 { // what was held back goes out with a tick
		for _, n := range w.nodes {
			if err := w.tick(n); err != nil {
				return err
			}
		}
		if err := w.meet(); err != nil {
			return err
		}
	}
	if err := w.thieves(); err != nil {
		return err
	}
	if err := w.quiet(); err != nil {
		return err
	}
	return w.compare()
}

// standing lets everything arrive by the conversations that there are: nothing is begun anew, and those who talk to each other come to hold the same.
func (w *world) standing() error {
	for _, n := range w.nodes {
		n.empty()
		n.disk.Mend()
	}
	faults := w.Faults
	w.Faults, w.turns = false, 0
	defer func() { w.Faults = faults }()
	for range 3 {
		for _, n := range w.nodes {
			if err := w.tick(n); err != nil {
				return err
			}
		}
		if err := w.quiet(); err != nil {
			return err
		}
	}
	if w.Keys {
		return nil // a log with two histories, or by a key that was taken out of use, stays as it is
	}
	var all [parties]holding
	for i, n := range w.nodes {
		var err error
		if all[i], err = n.holds(); err != nil {
			return err
		}
	}
	for _, c := range w.conns {
		for i, end := range c.ends {
			from, to := w.nodes[end], w.nodes[c.ends[1-i]]
			for origin, size := range all[from.i].given {
				_, _, gen, err := entry.ParseOrigin(origin)
				if err != nil || gen > 1 {
					continue // not everybody has to take it up
				}
				if all[to.i].have[origin] < size {
					return w.broken("C1", "%s and %s are connected, and %s waits for what never comes: %s", from.party, to.party, to.party, w.sizes())
				}
			}
		}
	}
	return nil
}

// holding is how much a node has of each log, and how much of that it can give to others: as far as a head of that log covers it.
type holding struct{ have, given map[string]int64 }

func (n *node) holds() (holding, error) {
	h := holding{map[string]int64{}, map[string]int64{}}
	err := n.db.View(context.Background(), func(r store.Reader) error {
		logs, err := r.Logs(n.w.mech)
		for _, l := range logs {
			h.have[l.Origin] = l.Size
			if head, err := ledger.Heading(l.Checkpoint); err == nil {
				h.given[l.Origin] = min(l.Size, head.Size)
			}
		}
		return err
	})
	return h, err
}

func (w *world) compare() error {
	var digest string
	sizes := w.sizes()
	for _, n := range w.nodes {
		err := n.look(func(v *core.Snapshot) error {
			d, err := v.Digest()
			if err == nil && digest != "" && d != digest {
				err = w.broken("C1", "%s holds another record than %s after everything was mended: %s", n.party, w.nodes[0].party, sizes)
			}
			digest = d
			return err
		})
		if err == nil {
			err = n.db.View(context.Background(), func(r store.Reader) error {
				return errors.Join(w.keptAll(r, n, sizes), w.receipted(r, n))
			})
		}
		if err == nil {
			err = w.cosignedStands(n)
		}
		if err != nil {
			return err
		}
		if err := w.seen.shown(n); err != nil {
			return err
		}
		if err := w.seen.caused(n); err != nil {
			return err
		}
		if err := w.remembered(n, digest); err != nil {
			return err
		}
		if err := w.decided(n); err != nil {
			return err
		}
		if err := w.writable(n, "text/after-"); err != nil {
			return err
		}
	}
	if err := w.passedOn(); err != nil {
		return err
	}
	if w.chance(333) {
		if err := w.verified(w.nodes[w.rng.IntN(parties)]); err != nil {
			return err
		}
	}
	return w.signedOnly()
}

// passedOn checks that what one node has reaches all that are connected with it in any way, by itself and without a new greeting: C1, C4.
func (w *world) passedOn() error {
	apart := pairs[w.rng.IntN(len(pairs))]
	if c := w.between(apart[0], apart[1]); c != nil {
		w.cut(c)
	}
	from, to := w.nodes[apart[0]], w.nodes[apart[1]]
	if err := errors.Join(w.run(), w.quiet(), w.writable(from, "text/last-"), w.quiet()); err != nil {
		return err
	}
	has, err := from.sizes()
	if err != nil {
		return err
	}
	if heard, err := to.sizes(); err != nil || heard[from.party] != has[from.party] {
		return w.broken("C4", "%s has written entry %d; %s has %d, though somebody has a line to both", from.party, has[from.party]-1, to.party, heard[from.party])
	}
	return nil
}

// verified folds one node's record again from its bytes: L2, L6. The others hold the same entries and states, or their digests would differ; and as they came to them by other ways,
// one story in three is enough.
func (w *world) verified(n *node) error {
	return n.db.View(context.Background(), func(r store.Reader) error {
		if _, err := core.Verify(r, w.mech, func(int64, int64) {}); err != nil {
			return w.broken("L6", "%s does not verify: %v", n.party, err)
		}
		return nil
	})
}

// receipted checks that every node has come to hold everybody's receipt for everything: C4.
func (w *world) receipted(r store.Reader, n *node) error {
	logs, err := r.Logs(w.mech)
	if err != nil {
		return err
	}
	for _, l := range logs {
		receipts, err := r.Receipts(l.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(logs, func(o store.Log) bool { return o.Party == l.Party && o.Gen > l.Gen }) {
			continue // of a closed log everybody has given receipts for what they had
		}
		for _, by := range w.nodes {
			given := slices.ContainsFunc(receipts, func(rc store.Receipt) bool { return rc.Party == by.party && rc.Size == l.Size })
			if by.party != l.Party && !given {
				return w.broken("C4", "%s has no receipt by %s for all %d entries of %s", n.party, by.party, l.Size, l.Origin)
			}
		}
	}
	return nil
}

// keptAll checks that every act whose author was told is where they were told it is.
func (w *world) keptAll(r store.Reader, n *node, sizes string) error {
	logs, err := r.Logs(w.mech)
	if err != nil {
		return err
	}
	for _, p := range n.acked {
		ref, err := entry.ParseRef(p.Ref)
		if err != nil {
			return err
		}
		for _, l := range logs {
			if l.Origin != ref.Origin {
				continue
			}
			e, err := r.Entry(l.ID, ref.Index)
			if err != nil {
				return w.broken("L5", "%s was told that %s is durable; it is gone: %s", n.party, p.ID, sizes)
			}
			if h := ledger.LeafHash(e.Leaf); !bytes.Equal(h[:16], ref.Hash[:]) {
				return w.broken("L1", "%s was told that %s is %s; another act stands there", n.party, p.ID, p.Ref)
			}
		}
	}
	return nil
}

// remembered checks that what a node's pages remember of matters, from all that they saw of the story, is what the matters say.
func (w *world) remembered(n *node, digest string) error {
	return n.look(func(v *core.Snapshot) error {
		known, err := n.book.Of(v)
		if err != nil {
			return err
		}
		d, err := v.DigestOf(known.Sums())
		if err != nil {
			return err
		}
		if d != digest {
			return w.broken("V1", "%s shows another digest than that of its record", n.party)
		}
		now, err := (*glance.Book)(nil).Of(v)
		if err == nil && !reflect.DeepEqual(known, now) {
			return w.broken("V1", "%s shows of its matters what they no longer say", n.party)
		}
		return err
	})
}

// decided checks that a round in which all have chosen has come to its end by itself: what a node owes by rule survives everything, too.
func (w *world) decided(n *node) error {
	return n.look(func(v *core.Snapshot) error {
		ts, err := v.Texts()
		for _, t := range ts {
			last := t.Rounds.Last()
			if last != nil && len(last.Choices) == parties && last.Verdict(v.Charter(), v.Held).Outcome == adoption.Pending {
				return w.broken("C4", "all have chosen in round %d of %s, and %s still calls it pending", last.Number, t.ID, n.party)
			}
		}
		return err
	})
}

// writable checks that a node whose counterparts are all there can act again: X2, C4.
func (w *world) writable(n *node, matter string) error {
	answered := errNoReply
	if err := n.do(matter+n.party, n.draft(), func(r core.Reply) error { answered = r.Err; return nil }); err != nil {
		return err
	}
	if answered != nil {
		return w.broken("X2", "%s cannot act after everything was mended: %v", n.party, answered)
	}
	return w.run()
}

// signedOnly checks that every head that was ever signed is one of the log as it stands now: L3, W1. Every entry that stands was looked at when it came.
func (w *world) signedOnly() error {
	for origin, of := range w.seen.heads {
		for size, root := range of {
			h := w.seen.logs[origin]
			if h == nil || int64(len(h.roots)) < size || base64.StdEncoding.EncodeToString(h.roots[size-1][:]) != root {
				return w.broken("L3", "%s was once signed at %d with another root than it has", origin, size)
			}
		}
	}
	return nil
}

// sizes tells who holds how much of which log.
func (w *world) sizes() string {
	var out []string
	for _, n := range w.nodes {
		_ = n.db.View(context.Background(), func(r store.Reader) error {
			logs, err := r.Logs(w.mech)
			for _, l := range logs {
				out = append(out, fmt.Sprintf("%s has %d/%d of %s", n.party, l.Applied, l.Size, l.Party))
			}
			return err
		})
	}
	return strings.Join(out, ", ")
}
