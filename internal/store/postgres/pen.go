package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"entente.example/internal/store"
)

// pen is the right to write. Two things guard it. A lock of the session keeps a second process from beginning; it ends with the session, however that ends. And every transaction
// that writes checks a number that whoever takes the pen up raises: one that slept while its session was ended, or whose lock got lost on a way we do not know of, finds another number
// there and writes nothing, ever again.
type pen struct {
	config *pgx.ConnConfig
	conn   *pgx.Conn
	epoch  int64
	lost   error // why this one writes no more

	heard
	numbers []int64           // see fresh
	said    map[string]string // see joined
}

// lockKey is the advisory lock of a record in its database.
const lockKey = 0x656e74656e7465 // "entente"

// lockTimeout is the condition of whoever has waited long enough for somebody else's lock.
const lockTimeout = "55P03"

// lockPatience is how long a new session waits for one that is ending.
const lockPatience = time.Second

// quickly has the server pack what it stores, the states of matters above all, by LZ4 where it can: its own way takes several times longer for each act.
const quickly = "SELECT set_config(name, 'lz4', false) FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)"

// take begins a session that has the lock. One that had the pen before looks first whether anybody has taken it up since: then it need not wait. A server that starts again may let a session
// begin and end it at once: that is a server that is away, as one that lets none begin.
func (p *pen) take(ctx context.Context) (err error) {
	c, err := pgx.ConnectConfig(ctx, p.config)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = broken(c, err)
			_ = c.Close(ctx)
		}
	}()
	if err := p.unchanged(ctx, c); err != nil {
		return err
	}
	if _, err = c.Exec(ctx, fmt.Sprintf("SET lock_timeout=%d", lockPatience.Milliseconds())); err != nil {
		return err
	}
	if _, err = c.Exec(ctx, quickly); err != nil {
		return err
	}
	if _, err = c.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(lockKey)); code(err) == lockTimeout {
		return p.held(ctx, c)
	} else if err != nil {
		return err
	}
	p.conn, p.heard, p.numbers = c, nothingHeard(), nil // this may be another server: a standby that had not received everything
	return p.unchanged(ctx, c)
}

// Held says who has the pen; it is a store.ErrLocked.
type Held struct{ By string }

func (h *Held) Error() string { return fmt.Sprintf("%v: the pen is held by %s", store.ErrLocked, h.By) }

func (h *Held) Unwrap() error { return store.ErrLocked }

// held asks the server who has the pen.
func (p *pen) held(ctx context.Context, c *pgx.Conn) error {
	h := &Held{"?"} // it may be gone by now
	err := c.QueryRow(ctx, `SELECT concat_ws(', ', application_name, host(client_addr)) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
		WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1 AND l.objid = $2 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
		lockKey>>32, lockKey&0xffffffff).Scan(&h.By)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return errors.Join(h, err)
	}
	return h
}

// unchanged is store.ErrFenced if somebody has taken the pen up since this one did, and store.ErrNewer if a newer program has changed the tables. Either is for good.
func (p *pen) unchanged(ctx context.Context, c *pgx.Conn) error {
	if p.epoch == 0 {
		return nil // it has not been taken up yet
	}
	var epoch int64
	var steps int
	err := c.QueryRow(ctx, "SELECT epoch, steps FROM pen").Scan(&epoch, &steps)
	if err == nil {
		if err = known(steps); epoch != p.epoch {
			err = store.ErrFenced
		}
		p.lost = err
	}
	return err
}

// belongs is store.ErrForeign of somebody else's record, and store.ErrMoved of one that goes on elsewhere.
func (p *pen) belongs(ctx context.Context, owner string) error {
	var there bool
	if err := p.conn.QueryRow(ctx, "SELECT to_regclass('entente.pen') IS NOT NULL").Scan(&there); err != nil || !there {
		return err
	}
	var whose, state string
	if err := p.conn.QueryRow(ctx, "SELECT owner, state FROM pen").Scan(&whose, &state); err != nil && !errors.Is(err, pgx.ErrNoRows) { // none: making it was broken off
		return err
	}
	switch {
	case whose != "" && whose != owner:
		return fmt.Errorf("%w: it is of %q", store.ErrForeign, whose)
	case state == moved:
		return store.ErrMoved
	}
	return nil
}

// raise makes everybody who had the pen before write no more. turn is asked first, while nobody else can raise it: see Options.
func (p *pen) raise(ctx context.Context, owner string, turn func(last int64) (int64, error)) error {
	var last int64
	if err := p.conn.QueryRow(ctx, "SELECT epoch FROM pen").Scan(&last); err != nil {
		return err
	}
	next := last + 1
	if turn != nil {
		var err error
		if next, err = turn(last); err != nil {
			return err
		}
	}
	return p.conn.QueryRow(ctx, "UPDATE pen SET epoch=$1, owner=$2 WHERE epoch=$3 RETURNING epoch", next, owner, last).Scan(&p.epoch)
}

// States of a database that is no record, or none any more.
const (
	filling = "filling" // one is being moved in
	moved   = "moved"   // it was moved out
)

// admit lets nobody work on half a record, and nobody move one in where there is one.
func (p *pen) admit(ctx context.Context, fill bool) error {
	var state string
	var empty bool
	if err := p.conn.QueryRow(ctx, "SELECT state, NOT EXISTS (SELECT 1 FROM mechanism) FROM pen").Scan(&state, &empty); err != nil {
		return err
	}
	switch {
	case !fill && state == filling:
		return store.ErrUnfinished
	case fill && state == "" && !empty:
		return store.ErrTaken
	case fill && state == "":
		return p.become(ctx, filling)
	}
	return nil
}

// become sets the state of the database.
func (p *pen) become(ctx context.Context, state string) error {
	tag, err := p.conn.Exec(ctx, "UPDATE pen SET state=$1 WHERE epoch=$2", state, p.epoch)
	if err == nil && tag.RowsAffected() != 1 {
		err = p.fenced()
	}
	return err
}

// ready makes sure of a session. One that got lost is begun anew, as long as nobody else has taken the pen up meanwhile. A session that was ended while nothing was written is noticed here: later
// it could not be told what became of the transaction.
func (p *pen) ready(ctx context.Context) error {
	if p.lost == nil && !p.conn.IsClosed() && spoken(p.conn.PgConn().Conn()) {
		_ = p.conn.Ping(ctx) // reads what the server said; a session that has ended is closed by it
	}
	if p.lost != nil || !p.conn.IsClosed() {
		return p.lost
	}
	return patiently(ctx, func() error { return p.take(ctx) })
}

// fenced ends this pen for good.
func (p *pen) fenced() error {
	p.lost = cmp.Or(p.lost, store.ErrFenced)
	_ = p.conn.Close(context.Background())
	return p.lost
}

// rollback leaves nothing of what a transaction did. If the server cannot be told, the session ends, and the transaction with it.
func (p *pen) rollback() {
	if _, err := p.conn.Exec(context.Background(), "ROLLBACK"); err != nil {
		_ = p.conn.Close(context.Background())
	}
}

// Patience is how long a call waits for a server that starts again, before it says that it cannot be reached.
const Patience = 10 * time.Second

// patiently repeats what cannot reach the server.
func patiently(ctx context.Context, do func() error) error {
	for end := time.Now().Add(Patience); ; {
		err := do()
		if !errors.Is(classify(err), store.ErrAway) || time.Now().After(end) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// code is the condition that the server named, "" if it named none.
func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// classify names the failures that callers act on.
func classify(err error) error {
	if err == nil || errors.Is(err, store.ErrAway) {
		return err
	}
	var connect *pgconn.ConnectError
	switch c := code(err); {
	case c == "XX001", c == "XX002":
		return fmt.Errorf("%w: %w", store.ErrDamaged, err)
	case c == "25006":
		return fmt.Errorf("%w: %w: %w", store.ErrFull, store.ErrReadsOnly, err)
	case len(c) == 5 && (c[:2] == "53" && c != "53300" || c == "58030"): // no room
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	case len(c) == 5 && (c[:2] == "08" || c[:3] == "57P" || c == "53300" || c == lockTimeout): // or somebody on the server has a table for themselves
		return fmt.Errorf("%w: %w", store.ErrAway, err)
	case c == "" && (errors.As(err, &connect) || errors.Is(err, errBroken)):
		return fmt.Errorf("%w: %w", store.ErrAway, err)
	}
	return err
}

// errBroken marks what failed because the session ended under it.
var errBroken = errors.New("the session ended")

// broken marks an error of a session that has ended.
func broken(c *pgx.Conn, err error) error {
	if err != nil && c.IsClosed() {
		return fmt.Errorf("%w: %w", errBroken, err)
	}
	return err
}
