package node

import (
	"maps"
	"slices"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
)

// sealed is a matter that parties seal.
type sealed interface {
	Due(c *charter.State, me charter.PartyID, cosigned func(charter.PartyID) int64) []entry.Body
}

var _ adoption.Verdict // the rule behind Due

// reactions are the acts that our node owes by rule, in the matters that changed: acknowledgements and receipts (docs/protocol.md 4). They are computed from the
// fold and from what we have cosigned, so that a crash in between only delays them.
func (m *mechanism) reactions() []Do {
	if m.logs[m.self].fenced || !m.current() || len(m.touched) == 0 {
		return nil
	}
	me := m.doc.Parties[m.self].ID
	cosigned := func(p charter.PartyID) int64 { return m.logs[m.fold.Charter().Ordinal(p)].cosigned }
	var out []Do
	for _, key := range slices.Sorted(maps.Keys(m.touched)) {
		s, ok := m.fold.Cached(key).(sealed)
		if !ok {
			continue
		}
		for _, body := range s.Due(m.fold.Charter(), me, cosigned) {
			out = append(out, Do{Mech: m.id, Actor: entry.Node, Drafts: []Draft{{Matter: key, Body: body}}})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.touched)) {
		m.untold[key] = true
	}
	clear(m.touched)
	return out
}

// told returns and forgets the matters that watchers have not heard of.
func (m *mechanism) told() []string {
	for key := range m.touched {
		m.untold[key] = true
	}
	keys := slices.Sorted(maps.Keys(m.untold))
	clear(m.untold)
	return keys
}
