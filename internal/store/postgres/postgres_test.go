package postgres

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"entente.example/internal/store"
	"entente.example/internal/store/postgres/pgtest"
	"entente.example/internal/store/storetest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(writerURL); url != "" {
		os.Exit(writer(url))
	}
	os.Exit(pgtest.Main(m))
}

func open(t testing.TB, url string) *DB {
	t.Helper()
	db, err := Open(t.Context(), Options{URL: url, Owner: "a"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestContract(t *testing.T) {
	databases := map[string]string{} // by folder
	storetest.Run(t, func(t *testing.T, dir string) store.Record {
		if databases[dir] == "" {
			databases[dir] = pgtest.Database(t)
		}
		return open(t, databases[dir])
	})
}

func TestEveryConnectionWaitsForTheDisk(t *testing.T) {
	url := pgtest.Database(t)
	pgtest.Exec(t, url, "DO $$ BEGIN EXECUTE 'ALTER DATABASE '||current_database()||' SET synchronous_commit=off'; END $$")
	db := founded(t, url)
	show := func(c *pgx.Conn, name string) (value string) {
		if err := c.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&value); err != nil {
			t.Error(err)
		}
		return value
	}
	p := <-db.write
	if got := show(p.conn, "synchronous_commit"); got != "on" {
		t.Errorf("a commit does not wait for the disk: %s", got)
	}
	db.write <- p
	err := db.View(t.Context(), func(r store.Reader) error {
		c := r.(*reader).conn
		if got := show(c, "transaction_isolation") + " " + show(c, "transaction_read_only"); got != "repeatable read on" {
			t.Errorf("a reader's transaction is %s", got)
		}
		_, err := c.Exec(t.Context(), "DELETE FROM log")
		return err
	})
	if err == nil {
		t.Error("a reader's connection writes")
	}
}

func TestServersThatCannotKeepThePromiseAreRefused(t *testing.T) {
	refused := func(url, why string, want error) {
		t.Helper()
		db, err := Open(t.Context(), Options{URL: url, Owner: "a"})
		if err == nil {
			_ = db.Close()
			t.Fatalf("opened; it should say %q", why)
		}
		if !strings.Contains(err.Error(), why) || want != nil && !errors.Is(err, want) {
			t.Errorf("%v, want %q (%v)", err, why, want)
		}
	}
	url := pgtest.Database(t)
	founded(t, url).Close()
	pgtest.Exec(t, url, "ALTER SYSTEM SET fsync=off")
	pgtest.Restart(t)
	refused(url, "fsync=off", nil)
	pgtest.Exec(t, url, "ALTER SYSTEM RESET fsync")
	pgtest.Restart(t)
	open(t, url).Close()

	pgtest.Exec(t, url, "CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0")
	refused(strings.Replace(url, url[strings.Index(url, "@/")+2:strings.Index(url, "?")], "ascii", 1), "SQL_ASCII", nil)

	pgtest.Exec(t, url, "UPDATE entente.pen SET owner='b'")
	refused(url, `"b"`, store.ErrForeign)
	pgtest.Exec(t, url, "UPDATE entente.pen SET owner='a', steps=99")
	refused(url, "99", store.ErrNewer)
	refused("postgres://nobody@127.0.0.1:1/x", "", store.ErrAway)
}

func TestAPasswordIsInNoMessage(t *testing.T) {
	for _, url := range []string{"postgres://nobody:hunter2@127.0.0.1:1/x", "postgres://nobody:hunter2@127.0.0.1:1/x?sslmode=odd", "postgres://nobody@127.0.0.1:1/x"} {
		_, err := Open(t.Context(), Options{URL: url, Password: "hunter2"})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%v", err)
		}
	}
}
