package pressroom

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"entente.example/internal/press"
	"entente.example/refusal"
)

// post remembers what was asked of it.
type post struct {
	wishes           []press.Wish
	confirmed, ended []string
}

func (p *post) Ask(_ context.Context, w press.Wish) error {
	p.wishes = append(p.wishes, w)
	return nil
}

func (p *post) Wish(_ context.Context, _, word string) (press.Wish, error) {
	if word != "good" {
		return press.Wish{}, refusal.New(refusal.Missing, "press.mail_gone")
	}
	return press.Wish{Lang: "ja", Topic: "t-law"}, nil
}

func (p *post) Confirm(_ context.Context, word string) error {
	p.confirmed = append(p.confirmed, word)
	return nil
}

func (p *post) End(_ context.Context, word string) error {
	p.ended = append(p.ended, word)
	return nil
}

func newPost(t *testing.T) (*room, *post) {
	r, p := newRoom(t), &post{}
	r.site.o.Mail = p
	r.site.pages = r.site.languagePages()
	return r, p
}

// Whoever asks for letters names an address and a topic that there is; each fault stands at its field, and what no person would send does not get through.
func TestLettersAreAskedFor(t *testing.T) {
	const at = "/ja/mail/"
	r, p := newPost(t)
	token := func() string {
		m := regexp.MustCompile(`name="form" value="([^"]+)"`).FindStringSubmatch(r.get(at))
		if m == nil {
			t.Fatal("no form")
		}
		r.now.Add(60)
		return m[1]
	}
	send := func(change func(url.Values)) *http.Response {
		f := url.Values{"form": {token()}, "email": {"reader@example.org"}, "topic": {"t-law"}}
		change(f)
		return r.do(http.MethodPost, at, f)
	}
	resp := send(func(url.Values) {})
	page := r.read(resp)
	if resp.StatusCode != http.StatusOK || len(p.wishes) != 1 || p.wishes[0] != (press.Wish{Email: "reader@example.org", Lang: "ja", Topic: "t-law"}) || strings.Contains(page, "reader@") || resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %+v", resp.StatusCode, p.wishes)
	}
	r.now.Add(int64(time.Hour / time.Second))
	if resp := send(func(f url.Values) { f.Set("topic", "of-nobody") }); resp.StatusCode != http.StatusOK || len(p.wishes) != 2 || p.wishes[1].Topic != "" {
		t.Errorf("%d %+v", resp.StatusCode, p.wishes)
	}
	for name, change := range map[string]func(url.Values){
		"no address": func(f url.Values) { f.Del("email") }, "two addresses": func(f url.Values) { f.Set("email", "a@example.org, b@example.org") }, "a header": func(f url.Values) { f.Set("email", "a@example.org\r\nBcc: b@example.org") },
		"a name": func(f url.Values) { f.Set("email", "A <a@example.org>") }, "no form": func(f url.Values) { f.Del("form") }, "another page's form": func(f url.Values) { f.Set("form", r.token(0)) },
	} {
		if resp := send(change); resp.StatusCode != http.StatusBadRequest || len(p.wishes) != 2 {
			t.Errorf("%s: %d", name, resp.StatusCode)
		}
	}
	if resp := send(func(f url.Values) { f.Set("website", "x") }); resp.StatusCode != http.StatusOK || len(p.wishes) != 2 {
		t.Errorf("who falls into the trap learns of it: %d", resp.StatusCode)
	}
	for range 100 {
		f := url.Values{"form": {token()}, "email": {"reader@example.org"}}
		r.now.Add(-60 + 5)
		r.do(http.MethodPost, at, f)
	}
	if n := len(p.wishes); n < 5 || n > 16 { // five, and one every two minutes
		t.Errorf("one reader had %d letters sent within nine minutes", n)
	}
}

// Looking at a letter's link does nothing: programs look at links. Its button does, and so does a mail program that ends letters for its reader, with no cookie, from nowhere (RFC 8058).
func TestLinksInLetters(t *testing.T) {
	r, p := newPost(t)
	for _, purpose := range []string{"confirm", "end"} {
		resp := r.do(http.MethodGet, "/ja/mail-"+purpose+"/good/", nil)
		page := r.read(resp)
		if resp.StatusCode != http.StatusOK || !strings.Contains(page, `<form method="post">`) || !strings.Contains(page, "Law") || resp.Header.Get("Cache-Control") != "no-store" || strings.Contains(page, "@") {
			t.Errorf("%s: %d", purpose, resp.StatusCode)
		}
	}
	if len(p.confirmed)+len(p.ended) > 0 {
		t.Fatalf("a link does something by being looked at: %v %v", p.confirmed, p.ended)
	}
	if resp := r.do(http.MethodPost, "/en/mail-confirm/good/", nil); resp.StatusCode != http.StatusOK || len(p.confirmed) != 1 {
		t.Errorf("%d %v", resp.StatusCode, p.confirmed)
	}
	if resp := r.do(http.MethodPost, "/en/mail-confirm/bad/", nil); resp.StatusCode != http.StatusNotFound || len(p.confirmed) != 1 {
		t.Errorf("%d %v", resp.StatusCode, p.confirmed)
	}
	for _, word := range []string{"good", "ended"} {
		if resp := r.do(http.MethodPost, "/en/mail-end/"+word+"/", url.Values{"List-Unsubscribe": {"One-Click"}}); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", word, resp.StatusCode)
		}
	}
	if len(p.ended) != 2 {
		t.Errorf("%v", p.ended)
	}
	if resp := r.do(http.MethodPost, "/en/mail-end/good/", nil, "Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"); resp.StatusCode != http.StatusForbidden || len(p.ended) != 2 {
		t.Errorf("another site ends a reader's letters: %d", resp.StatusCode)
	}
	// Where nobody is written to, there is no such page, and no link to it.
	bare := newRoom(t)
	if resp := bare.do(http.MethodGet, "/en/mail/", nil); resp.StatusCode == http.StatusOK || strings.Contains(bare.get("/en/"), "/en/mail/") {
		t.Errorf("%d", resp.StatusCode)
	}
	if !strings.Contains(r.get("/en/"), `href="/en/mail/"`) {
		t.Error("no page leads to it")
	}
}
