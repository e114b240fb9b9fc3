package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/store"
)

func openAt(t *testing.T, path string) *DB {
	t.Helper()
	db, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestEveryConnectionWaitsForTheDisk(t *testing.T) {
	db := openAt(t, filepath.Join(t.TempDir(), "record.db"))
	if len(db.all) != 1+Readers {
		t.Errorf("%d connections", len(db.all))
	}
	for i, c := range db.all {
		for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "wal_autocheckpoint": "0", "foreign_keys": "1", "cache_size": "-2000"} {
			if got, err := c.text("PRAGMA " + pragma); err != nil || got != want {
				t.Errorf("connection %d: %s is %q, want %q (%v)", i, pragma, got, want, err)
			}
		}
	}
	for range Readers {
		c, err := db.borrow(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.db.Exec("DELETE FROM log"); !errors.Is(err, sqlite3.READONLY) {
			t.Errorf("a reader's connection writes: %v", err)
		}
		defer db.giveBack(c)
	}
}

// Who reads alone is always given the same connection, so that the others' caches stay empty; who reads beside others, another one.
func TestFewConnectionsFillTheirCaches(t *testing.T) {
	db := openAt(t, filepath.Join(t.TempDir(), "record.db"))
	read := func(then func(*conn) error) (c *conn) {
		err := db.look(t.Context(), func(is *conn) error {
			c = is
			return then(is)
		})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	none := func(*conn) error { return nil }
	first := read(none)
	for range 2 * Readers {
		if read(none) != first {
			t.Fatal("another connection, with nobody beside it")
		}
	}
	read(func(outer *conn) error {
		if inner := read(none); inner == outer {
			t.Error("one connection for two who read at once")
		}
		return nil
	})
	if read(none) != first {
		t.Error("another connection than the one that came back last")
	}
}

func TestOneNodeAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record.db")
	db := openAt(t, path)
	if _, err := Open(t.Context(), Options{Path: path}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("a second open: %v, want ErrLocked", err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	openAt(t, path)
}

func TestNewerDataIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record.db")
	db := openAt(t, path)
	if err := db.writer.db.Exec(fmt.Sprintf("PRAGMA user_version=%d", len(schema)+1)); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	for range 2 {
		if _, err := Open(t.Context(), Options{Path: path}); !errors.Is(err, store.ErrNewer) {
			t.Errorf("%v, want ErrNewer", err)
		}
	}
}

func TestDamageIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record.db")
	if err := os.WriteFile(path, []byte(strings.Repeat("not a database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Path: path}); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("%v, want ErrDamaged", err)
	}
	if _, err := Open(t.Context(), Options{Path: filepath.Join(path, "below", "a.db")}); err == nil {
		t.Error("opened below a file")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Open(ctx, Options{Path: filepath.Join(t.TempDir(), "x")}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want context.Canceled", err)
	}
}

func TestOnlyThisUserReadsTheRecord(t *testing.T) {
	dir := t.TempDir()
	db := openAt(t, filepath.Join(dir, "odd name?#%41.db"))
	if err := db.Update(t.Context(), func(tx store.Tx) error { return tx.PutMechanism(store.Mechanism{ID: mech, Charter: []byte("c")}) }); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 4 { // the database, its log, their index, the lock
		t.Fatalf("%v %v", files, err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm()&0o077 != 0 || !strings.HasPrefix(f.Name(), "odd name?#%41.db") {
			t.Errorf("%s has mode %v (%v)", f.Name(), info.Mode(), err)
		}
	}
}

func TestOldEnginesAreRefused(t *testing.T) {
	for version, want := range map[string]bool{"3.51.2": false, "3.51.3": true, "3.54.1": true, "4.0.0": true, "3.6.9": false, "2.99.99": false, "": false, "x": false} {
		if engineSuffices(version) != want {
			t.Errorf("%q: %v", version, !want)
		}
	}
}

// grown writes n entries of about 600 bytes in transactions of 4,096.
func grown(t testing.TB, db *DB, n int64) {
	t.Helper()
	err := db.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.PutMechanism(store.Mechanism{ID: mech, Charter: []byte("c")}); err != nil {
			return err
		}
		_, err := tx.AddLog(store.Log{Mech: mech, Origin: "a", Party: "a"})
		return err
	})
	for from := int64(0); err == nil && from < n; from += 4096 {
		var es []store.Entry
		for i := from; i < min(from+4096, n); i++ {
			es = append(es, store.Entry{Leaf: []byte(strings.Repeat("x", 550+int(i%100))), Matter: fmt.Sprintf("text/%d", i%500), Lam: i + 1, Past: []int64{i, i / 2}})
		}
		err = db.Update(t.Context(), func(tx store.Tx) error {
			return errors.Join(tx.Append(1, from, es, store.Hash{}, nil), tx.SetAppliedSize(1, from+int64(len(es))))
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Commits that never pause must not keep the write-ahead log from beginning anew.
func TestTheWriteAheadLogStaysBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record.db")
	db := openAt(t, path)
	grown(t, db, 1)
	size := func(name string) int64 {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	const perCommit, leaf = 20, 60_000
	var written atomic.Int64 // begun, in bytes: counted before the commit, so that never fewer are known of than lie in the log
	stop, done := make(chan struct{}), make(chan error, 1)
	go func() {
		x := []byte(strings.Repeat("x", leaf))
		for n := int64(1); ; n += perCommit {
			select {
			case <-stop:
				done <- nil
				return
			default:
			}
			written.Add(perCommit * leaf)
			es := slices.Repeat([]store.Entry{{Leaf: x, Matter: "text/x", Lam: n}}, perCommit)
			if err := db.Update(context.Background(), func(tx store.Tx) error { return tx.Append(1, n, es, store.Hash{}, nil) }); err != nil {
				done <- err
				return
			}
		}
	}()
	for size(path+"-wal") < 20<<20 { // past the 16 MiB where commits are held up
		runtime.Gosched()
	}
	// What one round leaves behind is what came during it, and the next one starts the log anew: however slowly the rounds come, no more than two of them lie in it.
	largest, busiest, rounds := int64(0), int64(0), 0
	var before, then int64
	for ; size(path) < 300<<20; rounds++ {
		if err := db.Checkpoint(); err != nil {
			t.Fatal(err)
		}
		largest = max(largest, size(path+"-wal"))
		now := written.Load()
		before, then, busiest = then, now, max(busiest, now-before)
	}
	close(stop)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	// A tenth for the pages around the leaves.
	if bound := 16<<20 + busiest + busiest/10; largest > bound {
		t.Errorf("the write-ahead log grew to %d MiB, in two rounds came at most %d MiB", largest>>20, busiest>>20)
	}
	t.Logf("largest write-ahead log %d MiB, at most %d MiB came in two of %d rounds", largest>>20, busiest>>20, rounds)
}
