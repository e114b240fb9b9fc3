package lang

import (
	"fmt"
	"strings"
	"unicode"
)

// together are the scripts whose letters one word may hold beside Latin ones, as Chinese, Japanese and Korean do.
var together = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo}

// apart are scripts with letters that look like those of another one.
var apart = []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Georgian, unicode.Coptic, unicode.Lisu, unicode.Hebrew, unicode.Arabic, unicode.Thai, unicode.Devanagari}

// Mixed lists the words that have letters of several scripts which no language writes in one word, such as a Cyrillic а in a Latin name (Unicode UTS 39, highly restrictive, word by word). Such a word may be another one than it seems; it is for a person to look at.
func Mixed(s string) (out []string) {
	if strings.IndexFunc(s, suspect) < 0 {
		return nil
	}
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r) }) {
		if mixed(word) {
			out = append(out, word)
		}
	}
	return out
}

// suspect reports quickly whether a character may belong to a script that is neither Latin nor written together with Latin.
func suspect(r rune) bool {
	return r >= 0x370 && r < 0x2000 || r >= 0x2c00 && r < 0x3000 || r >= 0xa000 && r < 0xac00 || r >= 0xfb00 && r < 0xff00 || r >= 0x10000 && r < 0x20000
}

func mixed(word string) bool {
	var script *unicode.RangeTable
	east := false
	for _, r := range word {
		if r < 0x80 && !unicode.IsLetter(r) {
			continue
		}
		if unicode.In(r, together...) {
			east = true
		}
		for _, of := range apart {
			if !unicode.Is(of, r) {
				continue
			}
			if script != nil && script != of {
				return true
			}
			script = of
		}
	}
	return east && script != nil && script != unicode.Latin
}

// unseenPlaces is how many places of one character Unseen names.
const unseenPlaces = 8

// Unseen lists the characters of a text that cannot be seen, each with its first places by line and character, and with how often it stands there if that is oftener: joiners, selectors of
// variants, white space that is neither a space nor the ideographic one, and what a program wrote that does not look (Visible).
func Unseen(s string) (out []string) {
	at, count := map[rune]int{}, []int{} // where in out a character is, and how often it was met
	line, place := 1, 0
	for _, r := range s {
		place++
		switch {
		case r == '\n':
			line, place = line+1, 0
		case r == ' ' || r == 0x3000:
		case hidden(r), unicode.In(r, unicode.Cc, unicode.Zs, unicode.Zl, unicode.Zp, unicode.Prepended_Concatenation_Mark):
			i, met := at[r]
			if !met {
				i = len(out)
				at[r], out, count = i, append(out, fmt.Sprintf("U+%04X", r)), append(count, 0)
			}
			if count[i]++; count[i] <= unseenPlaces {
				out[i] += fmt.Sprintf(" %d:%d", line, place)
			}
		}
	}
	for i, n := range count {
		if n > unseenPlaces {
			out[i] += fmt.Sprintf(" … ×%d", n)
		}
	}
	return out
}
