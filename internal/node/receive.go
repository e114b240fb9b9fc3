package node

import (
	"bytes"
	"encoding/json"
	"slices"

	"entente.example/internal/link"
	"entente.example/internal/record"
	"entente.example/internal/store"
	"entente.example/ledger"
	"entente.example/refusal"
)

// Taken is what became of an offer: how many entries of the log were held before, and how many are now.
type Taken struct{ Before, Holds int64 }

type verdict struct {
	Taken
	err error
}

func (c chunk) judge(before, holds int64, err error) {
	if c.verdict != nil {
		*c.verdict = verdict{Taken{before, holds}, err}
	}
}

// receive verifies a chunk under its signed checkpoint, stores it and folds what can be folded. What does not verify costs the peer its turn, never us the batch.
// SPEC entries-verified.
func (c *Core) receive(tx store.Tx, ch chunk) error {
	m := c.mechs[ch.mech.id]
	l := m.log(ch.Chunk.Origin)
	if l == nil {
		ch.judge(0, 0, refusal.New(refusal.Unverified, "ledger.other_log", "log", ch.Chunk.Origin))
		var err error
		if l, err = c.admit(tx, m, ch); err != nil || l == nil {
			return err
		}
	}
	from := l.tree.Size()
	ch.judge(from, from, nil)
	if err := c.reminded(m, l, ch.Chunk.Note); err != nil {
		return err
	}
	if m.contested[l.slot] && l.Size >= l.due.Size || l == m.own() && !l.fenced {
		return nil
	}
	if c.overQuota(m, l, ch) {
		return nil
	}
	fresh, hashes, err := c.verify(l, &ch.Chunk)
	if err != nil {
		ch.judge(from, from, err)
		if ch.verdict == nil { // otherwise whoever asked is told
			c.log.Warn("entries refused", "log", ch.Chunk.Origin, "peer", ch.Peer, "reason", err)
		}
		s := &session{Reader: tx, m: m, tx: tx}
		if err := s.settle(); err != nil {
			return err
		}
		c.contradicted(tx, m, l, ch.Chunk.Note)
		refused := link.Refused{Peer: ch.Peer, Origin: ch.Chunk.Origin, Reason: "line.unverified"}
		if refusal.As(err).Key == "line.two_histories" {
			refused.Head = l.note
		}
		c.converse(&work{}, m, refused)
		return nil
	}
	if len(fresh) == 0 {
		return nil
	}
	s := &session{Reader: tx, m: m, tx: tx}
	follow := m.fold.Applied()[l.slot] == from
	l.pending = slices.Grow(l.pending, len(fresh))
	for i, leaf := range fresh {
		row := store.Entry{Log: l.ID, Index: from + int64(i), Leaf: leaf}
		if follow {
			if follow, err = m.take(s, l, &row, hashes[i]); err != nil {
				return err
			}
		}
		l.grow(row, hashes[i])
	}
	l.route = ch.Route
	c.charge(m, l, fresh)
	m.grown[l.slot] = true
	c.hear(m, l.Party, ch.Peer)
	ch.judge(from, l.tree.Size(), nil)
	return m.catchUp(s)
}

// verify checks that the chunk continues our copy and that its end is a prefix of the signed tree. It returns the entries we do not have yet, and their hashes.
func (c *Core) verify(l *logState, ch *link.Chunk) ([][]byte, []ledger.Hash, error) {
	have := l.tree.Size()
	if ch.From > have {
		return nil, nil, refusal.New(refusal.Unverified, "line.gap")
	}
	skip := have - ch.From
	if skip >= int64(len(ch.Entries)) {
		return nil, nil, nil
	}
	cp, note, err := l.head(ch.Note)
	if err != nil {
		return nil, nil, err
	}
	fresh := ch.Entries[skip:]
	hashes := make([]ledger.Hash, len(fresh))
	trial := l.tree.Clone()
	for i, leaf := range fresh {
		hashes[i] = ledger.LeafHash(leaf)
		trial.Append(hashes[i])
		if trial.Size() == l.due.Size && trial.Root() != l.due.Root { // another history than the one we spoke for
			return nil, nil, refusal.New(refusal.Unverified, "line.two_histories", "log", l.Origin)
		}
	}
	if err := ledger.CheckConsistency(ch.Proof, cp.Size, cp.Root, trial.Size(), trial.Root()); err != nil {
		return nil, nil, refusal.New(refusal.Unverified, "line.two_histories", "log", l.Origin).Because(err)
	}
	l.note, l.noteSize, l.tail, l.unsaved = note, cp.Size, ch.Proof, true
	return fresh, hashes, nil
}

// head reads a signed head, and leaves of its note the lines of the log: whoever passed it on can have added others, and it stands under our receipt. One that we have verified already, as that of a backlog is with its first
// chunk, is not verified again. SPEC receipt-bare.
func (l *logState) head(note []byte) (cp ledger.Checkpoint, bare []byte, err error) {
	if bare = note; !bytes.Equal(note, l.note) {
		if bare, err = ledger.Bare(note, l.verifier); err != nil {
			return cp, nil, err
		}
	}
	cp, err = ledger.Heading(bare)
	return cp, bare, err
}

// take folds one entry and fills its row. It reports false if the entry has to wait.
func (m *mechanism) take(s *session, l *logState, row *store.Entry, hash ledger.Hash) (bool, error) {
	out, ready, err := m.fold.Fold(s, record.Input{Party: l.party, Gen: l.Gen, Index: row.Index, Leaf: row.Leaf, Hash: hash})
	if err != nil || !ready {
		return false, err
	}
	l.remember(row.Index, out.Position)
	return true, fill(row, out)
}

func fill(row *store.Entry, out record.Outcome) error {
	row.Matter, row.Lam, row.Past = out.Matter, out.Lam, out.Past
	if out.Void != nil {
		b, err := json.Marshal(out.Void)
		if err != nil {
			return err
		}
		row.Void = b
	}
	return nil
}

// waitingBatch bounds how many waiting entries are read at once.
const waitingBatch = 1024

// catchUp folds entries that waited for others, until nothing moves any more.
func (m *mechanism) catchUp(s *session) error {
	for moved := true; moved; {
		moved = false
		for _, l := range m.logs {
			applied := m.fold.Applied()[l.slot]
			if applied == l.tree.Size() {
				continue
			}
			if err := s.settle(); err != nil {
				return err
			}
			n, err := m.foldWaiting(s, l, applied, min(l.Size, applied+waitingBatch))
			if err != nil {
				return err
			}
			moved = moved || n > 0
			if err := s.tell(); err != nil {
				return err
			}
		}
		moved = m.fold.Stirred() || moved
	}
	return nil
}

func (m *mechanism) foldWaiting(s *session, l *logState, from, to int64) (int, error) {
	var rows []store.Entry
	for e, err := range s.Reader.Entries(l.ID, from, to) {
		if err != nil {
			return 0, err
		}
		e.Leaf = append([]byte(nil), e.Leaf...)
		rows = append(rows, e)
	}
	n := 0
	for i := range rows {
		ok, err := m.take(s, l, &rows[i], ledger.LeafHash(rows[i].Leaf))
		if err != nil {
			return n, err
		}
		if !ok {
			break
		}
		s.caughtUp = append(s.caughtUp, rows[i])
		n++
	}
	return n, s.settle()
}

// log finds a log by its origin.
func (m *mechanism) log(origin string) *logState {
	for _, l := range m.logs {
		if l.Origin == origin {
			return l
		}
	}
	return nil
}
