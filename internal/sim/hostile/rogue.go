package hostile

import (
	"bytes"
	"maps"
	"slices"

	"entente.example/entry"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/ledger"
)

// branch is one history of the cheat's log.
type branch struct {
	leaves [][]byte
	hashes []ledger.Hash
}

func (b *branch) add(leaf []byte) {
	b.leaves, b.hashes = append(b.leaves, leaf), append(b.hashes, ledger.LeafHash(leaf))
}

func (b *branch) size() int64 { return int64(len(b.leaves)) }

func (b *branch) clone() *branch {
	return &branch{slices.Clone(b.leaves), slices.Clone(b.hashes)}
}

// tree are the tiles of the first n leaves.
func (b *branch) tree(n int64) (ledger.ReadTile, ledger.Hash) {
	t := ledger.NewBuilder()
	for _, h := range b.hashes[:n] {
		t.Append(h)
	}
	tiles := map[[2]int64][]byte{}
	for _, x := range t.TakeTiles() {
		tiles[[2]int64{int64(x.Level), x.N}] = x.Data
	}
	return func(level int, n int64) ([]byte, error) { return tiles[[2]int64{int64(level), n}], nil }, t.Root()
}

// rogue is the cheat: its keys, and the face it shows to each honest party.
type rogue struct {
	w      *world
	origin string
	key    *keys.NodeKey
	log    ledger.LogSigner
	as     ledger.WitnessSigner
	faces  [parties]*face
	theirs map[string]*branch // the honest logs as they came
	notes  map[string][]byte  // the newest heads of them
	heard  [][]byte           // receipts that came
	sent   []link.Send        // what was said before, to say it again
	// forked: there are two histories of its log. claimed: it has signed for entries that it never wrote, which may turn out to be another.
	forked, claimed bool
	parcels         int64 // that it sent
	adds            bool  // lines to notes, in others' names
}

// face is what one honest party is shown.
type face struct {
	r      *rogue
	to     int
	line   *link.Line
	branch *branch
	claim  int64 // entries that are signed for and not given
	hold   int64 // entries that are kept back
	mute   bool  // nothing is served
}

func newRogue(w *world, f *founded) (*rogue, error) {
	cheater, err := newHouse(0)
	if err != nil {
		return nil, err
	}
	r := &rogue{w: w, key: cheater.key, origin: entry.Origin(f.mech, cheat, 1), theirs: map[string]*branch{}, notes: map[string][]byte{}}
	if r.log, err = cheater.key.LogSigner(r.origin); err != nil {
		return nil, err
	}
	if r.as, err = cheater.key.WitnessSigner(f.mech, cheat); err != nil {
		return nil, err
	}
	own := &branch{}
	for _, leaf := range f.cheated {
		own.add(leaf)
	}
	cfg := link.Config{Mech: f.mech, Self: cheat, ChunkBytes: 1200}
	for i, p := range f.doc.Parties {
		origin := entry.Origin(f.mech, string(p.ID), 1)
		cfg.Parties = append(cfg.Parties, string(p.ID))
		if i > 0 {
			r.theirs[origin] = &branch{}
		}
	}
	for i := 1; i < parties; i++ {
		fc := &face{r: r, to: i, branch: own}
		fc.line = link.NewLine(cfg, fc)
		r.faces[i] = fc
	}
	return r, nil
}

// hear lets the face to a party take an event. The cheat stores what comes without looking.
func (r *rogue) hear(from int, e link.Event) {
	f := r.faces[from]
	for _, x := range f.line.Step(e) {
		switch x := x.(type) {
		case link.Deliver:
			if b := r.theirs[x.Chunk.Origin]; b != nil && x.Chunk.From <= b.size() {
				for _, leaf := range x.Chunk.Entries[min(b.size()-x.Chunk.From, int64(len(x.Chunk.Entries))):] {
					b.add(bytes.Clone(leaf))
				}
				r.notes[x.Chunk.Origin] = bytes.Clone(x.Chunk.Note)
				r.hear(from, link.Grown{Heads: []link.Head{{Origin: x.Chunk.Origin, Size: b.size()}}})
			}
		case link.DeliverReceipt:
			r.heard = append(r.heard, bytes.Clone(x.Note))
		default:
			if s, ok := x.(link.Send); ok && len(r.sent) < 200 {
				r.sent = append(r.sent, s)
			}
			r.w.route(0, x)
		}
	}
}

// tell says that the branch has grown.
func (f *face) tell() {
	f.r.hear(f.to, link.Grown{Heads: []link.Head{{Origin: f.r.origin, Size: f.branch.size() + f.claim}}})
}

// send says something that no line would.
func (f *face) send(kind byte, payload []byte) {
	f.r.w.connect(0, f.to)
	f.r.w.route(0, link.Send{Peer: f.r.w.between(0, f.to).id, Kind: kind, Payload: payload})
}

// Heads implements link.Book.
func (f *face) Heads() []link.Head {
	out := []link.Head{{Origin: f.r.origin, Size: f.branch.size() + f.claim}}
	for _, origin := range slices.Sorted(maps.Keys(f.r.theirs)) {
		out = append(out, link.Head{Origin: origin, Size: f.r.theirs[origin].size()})
	}
	return out
}

// Given implements link.Book: the cheat says that it can give all that it claims.
func (f *face) Given(origin string) int64 {
	for _, h := range f.Heads() {
		if h.Origin == origin {
			return h.Size
		}
	}
	return 0
}

// note is the head of a branch, with as many entries beyond it as are claimed.
func (f *face) note() ([]byte, int64, ledger.ReadTile) {
	b := f.branch.clone()
	for range f.claim {
		b.add([]byte("claimed"))
	}
	read, root := b.tree(b.size())
	return f.r.sign(b.size(), root), b.size(), read
}

func (r *rogue) sign(size int64, root ledger.Hash) []byte {
	note, err := ledger.SignCheckpoint(ledger.Checkpoint{Origin: r.origin, Size: size, Root: root}, r.log, r.w.now.Unix())
	if err != nil {
		panic("hostile: " + err.Error())
	}
	return note
}

// Chunk implements link.Book: the cheat serves its own log, as much of it as it likes, and the others' as they came.
func (f *face) Chunk(origin string, from int64, maxBytes int) (link.Chunk, bool, error) {
	c := link.Chunk{Origin: origin, From: from}
	b := f.r.theirs[origin]
	var size int64
	var read ledger.ReadTile
	if origin == f.r.origin {
		b = f.branch
		c.Note, size, read = f.note()
	} else if b != nil {
		c.Note = f.r.notes[origin]
		cp, err := ledger.Claimed(c.Note)
		if err != nil || cp.Size != b.size() {
			return c, false, nil
		}
		size = cp.Size
		read, _ = b.tree(size)
	}
	if b == nil || f.mute || from >= b.size()-f.hold {
		return c, false, nil
	}
	bytes := 0
	for _, leaf := range b.leaves[from : b.size()-f.hold] {
		if bytes += len(leaf) + 2; bytes > maxBytes && len(c.Entries) > 0 {
			break
		}
		c.Entries = append(c.Entries, leaf)
	}
	c.Note = f.r.added(c.Note)
	var err error
	c.Proof, err = ledger.ProveConsistency(size, from+int64(len(c.Entries)), read)
	return c, err == nil, err
}

// addedLine is a line of somebody's, and mostLines how many a note may have.
const (
	addedLine = "\u2014 entente/somebody AAAAAAAA\n"
	mostLines = 64
)

// added is a note with as many lines more as it may have, if the cheat adds lines: whoever adds their own has a note that nobody reads.
func (r *rogue) added(note []byte) []byte {
	if !r.adds {
		return note
	}
	text, lines, _ := bytes.Cut(note, []byte("\n\n"))
	return slices.Concat(text, []byte("\n\n"), bytes.Repeat([]byte(addedLine), mostLines-bytes.Count(lines, []byte("\n"))), lines)
}

// Receipts implements link.Book.
func (f *face) Receipts() [][]byte { return nil }

// Evidence implements link.Book.
func (f *face) Evidence() [][]byte { return nil }

// entry makes an entry as the cheat's own node would; what to change about it is up to the behaviour.
func (f *face) entry(matter string, body entry.Body) entry.Entry {
	b, err := entry.Canonical(body)
	if err != nil {
		panic("hostile: " + err.Error())
	}
	return entry.Entry{Actor: entry.Actor{Member: cheat + "-all", Role: "drafter"}, At: f.r.w.now, Body: b, Index: f.branch.size(), Log: f.r.origin, Matter: matter, Mech: f.r.w.mech,
		Type: body.EntryType(), V: 1, Seen: f.seen()}
}

// seen is everything that came of the honest logs and that this branch has not named yet.
func (f *face) seen() (out []entry.Seen) {
	named := f.named()
	for _, origin := range slices.Sorted(maps.Keys(f.r.theirs)) {
		if b := f.r.theirs[origin]; b.size() > named[origin] {
			_, root := b.tree(b.size())
			out = append(out, entry.Seen{Origin: origin, Size: b.size(), Root: root})
		}
	}
	return out
}

// named is how much of the honest logs this branch says it has seen.
func (f *face) named() map[string]int64 {
	named := map[string]int64{}
	for _, leaf := range f.branch.leaves {
		if e, err := entry.Decode(leaf); err == nil {
			for _, s := range e.Seen {
				named[s.Origin] = max(named[s.Origin], s.Size)
			}
		}
	}
	return named
}

// write puts an entry on the branch that this party is shown, and on every other face that shows the same one.
func (f *face) write(e entry.Entry) {
	leaf, err := e.Encode()
	if err != nil {
		panic("hostile: " + err.Error())
	}
	f.writeRaw(leaf)
}

func (f *face) writeRaw(leaf []byte) {
	f.branch.add(leaf)
	for _, o := range f.r.faces[1:] {
		if o.branch == f.branch {
			o.tell()
		}
	}
}

// fork gives this party a history of its own from now on.
func (f *face) fork() {
	f.branch = f.branch.clone()
	f.r.candid()
}

// candid makes the cheat give what it signs for, for the rest of the story. Whoever shows two histories and never gives either of two others the end of what it signed is refused by both and not
// proved to have lied: docs/assurance.md says so under what is not reached.
func (r *rogue) candid() {
	r.forked = true
	for _, o := range r.faces[1:] {
		o.claim, o.hold, o.mute = 0, 0, false
	}
}

// keep holds something back from a party, unless there are two histories already.
func (f *face) keep(claim, hold int64, mute bool) {
	if !f.r.forked {
		f.claim, f.hold, f.mute = claim, hold, mute
		f.r.claimed = f.r.claimed || claim > 0
	}
}
