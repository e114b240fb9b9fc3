package sqlite

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"
)

// CopyTo writes one consistent state of the database into a new file, while commits go on. The copy is compact, and whole or not there at all once CopyTo has returned.
func (db *DB) CopyTo(ctx context.Context, path string) error { return Copy(ctx, db.path, path) }

// Peek reads a file that nobody has open, and leaves it as it is, of whatever version: how many steps its schema has taken, whether that is more than this program knows, and how much is in it
// of each log, by origin.
func Peek(path string) (steps int, newer bool, logs map[string]int64, err error) {
	c, err := sqlite3.OpenFlags(fileName(path)+"?immutable=1", sqlite3.OPEN_READONLY|sqlite3.OPEN_URI)
	if err != nil {
		return 0, false, nil, classify(err)
	}
	defer c.Close()
	logs = map[string]int64{}
	for query, take := range map[string]func(*sqlite3.Stmt){
		"PRAGMA user_version":          func(s *sqlite3.Stmt) { steps = s.ColumnInt(0) },
		"SELECT origin, size FROM log": func(s *sqlite3.Stmt) { logs[s.ColumnText(0)] = s.ColumnInt64(1) },
	} {
		s, _, err := c.Prepare(query)
		if err != nil {
			return 0, false, nil, classify(err)
		}
		for s.Step() {
			take(s)
		}
		if err := errors.Join(s.Err(), s.Close()); err != nil {
			return 0, false, nil, classify(err)
		}
	}
	return steps, steps > len(schema), logs, nil
}

// Copy is CopyTo for a database that somebody else has open, or nobody.
func Copy(ctx context.Context, from, to string) error {
	c, err := sqlite3.OpenFlags(fileName(from), sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if err != nil {
		return classify(err)
	}
	defer c.Close()
	c.SetInterrupt(ctx)
	if err := c.Exec("PRAGMA busy_timeout=10000; VACUUM INTO " + sqlite3.Quote(filepath.ToSlash(to))); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return classify(err)
	}
	return syncFile(to)
}
