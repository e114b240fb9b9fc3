package lang

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"entente.example/refusal"
)

// Normalise prepares typed or pasted wording: NFC, LF line ends, no white space at line ends.
func Normalise(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(norm.NFC.String(s), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " \t\u3000")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// CheckText refuses wording that no record takes: with control and bidirectional characters, with characters that cannot be seen and have no meaning where they stand, with private use and
// noncharacters; and wording that is not in NFC. The refusal names the character and its place. docs/protocol.md 2.1.
func CheckText(s string) error { return check(s, true) }

// CheckLine is CheckText for wording of one line.
func CheckLine(s string) error { return check(s, false) }

// CheckNew is CheckText for what is written here and today, which has nothing hidden either.
func CheckNew(s string) error { return visible(s, CheckText(s)) }

// CheckNewLine is CheckNew for wording of one line.
func CheckNewLine(s string) error { return visible(s, CheckLine(s)) }

func visible(s string, err error) error {
	if err != nil {
		return err
	}
	return Visible(s)
}

// Visible refuses what does not leave a node although records that have it keep it: every other character that is not seen and means nothing where it stands. docs/protocol.md 2.1.
func Visible(s string) error {
	return each(s, func(before, r, after rune) string {
		if hidden(r) && !meant(before, r, after) {
			return cmp.Or(forbidden(r), "lang.invisible")
		}
		return ""
	})
}

func check(s string, lines bool) error {
	if !utf8.ValidString(s) {
		return refusal.New(refusal.Invalid, "lang.not_utf8")
	}
	err := each(s, func(before, r, after rune) string {
		if r == '\n' && lines || meant(before, r, after) {
			return ""
		}
		return forbidden(r)
	})
	if err == nil && !norm.NFC.IsNormalString(s) {
		err = refusal.New(refusal.Invalid, "lang.not_nfc")
	}
	return err
}

// each asks of every character that is not plain ASCII what is wrong with it between its neighbours, and refuses the first with which something is.
func each(s string, wrong func(before, r, after rune) string) error {
	place := 0
	var before rune
	for i, r := range s {
		place++
		if r >= 0x7f || r < 0x20 {
			after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			if why := wrong(before, r, after); why != "" {
				return refusal.New(refusal.Invalid, why, "character", fmt.Sprintf("U+%04X", r), "place", fmt.Sprint(place))
			}
		}
		before = r
	}
	return nil
}

// meant reports whether a character that is not seen by itself changes what is seen of the one before it, as real writing needs it.
func meant(before, r, after rune) bool {
	switch {
	case r == 0x200c:
		return (joins(before) || selects(before)) && joins(after) || virama(before)
	case r == 0x200d:
		return (joins(before) || selects(before)) && joins(after) || virama(before) || (picture(before) || before == 0xfe0f) && picture(after)
	case r >= 0xe0100 && r <= 0xe01ef, r >= 0xfe00 && r <= 0xfe02: // registered and standardised forms of ideographs, as names have them
		return unicode.Is(unicode.Han, before)
	case r == 0xfe0e || r == 0xfe0f: // drawn as text, as a picture, as a key
		return picture(before) || r == 0xfe0f && after == 0x20e3 && (before >= '0' && before <= '9' || before == '#' || before == '*')
	case selects(r):
		return mongolian(before)
	case r == 0x180e: // parts a vowel at the end of a word from its stem
		return (mongolian(before) || selects(before)) && mongolian(after)
	}
	return false
}

// joins reports whether a letter, or a mark on one, belongs to a script in which joiners carry meaning.
func joins(r rune) bool {
	return r >= 0x64b && r <= 0x65f || r == 0x670 || unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
		unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Tibetan)
}

func mongolian(r rune) bool { return unicode.Is(unicode.Mongolian, r) && unicode.IsLetter(r) }

// selects reports whether a character chooses a form of the Mongolian letter before it.
func selects(r rune) bool { return r >= 0x180b && r <= 0x180d || r == 0x180f }

// virama reports whether a sign takes the vowel from its consonant: a joiner behind it says how the consonant is drawn, at the end of a word, too.
func virama(r rune) bool { return r >= 0x900 && norm.NFC.PropertiesString(string(r)).CCC() == 9 }

// picture reports whether a character is in one of the blocks that emoji are put together from.
func picture(r rune) bool {
	return r >= 0x2190 && r <= 0x21ff || r >= 0x2600 && r <= 0x27bf || r >= 0x2b00 && r <= 0x2bff || r >= 0x1f000 && r <= 0x1faff
}

// blank are characters that Unicode has among the visible ones and that are drawn as nothing, or as a box for what is not there.
var blank = []rune{0x2800, 0xfffc, 0x13441, 0x13442, 0x16fe4, 0x1d159}

// hidden reports whether a character is not seen by itself: it is ignored by default (Default_Ignorable_Code_Point), or of the category Cf and no mark that is drawn about figures, or drawn as nothing.
func hidden(r rune) bool {
	if r < 0xad {
		return false
	}
	return unicode.In(r, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) || slices.Contains(blank, r)
}

// forbidden returns the message key of what is wrong with a character for every record, or "". It grows no more: what was taken stays. What else is hidden does not leave (Visible).
func forbidden(r rune) string {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0:
		return "lang.control"
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f, r == 0x61c:
		return "lang.bidi"
	case r == 0xad, r == 0x34f, r == 0x180e, r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x2029, r >= 0x2060 && r <= 0x206f, r == 0xfeff,
		r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x3164, r == 0xffa0, r >= 0xfe00 && r <= 0xfe0f, r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe0fff:
		return "lang.invisible"
	case unicode.Is(unicode.Co, r):
		return "lang.private_use"
	case r&0xfffe == 0xfffe, r >= 0xfdd0 && r <= 0xfdef:
		return "lang.noncharacter"
	}
	return ""
}
