package web

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"entente.example/internal/locale"
	"entente.example/refusal"
)

// Whoever comes while nobody serves the node reads why, in their language, on a page that leads on and needs nothing more of it: a link to the same page, or back to the form that was sent. A script is told in a line.
func TestANodeThatNobodyServesHasAPage(t *testing.T) {
	closed, nobody := NewClosed(), refusal.New(refusal.Unavailable, "node.nobody_holds")
	ask := func(method, path string, header map[string]string) (*http.Response, string) {
		r := httptest.NewRequest(method, "http://node.example"+path, nil)
		for k, v := range header {
			r.Header.Set(k, v)
		}
		w := httptest.NewRecorder()
		closed.Refuse(w, r, nobody)
		res := w.Result()
		if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") != retryAfter || res.Header.Get("Cache-Control") != "no-store" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s %s: %d %v", method, path, res.StatusCode, res.Header)
		}
		return res, w.Body.String()
	}
	for _, tag := range locale.Languages {
		_, body := ask(http.MethodGet, "/m/valley/texts/js-9?lang=en&done=act", map[string]string{"Accept": "text/html", "Accept-Language": string(tag)})
		for _, want := range []string{`<html lang="` + string(tag) + `">`, locale.Explain(tag, nobody), `href="/m/valley/texts/js-9?lang=en">` + locale.Message(tag, "web.try_again", nil), "<style>"} {
			if !strings.Contains(body, want) {
				t.Errorf("%s: the page lacks %q", tag, want)
			}
		}
		for _, not := range []string{"<script", "<link", "<img", "<form", "<use"} {
			if strings.Contains(body, not) {
				t.Errorf("%s: the page has %s, which nobody answers", tag, not)
			}
		}
		for _, complaint := range inspect(body) {
			t.Errorf("%s: %s", tag, complaint)
		}
		_, body = ask(http.MethodPost, "/m/valley/concerns", map[string]string{"Accept": "text/html", "Cookie": languageCookie + "=" + string(tag), "Referer": "http://node.example/m/valley/concerns/c-1"})
		if !strings.Contains(body, `href="/m/valley/concerns/c-1">`+locale.Message(tag, "web.to_form", nil)) {
			t.Errorf("%s: whoever sent a form is not led back to it", tag)
		}
		if res, body := ask(http.MethodPost, "/passkeys/options", map[string]string{"Accept": "*/*", "Accept-Language": string(tag)}); body != locale.Explain(tag, nobody)+"\n" || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s: a script is told %q", tag, body)
		}
	}
	if _, body := ask(http.MethodPost, "/m/valley/concerns", map[string]string{"Accept": "text/html", "Referer": "https://elsewhere.example/"}); strings.Contains(body, "elsewhere") || strings.Contains(body, locale.Message("en", "web.to_form", nil)) {
		t.Error("a page leads to another site")
	}
}

// What is not possible at the moment says when it is worth trying again.
func TestWhatIsNotPossibleNowSaysWhenToComeAgain(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	src.refuse = refusal.New(refusal.Unavailable, "node.store_failed")
	res := b.do(http.MethodPost, "/m/valley/concerns", url.Values{"matter_id": {"c-9"}, "text:en": {"A concern"}}, nil)
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") != retryAfter || !strings.Contains(res.body, html.EscapeString(locale.Explain("en", src.refuse))) {
		t.Errorf("%d %v\n%s", res.StatusCode, res.Header, res.body)
	}
}

// An act of which nobody knows whether it was done is not to be repeated by a program: only what reads is, and an act of which nothing was done.
func TestNoProgramIsToldToRepeatWhatMayBeDone(t *testing.T) {
	closed := NewClosed()
	for key, nothingDone := range map[string]bool{"node.nobody_holds": true, "node.no_answer": false, "node.store_away": false, "node.store_lost": false} {
		for method, again := range map[string]bool{http.MethodGet: true, http.MethodHead: true, http.MethodPost: nothingDone} {
			w := httptest.NewRecorder()
			closed.Refuse(w, httptest.NewRequest(method, "/m/valley/concerns", nil), refusal.New(refusal.Unavailable, key))
			if got := w.Header().Get("Retry-After") != ""; got != again {
				t.Errorf("%s after %s: told to come again: %v", method, key, got)
			}
		}
	}
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	src.refuse = refusal.New(refusal.Unavailable, "node.store_lost")
	res := b.do(http.MethodPost, "/m/valley/concerns", url.Values{"matter_id": {"c-9"}, "text:en": {"A concern"}}, nil)
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") != "" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
}
