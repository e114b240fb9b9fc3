package web

import (
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"entente.example/internal/staff"
)

// A copy holds what a text or a meeting says, and when it ends; no form, no stream of news, and nothing that is only ours. Pages of other kinds cannot be kept.
func TestCopiesOfPages(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	src.beside = true
	note := src.g.ours().Notes[0].Words
	page, copied := b.get("/m/valley/texts/js-9"), b.get("/m/valley/texts/js-9?copy=1")
	if !strings.Contains(page.body, html.EscapeString(note)) || !strings.Contains(page.body, `data-path="/m/valley/texts/js-9"`) || !strings.Contains(page.body, "keep.js") || page.Header.Get("Kept-Until") != "" {
		t.Errorf("the page itself: %v\n%s", page.Header, page.body)
	}
	if strings.Contains(copied.body, html.EscapeString(note)) || strings.Contains(copied.body, "/acts") || strings.Contains(copied.body, "data-live") || strings.Contains(copied.body, "live.js") || strings.Contains(copied.body, "drafts.js") || strings.Contains(copied.body, "/sign-out") || !strings.Contains(copied.body, "A copy from this browser") {
		t.Errorf("the copy holds too much, or does not say what it is:\n%s", copied.body)
	}
	if until := galleryNow.Add(staff.Absolute).UTC().Format(http.TimeFormat); copied.Header.Get("Kept-Until") != until || copied.Header.Get("Cache-Control") != "no-store" || copied.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("the copy's headers: %v", copied.Header)
	}
	for _, path := range []string{"/m/valley", "/m/valley/ours", "/m/valley/non-papers", "/m/valley/threads/1", "/"} {
		if res := b.get(path + "?copy=1"); res.Header.Get("Kept-Until") != "" || strings.Contains(res.body, "data-path=") {
			t.Errorf("%s can be kept", path)
		}
	}
	if res := (&browser{t: t, site: site, lang: "en"}).get("/m/valley/texts/js-9?copy=1"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("somebody who is not signed in gets a copy: %d", res.StatusCode)
	}
}

// Attack 43: what a member's browser has kept is there for who uses it next. Signing out makes the browser drop it; so does the page of ways in, by its script.
func TestAttack43CopiesLeftBehind(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	out := b.do(http.MethodPost, "/sign-out", nil, nil)
	if out.Header.Get("Clear-Site-Data") != `"storage"` {
		t.Errorf("signing out: %v", out.Header)
	}
	if page := (&browser{t: t, site: site, lang: "en"}).get("/sign-in"); !strings.Contains(page.body, "data-nobody") || !strings.Contains(page.body, "keep.js") {
		t.Errorf("the page of ways in: %s", page.body)
	}
}

// Where the operator forbids copies, no page offers one or becomes one, and a browser that has kept some drops them.
func TestCopiesForbidden(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	worker := func() string {
		t.Helper()
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://node.example/worker.js", nil))
		if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/javascript") {
			t.Errorf("worker: %d %v", w.Code, w.Header())
		}
		return w.Body.String()
	}
	if w := worker(); !strings.Contains(w, "respondWith") {
		t.Errorf("the worker: %s", w)
	}
	site.o.Copies = false
	if w := worker(); strings.Contains(w, "respondWith") || !strings.Contains(w, "caches.delete") || !strings.Contains(w, "unregister") {
		t.Errorf("the worker where copies are forbidden: %s", w)
	}
	for _, path := range []string{"/m/valley/texts/js-9?copy=1", "/kept?copy=1", "/kept"} {
		if res := b.get(path); res.StatusCode != http.StatusOK || strings.Contains(res.body, "keep.js") || res.Header.Get("Kept-Until") != "" || strings.Contains(res.body, `class="copy"`) {
			t.Errorf("%s: %v", path, res.Header)
		}
	}
}

// What somebody writes is remembered under their name, so that nobody else is shown it: where nobody is signed in, nothing is remembered.
func TestDraftsAreTheirWriters(t *testing.T) {
	site, _, people := newSite(t)
	if page := (&browser{t: t, site: site, lang: "en"}).get("/sign-in"); strings.Contains(page.body, "data-member") || strings.Contains(page.body, "drafts.js") {
		t.Errorf("on the page of ways in: %s", page.body)
	}
	b := enter(t, site, people, "cedar-sec")
	if page := b.get("/m/valley/ours"); !strings.Contains(page.body, `data-member="cedar-sec"`) || !strings.Contains(page.body, "drafts.js") {
		t.Errorf("on a member's page: %s", page.body)
	}
}

// What makes the pages an app loads from the node, also for a browser that sends no cookie with it.
func TestAppManifest(t *testing.T) {
	site, _, _ := newSite(t)
	b := &browser{t: t, site: site, lang: "en"}
	if page := b.get("/sign-in"); !strings.Contains(page.body, `rel="manifest" href="`+site.assets.url("app.webmanifest")) {
		t.Errorf("no page names it: %s", page.body)
	}
	res := b.get(site.assets.url("app.webmanifest"))
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/manifest+json" || !strings.Contains(res.body, `"start_url": "/"`) {
		t.Errorf("%d %v %s", res.StatusCode, res.Header, res.body)
	}
	for _, icon := range []string{"mark.svg", "mark-full.svg"} {
		if !strings.Contains(res.body, `"`+icon+`"`) || b.get(site.assets.url(icon)).StatusCode != http.StatusOK {
			t.Errorf("%s is not served", icon)
		}
	}
}
