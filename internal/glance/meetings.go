package glance

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/dialogue"
	"entente.example/internal/meeting"
)

// Session is a meeting that has days: planned, moved or held.
type Session struct {
	Series      string
	Number      string
	From, Until string // days; those of its whole month where no more is known
	Month       bool   // no more is known of its beginning
}

// Recurring is a report that a party owes to each meeting.
type Recurring struct {
	Party charter.PartyID
	From  string // day: to meetings that begin later
	Last  string // day of its side's last report, "" if there is none
	Wait  Wait
}

const month = "2006-01"

// near is how long before a meeting the reports to it are asked for.
const near = 30 * 24 * time.Hour

func sessionOf(c *charter.State, s *meeting.State) *Session {
	from, until := s.Days(c)
	return session(s.Meeting.Series, s.Meeting.Number, from, until)
}

// session is a meeting from a day or month until another one or that one itself; nil if it has none.
func session(series string, number int, from, until string) *Session {
	if from == "" {
		return nil
	}
	out := &Session{Series: series, Number: strconv.Itoa(number), From: from, Until: cmp.Or(until, from), Month: len(from) == len(month)}
	if out.Month {
		out.From += "-01"
	}
	if first, err := time.Parse(month, out.Until); err == nil {
		out.Until = first.AddDate(0, 1, -1).Format(time.DateOnly)
	}
	return out
}

func recurringOf(c *charter.State, key string, s *commitment.State) (out []Recurring) {
	now, _ := s.Standing(c)
	for _, p := range c.Document().Parties {
		if from, last := s.Recurs(c, p.ID); from != "" {
			out = append(out, Recurring{Party: p.ID, From: from, Last: last, Wait: Wait{Matter: key, What: "awaits.commitment_meeting", Title: now.Title}})
		}
	}
	return out
}

// unreported says which reports to meetings a party owes: to one that is near or was held, if its side has not reported since the one before. Each waits until the next meeting is near.
func (g *Glance) unreported(p charter.PartyID) (out []Wait) {
	for _, m := range g.recurring {
		for _, r := range m.Recurs {
			if r.Party == p {
				out = append(out, r.owed(g.sessions[g.seriesOf(m)])...)
			}
		}
	}
	return out
}

// seriesOf is the series of the meeting that a commitment's text was tabled for, else the mechanism's own.
func (g *Glance) seriesOf(m *Matter) string {
	text, _, _ := strings.Cut(m.From, "#")
	if of := g.Matter("text/" + text); of != nil {
		for _, at := range of.Points {
			if at, ok := strings.CutPrefix(at, "meeting/"); ok {
				series, _, _ := strings.Cut(at, "/")
				return series
			}
		}
	}
	return meeting.MainSeries
}

// owed goes through the meetings of a series in their order.
func (r Recurring) owed(line []*Session) (out []Wait) {
	before := ""
	for _, s := range line {
		if opens := s.opens(before); s.From > r.From && r.Last <= before && !opens.IsZero() {
			w := r.Wait
			w.From, w.Params = opens.Format(time.RFC3339), map[string]string{"number": s.Number, "day": s.From}
			if w.Due = s.From; s.Month {
				w.Due, w.Params["day"] = "", s.From[:len(month)]
			}
			if len(out) > 0 {
				out[len(out)-1].Until = w.From
			}
			out = append(out, w)
		}
		before = max(before, s.Until)
	}
	return out
}

// opens is when reports to a meeting begin to be asked for: when it is near, and the one before is over.
func (s *Session) opens(before string) time.Time {
	day, err := time.Parse(time.DateOnly, s.From)
	if err != nil {
		return time.Time{}
	}
	opens := day.Add(-near)
	if over, err := time.Parse(time.DateOnly, before); err == nil && opens.Before(over.AddDate(0, 0, 1)) && over.Before(day) {
		return over.AddDate(0, 0, 1)
	}
	return opens
}

// Open reports whether something waits at a time.
func (w Wait) Open(at time.Time) bool {
	return (w.From == "" || dialogue.Over(w.From, at)) && !dialogue.Over(w.Until, at)
}

// inOrder sorts the meetings of each series by their days.
func inOrder(sessions map[string][]*Session) {
	for _, line := range sessions {
		slices.SortStableFunc(line, func(a, b *Session) int {
			return cmp.Or(strings.Compare(a.From, b.From), strings.Compare(a.Until, b.Until))
		})
	}
}
