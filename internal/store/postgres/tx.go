package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"entente.example/internal/store"
)

// tx implements store.Tx on the pen's connection. What it writes is gathered and goes to the server together, before the next question or, with the commit, at the end: a server may be far
// away, and an act is a dozen statements; a small one that asks nothing is a single statement (see joined). So an error may be told later than by the call that caused it, though never after the transaction's end. The server stops at the first statement that
// fails, and one that does not reach the rows that it must reach fails: what stands behind it, the commit too, does not happen.
//
// A question that comes before anything was written is asked apart, as nobody else writes: the rest can be one statement still. What was answered may be of a record that somebody else has taken up; then nothing is written.
type tx struct {
	reader
	pen      *pen
	begun    bool // something was sent
	gathered []statement
	bytes    int                   // of what is gathered, roughly
	heads    map[store.LogID]*head // among it
	asked    map[wanted]bool       // of which matters the number was asked for
	absent   map[named]bool        // of which matters there is no row
	heard                          // what the pen knows once this is committed
}

type wanted struct {
	log store.LogID
	key string
}

// head is what a transaction says of one log, in one statement: a row that is written three times is three rows.
type head struct {
	log        store.LogID
	from, size int64
	root       []byte
	applied    *int64 // nil, and so below: as it was
	note, tail []byte
}

// What a transaction with an act says of its log's head, and what one says that leaves some of it as it was.
const (
	headWhole = "UPDATE head SET size=$1, root=$2, applied=$3, checkpoint=$4, tail=$5 WHERE log=$6 AND size=$7 RETURNING 1"
	headPart  = "UPDATE head SET size=$1, root=$2, applied=coalesce($3, applied), checkpoint=coalesce($4, checkpoint), tail=coalesce($5, tail) WHERE log=$6 AND size=$7 RETURNING 1"
)

// statement moves a head only from where the caller believes it is.
func (h *head) statement() statement {
	sql := headWhole
	if h.applied == nil || h.note == nil || h.tail == nil {
		sql = headPart
	}
	return must(1, elsewhere{h.log, h.from}, sql, h.size, h.root, h.applied, h.note, h.tail, h.log, h.from).writing(row{table: "head", number: int64(h.log)})
}

// elsewhere is a store.ErrConflict, put into words when somebody reads it.
type elsewhere struct {
	log  store.LogID
	from int64
}

func (e elsewhere) Error() string {
	return fmt.Sprintf("log %d at %d: %v", e.log, e.from, store.ErrConflict)
}

func (e elsewhere) Unwrap() error { return store.ErrConflict }

// What is gathered at most.
const (
	gatheredStatements = 256
	gatheredBytes      = 4 << 20
)

// stillOurs yields a row if nobody has taken the pen up, and then nobody does before the transaction has ended. The session has the lock already as a rule, and to take it once more costs the server next to nothing, where
// locking the pen's row would write that row each time. If the lock got lost, it is taken for this transaction, or somebody else has it and nothing is written. Somebody who had the pen and laid it down again just between
// this statement's view of the record and its lock would not be seen, if our session had lost its lock before: our own log is safe all the same, for its head would not be where we believe it to be. A session that lives loses its lock
// only to a pooler that gives it to another client, which docs/operators.md rules out.
var stillOurs = fmt.Sprintf("SELECT 1 FROM pen WHERE epoch=$1 AND pg_try_advisory_xact_lock(%d)", int64(lockKey))

func begin(p *pen) *tx {
	t := &tx{reader: reader{ctx: context.Background(), conn: p.conn}, pen: p, absent: map[named]bool{}, heard: nothingHeard()} // a transaction that has begun is not called off half-way
	t.first = t.ahead
	t.gathered = append(make([]statement, 0, mostJoined), must(1, store.ErrFenced, stillOurs, p.epoch).looking())
	return t
}

// ahead sends what has to be sent before a question: what was written.
func (t *tx) ahead() error {
	if !t.begun && len(t.gathered) == 1 { // the look at the pen
		return nil
	}
	return t.flush()
}

// flush sends what was gathered.
func (t *tx) flush() error {
	_, err := t.send()
	return err
}

// commit sends what is gathered, and the commit with it.
func (t *tx) commit() error {
	done, err := t.atOnce()
	if !done && err == nil {
		err = t.end()
	}
	if err != nil {
		return err
	}
	t.pen.learn(t.heard)
	return nil
}

// atOnce sends a transaction of which nothing was sent yet as one statement, if it can be one. If that does not reach the rows that it must reach, nothing of it has happened, and sending one after the other will say
// which.
func (t *tx) atOnce() (done bool, err error) {
	if t.begun {
		return false, nil
	}
	s, ok := joined(t.gathered, t.pen.said)
	if !ok {
		return false, nil
	}
	_, err = t.conn.Exec(t.ctx, s.sql, s.args...)
	if code(err) == dividedByZero {
		return false, nil
	}
	return true, err
}

// end sends what is gathered and COMMIT.
func (t *tx) end() error {
	t.gathered = append(t.gathered, statement{sql: "COMMIT"})
	last, err := t.send()
	if err == nil && last.String() != "COMMIT" {
		err = pgx.ErrTxCommitRollback
	}
	return err
}

// send sends what was gathered, in one trip.
func (t *tx) send() (last pgconn.CommandTag, err error) {
	var batch pgx.Batch
	if !t.begun {
		batch.Queue("BEGIN")
		t.begun = true
	}
	for _, s := range t.gathered {
		sql, args := s.spelled().checked()
		batch.Queue(sql, args...).Fn = func(r pgx.BatchResults) (err error) {
			if s.rows != nil {
				answer, err := r.Query()
				if err != nil {
					return err
				}
				return s.rows(answer)
			}
			if last, err = r.Exec(); code(err) == dividedByZero {
				return s.spelled().otherwise
			}
			return err
		}
	}
	t.gathered, t.bytes = nil, 0
	clear(t.heads)
	if batch.Len() > 0 {
		err = t.conn.SendBatch(t.ctx, &batch).Close()
	}
	return last, err
}

// exec gathers a statement.
func (t *tx) exec(sql string, args ...any) error { return t.gather(says(sql, args...)) }

func (t *tx) gather(s statement) error {
	t.gathered = append(t.gathered, s)
	for _, a := range s.args {
		if b, ok := a.([]byte); ok {
			t.bytes += len(b)
		}
	}
	if len(t.gathered) >= gatheredStatements || t.bytes >= gatheredBytes {
		return t.flush()
	}
	return nil
}

func (t *tx) PutMechanism(m store.Mechanism) error {
	return t.exec("INSERT INTO mechanism (id, charter, self, joined) VALUES ($1,$2,$3,$4) ON CONFLICT (id) DO UPDATE SET charter=excluded.charter, self=excluded.self",
		m.ID, notNil(m.Charter), m.Self, m.Joined)
}

func (t *tx) AddLog(l store.Log) (store.LogID, error) {
	if err := t.flush(); err != nil { // it writes
		return 0, err
	}
	// Numbers are few (store.LogID): one of a transaction that failed is given again.
	id, err := one(&t.reader, pgx.RowTo[int64], `WITH new AS (INSERT INTO log (id, mech, origin, party, gen, own) SELECT coalesce(max(id), 0)+1, $1, $2, $3, $4, $5 FROM log RETURNING id)
		INSERT INTO head (log, size, root, applied, checkpoint, tail) SELECT id, 0, $6, 0, '', '' FROM new RETURNING log`, l.Mech, l.Origin, l.Party, l.Gen, l.Own, l.Root[:])
	if err == nil {
		t.mechs[store.LogID(id)] = l.Mech
	}
	return store.LogID(id), err
}

func (t *tx) Append(log store.LogID, from int64, entries []store.Entry, root store.Hash, tiles []store.Tile) error {
	to := from + int64(len(entries))
	err := t.move(log, from, to, root)
	if err != nil {
		return err
	}
	hashes, err := t.tiles(log, from, to, tiles)
	for at := 0; at < len(entries) && err == nil; {
		n, bytes := 0, 0
		for n < len(entries)-at && bytes < gatheredBytes {
			bytes += len(entries[at+n].Leaf) + 64
			n++
		}
		if err = t.intern(log, entries[at:at+n]); err == nil {
			err = t.insert(log, from+int64(at), entries[at:at+n], hashes[at:at+n])
		}
		if t.bytes += bytes; err == nil && t.bytes >= gatheredBytes {
			err = t.flush()
		}
		at += n
	}
	return err
}

// Tiles lie in parts. The last hashes of the lowest level lie in the rows of their entries until they fill a part, so that most acts write no tile at all.
const (
	tileWidth = 256
	partWidth = 32 // hashes
	hashBytes = 32
)

// tiles writes the parts in which there is something new, once the log has gone on from one place to another, and gives back the hashes of entries which fill none, for each entry one or nil.
func (t *tx) tiles(log store.LogID, from, to int64, tiles []store.Tile) (apart [][]byte, err error) {
	var levels, numbers, parts []int64
	var datas [][]byte
	apart = make([][]byte, to-from)
	for _, tile := range tiles {
		held := min(max((from>>(8*tile.Level))-tile.N*tileWidth, 0), tileWidth)
		for part := held / partWidth; part*partWidth*hashBytes < int64(len(tile.Data)); part++ {
			data, first := tile.Data[part*partWidth*hashBytes:], tile.N*tileWidth+part*partWidth
			if len(data) < partWidth*hashBytes && tile.Level == 0 && first+int64(len(data)/hashBytes) == to {
				for at := max(first, from); at < to; at++ {
					apart[at-from] = data[(at-first)*hashBytes:][:hashBytes]
				}
				continue
			}
			levels, numbers, parts, datas = append(levels, int64(tile.Level)), append(numbers, tile.N), append(parts, part), append(datas, data[:min(len(data), partWidth*hashBytes)])
		}
	}
	const into, again = "INSERT INTO tile (log, level, n, part, data) ", " ON CONFLICT (log, level, n, part) DO UPDATE SET data=excluded.data"
	switch len(datas) {
	case 0:
		return apart, nil
	case 1:
		return apart, t.gather(says(into+"VALUES ($1,$2,$3,$4,$5)"+again, log, levels[0], numbers[0], parts[0], datas[0]).writing(row{table: "tile", number: int64(log)}))
	}
	return apart, t.gather(says(into+"SELECT $1::bigint, * FROM unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[])"+again, log, levels, numbers, parts, datas).writing(row{table: "tile", number: int64(log)}))
}

// few entries are inserted one by one: to plan for more at once costs the server more than they do.
const few = 4

func (t *tx) insert(log store.LogID, from int64, entries []store.Entry, hashes [][]byte) (err error) {
	mech := t.mech(log)
	if len(entries) <= few {
		for i, e := range entries {
			id, past := rowID(log, from+int64(i)), notNil(store.AppendPast(nil, e.Past))
			if n := t.number(mech, e.Matter); n != 0 || e.Matter == "" {
				err = t.gather(says("INSERT INTO entry (id, matter, lam, past, void, leaf, hash) SELECT $1,$2,$3,$4,$5,$6,$7", id, n, e.Lam, past, e.Void, notNil(e.Leaf), hashes[i]).writing(row{table: "entry", number: id}).guarding())
			} else {
				err = t.exec("INSERT INTO entry (id, matter, lam, past, void, leaf, hash) VALUES ($1, coalesce((SELECT id FROM matter WHERE mech=(SELECT mech FROM log WHERE id=$2) AND key=$3), 0), $4, $5, $6, $7, $8)",
					id, log, e.Matter, e.Lam, past, e.Void, notNil(e.Leaf), hashes[i])
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	c := columnsOf(log, from, entries)
	if numbers, known := t.numbers(mech, c.keys); known {
		return t.gather(says("INSERT INTO entry (id, matter, lam, past, void, leaf, hash) SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[])", c.ids, numbers, c.lams, c.pasts, c.voids, c.leaves, hashes).
			writing(row{table: "entry", number: c.ids[0]}).guarding())
	}
	return t.exec(`INSERT INTO entry (id, matter, lam, past, void, leaf, hash) SELECT u.id, coalesce(m.id, 0), u.lam, u.past, u.void, u.leaf, u.hash
		FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[]) u(id, key, lam, past, void, leaf, hash)
		LEFT JOIN matter m ON m.mech=(SELECT mech FROM log WHERE id=$1) AND m.key=u.key`, log, c.ids, c.keys, c.lams, c.pasts, c.voids, c.leaves, hashes)
}

// numbers are those of matters, if all of them are known.
func (t *tx) numbers(mech string, keys []string) (out []int64, known bool) {
	for _, key := range keys {
		n := t.number(mech, key)
		if n == 0 && key != "" {
			return nil, false
		}
		out = append(out, n)
	}
	return out, true
}

// move moves the head of a log.
func (t *tx) move(log store.LogID, from, size int64, root store.Hash) error {
	h := t.heads[log]
	switch {
	case h == nil:
		h = &head{log: log, from: from}
		if t.heads == nil {
			t.heads = map[store.LogID]*head{}
		}
		t.heads[log] = h
		if err := t.gather(statement{head: h}); err != nil {
			return err
		}
	case h.size != from:
		return fmt.Errorf("log %d at %d: %w", log, from, store.ErrConflict)
	}
	h.size, h.root = size, root[:]
	return nil
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

// intern gives matters that entries name a number each, if they have none, and hears it: who has the pen asks once in a session for each.
func (t *tx) intern(log store.LogID, entries []store.Entry) error {
	mech := t.mech(log)
	var keys []string
	for _, e := range entries {
		if e.Matter != "" && t.number(mech, e.Matter) == 0 && !t.asked[wanted{log, e.Matter}] {
			keys = append(keys, e.Matter)
			if t.asked == nil {
				t.asked = map[wanted]bool{}
			}
			t.asked[wanted{log, e.Matter}] = true
		}
	}
	if len(keys) == 0 {
		return nil
	}
	slices.Sort(keys)
	clear(t.absent) // they are there after this
	return t.gather(statement{args: []any{log, keys}, rows: func(rows pgx.Rows) error {
		var number int64
		var mech, key string
		_, err := pgx.ForEachRow(rows, []any{&number, &mech, &key}, func() error {
			if t.mech(log) == "" {
				t.mechs[log] = mech
			}
			t.matters[named{t.mech(log), key}] = number
			return nil
		})
		return err
	}, sql: `WITH named AS (SELECT l.mech, k FROM log l, unnest($2::text[]) k WHERE l.id=$1), there AS (SELECT m.id, m.mech, m.key FROM named n JOIN matter m ON m.mech=n.mech AND m.key=n.k),
		fresh AS (INSERT INTO matter (mech, key, state, past, lam, last, acts, owes) SELECT mech, k, '', '', 0, '', 0, false FROM named WHERE k NOT IN (SELECT key FROM there) RETURNING id, mech, key)
		SELECT id, mech, key FROM there UNION ALL SELECT id, mech, key FROM fresh`})
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
		err := t.intern(log, entries[at:at+n])
		if err == nil {
			err = t.gather(must(int64(n), fmt.Errorf("entries of log %d: %w", log, store.ErrMissing), `UPDATE entry e SET matter=coalesce(m.id, 0), lam=u.lam, past=u.past, void=u.void
				FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[]) u(id, key, lam, past, void)
				LEFT JOIN matter m ON m.mech=(SELECT mech FROM log WHERE id=$1) AND m.key=u.key WHERE e.id=u.id RETURNING 1`, log, c.ids, c.keys, c.lams, c.pasts, c.voids))
		}
		if err != nil {
			return err
		}
		at += n
	}
	return nil
}

func (t *tx) SetAppliedSize(log store.LogID, applied int64) error {
	if h := t.heads[log]; h != nil && 0 <= applied && applied <= h.size {
		h.applied = &applied
		return nil
	}
	return t.gather(must(1, store.ErrConflict, "UPDATE head SET applied=$1 WHERE log=$2 AND $1 BETWEEN 0 AND size RETURNING 1", applied, log).writing(row{table: "head", number: int64(log)}))
}

func (t *tx) SetCheckpoint(log store.LogID, note, tail []byte) error {
	if h := t.heads[log]; h != nil {
		h.note, h.tail = notNil(note), notNil(tail)
		return nil
	}
	return t.gather(must(1, store.ErrMissing, "UPDATE head SET checkpoint=$1, tail=$2 WHERE log=$3 RETURNING 1", notNil(note), notNil(tail), log).writing(row{table: "head", number: int64(log)}))
}

// Matter hears the number of a matter, too, or that there is none.
func (t *tx) Matter(mech, key string) (store.Matter, error) {
	name := named{mech, key}
	if t.absent[name] {
		return store.Matter{}, store.ErrMissing
	}
	n, err := one(&t.reader, scanNumbered, numberedColumns+"WHERE mech=$1 AND key=$2", mech, key)
	switch {
	case errors.Is(err, store.ErrMissing):
		t.absent[name] = true
	case err == nil:
		t.matters[name] = n.id
		if n.Acts == 0 { // only entries name it
			err = store.ErrMissing
		}
	}
	if err != nil {
		return store.Matter{}, err
	}
	return n.Matter, nil
}

func (t *tx) PutMatter(mech string, m store.Matter) error {
	state, past := append([]byte{}, m.State...), notNil(store.AppendPast(nil, m.Past))
	if n := t.number(mech, m.Key); n != 0 {
		return t.gather(says("UPDATE matter SET state=$2, past=$3, lam=$4, last=$5, acts=$6, owes=$7 WHERE id=$1", n, state, past, m.Lam, m.Last, m.Acts, m.Owes).writing(row{table: "matter", key: mech, more: m.Key}))
	}
	if name := (named{mech, m.Key}); t.absent[name] {
		n, err := t.pen.fresh(t.ctx)
		if err != nil {
			return err
		}
		delete(t.absent, name)
		t.matters[name] = n
		return t.gather(says("INSERT INTO matter (id, mech, key, state, past, lam, last, acts, owes) OVERRIDING SYSTEM VALUE VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9)", n, mech, m.Key, state, past, m.Lam, m.Last, m.Acts, m.Owes).
			writing(row{table: "matter", key: mech, more: m.Key}))
	}
	return t.gather(says(`INSERT INTO matter (mech, key, state, past, lam, last, acts, owes) VALUES ($1,$2,$3,$4,$5,$6,$7,$8)
		ON CONFLICT (mech, key) DO UPDATE SET state=excluded.state, past=excluded.past, lam=excluded.lam, last=excluded.last, acts=excluded.acts, owes=excluded.owes`,
		mech, m.Key, state, past, m.Lam, m.Last, m.Acts, m.Owes).writing(row{table: "matter", key: mech, more: m.Key}))
}

func (t *tx) PutReceipt(r store.Receipt) error {
	return t.gather(says("INSERT INTO receipt (log, party, size, time, note) VALUES ($1,$2,$3,$4,$5) ON CONFLICT (log, party) DO UPDATE SET size=excluded.size, time=excluded.time, note=excluded.note WHERE excluded.size >= receipt.size",
		r.Log, r.Party, r.Size, r.Time, notNil(r.Note)).writing(row{table: "receipt", number: int64(r.Log), key: r.Party}))
}

func (t *tx) PutWitnessed(r store.Receipt) error {
	return t.exec("INSERT INTO witnessed (log, witness, size, time, note) VALUES ($1,$2,$3,$4,$5) ON CONFLICT (log, witness) DO UPDATE SET size=excluded.size, time=excluded.time, note=excluded.note WHERE excluded.size >= witnessed.size",
		r.Log, r.Party, r.Size, r.Time, notNil(r.Note))
}

func (t *tx) Unfold(mech string) error {
	clear(t.heads) // what is said of a log after this stands behind it
	for _, sql := range []string{
		"UPDATE entry e SET matter=0, lam=0, past='', void=NULL FROM log l WHERE l.mech=$1 AND e.id >= l.id<<40 AND e.id < (l.id+1)<<40",
		"UPDATE head SET applied=0 WHERE log IN (SELECT id FROM log WHERE mech=$1)",
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
	return t.gather(says("INSERT INTO contact (mech, party, data) VALUES ($1,$2,$3) ON CONFLICT (mech, party) DO UPDATE SET data=excluded.data", mech, party, notNil(contact)).writing(row{table: "contact", key: mech, more: party}))
}

func (t *tx) PutWord(mech, party string, word []byte) error {
	return t.exec("INSERT INTO word (mech, party, data) VALUES ($1,$2,$3) ON CONFLICT (mech, party) DO UPDATE SET data=excluded.data", mech, party, notNil(word))
}
