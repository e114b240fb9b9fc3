package pdf

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"entente.example/lang"
	"entente.example/proof"
)

// spelled is what a line shows from left to right, a group of letters that cannot be divided after another.
func spelled(l line) (out []string) {
	for _, r := range l {
		if r.glyphs == nil {
			out = append(out, strings.Split(r.text, "")...)
			continue
		}
		out = append(out, r.text)
	}
	return out
}

// hebrew writes Hebrew letters for capitals, and capitals writes capitals for them.
func hebrew(s string) string   { return shifted(s, 'A', 'א') }
func capitals(s string) string { return shifted(s, 'א', 'A') }

// shifted writes for each of 26 letters the one in its place among others.
func shifted(s string, from, to rune) string {
	return strings.Map(func(r rune) rune {
		if r >= from && r < from+26 {
			return r - from + to
		}
		return r
	}, s)
}

// What stands where on a line: the rules of UAX #9, in a paragraph of either direction. Capital letters stand for Hebrew ones, as in the annex itself.
func TestOrderOnALine(t *testing.T) {
	fonts := usual(t)
	for _, x := range []struct {
		tag        lang.Tag
		text, want string
	}{
		{"he", "ABC", "CBA"},
		{"he", "ABC 12 DEF", "FED 12 CBA"},
		{"he", "ABC 1,250.5 DEF", "FED 1,250.5 CBA"},
		{"he", "ABC un charter 5 DEF.", ".FED un charter 5 CBA"},
		{"he", "un ABC", "CBA un"},
		{"he", "A (B) C", "C (B) A"},
		{"he", "A 50% B", "B 50% A"},
		{"en", "the ABC DEF text", "the FED CBA text"},
		{"en", "the ABC 12 DEF text", "the FED 12 CBA text"},
		{"en", "the ABC 12 text", "the 12 CBA text"},
		{"en", "the ABC, and 12", "the CBA, and 12"},
		{"en", "in 12 ABC", "in 12 CBA"},
		{"en", "in ١٢ ABC", "in CBA ١٢"}, // its own digits go with the words behind them
		{"en", "(١٢ ABC) un", "(CBA ١٢) un"},
		{"en", "A, 12 B", "B 12 ,A"},
	} {
		got, err := fonts.lines(x.tag, hebrew(x.text), 100)
		if err != nil || len(got) != 1 {
			t.Fatalf("%q: %v, %v", x.text, got, err)
		}
		shown := capitals(strings.Join(spelled(got[0]), ""))
		if x.text == "A (B) C" { // a bracket is spelled as it was written and drawn the other way round
			shown = strings.NewReplacer("(", ")", ")", "(").Replace(shown)
		}
		if shown != x.want {
			t.Errorf("%s %q is shown as %q, not %q", x.tag, x.text, shown, x.want)
		}
	}
}

// Below a page, whose copy it is stays between the symbol and the digest, whatever it is written in.
func TestWordsBesideOneAnotherKeepTheirPlaces(t *testing.T) {
	fonts := usual(t)
	for _, tag := range []lang.Tag{"en", "zh-Hans", "ja"} {
		for _, x := range [][2]string{{"js/9|copy of ABC|12de", "js/9 · copy of CBA · 12de"}, {"A/9|B 1|12de", "9/A · 1 B · 12de"}, {"|copy of ABC|12de", "copy of CBA · 12de"}} {
			got, err := fonts.lines(tag, beside(strings.Split(hebrew(x[0]), "|")...), 100)
			if err != nil || len(got) != 1 {
				t.Fatalf("%s %q: %v, %v", tag, x[0], got, err)
			}
			if shown := capitals(strings.ReplaceAll(strings.Join(spelled(got[0]), ""), "\u200e", "")); shown != x[1] {
				t.Errorf("%s %q is shown as %q, not %q", tag, x[0], shown, x[1])
			}
		}
	}
}

// Arabic letters join: the same one has another form at the beginning, in the middle, at the end and by itself, and lam with alef is one.
func TestArabicLettersJoin(t *testing.T) {
	fonts := usual(t)
	got, err := fonts.lines("ar", "ههه ه", 100)
	if err != nil || len(got) != 1 || len(got[0]) != 5 {
		t.Fatalf("%v, %v", got, err)
	}
	var forms []rune
	for _, r := range got[0] {
		if r.text == "ه" {
			forms = append(forms, r.glyphs[0].code)
		}
	}
	slices.Sort(forms)
	if len(slices.Compact(forms)) != 4 {
		t.Errorf("forms of ه: %v", forms)
	}
	got, err = fonts.lines("ar", "السلام", 100)
	if err != nil || !slices.Contains(spelled(got[0]), "لا") {
		t.Errorf("lam and alef: %q, %v", spelled(got[0]), err)
	}
}

// A mark stands over its letter and takes no room of its own; a letter beyond two bytes is found.
func TestMarksAndRareSigns(t *testing.T) {
	fonts := usual(t)
	got, err := fonts.lines("en", "q\u030c", 100)
	if err != nil || len(got) != 1 || len(got[0]) != 1 || len(got[0][0].glyphs) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	if mark := got[0][0].glyphs[1]; mark.em != 0 || mark.dx >= 0 {
		t.Errorf("the mark stands at %+v", mark)
	}
	got, err = fonts.lines("en", "ℝ and 𝔸", 100)
	if err != nil || len(got) != 1 || !slices.Contains(spelled(got[0]), "𝔸") {
		t.Errorf("a letter of the second plane: %v, %v", got, err)
	}
}

// No letter is lost where lines of several scripts are broken, and no line is too wide.
func TestShapedLines(t *testing.T) {
	fonts := usual(t)
	signs := []rune("السلامعليكمשלוםabc 12,5% (–). ُّ́ď𝔸")
	chance := rand.New(rand.NewPCG(3, 4))
	sorted := func(s string) string {
		letters := []rune(strings.ReplaceAll(s, " ", ""))
		slices.Sort(letters)
		return string(letters)
	}
	for range 300 {
		letters := make([]rune, 1+chance.IntN(80))
		for i := range letters {
			letters[i] = signs[chance.IntN(len(signs))]
		}
		s, em := "x"+strings.TrimRight(string(letters), " "), 4+chance.Float64()*30
		got, err := fonts.lines([]lang.Tag{"ar", "he", "en"}[chance.IntN(3)], s, em)
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, l := range got {
			all.WriteString(strings.Join(spelled(l), ""))
			if l.em() > em {
				t.Errorf("%q in lines of %.2f: one is %.2f wide", s, em, l.em())
			}
		}
		if sorted(all.String()) != sorted(s) {
			t.Errorf("%q became %q", s, all.String())
		}
	}
}

// A text in Arabic on paper: what another program takes out of it are the sealed words, and it begins on the right.
func TestArabicOnPaper(t *testing.T) {
	s := sample()
	s.Content.Languages = append(s.Content.Languages, s.Content.Languages[2])
	s.Content.Languages[3].Tag = "ar"
	words := []string{"الطرفان", "يحافظان", "على", "الحوار", "الوثيق", "مهما", "كانت", "الظروف"}
	s.Content.Title["ar"] = "بيان مشترك"
	for i := range s.Content.Paragraphs {
		s.Content.Paragraphs[i].Text["ar"] = strings.Join(words, " ") + " (1972)، و 12 JS/9."
	}
	for i := range s.Content.Sides {
		s.Content.Sides[i].Label["ar"] = "جانب"
	}
	for i := range s.Content.Parties {
		s.Content.Parties[i].Names["ar"] = "حزب"
	}
	s.Content.Names = append(s.Content.Names, s.Content.Names[2])
	s.Content.Names[3].Lang, s.Content.Names[3].Full = "ar", "آلية"
	s.Content.Statements = []proof.Declaration{{Party: "birch", Paragraph: "3", Kind: "interpretative", Text: lang.Text{"ar": "على"}}}
	s.Content.Annexes[0].Title["ar"], s.Content.Annexes[0].Items[0]["ar"] = "زيارات", "ربيع"
	b, err := Signing(s, "east", usual(t))
	if err != nil {
		t.Fatal(err)
	}
	read := strings.NewReplacer("\u202a", "", "\u202b", "", "\u202c", "").Replace(poppler(t, b, "pdftotext", "FILE", "-"))
	for _, w := range append(words, "مشترك", "(1972)") {
		if !strings.Contains(read, w) {
			t.Errorf("without %q", w)
		}
	}
	if !strings.Contains(dense(read, ""), dense("Interpretative statement of حزب on paragraph 3:", "")) { // our own words, in another language, go their own way
		t.Error("what stands above the statement is out of order")
	}
}
