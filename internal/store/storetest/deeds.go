package storetest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

// Deed is something that is done with a party's own file, or asked of it.
type Deed struct {
	Name string
	Do   func(context.Context) error
}

// Stumbling does one deed after the other on a disk that fails once at each place of the program that reads or writes. What is refused has changed nothing, and in the end it is done.
func Stumbling(t *testing.T, db *sql.DB, deeds []Deed) {
	t.Helper()
	disk := NewHiccup(t.Context())
	for _, d := range deeds {
		var last error
		done := false
		failed := disk.Everywhere(func() {
			if done { // though something failed: nothing hung on that
				return
			}
			before := rows(t, db)
			if last = d.Do(disk); last == nil {
				done = true
				return
			}
			if after := rows(t, db); after != before {
				t.Errorf("%s is refused (%v), and has changed something:\n%s\n%s", d.Name, last, before, after)
			}
		})
		if last != nil {
			t.Errorf("%s: %v", d.Name, last)
		}
		if failed == 0 {
			t.Errorf("%s asks no disk", d.Name)
		}
	}
}

// rows is everything that stands in a file.
func rows(t *testing.T, db *sql.DB) string {
	t.Helper()
	var out strings.Builder
	for _, table := range list(t, db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") {
		for _, row := range list(t, db, "SELECT * FROM "+table) {
			fmt.Fprintf(&out, "%s %s\n", table, row)
		}
	}
	return out.String()
}

// list are the rows of a question, each in one string.
func list(t *testing.T, db *sql.DB, question string) (out []string) {
	t.Helper()
	all, err := db.QueryContext(t.Context(), question)
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	names, err := all.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for all.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := all.Scan(into...); err != nil {
			t.Fatal(err)
		}
		if len(values) == 1 {
			out = append(out, fmt.Sprintf("%s", values[0]))
			continue
		}
		out = append(out, fmt.Sprintf("%v", values))
	}
	if err := all.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
