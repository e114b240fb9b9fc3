package view

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"entente.example/internal/meeting"
	"entente.example/internal/search"
	"entente.example/lang"
)

// meetingRow is a meeting in the list. Its name is its series' and its number: a year or a city names no meeting.
func (f From) meetingRow(s *meeting.State) MatterRow {
	m := s.Meeting
	if m == nil {
		return MatterRow{}
	}
	r := MatterRow{ID: s.ID(), Title: search.MeetingNameIn(m), Status: m.Status}
	if s.Twice() {
		r.Status = "convened_twice"
	}
	r.Day, r.DayEnd = s.Days(f.Charter())
	if m.Host != "" {
		r.By = f.sidesOf([]string{m.Host})
	}
	return r
}

func (f From) meeting(m *Matter, s *meeting.State) error {
	e, c := s.Meeting, f.Charter()
	if e == nil {
		return nil
	}
	start, end := s.Days(c)
	if start != "" {
		m.Facts = append(m.Facts, Fact{Key: "web.when", Day: start, Until: end})
	}
	for _, v := range s.Where(c) {
		fact := Fact{Key: "field.places", Text: v.City}
		if len(v.Days) > 0 {
			fact.Day, fact.Until = v.Days[0], v.Days[len(v.Days)-1]
		}
		m.Facts = append(m.Facts, fact)
	}
	if e.Host != "" {
		m.Facts = append(m.Facts, Fact{Key: "field.host", Sides: f.sidesOf([]string{e.Host})})
	}
	states, err := f.Meetings()
	if err != nil {
		return err
	}
	if turn := meeting.Turn(c.Document(), states, e); turn != "" && turn != e.Host {
		m.Facts = append(m.Facts, Fact{Key: "web.turn_to_host", Sides: f.sidesOf([]string{turn})})
	}
	if len(e.Theme) > 0 {
		m.Facts = append(m.Facts, Fact{Key: "field.theme", Text: e.Theme})
	}
	if e.Outcome != "" {
		m.Facts = append(m.Facts, Fact{Key: "field.outcome", Line: e.Outcome})
	}
	f.convened(m, s)
	f.agenda(m, s)
	f.days(m, s)
	f.assembly(m, s)
	m.Outcomes, err = f.outcomes(meeting.Matter(e.Series, e.Number))
	return err
}

// convened tells which convening is which, if there are several, and what their authors make of it.
func (f From) convened(m *Matter, s *meeting.State) {
	if len(s.Convened) < 2 {
		return
	}
	note := "web.convened_settled"
	if s.Twice() {
		note = "web.convened_twice"
	}
	m.Notes = append(m.Notes, note)
	standing := s.Standing()
	for i := range s.Convened {
		k := &s.Convened[i]
		v := f.voice(k.By, "act.meeting.enter")
		v.Day, v.DayEnd, v.Place, v.Text, v.Line = k.Enter.Start, k.Enter.End, cities(k.Enter.Venues), k.Enter.Theme, k.Enter.Note
		if hosts := f.sidesOf([]string{k.Enter.Host}); len(hosts) > 0 {
			v.Host = hosts[0].Label
		}
		v.Choice = "convening_taken_back"
		if slices.ContainsFunc(standing, func(o meeting.Convening) bool { return o.Act == k.Act }) {
			v.Choice = "convening_stands"
		}
		side := f.sidesOf([]string{f.Charter().SideOf(k.Party)})
		m.Columns = append(m.Columns, Column{Side: side[0], Voices: []Voice{v}})
		m.Facts = append(m.Facts, Fact{Key: "field.convening", Line: k.Act, Link: "/record/" + k.Act})
		m.Refs["convening"] = append(m.Refs["convening"], Ref{k.Act, shortNames(v.Party)})
	}
	for _, w := range s.Settling {
		v := f.said(w.By, "act.meeting.recognise", w.Reason)
		if v.Line = w.Convening; w.Convening == "" {
			v.Key = "act.meeting.stand_back"
		}
		m.Track = append(m.Track, v)
	}
}

// shortNames are a party's own names for a choice among parties.
func shortNames(p Party) lang.Text {
	out := lang.Text{}
	for _, n := range p.Names {
		if n.To == "" && out[n.Lang] == "" {
			out[n.Lang] = cmp.Or(n.Short, n.Full)
		}
	}
	return out
}

// cities are the places of a meeting, in each language that names one.
func cities(venues []meeting.Venue) lang.Text {
	out := lang.Text{}
	for _, v := range venues {
		for tag, city := range v.City {
			if out[tag] != "" {
				out[tag] += " · "
			}
			out[tag] += city
		}
	}
	return out
}

// agenda lists the items, and says what stands behind them.
func (f From) agenda(m *Matter, s *meeting.State) {
	if s.Agenda == nil {
		return
	}
	if s.Meeting.Status == "planned" {
		m.Notes = append(m.Notes, map[bool]string{true: "web.agenda_adopted", false: "web.agenda_not_adopted"}[s.AgendaAdopted(f.Charter())])
	}
	for i, words := range s.Agenda.Items {
		item := Item{ID: fmt.Sprint(i + 1), Title: words}
		if a := s.Agenda.Annotated(i + 1); a != nil {
			if len(a.Text) > 0 {
				item.Facts = append(item.Facts, Fact{Key: "web.annotation", Text: a.Text})
			}
			for _, symbol := range a.Documents {
				item.Facts = append(item.Facts, Fact{Key: "field.documents", Line: symbol, Link: matterPath("meeting", s.ID()) + "#dossier"})
			}
		}
		m.Items = append(m.Items, item)
	}
	if len(s.Crossed(f.Charter())) > 0 {
		m.Notes = append(m.Notes, "web.agenda_crossed")
	}
	for i, d := range s.Agendas {
		v := f.said(d.By, "act.meeting.agenda", listed(d.Items))
		v.Choice, v.Past = d.Stage, i < len(s.Agendas)-1
		m.Track = append(m.Track, v)
	}
	digest := s.Agenda.Digest()
	m.Refs["agenda"] = []Ref{{digest, lang.Text{}}}
	for _, p := range f.parties() {
		if a, ok := s.Adopts[p.ID]; ok {
			v := f.voice(a.By, "act.meeting.adopt")
			v.Past = a.Agenda != digest
			m.Track = append(m.Track, v)
		}
	}
}

// listed are items one a line, in each language that has any.
func listed(items []lang.Text) lang.Text {
	out := lang.Text{}
	for i, item := range items {
		for tag, words := range item {
			out[tag] += fmt.Sprintf("%d. %s\n", i+1, words)
		}
	}
	for tag, words := range out {
		out[tag] = strings.TrimSpace(words)
	}
	return out
}

// days tells how the days came to be agreed, and offers what can be answered.
func (f From) days(m *Matter, s *meeting.State) {
	c := f.Charter()
	agreed := s.Agreed(c)
	if agreed == nil && len(s.Offered) > 0 {
		m.Notes = append(m.Notes, "web.days_not_agreed")
	}
	for i := range s.Offered {
		o := &s.Offered[i]
		v := f.said(o.By, "act.meeting.offer", o.Reason)
		v.Day, v.DayEnd, v.Place = o.From, o.Until, o.Places
		v.Past = agreed != nil && o != agreed && !slices.Contains(s.Open(c), o)
		m.Track = append(m.Track, v)
		for _, a := range o.Answered {
			key := "act.meeting.decline"
			if a.Accepts {
				key = "act.meeting.accept"
			}
			w := f.said(a.By, key, a.Reason)
			w.Day, w.DayEnd, w.Place = o.From, o.Until, o.Places
			m.Track = append(m.Track, w)
		}
	}
	for _, o := range slices.Backward(s.Open(c)) {
		m.Refs["offer"] = append(m.Refs["offer"], Ref{o.Act, daysOffered(o)})
	}
	if agreed != nil {
		m.Refs["offer"] = append(m.Refs["offer"], Ref{agreed.Act, daysOffered(agreed)})
	}
}

// daysOffered is an offer for a choice among several: its days, and its place in each language that names it.
func daysOffered(o *meeting.Offered) lang.Text {
	days, out := dayRange(o.From, o.Until), lang.Text{}
	for tag, place := range o.Places {
		out[tag] = days + " · " + place
	}
	if len(out) == 0 {
		out[lang.English] = days
	}
	return out
}

func dayRange(from, until string) string {
	if until == "" || until == from {
		return from
	}
	return from + "/" + until
}
