package sim

import (
	"errors"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/keys"
	core "entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/refusal"
	"entente.example/seal"
)

// forked lets the machine of a be put back, write where nobody can be asked, and so sign two histories. a then goes on with the copy whose history the others hold.
func forked(t *testing.T) (w *world, a *node) {
	t.Helper()
	w = quietly(t)
	a = w.nodes[0]
	must(t, a.copyRecord())
	must(t, a.write(t, "text/t3"))
	must(t, w.meet())
	for _, n := range w.nodes {
		must(t, w.tick(n))
	}
	must(t, w.meet())
	must(t, a.copyRecord())
	w.apartAll()
	must(t, w.run())
	w.looksAway = true
	must(t, a.putBack())
	a.back = false
	a.stop()
	must(t, a.start())
	for range 4 {
		must(t, w.tick(a))
	}
	must(t, a.write(t, "text/t4"))
	must(t, w.meet())
	w.apartAll()
	must(t, w.run())
	must(t, a.replaceDisk(a.backups[1], a.backups[1].marks))
	must(t, w.meet())
	for _, n := range w.nodes {
		if !n.contests(t, "a") {
			t.Fatalf("%s does not know that a signed two histories", n.party)
		}
	}
	if err := a.write(t, "text/t5"); refusal.As(err).Key != "node.own_contested" {
		t.Fatalf("a writes on: %v", err)
	}
	return w, a
}

func (w *world) apartAll() {
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
	}
}

func (n *node) contests(t *testing.T, p charter.PartyID) (contested bool) {
	t.Helper()
	must(t, n.look(func(s *core.Snapshot) error {
		of, err := s.Contested()
		for slot := range of {
			contested = contested || s.All[slot].Party == string(p)
		}
		return err
	}))
	return contested
}

// settlement is the opening of a generation after a fork, with the signatures of these parties.
func (w *world) settlement(t *testing.T, a *node, key *keys.NodeKey, head party.Head, gen int, by ...*node) party.Generation {
	t.Helper()
	body, err := a.statement(gen, head, party.Fork, nodeKeys(key))
	must(t, err)
	message, err := body.Statement.Message()
	must(t, err)
	body.Agreed = map[charter.PartyID][]string{}
	for _, n := range by {
		armor, err := seal.Sign(n.seal, seal.NamespaceKeys, message)
		must(t, err)
		body.Agreed[charter.PartyID(n.party)] = []string{armor}
	}
	return body
}

// Two histories are settled by a text that all parties seal: which head stands, and under which keys the log goes on. Nothing less opens a generation over a fork, nothing beyond the head counts
// afterwards, and everybody holds the same record again. SPEC fork-settled
func TestAForkIsSettledByAll(t *testing.T) {
	w, a := forked(t)
	b, c := w.nodes[1], w.nodes[2]
	gen, head, err := a.core.Next(w.mech)
	must(t, err)
	key := keys.FromSeed([32]byte{7})
	for name, body := range map[string]party.Generation{"by one of two": w.settlement(t, a, key, head, gen, b), "by nobody": w.settlement(t, a, key, head, gen),
		"by itself in another's place": w.settlement(t, a, key, head, gen, b, a)} {
		if err := a.begin(t, body, key); err == nil {
			t.Errorf("%s: the generation is open", name)
		}
	}
	replayed := w.settlement(t, a, key, party.Head{Root: head.Root, Size: head.Size - 1}, gen, b, c)
	replayed.Statement.Head = head // sealed for another head
	if err := a.begin(t, replayed, key); refusal.As(err).Key != "seal.bad_signature" {
		t.Errorf("a text about another head: %v", err)
	}
	must(t, a.begin(t, w.settlement(t, a, key, head, gen, b, c), key))
	must(t, w.meet())
	for range 2 {
		for _, n := range w.nodes {
			must(t, w.tick(n))
		}
		must(t, w.meet())
	}
	must(t, a.write(t, "text/t6"))
	must(t, w.meet())
	var digest string
	for _, n := range w.nodes {
		if got := n.counted(t); got["a-0"] != head.Size || got["a.2-0"] < 2 {
			t.Errorf("%s counts %v; the sealed head is %d", n.party, got, head.Size)
		}
		must(t, n.look(func(s *core.Snapshot) error {
			d, err := s.Digest()
			if digest != "" && d != digest {
				err = errors.Join(err, errors.New(n.party+" holds another record"))
			}
			digest = d
			return err
		}))
	}
}
