package postgres

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"entente.example/internal/store"
)

// tx implements store.Tx on the pen's connection. What it writes is gathered and goes to the server together, before the next question or at the end: a server may be far away, and an
// act is a dozen statements. So an error may be told later than by the call that caused it, though never after the transaction's end.
type tx struct {
	reader
	pen   *pen
	batch pgx.Batch
	bytes int // of what is gathered, roughly
}

// What is gathered at most.
const (
	gatheredStatements = 256
	gatheredBytes      = 4 << 20
)

func begin(p *pen) *tx {
	t := &tx{reader: reader{ctx: context.Background(), conn: p.conn}, pen: p} // a transaction that has begun is not called off half-way
	t.first = t.flush
	t.batch.Queue("BEGIN")
	t.expect(1, store.ErrFenced, "SELECT 1 FROM pen WHERE epoch=$1 FOR SHARE", p.epoch) // nobody takes the pen up before we are done
	return t
}

// flush sends what was gathered.
func (t *tx) flush() error {
	if t.batch.Len() == 0 {
		return nil
	}
	err := t.conn.SendBatch(t.ctx, &t.batch).Close()
	t.batch, t.bytes = pgx.Batch{}, 0
	return err
}

func (t *tx) commit() error {
	tag, err := t.conn.Exec(t.ctx, "COMMIT")
	if err == nil && tag.String() != "COMMIT" {
		err = pgx.ErrTxCommitRollback
	}
	return err
}

// exec gathers a statement.
func (t *tx) exec(sql string, args ...any) error { return t.gather(nil, sql, args) }

// expect gathers a statement that must reach so many rows.
func (t *tx) expect(rows int64, otherwise error, sql string, args ...any) error {
	return t.gather(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() != rows {
			return otherwise
		}
		return nil
	}, sql, args)
}

func (t *tx) gather(check func(pgconn.CommandTag) error, sql string, args []any) error {
	q := t.batch.Queue(sql, args...)
	if check != nil {
		q.Exec(check)
	}
	for _, a := range args {
		if b, ok := a.([]byte); ok {
			t.bytes += len(b)
		}
	}
	if t.batch.Len() >= gatheredStatements || t.bytes >= gatheredBytes {
		return t.flush()
	}
	return nil
}

func (t *tx) PutMechanism(m store.Mechanism) error {
	return t.exec("INSERT INTO mechanism (id, charter, self, joined) VALUES ($1,$2,$3,$4) ON CONFLICT (id) DO UPDATE SET charter=excluded.charter, self=excluded.self",
		m.ID, notNil(m.Charter), m.Self, m.Joined)
}

func (t *tx) AddLog(l store.Log) (store.LogID, error) {
	// Numbers are few (store.LogID): one of a transaction that failed is given again.
	id, err := one(&t.reader, pgx.RowTo[int64], "INSERT INTO log (id, mech, origin, party, gen, own, size, root, applied, checkpoint, tail) SELECT coalesce(max(id), 0)+1, $1, $2, $3, $4, $5, 0, $6, 0, '', '' FROM log RETURNING id",
		l.Mech, l.Origin, l.Party, l.Gen, l.Own, l.Root[:])
	return store.LogID(id), err
}

func (t *tx) Append(log store.LogID, from int64, entries []store.Entry, root store.Hash, tiles []store.Tile) error {
	// Compare and swap: the head moves only from where the caller believes it is.
	err := t.expect(1, fmt.Errorf("log %d at %d: %w", log, from, store.ErrConflict), "UPDATE log SET size=$1, root=$2 WHERE id=$3 AND size=$4", from+int64(len(entries)), root[:], log, from)
	for at := 0; at < len(entries) && err == nil; {
		n, bytes := 0, 0
		for n < len(entries)-at && bytes < gatheredBytes {
			bytes += len(entries[at+n].Leaf) + 64
			n++
		}
		c := columnsOf(log, from+int64(at), entries[at:at+n])
		if err = t.intern(log, c.keys); err == nil {
			err = t.exec(`INSERT INTO entry (id, matter, lam, past, void, leaf) SELECT u.id, coalesce(m.id, 0), u.lam, u.past, u.void, u.leaf
				FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bytea[]) u(id, key, lam, past, void, leaf)
				LEFT JOIN matter m ON m.mech=(SELECT mech FROM log WHERE id=$1) AND m.key=u.key`, log, c.ids, c.keys, c.lams, c.pasts, c.voids, c.leaves)
		}
		if t.bytes += bytes; err == nil && t.bytes >= gatheredBytes {
			err = t.flush()
		}
		at += n
	}
	for _, tile := range tiles {
		if err == nil {
			err = t.exec("INSERT INTO tile (log, level, n, data) VALUES ($1,$2,$3,$4) ON CONFLICT (log, level, n) DO UPDATE SET data=excluded.data", log, tile.Level, tile.N, tile.Data)
		}
	}
	return err
}

// columns are entries as the server takes many of them at once.
type columns struct {
	ids, lams            []int64
	keys                 []string
	pasts, voids, leaves [][]byte
}

func columnsOf(log store.LogID, from int64, entries []store.Entry) (c columns) {
	for i, e := range entries {
		c.ids, c.keys, c.lams = append(c.ids, rowID(log, from+int64(i))), append(c.keys, e.Matter), append(c.lams, e.Lam)
		c.pasts, c.voids, c.leaves = append(c.pasts, notNil(store.AppendPast(nil, e.Past))), append(c.voids, e.Void), append(c.leaves, notNil(e.Leaf))
	}
	return c
}

// intern gives matters that entries name a number each, if they have none.
func (t *tx) intern(log store.LogID, keys []string) error {
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	if keys = slices.DeleteFunc(keys, func(key string) bool { return key == "" }); len(keys) == 0 {
		return nil
	}
	return t.exec(`INSERT INTO matter (mech, key, state, past, lam, last, acts, owes) SELECT l.mech, k, '', '', 0, '', 0, false FROM log l, unnest($2::text[]) k
		WHERE l.id=$1 AND NOT EXISTS (SELECT 1 FROM matter m WHERE m.mech=l.mech AND m.key=k)`, log, keys)
}

// notNil keeps an empty value from being NULL.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

func (t *tx) SetApplied(entries []store.Entry) error {
	for at := 0; at < len(entries); {
		n := 1 // entries of one log go together
		for at+n < len(entries) && entries[at+n].Log == entries[at].Log {
			n++
		}
		log := entries[at].Log
		c := columnsOf(log, 0, entries[at:at+n])
		for i, e := range entries[at : at+n] {
			c.ids[i] = rowID(log, e.Index)
		}
		err := t.intern(log, c.keys)
		if err == nil {
			err = t.expect(int64(n), fmt.Errorf("entries of log %d: %w", log, store.ErrMissing), `UPDATE entry e SET matter=coalesce(m.id, 0), lam=u.lam, past=u.past, void=u.void
				FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[]) u(id, key, lam, past, void)
				LEFT JOIN matter m ON m.mech=(SELECT mech FROM log WHERE id=$1) AND m.key=u.key WHERE e.id=u.id`, log, c.ids, c.keys, c.lams, c.pasts, c.voids)
		}
		if err != nil {
			return err
		}
		at += n
	}
	return nil
}

func (t *tx) SetAppliedSize(log store.LogID, applied int64) error {
	return t.expect(1, store.ErrConflict, "UPDATE log SET applied=$1 WHERE id=$2 AND $1 BETWEEN 0 AND size", applied, log)
}

func (t *tx) SetCheckpoint(log store.LogID, note, tail []byte) error {
	return t.expect(1, store.ErrMissing, "UPDATE log SET checkpoint=$1, tail=$2 WHERE id=$3", notNil(note), notNil(tail), log)
}

func (t *tx) PutMatter(mech string, m store.Matter) error {
	return t.exec(`INSERT INTO matter (mech, key, state, past, lam, last, acts, owes) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (mech, key) DO UPDATE SET state=excluded.state, past=excluded.past, lam=excluded.lam, last=excluded.last, acts=excluded.acts, owes=excluded.owes`,
		mech, m.Key, notNil(m.State), notNil(store.AppendPast(nil, m.Past)), m.Lam, m.Last, m.Acts, m.Owes)
}

func (t *tx) PutReceipt(r store.Receipt) error {
	return t.exec("INSERT INTO receipt (log, party, size, time, note) VALUES ($1,$2,$3,$4,$5) ON CONFLICT (log, party) DO UPDATE SET size=excluded.size, time=excluded.time, note=excluded.note WHERE excluded.size >= receipt.size",
		r.Log, r.Party, r.Size, r.Time, notNil(r.Note))
}

func (t *tx) PutWitnessed(r store.Receipt) error {
	return t.exec("INSERT INTO witnessed (log, witness, size, time, note) VALUES ($1,$2,$3,$4,$5) ON CONFLICT (log, witness) DO UPDATE SET size=excluded.size, time=excluded.time, note=excluded.note WHERE excluded.size >= witnessed.size",
		r.Log, r.Party, r.Size, r.Time, notNil(r.Note))
}

func (t *tx) Unfold(mech string) error {
	for _, sql := range []string{
		"UPDATE entry e SET matter=0, lam=0, past='', void=NULL FROM log l WHERE l.mech=$1 AND e.id >= l.id<<40 AND e.id < (l.id+1)<<40",
		"UPDATE log SET applied=0 WHERE mech=$1",
		"UPDATE matter SET state='', past='', lam=0, last='', acts=0 WHERE mech=$1",
	} {
		if err := t.exec(sql, mech); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) AddEvidence(mech string, evidence []byte) error {
	return t.exec("INSERT INTO evidence (mech, data) SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM evidence WHERE sha256(data)=sha256($2))", mech, notNil(evidence))
}

func (t *tx) PutParcel(p store.Parcel) error {
	err := t.exec("INSERT INTO parcel (mech, party, out, sequence, data) VALUES ($1,$2,$3,$4,$5) ON CONFLICT (mech, party, out, sequence) DO UPDATE SET data=excluded.data",
		p.Mech, p.Party, p.Out, p.Sequence, notNil(p.Data))
	if err != nil {
		return err
	}
	return t.exec("DELETE FROM parcel WHERE mech=$1 AND party=$2 AND out=$3 AND sequence <= (SELECT sequence FROM parcel WHERE mech=$1 AND party=$2 AND out=$3 ORDER BY sequence DESC LIMIT 1 OFFSET $4)",
		p.Mech, p.Party, p.Out, store.KeptParcels)
}

func (t *tx) PutContact(mech, party string, contact []byte) error {
	return t.exec("INSERT INTO contact (mech, party, data) VALUES ($1,$2,$3) ON CONFLICT (mech, party) DO UPDATE SET data=excluded.data", mech, party, notNil(contact))
}

func (t *tx) PutWord(mech, party string, word []byte) error {
	return t.exec("INSERT INTO word (mech, party, data) VALUES ($1,$2,$3) ON CONFLICT (mech, party) DO UPDATE SET data=excluded.data", mech, party, notNil(word))
}
