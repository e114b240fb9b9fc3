// Package termbase owns what a glossary is good for: which of its words stand in a paragraph, which agreed word is missing in one of its languages, and the files that translators' tools read.
//
// It promises that a party's own word is never shown or exported as a common one. The words of an issue that each side keeps to itself belong to the base as well. It translates nothing.
package termbase

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"entente.example/internal/charter"
	"entente.example/internal/glossary"
	"entente.example/internal/search"
	"entente.example/internal/topic"
	"entente.example/lang"
)

// Concept is one thing with its words.
type Concept struct {
	Matter     string    // "term/trust", or the issue whose words are contested
	Title      lang.Text // what it is called when nobody's word is to be chosen; of an issue only
	Term       lang.Text // in common
	Agreed     bool      // every party stands behind Term
	Definition lang.Text
	Own        []Own
}

// Own is a party's own word.
type Own struct {
	Party    charter.PartyID
	Language lang.Tag
	Term     string
	Note     string
}

// Of makes a concept of a matter's state; ok is false if it has no words.
func Of(c *charter.State, state any) (k Concept, ok bool) {
	switch s := state.(type) {
	case *glossary.State:
		now, agreed := s.Standing(c)
		if now == nil {
			return k, false
		}
		k = Concept{Matter: "term/" + s.ID, Term: now.Term, Agreed: agreed, Definition: now.Definition}
		for _, p := range c.Document().Parties {
			for _, w := range s.Words(p.ID) {
				k.Own = append(k.Own, Own{p.ID, w.Language, w.Term, w.Note})
			}
		}
	case *topic.State:
		k.Matter = "topic/" + s.ID
		k.Title, _ = s.Neutral(c)
		for _, p := range c.Document().Parties {
			for _, w := range s.Terms(p.ID) {
				k.Own = append(k.Own, Own{p.ID, w.Language, w.Term, w.Note})
			}
		}
		return k, len(k.Own) > 0
	}
	return k, k.Matter != ""
}

// Gather makes the concepts of a mechanism, whose matters it asks for by kind: the glossary, then the issues whose words are contested.
func Gather[S any](c *charter.State, subjects func(kind string) ([]S, error)) ([]Concept, error) {
	var out []Concept
	for _, kind := range []string{"term", "topic"} {
		states, err := subjects(kind)
		if err != nil {
			return nil, err
		}
		for _, st := range states {
			if k, ok := Of(c, st); ok {
				out = append(out, k)
			}
		}
	}
	return out, nil
}

// Base finds words in wording.
type Base struct {
	words map[lang.Tag][]word
	all   []Concept
}

type word struct {
	concept int
	own     int // index of the party's word, -1 for the common one
	spelt   string
	spaced  bool // of a script that puts spaces between words
}

// New prepares a base.
func New(concepts []Concept) *Base {
	b := &Base{words: map[lang.Tag][]word{}, all: concepts}
	for i, k := range concepts {
		for tag, t := range k.Term {
			b.add(tag, t, i, -1)
		}
		for j, o := range k.Own {
			b.add(o.Language, o.Term, i, j)
		}
	}
	return b
}

func (b *Base) add(tag lang.Tag, term string, concept, own int) {
	spelt := search.Fold(term)
	if len(spelt) == 0 {
		return
	}
	b.words[tag] = append(b.words[tag], word{concept, own, string(spelt), spaced(spelt[0]) || spaced(spelt[len(spelt)-1])})
}

// spaced reports whether a letter is of a script that puts spaces between words.
func spaced(r rune) bool {
	return unicode.IsLetter(r) && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// Hit is a concept of which a word stands in a paragraph.
type Hit struct {
	Concept Concept
	Common  []lang.Tag // languages in which the common word stands
	Own     []Own      // parties' own words that stand there
	Missing []lang.Tag // languages that have an agreed word, and in which it does not stand though it does in another
}

// In finds what stands in a paragraph, in the order of the base.
func (b *Base) In(paragraph lang.Text) []Hit {
	found := map[int]*Hit{}
	hit := func(i int) *Hit {
		if found[i] == nil {
			found[i] = &Hit{Concept: b.all[i]}
		}
		return found[i]
	}
	for _, tag := range paragraph.Tags() {
		spelt := string(search.Fold(paragraph[tag]))
		for _, w := range b.words[tag] {
			switch {
			case !stands(spelt, w):
			case w.own < 0:
				hit(w.concept).Common = append(hit(w.concept).Common, tag)
			default:
				hit(w.concept).Own = append(hit(w.concept).Own, b.all[w.concept].Own[w.own])
			}
		}
	}
	var out []Hit
	for i := range b.all {
		h := found[i]
		if h == nil {
			continue
		}
		if h.Concept.Agreed && len(h.Common) > 0 {
			for _, tag := range paragraph.Tags() {
				if h.Concept.Term[tag] != "" && paragraph[tag] != "" && !slices.Contains(h.Common, tag) {
					h.Missing = append(h.Missing, tag)
				}
			}
		}
		out = append(out, *h)
	}
	return out
}

// stands reports whether a word stands in a text. Where words have spaces between them it must be a whole one; an s behind it is its plural.
func stands(text string, w word) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], w.spelt)
		if i < 0 {
			return false
		}
		at, end := from+i, from+i+len(w.spelt)
		if !w.spaced || !letterBefore(text[:at]) && !letterAfter(strings.TrimPrefix(text[end:], "s")) {
			return true
		}
		from = end
	}
}

func letterBefore(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return spaced(r)
}

func letterAfter(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return spaced(r)
}
