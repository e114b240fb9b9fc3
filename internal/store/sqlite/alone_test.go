package sqlite

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"entente.example/internal/sim/disk"
	"entente.example/internal/store"
)

// selves are the parties that a record has joined as, in order.
func selves(t *testing.T, db *DB) (out []string) {
	t.Helper()
	err := db.View(t.Context(), func(r store.Reader) error {
		all, err := r.Mechanisms()
		for i, id := range all {
			m, e := r.Mechanism(id)
			out, err = append(out, m.ID+string(m.Charter)+m.Self), errors.Join(err, e)
			all[i] = "whoever asks may change the list"
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What a connection remembers of mechanisms is what its transaction would read: after a change by another connection, in the middle of one of its own, and after one that was taken back.
func TestMechanismsAreReadAgainWhenTheyChange(t *testing.T) {
	d := disk.New(t.TempDir(), nil)
	defer d.Close()
	for name, o := range map[string]Options{"a reader beside the writer": {Path: filepath.Join(t.TempDir(), "record.db"), Readers: 2}, "one connection": {Path: "/record.db", VFS: d.Name(), Alone: true}} {
		db, err := Open(t.Context(), o)
		if err != nil {
			t.Fatal(name, err)
		}
		put := func(m store.Mechanism, then error, inside ...string) {
			t.Helper()
			err := db.Update(t.Context(), func(tx store.Tx) error {
				if _, err := tx.Mechanisms(); err != nil {
					return err
				}
				if err := tx.PutMechanism(m); err != nil {
					return err
				}
				if !o.Alone { // whoever looks now sees, and remembers, what was there before
					selves(t, db)
				}
				all, err := tx.Mechanisms()
				last, e := tx.Mechanism(m.ID)
				if err = errors.Join(err, e); len(all) != len(inside) || last.Self != inside[len(inside)-1] {
					t.Errorf("%s: inside of the transaction: %q, %+v", name, all, last)
				}
				return errors.Join(err, then)
			})
			if !errors.Is(err, then) {
				t.Fatal(name, err)
			}
		}
		see := func(want ...string) {
			t.Helper()
			for range 3 { // every connection, and what it remembers
				if got := selves(t, db); !slices.Equal(got, want) {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		}
		see()
		put(store.Mechanism{ID: "1", Charter: []byte("x"), Self: "a", Joined: 1}, nil, "a")
		see("1xa")
		put(store.Mechanism{ID: "2", Charter: []byte("y"), Self: "b", Joined: 2}, errTakenBack, "a", "b")
		see("1xa")
		put(store.Mechanism{ID: "1", Charter: []byte("z"), Self: "c", Joined: 1}, nil, "c")
		see("1zc")
		if err := db.Checkpoint(); err != nil {
			t.Error(name, err)
		}
		if err := db.Close(); err != nil {
			t.Error(name, err)
		}
	}
}

var errTakenBack = errors.New("taken back")

// One connection keeps the promises of several: what is committed is on the disk, and is there when the next process opens it.
func TestOneConnectionWaitsForTheDisk(t *testing.T) {
	d := disk.New(t.TempDir(), nil)
	defer d.Close()
	for i, want := range []int{0, 1} {
		db, err := Open(t.Context(), Options{Path: "/record.db", VFS: d.Name(), Alone: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(db.all) != 1 {
			t.Errorf("%d connections", len(db.all))
		}
		for pragma, want := range map[string]string{"synchronous": "2", "journal_mode": "wal", "wal_autocheckpoint": "0", "locking_mode": "exclusive"} {
			if got, err := db.writer.text("PRAGMA " + pragma); err != nil || got != want {
				t.Errorf("%s is %q, want %q (%v)", pragma, got, want, err)
			}
		}
		if got := selves(t, db); len(got) != want {
			t.Errorf("opened %d times before: %q", i, got)
		}
		if err := db.Update(t.Context(), func(tx store.Tx) error {
			return tx.PutMechanism(store.Mechanism{ID: "1", Charter: []byte("x"), Self: "a"})
		}); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := db.View(t.Context(), func(store.Reader) error { return nil }); !errors.Is(err, store.ErrClosed) {
			t.Errorf("after it was closed: %v", err)
		}
	}
}
