package postgres

import (
	"errors"
	"slices"
	"testing"

	"entente.example/internal/store"
	"entente.example/internal/store/postgres/pgtest"
)

// What an older program wrote is not changed until somebody says that there is a dump; nothing of the refusal stays, and the older program reads it as before.
func TestAnOlderDatabaseWaitsForADump(t *testing.T) {
	url := pgtest.Database(t)
	founded(t, url).Close()
	released := schema
	schema = append(slices.Clone(schema), "CREATE TABLE later (x bigint)")
	t.Cleanup(func() { schema = released })
	if _, err := Open(t.Context(), Options{URL: url, Owner: "a"}); !errors.Is(err, store.ErrOlder) {
		t.Errorf("%v, want ErrOlder", err)
	}
	schema = released
	open(t, url).Close()
	schema = append(slices.Clone(schema), "CREATE TABLE later (x bigint)")
	db, err := Open(t.Context(), Options{URL: url, Owner: "a", Upgrade: true})
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	open(t, url).Close() // what is of today's form needs no word
	schema = released
	if _, err := Open(t.Context(), Options{URL: url, Owner: "a"}); !errors.Is(err, store.ErrNewer) {
		t.Errorf("%v, want ErrNewer", err)
	}
}

// Whoever was broken off while making the tables of an empty database, by a machine that died or a command that was ended, may begin again: nothing is there that needs a dump.
func TestMakingTheTablesGoesOnWhereItWasBrokenOff(t *testing.T) {
	released := schema
	t.Cleanup(func() { schema = released })
	for steps := range released {
		url := pgtest.Database(t)
		config, err := configure(Options{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		p := &pen{config: config.ConnConfig}
		if err := p.take(t.Context()); err != nil {
			t.Fatal(err)
		}
		schema = released[:steps]
		err = errors.Join(migrate(t.Context(), p.conn, false), p.conn.Close(t.Context()))
		schema = released
		if err != nil {
			t.Fatal(err)
		}
		founded(t, url).Close()
	}
}
