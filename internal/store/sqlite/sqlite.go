// Package sqlite keeps the shared record in one SQLite file.
//
// It promises what store.Record promises: a transaction is whole and on the disk when Update returns (synchronous=FULL on every connection), readers see one consistent
// state, and one process writes. It never keeps anything private; that is another file. The engine runs in this process, without cgo.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/store"
)

// Options say where the file is. Path is required.
type Options struct {
	Path    string
	VFS     string // another file layer, for tests; no lock file is taken then
	Readers int    // connections for reading; 4 if zero
}

// DB implements store.Record.
type DB struct {
	writer  *conn
	write   sync.Mutex // held for the whole of an Update
	readers chan *conn
	all     []*conn
	lock    *os.File
	closed  sync.Once
}

var _ store.Record = (*DB)(nil)

// oldestEngine is the first release without the WAL-reset race that could corrupt a database.
const oldestEngine = 3_051_003

func checkEngine(c *conn) error {
	var version string
	if err := c.one(func(s *sqlite3.Stmt) { version = s.ColumnText(0) }, "SELECT sqlite_version()"); err != nil {
		return err
	}
	var major, minor, patch int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); err != nil || major*1_000_000+minor*1000+patch < oldestEngine {
		return fmt.Errorf("SQLite %s is too old: 3.51.3 or later is needed", version)
	}
	return nil
}

// Open opens or creates the database and locks its directory for this process.
func Open(ctx context.Context, o Options) (*DB, error) {
	db := &DB{}
	if o.VFS == "" {
		if err := db.takeLock(o.Path + ".lock"); err != nil {
			return nil, err
		}
	}
	if err := db.open(ctx, o); err != nil {
		return nil, errors.Join(classify(err), db.Close())
	}
	return db, nil
}

func (db *DB) open(ctx context.Context, o Options) error {
	w, err := db.connect(o)
	if err != nil {
		return err
	}
	if err := checkEngine(w); err != nil {
		return err
	}
	db.writer = w
	if err := migrate(w); err != nil {
		return err
	}
	n := o.Readers
	if n == 0 {
		n = 4
	}
	db.readers = make(chan *conn, n)
	for range n {
		r, err := db.connect(o)
		if err != nil {
			return err
		}
		if err := r.db.Exec("PRAGMA query_only=ON"); err != nil {
			return err
		}
		db.readers <- r
	}
	return ctx.Err()
}

// connect opens one connection with the settings that the promises rest on.
func (db *DB) connect(o Options) (*conn, error) {
	name := "file:" + filepath.ToSlash(strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(o.Path))
	if o.VFS != "" {
		name += "?vfs=" + o.VFS
	}
	c, err := sqlite3.OpenFlags(name, sqlite3.OPEN_READWRITE|sqlite3.OPEN_CREATE|sqlite3.OPEN_URI)
	if err != nil {
		return nil, err
	}
	out := &conn{db: c, prepared: map[string]*sqlite3.Stmt{}, matters: map[string]int64{}}
	db.all = append(db.all, out)
	// Checkpoints are made by Checkpoint, not in somebody's commit. The page cache is bounded: 2 MB a connection.
	return out, c.Exec("PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-2000; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF")
}

func (db *DB) takeLock(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return errors.Join(store.ErrLocked, f.Close())
	}
	db.lock = f
	return nil
}

// Close ends all connections and gives the directory free.
func (db *DB) Close() error {
	var errs []error
	db.closed.Do(func() {
		for _, c := range db.all {
			errs = append(errs, c.close())
		}
		if db.lock != nil {
			errs = append(errs, db.lock.Close())
		}
	})
	return errors.Join(errs...)
}

// Update implements store.Record.
func (db *DB) Update(ctx context.Context, f func(store.Tx) error) (err error) {
	db.write.Lock()
	defer db.write.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	w := db.writer
	if err := w.db.Exec("BEGIN IMMEDIATE"); err != nil {
		return classify(err)
	}
	done := false
	defer func() {
		if !done { // f failed or panicked: nothing of it may stay
			clear(w.matters)
			if e := w.db.Exec("ROLLBACK"); e != nil && !w.db.GetAutocommit() {
				err = errors.Join(err, e)
			}
		}
	}()
	if err := f(&tx{reader{w}}); err != nil {
		return classify(err)
	}
	if err := w.db.Exec("COMMIT"); err != nil {
		return classify(err)
	}
	done = true
	return nil
}

// View implements store.Record.
func (db *DB) View(ctx context.Context, f func(store.Reader) error) (err error) {
	var c *conn
	select {
	case c = <-db.readers:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { db.readers <- c }()
	if err := c.db.Exec("BEGIN"); err != nil {
		return classify(err)
	}
	defer func() {
		clear(c.matters)
		if e := c.db.Exec("ROLLBACK"); e != nil {
			err = errors.Join(err, e)
		}
	}()
	return classify(f(&reader{c}))
}

// Checkpoint moves the write-ahead log into the database file as far as readers allow. Call it now and then, not in the way of a commit.
func (db *DB) Checkpoint() error {
	db.write.Lock()
	defer db.write.Unlock()
	_, _, err := db.writer.db.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE)
	return classify(err)
}

// classify names the failures that callers act on.
func classify(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sqlite3.FULL), errors.Is(err, sqlite3.IOERR), errors.Is(err, sqlite3.CANTOPEN), errors.Is(err, sqlite3.READONLY):
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	return err
}
