package node

import (
	"bytes"
	"errors"
	"iter"
	"slices"

	"entente.example/internal/record"
	"entente.example/internal/store"
	"entente.example/ledger"
)

// session is what the fold reads during one transaction. Entries that wait in memory are handed over before they are asked for.
type session struct {
	store.Reader
	m  *mechanism
	tx store.Tx // nil while loading
	// caughtUp are entries that had waited and are folded now; their rows are handed over like new ones.
	caughtUp []store.Entry
	told     func(folded int64) error // nil if nobody waits to hear how far folding anew is
}

// tell says how many entries are folded.
func (s *session) tell() error {
	if s.told == nil {
		return nil
	}
	var n int64
	for _, applied := range s.m.fold.Applied() {
		n += applied
	}
	return s.told(n)
}

var _ record.Source = (*session)(nil)

// keptPositions is how many positions of recent entries are kept at least; older ones are read from the store.
const keptPositions = 2048

func (l *logState) remember(index int64, p record.Position) {
	if index != l.first+int64(len(l.positions)) {
		l.first, l.positions = index, nil
	}
	if len(l.positions) == 2*keptPositions {
		l.first += keptPositions
		l.positions = slices.Delete(l.positions, 0, keptPositions)
	}
	l.positions = append(l.positions, p)
}

func (l *logState) remembered(index int64) (record.Position, bool) {
	if index < l.first || index >= l.first+int64(len(l.positions)) {
		return record.Position{}, false
	}
	return l.positions[index-l.first], true
}

func (s *session) settle() error {
	if s.tx == nil {
		return nil
	}
	for _, l := range s.m.logs {
		if err := l.flush(s.tx); err != nil {
			return err
		}
	}
	if len(s.caughtUp) == 0 {
		return nil
	}
	rows := s.caughtUp
	s.caughtUp = nil
	return s.tx.SetApplied(rows)
}

// Position implements record.Source.
func (s *session) Position(slot int, index int64) (record.Position, error) {
	l := s.m.bySlot(slot)
	if p, ok := l.remembered(index); ok {
		return p, nil
	}
	if err := s.settle(); err != nil {
		return record.Position{}, err
	}
	e, err := s.Reader.Entry(l.ID, index)
	if err != nil {
		return record.Position{}, err
	}
	return record.Position{Lam: e.Lam, Past: e.Past}, nil
}

// Size implements record.Source.
func (s *session) Size(slot int) int64 { return s.m.bySlot(slot).tree.Size() }

// Leaf implements record.Source.
func (s *session) Leaf(slot int, index int64) ([]byte, [32]byte, error) {
	if err := s.settle(); err != nil {
		return nil, [32]byte{}, err
	}
	e, err := s.Reader.Entry(s.m.bySlot(slot).ID, index)
	leaf := bytes.Clone(e.Leaf)
	return leaf, ledger.LeafHash(leaf), err
}

// Root implements record.Source.
func (s *session) Root(slot int, size int64) ([32]byte, error) {
	l := s.m.bySlot(slot)
	if l.tree.Size() == size {
		return l.tree.Root(), nil
	}
	if err := s.settle(); err != nil {
		return [32]byte{}, err
	}
	return ledger.RootAt(size, store.Tiles(s.Reader, l.ID))
}

// Matter implements record.Source.
func (s *session) Matter(key string) (record.Stored, bool, error) {
	m, err := s.Reader.Matter(s.m.id, key)
	if errors.Is(err, store.ErrMissing) {
		return record.Stored{}, false, nil
	}
	if err != nil {
		return record.Stored{}, false, err
	}
	out, err := loadedMatter(m)
	return out, true, err
}

// History implements record.Source.
func (s *session) History(key string) iter.Seq2[record.Past, error] {
	return func(yield func(record.Past, error) bool) {
		if err := s.settle(); err != nil {
			yield(record.Past{}, err)
			return
		}
		logs := map[store.LogID]*logState{}
		for _, l := range s.m.logs {
			logs[l.ID] = l
		}
		for e, err := range s.Reader.History(s.m.id, key) {
			p := record.Past{Void: e.Void != nil, Position: record.Position{Lam: e.Lam, Past: e.Past},
				Input: record.Input{Index: e.Index, Leaf: e.Leaf}}
			if l := logs[e.Log]; l != nil {
				p.Party, p.Gen = l.party, l.Gen
			}
			if err == nil {
				p.Hash = ledger.LeafHash(e.Leaf)
			}
			if !yield(p, err) {
				return
			}
		}
	}
}
