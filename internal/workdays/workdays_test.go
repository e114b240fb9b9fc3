package workdays

import (
	"slices"
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func year(t *testing.T, id string) *subjecttest.Play {
	t.Helper()
	return subjecttest.New(t, "holidays/"+id, func() subjecttest.State { return &State{ID: id} })
}

func TestAPartyDeclaresItsOwnDays(t *testing.T) {
	p := year(t, "cedar.2025")
	off := Declare{Off: []Day{{Day: "2025-10-01", Name: lang.Text{"zh-Hans": "国庆节"}}}}
	p.Refuses("dialogue.not_yours", "birch", off)
	for key, b := range map[string]Declare{"holidays.bad_day": {Off: []Day{{Day: "2026-01-01"}}}, "dialogue.no_such_day": {Off: []Day{{Day: "2025-02-29"}}}, "dialogue.no_such_choice": {Weekend: []string{"sabbath"}},
		"holidays.too_long": {Off: make([]Day, MaxDays+1)}} {
		p.Refuses(key, "cedar", b)
	}
	p.Refuses("holidays.bad_day", "cedar", Declare{Off: []Day{{Day: "2025-10-01"}}, Work: []Day{{Day: "2025-10-01"}}})
	p.Does("cedar", off)
	p.Does("cedar", Declare{})
	if now := p.State().(*State).Now(); len(now.Off) != 0 {
		t.Errorf("a later declaration does not take the place of the first: %+v", now)
	}
	for _, id := range []string{"cedar", "cedar.25", "cedar.02025", ".2025x"} {
		year(t, id).Refuses("holidays.bad_id", "cedar", off)
	}
}

// A day counts on which every party works; the day from which is counted does not; a weekend that one side works is no working day as long as the other rests. SPEC workdays-all.
func TestWorkingDaysOfAll(t *testing.T) {
	c := year(t, "x").Charter
	declared := func(id string, d Declare) *State { return &State{ID: id, Declared: []Declared{{Declare: d}}} }
	states := []*State{
		declared("cedar.2025", Declare{Off: []Day{{Day: "2025-10-01", Name: lang.Text{"en": "Founding day"}}, {Day: "2025-10-02"}}, Work: []Day{{Day: "2025-09-28"}}}),
		declared("birch.2025", Declare{Weekend: []string{"fri", "sat"}}),
	}
	for _, x := range []struct {
		from    string
		n       int
		due     string
		skipped string
	}{
		{"2025-09-25", 1, "2025-09-29", "2025-09-26 2025-09-27 2025-09-28"}, // Friday is birch's, Saturday everybody's, Sunday willow's though cedar works
		{"2025-09-29", 2, "2025-10-06", "2025-10-01 2025-10-02 2025-10-03 2025-10-04 2025-10-05"},
		{"2025-12-30", 2, "2026-01-01", ""}, // of the next year nothing is declared but the weekend
	} {
		got, err := Count(c, states, x.from, x.n)
		if err != nil {
			t.Fatal(err)
		}
		var skipped []string
		for _, s := range got.Skipped {
			skipped = append(skipped, s.Day)
		}
		if got.Due != x.due || strings.Join(skipped, " ") != x.skipped {
			t.Errorf("%d days from %s: %s, without %q", x.n, x.from, got.Due, skipped)
		}
	}
	got, _ := Count(c, states, "2025-09-30", 1)
	if f := got.Skipped[0].Free; len(f) != 1 || f[charter.PartyID("cedar")]["en"] != "Founding day" {
		t.Errorf("it does not say for whom and why: %+v", got.Skipped)
	}
	if !slices.Equal(got.Undeclared, []string{"willow.2025"}) {
		t.Errorf("undeclared: %q", got.Undeclared)
	}
	for _, bad := range []int{0, MaxCount + 1} {
		if _, err := Count(c, states, "2025-09-30", bad); err == nil {
			t.Errorf("%d days are counted", bad)
		}
	}
	if _, err := Count(c, states, "2025-09-31", 1); err == nil {
		t.Error("a day that there is not is counted from")
	}
	every := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	idle := []*State{}
	for y := range 40 {
		idle = append(idle, declared(ID("cedar", 2025+y), Declare{Weekend: every}))
	}
	if _, err := Count(c, idle, "2025-09-30", 1); err == nil {
		t.Error("there is a day on which somebody works who never does")
	}
}

// The rules against years that were announced.
func TestRulesAgainstAnnouncedYears(t *testing.T) {
	for year, want := range map[int]string{
		2025: "01-01 01-13 02-11 02-23 02-24 03-20 04-29 05-03 05-04 05-05 05-06 07-21 08-11 09-15 09-23 10-13 11-03 11-23 11-24",
		2026: "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23",
	} {
		d, err := By("jp", year)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, x := range d.Off {
			got = append(got, x.Day[5:])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%d: %q", year, got)
		}
	}
	for _, bad := range []int{2021, 2100} {
		if _, err := By("jp", bad); err == nil {
			t.Errorf("there are rules for %d", bad)
		}
	}
	if _, err := By("atlantis", 2025); err == nil {
		t.Error("there are rules for nowhere")
	}
}
