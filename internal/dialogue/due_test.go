package dialogue

import (
	"testing"

	"entente.example/entry"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
)

// A due day in working days is told from a day, and from what is neither: that stays as it is, for the subject to refuse.
func TestDueInWorkingDays(t *testing.T) {
	for due, want := range map[string]int{"10wd": 10, "0wd": 0, "-3wd": -3, "2025-01-14": -1, "wd": -1, "": -1, "10 wd": -1, "tenwd": -1} {
		b := &concern.Raise{Due: due}
		days := DuesIn(b)
		if ok := len(days) == 1; ok != (want != -1) || ok && (days[0].In != want || days[0].Day != &b.Due) {
			t.Errorf("%q: %v", due, days)
		}
	}
	for _, b := range []entry.Body{concern.Raise{Due: "10wd"}, &concern.Settle{}} {
		if len(DuesIn(b)) > 0 {
			t.Errorf("%T has a due day that can be filled in", b)
		}
	}
	b := &commitment.Enter{Due: "60wd", Milestones: []commitment.Milestone{{ID: "a", Due: "10wd"}, {ID: "b", Due: "2025-01-14"}, {ID: "c", Due: "20wd"}}}
	for _, d := range DuesIn(b) {
		*d.Day = "counted"
	}
	if b.Due != "counted" || b.Milestones[0].Due != "counted" || b.Milestones[1].Due != "2025-01-14" || b.Milestones[2].Due != "counted" {
		t.Errorf("milestones are due as if they were not read: %+v", b)
	}
}
