-- A private store as the program of 25 November 2026 wrote it: 6 steps.
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
CREATE TABLE feed (
	account INTEGER NOT NULL REFERENCES account(id),
	mech TEXT NOT NULL,
	hash BLOB NOT NULL UNIQUE,
	PRIMARY KEY (account, mech)
) STRICT, WITHOUT ROWID;
CREATE TABLE digest (
	account INTEGER PRIMARY KEY REFERENCES account(id),
	address TEXT NOT NULL,
	language TEXT NOT NULL,
	hour INTEGER NOT NULL,
	zone TEXT NOT NULL,
	sent TEXT NOT NULL
) STRICT;
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
PRAGMA user_version=6;
