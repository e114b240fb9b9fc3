package postgres

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"entente.example/internal/store"
	"entente.example/internal/store/postgres/pgtest"
)

// Before a node is made, its database is looked at: what is wanting is named, and nothing is left behind there.
func TestADatabaseIsLookedAtFirst(t *testing.T) {
	ours := pgtest.Database(t)
	u, err := url.Parse(ours)
	if err != nil {
		t.Fatal(err)
	}
	other := func(user, database string) string {
		v := *u
		v.User, v.Path = url.User(user), "/"+database
		return v.String()
	}
	name := strings.TrimPrefix(u.Path, "/")
	look := func(address, owner string) error { return Look(t.Context(), Options{URL: address, Owner: owner}) }
	wants := func(address, what, said string) {
		t.Helper()
		for by, err := range map[string]error{"Look": look(address, "a"), "Open": func() error {
			db, err := Open(t.Context(), Options{URL: address, Owner: "a"})
			if err == nil {
				_ = db.Close()
			}
			return err
		}()} {
			w, ok := errors.AsType[*Wanting](err)
			if !ok || w.What != what || !strings.Contains(w.Said(), said) {
				t.Errorf("%s of %s: %v, want %q", by, address, err, what)
			}
		}
	}
	if err := look(ours, "a"); err != nil {
		t.Errorf("an empty database: %v", err)
	}
	wants(other("postgres", "nowhere"), NoDatabase, "nowhere")
	wants(other("nobody", name), NoEntry, "nobody")
	pgtest.Exec(t, ours, "CREATE ROLE guest LOGIN")
	wants(other("guest", name), NoRight, "permission denied")
	if err := look("postgres://nobody@127.0.0.1:1/x", "a"); !errors.Is(err, store.ErrAway) {
		t.Errorf("a server that is not there: %v", err)
	}

	open(t, ours).Close()
	if err := look(ours, "a"); err != nil {
		t.Errorf("one with our tables and no record: %v", err)
	}
	if err := look(ours, "b"); !errors.Is(err, store.ErrForeign) {
		t.Errorf("another party's: %v", err)
	}
	founded(t, ours).Close()
	if err := look(ours, "a"); !errors.Is(err, store.ErrTaken) {
		t.Errorf("one that holds a record: %v", err)
	}
}
