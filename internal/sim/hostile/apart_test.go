package hostile

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/founding"
	"entente.example/internal/link"
	core "entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/internal/store"
	"entente.example/ledger"
	"entente.example/seal"
)

// pair is two mechanisms of the same three parties, whose machines and keys are the same, too. Nobody cheats by itself.
type pair struct {
	*world
	t    *testing.T
	mech [2]string
}

func newPair(t *testing.T) *pair {
	t.Helper()
	f := stageOf(t).f
	w := &world{Options: Options{Seed: 1, Dir: t.TempDir(), Log: slog.New(slog.DiscardHandler)}, rng: rand.New(rand.NewPCG(1, 3)), now: begin.AddDate(0, 0, 1), mech: f.mech, knownTo: map[string]bool{}}
	p := &pair{w, t, [2]string{f.mech}}
	t.Cleanup(w.close)
	for i := range parties {
		h, err := newHouse(i)
		p.must(err)
		w.houses = append(w.houses, h)
		p.must(h.open(w, f.files[i]))
	}
	d := charterOf(w.houses)
	d.ID = "second"
	b, err := d.Canonical()
	p.must(err)
	st, err := founding.Statement(d)
	p.must(err)
	first, err := founding.Statement(f.doc)
	p.must(err)
	w.mech = charter.Digest(b)
	p.mech[1] = w.mech
	for _, h := range w.houses {
		p.must(h.step(core.Join{Charter: b, Self: h.party, To: h.reply}))
		p.must((<-h.reply).Err)
		for name, of := range map[string][2]seal.Statement{"the seal of the first": {first, first}, "that of the first under the second": {st, first}} {
			if r, err := h.do(founding.Matter, p.sealed(h, of[0], of[1])); err != nil || r.Err == nil {
				t.Errorf("%s founds the second mechanism with %s (%v)", h.party, name, err)
			}
		}
		p.must(h.must(founding.Matter, p.sealed(h, st, st)))
	}
	p.talk()
	p.must(w.houses[0].must("text/"+common, draft("common")))
	p.talk()
	p.must(w.frozen())
	p.talk()
	return p
}

// sealed is a seal of a statement, with a signature over another.
func (p *pair) sealed(h *house, of, over seal.Statement) adoption.Affix {
	armor, err := seal.Sign(h.seal, seal.NamespaceSeal, over.Format())
	p.must(err)
	return adoption.Affix{Round: 1, Statement: of.Digest(), Signatures: []string{armor}}
}

func (p *pair) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// in does something in one of the two.
func (p *pair) in(which int, do func()) {
	was := p.world.mech
	p.world.mech = p.mech[which]
	do()
	p.world.mech = was
}

// talk lets all that belongs to the mechanism arrive, and returns what was said.
func (p *pair) talk() (frames []link.Send) {
	p.t.Helper()
	for i := range parties {
		for j := range i {
			p.connect(j, i)
		}
	}
	for range 2 {
		for waits := true; waits; waits = p.deliver() {
			for _, c := range p.conns {
				for end := range c.queue {
					if n := len(c.queue[end]); n > 0 && len(frames) < 3000 {
						frames = append(frames, c.queue[end][0])
					}
				}
			}
		}
		for _, h := range p.houses {
			p.must(h.step(core.Tick{}))
		}
	}
	p.must(p.quiet())
	return frames
}

// kept is all that a house has of a mechanism.
func (p *pair) kept(h *house, which int) string {
	p.t.Helper()
	var b strings.Builder
	p.must(h.core.Flush(context.Background()))
	p.must(h.db.View(context.Background(), func(r store.Reader) error {
		logs, err := r.Logs(p.mech[which])
		for _, l := range logs {
			fmt.Fprintf(&b, "%s %d %d %x %s\n", l.Origin, l.Size, l.Applied, l.Root, l.Checkpoint)
			receipts, err := r.Receipts(l.ID)
			if err != nil {
				return err
			}
			for _, rc := range receipts {
				fmt.Fprintf(&b, "  %s %d %s\n", rc.Party, rc.Size, rc.Note)
			}
		}
		evidence, err2 := r.Evidence(p.mech[which])
		fmt.Fprintf(&b, "%d pieces of evidence\n", len(evidence))
		if err == nil {
			err = err2
		}
		return err
	}))
	p.in(which, func() {
		p.must(h.look(func(s *core.Snapshot) error {
			d, err := s.Digest()
			fmt.Fprintln(&b, d)
			return err
		}))
	})
	return b.String()
}

// What concerns one mechanism is nothing in another of the same parties, with the same machines and keys: neither seals, nor frames as they were said, nor entries, heads, receipts and evidence under the other's names, nor
// parcels. All of it is refused or passed over, nothing of it is stored in either, and both go on: C5.
func TestTwoMechanismsAreApart(t *testing.T) {
	p := newPair(t)
	h, from := p.houses[1], p.houses[2]
	var said []link.Send
	p.in(0, func() {
		for i := range 3 {
			p.must(from.must(fmt.Sprintf("text/first-%d", i), draft("first")))
		}
		said = p.talk()
	})
	if kinds := frameKinds(said); !slices.Contains(kinds, link.KindEntries) || !slices.Contains(kinds, link.KindReceipt) || !slices.Contains(kinds, link.KindHello) {
		t.Fatalf("in the first mechanism only %v was said", kinds)
	}
	p.must(from.must("text/second", draft("second")))
	p.talk()
	before := [2]string{p.kept(h, 0), p.kept(h, 1)}
	unmoved := func(what string) {
		t.Helper()
		for which := range before {
			if now := p.kept(h, which); now != before[which] {
				t.Errorf("%s: of mechanism %d there is now\n%s\nand was\n%s", what, which+1, now, before[which])
				before[which] = now
			}
		}
	}
	tell := func(what string, kind byte, payload []byte) {
		t.Helper()
		c := p.between(1, 2)
		if c == nil {
			p.connect(1, 2)
			p.must(p.quiet())
			c = p.between(1, 2)
		}
		p.hear(c, 0, link.Frame{Peer: c.id, Kind: kind, Payload: payload})
		p.must(p.quiet())
		unmoved(what)
	}
	for i, f := range said {
		if f.Kind == link.KindPing || f.Kind == link.KindPong || i%5 != 0 && f.Kind != link.KindEntries && f.Kind != link.KindHello {
			continue // the same again and again
		}
		tell(fmt.Sprintf("a frame of kind %d of the first in the second", f.Kind), f.Kind, f.Payload)
	}

	// Under the names of the second, by somebody who has the first's entries and heads.
	theirs, ours := p.stretch(from, 0), p.stretch(from, 1)
	for name, c := range map[string]link.Chunk{
		"entries and head of the first":           {Origin: ours.Origin, From: ours.Size, Entries: theirs.Entries[len(theirs.Entries)-2:], Note: theirs.Note},
		"entries of the first, head of its own":   {Origin: ours.Origin, From: ours.Size, Entries: theirs.Entries[len(theirs.Entries)-1:], Note: ours.Note},
		"the whole log of the first":              {Origin: ours.Origin, From: 0, Entries: theirs.Entries, Note: theirs.Note},
		"the first's head under its origin":       {Origin: ours.Origin, From: ours.Size, Entries: theirs.Entries[len(theirs.Entries)-1:], Note: bytes.Replace(theirs.Note, []byte(theirs.Origin), []byte(ours.Origin), -1)},
		"the log of the first under its own name": {Origin: theirs.Origin, From: 0, Entries: theirs.Entries, Note: theirs.Note},
	} {
		b, err := link.EncodeChunk(c)
		p.must(err)
		tell(name, link.KindEntries, b)
	}
	tell("a head of the first as a receipt", link.KindReceipt, theirs.Note)
	signer, err := from.key.WitnessSigner(p.mech[0], from.party)
	p.must(err)
	forged, err := ledger.Confirm(ledger.Checkpoint{Origin: entry.Origin(p.mech[1], h.party, 1), Size: 1, Root: ledger.Hash{1}}, signer, p.now.Unix())
	p.must(err)
	tell("a receipt by the key for the first", link.KindReceipt, forged)
	tell("evidence of the first", link.KindEvidence, p.evidence(from))

	// A parcel of the first: it is for the second neither as it is nor with its pieces under a manifest of the second.
	p.in(0, func() { p.must(from.post(1)) })
	letter := p.mail[len(p.mail)-1].sealed
	if err := h.take(letter); err == nil {
		t.Error("a parcel of the first is taken for the second")
	}
	unmoved("a parcel of the first")
	b, err := link.EncodeChunk(theirs.Chunk)
	p.must(err)
	m := &parcel.Manifest{Mech: p.mech[1], From: from.party, To: h.party, Sequence: p.now.Unix(), First: p.now.Unix(), Last: p.now.Unix(), Made: p.now.UTC(), Holds: []link.Head{{Origin: ours.Origin, Size: ours.Size}}}
	pieces := []*member{{parcel.LogPath(theirs.Origin, 0, int64(len(theirs.Entries))), b}}
	m.Members = append(m.Members, parcel.NewMember(pieces[0].path, b))
	f := &face{r: &rogue{w: p.world, key: from.key}, to: 1}
	sealed, err := f.seal(m, pieces)
	p.must(err)
	if err := h.take(sealed); err == nil {
		t.Error("a piece of the first is taken in a parcel of the second")
	}
	unmoved("a piece of the first in a parcel of the second")

	p.bothGoOn(h, from)
}

// bothGoOn seals the common text in both mechanisms; the seals of the one are none in the other.
func (p *pair) bothGoOn(h, from *house) {
	t := p.t
	var statements [2]seal.Statement
	for which := range p.mech {
		p.in(which, func() {
			p.must(h.look(func(s *core.Snapshot) error {
				st, err := s.Text(common)
				if err != nil {
					return err
				}
				b, err := st.Statement(s.Charter(), 1, "")
				if err == nil {
					statements[which], err = seal.ParseStatement(b)
				}
				return err
			}))
		})
	}
	for name, of := range map[string][2]seal.Statement{"its seal in the first": {statements[0], statements[0]}, "its signature in the first": {statements[1], statements[0]}} {
		if r, err := h.do("text/"+common, p.sealed(h, of[0], of[1])); err != nil || r.Err == nil {
			t.Errorf("%s seals in the second with %s (%v)", h.party, name, err)
		}
	}
	for which := range p.mech {
		p.in(which, func() {
			for _, x := range p.houses {
				p.must(x.must("text/"+common, p.sealed(x, statements[which], statements[which])))
			}
			p.talk()
			for _, x := range p.houses {
				r, err := x.rounds()
				if err != nil || len(r) != 1 || r[0].outcome != adoption.Adopted {
					t.Errorf("mechanism %d at %s: %v (%v)", which+1, x.party, r, err)
				}
			}
		})
	}
}

func frameKinds(said []link.Send) (out []byte) {
	for _, f := range said {
		out = append(out, f.Kind)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// stretched is a whole log of a house's own.
type stretched struct {
	link.Chunk
	Size int64
}

func (p *pair) stretch(h *house, which int) (out stretched) {
	p.t.Helper()
	p.in(which, func() {
		p.must(h.look(func(s *core.Snapshot) error {
			l, _ := s.Log(charter.PartyID(h.party), 1)
			out.Chunk, out.Size = link.Chunk{Origin: l.Origin, Note: l.Checkpoint}, l.Size
			for leaf, err := range s.Reader().Leaves(l.ID, 0, l.Size) {
				if err != nil {
					return err
				}
				out.Entries = append(out.Entries, bytes.Clone(leaf))
			}
			return nil
		}))
	})
	return out
}

// evidence is of two histories of a house's log in the first mechanism, which it has signed here and shown to nobody there.
func (p *pair) evidence(h *house) []byte {
	p.t.Helper()
	l := p.stretch(h, 0)
	own, other := &branch{}, &branch{}
	for i, leaf := range l.Entries {
		own.add(leaf)
		if i == len(l.Entries)-1 {
			leaf = []byte("another")
		}
		other.add(leaf)
	}
	signer, err := h.key.LogSigner(l.Origin)
	p.must(err)
	pub := h.key.Public()
	by, err := ledger.NewLogVerifier(l.Origin, raw(pub.LogEd25519), raw(pub.LogMLDSA44))
	p.must(err)
	read, _ := own.tree(own.size())
	_, root := other.tree(other.size())
	note, err := ledger.SignCheckpoint(ledger.Checkpoint{Origin: l.Origin, Size: other.size(), Root: root}, signer, p.now.Unix())
	p.must(err)
	evidence, err := ledger.Copy{Have: own.size(), Head: ledger.Attested{Note: l.Note, By: by}, Read: read}.Contradicts(ledger.Attested{Note: note, By: by})
	p.must(err)
	if evidence == nil {
		p.t.Fatal("two histories are no evidence")
	}
	return evidence
}
