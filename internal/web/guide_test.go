package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"entente.example/docs"
	"entente.example/internal/locale"
)

// The guide is read on the pages in the reader's language: every heading, point and row of the document is there, its links lead to places on the page, a picture is fetched from the node when somebody opens it, and
// what looks like markup in the document is words.
func TestTheGuideIsReadOnThePages(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	headings, points := regexp.MustCompile(`(?m)^##+ `), regexp.MustCompile(`(?m)^ *(?:- |\d+\. )`)
	shown, pictures := regexp.MustCompile(`<h[23] id=`), regexp.MustCompile(`src="(/help/pictures/[^"]+)"`)
	for tag, name := range guideFiles {
		text, err := docs.Files.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		b.lang = string(tag)
		res := b.get("/help/guide")
		if bad := inspect(res.body); res.StatusCode != http.StatusOK || len(bad) > 0 {
			t.Errorf("%s: %d %q", tag, res.StatusCode, bad)
		}
		_, body, _ := strings.Cut(res.body, `class="guide"`)
		for what, n := range map[string][2]int{
			"headings": {len(headings.FindAllString(string(text), -1)), len(shown.FindAllString(body, -1))},
			"points":   {len(points.FindAllString(string(text), -1)), strings.Count(body, "<li>") - strings.Count(body, `<li><a href="#`)},
			"tables":   {strings.Count(string(text), "|---|---|"), strings.Count(body, "<table")},
		} {
			if n[0] != n[1] || n[0] == 0 {
				t.Errorf("%s: the document has %d %s, the page %d", tag, n[0], what, n[1])
			}
		}
		for _, m := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(body, -1) {
			id, err := url.PathUnescape(m[1])
			if err != nil || id != "top" && !strings.Contains(body, `id="`+id+`"`) {
				t.Errorf("%s: a link leads to %s, which is nowhere", tag, m[1])
			}
		}
		found := pictures.FindAllStringSubmatch(body, -1)
		if len(found) < 5 || strings.Contains(body, ".md\"") || strings.Contains(body, "*") {
			t.Errorf("%s: %d pictures, or links to files that are not there, or marks", tag, len(found))
		}
		for _, m := range found {
			if pic := b.get(m[1]); pic.StatusCode != http.StatusOK || !strings.HasPrefix(pic.body, "\x89PNG") {
				t.Errorf("%s: %d", m[1], pic.StatusCode)
			}
		}
	}
	if len(guideFiles) != len(locale.Languages) {
		t.Error("a language of the interface has no guide")
	}
	for _, path := range []string{"/help/pictures/none.png", "/help/pictures/..%2Fguide.md", "/help/pictures/..%2F..%2Fgo.mod"} {
		if res := b.get(path); res.StatusCode == http.StatusOK {
			t.Errorf("%s is sent", path)
		}
	}
	g := newGuide([]byte("# A <b>title\n\n## Say <script>alert(1)</script>\n\n<img src=x onerror=alert(1)> [go](javascript:alert(1)) ![\"x\"](pictures/\"x.png)\n\n![a\"b](pictures/a\"b.png)\n"))
	if s := string(g.Body); strings.Contains(s, "<script") || strings.Contains(s, "onerror=alert(1)>") && !strings.Contains(s, "&lt;img") || strings.Contains(s, "javascript:") || strings.Contains(s, `a"b`) {
		t.Errorf("markup in the document is markup of the page: %s", s)
	}
}
