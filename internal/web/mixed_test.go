package web

import (
	"strings"
	"testing"

	"entente.example/internal/charter"
	"entente.example/lang"
)

// Attack 9: a name or a word that mixes scripts is flagged wherever it stands: a Cyrillic а makes another party of it. Words as people write them are not. What cannot be seen is listed where one seals.
func TestAttack9NamesAndWordsOfSeveralScripts(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	const flag = "Letters of several scripts in one word"
	for _, path := range []string{"/m/valley/texts/js-9", "/m/valley/texts/js-9/sealing"} {
		if strings.Contains(b.get(path).body, flag) {
			t.Errorf("%s flags what is as it should be", path)
		}
	}
	x := src.g.text()
	p, _ := x.Paragraph("3")
	p.Main.Versions = versions(lang.Text{"en": "Decide to m\u0435et", "ja": "会合を開く。"})
	src.table = &x
	if page := b.get("/m/valley/texts/js-9").body; strings.Count(page, flag) != 1 || !strings.Contains(page, "m\u0435et. It may be") {
		t.Errorf("a word of two scripts is flagged %d times", strings.Count(page, flag))
	}
	pr := printer{tag: "en"}
	name := []charter.Name{{Lang: "en", Full: "C\u0435dar Party", Short: "C\u0435dar"}}
	if got := string(pr.full(name)); !strings.Contains(got, flag) {
		t.Errorf("the name: %s", got)
	}
	party := src.g.party("cedar")
	party.Names = name
	if got := string(pr.short(party)); !strings.Contains(got, flag) {
		t.Errorf("the short name: %s", got)
	}
	if got := string(pr.hidden("One\u00a0word\nand P\u0430per\u200b")); !strings.Contains(got, "U+00A0 1:4, U+200B 2:10") || !strings.Contains(got, flag) {
		t.Errorf("before sealing: %s", got)
	}
	if got := pr.hidden("Plain words."); got != "" {
		t.Errorf("plain words: %s", got)
	}
}
