package postgres

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"

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
