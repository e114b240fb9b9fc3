package demo

import (
	"bytes"
	"strings"
	"testing"

	"entente.example/internal/locale"
	"entente.example/internal/worked"
	"entente.example/refusal"
)

// What "entente demo" plays, it plays to the end: every step of it asks the nodes, and the press rooms, what they show.
func TestTheDemoIsPlayedToTheEnd(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := Run(t.Context(), Options{Profile: worked.Fictional, Exit: true, Out: &out, Language: "en"}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	said, _, _ := strings.Cut(locale.Message("en", "demo.press_same", refusal.Params{"n": "3"}), "{")
	if !strings.Contains(out.String(), said) {
		t.Errorf("it does not say %q: %s", said, out.String())
	}
}
