package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/store"
)

// What is newest is looked for at the end: old entries are not even unpacked, so it costs the same on a record of any length. Here they could not be.
func TestTheNewestAreReadWithoutTheOld(t *testing.T) {
	db := openAt(t, filepath.Join(t.TempDir(), "record.db"))
	const n = 8192
	grown(t, db, n)
	damaged, err := 0, db.writer.exec("UPDATE bundle SET outcomes=x'ff' WHERE id < ?", rowID(1, n-1024)/db.writer.width)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.writer.each(func(s *sqlite3.Stmt) bool { damaged = int(s.ColumnInt64(0)); return true }, "SELECT count(*) FROM bundle WHERE outcomes=x'ff'"); err != nil || damaged < 50 {
		t.Fatalf("%d bundles are damaged: %v", damaged, err)
	}
	err = db.View(t.Context(), func(r store.Reader) error {
		for before := int64(0); before == 0 || before > n-400; {
			page, err := r.Recent(mech, before, 50)
			if err != nil {
				return err
			}
			if len(page) != 50 || before != 0 && page[0].Lam != before-1 {
				t.Fatalf("before %d come %d entries from %d on", before, len(page), page[0].Lam)
			}
			before = page[len(page)-1].Lam
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// A statement is compiled once for a connection, and not for each value that it is asked with.
func TestAStatementIsCompiledOnce(t *testing.T) {
	db := openAt(t, filepath.Join(t.TempDir(), "record.db"))
	const n = 8
	grown(t, db, n)
	for range n {
		err := db.View(t.Context(), func(r store.Reader) error {
			for log := range store.LogID(n) {
				if _, err := r.Receipts(log); err != nil {
					return err
				}
			}
			_, err := r.Confirmed(mech)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	ran := 0
	for _, c := range db.all {
		for sql, s := range c.prepared {
			if again := s.Status(sqlite3.STMTSTATUS_REPREPARE, false); again > 0 {
				t.Errorf("compiled again %d times: %s", again, sql)
			}
			ran += s.Status(sqlite3.STMTSTATUS_RUN, false)
		}
	}
	if ran < n*n {
		t.Errorf("%d statements were run", ran)
	}
}
