package view

import (
	"fmt"

	"entente.example/internal/charter"
	"entente.example/internal/workdays"
	"entente.example/lang"
)

// Workdays is a count of working days of all parties, as a page shows it.
type Workdays struct {
	workdays.Counted
	Left []LeftOut
}

// LeftOut is a day that does not count, and for whom.
type LeftOut struct {
	Day     string
	Parties []Party
}

// Workdays shapes a count.
func (f From) Workdays(c workdays.Counted) Workdays {
	out := Workdays{Counted: c}
	for _, s := range c.Skipped {
		left := LeftOut{Day: s.Day}
		for _, p := range f.parties() {
			if _, free := s.Free[p.ID]; free {
				left.Parties = append(left.Parties, p)
			}
		}
		out.Left = append(out.Left, left)
	}
	return out
}

// yearRow is a party's year in the list.
func (f From) yearRow(s *workdays.State) MatterRow {
	p, year, ok := workdays.Of(s.ID)
	if !ok {
		return MatterRow{ID: s.ID}
	}
	return MatterRow{ID: s.ID, Title: f.yearTitle(p, year), By: f.sidesOf([]string{f.Charter().SideOf(p)})}
}

// yearTitle is what a party's year is called: by the party's name and the number of the year, which every language writes alike.
func (f From) yearTitle(p charter.PartyID, year int) lang.Text {
	out := wordingOf(f.Charter().NamesOn(p, f.today()))
	for tag, name := range out {
		out[tag] = fmt.Sprintf("%s · %d", name, year)
	}
	return out
}

// nextYear is the id of the first year of which our party has declared nothing.
func (f From) nextYear(free func(id string) bool) string {
	year := f.Now.UTC().Year()
	for !free(workdays.ID(charter.PartyID(f.Self), year)) {
		year++
	}
	return workdays.ID(charter.PartyID(f.Self), year)
}

func (f From) year(m *Matter, s *workdays.State) {
	for i, d := range s.Declared {
		v := f.voice(d.By, "act.holidays.declare")
		v.Past = i < len(s.Declared)-1
		m.Track = append(m.Track, v)
	}
	now := s.Now()
	if now == nil {
		return
	}
	for _, w := range now.Weekend {
		m.Facts = append(m.Facts, Fact{Key: "field.weekend", Choice: w})
	}
	for _, d := range now.Off {
		m.Items = append(m.Items, Item{ID: d.Day, Title: d.Name, Facts: []Fact{{Key: "field.off", Day: d.Day}}})
	}
	for _, d := range now.Work {
		m.Items = append(m.Items, Item{ID: d.Day, Title: d.Name, Facts: []Fact{{Key: "field.work", Day: d.Day}}})
	}
}
