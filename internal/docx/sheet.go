package docx

import (
	"slices"
	"strings"

	"entente.example/internal/markup"
	"entente.example/internal/text"
	"entente.example/internal/zipped"
	"entente.example/lang"
	"entente.example/refusal"
)

// Read reads a document whose table has a column for each language: its first row names them, as in "English (en)". A draft made by hand needs no more than that row, and in the
// first column the number of each paragraph; a number with more behind it, such as "7 bis", is an alternative to the one above.
func Read(a *zipped.Archive) (*markup.Sheet, error) {
	p, err := open(a)
	if err != nil {
		return nil, err
	}
	rows, loose, err := readTables(p)
	if err != nil {
		return nil, err
	}
	comments, err := p.readComments()
	if err != nil {
		return nil, err
	}
	s := sheet{s: &markup.Sheet{Title: lang.Text{}}, comments: comments}
	for _, r := range rows {
		if tags := columns(r); len(tags) > 0 && (len(s.tags) == 0 || len(r.cells[0].lines()) == 0) {
			s.columns(tags)
			s.beside("", r)
			continue
		}
		switch {
		case len(s.tags) == 0 || len(r.cells) == 0:
		case r.deleted:
			s.beside(wasOf(r), r)
		default:
			if err := s.row(r); err != nil {
				return nil, err
			}
		}
	}
	s.beside("", row{cells: []*grid{{comments: loose}}})
	if len(s.comments) > 0 {
		p.ignore("file.comments")
	}
	s.s.Ignored = p.ignored
	if len(s.tags) == 0 {
		return nil, refusal.New(refusal.Invalid, "file.no_columns")
	}
	if len(s.s.Languages) == 0 {
		s.s.Languages = s.s.Covers
	}
	if len(s.s.Paragraphs) == 0 {
		return nil, refusal.New(refusal.Invalid, "text.no_paragraphs")
	}
	return s.s, s.s.Tidy()
}

// wasOf is the paragraph that a row was before it was taken away; "" if it was none.
func wasOf(r row) text.ParaID {
	for _, l := range linesOf(r.cells[0].before.String()) {
		if a, ok := markup.ReadAttributes(l); ok && a.ID != "" && !a.Is("annex") {
			return text.ParaID(a.ID)
		} else if ok {
			return text.ParaID(a.One("of"))
		}
	}
	return ""
}

// columns are the languages that a row names; nil if it is no such row.
func columns(r row) []lang.Tag {
	var out []lang.Tag
	for i, c := range r.cells {
		if i == 0 {
			continue
		}
		now, _ := c.text()
		name := strings.TrimSpace(now)
		if at := strings.LastIndexAny(name, "(（"); at >= 0 {
			name = strings.TrimRight(strings.TrimLeft(name[at:], "(（"), ")） ")
		}
		tag, err := lang.ParseTag(name)
		if err != nil || len(name) > 12 {
			return nil
		}
		out = append(out, tag)
	}
	return out
}

// sheet is one as its rows are read.
type sheet struct {
	s        *markup.Sheet
	tags     []lang.Tag
	comments map[string]comment
}

func (s *sheet) columns(tags []lang.Tag) {
	s.tags = tags
	for _, tag := range tags {
		if !slices.Contains(s.s.Covers, tag) {
			s.s.Covers = append(s.s.Covers, tag)
		}
	}
}

// row reads one row: what its first cell says it is.
func (s *sheet) row(r row) error {
	var label, by string
	var a markup.Attributes
	for _, l := range r.cells[0].lines() {
		read, ok := markup.ReadAttributes(l)
		switch {
		case strings.HasPrefix(l, "{") && !ok:
			return refusal.New(refusal.Invalid, "file.bad_row", "row", l)
		case ok:
			a = read
		case label == "":
			label = l
		default:
			by = party(l)
		}
	}
	words := lang.Text{}
	for i, tag := range s.tags {
		if i+1 < len(r.cells) {
			if now, _ := r.cells[i+1].text(); now != "" {
				words[tag] = now
			}
		}
	}
	switch {
	case a.Is("title"):
		if err := s.title(a, words); err != nil {
			return err
		}
	case a.Is("annex"):
		s.s.Annexes = append(s.s.Annexes, text.Annex{ID: a.ID, Attachment: a.One("attachment"), Title: plain(words)})
	case a.Is("item") && len(s.s.Annexes) > 0:
		x := &s.s.Annexes[len(s.s.Annexes)-1]
		x.Items = append(x.Items, text.AnnexItem{ID: a.One("id"), Text: plain(words)})
	case a.Is(markup.StatementClass):
		s.s.Statements = append(s.s.Statements, statement(a, plain(words), s.tags))
	case a.Is("alternat"):
		s.s.Pairs = append(s.s.Pairs, markup.PairOf(a, a.One("neutral")))
	case a.Is(legendClass): // for people
	case label == "" && a.ID == "" && len(words) == 0: // an empty row, or one whose words were taken away
		s.beside(wasOf(r), r)
	case label == "" && a.ID == "":
		return refusal.New(refusal.Invalid, "file.no_number")
	default:
		s.paragraph(label, by, a, r)
		return nil
	}
	s.beside("", r) // on the text as a whole
	return nil
}

// party is the id in a line that has it behind the name, as in "Cedar Party (cedar)".
func party(line string) string {
	if at := strings.LastIndex(line, "("); at > 0 && strings.HasSuffix(line, ")") {
		return line[at+1 : len(line)-1]
	}
	return line
}

func plain(t lang.Text) lang.Text {
	for tag, s := range t {
		t[tag], _ = markup.Read(s, tag)
	}
	return t
}

// statement is one with its words in every column that has some.
func statement(a markup.Attributes, words lang.Text, tags []lang.Tag) markup.Statement {
	k := markup.StatementOf(a, "", "")
	for _, tag := range tags {
		switch {
		case words[tag] == "":
		case k.Kind == markup.Reservation:
			k.Note = words[tag]
		default:
			k.Text = words
		}
	}
	return k
}

func (s *sheet) title(a markup.Attributes, words lang.Text) error {
	s.s.Title = plain(words)
	s.s.Parallel = a.One("parallel") == "yes"
	s.s.ID, s.s.Kind, s.s.Symbol, s.s.Document, s.s.Meeting, s.s.Drafting, s.s.Prevails = a.One("text"), a.One("kind"), a.One("symbol"), a.One("document"), a.One("meeting"), lang.Tag(a.One("drafting")), lang.Tag(a.One("prevails"))
	for _, l := range a.All("language") {
		tag, err := lang.ParseTag(l)
		if err != nil {
			return err
		}
		s.s.Languages = append(s.s.Languages, tag)
	}
	return nil
}

// paragraph takes a wording: of a paragraph of its own, or an alternative.
func (s *sheet) paragraph(label, by string, a markup.Attributes, r row) {
	of := text.ParaID(a.One("of"))
	if n := len(s.s.Paragraphs); of == "" && a.ID == "" && n > 0 && strings.HasPrefix(label, s.s.Paragraphs[n-1].Label+" ") {
		of = s.s.Paragraphs[n-1].ID
	}
	i := slices.IndexFunc(s.s.Paragraphs, func(p markup.Paragraph) bool { return of != "" && p.ID == of })
	if i < 0 {
		own := label
		if l := a.One("label"); l != "" {
			own = l
		}
		p := markup.ParagraphOf(own, a)
		if a.One("of") != "" { // an alternative whose paragraph is not in the file: it is no new paragraph
			p.ID, p.Kind, p.Cites = of, "", nil
		}
		s.s.Paragraphs = append(s.s.Paragraphs, p)
		i = len(s.s.Paragraphs) - 1
	}
	p := &s.s.Paragraphs[i]
	w := markup.Wording{Label: label, By: by, Text: lang.Text{}}
	if of != "" {
		w.Omit, w.Cites = a.Omits(), a.Rests()
	}
	for k, tag := range s.tags {
		if k+1 >= len(r.cells) || w.Omit {
			break
		}
		c := r.cells[k+1]
		now, before := c.text()
		for _, e := range c.editors {
			if !slices.Contains(w.Editors, e) {
				w.Editors = append(w.Editors, e)
			}
		}
		if before != "" {
			if w.Before == nil {
				w.Before = lang.Text{}
			}
			w.Before[tag], _ = markup.Read(before, tag)
		}
		if now != "" {
			words, brackets := markup.Read(now, tag)
			w.Text[tag] = words
			w.Brackets = markup.Join(w.Brackets, brackets)
		}
	}
	p.Wordings = append(p.Wordings, w)
	s.beside(p.ID, r)
}

// beside takes the comments of a row, each once.
func (s *sheet) beside(id text.ParaID, r row) {
	for k, c := range r.cells {
		for _, n := range c.comments {
			have, ok := s.comments[n]
			delete(s.comments, n)
			if words := lang.Normalise(strings.TrimSpace(have.text)); ok && words != "" {
				s.s.Comments = append(s.s.Comments, markup.Comment{Paragraph: id, Author: strings.TrimSpace(have.author), Text: words, Language: s.tagOf(k)})
			}
		}
	}
}

func (s *sheet) tagOf(column int) lang.Tag {
	if column == 0 || column > len(s.tags) {
		return ""
	}
	return s.tags[column-1]
}
