package web

import (
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// Beside the seals stands what each party says of its signature on paper; whoever may say it has a form with what was said last, which comes back filled in if it is refused, and one to take it back.
func TestTheTableHasSignaturesOnPaper(t *testing.T) {
	site, src, people := newSite(t)
	table := src.g.adopted()
	src.table = &table
	b := enter(t, site, people, "cedar-sec")
	page := b.get("/m/valley/texts/js-9").body
	for _, want := range []string{`id="signed"`, "31 March 2009", "Harbour &lt;Town&gt;", "Minister for Foreign Affairs", "after the meeting", `value="sign"`, `value="unsign"`, `value="2009-03-31"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the table does not say %q", want)
		}
	}
	post := func(form url.Values) answer { return b.do(http.MethodPost, "/m/valley/texts/js-9/acts", form, nil) }
	res := post(url.Values{"act": {"sign"}, "day": {"2009-04-01"}, "text:ja": {"東京"}, "rest:en": {"Envoy"}, "note": {"n"}})
	want := text.Sign{Day: "2009-04-01", Place: lang.Text{"ja": "東京"}, Office: lang.Text{"en": "Envoy"}, Note: "n"}
	if res.StatusCode != http.StatusSeeOther || !strings.HasSuffix(res.Header.Get("Location"), "#signed") || len(src.acts) != 1 || !reflect.DeepEqual(src.acts[0], want) {
		t.Errorf("%d %s %+v", res.StatusCode, res.Header.Get("Location"), src.acts)
	}
	src.acts = nil
	if res := post(url.Values{"act": {"unsign"}, "note": {"put off"}}); res.StatusCode != http.StatusSeeOther || len(src.acts) != 1 || !reflect.DeepEqual(src.acts[0], text.Sign{Note: "put off"}) {
		t.Errorf("taken back: %d %+v", res.StatusCode, src.acts)
	}
	if res := post(url.Values{"act": {"sign"}, "text:en": {"Somewhere else"}}); res.StatusCode != http.StatusBadRequest || !strings.Contains(res.body, "on what day") || !strings.Contains(res.body, `value="Somewhere else"`) {
		t.Errorf("without a day: %d", res.StatusCode)
	}
	src.acts, src.refuse = nil, refusal.New(refusal.Invalid, "text.sign_no_such_day", "day", "2009-02-30")
	if res := post(url.Values{"act": {"sign"}, "day": {"2009-02-30"}, "text:en": {"Somewhere else"}}); res.StatusCode != http.StatusBadRequest || !strings.Contains(res.body, "2009-02-30 is no day") || !strings.Contains(res.body, `value="Somewhere else"`) {
		t.Errorf("refused: %d", res.StatusCode)
	}
	src.refuse = refusal.New(refusal.Invalid, "text.sign_office_long")
	if res := post(url.Values{"act": {"sign"}, "day": {"2009-02-28"}, "text:en": {"Town"}, "rest:en": {"Envoy"}}); !regexp.MustCompile(`name="rest:[^>]*aria-invalid`).MatchString(res.body) {
		t.Error("what is wrong with the office is not said there")
	}
	table.May["text.sign"] = false
	if strings.Contains(b.get("/m/valley/texts/js-9").body, `value="sign"`) {
		t.Error("whoever may not say it has a form for it")
	}
}
