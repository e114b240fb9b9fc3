package view

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/silence"
)

func (f From) silenceRow(s *silence.State) MatterRow {
	if s.Circulated == nil {
		return MatterRow{ID: s.ID}
	}
	r := MatterRow{ID: s.ID, Title: s.Circulated.Title, Status: s.StatusAt(f.Charter(), f.Now), Party: f.by(s.Circulated.By), By: f.sidesOf([]string{f.Charter().SideOf(s.Circulated.Party)})}
	if s.Announced != nil {
		r.Symbol = s.Announced.Symbol
	}
	return r
}

// silence shows a procedure: the instant at which it ends, or whose receipt is missing so that it has none.
func (f From) silence(m *Matter, s *silence.State) {
	if s.Circulated == nil {
		return
	}
	c := f.Charter()
	m.Words = s.Circulated.Text
	m.Notes = append(m.Notes, "web.silence_is_"+m.Status)
	if a := s.Circulated.About; a != "" {
		m.Facts = append(m.Facts, pointsAt("field.about", "text/"+a))
	}
	if missing := s.Missing(c); len(missing) > 0 {
		m.Facts = append(m.Facts, Fact{Key: "web.receipt_missing", Parties: f.partiesOf(missing)})
	}
	if begin, ok := s.Starts(c); ok {
		end, _ := s.Expires(c)
		m.Facts = append(m.Facts, Fact{Key: "web.silence_begins", At: begin}, Fact{Key: "web.silence_ends", At: end})
		if awaited := s.Awaiting(c); m.Status == silence.Elapsed {
			m.Facts = append(m.Facts, Fact{Key: "web.word_missing", Parties: f.partiesOf(awaited)})
		}
	}
	if a := s.Announced; a != nil {
		m.Facts = append(m.Facts, Fact{Key: "field.symbol", Line: a.Symbol})
		if a.Meeting != "" {
			m.Facts = append(m.Facts, pointsAt("web.announced_at", a.Meeting))
		}
	}
	m.Columns = f.declared(s)
	m.Track = append(m.Track, f.said(s.Circulated.By, "act.silence.circulate", s.Circulated.Title))
	for _, r := range s.Receipts {
		if r.Act == s.Circulated.Act {
			continue
		}
		v := f.voice(r.By, "act.silence.receive")
		v.Line = r.Note
		m.Track = append(m.Track, v)
	}
	for p := range f.ordered(c.Document().Parties) {
		if w, ok := s.Said[p.ID]; ok && w.Breaks {
			m.Facts = append(m.Facts, Fact{Key: "web.broken_by", Parties: f.partiesOf([]charter.PartyID{p.ID})})
			m.Track = append(m.Track, f.said(w.By, "act.silence.break", w.Note))
		} else if ok {
			m.Track = append(m.Track, f.voice(w.By, "act.silence.unbroken"))
		}
	}
	for _, d := range s.Declared {
		m.Track = append(m.Track, f.said(d.By, "act.silence.declare", d.Text))
	}
	if a := s.Announced; a != nil {
		v := f.voice(a.By, "act.silence.announce")
		v.Line = a.Symbol
		m.Track = append(m.Track, v)
	}
}

// declared are the statements on a procedure, side by side; none while nobody made any.
func (f From) declared(s *silence.State) []Column {
	if len(s.Declared) == 0 {
		return nil
	}
	var out []Column
	for _, side := range f.sides() {
		col := Column{Side: side}
		for _, d := range s.Declared {
			if slices.ContainsFunc(side.Parties, func(p Party) bool { return p.ID == d.Party }) {
				col.Voices = append(col.Voices, f.said(d.By, "act.silence.declare", d.Text))
			}
		}
		out = append(out, col)
	}
	return out
}

// partiesOf are parties that something holds of alike, those of our side first.
func (f From) partiesOf(ids []charter.PartyID) []Party {
	var out []Party
	for _, id := range ids {
		out = append(out, f.party(id))
	}
	own := f.Charter().SideOf(charter.PartyID(f.Self))
	slices.SortStableFunc(out, func(a, b Party) int { return ownFirst(a.Side == own, b.Side == own) })
	return out
}
