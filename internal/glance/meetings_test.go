package glance

import (
	"slices"
	"testing"
	"time"

	"entente.example/internal/charter"
)

// A report that is owed to each meeting waits from thirty days before one, and goes on waiting once it was held, until its owner reports or the next one is near; it is owed to the meetings of the series in which its text was
// adopted, and to none that began before it was undertaken.
func TestReportsAreOwedToMeetings(t *testing.T) {
	at := func(day string) time.Time {
		when, err := time.Parse(time.RFC3339, day+"T09:00:00Z")
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	meets := func(series, number, from, until string, month bool) *Matter {
		return &Matter{Key: "meeting/" + series + "/" + number, rank: 2, Days: &Session{Series: series, Number: number, From: from, Until: until, Month: month}}
	}
	meetings := []*Matter{
		meets("main", "10", "2025-01-14", "2025-01-15", false), meets("main", "11", "2026-01-20", "2026-01-20", false), meets("main", "12", "2026-02-05", "2026-02-06", false),
		meets("river", "3", "2025-06-10", "2025-06-10", false), meets("river", "4", "2027-03-01", "2027-03-31", true),
		{Key: "meeting/main/13", rank: 2}, // put off: it has no days
		{Key: "text/js-10", rank: 1, Points: []string{"meeting/main/10"}, Text: &Text{ID: "js-10"}}, {Key: "text/river-3", rank: 1, Points: []string{"meeting/river/3"}, Text: &Text{ID: "river-3"}},
	}
	for name, c := range map[string]struct {
		from, undertaken, last string
		day                    string
		want                   []string // numbers of the meetings
		due                    string
	}{
		"no meeting is near": {from: "js-10#9", undertaken: "2025-02-01", day: "2025-12-20"},
		"one is near":        {from: "js-10#9", undertaken: "2025-02-01", day: "2025-12-21", want: []string{"11"}, due: "2026-01-20"},
		"without a text it is the mechanism's own": {undertaken: "2025-02-01", day: "2025-12-21", want: []string{"11"}, due: "2026-01-20"},
		"one was held":                       {from: "js-10#9", undertaken: "2025-02-01", day: "2026-01-20", want: []string{"11"}, due: "2026-01-20"},
		"two are near":                       {from: "js-10#9", undertaken: "2025-02-01", day: "2026-01-21", want: []string{"12"}, due: "2026-02-05"},
		"the last one was held long ago":     {from: "js-10#9", undertaken: "2025-02-01", day: "2029-01-21", want: []string{"12"}, due: "2026-02-05"},
		"reported since the one before":      {from: "js-10#9", undertaken: "2025-02-01", last: "2025-03-01", day: "2026-01-10"},
		"reported to the one before":         {from: "js-10#9", undertaken: "2025-02-01", last: "2026-01-20", day: "2026-01-22", want: []string{"12"}, due: "2026-02-05"},
		"reported after it":                  {from: "js-10#9", undertaken: "2025-02-01", last: "2026-01-21", day: "2026-01-22"},
		"undertaken at that meeting":         {from: "js-10#9", undertaken: "2025-01-15", day: "2025-03-01"},
		"undertaken before it":               {from: "js-10#9", undertaken: "2024-12-24", day: "2025-01-02", want: []string{"10"}, due: "2025-01-14"},
		"of another series, and not near":    {from: "river-3#1", undertaken: "2025-06-11", day: "2027-01-29"},
		"… of which only the month is known": {from: "river-3#1", undertaken: "2025-06-11", day: "2027-01-30", want: []string{"4"}},
	} {
		owes := &Matter{Key: "commitment/k-5", rank: 2, From: c.from, Recurs: []Recurring{{Party: "cedar", From: c.undertaken, Last: c.last, Wait: Wait{Matter: "commitment/k-5", What: "awaits.commitment_meeting"}}}}
		g := &Glance{keys: append(slices.Clone(meetings), owes)}
		slices.SortFunc(g.keys, func(a, b *Matter) int { return map[bool]int{true: -1, false: 1}[a.Key < b.Key] })
		g.sort()
		var got []string
		for _, w := range g.Awaits("cedar") {
			if !w.Open(at(c.day)) {
				continue
			}
			if got = append(got, w.Params["number"]); w.Due != c.due || w.Matter != "commitment/k-5" {
				t.Errorf("%s: %+v", name, w)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: owed to meetings %v, want %v", name, got, c.want)
		}
		if others := g.Awaits(charter.PartyID("birch")); len(others) > 0 {
			t.Errorf("%s: another party owes %v", name, others)
		}
	}
}

// Where no more than a month is known, a meeting may be on any day of that month, and on no other: a month that ended is over.
func TestAMonthHasItsDays(t *testing.T) {
	for _, c := range []struct{ from, until, first, last string }{
		{"2026-03-05", "", "2026-03-05", "2026-03-05"}, {"2026-03", "", "2026-03-01", "2026-03-31"}, {"2026-11", "", "2026-11-01", "2026-11-30"}, {"2028-02", "", "2028-02-01", "2028-02-29"},
		{"2026-12", "2027-02", "2026-12-01", "2027-02-28"}, {"2026-03-30", "2026-04", "2026-03-30", "2026-04-30"},
	} {
		if s := session("main", 3, c.from, c.until); s.From != c.first || s.Until != c.last {
			t.Errorf("%q until %q: %s to %s, want %s to %s", c.from, c.until, s.From, s.Until, c.first, c.last)
		}
	}
	if session("main", 3, "", "") != nil {
		t.Error("a meeting without days has some")
	}
}
