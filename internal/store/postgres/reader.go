package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/jackc/pgx/v5"

	"entente.example/internal/store"
)

// reader implements store.Reader on a connection that is in a transaction.
type reader struct {
	ctx   context.Context
	conn  *pgx.Conn
	first func() error // what has to be done before a query, if anything
}

// list reads all rows of a query. The connection is free again when it returns.
func list[T any](r *reader, scan func(pgx.CollectableRow) (T, error), sql string, args ...any) ([]T, error) {
	if r.first != nil {
		if err := r.first(); err != nil {
			return nil, err
		}
	}
	rows, err := r.conn.Query(r.ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	out, err := pgx.CollectRows(rows, scan)
	if len(out) == 0 {
		return nil, err
	}
	return out, err
}

// one reads the one row of a query: store.ErrMissing.
func one[T any](r *reader, scan func(pgx.CollectableRow) (T, error), sql string, args ...any) (row T, err error) {
	all, err := list(r, scan, sql, args...)
	if err == nil && len(all) == 0 {
		err = store.ErrMissing
	}
	if err != nil {
		return row, err
	}
	return all[0], nil
}

// A page is what is read at once of a list that may be long: one connection answers one query at a time, and whoever goes over a list may ask for other things meanwhile.
const (
	firstPage   = 32
	largestPage = 512
)

// pages yields a list page by page. next reads up to limit rows after those that were yielded.
func pages[T any](yield func(T, error) bool, next func(limit int) ([]T, error)) (going bool) {
	for limit := firstPage; ; limit = min(2*limit, largestPage) {
		page, err := next(limit)
		if err != nil {
			var zero T
			yield(zero, err)
			return false
		}
		for _, row := range page {
			if !yield(row, nil) {
				return false
			}
		}
		if len(page) < limit {
			return true
		}
	}
}

// rowID is where an entry stands in the table; as the end of a range it never reaches into another log.
func rowID(log store.LogID, index int64) int64 {
	return int64(log)<<40 + min(max(index, 0), indexLimit)
}

const indexLimit = 1 << 40

func (r *reader) Mechanisms() ([]string, error) {
	return list(r, pgx.RowTo[string], "SELECT id FROM mechanism ORDER BY joined, id")
}

func (r *reader) Mechanism(id string) (m store.Mechanism, err error) {
	return one(r, pgx.RowToStructByPos[store.Mechanism], "SELECT id, charter, self, joined FROM mechanism WHERE id=$1", id)
}

func (r *reader) Logs(mech string) ([]store.Log, error) {
	return list(r, func(row pgx.CollectableRow) (l store.Log, err error) {
		var root []byte
		err = row.Scan(&l.ID, &l.Mech, &l.Origin, &l.Party, &l.Gen, &l.Own, &l.Size, &root, &l.Applied, &l.Checkpoint, &l.Tail)
		copy(l.Root[:], root)
		return l, err
	}, "SELECT l.id, l.mech, l.origin, l.party, l.gen, l.own, h.size, h.root, h.applied, h.checkpoint, h.tail FROM log l JOIN head h ON h.log=l.id WHERE l.mech=$1 ORDER BY l.id", mech)
}

const entryColumns = "SELECT e.id, coalesce(m.key, ''), e.lam, e.past, e.void, e.leaf FROM entry e LEFT JOIN matter m ON m.id = e.matter "

func scanEntry(row pgx.CollectableRow) (e store.Entry, err error) {
	var id int64
	var past []byte
	err = row.Scan(&id, &e.Matter, &e.Lam, &past, &e.Void, &e.Leaf)
	e.Log, e.Index, e.Past = store.LogID(id>>40), id&(indexLimit-1), store.ReadPast(past)
	return e, err
}

func (r *reader) Entry(log store.LogID, index int64) (store.Entry, error) {
	if index < 0 || index >= indexLimit {
		return store.Entry{}, store.ErrMissing
	}
	e, err := one(r, scanEntry, entryColumns+"WHERE e.id=$1", rowID(log, index))
	if err != nil {
		err = fmt.Errorf("entry %d of log %d: %w", index, log, err)
	}
	return e, err
}

func (r *reader) Entries(log store.LogID, from, to int64) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		at, end := rowID(log, from), rowID(log, to)
		pages(yield, func(limit int) ([]store.Entry, error) {
			page, err := list(r, scanEntry, entryColumns+"WHERE e.id>=$1 AND e.id<$2 ORDER BY e.id LIMIT $3", at, end, limit)
			if len(page) > 0 {
				at = rowID(log, page[len(page)-1].Index+1)
			}
			return page, err
		})
	}
}

func (r *reader) Leaves(log store.LogID, from, to int64) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		n := from
		going := pages(yield, func(limit int) ([][]byte, error) {
			// An entry follows the one before: there are no gaps.
			page, err := list(r, pgx.RowTo[[]byte], "SELECT leaf FROM entry WHERE id>=$1 AND id<$2 ORDER BY id LIMIT $3", rowID(log, n), rowID(log, to), limit)
			n += int64(len(page))
			return page, err
		})
		if going && n < to {
			yield(nil, fmt.Errorf("entry %d of log %d: %w", n, log, store.ErrMissing))
		}
	}
}

func scanMatter(row pgx.CollectableRow) (m store.Matter, err error) {
	var past []byte
	err = row.Scan(&m.Key, &m.State, &past, &m.Lam, &m.Last, &m.Acts, &m.Owes)
	m.Past = store.ReadPast(past)
	return m, err
}

const matterColumns = "SELECT key, state, past, lam, last, acts, owes FROM matter "

// numbered is a matter with its number.
type numbered struct {
	store.Matter
	id int64
}

const numberedColumns = "SELECT key, state, past, lam, last, acts, owes, id FROM matter "

func scanNumbered(row pgx.CollectableRow) (n numbered, err error) {
	var past []byte
	err = row.Scan(&n.Key, &n.State, &past, &n.Lam, &n.Last, &n.Acts, &n.Owes, &n.id)
	n.Past = store.ReadPast(past)
	return n, err
}

func (r *reader) Matter(mech, key string) (store.Matter, error) {
	// A key that only entries name has no state yet.
	return one(r, scanMatter, matterColumns+"WHERE mech=$1 AND key=$2 AND acts>0", mech, key)
}

func (r *reader) Matters(mech, prefix string) iter.Seq2[store.Matter, error] {
	return func(yield func(store.Matter, error) bool) {
		after := ""
		pages(yield, func(limit int) ([]store.Matter, error) {
			page, err := list(r, scanMatter, matterColumns+"WHERE mech=$1 AND key>=$2 AND key<$3 AND key>$4 AND acts>0 ORDER BY key LIMIT $5", mech, prefix, prefix+"\U0010ffff", after, limit)
			if len(page) > 0 {
				after = page[len(page)-1].Key
			}
			return page, err
		})
	}
}

func (r *reader) Owing(mech string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		after := ""
		pages(yield, func(limit int) ([]string, error) {
			page, err := list(r, pgx.RowTo[string], "SELECT key FROM matter WHERE mech=$1 AND owes AND key>$2 AND acts>0 ORDER BY key LIMIT $3", mech, after, limit)
			if len(page) > 0 {
				after = page[len(page)-1]
			}
			return page, err
		})
	}
}

func (r *reader) History(mech, key string) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		id, err := one(r, pgx.RowTo[int64], "SELECT id FROM matter WHERE mech=$1 AND key=$2", mech, key)
		if errors.Is(err, store.ErrMissing) {
			return
		}
		if err != nil {
			yield(store.Entry{}, err)
			return
		}
		at := int64(0)
		pages(yield, func(limit int) ([]store.Entry, error) {
			page, err := list(r, scanEntry, entryColumns+"WHERE e.matter=$1 AND e.lam>0 AND e.id>=$2 ORDER BY e.id LIMIT $3", id, at, limit)
			if len(page) > 0 {
				last := page[len(page)-1]
				at = rowID(last.Log, last.Index) + 1
			}
			return page, err
		})
	}
}

func (r *reader) Tile(log store.LogID, level int, n int64) (store.Tile, error) {
	parts, err := list(r, pgx.RowTo[[]byte], "SELECT data FROM tile WHERE log=$1 AND level=$2 AND n=$3 ORDER BY part", log, level, n)
	data := slices.Concat(parts...)
	if err == nil && level == 0 && len(data) < tileWidth*hashBytes {
		at := n*tileWidth + int64(len(data)/hashBytes)
		parts, err = list(r, pgx.RowTo[[]byte], "SELECT hash FROM entry WHERE id>=$1 AND id<$2 AND hash IS NOT NULL ORDER BY id", rowID(log, at), rowID(log, (n+1)*tileWidth))
		data = slices.Concat(append([][]byte{data}, parts...)...)
	}
	if err == nil && len(data) == 0 {
		err = store.ErrMissing
	}
	return store.Tile{Level: level, N: n, Data: data}, err
}

func (r *reader) Receipts(log store.LogID) ([]store.Receipt, error) {
	return list(r, pgx.RowToStructByPos[store.Receipt], "SELECT log, party, size, time, note FROM receipt WHERE log=$1 ORDER BY party", log)
}

func (r *reader) Confirmed(mech string) ([]store.Confirmed, error) {
	return list(r, pgx.RowToStructByPos[store.Confirmed], "SELECT r.log, r.party, r.size, r.time FROM log l JOIN receipt r ON r.log=l.id WHERE l.mech=$1 ORDER BY r.log, r.party", mech)
}

func (r *reader) Witnessed(log store.LogID) ([]store.Receipt, error) {
	return list(r, pgx.RowToStructByPos[store.Receipt], "SELECT log, witness, size, time, note FROM witnessed WHERE log=$1 ORDER BY witness", log)
}

func (r *reader) Evidence(mech string) ([][]byte, error) {
	return list(r, pgx.RowTo[[]byte], "SELECT data FROM evidence WHERE mech=$1 ORDER BY id", mech)
}

func (r *reader) Parcels(mech string) ([]store.Parcel, error) {
	return list(r, pgx.RowToStructByPos[store.Parcel], "SELECT mech, party, out, sequence, data FROM parcel WHERE mech=$1 ORDER BY sequence DESC, party, out", mech)
}

func (r *reader) Contacts(mech string) (map[string][]byte, error) {
	return r.byParty("SELECT party, data FROM contact WHERE mech=$1", mech)
}

func (r *reader) Words(mech string) (map[string][]byte, error) {
	return r.byParty("SELECT party, data FROM word WHERE mech=$1", mech)
}

func (r *reader) byParty(query, mech string) (map[string][]byte, error) {
	type said struct {
		Party string
		Data  []byte
	}
	all, err := list(r, pgx.RowToStructByPos[said], query, mech)
	out := make(map[string][]byte, len(all))
	for _, s := range all {
		out[s.Party] = s.Data
	}
	return out, err
}
