package locale

import (
	"strings"

	"entente.example/lang"
	"entente.example/refusal"
)

// Annex is what an annex is called, from its Roman numeral: "Annex II", "附件二", "附属書二".
func Annex(tag lang.Tag, numeral string) string {
	return Message(tag, "annex.heading", refusal.Params{"n": counted(tag, numeral)})
}

// AnnexParagraph is what a paragraph of an annex is called: "Annex II, paragraph 3".
func AnnexParagraph(tag lang.Tag, numeral, label string) string {
	return Message(tag, "annex.paragraph", refusal.Params{"n": counted(tag, numeral), "label": label})
}

// counted is a Roman numeral as a language counts annexes.
func counted(tag lang.Tag, numeral string) string {
	n := lang.OfRoman(numeral)
	if n == 0 || n > 99 || tag != lang.Chinese && tag != lang.Japanese {
		return numeral
	}
	const digits = "一二三四五六七八九"
	digit := func(d int) string { return string([]rune(digits)[d-1 : d]) }
	var out strings.Builder
	if n >= 20 {
		out.WriteString(digit(n / 10))
	}
	if n >= 10 {
		out.WriteString("十")
	}
	if n%10 > 0 {
		out.WriteString(digit(n % 10))
	}
	return out.String()
}
