package index

import (
	"strconv"
	"strings"

	"entente.example/internal/search"
)

// wide is how many digits of base 36 spell a character. Every character has the same width, so that a token begins with its first one.
const wide = 4

func spell(b *strings.Builder, r rune) {
	s := strconv.FormatInt(int64(r), 36)
	b.WriteString("0000"[:wide-len(s)])
	b.WriteString(s)
}

// head begins every token of a part.
func head(part int64) string { return strconv.FormatInt(part, 36) + "x" }

// tokens are the neighbouring pairs of characters of some texts, in order, and each of their characters once. A gap of a token that nobody can look for lies between two texts.
func tokens(part int64, texts [][]rune) (pairs, singles string) {
	var p, s strings.Builder
	h := head(part)
	seen := map[rune]bool{}
	for _, t := range texts {
		for i, r := range t {
			if i > 0 {
				pair(&p, h, t[i-1], r)
			}
			if !seen[r] {
				seen[r] = true
				s.WriteString(h)
				spell(&s, r)
				s.WriteByte(' ')
			}
		}
		p.WriteString("gap ")
	}
	return p.String(), s.String()
}

func pair(b *strings.Builder, h string, first, second rune) {
	b.WriteString(h)
	spell(b, first)
	spell(b, second)
	b.WriteByte(' ')
}

// phrase is the query for texts that hold all of these characters, one after the other.
func phrase(part int64, runes []rune) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 1; i < len(runes); i++ {
		pair(&b, head(part), runes[i-1], runes[i])
	}
	return strings.TrimSpace(b.String()) + `"`
}

// single is the query for texts that hold a character.
func single(part int64, r rune) string {
	var b strings.Builder
	b.WriteString(`"` + head(part))
	spell(&b, r)
	return b.String() + `"`
}

// match says which tables answer a query, and with what. Each condition must hold.
func match(part int64, q search.Query, loose bool) (conditions []condition) {
	needles := [][]rune{q.Phrase}
	if loose {
		needles = q.Words
	}
	var together []string
	for _, n := range needles {
		if len(n) == 1 {
			conditions = append(conditions, condition{"singles", single(part, n[0])})
		} else {
			together = append(together, phrase(part, n))
		}
	}
	if len(together) > 0 {
		conditions = append(conditions, condition{"pairs", strings.Join(together, " AND ")})
	}
	return conditions
}

type condition struct{ table, match string }

// printed are the prints of a passage as tokens.
func printed(part int64, prints []uint32) string {
	var b strings.Builder
	for _, p := range prints {
		b.WriteString(head(part))
		b.WriteString(strconv.FormatUint(uint64(p), 36))
		b.WriteByte(' ')
	}
	return b.String()
}
