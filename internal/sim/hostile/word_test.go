package hostile

import (
	"testing"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	core "entente.example/internal/node"
)

// A cheat seals and acknowledges in sight of all, gives no receipts, and says only to one that it holds the others' acknowledgements; to the other it shows another history of its log. Nobody is shown the text as
// adopted by that word, which would count for nobody once both histories are known: A4. Its receipt, given to one, is passed on and stands, whatever its log is worth. SPEC shown-by-receipts
func TestALiarsWordAloneShowsNothing(t *testing.T) {
	w, err := stageOf(t).newWorld(Options{Seed: 1, Only: "by hand", Dir: t.TempDir()})
	t.Cleanup(w.close)
	must(err)
	all := func(pairs ...[2]int) {
		t.Helper()
		for len(w.conns) > 0 {
			w.cut(w.conns[0])
		}
		for _, p := range pairs {
			w.connect(p[0], p[1])
		}
		for range 3 {
			must(w.quiet())
			for _, h := range w.houses[1:] {
				must(h.step(core.Tick{}))
			}
		}
		must(w.quiet())
		if err := w.decided(); err != nil {
			t.Fatal(err)
		}
	}
	everybody := [][2]int{{0, 1}, {0, 2}, {1, 2}}
	all(everybody...)
	for _, h := range w.houses[1:] {
		must(w.negotiate(h)) // seals
	}
	all(everybody...)
	f, o := w.rogue.faces[1], w.rogue.faces[2]
	must(w.houses[1].look(func(s *core.Snapshot) error {
		b, err := w.next(s, cheat)
		if err != nil {
			return err
		}
		f.write(f.entry("text/"+common, b))
		st, err := s.Text(common)
		chosen := st.Rounds.Last().Choices
		f.write(f.node("text/"+common, adoption.Acknowledge{Round: 1, Statement: chosen["b"].Statement, Seals: []string{chosen["b"].Act, chosen["c"].Act}}))
		return err
	}))
	all(everybody...) // now b and c have acknowledged, and only the cheat's word on that is missing
	f.fork()
	must(w.houses[1].look(func(s *core.Snapshot) error {
		st, err := s.Text(common)
		for _, b := range st.Due(s.Charter(), cheat, func(charter.PartyID, int) int64 { return 1 << 40 }) {
			f.write(f.node("text/"+common, b))
		}
		return err
	}))
	o.honest("another history")
	all([2]int{0, 1})
	all([2]int{0, 2})
	all([2]int{1, 2}) // the two histories come to light
	if w.Adopted != 0 {
		t.Fatal("the text was shown as adopted by a word that only one was given")
	}
	for _, h := range w.houses[1:] {
		contested := 0
		must(h.look(func(s *core.Snapshot) error {
			m, err := s.Contested()
			contested = len(m)
			return err
		}))
		if contested != 1 {
			t.Errorf("%s knows of %d logs with two histories", h.party, contested)
		}
	}
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
	}
	w.connect(0, 1)
	must(w.quiet())
	f.receipts()
	must(w.quiet())
	all([2]int{1, 2})
	must(w.agreed())
	rounds, err := w.houses[2].rounds()
	if must(err); w.Adopted != 1 || rounds[0].outcome != adoption.Adopted {
		t.Errorf("%d adoptions were shown, and c is shown the round as %s", w.Adopted, rounds[0].outcome)
	}
}
