package postgres

import (
	"bytes"
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

// What a transaction says of one log goes to the server as one statement, and counts in the order in which it was said; nothing of it counts if any of it does not.
func TestAHeadIsWrittenOnce(t *testing.T) {
	db := founded(t, pgtest.Database(t))
	entry := func(n int64) []store.Entry {
		return []store.Entry{{Leaf: []byte{byte(n)}, Matter: "text/x", Lam: n + 1}}
	}
	at := func() (l store.Log) {
		err := db.View(t.Context(), func(r store.Reader) error {
			logs, err := r.Logs(mech)
			if err == nil {
				l = logs[0]
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	update := func(f func(store.Tx) error) error { return db.Update(t.Context(), f) }
	if err := update(func(tx store.Tx) error {
		return errors.Join(tx.Append(1, 0, entry(0), store.Hash{1}, nil), tx.SetAppliedSize(1, 1), tx.SetCheckpoint(1, []byte("note"), []byte("tail")),
			tx.Append(1, 1, entry(1), store.Hash{2}, nil), tx.Unfold(mech), tx.SetAppliedSize(1, 2))
	}); err != nil {
		t.Fatal(err)
	}
	if l := at(); l.Size != 2 || l.Root != (store.Hash{2}) || l.Applied != 2 || string(l.Checkpoint) != "note" || string(l.Tail) != "tail" {
		t.Errorf("%+v", l)
	}
	for name, f := range map[string]func(store.Tx) error{
		"from another head": func(tx store.Tx) error { return tx.Append(1, 1, entry(7), store.Hash{3}, nil) },
		"from another head, afterwards": func(tx store.Tx) error {
			return errors.Join(tx.Append(1, 2, entry(2), store.Hash{3}, nil), tx.Append(1, 2, entry(3), store.Hash{3}, nil))
		},
		"folded beyond its end": func(tx store.Tx) error {
			return errors.Join(tx.Append(1, 2, entry(2), store.Hash{3}, nil), tx.SetAppliedSize(1, 4))
		},
	} {
		if err := update(f); !errors.Is(err, store.ErrConflict) {
			t.Errorf("%s: %v, want ErrConflict", name, err)
		}
		if l := at(); l.Size != 2 || l.Root != (store.Hash{2}) || l.Applied != 2 {
			t.Errorf("%s: something of it counts: %+v", name, l)
		}
	}
	if _, err := put(t.Context(), db, "w", nil); err != nil { // and the pen goes on
		t.Error(err)
	}
}

// What fails only at the commit is told, whether anything was asked before or not; nothing of it is there, and the pen goes on.
func TestWhatFailsAtTheCommitIsTold(t *testing.T) {
	url := pgtest.Database(t)
	db := founded(t, url)
	pgtest.Exec(t, url, `CREATE FUNCTION entente.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;
		CREATE CONSTRAINT TRIGGER no AFTER INSERT ON entente.word DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entente.no()`)
	for name, ask := range map[string]bool{"one trip": false, "several": true} {
		err := db.Update(t.Context(), func(tx store.Tx) error {
			err := errors.Join(tx.PutContact(mech, "birch", []byte("x")), tx.PutWord(mech, "birch", []byte("x")))
			if ask {
				_, read := tx.Words(mech)
				err = errors.Join(err, read)
			}
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "not this one") {
			t.Errorf("%s: %v", name, err)
		}
		if err := db.Update(t.Context(), func(tx store.Tx) error { return tx.PutContact(mech, "maple", nil) }); err != nil {
			t.Errorf("%s: the pen does not go on: %v", name, err)
		}
	}
	err := db.View(t.Context(), func(r store.Reader) error {
		contacts, err := r.Contacts(mech)
		if _, there := contacts["birch"]; there {
			t.Error("something of it is there")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// States are long and written again with each act: a server that can pack them quickly does.
func TestStatesArePackedQuickly(t *testing.T) {
	db := founded(t, pgtest.Database(t))
	if err := db.Update(t.Context(), func(tx store.Tx) error {
		return tx.PutMatter(mech, store.Matter{Key: "text/long", State: bytes.Repeat([]byte("a state "), 5000), Acts: 1})
	}); err != nil {
		t.Fatal(err)
	}
	var way, want string
	err := db.pool.QueryRow(t.Context(), `SELECT pg_column_compression(state), (SELECT CASE WHEN 'lz4' = ANY(enumvals) THEN 'lz4' ELSE 'pglz' END FROM pg_settings WHERE name = 'default_toast_compression')
		FROM matter WHERE key = 'text/long'`).Scan(&way, &want)
	if err != nil || way != want {
		t.Errorf("packed by %s, not %s: %v", way, want, err)
	}
}
