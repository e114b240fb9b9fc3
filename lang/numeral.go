package lang

// MaxRoman is the greatest number that Roman spells and OfRoman reads.
const MaxRoman = 399

var romans = []struct {
	n    int
	sign string
}{{100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}}

// Roman is a number from 1 on in Roman numerals, as annexes are counted.
func Roman(n int) string {
	out := ""
	for _, r := range romans {
		for n >= r.n {
			out, n = out+r.sign, n-r.n
		}
	}
	return out
}

// OfRoman is the number that a Roman numeral in its usual spelling says; 0 if it is none.
func OfRoman(s string) int {
	n, rest := 0, s
	for _, r := range romans {
		for len(rest) >= len(r.sign) && rest[:len(r.sign)] == r.sign {
			n, rest = n+r.n, rest[len(r.sign):]
		}
	}
	if rest != "" || n > MaxRoman || Roman(n) != s {
		return 0
	}
	return n
}
