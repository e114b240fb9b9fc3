package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"entente.example/refusal"
)

// A non-paper is sent and dropped by form; a refused one comes back as it was written; and the page shows the text as text.
func TestPapers(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-hod")
	res := b.do(http.MethodGet, "/m/valley/non-papers", nil, nil)
	if res.StatusCode != http.StatusOK || !strings.Contains(res.body, "An &lt;offer&gt;\n\nin two lines") {
		t.Errorf("%d\n%s", res.StatusCode, res.body)
	}
	form := url.Values{"to": {"birch"}, "hours": {"72"}, "text": {"between us"}, "by": {"2025-01-20"}}
	if res := b.do(http.MethodPost, "/m/valley/non-papers", form, nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("sending: %d", res.StatusCode)
	}
	if res := b.do(http.MethodPost, "/m/valley/non-papers/00ff/drop", nil, nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("dropping: %d", res.StatusCode)
	}
	if len(src.sealings) != 2 || src.sealings[0].act != "paper birch 72h0m0s 2025-01-20" || src.sealings[0].reason != "between us" || src.sealings[1].act != "drop 00ff" {
		t.Errorf("%+v", src.sealings)
	}
	src.refuse = refusal.New(refusal.Conflict, "aside.many", "limit", "256")
	if res := b.do(http.MethodPost, "/m/valley/non-papers", form, nil); res.StatusCode != http.StatusConflict || !strings.Contains(res.body, `role="alert"`) || !strings.Contains(res.body, ">between us</textarea>") || !strings.Contains(res.body, `name="by" value="2025-01-20"`) {
		t.Errorf("refused: %d\n%s", res.StatusCode, res.body)
	}
}

// A reaction and a withdrawal go by form; a refused reaction comes back as it was written, on its own paper and on no other; and what was said is shown as text. Only what waits for us asks.
func TestSoundings(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-hod")
	body := b.do(http.MethodGet, "/m/valley/non-papers", nil, nil).body
	if !strings.Contains(body, "not &lt;two&gt;") || strings.Count(body, "/react\"") != 1 || !strings.Contains(body, "/00ff/react\"") || strings.Count(body, "/withdraw\"") != 1 || strings.Count(body, "/draft\"") != 2 {
		t.Errorf("%s", body)
	}
	form := url.Values{"reaction": {"changes"}, "words": {"not the second"}}
	for path, want := range map[string]sealed{"00ff/react": {act: "react 00ff changes", reason: "not the second"}, "22dd/withdraw": {act: "withdraw 22dd"}} {
		src.sealings = nil
		if res := b.do(http.MethodPost, "/m/valley/non-papers/"+path, form, nil); res.StatusCode != http.StatusSeeOther || len(src.sealings) != 1 || src.sealings[0].act != want.act || src.sealings[0].reason != want.reason {
			t.Errorf("%s: %d %+v", path, res.StatusCode, src.sealings)
		}
	}
	src.refuse = refusal.New(refusal.Conflict, "aside.withdrawn")
	res := b.do(http.MethodPost, "/m/valley/non-papers/00ff/react", form, nil)
	if res.StatusCode != http.StatusConflict || !strings.Contains(res.body, `role="alert"`) || strings.Count(res.body, ">not the second</textarea>") != 1 || !strings.Contains(res.body, `value="changes" selected`) {
		t.Errorf("refused: %d\n%s", res.StatusCode, res.body)
	}
}

// A paper becomes a draft by the form that tables any draft. What that form sends says nothing of the paper; a refused one comes back as it was written.
func TestPutAsAText(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-hod")
	body := b.do(http.MethodGet, "/m/valley/non-papers/22dd/draft", nil, nil).body
	_, form, _ := strings.Cut(body, `<form method="post" action="/m/valley/texts"`)
	form, _, _ = strings.Cut(form, "</form>")
	if !strings.Contains(form, "# A draft of 22dd") || strings.Count(form, "name=") != 2 || strings.Contains(form, "non-paper") {
		t.Errorf("%s", body)
	}
	fields := map[string]string{"draft": "---\nlanguage: en\n---\n\n# Kept <\n\n## 1\n\nBoth sides will talk.\n"}
	if res := send(b, "/m/valley/texts", fields); res.StatusCode < 400 || !strings.Contains(res.body, "# Kept &lt;") {
		t.Errorf("without an id: %d\n%s", res.StatusCode, res.body)
	}
	fields["id"] = "js-10"
	if res := send(b, "/m/valley/texts", fields); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/m/valley/texts/js-10") {
		t.Errorf("%d %s", res.StatusCode, res.Header.Get("Location"))
	}
	if len(src.sealings) != 0 || len(src.uploaded) != 1 || src.uploaded[0] != "js-10 1" {
		t.Errorf("more or less than the draft was put: %+v %q", src.sealings, src.uploaded)
	}
}
