package party

import (
	"strings"
	"testing"

	"entente.example/refusal"
)

// What was lost is read by whoever seals, on a page and on a terminal: nothing in it moves the cursor, turns the writing round or hides.
func TestWordsAboutWhatWasLost(t *testing.T) {
	for words, want := range map[string]string{"": "", "the safe burned,\nand so did the copy: 金庫が焼失": "", "\x1b[2K\rSHA256:ours": "lang.control", "a\u202eb": "lang.bidi", "a\u200bb": "lang.invisible", strings.Repeat("火", maxLost): "", strings.Repeat("火", maxLost+1): "party.lost_too_long"} {
		if got := CheckLost(words); got == nil && want != "" || got != nil && refusal.As(got).Key != want {
			t.Errorf("%.20q: %v, want %q", words, got, want)
		}
	}
}
