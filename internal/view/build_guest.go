package view

import (
	"strings"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/guest"
	"entente.example/internal/readers"
	"entente.example/internal/readout"
)

// Readers is who can read what a page shows.
type Readers struct {
	What    string // as in readers.Record
	Parties []Party
	Guests  []GuestReader
	Public  time.Time                             // since when everybody can; zero: not everybody can
	Marks   func(what string, public bool) string // nil: our house marks nothing
}

// Marking is how our own house marks it, "" if it does not.
func (r Readers) Marking() string {
	if r.Marks == nil {
		return ""
	}
	return r.Marks(r.What, !r.Public.IsZero())
}

// GuestReader is a guest who can read it.
type GuestReader struct {
	readers.Guest
	House  Party
	Agreed []Party
}

// readers answers for a matter on the record.
func (f From) readers(matter string) (*Readers, error) {
	g, err := f.glance()
	if err != nil {
		return nil, err
	}
	var states []*guest.State
	for _, m := range g.Pointing("guest", matter) {
		st, err := g.State(f.Snapshot, m.Key)
		if err != nil {
			return nil, err
		}
		if s, ok := st.(*guest.State); ok {
			states = append(states, s)
		}
	}
	r := readers.OnRecord(f.Charter(), matter, f.today(), "", states)
	out := f.readersOf(r)
	if strings.HasPrefix(matter, "readout/") {
		x, err := g.State(f.Snapshot, matter)
		if err != nil {
			return nil, err
		}
		if s, ok := x.(*readout.State); ok && s.Published != nil {
			out.Public, _ = time.Parse(time.RFC3339, s.PublicSince())
		}
	}
	for _, a := range r.Guests {
		out.Guests = append(out.Guests, GuestReader{Guest: a, House: f.party(a.House), Agreed: f.partiesOf(a.Agreed)})
	}
	return out, nil
}

// ChromeOf is the chrome of a page that shows a matter, or with "" something else of the record that only parties can read.
func (f From) ChromeOf(matter string) (Chrome, error) {
	c, err := f.Chrome()
	if err == nil {
		c.Readers, err = f.readers(matter)
	}
	return c, err
}

// ChromeOurs is the chrome of a page whose matter is our side's alone.
func (f From) ChromeOurs() (Chrome, error) {
	return f.chromeBeside(readers.OnlyOurs(charter.PartyID(f.Self)))
}

// ChromeAside is the chrome of a page of papers off the record.
func (f From) ChromeAside() (Chrome, error) {
	return f.chromeBeside(readers.OffTheRecord(charter.PartyID(f.Self)))
}

func (f From) chromeBeside(r readers.Readers) (Chrome, error) {
	c, err := f.Chrome()
	c.Readers = f.readersOf(r)
	return c, err
}

func (f From) readersOf(r readers.Readers) *Readers {
	return &Readers{What: r.What, Parties: f.partiesOf(r.Parties), Marks: f.Marking}
}

// guestStatus is where an admission stands today.
func (f From) guestStatus(p *guest.Admission) string {
	status := p.Status(f.Charter())
	switch {
	case status == guest.Admitted && f.today() < p.From:
		return "guest_to_come"
	case status == guest.Admitted && f.today() > p.Until:
		return "guest_over"
	}
	return "guest_" + status
}

func (f From) guestRow(s *guest.State) MatterRow {
	p := s.Now(f.Charter())
	if p == nil {
		return MatterRow{ID: s.ID}
	}
	return MatterRow{ID: s.ID, Title: p.Name, Status: f.guestStatus(p), By: f.sidesOf([]string{f.Charter().SideOf(p.Party)}), Day: p.From, DayEnd: p.Until}
}

// guest shows an admission: to what, in which capacity, and what each party said.
func (f From) guest(m *Matter, s *guest.State) {
	if len(s.Proposals) > 1 {
		m.Notes = append(m.Notes, "web.guest_twice")
	}
	for i := range s.Proposals {
		p := &s.Proposals[i]
		m.Facts = append(m.Facts, Fact{Key: "field.admitted_as", Choice: p.Capacity}, pointsAt("field.shown", p.Shown))
		for _, part := range p.Parts {
			m.Facts = append(m.Facts, Fact{Key: "field.parts", Choice: "part_" + part})
		}
		m.Facts = append(m.Facts, Fact{Key: "web.when", Day: p.From, Until: p.Until}, Fact{Key: "field.house", Parties: f.partiesOf([]charter.PartyID{charter.PartyID(p.House)})})
		if p.Status(f.Charter()) == guest.Admitted {
			m.Facts = append(m.Facts, Fact{Key: "web.guest_since", Day: p.Since()})
		}
		v := f.said(p.By, "act.guest.propose", p.Name)
		v.Day, v.DayEnd = p.From, p.Until
		m.Track = append(m.Track, v)
		if len(p.Purpose) > 0 {
			m.Words = p.Purpose
		}
		for _, w := range p.Words {
			v := f.said(w.By, "act.guest."+strings.TrimSuffix(w.Word, "s"), w.Reason)
			v.Line = p.Act
			m.Track = append(m.Track, v)
		}
		if p.Status(f.Charter()) != guest.Withdrawn {
			m.Refs["proposal"] = append(m.Refs["proposal"], Ref{p.Act, p.Name})
		}
	}
}

// partyRefs are all parties, to choose one.
func (f From) partyRefs() []Ref {
	out := []Ref{}
	for _, p := range f.parties() {
		out = append(out, Ref{string(p.ID), shortNames(p)})
	}
	return out
}
