package sim

import (
	"crypto/ed25519"
	"encoding/hex"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	core "entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/internal/store"
	"entente.example/ledger"
	"entente.example/refusal"
	"entente.example/seal"
)

// reopened is what somebody makes who has a seal key of a party and knows its log as it is now: the next generation, under keys of his own.
func (w *world) reopened(t *testing.T, n *node) link.Chunk {
	t.Helper()
	key := keys.FromSeed([32]byte{66})
	gen, head, err := n.core.Next(w.mech)
	must(t, err)
	body, err := n.statement(gen, head, party.Loss, nodeKeys(key))
	must(t, err)
	e := entry.Entry{Actor: entry.Node, At: w.now.UTC(), Log: entry.Origin(w.mech, n.party, gen), Mech: w.mech, Matter: party.Matter(charter.PartyID(n.party)), Type: body.EntryType(), V: 1}
	e.Body, err = entry.Canonical(body)
	must(t, err)
	must(t, n.db.View(t.Context(), func(r store.Reader) error {
		logs, err := r.Logs(w.mech)
		for _, l := range logs {
			e.Seen = append(e.Seen, entry.Seen{Origin: l.Origin, Size: l.Size, Root: l.Root})
		}
		return err
	}))
	if own := e.Seen[n.i]; own.Size != head.Size || hex.EncodeToString(own.Root[:]) != head.Root {
		t.Fatalf("the head is %v and the log is %v", head, own)
	}
	leaf, err := e.Encode()
	must(t, err)
	tree := ledger.NewBuilder()
	tree.Append(ledger.LeafHash(leaf))
	signer, err := key.LogSigner(e.Log)
	must(t, err)
	note, err := ledger.SignCheckpoint(ledger.Checkpoint{Origin: e.Log, Size: 1, Root: tree.Root()}, signer, w.now.Unix())
	must(t, err)
	return link.Chunk{Origin: e.Log, Entries: [][]byte{leaf}, Note: note}
}

// succession is what replaces a party's seal key; the new one is used from then on.
func (n *node) succession(t *testing.T) party.Succeed {
	t.Helper()
	next, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed([]byte(strings.Repeat("n", ed25519.SeedSize))))
	must(t, err)
	body := party.Succeed{Number: 1, Seal: []string{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(next.PublicKey())))}, Threshold: 1}
	message, err := party.SuccessionMessage(n.w.mech, charter.PartyID(n.party), 1, charter.SealKeys{Keys: body.Seal, Threshold: 1})
	must(t, err)
	for signer, to := range map[ssh.Signer]*[]string{n.seal: &body.Signatures, next: &body.Successors} {
		armor, err := seal.Sign(signer, seal.NamespaceKeys, message)
		must(t, err)
		*to = []string{armor}
	}
	n.seal = next
	return body
}

// succeed replaces a party's seal key.
func (n *node) succeed(t *testing.T) {
	t.Helper()
	answered := errNoReply
	must(t, n.do(party.Matter(charter.PartyID(n.party)), n.succession(t), func(r core.Reply) error { answered = r.Err; n.keep(r); return nil }))
	must(t, answered)
}

// offered hands a node what somebody brings, and returns why that was refused.
func (n *node) offered(t *testing.T, ch link.Chunk) error {
	t.Helper()
	answered := errNoReply
	to := make(chan core.Reply, 1)
	n.told[to] = func(r core.Reply) error { answered = r.Err; return nil }
	must(t, n.step(core.Offered(n.w.mech, ch, to)))
	must(t, n.w.run())
	return answered
}

// Whoever has a seal key that its party replaced opens no generation with it, though he states a head from before the succession, where the key was in force: not with a node that was started again, nor with one that
// folds anew, nor with the party itself. The party opens one with its present key.
// SPEC generation-key-replaced.
func TestAReplacedSealKeyOpensNothing(t *testing.T) {
	w := quietly(t)
	a, b := w.nodes[0], w.nodes[1]
	late := w.reopened(t, a)
	a.succeed(t)
	must(t, w.meet())
	b.stop()
	must(t, b.start())
	must(t, w.nodes[2].step(core.Refold{Mech: w.mech, To: make(chan core.Reply, 1)}))
	must(t, w.meet())
	for _, n := range w.nodes {
		for range 2 {
			if err := n.offered(t, late); refusal.As(err) == nil || refusal.As(err).Key != "party.key_replaced" {
				t.Errorf("%s is offered a generation under the key that a replaced: %v", n.party, err)
			}
		}
		if got := n.counted(t)["a.2-0"]; got != 0 {
			t.Errorf("%s counts %d entries of it", n.party, got)
		}
	}
	must(t, a.renew(party.Loss))
	must(t, a.write(t, "text/t3"))
	w.alike(t)
	for _, n := range w.nodes {
		if got := n.counted(t)["a.2-0"]; got < 2 {
			t.Errorf("%s counts %d entries of the generation that a opened with its present key", n.party, got)
		}
	}
}

// One who had not heard of the succession takes such a generation up, and cannot know better. Nobody who knows does so from whoever brings it; but they go on reading what that one writes, and hold the same record in
// the end, in whatever order things come. The party ends it with its present key.
// SPEC generation-key-replaced.
func TestAReplacedSealKeyDividesNobody(t *testing.T) {
	for _, first := range []string{"b hears of the generation, then of c's confirmation", "b hears of c's confirmation, then of the generation"} {
		w := quietly(t)
		a, b, c := w.nodes[0], w.nodes[1], w.nodes[2]
		late := w.reopened(t, a)
		for len(w.conns) > 0 {
			w.cut(w.conns[0])
		}
		a.succeed(t)
		must(t, w.connect(0, 1))
		must(t, w.quiet())
		must(t, c.offered(t, late))
		must(t, c.write(t, "text/t3"))
		if got := c.counted(t)["a.2-0"]; got != 1 {
			t.Fatalf("%s: c, who knows nothing, counts %d entries", first, got)
		}
		must(t, w.tick(c)) // its last signature is stored
		confirmed := c.copyOf(t, entry.Origin(w.mech, "c", 1))
		if strings.HasPrefix(first, "b hears of the") {
			if err := b.offered(t, late); refusal.As(err) == nil || refusal.As(err).Key != "party.key_replaced" {
				t.Errorf("%s: b takes it up: %v", first, err)
			}
			must(t, b.offered(t, confirmed))
		} else {
			must(t, b.offered(t, confirmed))
			b.stop()
			must(t, b.start()) // nothing but its disk tells it that c waits
			must(t, b.offered(t, late))
		}
		must(t, w.meet())
		must(t, a.renew(party.Theft))
		must(t, a.write(t, "text/t4"))
		w.alike(t)
		for _, n := range w.nodes {
			if got := n.counted(t); got["a.2-0"] != 1 || got["a.3-0"] < 2 {
				t.Errorf("%s: %s counts %v", first, n.party, got)
			}
		}
	}
}

// A party that knew of the succession and says all the same that it has seen the thief's generation is no witness for it: neither if the entry names the succession anew, nor if an earlier one of its log did.
// SPEC generation-key-replaced.
func TestWhoKnewIsNoWitness(t *testing.T) {
	for _, earlier := range []bool{false, true} {
		w := quietly(t)
		a, b, c := w.nodes[0], w.nodes[1], w.nodes[2]
		late := w.reopened(t, a)
		a.succeed(t)
		must(t, w.meet())
		if earlier {
			must(t, c.write(t, "text/t3"))
			must(t, w.meet())
			must(t, w.tick(c))
		}
		own, leaves, err := c.ownLog()
		must(t, err)
		e := entry.Entry{Actor: entry.Node, At: w.now.UTC(), Index: own.Size, Log: own.Origin, Mech: w.mech, Matter: "party/a", Type: "party.confirm", V: 1, Body: []byte(`{"generation":2}`)}
		if !earlier {
			succession, _, err := a.ownLog()
			must(t, err)
			e.Seen = append(e.Seen, entry.Seen{Origin: succession.Origin, Size: succession.Size, Root: succession.Root})
		}
		e.Seen = append(e.Seen, entry.Seen{Origin: late.Origin, Size: 1, Root: ledger.LeafHash(late.Entries[0])})
		leaf, err := e.Encode()
		must(t, err)
		tree := ledger.NewBuilder()
		for _, l := range append(leaves, leaf) {
			tree.Append(ledger.LeafHash(l))
		}
		signer, err := c.key.LogSigner(own.Origin)
		must(t, err)
		note, err := ledger.SignCheckpoint(ledger.Checkpoint{Origin: own.Origin, Size: tree.Size(), Root: tree.Root()}, signer, w.now.Unix())
		must(t, err)
		must(t, b.offered(t, link.Chunk{Origin: own.Origin, From: own.Size, Entries: [][]byte{leaf}, Note: note}))
		if err := b.offered(t, late); refusal.As(err) == nil || refusal.As(err).Key != "party.key_replaced" {
			t.Errorf("named earlier: %t: b takes the generation up on the word of one who knew: %v", earlier, err)
		}
		if got := b.counted(t)["a.2-0"]; got != 0 {
			t.Errorf("named earlier: %t: b counts %d entries of it", earlier, got)
		}
	}
}
