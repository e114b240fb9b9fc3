package postgres

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"entente.example/internal/store"
	"entente.example/internal/store/postgres/pgtest"
)

// blind is a transaction as a node makes one for an act whose matters it has in memory: it asks nothing.
func blind(at int64, entries int, key string) func(store.Tx) error {
	return func(tx store.Tx) error {
		var all []store.Entry
		for i := range int64(entries) {
			all = append(all, store.Entry{Leaf: fmt.Append(nil, at+i), Matter: key, Lam: at + i + 1})
		}
		end := at + int64(entries)
		return errors.Join(tx.PutMatter(mech, store.Matter{Key: key, State: fmt.Append(nil, end), Lam: end, Acts: end}), tx.Append(1, at, all, store.Hash{byte(end)}, tilesOf(at, end)),
			tx.SetAppliedSize(1, end), tx.SetCheckpoint(1, []byte("note"), nil), tx.PutReceipt(store.Receipt{Log: 1, Party: "b", Size: at, Note: []byte("r")}), tx.PutContact(mech, "b", fmt.Append(nil, end)))
	}
}

// written reads what blind writes.
func written(t *testing.T, db *DB, want int64) {
	t.Helper()
	err := db.View(t.Context(), func(r store.Reader) error {
		logs, err := r.Logs(mech)
		if err != nil {
			return err
		}
		if l := logs[0]; l.Size != want || l.Applied != want || l.Root != (store.Hash{byte(want)}) || string(l.Checkpoint) != "note" {
			t.Errorf("the head is %+v, not at %d", l, want)
		}
		m, err := r.Matter(mech, "text/x")
		if err != nil || string(m.State) != fmt.Sprint(want) || m.Acts != want {
			t.Errorf("the state is %s after %d acts, not of %d: %v", m.State, m.Acts, want, err)
		}
		receipts, err := r.Receipts(1)
		if err != nil || len(receipts) != 1 {
			t.Errorf("receipts: %+v, %v", receipts, err)
		}
		contacts, err := r.Contacts(mech)
		if err != nil || string(contacts["b"]) != fmt.Sprint(want) {
			t.Errorf("contacts: %q, %v", contacts, err)
		}
		for _, tile := range tilesOf(0, want) {
			if got, err := r.Tile(1, tile.Level, tile.N); err != nil || !slices.Equal(got.Data, tile.Data) {
				t.Errorf("tile %d of level %d: %v", tile.N, tile.Level, err)
			}
		}
		for i := range want {
			if e, err := r.Entry(1, i); err != nil || e.Matter != "text/x" || string(e.Leaf) != fmt.Sprint(i) {
				t.Errorf("entry %d is %q of %q: %v", i, e.Leaf, e.Matter, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A transaction that asks nothing is one statement once its matters are known, whatever it has of entries, and writes what it would write in many.
func TestASmallTransactionIsOneStatement(t *testing.T) {
	db := founded(t, pgtest.Database(t))
	at := int64(0)
	for i, entries := range []int{1, 1, few, few + 1, 64, 1} {
		p := <-db.write
		tx := begin(p)
		err := blind(at, entries, "text/x")(tx)
		if err == nil {
			err = tx.commit()
		}
		db.write <- p
		if err != nil {
			t.Fatal(err)
		}
		if known := i > 0; tx.begun == known { // the first one gives the matter its number
			t.Errorf("transaction %d with %d entries: sent in parts: %v", i, entries, tx.begun)
		}
		at += int64(entries)
		written(t, db, at)
	}
}

// A transaction that asks for the state of its matter first, as an act in one that is not in memory does, or one that begins a matter, is one statement after the question. What is begun has a number as one has whose entries came first.
func TestATransactionThatAsksFirstIsOneStatement(t *testing.T) {
	url := pgtest.Database(t)
	founded(t, url).Close()
	at := int64(0)
	act := func(db *DB, key string, sent bool) {
		t.Helper()
		p := <-db.write
		tx := begin(p)
		before, err := tx.Matter(mech, key)
		if errors.Is(err, store.ErrMissing) {
			err = nil
		}
		if err == nil {
			err = blindly(tx, at, key, before.Acts+1)
		}
		if err == nil {
			err = tx.commit()
		}
		db.write <- p
		if err != nil || tx.begun != sent {
			t.Fatalf("entry %d, of %s: sent in parts: %v, %v", at, key, tx.begun, err)
		}
		at++
	}
	for range 2 { // in each session whose log it is is asked once
		db := open(t, url)
		act(db, "text/a", true)
		for i := range int64(taken) + 2 {
			act(db, fmt.Sprintf("text/%d", at+i), false)
		}
		act(db, "text/a", false)
		if err := db.Update(t.Context(), func(tx store.Tx) error { return blindly(tx, at, fmt.Sprintf("text/unasked-%d", at), 1) }); err != nil {
			t.Fatal(err)
		}
		at++
		err := db.View(t.Context(), func(r store.Reader) error {
			states := map[string]string{}
			for m, err := range r.Matters(mech, "") {
				if err != nil {
					return err
				}
				states[m.Key] = string(m.State)
			}
			last := map[string]string{}
			for e, err := range r.Entries(1, 0, at) {
				if err != nil {
					return err
				}
				last[e.Matter] = string(e.Leaf)
			}
			if len(last) != len(states) || !maps.Equal(last, states) {
				t.Errorf("the entries say %v, the matters %v", last, states)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		db.Close()
	}
}

// blindly appends one entry, which is the state of its matter.
func blindly(tx store.Tx, at int64, key string, acts int64) error {
	leaf := fmt.Append(nil, at)
	return errors.Join(tx.PutMatter(mech, store.Matter{Key: key, State: leaf, Lam: at + 1, Acts: acts}), tx.Append(1, at, []store.Entry{{Leaf: leaf, Matter: key, Lam: at + 1}}, store.Hash{}, tilesOf(at, at+1)), tx.SetAppliedSize(1, at+1))
}

// Whoever was told, before writing, what another process wrote that took the pen up meanwhile, or is not told of it, writes nothing and hears that the pen is taken, whatever comes of it.
func TestWhatWasAskedBeforeIsFenced(t *testing.T) {
	for name, after := range map[string]func(tx store.Tx) error{
		"a matter that is there by now": func(tx store.Tx) error { return blindly(tx, 1, "text/x", 1) },
		"a matter that is not":          func(tx store.Tx) error { return blindly(tx, 1, "text/y", 1) },
		"one that is put alone": func(tx store.Tx) error {
			return tx.PutMatter(mech, store.Matter{Key: "text/x", State: []byte("0"), Acts: 1})
		},
		"nothing at all":                 func(store.Tx) error { return nil },
		"an error that makes no sense":   func(store.Tx) error { return errors.New("entry 0 was not there, and is") },
		"another question, and a matter": func(tx store.Tx) error { _, err := size(tx); return errors.Join(err, blindly(tx, 1, "text/x", 1)) },
	} {
		t.Run(name, func(t *testing.T) {
			url := pgtest.Database(t)
			first := founded(t, url)
			if err := first.Update(t.Context(), func(tx store.Tx) error { return blindly(tx, 0, "text/w", 1) }); err != nil {
				t.Fatal(err)
			}
			p := <-first.write
			_, err := p.conn.Exec(t.Context(), "SELECT pg_advisory_unlock_all()") // a pooler between gave the lock away
			first.write <- p
			if err != nil {
				t.Fatal(err)
			}
			var second *DB
			err = first.Update(t.Context(), func(tx store.Tx) error {
				for _, key := range []string{"text/x", "text/y"} {
					if _, err := tx.Matter(mech, key); !errors.Is(err, store.ErrMissing) {
						return fmt.Errorf("%s: %v", key, err)
					}
				}
				second = open(t, url)
				if err := second.Update(t.Context(), func(tx store.Tx) error { return blindly(tx, 1, "text/x", 1) }); err != nil {
					return err
				}
				return after(tx)
			})
			if !errors.Is(err, store.ErrFenced) {
				t.Errorf("%v, want ErrFenced", err)
			}
			if err := second.Update(t.Context(), func(tx store.Tx) error { return blindly(tx, 2, "text/x", 2) }); err != nil {
				t.Error(err)
			}
			if got := leaves(t, second); !slices.Equal(got, []string{"0", "1", "2"}) {
				t.Errorf("%q", got)
			}
		})
	}
}

// What does not reach its row leaves nothing behind, and says which row it was.
func TestOneStatementSaysWhatItDidNotReach(t *testing.T) {
	db := founded(t, pgtest.Database(t))
	for at := range int64(2) {
		if err := db.Update(t.Context(), blind(at, 1, "text/x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Update(t.Context(), blind(1, 1, "text/x")); !errors.Is(err, store.ErrConflict) {
		t.Errorf("from another head: %v", err)
	}
	err := db.Update(t.Context(), func(tx store.Tx) error {
		return errors.Join(blind(2, 1, "text/x")(tx), tx.SetCheckpoint(9, nil, nil))
	})
	if !errors.Is(err, store.ErrMissing) {
		t.Errorf("the head of no log: %v", err)
	}
	written(t, db, 2)
}

// Two things that are said of one row count in the order in which they were said.
func TestWhatIsSaidTwiceIsNotJoined(t *testing.T) {
	db := founded(t, pgtest.Database(t))
	for at := range int64(2) {
		if err := db.Update(t.Context(), func(tx store.Tx) error {
			return errors.Join(tx.PutMatter(mech, store.Matter{Key: "text/x", State: []byte("older")}), tx.PutContact(mech, "b", []byte("older")), blind(at, 1, "text/x")(tx), tx.PutContact(mech, "b", fmt.Append(nil, at+1)), tx.PutMatter(mech, store.Matter{Key: "text/x", State: fmt.Append(nil, at+1), Acts: at + 1}))
		}); err != nil {
			t.Fatal(err)
		}
		written(t, db, at+1)
	}
}

// A transaction that is one statement has no pause in which another process could take the pen up unnoticed: one that took it up before makes it fail, and whoever takes it up meanwhile waits for its end.
func TestOneStatementIsFenced(t *testing.T) {
	url := pgtest.Database(t)
	first := founded(t, url)
	for at := range int64(2) {
		if err := first.Update(t.Context(), blind(at, 1, "text/x")); err != nil {
			t.Fatal(err)
		}
	}
	p := <-first.write
	_, err := p.conn.Exec(t.Context(), "SELECT pg_advisory_unlock_all()") // a pooler between gave the lock away
	first.write <- p
	if err != nil {
		t.Fatal(err)
	}

	// It is held up in its middle, by a row that somebody looks after.
	holds := connected(t, url)
	if _, err := holds.Exec(t.Context(), "BEGIN; SELECT 1 FROM entente.contact FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	asleep := make(chan error, 1)
	go func() { asleep <- first.Update(t.Context(), blind(2, 1, "text/x")) }()
	waits(t, url, 1)
	taken := make(chan *DB, 1)
	go func() { taken <- open(t, url) }()
	waits(t, url, 2)
	if _, err := holds.Exec(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if err := <-asleep; err != nil {
		t.Errorf("what was under way when the pen was taken up: %v", err)
	}
	second := <-taken
	written(t, second, 3)

	if err := first.Update(t.Context(), blind(3, 1, "text/x")); !errors.Is(err, store.ErrFenced) {
		t.Errorf("after the pen was taken up: %v, want ErrFenced", err)
	}
	written(t, second, 3)
	if err := second.Update(t.Context(), blind(3, 1, "text/x")); err != nil {
		t.Error(err)
	}
	written(t, second, 4)
}

// waits returns when so many sessions of a database wait for somebody else's row.
func waits(t *testing.T, url string, sessions int) {
	t.Helper()
	c := connected(t, url)
	for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(time.Millisecond) {
		var n int
		if err := c.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname=current_database() AND wait_event_type='Lock' AND wait_event IN ('transactionid', 'tuple', 'advisory')").Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n == sessions {
			return
		}
	}
	t.Fatalf("no %d sessions wait", sessions)
}

func TestParametersAreCountedOn(t *testing.T) {
	look, moves, plain := must(1, nil, "SELECT 1 FROM pen WHERE epoch=$1", 7).looking(), must(1, nil, "UPDATE x SET a=$2, b=$12 WHERE c=$1 RETURNING 1", 1, 2).writing(row{table: "x"}), says("INSERT INTO y SELECT $1", 3).writing(row{table: "y"}).guarding()
	many := must(2, nil, "UPDATE z SET a=$1 RETURNING 1", 4).writing(row{table: "z"})
	said := map[string]string{}
	for _, c := range []struct {
		all  []statement
		want string
		args []any
	}{
		{[]statement{look, moves}, "WITH s1 AS (UPDATE x SET a=$3, b=$13 WHERE c=$2 RETURNING 1) SELECT 1/coalesce((SELECT 1 FROM (SELECT 1 FROM pen WHERE epoch=$1) s0, s1), 0)", []any{7, 1, 2}},
		{[]statement{look, plain, many}, "WITH s2 AS (UPDATE z SET a=$2 RETURNING 1) INSERT INTO y SELECT $3 WHERE 1=1/((SELECT count(*) FROM s2)=2)::int/coalesce((SELECT 1 FROM (SELECT 1 FROM pen WHERE epoch=$1) s0), 0)", []any{7, 4, 3}},
	} {
		for range 2 { // as it is made, and as it is remembered
			if one, ok := joined(c.all, said); !ok || strings.TrimSpace(one.sql) != c.want || !slices.Equal(one.args, c.args) {
				t.Errorf("%s %v", one.sql, one.args)
			}
		}
	}
	for name, all := range map[string][]statement{"one that has to stand alone": {says("SELECT 1")}, "one row twice": {says("").writing(row{table: "x"}), says("").writing(row{table: "x"})}, "too many": slices.Repeat([]statement{says("").writing(row{table: "x"})}, mostJoined+1)} {
		if _, ok := joined(all, said); ok {
			t.Errorf("%s was joined", name)
		}
	}
}

func connected(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}
