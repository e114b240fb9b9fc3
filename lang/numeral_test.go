package lang

import "testing"

// What Roman spells is read back, and nothing else is: "IIII" and "VX" are no numerals.
func TestRomanNumeralsHaveOneSpelling(t *testing.T) {
	for n := 1; n <= MaxRoman; n++ {
		if got := OfRoman(Roman(n)); got != n {
			t.Fatalf("%d is %s is %d", n, Roman(n), got)
		}
	}
	for n, want := range map[int]string{1: "I", 4: "IV", 9: "IX", 14: "XIV", 49: "XLIX", 99: "XCIX"} {
		if Roman(n) != want {
			t.Errorf("%d is %s, not %s", n, Roman(n), want)
		}
	}
	for _, s := range []string{"", "IIII", "VX", "IC", "i", "1", "I.1", "Ⅰ", "CCCC"} {
		if OfRoman(s) != 0 {
			t.Errorf("%q is %d", s, OfRoman(s))
		}
	}
}
