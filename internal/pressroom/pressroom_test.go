package pressroom

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	unescape "html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"entente.example/internal/card"
	"entente.example/internal/locale"
	"entente.example/internal/press"
	"entente.example/lang"
	"entente.example/proof"
	"entente.example/refusal"
)

// desk remembers what came in.
type desk struct {
	letters []press.Letter
	full    bool
	during  func() // what happens while a letter is taken in; nil: nothing
}

func (d *desk) Submit(_ context.Context, l press.Letter) (string, error) {
	if d.during != nil {
		d.during()
	}
	if d.full {
		return "", refusal.New(refusal.Conflict, "press.queue_full")
	}
	d.letters = append(d.letters, l)
	return "secret", nil
}
func (d *desk) Own(context.Context, string) (press.Own, error) {
	return press.Own{Key: key, Words: "<b>mine</b>", State: "declined", Reason: "off_topic"}, nil
}
func (d *desk) Erase(context.Context, string) error          { return nil }
func (d *desk) Appeal(context.Context, string, string) error { return nil }
func (d *desk) Report(context.Context, string, string) error { return nil }

type shelf struct{ e *press.Edition }

func (s *shelf) Edition(context.Context) (*press.Edition, error) { return s.e, nil }

var key = press.Key{Mechanism: "valley", Text: "js-9"}

const hostile = `"><script>alert(1)</script>`

// room is a site with one communiqué and one reply.
type room struct {
	t     testing.TB
	site  *Site
	desk  *desk
	shelf *shelf
	now   atomic.Int64
}

func newRoom(t testing.TB) *room {
	t.Helper()
	r := &room{t: t, desk: &desk{}}
	r.now.Store(time.Date(2025, 1, 15, 9, 0, 0, 0, time.UTC).Unix())
	c := &press.Communique{Key: key, Statement: strings.Repeat("ab", 32), Public: time.Date(2025, 1, 14, 8, 0, 0, 0, time.UTC), Headline: lang.Text{"en": "They met " + hostile}, Places: []lang.Text{{"en": "Eastbridge"}}, Day: "2025-01-14",
		Files: map[string][]byte{"SHA256SUMS": []byte("x"), "content.json": []byte("{}"), "cedar.sig": []byte("y"), "enclosure/A.body": []byte("<script>alert(1)</script>")}, Topics: map[string]lang.Text{"t-law": {"en": "Law"}},
		Seals: []press.Seal{{Party: "cedar", Names: lang.Text{"en": "Cedar Party"}}}, Content: &proof.Content{Statements: []proof.Declaration{{Party: "cedar", Paragraph: "1", Kind: "interpretative", Text: lang.Text{"en": "As we read it, " + hostile}}}, Title: lang.Text{"en": "Joint Statement"}, Languages: []proof.Language{{Tag: "en", Status: "authentic"}, {Tag: "ko", Status: "authentic"}}, Illustration: true,
			Paragraphs: []proof.Paragraph{{ID: "1", Kind: "operative", Label: "1", Text: lang.Text{"en": "The parties keep their channel open, whatever the situation.", "ko": "각 당은 어떤 상황에서도 대화의 통로를 유지한다."}}}}}
	r.shelf = &shelf{&press.Edition{Names: lang.Text{"en": "Cedar Party"}, All: []*press.Communique{c}, Until: map[press.Key]time.Time{key: time.Unix(r.now.Load(), 0).AddDate(0, 0, 30)},
		Replies: map[press.Key][]press.Reply{key: {{ID: "r1", Name: hostile, Words: hostile + " https://evil.example", Lang: "en"}}}, Coverage: map[press.Key][]press.Coverage{key: {{Outlet: hostile, Day: "2025-01-15", Link: "javascript:alert(1)", Headline: "x"}}}}}
	var err error
	r.site, err = New(Options{Source: r.shelf, Letters: r.desk, Now: func() time.Time { return time.Unix(r.now.Load(), 0) }, Rand: rand.Reader, URL: "https://press.example"})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *room) do(method, path string, form url.Values, header ...string) *http.Response {
	r.t.Helper()
	req := httptest.NewRequest(method, "https://press.example"+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	r.site.ServeHTTP(w, req)
	return w.Result()
}

func (r *room) get(path string) string { return r.read(r.do(http.MethodGet, path, nil)) }

func (r *room) read(resp *http.Response) string {
	r.t.Helper()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(b)
}

const form = "/en/valley/js-9/reply/"

// token takes a form and waits as long as a person would.
func (r *room) token(wait time.Duration) string {
	m := regexp.MustCompile(`name="form" value="([^"]+)"`).FindStringSubmatch(r.get(form))
	if m == nil {
		r.t.Fatal("no form")
	}
	r.now.Add(int64(wait / time.Second))
	return m[1]
}

func good(token string) url.Values {
	return url.Values{"form": {token}, "name": {"Reader"}, "email": {"reader@example.org"}, "words": {"Will there be a tenth meeting?"}}
}

// Whoever only looks at the form of the search is not counted; who searches without end is told to wait.
func TestTheBareSearchCostsNothing(t *testing.T) {
	r := newRoom(t)
	status := func(path string) int {
		resp := r.do(http.MethodGet, path, nil)
		r.read(resp)
		return resp.StatusCode
	}
	for i := range 2 * int(perQuote.burst) {
		if got := status("/en/search/"); got != http.StatusOK {
			t.Fatalf("look %d: %d", i, got)
		}
	}
	last := 0
	for range int(perQuote.burst) + 1 {
		last = status("/en/search/?q=channel")
	}
	if last != http.StatusServiceUnavailable {
		t.Errorf("the last search of too many: %d", last)
	}
}

// What readers, outlets and headlines say is text: attack 34. Data for machines cannot end its element.
func TestHostileWordsAreText(t *testing.T) {
	r := newRoom(t)
	for _, path := range []string{"/en/", "/en/valley/js-9/", "/ja/valley/js-9/", "/en/valley/js-9/beside/", "/en/valley/js-9/report/r1/", form + "?to=r1", "/en/search/?q=" + url.QueryEscape(hostile), "/en/topics/t-law/"} {
		resp := r.do(http.MethodGet, path, nil)
		page := r.read(resp)
		if resp.StatusCode != http.StatusOK || strings.Contains(page, "<script>alert") || strings.Contains(page, `href="javascript`) || strings.Contains(page, `href="https://evil`) {
			t.Errorf("%s: %d holds what it was told as it is", path, resp.StatusCode)
		}
		if !strings.Contains(resp.Header.Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(page, " style=") || strings.Contains(page, " onclick=") {
			t.Errorf("%s: policy", path)
		}
	}
	if page := r.get("/en/valley/js-9/"); !strings.Contains(page, "Cedar Party</span></strong> (<a href=\"#p-1\">paragraph 1</a>): <span lang=\"en\">As we read it,") {
		t.Error("a statement that travels with the text is not shown with whose it is")
	}
	m := regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`).FindStringSubmatch(r.get("/en/valley/js-9/"))
	var schema map[string]any
	if m == nil || json.Unmarshal([]byte(m[1]), &schema) != nil || schema["headline"] != "They met "+hostile {
		t.Errorf("structured data: %v", m)
	}
	resp := r.do(http.MethodGet, "/c/valley/js-9/files/enclosure/A.body", nil)
	if resp.Header.Get("Content-Type") != "application/octet-stream" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("an annex that is a page: %v", resp.Header)
	}
}

// Public pages carry no cookie and may be kept by anybody; what one reader gets may not. An address with an ending, or a header, makes no other page: attack 37.
func TestCaches(t *testing.T) {
	r := newRoom(t)
	for path, want := range map[string]string{"/en/": "public", "/en/valley/js-9/": "public", "/en/feed.atom": "public", "/c/valley/js-9/files/content.json": "public", form: "no-store", "/en/my-reply/secret/": "no-store", "/en/search/?q=x": "no-store",
		"/en/valley/js-9/nothing.css": "no-store", "/en/my-reply/secret/x.css": "no-store"} {
		resp := r.do(http.MethodGet, path, nil, "Cookie", "a=b", "X-Forwarded-Host", "evil.example", "X-Original-URL", "/en/my-reply/secret/")
		if got := resp.Header.Get("Cache-Control"); !strings.Contains(got, want) || len(resp.Cookies()) > 0 || strings.Contains(r.read(resp), "evil.example") && strings.HasPrefix(path, "/en/feed") {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	resp := r.do(http.MethodGet, "/en/valley/js-9/", nil)
	again := r.do(http.MethodGet, "/en/valley/js-9/?x=1", nil, "If-None-Match", resp.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified {
		t.Errorf("a page that did not change: %d", again.StatusCode)
	}
	e := *r.shelf.e
	e.Replies = nil
	r.shelf.e = &e
	if page := r.get("/en/valley/js-9/"); strings.Contains(page, `id="r-r1"`) {
		t.Error("a reply that is gone stays in what was kept")
	}
	if resp := r.do(http.MethodPost, form, good(""), "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); resp.StatusCode != http.StatusForbidden {
		t.Errorf("another site makes a reader reply: %d", resp.StatusCode)
	}
}

// A language that the interface does not speak is shown as it is, marked as what it counts for; one that is not there is said not to be.
func TestLanguagesAreHonest(t *testing.T) {
	r := newRoom(t)
	if page := r.get("/ko/valley/js-9/"); !strings.Contains(page, `<section class="clauses" lang="ko">`) || !strings.Contains(page, "통로를 유지한다") {
		t.Error("Korean is not shown")
	}
	page := r.get("/ja/valley/js-9/")
	if !strings.Contains(page, `<html lang="ja">`) || !strings.Contains(page, `<section class="clauses" lang="en">`) || !strings.Contains(page, `<span lang="ja">日本語</span> <small>なし</small>`) {
		t.Error("what is not there is not said")
	}
	if resp := r.do(http.MethodGet, "/de/valley/js-9/", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a language of nobody: %d", resp.StatusCode)
	}
	if resp := r.do(http.MethodGet, "/c/valley/js-9/", nil, "Accept-Language", "zh-CN,zh;q=0.9"); resp.Header.Get("Location") != "/zh-Hans/valley/js-9/" {
		t.Errorf("a Chinese reader is led to %s", resp.Header.Get("Location"))
	}
	for _, tag := range locale.Languages {
		if strings.Contains(r.get("/"+string(tag)+"/valley/js-9/"), "⟨") {
			t.Errorf("a message is missing in %s", tag)
		}
	}
}

// A browser runs only the code that the page was made with: the digest of each of its files stands on every page that has a check, where browsers look for it and where the page's own script does: attack 35.
func TestThePageNamesTheCodeThatChecks(t *testing.T) {
	r := newRoom(t)
	for _, path := range []string{"/en/valley/js-9/", "/ja/valley/js-9/excerpt/?p=1"} {
		page := r.get(path)
		for _, name := range []string{"press.js", "export.mjs", "verify.mjs"} {
			m := regexp.MustCompile(`"(/static/[^"]+/` + regexp.QuoteMeta(name) + `)"(?: integrity=|:)"(sha256-[^"]+)"`).FindStringSubmatch(page)
			if m == nil {
				t.Errorf("%s names no digest of %s", path, name)
				continue
			}
			sum := sha256.Sum256([]byte(r.get(m[1])))
			if want := "sha256-" + base64.StdEncoding.EncodeToString(sum[:]); unescape.UnescapeString(m[2]) != want {
				t.Errorf("%s: %s is %s, and the page says %s", path, name, want, m[2])
			} else if name != "press.js" && !strings.Contains(page, `"`+name+`":"`+want+`"`) {
				t.Errorf("%s: the page's own script cannot hold %s against anything", path, name)
			}
		}
		allowed := regexp.MustCompile(`<script type="importmap">(.*)</script>`).FindStringSubmatch(page)
		if csp := r.do(http.MethodGet, path, nil).Header.Get("Content-Security-Policy"); allowed == nil || !strings.Contains(csp, "script-src 'self' '"+integrity([]byte(allowed[1]))+"';") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: %v is not what the policy allows: %s", path, allowed, csp)
		}
		if strings.Contains(page, `class="right"`) || strings.Contains(page, "<noscript") || !strings.Contains(page, "No button here?") && path[1] == 'e' {
			t.Errorf("%s says too much by itself, or nothing if its script does not run", path)
		}
	}
}

// Whom journalists ask stands at the foot of every page, as text; where the operator names nobody, nothing does.
func TestWhomJournalistsAsk(t *testing.T) {
	r := newRoom(t)
	if strings.Contains(r.get("/en/"), "Questions from the press") {
		t.Error("nobody is named as somebody")
	}
	e := *r.shelf.e
	e.Contact = "Press office <b>, press@cedar.example"
	r.shelf.e = &e
	for _, path := range []string{"/en/", "/ja/valley/js-9/", "/zh-Hans/on-record/"} {
		if !strings.Contains(r.get(path), "<bdi>Press office &lt;b&gt;, press@cedar.example</bdi>") {
			t.Errorf("%s names nobody", path)
		}
	}
}

// The copy as files has every page, the same files of the export, and nothing that needs a server. No page says by itself that a text was verified: attack 35.
func TestCopyAsFiles(t *testing.T) {
	r := newRoom(t)
	still, err := New(Options{Source: r.shelf, Now: time.Now, Rand: rand.Reader, URL: "https://static.example", Still: true})
	if err != nil {
		t.Fatal(err)
	}
	files, err := still.Files(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"index.html", "en/index.html", "ko/valley/js-9/index.html", "ja/valley/js-9/beside/index.html", "c/valley/js-9/files/content.json", "c/valley/js-9/index.html", "c/valley/js-9.zip", "sitemap.xml", "zh-Hans/feed.atom", "en/topics/t-law/feed.json"} {
		if files[name] == nil {
			t.Errorf("%s is missing", name)
		}
	}
	for name, b := range files {
		if strings.HasSuffix(name, ".html") && (strings.Contains(string(b), "<form") || strings.Contains(string(b), "press.example") || strings.Contains(string(b), `class="right"`)) {
			t.Errorf("%s needs a server, names another address, or calls itself verified", name)
		}
	}
	if string(files["c/valley/js-9/files/content.json"]) != r.get("/c/valley/js-9/files/content.json") {
		t.Error("a file of the export is another one")
	}
}

// Whoever finds a feed finds the hub that passes it on and the address that the hub knows it by, in its header and inside, alike (WebSub 4); a press room without hubs names none.
func TestFeedsNameTheirHubs(t *testing.T) {
	r := newRoom(t)
	if got := r.do(http.MethodGet, "/en/feed.atom", nil); got.Header.Get("Link") != "" || strings.Contains(r.read(got), "hub") {
		t.Error("a hub is named where there is none")
	}
	site, err := New(Options{Source: r.shelf, Now: time.Now, Rand: rand.Reader, URL: "https://press.example", Hubs: []string{"https://hub.example/?a=1&b=2", "https://other.example/"}})
	if err != nil {
		t.Fatal(err)
	}
	r.site = site
	for path, inside := range map[string][]string{
		"/en/feed.atom":             {`<link rel="hub" href="https://hub.example/?a=1&amp;b=2"></link>`, `<link rel="hub" href="https://other.example/"></link>`},
		"/ja/topics/t-law/feed.rss": {`<link xmlns="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example/?a=1&amp;b=2"></link>`, `rel="hub" href="https://other.example/"`},
		"/zh-Hans/feed.json":        {`"type": "WebSub",`, `"url": "https://hub.example/?a=1\u0026b=2"`},
	} {
		for range 2 { // the second time it lies ready
			got := r.do(http.MethodGet, path, nil)
			if want := "<https://press.example" + path + `>; rel="self", <https://hub.example/?a=1&b=2>; rel="hub", <https://other.example/>; rel="hub"`; got.Header.Get("Link") != want {
				t.Errorf("%s: %q", path, got.Header.Get("Link"))
			}
			body := r.read(got)
			for _, want := range inside {
				if !strings.Contains(body, want) {
					t.Errorf("%s lacks %s: %.900s", path, want, body)
				}
			}
		}
	}
	feeds, err := site.Feeds(t.Context())
	if err != nil || len(feeds) != 18 || string(feeds["https://press.example/en/feed.rss"]) != r.get("/en/feed.rss") {
		t.Errorf("%v, %d feeds", err, len(feeds))
	}
	if page := r.do(http.MethodGet, "/en/", nil); page.Header.Get("Link") != "" {
		t.Error("a page that no hub knows names one")
	}
}

// What a reader's browser prefers does not become part of what others get from the same address.
func TestKeptPagesAreEverybodys(t *testing.T) {
	r := newRoom(t)
	first := r.read(r.do(http.MethodGet, "/ko/valley/js-9/", nil, "Accept-Language", "ja"))
	if !strings.Contains(first, `<html lang="en">`) || first != r.read(r.do(http.MethodGet, "/ko/valley/js-9/", nil, "Accept-Language", "zh")) {
		t.Error("a page that is kept depends on who asked first")
	}
}

// Readers who come at once for a page that is not there yet wait for one and the same.
func TestAPageIsMadeOnce(t *testing.T) {
	r := newRoom(t)
	const readers = 50
	var made atomic.Int64
	var came, served sync.WaitGroup
	came.Add(readers)
	fonts := r.site.o.Fonts
	r.site.o.Fonts = func() (*card.Fonts, error) {
		made.Add(1)
		came.Wait() // whoever comes finds it in the making
		return fonts()
	}
	for range readers {
		served.Go(func() {
			req := httptest.NewRequest(http.MethodGet, "https://press.example/en/valley/js-9/card.png", nil)
			w := httptest.NewRecorder()
			came.Done()
			if r.site.ServeHTTP(w, req); w.Code != http.StatusOK || w.Body.Len() == 0 {
				t.Errorf("%d", w.Code)
			}
		})
	}
	if served.Wait(); made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
}

// Readers who all come first with a new edition look at one printing of it: in two, pages would be made twice.
func TestAnEditionIsPrintedOnce(t *testing.T) {
	r := newRoom(t)
	var all sync.Map
	var reading sync.WaitGroup
	start := make(chan struct{})
	for range 50 {
		reading.Go(func() {
			<-start
			p, err := r.site.printed(t.Context())
			if err != nil {
				t.Error(err)
			}
			all.Store(p, true)
		})
	}
	close(start)
	reading.Wait()
	printings := 0
	all.Range(func(any, any) bool { printings++; return true })
	if printings != 1 {
		t.Errorf("%d printings of one edition", printings)
	}
}

// BenchmarkPage is what the site itself spends on a page that is kept; the rest is the HTTP server's.
func BenchmarkPage(b *testing.B) {
	r := newRoom(b)
	req := httptest.NewRequest(http.MethodGet, "https://press.example/en/valley/js-9/", nil)
	for b.Loop() {
		w := httptest.NewRecorder()
		if r.site.ServeHTTP(w, req); w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}

// Scenario a08, on the page: the corrected wording is the one that is read, what was sealed stays beside it, and only the language that was corrected is concerned.
func TestA08CorrectionIsShownOpenly(t *testing.T) {
	r := newRoom(t)
	e := *r.shelf.e
	c := *e.All[0]
	c.Corrections = []press.Correction{{Symbol: "VALLEY/9/JS/Corr.1", At: c.Public.AddDate(0, 1, 0), Changes: []press.Change{{Paragraph: "1", Label: "1", Lang: "en", Before: c.Content.Paragraphs[0].Text["en"], After: "The parties keep their channels open, whatever the situation."}}}}
	e.All = []*press.Communique{&c}
	r.shelf.e = &e
	page := r.get("/en/valley/js-9/")
	for _, want := range []string{`<a href="/en/valley/js-9/#corrections">A correction has been published: VALLEY/9/JS/Corr.1.</a>`, `<p class="now">The parties keep their channels open, whatever the situation.</p>`, `<p class="sealedwords" lang="en">The parties keep their channel open, whatever the situation.</p>`, "VALLEY/9/JS/Corr.1", "CorrectionComment"} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if page := r.get("/ko/valley/js-9/"); strings.Contains(page, `class="now"`) {
		t.Error("another language is corrected, too")
	}
	beside := r.get("/en/valley/js-9/beside/")
	if !strings.Contains(beside, `<td lang="en"><span class="tongue">English</span><p class="now">The parties keep their channels open, whatever the situation.</p>`) || !strings.Contains(beside, `<p lang="en">The parties keep their channel open, whatever the situation.</p></details>`) || strings.Count(beside, `class="now"`) != 1 {
		t.Error("side by side, what was corrected is passed off as what holds, or is not there")
	}
	if !strings.Contains(page, `"newer":["A correction has been published: VALLEY/9/JS/Corr.1."]`) {
		t.Error("the reader's check does not know that there is something newer: attack 36")
	}
	for _, quote := range []string{"The parties keep their channels open, whatever the situation.", "The parties keep their channel open, whatever the situation."} {
		if page := r.read(r.do(http.MethodPost, "/en/on-record/", url.Values{"quote": {quote}})); !strings.Contains(page, "verdict-complete") {
			t.Errorf("%q is not found", quote)
		}
	}
}

// Where each side has a text of its own, the other side's stands beside it as it reads today, with what is said against a paragraph of it and against the whole.
func TestTwinsStandAsTheyReadToday(t *testing.T) {
	r := newRoom(t)
	e := *r.shelf.e
	of := func(side, text string) *press.Communique {
		c, content := *e.All[0], *e.All[0].Content
		content.Parallel, content.Sides = &proof.Parallel{Pair: "bay", Side: side}, []proof.Side{{ID: side, Label: lang.Text{"en": side}}}
		c.Key.Text, c.Content = text, &content
		return &c
	}
	ours, theirs := of("north", "cedar.bay"), of("south", "lantern.bay")
	theirs.Corrections = []press.Correction{{Symbol: "Corr.1", At: theirs.Public, Changes: []press.Change{{Paragraph: "1", Label: "1", Lang: "en", Before: theirs.Content.Paragraphs[0].Text["en"], After: "Their channel stays open."}}}}
	theirs.Dissents = []press.Dissent{{By: lang.Text{"en": "Cedar Party"}, Text: lang.Text{"en": "None of it is so."}, At: theirs.Public}, {By: lang.Text{"en": "Cedar Party"}, Paragraph: "1", Text: lang.Text{"en": "Nor is this."}, At: theirs.Public}}
	ours.Twins = []press.Twin{{ID: "south", Side: lang.Text{"en": "south"}, Of: theirs}}
	e.All = []*press.Communique{ours, theirs}
	r.shelf.e = &e
	_, twins, there := strings.Cut(r.get("/en/valley/cedar.bay/"), `id="twins"`)
	_, twin, second := strings.Cut(twins, `href="/en/valley/lantern.bay/"`)
	if !there || !second {
		t.Fatal("the other side's text does not stand beside this one")
	}
	for _, want := range []string{"Their channel stays open.", "None of it is so.", "Nor is this."} {
		if strings.Count(twin, want) != 1 {
			t.Errorf("%q stands there %d times", want, strings.Count(twin, want))
		}
	}
	if twin, _, _ = strings.Cut(twin, "</section>"); strings.Contains(twin, "The parties keep their channel open") {
		t.Error("what was replaced is passed off as what holds")
	}
	if ko := r.get("/ko/valley/cedar.bay/"); strings.Contains(ko, "Their channel stays open.") {
		t.Error("a language that was not corrected is shown as if it were")
	}
}

// A superseded text says so before anything else, in the reader's language, with a link to the newer one if that is public; its words and its check stay, and lists say it too.
func TestASupersededTextSaysSoAtItsTop(t *testing.T) {
	r := newRoom(t)
	if page := r.get("/en/valley/js-9/"); strings.Contains(strings.ToLower(page), "supersede") || strings.Contains(page, "successor-version") {
		t.Fatal("a text that stands is called superseded")
	}
	supersede := func(s *press.Superseded) {
		e := *r.shelf.e
		c := *e.All[0]
		c.Superseded = s
		e.All = []*press.Communique{&c}
		r.shelf.e = &e
	}
	at := time.Date(2025, 12, 1, 9, 0, 0, 0, time.UTC)
	supersede(&press.Superseded{At: at})
	if page := r.get("/en/valley/js-9/"); !strings.Contains(page, "Superseded since 1 December 2025") || strings.Contains(page, "successor-version") || strings.Contains(page, "In its place") {
		t.Error("it does not say that it is superseded, or leads to a text that is not public")
	}
	supersede(&press.Superseded{At: at, By: press.Key{Mechanism: "valley", Text: "js-10"}, Title: lang.Text{"en": "Ten " + hostile}})
	for _, path := range []string{"/en/valley/js-9/", "/ja/valley/js-9/", "/zh-Hans/valley/js-9/beside/"} {
		page, tag := r.get(path), strings.Split(path, "/")[1]
		notice := strings.Index(page, `href="/`+tag+`/valley/js-10/" rel="successor-version"`)
		if notice < 0 || notice > strings.Index(page, "<h1>") || strings.Contains(page, hostile) || !strings.Contains(page, "The parties keep their channel open") {
			t.Errorf("%s: %d", path, notice)
		}
	}
	if page := r.get("/en/valley/js-9/"); !strings.Contains(page, `<link rel="DCTERMS.isReplacedBy" href="https://press.example/c/valley/js-10/">`) {
		t.Error("programs that know Dublin Core are not told what replaces it")
	}
	if page := r.get("/ko/valley/js-9/"); !strings.Contains(page, `href="/en/valley/js-10/" rel="successor-version"`) {
		t.Error("in a language of this text alone, the link leads to a page of the other one that there may not be")
	}
	for path, want := range map[string]string{"/en/": "Superseded</span>", "/zh-Hans/feed.json": "已被取代", "/ja/feed.atom": "代替済み", "/en/feed.rss": "https://press.example/en/valley/js-10/", "/en/search/?q=channel": "Superseded</span>"} {
		if page := r.get(path); !strings.Contains(page, want) {
			t.Errorf("%s does not say it: %.600s", path, page)
		}
	}
}

// A paragraph that rests on an earlier text leads to it, if that is public.
func TestAParagraphLeadsToTheTextThatItRestsOn(t *testing.T) {
	r := newRoom(t)
	c, old := *r.shelf.e.All[0], *r.shelf.e.All[0]
	old.Text, old.Headline = "js-8", lang.Text{"en": "They met before"}
	content := *c.Content
	content.Paragraphs = []proof.Paragraph{{ID: "1", Kind: "operative", Label: "1", Text: lang.Text{"en": "Go on."}, Cites: []string{"text/js-8#1", "text/js-7"}}}
	c.Content = &content
	r.shelf.e = &press.Edition{Names: r.shelf.e.Names, All: []*press.Communique{&c, &old}}
	page := r.get("/en/valley/js-9/")
	if _, cites, _ := strings.Cut(page, `class="cites"`); !strings.HasPrefix(cites, ` lang="en">`) || !strings.Contains(cites, `href="/en/valley/js-8/#p-1"`) || !strings.Contains(cites, "They met before") || strings.Contains(page, "js-7") {
		t.Errorf("the paragraph does not lead to what it rests on: %.300s", cites)
	}
}
