package text

import "testing"

// A word on the symbol is kept in one form, however it was typed; the symbol as it was tabled is kept to the byte, since a party that says nothing has it so.
func TestAWordOnTheSymbolIsKeptInOneForm(t *testing.T) {
	for _, k := range []struct{ tabled, typed, kept string }{
		{"V/9/JS", " ＧＲＯＶＥ/1/JS　", "GROVE/1/JS"}, {"V/9/JS ", "V/9/JS", "V/9/JS "}, {"Ｖ/9/JS", "Ｖ/9/JS", "Ｖ/9/JS"}, {"Ｖ/9/JS", "V/9/JS", "V/9/JS"}, {"V\u202e/9", "V\u202e/9", "V\u202e/9"},
		{"V/9/JS", "V 9", "V 9"}, {"V/9/JS", " ", ""}, {" ", "", " "},
	} {
		s := &State{Tabled: &Tabled{Symbol: k.tabled}}
		if got := s.Designated(Designate{k.typed, "n"}); got != (Designate{k.kept, "n"}) {
			t.Errorf("tabled as %q, %q is kept as %q", k.tabled, k.typed, got)
		}
	}
}
