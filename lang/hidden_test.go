package lang

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"entente.example/refusal"
)

// unseen is the list of docs/protocol.md 2.1, written out: what is not seen by itself. Those of taken stay where records have them.
var unseen = [][2]rune{{0xad, 0xad}, {0x34f, 0x34f}, {0x61c, 0x61c}, {0x115f, 0x1160}, {0x17b4, 0x17b5}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x202a, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164}, {0xfe00, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0},
	{0xfff9, 0xfffb}, {0xe0000, 0xe0fff}}
var taken = [][2]rune{{0x180b, 0x180d}, {0x180f, 0x180f}, {0x2800, 0x2800}, {0xfff0, 0xfff8}, {0xfffc, 0xfffc}, {0x13430, 0x1343f}, {0x13441, 0x13442}, {0x16fe4, 0x16fe4}, {0x1bca0, 0x1bca3}, {0x1d159, 0x1d159}, {0x1d173, 0x1d17a}}

func within(ranges [][2]rune, r rune) bool {
	return slices.ContainsFunc(ranges, func(of [2]rune) bool { return r >= of[0] && r <= of[1] })
}

// Every character there is, between two letters that give it no meaning: what is not seen does not leave, what was never taken is not taken, and everything else passes. A new version of Unicode changes what is void, so that it takes a decision.
// SPEC wording-characters, wording-leaves.
func TestEveryCharacter(t *testing.T) {
	if unicode.Version != "15.0.0" {
		t.Fatalf("the tables are of Unicode %s: look at what that changes, and say it in docs/protocol.md 2.1", unicode.Version)
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		s := "a" + string(r) + "b"
		if r >= 0xd800 && r <= 0xdfff || !norm.NFC.IsNormalString(s) {
			continue
		}
		refused := unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Co) && r != '\n' || r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef || within(unseen, r)
		if err := CheckText(s); (err != nil) != refused {
			t.Errorf("U+%04X in a record: %v", r, err)
		}
		if err := Visible(s); (err != nil) != (within(unseen, r) || within(taken, r)) {
			t.Errorf("U+%04X on its way out: %v", r, err)
		}
		if r&0xffff >= 0x4000 && !within(unseen, r) {
			continue // what is written here is under both rules: enough of it
		}
		if err := CheckNew(s); (err != nil) != (refused || within(taken, r)) {
			t.Errorf("U+%04X written here: %v", r, err)
		}
	}
	// The list is that of Unicode's properties.
	for r := rune(0); r <= unicode.MaxRune; r++ {
		ignorable := unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point, unicode.Cf) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
		drawn := slices.Contains([]rune{0x2800, 0xfffc, 0x13441, 0x13442, 0x16fe4, 0x1d159}, r)
		if (ignorable || drawn) != (within(unseen, r) || within(taken, r)) {
			t.Errorf("U+%04X: ignored %v, drawn as nothing %v", r, ignorable, drawn)
		}
	}
}

// What real writing needs stays: it changes what is seen of the letter before it. SPEC wording-meant.
func TestWhatRealWritingNeeds(t *testing.T) {
	for what, s := range map[string]string{
		"Persian": "می\u200cخواهم", "Persian with a vowel sign": "مَ\u200cخ", "Urdu, figures with their sign": "\u0600۱۲", "the end of an ayah": "\u06dd۱۲",
		"Hindi": "क्\u200dष", "Hindi, parted": "क्\u200cष", "Bengali at the end of a word": "হঠাত্\u200d ", "Malayalam at the end of a line": "അവന്\u200d", "Sinhala": "ක්\u200dෂ",
		"an ideograph's registered form": "葛\U000E0100飾", "an ideograph's standardised form": "神\ufe00田", "Mongolian form": "ᠠ\u180bᠨ", "a form, then a vowel apart": "ᠨ\u180b\u180eᠠ", "Mongolian vowel apart": "ᠪᠣᠯᠪᠠ\u180eᠠ",
		"a heart": "❤\ufe0f", "a family": "👨\u200d👩\u200d👧", "a flag of several": "🏳\ufe0f\u200d🌈", "a key": "1\ufe0f\u20e3", "French spaces": "«\u00a0oui\u202f!\u00a0»",
	} {
		if err := CheckNew(s); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, s := range map[string]string{
		"a joiner in Latin": "a\u200db", "a joiner twice": "می\u200c\u200cخ", "a joiner at the beginning": "\u200cمی", "a joiner behind a picture only": "❤\u200da", "a form of no ideograph": "か\ufe00", "an ideograph's form twice": "葛\U000E0100\U000E0101",
		"a form no ideograph has": "神\ufe03", "a picture of a letter": "a\ufe0f", "a figure that is no key": "1\ufe0f", "a Mongolian form of a Latin letter": "a\u180b", "two of a Mongolian letter": "ᠠ\u180b\u180c", "a vowel apart from nothing": "ᠠ\u180e",
		"a tag behind a flag": "🏴\U000E0067", "a soft hyphen": "Ver\u00adtrag", "a filler": "한\u3164국", "a blank of Braille": "⠓\u2800⠓",
	} {
		if err := CheckNew(s); refusal.As(err) == nil || refusal.As(err).Key != "lang.invisible" {
			t.Errorf("%s passes: %v", what, err)
		}
	}
}

// Whatever passes is listed where one seals, if it cannot be seen.
func TestUnseenListsWhatIsHidden(t *testing.T) {
	for _, ranges := range [][][2]rune{unseen, taken} {
		for _, of := range ranges {
			for r := of[0]; r <= of[1]; r++ {
				if got := Unseen("a" + string(r)); len(got) != 1 || !strings.HasPrefix(got[0], fmt.Sprintf("U+%04X 1:2", r)) {
					t.Errorf("U+%04X is listed as %q", r, got)
				}
			}
		}
	}
}
