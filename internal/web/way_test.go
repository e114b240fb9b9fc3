package web

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"entente.example/internal/locale"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// ways are the cookies of an answer that say where somebody wanted to go.
func ways(res answer) (out []*http.Cookie) {
	for _, c := range res.Cookies() {
		if c.Name == "entente-way" {
			out = append(out, c)
		}
	}
	return out
}

// Whoever has to sign in first comes to the page that they wanted, by a link of a letter as well; only to a page of ours, once, and not to a file.
func TestWhoSignsInComesToWhatTheyWanted(t *testing.T) {
	site, _, people := newSite(t)
	for asked, want := range map[string]string{
		"/":                                               "/",
		"/m/valley/texts/js-9?open=6&done=act":            "/m/valley/texts/js-9?open=6",
		"/m/valley/meetings/main.9":                       "/m/valley/meetings/main.9",
		"/m/valley/trace?matter=text/js-9":                "/m/valley/trace?matter=text%2Fjs-9",
		"/m/valley/glossary.csv":                          "/",
		"/m/valley/texts/js-9/pdf":                        "/",
		"/m/valley/search?q=" + strings.Repeat("a", 2000): "/",
	} {
		link, err := people.Invite(t.Context(), "cedar-sec", "", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		b := &browser{t: t, site: site, lang: "en"}
		if res := b.get(asked); res.Header.Get("Location") != "/sign-in" {
			t.Errorf("%s leads to %q", asked, res.Header.Get("Location"))
		}
		page := b.get("/sign-in").body
		if told := strings.Contains(page, "you come to the page that you wanted"); told != (want != "/") || strings.Contains(page, "has ended") {
			t.Errorf("on the way to %s: %s", asked, page)
		}
		res := b.do(http.MethodPost, "/sign-in/"+link, nil, nil)
		if res.Header.Get("Location") != want {
			t.Errorf("after signing in for %s: %q", asked, res.Header.Get("Location"))
		}
		if c := ways(res); want != "/" && (len(c) != 1 || c[0].MaxAge >= 0) {
			t.Errorf("where somebody wanted to go is kept after they came: %v", c)
		}
	}
}

// A session that ended is called ended, also when a form was being sent; whoever signs in again comes to the page of the form.
func TestAnEndedSessionIsToldAndGoesOn(t *testing.T) {
	site, _, people := newSite(t)
	for _, tag := range locale.Languages {
		b := &browser{t: t, site: site, lang: string(tag), cookie: []*http.Cookie{{Name: "entente", Value: "ended"}}}
		if res := b.get("/m/valley"); res.Header.Get("Location") != "/sign-in" || len(ways(res)) != 1 || !ways(res)[0].HttpOnly {
			t.Errorf("%s: %v", tag, res.Header)
		}
		if page := b.get("/sign-in").body; !strings.Contains(page, locale.Message(tag, "web.session_ended", nil)) {
			t.Errorf("%s: it is not said that the session has ended", tag)
		}
		b = &browser{t: t, site: site, lang: string(tag), cookie: b.cookie[:1]}
		res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", url.Values{"act": {"accept"}}, func(r *http.Request) { r.Header.Set("Referer", "http://node.example/m/valley/texts/js-9?open=4") })
		if res.StatusCode != http.StatusForbidden || !strings.Contains(res.body, `class="button primary" href="/sign-in"`) || !strings.Contains(res.body, locale.Message(tag, "staff.no_session", nil)) {
			t.Errorf("%s: a form of an ended session: %d\n%s", tag, res.StatusCode, res.body)
		}
		link, err := people.Invite(t.Context(), "cedar-sec", "", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if to := b.do(http.MethodPost, "/sign-in/"+link, nil, nil).Header.Get("Location"); to != "/m/valley/texts/js-9?open=4" {
			t.Errorf("%s: back to %q", tag, to)
		}
	}
}

// Attack 17, for who signs in: what a browser says about where its reader wanted to go, or came from, leads to pages of ours and nowhere else.
func TestAttack17TheWayLeadsNowhereElse(t *testing.T) {
	site, _, people := newSite(t)
	for _, to := range []string{"//evil.example", `/\evil.example`, "https://evil.example/", "javascript:alert(1)", "/ok\r\nSet-Cookie: a=b", "//evil.example@node.example/", "http:///evil.example", "/%2F/evil.example", "\x00", "%zz"} {
		link, err := people.Invite(t.Context(), "cedar-sec", "", time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		b := &browser{t: t, site: site, lang: "en", cookie: []*http.Cookie{{Name: "entente-way", Value: url.Values{"to": {to}}.Encode()}}}
		location := b.do(http.MethodPost, "/sign-in/"+link, nil, nil).Header.Get("Location")
		if u, err := url.Parse(location); err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(location, "/") || strings.HasPrefix(location, "//") || strings.ContainsAny(location, "\r\n\\") {
			t.Errorf("%q leads to %q", to, location)
		}
		b = enter(t, site, people, "cedar-sec")
		res := b.do(http.MethodPost, "/habits", url.Values{"do": {"nothing"}}, func(r *http.Request) { r.Header["Referer"] = []string{to} })
		if res.StatusCode != http.StatusBadRequest || strings.Contains(res.body, "evil") {
			t.Errorf("a form from %q: %d", to, res.StatusCode)
		}
	}
}

// An address to which only a form is sent leads whoever goes there to a page: they have loaded an answer again, or chosen another language on it.
func TestFormAddressesLeadToTheirPages(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	want := map[string]string{
		"POST /m/{mech}/texts/{text}/acts": "/m/valley/texts/js-9", "POST /m/{mech}/texts/{text}/freeze": "/m/valley/texts/js-9", "POST /m/{mech}/line/{line}/acts": "/m/valley/line/cedar-birch",
		"POST /m/{mech}/meetings/{id}/invitation.ics": "/m/valley/meetings/1", "POST /m/{mech}/guests/{id}/passes": "/m/valley/guests/1", "POST /m/{mech}/glossary-file/compare": "/m/valley/glossary",
		"POST /m/{mech}/calendar": "/m/valley/meetings", "POST /m/{mech}/texts": "/m/valley", "POST /m/{mech}/keys/read": "/m/valley/keys", "POST /m/{mech}/pouch/open": "/m/valley/pouch",
		"POST /password": "/sessions", "POST /digest": "/sessions", "POST /meeting-mail": "/sessions", "POST /passkeys/{id}/drop": "/sessions", "POST /sign-on/unbind": "/sessions", "POST /habits": "/help", "POST /language": "/", "POST /sign-in/password": "/sign-in/password",
	}
	tried := 0
	for _, r := range routesOf(t, site, "valley") {
		if r.method != http.MethodPost || r.path == SignOnBack { // where somebody comes back from the directory, if there is one
			continue
		}
		res := b.get(r.path)
		if res.StatusCode == http.StatusOK {
			continue // the page of the form is at its own address
		}
		if to, ok := want[r.pattern]; ok && to != r.path && res.Header.Get("Location") != to {
			t.Errorf("%s leads to %q, not to %q", r.pattern, res.Header.Get("Location"), to)
		}
		if res.StatusCode != http.StatusSeeOther && res.StatusCode != http.StatusNotFound || res.StatusCode == http.StatusNotFound && strings.Contains(res.body, "There is no page at this address") {
			t.Errorf("%s leads nowhere: %d", r.pattern, res.StatusCode)
		}
		tried++
	}
	if tried < 15 {
		t.Errorf("only %d addresses of forms were looked at", tried)
	}
	if res := b.get("/nowhere/acts"); res.StatusCode != http.StatusNotFound {
		t.Errorf("an address of nothing: %d %s", res.StatusCode, res.Header.Get("Location"))
	}
}

// The page of an error says where to go on, in each language: by the menus of the mechanism that its reader is in, back to the form that was sent, or home. Who is not admitted to a mechanism is shown nothing of it.
func TestErrorsHaveAWayOn(t *testing.T) {
	site, _, people := newSite(t)
	b, stranger := enter(t, site, people, "cedar-sec"), enter(t, site, people, "other-sec")
	for _, tag := range locale.Languages {
		for _, who := range []*browser{b, stranger} {
			who.do(http.MethodPost, "/language", url.Values{"to": {string(tag)}}, nil)
		}
		say := func(key string) string { return locale.Message(tag, key, nil) }
		missing := b.get("/m/valley/texts/nothing")
		if missing.StatusCode != http.StatusNotFound || !strings.Contains(missing.body, `<a href="/m/valley">`+say("web.to_mechanism")) || !strings.Contains(missing.body, `<nav class="crumbs"`) || !strings.Contains(missing.body, say("web.to_home")) {
			t.Errorf("%s: nothing in a mechanism: %d\n%s", tag, missing.StatusCode, missing.body)
		}
		if page := stranger.get("/m/valley/texts/nothing").body; strings.Contains(page, say("web.to_mechanism")) || strings.Contains(page, `<nav class="crumbs"`) || !strings.Contains(page, say("web.to_home")) {
			t.Errorf("%s: a stranger is led into a mechanism:\n%s", tag, page)
		}
		refused := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", url.Values{"act": {"nothing"}}, func(r *http.Request) { r.Header.Set("Referer", "http://node.example/m/valley/texts/js-9") })
		if !strings.Contains(refused.body, "/m/valley/texts/js-9") || refused.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: a form that cannot be read: %d", tag, refused.StatusCode)
		}
		habit := b.do(http.MethodPost, "/habits", url.Values{"do": {"nothing"}}, func(r *http.Request) { r.Header.Set("Referer", "http://node.example/help") })
		if habit.StatusCode != http.StatusBadRequest || !strings.Contains(habit.body, `href="/help">`+say("web.to_form")) || !strings.Contains(habit.body, say("web.bad_form")) {
			t.Errorf("%s: a form that cannot be read: %d\n%s", tag, habit.StatusCode, habit.body)
		}
		for _, res := range []answer{missing, refused, habit} {
			if lang.Tag(res.Header.Get("Content-Language")) != tag || !strings.Contains(res.body, `<html lang="`+string(tag)+`">`) {
				t.Errorf("%s: %v", tag, res.Header)
			}
		}
	}
}

// What a page that is still open asks by itself after its reader has signed out is remembered for nobody: who signs in next may be somebody else.
func TestAScriptGoesNowhere(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	signed := b.cookie
	b.do(http.MethodPost, "/sign-out", url.Values{}, nil)
	b.cookie = signed // the browser's other window asked before it was told
	for _, h := range []http.Header{{"Accept": {"text/event-stream"}}, {"Sec-Fetch-Mode": {"cors"}}, {"Sec-Fetch-Mode": {"same-origin"}}} {
		ask := func(r *http.Request) {
			r.Header.Set("Referer", "http://node.example/m/valley/search?q=secret")
			for name, v := range h {
				r.Header[name] = v
			}
		}
		if got := ways(b.do(http.MethodGet, "/m/valley/events", nil, ask)); len(got) > 0 {
			t.Errorf("%v is remembered: %v", h, got)
		}
	}
}

// What breaks while a page is made is a fault of ours with a page, a number and a line in the log, and not an answer that never comes; of an answer that has begun nothing is made up.
func TestWhatBreaksHasAPage(t *testing.T) {
	site, src, people := newSite(t)
	var log bytes.Buffer
	site.o.Log = slog.New(slog.NewTextHandler(&log, nil))
	b := enter(t, site, people, "cedar-sec")
	src.again = func(*view.Matter) { panic("a plank broke") }
	for _, tag := range locale.Languages {
		log.Reset()
		b.do(http.MethodPost, "/language", url.Values{"to": {string(tag)}}, nil)
		res := b.get("/m/valley/concerns/x-1")
		said := log.String()
		number := regexp.MustCompile(` id=([0-9a-f]{12}) `).FindStringSubmatch(said)
		if number == nil || !strings.Contains(said, "a plank broke") || !strings.Contains(said, "way_test.go") {
			t.Fatalf("%s: the log says %s", tag, said)
		}
		if res.StatusCode != http.StatusInternalServerError || !strings.Contains(res.body, locale.Message(tag, "web.quote_id", refusal.Params{"id": number[1]})) || !strings.Contains(res.body, `<a href="/m/valley">`) || strings.Contains(res.body, "plank") {
			t.Errorf("%s: %d\n%s", tag, res.StatusCode, res.body)
		}
	}
	src.boardBreaks = true // what makes the menus breaks as well
	if res := b.get("/m/valley/concerns/x-1"); res.StatusCode != http.StatusInternalServerError || !strings.Contains(log.String(), "the menus of a mechanism broke") {
		t.Errorf("where the menus break, too: %d, and the log says %s", res.StatusCode, log.String())
	}
	begun := handler(func(v *visit) (page, error) {
		v.w.Header().Set("Content-Type", "text/plain")
		panic(http.ErrAbortHandler)
	})
	defer func() {
		if recover() == nil {
			t.Error("an answer that had begun was taken for whole")
		}
	}()
	begun.whole(&visit{site: site, w: httptest.NewRecorder()}) //nolint:errcheck // it does not return
}
