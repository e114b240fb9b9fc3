package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"entente.example/internal/store/storetest"
)

// A disk that fails while somebody is recognised lets nobody in and shuts nobody out: each page is the one that they always see, or says that something is wrong, and whoever is signed in stays so.
func TestNobodyIsTakenForAnotherWhenTheDiskFails(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	disk := storetest.NewHiccup(t.Context())
	ask := func(method, path string, form url.Values) (int, string, http.Header) {
		r := httptest.NewRequestWithContext(disk, method, "http://node.example"+path, strings.NewReader(form.Encode()))
		if method == http.MethodPost {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
		}
		for _, c := range b.cookie {
			r.AddCookie(c)
		}
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		return w.Code, w.Body.String(), w.Header()
	}
	failed := 0
	for _, path := range []string{"/", "/sessions", "/m/valley", "/m/valley/texts/js-9", "/m/valley/record", "/m/valley/keys", "/m/valley/ours", "/m/valley/press", "/m/valley/search?q=x", "/m/valley/attachments", "/m/valley/concerns", "/m/valley/situation", "/help"} {
		code, whole, _ := ask(http.MethodGet, path, nil)
		if code != http.StatusOK {
			t.Errorf("%s: %d", path, code)
			continue
		}
		failed += disk.Everywhere(func() {
			code, got, h := ask(http.MethodGet, path, nil)
			if code == http.StatusOK && got != whole || code != http.StatusOK && code < http.StatusInternalServerError {
				t.Errorf("%s: %d, to %q, where somebody is signed in\n%.300s", path, code, h.Get("Location"), got)
			}
		})
	}
	for _, c := range []struct {
		path string
		form url.Values
	}{{"/language", url.Values{"to": {"ja"}, "from": {"/"}}}, {"/habits", url.Values{"shortcuts": {"off"}}}, {"/m/valley/texts/js-9/acts", url.Values{"act": {"accept"}, "paragraph": {"6"}, "wording": {"millstone-3"}}}, {"/sessions/9/end", nil}} {
		want, _, _ := ask(http.MethodPost, c.path, c.form)
		failed += disk.Everywhere(func() {
			if code, _, h := ask(http.MethodPost, c.path, c.form); code != want && code < http.StatusInternalServerError {
				t.Errorf("%s: %d, to %q, not %d", c.path, code, h.Get("Location"), want)
			}
		})
	}
	if failed < 20 {
		t.Errorf("only %d reads failed", failed)
	}
	if res := b.get("/"); res.StatusCode != http.StatusOK {
		t.Errorf("after all that: %d", res.StatusCode)
	}
}
