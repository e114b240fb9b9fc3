package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Words are found in the middle of others, marked as they stand, and beside them stand the other languages; what nobody asked, what nobody wrote and a scope that there is none of are answered.
func TestSearchPages(t *testing.T) {
	site, _, people := newSite(t)
	ours, stranger := enter(t, site, people, "cedar-sec"), enter(t, site, people, "other-sec")
	get := func(b *browser, path string) (int, string) {
		a := b.get(path)
		return a.StatusCode, a.body
	}
	ask := func(path, words, scope string) string {
		return path + "?" + url.Values{"q": {words}, "in": {scope}}.Encode()
	}
	for _, path := range []string{"/m/valley/search", "/search"} {
		code, body := get(ours, ask(path, "の", ""))
		if code != http.StatusOK || !strings.Contains(body, "<mark>の</mark>") || !strings.Contains(body, `lang="zh-Hans"`) || !strings.Contains(body, "millstone-head") {
			t.Errorf("%s: %d\n%s", path, code, body)
		}
		if complaints := inspect(body); len(complaints) > 0 {
			t.Errorf("%s: %q", path, complaints)
		}
		if _, body = get(ours, ask(path, "<script>", "record")); !strings.Contains(body, "&lt;script&gt;") || strings.Contains(body, "<mark>") {
			t.Errorf("%s: nothing is found: %s", path, body)
		}
		if code, body = get(ours, path); code != http.StatusOK || strings.Contains(body, `class="hits"`) {
			t.Errorf("%s without words: %d", path, code)
		}
		if code, body = get(ours, ask(path, " ", "")); code != http.StatusBadRequest || !strings.Contains(body, `role="alert"`) {
			t.Errorf("%s for nothing but white space: %d", path, code)
		}
		if code, _ = get(ours, ask(path, "の", "everything")); code != http.StatusBadRequest {
			t.Errorf("%s in a scope that there is none of: %d", path, code)
		}
	}
	if code, body := get(stranger, ask("/m/valley/search", "の", "")); code != http.StatusNotFound || strings.Contains(body, "<mark>") {
		t.Errorf("somebody without a mandate searches: %d", code)
	}
	if code, body := get(stranger, ask("/search", "の", "")); code != http.StatusOK || strings.Contains(body, "<mark>") {
		t.Errorf("somebody without a mandate searches everywhere: %d", code)
	}
	if _, body := get(ours, "/m/valley"); !strings.Contains(body, `role="search"`) || !strings.Contains(body, `action="/m/valley/search"`) {
		t.Error("the mechanism's page has no field to search in")
	}
}
