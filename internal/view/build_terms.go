package view

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/concordance"
	"entente.example/internal/glossary"
	"entente.example/internal/margin"
	"entente.example/internal/termbase"
	"entente.example/lang"
)

// TermHit is a word of the glossary that stands in a paragraph.
type TermHit struct {
	Path      string // of its entry, within the mechanism
	Title     lang.Text
	Term      lang.Text // in common
	Agreed    bool
	Contested bool // each side has its own word, and there is none in common
	Own       []OwnWord
	Missing   []lang.Tag // languages in which another word stands than the agreed one
}

// OwnWord is a party's own word.
type OwnWord struct {
	Party    Party
	Language lang.Tag
	Term     string
	Stands   bool // in the paragraph
}

// margins reads wordings with the names that the mechanism uses, and its words.
func (f From) margins() (*margin.Reader, error) {
	concepts, err := termbase.Gather(f.Charter(), f.Subjects)
	if err != nil {
		return nil, err
	}
	deposited, err := f.Documents()
	if err != nil {
		return nil, err
	}
	return f.Margins.Reader(concordance.Names(f.Charter(), deposited), concepts)
}

// remarks put what a machine says of the wording that the parties look at first beside it: the glossary's words in it, and what its languages ask each other.
func (f From) remarks(said margin.Remarks, p *Paragraph) {
	for _, h := range said.Terms {
		hit := TermHit{Path: placePath(h.Concept.Matter, ""), Title: h.Concept.Title, Term: h.Concept.Term, Agreed: h.Concept.Agreed, Contested: len(h.Concept.Term) == 0, Missing: h.Missing}
		if hit.Title == nil {
			hit.Title = h.Concept.Term
		}
		for _, o := range h.Concept.Own {
			hit.Own = append(hit.Own, OwnWord{f.party(o.Party), o.Language, o.Term, slices.Contains(h.Own, o)})
		}
		p.Terms = append(p.Terms, hit)
	}
	for _, q := range said.Questions {
		p.Asked = append(p.Asked, Asked(q))
	}
}

func (f From) termRow(s *glossary.State) MatterRow {
	now, agreed := s.Standing(f.Charter())
	if now == nil {
		return MatterRow{ID: s.ID}
	}
	r := MatterRow{ID: s.ID, Title: now.Term, Status: "proposed", By: f.sidesOf([]string{f.Charter().SideOf(now.Party)})}
	if agreed {
		r.Status = "agreed"
	}
	if len(s.Own) > 0 {
		r.Columns = f.ownWords(s)
	}
	return r
}

// ownWords puts each side's own words beside the other's.
func (f From) ownWords(s *glossary.State) []Column {
	var out []Column
	for _, side := range f.sides() {
		col := Column{Side: side}
		for _, p := range side.Parties {
			for _, w := range s.Words(p.ID) {
				v := f.said(w.By, "act.term.own", lang.Text{w.Language: w.Term})
				v.Line = w.Note
				col.Voices = append(col.Voices, v)
			}
		}
		out = append(out, col)
	}
	return out
}

func (f From) term(m *Matter, s *glossary.State) {
	now, agreed := s.Standing(f.Charter())
	if now == nil {
		return
	}
	m.Words = now.Term
	if !agreed {
		m.Notes = append(m.Notes, "web.term_not_agreed")
	}
	if len(now.Definition) > 0 {
		m.Facts = append(m.Facts, Fact{Key: "field.definition", Text: now.Definition})
	}
	m.Columns = f.ownWords(s)
	if len(s.Own) > 0 {
		m.Notes = append(m.Notes, "web.without_prejudice")
	}
	for i, e := range s.Entered {
		v := f.said(e.By, "act.term.enter", e.Term)
		v.Past = i < len(s.Entered)-1 && e.Act != now.Act
		m.Track = append(m.Track, v)
		for _, by := range e.Concurs {
			m.Track = append(m.Track, f.voice(by, "act.term.concur"))
		}
	}
	for _, p := range f.parties() {
		for _, w := range s.Own[p.ID] {
			v := f.said(w.By, "act.term.own", lang.Text{w.Language: w.Term})
			if v.Line = w.Note; w.Term == "" {
				v = f.voice(w.By, "act.term.withdraw")
			}
			m.Track = append(m.Track, v)
		}
	}
	for _, e := range s.Awaits(f.Charter(), charter.PartyID(f.Self)) {
		m.Refs["entered"] = append(m.Refs["entered"], Ref{e.Act, e.Term})
	}
}
