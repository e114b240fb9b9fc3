package node

import (
	"context"
	"errors"
	"slices"

	"entente.example/enclosure"
	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/founding"
	"entente.example/internal/line"
	"entente.example/internal/record"
	"entente.example/internal/store"
	"entente.example/internal/text"
)

// sealed is a matter that parties seal.
type sealed interface {
	Due(c *charter.State, me charter.PartyID, cosigned adoption.Cosigned) []entry.Body
	MayFallDue(c *charter.State, me charter.PartyID) bool
}

// A subject that owes something and does not fit would owe nothing, and nobody would notice.
var _ = []sealed{(*founding.State)(nil), (*text.State)(nil)}

// reactions are the acts that our node owes by rule, in the matters that changed: acknowledgements and receipts (docs/protocol.md 4). They are computed from the
// fold and from what we have cosigned, so that a crash in between only delays them.
func (c *Core) reactions(m *mechanism) []Do {
	if own := m.own(); own.fenced || m.asks() || own.key == nil || m.contested[own.slot] || !m.current() || len(m.touched) == 0 {
		return nil
	}
	me := m.doc.Parties[m.self].ID
	cosigned := func(p charter.PartyID, gen int) int64 {
		if l := m.bySlot(m.fold.Slot(m.fold.Charter().Ordinal(p), gen)); l != nil {
			return l.cosigned
		}
		return 0
	}
	if out := m.confirmations(c, me); len(out) > 0 {
		return out
	}
	var out []Do
	for _, key := range sorted(m.touched) {
		if key == receiptsChanged || key == penChanged || key == evidenceChanged { // no matters: nothing is stored under them
			continue
		}
		state := c.state(m, key)
		if calls, ok := state.(*line.Month); ok {
			for _, r := range calls.Owed(me) {
				out = append(out, Do{Mech: m.id, Actor: entry.Node, Drafts: []Draft{{Matter: key, Body: m.received(r)}}})
			}
		}
		s, ok := state.(sealed)
		if !ok {
			continue
		}
		for _, body := range s.Due(m.fold.Charter(), me, cosigned) {
			if _, ack := body.(adoption.Acknowledge); ack && !c.holdsAll(m, s) {
				continue // it comes when the last body has
			}
			out = append(out, Do{Mech: m.id, Actor: entry.Node, Drafts: []Draft{{Matter: key, Body: body}}})
		}
		if m.maybeDue[key] = s.MayFallDue(m.fold.Charter(), me); !m.maybeDue[key] {
			delete(m.maybeDue, key)
		}
	}
	clear(m.touched)
	return out
}

// holdsAll reports whether every body that a seal of the instrument covers is here. SPEC ack-bodies.
func (c *Core) holdsAll(m *mechanism, s sealed) bool {
	covers, ok := s.(interface{ Enclosures() []enclosure.Commitment })
	if !ok || c.enclosed == nil {
		return true
	}
	return !slices.ContainsFunc(covers.Enclosures(), func(b enclosure.Commitment) bool { return !c.enclosed(m.id, b) })
}

// received says by which route a call came, as far as this node saw it.
func (m *mechanism) received(r line.Receive) line.Receive {
	p, gen, _, ok := charter.ParseActID(r.Check)
	for _, l := range m.logs {
		if ok && l.Party == string(p) && l.Gen == gen {
			r.Route = l.route
		}
	}
	return r
}

// state is a matter as the fold has it at hand, or as it is stored; nil if it cannot be read.
func (c *Core) state(m *mechanism, key string) (s record.Subject) {
	if s = m.fold.Cached(key); s != nil {
		return s
	}
	err := c.store.View(context.Background(), func(r store.Reader) error {
		row, err := r.Matter(m.id, key)
		if err == nil {
			s, err = record.State(key, row.State)
		}
		return err
	})
	if err != nil && !errors.Is(err, store.ErrMissing) {
		c.log.Error("what is owed in a matter cannot be seen", "matter", key, "error", err)
	}
	return s
}

// told returns and forgets the matters that watchers have not heard of.
func (m *mechanism) told() []string {
	keys := sorted(m.untold)
	clear(m.untold)
	return keys
}
