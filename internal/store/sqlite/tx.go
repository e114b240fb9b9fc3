package sqlite

import (
	"fmt"
	"slices"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/store"
)

// tx implements store.Tx on the writing connection.
type tx struct{ reader }

func (t *tx) PutMechanism(m store.Mechanism) error {
	return t.c.exec("INSERT INTO mechanism (id, charter, self, joined) VALUES (?,?,?,?) ON CONFLICT (id) DO UPDATE SET charter=excluded.charter, self=excluded.self",
		m.ID, m.Charter, m.Self, m.Joined)
}

func (t *tx) AddLog(l store.Log) (store.LogID, error) {
	err := t.c.exec("INSERT INTO log (mech, origin, party, gen, own, size, root, applied, checkpoint) VALUES (?,?,?,?,?,0,?,0,x'')",
		l.Mech, l.Origin, l.Party, int64(l.Gen), l.Own, l.Root[:])
	if err != nil {
		return 0, err
	}
	return store.LogID(t.c.db.LastInsertRowID()), nil
}

func (t *tx) Append(log store.LogID, from int64, entries []store.Entry, root store.Hash, tiles []store.Tile) error {
	// Compare and swap: the head moves only from where the caller believes it is.
	err := t.c.exec("UPDATE log SET size=?, root=? WHERE id=? AND size=?", from+int64(len(entries)), root[:], int64(log), from)
	if err != nil {
		return err
	}
	if t.c.db.Changes() != 1 {
		return fmt.Errorf("log %d at %d: %w", log, from, store.ErrConflict)
	}
	mech := ""
	if err := t.c.one(func(s *sqlite3.Stmt) { mech = s.ColumnText(0) }, "SELECT mech FROM log WHERE id=?", int64(log)); err != nil {
		return err
	}
	var past []byte
	for i := range entries {
		e := &entries[i]
		matter, err := t.matter(mech, e.Matter)
		if err != nil {
			return err
		}
		past = appendPast(past[:0], e.Past)
		err = t.c.exec("INSERT INTO entry (id, matter, lam, past, void, leaf) VALUES (?,?,?,?,?,?)", rowID(log, from+int64(i)), matter, e.Lam, notNil(past), e.Void, e.Leaf)
		if err != nil {
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

// notNil keeps an empty blob from being bound as NULL.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// matter interns a matter's key; "" is 0.
func (t *tx) matter(mech, key string) (int64, error) {
	if key == "" {
		return 0, nil
	}
	if id, ok := t.c.matters[mech+key]; ok {
		return id, nil
	}
	id, err := t.c.int("INSERT INTO matter (mech, key, state, past, lam, last, acts) VALUES (?,?,x'',x'',0,'',0) ON CONFLICT (mech, key) DO UPDATE SET acts=acts RETURNING id", mech, key)
	if err != nil {
		return 0, err
	}
	t.c.matters[mech+key] = id
	return id, nil
}

func (t *tx) SetApplied(entries []store.Entry) error {
	for _, e := range entries {
		mech := ""
		if err := t.c.one(func(s *sqlite3.Stmt) { mech = s.ColumnText(0) }, "SELECT mech FROM log WHERE id=?", int64(e.Log)); err != nil {
			return err
		}
		matter, err := t.matter(mech, e.Matter)
		if err != nil {
			return err
		}
		err = t.c.exec("UPDATE entry SET matter=?, lam=?, past=?, void=? WHERE id=?", matter, e.Lam, notNil(appendPast(nil, e.Past)), e.Void, rowID(e.Log, e.Index))
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) SetAppliedSize(log store.LogID, applied int64) error {
	return t.c.exec("UPDATE log SET applied=? WHERE id=?", applied, int64(log))
}

func (t *tx) SetCheckpoint(log store.LogID, note []byte) error {
	return t.c.exec("UPDATE log SET checkpoint=? WHERE id=?", notNil(note), int64(log))
}

func (t *tx) PutMatter(mech string, m store.Matter) error {
	return t.c.exec("INSERT INTO matter (mech, key, state, past, lam, last, acts) VALUES (?,?,?,?,?,?,?) ON CONFLICT (mech, key) DO UPDATE SET state=excluded.state, past=excluded.past, lam=excluded.lam, last=excluded.last, acts=excluded.acts",
		mech, m.Key, notNil(m.State), notNil(appendPast(nil, m.Past)), m.Lam, m.Last, m.Acts)
}

func (t *tx) PutReceipt(r store.Receipt) error {
	return t.c.exec("INSERT INTO receipt (log, party, size, time, note) VALUES (?,?,?,?,?) ON CONFLICT (log, party) DO UPDATE SET size=excluded.size, time=excluded.time, note=excluded.note WHERE excluded.size >= receipt.size",
		int64(r.Log), r.Party, r.Size, r.Time, r.Note)
}

func (t *tx) AddEvidence(mech string, evidence []byte) error {
	return t.c.exec("INSERT OR IGNORE INTO evidence (mech, data) VALUES (?,?)", mech, evidence)
}

// mergeRecent walks the logs from their ends and merges them by falling Lam; within a log Lam rises with the index.
func mergeRecent(r *reader, logs []store.Log, before int64, limit int) ([]store.Entry, error) {
	heads := make([]store.Entry, 0, len(logs))
	next := func(log store.LogID, below int64) error {
		for i := below - 1; i >= 0; i-- {
			e, err := r.Entry(log, i)
			if err != nil {
				return err
			}
			if e.Lam > 0 && e.Lam < before {
				heads = append(heads, e)
				return nil
			}
		}
		return nil
	}
	for _, l := range logs {
		at, err := r.firstAtOrAfter(l, before)
		if err != nil {
			return nil, err
		}
		if err := next(l.ID, at); err != nil {
			return nil, err
		}
	}
	var out []store.Entry
	for len(heads) > 0 && len(out) < limit {
		newest := slices.IndexFunc(heads, func(e store.Entry) bool {
			return !slices.ContainsFunc(heads, func(o store.Entry) bool { return o.Lam > e.Lam || o.Lam == e.Lam && o.Log > e.Log })
		})
		e := heads[newest]
		heads = slices.Delete(heads, newest, newest+1)
		out = append(out, e)
		if err := next(e.Log, e.Index); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// firstAtOrAfter finds by halving the first folded entry of a log whose Lam is not below lam.
func (r *reader) firstAtOrAfter(l store.Log, lam int64) (int64, error) {
	lo, hi := int64(0), l.Applied
	for lo < hi {
		mid := (lo + hi) / 2
		n, err := r.c.int("SELECT lam FROM entry WHERE id=?", rowID(l.ID, mid))
		if err != nil {
			return 0, err
		}
		if n < lam {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, nil
}
