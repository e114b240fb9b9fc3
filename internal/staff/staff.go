// Package staff owns our own people: accounts, how they sign in (links, passkeys, passwords with codes, the house's directory), sessions, addresses of calendars, whom letters go to and what they were sent, when somebody last looked, and the
// trail of what they did about all that; and the passes of guests, which are a kind of their own: none of them opens anything of a member's. It is the party's private store.
//
// It promises that no secret is kept as it is (only SHA-256 of links, addresses and session cookies; of passwords only what they seal), that a link and a code work once, and that what it says is durable on return.
// Nothing of it may leave the node: the fold, the line and the proof have no path to this package, which a test of the import graph keeps. It is not part of
// docs/protocol.md.
package staff

import (
	"context"
	"database/sql"
	"io"
	"time"

	"entente.example/internal/cabinet"
)

// Options are what a store is opened with. All are required.
type Options struct {
	Path string
	Now  func() time.Time
	Rand io.Reader // drawn from at once by several
	// Before is that of cabinet.Plan.
	Before func(from, to int) error
}

// Store is the private store. Its methods may be called at once.
type Store struct {
	db    *cabinet.DB
	now   func() time.Time
	rand  io.Reader
	smith smith
	tries *tries

	trodden trodden
}

// schema holds the steps from an empty file to today's tables. A store that has taken more of them is newer, and refused. A released step is never changed.
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
`, `
CREATE TABLE feed (
	account INTEGER NOT NULL REFERENCES account(id),
	mech TEXT NOT NULL,
	hash BLOB NOT NULL UNIQUE,
	PRIMARY KEY (account, mech)
) STRICT, WITHOUT ROWID;
`, `
CREATE TABLE digest (
	account INTEGER PRIMARY KEY REFERENCES account(id),
	address TEXT NOT NULL,
	language TEXT NOT NULL,
	hour INTEGER NOT NULL,
	zone TEXT NOT NULL,
	sent TEXT NOT NULL
) STRICT;
`, `
CREATE TABLE password (
	account INTEGER NOT NULL REFERENCES account(id),
	confirmed INTEGER NOT NULL,
	memory INTEGER NOT NULL,
	passes INTEGER NOT NULL,
	threads INTEGER NOT NULL,
	salt BLOB NOT NULL,
	sealed BLOB NOT NULL,
	step INTEGER NOT NULL,
	created INTEGER NOT NULL,
	PRIMARY KEY (account, confirmed)
) STRICT, WITHOUT ROWID;
CREATE TABLE trail (
	id INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	account INTEGER NOT NULL REFERENCES account(id),
	what TEXT NOT NULL,
	detail TEXT NOT NULL
) STRICT;
CREATE INDEX trail_account ON trail(account);
`, `
-- A guest is no account of ours. A pass is a link, then the one session that it opened.
CREATE TABLE pass (
	id INTEGER PRIMARY KEY,
	mech TEXT NOT NULL,
	guest TEXT NOT NULL,
	proposal TEXT NOT NULL,
	person TEXT NOT NULL,
	by TEXT NOT NULL,
	made INTEGER NOT NULL,
	link BLOB NOT NULL UNIQUE,
	expires INTEGER NOT NULL,
	session BLOB UNIQUE,
	entered INTEGER NOT NULL DEFAULT 0,
	seen INTEGER NOT NULL DEFAULT 0,
	agent TEXT NOT NULL DEFAULT ''
) STRICT;
`, `
CREATE TABLE sign_on (
	account INTEGER PRIMARY KEY REFERENCES account(id),
	issuer TEXT NOT NULL,
	subject TEXT NOT NULL,
	created INTEGER NOT NULL,
	used INTEGER NOT NULL,
	UNIQUE (issuer, subject)
) STRICT;
`, `
-- When the house's directory last saw who sits there; 0: the session was not begun through it.
ALTER TABLE session ADD COLUMN recognised INTEGER NOT NULL DEFAULT 0;
`, `
CREATE TABLE meeting_mail (
	account INTEGER PRIMARY KEY REFERENCES account(id),
	address TEXT NOT NULL,
	language TEXT NOT NULL,
	since INTEGER NOT NULL
) STRICT;
CREATE TABLE meeting_sent (
	account INTEGER NOT NULL REFERENCES account(id),
	mech TEXT NOT NULL,
	matter TEXT NOT NULL,
	sequence INTEGER NOT NULL,
	cancelled INTEGER NOT NULL,
	first TEXT NOT NULL,
	last TEXT NOT NULL,
	place TEXT NOT NULL,
	PRIMARY KEY (account, mech, matter)
) STRICT, WITHOUT ROWID;
`}

// Open opens the store, or makes it if there is none. The file is for its owner alone: one that others could read is refused.
func Open(ctx context.Context, o Options) (*Store, error) {
	db, err := cabinet.Open(ctx, cabinet.Plan{Path: o.Path, Schema: schema, Before: o.Before})
	if err != nil {
		return nil, err
	}
	return &Store{db: db, now: o.Now, rand: o.Rand, smith: newSmith(standard), tries: &tries{of: map[string]try{}}}, nil
}

// Close closes the store.
func (s *Store) Close() error { return s.db.Close() }

func (s *Store) tx(ctx context.Context, f func(*sql.Tx) error) error { return s.db.Do(ctx, f) }
