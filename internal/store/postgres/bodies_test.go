package postgres

import (
	"bytes"
	"context"
	"errors"
	"net"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"entente.example/internal/store"
	"entente.example/internal/store/postgres/pgtest"
	"entente.example/internal/store/storetest"
)

// alone closes the record with the bodies beside it.
type alone struct {
	*Bodies
	db *DB
}

func (a alone) Close() error { return errors.Join(a.Bodies.Close(), a.db.Close()) }

func bodiesOf(t *testing.T, url string) *Bodies {
	t.Helper()
	db := open(t, url)
	b, err := db.Bodies(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func TestBodiesContract(t *testing.T) {
	databases := map[string]string{} // by folder
	storetest.RunBodies(t, func(t *testing.T, dir string) store.Bodies {
		if databases[dir] == "" {
			databases[dir] = pgtest.Database(t)
		}
		db := open(t, databases[dir])
		b, err := db.Bodies(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return alone{b, db}
	}, func(t *testing.T, dir string) map[string][]byte { return asked(t, databases[dir]) })
}

// asked is everything that can be asked for.
func asked(t *testing.T, url string) map[string][]byte {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	var all []byte
	err = c.QueryRow(t.Context(), "SELECT string_agg(b, '') FROM (SELECT label AS b FROM entente.body UNION ALL SELECT data FROM entente.piece UNION ALL SELECT proof FROM entente.piece) x").Scan(&all)
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{"database": all}
}

// A process that slept while another one took the pen up neither adds to bodies nor drops any: it may not know what has been attached since.
func TestBodiesAreWrittenWithThePenOnly(t *testing.T) {
	url := pgtest.Database(t)
	old := bodiesOf(t, url)
	id, err := old.Begin(t.Context(), store.Body{Mech: "m", Commit: store.Hash{1}})
	if err == nil {
		_, err = old.Add(t.Context(), id, []store.BodyPiece{{Data: []byte("sealed"), Proof: []byte{1}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, url, "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype='advisory' AND database=(SELECT oid FROM pg_database WHERE datname=current_database())")
	young := bodiesOf(t, url)
	_, begun := old.Begin(t.Context(), store.Body{Mech: "m", Commit: store.Hash{2}})
	_, added := old.Add(t.Context(), id, []store.BodyPiece{{N: 1, Data: []byte("late"), Proof: []byte{1}}})
	for what, err := range map[string]error{"begins": begun, "adds": added, "drops": old.Drop(t.Context(), id), "settles": old.Settle(t.Context(), id, store.Hash{3}, nil)} {
		if !errors.Is(err, store.ErrFenced) {
			t.Errorf("it %s: %v", what, err)
		}
	}
	if p, err := young.Piece(t.Context(), id, 0); err != nil || !bytes.Equal(p.Data, []byte("sealed")) {
		t.Errorf("%q, %v", p.Data, err)
	}
	if all, err := young.List(t.Context()); err != nil || len(all) != 1 || all[0].Held != 1 {
		t.Errorf("%+v, %v", all, err)
	}
}

// A server that starts again interrupts nothing for longer than it takes.
func TestBodiesOutliveAServer(t *testing.T) {
	b := bodiesOf(t, pgtest.Database(t))
	id, err := b.Begin(t.Context(), store.Body{Mech: "m", Commit: store.Hash{1}})
	if err != nil {
		t.Fatal(err)
	}
	pgtest.Restart(t)
	held, err := b.Add(t.Context(), id, []store.BodyPiece{{Data: []byte("sealed"), Proof: []byte{1}}})
	if err != nil || held != 1 {
		t.Errorf("%d, %v", held, err)
	}
	pgtest.Restart(t)
	if p, err := b.Piece(t.Context(), id, 0); err != nil || string(p.Data) != "sealed" {
		t.Errorf("%q, %v", p.Data, err)
	}
}

// deaf is a connection that ends when the answer to a commit has come, before it is heard, if lose says so: once.
type deaf struct {
	net.Conn
	lose  *atomic.Bool
	asked bool
}

func (d *deaf) Write(b []byte) (int, error) {
	d.asked = b[0] == 'Q' && bytes.Contains(b, []byte("commit\x00")) && d.lose.CompareAndSwap(true, false)
	return d.Conn.Write(b)
}

func (d *deaf) Read(b []byte) (int, error) {
	n, err := d.Conn.Read(b)
	if d.asked && err == nil {
		return 0, errors.Join(syscall.ECONNRESET, d.Close())
	}
	return n, err
}

// A session that ends between a commit and its answer has done what was asked: it is asked again, and nothing is there twice or refused as somebody else's.
func TestBodiesWhoseAnswerIsLost(t *testing.T) {
	db := open(t, pgtest.Database(t))
	config := db.pool.Config()
	var lose atomic.Bool
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		return &deaf{Conn: c, lose: &lose}, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	b := &Bodies{pool, db.epoch}
	defer b.Close()
	twice := func(what string, do func() error) {
		t.Helper()
		lose.Store(true)
		if err := do(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if lose.Load() {
			t.Errorf("%s: no answer was lost", what)
		}
	}
	var id store.BodyID
	twice("begin an upload", func() (err error) {
		id, err = b.Begin(t.Context(), store.Body{Mech: "m", Staged: true, Label: []byte{1}})
		return err
	})
	twice("add", func() error {
		_, err := b.Add(t.Context(), id, []store.BodyPiece{{Data: []byte("sealed")}})
		return err
	})
	twice("settle", func() error {
		return b.Settle(t.Context(), id, store.Hash{1}, func(int64) ([]byte, error) { return []byte{1}, nil })
	})
	twice("begin a body", func() error {
		_, err := b.Begin(t.Context(), store.Body{Mech: "m", Commit: store.Hash{2}, Label: []byte{2}})
		return err
	})
	all, err := b.List(t.Context())
	if err != nil || len(all) != 2 || all[0].Held != 1 || all[0].Staged {
		t.Errorf("%+v, %v", all, err)
	}
	twice("drop", func() error { return b.Drop(t.Context(), id) })
	if _, err := b.Body(t.Context(), "m", store.Hash{1}); !errors.Is(err, store.ErrMissing) {
		t.Errorf("what was dropped: %v", err)
	}
}
