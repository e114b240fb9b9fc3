// Package cabinet opens the small SQLite files that are a party's own: its people, and what readers wrote to it.
//
// It promises that a file is for its owner alone, and that what a transaction says is durable on return. What is in a file is for the package that owns it.
package cabinet

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"

	_ "github.com/ncruces/go-sqlite3/driver" // registers "sqlite3"

	"entente.example/refusal"
)

// Plan says what a file holds.
type Plan struct {
	Path   string
	Schema []string // the steps from nothing to today's; a file that has gone further is refused
	Wipe   bool     // overwrite what is deleted
	// Before is called once before the first step that brings a file of an older program to today's schema; its error leaves the file as it is. Nothing if nil.
	Before func(from, to int) error
}

// DB is an opened file. Its methods may be called at once.
type DB struct {
	*sql.DB
	mu    sync.Mutex
	asked map[string]*sql.Stmt
}

// mostAsked bounds how many questions are kept ready.
const mostAsked = 128

// Open opens the file, or makes it if there is none. One that others could read, or of a newer version, is refused.
func Open(ctx context.Context, p Plan) (*DB, error) {
	// The driver would make the shared-memory file readable for everybody, so it is there before the driver looks; modeof does the same for the others.
	for _, path := range []string{p.Path, p.Path + "-shm"} {
		if err := private(path); err != nil {
			return nil, err
		}
	}
	pragmas := []string{"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)"}
	if p.Wipe {
		pragmas = append(pragmas, "secure_delete(1)")
	}
	q := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}, "modeof": {p.Path}}
	spaces := strings.NewReplacer("+", "%20") // SQLite does not read + as a space
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: p.Path}).EscapedPath()+"?"+spaces.Replace(q.Encode()))
	if err != nil {
		return nil, fmt.Errorf("private store: %w", err)
	}
	db.SetMaxOpenConns(1) // a handful of people; one connection keeps the settings and the memory small
	d := &DB{DB: db, asked: map[string]*sql.Stmt{}}
	if err := d.prepare(ctx, p); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return d, nil
}

// private makes a file for its owner alone, or refuses one that others could read.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return refusal.New(refusal.Unavailable, "staff.unreadable", "file", path).Because(err)
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Close()); err != nil {
		return refusal.New(refusal.Unavailable, "staff.unreadable", "file", path).Because(err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return refusal.New(refusal.Denied, "staff.open_to_others", "file", path)
	}
	return nil
}

func (d *DB) prepare(ctx context.Context, p Plan) error {
	var have int
	if err := d.DB.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		return refusal.New(refusal.Unavailable, "staff.unreadable", "file", p.Path).Because(err)
	}
	if have < 0 { // no program has written that
		return refusal.New(refusal.Unavailable, "staff.unreadable", "file", p.Path)
	}
	if have > len(p.Schema) {
		return refusal.New(refusal.Unavailable, "staff.newer", "file", p.Path)
	}
	if have > 0 && have < len(p.Schema) && p.Before != nil {
		if err := p.Before(have, len(p.Schema)); err != nil {
			return err
		}
	}
	for n := have; n < len(p.Schema); n++ {
		err := d.Do(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, p.Schema[n]+fmt.Sprintf("PRAGMA user_version = %d;", n+1))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Do runs f in one transaction; it is durable when Do returns nil. A page that is given up must not leave a half-done write, so ctx does not reach the commit.
func (d *DB) Do(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := d.BeginTx(context.WithoutCancel(ctx), nil)
	if err != nil {
		return fmt.Errorf("private store: %w", err)
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("private store: %w", err)
	}
	return nil
}

// QueryContext is that of sql.DB.
func (d *DB) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if s := d.ready(ctx, query); s != nil {
		return s.QueryContext(ctx, args...)
	}
	return d.DB.QueryContext(ctx, query, args...)
}

// QueryRowContext is that of sql.DB.
func (d *DB) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if s := d.ready(ctx, query); s != nil {
		return s.QueryRowContext(ctx, args...)
	}
	return d.DB.QueryRowContext(ctx, query, args...)
}

// ready is a question that SQLite has understood before, nil if it is to be put afresh. Every page puts the same few, and understanding one takes longer than answering it.
func (d *DB) ready(ctx context.Context, query string) *sql.Stmt {
	d.mu.Lock()
	s, full := d.asked[query], len(d.asked) >= mostAsked
	d.mu.Unlock()
	if s != nil || full {
		return s
	}
	s, err := d.PrepareContext(ctx, query) // without the lock: the one connection may be at work for whoever asks next
	if err != nil {
		return nil // whoever asks is told when it is put
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if other := d.asked[query]; other != nil {
		_ = s.Close() // nobody has used it
		return other
	}
	d.asked[query] = s
	return s
}
