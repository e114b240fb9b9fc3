package sim

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/founding"
	core "entente.example/internal/node"
	"entente.example/internal/sim/disk"
	"entente.example/ledger"
)

// foundation is the moment at which the charter is in force everywhere. It is played once in a process: every story begins there, on disks and with a memory of its own.
type foundation struct {
	now     time.Time
	doc     *charter.Document
	charter []byte
	mech    string
	files   [parties]disk.Files
	acked   [parties][]core.Posted
	seen    *witness
}

var (
	founded    *foundation
	foundOnce  sync.Once
	errFounded error
)

// begin takes a world to that moment.
func (w *world) begin() error {
	foundOnce.Do(func() { founded, errFounded = newFoundation(w.Options) })
	if errFounded != nil {
		return errFounded
	}
	f := founded
	w.now, w.doc, w.charter, w.mech = f.now, f.doc, f.charter, f.mech
	w.seen = f.seen.clone(w)
	for i := range parties {
		n, err := w.newNode(i, f.files[i])
		if err != nil {
			return err
		}
		n.acked = append(n.acked, f.acked[i]...)
		w.nodes = append(w.nodes, n)
	}
	for _, n := range w.nodes {
		if err := n.start(); err != nil {
			return err
		}
	}
	return w.meet()
}

func newFoundation(o Options) (*foundation, error) {
	w := newWorld(Options{Dir: o.Dir, Log: o.Log})
	defer w.close()
	if err := errors.Join(w.machines(), w.found()); err != nil {
		return nil, err
	}
	f := &foundation{now: w.now, doc: w.doc, charter: w.charter, mech: w.mech, seen: w.seen}
	for i, n := range w.nodes {
		n.stop()
		f.files[i], f.acked[i] = n.disk.Files(), n.acked
	}
	return f, nil
}

// machines are new, and a charter lists them.
func (w *world) machines() error {
	for i := range parties {
		n, err := w.newNode(i, nil)
		if err != nil {
			return err
		}
		w.nodes = append(w.nodes, n)
	}
	w.doc = document(w.nodes)
	var err error
	if w.charter, err = w.doc.Canonical(); err != nil {
		return err
	}
	w.mech = charter.Digest(w.charter)
	return nil
}

// waits is for how many ticks a node may put its first seal off; it asks for three.
const waits = 4

// found brings the charter into force. Whoever does not come to it at once tries again.
func (w *world) found() error {
	for _, n := range w.nodes {
		if err := n.start(); err != nil {
			return err
		}
		for try := 0; !n.founded(); try++ {
			if try == 5 {
				return w.broken("X1", "%s cannot join and seal the charter", n.party)
			}
			if err := n.join(); err != nil {
				return err
			}
			for range waits { // a node that had joined before the cut asks the others before it signs
				if n.core == nil || n.founded() {
					break
				}
				if err := w.tick(n); err != nil {
					return err
				}
			}
		}
	}
	return w.meet()
}

// join joins and seals.
func (n *node) join() error {
	st, err := founding.Statement(n.w.doc)
	if err != nil {
		return err
	}
	b, err := n.affix(1, st.Format())
	if err != nil {
		return err
	}
	to := make(chan core.Reply, 1)
	n.told[to] = func(core.Reply) error { return nil }
	if err := n.step(core.Join{Charter: n.w.charter, Self: n.party, To: to}); err != nil || n.core == nil {
		return err
	}
	return n.do(founding.Matter, b, func(r core.Reply) error { n.keep(r); return nil })
}

// founded reports whether this node's seal of the charter is on its record.
func (n *node) founded() (sealed bool) {
	_ = n.look(func(s *core.Snapshot) error {
		st, err := s.Founding()
		if err == nil {
			_, sealed = st.Rounds.Last().Choices[charter.PartyID(n.party)]
		}
		return err
	})
	return sealed
}

// newWorld makes an empty one.
func newWorld(o Options) *world {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := &world{Options: o, rng: rand.New(rand.NewPCG(o.Seed, 0x656e74656e7465)), now: beginning, apart: map[[2]int]bool{}}
	w.seen = newWitness(w)
	w.Log = slog.New(ear{o.Log.Handler(), &w.heard})
	return w
}

// close gives back what the engine holds.
func (w *world) close() {
	w.closeRoads()
	for _, n := range w.nodes {
		n.stop()
		n.disk.Close()
	}
}

var beginning = time.Date(2025, 1, 1, 9, 0, 0, 0, time.UTC)

// digested adds a line to the trace.
func (w *world) digested(line string) {
	w.digest = ledger.LeafHash(append(w.digest[:], line...))
}
