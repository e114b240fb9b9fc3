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
	"sync"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/durable"
	"entente.example/internal/store"
)

// Options say where the file is. Path is required.
type Options struct {
	Path    string
	VFS     string // name of another file layer, for simulators; neither the lock file nor the directory is touched then
	Readers int    // connections for reading; 3 if zero
	// Alone lets one connection read and write: for simulators on a VFS, in which nobody looks while somebody writes. What comes to the disk, and when, is the same.
	Alone bool
	// Bundle is how many entries that come together share a row, a power of two; 64 if zero. A file is always opened with the same: simulators, whose logs are short, take less.
	Bundle int64
	// Before is called once before the first step that brings a file of an older program to today's schema; its error leaves the file as it is. Nothing if nil.
	Before func(from, to int) error

	schema []string // of what the file holds; the record's if nil
	first  string   // settings that come before all others
}

// DB implements store.Record.
type DB struct {
	path    string
	writer  *conn
	write   chan *conn // holds writer: whoever takes it may write
	readers *pool      // nil if the writer is alone
	all     []*conn
	lock    *os.File
	joined  atomic.Int64 // how many transactions have changed the table of mechanisms
	closing chan struct{}
	closed  sync.Once
	room    int64 // how long the write-ahead log is made before it is needed
}

var _ store.Record = (*DB)(nil)

// Readers is how many pages can be made at once, unless Options says otherwise. Whoever holds a connection must not ask for a second one: enough of them at once would wait for
// each other for ever. Tests of whole houses set it to 1, so that one of them is enough.
var Readers = 3

// Open opens or creates the database and locks it for this process. Errors: store.ErrLocked, store.ErrNewer, store.ErrFull, store.ErrDamaged.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Readers <= 0 {
		o.Readers = Readers
	}
	if o.Bundle <= 0 {
		o.Bundle = bundleWidth
	}
	ours := o.schema == nil
	if ours {
		o.schema = schema
	}
	db := &DB{path: o.Path, write: make(chan *conn, 1), readers: newPool(o.Readers), closing: make(chan struct{})}
	if ours && o.VFS == "" {
		db.room = walRoom
	}
	if o.Alone {
		db.readers, o.first = nil, "PRAGMA locking_mode=EXCLUSIVE; "+o.first // nobody shares its memory
	}
	err := ctx.Err()
	if err == nil && o.VFS == "" {
		err = db.prepare(o.Path)
	}
	if err == nil {
		err = db.open(o)
	}
	if err != nil {
		return nil, errors.Join(classify(err), db.release())
	}
	db.write <- db.writer
	return db, nil
}

func (db *DB) open(o Options) (err error) {
	if db.writer, err = db.connect(o); err != nil {
		return err
	}
	if err := checkEngine(db.writer); err != nil {
		return err
	}
	if err := migrate(db.writer, o); err != nil {
		return err
	}
	if o.VFS == "" {
		if err := protect(o.Path); err != nil {
			return err
		}
	}
	for db.readers != nil && len(db.all) <= o.Readers {
		r, err := db.connect(o)
		if err != nil {
			return err
		}
		if err := r.db.Exec("PRAGMA query_only=ON"); err != nil {
			return err
		}
		db.readers.put(r)
	}
	if o.VFS == "" {
		return syncDir(o.Path) // the file's name, too, must survive a power cut
	}
	return nil
}

// Close waits for running transactions, ends all connections and gives the lock free. Calls that come later get store.ErrClosed.
func (db *DB) Close() (err error) {
	db.closed.Do(func() {
		close(db.closing)
		<-db.write
		for range len(db.all) - 1 {
			<-db.readers.free
		}
		err = db.release()
	})
	return err
}

func (db *DB) release() error {
	var errs []error
	for _, c := range db.all {
		errs = append(errs, c.close())
	}
	if db.lock != nil {
		errs = append(errs, db.lock.Close())
	}
	return errors.Join(errs...)
}

// Update implements store.Record. ctx is asked until the transaction begins, and once more before it is committed.
func (db *DB) Update(ctx context.Context, f func(store.Tx) error) (err error) {
	return db.change(ctx, func(w *conn) error { return f(&tx{reader{c: w}}) })
}

// change runs f on the writing connection in one transaction.
func (db *DB) change(ctx context.Context, f func(*conn) error) (err error) {
	if err := db.hold(ctx); err != nil {
		return err
	}
	w := db.writer
	defer func() { db.write <- w }()
	w.mechs.begin(&db.joined)
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return classify(err)
	}
	done := false
	defer func() {
		if !done { // f failed or panicked: nothing of it may stay
			clear(w.matters)
			if e := w.db.Exec("ROLLBACK"); e != nil && !w.db.GetAutocommit() {
				err = errors.Join(err, e)
			} else if e := w.forgetHeld(); e != nil {
				err = errors.Join(err, e)
			}
		}
	}()
	if err := f(w); err != nil {
		return classify(err)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	err = w.exec("COMMIT")
	if w.mechs.changed {
		db.joined.Add(1)
	}
	if err != nil {
		return classify(err)
	}
	done = true
	return nil
}

// hold waits for the right to write.
func (db *DB) hold(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-db.write:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-db.closing:
		return store.ErrClosed
	}
}

// View implements store.Record. When ctx ends, a query that is running stops.
func (db *DB) View(ctx context.Context, f func(store.Reader) error) error {
	return db.look(ctx, func(c *conn) error { return f(&reader{c: c}) })
}

// look runs f on a reading connection.
func (db *DB) look(ctx context.Context, f func(*conn) error) error {
	c, err := db.borrow(ctx)
	if err != nil {
		return err
	}
	defer db.giveBack(c)
	c.mechs.begin(&db.joined)
	if err := c.exec("BEGIN"); err != nil {
		return classify(err)
	}
	defer c.exec("ROLLBACK") // nothing was written: an error here loses nothing
	defer c.db.SetInterrupt(c.db.SetInterrupt(ctx))
	err = f(c)
	if errors.Is(err, sqlite3.INTERRUPT) && ctx.Err() != nil {
		return ctx.Err()
	}
	return classify(err)
}

func (db *DB) borrow(ctx context.Context) (*conn, error) {
	if db.readers == nil {
		return db.writer, db.hold(ctx)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-db.readers.free:
		return db.readers.take(), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-db.closing:
		return nil, store.ErrClosed
	}
}

func (db *DB) giveBack(c *conn) {
	if db.readers == nil {
		db.write <- c
	} else {
		db.readers.put(c)
	}
}

// Refused reports whether an error of the engine, in any database, is one of its disk, which takes nothing more for now.
func Refused(err error) bool {
	return errors.Is(err, sqlite3.FULL) || errors.Is(err, sqlite3.IOERR) || errors.Is(err, sqlite3.CANTOPEN) || errors.Is(err, sqlite3.READONLY)
}

// Barred reports whether one is of a file that cannot be opened or written though its disk takes more: most often it is somebody else's, as after a command that was given as root.
func Barred(err error) bool {
	return (errors.Is(err, sqlite3.CANTOPEN) || errors.Is(err, sqlite3.READONLY)) && !durable.Refused(err)
}

// classify names the failures that callers act on.
func classify(err error) error {
	switch {
	case err == nil:
		return nil
	case Refused(err):
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	case errors.Is(err, sqlite3.CORRUPT), errors.Is(err, sqlite3.NOTADB):
		return fmt.Errorf("%w: %w", store.ErrDamaged, err)
	}
	return err
}
