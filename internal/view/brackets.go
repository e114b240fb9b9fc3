package view

import (
	"slices"
	"strings"

	"entente.example/internal/charter"
	"entente.example/internal/text"
	"entente.example/lang"
)

// stands is where a party stands on a paragraph. Support of a wording that was withdrawn has lapsed.
func (f From) stands(t *text.State, p *text.Para, party charter.PartyID) (text.Standing, bool) {
	st, ok := t.Standing(f.Charter(), p, party)
	if w := p.Wording(st.Wording); ok && st.Level == text.LevelSupport && (w == nil || w.Dropped != "") {
		return text.Standing{}, false
	}
	return st, ok
}

// open are the brackets held open now: those that are their party's standing.
func (f From) open(t *text.State, p *text.Para) []text.Bracketed {
	var out []text.Bracketed
	for _, b := range p.Brackets {
		if st, ok := t.Standing(f.Charter(), p, b.Party); ok && st.Act == b.Act {
			out = append(out, b)
		}
	}
	return out
}

// cut opens brackets inside wording, where their first option stands exactly once. Elsewhere they are only listed beneath it: a guess would misquote somebody.
func cut(s string, tag lang.Tag, w text.WordingID, open []text.Bracketed, named func([]string) []Party) []Part {
	parts := []Part{{Text: s}}
	for _, b := range open {
		if b.Wording != w || len(b.Options) == 0 || b.Options[0].Text[tag] == "" {
			continue
		}
		words := b.Options[0].Text[tag]
		at := slices.IndexFunc(parts, func(p Part) bool { return strings.Count(p.Text, words) == 1 })
		if at < 0 || strings.Count(s, words) != 1 {
			continue
		}
		before, after, _ := strings.Cut(parts[at].Text, words)
		bracket := Part{}
		for _, o := range b.Options {
			if o.Text[tag] != "" {
				bracket.Options = append(bracket.Options, Option{Text: o.Text[tag], By: named(o.By)})
			}
		}
		parts = slices.Replace(parts, at, at+1, Part{Text: before}, bracket, Part{Text: after})
	}
	return parts
}

// named are the parties with these ids.
func (f From) named(ids []string) []Party {
	var out []Party
	for _, id := range ids {
		out = append(out, f.party(charter.PartyID(id)))
	}
	return out
}
