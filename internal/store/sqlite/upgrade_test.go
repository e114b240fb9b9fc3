package sqlite

import (
	"errors"
	"path/filepath"
	"testing"

	"entente.example/internal/store"
)

// A damaged file may say that it has taken fewer steps than none: it is refused as damaged, and not changed.
func TestAFormThatNoProgramWrote(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record.db")
	db, err := Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.writer.exec("PRAGMA user_version=-7"), db.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), Options{Path: path, Before: func(int, int) error { t.Error("somebody is to keep a copy"); return nil }}); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("%v", err)
	}
}

// A copy that is made before a newer program changes a file is of the older form and of everything that was written: the older program goes on with it, and refuses what was changed.
func TestTheOlderProgramReadsTheCopy(t *testing.T) {
	dir := t.TempDir()
	path, copied := filepath.Join(dir, "record.db"), filepath.Join(dir, "copy.db")
	older := schema[:len(schema)-1]
	at := func(path string, o Options) (*DB, error) {
		o.Path = path
		return Open(t.Context(), o)
	}
	db, err := at(path, Options{schema: older, Before: func(int, int) error { return errors.New("a new file was written by nobody before") }})
	if err != nil {
		t.Fatal(err)
	}
	grown(t, db, 100)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	refused := errors.New("no room")
	if _, err := at(path, Options{Before: func(int, int) error { return refused }}); !errors.Is(err, refused) {
		t.Errorf("opened without a copy: %v", err)
	}
	if steps, newer, logs, err := Peek(path); err != nil || steps != len(older) || newer || logs["a"] != 100 {
		t.Errorf("a file that was not to be changed has %d steps and %v (%v)", steps, logs, err)
	}

	asked := 0
	db, err = at(path, Options{Before: func(from, to int) error {
		if asked++; from != len(older) || to != len(schema) {
			t.Errorf("from %d to %d", from, to)
		}
		return Copy(t.Context(), path, copied)
	}})
	if err != nil || asked != 1 {
		t.Fatalf("asked %d times: %v", asked, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := at(path, Options{schema: older}); !errors.Is(err, store.ErrNewer) {
		t.Errorf("the older program opened what was changed: %v", err)
	}
	db, err = at(copied, Options{schema: older})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(t.Context(), func(r store.Reader) error {
		logs, err := r.Logs(mech)
		if len(logs) != 1 || logs[0].Size != 100 {
			t.Errorf("%v", logs)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
