package web

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// A wording that is offered can be amended: the form begins with it, the act says that it starts from it, and what was refused comes back. Versions can be given of it before it is agreed. Whose the wording is that stands among others is said beside it, and who brought a version of it in another language.
func TestAnAlternativeIsAmendedAndTranslated(t *testing.T) {
	site, src, people := newSite(t)
	table := src.g.text()
	table.May["text.revise"], table.May["text.translate"] = true, true
	p := &table.Paragraphs[0]
	p.Standings, p.Main.State, p.Main.Label = nil, "tabled", "1 bis"
	p.Alternatives = []view.Wording{{ID: "cedar-9", Label: "1 ter", By: table.Parties[1], State: "alternative", Versions: []view.Version{
		{Lang: "en", Parts: []view.Part{{Text: "Meet twice."}}, By: table.Parties[1], Acts: []string{"cedar-9"}}, {Lang: "ja", Parts: []view.Part{{Text: "二回会う。"}}, By: table.Parties[2], Acts: []string{"lantern-7"}}}}}
	src.table = &table
	b := enter(t, site, people, "cedar-sec")
	page, _, _ := strings.Cut(b.get("/m/valley/texts/js-9").body, `id="p-`+string(table.Paragraphs[1].ID)+`"`)
	_, page, _ = strings.Cut(page, `id="p-`+string(p.ID)+`"`)
	for _, want := range []string{`<p class="althead"><b>1 bis</b> <bdi`, `<em>tabled</em>`, `/revise?paragraphs=` + string(p.ID) + `&amp;of=cedar-9">amend</a>`, "this language by <bdi",
		`name="read" value="cedar-9 lantern-7"`, `<select name="wording" required><option value="` + string(p.Main.ID) + `" selected>1 bis</option><option value="cedar-9">1 ter</option></select>`} {
		if !strings.Contains(page, want) {
			t.Errorf("the table lacks %s", want)
		}
	}
	form := b.get("/m/valley/texts/js-9/revise?paragraphs=" + string(p.ID) + "&of=cedar-9").body
	if !strings.Contains(form, `name="wording" value="cedar-9"`) || !strings.Contains(form, ">Meet twice.</textarea>") || !strings.Contains(form, ">二回会う。</textarea>") {
		t.Error("the form does not begin with the alternative")
	}
	sent := url.Values{"act": {"reword"}, "paragraph": {string(p.ID)}, "wording": {"cedar-9"}, "text:en": {"Meet twice."}, "text:ja": {"二回会う。"}}
	if r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", sent, nil); r.StatusCode != http.StatusBadRequest || len(src.acts) > 0 {
		t.Errorf("%d: what changes nothing was sent", r.StatusCode)
	}
	sent.Set("text:en", "Meet twice a year.")
	if r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", sent, nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.StatusCode, r.body)
	}
	want := []text.Revision{{Paragraph: p.ID, Of: "cedar-9", Text: lang.Text{"en": "Meet twice a year.", "ja": "二回会う。"}}}
	if got := src.acts[0].(text.Revise).Items; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	src.refuse = refusal.New(refusal.Conflict, "text.withdrawn_paragraph", "paragraph", p.Label)
	if r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", sent, nil); r.StatusCode != http.StatusConflict || !strings.Contains(r.body, ">Meet twice a year.</textarea>") || !strings.Contains(r.body, `name="wording" value="cedar-9"`) {
		t.Errorf("%d: what was written is not there", r.StatusCode)
	}
	sent = url.Values{"act": {"translate"}, "paragraph": {string(p.ID)}, "wording": {"cedar-8"}, "language": {"ja"}, "version": {"三回会う。"}} // of an alternative that was dropped meanwhile
	if r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", sent, nil); !strings.Contains(r.body, "三回会う。</textarea>") || !strings.Contains(r.body, `<select name="wording" required><option value=""></option><option value="`+string(p.Main.ID)+`">`) {
		t.Errorf("%d: the version would be sent of another wording", r.StatusCode)
	}
}

// A courtesy translation is in any language, whether the text has it or not, and comes at any time: it stands below the wording, named, marked and with who attached it, and its form stays when nothing else can be done any more.
func TestACourtesyTranslationIsInAnyLanguage(t *testing.T) {
	site, src, people := newSite(t)
	table := src.g.text()
	p := &table.Paragraphs[0]
	p.Main.Courtesy = []view.Version{{Lang: "fr", Parts: []view.Part{{Text: "Se réunir <b>."}}, By: table.Parties[2]}}
	for verb := range table.May {
		table.May[verb] = false
	}
	table.May["text.courtesy"], table.Stage, table.Missing = true, "adopted", nil
	src.table = &table
	b := enter(t, site, people, "cedar-sec")
	page := b.get("/m/valley/texts/js-9").body
	at := strings.Index(page, `Courtesy translation, without authority · <bdi lang="fr">français</bdi></summary><p lang="fr">Se réunir &lt;b&gt;. <small><bdi`)
	if at < 0 || strings.Count(page, `name="act" value="courtesy"`) != len(table.Paragraphs) {
		t.Errorf("the translation is at %d, and there are %d forms", at, strings.Count(page, `name="act" value="courtesy"`))
	}
	sent := url.Values{"act": {"courtesy"}, "paragraph": {string(p.ID)}, "wording": {string(p.Main.ID)}, "language": {"ar"}, "version": {"يجتمع الجانبان."}}
	if r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", sent, nil); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.StatusCode, r.body)
	}
	want := text.Translate{Language: "ar", Courtesy: true, Items: []text.Translation{{Paragraph: p.ID, Wording: p.Main.ID, Text: "يجتمع الجانبان."}}}
	if !reflect.DeepEqual(src.acts[0], want) {
		t.Errorf("%+v", src.acts[0])
	}
	sent.Set("language", "no language")
	if r := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", sent, nil); r.StatusCode != http.StatusBadRequest || len(src.acts) > 1 || !strings.Contains(r.body, "يجتمع الجانبان.</textarea>") {
		t.Errorf("%d: what was written is not there", r.StatusCode)
	}
}
