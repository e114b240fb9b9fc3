package sqlite

import (
	"fmt"

	"entente.example/internal/store"
)

// schema holds the steps from an empty file to today's tables, forward only. A released step is never changed.
var schema = []string{`
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
`, `ALTER TABLE log ADD COLUMN tail BLOB NOT NULL DEFAULT x''`, `
CREATE TABLE parcel (mech TEXT NOT NULL, party TEXT NOT NULL, out INTEGER NOT NULL, sequence INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (mech, party, out, sequence)) STRICT, WITHOUT ROWID;
`, `
-- Entries that came in bulk share a row: see bundle.go. id is the entries' id divided by their number.
CREATE TABLE bundle (id INTEGER PRIMARY KEY, outcomes BLOB NOT NULL, leaves BLOB NOT NULL) STRICT;
CREATE TABLE bundle_matter (matter INTEGER NOT NULL, bundle INTEGER NOT NULL, PRIMARY KEY (matter, bundle)) STRICT, WITHOUT ROWID;
`, `
CREATE TABLE contact (mech TEXT NOT NULL, party TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (mech, party)) STRICT, WITHOUT ROWID;
`, `
-- A program that finds more owing than an older one did says so in a step of its own, as this one does for what was stored before there was the column.
ALTER TABLE matter ADD COLUMN owes INTEGER NOT NULL DEFAULT 0;
UPDATE matter SET owes=instr(state, CAST('"choices":{' AS BLOB))>0 OR instr(state, CAST('"generations":[' AS BLOB))>0 OR instr(state, CAST('"unreceived":[' AS BLOB))>0;
CREATE INDEX matter_owing ON matter (mech, key) WHERE owes=1;
`, `
CREATE TABLE witnessed (log INTEGER NOT NULL, witness TEXT NOT NULL, size INTEGER NOT NULL, time INTEGER NOT NULL, note BLOB NOT NULL, PRIMARY KEY (log, witness)) STRICT, WITHOUT ROWID;
CREATE TABLE word (mech TEXT NOT NULL, party TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (mech, party)) STRICT, WITHOUT ROWID;
`, `
-- States are kept packed: see packed.go. The room that this sets free in the file is used for what comes.
UPDATE matter SET state=packed(state) WHERE length(state)>0;
`, `
-- A note is longer than a page. Where it lies in the tree that is searched, each step of a search reads a whole one; so the rows lie by number, and what is searched are the keys.
ALTER TABLE receipt RENAME TO receipt_before;
CREATE TABLE receipt (log INTEGER NOT NULL, party TEXT NOT NULL, size INTEGER NOT NULL, time INTEGER NOT NULL, note BLOB NOT NULL, PRIMARY KEY (log, party)) STRICT;
INSERT INTO receipt SELECT log, party, size, time, note FROM receipt_before ORDER BY log, party;
DROP TABLE receipt_before;
ALTER TABLE witnessed RENAME TO witnessed_before;
CREATE TABLE witnessed (log INTEGER NOT NULL, witness TEXT NOT NULL, size INTEGER NOT NULL, time INTEGER NOT NULL, note BLOB NOT NULL, PRIMARY KEY (log, witness)) STRICT;
INSERT INTO witnessed SELECT log, witness, size, time, note FROM witnessed_before ORDER BY log, witness;
DROP TABLE witnessed_before;
`}

// migrate brings the file to today's schema, each step in its own transaction, and refuses a newer one.
func migrate(c *conn, o Options) error {
	schema := o.schema
	version, err := c.int("PRAGMA user_version")
	if err != nil {
		return err
	}
	if version < 0 {
		return fmt.Errorf("%w: its schema is %d", store.ErrDamaged, version)
	}
	if version > int64(len(schema)) {
		return fmt.Errorf("%w: its schema is %d, this program knows %d", store.ErrNewer, version, len(schema))
	}
	if version > 0 && version < int64(len(schema)) && o.Before != nil {
		if err := o.Before(int(version), len(schema)); err != nil {
			return err
		}
	}
	if err := packs(c.db); err != nil {
		return err
	}
	for i := version; i < int64(len(schema)); i++ {
		step := fmt.Sprintf("BEGIN IMMEDIATE; %s; PRAGMA user_version=%d; COMMIT", schema[i], i+1)
		if err := c.db.Exec(step); err != nil {
			return fmt.Errorf("schema step %d: %w", i+1, err)
		}
	}
	return nil
}
