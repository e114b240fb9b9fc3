package lang

import (
	"fmt"
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

// CheckText refuses wording with characters that a reader cannot see or that change what is seen: control and bidirectional characters, zero-width ones, tags,
// variation selectors outside registered use, private use and noncharacters; and wording that is not in NFC. The refusal names the character and its place.
func CheckText(s string) error { return check(s, true) }

// CheckLine is CheckText for wording of one line.
func CheckLine(s string) error { return check(s, false) }

func check(s string, lines bool) error {
	if !utf8.ValidString(s) {
		return refusal.New(refusal.Invalid, "lang.not_utf8")
	}
	place := 0
	var before rune
	for i, r := range s {
		place++
		if r < 0x7f && r >= 0x20 {
			before = r
			continue
		}
		why := ""
		switch {
		case r == '\n' && lines:
		case r == 0x200c || r == 0x200d:
			after, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			if !joins(before) || !joins(after) {
				why = "lang.invisible"
			}
		case r >= 0xe0100 && r <= 0xe01ef:
			if !unicode.Is(unicode.Han, before) {
				why = "lang.invisible"
			}
		default:
			why = forbidden(r)
		}
		if why != "" {
			return refusal.New(refusal.Invalid, why, "character", fmt.Sprintf("U+%04X", r), "place", fmt.Sprint(place))
		}
		before = r
	}
	if !norm.NFC.IsNormalString(s) {
		return refusal.New(refusal.Invalid, "lang.not_nfc")
	}
	return nil
}

// joins reports whether a letter belongs to a script in which joiners carry meaning.
func joins(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati,
		unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Tibetan)
}

// forbidden returns the message key of what is wrong with a character, or "".
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
