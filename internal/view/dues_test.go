package view

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// Whatever days there are, the scale has them all with today among them, in their order, and a few round days as labels; without a day there is no picture.
func TestDues(t *testing.T) {
	if newDues([]DueRow{{Marks: []DueMark{{}}}}, "2026-01-01") != nil {
		t.Error("a picture of nothing")
	}
	percent := func(s string) float64 {
		t.Helper()
		n, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
		if err != nil || n < 0 || n > 100 || !strings.HasSuffix(s, "%") {
			t.Fatalf("%q is no place", s)
		}
		return n
	}
	for _, days := range [][]string{{"2026-01-01"}, {"2026-01-02", "2026-03-01"}, {"2025-12-31", "2026-06-30", "2027-01-31"}, {"2026-02-28", "2031-01-01"}, {"1972-09-29", "2026-01-01", "2090-12-31"}} {
		rows := []DueRow{{Marks: []DueMark{{}}}}
		for _, d := range days {
			rows[0].Marks = append(rows[0].Marks, DueMark{Day: d})
		}
		d := newDues(rows, "2026-01-01")
		last := -1.0
		for _, m := range d.Rows[0].Marks[1:] {
			if at := percent(m.At); at <= last {
				t.Errorf("%v: %s stands at %s", days, m.Day, m.At)
			} else {
				last = at
			}
			if (m.Day < d.Today) != (percent(m.At) < percent(d.Now)) && m.Day != d.Today {
				t.Errorf("%v: %s stands at %s, today at %s", days, m.Day, m.At, d.Now)
			}
		}
		if d.Rows[0].Marks[0].At != "" {
			t.Error("what has no day has a place")
		}
		if len(d.Ticks) < 1 || len(d.Ticks) > 9 {
			t.Errorf("%v: %d labels", days, len(d.Ticks))
		}
		for _, k := range d.Ticks {
			percent(k.At)
			if _, err := time.Parse("2006-01", k.Day); err != nil && len(k.Day) != 4 {
				t.Errorf("%q", k.Day)
			}
		}
	}
}
