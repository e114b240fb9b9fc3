package node

import (
	"context"

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

// Heads implements link.Book.
func (b *book) Heads() []link.Head {
	var out []link.Head
	for _, l := range b.c.mechs[b.mech].logs {
		out = append(out, link.Head{Origin: l.Origin, Size: l.Size})
	}
	return out
}

// Chunk implements link.Book. A copy that has not come to its checkpoint yet is passed on as far as it goes: nobody else may be left who has as much.
func (b *book) Chunk(origin string, from int64, maxBytes int) (ch link.Chunk, ok bool, err error) {
	_, l := b.c.mechs[b.mech].log(origin)
	if l == nil {
		return link.Chunk{}, false, nil
	}
	have := min(l.Size, l.noteSize)
	if from >= have {
		return link.Chunk{}, false, nil
	}
	ch = link.Chunk{Origin: origin, From: from, Note: l.note}
	err = b.c.store.View(context.Background(), func(r store.Reader) error {
		bytes := 0
		b.leaves = b.leaves[:0]
		for leaf, err := range r.Leaves(l.ID, from, have) {
			if err != nil {
				return err
			}
			if bytes += len(leaf) + 2; bytes > maxBytes && len(ch.Entries) > 0 {
				break
			}
			at := len(b.leaves)
			b.leaves = append(b.leaves, leaf...)
			ch.Entries = append(ch.Entries, b.leaves[at:len(b.leaves):len(b.leaves)])
		}
		ch.Proof, err = ledger.ProvePart(l.noteSize, have, l.tail, from+int64(len(ch.Entries)), tiles(r, l.ID))
		return err
	})
	return ch, err == nil && len(ch.Entries) > 0, err
}

// Receipts implements link.Book.
func (b *book) Receipts() [][]byte {
	var out [][]byte
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
