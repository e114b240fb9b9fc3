package main

import (
	"strings"
	"testing"

	"entente.example/internal/chancery"
	"entente.example/lang"
)

// One reservation is not told as several.
func TestHowATextStandsIsCountedInWords(t *testing.T) {
	var one, two chancery.TextView
	one.Status.OpenReservations, one.Status.ConcordanceOpen = []string{"r1"}, []string{"p1"}
	two.Status.OpenReservations, two.Status.ConcordanceOpen = []string{"r1", "r2"}, []string{"p1", "p2"}
	for _, c := range []struct {
		in   lang.Tag
		view chancery.TextView
		want string
	}{
		{"en", one, " · 1 reservation · 1 paragraph whose languages are not concordant"},
		{"en", two, " · 2 reservations · 2 paragraphs whose languages are not concordant"},
		{"ja", one, " · 1 留保 · 1 言語文の不一致"},
		{"zh-Hans", two, " · 2 保留 · 2 语文文本不一致"},
	} {
		if got := (&globals{lang: string(c.in)}).standing(c.view); !strings.HasSuffix(got, c.want) {
			t.Errorf("%s: %s, want …%s", c.in, got, c.want)
		}
	}
}
