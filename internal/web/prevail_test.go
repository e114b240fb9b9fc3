package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// The table says who has it that which language prevails; a form puts our side's word on the record, also that none does, and comes back with what was chosen if it is refused.
func TestTheTableSaysWhichLanguagePrevails(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	page := b.get("/m/valley/texts/js-9").body
	for _, want := range []string{`id="prevail"`, "The parties differ.", `The text in <bdi lang="en">English</bdi> prevails`, "none prevails", "A courtesy translation never prevails", "as tabled"} {
		if !strings.Contains(page, want) {
			t.Errorf("the table does not say %q", want)
		}
	}
	for language, want := range map[string]lang.Tag{"en": "en", "": ""} {
		src.acts = nil
		res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", url.Values{"act": {"prevail"}, "language": {language}, "note": {"as usual"}}, nil)
		if res.StatusCode != http.StatusSeeOther || !strings.HasSuffix(res.Header.Get("Location"), "#prevail") || len(src.acts) != 1 || src.acts[0] != (text.Prevail{Language: want, Note: "as usual"}) {
			t.Errorf("%q: %d %s %+v", language, res.StatusCode, res.Header.Get("Location"), src.acts)
		}
	}
	src.refuse = refusal.New(refusal.Conflict, "text.prevail_said", "text", "js-9", "entry", "cedar-32")
	if res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", url.Values{"act": {"prevail"}, "language": {"ja"}, "note": {"our usual"}}, nil); res.StatusCode != http.StatusConflict || !strings.Contains(res.body, `value="our usual"`) || !strings.Contains(res.body, `<option value="ja" lang="ja" selected>`) {
		t.Errorf("refused: %d", res.StatusCode)
	}
}

// A paragraph is called by its annex too, in the reader's own language.
func TestParagraphsOfAnnexesAreCalledSo(t *testing.T) {
	_, src, _ := newSite(t)
	x := src.g.text()
	x.Paragraphs[0].Kind, x.Paragraphs[0].Label = text.Heading, "II"
	x.Paragraphs[1].In, x.Paragraphs[1].Label = "II", "II.3"
	for tag, want := range map[lang.Tag][3]string{lang.English: {"Annex II", "Annex II, paragraph 3", x.Paragraphs[2].Label}, lang.Chinese: {"附件二", "附件二第3段", x.Paragraphs[2].Label}} {
		p := printer{tag: tag}
		for i, w := range want {
			if got := p.placed(&x.Paragraphs[i]); got != w {
				t.Errorf("%s: %s, not %s", tag, got, w)
			}
		}
	}
}
