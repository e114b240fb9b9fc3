package demo

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/aside"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/durable/durabletest"
	"entente.example/internal/text"
	"entente.example/lang"
)

// secrets are words that must stay where they are.
func (x *theatre) plant() {
	a, b := x.Actors[0], x.Actors[1]
	x.act(a, "draft", "text/js-10", text.Table{Title: lang.Text{"en": planet + "unadopted"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1,
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": planet + "wording;"}}}})
	x.act(a, "sec", "concern/secret", concern.Raise{Text: lang.Text{"en": planet + "concern"}, Due: "2025-06-01"})
	x.act(a, "sec", "thread/secret", conversation.Open{Title: lang.Text{"en": planet + "title"}}, conversation.Say{Text: lang.Text{"en": planet + "thread"}})
	_, out := socket(x.t, a, string(a.Party)+"-hod", "POST", "/mechanisms/-/non-papers", []byte(`{"to":"`+string(b.Party)+`","text":"`+planet+`nonpaper","hours":300}`))
	var p aside.Paper
	if err := json.Unmarshal([]byte(out), &p); err != nil || p.ID == "" {
		x.t.Fatalf("a non-paper: %s %v", out, err)
	}
	if status, out := socket(x.t, a, string(a.Party)+"-hod", "POST", "/mechanisms/-/ours/notes", []byte(`{"kind":"instruction","lang":"en","matter":"text/js-9","words":"`+planet+`note","office":"`+planet+`office"}`)); status != http.StatusOK {
		x.t.Fatalf("a note: %d %s", status, out)
	}
	x.another()
}

// another founds a second mechanism between two of the parties, of which nobody else knows.
func (x *theatre) another() {
	ctx, two := x.t.Context(), x.Actors[:2]
	d := chancery.Description{ID: "quiet", Names: []charter.Name{{Lang: "en", Full: planet + "mechanism"}}, Languages: []lang.Tag{"en"}, Drafting: "en", Rules: x.Example.Rules()}
	var cards [][]byte
	for _, a := range two {
		card, err := a.Card(ctx, x.Example.Mandates(a.Party), a.pass)
		if err != nil {
			x.t.Fatal(err)
		}
		cards = append(cards, card)
		d.Sides = append(d.Sides, charter.Side{ID: string(a.Party), Label: lang.Text{"en": planet + "side"}, Parties: []charter.PartyID{a.Party}})
	}
	d.Rules.FirstHost = d.Sides[0].ID
	invitation, print, err := two[0].Draft(ctx, d, cards, two[0].pass)
	if err != nil {
		x.t.Fatal(err)
	}
	for _, a := range two {
		if _, err := a.Join(ctx, invitation, print); err != nil {
			x.t.Fatal(err)
		}
	}
}

// crawl follows every address of a site from its sitemap, feeds and links.
func crawl(r reader) map[string]string {
	seen := map[string]string{}
	queue := []string{"/en/", "/zh-Hans/", "/ja/", "/sitemap.xml", "/robots.txt", "/en/feed.atom", "/en/feed.rss", "/en/feed.json", "/en/on-record/", "/en/search/?q=canary", "/en/nothing-here/", home + "SHA256SUMS"}
	links := regexp.MustCompile(`(?:href|src|action)="(/[^"#]*)`)
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if _, ok := seen[path]; ok {
			continue
		}
		_, b, head := r.do(http.MethodGet, path, nil)
		seen[path] = fmt.Sprint(head) + b
		for _, m := range links.FindAllStringSubmatch(b, -1) {
			queue = append(queue, strings.ReplaceAll(m[1], "&amp;", "&"))
		}
	}
	return seen
}

// refused are answers to what is not there, not allowed or not understood, by what was asked.
func refused(r reader) map[string]string {
	out := map[string]string{}
	ask := func(method, path string, form url.Values) {
		_, b, head := r.do(method, path, form)
		out[method+" "+path] = fmt.Sprint(head) + b
	}
	for _, path := range []string{"/en/valley/js-10/", "/en/valley/js-10/ninjs.json", "/en/valley/js-10/card.png", "/c/valley/js-10.zip", "/c/valley/js-10.pdf", "/c/valley/js-10/files/content.json", "/en/valley/secret/", "/en/topics/secret/", "/c/quiet/js-9/", "/en/quiet/js-9/", "/quiet/",
		"/fr/", "/en/my-reply/x/", "/en/valley/js-9/report/x/", "/en/valley/js-9/excerpt/?p=none", "/en/valley/js-9/readouts/none/", "/static/x/site.css", "/press.db", "/../entente.toml", "/api/v1/status", "/m/valley/", "/metrics", "/healthz"} {
		ask(http.MethodGet, path, nil)
		ask(http.MethodPut, path, nil)
		ask(http.MethodPost, path, url.Values{"x": {"y"}})
	}
	for _, path := range []string{"/en/on-record/", "/en/valley/js-9/reply/", "/en/my-reply/x/"} {
		ask(http.MethodPost, path, url.Values{"quote": {strings.Repeat("x", 20_000)}, "do": {"appeal"}, "name": {"\x00"}})
	}
	return out
}

// laidOpen is what a program finds inside a file: the files of an archive, the streams of a PDF, the text of a picture.
func laidOpen(t *testing.T, name string, b []byte) (out [][]byte) {
	t.Helper()
	switch {
	case bytes.HasPrefix(b, []byte("PK")):
		z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			inside, err := io.ReadAll(r)
			if err != nil {
				t.Fatalf("%s: %s: %v", name, f.Name, err)
			}
			out = append(out, []byte(f.Name+f.Comment), inside)
		}
	case bytes.HasPrefix(b, []byte("%PDF-")):
		for rest := b; ; {
			i := bytes.Index(rest, []byte("stream\n"))
			if i < 0 {
				break
			}
			rest = rest[i+len("stream\n"):]
			if z, err := zlib.NewReader(bytes.NewReader(rest)); err == nil {
				inside, _ := io.ReadAll(z) // what follows the stream is no part of it
				out = append(out, inside)
				out = append(out, laidOpen(t, name+" inside", inside)...)
			}
		}
		if len(out) < 3 {
			t.Errorf("only %d streams found in %s", len(out), name)
		}
	case bytes.HasPrefix(b, []byte("\x89PNG")):
		for rest := b[8:]; len(rest) >= 12; {
			n := int(binary.BigEndian.Uint32(rest))
			if kind := string(rest[4:8]); !slices.Contains([]string{"IHDR", "PLTE", "tRNS", "IDAT", "IEND"}, kind) {
				t.Errorf("%s has words in a %s", name, kind)
			}
			rest = rest[12+n:]
		}
	}
	return append(out, b)
}

// Nothing that was planted where it is private can be got from any public site: not by its links, not from the copy as files or inside an archive, a PDF or a picture of it, not from the same addresses on the site, not from what it
// answers when it refuses. No reader's address is in any file, answer or log line of any node.
func (x *theatre) nothingPrivate(t *testing.T) {
	x.t = t
	for _, a := range x.Actors {
		r := x.reader(a)
		all := crawl(r)
		if len(all) < 60 {
			t.Errorf("only %d addresses found at %s", len(all), a.Party)
		}
		if hits := all["/en/search/?q=canary"]; strings.Contains(hits, "context") {
			t.Errorf("the archive finds what is private: %.900s", hits)
		}
		delete(all, "/en/search/?q=canary") // repeats what was asked
		maps.Copy(all, refused(r))
		for path, b := range x.copied(a) {
			all["copy "+path] = string(b)
			status, live, head := r.do(http.MethodGet, "/"+strings.TrimSuffix(path, "index.html"), nil)
			if status != http.StatusOK && status != http.StatusFound {
				t.Errorf("%s has no %s, which the copy has: %d", a.Party, path, status)
			}
			all["head "+path], all["live "+path] = fmt.Sprint(head), live
		}
		kinds := map[string]int{}
		for path, b := range all {
			kinds[filepath.Ext(path)]++
			for _, piece := range laidOpen(t, path, []byte(b)) {
				if i := bytes.Index(piece, []byte(planet)); i >= 0 {
					t.Errorf("%s%s shows %.60s", a.Party, path, piece[i:])
				}
			}
		}
		for _, kind := range []string{".png", ".pdf", ".zip", ".atom", ".rss", ".json", ".xml", ".html", ".txt", ".sig"} {
			if kinds[kind] == 0 {
				t.Errorf("no %s was looked at", kind)
			}
		}
		if out := x.officer(a, "GET", "/press/replies", nil); strings.Contains(out, "@") {
			t.Errorf("an answer of the API has an address: %.300s", out)
		}
		x.noAddressIn(a)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if bytes.Contains(x.log.Bytes(), []byte(planet)) {
		t.Error("a log line holds what is private")
	}
}

// copied is a node's press room as files.
func (x *theatre) copied(a *Actor) map[string][]byte {
	x.t.Helper()
	status, out := socket(x.t, a, string(a.Party)+"-press", http.MethodGet, "/press/files", nil)
	files := map[string][]byte{}
	if err := json.Unmarshal([]byte(out), &files); status != http.StatusOK || err != nil || len(files) < 60 {
		x.t.Fatalf("the copy as files: %d, %v, %d files", status, err, len(files))
	}
	return files
}

// noAddressIn looks for readers' addresses in a node's folder.
func (x *theatre) noAddressIn(a *Actor) {
	x.t.Helper()
	found, _, err := durabletest.Holding(a.Dir, []byte(planet+"reader"))
	if err != nil {
		x.t.Fatal(err)
	}
	for _, path := range found {
		x.t.Errorf("%s holds a reader's address", path)
	}
}
