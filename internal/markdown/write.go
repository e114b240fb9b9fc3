// Package markdown owns a joint text as Markdown: one file per language, for people and for any editor.
//
// It promises that a file that it writes is read back as it was. Wording is plain: what looks like emphasis in somebody's file is the signs that stand there.
package markdown

import (
	"cmp"
	"strconv"
	"strings"

	"entente.example/internal/markup"
	"entente.example/internal/text"
	"entente.example/lang"
)

// Write writes one language of a sheet.
func Write(s *markup.Sheet, tag lang.Tag) []byte {
	var out strings.Builder
	out.WriteString("---\n")
	field := func(name, value string) {
		if value != "" {
			out.WriteString(name + ": " + value + "\n")
		}
	}
	field("text", s.ID)
	field("language", string(tag))
	var all []string
	for _, l := range s.Languages {
		all = append(all, string(l))
	}
	field("languages", strings.Join(all, ", "))
	field("drafting", string(s.Drafting))
	field("prevails", string(s.Prevails))
	if s.Parallel {
		field("parallel", "yes")
	}
	field("kind", markup.Quote(s.Kind))
	field("symbol", markup.Quote(s.Symbol))
	field("document", markup.Quote(s.Document))
	field("meeting", markup.Quote(s.Meeting))
	out.WriteString("---\n")
	if title := s.Title[tag]; title != "" {
		out.WriteString("\n# " + heading(title) + "\n")
	}
	for _, p := range s.Paragraphs {
		writeParagraph(&out, p, tag)
	}
	for _, a := range s.Annexes {
		writeAnnex(&out, a, tag)
	}
	if len(s.Pairs) > 0 {
		out.WriteString("\n## {.alternat}\n\n")
		for _, p := range s.Pairs {
			writePair(&out, p)
		}
	}
	if len(s.Statements) > 0 {
		out.WriteString("\n## {.statements}\n\n")
		for _, k := range s.Statements {
			a := markup.StatementAttributes(k)
			out.WriteString("- " + heading(k.Said(tag)) + a.After() + "\n")
		}
	}
	return []byte(out.String())
}

func writeParagraph(out *strings.Builder, p markup.Paragraph, tag lang.Tag) {
	a := markup.AttributesOf(p)
	own := len(p.Wordings) > 0 && p.Wordings[0].Label == p.Label
	if own {
		a.Set("by", cmp.Or(p.Wordings[0].By, "?"))
	}
	out.WriteString("\n## " + heading(p.Label) + a.After() + "\n")
	for i, w := range p.Wordings {
		if i > 0 || !own {
			a := markup.AlternativeOf(w)
			a.Set("by", w.By)
			out.WriteString("\n### " + heading(w.Label) + a.After() + "\n")
		}
		if s := w.Text[tag]; s != "" {
			out.WriteString("\n" + body(markup.Write(s, w.Brackets, tag)) + "\n")
		}
	}
}

func writeAnnex(out *strings.Builder, x text.Annex, tag lang.Tag) {
	var a markup.Attributes
	a.ID = x.ID
	a.Class("annex")
	a.Set("attachment", x.Attachment)
	out.WriteString("\n## " + heading(x.Title[tag]) + a.After() + "\n\n")
	for i, item := range x.Items {
		var a markup.Attributes
		a.Set("id", item.ID)
		out.WriteString(strconv.Itoa(i+1) + ". " + heading(item.Text[tag]) + a.After() + "\n")
	}
}

// writePair writes a passage that each party's copy orders its own way.
func writePair(out *strings.Builder, p text.Pair) {
	a := markup.PairAttributes(p)
	out.WriteString("- " + heading(p.Neutral) + a.After() + "\n")
}

// taken are the signs that mean something to Markdown, and that a wording keeps behind a backslash. The other signs behind one are the wording's own, for brackets.
const taken = "*_`<#+->&~=.)!$"

// heading writes one line.
func heading(s string) string {
	s = strings.NewReplacer("\n", `\n`, "{", `\{`, "}", `\}`).Replace(markup.Escape(s))
	return escape(s)
}

// body writes wording: a line break within it is a backslash at the end of the line.
func body(s string) string {
	lines := strings.Split(escape(s), "\n")
	for i, l := range lines {
		lines[i] = start(l)
		if i+1 < len(lines) && l != "" && lines[i+1] != "" {
			lines[i] += `\`
		}
	}
	return strings.Join(lines, "\n")
}

func escape(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			out.WriteString(s[i : i+2])
			i++
			continue
		case strings.IndexByte("*_`<", s[i]) >= 0:
			out.WriteByte('\\')
		}
		out.WriteByte(s[i])
	}
	return out.String()
}

// start keeps the beginning of a line from being a heading, a list, a quotation or a rule.
func start(l string) string {
	rest := strings.TrimLeft(l, " \t")
	if rest == "" {
		return l
	}
	at := len(l) - len(rest)
	if strings.IndexByte("#+->~=", rest[0]) >= 0 {
		return l[:at] + `\` + rest
	}
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	if digits > 0 && digits < len(rest) && (rest[digits] == '.' || rest[digits] == ')') {
		return l[:at] + rest[:digits] + `\` + rest[digits:]
	}
	return l
}
