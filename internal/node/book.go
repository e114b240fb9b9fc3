package node

import (
	"bytes"
	"context"
	"slices"

	"entente.example/internal/link"
	"entente.example/internal/store"
	"entente.example/ledger"
)

// book is what a line reads: only what is committed, and only what a checkpoint covers.
type book struct {
	c    *Core
	mech string
	// leaves are those of the chunk that was asked for last: a backlog would make as much garbage as it has bytes.
	leaves []byte
}

var _ link.Book = (*book)(nil)

// Heads implements link.Book. Of the end of our own log others are asked, too, while it is not known whether it is what we signed: see unfence.
func (b *book) Heads() []link.Head {
	var out []link.Head
	m := b.c.mechs[b.mech]
	for _, l := range m.logs {
		size := l.Size
		if l == m.own() && (l.fenced || m.asks()) {
			size = b.c.assured(l)
		}
		out = append(out, link.Head{Origin: l.Origin, Size: size})
	}
	return out
}

// Given implements link.Book.
func (b *book) Given(origin string) int64 {
	if l := b.c.mechs[b.mech].log(origin); l != nil {
		return min(l.Size, l.noteSize)
	}
	return 0
}

// Chunk implements link.Book. A copy that has not come to its checkpoint yet is passed on as far as it goes: nobody else may be left who has as much.
func (b *book) Chunk(origin string, from int64, maxBytes int) (ch link.Chunk, ok bool, err error) {
	l := b.c.mechs[b.mech].log(origin)
	if l == nil {
		return link.Chunk{}, false, nil
	}
	st := Stretch{log: l.ID, origin: l.Origin, note: l.note, noteSize: l.noteSize, tail: l.tail, have: min(l.Size, l.noteSize)}
	if from >= st.have {
		return link.Chunk{}, false, nil
	}
	if l.Gen > 1 && from == 0 {
		maxBytes = 0 // the statement that opens a generation goes alone: whoever cannot judge it yet need not be sent more
	} else if leaves, ok := l.written.to(from, l.Size); ok && l.Size == l.noteSize && l.written.bytes <= maxBytes {
		return link.Chunk{Origin: origin, From: from, Entries: leaves, Note: l.note}, true, nil
	}
	err = b.c.store.View(context.Background(), func(r store.Reader) error {
		ch, b.leaves, err = st.Chunk(r, from, maxBytes, b.leaves)
		return err
	})
	return ch, err == nil && len(ch.Entries) > 0, err
}

// justWritten are the entries that our last signature was for, as they were read back from the store, if they are few: everybody who is connected asks for them next.
type justWritten struct {
	from   int64
	leaves [][]byte
	bytes  int
	many   bool
}

// maxWritten bounds the bytes that are remembered of a log.
const maxWritten = 16 << 10

func (w *justWritten) add(leaf []byte) {
	if w.bytes += len(leaf); w.many || w.bytes > maxWritten {
		w.leaves, w.many = nil, true
		return
	}
	w.leaves = append(w.leaves, bytes.Clone(leaf))
}

// to are the entries from index from on, if these are all there are up to size.
func (w *justWritten) to(from, size int64) (leaves [][]byte, ok bool) {
	if w.many || from < w.from || from >= size || w.from+int64(len(w.leaves)) != size {
		return nil, false
	}
	return w.leaves[from-w.from:], true
}

// Stretch is what can be given of a log to others: the entries before Size, under a signed checkpoint that covers them. What it gives never changes, however the log grows.
type Stretch struct {
	log            store.LogID
	origin         string
	note           []byte
	noteSize, have int64
	tail           []ledger.Hash
}

// Origin is the log's.
func (s *Stretch) Origin() string { return s.origin }

// Size is how many entries can be given.
func (s *Stretch) Size() int64 { return s.have }

// Chunk reads entries from index from on, at most about maxBytes of them, with what proves them. They lie in leaves, which is returned for the next call.
func (s *Stretch) Chunk(r store.Reader, from int64, maxBytes int, leaves []byte) (link.Chunk, []byte, error) {
	ch := link.Chunk{Origin: s.origin, From: from, Note: s.note}
	total := 0
	leaves = leaves[:0]
	for leaf, err := range r.Leaves(s.log, from, s.have) {
		if err != nil {
			return ch, leaves, err
		}
		if total += len(leaf) + 2; total > maxBytes && len(ch.Entries) > 0 {
			break
		}
		at := len(leaves)
		leaves = append(leaves, leaf...)
		ch.Entries = append(ch.Entries, leaves[at:len(leaves):len(leaves)])
	}
	var err error
	ch.Proof, err = ledger.ProvePart(s.noteSize, s.have, s.tail, from+int64(len(ch.Entries)), store.Tiles(r, s.log))
	return ch, leaves, err
}

// Evidence implements link.Book.
func (b *book) Evidence() (out [][]byte) {
	for _, k := range b.c.mechs[b.mech].evidence {
		out = append(out, k.raw)
	}
	return out
}

// Receipts implements link.Book.
func (b *book) Receipts() [][]byte {
	out := slices.Clone(b.c.mechs[b.mech].commons)
	m := b.c.mechs[b.mech]
	for _, l := range m.logs {
		for _, p := range m.doc.Parties {
			if rc, ok := l.held[string(p.ID)]; ok {
				out = append(out, rc.Note)
			}
		}
	}
	return out
}
