package sqlite

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/sim/disk"
	"entente.example/internal/store"
	"entente.example/internal/store/storetest"
)

const mech = "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

var cutCount = flag.Int("cuts", 1000, "how many power cuts TestPowerCuts tries; ./test has more")

func newDisk(t *testing.T, files disk.Files) *disk.Disk {
	d := disk.New(t.TempDir(), files)
	d.Record()
	t.Cleanup(d.Close)
	return d
}

func openOn(d *disk.Disk) (*DB, error) {
	return Open(context.Background(), Options{Path: "/record.db", VFS: d.Name(), Readers: 1, Bundle: 8})
}

// transactions are what a node writes: a founding, single acts, a chunk of a catch-up, the folding of what had waited, receipts, evidence.
func transactions() []func(store.Tx) error {
	found := func(tx store.Tx) error {
		if err := tx.PutMechanism(store.Mechanism{ID: mech, Charter: []byte(`{}`), Self: "a"}); err != nil {
			return err
		}
		for _, p := range []string{"a", "b"} {
			if _, err := tx.AddLog(store.Log{Mech: mech, Origin: p, Party: p, Gen: 1, Own: p == "a"}); err != nil {
				return err
			}
		}
		return nil
	}
	grow := func(log store.LogID, count int64) func(store.Tx) error {
		return func(tx store.Tx) error {
			logs, err := tx.Logs(mech)
			if err != nil {
				return err
			}
			l := logs[log-1]
			var es []store.Entry
			for i := range count {
				n := l.Size + i
				e := store.Entry{Leaf: []byte(strings.Repeat("x", int(200+n*977%3000))), Matter: fmt.Sprintf("text/%d", n%3), Lam: n + 1, Past: []int64{n, n}}
				if log == 2 && n == 3 { // waits; see fold
					e = store.Entry{Leaf: e.Leaf}
				}
				es = append(es, e)
			}
			to := l.Size + count
			return errors.Join(tx.Append(log, l.Size, es, store.Hash{byte(to)}, []store.Tile{{Data: make([]byte, 32*to)}}), tx.SetAppliedSize(log, to),
				tx.PutMatter(mech, store.Matter{Key: "text/0", State: []byte(strings.Repeat("s", int(to)*100)), Acts: to, Lam: to}))
		}
	}
	fold := func(tx store.Tx) error {
		return errors.Join(tx.SetApplied([]store.Entry{{Log: 2, Index: 3, Matter: "text/1", Lam: 99, Void: []byte("{}")}}), tx.SetCheckpoint(2, []byte("note"), nil),
			tx.PutReceipt(store.Receipt{Log: 2, Party: "a", Size: 9, Note: []byte("n")}), tx.AddEvidence(mech, []byte("e")))
	}
	return []func(store.Tx) error{found, grow(1, 1), grow(1, 1), grow(2, 20), fold, grow(1, 2), grow(2, 1), grow(1, 1)}
}

// play runs the transactions on a disk and returns the state before the first and after each. Twice the write-ahead log is moved into the database, and once the node starts again.
func play(t *testing.T, d *disk.Disk, mutate func(*DB)) []string {
	t.Helper()
	states := []string{""}
	db := must(openOn(d))(t)
	mutate(db)
	for i, do := range transactions() {
		if err := db.Update(context.Background(), do); err != nil {
			t.Fatalf("transaction %d: %v", i, err)
		}
		d.Ack()
		states = append(states, state(t, db))
		switch i {
		case 2, 6:
			if err := db.Checkpoint(); err != nil {
				t.Fatal(err)
			}
		case 4:
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			db = must(openOn(d))(t)
			mutate(db)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return states
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func state(t *testing.T, db *DB) (out string) {
	t.Helper()
	err := db.View(context.Background(), func(r store.Reader) (err error) {
		out, err = storetest.Dump(r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// recovered opens what a power cut left and reports how many transactions are there.
func recovered(t *testing.T, files disk.Files, states []string) (int, error) {
	d := newDisk(t, files)
	db, err := openOn(d)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if s, err := db.writer.text("PRAGMA integrity_check"); err != nil || s != "ok" {
		return 0, fmt.Errorf("integrity: %s %w", s, err)
	}
	n := slices.Index(states, state(t, db))
	if n < 0 {
		return 0, errors.New("a state that never was committed")
	}
	if n < len(states)-1 { // and life goes on
		if err := db.Update(context.Background(), transactions()[n]); err != nil {
			return 0, fmt.Errorf("the next transaction: %w", err)
		}
		if state(t, db) != states[n+1] {
			return 0, errors.New("the next transaction went wrong")
		}
	}
	return n, nil
}

// cuts tries power cuts after every op of a trace, some times each, and returns how many there were and the first state that must not be.
func cuts(t *testing.T, trace []disk.Op, states []string, each int, lies bool) (int, error) {
	dur, acked, count := disk.NewDurable(nil), 0, 0
	if lies {
		dur.Lie()
	}
	for k, o := range trace {
		if o.Kind == disk.Ack {
			acked++
			continue
		}
		dur.Do(o)
		for seed := range each {
			count++
			n, err := recovered(t, dur.Crashed(rand.New(rand.NewPCG(uint64(k), uint64(seed)))), states)
			if err == nil && n != acked && n != acked+1 {
				err = fmt.Errorf("%d transactions are there", n)
			}
			if err != nil {
				return count, fmt.Errorf("cut after op %d of %d, seed %d, %d transactions acknowledged: %w", k, len(trace), seed, acked, err)
			}
		}
	}
	return count, nil
}

// SPEC receipt-durable
func TestPowerCuts(t *testing.T) {
	d := newDisk(t, nil)
	states := play(t, d, func(*DB) {})
	each := *cutCount/(len(d.Trace())-len(states)) + 1
	if testing.Short() {
		each = 1
	}
	n, err := cuts(t, d.Trace(), states, each, false)
	if err != nil {
		t.Fatal(err)
	}
	if n < *cutCount && !testing.Short() {
		t.Errorf("only %d cuts", n)
	}
	t.Logf("%d power cuts at %d ops", n, len(d.Trace()))
}

// If these disks and settings were not caught, the test above would prove nothing.
func TestPowerCutsCatch(t *testing.T) {
	t.Run("synchronous=NORMAL", func(t *testing.T) {
		d := newDisk(t, nil)
		states := play(t, d, func(db *DB) { _ = db.writer.db.Exec("PRAGMA synchronous=NORMAL") })
		if n, err := cuts(t, d.Trace(), states, 1, false); err == nil {
			t.Errorf("not caught in %d cuts", n)
		}
	})
	t.Run("a disk that lies", func(t *testing.T) {
		d := newDisk(t, nil)
		states := play(t, d, func(*DB) {})
		if n, err := cuts(t, d.Trace(), states, 1, true); err == nil {
			t.Errorf("not caught in %d cuts", n)
		}
	})
}

// Every acknowledged transaction was written and then synced: nothing of the write-ahead log is unsynced when Update returns.
func TestCommitsAreSynced(t *testing.T) {
	d := newDisk(t, nil)
	play(t, d, func(*DB) {})
	unsynced, syncs, acks := 0, 0, 0
	for _, o := range d.Trace() {
		switch {
		case o.Kind == disk.Ack:
			if acks++; unsynced > 0 || syncs == 0 {
				t.Errorf("transaction %d: %d writes unsynced, %d syncs", acks, unsynced, syncs)
			}
			syncs = 0
		case strings.HasSuffix(o.File, "-wal") && o.Kind == disk.Write:
			unsynced++
		case strings.HasSuffix(o.File, "-wal") && o.Kind == disk.Sync:
			unsynced, syncs = 0, syncs+1
		}
	}
	if acks != len(transactions()) {
		t.Errorf("%d transactions in the trace", acks)
	}
}

// Every op of the disk fails once, in each way, also by being done and called failed. What was refused is not there, and the same transaction works the next time.
func TestFailingDisk(t *testing.T) {
	clean := newDisk(t, nil)
	states := play(t, clean, func(*DB) {})
	refused, stride := 0, 1
	if testing.Short() || underRace {
		stride = 11
	}
	for way, code := range []error{sqlite3.IOERR_WRITE, sqlite3.FULL, sqlite3.IOERR_FSYNC, sqlite3.IOERR_WRITE, sqlite3.IOERR_FSYNC} {
		for k := 1; k <= len(clean.Trace()); k += stride {
			d := newDisk(t, nil)
			if d.Fail(k, code); way >= 3 {
				d.DoAndFailIn(k, code)
			}
			db, err := openOn(d)
			if err != nil {
				if !errors.Is(err, store.ErrFull) {
					t.Fatalf("%v at op %d: opening: %v, want ErrFull", code, k, err)
				}
				db = must(openOn(d))(t)
			}
			for i, do := range transactions() {
				err := db.Update(context.Background(), do)
				if err != nil {
					refused++
					if !errors.Is(err, store.ErrFull) {
						t.Fatalf("%v at op %d: transaction %d: %v, want ErrFull", code, k, i, err)
					}
					if got := state(t, db); got != states[i] {
						t.Fatalf("%v at op %d: a refused transaction is there:\n%s", code, k, got)
					}
					if err := db.Update(context.Background(), do); err != nil {
						t.Fatalf("%v at op %d: transaction %d, once more: %v", code, k, i, err)
					}
				}
				if got := state(t, db); got != states[i+1] {
					t.Fatalf("%v at op %d: transaction %d went wrong", code, k, i)
				}
				if i == 2 || i == 6 {
					_ = db.Checkpoint() // may fail; nothing depends on it
				}
			}
			_ = db.Close()
			if n, err := recovered(t, d.Files(), states); err != nil || n != len(states)-1 {
				t.Fatalf("%v at op %d: opened again: %d transactions, %v", code, k, n, err)
			}
		}
	}
	if refused < 3*len(states)/stride {
		t.Errorf("only %d transactions were refused: the faults hit nothing", refused)
	}
}
