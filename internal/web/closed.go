package web

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"entente.example/internal/locale"
	"entente.example/refusal"
)

// Closed is what members are told while nobody answers them: a node starts, changes hands, or has died. It needs nothing of the node, and its page asks for nothing more.
type Closed struct {
	templates *templates
	assets    *assets
}

// NewClosed prepares the page.
func NewClosed() *Closed {
	a := loadAssets()
	return &Closed{newTemplates(a), a}
}

type closedPage struct {
	Frame    frame
	Sentence string
	Again    string // address to go to then
	Sent     bool   // it has the form that was sent
}

func (p *closedPage) template() string { return "closed" }
func (p *closedPage) frame() *frame    { return &p.Frame }

// retryAfter is, in seconds, when it is worth asking again after something was not possible at the moment.
const retryAfter = "5"

// comeAgain says so, where asking again does nothing twice: of what only reads, and of an act of which nothing was done. Of any other act nobody knows that, and programs would repeat it.
func comeAgain(h http.Header, method string, why *refusal.Error) {
	if method == http.MethodGet || method == http.MethodHead || why != nil && slices.Contains([]string{"node.nobody_holds", "node.store_failed", "node.disk_full", "node.files_barred", "store.reads_only"}, why.Key) {
		h.Set("Retry-After", retryAfter)
	}
}

// Refuse tells a request why it is not answered: whoever reads pages by a page, scripts and other programs by a line of text.
func (c *Closed) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	headers(c.assets.policy, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.refuse(w, r, refusal.As(err)) })).ServeHTTP(w, r)
}

func (c *Closed) refuse(w http.ResponseWriter, r *http.Request, why *refusal.Error) {
	chosen := ""
	if k, err := r.Cookie(languageCookie); err == nil {
		chosen = k.Value
	}
	tag, status := locale.Match(chosen, r.Header.Get("Accept-Language")), statusOf[why.Kind]
	comeAgain(w.Header(), r.Method, why)
	w.Header().Set("Content-Language", string(tag))
	w.Header().Add("Vary", "Accept, Accept-Language, Cookie")
	sentence := locale.Explain(tag, why)
	if !strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Error(w, sentence, status)
		return
	}
	p := &closedPage{Frame: frame{Lang: tag, Title: locale.Message(tag, "web.error_"+string(why.Kind), nil)}, Sentence: sentence, Again: localAddress(r.URL.RequestURI())}
	if p.Sent = r.Method != http.MethodGet && r.Method != http.MethodHead; p.Sent {
		p.Again = cameFrom(r)
	}
	var b bytes.Buffer
	if err := c.templates.render(&b, p); err != nil {
		http.Error(w, sentence, status)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader has gone if this fails
}

// cameFrom is the page on which a form was filled in that a request carries, "" if the browser does not say.
func cameFrom(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host == "" || u.Host != r.Host {
		return ""
	}
	to := localAddress(u.RequestURI())
	if to == "/" && u.Path != "/" {
		return ""
	}
	return to
}
