package sqlite

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/store"
)

// reader implements store.Reader on a connection that is in a transaction.
type reader struct {
	c      *conn
	recent map[int64]*bundle // bundles read lately
	keys   map[int64]string  // matter keys by number
}

// rowID is where an entry stands in the table; as the end of a range it never reaches into another log.
func rowID(log store.LogID, index int64) int64 {
	return int64(log)<<40 + min(max(index, 0), indexLimit)
}

const indexLimit = 1 << 40

func (r *reader) Mechanisms() ([]string, error) {
	if all := r.c.mechs.listed(); all != nil {
		return slices.Clone(all), nil
	}
	var out []string
	err := r.c.each(func(s *sqlite3.Stmt) bool {
		out = append(out, s.ColumnText(0))
		return true
	}, "SELECT id FROM mechanism ORDER BY joined, id")
	if err == nil {
		r.c.mechs.list(out)
	}
	return slices.Clone(out), err
}

func (r *reader) Mechanism(id string) (m store.Mechanism, err error) {
	if m, ok := r.c.mechs.row(id); ok {
		return m, nil
	}
	err = r.c.one(func(s *sqlite3.Stmt) {
		m = store.Mechanism{ID: id, Charter: blob(s, 0), Self: s.ColumnText(1), Joined: s.ColumnInt64(2)}
	}, "SELECT charter, self, joined FROM mechanism WHERE id=?", id)
	if err == nil {
		r.c.mechs.keep(m)
	}
	return m, err
}

func (r *reader) Logs(mech string) ([]store.Log, error) {
	ids, err := r.logsOf(mech)
	if err != nil {
		return nil, err
	}
	var out []store.Log
	row := func(s *sqlite3.Stmt) {
		l := store.Log{ID: store.LogID(s.ColumnInt64(0)), Mech: mech, Origin: s.ColumnText(1), Party: s.ColumnText(2), Gen: s.ColumnInt(3), Own: s.ColumnBool(4),
			Size: s.ColumnInt64(5), Applied: s.ColumnInt64(7), Checkpoint: blob(s, 8), Tail: blob(s, 9)}
		copy(l.Root[:], s.ColumnRawBlob(6))
		out = append(out, l)
	}
	for i := 0; i < len(ids) && err == nil; i++ {
		err = r.c.one(row, "SELECT id, origin, party, gen, own, size, root, applied, checkpoint, tail FROM log WHERE id=?", ids[i])
	}
	return out, err
}

// logsOf are the numbers of a mechanism's logs, in order. They are read for all mechanisms at once: the table has no index by them, and is short.
func (r *reader) logsOf(mech string) ([]int64, error) {
	if all := r.c.mechs.logs; all != nil {
		return all[mech], nil
	}
	all := map[string][]int64{}
	err := r.c.each(func(s *sqlite3.Stmt) bool {
		all[s.ColumnText(1)] = append(all[s.ColumnText(1)], s.ColumnInt64(0))
		return true
	}, "SELECT id, mech FROM log ORDER BY id")
	if err == nil {
		r.c.mechs.number(all)
	}
	return all[mech], err
}

const entryColumns = "SELECT e.id, coalesce(m.key, ''), e.lam, e.past, e.void, e.leaf FROM entry e LEFT JOIN matter m ON m.id = e.matter "

// scanEntry reads a row of entryColumns; the leaf is copied.
func scanEntry(s *sqlite3.Stmt) store.Entry {
	id := s.ColumnInt64(0)
	return store.Entry{Log: store.LogID(id >> 40), Index: id & (indexLimit - 1), Matter: s.ColumnText(1), Lam: s.ColumnInt64(2),
		Past: store.ReadPast(s.ColumnRawBlob(3)), Void: blob(s, 4), Leaf: blob(s, 5)}
}

func (r *reader) Entry(log store.LogID, index int64) (e store.Entry, err error) {
	if index < 0 || index >= indexLimit {
		return e, store.ErrMissing
	}
	b, ok, err := r.bundleAt(rowID(log, index))
	if ok {
		return r.bundleEntry(b, rowID(log, index)-b.first)
	}
	if err == nil {
		err = r.c.one(func(s *sqlite3.Stmt) { e = scanEntry(s) }, entryColumns+"WHERE e.id=?", rowID(log, index))
	}
	if err != nil {
		err = fmt.Errorf("entry %d of log %d: %w", index, log, err)
	}
	return e, err
}

func (r *reader) Entries(log store.LogID, from, to int64) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		going, err := r.walk(rowID(log, from), rowID(log, to), func(b *bundle, i int64) (bool, error) {
			e, err := r.bundleEntry(b, i)
			return err != nil || yield(e, nil), err
		}, func(from, to int64) (going bool, err error) {
			return r.rows(yield, "WHERE e.id>=? AND e.id<? ORDER BY e.id", from, to)
		})
		if err != nil && going {
			yield(store.Entry{}, err)
		}
	}
}

// rows yields rows until it is told to stop.
func (r *reader) rows(yield func(store.Entry, error) bool, where string, args ...any) (going bool, err error) {
	going = true
	err = r.c.each(func(s *sqlite3.Stmt) bool {
		going = yield(scanEntry(s), nil)
		return going
	}, entryColumns+where, args...)
	return going, err
}

func (r *reader) Leaves(log store.LogID, from, to int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		n := from
		going, err := r.walk(rowID(log, from), rowID(log, to), func(b *bundle, i int64) (bool, error) {
			n++
			return yield(b.outcomes[i].leaf, nil), nil
		}, func(from, to int64) (going bool, err error) {
			going = true
			err = r.c.each(func(s *sqlite3.Stmt) bool {
				n++
				going = yield(s.ColumnRawBlob(0), nil)
				return going
			}, "SELECT leaf FROM entry WHERE id>=? AND id<? ORDER BY id", from, to)
			return going, err
		})
		if err == nil && going && n < to {
			err = fmt.Errorf("entry %d of log %d: %w", n, log, store.ErrMissing)
		}
		if err != nil && going {
			yield(nil, err)
		}
	}
}

func scanMatter(s *sqlite3.Stmt) (store.Matter, error) {
	state, err := unpack(s.ColumnRawBlob(1))
	return store.Matter{Key: s.ColumnText(0), State: state, Past: store.ReadPast(s.ColumnRawBlob(2)), Lam: s.ColumnInt64(3), Last: s.ColumnText(4), Acts: s.ColumnInt64(5), Owes: s.ColumnInt64(6) != 0}, err
}

const matterColumns = "SELECT key, state, past, lam, last, acts, owes FROM matter "

func (r *reader) Matter(mech, key string) (m store.Matter, err error) {
	// An interned key without acts has no state yet.
	var bad error
	if err = r.c.one(func(s *sqlite3.Stmt) { m, bad = scanMatter(s) }, matterColumns+"WHERE mech=? AND key=? AND acts>0", mech, key); err == nil {
		err = bad
	}
	return m, err
}

func (r *reader) Matters(mech, prefix string) iter.Seq2[store.Matter, error] {
	return func(yield func(store.Matter, error) bool) {
		going := true
		err := r.c.each(func(s *sqlite3.Stmt) bool {
			m, bad := scanMatter(s)
			going = yield(m, bad) && bad == nil
			return going
		}, matterColumns+"WHERE mech=? AND key>=? AND key<? AND acts>0 ORDER BY key", mech, prefix, prefix+"\U0010ffff")
		if err != nil && going {
			yield(store.Matter{}, err)
		}
	}
}

func (r *reader) Owing(mech string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		going := true
		err := r.c.each(func(s *sqlite3.Stmt) bool {
			going = yield(s.ColumnText(0), nil)
			return going
		}, "SELECT key FROM matter WHERE mech=? AND owes=1 AND acts>0 ORDER BY key", mech)
		if err != nil && going {
			yield("", err)
		}
	}
}

func (r *reader) History(mech, key string) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		id, err := r.c.int("SELECT id FROM matter WHERE mech=? AND key=?", mech, key)
		if errors.Is(err, store.ErrMissing) {
			return
		}
		going := true
		if err == nil {
			going, err = r.bundledHistory(id, yield)
		}
		if err == nil && going {
			going, err = r.rows(yield, "WHERE e.matter=? AND e.lam>0", id)
		}
		if err != nil && going {
			yield(store.Entry{}, err)
		}
	}
}

func (r *reader) Recent(mech string, before int64, limit int) ([]store.Entry, error) {
	logs, err := r.Logs(mech)
	if err != nil {
		return nil, err
	}
	if before == 0 {
		before = 1<<62 - 1
	}
	return mergeRecent(r, logs, before, limit)
}

func (r *reader) Tile(log store.LogID, level int, n int64) (store.Tile, error) {
	t := store.Tile{Level: level, N: n}
	err := r.c.one(func(s *sqlite3.Stmt) { t.Data = blob(s, 0) }, "SELECT data FROM tile WHERE log=? AND level=? AND n=?", int64(log), int64(level), n)
	return t, err
}

func (r *reader) Receipts(log store.LogID) ([]store.Receipt, error) {
	return r.cosigned("SELECT party, size, time, note FROM receipt WHERE log=? ORDER BY party", log)
}

func (r *reader) Confirmed(mech string) ([]store.Confirmed, error) {
	ids, err := r.logsOf(mech)
	var out []store.Confirmed
	for i := 0; i < len(ids) && err == nil; i++ {
		err = r.c.each(func(s *sqlite3.Stmt) bool {
			out = append(out, store.Confirmed{Log: store.LogID(ids[i]), Party: s.ColumnText(0), Size: s.ColumnInt64(1), Time: s.ColumnInt64(2)})
			return true
		}, "SELECT party, size, time FROM receipt WHERE log=? ORDER BY party", ids[i])
	}
	return out, err
}

func (r *reader) Witnessed(log store.LogID) ([]store.Receipt, error) {
	return r.cosigned("SELECT witness, size, time, note FROM witnessed WHERE log=? ORDER BY witness", log)
}

func (r *reader) cosigned(query string, log store.LogID) ([]store.Receipt, error) {
	var out []store.Receipt
	err := r.c.each(func(s *sqlite3.Stmt) bool {
		out = append(out, store.Receipt{Log: log, Party: s.ColumnText(0), Size: s.ColumnInt64(1), Time: s.ColumnInt64(2), Note: blob(s, 3)})
		return true
	}, query, int64(log))
	return out, err
}

func (r *reader) Evidence(mech string) ([][]byte, error) {
	var out [][]byte
	err := r.c.each(func(s *sqlite3.Stmt) bool {
		out = append(out, blob(s, 0))
		return true
	}, "SELECT data FROM evidence WHERE mech=? ORDER BY id", mech)
	return out, err
}

func (r *reader) Parcels(mech string) ([]store.Parcel, error) {
	var out []store.Parcel
	err := r.c.each(func(s *sqlite3.Stmt) bool {
		out = append(out, store.Parcel{Mech: mech, Party: s.ColumnText(0), Out: s.ColumnBool(1), Sequence: s.ColumnInt64(2), Data: blob(s, 3)})
		return true
	}, "SELECT party, out, sequence, data FROM parcel WHERE mech=? ORDER BY sequence DESC, party, out", mech)
	return out, err
}

func (r *reader) Contacts(mech string) (map[string][]byte, error) {
	return r.byParty("SELECT party, data FROM contact WHERE mech=?", mech)
}

func (r *reader) Words(mech string) (map[string][]byte, error) {
	return r.byParty("SELECT party, data FROM word WHERE mech=?", mech)
}

func (r *reader) byParty(query, mech string) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := r.c.each(func(s *sqlite3.Stmt) bool {
		out[s.ColumnText(0)] = blob(s, 1)
		return true
	}, query, mech)
	return out, err
}
