// Package concordance compares the figures, dates, names and verbs of a paragraph in its languages.
//
// It asks, and never says that something is wrong: what it finds in one language and not in another may be said otherwise there. It blocks nothing and is part of no state. It knows digits of
// several scripts, numbers in words in English, Chinese and Japanese, and dates with the months' names of the languages of the United Nations, German, Japanese eras included; of verbs it knows a ladder in English, Chinese and Japanese, from encouraging to deciding.
package concordance

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"entente.example/lang"
)

// Kinds of what is compared.
const (
	Figure = "figure"
	Date   = "date"
	Called = "name"
	Term   = "term" // of the glossary; whoever has that asks it

	Language = "language" // wording that looks like another language than its tag says; pages say it at the wording
)

// Question is something that stands in one language and was not found in others.
type Question struct {
	Kind    string     `json:"kind"`
	Words   string     `json:"words"` // as it stands there
	In      lang.Tag   `json:"in"`
	Missing []lang.Tag `json:"missing"` // none of what is asked about one language alone
}

// Name is something that is called by names, in any number of languages and usages.
type Name struct {
	Forms map[lang.Tag][]string
}

// MaxQuestions is how many questions one paragraph raises at most.
const MaxQuestions = 50

// Questions compares a paragraph's languages. The first language that has something is asked about, the others are where it was not found.
func Questions(words lang.Text, names []Name) []Question {
	var tags []lang.Tag
	found := map[lang.Tag][]fact{}
	for _, tag := range words.Tags() {
		if strings.TrimSpace(words[tag]) != "" {
			tags = append(tags, tag)
			found[tag] = scan(tag, words[tag]).facts()
		}
	}
	out := treatyQuestions(words, tags)
	if len(tags) < 2 {
		return out
	}
	out = append(append(out, nameQuestions(words, tags, names)...), strengthQuestions(words, tags)...)
	asked := map[string]bool{}
	for _, in := range tags {
		for _, f := range found[in] {
			if !f.sure || asked[f.key()] || slices.Equal(f.values, []string{"1"}) { // one is said in too many ways
				continue
			}
			q := Question{Kind: Figure, Words: f.words, In: in}
			if f.date() {
				q.Kind = Date
			}
			for _, tag := range tags {
				if tag != in && !f.stands(found[tag], tag) {
					q.Missing = append(q.Missing, tag)
				}
			}
			if len(q.Missing) > 0 && len(out) < MaxQuestions {
				asked[f.key()] = true
				out = append(out, q)
			}
		}
	}
	return out
}

func (f fact) key() string {
	return strings.Join(f.values, " ") + strconv.Itoa(f.y) + "-" + strconv.Itoa(f.m) + "-" + strconv.Itoa(f.d)
}

// stands reports whether a fact, or what may be the same, stands among those of another language.
func (f fact) stands(others []fact, tag lang.Tag) bool {
	if f.date() {
		return f.dateStands(others)
	}
	for _, o := range others {
		if o.date() && slices.ContainsFunc(f.values, func(v string) bool {
			return v == strconv.Itoa(o.y) || v == strconv.Itoa(o.m) || v == strconv.Itoa(o.d)
		}) {
			return true
		}
		if slices.ContainsFunc(f.values, func(v string) bool { return slices.Contains(o.values, v) }) {
			return true
		}
	}
	return !spelled(tag) && f.maybeSpelled()
}

// maybeSpelled reports whether a figure is one that languages write in words.
func (f fact) maybeSpelled() bool {
	return f.letters || slices.ContainsFunc(f.values, func(v string) bool {
		return len(v) == 1 || len(v) == 2 && (v[0] == '1' || v[1] == '0') || strings.Trim(v[1:], "0") == ""
	})
}

// dateStands looks for a date that says nothing else: what one language leaves out, as the year, is no difference. The days of one month may stand apart from it.
func (f fact) dateStands(others []fact) bool {
	agree := func(a, b int) bool { return a == 0 || b == 0 || a == b }
	month := false
	for _, o := range others {
		if !o.date() || o.m != f.m || !agree(o.y, f.y) {
			continue
		}
		if agree(o.d, f.d) {
			return true
		}
		month = true
	}
	return month && slices.ContainsFunc(others, func(o fact) bool { return slices.Contains(o.values, strconv.Itoa(f.d)) })
}

// hit is a place where a name stands.
type hit struct{ name, from, to int }

// hits are the places where names stand. What stands inside a longer name is part of that.
func hits(tag lang.Tag, words string, names []Name) []hit {
	var all []hit
	for n, name := range names {
		for _, form := range name.Forms[tag] {
			for at := 0; ; {
				i := strings.Index(words[at:], form)
				if i < 0 || !tellable(form) {
					break
				}
				from := at + i
				at = from + len(form)
				if alone(words, from, at) {
					all = append(all, hit{n, from, at})
				}
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(h hit) bool {
		return slices.ContainsFunc(all, func(o hit) bool {
			return o.name != h.name && o.from <= h.from && o.to >= h.to && o.to-o.from > h.to-h.from
		})
	})
}

// tellable reports whether a name is long enough to be told from a part of a word.
func tellable(form string) bool {
	n, wide := 0, false
	for _, r := range form {
		n++
		wide = wide || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
	}
	return n >= 3 || wide && n >= 2
}

// alone reports whether no letter of an alphabet goes on before or behind.
func alone(words string, from, to int) bool {
	letter := func(r rune) bool {
		return unicode.IsLetter(r) && !unbroken(r)
	}
	before, after := []rune(words[:from]), []rune(words[to:])
	form := []rune(words[from:to])
	return !(len(before) > 0 && letter(before[len(before)-1]) && letter(form[0])) && !(len(after) > 0 && letter(after[0]) && letter(form[len(form)-1]))
}

// nameQuestions asks for names that stand in one language and by none of their names in another that has one.
func nameQuestions(words lang.Text, tags []lang.Tag, names []Name) []Question {
	stands := map[lang.Tag]map[int]hit{}
	for _, tag := range tags {
		stands[tag] = map[int]hit{}
		for _, h := range hits(tag, words[tag], names) {
			if o, ok := stands[tag][h.name]; !ok || h.to-h.from > o.to-o.from {
				stands[tag][h.name] = h
			}
		}
	}
	var out []Question
	for n, name := range names {
		for _, in := range tags {
			h, ok := stands[in][n]
			if !ok {
				continue
			}
			q := Question{Kind: Called, Words: words[in][h.from:h.to], In: in}
			for _, tag := range tags {
				if _, there := stands[tag][n]; !there && len(name.Forms[tag]) > 0 && !strings.Contains(words[tag], q.Words) {
					q.Missing = append(q.Missing, tag)
				}
			}
			if len(q.Missing) > 0 {
				out = append(out, q)
			}
			break
		}
	}
	return out
}
