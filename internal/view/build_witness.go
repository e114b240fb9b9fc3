package view

import (
	"strings"

	"entente.example/internal/assent"
	"entente.example/internal/outsider"
)

func (f From) witnessRow(s *outsider.State) MatterRow {
	p := s.Now(f.Charter())
	if p == nil {
		return MatterRow{ID: s.ID}
	}
	return MatterRow{ID: s.ID, Title: p.Operator, Status: "witness_" + p.Status(f.Charter()), By: f.sidesOf([]string{f.Charter().SideOf(p.Party)})}
}

// witness shows a witness that parties propose to name: whose it is, where it is asked, its keys, and what each party said.
func (f From) witness(m *Matter, s *outsider.State) {
	if len(s.Proposals) > 1 {
		m.Notes = append(m.Notes, "web.guest_twice")
	}
	for i := range s.Proposals {
		p := &s.Proposals[i]
		m.Facts = append(m.Facts, Fact{Key: "field.submissions", Line: p.URL})
		for _, k := range p.Keys {
			m.Facts = append(m.Facts, Fact{Key: "web.witness_key", Line: k})
		}
		m.Track = append(m.Track, f.said(p.By, "act.witness.propose", p.Operator))
		for _, w := range p.Words {
			v := f.said(w.By, "act.witness."+strings.TrimSuffix(w.Word, "s"), w.Reason)
			v.Line = p.Act
			m.Track = append(m.Track, v)
		}
		if p.Status(f.Charter()) != assent.Withdrawn {
			m.Refs["proposal"] = append(m.Refs["proposal"], Ref{p.Act, p.Operator})
		}
	}
}
