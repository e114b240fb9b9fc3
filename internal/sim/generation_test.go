package sim

import (
	"bytes"
	"flag"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	core "entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/internal/store"
	"entente.example/internal/store/storetest"
	"entente.example/ledger"
	"entente.example/refusal"
)

var keySeed = flag.Uint64("keyseed", 0, "the one story of keys that TestKeyStory tells in full")

// A story of keys that broke, told in full: go test ./internal/sim -run TestKeyStory$ -keyseed N -v
func TestKeyStory(t *testing.T) {
	o := Options{Seed: max(*keySeed, 1), Events: 600, Faults: true, Keys: true, Dir: t.TempDir()}
	if *keySeed != 0 {
		o.Log, o.Tell = slog.New(slog.NewTextHandler(t.Output(), nil)), t.Output()
	}
	r, err := Run(o)
	if err != nil {
		t.Error(err)
	}
	if r.Generations == 0 {
		t.Errorf("no key was changed in this story: %+v", r)
	}
}

// quietly founds a mechanism where nothing fails, and lets everybody meet.
func quietly(t *testing.T) *world {
	t.Helper()
	w := newWorld(Options{Seed: 1, Dir: t.TempDir()})
	t.Cleanup(w.close)
	must(t, w.begin())
	return w
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// alike checks that all nodes verify and hold the same record.
func (w *world) alike(t *testing.T) {
	t.Helper()
	must(t, w.heal())
}

// heads is how many entries of each log count at a node.
func (n *node) counted(t *testing.T) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	must(t, n.look(func(s *core.Snapshot) error {
		for _, l := range s.All {
			out[charter.ActID(charter.PartyID(l.Party), l.Gen, 0)] = l.Applied
		}
		return nil
	}))
	return out
}

// write acts as a member, and returns why that was refused.
func (n *node) write(t *testing.T, matter string) error {
	t.Helper()
	answered := errNoReply
	must(t, n.do(matter, n.draft(), func(r core.Reply) error { answered = r.Err; n.keep(r); return nil }))
	return answered
}

// begin opens a generation with a body as it is, and returns why it was refused.
func (n *node) begin(t *testing.T, body party.Generation, key *keys.NodeKey) error {
	t.Helper()
	answered := errNoReply
	n.later = append(n.later, key)
	to := make(chan core.Reply, 1)
	n.told[to] = func(r core.Reply) error { answered = r.Err; return nil }
	must(t, n.step(core.Begin{Mech: n.w.mech, Body: body, Key: key, To: to}))
	return answered
}

// A party opens a generation only under its seal keys, and a rotation only with keys that it has announced under the old one.
// SPEC generation-sealed, rotation-announced.
func TestAGenerationIsSealed(t *testing.T) {
	w := quietly(t)
	n := w.nodes[0]
	key := keys.FromSeed([32]byte{9})
	gen, head, err := n.core.Next(w.mech)
	must(t, err)
	right, err := n.statement(gen, head, party.Loss, nodeKeys(key))
	must(t, err)
	unannounced, err := n.statement(gen, head, party.Rotation, nodeKeys(key))
	must(t, err)
	other, err := w.nodes[1].statement(gen, head, party.Loss, nodeKeys(key))
	must(t, err)
	foreign := right
	foreign.Signatures = other.Signatures
	short, err := n.statement(gen, party.Head{Size: head.Size - 1, Root: head.Root}, party.Loss, nodeKeys(key))
	must(t, err)
	for name, c := range map[string]struct {
		body party.Generation
		want string
	}{"another party's seal": {foreign, "seal.bad_signature"}, "no seal": {party.Generation{Statement: right.Statement}, "seal.too_few"}, "not announced": {unannounced, "party.not_announced"},
		"another head": {short, "party.other_head"}} {
		if err := n.begin(t, c.body, key); refusal.As(err).Key != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if got := n.counted(t)["a.2-0"]; got != 0 {
		t.Fatalf("a refused generation was begun: %d entries", got)
	}
	must(t, n.begin(t, right, key))
	if err := n.begin(t, right, key); refusal.As(err).Key != "party.no_generation" {
		t.Errorf("the same generation twice: %v", err)
	}
	w.alike(t)
	if got := w.nodes[2].counted(t)["a.2-0"]; got == 0 {
		t.Errorf("c does not know of the new generation")
	}
}

// A rotation is vouched for by both keys; afterwards the old one signs nothing that counts, and the line of every other party's log goes on without anybody's doing.
func TestRotation(t *testing.T) {
	w := quietly(t)
	for range 3 {
		must(t, w.nodes[0].renew(party.Rotation))
		must(t, w.nodes[1].renew(party.Rotation))
		must(t, w.run())
	}
	w.alike(t)
	must(t, w.nodes[2].look(func(s *core.Snapshot) error {
		p := s.Party("a")
		if len(p.Generations) != 3 {
			t.Fatalf("c knows of %d generations", len(p.Generations))
		}
		for _, g := range p.Generations {
			if len(g.Confirmed) != 2 {
				t.Errorf("generation %d is confirmed by %d parties", g.Generation, len(g.Confirmed))
			}
			for by, c := range g.Confirmed {
				if c.Size != g.Head.Size {
					t.Errorf("%s had %d entries, the generation ended at %d", by, c.Size, g.Head.Size)
				}
			}
		}
		return nil
	}))
}

// What a thief wrote counts if some counterpart had it before it heard that the key was revoked, for everybody alike; what came later never does.
// SPEC generation-vouched, generation-cut.
func TestTheft(t *testing.T) {
	w := quietly(t)
	a, b, c := w.nodes[0], w.nodes[1], w.nodes[2]
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
	}
	own, leaves, err := a.ownLog()
	must(t, err)
	early := w.forge(t, a, own, leaves, 2)
	late := w.forge(t, a, own, leaves, 5)
	must(t, b.step(core.Offered(w.mech, early, make(chan core.Reply, 1))))
	must(t, a.renew(party.Theft))
	must(t, w.meet())
	must(t, c.step(core.Offered(w.mech, late, make(chan core.Reply, 1))))
	must(t, b.step(core.Offered(w.mech, late, make(chan core.Reply, 1))))
	w.alike(t)
	for _, n := range w.nodes {
		if got := n.counted(t)["a-0"]; got != own.Size+2 {
			t.Errorf("%s counts %d entries of the old generation, want %d: those that b had", n.party, got, own.Size+2)
		}
	}
	for _, n := range w.nodes { // as a newer program does, or whoever learns of a fork
		must(t, n.step(core.Refold{Mech: w.mech, To: make(chan core.Reply, 1)}))
		if got := n.counted(t)["a-0"]; got != own.Size+2 {
			t.Errorf("%s folds its record anew and counts %d entries of the old generation, want %d", n.party, got, own.Size+2)
		}
	}
}

// forge is what a thief who has a's key adds to its log: n entries, always the same ones first.
func (w *world) forge(t *testing.T, a *node, own store.Log, leaves [][]byte, n int) link.Chunk {
	t.Helper()
	tree := ledger.NewBuilder()
	for _, l := range leaves {
		tree.Append(ledger.LeafHash(l))
	}
	ch := link.Chunk{Origin: own.Origin, From: own.Size}
	for i := range n {
		e := entry.Entry{Actor: entry.Actor{Member: "a-all", Role: "drafter"}, At: w.now.UTC(), Index: own.Size + int64(i), Log: own.Origin, Mech: w.mech, Matter: "text/forged", Type: "text.table", V: 1, Body: []byte(`{}`)}
		leaf, err := e.Encode()
		must(t, err)
		tree.Append(ledger.LeafHash(leaf))
		ch.Entries = append(ch.Entries, leaf)
	}
	signer, err := a.key.LogSigner(own.Origin)
	must(t, err)
	ch.Note, err = ledger.SignCheckpoint(ledger.Checkpoint{Origin: own.Origin, Size: tree.Size(), Root: tree.Root()}, signer, w.now.Unix())
	must(t, err)
	return ch
}

// A node that comes back with an old backup and nobody to ask may begin anew. What its counterparts had of it is not lost, and it learns of it when they meet again.
func TestIncarnation(t *testing.T) {
	w := quietly(t)
	a := w.nodes[0]
	must(t, a.copyRecord())
	for i := range 3 {
		must(t, a.write(t, fmt.Sprintf("text/t%d", 3+i)))
		must(t, w.meet())
	}
	had := a.counted(t)["a-0"]
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
	}
	must(t, a.replaceDisk(a.backups[0], nil))
	if err := a.write(t, "text/t6"); refusal.As(err).Key != "node.marks_lost" {
		t.Fatalf("a restored node writes without asking: %v", err)
	}
	must(t, a.renew(party.Restore))
	must(t, a.write(t, "text/t6"))
	w.alike(t)
	for _, n := range w.nodes {
		if got := n.counted(t)["a-0"]; got != had {
			t.Errorf("%s counts %d entries of the old generation, want all %d that others had", n.party, got, had)
		}
	}
}

// A party that begins anew with a backup from before it took up another's new generation has a confirmation of it in the log that does not go on. It confirms once more where it does: it
// gave no receipt for that generation any more until somebody had something to say.
// SPEC generation-cut
func TestConfirmedOnceMore(t *testing.T) {
	w := quietly(t)
	a, b, c := w.nodes[0], w.nodes[1], w.nodes[2]
	must(t, b.copyRecord())
	must(t, a.renew(party.Rotation))
	must(t, w.meet())
	must(t, c.write(t, "text/t3")) // it vouches for the confirmation
	must(t, w.meet())
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
	}
	must(t, w.tick(c)) // its last signature is stored
	must(t, b.replaceDisk(b.backups[0], nil))
	must(t, b.renew(party.Restore))
	for _, origin := range []string{"b", "c"} { // what it confirmed comes after its confirmation
		must(t, b.step(core.Offered(w.mech, c.copyOf(t, entry.Origin(w.mech, origin, 1)), make(chan core.Reply, 1))))
	}
	w.alike(t)
	must(t, c.look(func(s *core.Snapshot) error {
		p := s.Party("a")
		if len(p.Generations) != 1 {
			t.Fatalf("c knows of %+v", p)
		}
		if at := p.Generations[0].Confirmed["b"].Act; !strings.HasPrefix(at, "b.2-") {
			t.Errorf("b has confirmed at %s", at)
		}
		return nil
	}))
}

// Nobody who looks at a later generation is told that it is attested less far than it is because the disk failed at that moment: a round would look open that is closed.
func TestAFaultAttestsNothingLess(t *testing.T) {
	w := quietly(t)
	a, c := w.nodes[0], w.nodes[2]
	must(t, a.renew(party.Rotation))
	must(t, w.meet())
	w.alike(t)
	disk := storetest.NewHiccup(t.Context())
	must(t, c.core.Snapshot(disk, w.mech, func(s *core.Snapshot) error {
		for _, y := range []charter.PartyID{"b", "c"} {
			want := s.Held(y, "a", 2)
			if want == 0 {
				t.Errorf("%s attests nothing", y)
			}
			disk.Everywhere(func() {
				if got := s.Held(y, "a", 2); got != want {
					t.Errorf("%s attests %d entries, and on a disk that fails %d", y, want, got)
				}
			})
		}
		return nil
	}))
}

// copyOf is all that a node has of a log, as one chunk.
func (n *node) copyOf(t *testing.T, origin string) link.Chunk {
	t.Helper()
	ch := link.Chunk{Origin: origin}
	must(t, n.db.View(t.Context(), func(r store.Reader) error {
		logs, err := r.Logs(n.w.mech)
		for _, l := range logs {
			if l.Origin == origin {
				ch.Note = bytes.Clone(l.Checkpoint)
				for leaf := range r.Leaves(l.ID, 0, l.Size) {
					ch.Entries = append(ch.Entries, bytes.Clone(leaf))
				}
			}
		}
		return err
	}))
	return ch
}
