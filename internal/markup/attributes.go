package markup

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"entente.example/internal/text"
	"entente.example/lang"
)

// Attributes say about a piece of a file what its words do not. They stand in braces, as Pandoc has them: {#p1 .preambular cites=cn-jp-1972}.
type Attributes struct {
	ID      string
	Classes []string
	names   []string
	values  []string
}

// Class adds a class.
func (a *Attributes) Class(name string) { a.Classes = append(a.Classes, name) }

// Set adds a value, if there is one. A name may come several times.
func (a *Attributes) Set(name, value string) {
	if value != "" {
		a.names, a.values = append(a.names, name), append(a.values, value)
	}
}

// Is reports whether a class is there.
func (a *Attributes) Is(class string) bool {
	for _, c := range a.Classes {
		if c == class {
			return true
		}
	}
	return false
}

// One is the first value of a name, "" if there is none.
func (a *Attributes) One(name string) string {
	for i, n := range a.names {
		if n == name {
			return a.values[i]
		}
	}
	return ""
}

// All are the values of a name.
func (a *Attributes) All(name string) []string {
	var out []string
	for i, n := range a.names {
		if n == name {
			out = append(out, a.values[i])
		}
	}
	return out
}

func (a *Attributes) String() string {
	var out []string
	if a.ID != "" {
		out = append(out, "#"+a.ID)
	}
	for _, c := range a.Classes {
		out = append(out, "."+c)
	}
	for i, n := range a.names {
		out = append(out, n+"="+Quote(a.values[i]))
	}
	if len(out) == 0 {
		return ""
	}
	return "{" + strings.Join(out, " ") + "}"
}

// After is the attributes as they stand behind words.
func (a *Attributes) After() string {
	if s := a.String(); s != "" {
		return " " + s
	}
	return ""
}

// Quote quotes a value that is more than one word, or has a sign in it that Markdown would take for its own. A < would begin HTML there even between quotation marks.
func Quote(s string) string {
	for _, r := range s {
		if r <= ' ' || strings.ContainsRune("\"\\{}`<", r) || r == 0x7f {
			return strings.ReplaceAll(strconv.Quote(s), "<", `\x3c`)
		}
	}
	return s
}

// ReadAttributes reads attributes from the opening brace on. Nothing may follow them.
func ReadAttributes(s string) (a Attributes, ok bool) {
	s, ok = strings.CutPrefix(s, "{")
	for ok {
		s = strings.TrimLeft(s, " \t")
		if s == "" {
			return a, false
		}
		if s[0] == '}' {
			return a, strings.TrimSpace(s[1:]) == ""
		}
		end := strings.IndexAny(s, " \t}=")
		if end <= 0 {
			return a, false
		}
		word := s[:end]
		if s[end] == '=' {
			var value string
			if value, s, ok = readValue(s[end+1:]); ok {
				a.names, a.values = append(a.names, word), append(a.values, value)
			}
			continue
		}
		switch s = s[end:]; word[0] {
		case '#':
			a.ID = word[1:]
		case '.':
			a.Class(word[1:])
		default:
			return a, false
		}
	}
	return a, false
}

func readValue(s string) (value, rest string, ok bool) {
	if q, err := strconv.QuotedPrefix(s); err == nil {
		value, err = strconv.Unquote(q)
		return value, s[len(q):], err == nil && utf8.ValidString(value) // escapes can spell what is no text
	}
	end := strings.IndexAny(s, " \t}")
	if end < 0 {
		return "", s, false
	}
	return s[:end], s[end:], true
}

// PairOf is a passage that each party's copy orders its own way, from its attributes.
func PairOf(a Attributes, neutral string) text.Pair {
	p := text.Pair{Paragraph: text.ParaID(a.One("paragraph")), Lang: lang.Tag(a.One("language")), Neutral: neutral, ForSide: map[string]string{}}
	for i, name := range a.names {
		if side, ok := strings.CutPrefix(name, "side-"); ok {
			p.ForSide[side] = a.values[i]
		}
	}
	return p
}

// PairAttributes are what PairOf reads.
func PairAttributes(p text.Pair) Attributes {
	var a Attributes
	a.Set("paragraph", string(p.Paragraph))
	a.Set("language", string(p.Lang))
	for _, side := range slices.Sorted(maps.Keys(p.ForSide)) {
		a.Set("side-"+side, p.ForSide[side])
	}
	return a
}

// StatementClass marks a row that is a statement, where rows of all sorts stand in one table.
const StatementClass = "statement"

// StatementOf is a statement, from its attributes and the words that stand before them.
func StatementOf(a Attributes, tag lang.Tag, words string) Statement {
	k := Statement{By: a.One("by"), Paragraph: text.ParaID(a.One("paragraph")), Label: a.One("label")}
	for _, c := range a.Classes {
		if c != StatementClass {
			k.Kind = c
		}
	}
	switch {
	case words == "":
	case k.Kind == Reservation:
		k.Note = words
	default:
		k.Text = lang.Text{tag: words}
	}
	return k
}

// StatementAttributes are what StatementOf reads.
func StatementAttributes(k Statement) Attributes {
	var a Attributes
	a.Class(k.Kind)
	a.Set("by", k.By)
	a.Set("paragraph", string(k.Paragraph))
	a.Set("label", k.Label)
	return a
}

// Said are the words of a statement in a language.
func (k Statement) Said(tag lang.Tag) string {
	if k.Kind == Reservation {
		return k.Note
	}
	return k.Text[tag]
}

// Classes of alternatives: omit leaves its paragraph out, and with one that is uncited the paragraph rests on nothing, though it does as it stands.
const (
	omit    = "omit"
	uncited = "uncited"
)

// AlternativeOf are what an alternative's words do not say.
func AlternativeOf(w Wording) Attributes {
	var a Attributes
	if w.Omit {
		a.Class(omit)
	}
	if w.Cites != nil {
		if len(*w.Cites) == 0 {
			a.Class(uncited)
		}
		for _, c := range *w.Cites {
			a.Set("cites", c)
		}
	}
	return a
}

// Rests is what the paragraph rests on with an alternative that has these attributes; nil: they do not say.
func (a *Attributes) Rests() *[]string {
	cites := a.All("cites")
	if len(cites) == 0 && !a.Is(uncited) {
		return nil
	}
	return &cites
}

// Omits reports whether attributes are those of a wording that leaves its paragraph out.
func (a *Attributes) Omits() bool { return a.Is(omit) }

// AttributesOf are what a paragraph's words do not say.
func AttributesOf(p Paragraph) Attributes {
	var a Attributes
	if string(p.ID) != p.Label {
		a.ID = string(p.ID)
	}
	if p.Kind != text.Operative || text.LooksBelow(p.Label) {
		a.Class(p.Kind)
	}
	for _, c := range p.Cites {
		a.Set("cites", c)
	}
	for _, t := range p.Topics {
		a.Set("topic", t)
	}
	a.Set("annex", p.Annex)
	return a
}

// ParagraphOf is a paragraph without its words, from its label and attributes.
func ParagraphOf(label string, a Attributes) Paragraph {
	p := Paragraph{ID: text.ParaID(a.ID), Label: label, Cites: a.All("cites"), Topics: a.All("topic"), Annex: a.One("annex")}
	if p.ID == "" {
		p.ID = ID(label)
	}
	for _, c := range a.Classes {
		p.Kind = c
	}
	return p
}
