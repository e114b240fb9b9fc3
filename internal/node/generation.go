package node

import (
	"bytes"
	"encoding/hex"
	"slices"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/party"
	"entente.example/internal/record"
	"entente.example/internal/store"
	"entente.example/ledger"
	"entente.example/refusal"
)

// A generation of a log is one log under one set of node keys: docs/protocol.md 3.1. Here a node opens its own next one, and takes up those of others.

// keyFor finds the key of this node that a log's keys are of, or nil.
func (c *Core) keyFor(k charter.NodeKeys) *keys.NodeKey {
	for _, own := range c.keys {
		if own.Public().LogEd25519 == k.LogEd25519 {
			return own
		}
	}
	return nil
}

// keysOf are the keys of a stored log: those of the charter, or those in the statement that is its first entry.
func keysOf(r store.Reader, row store.Log, doc *charter.Document) (charter.NodeKeys, error) {
	if row.Gen == 1 {
		p, ok := doc.Party(charter.PartyID(row.Party))
		if !ok {
			return charter.NodeKeys{}, refusal.New(refusal.Invalid, "charter.not_a_party", "party", row.Party)
		}
		return p.Keys.Node(), nil
	}
	first, err := r.Entry(row.ID, 0)
	if err != nil {
		return charter.NodeKeys{}, err
	}
	b, err := opening(first.Leaf)
	return b.Statement.Keys, err
}

// opening reads the first entry of a later generation.
func opening(leaf []byte) (b party.Generation, err error) {
	e, err := entry.Decode(leaf)
	if err == nil && e.Type != b.EntryType() {
		err = refusal.New(refusal.Invalid, "party.bad_generation")
	}
	if err == nil {
		err = entry.DecodeBody(&e, &b)
	}
	return b, err
}

// forgetReceipts makes due again what the marks know and the store does not, because it was lost in a crash, before or after it left; and what we gave under a key that we have
// replaced since.
func (m *mechanism) forgetReceipts() {
	us := string(m.doc.Parties[m.self].ID)
	for _, l := range m.logs {
		l.cosigned = min(l.cosigned, l.held[us].Size)
		if m.own().Gen == 1 || l.cosigned == 0 {
			continue
		}
		if _, _, err := ledger.VerifyCosignature(l.held[us].Note, m.own().witness); err != nil {
			l.cosigned = 0
		}
	}
}

// mayReceipt reports whether we follow a log where it stands now. Of a closed generation we give no receipts beyond what we have written that we had; of a new one, none before we have
// written that. So whatever we attest of a party's logs lies on one line: record, "cutOf".
func (m *mechanism) mayReceipt(l *logState) bool {
	own := m.own()
	if own.key == nil {
		return false
	}
	past := m.fold.LastPast(own.slot)
	if l.Gen > 1 && past.At(l.slot) == 0 {
		return false
	}
	if _, closed := m.fold.Closed(l.party, l.Gen); !closed {
		return true
	}
	cut, written := m.cut(l)
	return written && l.Size <= cut
}

// cut is how much of a closed generation we have written that we had when we took up the next.
func (m *mechanism) cut(l *logState) (int64, bool) {
	s, ok := m.fold.Cached(party.Matter(m.doc.Parties[l.party].ID)).(*party.State)
	if !ok {
		return 0, false
	}
	return s.Confirmed(m.doc.Parties[m.self].ID, l.Gen+1)
}

// admit takes up a generation that we have not heard of. Its first entry is its credential: signed by the party's seal keys, under the log's own keys. What it refers to and we do not
// have yet is waited for; the line asks again. SPEC generation-sealed.
func (c *Core) admit(tx store.Tx, m *mechanism, ch chunk) (*logState, error) {
	l, err := c.consider(tx, m, ch)
	if lent := m.fold.Lent(); err != nil || l != nil || !lent {
		return l, err
	}
	// What it vouched for is folded, and it is not begun: nobody else would count that. It seemed right before and is not with what it vouched for, so it is not believed again.
	m.disbelieved[ch.Chunk.Origin] = true
	return nil, m.refold(&session{Reader: tx, m: m, tx: tx})
}

// consider begins a generation if its first entry can be judged and is found right.
func (c *Core) consider(tx store.Tx, m *mechanism, ch chunk) (*logState, error) {
	mech, id, gen, err := entry.ParseOrigin(ch.Chunk.Origin)
	p := slices.IndexFunc(m.doc.Parties, func(p charter.Party) bool { return string(p.ID) == id })
	if err != nil || mech != m.id[:16] || p < 0 || ch.Chunk.From != 0 || len(ch.Chunk.Entries) == 0 {
		return nil, nil
	}
	before := m.newest(p)
	if gen != before.Gen+1 {
		return nil, nil
	}
	refuse := func(why error) (*logState, error) {
		ch.judge(0, 0, why)
		c.log.Warn("a new generation is refused", "log", ch.Chunk.Origin, "peer", ch.Peer, "reason", why)
		c.converse(&work{}, m, link.Refused{Peer: ch.Peer, Origin: ch.Chunk.Origin, Reason: "line.unverified"})
		return nil, nil
	}
	leaf := bytes.Clone(ch.Chunk.Entries[0])
	b, err := opening(leaf)
	if err != nil {
		return refuse(err)
	}
	trial, err := c.newLog(store.Log{Mech: m.id, Origin: ch.Chunk.Origin, Party: id, Gen: gen}, m.doc, b.Statement.Keys)
	if err == nil {
		_, _, err = c.verify(trial, &ch.Chunk)
	}
	if err != nil {
		return refuse(err)
	}
	s := &session{Reader: tx, m: m, tx: tx}
	in := record.Input{Party: p, Gen: gen, Leaf: leaf, Hash: ledger.LeafHash(leaf)}
	// Everything that we have given a receipt for has to be folded before we say how much of the old generation we have; and so has what we are offered of it, for what stands
	// there and we have not said that we had, a seal for instance, we could never acknowledge.
	need := max(before.cosigned, m.offers(ch.Peer, before, b.Statement.Reason))
	if b.Statement.Reason == party.Fork {
		need = 0
	}
	vouches := need
	if m.disbelieved[ch.Chunk.Origin] {
		vouches = -1
	}
	st, ready, err := m.fold.Admit(s, in, vouches)
	if err == nil && !ready || late(err) { // what it has seen may wait here for somebody who vouches for it, as it has just done; or somebody waits for it
		if err := m.catchUp(s); err != nil {
			return nil, err
		}
		st, ready, err = m.fold.Admit(s, in, -1)
	}
	switch {
	case err != nil && refusal.As(err).Kind == refusal.Internal:
		return nil, err
	case late(err): // somebody may have taken it up who did not know that: it is asked for again
		ch.judge(0, 0, err)
		c.log.Warn("a new generation is refused", "log", ch.Chunk.Origin, "peer", ch.Peer, "reason", err)
		c.converse(&work{}, m, link.Postponed{Origin: ch.Chunk.Origin})
		return nil, nil
	case err != nil:
		return refuse(err)
	case !ready || m.fold.Applied()[before.slot] < need:
		ch.judge(0, 0, refusal.New(refusal.Stale, "line.generation_waits", "log", ch.Chunk.Origin))
		c.converse(&work{}, m, link.Postponed{Origin: ch.Chunk.Origin})
		return nil, nil
	}
	return c.addLog(tx, m, p, gen, st)
}

// late reports whether a generation is refused because the seal keys that opened it were replaced.
func late(err error) bool { return err != nil && refusal.As(err).Key == "party.key_replaced" }

// offers is how much of a generation a peer has that brings the next one. What comes after a theft may be the thief's: that is not waited for.
func (m *mechanism) offers(peer link.Peer, before *logState, reason party.Reason) int64 {
	if reason == party.Theft {
		return 0
	}
	return m.line.Says(peer, before.Origin)
}

// maxEarly bounds the receipts that are kept for a generation which has not come yet.
const maxEarly = 64

// keepEarly keeps a receipt that may be of a log, or by a key, that we are about to hear of: receipts come with the greeting, entries after it.
func (m *mechanism) keepEarly(r receipt) {
	if len(m.early) == maxEarly {
		m.early = m.early[1:]
	}
	m.early = append(m.early, r)
}

// addLog begins a generation whose first entry was found right. It is there only together with that entry.
func (c *Core) addLog(tx store.Tx, m *mechanism, p, gen int, st party.Statement) (*logState, error) {
	id := string(m.doc.Parties[p].ID)
	row := store.Log{Mech: m.id, Origin: entry.Origin(m.id, id, gen), Party: id, Gen: gen, Own: p == m.self, Root: ledger.EmptyRoot}
	l, err := c.newLog(row, m.doc, st.Keys)
	if err != nil {
		return nil, err
	}
	if l.ID, err = tx.AddLog(row); err != nil {
		return nil, err
	}
	if err := c.compareMarks(tx, l); err != nil {
		return nil, err
	}
	l.fenced = row.Own // it came from others: there may be more of it
	at, _ := slices.BinarySearchFunc(m.logs, l.slot, func(l *logState, slot int) int { return l.slot - slot })
	m.logs = slices.Insert(m.logs, at, l)
	m.fold.AddLog(record.Head{Party: p, Gen: gen})
	m.touch(party.Matter(charter.PartyID(id)))
	m.forgetReceipts()
	m.again, m.early = append(m.again, m.early...), nil
	return l, nil
}

// begin opens the next generation of our own log.
func (c *Core) begin(tx store.Tx, o Begin) (Reply, error) {
	m := c.mechs[o.Mech]
	if m == nil {
		return Reply{To: o.To, Err: c.missing(o.Mech)}, nil
	}
	posted, err := c.beginIn(tx, m, o)
	if err != nil && refusal.As(err).Kind == refusal.Internal {
		return Reply{}, err
	}
	return Reply{To: o.To, Posted: posted, Err: err}, nil
}

func (c *Core) beginIn(tx store.Tx, m *mechanism, o Begin) ([]Posted, error) {
	st := o.Body.Statement
	before := m.own()
	if st.Generation != before.Gen+1 || o.Key == nil || o.Key.Public().LogEd25519 != st.Keys.LogEd25519 {
		return nil, refusal.New(refusal.Conflict, "party.no_generation", "generation", st.Number())
	}
	switch {
	case c.outlived(m):
		return nil, refusal.New(refusal.Conflict, "party.outlived", "generation", st.Number())
	case before.astray: // the statement would say that it ends as we have it
		return nil, refusal.New(refusal.Conflict, "node.own_astray", "log", before.Origin)
	case before.fenced && st.Reason != party.Restore && st.Reason != party.Theft && st.Reason != party.Fork:
		return nil, refusal.New(refusal.Unavailable, "node.behind_marks")
	}
	s := &session{Reader: tx, m: m, tx: tx}
	if err := s.settle(); err != nil {
		return nil, err
	}
	trial := &logState{Log: store.Log{Mech: m.id, Origin: entry.Origin(m.id, string(st.Party), st.Generation)}, party: m.self, slot: m.fold.Slot(m.self, st.Generation), tree: ledger.NewBuilder()}
	m.fold.AddLog(record.Head{Party: m.self, Gen: st.Generation})
	e, err := m.envelope(s, trial, c.now(), entry.Node, Draft{Matter: party.Matter(st.Party), Body: o.Body})
	m.fold.DropLog(trial.slot)
	if err != nil {
		return nil, err
	}
	leaf, err := e.Encode()
	if err != nil {
		return nil, err
	}
	in := record.Input{Party: m.self, Gen: st.Generation, Leaf: leaf, Hash: ledger.LeafHash(leaf)}
	if _, ready, err := m.fold.Admit(s, in, -1); err != nil || !ready {
		if err == nil {
			err = refusal.New(refusal.Stale, "entry.past_missing")
		}
		return nil, err
	}
	c.keys = append(c.keys, o.Key)
	l, err := c.addLog(tx, m, m.self, st.Generation, st)
	if err != nil {
		return nil, err
	}
	l.fenced = false
	p, err := m.post(s, l, e, leaf)
	if err != nil {
		return nil, err
	}
	return []Posted{p}, m.catchUp(s)
}

// confirmations are what we owe about new generations of others, before anything else that we write. One that stands where our log did not go on, as after a restore without asking, is
// owed again: we may give receipts only for what the log that we write has seen.
func (m *mechanism) confirmations(c *Core, me charter.PartyID) (out []Do) {
	past := m.fold.LastPast(m.own().slot)
	for i, p := range m.doc.Parties {
		if m.newest(i).Gen == 1 || i == m.self {
			continue
		}
		s, ok := c.state(m, party.Matter(p.ID)).(*party.State)
		if !ok {
			continue
		}
		sees := func(gen int) bool { return past.At(m.fold.Slot(i, gen)) > 0 }
		if gen := s.Unconfirmed(me, sees); gen > 0 {
			out = append(out, Do{Mech: m.id, Actor: entry.Node, Drafts: []Draft{{Matter: party.Matter(p.ID), Body: party.Confirm{Generation: gen}}}})
		}
	}
	return out
}

// Next says which generation our log would go on as, and where the present one ends.
func (c *Core) Next(mech string) (gen int, head party.Head, err error) {
	m := c.reach(mech)
	if m == nil {
		return 0, head, c.missing(mech)
	}
	l := m.own()
	size := m.fold.Applied()[l.slot]
	root := l.tree.Root()
	if size != l.tree.Size() {
		err = c.store.View(noContext, func(r store.Reader) (err error) {
			root, err = ledger.RootAt(size, store.Tiles(r, l.ID))
			return err
		})
	}
	return l.Gen + 1, party.Head{Root: hex.EncodeToString(root[:]), Size: size}, err
}

// Stands says what counts everywhere of the newest generation of a party's log that has two histories; ok is false if it has not.
func (c *Core) Stands(mech string, p charter.PartyID) (gen int, head party.Head, ok bool, err error) {
	m := c.reach(mech)
	if m == nil {
		return 0, head, false, c.missing(mech)
	}
	i := slices.IndexFunc(m.doc.Parties, func(of charter.Party) bool { return of.ID == p })
	if i < 0 {
		return 0, head, false, refusal.New(refusal.Invalid, "charter.not_a_party", "party", string(p))
	}
	l := m.newest(i)
	if !m.contested[l.slot] {
		return l.Gen, head, false, nil
	}
	size := m.common(l)
	root, ok := c.rootAt(l, size)
	if !ok {
		return l.Gen, head, true, refusal.New(refusal.Unavailable, "node.store_failed")
	}
	return l.Gen, party.Head{Root: hex.EncodeToString(root[:]), Size: size}, true, nil
}
