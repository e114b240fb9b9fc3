package web

import (
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// bringsTo gives a paragraph of a table versions by some acts, each by language.
func bringsTo(p *view.Paragraph, acts map[lang.Tag]string) {
	p.Main.Versions = nil
	for tag, act := range acts {
		p.Main.Versions = append(p.Main.Versions, view.Version{Lang: tag, Parts: []view.Part{{Text: "Words in " + string(tag) + "."}}, Acts: []string{act}})
	}
	slices.SortFunc(p.Main.Versions, func(a, b view.Version) int { return strings.Compare(string(a.Lang), string(b.Lang)) })
}

// Every form by which somebody agrees, signs off, translates or closes an objection carries the versions that its page showed, and sends them on; where others stand by then, the page says so in its own words, and what was typed is still there.
func TestAFormIsOfWhatItsPageShowed(t *testing.T) {
	site, src, people := newSite(t)
	table := src.g.text()
	p := &table.Paragraphs[0]
	p.Standings = nil
	bringsTo(p, map[lang.Tag]string{"en": "cedar-9", "ja": "birch-3"})
	p.Flags = []view.Flag{{ID: "birch-8", Wording: p.Main.ID, Language: "ja", Party: table.Self, Note: "Not the same."}}
	for _, act := range []string{"accept", "translate", "concord", "resolve"} {
		table.May["text."+act] = true
	}
	src.table = &table
	b := enter(t, site, people, "cedar-sec")
	page := b.get("/m/valley/texts/js-9").body
	for _, act := range []string{"accept", "translate", "concord", "resolve"} {
		form := regexp.MustCompile(`<form [^>]*>(<input type="hidden"[^>]*>|<button [^>]*>)*(name="act" )?`).FindAllString(page, -1)
		if !slices.ContainsFunc(form, func(f string) bool {
			return strings.Contains(f, `value="`+act+`"`) && strings.Contains(f, `name="read" value="cedar-9 birch-3"`)
		}) {
			t.Errorf("the form of %s does not say what the page showed", act)
		}
	}
	send := url.Values{"act": {"resolve"}, "ref": {"birch-8"}, "paragraph": {string(p.ID)}, "language": {"ja"}, "text:ja": {"正しい文。"}, "note": {"as said"}, "read": {"cedar-9 birch-3"}}
	if r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", send, nil); r.StatusCode != http.StatusSeeOther || !reflect.DeepEqual(src.read, text.Known{"cedar-9", "birch-3"}) {
		t.Fatalf("%d, read %v", r.StatusCode, src.read)
	}
	src.refuse = refusal.New(refusal.Conflict, "text.changed_since", "paragraph", p.Label, "language", "ja", "party", "birch", "act", "birch-9")
	r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", send, nil)
	if r.StatusCode != http.StatusConflict || !strings.Contains(r.body, "changed after you had opened the page") || !strings.Contains(r.body, "正しい文。</textarea>") || !strings.Contains(r.body, `value="as said"`) {
		t.Errorf("%d: what was typed is not there", r.StatusCode)
	}
}

// A translator reads a whole language beside the drafting one and signs off in one act what they leave ticked; what is in question is not ticked, and after a refusal nor is what changed.
func TestAWholeLanguageIsSignedOff(t *testing.T) {
	site, src, people := newSite(t)
	table := src.g.text()
	table.May["text.concord"] = true
	table.Languages, table.Drafting, table.Stage = []lang.Tag{"en", "ja", "zh-Hans"}, "en", "negotiation"
	table.Paragraphs = table.Paragraphs[:5]
	for i := range table.Paragraphs {
		p := &table.Paragraphs[i]
		p.Flags, p.Asked, p.Terms, p.Status = nil, nil, nil, view.Bracketed
		bringsTo(p, map[lang.Tag]string{"en": "cedar-9", "ja": "birch-3"})
		for v := range p.Main.Versions {
			if p.Main.Versions[v].Lang == "ja" {
				p.Main.Versions[v].Parts = []view.Part{{Text: "双方は対話を続ける。"}}
			}
		}
	}
	ps := table.Paragraphs
	ps[1].Main.Versions[1].SignedOff = []view.Party{table.Self}
	ps[2].Flags = []view.Flag{{ID: "birch-8", Wording: ps[2].Main.ID, Language: "ja", Party: table.Self, Note: "Not the same."}}
	bringsTo(&ps[3], map[lang.Tag]string{"en": "cedar-9"})
	ps[0].Asked = []view.Asked{{Kind: "figure", Words: "4711", In: "en", Missing: []lang.Tag{"zh-Hans"}}} // of another language
	ps[4].Asked = []view.Asked{{Kind: "figure", Words: "1789", In: "en", Missing: []lang.Tag{"ja"}}}
	src.table = &table
	b := enter(t, site, people, "cedar-sec")
	if body := b.get("/m/valley/texts/js-9").body; !strings.Contains(body, `href="/m/valley/texts/js-9/sign-off?language=ja"`) {
		t.Error("the table does not lead to it")
	}
	ticked := func(body string) (out []string) {
		for _, m := range regexp.MustCompile(`name="items" value="([^"=]*)=[^"]*" checked`).FindAllStringSubmatch(body, -1) {
			out = append(out, m[1])
		}
		return out
	}
	page := b.get("/m/valley/texts/js-9/sign-off?language=ja")
	if got := ticked(page.body); page.StatusCode != http.StatusOK || !slices.Equal(got, []string{string(ps[0].ID)}) || strings.Count(page.body, `name="items"`) != 3 || !strings.Contains(page.body, "Not the same.") {
		t.Errorf("%d: %v is ticked, of %d", page.StatusCode, got, strings.Count(page.body, `name="items"`))
	}
	if !strings.Contains(page.body, "1789") || strings.Contains(page.body, "4711") {
		t.Error("what the machine asks about a language does not stand beside its paragraph")
	}
	item := func(p view.Paragraph) text.Item { return text.Item{Paragraph: p.ID, Wording: p.Main.ID} }
	send := url.Values{"act": {"concord"}, "language": {"ja"}, "items": {written([]text.Item{item(ps[0])}), written([]text.Item{item(ps[2])})}, "read": {"cedar-9 birch-3"}}
	want := []entry.Body{text.Concord{Language: "ja", Items: []text.Item{item(ps[0]), item(ps[2])}}}
	if r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", send, nil); r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), "/m/valley/texts/js-9/sign-off?language=ja") || !reflect.DeepEqual(src.acts, want) || len(src.read) != 2 {
		t.Errorf("%d %q %v", r.StatusCode, r.Header.Get("Location"), src.acts)
	}
	bringsTo(&ps[0], map[lang.Tag]string{"en": "cedar-9", "ja": "birch-12"})
	src.refuse = refusal.New(refusal.Conflict, "text.changed_since", "paragraph", ps[0].Label, "language", "ja", "party", "birch", "act", "birch-12")
	r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", send, nil)
	if got := ticked(r.body); r.StatusCode != http.StatusConflict || !slices.Equal(got, []string{string(ps[2].ID)}) || !strings.Contains(r.body, `name="read" value="cedar-9 birch-12 birch-3"`) {
		t.Errorf("%d: %v is ticked", r.StatusCode, got)
	}
	if r := b.get("/m/valley/texts/js-9/sign-off?language=en"); r.StatusCode != http.StatusNotFound {
		t.Errorf("the drafting language: %d", r.StatusCode)
	}
	delete(table.May, "text.concord")
	if r := b.get("/m/valley/texts/js-9/sign-off?language=ja"); r.StatusCode != http.StatusOK || strings.Contains(r.body, `name="items"`) {
		t.Errorf("somebody without that mandate: %d", r.StatusCode)
	}
}
