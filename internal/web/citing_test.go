package web

import (
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// What a new paragraph rests on is ticked in its form, without script: documents, principles, adopted texts and their paragraphs, and by id what is not offered. A refused form comes back as it was.
func TestAParagraphRestsOnWhatIsTicked(t *testing.T) {
	site, src, people := newSite(t)
	table := src.g.text()
	doc := src.g.Documents[0].ID
	table.Paragraphs[0].Cites = []view.Cite{{Text: "js-8", Place: "5", Label: "5", Title: lang.Text{"en": "Eighth Joint Statement"}}, {Text: "js-3", Title: lang.Text{"en": "Third"}}}
	alt := view.Wording{ID: "birch-9", Label: "1 bis", By: table.Parties[1], State: "alternative", Versions: table.Paragraphs[0].Main.Versions,
		RestsMore: []view.Cite{{Unknown: "fd-2099"}}, RestsLess: []view.Cite{{Text: "js-8", Place: "5", Label: "5", Title: lang.Text{"en": "Eighth Joint Statement"}}}}
	table.Paragraphs[0].Alternatives = append(table.Paragraphs[0].Alternatives, alt)
	table.Rests = []view.Rest{{Text: "js-10", Title: lang.Text{"en": "Tenth Joint Statement"}, Paragraph: "2", Label: "2", Of: table.Paragraphs[1].ID, OfLabel: table.Paragraphs[1].Label}}
	src.table = &table
	b := enter(t, site, people, "cedar-sec")
	id := string(table.Paragraphs[0].ID)
	page := b.get("/m/valley/texts/js-9").body
	for _, want := range []string{`<a href="/m/valley/texts/js-8#p-5">`, `<a href="/m/valley/texts/js-3">`, `<a href="/m/valley/texts/js-10#p-2">`} {
		if !strings.Contains(page, want) {
			t.Errorf("the table does not show %s", want)
		}
	}
	if more, less := strings.Index(page, "<code>fd-2099</code>"), strings.Index(page, "Would rest no more on:"); more < 0 || less < more || !strings.Contains(page[less:], `<a href="/m/valley/texts/js-8#p-5">`) {
		t.Error("the table does not show what an alternative would change of that")
	}
	form := b.get("/m/valley/texts/js-9/revise?paragraphs=" + id).body
	insert, split, there := strings.Cut(form, `value="split"`)
	for _, mark := range []string{doc, doc + "/2", "text/js-8", "text/js-8#5"} {
		if !there || !strings.Contains(insert, `<input type="checkbox" name="cites" value="`+mark+`">`) {
			t.Errorf("%s is not offered", mark)
		}
	}
	if !strings.Contains(split, `value="text/js-8#5" checked>`) || !strings.Contains(split, `>text/js-3</textarea>`) {
		t.Error("the second part of a paragraph does not begin with what the paragraph rests on")
	}
	filled := url.Values{"act": {"insert"}, "paragraph": {id}, "place": {id}, "kind": {"operative"}, "text:en": {"Decide"}, "cites": {doc + "/2", "text/js-8#5"}, "cited": {"text/js-3#1\r\ntext/js-8#5"}}
	if r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", filled, nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.StatusCode, r.body)
	}
	want := []string{doc + "/2", "text/js-8#5", "text/js-3#1"}
	if got := src.acts[0].(text.Revise).Items[0].New.Cites; !reflect.DeepEqual(got, want) {
		t.Errorf("the act cites %v", got)
	}
	cite := url.Values{"act": {"cite"}, "paragraph": {id}, "wording": {string(table.Paragraphs[0].Main.ID)}, "cites": {doc, "text/js-8#5"}}
	if r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", cite, nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.StatusCode, r.body)
	}
	if got := src.acts[len(src.acts)-1].(text.Revise).Items[0]; got.Cites == nil || !slices.Equal(*got.Cites, cite["cites"]) || got.Paragraph != table.Paragraphs[0].ID || got.Of != table.Paragraphs[0].Main.ID || len(got.Text) != 0 {
		t.Errorf("%+v", got)
	}
	cite.Set("cited", "text/js-3")
	cite["cites"] = []string{"text/js-8#5"}
	if r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", cite, nil); r.StatusCode != http.StatusBadRequest || !strings.Contains(r.body, "rests on just these already") {
		t.Error("what the paragraph rests on already is proposed:", r.StatusCode)
	}
	src.refuse = refusal.New(refusal.Conflict, "text.cites_unadopted", "text", "js-3")
	r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", filled, nil)
	for _, want := range []string{`value="` + doc + `/2" checked>`, `value="text/js-8#5" checked>`, "text/js-3#1\ntext/js-8#5</textarea>", "The text js-3 is not adopted"} {
		if r.StatusCode != http.StatusConflict || !strings.Contains(r.body, want) {
			t.Errorf("%d: what came back lacks %s", r.StatusCode, want)
		}
	}
}
