package pdf

import (
	"slices"
	"strings"
	"testing"

	"entente.example/lang"
	"entente.example/proof"
)

// Nobody signs a page without words of the text: wherever a page ends, the last lines of the text stand on one page with the first place to sign, and with all of them while a page can hold them.
func TestNobodySignsAPageWithoutWords(t *testing.T) {
	fonts := usual(t)
	marks := map[lang.Tag]string{"zh-Hans": "末行", "ja": "最終行", "en": "last line"}
	broken := 0
	for n := range 24 {
		s := sample()
		s.Content.Annexes, s.Content.Paragraphs = nil, s.Content.Paragraphs[:n/4+8]
		last := &s.Content.Paragraphs[len(s.Content.Paragraphs)-1]
		last.Text = lang.Text{}
		for tag, mark := range marks { // each mark ends the paragraph, in one line or in many
			last.Text[tag] = strings.Repeat(mark+"\n", n%8) + mark
		}
		b, err := Signing(s, "east", fonts)
		if err != nil {
			t.Fatal(err)
		}
		pages := strings.Split(poppler(t, b, "pdftotext", "-layout", "FILE", "-"), "\f")
		for _, party := range s.Content.Parties {
			for tag, mark := range marks {
				i := slices.IndexFunc(pages, func(p string) bool { return strings.Contains(dense(p, ""), dense(party.Names[tag], "")) })
				if i < 0 {
					t.Fatalf("%s does not sign in %s", party.ID, tag)
				}
				if !strings.Contains(dense(pages[i], ""), dense(mark, "")) {
					t.Errorf("%d: %s signs in %s on a page without words of the text:\n%s", n, party.ID, tag, pages[i])
				}
				if head := dense(pages[i], ""); !strings.Contains(head, dense(s.Content.Title[tag], "")) {
					broken++
				}
			}
		}
	}
	if broken == 0 {
		t.Error("no text was long enough to end a page")
	}
}

// A statement stands on paper with the name of who made it and what it is about, in the language of the sheet.
func TestStatementsAreNamedOnPaper(t *testing.T) {
	s := sample()
	s.Content.Statements = []proof.Declaration{{Party: "birch", Paragraph: "3", Kind: "interpretative", Text: lang.Text{"en": "Birch reads this widely.", "ja": "白樺党は広く解する。\n第二行。"}}, {Party: "cedar", Kind: "interpretative", Text: lang.Text{"en": "Nothing here prejudges."}}}
	b, err := Signing(s, "west", usual(t))
	if err != nil {
		t.Fatal(err)
	}
	got := dense(poppler(t, b, "pdftotext", "-layout", "FILE", "-"), "")
	for _, want := range []string{"Interpretative statement of Birch Party on paragraph 3: Birch reads this widely.", "Interpretative statement of Cedar Party on the whole text: Nothing here prejudges.",
		"第3段落についての白樺党の解釈宣言：白樺党は広く解する。第二行。", "白桦党关于第3段的解释性声明：", "雪松党关于全文的解释性声明：Nothing here prejudges."} {
		if !strings.Contains(got, dense(want, "")) {
			t.Errorf("missing: %s", want)
		}
	}
}
