package cabinet

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"entente.example/refusal"
)

func opened(t *testing.T) *DB {
	t.Helper()
	db, err := Open(t.Context(), Plan{Path: filepath.Join(t.TempDir(), "some.db"), Schema: []string{"CREATE TABLE word (id INTEGER PRIMARY KEY, said TEXT NOT NULL);"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func say(t *testing.T, db *DB, words ...string) {
	t.Helper()
	err := db.Do(t.Context(), func(tx *sql.Tx) error {
		for _, w := range words {
			if _, err := tx.ExecContext(t.Context(), "INSERT INTO word (said) VALUES (@said)", sql.Named("said", w)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, db *DB, said string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM word WHERE said = @said", sql.Named("said", said)).Scan(&n); err != nil {
		t.Error(err)
	}
	return n
}

// A question that is put again is answered from what is there then, whatever was written or changed in the meantime.
func TestQuestionsAreAnsweredAfresh(t *testing.T) {
	db := opened(t)
	if n := count(t, db, "yes"); n != 0 {
		t.Errorf("%d before anything was said", n)
	}
	say(t, db, "yes", "no", "yes")
	if yes, no := count(t, db, "yes"), count(t, db, "no"); yes != 2 || no != 1 {
		t.Errorf("yes %d times, no %d times", yes, no)
	}
	all := func() (out []string) {
		rows, err := db.QueryContext(t.Context(), "SELECT * FROM word ORDER BY id")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		columns, err := rows.Columns()
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			out = append(out, fmt.Sprint(len(columns)))
		}
		if err := rows.Err(); err != nil {
			t.Error(err)
		}
		return out
	}
	if got := all(); len(got) != 3 || got[0] != "2" {
		t.Errorf("rows by their columns: %v", got)
	}
	if _, err := db.ExecContext(t.Context(), "ALTER TABLE word ADD COLUMN aloud INTEGER NOT NULL DEFAULT 0"); err != nil {
		t.Fatal(err)
	}
	if yes := count(t, db, "yes"); yes != 2 {
		t.Errorf("after the table was changed: %d", yes)
	}
	if len(db.asked) != 2 {
		t.Errorf("%d questions are kept ready, want 2", len(db.asked))
	}
}

// Many ask at once and while somebody writes; a question that cannot be understood is refused to whoever puts it, each time; and no more are kept ready than there is room for.
func TestManyAsk(t *testing.T) {
	db := opened(t)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for range 20 {
				say(t, db, fmt.Sprint(i))
				count(t, db, fmt.Sprint(i))
			}
		})
	}
	all.Wait()
	if n := count(t, db, "3"); n != 20 {
		t.Errorf("one wrote 20 words, there are %d", n)
	}
	for range 2 {
		if err := db.QueryRowContext(t.Context(), "SELECT nothing FROM nowhere").Scan(new(int)); err == nil {
			t.Error("an answer from a table that there is not")
		}
	}
	for i := range 2 * mostAsked {
		n := 0
		if err := db.QueryRowContext(t.Context(), fmt.Sprintf("SELECT %d", i)).Scan(&n); err != nil || n != i {
			t.Errorf("asked for %d, got %d, %v", i, n, err)
		}
	}
	if len(db.asked) != mostAsked {
		t.Errorf("%d questions are kept ready, want %d", len(db.asked), mostAsked)
	}
}

// A damaged file may say that it has taken fewer steps than none: it is refused, and not begun anew.
func TestAFormThatNoProgramWrote(t *testing.T) {
	plan := Plan{Path: filepath.Join(t.TempDir(), "x.db"), Schema: []string{"CREATE TABLE x (n INTEGER);"}}
	d, err := Open(t.Context(), plan)
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.DB.ExecContext(t.Context(), "PRAGMA user_version=-7")
	if err := errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), plan); refusal.As(err) == nil || refusal.As(err).Key != "staff.unreadable" {
		t.Errorf("%v", err)
	}
}
