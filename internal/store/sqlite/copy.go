package sqlite

import (
	"context"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"
)

// CopyTo writes one consistent state of the database into a new file, while commits go on. The copy is compact, and whole or not there at all once CopyTo has returned.
func (db *DB) CopyTo(ctx context.Context, path string) error { return Copy(ctx, db.path, path) }

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
