package sim

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	core "entente.example/internal/node"
	"entente.example/internal/store"
)

// alone leaves a quiet world without lines, and with something to tell.
func alone(t *testing.T) *world {
	t.Helper()
	w := quietly(t)
	must(t, w.openRoads())
	w.roads.dark = true
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
	}
	must(t, w.run())
	for _, n := range w.nodes {
		for _, matter := range []string{"text/one-", "text/two-"} {
			must(t, n.do(matter+n.party, n.draft(), func(r core.Reply) error { n.keep(r); return r.Err }))
		}
	}
	if digests := w.digests(t); digests[0] == digests[1] {
		t.Fatal("there is nothing to carry")
	}
	return w
}

// same demands that all hold the same record and everybody's receipts, without a line.
func (w *world) same(t *testing.T) {
	t.Helper()
	if digests := w.digests(t); digests[0] != digests[1] || digests[1] != digests[2] {
		t.Errorf("they come to three records: %s", w.sizes())
	}
	for _, n := range w.nodes {
		must(t, n.db.View(t.Context(), func(r store.Reader) error { return w.receipted(r, n) }))
	}
	if len(w.conns) > 0 {
		t.Error("somebody had a line")
	}
}

// Nothing but pouches goes, each opened twice and the last one first: whoever was heard is answered, and in the end all hold the same and everybody's receipts, without a line for a moment.
func TestPouchesAloneCarryEverything(t *testing.T) {
	w := alone(t)
	for range 4 {
		for _, p := range pairs {
			must(t, w.pack(w.nodes[p[0]], p[1]))
			must(t, w.pack(w.nodes[p[1]], p[0]))
		}
		all := w.roads.pouches
		w.roads.pouches = nil
		for i := range all {
			x := all[len(all)-1-i]
			for range 2 {
				_, _, err := w.open(w.nodes[x.to], x.from, byPouch, x.sealed, false)
				must(t, err)
			}
		}
	}
	w.same(t)
}

// Nothing but good offices go, which lose, spoil, repeat and reorder what they are given, lose their power and now and then are full: couriers that only follow their own rule of when to send
// again bring everything to everybody. Nobody tells them what was lost.
func TestOfficesAloneCarryEverything(t *testing.T) {
	for seed := range uint64(3) {
		w := alone(t)
		w.rng = rand.New(rand.NewPCG(seed, 1))
		each := func(do func(*node, int) error) {
			for _, p := range pairs {
				must(t, do(w.nodes[p[0]], p[1]))
				must(t, do(w.nodes[p[1]], p[0]))
			}
			w.turns = 0
		}
		for range 4 { // whatever is given to them is lost
			each(w.send)
			for id, in := range w.roads.office.lies {
				for _, l := range in {
					must(t, w.roads.office.lose(id, l.message))
				}
			}
			must(t, w.roads.office.fall())
			each(w.collect)
		}
		rounds := 0
		for ; rounds < 40 && !w.agree(t); rounds++ {
			w.now = w.now.Add(lastly)
			each(w.send)
			each(w.collect)
		}
		if rounds == 0 {
			t.Error("nothing was lost")
		}
		w.same(t)
		must(t, w.roads.office.check())
	}
}

// What a machine cannot take, because its own disk fails just then, stays in the good offices and is collected once more.
func TestWhatADiskCannotTakeIsCollectedAgain(t *testing.T) {
	again := 0
	for op := 1; op <= 12; op++ {
		w := alone(t)
		w.rng = rand.New(uneventful{})
		from, to := w.nodes[0], w.nodes[1]
		must(t, w.send(from, to.i))
		to.disk.FailIn(op, sqlite3.FULL)
		must(t, w.collect(to, from.i))
		to.disk.Mend()
		for _, in := range w.roads.office.lies {
			again += len(in)
		}
		must(t, w.collect(to, from.i))
		own, _, err := from.ownLog()
		must(t, err)
		if has, err := to.sizes(); err != nil || has[own.Origin] != own.Size {
			t.Errorf("op %d fails: %d of %d entries that were sent came: %v", op, has[own.Origin], own.Size, err)
		}
	}
	if again == 0 {
		t.Error("nothing had to be collected again")
	}
}

// uneventful is a source of chance by which nothing unlikely happens.
type uneventful struct{}

func (uneventful) Uint64() uint64 { return math.MaxUint64 }

// lastly is more than the longest time that a courier waits before it sends again what was not acknowledged.
const lastly = 7 * time.Hour

// agree reports whether all hold the same and everybody's receipts.
func (w *world) agree(t *testing.T) bool {
	digests := w.digests(t)
	all := digests[0] == digests[1] && digests[1] == digests[2]
	for _, n := range w.nodes {
		all = all && n.db.View(t.Context(), func(r store.Reader) error { return w.receipted(r, n) }) == nil
	}
	return all
}

func (w *world) digests(t *testing.T) (out []string) {
	t.Helper()
	for _, n := range w.nodes {
		must(t, n.look(func(s *core.Snapshot) error {
			d, err := s.Digest()
			out = append(out, d)
			return err
		}))
	}
	return out
}

// A story with good offices and pouches is the same each time, and something goes by each of them.
func TestStoriesWithRoads(t *testing.T) {
	var traces [2][32]byte
	for i := range traces {
		r, err := Run(Options{Seed: 3, Events: 600, Faults: true, Roads: true, Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if r.ByRelay == 0 || r.ByPouch == 0 || r.Carried == 0 {
			t.Errorf("%v", r)
		}
		traces[i] = r.Trace
	}
	if traces[0] != traces[1] {
		t.Error("the same seed played two stories")
	}
}
