package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"entente.example/internal/store"
)

// Bodies keeps bodies in the database of the record, over connections of their own: a large one never stands before an entry. Every transaction that writes checks the pen, as the record's do.
// What is dropped there nobody can ask for any more; where it was the server overwrites it in its own time, and never in its write-ahead log or dumps: the key is what makes an end of it.
type Bodies struct {
	pool  *pgxpool.Pool
	epoch int64
}

var _ store.Bodies = (*Bodies)(nil)

// bodySchema stands behind the record's own tables. state: 0 whole or coming, 1 staged. What comes is sealed, and cannot be compressed.
const bodySchema = `
CREATE TABLE body (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mech text COLLATE "C" NOT NULL, digest bytea NOT NULL, state bigint NOT NULL, label bytea NOT NULL, began bigint NOT NULL,
	held bigint NOT NULL, bytes bigint NOT NULL);
CREATE UNIQUE INDEX body_digest ON body (mech, digest) WHERE state = 0;
CREATE TABLE piece (body bigint NOT NULL, n bigint NOT NULL, data bytea NOT NULL, proof bytea NOT NULL, PRIMARY KEY (body, n));
ALTER TABLE piece ALTER data SET STORAGE EXTERNAL;
`

// pieceLimit is the largest number of a piece, as on every ground.
const pieceLimit = 1 << 24

// Bodies opens the bodies beside a record. They are closed before it is.
func (db *DB) Bodies(ctx context.Context) (*Bodies, error) {
	config := db.pool.Config()
	config.MaxConns = 3 // pieces are read one at a time
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, classify(err)
	}
	return &Bodies{pool, db.epoch}, nil
}

// Close implements store.Bodies.
func (b *Bodies) Close() error {
	b.pool.Close()
	return nil
}

// Checkpoint does nothing: the server does it.
func (b *Bodies) Checkpoint() error { return nil }

// change writes in one transaction, if nobody else has the pen.
func (b *Bodies) change(ctx context.Context, f func(pgx.Tx) error) error {
	return b.on(ctx, func(c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			var epoch int64
			if err := tx.QueryRow(ctx, "SELECT epoch FROM pen FOR SHARE").Scan(&epoch); err != nil {
				return err
			}
			if epoch != b.epoch {
				return store.ErrFenced
			}
			return f(tx)
		})
	})
}

// on does something on a connection, again if that one is lost.
func (b *Bodies) on(ctx context.Context, do func(*pgx.Conn) error) error {
	return told(ctx, patiently(ctx, func() error {
		c, err := b.pool.Acquire(ctx)
		if err != nil {
			return err
		}
		defer c.Release()
		return broken(c.Conn(), do(c.Conn()))
	}))
}

// told names the failures that callers act on.
func told(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, pgx.ErrNoRows):
		return store.ErrMissing
	case code(err) == "23505":
		return fmt.Errorf("%w: there is a body under this commitment", store.ErrConflict)
	}
	return classify(err)
}

// Begin implements store.Bodies. A session may end between the commit and its answer: then this is its second time.
func (b *Bodies) Begin(ctx context.Context, x store.Body) (id store.BodyID, err error) {
	state := 0
	if x.Staged {
		state = 1
	}
	err = b.change(ctx, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, "SELECT id FROM body WHERE mech=$1 AND digest=$2 AND state=$3 AND label=$4", x.Mech, x.Commit[:], state, notNil(x.Label)).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			err = tx.QueryRow(ctx, "INSERT INTO body (mech, digest, state, label, began, held, bytes) VALUES ($1,$2,$3,$4,$5,0,0) RETURNING id", x.Mech, x.Commit[:], state, notNil(x.Label), x.Began).Scan(&id)
		}
		return err
	})
	return id, err
}

// add stores pieces in one statement, and says how much of it was new.
const add = `WITH new AS (INSERT INTO piece (body, n, data, proof) SELECT $1, * FROM unnest($2::bigint[], $3::bytea[], $4::bytea[]) ON CONFLICT DO NOTHING RETURNING length(data) AS bytes)
UPDATE body b SET held=b.held+s.count, bytes=b.bytes+s.bytes FROM (SELECT count(*), coalesce(sum(bytes), 0) AS bytes FROM new) s WHERE b.id=$1 RETURNING b.held`

// Add implements store.Bodies.
func (b *Bodies) Add(ctx context.Context, id store.BodyID, pieces []store.BodyPiece) (held int64, err error) {
	var numbers []int64
	var datas, proofs [][]byte
	for _, p := range pieces {
		if p.N < 0 || p.N >= pieceLimit {
			return 0, fmt.Errorf("piece %d of body %d", p.N, id)
		}
		numbers, datas, proofs = append(numbers, p.N), append(datas, notNil(p.Data)), append(proofs, notNil(p.Proof))
	}
	err = b.change(ctx, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, add, id, numbers, datas, proofs).Scan(&held)
	})
	return held, err
}

// Settle implements store.Bodies.
func (b *Bodies) Settle(ctx context.Context, id store.BodyID, commit store.Hash, proof func(int64) ([]byte, error)) error {
	return b.change(ctx, func(tx pgx.Tx) error {
		var held int64
		if err := tx.QueryRow(ctx, "UPDATE body SET digest=$1, state=0 WHERE id=$2 AND (state=1 OR digest=$1) RETURNING held", commit[:], id).Scan(&held); err != nil {
			return err
		}
		for from := int64(0); from < held; from += largestPage {
			var numbers []int64
			var proofs [][]byte
			for n := from; n < min(held, from+largestPage); n++ {
				p, err := proof(n)
				if err != nil {
					return err
				}
				numbers, proofs = append(numbers, n), append(proofs, p)
			}
			if _, err := tx.Exec(ctx, "UPDATE piece p SET proof=u.proof FROM unnest($2::bigint[], $3::bytea[]) u(n, proof) WHERE p.body=$1 AND p.n=u.n", id, numbers, proofs); err != nil {
				return err
			}
		}
		return nil
	})
}

const bodyColumns = "SELECT id, mech, digest, state, label, began, held, bytes FROM body "

func scanBody(row pgx.CollectableRow) (b store.Body, err error) {
	var digest []byte
	var state int
	err = row.Scan(&b.ID, &b.Mech, &digest, &state, &b.Label, &b.Began, &b.Held, &b.Bytes)
	copy(b.Commit[:], digest)
	b.Staged = state == 1
	return b, err
}

// rows reads all rows of a query.
func rows[T any](ctx context.Context, b *Bodies, scan func(pgx.CollectableRow) (T, error), sql string, args ...any) (out []T, err error) {
	err = b.on(ctx, func(c *pgx.Conn) error {
		found, err := c.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(found, scan)
		return err
	})
	return out, err
}

func first[T any](all []T, err error) (one T, _ error) {
	if err == nil && len(all) == 0 {
		err = store.ErrMissing
	}
	if err != nil {
		return one, err
	}
	return all[0], nil
}

// Body implements store.Bodies.
func (b *Bodies) Body(ctx context.Context, mech string, commit store.Hash) (store.Body, error) {
	return first(rows(ctx, b, scanBody, bodyColumns+"WHERE mech=$1 AND digest=$2 AND state=0", mech, commit[:]))
}

// List implements store.Bodies.
func (b *Bodies) List(ctx context.Context) ([]store.Body, error) {
	return rows(ctx, b, scanBody, bodyColumns+"ORDER BY id")
}

// Proven implements store.Bodies.
func (b *Bodies) Proven(ctx context.Context, id store.BodyID) ([]int64, error) {
	return rows(ctx, b, pgx.RowTo[int64], "SELECT n FROM piece WHERE body=$1 AND proof<>'' ORDER BY n", id)
}

// Piece implements store.Bodies.
func (b *Bodies) Piece(ctx context.Context, id store.BodyID, n int64) (store.BodyPiece, error) {
	return first(rows(ctx, b, func(row pgx.CollectableRow) (p store.BodyPiece, err error) {
		p.N = n
		return p, row.Scan(&p.Data, &p.Proof)
	}, "SELECT data, proof FROM piece WHERE body=$1 AND n=$2", id, n))
}

// Drop implements store.Bodies.
func (b *Bodies) Drop(ctx context.Context, id store.BodyID) error {
	return b.change(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "DELETE FROM body WHERE id=$1", id) // first: who adds to it waits for this, and finds it gone
		if err == nil {
			_, err = tx.Exec(ctx, "DELETE FROM piece WHERE body=$1", id)
		}
		return err
	})
}
