package search

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Accents are folded where readers of the language leave them out when they type: over Latin and Greek letters, the points of Arabic and Hebrew, the two points of ё and stress marks in Cyrillic. In other scripts
// a mark is part of the letter: が is not か, and й is not и.

// accented are the scripts whose letters lose their marks.
var accented = []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Arabic, unicode.Hebrew}

// Marks that Cyrillic letters lose.
const (
	grave     = 0x300
	acute     = 0x301
	diaeresis = 0x308
)

// spelt are letters and signs that people type in another way, and that Unicode does not take apart.
var spelt = map[rune]string{
	'œ': "oe", 'æ': "ae", 'ß': "ss", 'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'ħ': "h", 'ı': "i",
	'‘': "'", '’': "'", 'ʼ': "'", '“': "\"", '”': "\"", '‐': "-", '–': "-",
	'ـ': "", // a stroke that only makes an Arabic word longer
}

// loses reports whether a letter loses a mark that stands behind it as a character of its own.
func loses(base, mark rune) bool {
	switch {
	case unicode.In(base, accented...):
		return true
	case unicode.Is(unicode.Cyrillic, base):
		return mark == grave || mark == acute || mark == diaeresis && base == 'е'
	}
	return false
}

// bare reports whether a character is one of Chinese or Japanese writing that has nothing to lose, so that plain need not be asked.
func bare(r rune) bool {
	return r >= '\u4e00' && r <= '\u9fff' || r >= 'ぁ' && r <= 'ゖ' || r >= 'ァ' && r <= 'ヺ'
}

// plain is a small letter, or another character, without what it loses.
func plain(r rune) string {
	if s, ok := spelt[r]; ok {
		return s
	}
	if !unicode.In(r, accented...) && !unicode.Is(unicode.Cyrillic, r) {
		return string(r)
	}
	apart := norm.NFD.String(string(r))
	base, n := utf8.DecodeRuneInString(apart)
	for _, mark := range apart[n:] {
		if !loses(base, mark) {
			return string(r)
		}
	}
	if s, ok := spelt[base]; ok { // ǿ
		return s
	}
	return string(base)
}
