package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// route is one of the site's, with values in the place of its wildcards.
type route struct{ pattern, method, path string }

// routesOf are all routes, in a mechanism; a new one is in every test that asks for them.
func routesOf(t *testing.T, site *Site, mech string) []route {
	t.Helper()
	values := strings.NewReplacer("{mech}", mech, "{text}", "js-9", "{id}", "1", "{paper}", "1", "{entry}", "cedar-4", "{line}", "cedar-birch", "{attachment}", "1", "{file}", "history.csv", "{link}", "AAAA", "{secret}", "AAAA", "{hash}", "0", "{$}", "", "{path...}", "index.html")
	var out []route
	for _, p := range site.Routes() {
		method, path, ok := strings.Cut(p, " ")
		if !ok {
			continue // what is on no route
		}
		path = values.Replace(path)
		if strings.ContainsAny(path, "{}") {
			t.Fatalf("%s: give its wildcard a value above", p)
		}
		out = append(out, route{p, method, path})
	}
	if len(out) < 60 {
		t.Fatalf("only %d routes: the table is not read", len(out))
	}
	return out
}

// Attack 1: what another site makes a member's browser send changes nothing, on any route.
func TestAttack01ForeignForms(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	before, err := people.Trail(t.Context(), "", 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, r := range routesOf(t, site, "valley") {
		if r.method != http.MethodPost {
			continue
		}
		for name, change := range map[string]func(*http.Request){
			"cross-site": func(q *http.Request) { q.Header.Set("Sec-Fetch-Site", "cross-site") },
			"same-site":  func(q *http.Request) { q.Header.Set("Sec-Fetch-Site", "same-site") },
			"foreign origin": func(q *http.Request) {
				q.Header.Del("Sec-Fetch-Site")
				q.Header.Set("Origin", "http://evil.example")
			},
			"null origin": func(q *http.Request) {
				q.Header.Del("Sec-Fetch-Site")
				q.Header.Set("Origin", "null")
			},
		} {
			tried++
			if res := b.do(http.MethodPost, r.path, url.Values{"act": {"accept"}, "do": {"begin"}}, change); res.StatusCode != http.StatusForbidden {
				t.Errorf("%s, %s: %d", r.pattern, name, res.StatusCode)
			}
		}
	}
	after, err := people.Trail(t.Context(), "", 0, 100)
	if err != nil || len(after) != len(before) || len(src.acts)+len(src.ours)+len(src.uploaded) != 0 {
		t.Errorf("%d acts, %d lines in the trail more: %v", len(src.acts), len(after)-len(before), err)
	}
	if tried < 100 {
		t.Errorf("only %d requests were made", tried)
	}
}

// open are the routes that somebody needs who is not signed in.
var openRoutes = []string{"GET /static/{hash}/{file}", "GET /sign-in", "POST /sign-in/passkey/options", "POST /sign-in/passkey", "POST /sign-in/password", "GET /worker.js", "GET /sign-on", "GET /sign-on/back", "POST /sign-on/back", "GET /sign-in/{link}", "POST /sign-in/{link}", "POST /language", "GET /calendar/{secret}/{file}"}

// Attack 6: whoever is not signed in, or not admitted to a mechanism, cannot tell it from one that does not exist, on any route; what a stranger is told is the same, byte by byte.
func TestAttack06OtherMechanisms(t *testing.T) {
	site, src, people := newSite(t)
	stranger := enter(t, site, people, "other-sec")
	nobody := &browser{t: t, site: site, lang: "en"}
	nowhere := routesOf(t, site, "nowhere")
	for i, r := range routesOf(t, site, "valley") {
		if !slices.Contains(openRoutes, r.pattern) {
			res := nobody.do(r.method, r.path, url.Values{}, nil)
			if r.method == http.MethodGet && (res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/sign-in") || r.method == http.MethodPost && res.StatusCode != http.StatusForbidden {
				t.Errorf("%s for nobody: %d", r.pattern, res.StatusCode)
			}
		}
		if !strings.Contains(r.pattern, "{mech}") {
			continue
		}
		there, not := stranger.do(r.method, r.path, url.Values{}, nil), stranger.do(r.method, nowhere[i].path, url.Values{}, nil)
		if there.StatusCode != not.StatusCode || there.StatusCode < 400 || strings.ReplaceAll(there.body, "valley", "nowhere") != not.body {
			t.Errorf("%s for a stranger: %d, and %d where there is nothing", r.pattern, there.StatusCode, not.StatusCode)
		}
	}
	if len(src.acts)+len(src.ours)+len(src.uploaded)+len(src.sealings) != 0 {
		t.Error("a stranger has done something")
	}
}

// Attack 2, on the routes: looking changes nothing, by GET or HEAD. Attack 13: nobody may frame an answer. Attack 5: nothing of a member's page stays in a cache.
func TestAttack02LookingChangesNothing(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	before, err := people.Trail(t.Context(), "", 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range routesOf(t, site, "valley") {
		if r.method != http.MethodGet || strings.HasSuffix(r.path, "/events") {
			continue
		}
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			res := b.do(method, r.path+"?act=accept&do=begin", nil, nil)
			if h := res.Header; h.Get("X-Frame-Options") != "DENY" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") || !strings.Contains(h.Get("Cache-Control"), "no-store") && !strings.HasPrefix(r.path, "/static/") {
				t.Errorf("%s %s: %v", method, r.path, h)
			}
		}
	}
	after, err := people.Trail(t.Context(), "", 0, 100)
	if err != nil || len(after) != len(before) || len(src.acts)+len(src.ours)+len(src.uploaded)+len(src.sealings) != 0 {
		t.Errorf("%d acts, %d lines more in the trail: %v", len(src.acts), len(after)-len(before), err)
	}
}

// Attack 15: no address, language or file name leads out of what we serve.
func TestAttack15Paths(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	out := []string{"..", "../..", "%2e%2e", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%2f..%2fetc%2fpasswd", "%5c..%5cwin.ini", "%00", "/etc/passwd", "....//", "site.css%00.js", "..;"}
	hash, _, _ := strings.Cut(strings.TrimPrefix(site.assets.url("site.css"), "/static/"), "/")
	for _, prefix := range []string{"/static/" + hash + "/", "/static/", "/m/valley/ours/handover/", "/m/valley/line/cedar-birch/", "/m/valley/attachments/", "/m/valley/texts/", "/m/valley/record/", "/m/", "/calendar/AAAA/", "/sign-in/"} {
		for _, o := range out {
			res := b.do(http.MethodGet, prefix+o, nil, nil)
			if res.StatusCode < 300 || strings.Contains(res.body, "root:") {
				t.Errorf("%s%s: %d", prefix, o, res.StatusCode)
			}
		}
	}
	for _, tag := range []string{"../../etc", "en/../../x", "\x00", strings.Repeat("a-", 5000)} {
		if res := b.do(http.MethodPost, "/language", url.Values{"to": {tag}, "from": {"/"}}, nil); res.StatusCode != http.StatusSeeOther || strings.Contains(res.Header.Get("Set-Cookie"), "..") {
			t.Errorf("%.20q: %d", tag, res.StatusCode)
		}
	}
}

// Attack 16: a name that is not the node's leads nowhere, whatever a proxy is made to say; addresses in the answers are paths.
func TestAttack16Hosts(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for host, want := range map[string]int{"node.example": 200, "node.example:8443": 200, "NODE.EXAMPLE": 200, "localhost:8080": 200, "127.0.0.1:8080": 200, "[::1]:8080": 200,
		"evil.example": 421, "node.example.evil.example": 421, "evilnode.example": 421, "": 421, "node.example@evil.example": 421, "node.example, evil.example": 421} {
		res := b.do(http.MethodGet, "/m/valley", nil, func(r *http.Request) { r.Host = host })
		if res.StatusCode != want {
			t.Errorf("%q: %d, want %d", host, res.StatusCode, want)
		}
	}
	res := b.do(http.MethodGet, "/m/valley", nil, func(r *http.Request) {
		for _, h := range []string{"X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "Forwarded"} {
			r.Header.Set(h, "host=evil.example")
		}
		r.Header.Set("X-Forwarded-Proto", "javascript")
	})
	if res.StatusCode != http.StatusOK || strings.Contains(res.body, "evil.example") || strings.Contains(res.body, "javascript:") {
		t.Errorf("a proxy's words come into the page: %d", res.StatusCode)
	}
}

// Attack 17: a form sends its reader back to a page of ours and nowhere else.
func TestAttack17Redirects(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for _, to := range []string{"//evil.example", `/\evil.example`, `\\evil.example`, "https://evil.example/", "https:evil.example", "javascript:alert(1)", "/ok\r\nSet-Cookie: a=b", "/%0d%0aSet-Cookie:a=b", "//evil.example@node.example/", "/\t/evil.example", "///evil.example", "http:///evil.example"} {
		res := b.do(http.MethodPost, "/language", url.Values{"to": {"ja"}, "from": {to}}, nil)
		u, err := url.Parse(res.Header.Get("Location"))
		if err != nil || res.StatusCode != http.StatusSeeOther || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.ContainsAny(res.Header.Get("Location"), "\r\n\t\\") || res.Header.Get("Set-Cookie") == "a=b" {
			t.Errorf("%q leads to %q", to, res.Header.Get("Location"))
		}
	}
	if res := b.do(http.MethodPost, "/language", url.Values{"to": {"ja"}, "from": {"/m/valley"}}, nil); res.Header.Get("Location") != "/m/valley" {
		t.Errorf("back to %q", res.Header.Get("Location"))
	}
}
