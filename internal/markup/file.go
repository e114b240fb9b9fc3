package markup

import (
	"bytes"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// MaxFile bounds a file that is read, in bytes.
const MaxFile = text.MaxDraftFile

// The JSON form: the members of a draft as 'entente text table' takes it, and beside each paragraph its author, brackets and alternatives.
type (
	sheetFile struct {
		Text       string          `json:"id,omitzero"`
		Title      lang.Text       `json:"title"`
		Languages  []lang.Tag      `json:"languages"`
		Drafting   lang.Tag        `json:"drafting,omitzero"`
		Prevails   lang.Tag        `json:"prevails,omitzero"`
		Parallel   bool            `json:"parallel,omitzero"`
		Kind       string          `json:"kind,omitzero"`
		Symbol     string          `json:"symbol,omitzero"`
		Document   string          `json:"document,omitzero"`
		Meeting    string          `json:"meeting,omitzero"`
		Paragraphs []paragraphFile `json:"paragraphs"`
		Annexes    []text.Annex    `json:"annexes,omitempty"`
		Pairs      []text.Pair     `json:"pairs,omitempty"`
		Statements []Statement     `json:"statements,omitempty"`
		Covers     []lang.Tag      `json:"covers,omitempty"`
		Comments   []Comment       `json:"comments,omitempty"`
		Ignored    []string        `json:"ignored,omitempty"`
	}
	paragraphFile struct {
		text.Paragraph
		marks
		Wording      string            `json:"wording,omitzero"` // label, if it is not the paragraph's
		Alternatives []alternativeFile `json:"alternatives,omitempty"`
	}
	alternativeFile struct {
		Label string    `json:"label"`
		Text  lang.Text `json:"text,omitempty"`
		Cites *[]string `json:"cites,omitzero"`
		marks
	}
	marks struct {
		By       string    `json:"by,omitzero"`
		Omit     bool      `json:"omit,omitzero"`
		Brackets []Bracket `json:"brackets,omitempty"`
		Before   lang.Text `json:"before,omitempty"`
		Editors  []string  `json:"editors,omitempty"`
	}
)

// MarshalJSON writes the JSON form.
func (s *Sheet) MarshalJSON() ([]byte, error) {
	f := sheetFile{Text: s.ID, Title: s.Title, Languages: s.Languages, Drafting: s.Drafting, Prevails: s.Prevails, Parallel: s.Parallel, Kind: s.Kind, Symbol: s.Symbol, Document: s.Document, Meeting: s.Meeting,
		Annexes: s.Annexes, Pairs: s.Pairs, Statements: s.Statements, Comments: s.Comments, Ignored: s.Ignored}
	if len(s.Covers) != len(s.Languages) {
		f.Covers = s.Covers
	}
	for _, p := range s.Paragraphs {
		to := paragraphFile{Paragraph: text.Paragraph{ID: p.ID, Kind: p.Kind, Label: p.Label, Cites: p.Cites, Topics: p.Topics, Annex: p.Annex}}
		for i, w := range p.Wordings {
			m := marks{By: w.By, Omit: w.Omit, Brackets: w.Brackets, Before: w.Before, Editors: w.Editors}
			if i > 0 {
				to.Alternatives = append(to.Alternatives, alternativeFile{w.Label, w.Text, w.Cites, m})
				continue
			}
			to.Text, to.marks = w.Text, m
			if w.Label != p.Label {
				to.Wording = w.Label
			}
		}
		f.Paragraphs = append(f.Paragraphs, to)
	}
	return json.Marshal(f, json.Deterministic(true), jsontext.WithIndent("  "))
}

// ReadJSON reads the JSON form. A refusal says where the file stops being one.
func ReadJSON(b []byte) (*Sheet, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(b) {
		return nil, refusal.New(refusal.Invalid, "lang.not_utf8")
	}
	var f sheetFile
	if err := json.Unmarshal(b, &f, json.RejectUnknownMembers(true)); err != nil {
		return nil, text.BadFile(err)
	}
	s := &Sheet{ID: f.Text, Title: f.Title, Languages: f.Languages, Drafting: f.Drafting, Prevails: f.Prevails, Parallel: f.Parallel, Kind: f.Kind, Symbol: f.Symbol, Document: f.Document, Meeting: f.Meeting,
		Annexes: f.Annexes, Pairs: f.Pairs, Statements: f.Statements, Covers: f.Covers, Comments: f.Comments, Ignored: f.Ignored}
	for _, p := range f.Paragraphs {
		to := Paragraph{ID: p.ID, Kind: p.Kind, Label: p.Label, Cites: p.Cites, Topics: p.Topics, Annex: p.Annex}
		to.Wordings = append(to.Wordings, Wording{Label: p.Wording, By: p.By, Text: p.Text, Brackets: p.Brackets, Before: p.Before, Editors: p.Editors})
		for _, w := range p.Alternatives {
			to.Wordings = append(to.Wordings, Wording{Label: w.Label, By: w.By, Omit: w.Omit, Text: w.Text, Cites: w.Cites, Brackets: w.Brackets, Before: w.Before, Editors: w.Editors})
		}
		s.Paragraphs = append(s.Paragraphs, to)
	}
	return s, s.Tidy()
}

// Tidy gives everything in a file that was read its one form, and what a file may leave out its usual value.
func (s *Sheet) Tidy() error {
	var err error
	for i, tag := range s.Languages {
		if s.Languages[i], err = lang.ParseTag(string(tag)); err != nil {
			return err
		}
	}
	if s.Drafting == "" && len(s.Languages) > 0 {
		s.Drafting = s.Languages[0]
	}
	if s.Drafting != "" {
		if s.Drafting, err = lang.ParseTag(string(s.Drafting)); err != nil {
			return err
		}
	}
	if s.Prevails != "" {
		if s.Prevails, err = lang.ParseTag(string(s.Prevails)); err != nil {
			return err
		}
	}
	if len(s.Covers) == 0 {
		s.Covers = s.Languages
	}
	s.Title = text.Normalised(s.Title)
	for i := range s.Statements {
		if k := &s.Statements[i]; k.Text != nil {
			k.Text = text.Normalised(k.Text)
		}
	}
	var labels []string // of the paragraphs so far
	for i := range s.Paragraphs {
		p := &s.Paragraphs[i]
		if p.Label == "" {
			p.Label = string(p.ID)
		}
		if p.Kind == "" {
			p.Kind = text.KindOf(p.Label, labels)
		}
		labels = append(labels, p.Label)
		if p.ID == "" {
			p.ID = ID(p.Label)
		}
		for k := range p.Wordings {
			w := &p.Wordings[k]
			w.Text = text.Normalised(w.Text)
			if w.Label == "" {
				w.Label = p.Label
			}
			if err := w.tidyBrackets(p.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *Wording) tidyBrackets(id text.ParaID) error {
	for _, b := range w.Brackets {
		if len(b.Options) < 2 {
			return refusal.New(refusal.Invalid, "text.bad_bracket", "paragraph", string(id))
		}
		for n := range b.Options {
			b.Options[n].Text = text.Normalised(b.Options[n].Text)
		}
	}
	w.Brackets = inOrder(w.Brackets)
	return nil
}

// ID makes the id of a paragraph of its label: "7 (a)" becomes 7-a.
func ID(label string) text.ParaID {
	var out []byte
	for i := 0; i < len(label) && len(out) < 32; i++ {
		c := label[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', len(out) > 0 && (c == '.' || c == '_'):
			out = append(out, c)
		case len(out) > 0 && out[len(out)-1] != '-':
			out = append(out, '-')
		}
	}
	return text.ParaID(bytes.TrimRight(out, "-."))
}
