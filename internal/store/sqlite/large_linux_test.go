package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"entente.example/internal/store"
)

// read is how many bytes this process has read so far, whether a disk or the system's memory had them.
func read(t *testing.T) (n int64) {
	t.Helper()
	b, err := os.ReadFile("/proc/self/io")
	if err == nil {
		_, err = fmt.Sscanf(string(b), "rchar: %d", &n)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// To open a record and show what is newest, next to nothing of it is read, however long it is: that takes no time which anybody notices. How long it takes here depends on what else the machine does.
func TestALargeRecordOpensAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record.db")
	db := openAt(t, path)
	grown(t, db, 100_000)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before := read(t)
	db = openAt(t, path)
	err := db.View(t.Context(), func(r store.Reader) error {
		es, err := r.Recent(mech, 0, 20)
		if err == nil && len(es) != 20 {
			err = fmt.Errorf("%d entries", len(es))
		}
		return err
	})
	took := read(t) - before
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if took < 20*600 || took > 1<<20 {
		t.Errorf("opening 100,000 entries and reading the newest read %d bytes of %d", took, info.Size())
	}
	if ratio := float64(info.Size()) / (100_000 * 599.5); ratio > 1.4 {
		t.Errorf("%.2f bytes on disk for a byte of entry", ratio)
	} else {
		t.Logf("%d bytes were read of %d: %.2f for a byte of entry", took, info.Size(), ratio)
	}
}
