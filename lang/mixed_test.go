package lang

import (
	"slices"
	"strings"
	"testing"
)

// Attack 9: a name that only looks like another one is noticed, and what people really write is not.
func TestAttack9WordsOfSeveralScripts(t *testing.T) {
	for s, want := range map[string][]string{
		"C\u0435d\u0430r Party":            {"C\u0435d\u0430r"}, // Cyrillic е and а
		"\u0421edar, L\u03bfwland and new": {"\u0421edar", "L\u03bfwland"},
		"\u0420\u0430rt\u0443":             {"\u0420\u0430rt\u0443"},
		"中\u0430党":                         {"中\u0430党"},
		"Cedar Party":                      nil,
		"日中GDP比較、Ｔシャツ":                     nil,
		"한국KBS 방송":                         nil,
		"Партия Cedar":                     nil, // two words, each whole
		"e\u0301te\u0301 A1 第9回 naïve":     nil,
		"":                                 nil,
	} {
		if got := Mixed(s); !slices.Equal(got, want) {
			t.Errorf("%q: %q, not %q", s, got, want)
		}
	}
}

// Attack 9: whatever cannot be seen in what is to be sealed is listed with its place.
func TestAttack9CharactersThatCannotBeSeen(t *testing.T) {
	got := Unseen("a\u202eb\u2066 c\n\u200bd\u00a0e\u3000f\n葛\U000e0100क\u094d\u200dष\ufeff")
	want := []string{"U+202E 1:2", "U+2066 1:4", "U+200B 2:1", "U+00A0 2:3", "U+E0100 3:2", "U+200D 3:5", "U+FEFF 3:7"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
	if got := Unseen("Plain words,\n全角　空白。"); got != nil {
		t.Errorf("%q", got)
	}
}

// A text in which a character that cannot be seen stands ten thousand times names few of its places and how many there are; one that stands once among them is named all the same.
func TestUnseenIsBounded(t *testing.T) {
	got := Unseen(strings.Repeat("a\u00a0\n", 5000) + "b\u200b" + strings.Repeat("\u00a0", 5000))
	want := []string{"U+00A0 1:2 2:2 3:2 4:2 5:2 6:2 7:2 8:2 … ×10000", "U+200B 5001:2"}
	if !slices.Equal(got, want) {
		t.Errorf("%.300q", got)
	}
	if got := Unseen(strings.Repeat("\u00a0", unseenPlaces)); len(got) != 1 || strings.Contains(got[0], "×") {
		t.Errorf("%q", got)
	}
}
