package sqlite

import (
	"bytes"
	"fmt"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/store"
)

// tx implements store.Tx on the writing connection.
type tx struct{ reader }

func (t *tx) PutMechanism(m store.Mechanism) error {
	t.c.mechs.change()
	return t.c.exec("INSERT INTO mechanism (id, charter, self, joined) VALUES (?,?,?,?) ON CONFLICT (id) DO UPDATE SET charter=excluded.charter, self=excluded.self",
		m.ID, m.Charter, m.Self, m.Joined)
}

func (t *tx) AddLog(l store.Log) (store.LogID, error) {
	t.c.mechs.change()
	err := t.c.exec("INSERT INTO log (mech, origin, party, gen, own, size, root, applied, checkpoint) VALUES (?,?,?,?,?,0,?,0,x'')",
		l.Mech, l.Origin, l.Party, int64(l.Gen), l.Own, l.Root[:])
	if err != nil {
		return 0, err
	}
	return store.LogID(t.c.db.LastInsertRowID()), nil
}

func (t *tx) Append(log store.LogID, from int64, entries []store.Entry, root store.Hash, tiles []store.Tile) error {
	// Compare and swap: the head moves only from where the caller believes it is.
	err := t.change(store.ErrConflict, "UPDATE log SET size=?, root=? WHERE id=? AND size=?", from+int64(len(entries)), root[:], int64(log), from)
	if err != nil {
		return fmt.Errorf("log %d at %d: %w", log, from, err)
	}
	mech, err := t.mechanism(log)
	if err != nil {
		return err
	}
	insert, err := t.c.prepare("INSERT INTO entry (id, matter, lam, past, void, leaf) VALUES (?,?,?,?,?,?)")
	if err != nil {
		return err
	}
	var past []byte
	for i := 0; i < len(entries); i++ {
		if t.c.bundled(from+int64(i), entries[i:]) {
			if err := t.appendBundle(mech, rowID(log, from+int64(i)), entries[i:i+int(t.c.width)]); err != nil {
				return err
			}
			i += int(t.c.width) - 1
			continue
		}
		e := &entries[i]
		matter, err := t.matter(mech, e.Matter)
		if err != nil {
			return err
		}
		past = store.AppendPast(past[:0], e.Past)
		if err := insertEntry(insert, rowID(log, from+int64(i)), matter, past, e); err != nil {
			return err
		}
	}
	for _, tile := range tiles {
		err := t.c.exec("INSERT INTO tile (log, level, n, data) VALUES (?,?,?,?) ON CONFLICT (log, level, n) DO UPDATE SET data=excluded.data",
			int64(log), int64(tile.Level), tile.N, tile.Data)
		if err != nil {
			return err
		}
	}
	return nil
}

// insertEntry binds by hand what query would bind by type: it runs a hundred thousand times a second.
func insertEntry(s *sqlite3.Stmt, id, matter int64, past []byte, e *store.Entry) error {
	err := s.BindInt64(1, id)
	if err == nil {
		err = s.BindInt64(2, matter)
	}
	if err == nil {
		err = s.BindInt64(3, e.Lam)
	}
	if err == nil {
		err = s.BindBlob(4, notNil(past))
	}
	if err == nil {
		err = s.BindBlob(5, e.Void)
	}
	if err == nil {
		err = s.BindBlob(6, notNil(e.Leaf))
	}
	if err != nil {
		return err
	}
	return s.Exec()
}

// notNil keeps an empty blob from being bound as NULL.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// mechanism is the one that a log belongs to.
func (t *tx) mechanism(log store.LogID) (string, error) {
	return t.c.text("SELECT mech FROM log WHERE id=?", int64(log))
}

// keptMatters bounds the memory for numbers of matter keys.
const keptMatters = 4096

type matterKey struct{ mech, key string }

// matter interns a matter's key; "" is 0.
func (t *tx) matter(mech, key string) (int64, error) {
	if key == "" {
		return 0, nil
	}
	if id, ok := t.c.matters[matterKey{mech, key}]; ok {
		return id, nil
	}
	id, err := t.c.int("INSERT INTO matter (mech, key, state, past, lam, last, acts) VALUES (?,?,x'',x'',0,'',0) ON CONFLICT (mech, key) DO UPDATE SET acts=acts RETURNING id", mech, key)
	if err != nil {
		return 0, err
	}
	t.intern(mech, key, id)
	return id, nil
}

func (t *tx) intern(mech, key string, id int64) {
	if len(t.c.matters) >= keptMatters {
		clear(t.c.matters)
	}
	t.c.matters[matterKey{mech, key}] = id
}

func (t *tx) SetApplied(entries []store.Entry) error {
	for _, e := range entries {
		mech, err := t.mechanism(e.Log)
		if err != nil {
			return err
		}
		matter, err := t.matter(mech, e.Matter)
		if err != nil {
			return err
		}
		err = t.change(store.ErrMissing, "UPDATE entry SET matter=?, lam=?, past=?, void=? WHERE id=?", matter, e.Lam, notNil(store.AppendPast(nil, e.Past)), e.Void, rowID(e.Log, e.Index))
		if err != nil {
			return fmt.Errorf("entry %d of log %d: %w", e.Index, e.Log, err)
		}
	}
	return nil
}

func (t *tx) SetAppliedSize(log store.LogID, applied int64) error {
	return t.change(store.ErrConflict, "UPDATE log SET applied=?1 WHERE id=?2 AND ?1 BETWEEN 0 AND size", applied, int64(log))
}

func (t *tx) SetCheckpoint(log store.LogID, note, tail []byte) error {
	return t.change(store.ErrMissing, "UPDATE log SET checkpoint=?, tail=? WHERE id=?", notNil(note), notNil(tail), int64(log))
}

// change runs a statement that must change exactly one row.
func (t *tx) change(otherwise error, sql string, args ...any) error {
	if err := t.c.exec(sql, args...); err != nil {
		return err
	}
	if t.c.db.Changes() != 1 {
		return otherwise
	}
	return nil
}

func (t *tx) PutMatter(mech string, m store.Matter) error {
	state, err := pack(t.c.packed, m.State)
	if err != nil {
		return err
	}
	if bytes.HasPrefix(state, frame) {
		t.c.packed = state
	}
	id, err := t.c.int("INSERT INTO matter (mech, key, state, past, lam, last, acts, owes) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (mech, key) DO UPDATE SET state=excluded.state, past=excluded.past, lam=excluded.lam, last=excluded.last, acts=excluded.acts, owes=excluded.owes RETURNING id",
		mech, m.Key, notNil(state), notNil(store.AppendPast(nil, m.Past)), m.Lam, m.Last, m.Acts, m.Owes)
	if err == nil {
		t.intern(mech, m.Key, id)
	}
	return err
}

func (t *tx) PutReceipt(r store.Receipt) error {
	return t.c.exec("INSERT INTO receipt (log, party, size, time, note) VALUES (?,?,?,?,?) ON CONFLICT (log, party) DO UPDATE SET size=excluded.size, time=excluded.time, note=excluded.note WHERE excluded.size >= receipt.size",
		int64(r.Log), r.Party, r.Size, r.Time, r.Note)
}

func (t *tx) PutWitnessed(r store.Receipt) error {
	return t.c.exec("INSERT INTO witnessed (log, witness, size, time, note) VALUES (?,?,?,?,?) ON CONFLICT (log, witness) DO UPDATE SET size=excluded.size, time=excluded.time, note=excluded.note WHERE excluded.size >= witnessed.size",
		int64(r.Log), r.Party, r.Size, r.Time, r.Note)
}

func (t *tx) Unfold(mech string) error {
	logs, err := t.Logs(mech)
	if err != nil {
		return err
	}
	for _, l := range logs {
		if err := t.unbundle(l.ID); err != nil {
			return err
		}
		err := t.c.exec("UPDATE entry SET matter=0, lam=0, past=x'', void=NULL WHERE id>=? AND id<?", rowID(l.ID, 0), rowID(l.ID, indexLimit))
		if err == nil {
			err = t.SetAppliedSize(l.ID, 0)
		}
		if err != nil {
			return err
		}
	}
	return t.c.exec("UPDATE matter SET state=x'', past=x'', lam=0, last='', acts=0 WHERE mech=?", mech)
}

func (t *tx) AddEvidence(mech string, evidence []byte) error {
	return t.c.exec("INSERT OR IGNORE INTO evidence (mech, data) VALUES (?,?)", mech, evidence)
}

func (t *tx) PutParcel(p store.Parcel) error {
	err := t.c.exec("INSERT INTO parcel (mech, party, out, sequence, data) VALUES (?,?,?,?,?) ON CONFLICT (mech, party, out, sequence) DO UPDATE SET data=excluded.data",
		p.Mech, p.Party, p.Out, p.Sequence, notNil(p.Data))
	if err != nil {
		return err
	}
	return t.c.exec("DELETE FROM parcel WHERE mech=?1 AND party=?2 AND out=?3 AND sequence <= (SELECT sequence FROM parcel WHERE mech=?1 AND party=?2 AND out=?3 ORDER BY sequence DESC LIMIT 1 OFFSET ?4)",
		p.Mech, p.Party, p.Out, int64(store.KeptParcels))
}

func (t *tx) PutContact(mech, party string, contact []byte) error {
	return t.c.exec("INSERT INTO contact (mech, party, data) VALUES (?,?,?) ON CONFLICT (mech, party) DO UPDATE SET data=excluded.data", mech, party, notNil(contact))
}

func (t *tx) PutWord(mech, party string, word []byte) error {
	return t.c.exec("INSERT INTO word (mech, party, data) VALUES (?,?,?) ON CONFLICT (mech, party) DO UPDATE SET data=excluded.data", mech, party, notNil(word))
}
