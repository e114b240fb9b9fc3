package sqlite

import (
	"context"
	"errors"

	"github.com/ncruces/go-sqlite3"
)

// longLog is how many pages (16 MiB) the write-ahead log may have before commits are held up for a moment to let it begin anew.
const longLog = 4096

// Checkpoint moves the write-ahead log into the database file, as far as readers allow. It works on a reader's connection while commits go on; only if the log
// has become long does it hold them up, for the little that came meanwhile. Call it every few seconds from a maintenance loop: commits never do it.
func (db *DB) Checkpoint() error {
	ctx := context.Background()
	c, err := db.borrow(ctx)
	if err != nil {
		return err
	}
	pages, err := checkpoint(c)
	db.giveBack(c)
	if err != nil {
		return err
	}
	if pages < longLog {
		return db.makeRoom()
	}
	// What was committed during the first one is not among the pages that the engine counts: with a commit in every moment the log would never begin anew by itself.
	if err := db.hold(ctx); err != nil {
		return err
	}
	defer func() { db.write <- db.writer }()
	_, err = checkpoint(db.writer)
	return err
}

// checkpoint says how many pages the log had when it began.
func checkpoint(c *conn) (pages int, err error) {
	pages, _, err = c.db.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE)
	if errors.Is(err, sqlite3.BUSY) {
		return 0, nil // another one is at it
	}
	return pages, classify(err)
}
