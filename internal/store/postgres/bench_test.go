package postgres

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"entente.example/bench/plain"
	"entente.example/internal/store"
	"entente.example/internal/store/postgres/pgtest"
)

// BenchmarkAppend appends as a node does (entries, tile, head, checkpoint, a state) and, in turn on the same server, inserts rows of the same columns and indexes in a plain loop with a
// commit at the same batch size, pipelined. x/floor is how many times the plain loop's throughput ours has, by the medians of both, and all/floor by all their time: the goal is 0.7. work/floor and wal/floor are what the server worked
// and wrote ahead for ours, as a multiple of what it did for the plain loop: other work on the machine hardly touches them.
func BenchmarkAppend(b *testing.B) {
	for _, batch := range []int{1, 8, 64, 256, 4096} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) { appends(b, batch, there, appendBatch) })
	}
}

// BenchmarkBegin is BenchmarkAppend of transactions whose entries each begin a matter: the node asks for its state first, and finds none.
func BenchmarkBegin(b *testing.B) {
	for _, batch := range []int{1, 8} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) { appends(b, batch, begun, beginBatch) })
	}
}

// BenchmarkMixed is BenchmarkAppend of a record's entries as they are: one in fifty begins a matter, as in a record of ten million entries in two hundred thousand texts.
func BenchmarkMixed(b *testing.B) {
	for _, batch := range []int{1, 8, 64} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) { appends(b, batch, mixed, mixedBatch) })
	}
}

func appends(b *testing.B, batch int, matterOf func(n int64) string, batchOf func(b *testing.B, db *DB, at int64, entries []store.Entry) error) {
	url := pgtest.Database(b)
	db := founded(b, url)
	floor := loop(b, url)
	p := <-db.write
	mine := p.conn
	db.write <- p
	var ours, theirs []time.Duration
	var spent, floors cost
	at := int64(0)
	for ; at < plain.Matters; at += int64(batch) { // until the numbers of all matters are known, as those of matters that are acted on again and again are
		entries := entriesOf(at, batch, matterOf)
		if err := errors.Join(batchOf(b, db, at, entries), floor.Insert(b.Context(), entries, at)); err != nil {
			b.Fatal(err)
		}
	}
	first := at
	for b.Loop() {
		entries := entriesOf(at, batch, matterOf)
		before := costOf(b, mine)
		began := time.Now()
		if err := batchOf(b, db, at, entries); err != nil {
			b.Fatal(err)
		}
		ours = append(ours, time.Since(began))
		spent.add(before, costOf(b, mine))
		before, began = costOf(b, floor.Conn), time.Now()
		if err := floor.Insert(b.Context(), entries, at); err != nil {
			b.Fatal(err)
		}
		theirs = append(theirs, time.Since(began))
		floors.add(before, costOf(b, floor.Conn))
		at += int64(batch)
	}
	b.ReportMetric(sum(theirs)/sum(ours), "all/floor")
	slices.Sort(ours)
	slices.Sort(theirs)
	our, their := ours[len(ours)/2].Seconds(), theirs[len(theirs)/2].Seconds()
	b.ReportMetric(float64(batch)/our, "entries/s")
	b.ReportMetric(float64(batch)/their, "floor/s")
	b.ReportMetric(their/our, "x/floor")
	b.ReportMetric(spent.work/floors.work, "work/floor")
	b.ReportMetric(spent.wal/floors.wal, "wal/floor")
	b.ReportMetric(spent.wal/float64(at-first), "wal/entry")
}

// cost is what a session has worked on a processor, in nanoseconds, and how far the server's write-ahead log is.
type cost struct{ work, wal float64 }

func costOf(b *testing.B, c *pgx.Conn) (k cost) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", c.PgConn().PID()))
	if err == nil {
		_, err = fmt.Sscan(string(stat), &k.work)
	}
	if err == nil {
		err = c.QueryRow(b.Context(), "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").Scan(&k.wal)
	}
	if err != nil {
		b.Fatal(err)
	}
	return k
}

func (k *cost) add(before, after cost) {
	k.work, k.wal = k.work+after.work-before.work, k.wal+after.wal-before.wal
}

var leaf = bytes.Repeat([]byte("x"), 600)

// note is as long as a checkpoint with both of its signatures, of which nothing is as in the one before and nothing can be packed.
func note(at int64) []byte { return notes[at%200 : at%200+3500] }

var notes = func() []byte {
	b := make([]byte, 2800)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return base64.StdEncoding.AppendEncode(nil, b)
}()

func there(n int64) string { return fmt.Sprintf("text/%d", n%plain.Matters) }
func begun(n int64) string { return fmt.Sprintf("text/b-%d", n) }

// mixed begins a matter with one entry in fifty.
func mixed(n int64) string {
	if n >= plain.Matters && n%50 == 7 {
		return begun(n)
	}
	return there(n)
}

func sum(all []time.Duration) (seconds float64) {
	for _, d := range all {
		seconds += d.Seconds()
	}
	return seconds
}

func entriesAt(at int64, batch int) []store.Entry { return entriesOf(at, batch, there) }

func entriesOf(at int64, batch int, matterOf func(n int64) string) []store.Entry {
	entries := make([]store.Entry, batch)
	for i := range entries {
		n := at + int64(i)
		entries[i] = store.Entry{Leaf: leaf, Matter: matterOf(n), Lam: n + 1, Past: []int64{n, 1, 0}}
	}
	return entries
}

func appendBatch(b *testing.B, db *DB, at int64, entries []store.Entry) error {
	return db.Update(b.Context(), func(tx store.Tx) error {
		return errors.Join(tx.PutMatter(mech, stateOf(entries[0])), appended(tx, at, entries))
	})
}

// beginBatch has every entry begin a matter.
func beginBatch(b *testing.B, db *DB, at int64, entries []store.Entry) error {
	return stating(b, db, at, entries, entries)
}

// mixedBatch writes the states of the matters that begin, or if none does, that of one, as appendBatch does.
func mixedBatch(b *testing.B, db *DB, at int64, entries []store.Entry) error {
	var begin []store.Entry
	for i, e := range entries {
		if e.Matter != there(at+int64(i)) {
			begin = append(begin, e)
		}
	}
	if len(begin) == 0 {
		return appendBatch(b, db, at, entries)
	}
	return stating(b, db, at, entries, begin)
}

// stating asks for the states of the matters that some of the entries begin, and writes them.
func stating(b *testing.B, db *DB, at int64, entries, begin []store.Entry) error {
	return db.Update(b.Context(), func(tx store.Tx) error {
		for _, e := range begin {
			if _, err := tx.Matter(mech, e.Matter); !errors.Is(err, store.ErrMissing) {
				return fmt.Errorf("%s: %v", e.Matter, err)
			}
		}
		for _, e := range begin {
			if err := tx.PutMatter(mech, stateOf(e)); err != nil {
				return err
			}
		}
		return appended(tx, at, entries)
	})
}

func stateOf(e store.Entry) store.Matter {
	return store.Matter{Key: e.Matter, State: leaf, Acts: 1, Lam: e.Lam}
}

func appended(tx store.Tx, at int64, entries []store.Entry) error {
	end := at + int64(len(entries))
	tile := store.Tile{N: at / 256, Data: make([]byte, 32*min(end-at/256*256, 256))}
	return errors.Join(tx.Append(1, at, entries, store.Hash{}, []store.Tile{tile}), tx.SetAppliedSize(1, end), tx.SetCheckpoint(1, note(at), nil))
}

func loop(b *testing.B, url string) *plain.Loop {
	b.Helper()
	l, err := plain.New(b.Context(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close(context.Background()) })
	return l
}
