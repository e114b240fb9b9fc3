package node

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/link"
	"entente.example/internal/marks"
	"entente.example/internal/record"
	"entente.example/internal/store"
	"entente.example/ledger"
	"entente.example/refusal"
)

// A log is contested when its own keys have signed two histories of it. This node then keeps what it holds, takes no more of it and gives no receipts for it; only what every other party
// has confirmed of it counts, and everything else goes on. Nobody's branch is chosen: docs/protocol.md 3.2.

// kept is evidence that this node holds.
type kept struct {
	raw  []byte
	fork *ledger.Fork
	from link.Peer // who brought it; "" if we found it or have it from the store
}

// accusation names what evidence proves. One piece of evidence is kept for each, so that nobody can fill our disk with proofs of the same thing.
func accusation(f *ledger.Fork) string {
	names := []string{f.Origin, f.By[0].Name, f.By[1].Name}
	slices.Sort(names[1:])
	return strings.Join(names, " ")
}

// accused reports whether we hold evidence of this already.
func (m *mechanism) accused(f *ledger.Fork) bool {
	same := func(k kept) bool { return accusation(k.fork) == accusation(f) }
	return slices.ContainsFunc(m.evidence, same) || slices.ContainsFunc(m.found, same)
}

// loadEvidence takes what the store holds. What cannot be verified any more, as by an older form, is left where it is.
func (m *mechanism) loadEvidence(r store.Reader) error {
	rows, err := r.Evidence(m.id)
	for _, raw := range rows {
		if f, err := ledger.VerifyFork(raw); err == nil {
			m.hold(kept{raw: raw, fork: f})
		}
	}
	return err
}

// hold notes evidence, and which log it makes contested.
func (m *mechanism) hold(k kept) {
	m.evidence = append(m.evidence, k)
	if l := m.log(k.fork.Origin); l != nil && contests(k.fork) {
		m.contested[l.slot] = true
	}
}

// contests reports whether a log itself signed two histories by this evidence. What accuses a witness, or one of two, contests no log.
func contests(f *ledger.Fork) bool { return f.Single() && !f.By[0].Witness }

// takeEvidence looks at what somebody says is evidence. What does not verify, or accuses keys that are not of this mechanism, is dropped: it proves nothing.
func (c *Core) takeEvidence(m *mechanism, raw []byte, from link.Peer) error {
	f, err := ledger.VerifyFork(raw)
	if err != nil {
		return err
	}
	l := m.log(f.Origin)
	for _, by := range f.By {
		known := l != nil && by.IsBy(l.verifier)
		for _, o := range m.logs {
			known = known || l != nil && by.IsBy(o.witness)
		}
		if !known {
			return refusal.New(refusal.Unverified, "ledger.bad_key", "name", by.Name)
		}
	}
	m.find(raw, f, from)
	return nil
}

// find notes evidence that is to be stored with the next transaction.
func (m *mechanism) find(raw []byte, f *ledger.Fork, from link.Peer) {
	if !m.accused(f) {
		m.found = append(m.found, kept{bytes.Clone(raw), f, from})
	}
}

// copyOf is our copy of a log, to hold something against.
func (l *logState) copyOf(r store.Reader, head ledger.Attested) ledger.Copy {
	return ledger.Copy{Have: l.Size, Head: head, Tail: l.tail, Read: store.Tiles(r, l.ID)}
}

// contradicted makes what evidence can be made of a note that does not fit our copy of its log: against the log if it signed the note, against every witness that had confirmed our
// history, and against one of two if a witness confirmed what the log has not signed. r sees the copy as it is stored.
func (c *Core) contradicted(r store.Reader, m *mechanism, l *logState, note []byte) {
	if len(l.note) == 0 {
		return
	}
	head := ledger.Attested{Note: l.note, By: l.verifier}
	try := func(of ledger.Copy, by ledger.Attestor) (signed bool) {
		raw, err := of.Contradicts(ledger.Attested{Note: note, By: by})
		if err != nil {
			return false
		}
		if raw != nil {
			if f, err := ledger.VerifyFork(raw); err == nil {
				m.find(raw, f, "") // whoever brought the note does not know what it proves
			}
		}
		return true
	}
	signed := try(l.copyOf(r, head), l.verifier)
	for i, p := range m.doc.Parties {
		witness := m.newest(i).witness
		if rc, ok := l.held[string(p.ID)]; ok {
			try(l.copyOf(r, ledger.Attested{Note: rc.Note, By: witness}), witness)
		}
		if !signed && !m.contested[l.slot] && i != l.party {
			try(l.copyOf(r, head), witness)
		}
	}
}

// storeEvidence writes what was found, and folds anew if a log has become contested or more of it has turned out to be common.
func (c *Core) storeEvidence(tx store.Tx, m *mechanism) error {
	for _, k := range m.found {
		if err := tx.AddEvidence(m.id, k.raw); err != nil {
			return err
		}
		c.log.Error("two histories of one log were signed; the evidence is kept", "log", k.fork.Origin, "by", k.fork.By[0].Name, "and", k.fork.By[1].Name)
		m.hold(k)
		m.news = append(m.news, link.Accused{Evidence: k.raw, From: k.from})
		if contests(k.fork) {
			m.news = append(m.news, link.Contested{Origin: k.fork.Origin})
		}
	}
	m.found = nil
	if !m.outdated() {
		return nil
	}
	s := &session{Reader: tx, m: m, tx: tx}
	if err := s.settle(); err != nil {
		return err
	}
	for _, l := range m.logs {
		if _, known := m.fold.Contested(l.slot); m.contested[l.slot] && !known {
			if err := c.vouch(tx, m, l); err != nil {
				return err
			}
		}
	}
	return m.refold(s)
}

// vouch gives our receipt for what our entries have seen of a log that has just become contested. Folded anew they will have seen no more than what is common, and somebody who read them before
// counts them: without the receipt the two of us could stay with two answers to how much that is.
func (c *Core) vouch(r store.Reader, m *mechanism, l *logState) error {
	us, own := m.doc.Parties[m.self].ID, m.own()
	size := m.seenBy(us, l.slot)
	if l.party == m.self || own.key == nil || own.fenced || m.asks() || size <= l.held[string(us)].Size {
		return nil
	}
	root, err := ledger.RootAt(size, store.Tiles(r, l.ID))
	if err != nil {
		return err
	}
	if size > l.cosigned {
		if err := c.marks.Commit(marks.Batch{Cosigned: []marks.Mark{{Origin: l.Origin, Size: size, Root: root}}}); err != nil {
			return err
		}
		l.cosigned = size
	}
	signer, err := own.key.WitnessSigner(m.id, string(us))
	if err != nil {
		return err
	}
	now := c.now().Unix()
	note, err := ledger.Confirm(ledger.Checkpoint{Origin: l.Origin, Size: size, Root: root}, signer, now)
	if err != nil {
		return err
	}
	rc := store.Receipt{Log: l.ID, Party: string(us), Size: size, Time: now, Note: note}
	l.held[rc.Party] = rc
	m.receipts = append(m.receipts, rc)
	m.news = append(m.news, link.Cosigned{Note: note})
	return nil
}

// unsettled reports whether there is evidence to store or reason to fold anew.
func (m *mechanism) unsettled() bool { return len(m.found) > 0 || m.outdated() }

func (c *Core) unsettled() bool {
	for _, m := range c.mechs {
		if m.unsettled() {
			return c.broken == nil
		}
	}
	return false
}

// common is how many entries of a contested log count: what every other party has confirmed of the history that we hold, by a receipt or by what its entries have seen.
func (m *mechanism) common(l *logState) int64 {
	return common(m.doc, l.Log, func(y charter.PartyID) int64 {
		if string(y) == string(m.doc.Parties[m.self].ID) {
			return max(l.cosigned, m.seenBy(y, l.slot))
		}
		return max(l.held[string(y)].Size, m.seenBy(y, l.slot))
	})
}

// seenBy is how much of a log a party's entries say that it had.
func (m *mechanism) seenBy(y charter.PartyID, slot int) (n int64) {
	for _, l := range m.logs {
		if l.Party == string(y) {
			n = max(n, m.fold.LastPast(l.slot).At(slot))
		}
	}
	return n
}

func common(doc *charter.Document, l store.Log, confirmed func(charter.PartyID) int64) int64 {
	size := l.Size
	for _, p := range doc.Parties {
		if string(p.ID) != l.Party {
			size = min(size, confirmed(p.ID))
		}
	}
	return size
}

// outdated reports whether the fold does not know yet what is contested and what is common, or has folded more than a settlement lets stand.
func (m *mechanism) outdated() bool {
	if m.fold.Overshot() {
		return true
	}
	for slot := range m.contested {
		if limit, ok := m.fold.Contested(slot); !ok || limit != m.common(m.bySlot(slot)) {
			return true
		}
	}
	return false
}

// refold folds the whole mechanism again, as far as its logs are common.
func (m *mechanism) refold(s *session) error {
	if err := s.settle(); err != nil {
		return err
	}
	limits, said := map[int]int64{}, m.fold.LastPast(m.own().slot)
	for slot := range m.contested {
		limits[slot] = m.common(m.bySlot(slot))
	}
	if err := s.tx.Unfold(m.id); err != nil {
		return err
	}
	rows := make([]store.Log, len(m.logs))
	for i, l := range m.logs {
		l.Applied, l.first, l.positions = 0, 0, nil
		rows[i] = l.Log
	}
	m.fold = newFold(m.id, m.doc, rows)
	for slot, limit := range limits {
		m.fold.Contest(slot, limit)
	}
	for _, l := range m.logs {
		if l.Gen == 1 || l.Size == 0 {
			continue
		}
		first, err := s.Reader.Entry(l.ID, 0)
		if err != nil {
			return err
		}
		b, err := opening(first.Leaf)
		if err != nil {
			return err
		}
		m.fold.Close(l.party, b.Statement)
		// What we gave a receipt for and have not come to say in our log is not lost.
		if before := m.bySlot(l.slot - len(m.doc.Parties)); l.party != m.self && said.At(l.slot) == 0 {
			m.fold.Vouch(before.slot, before.cosigned)
		}
	}
	if err := m.catchUp(s); err != nil {
		return err
	}
	m.touch(evidenceChanged)
	m.refolded = true
	return nil
}

// foldAnew makes a mechanism's state again from its entries. It is all there or nothing: who reads meanwhile reads what was before.
func (c *Core) foldAnew(tx store.Tx, f Refold) (Reply, error) {
	m := c.mechs[f.Mech]
	if m == nil {
		return Reply{To: f.To, Err: c.missing(f.Mech)}, nil
	}
	return Reply{To: f.To}, m.refold(&session{Reader: tx, m: m, tx: tx, told: f.Told})
}

// newFold begins to fold a mechanism from nothing.
func newFold(mech string, doc *charter.Document, logs []store.Log) *record.Record {
	var heads []record.Head
	for _, l := range logs {
		party := slices.IndexFunc(doc.Parties, func(p charter.Party) bool { return string(p.ID) == l.Party })
		heads = append(heads, record.Head{Party: party, Gen: l.Gen})
	}
	return record.New(mech, doc, heads)
}

// evidenceChanged stands among changed matters for "there is evidence, or what it means has changed".
const evidenceChanged = "evidence"

// commonReceipts are our receipts for what others have confirmed of a contested log and we hold too, however old: by them all come to know how far it is common. The log's own
// signature need not be on them: it says nothing any more.
func (c *Core) commonReceipts(m *mechanism) (notes [][]byte) {
	if len(m.contested) == 0 || m.own().key == nil {
		return nil
	}
	signer, err := m.own().key.WitnessSigner(m.id, string(m.doc.Parties[m.self].ID))
	if err != nil {
		return nil
	}
	for _, l := range m.logs {
		if !m.contested[l.slot] || l.party == m.self {
			continue
		}
		for y, p := range m.doc.Parties {
			size := max(l.held[string(p.ID)].Size, m.seenBy(p.ID, l.slot))
			if y == l.party || y == m.self || size == 0 || size > l.cosigned || slices.Contains(m.confirmed[l.slot], size) {
				continue
			}
			note, err := c.confirmation(l, l.held[string(p.ID)], size, signer)
			if err != nil {
				continue // the next step tries again
			}
			m.confirmed[l.slot] = append(m.confirmed[l.slot], size)
			notes = append(notes, note)
		}
	}
	m.commons = append(m.commons, notes...)
	return notes
}

// confirmation cosigns a head of our copy that is not its newest one: the note that somebody else confirmed, if there is one of this size. Our marks know of a larger head already.
func (c *Core) confirmation(l *logState, theirs store.Receipt, size int64, signer ledger.WitnessSigner) ([]byte, error) {
	if theirs.Size == size {
		return ledger.Cosign(theirs.Note, signer, c.now().Unix())
	}
	root, ok := c.rootAt(l, size)
	if !ok {
		return nil, refusal.New(refusal.Unavailable, "node.store_failed")
	}
	return ledger.Confirm(ledger.Checkpoint{Origin: l.Origin, Size: size, Root: root}, signer, c.now().Unix())
}

// rootAt is the root of our stored copy of a log at a size that it has.
func (c *Core) rootAt(l *logState, size int64) (root ledger.Hash, ok bool) {
	if size == l.Size {
		return l.Root, true
	}
	if root, ok = l.roots[size]; ok {
		return root, true
	}
	err := c.store.View(context.Background(), func(r store.Reader) (err error) {
		root, err = ledger.RootAt(size, store.Tiles(r, l.ID))
		return err
	})
	if err != nil {
		return root, false
	}
	if len(l.roots) == keptRoots {
		clear(l.roots)
	}
	l.roots[size] = root
	return root, true
}

// keptRoots bounds how many earlier roots of a log are kept: every greeting brings the receipts of all parties again, most of them for the same few sizes.
const keptRoots = 64

// Findings of Compare.
const (
	Agrees      = "agrees"      // it is a head of the history that we hold
	Ahead       = "ahead"       // it is of a log of ours and newer than our copy: nothing can be said yet
	Contradicts = "contradicts" // it is not of the history that we hold
)

// Compare holds a signed checkpoint from wherever it was published against our copy of its log. If it contradicts and anybody signed it, the evidence is kept. Call it on the core's
// goroutine: see Node.Inspect.
func (c *Core) Compare(mech string, note []byte) (string, error) {
	m := c.reach(mech)
	if m == nil {
		return "", c.missing(mech)
	}
	claimed, err := ledger.Claimed(note)
	if err != nil {
		return "", err
	}
	l := m.log(claimed.Origin)
	if l == nil {
		return "", refusal.New(refusal.Missing, "ledger.other_log", "log", claimed.Origin)
	}
	if claimed.Size > l.Size {
		return Ahead, nil
	}
	root, ok := c.rootAt(l, claimed.Size)
	if !ok {
		return "", refusal.New(refusal.Unavailable, "node.store_failed")
	}
	if root == claimed.Root {
		return Agrees, nil
	}
	c.takeReceipt(receipt{m, link.DeliverReceipt{Note: note}})
	return Contradicts, nil
}
