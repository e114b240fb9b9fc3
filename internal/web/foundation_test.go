package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// One page says what a mechanism is: who the parties are and who speaks for them, languages, documents, rules, changes, witnesses, and how it ends. It is reached from the mechanism's page, in three languages.
func TestAMechanismOnOnePage(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for tag, words := range map[string][]string{
		"en":      {"its seal needs 2 of 3 keys", "head of delegation", "International Department", "equally authentic", "by the seals of all parties", "named by all parties", "By its congress.", "It ends when every party has said"},
		"zh-Hans": {"3 枚密钥中的 2 枚", "同等作准", "如何终止", "本机制终止"},
		"ja":      {"3本の鍵のうち2本", "等しく正文", "設置要綱そのものは改正されません", "ときに終わります"},
	} {
		if r := b.do(http.MethodPost, "/language", url.Values{"to": {tag}, "from": {"/"}}, nil); r.StatusCode != http.StatusSeeOther {
			t.Fatal(r.StatusCode)
		}
		if !strings.Contains(b.get("/m/valley").body, `href="/m/valley/charter"`) {
			t.Errorf("%s: nothing leads to the page", tag)
		}
		page := b.get("/m/valley/charter").body
		for _, w := range append(words, `id="party-cedar"`, `id="party-millstone"`, `id="party-lantern"`, `/m/valley/record/cedar-5`, `/m/valley/texts/name-1`, `/m/valley/keys`) {
			if !strings.Contains(page, w) {
				t.Errorf("%s: the page lacks %s", tag, w)
			}
		}
		if strings.Contains(page, "⟨") {
			t.Errorf("%s: a message is missing", tag)
		}
	}
}
