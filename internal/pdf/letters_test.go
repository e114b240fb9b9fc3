package pdf

import (
	"slices"
	"testing"
)

// What has no spaces is divided where no letter is parted from what it cannot stand without: a vowel from its consonant, a consonant from the one below which it stands. Everything else is divided as ever.
func TestLettersThatStandTogether(t *testing.T) {
	for s, want := range map[string][]string{
		"เจรจากันไว้": {"เจ", "ร", "จา", "กั", "น", "ไว้"},
		"จะทำ":        {"จะ", "ทำ"},
		"ແລະ":         {"ແລະ"},
		"រក្សា":       {"រ", "ក្សា"},
		"သတ္တိ":       {"သ", "တ္တိ"},
		"abc":         {"a", "b", "c"},
		"e\u0301中":    {"e\u0301", "中"},
		"เ":           {"เ"},
	} {
		var got []string
		for rest := s; rest != ""; {
			g := group(rest)
			got, rest = append(got, g), rest[len(g):]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s is divided into %q, want %q", s, got, want)
		}
	}
}
