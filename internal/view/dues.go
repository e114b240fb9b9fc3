package view

import (
	"slices"
	"strconv"
	"time"

	"entente.example/internal/commitment"
	"entente.example/lang"
)

// Dues is the picture of what falls due: commitments under each other on one scale of days. Places on it are in percent of its width.
type Dues struct {
	Rows  []DueRow
	Ticks []DueTick
	Today string // day
	Now   string // where it is
}

// DueRow is what one owner undertook.
type DueRow struct {
	ID    string // of the commitment
	Title lang.Text
	Side  Side
	Marks []DueMark // milestones, and the whole last
}

// Drawn reports whether anything of the row is in the picture.
func (r DueRow) Drawn() bool {
	return slices.ContainsFunc(r.Marks, func(m DueMark) bool { return m.At != "" })
}

// DueMark is a milestone or the whole.
type DueMark struct {
	Title    lang.Text // of a milestone; empty for the whole
	ID       string    // of a milestone
	Day      string    // "" for none: it stands in the list and not in the picture
	At       string
	Standing string
}

// DueTick is a day with a label of its own on the scale, as precise as it says.
type DueTick struct {
	Day string
	At  string
}

// Ends of the scale, in percent: what stands at its edge is drawn whole, and so is the label of a round day.
const (
	duesFrom  = 2.0
	duesTo    = 98.0
	labelEdge = 6.0
)

// Standings are the kinds of mark that there are in the picture.
func (d Dues) Standings() []string {
	return slices.DeleteFunc(slices.Clone(commitment.Standings), func(kind string) bool {
		return !slices.ContainsFunc(d.Rows, func(r DueRow) bool {
			return slices.ContainsFunc(r.Marks, func(m DueMark) bool { return m.Standing == kind })
		})
	})
}

// dueRows are the rows of a commitment.
func (f From) dueRows(s *commitment.State) (out []DueRow) {
	now, _ := s.Standing(f.Charter())
	for _, c := range s.Courses(f.Charter(), f.today()) {
		sides := f.sidesOf([]string{c.Side})
		if len(sides) == 0 {
			continue
		}
		row := DueRow{ID: s.ID, Title: now.Title, Side: sides[0]}
		for _, leg := range c.Steps {
			m := DueMark{Day: leg.Due, Standing: leg.Standing}
			if leg.Milestone != nil {
				m.ID, m.Title = leg.Milestone.ID, leg.Milestone.Title
			}
			row.Marks = append(row.Marks, m)
		}
		out = append(out, row)
	}
	return out
}

// newDues draws rows on a scale from the first day to the last, today among them. Where nothing has a day there is no picture.
func newDues(rows []DueRow, today string) *Dues {
	days := []string{today}
	for _, r := range rows {
		for _, m := range r.Marks {
			if m.Day != "" {
				days = append(days, m.Day)
			}
		}
	}
	if len(days) == 1 {
		return nil
	}
	first, err := time.Parse(time.DateOnly, slices.Min(days))
	if err != nil {
		return nil
	}
	last, err := time.Parse(time.DateOnly, slices.Max(days))
	if err != nil {
		return nil
	}
	if least := 60 * 24 * time.Hour; last.Sub(first) < least {
		first, last = first.Add(-least/2), last.Add(least/2)
	}
	percent := func(day time.Time) float64 {
		return duesFrom + (duesTo-duesFrom)*float64(day.Sub(first))/float64(last.Sub(first))
	}
	at := func(day time.Time) string { return strconv.FormatFloat(percent(day), 'f', 2, 64) + "%" }
	place := func(day string) string {
		d, err := time.Parse(time.DateOnly, day)
		if err != nil {
			return ""
		}
		return at(d)
	}
	out := &Dues{Rows: rows, Today: today, Now: place(today)}
	for i := range rows {
		for j := range rows[i].Marks {
			rows[i].Marks[j].At = place(rows[i].Marks[j].Day)
		}
	}
	for _, t := range dueTicks(first, last) {
		if p := percent(t.at); p >= labelEdge && p <= 100-labelEdge {
			out.Ticks = append(out.Ticks, DueTick{t.day, at(t.at)})
		}
	}
	return out
}

type dueTick struct {
	day string
	at  time.Time
}

// dueTicks are four to eight round days: first days of months, or of years.
func dueTicks(first, last time.Time) (out []dueTick) {
	const most = 5
	months := 1
	for last.Sub(first) > time.Duration(months*most*31*24)*time.Hour {
		switch {
		case months < 3:
			months = 3
		case months < 12:
			months *= 2
		default:
			months += 12
		}
	}
	layout := "2006-01"
	if months >= 12 {
		layout = "2006"
	}
	for d := time.Date(first.Year(), 1, 1, 0, 0, 0, 0, time.UTC); !d.After(last); d = d.AddDate(0, months, 0) {
		if !d.Before(first) {
			out = append(out, dueTick{d.Format(layout), d})
		}
	}
	return out
}
