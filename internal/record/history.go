package record

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"entente.example/internal/charter"
)

// An act whose author had not seen all of a matter is judged by the state that its author had, and one that sorts before others changes what they find: for both, acts are applied anew. Where parties act at the
// same time that is asked for again and again, so acts that were read once stay decoded for a while. Subjects change nothing in what they take from an act.

// How many acts of a mechanism stay decoded, and how many bytes their entries may have all together.
const (
	keptActs   = 256
	keptLeaves = 256 << 10
)

// stateAt is a matter's state as a past shows it.
func (r *Record) stateAt(src Source, m *matter, past charter.Past) (Subject, error) {
	if covers(past, m.Tops) {
		return m.state, nil
	}
	acts, err := r.history(src, m.Key)
	if err != nil {
		return nil, err
	}
	acts = slices.DeleteFunc(acts, func(a *charter.Act) bool {
		return !within(past, r.Slot(r.charter.Ordinal(a.Party), a.Gen), a.Entry.Index)
	})
	return r.replay(m.Key, acts), nil
}

// insert folds an act that belongs before others, or that asks for more of the past than the state keeps: the matter is replayed in the total order.
func (r *Record) insert(src Source, m *matter, a *charter.Act) error {
	acts, err := r.history(src, m.Key)
	if err != nil {
		return err
	}
	at, _ := slices.BinarySearchFunc(acts, a, r.inOrder)
	m.state = r.replay(m.Key, slices.Insert(acts, at, a))
	return nil
}

func (r *Record) replay(key string, acts []*charter.Act) Subject {
	s := fresh(key)
	for _, a := range acts {
		s.Apply(r.charter, a)
	}
	return s
}

// history reads a matter's valid acts in the total order.
func (r *Record) history(src Source, key string) ([]*charter.Act, error) {
	var acts []*charter.Act
	for p, err := range src.History(key) {
		if err != nil {
			return nil, err
		}
		if p.Void {
			continue
		}
		a, err := r.act(src, p)
		if err != nil {
			return nil, err
		}
		acts = append(acts, a)
	}
	slices.SortFunc(acts, r.inOrder)
	return acts, nil
}

// act makes the act of a stored, valid entry.
func (r *Record) act(src Source, p Past) (*charter.Act, error) {
	if a := r.acts[p.Hash]; a != nil {
		return a, nil
	}
	slot := r.Slot(p.Party, p.Gen)
	e, err := r.decoder.Decode(bytes.Clone(p.Leaf)) // whoever reads it to us may need its place for the next one
	if err != nil {
		return nil, fmt.Errorf("stored entry %d of %s: %w", p.Index, r.heads[slot].origin, err)
	}
	held, err := r.held(src, slot, p.Index, p.Position.Past)
	if err != nil {
		return nil, err
	}
	a := &charter.Act{Entry: e, Party: r.charter.Document().Parties[p.Party].ID, Gen: p.Gen, Leaf: p.Hash, Lam: p.Lam, Past: p.Position.Past, Held: held}
	r.keep(a, len(p.Leaf))
	return a, nil
}

// keep has an act at hand for when its matter is replayed.
func (r *Record) keep(a *charter.Act, leaf int) {
	if r.leaves += leaf; len(r.acts) == keptActs || r.leaves > keptLeaves {
		clear(r.acts)
		r.leaves = leaf
	}
	r.acts[a.Leaf] = a
}

// inOrder compares acts by their places in the total order.
func (r *Record) inOrder(a, b *charter.Act) int {
	if a.Lam != b.Lam {
		return cmp.Compare(a.Lam, b.Lam)
	}
	return cmp.Or(cmp.Compare(r.charter.Ordinal(a.Party), r.charter.Ordinal(b.Party)), cmp.Compare(a.Gen, b.Gen), cmp.Compare(a.Entry.Index, b.Entry.Index))
}
