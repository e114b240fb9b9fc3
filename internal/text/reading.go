package text

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/lang"
)

// Reading is what a text says at some moment: in each paragraph the wording that stood, brackets left aside.
type Reading struct {
	Title      lang.Text
	Paragraphs []Read
}

// Read is one paragraph of a reading.
type Read struct {
	ID    ParaID
	Label string
	Text  lang.Text
}

// Moment is a point in the history of a text: which acts count, and whose wording is taken as if it were agreed.
type Moment struct {
	h      horizon
	with   WordingID
	tabled bool
}

// Now counts every act; of a frozen text those that the freeze had seen.
func (s *State) Now(c *charter.State) Moment { return Moment{h: s.seen(c)} }

// AsTabled is the draft before anybody changed it.
func AsTabled() Moment { return Moment{tabled: true} }

// AsOf counts the acts that somebody had seen.
func AsOf(past charter.Past) Moment { return Moment{h: pastOf(past)} }

// Until counts the acts that claim to be no later than an instant, as acts write it.
func Until(at string) Moment {
	return Moment{h: func(_ *charter.State, b By) bool { return b.At <= at }}
}

// With is the text today with what an act proposes.
func With(id WordingID) Moment { return Moment{with: id} }

// asTabled reads the draft: what its author brought of each paragraph first.
func (s *State) asTabled() Reading {
	out := Reading{Title: s.Tabled.Title}
	for _, p := range s.Paragraphs {
		if p.Inserted != nil {
			continue
		}
		r := Read{ID: p.ID, Label: p.Label, Text: lang.Text{}}
		for _, v := range p.Wordings[0].Versions {
			if _, later := r.Text[v.Lang]; !later && v.Party == s.Tabled.Party && len(v.Replaces) == 0 {
				r.Text[v.Lang] = v.Text
			}
		}
		out.Paragraphs = append(out.Paragraphs, r)
	}
	return out
}

// Read reads the text as of a moment.
func (s *State) Read(c *charter.State, m Moment) Reading {
	if m.tabled {
		return s.asTabled()
	}
	out := Reading{Title: lang.Text{}}
	for _, tag := range s.Tabled.Languages {
		if t := s.Tabled.title(c, tag, m.h); t != "" {
			out.Title[tag] = t
		}
	}
	list := s.ordered(c, m.h)
	for _, p := range slices.Clone(list) {
		if w := p.Wording(m.with); w != nil && w.Place != nil {
			list = moved(list, p, w.Place.After)
		}
	}
	labels := s.numbers(c, m.h)
	frozen := s.Frozen(c) != nil
	for _, p := range list {
		w := p.Wording(m.with)
		if w == nil {
			w = p.current(c, m.h)
		}
		if w.Omit || p.Inserted != nil && w.ID != m.with && p.named(c, m.h) == nil { // put in by nobody but its author so far
			continue
		}
		r := Read{ID: p.ID, Label: p.Label, Text: lang.Text{}}
		if n, ok := labels[p.ID]; ok && frozen {
			r.Label = n
		}
		for _, tag := range s.Tabled.Languages {
			if words, ok := w.text(c, tag, m.h); ok {
				r.Text[tag] = words
			}
		}
		out.Paragraphs = append(out.Paragraphs, r)
	}
	return out
}
