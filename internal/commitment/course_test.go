package commitment

import (
	"strings"
	"testing"
)

// A picture says of each owner where it stands with each milestone and with the whole: by its own reports, what others said since, and the day.
func TestCourses(t *testing.T) {
	p := play(t)
	courses := func(today, want string) {
		t.Helper()
		var got []string
		for _, c := range p.State().(*State).Courses(p.Charter, today) {
			for _, s := range c.Steps {
				name := "whole"
				if s.Milestone != nil {
					name = s.Milestone.ID
				}
				got = append(got, c.Side+" "+name+" "+s.Standing)
			}
		}
		if g := strings.Join(got, ", "); g != want {
			t.Errorf("on %s: %s", today, g)
		}
	}
	courses("2025-01-01", "")
	p.Does("cedar", Enter{Title: words("Answer within sixty days"), Owners: []string{"east", "west"}, Due: "2025-06-30", Milestones: []Milestone{{ID: "m1", Title: words("Desk named"), Due: "2025-02-01"}, {ID: "m2", Title: words("No day")}}})
	courses("2025-02-01", "east m1 open, east m2 open, east whole open, west m1 open, west m2 open, west whole open")
	courses("2025-02-02", "east m1 overdue, east m2 open, east whole open, west m1 overdue, west m2 open, west whole open")
	p.Does("cedar", Report{Milestone: "m1", Status: "limited", Text: words("begun")})
	courses("2025-01-01", "east m1 reported, east m2 open, east whole open, west m1 open, west m2 open, west whole open")
	p.Does("willow", Assess{Side: "east", Status: "limited", Text: words("little")})
	courses("2025-01-01", "east m1 reported, east m2 open, east whole assessed, west m1 open, west m2 open, west whole open")
	p.Does("cedar", Report{Status: "substantial", Text: words("more")})
	p.Does("cedar", Report{Milestone: "m1", Status: "completed", Text: words("named")})
	courses("2025-07-01", "east m1 done, east m2 open, east whole overdue, west m1 overdue, west m2 open, west whole overdue")
	courses("2025-01-01", "east m1 done, east m2 open, east whole reported, west m1 open, west m2 open, west whole open")
	p.Does("cedar", Report{Status: "completed", Text: words("all")})
	courses("2025-07-01", "east m1 done, east m2 done, east whole done, west m1 overdue, west m2 open, west whole overdue")
}
