package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/entry"
	"entente.example/internal/staff"
	"entente.example/internal/text"
	"entente.example/refusal"
)

// browser is a person at a screen.
type browser struct {
	t      *testing.T
	site   http.Handler
	cookie []*http.Cookie
	lang   string
}

type answer struct {
	*http.Response
	body string
}

func (b *browser) do(method, path string, form url.Values, change func(*http.Request)) answer {
	b.t.Helper()
	r := httptest.NewRequest(method, "http://node.example"+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.Header.Set("Accept-Language", b.lang)
	for _, c := range b.cookie {
		r.AddCookie(c)
	}
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	b.site.ServeHTTP(w, r)
	res := w.Result()
	b.cookie = append(b.cookie, res.Cookies()...)
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{res, string(body)}
}

func (b *browser) get(path string) answer { return b.do(http.MethodGet, path, nil, nil) }

func newSite(t *testing.T) (*Site, *source, *staff.Store) {
	t.Helper()
	now := func() time.Time { return galleryNow }
	people, err := staff.Open(t.Context(), staff.Options{Path: filepath.Join(t.TempDir(), "private.db"), Now: now, Rand: rand.NewChaCha8([32]byte{7})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = people.Close() })
	src := &source{g: loadGallery(t), changes: make(chan []string, 1)}
	site, err := New(Options{Source: src, Staff: people, Now: now, Rand: rand.NewChaCha8([32]byte{8}), Node: "cedar", Hosts: []string{"node.example"}, Copies: true})
	if err != nil {
		t.Fatal(err)
	}
	return site, src, people
}

func enter(t *testing.T, site *Site, people *staff.Store, member string) *browser {
	t.Helper()
	link, err := people.Invite(t.Context(), member, "", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, site: site, lang: "en"}
	if page := b.get("/sign-in/" + link); page.StatusCode != 200 || !strings.Contains(page.body, "Sign in as "+member) || len(b.cookie) != 0 {
		t.Fatalf("the link's page: %d\n%s", page.StatusCode, page.body)
	}
	if res := b.do(http.MethodPost, "/sign-in/"+link, nil, nil); res.StatusCode != http.StatusSeeOther || len(b.cookie) != 1 {
		t.Fatalf("signing in: %d", res.StatusCode)
	}
	return b
}

func TestNobodySeesAnythingUnlessSignedIn(t *testing.T) {
	site, _, _ := newSite(t)
	b := &browser{t: t, site: site, lang: "ja"}
	for _, path := range []string{"/", "/sessions", "/m/valley", "/m/nowhere", "/m/valley/texts/js-9", "/m/valley/record", "/m/valley/record/cedar-4", "/m/valley/pouch", "/m/valley/keys"} {
		if res := b.get(path); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/sign-in" {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.Header.Get("Location"))
		}
	}
	if res := b.do(http.MethodGet, "/m/valley/events", nil, func(r *http.Request) { r.Header.Set("Accept", "text/event-stream") }); res.StatusCode != http.StatusForbidden {
		t.Errorf("events: %d", res.StatusCode)
	}
	for _, path := range []string{"/m/valley/texts/js-9/acts", "/m/valley/pouch/pack", "/m/valley/pouch/open", "/sign-out", "/sessions/1/end"} {
		if res := b.do(http.MethodPost, path, nil, nil); res.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s: %d", path, res.StatusCode)
		}
	}
	if res := b.get("/sign-in"); res.StatusCode != 200 || !strings.Contains(res.body, `<html lang="ja">`) || strings.Contains(res.body, "valley") {
		t.Errorf("sign-in page: %d", res.StatusCode)
	}
	if res := b.do(http.MethodPost, "/sign-in/AAAA", nil, nil); res.StatusCode != http.StatusNotFound || slices.ContainsFunc(b.cookie, func(c *http.Cookie) bool { return c.Name == "entente" }) {
		t.Errorf("a made-up link: %d", res.StatusCode)
	}
}

func TestMembersSeeTheirMechanismsOnly(t *testing.T) {
	site, _, people := newSite(t)
	ours, stranger := enter(t, site, people, "cedar-sec"), enter(t, site, people, "other-sec")
	for _, path := range []string{"/m/valley", "/m/valley/texts/js-9", "/m/valley/record", "/m/valley/record/cedar-4", "/m/valley/pouch"} {
		if res := ours.get(path); res.StatusCode != 200 || !strings.Contains(res.body, "Illustration") {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
		if res, none := stranger.get(path), stranger.get(strings.Replace(path, "valley", "nowhere", 1)); res.StatusCode != 404 || none.StatusCode != 404 || strings.Contains(res.body, "Valley") {
			t.Errorf("%s for a stranger: %d", path, res.StatusCode)
		}
	}
}

// Attacks 5 and 13: cookies that no script reads and no other host gets, pages that nobody frames or keeps.
func TestHeadersAndCookies(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	c := b.cookie[0]
	if c.Name != "entente" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Secure {
		t.Errorf("cookie without TLS: %+v", c)
	}
	for _, path := range []string{"/", "/nowhere", "/m/valley", "/static/0/site.css"} {
		h := b.get(path).Header
		csp := h.Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") ||
			h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: %v", path, h)
		}
	}
	css := b.get(site.assets.url(sheet))
	if !strings.Contains(css.Header.Get("Cache-Control"), "immutable") || !strings.HasPrefix(css.Header.Get("Content-Type"), "text/css") {
		t.Errorf("style: %v", css.Header)
	}
	zipped := b.do(http.MethodGet, "/m/valley/texts/js-9", nil, func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip, br") })
	z, err := gzip.NewReader(strings.NewReader(zipped.body))
	if err != nil {
		t.Fatal(err)
	}
	if page, err := io.ReadAll(z); err != nil || !strings.Contains(string(page), "</html>") || len(zipped.body) > 30_000 {
		t.Errorf("compressed: %d bytes, %v", len(zipped.body), err)
	}
	site.o.Secure = true
	secure := enter(t, site, people, "cedar-sec").cookie[0]
	if secure.Name != "__Host-entente" || !secure.Secure || secure.Path != "/" || secure.Domain != "" {
		t.Errorf("cookie behind TLS: %+v", secure)
	}
}

// A first visit is one answer: it brings the style along, which is the only style that the policy lets count, and asks for nothing before it can be drawn. Whoever has the sheet is sent no style; of another sheet they do not have this one.
func TestFirstVisitBringsItsStyle(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	css := string(site.assets.files[sheet])
	sum := sha256.Sum256([]byte(css))
	allowed := "style-src 'self' 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "';"
	linked, unhurried := `<link rel="stylesheet" href="`+site.assets.url(sheet)+`">`, `<link rel="stylesheet" href="`+site.assets.url(sheet)+`" media="print">`
	first := func(who *browser, path string) {
		t.Helper()
		res := who.get(path)
		_, head, _ := strings.Cut(res.body, "<head>")
		head, body, _ := strings.Cut(head, "</head>")
		if !strings.Contains(head, "<style>"+css+"</style>") || strings.Count(res.body, "<style") != 1 || !strings.Contains(head, unhurried) || strings.Contains(head, linked) {
			t.Errorf("%s for the first time:\n%s", path, strings.Replace(head, css, "…", 1))
		}
		if !strings.Contains(res.Header.Get("Content-Security-Policy"), allowed) {
			t.Errorf("%s: %s", path, res.Header.Get("Content-Security-Policy"))
		}
		for _, s := range strings.Split(res.body, "<script")[1:] {
			if !strings.HasPrefix(s, ` type="module" src="/static/`) {
				t.Errorf("%s waits for a script%.80s", path, s)
			}
		}
		if strings.Contains(body, "<link") || strings.Contains(body, " style=") {
			t.Errorf("%s has style in its body", path)
		}
	}
	stranger := &browser{t: t, site: site, lang: "ja"}
	first(stranger, "/sign-in")
	for _, path := range []string{"/", "/nowhere", "/m/valley", "/m/valley/texts/js-9", "/help"} {
		first(b, path)
	}
	fetched := b.get(site.assets.url(sheet))
	given := fetched.Cookies()
	if len(given) != 1 || given[0].Name != lookCookie || given[0].Value != site.assets.hash || !given[0].HttpOnly || given[0].SameSite != http.SameSiteLaxMode || fetched.body != css ||
		fetched.Header.Get("Cache-Control") != "private, max-age=31536000, immutable" {
		t.Fatalf("with the sheet came %v", fetched.Header)
	}
	if other := b.get(site.assets.url("icons.svg")); len(other.Cookies()) != 0 || !strings.HasPrefix(other.Header.Get("Cache-Control"), "public,") {
		t.Errorf("with the icons came %v", other.Header)
	}
	for _, path := range []string{"/", "/nowhere", "/m/valley/texts/js-9"} {
		if res := b.get(path); strings.Contains(res.body, "<style") || !strings.Contains(res.body, linked) || strings.Contains(res.body, `media="print"`) {
			t.Errorf("%s for who has the sheet:\n%.600s", path, res.body)
		}
	}
	b.cookie[len(b.cookie)-1].Value = "0123456789ab"
	first(b, "/m/valley")
	if res := b.get("/m/valley/texts/js-9?copy=1"); strings.Contains(res.body, "<style") || !strings.Contains(res.body, linked) {
		t.Error("a kept copy does not share the sheet that is kept with it")
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	accept := url.Values{"act": {"accept"}, "paragraph": {"4"}, "wording": {"millstone-3"}}
	for name, change := range map[string]func(*http.Request){
		"cross-site": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"same-site":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"other origin": func(r *http.Request) {
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin", "http://elsewhere.example")
		},
	} {
		if res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", accept, change); res.StatusCode != http.StatusForbidden || len(src.acts) != 0 {
			t.Errorf("%s: %d, %d acts", name, res.StatusCode, len(src.acts))
		}
	}
}

func TestActs(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-draft")
	items := []text.Item{{Paragraph: "6", Wording: "millstone-3"}}
	for _, c := range []struct {
		form url.Values
		want entry.Body
	}{
		{url.Values{"act": {"accept"}}, text.Accept{Items: items}},
		{url.Values{"act": {"confirm"}}, text.Confirm{Items: items}},
		{url.Values{"act": {"translate"}, "language": {"ja"}, "version": {"第六項"}, "courtesy": {"1"}}, text.Translate{Language: "ja", Courtesy: true, Items: []text.Translation{{Paragraph: "6", Wording: "millstone-3", Text: "第六項"}}}},
		{url.Values{"act": {"concord"}, "language": {"ja"}}, text.Concord{Language: "ja", Items: items}},
		{url.Values{"act": {"link"}, "paragraphs": {"4", "6"}, "note": {"together"}}, text.Link{Paragraphs: []text.ParaID{"4", "6"}, Note: "together"}},
		{url.Values{"act": {"compile"}, "ref": {"VALLEY/9/L.2"}, "note": {"n"}}, text.Compile{Document: "VALLEY/9/L.2", Note: "n"}},
		{url.Values{"act": {"refuse"}, "note": {"no basis"}}, text.Refuse{Reason: "no basis"}},
		{url.Values{"act": {"withdraw"}}, text.Withdraw{}},
		{url.Values{"act": {"lapse"}, "ref": {"js-10"}}, text.Lapse{For: "js-10"}},
		{url.Values{"act": {"resume"}, "note": {"again"}}, text.Resume{Reason: "again"}},
		{url.Values{"act": {"supersede"}, "ref": {"js-10"}}, text.Supersede{By: "js-10"}},
		{url.Values{"act": {"unlink"}, "ref": {"cedar-9"}}, text.Unlink{Package: "cedar-9"}},
		{url.Values{"act": {"support"}}, text.Support{Items: items}},
		{url.Values{"act": {"drop"}}, text.Drop{Paragraph: "6", Wording: "millstone-3"}},
		{url.Values{"act": {"reopen"}, "note": {" because "}}, text.Reopen{Paragraph: "6", Reason: "because"}},
		{url.Values{"act": {"reserve"}, "kind": {"scrutiny"}}, text.Reserve{Paragraph: "6", Kind: "scrutiny"}},
		{url.Values{"act": {"lift"}, "ref": {"scrutiny-cedar-4"}}, text.Lift{Reservation: "scrutiny-cedar-4"}},
		{url.Values{"act": {"flag"}, "language": {"ja"}, "note": {"懸念"}}, text.Flag{Paragraph: "6", Wording: "millstone-3", Language: "ja", Note: "懸念"}},
		{url.Values{"act": {"resolve"}, "ref": {"lantern-14"}, "language": {"ja"}, "text:ja": {"が\r\nか\u3099"}}, text.Resolve{Flag: "lantern-14", Text: "が\nが"}},
		{url.Values{"act": {"insert"}, "kind": {"operative"}, "place": {"6"}, "text:en": {"New;"}, "note": {"n"}}, text.Revise{Note: "n", Items: []text.Revision{{Text: entry.Text{"en": "New;"}, Place: &text.Place{After: "6"}, New: &text.NewParagraph{Kind: "operative"}}}}},
		{url.Values{"act": {"omit"}}, text.Revise{Items: []text.Revision{{Paragraph: "6", Omit: true}}}},
		{url.Values{"act": {"move"}, "place": {""}}, text.Revise{Items: []text.Revision{{Paragraph: "6", Of: "millstone-3", Place: &text.Place{}}}}},
		{url.Values{"act": {"split"}, "text:en": {"One;"}, "rest:en": {"Two;"}}, text.Revise{Whole: true, Items: []text.Revision{{Paragraph: "6", Of: "millstone-3", Text: entry.Text{"en": "One;"}},
			{Text: entry.Text{"en": "Two;"}, Place: &text.Place{After: "6"}, New: &text.NewParagraph{Kind: "operative", From: []text.ParaID{"6"}}}}}},
		{url.Values{"act": {"merge"}, "with": {"7"}, "text:en": {"Both;"}}, text.Revise{Whole: true, Items: []text.Revision{{Paragraph: "6", Of: "millstone-3", Text: entry.Text{"en": "Both;"}}, {Paragraph: "7", Omit: true, Into: "6"}}}},
		{url.Values{"act": {"several"}, "whole": {"1"}, "of:7:en": {"Seven;"}, "omit": {"8"}}, text.Revise{Whole: true, Items: []text.Revision{{Paragraph: "7", Of: "millstone-3", Text: entry.Text{"en": "Seven;"}}, {Paragraph: "8", Omit: true}}}},
		{url.Values{"act": {"propose"}, "text:en": {"Agree;"}, "text:ja": {""}, "note": {"n"}}, text.Propose{Paragraph: "6", Label: "6 ter", Text: entry.Text{"en": "Agree;"}, Note: "n"}},
	} {
		c.form.Set("paragraph", "6")
		c.form.Set("wording", "millstone-3")
		src.acts = nil
		res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", c.form, nil)
		anchor := "#p-6"
		if slices.Contains([]string{"refuse", "withdraw", "lapse", "resume", "supersede"}, c.form.Get("act")) {
			anchor = "#ending"
		}
		if c.form.Get("act") == "compile" {
			anchor = "#issued"
		}
		if res.StatusCode != http.StatusSeeOther || !strings.HasSuffix(res.Header.Get("Location"), anchor) {
			t.Errorf("%v: %d %s", c.form, res.StatusCode, res.Header.Get("Location"))
		}
		if len(src.acts) != 1 || spell(src.acts[0]) != spell(c.want) {
			t.Errorf("%v wrote %s, want %s", c.form, spell(src.acts[0]), spell(c.want))
		}
	}
}

// A long text has the forms of one paragraph at a time, so that it is no slower to read than a short one; the buttons that need no words are beside each.
func TestALongTextUnfoldsOneParagraph(t *testing.T) {
	g := loadGallery(t)
	tx := g.text()
	for len(tx.Paragraphs) <= manyParagraphs {
		p := tx.Paragraphs[len(tx.Paragraphs)%12]
		p.ID, p.Label = text.ParaID(fmt.Sprint(len(tx.Paragraphs))), fmt.Sprint(len(tx.Paragraphs))
		tx.Paragraphs = append(tx.Paragraphs, p)
	}
	var b bytes.Buffer
	page := &textPage{Frame: frame{Chrome: &tx.Chrome, Title: "Text", Lang: "en"}, T: tx, Shown: tx.Languages[:1], Chosen: true, Open: "6"}
	if err := newTemplates(loadAssets()).render(&b, page); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), `value="propose"`); n != 1 {
		t.Errorf("%d forms to propose wording", n)
	}
	if !strings.Contains(b.String(), `href="?lang=zh-Hans&amp;open=20#p-20"`) || strings.Count(b.String(), `value="accept"`) < 20 {
		t.Error("the way to the forms of another paragraph, or the buttons beside it, are missing")
	}
}

// spell writes a body as the record would.
// What is pasted around signatures is left out, line ends of any system are taken, and a paste without one is refused in words.
func TestSignaturesThatWerePasted(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-seal1")
	one := "-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----\n"
	paste := "Dear colleague,\r\n" + strings.ReplaceAll(one, "\n", "\r\n") + "and\r\n" + strings.ReplaceAll(one, "\n", "\r\n") + "Yours"
	form := url.Values{"act": {"affix"}, "digest": {"ab"}, "signatures": {paste}}
	if res := b.do(http.MethodPost, "/m/valley/texts/js-9/sealing", form, nil); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", res.StatusCode, res.body)
	}
	if len(src.sealings) != 1 || src.sealings[0].digest != "ab" || !slices.Equal(src.sealings[0].with.Signatures, []string{one, one}) {
		t.Errorf("%+v", src.sealings)
	}
	form.Set("signatures", "-----END SSH SIGNATURE----- -----BEGIN SSH SIGNATURE-----")
	if res := b.do(http.MethodPost, "/m/valley/texts/js-9/sealing", form, nil); res.StatusCode != http.StatusBadRequest || len(src.sealings) != 1 || !strings.Contains(res.body, `role="alert"`) {
		t.Errorf("no signature: %d", res.StatusCode)
	}
	secret := url.Values{"act": {"seal"}, "digest": {"ab"}, "passphrase:seal1": {"open sesame"}}
	src.refuse = refusal.New(refusal.Denied, "keys.passphrase")
	if res := b.do(http.MethodPost, "/m/valley/texts/js-9/sealing", secret, nil); strings.Contains(res.body, "open sesame") || res.StatusCode != http.StatusForbidden {
		t.Errorf("a refused passphrase comes back: %d", res.StatusCode)
	}
}

func spell(b entry.Body) string {
	s, err := entry.Canonical(b)
	if err != nil {
		return err.Error()
	}
	return b.EntryType() + string(s)
}

// A refused form comes back with the reason and every word that was in it, escaped.
func TestRefusedFormKeepsItsWords(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-draft")
	src.refuse = refusal.New(refusal.Conflict, "web.no_paragraph", "paragraph", "6")
	form := url.Values{"act": {"propose"}, "paragraph": {"6"}, "text:en": {"Mine <script>alert(1)</script>"}, "note": {`"quoted"`}}
	res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", form, nil)
	if res.StatusCode != http.StatusConflict || !strings.Contains(res.body, "Mine &lt;script&gt;alert(1)") || strings.Contains(res.body, "<script>alert") || !strings.Contains(res.body, "&#34;quoted&#34;") {
		t.Errorf("%d", res.StatusCode)
	}
	if !strings.Contains(res.body, `role="alert"`) {
		t.Error("the reason is not announced")
	}
	for want, form := range map[int]url.Values{400: {"act": {"explode"}}, 404: {"act": {"propose"}, "paragraph": {"99"}}} {
		if res := b.do(http.MethodPost, "/m/valley/texts/js-9/acts", form, nil); res.StatusCode != want {
			t.Errorf("%v: %d", form, res.StatusCode)
		}
	}
}

func TestLanguages(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	res := b.do(http.MethodPost, "/language", url.Values{"to": {"zh-Hans"}, "from": {"/m/valley"}}, nil)
	if res.Header.Get("Location") != "/m/valley" {
		t.Errorf("back to %s", res.Header.Get("Location"))
	}
	if page := b.get("/m/valley"); !strings.Contains(page.body, `<html lang="zh-Hans">`) || !strings.Contains(page.body, "政治文件") {
		t.Error("the chosen language is not kept")
	}
	b.cookie = b.cookie[:1] // another browser of the same person
	if page := b.get("/m/valley"); !strings.Contains(page.body, `<html lang="zh-Hans">`) {
		t.Error("the chosen language is not kept with the account")
	}
	for from, want := range map[string]string{"//evil.example/x": "/", "https://evil.example/": "/", `/\evil.example`: "/", "": "/", "/m/valley?x=1": "/m/valley", "javascript:alert(1)": "/"} {
		if res := b.do(http.MethodPost, "/language", url.Values{"to": {"ja"}, "from": {from}}, nil); res.Header.Get("Location") != want {
			t.Errorf("from %q to %q", from, res.Header.Get("Location"))
		}
	}
}

func TestInternalErrorsShowAnIDOnly(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	res := b.get("/m/valley/record/broken-1")
	if res.StatusCode != 500 || strings.Contains(res.body, "unexpected EOF") || !strings.Contains(res.body, "Quote this number") {
		t.Errorf("%d\n%s", res.StatusCode, res.body)
	}
	if res := b.get("/m/valley/texts/none"); res.StatusCode != 404 {
		t.Errorf("unknown text: %d", res.StatusCode)
	}
	if res := b.get("/nowhere/at/all"); res.StatusCode != 404 {
		t.Errorf("unknown page: %d", res.StatusCode)
	}
}

func TestSessionsOnThePage(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	other := enter(t, site, people, "cedar-sec")
	if page := b.get("/sessions"); strings.Count(page.body, "/end\"") != 2 || !strings.Contains(page.body, "This one.") {
		t.Error("both sessions should be listed")
	}
	list, err := people.Sessions(t.Context(), "cedar-sec")
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	b.do(http.MethodPost, "/sessions/2/end", nil, nil)
	if res := other.get("/"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("an ended session still reads: %d", res.StatusCode)
	}
	b.do(http.MethodPost, "/sign-out", nil, nil)
	b.cookie = b.cookie[:1]
	if res := b.get("/"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("after signing out: %d", res.StatusCode)
	}
}

func TestEventsNameWhatChanged(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	src.changes <- []string{"text/js-9", "charter"}
	close(src.changes)
	res := b.get("/m/valley/events")
	if res.Header.Get("Content-Type") != "text/event-stream" || !strings.Contains(res.body, "data: text/js-9 charter\n\n") || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v %q", res.Header, res.body)
	}
}

// What happens after a page was made and before its stream is open is told as soon as it is; a page that has missed nothing is not made twice.
func TestAPageMissesNothing(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	live := regexp.MustCompile(`data-live="([^"]+)"`).FindStringSubmatch(b.get("/m/valley/texts/js-9").body)
	if live == nil {
		t.Fatal("the page has no stream")
	}
	close(src.changes)
	if res := b.get(live[1]); strings.Contains(res.body, "data:") {
		t.Errorf("nothing happened: %q", res.body)
	}
	src.told++
	if res := b.get(live[1]); !strings.Contains(res.body, "data: *\n\n") {
		t.Errorf("something happened: %q", res.body)
	}
}

// Another handler on the site's address is as well protected, and learns who is signed in.
func TestProtect(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	b.site = site.Protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		member, ok := site.Member(r)
		if !ok {
			member = "nobody"
		}
		_, _ = io.WriteString(w, member)
	}))
	if res := b.do(http.MethodPost, "/api", nil, nil); res.body != "cedar-sec" || res.Header.Get("Content-Security-Policy") == "" {
		t.Errorf("%q %v", res.body, res.Header)
	}
	if res := b.do(http.MethodPost, "/api", nil, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); res.StatusCode != http.StatusForbidden {
		t.Errorf("another site: %d", res.StatusCode)
	}
	b.cookie = nil
	if res := b.get("/api"); res.body != "nobody" {
		t.Errorf("without a session: %q", res.body)
	}
	if _, err := New(Options{Origin: "https://node.example/"}); err != nil {
		t.Error(err)
	}
	if _, err := New(Options{Origin: "node.example"}); err == nil {
		t.Error("an origin without a scheme was taken")
	}
}
