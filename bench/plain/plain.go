// Package plain is what transactions on PostgreSQL are measured against: a loop of inserts and a commit, of the same columns and indexes as ours, pipelined.
package plain

import (
	"context"

	"github.com/jackc/pgx/v5"

	"entente.example/internal/store"
)

// Matters is among how many matters entries take turns.
const Matters = 500

// Loop is a session with a table of its own.
type Loop struct{ *pgx.Conn }

// New makes the table in a database.
func New(ctx context.Context, url string) (*Loop, error) {
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	_, err = c.Exec(ctx, "CREATE TABLE plain (id bigint PRIMARY KEY, matter bigint NOT NULL, lam bigint NOT NULL, past bytea NOT NULL, void bytea, leaf bytea NOT NULL); CREATE INDEX ON plain (matter, id)", pgx.QueryExecModeSimpleProtocol)
	return &Loop{c}, err
}

// Insert puts entries in from a place on, in one transaction.
func (l *Loop) Insert(ctx context.Context, entries []store.Entry, at int64) error {
	var rows pgx.Batch
	rows.Queue("BEGIN")
	for i, e := range entries {
		n := at + int64(i)
		rows.Queue("INSERT INTO plain VALUES ($1,$2,$3,$4,$5,$6)", n, n%Matters, e.Lam, store.AppendPast(nil, e.Past), nil, e.Leaf)
	}
	rows.Queue("COMMIT")
	return l.SendBatch(ctx, &rows).Close()
}
