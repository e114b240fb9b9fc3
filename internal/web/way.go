package web

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// Nobody is left at a dead end: whoever has to sign in first comes to the page that they wanted, the address of a form leads to the page that has it, and the page of an error says where to go on.

// wayLife is how long a browser remembers where somebody wanted to go, in seconds.
const wayLife = 600

// longestWay is how long an address may be that is remembered.
const longestWay = 1000

func (v *visit) wayCookie() string { return v.site.cookieName(v.r) + "-way" }

// remember keeps in the reader's browser where they wanted to go, and whether they were signed in until now. It is a path of ours and nothing else, whoever wrote the cookie.
func (v *visit) remember(to string) {
	if mode := v.r.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" || v.r.Header.Get("Accept") == "text/event-stream" {
		return // a script of a page that is still open asks: nobody wants to go anywhere, and who signs in next may be somebody else
	}
	ended := "" // whoever has no session at all has not lost one
	if _, err := v.r.Cookie(v.site.cookieName(v.r)); err == nil {
		ended = "yes"
	}
	if to == "" && ended == "" {
		return
	}
	v.setWay(url.Values{"to": {to}, "ended": {ended}}.Encode(), wayLife)
}

func (v *visit) setWay(value string, age int) {
	http.SetCookie(v.w, &http.Cookie{Name: v.wayCookie(), Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: v.site.tls(v.r), SameSite: http.SameSiteLaxMode})
}

// way is where somebody wanted to go who had to sign in first, "/" if nowhere, and whether that was because their session had ended.
func (v *visit) way() (to string, ended bool) {
	c, err := v.r.Cookie(v.wayCookie())
	if err != nil {
		return "/", false
	}
	q, err := url.ParseQuery(c.Value)
	if err != nil {
		return "/", false
	}
	return localAddress(q.Get("to")), q.Get("ended") != ""
}

// arrive sends somebody who has just signed in to where they wanted to go.
func (v *visit) arrive() {
	to, _ := v.way()
	v.arrived()
	v.back(to, "", "")
}

// arrived forgets where somebody wanted to go.
func (v *visit) arrived() {
	if _, err := v.r.Cookie(v.wayCookie()); err == nil {
		v.setWay("", -1)
	}
}

// wanted is the address of a page that was asked for, "" of what is none: a file would come without a page around it.
func wanted(u *url.URL) string {
	if slices.Contains([]string{".csv", ".json", ".ics", ".zip", ".txt", ".tbx", ".tmx", ".js", ".png"}, path.Ext(u.Path)) || slices.Contains([]string{"file", "pdf", "events"}, path.Base(u.Path)) ||
		strings.Contains(u.Path, "/evidence/") || strings.Contains(u.Path, "/handover/") || u.Path == "/" || len(u.RequestURI()) > longestWay {
		return ""
	}
	return u.RequestURI()
}

// localAddress lets nobody be sent to anything but a page of ours. Unlike localPath it keeps what the page is asked.
func localAddress(s string) string {
	to := localPath(s)
	if u, err := url.Parse(s); err == nil && to != "/" && u.RawQuery != "" && len(s) <= longestWay {
		if q, err := url.ParseQuery(u.RawQuery); err == nil {
			q.Del("done") // nothing was done on the way
			to += "?" + q.Encode()
		}
	}
	return strings.TrimSuffix(to, "?")
}

// formsOf are pages whose forms are sent to an address that is not below theirs.
var formsOf = map[string]string{"/digest": "/sessions", "/meeting-mail": "/sessions", "/password": "/sessions", "/passkeys": "/sessions", "/sign-on": "/sessions", "/habits": "/help", "/glossary-file": "/glossary", "/calendar": "/meetings"}

// pageOf is the page that has the form which is sent to an address, "" if none is: somebody loads the answer of a form again by its address, or chooses another language there.
func (s *Site) pageOf(r *http.Request) string {
	serves := func(method, at string) bool {
		_, pattern := s.mux.Handler(&http.Request{Method: method, Host: r.Host, URL: &url.URL{Path: at}})
		return strings.HasPrefix(pattern, method+" ")
	}
	if !serves(http.MethodPost, r.URL.Path) {
		return ""
	}
	for at := r.URL.Path; at != "/"; {
		for end, page := range formsOf {
			if head, ok := strings.CutSuffix(at, end); ok && (head == "" || strings.Count(head, "/") == 2 && strings.HasPrefix(head, "/m/")) {
				return (&url.URL{Path: head + page}).String()
			}
		}
		if at != r.URL.Path && serves(http.MethodGet, at) {
			return (&url.URL{Path: at}).String()
		}
		at = path.Dir(at)
	}
	return "/"
}

// within is the mechanism that a path is in, "" if in none.
func within(p string) string {
	rest, ok := strings.CutPrefix(p, "/m/")
	if !ok {
		return ""
	}
	ref, _, _ := strings.Cut(rest, "/")
	return ref
}
