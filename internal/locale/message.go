package locale

import (
	"errors"
	"slices"
	"strings"

	"entente.example/lang"
	"entente.example/refusal"
)

// A message is text with placeholders. "{name}" is replaced by the parameter; "{n:paragraph|paragraphs}" by the first form if the parameter n is 1 and by
// the second otherwise. Chinese and Japanese need no forms. A parameter called language is a tag, and shown as what that language calls itself. "{{" writes a brace.
type message []part

type part struct {
	text      string // literal, if name is ""
	name      string
	one, many string // forms; both "" for the plain value
}

var errBraces = errors.New("a brace is not closed or has no name")

func parseMessage(s string) (message, error) {
	var m message
	for s != "" {
		at := strings.IndexByte(s, '{')
		if at < 0 {
			return append(m, part{text: s}), nil
		}
		if at > 0 {
			m = append(m, part{text: s[:at]})
		}
		if strings.HasPrefix(s[at:], "{{") {
			m, s = append(m, part{text: "{"}), s[at+2:]
			continue
		}
		end := strings.IndexByte(s[at:], '}')
		if end < 2 {
			return nil, errBraces
		}
		p, err := parsePlaceholder(s[at+1 : at+end])
		if err != nil {
			return nil, err
		}
		m, s = append(m, p), s[at+end+1:]
	}
	return m, nil
}

func parsePlaceholder(s string) (part, error) {
	name, forms, has := strings.Cut(s, ":")
	p := part{name: name}
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || name == "" {
		return p, errBraces
	}
	if has {
		var two bool
		if p.one, p.many, two = strings.Cut(forms, "|"); !two {
			return p, errors.New("a plural needs two forms: {n:one|many}")
		}
	}
	return p, nil
}

func (m message) format(params refusal.Params) string {
	var b strings.Builder
	for _, p := range m {
		v, ok := params[p.name]
		switch {
		case p.name == "":
			b.WriteString(p.text)
		case !ok:
			b.WriteString("{" + p.name + "}")
		case p.name == "language":
			b.WriteString(OwnName(lang.Tag(v)))
		case p.one == "" && p.many == "":
			b.WriteString(v)
		case v == "1":
			b.WriteString(p.one)
		default:
			b.WriteString(p.many)
		}
	}
	return b.String()
}

// placeholders are the names of a message's parameters, each once, sorted.
func (m message) placeholders() []string {
	var out []string
	for _, p := range m {
		if p.name != "" && !slices.Contains(out, p.name) {
			out = append(out, p.name)
		}
	}
	slices.Sort(out)
	return out
}
