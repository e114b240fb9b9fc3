package view

import (
	"fmt"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/delegation"
	"entente.example/internal/dialogue"
	"entente.example/internal/meeting"
	"entente.example/lang"
)

// Assembly is what the page of a meeting shows beside its days and agenda.
type Assembly struct {
	Delegations []Delegation
	Zone        string // of the programme's clocks
	Days        []ProgrammeDay
	Dossier     []DossierItem
}

// Delegation is who comes for a party. Where says whether the names are here: "here", "coming", "withheld", "erased" or "unreadable".
type Delegation struct {
	Voice
	Version   int
	Final     bool
	Count     int
	Where     string
	Language  lang.Tag // the party's own: whose reading stands above a name
	Delegates []delegation.Delegate
}

// ProgrammeDay is a day of the programme.
type ProgrammeDay struct {
	Day   string
	Slots []meeting.Slot
}

// DossierItem is a document of the dossier with its symbol.
type DossierItem struct {
	Voice
	Symbol    string
	Nature    string
	Modifies  string
	Matter    string
	Link      string // address of the matter that it is, if it has a page
	Version   string
	Languages []lang.Tag
	Old       bool // a revision has taken its place
}

// assembly is everything about a meeting but the names of those who come, which the house has.
func (f From) assembly(m *Matter, s *meeting.State) {
	c := f.Charter()
	if s.Unattributed(c) {
		m.Notes = append(m.Notes, "web.unattributed")
	}
	if p := s.PutOff(c); p != nil {
		m.Notes = append(m.Notes, "web.postponed")
	}
	if p := s.Postponed; p != nil {
		v := f.said(p.By, "act.meeting.postpone", p.Reason)
		v.Day, v.DayEnd = p.Days.From, p.Days.Until
		m.Track = append(m.Track, v)
	}
	for i := range m.Items {
		f.arranged(&m.Items[i], s, i+1)
	}
	if p := s.Programme; p != nil {
		m.Assembly.Zone, m.Assembly.Days = p.Zone, programmed(p.Slots, len(m.Items))
		m.Track = append(m.Track, f.voice(p.By, "act.meeting.programme"))
	}
	for _, p := range f.parties() {
		for i, d := range s.Delegations[p.ID] {
			v := f.said(d.By, "act.meeting.delegation", d.Capacities)
			v.Past = i < len(s.Delegations[p.ID])-1
			m.Track = append(m.Track, v)
		}
	}
	for i := range s.Dossier {
		d := &s.Dossier[i]
		m.Assembly.Dossier = append(m.Assembly.Dossier, f.issued(s, d))
		v := f.said(d.By, "act.meeting.document", d.Title)
		v.Line = d.Symbol
		m.Track = append(m.Track, v)
		if d.Party == charter.PartyID(f.Self) && d.Modifies == "" {
			m.Refs["dossier"] = append(m.Refs["dossier"], Ref{d.Symbol, d.Title})
		}
	}
}

// arranged adds to an item of the agenda how it is interpreted, how long was spoken on it, and what was said.
func (f From) arranged(item *Item, s *meeting.State, n int) {
	if a := s.Agenda.Arranged(n); a != nil {
		item.Facts = append(item.Facts, Fact{Key: "field.interpretation", Choice: "interpreted_" + a.Interpretation})
		if len(a.Languages) > 0 {
			between := Fact{Key: "field.languages"}
			for _, l := range a.Languages {
				between.Languages = append(between.Languages, lang.Tag(l))
			}
			item.Facts = append(item.Facts, between)
		}
		if a.Minutes > 0 {
			item.Facts = append(item.Facts, Fact{Key: "web.minutes_each", Line: fmt.Sprint(a.Minutes)})
		}
	}
	spoken := s.SpokenOn(n)
	for _, side := range f.sides() {
		if spoken[side.ID] > 0 {
			item.Facts = append(item.Facts, Fact{Key: "web.minutes_spoken", Text: side.Label, Line: fmt.Sprint(spoken[side.ID])})
		}
	}
	if spoken[""] > 0 {
		item.Facts = append(item.Facts, Fact{Key: "web.minutes_spoken", Line: fmt.Sprint(spoken[""])})
	}
	for _, i := range s.Interventions {
		if i.Item != n {
			continue
		}
		v := f.said(i.By, "act.meeting.intervene", i.Words)
		v.Capacity = i.Capacity
		if sides := f.sidesOf([]string{i.Side}); len(sides) > 0 {
			v.Side = sides[0].Label
		}
		item.Track = append(item.Track, v)
	}
}

// programmed divides a programme by days. A slot that names an item which the agenda does not have names none.
func programmed(slots []meeting.Slot, items int) []ProgrammeDay {
	var out []ProgrammeDay
	for _, s := range slots {
		if s.Item > items {
			s.Item = 0
		}
		if len(out) == 0 || out[len(out)-1].Day != s.Day {
			out = append(out, ProgrammeDay{Day: s.Day})
		}
		out[len(out)-1].Slots = append(out[len(out)-1].Slots, s)
	}
	return out
}

func (f From) issued(s *meeting.State, d *meeting.Issued) DossierItem {
	v := f.said(d.By, "act.meeting.document", d.Title)
	out := DossierItem{Voice: v, Symbol: d.Symbol, Nature: d.Nature, Modifies: d.Modifies, Matter: d.Of, Link: pageOf(d.Of), Version: d.Version, Old: s.Superseded(d)}
	for _, l := range d.Languages {
		out.Languages = append(out.Languages, lang.Tag(l))
	}
	return out
}

// pageOf is the address of a matter's page within its mechanism, "" if it has none.
func pageOf(matter string) string {
	kind, id, _ := strings.Cut(matter, "/")
	switch _, ok := dialogue.Find(kind); {
	case id == "":
		return ""
	case kind == "text":
		return "/texts/" + id
	case ok:
		return matterPath(kind, id)
	}
	return ""
}

// Delegation shapes a party's list; the names come from the house.
func (f From) Delegation(version int, d meeting.Delegated, where string, names []delegation.Delegate) Delegation {
	out := Delegation{Voice: f.said(d.By, "act.meeting.delegation", d.Capacities), Version: version, Final: d.Final, Count: d.Count, Where: where, Delegates: names}
	if p, ok := f.Charter().Document().Party(d.Party); ok {
		out.Language = p.Language
	}
	return out
}
