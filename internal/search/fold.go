package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold spells text for comparison: full-width, half-width and other compatibility forms become plain ones, capitals small, white space one space within and none around, and letters lose their accents
// where whoever searches may leave them out. What is shown is never what this returns.
func Fold(s string) []rune {
	out, _ := fold(s)
	return out
}

// fold also says from which byte of s each character comes.
func fold(s string) (out []rune, at []int) {
	var it norm.Iter
	it.InitString(norm.NFKC, s)
	for !it.Done() {
		from := it.Pos()
		base := rune(0) // the letter that marks behind it belong to
		for _, r := range string(it.Next()) {
			r = unicode.ToLower(r)
			if unicode.IsSpace(r) {
				if len(out) == 0 || out[len(out)-1] == ' ' {
					continue
				}
				r = ' '
			}
			if r < utf8.RuneSelf || bare(r) {
				out, at, base = append(out, r), append(at, from), r
				continue
			}
			if unicode.Is(unicode.Mn, r) {
				if !loses(base, r) {
					out, at = append(out, r), append(at, from)
				}
				continue
			}
			base = r
			for _, r := range plain(r) {
				out, at = append(out, r), append(at, from)
			}
		}
	}
	if n := len(out); n > 0 && out[n-1] == ' ' {
		out, at = out[:n-1], at[:n-1]
	}
	return out, at
}

// Span is a stretch of a text; Found says that it is what was looked for.
type Span struct {
	Text  string
	Found bool
}

// Mark cuts a text where the words are that somebody looked for. Its spans put together are the text.
func Mark(s string, q Query, loose bool) []Span {
	runes, at := fold(s)
	at = append(at, len(strings.TrimRightFunc(s, unicode.IsSpace)))
	needles := [][]rune{q.Phrase}
	if loose {
		needles = q.Words
	}
	found := make([]bool, len(s)+1)
	for _, n := range needles {
		for i := 0; len(n) > 0 && i+len(n) <= len(runes); i++ {
			if slices.Equal(runes[i:i+len(n)], n) {
				for b := at[i]; b < end(at, i+len(n)); b++ {
					found[b] = true
				}
			}
		}
	}
	var out []Span
	from := 0
	for i := 1; i <= len(s); i++ {
		if i == len(s) || found[i] != found[from] {
			out = append(out, Span{s[from:i], found[from]})
			from = i
		}
	}
	return out
}

// end is the first byte behind the character before i, which may share its bytes with i: a ligature is marked whole.
func end(at []int, i int) int {
	for i < len(at)-1 && at[i] == at[i-1] {
		i++
	}
	return at[i]
}

// Finds reports whether a passage is found.
func (p Passage) Finds(q Query, loose bool) bool {
	needles := [][]rune{q.Phrase}
	if loose {
		needles = q.Words
	}
	for _, n := range needles {
		if !slices.ContainsFunc(p.Spelt(), func(s []rune) bool { return strings.Contains(string(s), string(n)) }) {
			return false
		}
	}
	return true
}

// Spelt are the texts by which a passage is found, spelt for comparison.
func (p Passage) Spelt() [][]rune {
	var out [][]rune
	for _, tag := range p.Text.Tags() {
		out = append(out, Fold(p.Text[tag]))
	}
	for _, s := range p.Also {
		out = append(out, Fold(s))
	}
	return out
}
