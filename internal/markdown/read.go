package markdown

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"entente.example/internal/markup"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// Read reads a file in one language. A draft that was written by hand needs no more than its language, "# title", and "## 1" above each paragraph.
func Read(b []byte) (*markup.Sheet, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(b) {
		return nil, refusal.New(refusal.Invalid, "lang.not_utf8")
	}
	lines := strings.Split(strings.ReplaceAll(strings.ReplaceAll(string(b), "\r\n", "\n"), "\r", "\n"), "\n")
	r := reader{s: &markup.Sheet{Title: lang.Text{}}}
	n, err := r.front(lines)
	if err != nil {
		return nil, err
	}
	for i, l := range lines[n:] {
		if err := r.line(l, n+i+1); err != nil {
			return nil, err
		}
	}
	r.flush()
	if len(r.s.Paragraphs) == 0 {
		return nil, refusal.New(refusal.Invalid, "text.no_paragraphs")
	}
	return r.s, r.s.Tidy()
}

// reader goes through a file line by line.
type reader struct {
	s       *markup.Sheet
	tag     lang.Tag
	wording *markup.Wording // that the lines belong to
	annex   bool
	pairs   bool
	beside  bool // in the list of statements
	lines   []string
}

// front reads the fields between the rules, and returns how many lines they take.
func (r *reader) front(lines []string) (int, error) {
	n := 0
	for n < len(lines) && strings.TrimSpace(lines[n]) == "" {
		n++
	}
	if n == len(lines) || strings.TrimSpace(lines[n]) != "---" {
		return 0, refusal.New(refusal.Invalid, "file.no_language")
	}
	for n++; n < len(lines); n++ {
		l := strings.TrimSpace(lines[n])
		if l == "---" {
			break
		}
		name, value, ok := strings.Cut(l, ":")
		if !ok {
			return 0, place(n + 1)
		}
		value = strings.TrimSpace(value)
		if u, err := strconv.Unquote(value); err == nil {
			if value = u; !utf8.ValidString(value) { // written with an escape
				return 0, place(n + 1)
			}
		}
		if err := r.field(strings.TrimSpace(name), value, n+1); err != nil {
			return 0, err
		}
	}
	if r.tag == "" {
		return 0, refusal.New(refusal.Invalid, "file.no_language")
	}
	if len(r.s.Languages) == 0 {
		r.s.Languages = []lang.Tag{r.tag}
	}
	r.s.Covers = []lang.Tag{r.tag}
	return min(n+1, len(lines)), nil
}

func (r *reader) field(name, value string, at int) (err error) {
	switch name {
	case "text":
		r.s.ID = value
	case "language":
		r.tag, err = lang.ParseTag(value)
	case "languages":
		for _, l := range strings.Split(value, ",") {
			tag, err := lang.ParseTag(strings.TrimSpace(l))
			if err != nil {
				return err
			}
			r.s.Languages = append(r.s.Languages, tag)
		}
	case "drafting":
		r.s.Drafting, err = lang.ParseTag(value)
	case "parallel":
		r.s.Parallel = value == "yes"
	case "prevails":
		r.s.Prevails, err = lang.ParseTag(value)
	case "kind":
		r.s.Kind = value
	case "symbol":
		r.s.Symbol = value
	case "document":
		r.s.Document = value
	case "meeting":
		r.s.Meeting = value
	default:
		return place(at)
	}
	return err
}

func place(line int) error {
	return refusal.New(refusal.Invalid, "file.bad_line", "line", strconv.Itoa(line))
}

func (r *reader) line(l string, at int) error {
	switch {
	case strings.HasPrefix(l, "# "):
		r.flush()
		r.wording = nil
		title, _ := markup.Read(unheading(strings.TrimSpace(l[2:])), r.tag)
		r.s.Title[r.tag] = title
	case strings.HasPrefix(l, "## "):
		r.flush()
		return r.paragraph(l[3:], at)
	case strings.HasPrefix(l, "### "):
		r.flush()
		return r.alternative(l[4:], at)
	case r.annex || r.pairs || r.beside:
		return r.item(l, at)
	case r.wording != nil:
		r.lines = append(r.lines, l)
	case strings.TrimSpace(l) != "":
		return place(at) // wording of no paragraph
	}
	return nil
}

// paragraph begins a paragraph, an annex, or the list of what each copy orders its own way.
func (r *reader) paragraph(l string, at int) error {
	name, a, ok := readHeading(l)
	if !ok {
		return place(at)
	}
	r.wording, r.annex, r.pairs, r.beside = nil, a.Is("annex"), a.Is("alternat"), a.Is("statements")
	switch {
	case r.pairs || r.beside:
		return nil
	case r.annex:
		x := text.Annex{ID: a.ID, Title: lang.Text{}, Attachment: a.One("attachment")}
		if name != "" {
			x.Title[r.tag] = name
		}
		r.s.Annexes = append(r.s.Annexes, x)
		return nil
	}
	p := markup.ParagraphOf(name, a)
	if p.ID == "" {
		return place(at)
	}
	r.s.Paragraphs = append(r.s.Paragraphs, p)
	if by := a.One("by"); by != "" {
		r.begin(name, strings.TrimPrefix(by, "?"))
	} else {
		r.lines, r.wording = nil, &markup.Wording{Label: name, Text: lang.Text{}} // of the paragraph, if it turns out to have words
	}
	return nil
}

func (r *reader) alternative(l string, at int) error {
	name, a, ok := readHeading(l)
	if !ok || name == "" || len(r.s.Paragraphs) == 0 || r.annex || r.pairs || r.beside {
		return place(at)
	}
	r.begin(name, a.One("by"))
	r.wording.Omit, r.wording.Cites = a.Omits(), a.Rests()
	return nil
}

// begin adds a wording to the last paragraph.
func (r *reader) begin(label, by string) {
	p := &r.s.Paragraphs[len(r.s.Paragraphs)-1]
	p.Wordings = append(p.Wordings, markup.Wording{Label: label, By: by, Text: lang.Text{}})
	r.wording, r.lines = &p.Wordings[len(p.Wordings)-1], nil
}

// flush ends a wording with the lines that were read.
func (r *reader) flush() {
	if r.wording == nil {
		return
	}
	for len(r.lines) > 0 && strings.TrimSpace(r.lines[0]) == "" {
		r.lines = r.lines[1:]
	}
	for len(r.lines) > 0 && strings.TrimSpace(r.lines[len(r.lines)-1]) == "" {
		r.lines = r.lines[:len(r.lines)-1]
	}
	if len(r.lines) > 0 && !r.wording.Omit {
		s, brackets := markup.Read(unescape(flow(r.lines)), r.tag)
		p := &r.s.Paragraphs[len(r.s.Paragraphs)-1]
		if len(p.Wordings) == 0 {
			r.begin(r.wording.Label, "")
		}
		r.wording.Text[r.tag], r.wording.Brackets = s, brackets
	}
	r.wording, r.lines = nil, nil
}

// flow joins lines: a backslash at the end keeps the break, an empty line is one, and any other break is the editor's.
func flow(lines []string) string {
	var out strings.Builder
	for i, l := range lines {
		if i+1 == len(lines) {
			out.WriteString(l)
			break
		}
		next := lines[i+1]
		switch {
		case broken(l):
			out.WriteString(l[:len(l)-1] + "\n")
		case strings.TrimSpace(l) == "" || strings.TrimSpace(next) == "":
			out.WriteString(strings.TrimRight(l, " \t") + "\n")
		default:
			out.WriteString(l + between(l, next))
		}
	}
	return out.String()
}

// broken reports whether a line ends in a backslash that nothing takes away.
func broken(l string) bool {
	return (len(l)-len(strings.TrimRight(l, `\`)))%2 == 1
}

// between is what stands between two lines that an editor broke: nothing in writing without spaces.
func between(l, next string) string {
	a, _ := utf8.DecodeLastRuneInString(strings.TrimSpace(l))
	b, _ := utf8.DecodeRuneInString(strings.TrimSpace(next))
	if wide(a) && wide(b) {
		return ""
	}
	return " "
}

func wide(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff60
}

// unescape takes Markdown's signs out of their backslashes, and leaves the others, which are the wording's own.
func unescape(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if strings.IndexByte(taken, s[i+1]) < 0 {
				out.WriteByte('\\')
			}
			i++
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

func unheading(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			switch i++; {
			case s[i] == 'n':
				out.WriteByte('\n')
				continue
			case strings.IndexByte(taken, s[i]) < 0:
				out.WriteByte('\\')
			}
		}
		out.WriteByte(s[i])
	}
	return out.String()
}
