package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"entente.example/internal/text"
	"entente.example/refusal"
)

// The table says who has what symbol for the text; a form puts our side's word on the record, also that it bears none, and comes back with what was written if it is refused.
func TestTheTableSaysWhatSymbolTheTextBears(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	page := b.get("/m/valley/texts/js-9").body
	for _, want := range []string{`id="designate"`, "The text bears the symbol <code>VALLEY/9/JS</code>", "The text bears no symbol.", "no number yet"} {
		if !strings.Contains(page, want) {
			t.Errorf("the table does not say %q", want)
		}
	}
	for _, symbol := range []string{"VALLEY/9/JS/2", ""} {
		src.acts = nil
		res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", url.Values{"act": {"designate"}, "ref": {symbol}, "note": {"n"}}, nil)
		if res.StatusCode != http.StatusSeeOther || !strings.HasSuffix(res.Header.Get("Location"), "#designate") || len(src.acts) != 1 || src.acts[0] != (text.Designate{Symbol: symbol, Note: "n"}) {
			t.Errorf("%q: %d %s %+v", symbol, res.StatusCode, res.Header.Get("Location"), src.acts)
		}
	}
	src.refuse = refusal.New(refusal.Invalid, "text.bad_symbol")
	if res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", url.Values{"act": {"designate"}, "ref": {"V/9/LONG"}, "note": {"our usual"}}, nil); res.StatusCode != http.StatusBadRequest || !strings.Contains(res.body, `value="our usual"`) || !strings.Contains(res.body, `value="V/9/LONG"`) {
		t.Errorf("refused: %d", res.StatusCode)
	}
}

// The list of silence procedures shows what each decision is called.
func TestTheListShowsTheSymbolOfADecision(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	if page := b.get("/m/valley/silence-procedures").body; strings.Count(page, "<code>VALLEY/DEC/3</code>") != 1 {
		t.Error("the list does not show the symbol, or where there is none")
	}
}
