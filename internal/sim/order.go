package sim

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"

	"entente.example/entry"
	core "entente.example/internal/node"
	"entente.example/internal/store"
)

// The causal order, worked out from the bytes alone: nothing here asks the fold, whose answers it is held against. docs/protocol.md 2, "Order".

// lam is where the entry at index of a log stands in the order: one behind the last of what it follows in its own log and of what it has seen. ok is false if the witness has not met something that it has seen.
func (s *witness) lam(origin string, index int64) (lam int64, ok bool) {
	h := s.logs[origin]
	if h == nil || index >= int64(len(h.sees)) {
		return 0, false
	}
	for i := int64(len(h.lams)); i <= index; i++ {
		at := int64(0)
		if i > 0 {
			at = h.lams[i-1]
		}
		for _, seen := range h.sees[i] {
			q, ok := s.lam(seen.Origin, seen.Size-1)
			if !ok {
				return 0, false
			}
			at = max(at, q)
		}
		h.lams = append(h.lams, at+1)
	}
	return h.lams[index], true
}

// ordered is what a node has folded when it was looked at last.
type ordered struct {
	folded   map[string]int64 // by origin
	frontier int64            // what stands there or before is settled: nothing can come before it any more
	looks    int              // how often it was looked at
}

// inOrder checks that what a node has folded since it was looked at stands behind all that was settled then, and that nothing settled is folded no more: O4. Where a party begins its log anew, what it had lost is not in the
// past of its new log: that log's first entry, and what others vouch for at the end of the old one, may come before what was settled. Nothing else may.
// Now and then it is asked what the node itself calls settled, as its pages say of an entry.
func (s *witness) inOrder(n *node, r store.Reader, logs []store.Log) error {
	newest := map[string]store.Log{}
	for _, l := range logs {
		if l.Gen > newest[l.Party].Gen {
			newest[l.Party] = l
		}
	}
	for _, l := range logs {
		was := n.order.folded[l.Origin]
		n.order.folded[l.Origin] = l.Applied
		if l.Applied == was || l.Gen < newest[l.Party].Gen || l.Gen > 1 && was == 0 {
			continue
		}
		first := min(was, l.Applied) // that came, or went
		lam, err := s.place(n, l, first)
		if err != nil {
			return err
		}
		if lam <= n.order.frontier {
			return s.w.broken("O4", "entry %d of %s stands at %d; %s had called the order settled up to %d when it had folded %d entries of that log, and has folded %d now", first, l.Origin, lam, n.party,
				n.order.frontier, was, l.Applied)
		}
	}
	settled := int64(math.MaxInt64)
	if len(newest) < parties {
		settled = 0
	}
	for _, l := range newest {
		if l.Applied == 0 {
			settled = 0
			continue
		}
		lam, err := s.place(n, l, l.Applied-1)
		if err != nil {
			return err
		}
		settled = min(settled, lam)
	}
	n.order.frontier = settled
	if n.order.looks++; n.order.looks%8 != 0 {
		return nil
	}
	said, err := core.Settled(r, slices.Collect(maps.Values(newest)))
	if err == nil && len(newest) == parties && said != settled {
		err = s.w.broken("O4", "%s calls the order settled up to %d; by the newest entry of each party it is up to %d", n.party, said, settled)
	}
	return err
}

// place is where an entry stands that a node has folded.
func (s *witness) place(n *node, l store.Log, index int64) (int64, error) {
	lam, ok := s.lam(l.Origin, index)
	if !ok {
		return 0, s.w.broken("O1", "%s has folded entry %d of %s, and does not have what that has seen", n.party, index, l.Origin)
	}
	return lam, nil
}

// passed is a log on the way through a node's order.
type passed struct {
	store.Log
	lams []int64 // as the node has stored them
	at   int64   // how many of its entries were passed
	h    *history
}

// caused goes through the whole order of a node's record as the node has it, and checks that each entry comes behind its predecessor in its own log and behind all that it has seen, and where its causes put it: O2, and O3 by
// what all have in common. It takes time by the entry.
func (s *witness) caused(n *node) error {
	if s.w.looksAway {
		return nil
	}
	var logs []*passed
	of := map[string]*passed{}
	err := n.db.View(context.Background(), func(r store.Reader) error {
		rows, err := r.Logs(s.w.mech)
		if err != nil {
			return err
		}
		for _, l := range rows {
			p := &passed{Log: l, h: s.logs[l.Origin]}
			for e, err := range r.Entries(l.ID, 0, l.Applied) {
				if err != nil {
					return err
				}
				p.lams = append(p.lams, e.Lam)
			}
			if p.h == nil && l.Applied > 0 || int64(len(p.lams)) != l.Applied {
				return s.w.broken("L2", "%s says that it has folded %d entries of %s, and has %d", n.party, l.Applied, l.Origin, len(p.lams))
			}
			logs, of[l.Origin] = append(logs, p), p
		}
		return nil
	})
	for err == nil {
		next := (*passed)(nil)
		for _, p := range logs {
			if p.at < p.Applied && (next == nil || p.before(next)) {
				next = p
			}
		}
		if next == nil {
			return nil
		}
		err = s.follows(n, next, of)
		s.w.Causes++
		next.at++
	}
	return err
}

// before reports whether the next entry of p comes before that of q in the total order.
func (p *passed) before(q *passed) bool {
	switch a, b := p.lams[p.at], q.lams[q.at]; {
	case a != b:
		return a < b
	case p.Party != q.Party: // parties are listed by name here
		return p.Party < q.Party
	}
	return p.Gen < q.Gen
}

// follows checks the next entry of a log against what came before it.
func (s *witness) follows(n *node, p *passed, of map[string]*passed) error {
	lam, after := p.lams[p.at], int64(0)
	if p.at > 0 {
		after = p.lams[p.at-1]
	}
	for _, seen := range p.h.sees[p.at] {
		q := of[seen.Origin]
		if q == nil || q.at < seen.Size {
			return s.w.broken("O2", "%s has entry %d of %s before entry %d of %s, which it has seen", n.party, p.at, p.Origin, seen.Size-1, seen.Origin)
		}
		after = max(after, q.lams[seen.Size-1])
	}
	var err error
	if lam != after+1 {
		err = s.w.broken("O2", "%s has entry %d of %s at %d; the last of its causes stands at %d", n.party, p.at, p.Origin, lam, after)
	}
	if own, ok := s.lam(p.Origin, p.at); !ok || own != lam {
		err = errors.Join(err, s.w.broken("O3", "%s has entry %d of %s at %d; by its bytes it is at %d", n.party, p.at, p.Origin, lam, own))
	}
	return err
}

// saw notes what an entry has seen.
func (h *history) saw(seen []entry.Seen) {
	var kept []sighting
	for _, x := range seen {
		kept = append(kept, sighting{x.Origin, x.Size})
	}
	h.sees = append(h.sees, kept)
}

// sighting is how much of a log an entry has seen.
type sighting struct {
	Origin string
	Size   int64
}
