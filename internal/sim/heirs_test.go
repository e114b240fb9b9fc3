package sim

import (
	"strings"
	"testing"

	"entente.example/internal/charter"
	core "entente.example/internal/node"
)

// Who continues a mechanism is found among those that this node has joined, in the order of joining; what another node in the same process has joined is not among them.
func TestHeirsAreThoseThatWereJoined(t *testing.T) {
	w := newWorld(Options{Seed: 2, Dir: t.TempDir()})
	t.Cleanup(w.close)
	must(t, w.begin())
	a, b := w.nodes[0], w.nodes[1]
	var joined []string
	join := func(n *node, id string) {
		t.Helper()
		doc := document(w.nodes)
		doc.ID = id
		doc.Succeeds = &charter.Succession{Mechanism: w.mech, Parties: []charter.PartyID{"a", "b", "c"}, Text: "t9", Statement: strings.Repeat("0", 64)}
		raw, err := doc.Canonical()
		must(t, err)
		to := make(chan core.Reply, 1)
		must(t, n.step(core.Join{Charter: raw, Self: n.party, To: to}))
		if n == a {
			joined = append(joined, charter.Digest(raw))
		}
	}
	heirs := func(n *node, mech string) (ids []string) {
		t.Helper()
		must(t, n.core.Snapshot(t.Context(), mech, func(s *core.Snapshot) error {
			all, err := s.Successors()
			for _, o := range all {
				ids = append(ids, o.ID)
			}
			return err
		}))
		return ids
	}
	join(b, "elsewhere")
	if got := heirs(a, w.mech); got != nil {
		t.Errorf("a node that has joined none: %v", got)
	}
	join(a, "second")
	join(a, "first")
	if got := heirs(a, w.mech); strings.Join(got, " ") != strings.Join(joined, " ") {
		t.Errorf("heirs %v, joined %v", got, joined)
	}
	if got := heirs(a, joined[0]); got != nil {
		t.Errorf("a mechanism that nobody continues: %v", got)
	}
}
