package markdown

import (
	"strconv"
	"strings"

	"entente.example/internal/markup"
	"entente.example/internal/text"
	"entente.example/lang"
)

// readHeading reads a line with the attributes behind it.
func readHeading(l string) (name string, a markup.Attributes, ok bool) {
	l = strings.TrimSpace(l)
	at := -1
	for i := 0; i < len(l); i++ {
		if l[i] == '\\' {
			i++
		} else if l[i] == '{' {
			at = i
			break
		}
	}
	if at < 0 {
		name, _ = markup.Read(unheading(l), "")
		return name, a, true
	}
	name, _ = markup.Read(unheading(strings.TrimSpace(l[:at])), "")
	a, ok = markup.ReadAttributes(l[at:])
	return name, a, ok
}

// item reads a line of an annex, of what each copy orders its own way, or of what was said beside the text.
func (r *reader) item(l string, at int) error {
	l = strings.TrimSpace(l)
	if l == "" {
		return nil
	}
	_, l, ok := strings.Cut(l, " ") // "1." or "-"
	if !ok {
		return place(at)
	}
	s, a, ok := readHeading(l)
	if !ok {
		return place(at)
	}
	if r.annex {
		x := &r.s.Annexes[len(r.s.Annexes)-1]
		item := text.AnnexItem{ID: a.One("id"), Text: lang.Text{}}
		if item.ID == "" {
			item.ID = strconv.Itoa(len(x.Items) + 1)
		}
		if s != "" {
			item.Text[r.tag] = s
		}
		x.Items = append(x.Items, item)
		return nil
	}
	if r.beside {
		r.s.Statements = append(r.s.Statements, markup.StatementOf(a, r.tag, s))
		return nil
	}
	r.s.Pairs = append(r.s.Pairs, markup.PairOf(a, s))
	return nil
}
