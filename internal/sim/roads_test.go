package sim

import (
	"testing"

	core "entente.example/internal/node"
	"entente.example/internal/store"
)

// Nothing but parcels goes, each opened twice and the last one first: whoever was heard is answered, and in the end all hold the same and everybody's receipts, without a line for a moment.
func TestParcelsAloneCarryEverything(t *testing.T) {
	for _, by := range []string{byRelay, byPouch} {
		w := quietly(t)
		w.roads = &roads{dark: true}
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
		for range 4 {
			for _, p := range pairs {
				must(t, w.pack(p[0], p[1], by))
				must(t, w.pack(p[1], p[0], by))
			}
			all := w.roads.mail
			w.roads.mail = nil
			for i := range all {
				x := all[len(all)-1-i]
				must(t, w.open(x, false))
				must(t, w.open(x, false))
			}
		}
		digests := w.digests(t)
		if digests[0] != digests[1] || digests[1] != digests[2] {
			t.Errorf("by %s they come to three records: %s", by, w.sizes())
		}
		for _, n := range w.nodes {
			must(t, n.db.View(t.Context(), func(r store.Reader) error { return w.receipted(r, n) }))
		}
		if len(w.conns) > 0 {
			t.Error("somebody had a line")
		}
	}
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
