package sim

import (
	"testing"

	"entente.example/internal/keys"
	"entente.example/internal/party"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// strayCopy lets a sign an entry that all others hold, and returns a copy of its files that ends with another one at the same place, of which the copy does not know a signature: as it is where a disk called a write
// failed that it had done.
func strayCopy(t *testing.T) (w *world, a *node, stray backup, end store.Log) {
	t.Helper()
	w = quietly(t)
	a = w.nodes[0]
	must(t, a.copyRecord())
	w.apartAll()
	must(t, w.run())
	w.looksAway = true // the entry that strays was signed, and shown to nobody
	must(t, a.write(t, "text/t3"))
	must(t, a.copyRecord())
	first, stray := a.backups[0], a.backups[1]
	own, _, err := a.ownLog()
	must(t, err)
	must(t, a.replaceDisk(first, first.marks))
	for range 4 {
		must(t, w.tick(a))
	}
	must(t, a.write(t, "text/t4"))
	must(t, w.meet())
	for _, n := range w.nodes {
		must(t, w.tick(n))
	}
	must(t, w.meet())
	end, _, err = a.ownLog()
	must(t, err)
	if end.Size != own.Size || end.Root == own.Root {
		t.Fatalf("the copy ends at %d, the others hold %d", own.Size, end.Size)
	}
	w.apartAll()
	must(t, w.run())
	return w, a, stray, end
}

// Whoever goes back to a copy of files whose end is not what was signed there holds as many entries as the others do, and must not take that for all of its own: its marks are lost, or as old as the copy, and only what
// the others show can tell.
// SPEC own-end-asked
func TestAStrayEndIsNotSignedFor(t *testing.T) {
	for name, lost := range map[string]bool{"its marks are lost": true, "its marks are as old": false} {
		t.Run(name, func(t *testing.T) {
			w, a, stray, end := strayCopy(t)
			if a.back = !lost; lost {
				must(t, a.replaceDisk(stray, nil))
			} else {
				must(t, a.replaceDisk(stray, a.backups[0].marks)) // which do not know the entry that strays: it was signed here only to have it
			}
			own, _, err := a.ownLog()
			must(t, err)
			if own.Size != end.Size || own.Root == end.Root {
				t.Fatalf("the copy has %d entries, the others %d", own.Size, end.Size)
			}
			for _, other := range []int{1, 2} {
				must(t, w.connect(0, other))
				must(t, w.quiet())
			}
			for range 40 {
				must(t, w.tick(a))
			}
			must(t, w.quiet())
			if err := a.write(t, "text/t5"); err == nil || refusal.As(err).Key != "node.own_astray" {
				t.Errorf("a writes on: %v", err)
			}
			if pen := a.core.Pens()[w.mech]; pen.Why == nil || pen.Why.Key != "node.own_astray" {
				t.Errorf("the pen: %+v", pen)
			}
			gen, head, err := a.core.Next(w.mech)
			must(t, err)
			key := keys.FromSeed([32]byte{7})
			body, err := a.statement(gen, head, party.Restore, nodeKeys(key))
			must(t, err)
			if err := a.begin(t, body, key); err == nil || refusal.As(err).Key != "node.own_astray" {
				t.Errorf("a begins anew from there: %v", err)
			}
			must(t, w.meet())
			for _, n := range w.nodes {
				if n.contests(t, "a") {
					t.Errorf("%s has been shown two histories", n.party)
				}
			}
		})
	}
}

// What the copy's end is, is asked of the others; where it is what was signed there, the pen comes back.
func TestAnEndThatIsNotSignedForIsAskedFor(t *testing.T) {
	w := quietly(t)
	a := w.nodes[0]
	must(t, a.write(t, "text/t3"))
	must(t, a.copyRecord())
	must(t, w.meet())
	w.apartAll()
	must(t, w.run())
	must(t, a.replaceDisk(a.backups[0], nil))
	must(t, w.connect(0, 1))
	must(t, w.quiet())
	if err := a.write(t, "text/t4"); err == nil {
		t.Fatal("a writes before everybody has been heard")
	}
	must(t, w.meet())
	must(t, a.write(t, "text/t4"))
	w.alike(t)
}
