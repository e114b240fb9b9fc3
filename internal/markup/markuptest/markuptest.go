// Package markuptest makes sheets at random, with everything in their wording that a format could take for its own. Tests only.
package markuptest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"entente.example/internal/markup"
	"entente.example/internal/text"
	"entente.example/lang"
)

var languages = []lang.Tag{"en", "zh-Hans", "ja", "ar", "fr"}

var fragments = []string{"Both sides", " will ", "encourage", "对话", "対話を維持する", "الحوار", "、", "。", "[", "]", "[[", "]]", "{", "}", " / ", "/", " | ", "|", ": ", `\`, `\\`, `\n`,
	"*", "**", "_", "`", "<b>", "&amp;", "&", "#", "# ", "- ", "1. ", "3)", "> ", "=", "---", "~", "\n", "\n\n", "\n# ", "\n- ", "  ", "“words”", "$", "!", "+", "]]>", "\u00a0", "﹏", "𠮷", "[a / b]", "[[a / b]]", "[a {cedar} / b | juniper: verb]", "\"", "'"}

// Sheet makes a sheet. Languages are its first few.
func Sheet(r *rand.Rand) *markup.Sheet {
	tags := languages[:1+r.IntN(len(languages))]
	s := &markup.Sheet{ID: "js-9", Title: words(r, tags), Languages: tags, Drafting: tags[r.IntN(len(tags))], Covers: tags, Kind: line(r), Symbol: line(r), Document: line(r), Meeting: "meeting/main/9"}
	if r.IntN(2) == 0 {
		s.Prevails = tags[r.IntN(len(tags))]
	}
	s.Parallel = r.IntN(2) == 0
	for i := range 1 + r.IntN(4) {
		p := markup.Paragraph{ID: text.ParaID(fmt.Sprintf("p%d", i)), Kind: text.Operative, Label: fmt.Sprint(i), Annex: pick(r, "", "I")}
		switch {
		case r.IntN(3) == 0:
			p.Kind = text.Preambular
		case r.IntN(3) == 0:
			p.Label, p.Cites, p.Topics = fmt.Sprintf("%d (a)", i), []string{"cn-jp-1972", line(r)}, []string{"sea"}
		case r.IntN(3) == 0:
			p.ID = text.ParaID(p.Label)
		case i > 0 && r.IntN(3) == 0:
			p.Kind, p.Label = text.Heading, lang.Roman(i)
		}
		if n := len(s.Paragraphs); n > 0 && r.IntN(3) == 0 {
			if up := s.Paragraphs[n-1]; up.Kind == text.Operative || up.Kind == text.Preambular {
				p.Kind, p.Label, p.ID = text.Point, up.Label+" (a)", text.ParaID(fmt.Sprintf("p%d", i))
			} else if up.Kind == text.Point {
				p.Kind, p.Label, p.ID = text.Subpoint, up.Label+" (i)", text.ParaID(fmt.Sprintf("p%d", i))
			}
		}
		for k := range 1 + r.IntN(3) {
			w := markup.Wording{Label: p.Label, By: pick(r, "cedar", "juniper", "linden-2"), Text: words(r, tags)}
			if k > 0 || r.IntN(4) == 0 {
				w.Label = fmt.Sprintf("%s alt %d", p.Label, k)
			}
			if k > 0 && r.IntN(6) == 0 {
				w.Text, w.Omit = lang.Text{}, true
			} else if k > 0 && r.IntN(4) == 0 {
				w.Cites = &[][]string{{}, {"cn-jp-1998"}, {line(r), "text/js-8#5"}}[r.IntN(3)]
			}
			for n := range r.IntN(3) {
				if w.Omit {
					break
				}
				w.Brackets = append(w.Brackets, bracket(r, n, w.Text))
			}
			p.Wordings = append(p.Wordings, w)
		}
		s.Paragraphs = append(s.Paragraphs, p)
	}
	if r.IntN(2) == 0 {
		s.Annexes = []text.Annex{{ID: "I", Title: words(r, tags), Items: []text.AnnexItem{{ID: "a", Text: words(r, tags)}, {ID: "b", Text: words(r, tags)}}}}
		s.Pairs = []text.Pair{{Paragraph: "p0", Lang: "en", Neutral: "Cedar and Juniper", ForSide: map[string]string{"north": "Juniper and Cedar", "south": line(r)}}}
	}
	for range r.IntN(3) {
		k := markup.Statement{Kind: pick(r, markup.Dissent, markup.Interpretative), By: pick(r, "cedar", "juniper"), Paragraph: text.ParaID(pick(r, "", "p0")), Text: words(r, tags[:1+r.IntN(len(tags))])}
		if r.IntN(3) == 0 {
			k.Kind, k.Label, k.Text, k.Note = markup.Reservation, "scrutiny-cedar-1", nil, wording(r)
		}
		s.Statements = append(s.Statements, k)
	}
	return s
}

// bracket makes one whose first option is a piece of the wording in some languages.
func bracket(r *rand.Rand, n int, of lang.Text) markup.Bracket {
	b := markup.Bracket{By: pick(r, "cedar", "juniper"), Where: fmt.Sprintf("%d: %s", n, line(r))}
	for k := range 2 + r.IntN(2) {
		o := text.BracketOption{Text: lang.Text{}}
		for _, tag := range of.Tags() {
			if k == 0 && r.IntN(4) > 0 {
				o.Text[tag] = piece(r, of[tag])
			} else {
				o.Text[tag] = wording(r)
			}
		}
		for _, p := range []string{"cedar", "juniper", "linden-2"} {
			if r.IntN(2) == 0 {
				o.By = append(o.By, p)
			}
		}
		b.Options = append(b.Options, o)
	}
	return b
}

func piece(r *rand.Rand, s string) string {
	runes := []rune(s)
	from := r.IntN(len(runes))
	p := string(runes[from : from+1+r.IntN(len(runes)-from)])
	if strings.TrimSpace(p) != p || p == "" {
		return "x"
	}
	return p
}

func words(r *rand.Rand, tags []lang.Tag) lang.Text {
	out := lang.Text{}
	for _, tag := range tags {
		out[tag] = wording(r)
	}
	return out
}

func wording(r *rand.Rand) string {
	var out strings.Builder
	for range 1 + r.IntN(9) {
		out.WriteString(fragments[r.IntN(len(fragments))])
	}
	s := strings.Trim(lang.Normalise(out.String()), " \n\u00a0")
	if s == "" {
		return "words"
	}
	return s
}

// line is wording of one line without spaces at its ends.
func line(r *rand.Rand) string {
	return strings.Trim(strings.ReplaceAll(wording(r), "\n", " "), " \u00a0")
}

func pick(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }
