package markdown

import (
	"strconv"
	"strings"

	"entente.example/internal/markup"
	"entente.example/internal/text"
	"entente.example/lang"
)

// named are attributes as they were read.
type named struct {
	id      string
	classes []string
	values  map[string][]string
}

func (n named) one(name string) string {
	if v := n.values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// readHeading reads a line with the attributes behind it.
func readHeading(l string) (name string, a named, ok bool) {
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
	a.values = map[string][]string{}
	if at < 0 {
		name, _ = markup.Read(unheading(l), "")
		return name, a, true
	}
	name, _ = markup.Read(unheading(strings.TrimSpace(l[:at])), "")
	return name, a, a.read(l[at+1:])
}

func (n *named) read(s string) bool {
	for {
		s = strings.TrimLeft(s, " \t")
		if s == "" {
			return false
		}
		if s[0] == '}' {
			return strings.TrimSpace(s[1:]) == ""
		}
		end := strings.IndexAny(s, " \t}=")
		if end <= 0 {
			return false
		}
		word := s[:end]
		if s[end] != '=' {
			s = s[end:]
			switch {
			case word[0] == '#':
				n.id = word[1:]
			case word[0] == '.':
				n.classes = append(n.classes, word[1:])
			default:
				return false
			}
			continue
		}
		value := ""
		s = s[end+1:]
		if q, err := strconv.QuotedPrefix(s); err == nil {
			value, _ = strconv.Unquote(q)
			s = s[len(q):]
		} else {
			end := strings.IndexAny(s, " \t}")
			if end < 0 {
				return false
			}
			value, s = s[:end], s[end:]
		}
		n.values[word] = append(n.values[word], value)
	}
}

// item reads a line of an annex, or of what each copy orders its own way.
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
		item := text.AnnexItem{ID: a.one("id"), Text: lang.Text{}}
		if item.ID == "" {
			item.ID = strconv.Itoa(len(x.Items) + 1)
		}
		if s != "" {
			item.Text[r.tag] = s
		}
		x.Items = append(x.Items, item)
		return nil
	}
	p := text.Pair{Paragraph: text.ParaID(a.one("paragraph")), Lang: lang.Tag(a.one("language")), Neutral: s, ForSide: map[string]string{}}
	for name, v := range a.values {
		if side, ok := strings.CutPrefix(name, "side-"); ok && len(v) > 0 {
			p.ForSide[side] = v[0]
		}
	}
	r.s.Pairs = append(r.s.Pairs, p)
	return nil
}
