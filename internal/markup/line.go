package markup

import (
	"slices"
	"strings"

	"entente.example/internal/text"
	"entente.example/lang"
)

// A line of wording in a file. A bracket stands where its first option stands in the wording:
//
//	Both sides [will {cedar, linden} / should {juniper} | cedar: main verb] maintain dialogue.
//
// First the options, each with the parties that are understood to want it; then the party that holds the words open, and what it calls the place. A bracket whose first option
// does not stand exactly once in the wording follows it in double brackets, [[…]]. A backslash takes the next sign as it is.
const signs = `\[]{}/|: `

// Write writes wording with its brackets as one line of a file (or several, if the wording has several).
func Write(s string, brackets []Bracket, tag lang.Tag) string {
	parts := []any{s}
	var after []Bracket
	for _, b := range brackets {
		if !place(&parts, s, b, tag) {
			after = append(after, b)
		}
	}
	var out strings.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			out.WriteString(Escape(p))
		case Bracket:
			out.WriteString("[" + p.write(tag) + "]")
		}
	}
	for _, b := range after {
		out.WriteString("\n[[" + b.write(tag) + "]]")
	}
	return out.String()
}

// place puts a bracket where its first option stands, if that is exactly one place.
func place(parts *[]any, s string, b Bracket, tag lang.Tag) bool {
	words := ""
	if len(b.Options) > 0 {
		words = b.Options[0].Text[tag]
	}
	if words == "" || strings.Count(s, words) != 1 {
		return false
	}
	for i, p := range *parts {
		if free, ok := p.(string); ok && strings.Contains(free, words) {
			before, after, _ := strings.Cut(free, words)
			*parts = slices.Replace(*parts, i, i+1, any(before), any(b), any(after))
			return true
		}
	}
	return false
}

// Escape writes wording so that none of it is taken for a bracket.
func Escape(s string) string { return strings.NewReplacer(`\`, `\\`, `[`, `\[`).Replace(s) }

var inBracket = strings.NewReplacer(`\`, `\\`, `[`, `\[`, `]`, `\]`, `{`, `\{`, `}`, `\}`, `/`, `\/`, `|`, `\|`, `:`, `\:`)

// words writes what stands inside a bracket. Spaces at its ends belong to it.
func words(s string) string {
	lead, trail := len(s)-len(strings.TrimLeft(s, " ")), len(s)-len(strings.TrimRight(s, " "))
	if lead == len(s) {
		return strings.Repeat(`\ `, lead)
	}
	return strings.Repeat(`\ `, lead) + inBracket.Replace(strings.Trim(s, " ")) + strings.Repeat(`\ `, trail)
}

func (b Bracket) write(tag lang.Tag) string {
	var out strings.Builder
	for i, o := range b.Options {
		if i > 0 {
			out.WriteString(" / ")
		}
		w := words(o.Text[tag])
		out.WriteString(w)
		if w != "" && len(o.By) > 0 {
			out.WriteString(" ")
		}
		if w == "" || len(o.By) > 0 {
			out.WriteString("{" + strings.Join(o.By, ", ") + "}")
		}
	}
	if b.By != "" || b.Where != "" {
		out.WriteString(" | ")
		if b.By != "" {
			out.WriteString(b.By + ": ")
		}
		out.WriteString(words(b.Where))
	}
	return out.String()
}

// Read reads a line back into wording and brackets. What is no bracket is wording, signs and all: nobody's words are lost to a rule of ours.
func Read(line string, tag lang.Tag) (string, []Bracket) {
	var out strings.Builder
	var found []Bracket
	for i := 0; i < len(line); {
		switch {
		case line[i] == '\\' && i+1 < len(line) && strings.IndexByte(signs, line[i+1]) >= 0:
			out.WriteByte(line[i+1])
			i += 2
			continue
		case line[i] == '[':
			double := strings.HasPrefix(line[i:], "[[")
			open, end := 1, "]"
			if double {
				open, end = 2, "]]"
			}
			if b, n, ok := readBracket(line[i+open:], tag); ok && strings.HasPrefix(line[i+open+n:], end) {
				found = append(found, b)
				i += open + n + len(end)
				if double {
					before := strings.TrimSuffix(out.String(), "\n")
					out.Reset()
					out.WriteString(before)
				} else {
					out.WriteString(b.Options[0].Text[tag])
				}
				continue
			}
		}
		out.WriteByte(line[i])
		i++
	}
	return out.String(), inOrder(found)
}

// readBracket reads options up to the closing bracket, which it leaves. n is how far it came.
func readBracket(s string, tag lang.Tag) (b Bracket, n int, ok bool) {
	for {
		o, next, sound := readOption(s[n:], tag)
		n += next
		if !sound {
			return b, n, false
		}
		b.Options = append(b.Options, o)
		switch {
		case strings.HasPrefix(s[n:], " / "):
			n += 3
			continue
		case strings.HasPrefix(s[n:], " | "):
			var sound bool
			b.By, b.Where, next, sound = readPlace(s[n+3:])
			n += 3 + next
			return b, n, sound && len(b.Options) > 1
		}
		return b, n, len(b.Options) > 1 && strings.HasPrefix(s[n:], "]")
	}
}

// readOption reads one option with its parties, up to " / ", " | " or the closing bracket.
func readOption(s string, tag lang.Tag) (o text.BracketOption, n int, ok bool) {
	w, n := plain(s, "{", " / ", " | ", "]", "[", " {")
	o.Text = lang.Text{}
	if strings.HasPrefix(s[n:], " {") {
		n++
	}
	if strings.HasPrefix(s[n:], "{") {
		inside, _, closed := strings.Cut(s[n+1:], "}")
		if !closed || strings.ContainsAny(inside, "[]\\{|/\n") {
			return o, n, false
		}
		n += len(inside) + 2
		for _, p := range strings.Split(inside, ",") {
			if p = strings.TrimSpace(p); p != "" {
				o.By = append(o.By, p)
			}
		}
	} else if w == "" {
		return o, n, false // an option without words and without parties is no option
	}
	if w != "" {
		o.Text[tag] = w
	}
	return o, n, true
}

// readPlace reads who holds a bracket open and where, up to the closing bracket.
func readPlace(s string) (by, where string, n int, ok bool) {
	if p, _, found := strings.Cut(s, ": "); found && partyID(p) {
		by, n = p, len(p)+2
	}
	w, m := plain(s[n:], "]", "[", "\n", "{", " / ", " | ")
	n += m
	return by, w, n, strings.HasPrefix(s[n:], "]")
}

func partyID(s string) bool {
	return s != "" && len(s) <= 32 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// plain reads up to the first of some signs that no backslash stands before.
func plain(s string, until ...string) (string, int) {
	var out strings.Builder
	for i := 0; i < len(s); {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(signs, s[i+1]) >= 0 {
			out.WriteByte(s[i+1])
			i += 2
			continue
		}
		if slices.ContainsFunc(until, func(u string) bool { return strings.HasPrefix(s[i:], u) }) {
			return out.String(), i
		}
		out.WriteByte(s[i])
		i++
	}
	return out.String(), len(s)
}
