package view

import (
	"slices"
	"strconv"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/document"
	"entente.example/internal/glance"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Founding is the page of a founding document.
type Founding struct {
	Titles     []FoundingTitle
	Conflicts  []Conflict
	Principles []Principle
	Rests      []Rest // what rests on the whole document
}

// FoundingTitle is a title by its language and its user. UsedBy is nil for one that everybody uses.
type FoundingTitle struct {
	Title  document.Title
	UsedBy lang.Text
}

// Principle is one by its number, as each party that deposited it words it, and what rests on it.
type Principle struct {
	Number int
	Worded []Voice
	Rests  []Rest
}

// Rest is a paragraph that rests on a document, and the commitments that come from it.
type Rest struct {
	Text        string
	Title       lang.Text
	Paragraph   string
	Label       string
	Commitments []Ref
	Of          text.ParaID // of an adopted text: which of its paragraphs is cited, "" for the whole
	OfLabel     string
}

// Cite is what a paragraph cites: a founding document, of which Principle is one principle, or 0; or an adopted text, of which Place is one paragraph, or "".
type Cite struct {
	Document
	Principle int
	Text      string    // id; "" for a document
	Title     lang.Text // of the text
	Place     string
	Label     string // of that paragraph
	Unknown   string // a document that nobody has deposited yet: as the paragraph cites it
}

// Mark is how a paragraph writes what it cites.
func (c Cite) Mark() string {
	switch {
	case c.Unknown != "":
		return c.Unknown
	case c.Text != "" && c.Place != "":
		return "text/" + c.Text + "#" + c.Place
	case c.Text != "":
		return "text/" + c.Text
	case c.Principle > 0:
		return c.ID + "/" + strconv.Itoa(c.Principle)
	}
	return c.ID
}

func (f From) documentOf(s *document.State) Document {
	d := s.First()
	out := Document{ID: s.ID, Date: d.Date, Place: d.Place, Kind: d.Kind, InForce: d.InForce}
	if slices.Contains(document.Acts, d.Act) {
		out.Made = d.Act
	}
	for _, t := range s.Titles() {
		out.Titles = append(out.Titles, t.Name())
	}
	for _, o := range s.Conflicts() {
		c := Conflict{Date: o.Date, Source: o.Source}
		if o.Source == "" {
			c.By = f.party(o.By)
		}
		out.Conflicts = append(out.Conflicts, c)
	}
	return out
}

// ourTitle is the title that our side uses in each language.
func (f From) ourTitle(titles []document.Title) lang.Text {
	own, _ := f.Charter().Document().Party(charter.PartyID(f.Self))
	d, out := document.Deposit{Titles: titles}, lang.Text{}
	for _, t := range titles {
		out[t.Lang] = d.TitleFor(t.Lang, own.Side).Full
	}
	return out
}

func (f From) foundingRow(s *document.State) MatterRow {
	d := s.First()
	if d == nil {
		return MatterRow{ID: s.ID}
	}
	return MatterRow{ID: s.ID, Title: f.ourTitle(s.Titles()), Day: d.Date}
}

// founding fills the page of a founding document.
func (f From) founding(m *Matter, s *document.State) error {
	first := s.First()
	if first == nil {
		return nil
	}
	if len(s.Deposits) > 1 {
		m.Notes = append(m.Notes, "web.deposited_beside")
	}
	p := &Founding{Conflicts: f.documentOf(s).Conflicts}
	for _, t := range s.Titles() {
		title := FoundingTitle{Title: t}
		for _, side := range f.sidesOf([]string{t.UsedBy}) {
			title.UsedBy = side.Label
		}
		p.Titles = append(p.Titles, title)
	}
	for _, d := range s.Deposits {
		for _, v := range d.Earlier {
			m.Track = append(m.Track, f.depositVoice(v, true))
		}
		m.Track = append(m.Track, f.depositVoice(d.Version, false))
	}
	for key, line := range map[string]string{"field.kind": first.Kind, "field.sources": strings.Join(first.Sources, " · "), "field.note": first.Note} {
		if line != "" {
			m.Facts = append(m.Facts, Fact{Key: key, Line: line})
		}
	}
	for key, day := range map[string]string{"field.date": first.Date, "field.in_force": first.InForce} {
		if day != "" {
			m.Facts = append(m.Facts, Fact{Key: key, Day: day})
		}
	}
	if len(first.Place) > 0 {
		m.Facts = append(m.Facts, Fact{Key: "field.place", Text: first.Place})
	}
	switch {
	case slices.Contains(document.Acts, first.Act):
		m.Facts = append(m.Facts, Fact{Key: "field.made", Choice: first.Act})
	case first.Act != "":
		m.Facts = append(m.Facts, Fact{Key: "field.made", Line: first.Act})
	}
	sortFacts(m.Facts)
	for n := 1; n <= s.Principles(); n++ {
		one := Principle{Number: n}
		for _, w := range s.Principle(n) {
			one.Worded = append(one.Worded, f.said(w.By, "act.document.deposit", w.Text))
		}
		p.Principles = append(p.Principles, one)
	}
	m.Founding = p
	return f.rests(p, s.ID)
}

// depositVoice is a deposit as the history has it, with its kind, its sources and its note: the facts beside it are those of the first one.
func (f From) depositVoice(v document.Version, past bool) Voice {
	out := f.said(v.By, "act.document.deposit", f.ourTitle(v.Document.Titles))
	out.Day, out.Past = v.Document.Date, past
	var also []string
	for _, line := range append([]string{v.Document.Kind}, append(slices.Clone(v.Document.Sources), v.Document.Note)...) {
		if line != "" {
			also = append(also, line)
		}
	}
	out.Line = strings.Join(also, " · ")
	return out
}

// rests puts what rests on the document where it belongs. A principle that is cited and that nobody has deposited is listed by its number alone.
func (f From) rests(p *Founding, id string) error {
	g, err := f.glance()
	if err != nil {
		return err
	}
	for _, r := range g.Rests(id) {
		rest, err := f.rest(g, r)
		if err != nil {
			return err
		}
		if r.Principle == 0 {
			p.Rests = append(p.Rests, rest)
			continue
		}
		i := 0
		for i < len(p.Principles) && p.Principles[i].Number != r.Principle {
			i++
		}
		if i == len(p.Principles) {
			p.Principles = append(p.Principles, Principle{Number: r.Principle})
		}
		p.Principles[i].Rests = append(p.Principles[i].Rests, rest)
	}
	return nil
}

// rest is a paragraph that rests on something.
func (f From) rest(g *glance.Glance, r glance.Resting) (Rest, error) {
	out := Rest{Text: r.Text, Title: g.Text("text/" + r.Text).Title(), Paragraph: string(r.Paragraph), Label: r.Label, Of: r.Place}
	for _, c := range r.Commitments {
		st, err := f.Subject("commitment/" + c)
		if err != nil {
			return out, err
		}
		out.Commitments = append(out.Commitments, Ref{c, f.matterRow(st).Title})
	}
	return out, nil
}
