// Package postgres keeps the shared record in a PostgreSQL database.
//
// It promises what store.Record promises: a transaction is whole and on the server's disk when Update returns, readers see one consistent state, and one process writes: see pen. Who
// must be trusted is as on every ground; the server's operator can delete, and cannot make a node accept what was altered. It never keeps anything private, and bodies only if the operator says
// so, sealed: see Bodies.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"entente.example/internal/store"
)

// Options say where the database is. URL is required.
type Options struct {
	URL      string // postgres://user@host/database?…; what it does not say comes from PostgreSQL's own environment
	Password string // the environment's, or none, if empty
	Owner    string // whose record this is: a database that began with another owner is refused
	Readers  int    // connections for reading; those of the package if zero
	Upgrade  bool   // what an older program wrote may be brought to today's form: whoever says so has a dump
	Fill     bool   // a record is to be moved in: the database is empty, or was being filled before; see Filled

	// Turn is told which turn with the pen was the last one, and says which this one is: a later one. An error means that this process may not have it. Each time if nil.
	Turn func(last int64) (int64, error)
}

// Readers is how many pages can be made at once, unless Options says otherwise; see sqlite.Readers.
var Readers = 3

// DB implements store.Record.
type DB struct {
	pool    *pgxpool.Pool
	epoch   int64
	write   chan *pen // holds the one pen
	closing chan struct{}
	closed  sync.Once
}

var _ store.Record = (*DB)(nil)

// oldestServer is the first release that has all we use and is still mended by its makers.
const oldestServer = 140000

// Open connects, takes up the pen, and makes the tables if there are none. Errors: store.ErrLocked, store.ErrNewer, store.ErrOlder, store.ErrForeign, store.ErrMoved, store.ErrUnfinished, store.ErrTaken (of Fill), store.ErrAway,
// store.ErrFull; Held and HeldUp say by whom, Wanting what is to be done first.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Readers <= 0 {
		o.Readers = Readers
	}
	config, err := configure(o)
	if err != nil {
		return nil, err
	}
	p := &pen{config: config.ConnConfig.Copy(), said: map[string]string{}}
	if err := p.take(ctx); err != nil {
		return nil, wanting(p.config, classify(err))
	}
	err = checkServer(ctx, p.conn)
	if err == nil {
		err = p.belongs(ctx, o.Owner) // before anything is changed
	}
	if err == nil {
		err = migrate(ctx, p.conn, o.Upgrade)
	}
	if err == nil {
		err = p.raise(ctx, o.Owner, o.Turn)
	}
	if err == nil {
		err = p.admit(ctx, o.Fill)
	}
	db := &DB{write: make(chan *pen, 1), closing: make(chan struct{})}
	if err == nil {
		db.pool, err = pgxpool.NewWithConfig(ctx, config)
	}
	if err != nil {
		return nil, errors.Join(wanting(p.config, classify(broken(p.conn, err))), p.conn.Close(ctx))
	}
	db.epoch = p.epoch
	db.write <- p
	return db, nil
}

// settings are what the promises rest on: a commit is on the disk before it is acknowledged, whatever the server does otherwise; nothing of ours is cut short; and the session of a machine
// that is gone ends within half a minute, so that another one can take the pen up.
var settings = map[string]string{
	"search_path": "entente", "synchronous_commit": "on", "client_encoding": "UTF8", "default_transaction_isolation": "read committed",
	"statement_timeout": "0", "idle_in_transaction_session_timeout": "0", "tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3", "tcp_user_timeout": "20000",
}

func configure(o Options) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(o.URL)
	if err == nil && !onThisMachine(config.ConnConfig.Host) {
		config, err = pgxpool.ParseConfig(verified(o.URL))
	}
	if err != nil {
		return nil, err // without the password: the library leaves it out
	}
	c := config.ConnConfig
	if o.Password != "" {
		c.Password = o.Password
	}
	for name, value := range settings {
		c.RuntimeParams[name] = value
	}
	c.RuntimeParams["application_name"] = process()
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = 10 * time.Second
	}
	c.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3}}).DialContext
	// A query that nobody waits for any more is called off; its connection serves the next one.
	c.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: 5 * time.Second}
	}
	config.MaxConns, config.MinConns = int32(o.Readers), 0
	config.MaxConnLifetime, config.MaxConnIdleTime = 0, 5*time.Minute
	return config, nil
}

// process is this process as whoever looks after the server sees it: in pg_stat_activity, and when another one finds the pen taken.
func process() string {
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	return fmt.Sprintf("entente %.40s %d", host, os.Getpid())
}

func onThisMachine(host string) bool {
	ip := net.ParseIP(host)
	return strings.HasPrefix(host, "/") || host == "localhost" || ip != nil && ip.IsLoopback()
}

// verified is an address that asks for TLS with the server's certificate checked, unless it, or the environment, says what it wants. The library itself would go on in the clear if the
// other end says that it has no TLS, whoever the other end is.
func verified(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Query().Has("sslmode") || os.Getenv("PGSSLMODE") != "" {
		return address
	}
	q := u.Query()
	q.Set("sslmode", "verify-full")
	u.RawQuery = q.Encode()
	return u.String()
}

// checkServer refuses a server that cannot keep our promises.
func checkServer(ctx context.Context, c *pgx.Conn) error {
	var version, encoding, fsync, pages string
	err := c.QueryRow(ctx, "SELECT current_setting('server_version_num'), current_setting('server_encoding'), current_setting('fsync'), current_setting('full_page_writes')").Scan(&version, &encoding, &fsync, &pages)
	if err != nil {
		return err
	}
	number, _ := strconv.Atoi(version)
	switch {
	case number < oldestServer:
		return fmt.Errorf("this PostgreSQL is too old (%s): version 14 or later is needed", version)
	case encoding != "UTF8":
		return fmt.Errorf("the database's encoding is %s: make it with ENCODING 'UTF8'", encoding)
	case fsync != "on" || pages != "on":
		return fmt.Errorf("the server does not wait for its disk (fsync=%s, full_page_writes=%s): what a node has signed for could be lost", fsync, pages)
	}
	return nil
}

// Epoch is how often the database's pen had been taken up when this process did.
func (db *DB) Epoch() int64 { return db.epoch }

// Filled says that all of a record is there now: others may open it.
func (db *DB) Filled(ctx context.Context) error { return db.become(ctx, "") }

// MovedOut says that the record goes on elsewhere: nobody opens it here any more.
func (db *DB) MovedOut(ctx context.Context) error { return db.become(ctx, moved) }

func (db *DB) become(ctx context.Context, state string) error {
	p, err := db.hold(ctx)
	if err != nil {
		return err
	}
	defer func() { db.write <- p }()
	return classify(broken(p.conn, p.become(ctx, state)))
}

// Close waits for running transactions, ends all connections and lays the pen down. Calls that come later get store.ErrClosed.
func (db *DB) Close() error {
	db.closed.Do(func() {
		close(db.closing)
		p := <-db.write
		db.pool.Close()
		_ = p.conn.Close(context.Background()) // nothing is under way
	})
	return nil
}

// hold waits for the pen.
func (db *DB) hold(ctx context.Context) (*pen, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case p := <-db.write:
		if err := p.ready(ctx); err != nil {
			db.write <- p
			return nil, classify(err)
		}
		return p, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-db.closing:
		return nil, store.ErrClosed
	}
}

// Update implements store.Record. ctx is asked until the transaction begins, and once more before it is committed.
func (db *DB) Update(ctx context.Context, f func(store.Tx) error) error {
	p, err := db.hold(ctx)
	if err != nil {
		return err
	}
	defer func() { db.write <- p }()
	done := false
	defer func() {
		if !done { // f panicked: nothing of it may stay
			p.rollback()
		}
	}()
	t := begin(p)
	err = f(t)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = t.commit()
	}
	done = true
	if err == nil {
		return nil
	}
	p.rollback()
	if errors.Is(err, store.ErrFenced) {
		return p.fenced()
	}
	if !p.conn.IsClosed() {
		_ = p.unchanged(context.Background(), p.conn)
	}
	if p.lost != nil { // what went wrong came of what somebody else did
		return p.fenced()
	}
	return classify(broken(p.conn, err))
}

// View implements store.Record. When ctx ends, a query that is running stops.
func (db *DB) View(ctx context.Context, f func(store.Reader) error) error {
	c, err := db.borrow(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	defer func() { // nothing was written: an error here loses nothing, and the pool gives up a connection that is left in a transaction
		_, _ = c.Exec(context.Background(), "ROLLBACK")
	}()
	err = f(&reader{ctx: ctx, conn: c.Conn()})
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return classify(broken(c.Conn(), overtaken(ctx, c.Conn(), err)))
}

// borrow begins a transaction on a connection for reading.
func (db *DB) borrow(ctx context.Context) (c *pgxpool.Conn, err error) {
	err = patiently(ctx, func() error {
		if c, err = db.pool.Acquire(ctx); err != nil {
			return err
		}
		if _, err = c.Exec(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); err != nil {
			err = broken(c.Conn(), err)
			c.Release()
		}
		return err
	})
	switch {
	case err == nil:
		return c, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	select {
	case <-db.closing:
		return nil, store.ErrClosed
	default:
		return nil, classify(err)
	}
}
