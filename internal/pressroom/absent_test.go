package pressroom

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"entente.example/internal/locale"
	"entente.example/internal/press"
	"entente.example/lang"
	"entente.example/refusal"
)

// away is a record that cannot be read.
type away struct{ err error }

func (a away) Edition(context.Context) (*press.Edition, error) { return nil, a.err }

// Where the record cannot be read, every page says in the reader's language that the fault is ours, tells nobody what it was, is kept by nobody, and makes no copy of a site without texts.
func TestAPressRoomWhoseRecordCannotBeRead(t *testing.T) {
	r := newRoom(t)
	var log bytes.Buffer
	for want, err := range map[int]error{http.StatusInternalServerError: errors.New("disk of cedar.example broke"), http.StatusServiceUnavailable: refusal.New(refusal.Unavailable, "node.store_away")} {
		site, failed := New(Options{Source: away{err}, Letters: r.desk, Now: time.Now, Rand: rand.Reader, URL: "https://press.example", Log: slog.New(slog.NewTextHandler(&log, nil))})
		if failed != nil {
			t.Fatal(failed)
		}
		r.site = site
		for _, tag := range locale.Languages {
			at := "/" + string(tag) + "/"
			for _, path := range []string{at, at + "valley/js-9/", at + "search/?q=x", at + "valley/js-9/reply/", at + "feed.atom", at + "nothing/"} {
				resp := r.do(http.MethodGet, path, nil)
				page := r.read(resp)
				if resp.StatusCode != want || resp.Header.Get("Cache-Control") != "no-store" || !strings.Contains(page, `<html lang="`+string(tag)+`">`) || strings.Contains(page, "broke") || strings.Contains(page, "⟨") {
					t.Errorf("%s: %d %v %.300s", path, resp.StatusCode, resp.Header.Get("Cache-Control"), page)
				}
				if want == http.StatusInternalServerError && !strings.Contains(page, locale.Message(tag, "press.fault", nil)) {
					t.Errorf("%s does not say whose fault it is", path)
				}
			}
		}
		for range int(perForm.burst) + 1 {
			if resp := r.do(http.MethodPost, form, good("")); resp.StatusCode != want {
				t.Errorf("a form: %d", resp.StatusCode)
			}
		}
		if files, err := site.Files(t.Context()); err == nil {
			t.Errorf("a copy of %d files", len(files))
		}
		if feeds, err := site.Feeds(t.Context()); err == nil {
			t.Errorf("%d feeds", len(feeds))
		}
	}
	if !strings.Contains(log.String(), "disk of cedar.example broke") {
		t.Error("the operator is not told why")
	}
}

// What is not there is said not to be, whatever it is that somebody asks for: a text, a file of it, a paragraph, a readout, a reply, an issue, a language of nobody.
func TestWhatIsNotThere(t *testing.T) {
	r := newRoom(t)
	r.readouts()
	const at = "/valley/js-9/"
	for _, path := range []string{"/en/valley/none/", "/ja" + at + "readouts/none/", "/en" + at + "readouts/none/excerpt/?s=1", "/en" + at + "readouts/none/excerpt.json?s=1", "/en" + at + "readouts/r-1/excerpt/?s=9", "/en/readouts/none/", "/zh-Hans" + at + "excerpt/?p=99", "/en" + at + "excerpt/?p=1&p=1",
		"/en" + at + "report/none/", "/en/valley/none/report/r1/", "/en/valley/none/reply/", "/ja/topics/none/", "/en/topics/none/feed.atom", "/de/", "/de/feed.rss", "/de/search/", "/de/on-record/", "/de/topics/t-law/", "/c/valley/js-9/files/none", "/c/valley/none/files/content.json", "/c/valley/none.zip", "/c/valley/js-9", "/static/0/none.css", "/en/valley/none/ninjs.json", "/en/valley/none/card.png", "/nowhere/"} {
		resp := r.do(http.MethodGet, path, nil)
		if page := r.read(resp); resp.StatusCode != http.StatusNotFound || resp.Header.Get("Cache-Control") != "no-store" || strings.Contains(page, "⟨") {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	for _, path := range []string{"/de/on-record/", "/en/valley/none/reply/", "/en" + at + "report/none/"} {
		if resp := r.do(http.MethodPost, path, url.Values{}); resp.StatusCode != http.StatusNotFound {
			t.Errorf("a form to %s: %d", path, resp.StatusCode)
		}
	}
	e := *r.shelf.e
	e.Until = map[press.Key]time.Time{key: time.Unix(r.now.Load(), 0)}
	r.shelf.e = &e
	if resp := r.do(http.MethodGet, form, nil); resp.StatusCode != http.StatusConflict || !strings.Contains(r.read(resp), locale.Message("en", "press.closed", nil)) {
		t.Errorf("a reply after its time: %d", resp.StatusCode)
	}
}

// What is too long to be looked up is refused with how long it may be, and what can be read in no way as a form is refused too.
func TestWhatCannotBeLookedUp(t *testing.T) {
	r := newRoom(t)
	long := strings.Repeat("word ", press.MaxQuote/5+1)
	for _, c := range []struct {
		method, path string
		form         url.Values
		limit        string
	}{{http.MethodPost, "/en/on-record/", url.Values{"quote": {long}}, "16,000"}, {http.MethodGet, "/en/search/?q=" + strings.Repeat("a", 501), nil, "500"}} {
		if resp := r.do(c.method, c.path, c.form); resp.StatusCode != http.StatusBadRequest || !strings.Contains(r.read(resp), c.limit) {
			t.Errorf("%.40s: %d", c.path, resp.StatusCode)
		}
	}
	for _, path := range []string{"/en/on-record/", form, "/en/my-reply/secret/", "/en/valley/js-9/report/r1/"} {
		if resp := r.do(http.MethodPost, path+"?%zz", url.Values{"a": {"b"}}); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
	for range int(perQuote.burst) {
		r.do(http.MethodPost, "/en/on-record/", url.Values{"quote": {"x"}})
	}
	if resp := r.do(http.MethodPost, "/ja/on-record/", url.Values{"quote": {"x"}}); resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(r.read(resp), locale.Message("ja", "press.too_often", nil)) {
		t.Errorf("questions without end: %d", resp.StatusCode)
	}
}

// Whoever points at a reply is thanked; a program that does is not, nor is somebody who does so again and again.
func TestAReplyIsPointedAt(t *testing.T) {
	r := newRoom(t)
	const at = "/en/valley/js-9/report/r1/"
	point := func(wait time.Duration) *http.Response {
		_, rest, _ := strings.Cut(r.get(at), `name="form" value="`)
		token, _, _ := strings.Cut(rest, `"`)
		r.now.Add(int64(wait / time.Second))
		return r.do(http.MethodPost, at, url.Values{"form": {token}, "words": {"rude"}})
	}
	if resp := point(0); resp.StatusCode != http.StatusBadRequest || !strings.Contains(r.read(resp), locale.Message("en", "press.form_fast", nil)) {
		t.Errorf("at once: %d", resp.StatusCode)
	}
	for i := range int(perReport.burst) {
		if resp := point(5 * time.Second); resp.StatusCode != http.StatusOK || !strings.Contains(r.read(resp), locale.Message("en", "press.reported", nil)) {
			t.Errorf("report %d: %d", i, resp.StatusCode)
		}
	}
	if resp := point(5 * time.Second); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("one too many: %d", resp.StatusCode)
	}
}

// A preview stays within itself: its links lead to pages of the preview, also to other languages with what was asked for, and it names who has not released.
func TestAPreviewStaysWithinItself(t *testing.T) {
	r := newRoom(t)
	p := &Preview{Under: "/m/valley/press/js-9/preview", Query: `lead=a&b`, Text: key, Waiting: []lang.Text{{"en": "Birch Party", "ja": "白樺党"}}}
	site, err := New(Options{Source: r.shelf, Now: time.Now, Rand: rand.Reader, URL: "https://press.example", Preview: p})
	if err != nil {
		t.Fatal(err)
	}
	a, err := site.Show(t.Context(), "/en/valley/js-9/")
	page := string(a.Body)
	if err != nil || a.Status != http.StatusOK || strings.Contains(page, `href="/en`) || strings.Contains(page, `src="/static`) || !strings.Contains(page, `="`+p.Under+`/ja/valley/js-9/?lead=a&amp;b"`) || !strings.Contains(page, "Birch Party") {
		t.Errorf("%v %d %.1500s", err, a.Status, page)
	}
	if a, err = site.Show(t.Context(), "/c/valley/js-9/"); err != nil || a.Header.Get("Location") != p.Under+"/en/valley/js-9/" {
		t.Errorf("%v, to %q", err, a.Header.Get("Location"))
	}
	if a, err = site.Show(t.Context(), "/en/valley/none/"); err != nil || a.Status != http.StatusNotFound {
		t.Errorf("%v %d", err, a.Status)
	}
}

// A site that cannot tell its own forms, or has no address, is not opened.
func TestASiteThatCannotBeOpened(t *testing.T) {
	for _, o := range []Options{{Rand: iotest.ErrReader(errors.New("no chance")), URL: "https://press.example"}, {Rand: rand.Reader, URL: "press.example"}} {
		if o.Now = time.Now; o.URL == "" {
			t.Fatal("the case asks for nothing")
		}
		if _, err := New(o); err == nil {
			t.Errorf("%q is opened", o.URL)
		}
	}
}
