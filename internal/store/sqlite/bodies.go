package sqlite

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/store"
)

// Bodies keeps bodies in a file of their own. What is deleted there is overwritten, and its room given back.
type Bodies struct{ db *DB }

var _ store.Bodies = (*Bodies)(nil)

// bodySchema is the schema of the file, forward only. state: 0 whole or coming, 1 staged, 2 to be dropped. id of a piece is body << 24 | number.
var bodySchema = []string{`
CREATE TABLE body (id INTEGER PRIMARY KEY AUTOINCREMENT, mech TEXT NOT NULL, digest BLOB NOT NULL, state INTEGER NOT NULL, label BLOB NOT NULL, began INTEGER NOT NULL,
	held INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
CREATE UNIQUE INDEX body_digest ON body (mech, digest) WHERE state = 0;
CREATE TABLE piece (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE proof (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
`}

const (
	pieceBits  = 24
	dropAtOnce = 256 // pieces in one transaction: the write-ahead log stays short
)

// OpenBodies opens or creates the file of bodies and finishes what Drop had begun.
func OpenBodies(ctx context.Context, o Options) (*Bodies, error) {
	if o.Readers == 0 {
		o.Readers = 2 // pieces are read one at a time, and each connection takes memory from an idle node
	}
	o.schema, o.first = bodySchema, "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA secure_delete=ON; "
	db, err := Open(ctx, o)
	if err != nil {
		return nil, err
	}
	b := &Bodies{db}
	if err := b.sweep(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return b, nil
}

func (b *Bodies) sweep(ctx context.Context) error {
	var left []store.BodyID
	err := b.db.look(ctx, func(c *conn) error {
		return c.each(func(s *sqlite3.Stmt) bool {
			left = append(left, store.BodyID(s.ColumnInt64(0)))
			return true
		}, "SELECT id FROM body WHERE state=2")
	})
	for _, id := range left {
		err = errors.Join(err, b.Drop(ctx, id))
	}
	return err
}

// Close implements store.Bodies.
func (b *Bodies) Close() error { return b.db.Close() }

// Checkpoint moves the write-ahead log into the file; see DB.Checkpoint.
func (b *Bodies) Checkpoint() error { return b.db.Checkpoint() }

// CopyTo writes one consistent state into a new file.
func (b *Bodies) CopyTo(ctx context.Context, path string) error { return b.db.CopyTo(ctx, path) }

// Begin implements store.Bodies.
func (b *Bodies) Begin(ctx context.Context, x store.Body) (id store.BodyID, err error) {
	state := int64(0)
	if x.Staged {
		state = 1
	}
	err = b.db.change(ctx, func(c *conn) error {
		begun, err := c.int("SELECT id FROM body WHERE mech=? AND digest=? AND state=? AND label=?", x.Mech, x.Commit[:], state, notNil(x.Label))
		if errors.Is(err, store.ErrMissing) {
			err = c.exec("INSERT INTO body (mech, digest, state, label, began, held, bytes) VALUES (?,?,?,?,?,0,0)", x.Mech, x.Commit[:], state, notNil(x.Label), x.Began)
			begun = c.db.LastInsertRowID()
		}
		id = store.BodyID(begun)
		return taken(err)
	})
	return id, err
}

// taken names the failure of a second body under one commitment.
func taken(err error) error {
	if errors.Is(err, sqlite3.CONSTRAINT_UNIQUE) {
		return fmt.Errorf("%w: there is a body under this commitment", store.ErrConflict)
	}
	return err
}

func pieceRow(id store.BodyID, n int64) int64 { return int64(id)<<pieceBits + n }

// Add implements store.Bodies.
func (b *Bodies) Add(ctx context.Context, id store.BodyID, pieces []store.BodyPiece) (held int64, err error) {
	err = b.db.change(ctx, func(c *conn) error {
		var count, bytes int64
		for _, p := range pieces {
			if p.N < 0 || p.N >= 1<<pieceBits {
				return fmt.Errorf("piece %d of body %d", p.N, id)
			}
			if err := c.exec("INSERT OR IGNORE INTO piece (id, data) VALUES (?,?)", pieceRow(id, p.N), notNil(p.Data)); err != nil {
				return err
			}
			if c.db.Changes() == 0 {
				continue
			}
			count, bytes = count+1, bytes+int64(len(p.Data))+p.Apart
			if len(p.Proof) == 0 {
				continue
			}
			if err := c.exec("INSERT INTO proof (id, data) VALUES (?,?)", pieceRow(id, p.N), p.Proof); err != nil {
				return err
			}
		}
		held, err = c.int("UPDATE body SET held=held+?, bytes=bytes+? WHERE id=? AND state<2 RETURNING held", count, bytes, int64(id))
		return err
	})
	return held, err
}

// Settle implements store.Bodies.
func (b *Bodies) Settle(ctx context.Context, id store.BodyID, commit store.Hash, proof func(int64) ([]byte, error)) error {
	return b.db.change(ctx, func(c *conn) error {
		held, err := c.int("UPDATE body SET digest=?1, state=0 WHERE id=?2 AND (state=1 OR state=0 AND digest=?1) RETURNING held", commit[:], int64(id))
		if err != nil {
			return taken(err)
		}
		for n := range held {
			p, err := proof(n)
			if err != nil {
				return err
			}
			if err := c.exec("INSERT OR REPLACE INTO proof (id, data) VALUES (?,?)", pieceRow(id, n), p); err != nil {
				return err
			}
		}
		return nil
	})
}

const bodyColumns = "SELECT id, mech, digest, state, label, began, held, bytes FROM body "

func scanBody(s *sqlite3.Stmt) store.Body {
	b := store.Body{ID: store.BodyID(s.ColumnInt64(0)), Mech: s.ColumnText(1), Staged: s.ColumnInt64(3) == 1, Label: blob(s, 4), Began: s.ColumnInt64(5), Held: s.ColumnInt64(6),
		Bytes: s.ColumnInt64(7)}
	copy(b.Commit[:], s.ColumnRawBlob(2))
	return b
}

// Body implements store.Bodies.
func (b *Bodies) Body(ctx context.Context, mech string, commit store.Hash) (out store.Body, err error) {
	err = b.db.look(ctx, func(c *conn) error {
		return c.one(func(s *sqlite3.Stmt) { out = scanBody(s) }, bodyColumns+"WHERE mech=? AND digest=? AND state=0", mech, commit[:])
	})
	return out, err
}

// List implements store.Bodies.
func (b *Bodies) List(ctx context.Context) (out []store.Body, err error) {
	err = b.db.look(ctx, func(c *conn) error {
		return c.each(func(s *sqlite3.Stmt) bool {
			out = append(out, scanBody(s))
			return true
		}, bodyColumns+"WHERE state<2 ORDER BY id")
	})
	return out, err
}

// Proven implements store.Bodies.
func (b *Bodies) Proven(ctx context.Context, id store.BodyID) (out []int64, err error) {
	err = b.db.look(ctx, func(c *conn) error {
		return c.each(func(s *sqlite3.Stmt) bool {
			out = append(out, s.ColumnInt64(0)-pieceRow(id, 0))
			return true
		}, "SELECT id FROM proof WHERE id>=? AND id<? ORDER BY id", pieceRow(id, 0), pieceRow(id+1, 0))
	})
	return out, err
}

// Piece implements store.Bodies.
func (b *Bodies) Piece(ctx context.Context, id store.BodyID, n int64) (p store.BodyPiece, err error) {
	if n < 0 || n >= 1<<pieceBits {
		return p, store.ErrMissing
	}
	p.N = n
	err = b.db.look(ctx, func(c *conn) error {
		return c.one(func(s *sqlite3.Stmt) { p.Data, p.Proof = blob(s, 0), blob(s, 1) },
			"SELECT p.data, q.data FROM piece p LEFT JOIN proof q ON q.id=p.id WHERE p.id=?", pieceRow(id, n))
	})
	return p, err
}

// Drop implements store.Bodies. The body is gone for everybody with its first transaction; its bytes go in several, each overwritten where it was.
func (b *Bodies) Drop(ctx context.Context, id store.BodyID) error {
	left := int64(1)
	err := b.db.change(ctx, func(c *conn) error {
		err := c.exec("UPDATE body SET state=2, digest=x'' WHERE id=?", int64(id))
		return err
	})
	for err == nil && left > 0 {
		err = b.db.change(ctx, func(c *conn) (err error) {
			for _, table := range []string{"piece", "proof"} {
				if err := c.exec("DELETE FROM "+table+" WHERE id IN (SELECT id FROM "+table+" WHERE id>=? AND id<? LIMIT ?)", pieceRow(id, 0), pieceRow(id+1, 0), int64(dropAtOnce)); err != nil {
					return err
				}
			}
			left, err = c.int("SELECT count(*) FROM (SELECT 1 FROM piece WHERE id>=?1 AND id<?2 UNION ALL SELECT 1 FROM proof WHERE id>=?1 AND id<?2 LIMIT 1)", pieceRow(id, 0), pieceRow(id+1, 0))
			return err
		})
		if err == nil {
			err = b.db.Checkpoint()
		}
	}
	if err != nil {
		return err
	}
	if err := b.db.change(ctx, func(c *conn) error { return c.exec("DELETE FROM body WHERE id=?", int64(id)) }); err != nil {
		return err
	}
	return b.giveBack(ctx)
}

// truncateWait is how long Drop waits for readers before it says that it has to be repeated.
const truncateWait = 10 * time.Second

// giveBack cuts free pages off the file and empties the write-ahead log, in which deleted bytes may still stand.
func (b *Bodies) giveBack(ctx context.Context) error {
	if err := b.db.hold(ctx); err != nil {
		return err
	}
	defer func() { b.db.write <- b.db.writer }()
	c := b.db.writer
	if err := c.db.Exec("PRAGMA incremental_vacuum"); err != nil {
		return classify(err)
	}
	for end := time.Now().Add(truncateWait); ; {
		_, _, err := c.db.WALCheckpoint("main", sqlite3.CHECKPOINT_TRUNCATE)
		if !errors.Is(err, sqlite3.BUSY) || time.Now().After(end) {
			return classify(err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}
