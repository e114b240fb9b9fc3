-- A record as the program of 25 November 2026 wrote it: six steps.
CREATE TABLE mechanism (id TEXT PRIMARY KEY, charter BLOB NOT NULL, self TEXT NOT NULL, joined INTEGER NOT NULL) STRICT;
CREATE TABLE log (id INTEGER PRIMARY KEY, mech TEXT NOT NULL REFERENCES mechanism(id), origin TEXT NOT NULL UNIQUE, party TEXT NOT NULL, gen INTEGER NOT NULL,
	own INTEGER NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, applied INTEGER NOT NULL, checkpoint BLOB NOT NULL) STRICT;
CREATE TABLE matter (id INTEGER PRIMARY KEY, mech TEXT NOT NULL, key TEXT NOT NULL, state BLOB NOT NULL, past BLOB NOT NULL, lam INTEGER NOT NULL, last TEXT NOT NULL,
	acts INTEGER NOT NULL, UNIQUE (mech, key)) STRICT;
-- id is log << 40 | index: appending is appending to one B-tree. matter 0 and lam 0 mean that the entry waits for its past.
CREATE TABLE entry (id INTEGER PRIMARY KEY, matter INTEGER NOT NULL, lam INTEGER NOT NULL, past BLOB NOT NULL, void BLOB, leaf BLOB NOT NULL) STRICT;
CREATE INDEX entry_matter ON entry (matter);
CREATE TABLE tile (log INTEGER NOT NULL, level INTEGER NOT NULL, n INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (log, level, n)) STRICT;
CREATE TABLE receipt (log INTEGER NOT NULL, party TEXT NOT NULL, size INTEGER NOT NULL, time INTEGER NOT NULL, note BLOB NOT NULL, PRIMARY KEY (log, party)) STRICT, WITHOUT ROWID;
CREATE TABLE evidence (id INTEGER PRIMARY KEY, mech TEXT NOT NULL, data BLOB NOT NULL UNIQUE) STRICT;
ALTER TABLE log ADD COLUMN tail BLOB NOT NULL DEFAULT x'';
CREATE TABLE parcel (mech TEXT NOT NULL, party TEXT NOT NULL, out INTEGER NOT NULL, sequence INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (mech, party, out, sequence)) STRICT, WITHOUT ROWID;
-- Entries that came in bulk share a row: see bundle.go. id is the entries' id divided by their number.
CREATE TABLE bundle (id INTEGER PRIMARY KEY, outcomes BLOB NOT NULL, leaves BLOB NOT NULL) STRICT;
CREATE TABLE bundle_matter (matter INTEGER NOT NULL, bundle INTEGER NOT NULL, PRIMARY KEY (matter, bundle)) STRICT, WITHOUT ROWID;
CREATE TABLE contact (mech TEXT NOT NULL, party TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (mech, party)) STRICT, WITHOUT ROWID;
-- A program that finds more owing than an older one did says so in a step of its own, as this one does for what was stored before there was the column.
ALTER TABLE matter ADD COLUMN owes INTEGER NOT NULL DEFAULT 0;
UPDATE matter SET owes=instr(state, CAST('"choices":{' AS BLOB))>0 OR instr(state, CAST('"generations":[' AS BLOB))>0 OR instr(state, CAST('"unreceived":[' AS BLOB))>0;
CREATE INDEX matter_owing ON matter (mech, key) WHERE owes=1;
INSERT INTO mechanism (id, charter, self, joined) VALUES ('first', x'63', 'cedar', 0);
INSERT INTO log (mech, origin, party, gen, own, size, root, applied, checkpoint) VALUES ('first', 'first', 'cedar', 1, 1, 0, x'', 0, x'');
PRAGMA user_version=6;
