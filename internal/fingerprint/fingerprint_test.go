package fingerprint

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"entente.example/lang"
)

// The lists are a hundred different words each, and those that are published. A changed word would tell two people that their equal fingerprints differ.
// SPEC fingerprint-words.
func TestWordsAreThosePublished(t *testing.T) {
	b, err := os.ReadFile("../../testdata/words.json")
	if err != nil {
		t.Fatal(err)
	}
	var published map[lang.Tag][]string
	if err := json.Unmarshal(b, &published); err != nil {
		t.Fatal(err)
	}
	if len(published) != len(lists) {
		t.Fatalf("%d lists are published, there are %d", len(published), len(lists))
	}
	for tag, list := range lists {
		seen := map[string]bool{}
		for i, w := range list {
			if seen[w] || w == "" || len(published[tag]) != 100 || published[tag][i] != w {
				t.Errorf("%s: word %d, %q, is there twice or is not the published one", tag, i, w)
			}
			seen[w] = true
		}
	}
}

// Whoever reads digits and whoever reads words compare the same number.
func TestWordsSpellTheDigits(t *testing.T) {
	const digits = "0001 0299 1234 5678 9000 0000 4242 0700"
	for tag, list := range lists {
		words := strings.Fields(strings.ReplaceAll(Words(tag, digits), " ·", ""))
		flat := strings.ReplaceAll(digits, " ", "")
		if len(words) != 16 {
			t.Fatalf("%s: %d words", tag, len(words))
		}
		for i, w := range words {
			if n := int(flat[2*i]-'0')*10 + int(flat[2*i+1]-'0'); list[n] != w {
				t.Errorf("%s: %s stands for %s", tag, w, flat[2*i:2*i+2])
			}
		}
	}
	if Words("fr", digits) != Words("en", digits) {
		t.Error("a language without a list gets another one than the English")
	}
	for _, bad := range []string{"", "12", "12345", "ab12 0000", "12 34"} {
		if got := Words("en", bad); got != "" {
			t.Errorf("%q is no fingerprint and reads %q", bad, got)
		}
	}
}

// The QR code has a border, the three corner marks where scanners look for them, and says the whole id.
func TestQR(t *testing.T) {
	id := strings.Repeat("0123456789abcdef", 4)
	path, size, err := Path(Mechanism(id))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(path, "M4 4h7v1h-7z") || size < 21+2*quiet {
		t.Errorf("the code begins %.20q and has %d modules", path, size)
	}
	term, err := Terminal(Mechanism(id))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(term, "\n"); got != (size+1)/2 {
		t.Errorf("%d lines for %d modules", got, size)
	}
	if a, b := Key("cpc", "log", "1234 5678"), Key("cpc", "seal", "1234 5678"); a == b || a != "entente:key:cpc:log:12345678" {
		t.Errorf("%s, %s", a, b)
	}
	if _, _, err := Path(strings.Repeat("x", 5000)); err == nil {
		t.Error("a text that no code can hold is encoded")
	}
}

// What a page draws is the code, module by module: a code of which a run is a module short is one that a scanner may read or not.
func TestThePathDrawsTheCode(t *testing.T) {
	const of = "entente:key:cedar:node:00010299123456789000000042420700"
	path, size, err := Path(of)
	if err != nil {
		t.Fatal(err)
	}
	var drawn [][2]int
	for piece := range strings.SplitSeq(strings.Trim(path, "Mz"), "zM") {
		var x, y, n, back int
		if _, err := fmt.Sscanf(piece, "%d %dh%dv1h-%d", &x, &y, &n, &back); err != nil || n != back {
			t.Fatalf("%q draws no run of modules: %v", piece, err)
		}
		for i := range n {
			drawn = append(drawn, [2]int{x + i, y})
		}
	}
	if want, of, err := Modules(of); err != nil || of != size || !slices.Equal(drawn, want) {
		t.Errorf("%d modules are drawn of %d, on a square of %d, not %d: %v", len(drawn), len(want), size, of, err)
	}
}
