package sim

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/link"
	core "entente.example/internal/node"
	"entente.example/internal/store"
	"entente.example/ledger"
)

// witness remembers what has been said and shown in a story, and notices when it is contradicted.
type witness struct {
	w       *world
	heads   map[string]map[int64]string // origin → size → root in base64, as signed on the wire
	verdict map[string]string           // text and round → outcome that some node has shown
	looked  int
}

func newWitness(w *world) *witness {
	return &witness{w: w, heads: map[string]map[int64]string{}, verdict: map[string]string{}}
}

// frame looks at what leaves a node: two signed heads of one log at one size must be the same.
func (s *witness) frame(from *node, f link.Send) error {
	if f.Kind != link.KindEntries && f.Kind != link.KindReceipt {
		return nil
	}
	begin := []byte("entente/" + s.w.mech[:16] + "/")
	for b := f.Payload; ; b = b[1:] {
		i := bytes.Index(b, begin)
		if i < 0 {
			return nil
		}
		b = b[i:]
		lines := strings.SplitN(string(b[:min(len(b), 400)]), "\n", 4)
		if len(lines) < 4 {
			continue
		}
		size, err := strconv.ParseInt(lines[1], 10, 64)
		if root, err64 := base64.StdEncoding.DecodeString(lines[2]); err != nil || err64 != nil || len(root) != 32 {
			continue
		}
		of := s.heads[lines[0]]
		if of == nil {
			of = map[int64]string{}
			s.heads[lines[0]] = of
		}
		if err := s.durable(from, lines[0], size, b); err != nil {
			return err
		}
		if was, ok := of[size]; ok && was != lines[2] {
			return s.w.broken("L3", "%s sends a second head of %s at %d", from.party, lines[0], size)
		}
		of[size] = lines[2]
	}
}

// durable checks that whoever gives a receipt has what it is for: W2. note begins with the checkpoint.
func (s *witness) durable(from *node, origin string, size int64, note []byte) error {
	if !bytes.Contains(note[:min(len(note), ledger.MaxNote)], []byte("/"+from.party+"/witness ")) {
		return nil
	}
	var have int64
	err := from.db.View(context.Background(), func(r store.Reader) error {
		logs, err := r.Logs(s.w.mech)
		for _, l := range logs {
			if l.Origin == origin {
				have = l.Size
			}
		}
		return err
	})
	if err == nil && have < size {
		return s.w.broken("W2", "%s gives a receipt for %d entries of %s and has %d", from.party, size, origin, have)
	}
	return nil
}

// stepped looks at a node after each step; the costly part only now and then.
func (s *witness) stepped(n *node) error {
	if s.looked++; s.looked%16 != 0 || n.disk.Dark() {
		return nil
	}
	return s.shown(n)
}

// shown compares what a node shows of every round with what anybody has ever shown: A1, A2, A4.
func (s *witness) shown(n *node) error {
	err := n.look(func(v *core.Snapshot) error {
		ts, err := v.Texts()
		if err != nil {
			return err
		}
		for _, t := range ts {
			for i := range t.Rounds.List {
				out := t.Rounds.List[i].Verdict(v.Charter(), v.Held)
				key := fmt.Sprintf("%s round %d", t.ID, i+1)
				now, was := string(out.Outcome)+" "+out.Statement, s.verdict[key]
				switch {
				case out.Outcome == adoption.Pending && was != "" && n.saw[key] && !n.restored:
					return s.w.broken("A4", "%s showed %s as %s, and now as pending", n.party, key, was)
				case out.Outcome == adoption.Pending:
				case was != "" && was != now:
					return s.w.broken("A1", "%s shows %s as %s; it was shown as %s", n.party, key, now, was)
				case was == "":
					s.verdict[key] = now
					s.w.say("%s is %s at %s", key, out.Outcome, n.party)
					s.count(out.Outcome)
					fallthrough
				default:
					n.saw[key] = true
				}
			}
		}
		return nil
	})
	var v *Violation
	if err == nil || errors.As(err, &v) || n.disk.Dark() {
		return err
	}
	return nil // a disk that fails right now shows nothing
}

func (s *witness) count(o adoption.Outcome) {
	if o == adoption.Adopted {
		s.w.Adopted++
	} else {
		s.w.Failed++
	}
}

// heal ends all faults, lets everything arrive and compares the nodes: C1, L1, L2, L5, L6, O3.
func (w *world) heal() error {
	w.Faults = false
	clear(w.apart)
	for _, n := range w.nodes {
		n.disk.Mend()
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
	return w.compare()
}

func (w *world) compare() error {
	var digest string
	sizes := w.sizes()
	for _, n := range w.nodes {
		err := n.db.View(context.Background(), func(r store.Reader) error {
			v, err := core.Verify(r, w.mech, func(int64, int64) {})
			if err != nil {
				return w.broken("L2", "%s does not verify: %v", n.party, err)
			}
			if digest != "" && v.Digest != digest {
				return w.broken("C1", "%s holds another record than %s after everything was mended: %s", n.party, w.nodes[0].party, sizes)
			}
			digest = v.Digest
			return errors.Join(w.keptAll(r, n, sizes), w.receipted(r, n))
		})
		if err != nil {
			return err
		}
		if err := w.seen.shown(n); err != nil {
			return err
		}
		if err := w.decided(n); err != nil {
			return err
		}
		if err := w.writable(n); err != nil {
			return err
		}
	}
	return w.signedOnly()
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
		for _, by := range w.nodes {
			given := slices.ContainsFunc(receipts, func(rc store.Receipt) bool { return rc.Party == by.party && rc.Size == l.Size })
			if by.party != l.Party && !given {
				return w.broken("C4", "%s has no receipt by %s for all %d entries of %s", n.party, by.party, l.Size, l.Party)
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
func (w *world) writable(n *node) error {
	answered := errNoReply
	if err := n.do("text/after-"+n.party, n.draft(), func(r core.Reply) error { answered = r.Err; return nil }); err != nil {
		return err
	}
	if answered != nil {
		return w.broken("X2", "%s cannot act after everything was mended: %v", n.party, answered)
	}
	return w.run()
}

// signedOnly checks that every head that was ever signed is one of the log as it stands now: L3, W1.
func (w *world) signedOnly() error {
	return w.nodes[0].db.View(context.Background(), func(r store.Reader) error {
		logs, err := r.Logs(w.mech)
		if err != nil {
			return err
		}
		for _, l := range logs {
			tree := ledger.NewBuilder()
			of := w.seen.heads[l.Origin]
			for leaf, err := range r.Leaves(l.ID, 0, l.Size) {
				if err != nil {
					return err
				}
				tree.Append(ledger.LeafHash(leaf))
				root := tree.Root()
				if was, ok := of[tree.Size()]; ok && was != base64.StdEncoding.EncodeToString(root[:]) {
					return w.broken("L3", "%s was once signed at %d with another root than it has", l.Origin, tree.Size())
				}
			}
		}
		return nil
	})
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
