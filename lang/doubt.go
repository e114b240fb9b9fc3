package lang

import (
	"slices"
	"unicode"
)

// written are the scripts in which languages of a script code are written. Of others nothing is doubted.
var written = map[string][]*unicode.RangeTable{
	"Hans": {unicode.Han}, "Hant": {unicode.Han}, "Jpan": {unicode.Han, unicode.Hiragana, unicode.Katakana}, "Kore": {unicode.Hangul, unicode.Han}, "Latn": {unicode.Latin}, "Cyrl": {unicode.Cyrillic},
	"Arab": {unicode.Arabic}, "Hebr": {unicode.Hebrew}, "Grek": {unicode.Greek}, "Thai": {unicode.Thai}, "Deva": {unicode.Devanagari}, "Armn": {unicode.Armenian}, "Geor": {unicode.Georgian},
}

// From how many letters on, a Chinese or Japanese character for three, a wording is long enough to be doubted, and to be expected to hold kana if it is Japanese.
const (
	enough     = 8
	enoughKana = 72
)

// Doubts reports whether a wording is so unlike the language that its tag claims that a person should look at it: most of its letters are of another script, Chinese has kana, or Japanese of some length has none.
// It is a question and never a reason to refuse: names and quotations are in any language.
func (t Tag) Doubts(s string) bool {
	script := t.script()
	if !script.sure { // written in several
		return false
	}
	scripts := written[script.code]
	latin := slices.Contains(scripts, unicode.Latin)
	var letters, own, kana int
	for _, r := range s {
		if !unicode.IsLetter(r) || r == 'ー' {
			continue
		}
		weight, syllable := 1, false
		if r > unicode.MaxLatin1 {
			syllable = unicode.In(r, unicode.Hiragana, unicode.Katakana)
		}
		if syllable || r > unicode.MaxLatin1 && unicode.In(r, unicode.Han, unicode.Hangul) {
			weight = 3 // a character says what a few letters do
		}
		letters += weight
		if r <= unicode.MaxASCII && latin || r > unicode.MaxASCII && unicode.In(r, scripts...) {
			own += weight
		}
		if syllable {
			kana += weight
		}
	}
	switch {
	case scripts == nil || letters < enough:
		return false
	case 2*own < letters:
		return true
	case script.code == "Jpan":
		return kana == 0 && own >= enoughKana
	}
	return 4*kana > letters
}
