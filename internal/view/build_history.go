package view

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/meeting"
	"entente.example/lang"
)

// mainSeries is the id of the series that the mechanism itself counts.
const mainSeries = meeting.MainSeries

func (f From) series() ([]Series, error) {
	states, err := f.Meetings()
	if err != nil {
		return nil, err
	}
	states = dated(f.Charter(), states)
	refs := map[*meeting.Enter]string{}
	for _, old := range f.Elders { // the numbers go on, and so does the line of what was
		before, err := old.Meetings()
		if err != nil {
			return nil, err
		}
		for _, s := range dated(old.Charter(), before) {
			if s.Meeting != nil && !slices.ContainsFunc(states, func(o *meeting.State) bool {
				return o.Meeting != nil && o.Meeting.Series == s.Meeting.Series && o.Meeting.Number == s.Meeting.Number
			}) {
				states, refs[s.Meeting] = append(states, s), old.Charter().Document().ID
			}
		}
	}
	agendas := map[*meeting.Enter][]lang.Text{}
	for _, s := range states {
		if s.Meeting != nil && s.Agenda != nil {
			agendas[s.Meeting] = s.Agenda.Items
		}
	}
	var out []Series
	for _, id := range meeting.Series(states) {
		s := Series{ID: id, Main: id == mainSeries}
		for _, item := range meeting.Timeline(states, id) {
			switch {
			case item.Break != nil:
				s.Breaks = append(s.Breaks, Break{item.Break.After, item.Break.Before, item.Break.Years, item.Break.Months})
			default:
				m := meetingOf(item.Meeting, agendas[item.Meeting])
				m.Ref = refs[item.Meeting]
				s.Meetings = append(s.Meetings, m)
				s.Names = names(item.Meeting.SeriesName)
			}
		}
		if s.Main {
			s.Names = f.Charter().Document().Names
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b Series) int { return b.main() - a.main() })
	return out, nil
}

// dated puts days that were agreed in the place of those that were entered.
func dated(c *charter.State, states []*meeting.State) []*meeting.State {
	out := slices.Clone(states)
	for i, s := range states {
		if s.Meeting != nil {
			m := *s.Meeting
			m.Start, m.End = s.Days(c)
			m.Venues = s.Where(c)
			out[i] = &meeting.State{Meeting: &m, Agenda: s.Agenda}
		}
	}
	return out
}

func meetingOf(m *meeting.Enter, agenda []lang.Text) Meeting {
	out := Meeting{Series: m.Series, Number: m.Number, Start: m.Start, End: m.End, Host: m.Host, Theme: m.Theme, Kind: m.Outcome, Note: m.Note, Agenda: agenda}
	if m.Status == "planned" {
		out.Status, out.Note = m.Note, ""
		if out.Status == "" {
			out.Status = m.Status
		}
	}
	for _, v := range m.Venues {
		out.Venues = append(out.Venues, Venue{v.City, v.Days})
	}
	return out
}

// names makes names that everybody uses of wording by language.
func names(t lang.Text) []charter.Name {
	var out []charter.Name
	for _, tag := range t.Tags() {
		out = append(out, charter.Name{Lang: tag, Full: t[tag]})
	}
	return out
}

func (f From) documents() ([]Document, error) {
	states, err := f.Documents()
	if err != nil {
		return nil, err
	}
	var out []Document
	for _, s := range states {
		if s.First() != nil {
			out = append(out, f.documentOf(s))
		}
	}
	slices.SortStableFunc(out, func(a, b Document) int {
		switch {
		case a.Date < b.Date:
			return -1
		case a.Date > b.Date:
			return 1
		}
		return 0
	})
	return out, nil
}
