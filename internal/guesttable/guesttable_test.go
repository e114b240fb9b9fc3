package guesttable

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"errors"
	"html/template"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/meeting"
	"entente.example/internal/readers"
	"entente.example/internal/showing"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// door knows one link and one session.
type door struct {
	left  bool
	err   error
	sheet *showing.Sheet // nil: of a text
}

func (d *door) Look(_ context.Context, link string) error {
	if link != "good" {
		return refusal.New(refusal.Missing, "guest.link_unknown")
	}
	return nil
}
func (d *door) Enter(ctx context.Context, link, _ string) (string, error) {
	return "cookie", d.Look(ctx, link)
}
func (d *door) Known(_ context.Context, cookie string) bool { return cookie == "cookie" && !d.left }
func (d *door) Leave(context.Context, string) error {
	d.left = true
	return nil
}
func (d *door) Show(ctx context.Context, cookie string) (showing.Sheet, error) {
	if !d.Known(ctx, cookie) {
		return showing.Sheet{}, refusal.New(refusal.Denied, "guest.no_session")
	}
	if d.sheet != nil {
		return *d.sheet, d.err
	}
	return showing.Sheet{Guest: readers.Guest{Capacity: "observer", Since: "2025-01-14", Until: "2025-02-14"}, Title: lang.Text{"en": "Joint text", "ar": "نص"}, Readers: []showing.Party{{Names: []charter.Name{{Lang: "en", Full: "Cedar Party"}}}},
		Text: &showing.Text{Signings: []showing.Signing{{Party: showing.Party{Names: []charter.Name{{Lang: "en", Full: "Birch Party"}}}, Day: "2009-03-31", Place: lang.Text{"en": "Harbour Town"}, Office: lang.Text{"en": "Minister <x>"}}}, End: "refused", Since: "2025-01-20T09:00:00Z", Paragraphs: []showing.Paragraph{{ID: "1", Label: "1", Deep: 1, Said: []showing.Said{{Kind: "reservation", Note: "under <study>"}, {Kind: "interpretative"}, {Kind: "dissent"}}, Wordings: []showing.Wording{{Text: lang.Text{"en": "The <gates>", "ar": "البوابات"},
			Brackets: []showing.Bracket{{By: showing.Party{Names: []charter.Name{{Lang: "en", Full: "Birch Party"}}}, Where: "gates", Options: []text.BracketOption{{Text: lang.Text{"en": "sluices"}}}}}}}}}}}, d.err
}

func table(d *door) http.Handler {
	none := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("look")) })
	t := New(Options{Door: d, Static: none, Asset: func(f string) string { return "/static/" + f }, Look: dressed, Rand: rand.Reader, Secure: func(*http.Request) bool { return true }, Age: time.Hour})
	members := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("members only")) })
	return t.Before(func(h http.Handler) http.Handler { return h }, members)
}

// dressed is the look of a page for a browser that has the sheet, and for one that has not.
func dressed(r *http.Request) template.HTML {
	if _, err := r.Cookie("look"); err == nil {
		return `<link rel="stylesheet" href="/static/site.css">`
	}
	return `<style>body{}</style>`
}

func ask(h http.Handler, method, path, cookie, tag string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Accept-Language", tag)
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-entente-guest", Value: cookie})
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Whoever holds a guest's session gets to the table with everything they ask for; everybody else is not kept from the members' site. SPEC guest-one-matter.
func TestGuestsNeverGetPastTheTable(t *testing.T) {
	d := &door{}
	h := table(d)
	for _, path := range []string{"/", "/m/valley", "/api/v1/mechanisms", "/sign-in", "/guest/../m/valley", "/guest/other"} {
		if w := ask(h, "GET", path, "cookie", "en"); strings.Contains(w.Body.String(), "members only") || w.Code == http.StatusOK {
			t.Errorf("%s answers a guest: %d", path, w.Code)
		}
	}
	if w := ask(h, "GET", "/m/valley", "", "en"); w.Body.String() != "members only" {
		t.Error("a member is kept away")
	}
	if w := ask(h, "GET", "/static/site.css", "cookie", "en"); w.Body.String() != "look" {
		t.Error("the page has no look")
	}
	if w := ask(h, "POST", "/guest/enter/bad", "", "en"); w.Code != http.StatusNotFound || len(w.Result().Cookies()) != 0 {
		t.Errorf("a bad link: %d", w.Code)
	}
	w := ask(h, "POST", "/guest/enter/good", "", "en")
	if c := w.Result().Cookies(); w.Code != http.StatusSeeOther || len(c) != 1 || !c[0].HttpOnly || !c[0].Secure || c[0].Name != "__Host-entente-guest" {
		t.Errorf("entering: %d %v", w.Code, c)
	}
	if w := ask(h, "POST", "/guest/leave", "cookie", "en"); w.Code != http.StatusSeeOther || !d.left {
		t.Errorf("leaving: %d", w.Code)
	}
	if w := ask(h, "GET", "/guest", "cookie", "en"); w.Code != http.StatusForbidden || strings.Contains(w.Body.String(), "gates") {
		t.Errorf("after leaving: %d", w.Code)
	}
}

// The page is in the reader's language, each fragment in its own, and what is our fault has an id and no detail.
func TestTheGuestsPage(t *testing.T) {
	d := &door{}
	h := table(d)
	for _, tag := range []string{"en", "zh-Hans", "ja"} {
		body := ask(h, "GET", "/guest", "cookie", tag).Body.String()
		for _, want := range []string{`<html lang="` + tag + `">`, "The &lt;gates&gt;", `lang="ar" dir="rtl">البوابات`, "sluices", `class="deep deep-1"`, "under &lt;study&gt;", "Birch Party", "Cedar Party", `action="/guest/leave"`} {
			if !strings.Contains(body, want) {
				t.Errorf("in %s there is no %q", tag, want)
			}
		}
		if !strings.Contains(body, "Harbour Town") || !strings.Contains(body, "Minister &lt;x&gt;") {
			t.Errorf("in %s a guest does not see who says that it signed on paper", tag)
		}
		if strings.Contains(body, "⟨") {
			t.Errorf("in %s a message is missing", tag)
		}
		if body := ask(h, "GET", "/guest/enter/good", "", tag).Body.String(); !strings.Contains(body, `action="/guest/enter/good"`) {
			t.Errorf("in %s the invitation cannot be opened", tag)
		}
	}
	for end, want := range map[string]string{"en": "A party refuses to work on this text, since 20 January 2025.", "zh-Hans": "自2025年1月20日起，有一方拒绝", "ja": "2025年1月20日から"} {
		if body := ask(h, "GET", "/guest", "cookie", end).Body.String(); !strings.Contains(body, want) {
			t.Errorf("a guest is not told that the text was refused: there is no %q", want)
		}
	}
	d.err = errors.New("the disk holds PLANTED")
	if w := ask(h, "GET", "/guest", "cookie", "en"); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "PLANTED") || !strings.Contains(w.Body.String(), "<code>") {
		t.Errorf("a fault of ours: %d\n%s", w.Code, w.Body)
	}
}

// A guest's first page brings its style along, so that it is drawn from one answer; a browser that has the sheet is sent the page alone; and either comes packed to who reads that, the same bytes.
func TestTheGuestsPageComesDressedAndPacked(t *testing.T) {
	h := table(&door{})
	page := func(packed bool, cookies ...string) (body string) {
		r := httptest.NewRequest(http.MethodGet, "/guest", nil)
		for _, c := range append(cookies, "__Host-entente-guest") {
			r.AddCookie(&http.Cookie{Name: c, Value: "cookie"})
		}
		if packed {
			r.Header.Set("Accept-Encoding", "br, gzip")
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Content-Encoding"); packed != (got == "gzip") || !strings.Contains(w.Header().Get("Vary"), "Accept-Encoding") {
			t.Errorf("packed %v: encoding %q, varies by %q", packed, got, w.Header().Get("Vary"))
		}
		var from io.Reader = w.Body
		if packed {
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			from = z
		}
		b, err := io.ReadAll(from)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first := page(false)
	if !strings.Contains(first, "<style>body{}</style>") || strings.Contains(first, `rel="stylesheet"`) {
		t.Errorf("the first page: %.300s", first)
	}
	if packed := page(true); packed != first {
		t.Error("the packed page is another one")
	}
	if again := page(true, "look"); strings.Contains(again, "<style>") || !strings.Contains(again, `rel="stylesheet"`) {
		t.Errorf("a page for a browser that has the sheet: %.300s", again)
	}
}

// A label stands once over what it labels: the places of a meeting in one row, the day of a programme over its lines.
func TestALabelStandsOnce(t *testing.T) {
	m := &showing.Meeting{Status: "held", Venues: []meeting.Venue{{City: lang.Text{"en": "Lakeside"}}, {City: lang.Text{"en": "Harbour Town"}}}, Zone: "Asia/Tokyo",
		Slots: []meeting.Slot{{Day: "2025-01-14", From: "09:00", What: lang.Text{"en": "Opening"}}, {Day: "2025-01-14", From: "10:00", What: lang.Text{"en": "Items"}}, {Day: "2025-01-15", From: "09:00", What: lang.Text{"en": "Closing"}}}}
	d := &door{sheet: &showing.Sheet{Guest: readers.Guest{Capacity: "observer", Since: "2025-01-14", Until: "2025-02-14"}, Title: lang.Text{"en": "Ninth meeting"}, Meeting: m}}
	page := ask(table(d), "GET", "/guest", "cookie", "en").Body.String()
	for what, want := range map[string]int{"<dt>Places": 1, "14 January 2025</h3>": 1, "15 January 2025</h3>": 1, "09:00": 2, "Lakeside": 1, "Harbour Town": 1} {
		if got := strings.Count(page, what); got != want {
			t.Errorf("%s stands %d times: %s", what, got, page)
		}
	}
}
