package hostile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"

	"entente.example/internal/adoption"
	core "entente.example/internal/node"
	"entente.example/internal/store"
)

// Stage is where stories begin: a charter in force, made once.
type Stage struct{ f *founded }

// NewStage founds the mechanism. dir is an empty directory.
func NewStage(dir string) (*Stage, error) {
	f, err := found(dir)
	return &Stage{f}, err
}

// Run plays a story to its end. The error is a *Violation if the honest nodes broke a promise.
func (s *Stage) Run(o Options) (Report, error) {
	w, err := s.newWorld(o)
	defer w.close()
	if err != nil {
		return w.Report, err
	}
	return w.Report, w.play()
}

// newWorld opens the cheat's house and the honest ones. It is closed, whatever the error.
func (s *Stage) newWorld(o Options) (*world, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	w := &world{Options: o, rng: rand.New(rand.NewPCG(o.Seed, 0x686f7374)), now: begin.AddDate(0, 0, 1), mech: s.f.mech, cheated: s.f.cheated,
		adopted: map[string]string{}, failed: map[string]bool{}, shownBy: map[string][]adoption.Outcome{}, knownTo: map[string]bool{}}
	for i := range parties {
		h, err := newHouse(i)
		if err != nil {
			return w, err
		}
		w.houses = append(w.houses, h)
	}
	var err error
	if w.rogue, err = newRogue(w, s.f); err != nil {
		return w, err
	}
	for _, h := range w.houses[1:] {
		if err := h.open(w, s.f.files[h.i]); err != nil {
			return w, err
		}
	}
	return w, nil
}

func (w *world) close() {
	for _, h := range w.houses {
		h.close()
	}
}

// play lets things happen, then lets everything arrive and compares.
func (w *world) play() error {
	can := withLines()
	if w.Roads {
		can = append(can, withRoads()...)
	}
	if w.Only != "" {
		can = Behaviours()
	}
	can = slices.DeleteFunc(can, func(b Behaviour) bool { return w.Only != "" && b.Name != w.Only })
	for i := range parties {
		for j := range i {
			w.connect(j, i)
		}
	}
	forked := false
	for n := range w.Options.Events {
		w.Report.Events++
		w.now = w.now.Add(1e9 * 30)
		switch k := w.rng.IntN(100); {
		case n == w.Options.Events/4 || k < 6:
			b := can[w.rng.IntN(len(can))]
			f := w.rogue.faces[1+w.rng.IntN(parties-1)]
			w.say("the cheat, to %s: %s", name(f.to), b.Name)
			b.do(f)
			w.Cheats++
			forked = forked || b.Expect == Contested
		case k < 8:
			w.rogue.faces[1+w.rng.IntN(parties-1)].honest("honest")
		case k < 16:
			w.rogue.faces[1+w.rng.IntN(parties-1)].fair()
		case k < 26:
			if err := w.negotiate(w.houses[1+w.rng.IntN(parties-1)]); err != nil {
				return w.broken("an honest party cannot negotiate: %v", err)
			}
		case k < 31:
			h := w.houses[1+w.rng.IntN(parties-1)]
			if _, err := h.do(fmt.Sprintf("text/%s%d", h.party, n), draft("by "+h.party)); err != nil {
				return w.broken("%s: %v", h.party, err)
			}
		case k < 34 && len(w.conns) > 0:
			w.cut(w.conns[w.rng.IntN(len(w.conns))])
		case k < 42:
			w.connect(w.rng.IntN(parties), w.rng.IntN(parties))
		case k < 46:
			if err := w.houses[1+w.rng.IntN(parties-1)].step(core.Tick{}); err != nil {
				return w.broken("%v", err)
			}
		case k < 48:
			h := w.houses[1+w.rng.IntN(parties-1)]
			w.say("%s is switched off and on", h.party)
			if err := h.restart(); err != nil {
				return w.broken("%s does not start again: %v", h.party, err)
			}
		case k < 51 && w.Power:
			w.houses[1+w.rng.IntN(parties-1)].disk.CutIn(1 + w.rng.IntN(40))
		case k < 54 && w.Roads:
			h := w.houses[1+w.rng.IntN(parties-1)]
			if err := h.post(parties - h.i); err != nil {
				return w.broken("%s cannot send a parcel: %v", h.party, err)
			}
		case k < 56 && w.Roads:
			if err := w.hand(); err != nil {
				return err
			}
		default:
			w.deliver()
		}
		if err := w.decided(); err != nil {
			return err
		}
	}
	if err := w.settle(); err != nil {
		return err
	}
	return w.compare(forked || w.rogue.forked || w.rogue.claimed)
}

// settle connects everybody, with the cheat and then without, until nothing is on its way.
func (w *world) settle() error {
	for _, h := range w.houses[1:] {
		h.disk.Mend()
	}
	for range 4 {
		for i := range parties {
			for j := range i {
				w.connect(j, i)
			}
		}
		if err := w.quiet(); err != nil {
			return err
		}
		for _, h := range w.houses[1:] {
			if err := errors.Join(h.step(core.Tick{}), w.negotiate(h)); err != nil {
				return w.broken("%v", err)
			}
			w.rogue.faces[h.i].fair()
			if err := errors.Join(w.quiet(), w.decided()); err != nil {
				return err
			}
		}
		for len(w.conns) > 0 {
			w.cut(w.conns[0])
		}
	}
	for range 3 {
		w.connect(1, 2)
		if err := w.quiet(); err != nil {
			return err
		}
		for _, h := range w.houses[1:] {
			if err := h.step(core.Tick{}); err != nil {
				return w.broken("%v", err)
			}
		}
		if len(w.conns) == 0 {
			return w.broken("the honest nodes hang up on each other")
		}
		w.cut(w.conns[0])
	}
	return nil
}

// compare holds the honest nodes against each other and against what they promise.
func (w *world) compare(forked bool) error {
	w.connect(1, 2)
	var digests [parties]string
	var contested int
	if err := w.apart(); err != nil {
		return err
	}
	for _, h := range w.houses[1:] { // everything else runs on: both act, and each comes to hold and to fold the other's act
		if err := h.must("text/after-"+h.party, draft("after")); err != nil {
			return err
		}
		if err := w.quiet(); err != nil {
			return err
		}
	}
	for _, h := range w.houses[1:] {
		if err := h.core.Flush(context.Background()); err != nil {
			return err
		}
		err := h.db.View(context.Background(), func(r store.Reader) error {
			v, err := core.Verify(r, w.mech, nil)
			if err != nil {
				return w.broken("%s does not verify: %v", h.party, err)
			}
			digests[h.i] = v.Digest
			if err := errors.Join(h.keptAll(r), w.bare(h, r)); err != nil {
				return err
			}
			for _, l := range v.Logs {
				w.Void += l.Void
			}
			return nil
		})
		if err != nil {
			return err
		}
		err = h.look(func(s *core.Snapshot) error {
			c, err := s.Contested()
			if err != nil {
				return err
			}
			contested += len(c)
			return w.shown(h, s, c)
		})
		if err != nil {
			return err
		}
	}
	if err := w.agreed(); err != nil {
		return err
	}
	if digests[1] != digests[2] {
		return w.broken("the honest nodes hold two records: %s", w.sizes())
	}
	if contested == 1 {
		return w.broken("one honest node knows that the log is contested, the other does not")
	}
	if contested > 0 {
		w.Forked++
		if !forked {
			return w.broken("a log is contested that never forked")
		}
	}
	return nil
}

// bare checks that an honest node keeps of heads and receipts no lines but those that it has verified.
func (w *world) bare(h *house, r store.Reader) error {
	logs, err := r.Logs(w.mech)
	if err != nil {
		return err
	}
	for _, l := range logs {
		receipts, err := r.Receipts(l.ID)
		if err != nil {
			return err
		}
		for _, rc := range append(receipts, store.Receipt{Note: l.Checkpoint}) {
			if bytes.Contains(rc.Note, []byte(addedLine)) {
				return w.broken("%s keeps lines of %s that somebody has added: %q", h.party, l.Origin, rc.Party)
			}
		}
	}
	return nil
}

// shown checks what one honest node shows: both others' acts after everything, nothing of the cheat's that is not common, and no evidence against anybody honest.
func (w *world) shown(h *house, s *core.Snapshot, contested map[int]int64) error {
	for _, o := range w.houses[1:] {
		if _, err := s.Text("after-" + o.party); err != nil {
			return w.broken("%s does not show what %s did after everything: %s", h.party, o.party, w.sizes())
		}
		if l := s.Logs[o.i]; l.Applied != l.Size {
			return w.broken("%s has folded %d of %d entries of the honest %s", h.party, l.Applied, l.Size, o.party)
		}
	}
	for _, l := range s.Logs {
		w.Waiting += int(l.Size - l.Applied)
	}
	if limit, ok := contested[0]; ok && s.Logs[0].Applied > limit {
		return w.broken("%s shows %d entries of the contested log, of which %d are common", h.party, s.Logs[0].Applied, limit)
	}
	_, forks, err := s.Evidence()
	if err != nil {
		return err
	}
	w.Evidence += len(forks)
	if len(forks) > 2*parties*parties {
		return w.broken("%s keeps %d pieces of evidence", h.party, len(forks))
	}
	for _, f := range forks {
		if err := w.fair(h, f); err != nil {
			return err
		}
	}
	return w.proved(h, s)
}

// sizes tells who holds how much of which log.
func (w *world) sizes() string {
	var out []string
	for _, h := range w.houses[1:] {
		err := h.look(func(s *core.Snapshot) error {
			c, err := s.Contested()
			for i, l := range s.Logs {
				out = append(out, fmt.Sprintf("%s has %d/%d of %s %x", h.party, l.Applied, l.Size, l.Party, l.Root[:4]))
				if n, ok := c[i]; ok {
					out[len(out)-1] += fmt.Sprintf(" contested after %d", n)
				}
			}
			return err
		})
		if err != nil {
			out = append(out, err.Error())
		}
	}
	return strings.Join(out, ", ")
}
