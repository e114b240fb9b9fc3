package node

import (
	"slices"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/record"
	"entente.example/internal/store"
	"entente.example/ledger"
)

// write puts a member's acts at the end of our own log. An act that would be void is refused and nothing of it is kept.
func (c *Core) write(tx store.Tx, d Do) ([]Posted, error) {
	m := c.mechs[d.Mech]
	if m == nil {
		return nil, c.missing(d.Mech)
	}
	if err := c.pen(m); err != nil {
		return nil, err
	}
	s := &session{Reader: tx, m: m, tx: tx}
	if d.judge {
		return nil, m.judge(s, c.now(), d.Actor, d.Drafts[0])
	}
	for _, draft := range d.Drafts {
		if err := m.still(s, draft); err != nil {
			return nil, err
		}
	}
	var posted []Posted
	for _, draft := range d.Drafts {
		p, err := m.append(s, c.now(), d.Actor, draft)
		if err != nil {
			return nil, err
		}
		posted = append(posted, p)
	}
	return posted, nil
}

// still refuses a draft whose matter has had acts since it was judged: its author has read none of them.
func (m *mechanism) still(s *session, d Draft) error {
	if d.Stood == nil {
		return nil
	}
	n, err := m.fold.Acts(s, d.Matter)
	if err == nil && n != *d.Stood {
		err = MovedOn(d.Matter)
	}
	return err
}

// append builds one entry, folds it and appends it to our log.
func (m *mechanism) append(s *session, now time.Time, actor entry.Actor, d Draft) (Posted, error) {
	own := m.own()
	e, err := m.envelope(s, own, now, actor, d)
	if err != nil {
		return Posted{}, err
	}
	leaf, err := e.Encode()
	if err != nil {
		return Posted{}, err
	}
	return m.post(s, own, e, leaf)
}

// judge says why an act would be refused, and writes nothing.
func (m *mechanism) judge(s *session, now time.Time, actor entry.Actor, d Draft) error {
	own := m.own()
	e, err := m.envelope(s, own, now, actor, d)
	if err != nil {
		return err
	}
	leaf, err := e.Encode()
	if err != nil {
		return err
	}
	return m.fold.JudgeOwn(s, record.Input{Party: m.self, Gen: own.Gen, Index: e.Index, Leaf: leaf, Hash: ledger.LeafHash(leaf)})
}

// post folds an entry and appends it to our log.
func (m *mechanism) post(s *session, own *logState, e entry.Entry, leaf []byte) (Posted, error) {
	hash := ledger.LeafHash(leaf)
	out, err := m.fold.FoldOwn(s, record.Input{Party: m.self, Gen: own.Gen, Index: e.Index, Leaf: leaf, Hash: hash})
	if err != nil {
		return Posted{}, err
	}
	row := store.Entry{Log: own.ID, Index: e.Index, Leaf: leaf}
	if err := fill(&row, out); err != nil {
		return Posted{}, err
	}
	own.grow(row, hash)
	own.remember(row.Index, out.Position)
	m.grown[own.slot] = true
	ref := entry.Ref{Origin: own.Origin, Index: e.Index}
	copy(ref.Hash[:], hash[:])
	id := charter.ActID(m.doc.Parties[m.self].ID, own.Gen, e.Index)
	return Posted{ID: id, Ref: ref.String(), Index: e.Index, Matter: e.Matter, Type: e.Type}, nil
}

// envelope fills the envelope: position, time that never goes back, and what we have seen since our last entry.
func (m *mechanism) envelope(s *session, own *logState, now time.Time, actor entry.Actor, d Draft) (entry.Entry, error) {
	body, err := entry.Canonical(d.Body)
	if err == nil {
		err = visible(body)
	}
	if err != nil {
		return entry.Entry{}, err
	}
	at := now.UTC().Truncate(time.Second)
	if last := m.fold.LastAt(own.slot); at.Unix() < last {
		at = time.Unix(last, 0).UTC()
	}
	e := entry.Entry{Actor: actor, At: at, Body: body, Index: own.tree.Size(), Log: own.Origin,
		Matter: d.Matter, Mech: m.id, Type: d.Body.EntryType(), V: 1}
	e.Seen, err = m.unseen(s, own)
	return e, err
}

// unseen are the heads that have moved since our log's last entry.
func (m *mechanism) unseen(s *session, own *logState) (out []entry.Seen, err error) {
	past, applied := m.fold.LastPast(own.slot), m.fold.Applied()
	for _, l := range m.logs {
		n := applied[l.slot]
		if l == own || n <= past.At(l.slot) {
			continue
		}
		root, err := s.Root(l.slot, n)
		if err != nil {
			return nil, err
		}
		out = append(out, entry.Seen{Origin: l.Origin, Size: n, Root: root})
	}
	slices.SortFunc(out, func(a, b entry.Seen) int { return strings.Compare(a.Origin, b.Origin) })
	return out, nil
}
