package postgres

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

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

// Somebody else's database, and one that a record was moved out of, is left in the form that it has, whoever says that there is a dump.
func TestWhatIsNotOursIsNotChanged(t *testing.T) {
	for name, c := range map[string]struct {
		made  string
		owner string
		want  error
	}{
		"another's": {"", "b", store.ErrForeign},
		"moved out": {"UPDATE entente.pen SET state='moved'", "a", store.ErrMoved},
	} {
		url := pgtest.Database(t)
		older(t, url, 1, 2)
		if c.made != "" {
			pgtest.Exec(t, url, c.made)
		}
		form := func() (all string) {
			const columns = "SELECT string_agg(format('%s.%s', table_name, column_name), ' ' ORDER BY table_name, column_name) || (SELECT format(' %s %s %s', steps, epoch, owner) FROM entente.pen) FROM information_schema.columns WHERE table_schema='entente'"
			if err := connected(t, url).QueryRow(t.Context(), columns).Scan(&all); err != nil {
				t.Fatal(err)
			}
			return all
		}
		before := form()
		if _, err := Open(t.Context(), Options{URL: url, Owner: c.owner, Upgrade: true}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if after := form(); after != before {
			t.Errorf("%s: it was %s, and is %s", name, before, after)
		}
	}
}

// A process that lost its session, and is shown tables which a newer program has changed since, says so, whether that one has taken the pen up or was broken off before; it writes no more, even if the tables come back.
func TestWhoeverIsOvertakenByANewerProgramSaysSo(t *testing.T) {
	released := schema
	t.Cleanup(func() { schema = released })
	later := append(slices.Clone(schema), "ALTER TABLE head RENAME size TO extent; ALTER TABLE matter RENAME state TO came_to")
	for name, c := range map[string]struct {
		raised bool
		want   error
	}{"it was broken off": {false, store.ErrNewer}, "it has the pen": {true, store.ErrFenced}} {
		url := pgtest.Database(t)
		db := founded(t, url)
		if err := db.Update(t.Context(), blind(0, 1, "text/x")); err != nil {
			t.Fatal(err)
		}
		written(t, db, 1)
		p := <-db.write
		pid := p.conn.PgConn().PID()
		db.write <- p
		pgtest.Exec(t, url, fmt.Sprintf("SELECT pg_terminate_backend(%d, 60000)", pid))
		newer := &pen{config: p.config}
		schema = later
		err := newer.take(t.Context())
		if err == nil {
			err = migrate(t.Context(), newer.conn, true)
		}
		if err == nil && c.raised {
			err = newer.raise(t.Context(), "a", nil)
		}
		schema = released
		if err = errors.Join(err, newer.conn.Close(t.Context())); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := db.Update(t.Context(), blind(1, 1, "text/x")); !errors.Is(err, c.want) {
				t.Errorf("%s: writing: %v, want %v", name, err, c.want)
			}
			if err := db.View(t.Context(), func(r store.Reader) error { _, err := r.Matter(mech, "text/x"); return err }); !errors.Is(err, store.ErrNewer) {
				t.Errorf("%s: reading: %v, want ErrNewer", name, err)
			}
		}
		pgtest.Exec(t, url, "ALTER TABLE entente.head RENAME extent TO size; ALTER TABLE entente.matter RENAME came_to TO state")
		written(t, db, 1)
		if err := db.Update(t.Context(), blind(1, 1, "text/x")); !errors.Is(err, c.want) {
			t.Errorf("%s: writing, once it is as it was: %v, want %v", name, err, c.want)
		}
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

// A log's head lies in its row, checkpoint and all.
func TestAHeadLiesInItsRow(t *testing.T) {
	db := founded(t, pgtest.Database(t))
	for at := range int64(3) {
		if err := db.Update(t.Context(), func(tx store.Tx) error { return tx.SetCheckpoint(1, note(at), note(at)[:500]) }); err != nil {
			t.Fatal(err)
		}
	}
	var apart int64
	if err := db.pool.QueryRow(t.Context(), "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'head'::regclass").Scan(&apart); err != nil || apart > 0 {
		t.Errorf("a head has %d bytes apart from its row: %v", apart, err)
	}
}

// Whatever program made a log, its head is where it was, and goes on from there.
func TestTheHeadOfAnOlderProgramGoesOn(t *testing.T) {
	for steps := 1; steps < len(schema); steps++ {
		url := pgtest.Database(t)
		older(t, url, steps, 2)
		if _, err := Open(t.Context(), Options{URL: url, Owner: "a"}); !errors.Is(err, store.ErrOlder) {
			t.Errorf("after %d steps: %v, want ErrOlder", steps, err)
		}
		db, err := Open(t.Context(), Options{URL: url, Owner: "a", Upgrade: true})
		if err != nil {
			t.Fatalf("after %d steps: %v", steps, err)
		}
		defer db.Close()
		if l := theLog(t, db); l.ID != 1 || l.Origin != "a" || l.Party != "a" || !l.Own || l.Size != 2 || l.Root != store.Hash(bytes.Repeat([]byte{7}, 32)) || l.Applied != 0 || string(l.Checkpoint) != "note" || string(l.Tail) != "tail" {
			t.Errorf("after %d steps: %+v", steps, l)
		}
		err = db.Update(t.Context(), func(tx store.Tx) error {
			if err := tx.Append(1, 2, entriesAt(2, 1), store.Hash{8}, nil); err != nil {
				return err
			}
			_, err := tx.AddLog(store.Log{Mech: mech, Origin: "b", Party: "b"})
			return errors.Join(err, tx.SetAppliedSize(1, 3))
		})
		if err != nil {
			t.Fatalf("after %d steps: %v", steps, err)
		}
		if l := theLog(t, db); l.Size != 3 || l.Root != (store.Hash{8}) || l.Applied != 3 || string(l.Checkpoint) != "note" || string(l.Tail) != "tail" {
			t.Errorf("after %d steps and one entry: %+v", steps, l)
		}
	}
}

// theLog is the first log of the mechanism.
func theLog(t *testing.T, db *DB) (l store.Log) {
	t.Helper()
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

// Whoever reads a table that has to be changed, as a dump does for hours, is named, nothing of the change stays, and it goes on when they are done.
func TestAChangeThatIsHeldUpSaysByWhom(t *testing.T) {
	url := pgtest.Database(t)
	founded(t, url).Close()
	released, patience := schema, stepPatience
	schema, stepPatience = append(slices.Clone(schema), "CREATE TABLE later (x bigint); ALTER TABLE entry ADD later bigint"), time.Millisecond
	t.Cleanup(func() { schema, stepPatience = released, patience })
	dump := connected(t, url+"&application_name=pg_dump")
	if _, err := dump.Exec(t.Context(), "BEGIN; LOCK TABLE entente.entry IN ACCESS SHARE MODE"); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), Options{URL: url, Owner: "a", Upgrade: true})
	if held, ok := errors.AsType[*HeldUp](err); !ok || held.By != fmt.Sprintf("pg_dump (pid %d)", dump.PgConn().PID()) {
		t.Errorf("%v, want held up by pg_dump", err)
	}
	if _, err := dump.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), Options{URL: url, Owner: "a", Upgrade: true})
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
}

// Whoever has a table for themselves holds a transaction up: it is not there, and may come again.
func TestATransactionThatIsHeldUpComesAgain(t *testing.T) {
	url := pgtest.Database(t)
	db := founded(t, url)
	other := connected(t, url)
	if _, err := other.Exec(t.Context(), "BEGIN; LOCK TABLE entente.contact"); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), blind(0, 1, "text/x")); !errors.Is(err, store.ErrAway) {
		t.Errorf("%v, want ErrAway", err)
	}
	if _, err := other.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), blind(0, 1, "text/x")); err != nil {
		t.Error(err)
	}
	written(t, db, 1)
}
