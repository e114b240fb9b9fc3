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
