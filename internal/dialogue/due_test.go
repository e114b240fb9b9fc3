package dialogue

import (
	"testing"

	"entente.example/entry"
	"entente.example/internal/concern"
)

// A due day in working days is told from a day, and from what is neither: that stays as it is, for the subject to refuse.
func TestDueInWorkingDays(t *testing.T) {
	for due, want := range map[string]int{"10wd": 10, "0wd": 0, "-3wd": -3, "2025-01-14": -1, "wd": -1, "": -1, "10 wd": -1, "tenwd": -1} {
		b := &concern.Raise{Due: due}
		day, n, ok := DueIn(b)
		if ok != (want != -1) || ok && (n != want || day != &b.Due) {
			t.Errorf("%q: %d, %v", due, n, ok)
		}
	}
	for _, b := range []entry.Body{concern.Raise{Due: "10wd"}, &concern.Settle{}} {
		if _, _, ok := DueIn(b); ok {
			t.Errorf("%T has a due day that can be filled in", b)
		}
	}
}
