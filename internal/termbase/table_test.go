package termbase

import (
	"testing"

	"entente.example/lang"
)

// A spreadsheet shows every language of a word, and never one party's word as the common one.
func TestGlossaryAsATable(t *testing.T) {
	list := append(concepts(), Concept{Matter: "term/sum", Term: lang.Text{"en": "=1+1"}})
	const want = "\ufeff" +
		"id,title,en,ja,zh-Hans,status,definition (en),definition (fr),\"own (birch, ja)\",\"own (cedar, en)\",\"own (cedar, ja)\",\"note (cedar, en)\"\r\n" +
		"term/trust,,mutual trust,相互信頼,互信,agreed,reliance on <each other's> word,confiance,,,,\r\n" +
		"term/law,,law,法,,proposed,,,,rule,,as in its <constitution>\r\n" +
		"topic/weir,Works at the mouth,,,,,,,河口整備,,締切工事,\r\n" +
		"term/sum,,'=1+1,,,proposed,,,,,,\r\n"
	for range 20 { // words in several languages have no order of their own
		if got := string(Table("glossary", "en", list).CSV("en")); got != want {
			t.Fatalf("got\n%s\nwant\n%s", got, want)
		}
	}
}
