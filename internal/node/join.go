package node

import (
	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/founding"
	"entente.example/internal/link"
	"entente.example/internal/record"
	"entente.example/internal/store"
	"entente.example/ledger"
	"entente.example/refusal"
)

// join enters a mechanism: one empty log for each party, and the charter as the first entry of ours.
func (c *Core) join(tx store.Tx, j Join) Reply {
	id, err := c.enter(tx, j)
	return Reply{To: j.To, Mech: id, Err: err}
}

func (c *Core) enter(tx store.Tx, j Join) (string, error) {
	doc, err := charter.Parse(j.Charter)
	if err != nil {
		return "", err
	}
	id := charter.Digest(j.Charter)
	if c.either(id) != nil {
		return id, refusal.New(refusal.Conflict, "charter.joined_already", "mechanism", doc.ID)
	}
	p, ok := doc.Party(charter.PartyID(j.Self))
	if !ok {
		return "", refusal.New(refusal.Invalid, "charter.not_a_party", "party", j.Self)
	}
	if c.keyFor(p.Keys.Node()) == nil && !j.Replaced {
		return "", refusal.New(refusal.Invalid, "charter.not_our_keys", "party", j.Self, "differs", "log_ed25519")
	}
	row := store.Mechanism{ID: id, Charter: j.Charter, Self: j.Self, Joined: c.now().Unix()}
	if err := tx.PutMechanism(row); err != nil {
		return "", err
	}
	for _, p := range doc.Parties {
		l := store.Log{Mech: id, Origin: entry.Origin(id, string(p.ID), 1), Party: string(p.ID), Gen: 1, Own: string(p.ID) == j.Self, Root: ledger.EmptyRoot}
		if _, err := tx.AddLog(l); err != nil {
			return "", err
		}
	}
	m, err := c.open(tx, id)
	if err != nil {
		return "", err
	}
	c.mechs[id] = m
	if own := m.own(); own.fenced || own.key == nil {
		return id, nil // we were here before: our entries come back from the others
	}
	_, err = m.append(&session{Reader: tx, m: m, tx: tx}, c.now(), entry.Node, Draft{Matter: founding.Matter, Body: founding.Join{Charter: j.Charter}})
	return id, err
}

// newLine starts the conversations of a mechanism.
func (c *Core) newLine(m *mechanism) *link.Line {
	cfg := link.Config{Mech: m.id, Self: string(m.doc.Parties[m.self].ID), ChunkBytes: c.chunk, Fold: record.Version}
	for _, p := range m.doc.Parties {
		cfg.Parties = append(cfg.Parties, string(p.ID))
	}
	return link.NewLine(cfg, &book{c: c, mech: m.id})
}
