package search

import (
	"entente.example/internal/minutes"
	"entente.example/internal/readout"
	"entente.example/internal/silence"
)

func (m *Matter) silence(s *silence.State) {
	if s.Circulated == nil {
		return
	}
	m.Source.Names = names(s.Circulated.Title)
	m.act(s.Circulated.By, "silence.circulate", s.Circulated.Title)
	m.add(s.Circulated.By, "silence.circulate", s.Circulated.Act+"/text", "words", s.Circulated.Text)
	for _, d := range s.Declared {
		m.act(d.By, "silence.declare", d.Text)
	}
	if a := s.Announced; a != nil {
		m.Source.Symbol = a.Symbol
		m.act(a.By, "silence.announce", nil, a.Symbol)
	}
}

// readout cuts every version: what was shown before it was published stays on the record.
func (m *Matter) readout(s *readout.State) {
	if s.Put == nil {
		return
	}
	m.Source.Names = names(s.Put.Title)
	m.act(s.Put.By, "readout.put", s.Put.Title)
	if w := s.Withdrawn; w != nil {
		m.act(w.By, "readout.withdraw", w.Reason)
	}
	for i, v := range s.Versions {
		what := "readout.revise"
		if i == 0 {
			what = "readout.put"
		}
		for _, said := range v.Sentences {
			m.add(v.By, what, v.Act+"/"+said.ID, "s-"+said.ID, said.Text)
			for _, d := range said.Disputes {
				m.add(d.By, "readout.dispute", d.Act, "s-"+said.ID, d.Text)
				for _, r := range d.Replies {
					m.add(r.By, "readout.reply", r.Act, "s-"+said.ID, r.Text)
				}
			}
		}
	}
}

func (m *Matter) minutes(s *minutes.State) {
	if s.Circulated == nil {
		return
	}
	m.Source.Names = names(s.Circulated.Title)
	m.act(s.Circulated.By, "minutes.circulate", s.Circulated.Title)
	for _, p := range s.Paragraphs {
		for i, w := range p.Wordings {
			what := "minutes.correct"
			if i == 0 {
				what = "minutes.circulate"
			}
			m.add(w.By, what, w.Act+"/"+p.ID, "s-"+p.ID, w.Text)
		}
	}
}
