package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/durable"
	"entente.example/internal/store"
)

// oldestEngine is the first release without the WAL-reset race that could corrupt a database.
const oldestEngine = 3_051_003

func checkEngine(c *conn) error {
	version, err := c.text("SELECT sqlite_version()")
	if err != nil {
		return err
	}
	if !engineSuffices(version) {
		return fmt.Errorf("SQLite %s is too old: 3.51.3 or later is needed", version)
	}
	return nil
}

func engineSuffices(version string) bool {
	var major, minor, patch int
	_, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch)
	return err == nil && major*1_000_000+minor*1000+patch >= oldestEngine
}

// prepare takes the lock and makes sure that only this user may read the record.
func (db *DB) prepare(path string) error {
	lock, err := takeLock(path)
	if err != nil {
		return err
	}
	db.lock = lock
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600) // SQLite would let everybody read it
	if err != nil {
		return err
	}
	return f.Close()
}

func takeLock(path string) (*os.File, error) {
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, errors.Join(store.ErrLocked, lock.Close())
	} else if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// Lock keeps every process from opening the database at path, for whoever replaces the file. Errors: store.ErrLocked.
func Lock(path string) (release func() error, err error) {
	lock, err := takeLock(path)
	if err != nil {
		return nil, err
	}
	return lock.Close, nil
}

// protect does the same for the files that SQLite makes beside it, before any entry is in them. The schema's version has been read by now, so they exist.
func protect(path string) error {
	return errors.Join(os.Chmod(path+"-wal", 0o600), os.Chmod(path+"-shm", 0o600))
}

// syncDir makes the name of a file durable.
func syncDir(path string) error { return durable.Folder(filepath.Dir(path)) }

// settings are what the promises rest on. FULL: a commit is on the disk before it is acknowledged; this engine's own default in WAL mode is not. Checkpoints are made by
// Checkpoint, not in somebody's commit; after one, a large write-ahead log is cut back to 64 MiB. The page cache is bounded to 2 MB a connection.
const settings = `PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864;
PRAGMA cache_size=-2000; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY`

// fileName is a path as the engine's URI.
func fileName(path string) string {
	return "file:" + filepath.ToSlash(strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path))
}

// syncFile makes a file and its name durable.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Sync(), f.Close(), syncDir(path))
}

// connect opens one connection and proves that its settings hold.
func (db *DB) connect(o Options) (*conn, error) {
	raw, err := sqlite3.OpenFlags(fileName(o.Path)+"?vfs="+heldLogs(o.VFS), sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE|sqlite3.OPEN_URI)
	if err != nil {
		return nil, err
	}
	c := &conn{db: raw, width: o.Bundle, prepared: map[string]*sqlite3.Stmt{}, matters: map[matterKey]int64{}}
	db.all = append(db.all, c)
	if _, err := raw.Config(sqlite3.DBCONFIG_ENABLE_QPSG, true); err != nil { // or some statements are compiled again for each value that they are given
		return nil, err
	}
	if err := raw.Exec(o.first + settings); err != nil {
		return nil, err
	}
	for _, want := range []struct{ pragma, value string }{{"journal_mode", "wal"}, {"synchronous", "2"}, {"wal_autocheckpoint", "0"}} {
		got, err := c.text("PRAGMA " + want.pragma)
		if err != nil {
			return nil, err
		}
		if got != want.value {
			return nil, fmt.Errorf("SQLite keeps %s at %q; this store needs %q", want.pragma, got, want.value)
		}
	}
	return c, nil
}
