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
	form := url.Values{"to": {"birch"}, "hours": {"72"}, "text": {"between us"}}
	if res := b.do(http.MethodPost, "/m/valley/non-papers", form, nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("sending: %d", res.StatusCode)
	}
	if res := b.do(http.MethodPost, "/m/valley/non-papers/00ff/drop", nil, nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("dropping: %d", res.StatusCode)
	}
	if len(src.sealings) != 2 || src.sealings[0].act != "paper birch 72h0m0s" || src.sealings[0].reason != "between us" || src.sealings[1].act != "drop 00ff" {
		t.Errorf("%+v", src.sealings)
	}
	src.refuse = refusal.New(refusal.Conflict, "aside.many", "limit", "256")
	if res := b.do(http.MethodPost, "/m/valley/non-papers", form, nil); res.StatusCode != http.StatusConflict || !strings.Contains(res.body, `role="alert"`) || !strings.Contains(res.body, ">between us</textarea>") {
		t.Errorf("refused: %d\n%s", res.StatusCode, res.body)
	}
}
