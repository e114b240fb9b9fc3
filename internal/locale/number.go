package locale

import (
	"strconv"
	"strings"

	"entente.example/lang"
	"entente.example/refusal"
)

// count makes the parameter n of a message about a number of things.
func count(n int) refusal.Params { return refusal.Params{"n": strconv.Itoa(n)} }

// Number writes an integer with groups of three, as all three languages do: "12,345".
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// List joins names or labels: "A, B and C", "A、B和C", "A、B及びC".
func List(tag lang.Tag, items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	and := " and "
	switch tag {
	case lang.Chinese:
		and = "和"
	case lang.Japanese:
		and = "及び"
	}
	last := len(items) - 1
	return strings.Join(items[:last], Comma(tag)) + and + items[last]
}

// Comma stands between words of an enumeration that has no end of its own.
func Comma(tag lang.Tag) string {
	if tag == lang.Chinese || tag == lang.Japanese {
		return "、"
	}
	return ", "
}
