package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// What others wrote cannot steer the terminal on which it is shown, whatever it is: it is told, and stands there as a number. Words in any language, lines and columns are as they were.
func TestNothingShownSteersTheTerminal(t *testing.T) {
	var out, told strings.Builder
	g := &globals{io: streams{out: &out, err: plain{&told}}, lang: "en"}
	const words = "a\tb\nالعربية 日本語 e\u0301\n"
	if err := g.print(nil, func(w io.Writer) { io.WriteString(w, words+"\x1b]0;owned\x07\u202edne\u009b2J\r") }); err != nil {
		t.Fatal(err)
	}
	if want := words + `<U+001B>]0;owned<U+0007><U+202E>dne<U+009B>2J<U+000D>`; out.String() != want {
		t.Errorf("%q", out.String())
	}
	if g.screen() != &told {
		t.Error("a picture of progress cannot be drawn over")
	}
	evil := filepath.Join(t.TempDir(), "evil\x1b[31m.md")
	code, _, e := says(t, "--lang", "en", "--dir", t.TempDir(), "text", "table", evil, "--id", "x")
	if code == 0 || strings.Contains(e, "\x1b") || !strings.Contains(e, `evil<U+001B>[31m.md`) {
		t.Errorf("%d: %q", code, e)
	}
}
