package glance

import (
	"time"

	"entente.example/entry"
	"entente.example/internal/node"
	"entente.example/internal/store"
)

// Passed is an entry as lists tell of it.
type Passed struct {
	store.Entry      // without its leaf
	Readable    bool // what follows could be read from it
	At          time.Time
	Member      string
	Type        string
}

// Pass reads of an entry what lists tell of it.
func Pass(e store.Entry) Passed {
	p := Passed{Entry: e}
	if d, err := entry.Decode(e.Leaf); err == nil {
		p.Readable, p.At, p.Member, p.Type = true, d.At, d.Actor.Member, d.Type
		if p.Matter == "" { // not in effect yet
			p.Matter = d.Matter
		}
	}
	p.Leaf = nil
	return p
}

// NewestKept is how many of the newest entries are remembered.
const NewestKept = 100

// stretch is a part of the order, newest first: all entries of each of its places.
type stretch struct {
	passed []Passed
	older  bool // there are others behind it
}

// Passed lists entries in effect of the snapshot that this is the glance of, newest first, from those before a place in the order (0: the newest): at least limit, if there are so many, with all that have the
// last one's place. older says whether there are others behind them. The list is not the caller's to change.
func (g *Glance) Passed(s *node.Snapshot, before int64, limit int) (list []Passed, older bool, err error) {
	if before != 0 || limit > NewestKept {
		st, err := read(s, before, limit)
		return st.passed, st.older, err
	}
	g.asked.mu.Lock()
	defer g.asked.mu.Unlock()
	if g.asked.newest == nil {
		st, err := read(s, 0, NewestKept)
		if err != nil {
			return nil, false, err
		}
		g.asked.newest = &st
	}
	st := g.asked.newest
	for i := max(limit, 1); i < len(st.passed); i++ {
		if st.passed[i].Lam != st.passed[i-1].Lam {
			return st.passed[:i:i], true, nil
		}
	}
	return st.passed, st.older, nil
}

func read(s *node.Snapshot, before int64, limit int) (st stretch, err error) {
	entries, err := s.Recent(before, limit)
	if err != nil {
		return st, err
	}
	st.passed = make([]Passed, 0, len(entries))
	for _, e := range entries {
		st.passed = append(st.passed, Pass(e))
	}
	if len(entries) < limit {
		return st, nil
	}
	behind, err := s.Recent(entries[len(entries)-1].Lam, 1)
	st.older = len(behind) > 0
	return st, err
}
