// Package showing makes what a guest sees: one meeting or one text as a value, from its state and the charter alone.
//
// It promises that nothing else of the record can be in it: it is handed one state, and has no path to another. Names of delegates, attachments, notes of any side and the log are no part of it, and
// where nothing at a meeting is attributed, nobody is named.
package showing

import (
	"slices"

	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/internal/guest"
	"entente.example/internal/markup"
	"entente.example/internal/meeting"
	"entente.example/internal/readers"
	"entente.example/internal/search"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// Sheet is what a guest sees.
type Sheet struct {
	Mechanism    []charter.Name
	Illustration bool
	Title        lang.Text
	Guest        readers.Guest
	Readers      []Party         // the parties
	Others       []readers.Guest // guests beside this one
	Meeting      *Meeting        // one of both
	Text         *Text
}

// Party is a party as it is named.
type Party struct{ Names []charter.Name }

// Meeting is a meeting, as far as the guest was admitted to it.
type Meeting struct {
	Status        string // "planned", "held"
	From, Until   string // "" while no day is agreed
	Twice         bool   // convened more than once, and not settled which it is
	Venues        []meeting.Venue
	Host          lang.Text
	Theme         lang.Text
	Items         []Item
	Zone          string // of the programme
	Slots         []meeting.Slot
	Dossier       []Document
	Nameless      bool
	Interventions []Intervention
}

// Day is a day of the programme.
type Day struct {
	Day   string
	Slots []meeting.Slot
}

// Days are the programme's, in their order.
func (m *Meeting) Days() (out []Day) {
	for _, s := range m.Slots {
		if n := len(out); n == 0 || out[n-1].Day != s.Day {
			out = append(out, Day{Day: s.Day})
		}
		out[len(out)-1].Slots = append(out[len(out)-1].Slots, s)
	}
	return out
}

// Item is an item of the agenda.
type Item struct {
	N        int
	Title    lang.Text
	Arranged *meeting.Arrangement
}

// Document is a document of the dossier: its symbol, not its file.
type Document struct {
	Symbol     string
	Title      lang.Text
	Party      Party
	Superseded bool
}

// Intervention is what was said on an item.
type Intervention struct {
	Item     int
	Side     lang.Text // empty where nothing is attributed
	Capacity lang.Text
	Words    lang.Text
}

// Text is a text with its brackets.
type Text struct {
	Symbol     string
	Languages  []lang.Tag
	Prevails   lang.Tag // decides if the languages come to differ; "": none
	Parallel   bool     // one side's own text, without joint authority
	Paragraphs []Paragraph
	Said       []Said // of the whole of it
	Annexes    []text.Annex
	Signings   []Signing // on paper
	End        string    // what it has come to: "refused", "withdrawn", "lapsed", "superseded"; "" if it is none of these
	Since      string    // when it did, as the parties' words claim
}

// Paragraph is a paragraph with every wording on the table, and who holds what open.
type Paragraph struct {
	ID       string
	Label    string
	Heading  bool // the title of an annex
	Deep     int  // how far below a paragraph it stands: 1 for (a), 2 for (i)
	Wordings []Wording
	Said     []Said
}

// Said is what a party said beside the wording: a reservation, an interpretative statement, or, against another side's own text, a dissent. Kind is as in markup.Statement; a reservation's note is in no language in particular.
type Said struct {
	Kind  string
	Label string
	By    Party
	Text  lang.Text
	Note  string
}

// Signing is what a party says of its signature on paper.
type Signing struct {
	Party  Party
	Day    string
	Place  lang.Text
	Office lang.Text
}

// Wording is one of them.
type Wording struct {
	Label    string
	By       Party
	Text     lang.Text
	Brackets []Bracket
}

// Bracket is a choice that a party holds open.
type Bracket struct {
	By      Party
	Where   string
	Options []text.BracketOption
}

// Of makes the sheet of the matter that an admission names, of its state. held is which seals have reached whom, r who can read it. A text that has ended says so, and in favour of which other text it says to nobody who was not admitted to that.
func Of(c *charter.State, state any, held adoption.Held, a *guest.Admission, r readers.Readers) (Sheet, error) {
	out := Sheet{Mechanism: c.Document().Names, Illustration: c.Document().Illustration}
	for _, p := range r.Parties {
		out.Readers = append(out.Readers, party(c, p))
	}
	for _, g := range r.Guests {
		if g.Proposal == a.Act {
			out.Guest = g
		} else {
			out.Others = append(out.Others, g)
		}
	}
	switch s := state.(type) {
	case *meeting.State:
		if s.Meeting != nil {
			out.Title, out.Meeting = search.MeetingName(s.Meeting.Number), ofMeeting(c, s, a)
			return out, nil
		}
	case *text.State:
		if s.Tabled != nil {
			sheet := markup.Of(c, s)
			out.Title, out.Text = sheet.Title, ofText(c, sheet)
			out.Text.statements(c, sheet)
			out.Text.Signings = signings(c, s)
			if end := s.Ended(c, held); end.Kind != "" {
				out.Text.End, out.Text.Since = end.Kind, s.Since(c, end)
			}
			return out, nil
		}
	}
	return Sheet{}, refusal.New(refusal.Missing, "guest.shown", "matter", a.Shown)
}

// statements hangs what parties say of the text where they say it. What travels with the text is shown to whoever sees it.
func (t *Text) statements(c *charter.State, sheet *markup.Sheet) {
	for _, k := range sheet.Statements {
		said := Said{k.Kind, k.Label, party(c, charter.PartyID(k.By)), k.Text, k.Note}
		if i := slices.IndexFunc(t.Paragraphs, func(p Paragraph) bool { return p.ID == string(k.Paragraph) }); i >= 0 {
			t.Paragraphs[i].Said = append(t.Paragraphs[i].Said, said)
		} else {
			t.Said = append(t.Said, said)
		}
	}
}

// signings are what parties say of their signatures on paper: a fact beside the seals.
func signings(c *charter.State, s *text.State) (out []Signing) {
	last := s.Rounds.Last()
	if last == nil {
		return nil
	}
	for _, p := range c.Document().Parties {
		if on := s.Signed(p.ID, last.Number); on != nil {
			out = append(out, Signing{party(c, p.ID), on.Day, on.Place, on.Office})
		}
	}
	return out
}

func party(c *charter.State, id charter.PartyID) Party {
	if p, ok := c.Document().Party(id); ok {
		return Party{p.Names}
	}
	return Party{[]charter.Name{{Full: string(id)}}}
}

func side(c *charter.State, id string) lang.Text {
	for _, s := range c.Document().Sides {
		if s.ID == id {
			return s.Label
		}
	}
	return nil
}

func ofMeeting(c *charter.State, s *meeting.State, a *guest.Admission) *Meeting {
	m := &Meeting{Status: s.Meeting.Status, Twice: s.Twice(), Venues: s.Where(c), Host: side(c, s.Meeting.Host), Theme: s.Meeting.Theme, Nameless: s.Unattributed(c)}
	m.From, m.Until = s.Days(c)
	if s.Agenda != nil && a.Sees("agenda") {
		for i, words := range s.Agenda.Items {
			m.Items = append(m.Items, Item{N: i + 1, Title: words, Arranged: s.Agenda.Arranged(i + 1)})
		}
	}
	if s.Programme != nil && a.Sees("programme") {
		m.Zone, m.Slots = s.Programme.Zone, slices.Clone(s.Programme.Slots)
	}
	if a.Sees("dossier") {
		for i := range s.Dossier {
			d := &s.Dossier[i]
			m.Dossier = append(m.Dossier, Document{d.Symbol, d.Title, party(c, d.Party), s.Superseded(d)})
		}
	}
	if a.Sees("interventions") {
		for _, i := range s.Interventions {
			said := Intervention{Item: i.Item, Words: i.Words}
			if !m.Nameless {
				said.Side, said.Capacity = side(c, i.Side), i.Capacity
			}
			m.Interventions = append(m.Interventions, said)
		}
	}
	return m
}

func ofText(c *charter.State, sheet *markup.Sheet) *Text {
	t := &Text{Symbol: sheet.Symbol, Languages: sheet.Languages, Prevails: sheet.Prevails, Parallel: sheet.Parallel, Annexes: sheet.Annexes}
	for _, p := range sheet.Paragraphs {
		to := Paragraph{ID: string(p.ID), Label: p.Label, Heading: p.Kind == text.Heading, Deep: text.Deep(p.Kind)}
		for _, w := range p.Wordings {
			shown := Wording{Label: w.Label, By: party(c, charter.PartyID(w.By)), Text: w.Text}
			for _, b := range w.Brackets {
				shown.Brackets = append(shown.Brackets, Bracket{party(c, charter.PartyID(b.By)), b.Where, b.Options})
			}
			to.Wordings = append(to.Wordings, shown)
		}
		t.Paragraphs = append(t.Paragraphs, to)
	}
	return t
}
