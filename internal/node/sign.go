package node

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/marks"
	"entente.example/internal/spans"
	"entente.example/internal/store"
	"entente.example/ledger"
)

// making is a signature in the making: it takes as long as a wait for the disk, and is computed during one. Only sign takes it up. Where the entries do not become durable, it is dropped with
// what was known of their log.
type making struct {
	head ledger.Checkpoint
	note <-chan signed
}

type signed struct {
	note []byte
	err  error
}

// prepare begins to compute the signatures that the entries of a transaction will need, before the disk is waited for.
func (c *Core) prepare() {
	for _, m := range c.mechs {
		for _, l := range m.logs {
			if m.maySign(l) {
				l.making = c.compute(l)
			}
		}
	}
}

// compute makes the signature under a log's head beside whatever else is done.
func (c *Core) compute(l *logState) making {
	head, key, at, note := l.newest(), l.key, c.now().Unix(), make(chan signed, 1)
	go func() {
		n, err := signedHead(head, key, at)
		note <- signed{n, err}
	}()
	return making{head, note}
}

func signedHead(head ledger.Checkpoint, key *keys.NodeKey, at int64) ([]byte, error) {
	signer, err := key.LogSigner(head.Origin)
	if err != nil {
		return nil, err
	}
	return ledger.SignCheckpoint(head, signer, at)
}

// sign speaks for our own entries that have just been committed. The order is fixed: the entries are read back from the store and hashed again, the marks become durable, and
// only then is a signature taken up that could leave. A crash before the marks: nobody has heard of the entries, the next start finds them in the store,
// marks and signs them. A crash after: the same signature is made again. SPEC marks-before-sign.
func (c *Core) sign() (err error) {
	var batch marks.Batch
	var own []*logState
	_, span := c.spans.Begin(c.ctx, spans.Sign)
	defer func() {
		if len(own) > 0 || err != nil { // a span that does not end is not told of
			span.Count(spans.Logs, int64(len(own)))
			span.End(err)
		}
	}()
	for _, m := range c.mechs {
		for _, l := range m.logs {
			if !m.maySign(l) {
				continue
			}
			if err := c.readBack(l); err != nil {
				return err
			}
			batch.Own = append(batch.Own, marks.Mark{Origin: l.Origin, Size: l.Size, Root: l.Root})
			own = append(own, l)
		}
	}
	if len(own) == 0 {
		return nil
	}
	if err := c.marks.Commit(batch); err != nil {
		return fmt.Errorf("marks: %w", err)
	}
	for _, l := range own {
		if err := c.signHead(l); err != nil {
			return err
		}
	}
	return nil
}

// owed are the logs of others that we hold to the end of their newest checkpoint and have not given a receipt for. After a restore they first have to come to what the marks know.
func (c *Core) owed() []*logState {
	var out []*logState
	for _, m := range c.mechs {
		if m.asks() { // a receipt is a signature, too
			continue
		}
		for _, l := range m.logs {
			if !l.Own && !m.contested[l.slot] && l.Size > l.cosigned && l.Size == l.noteSize && l.Size >= l.due.Size && m.mayReceipt(l) {
				out = append(out, l)
			}
		}
	}
	return out
}

// Owes reports whether the next step has work to do even if nothing happens: receipts are given a step after the entries are stored, so that nobody who waits for the entries waits
// for the receipts.
func (c *Core) Owes() bool { return c.broken == nil && !c.marksFailed && len(c.owed()) > 0 }

// witness gives receipts for what is stored: marked first, then cosigned. A marks file that fails is tried again with the next tick. SPEC receipt-durable.
func (c *Core) witness() {
	logs := c.owed()
	if len(logs) == 0 || c.broken != nil {
		return
	}
	var batch marks.Batch
	for _, l := range logs {
		batch.Cosigned = append(batch.Cosigned, marks.Mark{Origin: l.Origin, Size: l.Size, Root: l.Root})
	}
	_, span := c.spans.Begin(c.ctx, spans.Receipts)
	span.Count(spans.Logs, int64(len(logs)))
	err := c.marks.Commit(batch)
	for i := 0; i < len(logs) && err == nil; i++ {
		err = c.cosign(logs[i])
	}
	span.End(err)
	if c.marksFailed = err != nil; err != nil {
		c.log.Error("no receipts can be given for what is stored", "error", err)
	}
}

// readBack checks that the store holds the entries our tree was built from: a flipped bit between hash and disk must not get our signature. What it has read is given to whoever wants it next.
func (c *Core) readBack(l *logState) error {
	l.written = justWritten{from: min(l.noteSize, l.Size)}
	return c.store.View(context.Background(), func(r store.Reader) error {
		from := min(l.noteSize, l.Size)
		tree, err := ledger.RestoreBuilder(from, store.Tiles(r, l.ID))
		if err != nil {
			return err
		}
		for leaf, err := range r.Leaves(l.ID, from, l.Size) {
			if err != nil {
				return err
			}
			tree.Append(ledger.LeafHash(leaf))
			l.written.add(leaf)
		}
		if tree.Size() != l.Size || tree.Root() != l.Root {
			return fmt.Errorf("the store does not give back what was written to %s", l.Origin)
		}
		return nil
	})
}

// newest is the head of all that the store has of a log.
func (l *logState) newest() ledger.Checkpoint {
	return ledger.Checkpoint{Origin: l.Origin, Size: l.Size, Root: l.Root}
}

func (c *Core) signHead(l *logState) error {
	if l.making.head != l.newest() { // as after a crash, or marks that failed
		l.making = c.compute(l)
	}
	made := <-l.making.note
	l.making = making{}
	if made.err != nil {
		return made.err
	}
	l.note, l.noteSize, l.tail, l.unsaved = made.note, l.Size, nil, true
	m := c.mechs[l.Mech]
	m.grown[l.slot] = true // also of what an earlier step or an earlier life of this node has stored
	return nil
}

// cosign makes our receipt for a log that we hold to the end of its newest checkpoint.
func (c *Core) cosign(l *logState) error {
	m := c.mechs[l.Mech]
	signer, err := m.own().key.WitnessSigner(l.Mech, string(m.doc.Parties[m.self].ID))
	if err != nil {
		return err
	}
	now := c.now().Unix()
	note, err := ledger.Cosign(l.note, signer, now)
	if err != nil {
		return err
	}
	l.cosigned = l.Size
	us := string(m.doc.Parties[m.self].ID)
	rc := store.Receipt{Log: l.ID, Party: us, Size: l.Size, Time: now, Note: note}
	l.held[us] = rc
	m.receipts = append(m.receipts, rc)
	m.cosignedNow = append(m.cosignedNow, note)
	maps.Copy(m.touched, m.maybeDue)
	m.touched[receiptsChanged] = true
	return nil
}

// receiptsChanged stands among changed matters for "somebody confirmed more of a log". Reactions look at once; watchers, who read the store, are told when it is there.
const receiptsChanged = "receipts"

// takeReceipt looks at a signed checkpoint that a line brought. Every hello brings all receipts again, and verifying one costs more than the rest of the greeting: what cannot be
// news is not looked at. One that is not of the history we hold is evidence, one that is newer than our copy waits until we can tell, and any other confirms what we hold.
func (c *Core) takeReceipt(r receipt) {
	m := c.mechs[r.mech.id]
	claimed, err := ledger.Heading(r.Note)
	if err != nil || m == nil { // nil: the store cannot be read any more
		return
	}
	l := m.log(claimed.Origin)
	if l == nil {
		m.keepEarly(r)
		return
	}
	for _, rc := range l.held {
		if bytes.Equal(rc.Note, r.Note) {
			return
		}
	}
	ours, known := c.isOurs(l, claimed)
	if known && !ours {
		_ = c.store.View(context.Background(), func(s store.Reader) error { // a disk that fails now will show the same note again
			c.contradicted(s, m, l, r.Note)
			return nil
		})
		return
	}
	c.confirm(m, l, r, ours)
}

// isOurs reports whether a head is one of the history that we hold, if that can be known.
func (c *Core) isOurs(l *logState, head ledger.Checkpoint) (ours, known bool) {
	if mine, err := ledger.Heading(l.note); err == nil && mine.Size == head.Size {
		return mine == head, true
	}
	if head.Size > l.Size {
		return false, false
	}
	root, ok := c.rootAt(l, head.Size)
	return root == head.Root, ok
}

// confirm keeps whose cosignatures are on a note, if they cover more than we know of, and passes them on: among the receipts for the history we hold, or among those that are ahead of it. Other lines of the note are left:
// anybody can have added them. SPEC receipt-bare.
func (c *Core) confirm(m *mechanism, l *logState, r receipt, ours bool) {
	claimed, err := ledger.Heading(r.Note)
	if err != nil {
		return
	}
	var head, news []byte // of the log alone, and with what is new
	known := false
	for i, p := range m.doc.Parties {
		if i == m.self || i == l.party {
			continue
		}
		if claimed.Size <= l.held[string(p.ID)].Size || !ours && claimed.Size <= l.ahead[string(p.ID)].Size {
			known = true
			continue
		}
		cp, at, lines, err := ledger.TakeReceipt(r.Note, m.newest(i).witness) // an older key gives no receipts any more
		if err != nil {
			continue
		}
		known = true
		if head == nil {
			if head = m.headUnder(l, r.Note); head == nil {
				return
			}
			news = bytes.Clone(head)
		}
		rc := store.Receipt{Log: l.ID, Party: string(p.ID), Size: cp.Size, Time: at, Note: slices.Concat(head, lines)}
		if ours {
			l.held[rc.Party] = rc
			m.receipts = append(m.receipts, rc)
		} else {
			l.ahead[rc.Party] = rc
		}
		c.hear(m, rc.Party, r.Peer)
		news = append(news, lines...)
	}
	if news != nil {
		m.touched[receiptsChanged] = true
		c.converse(&work{}, m, link.Cosigned{Note: news, From: r.Peer})
	} else if !known {
		m.keepEarly(r)
	}
}

// headUnder is a receipt's note with the lines of its log alone, verified; nil if they are not there. A contested log's say nothing any more: without them there is only the checkpoint.
func (m *mechanism) headUnder(l *logState, note []byte) []byte {
	if len(l.note) > 0 && bytes.HasPrefix(note, l.note) { // what we have verified ourselves, with receipts added
		return l.note
	}
	if bare, err := ledger.Bare(note, l.verifier); err == nil {
		return bare
	}
	if cp, err := ledger.Heading(note); err == nil && m.contested[l.slot] {
		return []byte(cp.Text() + "\n")
	}
	return nil
}

// compareAhead looks again at receipts that were newer than our copy of their log, now that it has grown.
func (c *Core) compareAhead(m *mechanism) {
	for _, l := range m.logs {
		for _, party := range sorted(l.ahead) {
			if rc := l.ahead[party]; rc.Size <= l.Size {
				delete(l.ahead, party)
				c.takeReceipt(receipt{m, link.DeliverReceipt{Note: rc.Note}})
			}
		}
	}
}

// publishAll tells of all mechanisms what is durable.
func (c *Core) publishAll() {
	for _, id := range sorted(c.mechs) {
		c.publish(c.mechs[id])
	}
}

// publish tells the line and the watchers what grew.
func (c *Core) publish(m *mechanism) {
	more := false
	if len(m.grown) > 0 {
		var heads []link.Head
		for _, l := range m.logs {
			if m.grown[l.slot] {
				heads = append(heads, link.Head{Origin: l.Origin, Size: l.Size})
				more = more || l.Size < l.noteSize
			}
		}
		clear(m.grown)
		c.converse(&work{}, m, link.Grown{Heads: heads})
	}
	for _, note := range m.cosignedNow {
		c.converse(&work{}, m, link.Cosigned{Note: note})
	}
	m.cosignedNow = nil
	for _, e := range m.news {
		c.converse(&work{}, m, e)
	}
	m.news = nil
	for _, note := range c.commonReceipts(m) {
		c.converse(&work{}, m, link.Cosigned{Note: note})
	}
	if keys := m.told(); len(keys) > 0 {
		c.out = append(c.out, Changed{Mech: m.id, Matters: keys, More: more})
	}
}
