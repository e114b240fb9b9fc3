package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"entente.example/internal/text"
	"entente.example/internal/view"
	"entente.example/lang"
)

// press is a desk with a text that one party has not released, and a reply that tries everything.
func (g *gallery) press() view.Press {
	hostile := "<script>alert(1)</script> <img src=https://evil.example/x.png> javascript:alert(1) https://evil.example"
	return view.Press{Chrome: g.chrome(), Site: "https://press.example", Officer: true, Reasons: []string{"off_topic", "insult"},
		Texts: []view.PressText{{TextCard: g.card(), Languages: []lang.Tag{"en", "ja"}, Released: g.parties[:2], Waiting: g.parties[2:], NotBefore: galleryNow, May: true, Public: true, PublicAt: galleryNow,
			Until: galleryNow.Add(24 * time.Hour), Front: text.Front{Headline: lang.Text{"en": "They \"met\""}}, Coverage: []view.PressCoverage{{ID: "c1", Outlet: "News", Day: "2025-01-15", Link: "javascript:alert(1)", Headline: "H"}}}},
		Replies: []view.PressReply{{ID: "r1", Text: "js-9", Name: "<b>Reader</b>", Words: hostile, Lang: "en", At: galleryNow, State: "declined", Reason: "insult", Appeal: "<i>why</i>", Reports: []string{"<u>bad</u>"}, Links: 2, Earlier: 3, Declined: 1},
			{ID: "r2", Text: "js-9", Answers: &view.PressAnswered{Name: "<b>Reader</b>", Words: hostile, Lang: "en"}, Name: "B", Words: "ok", Lang: "ja", At: galleryNow, State: "held"}}}
}

// A press officer sees a hostile reply as text: no script, no picture from elsewhere, no link that could be followed: attack 34.
func TestHostileReplyIsText(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-press")
	res := b.do(http.MethodGet, "/m/valley/press", nil, nil)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%d", res.StatusCode)
	}
	for _, bad := range []string{"<script>alert", "<img src=https", "href=\"https://evil", "href=\"javascript", "<i>why", "<u>bad", "<b>Reader"} {
		if strings.Contains(res.body, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
	if !strings.Contains(res.body, "&lt;script&gt;alert(1)") {
		t.Error("the reply is not shown as it is")
	}
}

func TestPressDesk(t *testing.T) {
	site, source, people := newSite(t)
	b := enter(t, site, people, "cedar-press")
	for _, form := range []url.Values{{"do": {"approve"}, "id": {"r1"}}, {"do": {"decline"}, "id": {"r1"}, "reason": {"insult"}}, {"do": {"close"}, "text": {"js-9"}, "at": {"2025-02-14T08:00"}},
		{"do": {"release"}, "text": {"js-9"}, "at": {"2025-01-14T08:00"}, "headline:en": {"They met"}}} {
		if res := b.do(http.MethodPost, "/m/valley/press", form, nil); res.StatusCode != http.StatusSeeOther || !strings.Contains(res.Header.Get("Location"), "done=press_"+form.Get("do")) {
			t.Errorf("%v: %d %s %.300s", form, res.StatusCode, res.Header.Get("Location"), res.body)
		}
	}
	if res := b.do(http.MethodPost, "/m/valley/press", url.Values{"do": {"cover"}, "text": {"js-9"}, "outlet": {"News"}, "day": {"2025-01-15"}, "headline": {"만났다"}, "language": {"ko"}}, nil); res.StatusCode != http.StatusSeeOther || source.pressed.Lang != "ko" || source.pressed.Headline != "만났다" {
		t.Errorf("coverage: %d %+v", res.StatusCode, source.pressed)
	}
	res := b.do(http.MethodPost, "/m/valley/press", url.Values{"do": {"release"}, "text": {"js-9"}, "at": {"tomorrow"}, "headline:en": {"Kept words"}}, nil)
	if res.StatusCode != http.StatusBadRequest || !strings.Contains(res.body, `role="alert"`) {
		t.Errorf("an instant that is none: %d", res.StatusCode)
	}
	if res := b.do(http.MethodPost, "/m/valley/press", url.Values{"do": {"decline"}, "id": {"r1"}}, nil); res.StatusCode != http.StatusBadRequest {
		t.Errorf("declining without a reason: %d", res.StatusCode)
	}
}

// What a press officer means to put above a text is shown before it is put on the record, on a page that nobody keeps and that only members get.
func TestPressPreview(t *testing.T) {
	site, source, people := newSite(t)
	const at = "/m/valley/press/js-9/preview/en/valley/js-9/"
	b := enter(t, site, people, "cedar-press")
	res := b.do(http.MethodGet, at+"?headline:en=They+met&at=2025-01-14T08:00", nil, nil)
	if p := source.preview; res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-store" || p.Path != "/en/valley/js-9/" || p.Under != "/m/valley/press/js-9/preview" || p.Front.Headline["en"] != "They met" || p.At.IsZero() || p.Query == "" {
		t.Errorf("%d %v %+v", res.StatusCode, res.Header, source.preview)
	}
	if res := b.do(http.MethodGet, strings.Replace(at, "/valley", "/other", 1), nil, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("another mechanism: %d", res.StatusCode)
	}
	r := httptest.NewRequest(http.MethodGet, at, nil)
	r.Host = "node.example"
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	if w.Code != http.StatusSeeOther || strings.Contains(w.Body.String(), "as the public sees it") {
		t.Errorf("whoever is not signed in gets %d", w.Code)
	}
}

// A reply that waited can wait again right after it was declined; one that the public had read is not offered to, and neither is a seal that was declined.
func TestADeclinedReplyCanWaitAgain(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for was, want := range map[string]bool{"held": true, "shown": false} {
		b.take(b.do(http.MethodPost, "/m/valley/press?only=reply_held&replies=20", url.Values{"do": {"decline"}, "id": {"r1"}, "reason": {"insult"}, "was": {was}}, nil))
		if body := b.get("/m/valley/press?done=press_decline").body; strings.Contains(body, `<input type="hidden" name="id" value="r1"><input type="hidden" name="matter" value=""><input type="hidden" name="place" value=""><button type="submit" name="do" value="hold">`) != want {
			t.Errorf("after declining what was %s: %v", was, !want)
		}
		if body := b.get("/m/valley/texts/js-9/sealing?done=decline").body; strings.Contains(body, `class="undo"`) {
			t.Error("a seal that was declined is offered to be taken back")
		}
	}
	res := b.do(http.MethodPost, "/m/valley/press?only=reply_held&replies=20", url.Values{"do": {"hold"}, "id": {"r1"}}, nil)
	if to := res.Header.Get("Location"); to != "/m/valley/press?only=reply_held&replies=20&done=press_hold#replies" || src.sealings[len(src.sealings)-1].act != "hold r1" {
		t.Errorf("%q after %+v", to, src.sealings[len(src.sealings)-1])
	}
}
