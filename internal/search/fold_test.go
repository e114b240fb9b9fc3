package search

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"entente.example/refusal"
)

func marked(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		if s.Found {
			b.WriteString("[" + s.Text + "]")
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}

func TestMark(t *testing.T) {
	for _, c := range []struct{ text, words, want string }{
		{"增进互信", "互信", "增进[互信]"},
		{"水の水", "水", "[水]の[水]"},
		{"ALPS treated", "ａｌｐｓ", "[ALPS] treated"},
		{"ｻﾝﾌﾟﾙ", "サンプル", "[ｻﾝﾌﾟﾙ]"}, // half-width, with its mark as a character of its own
		{"ﬁshery", "i", "[ﬁ]shery"},  // a ligature is one character to mark
		{"mutual\n  trust ", "Mutual Trust", "[mutual\n  trust] "},
		{"aaa", "aa", "[aaa]"},
		{"trust", "mistrust", "trust"},
		{"éa", "é", "[é]a"},
		{"e\u0301a", "é", "[e\u0301]a"},
		{"Les réunions à venir", "reunions a", "Les [réunions à] venir"},
		{"reunions", "réunions", "[reunions]"},
		{"re\u0301union", "reunion", "[re\u0301union]"},
		{"le cœur de l’accord", "coeur de l'accord", "le [cœur de l’accord]"},
		{"cœur", "o", "c[œ]ur"}, // one character, marked whole
		{"Straße", "strasse", "[Straße]"},
		{"Ḗλλάς", "Ελλας", "Ḗλλάς"}, // a Latin letter is no Greek one
		{"Ἑλλάς", "ελλας", "[Ἑλλάς]"},
		{"Ещё не", "еще", "[Ещё] не"},
		{"мир", "мйр", "мир"},
		{"عُلاقات", "علاقات", "[عُلاقات]"},
		{"أمن", "امن", "[أمن]"},
		{"かき", "がき", "かき"},
		{"か\u3099き", "がき", "[か\u3099き]"},
		{"한국", "하", "한국"},
	} {
		q, err := Parse(c.words)
		if err != nil {
			t.Fatal(err)
		}
		if got := marked(Mark(c.text, q, false)); got != c.want {
			t.Errorf("%q in %q: %q, want %q", c.words, c.text, got, c.want)
		}
	}
	q, _ := Parse("trust mutual")
	if got := marked(Mark("mutual benefit and trust", q, true)); got != "[mutual] benefit and [trust]" {
		t.Error(got)
	}
}

func TestParse(t *testing.T) {
	for _, s := range []string{"", "  ", "\u3000\n"} {
		if _, err := Parse(s); refusal.As(err) == nil || refusal.As(err).Key != "search.nothing" {
			t.Errorf("%q: %v", s, err)
		}
	}
	if _, err := Parse(strings.Repeat("水", MaxWords+1)); refusal.As(err) == nil || refusal.As(err).Key != "search.too_long" {
		t.Errorf("too long: %v", err)
	}
	q, err := Parse(" 相互　信頼 ")
	if err != nil || string(q.Phrase) != "相互 信頼" || len(q.Words) != 2 || string(q.Words[1]) != "信頼" {
		t.Errorf("%q %v", q.Words, err)
	}
}

func TestOrdinals(t *testing.T) {
	for n, want := range map[int]string{1: "First meeting", 11: "Eleventh meeting", 20: "Twentieth meeting", 42: "Forty-second meeting", 99: "Ninety-ninth meeting", 111: "111th meeting", 121: "121st meeting"} {
		if got := ordinal("en", n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
	for n, want := range map[int]string{1: "一", 10: "十", 11: "十一", 20: "二十", 35: "三十五", 100: "100"} {
		if got := han(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

// Whatever text and words there are: the spans put together are the text, and something is marked exactly if the words are in the text as spelt for comparison.
func FuzzMark(f *testing.F) {
	f.Add("増進 相互信頼", "相互")
	f.Add("ﬁ ﬃ Å é", "f")
	f.Add("ｶﾞｷﾞ", "ガギ")
	f.Add("a\u0300\u0301b", "à")
	f.Add("œuvre réglée ё й عُ", "oeuvre")
	f.Add("\xff\xfe", "\xff")
	f.Fuzz(func(t *testing.T, text, words string) {
		q, err := Parse(words)
		if err != nil {
			return
		}
		spans := Mark(text, q, false)
		whole, any := "", false
		for _, s := range spans {
			whole, any = whole+s.Text, any || s.Found
			if utf8.ValidString(text) && !utf8.ValidString(s.Text) {
				t.Fatalf("%q cuts a character of %q", s.Text, text)
			}
		}
		if whole != text {
			t.Fatalf("%q comes out as %q", text, whole)
		}
		if want := strings.Contains(string(Fold(text)), string(q.Phrase)); any != want {
			t.Fatalf("%q in %q: marked %v, contained %v", words, text, any, want)
		}
	})
}

func TestBareCharactersHaveNothingToLose(t *testing.T) {
	n := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !bare(r) {
			continue
		}
		n++
		if plain(r) != string(r) || unicode.IsSpace(r) || unicode.Is(unicode.Mn, r) {
			t.Errorf("%U is not spelt as it stands", r)
		}
	}
	if n < 20_000 {
		t.Errorf("%d characters are bare", n)
	}
}
