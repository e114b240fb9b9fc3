// Package staff owns our own people: accounts, one-time sign-in links, sessions and when somebody last looked. It is the party's private store.
//
// It promises that no secret is kept as it is (only SHA-256 of links and session cookies), that a link works once, and that what it says is durable on return.
// Nothing of it may leave the node: the fold, the line and the proof have no path to this package, which a test of the import graph keeps. It is not part of
// docs/protocol.md.
package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"time"

	_ "github.com/ncruces/go-sqlite3/driver" // registers "sqlite3"

	"entente.example/refusal"
)

// Options are what a store is opened with. All are required.
type Options struct {
	Path string
	Now  func() time.Time
	Rand io.Reader
}

// Store is the private store. Its methods may be called at once.
type Store struct {
	db   *sql.DB
	now  func() time.Time
	rand io.Reader
}

// schema has the steps from nothing to today's; a store that has gone further is refused.
var schema = []string{`
CREATE TABLE account (
	id INTEGER PRIMARY KEY,
	member TEXT NOT NULL UNIQUE,
	language TEXT NOT NULL,
	created INTEGER NOT NULL
) STRICT;
CREATE TABLE link (
	hash BLOB PRIMARY KEY,
	account INTEGER NOT NULL REFERENCES account(id),
	expires INTEGER NOT NULL,
	used INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE session (
	id INTEGER PRIMARY KEY,
	hash BLOB NOT NULL UNIQUE,
	account INTEGER NOT NULL REFERENCES account(id),
	created INTEGER NOT NULL,
	seen INTEGER NOT NULL,
	agent TEXT NOT NULL
) STRICT;
CREATE INDEX session_account ON session(account);
CREATE TABLE visit (
	account INTEGER NOT NULL REFERENCES account(id),
	mech TEXT NOT NULL,
	last INTEGER NOT NULL,
	mark TEXT NOT NULL,
	before INTEGER NOT NULL,
	mark_before TEXT NOT NULL,
	PRIMARY KEY (account, mech)
) STRICT, WITHOUT ROWID;
`, `
ALTER TABLE account ADD COLUMN handle BLOB;
CREATE UNIQUE INDEX account_handle ON account(handle);
CREATE TABLE passkey (
	id INTEGER PRIMARY KEY,
	account INTEGER NOT NULL REFERENCES account(id),
	credential BLOB NOT NULL UNIQUE,
	label TEXT NOT NULL,
	record BLOB NOT NULL,
	created INTEGER NOT NULL,
	used INTEGER NOT NULL
) STRICT;
CREATE INDEX passkey_account ON passkey(account);
`}

// Open opens the store, or makes it if there is none. The file is for its owner alone: one that others could read is refused.
func Open(ctx context.Context, o Options) (*Store, error) {
	// The driver would make the shared-memory file readable for everybody, so it is there before the driver looks; modeof does the same for the others.
	for _, path := range []string{o.Path, o.Path + "-shm"} {
		if err := private(path); err != nil {
			return nil, err
		}
	}
	q := url.Values{"_pragma": {"busy_timeout(5000)", "journal_mode(wal)", "synchronous(full)", "foreign_keys(1)"}, "_txlock": {"immediate"}, "modeof": {o.Path}}
	spaces := strings.NewReplacer("+", "%20") // SQLite does not read + as a space
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: o.Path}).EscapedPath()+"?"+spaces.Replace(q.Encode()))
	if err != nil {
		return nil, fmt.Errorf("private store: %w", err)
	}
	db.SetMaxOpenConns(1) // a handful of people; one connection keeps the settings and the memory small
	s := &Store{db: db, now: o.Now, rand: o.Rand}
	if err := s.prepare(ctx, o.Path); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
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

func (s *Store) prepare(ctx context.Context, path string) error {
	var have int
	if err := s.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		return refusal.New(refusal.Unavailable, "staff.unreadable", "file", path).Because(err)
	}
	if have > len(schema) {
		return refusal.New(refusal.Unavailable, "staff.newer", "file", path)
	}
	for n := have; n < len(schema); n++ {
		err := s.tx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, schema[n]+fmt.Sprintf("PRAGMA user_version = %d;", n+1))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// Close closes the store.
func (s *Store) Close() error { return s.db.Close() }

// tx runs f in one transaction; it is durable when tx returns nil. A page that is given up must not leave a half-done write, so ctx does not reach the commit.
func (s *Store) tx(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(context.WithoutCancel(ctx), nil)
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
