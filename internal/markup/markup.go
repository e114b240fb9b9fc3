// Package markup owns a joint text on one sheet: paragraphs, their alternatives with authors, and brackets with their options, as every file format carries them.
//
// It promises that what it writes into a line of wording is read back as it was, and that a file from outside only ever becomes a list of what could be proposed: it
// changes nothing by itself.
package markup

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// Sheet is a text as it stands at one moment, or as a file has it.
type Sheet struct {
	ID         string // of the text; "" if a file does not say
	Title      lang.Text
	Languages  []lang.Tag // authentic
	Drafting   lang.Tag
	Prevails   lang.Tag // decides if the languages come to differ; "": none
	Parallel   bool     // one side's own text, without joint authority
	Kind       string
	Symbol     string
	Document   string
	Meeting    string
	Paragraphs []Paragraph
	Annexes    []text.Annex
	Pairs      []text.Pair
	Statements []Statement
	Covers     []lang.Tag // languages that the file has; a Markdown file has one of several
	Comments   []Comment  // beside the text, in a file of an office program
	Ignored    []string   // what was in the file and was left aside, as message keys
}

// Paragraph is one paragraph with every wording that is on the table.
type Paragraph struct {
	ID       text.ParaID
	Kind     string
	Label    string
	Cites    []string
	Topics   []string
	Annex    string
	Wordings []Wording // what the parties look at first, first
}

// Wording is one wording of a paragraph.
type Wording struct {
	Label    string
	By       string // party
	Text     lang.Text
	Brackets []Bracket
	Omit     bool // the paragraph left out: no words
	// Cites is what the paragraph rests on with an alternative, if that is not what it rests on as it stands; nil: the same.
	Cites *[]string
	// Before is what stood there before the changes that a file tracks, and Editors who made them.
	Before  lang.Text
	Editors []string
}

// Bracket is a choice that is held open inside a wording.
type Bracket struct {
	By      string               `json:"by"` // party that holds it open
	Where   string               `json:"where"`
	Options []text.BracketOption `json:"options"`
}

// Statement is what a party said beside the wording, and what travels with the text without being part of it: a dissent from another side's own text, an interpretative statement, a reservation.
type Statement struct {
	Kind      string      `json:"kind"` // Dissent, Interpretative, Reservation
	By        string      `json:"by"`   // party
	Paragraph text.ParaID `json:"paragraph,omitzero"`
	Label     string      `json:"label,omitzero"` // of a reservation
	Text      lang.Text   `json:"text,omitempty"`
	Note      string      `json:"note,omitzero"` // of a reservation, in whatever language
}

// Kinds of statements.
const (
	Dissent        = "dissent"
	Interpretative = "interpretative"
	Reservation    = "reservation"
)

// statementsOf are the statements that stand: what was taken back or lifted is not among them.
func statementsOf(c *charter.State, s *text.State) []Statement {
	var out []Statement
	for _, d := range s.Declared(c) {
		out = append(out, Statement{Kind: Interpretative, By: string(d.Party), Paragraph: d.Paragraph, Text: d.Text})
	}
	for _, r := range s.Reservations {
		if r.Lifted == "" {
			out = append(out, Statement{Kind: Reservation, By: string(r.Party), Paragraph: r.Paragraph, Label: r.Label, Note: r.Note})
		}
	}
	for _, d := range s.Dissents {
		out = append(out, Statement{Kind: Dissent, By: string(d.Party), Paragraph: d.Paragraph, Text: d.Text})
	}
	return out
}

// About is the label of the paragraph that a statement is about, "" for the text as a whole or a paragraph that is not there.
func (s *Sheet) About(k Statement) string {
	for _, p := range s.Paragraphs {
		if p.ID == k.Paragraph {
			return p.Label
		}
	}
	return ""
}

// Parties are the ids of all parties that the sheet names, sorted.
func (s *Sheet) Parties() []string {
	named := map[string]bool{}
	for _, p := range s.Paragraphs {
		for _, w := range p.Wordings {
			named[w.By] = true
			for _, b := range w.Brackets {
				named[b.By] = true
				for _, o := range b.Options {
					for _, by := range o.By {
						named[by] = true
					}
				}
			}
		}
	}
	for _, k := range s.Statements {
		named[k.By] = true
	}
	delete(named, "")
	return slices.Sorted(maps.Keys(named))
}

// Comment is what somebody wrote beside a paragraph in a file.
type Comment struct {
	Paragraph text.ParaID `json:"paragraph"` // "" for the text as a whole
	Language  lang.Tag    `json:"language"`
	Author    string      `json:"author"`
	Text      string      `json:"text"`
}

// Of is the sheet of a text as its parties see it. A paragraph that is agreed, also ad referendum, shows what is agreed: brackets and alternatives go then.
func Of(c *charter.State, s *text.State) *Sheet {
	t := s.Tabled
	out := &Sheet{ID: s.ID, Title: lang.Text{}, Languages: t.Languages, Drafting: t.Drafting, Kind: t.Kind, Meeting: t.Meeting,
		Annexes: t.Annexes, Pairs: t.Pairs, Covers: t.Languages}
	out.Prevails, _ = s.Prevailing(c)
	out.Symbol, _ = s.Symbol(c)
	out.Parallel = s.Parallel()
	out.Statements = statementsOf(c, s)
	for tag, title := range t.Title {
		out.Title[tag] = title
	}
	for _, v := range t.Titles {
		out.Title[v.Lang] = v.Text
	}
	if len(s.Issued) > 0 {
		out.Document = s.Issued[len(s.Issued)-1].Document
	}
	settled, final := settled(s.Status(c, nil)), s.FinalLabels(c)
	for _, p := range s.Stands(c) {
		to := Paragraph{ID: p.ID, Kind: p.Kind, Label: p.Label, Cites: p.Rests(c), Topics: p.Topics, Annex: p.Annex}
		if n, ok := final[p.ID]; ok && s.Frozen(c) != nil {
			to.Label = n
		}
		main := p.Current(c)
		to.Wordings = append(to.Wordings, wordingOf(c, t, p, main))
		for _, w := range p.Wordings {
			if w != main && w.Dropped == "" && !settled[p.ID] {
				other := wordingOf(c, t, p, w)
				if rests := p.CitesOf(w); !w.Omit && !text.SameCites(rests, to.Cites) {
					other.Cites = &rests
				}
				to.Wordings = append(to.Wordings, other)
			}
		}
		out.Paragraphs = append(out.Paragraphs, to)
	}
	return out
}

func settled(st text.Status) map[text.ParaID]bool {
	out := map[text.ParaID]bool{}
	for _, id := range slices.Concat(st.AdRef, st.Agreed) {
		out[text.ParaID(id)] = true
	}
	return out
}

func wordingOf(c *charter.State, t *text.Tabled, p *text.Para, w *text.Wording) Wording {
	out := Wording{Label: w.Label, By: string(w.Party), Text: lang.Text{}, Omit: w.Omit, Brackets: bracketsOf(c, p, w)}
	for _, tag := range t.Languages {
		if s, ok := w.Text(c, tag); ok {
			out.Text[tag] = s
		}
	}
	return out
}

// bracketsOf are the brackets of a wording that are held open now: those that are their party's standing.
func bracketsOf(c *charter.State, p *text.Para, w *text.Wording) []Bracket {
	var out []Bracket
	for _, b := range p.Brackets {
		if st, ok := p.Stands(c, b.Party); ok && st.Act == b.Act && b.Wording == w.ID {
			out = append(out, Bracket{By: string(b.Party), Where: b.Where, Options: b.Options})
		}
	}
	return inOrder(out)
}

// inOrder is the one order of brackets: where they stand in a line depends on the language.
func inOrder(list []Bracket) []Bracket {
	slices.SortStableFunc(list, func(a, b Bracket) int { return cmp.Or(strings.Compare(a.By, b.By), strings.Compare(a.Where, b.Where)) })
	return list
}

// Draft is the sheet as a new text to be tabled: the first wording of each paragraph. Alternatives and brackets are proposed once it is there.
func (s *Sheet) Draft() (text.Draft, error) {
	d := text.Draft{Table: text.Table{Title: s.Title, Languages: s.Languages, Drafting: s.Drafting, Prevails: s.Prevails, Parallel: s.Parallel, Kind: s.Kind, Symbol: text.Symbolic(s.Symbol), Document: s.Document, Meeting: s.Meeting,
		Annexes: s.Annexes, Pairs: s.Pairs, Parts: 1}}
	for _, p := range s.Paragraphs {
		to := text.Paragraph{ID: p.ID, Kind: p.Kind, Label: p.Label, Cites: p.Cites, Topics: p.Topics, Annex: p.Annex}
		if len(p.Wordings) > 0 {
			to.Text = p.Wordings[0].Text
		}
		if to.Label == string(to.ID) {
			to.Label = ""
		}
		d.Paragraphs = append(d.Paragraphs, to)
	}
	return d, d.Check()
}

// Doubts are languages in which a file's wording does not look like what its tag says. They are questions: nothing is refused for them.
func (s *Sheet) Doubts() []Doubt {
	var out []Doubt
	for _, tag := range s.Languages {
		var all strings.Builder
		for _, p := range s.Paragraphs {
			for _, w := range p.Wordings {
				all.WriteString(w.Text[tag])
			}
		}
		if looks := lang.Looks(tag, all.String()); looks != "" {
			out = append(out, Doubt{tag, looks})
		}
	}
	return out
}

// Doubt is a language whose wording looks like another.
type Doubt struct {
	Language lang.Tag `json:"language"`
	Looks    lang.Tag `json:"looks"`
}

// Merge puts sheets of one text together: files that have one language each.
func Merge(sheets []*Sheet) (*Sheet, error) {
	if len(sheets) == 0 {
		return nil, refusal.New(refusal.Invalid, "file.none")
	}
	out := sheets[0]
	for _, s := range sheets[1:] {
		if s.ID != "" && out.ID != "" && s.ID != out.ID {
			return nil, refusal.New(refusal.Invalid, "file.other_text", "text", out.ID, "other", s.ID)
		}
		for _, tag := range s.Covers {
			if slices.Contains(out.Covers, tag) {
				return nil, refusal.New(refusal.Invalid, "file.language_twice", "language", string(tag))
			}
		}
		out.take(s)
	}
	return out, nil
}

// take adds another language's sheet.
func (s *Sheet) take(o *Sheet) {
	for tag, title := range o.Title {
		s.Title[tag] = title
	}
	s.Covers = append(s.Covers, o.Covers...)
	s.Comments, s.Ignored = append(s.Comments, o.Comments...), append(s.Ignored, o.Ignored...)
	for _, tag := range o.Languages {
		if !slices.Contains(s.Languages, tag) {
			s.Languages = append(s.Languages, tag)
		}
	}
	for _, p := range o.Paragraphs {
		i := slices.IndexFunc(s.Paragraphs, func(q Paragraph) bool { return q.ID == p.ID })
		if i < 0 {
			s.Paragraphs = append(s.Paragraphs, p)
			continue
		}
		for _, w := range p.Wordings {
			s.Paragraphs[i].take(w)
		}
	}
	for i, k := range o.Statements {
		if i < len(s.Statements) && s.Statements[i].same(k) {
			s.Statements[i].take(k)
			continue
		}
		s.Statements = append(s.Statements, k)
	}
	for _, a := range o.Annexes {
		i := slices.IndexFunc(s.Annexes, func(b text.Annex) bool { return b.ID == a.ID })
		if i < 0 {
			s.Annexes = append(s.Annexes, a)
			continue
		}
		takeAnnex(&s.Annexes[i], a)
	}
}

func (p *Paragraph) take(w Wording) {
	i := slices.IndexFunc(p.Wordings, func(v Wording) bool { return v.Label == w.Label })
	if i < 0 {
		p.Wordings = append(p.Wordings, w)
		return
	}
	to := &p.Wordings[i]
	for tag, s := range w.Text {
		to.Text[tag] = s
	}
	to.Brackets = Join(to.Brackets, w.Brackets)
	if to.Cites == nil {
		to.Cites = w.Cites
	}
}

// same reports whether two are one statement in different languages: each file has all of them, in one order.
func (k Statement) same(o Statement) bool {
	return k.Kind == o.Kind && k.By == o.By && k.Paragraph == o.Paragraph && k.Label == o.Label
}

func (k *Statement) take(o Statement) {
	for tag, s := range o.Text {
		if k.Text == nil {
			k.Text = lang.Text{}
		}
		k.Text[tag] = s
	}
}

func takeAnnex(to *text.Annex, a text.Annex) {
	for tag, s := range a.Title {
		to.Title[tag] = s
	}
	for _, item := range a.Items {
		i := slices.IndexFunc(to.Items, func(b text.AnnexItem) bool { return b.ID == item.ID })
		if i < 0 {
			to.Items = append(to.Items, item)
			continue
		}
		for tag, s := range item.Text {
			to.Items[i].Text[tag] = s
		}
	}
}

// Join puts the languages of the same brackets together.
func Join(a, b []Bracket) []Bracket {
	used := map[int]bool{}
	for _, k := range b {
		i := slices.IndexFunc(a, func(o Bracket) bool { return o.same(k) })
		for i >= 0 && used[i] { // two brackets that differ in nothing but their words: in turn
			next := slices.IndexFunc(a[i+1:], func(o Bracket) bool { return o.same(k) })
			if next < 0 {
				i = -1
				break
			}
			i += 1 + next
		}
		if i < 0 {
			a = append(a, k)
			used[len(a)-1] = true
			continue
		}
		used[i] = true
		for n := range a[i].Options {
			for tag, s := range k.Options[n].Text {
				a[i].Options[n].Text[tag] = s
			}
		}
	}
	return inOrder(a)
}

// same reports whether two are one bracket in different languages.
func (b Bracket) same(o Bracket) bool {
	return b.By == o.By && b.Where == o.Where && slices.EqualFunc(b.Options, o.Options, func(x, y text.BracketOption) bool { return slices.Equal(x.By, y.By) })
}
