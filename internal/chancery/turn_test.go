package chancery

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/store"
	"entente.example/internal/store/postgres"
	"entente.example/refusal"
)

// The directory that had the pen last has it again, also after a crash before the database learnt of its turn and after the database was put back; a copy of before does not; one that knows
// nothing does, once.
func TestTurns(t *testing.T) {
	dir := t.TempDir()
	take := func(dir string, last, want int64) {
		t.Helper()
		if next, err := takeTurn(dir, last); err != nil || next != want {
			t.Errorf("after turn %d it is turn %d, not %d: %v", last, next, want, err)
		}
	}
	take(dir, 0, 1)
	copied := t.TempDir()
	if err := os.CopyFS(filepath.Join(copied, "node"), os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	copied = filepath.Join(copied, "node")
	take(dir, 1, 2)
	take(dir, 1, 3) // turn 2 never came to the database
	take(dir, 3, 4)
	for range 2 {
		if _, err := takeTurn(copied, 4); refusal.As(err).Key != "store.held_since" || refusal.As(err).Kind != refusal.Conflict {
			t.Errorf("an older copy: %v", err)
		}
	}
	take(dir, 2, 5) // the database was put back
	if err := os.Remove(filepath.Join(copied, TurnFile)); err != nil {
		t.Fatal(err)
	}
	take(copied, 5, 6)
	if _, err := takeTurn(dir, 6); refusal.As(err).Key != "store.held_since" {
		t.Errorf("the one before: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, TurnFile), []byte("?"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := takeTurn(dir, 0); err == nil || errors.As(err, new(*refusal.Error)) && refusal.As(err).Key == "store.held_since" {
		t.Errorf("a file that cannot be read lets it in: %v", err)
	}
}

// A turn that the directory's own disk has no room to note is no fault of the database, and nobody is sent to look at its address and password.
func TestADiskThatTakesNoTurnIsNamed(t *testing.T) {
	full := &os.PathError{Op: "write", Path: "turn.new", Err: syscall.ENOSPC}
	if r := refusal.As(refused(full)); r.Key != "node.disk_full" || r.Kind != refusal.Unavailable || !errors.Is(r, syscall.ENOSPC) {
		t.Errorf("%v", r)
	}
	if r := refusal.As(refused(fmt.Errorf("opening: %w", &postgres.HeldUp{By: "pg_dump (pid 7)"}))); r.Key != "store.held_up" || r.Kind != refusal.Unavailable || r.Params["by"] != "pg_dump (pid 7)" {
		t.Errorf("%v", r)
	}
	if r := refusal.As(refused(errors.New("no such host"))); r.Key != "store.unreachable" {
		t.Errorf("%v", r)
	}
}

// A disk that takes nothing more is told as that, wherever in a node somebody met it; what it said goes to the log, and a refusal stays what it is.
func TestADiskIsToldAsOne(t *testing.T) {
	full := &os.PathError{Op: "write", Path: "last-backup", Err: syscall.ENOSPC}
	for _, c := range []struct {
		err  error
		want string
	}{
		{full, "node.disk_full"}, {errors.Join(errors.New("remove x"), full), "node.disk_full"}, {fmt.Errorf("index: %w", sqlite3.IOERR_FSYNC), "node.disk_full"}, {fmt.Errorf("staff: %w", sqlite3.FULL), "node.disk_full"},
		{fmt.Errorf("%w: 4", store.ErrFull), "node.disk_full"}, {fmt.Errorf("%w: %w", sqlite3.CANTOPEN, syscall.ENOSPC), "node.disk_full"},
		{fmt.Errorf("%w: %w: %w", store.ErrFull, sqlite3.CANTOPEN, syscall.EACCES), "node.files_barred"}, {fmt.Errorf("staff: %w", sqlite3.READONLY), "node.files_barred"}, {fmt.Errorf("%w: %w", store.ErrFull, store.ErrReadsOnly), "store.reads_only"}, {sqlite3.CONSTRAINT_UNIQUE, "internal"}, {errors.New("no such host"), "internal"},
		{refusal.New(refusal.Unavailable, "body.disk_full").Because(full), "body.disk_full"},
	} {
		if r := Told(c.err); r.Key != c.want || !errors.Is(r, c.err) {
			t.Errorf("%v is told as %v, want %s", c.err, r, c.want)
		}
	}
}
