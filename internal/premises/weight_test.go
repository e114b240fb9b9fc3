package premises_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/demo"
	"entente.example/internal/locale"
	"entente.example/internal/worked"
	"entente.example/lang"
)

// heaviest is what a page of the demo may weigh as it is sent, with everything that it refers to, for somebody who has never been here.
const heaviest = 100_000

// farTooMany is how many addresses a demo would have whose pages make links without end.
const farTooMany = 3000

// mostScripts is how many files of script a page may name: news, drafts, keys, the copy to read without a line, and on the negotiating table agreed language. None is waited for: all are modules.
const mostScripts = 5

var (
	refers   = regexp.MustCompile(`(?:href|src)="(/static/[^"#]+)`)
	sheets   = regexp.MustCompile(`<link rel="stylesheet"`)
	scripts  = regexp.MustCompile(`<script[^>]*\bsrc="`)
	waited   = regexp.MustCompile(`<link rel="stylesheet" href="[^"]*">|<script(?: src| type="text/javascript"|>)`)
	pageLink = regexp.MustCompile(`href="(/[^"#]*)`)
	fetches  = regexp.MustCompile(`@import|@font-face|url\(\s*['"]?[^#)'"]`)
)

// weigh reads every page that the pages of a node refer to, as it is sent to who has never been here: a page is light, brings its style along, waits for nothing else, has one style sheet that fetches nothing, no font, few scripts,
// and everything it refers to is kept for ever, so that whoever has seen one page needs nothing but the next one's bytes. Every link leads somewhere, in each language.
func weigh(t *testing.T, a *demo.Actor, ex *worked.Example) {
	t.Helper()
	p := enter(t, a, string(a.Party)+"-hod")
	weights := map[string]int{} // of what pages refer to
	for _, tag := range locale.Languages {
		if status, page := p.post("/language", url.Values{"to": {string(tag)}}); status != http.StatusOK || !strings.Contains(page, `<html lang="`+string(tag)+`">`) {
			t.Fatalf("%s: %d", tag, status)
		}
		p.weighIn(weights, tag, ex)
	}
}

// weighIn does so in the language that the reader has chosen.
func (p *person) weighIn(weights map[string]int, tag lang.Tag, ex *worked.Example) {
	p.t.Helper()
	t := p.t
	heavy, where := 0, ""
	todo := []string{"/", "/m/" + ex.Mechanism.ID + "/texts/" + ex.TextID()}
	seen := map[string]bool{}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		p.forget("look")
		sent, page := p.sent(path)
		if page == nil {
			continue
		}
		if n, m := len(sheets.FindAll(page, -1)), len(scripts.FindAll(page, -1)); n != 1 || m > mostScripts {
			t.Errorf("%s has %d style sheets and %d scripts", path, n, m)
		}
		if found := waited.Find(page); found != nil || !bytes.Contains(page, []byte("<style>@layer base")) {
			t.Errorf("%s cannot be drawn from one answer: %s", path, found)
		}
		weight, counted := sent, []string{}
		for _, m := range refers.FindAllSubmatch(page, -1) {
			file := string(m[1])
			if _, ok := weights[file]; !ok {
				weights[file] = p.kept(file)
			}
			if !slices.Contains(counted, file) {
				counted, weight = append(counted, file), weight+weights[file]
			}
		}
		if weight > heavy {
			heavy, where = weight, path
		}
		for _, m := range pageLink.FindAllSubmatch(page, -1) {
			if u, err := url.Parse(string(m[1])); err == nil && u.RawQuery == "" && len(seen)+len(todo) < farTooMany {
				todo = append(todo, u.Path)
			}
		}
	}
	t.Logf("%s: %d addresses; the heaviest page is %s: %d bytes", tag, len(seen), where, heavy)
	if heavy > heaviest || heavy == 0 || len(seen) < 50 || len(seen) >= farTooMany {
		t.Errorf("%s: %s weighs %d bytes; %d addresses were looked at", tag, where, heavy, len(seen))
	}
}

// forget makes the browser forget a cookie.
func (p *person) forget(cookie string) {
	p.t.Helper()
	u, err := url.Parse(p.site)
	if err != nil {
		p.t.Fatal(err)
	}
	p.http.Jar.SetCookies(u, []*http.Cookie{{Name: cookie, Path: "/", MaxAge: -1}})
}

// sent is how many bytes an address sends, and its page; nil for what is none.
func (p *person) sent(path string) (int, []byte) {
	p.t.Helper()
	header, raw := p.raw(path)
	if !bytes.HasPrefix([]byte(header.Get("Content-Type")), []byte("text/html")) {
		return len(raw), nil
	}
	return len(raw), p.unpacked(header, raw)
}

// kept is how many bytes a file that pages refer to sends. A browser keeps it, and it fetches nothing itself.
func (p *person) kept(file string) int {
	p.t.Helper()
	header, raw := p.raw(file)
	keeper := "public"
	if header.Get("Set-Cookie") != "" {
		keeper = "private"
	}
	if header.Get("Cache-Control") != keeper+", max-age=31536000, immutable" || header.Get("Content-Encoding") != "gzip" {
		p.t.Errorf("%s is sent as %v", file, header)
	}
	if found := fetches.Find(p.unpacked(header, raw)); found != nil {
		p.t.Errorf("%s fetches something: %s", file, found)
	}
	return len(raw)
}

// raw reads an address as it is sent to a browser that takes gzip.
func (p *person) raw(path string) (http.Header, []byte) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.site+path, http.NoBody)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := p.http.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		p.t.Errorf("%s: %s", path, res.Status)
	}
	if res.Header.Get("Content-Type") == "text/event-stream" {
		return res.Header, nil
	}
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.Header, raw
}

func (p *person) unpacked(header http.Header, raw []byte) []byte {
	p.t.Helper()
	if header.Get("Content-Encoding") != "gzip" {
		return raw
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		p.t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}
