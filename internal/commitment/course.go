package commitment

import (
	"slices"

	"entente.example/internal/charter"
)

// Where a side stands with what it undertook, as a picture shows it. Done is what its own report says, as everywhere; overdue is what was due before today and is not done.
const (
	Open     = "open"
	Reported = "reported"
	Assessed = "assessed" // by a party of another side, since the newest report or without one
	Overdue  = "overdue"
	Done     = "done"
)

// Standings are these in the order in which they are explained.
var Standings = []string{Open, Reported, Assessed, Overdue, Done}

// Course is what one owner undertook: its milestones in their order, and the whole last.
type Course struct {
	Side  string
	Steps []Leg
}

// Leg is a milestone or, where that is nil, the whole: by what day, "" for none, and where its owner stands.
type Leg struct {
	Milestone *Milestone
	Due       string
	Standing  string
}

// Courses is one course for each owner.
func (s *State) Courses(c *charter.State, today string) []Course {
	now, _ := s.Standing(c)
	if now == nil {
		return nil
	}
	var out []Course
	for _, side := range now.Owners {
		course := Course{Side: side}
		whole := s.done(now, side, "")
		for i := range now.Milestones {
			m := &now.Milestones[i]
			course.Steps = append(course.Steps, Leg{m, m.Due, s.stands(side, m.ID, m.Due, today, whole || s.done(now, side, m.ID))})
		}
		course.Steps = append(course.Steps, Leg{nil, now.Due, s.stands(side, "", now.Due, today, whole)})
		out = append(out, course)
	}
	return out
}

// stands is where a side stands with a milestone, "" for the whole. Assessments speak of the whole only.
func (s *State) stands(side, milestone, due, today string, done bool) string {
	switch {
	case done:
		return Done
	case due != "" && due < today:
		return Overdue
	}
	of := func(j Judgment) bool { return j.Side == side && j.Milestone == milestone }
	i := lastOf(s.Reports, of)
	if milestone == "" {
		if j := lastOf(s.Views, of); j >= 0 && (i < 0 || s.Views[j].At >= s.Reports[i].At) {
			return Assessed
		}
	}
	if i >= 0 {
		return Reported
	}
	return Open
}

func lastOf(list []Judgment, is func(Judgment) bool) int {
	for i, j := range slices.Backward(list) {
		if is(j) {
			return i
		}
	}
	return -1
}
