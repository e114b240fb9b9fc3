package sim

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	core "entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/ledger"
	"entente.example/refusal"
)

// pages are the leaves of a log as somebody writes it who has its key, whatever its party does.
type pages struct {
	w      *world
	origin string
	key    *keys.NodeKey
	leaves [][]byte
}

// pagesOf goes on with what a node has of its own log.
func (n *node) pagesOf(t *testing.T) *pages {
	t.Helper()
	own, leaves, err := n.ownLog()
	must(t, err)
	return &pages{n.w, own.Origin, n.keyOf(own.Gen), leaves}
}

// add writes one more entry, as the party's node.
func (p *pages) add(t *testing.T, matter string, body entry.Body, seen ...entry.Seen) {
	t.Helper()
	p.addAs(t, entry.Node, matter, body, seen...)
}

func (p *pages) addAs(t *testing.T, actor entry.Actor, matter string, body entry.Body, seen ...entry.Seen) {
	t.Helper()
	e := entry.Entry{Actor: actor, At: p.w.now.UTC(), Index: int64(len(p.leaves)), Log: p.origin, Mech: p.w.mech, Matter: matter, Type: body.EntryType(), V: 1, Seen: seen}
	var err error
	e.Body, err = entry.Canonical(body)
	must(t, err)
	leaf, err := e.Encode()
	must(t, err)
	p.leaves = append(p.leaves, leaf)
}

// head is the log at a size.
func (p *pages) head(size int) entry.Seen {
	tree := ledger.NewBuilder()
	for _, l := range p.leaves[:size] {
		tree.Append(ledger.LeafHash(l))
	}
	return entry.Seen{Origin: p.origin, Size: int64(size), Root: tree.Root()}
}

// from are all entries from one on, under a signed head.
func (p *pages) from(t *testing.T, first int) link.Chunk {
	t.Helper()
	signer, err := p.key.LogSigner(p.origin)
	must(t, err)
	whole := p.head(len(p.leaves))
	note, err := ledger.SignCheckpoint(ledger.Checkpoint{Origin: p.origin, Size: whole.Size, Root: whole.Root}, signer, p.w.now.Unix())
	must(t, err)
	return link.Chunk{Origin: p.origin, From: int64(first), Entries: p.leaves[first:], Note: note}
}

// opens begins the next generation of a log behind its first entries, under a seal key of its party.
func (p *pages) opens(t *testing.T, n *node, gen, behind int, seed byte, seen ...entry.Seen) *pages {
	t.Helper()
	key, head := keys.FromSeed([32]byte{seed}), p.head(behind)
	body, err := n.statement(gen, party.Head{Root: hex.EncodeToString(head.Root[:]), Size: head.Size}, party.Loss, nodeKeys(key))
	must(t, err)
	next := &pages{w: p.w, origin: entry.Origin(p.w.mech, n.party, gen), key: key}
	seen = append(seen, head)
	slices.SortFunc(seen, func(a, b entry.Seen) int { return strings.Compare(a.Origin, b.Origin) })
	next.add(t, party.Matter(charter.PartyID(n.party)), body, seen...)
	return next
}

// seen is what a node's own log has seen of all logs but some.
func (n *node) seen(t *testing.T, but ...string) (out []entry.Seen) {
	t.Helper()
	must(t, n.look(func(s *core.Snapshot) error {
		for _, l := range s.All {
			if l.Size == 0 || slices.Contains(but, l.Origin) {
				continue
			}
			out = append(out, entry.Seen{Origin: l.Origin, Size: l.Size, Root: l.Root})
		}
		return nil
	}))
	return out
}

// A thief has the seal key that b replaced, and what he brings as b's next generation vouches for what nobody else vouches for, and so lets in the succession that shows that he is late. The node that took his word takes it
// back, and does not believe him again. SPEC generation-vouched, generation-key-replaced.
func TestAWordIsTakenBackWithTheGeneration(t *testing.T) {
	w := quietly(t)
	a, b, c := w.nodes[0], w.nodes[1], w.nodes[2]
	old, leaves, err := a.ownLog()
	must(t, err)
	late := w.forge(t, a, old, leaves, 3)
	must(t, a.renew(party.Theft))
	must(t, w.meet())
	must(t, w.tick(b))
	must(t, c.offered(t, late))
	if got := c.counted(t)["a-0"]; got != old.Size {
		t.Fatalf("c counts %d entries of a's old generation, which ends at %d", got, old.Size)
	}
	stolen := &pages{w: w, origin: old.Origin, leaves: append(leaves, late.Entries...)}
	first := b.pagesOf(t)
	end := len(first.leaves)
	first.add(t, "text/t3", party.Confirm{Generation: 2}, stolen.head(len(stolen.leaves)))
	replaced := b.seal
	first.addAs(t, actorOf(b), "party/b", b.succession(t))
	b.seal = replaced
	opening := first.opens(t, b, 2, end, 77, append(b.seen(t, first.origin, old.Origin), stolen.head(len(stolen.leaves)))...)
	// Both come in one step: the node has given no receipt for the succession yet, without which it would wait for it.
	answers := make([]error, 3)
	var events []core.Event
	for i, ch := range []link.Chunk{first.from(t, end), opening.from(t, 0), opening.from(t, 0)} {
		to := make(chan core.Reply, 1)
		c.told[to] = func(r core.Reply) error { answers[i] = r.Err; return nil }
		events = append(events, core.Offered(w.mech, ch, to))
	}
	must(t, c.step(events...))
	for i, want := range []string{"", "party.key_replaced", "line.generation_waits"} {
		if err := answers[i]; (err != nil) != (want != "") || err != nil && refusal.As(err).Key != want {
			t.Errorf("offer %d: %v, want %q", i, err, want)
		}
	}
	if got := c.counted(t); got["a-0"] != old.Size || got["b.2-0"] != 0 || got["b-0"] != int64(end) {
		t.Errorf("c counts %v: more than %d of a's old generation, or than %d of b's", got, old.Size, end)
	}
}

// Somebody says in an entry beyond the end of its log to have seen the very generation whose opening vouches for that entry. That cannot be; whoever is offered it refuses it, and goes on.
// SPEC generation-vouched.
func TestAnOpeningThatVouchesForWhatHasSeenIt(t *testing.T) {
	w := quietly(t)
	a, b := w.nodes[0], w.nodes[1]
	first := b.pagesOf(t)
	end := len(first.leaves)
	must(t, b.renew(party.Loss))
	must(t, w.meet())
	must(t, w.tick(b))
	second := b.pagesOf(t)
	third := entry.Origin(w.mech, "b", 3)
	first.add(t, "text/t3", party.Confirm{Generation: 2}, entry.Seen{Origin: third, Size: 1, Root: ledger.Hash{1}})
	must(t, a.offered(t, first.from(t, end)))
	opening := second.opens(t, b, 3, len(second.leaves), 77, first.head(end+1))
	for range 2 {
		if err := a.offered(t, opening.from(t, 0)); refusal.As(err) == nil || refusal.As(err).Key != "line.generation_waits" {
			t.Errorf("a is offered it: %v", err)
		}
	}
	must(t, a.write(t, "text/t4"))
}

// Who gave a receipt for what a thief wrote, before hearing that the key was revoked, and cannot write yet when it hears so, folds anew meanwhile: what it gave a receipt for counts, and its log says so once it can write.
// SPEC generation-vouched, generation-cut.
func TestWhatHasAReceiptIsNotLostByFoldingAnew(t *testing.T) {
	w := quietly(t)
	a, b, c := w.nodes[0], w.nodes[1], w.nodes[2]
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
	}
	own, leaves, err := a.ownLog()
	must(t, err)
	must(t, b.offered(t, w.forge(t, a, own, leaves, 2)))
	must(t, w.tick(b)) // receipts are given a step later
	must(t, a.renew(party.Theft))
	must(t, w.tick(a))
	next := a.pagesOf(t).from(t, 0)
	must(t, c.offered(t, next)) // c never counts it by itself
	b.stop()
	must(t, b.start()) // it asks the others first, and hears of nobody
	must(t, b.offered(t, next))
	for range 2 {
		if got := b.counted(t); got["a-0"] != own.Size+2 || got["a.2-0"] != 1 {
			t.Fatalf("b counts %v, and has given receipts for %d", got, own.Size+2)
		}
		must(t, w.verified(b))
		must(t, b.step(core.Refold{Mech: w.mech, To: make(chan core.Reply, 1)}))
	}
	must(t, w.meet())
	w.alike(t)
	for _, n := range w.nodes {
		counted := n.counted(t)
		must(t, n.look(func(s *core.Snapshot) error {
			if got := s.Party("a").Generations[0].Confirmed; got["b"].Size != own.Size+2 || got["c"].Size != own.Size || counted["a-0"] != own.Size+2 {
				t.Errorf("%s: %+v is confirmed", n.party, got)
			}
			return nil
		}))
	}
}
