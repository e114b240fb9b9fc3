// Package pressroom owns the public site: its pages, feeds and forms, on a listener of its own.
//
// Rules of this face. It knows an edition of what is public and nothing else: no store, no member, no record can be reached from its code, which a test of the import graph keeps. No
// page has a cookie, a tracker or anything from elsewhere. What everybody sees alike is rendered once and kept; forms are pages of their own. No page says that a text has been verified:
// that is said by the reader's own machine, or not at all. Everything but that works without script.
package pressroom

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"entente.example/internal/caller"
	"entente.example/internal/card"
	"entente.example/internal/locale"
	"entente.example/internal/pdf"
	"entente.example/internal/press"
	"entente.example/internal/spans"
	"entente.example/lang"
	"entente.example/refusal"
)

// Source gives what is public now. It answers at once, and with the same edition as long as nothing changed.
type Source interface {
	Edition(ctx context.Context) (*press.Edition, error)
}

// Letters takes in what readers write. All of it waits for a press officer.
type Letters interface {
	// Submit keeps a reply and gives its writer's secret, by which they see what became of it and take it back.
	Submit(ctx context.Context, l press.Letter) (secret string, err error)
	Own(ctx context.Context, secret string) (press.Own, error)
	Erase(ctx context.Context, secret string) error
	// Appeal asks for another look at a reply that was not let through.
	Appeal(ctx context.Context, secret, words string) error
	// Report tells a press officer that a reply should be looked at again.
	Report(ctx context.Context, id, reason string) error
}

// Options are what a site is made of.
type Options struct {
	Source  Source
	Letters Letters // nil: no replies
	Mail    Mail    // nil: nobody is written to
	Now     func() time.Time
	Rand    io.Reader
	Log     *slog.Logger    // nil: nowhere
	URL     string          // under which the public reaches it, as in "https://press.example"
	Hubs    []string        // that pass on what is new in the feeds, by address
	Told    func(kept bool) // of each page, whether it was kept from an earlier reader; nil: nobody is
	// Handed is told of each answer that lay ready and passed no handler; nil: nobody is.
	Handed  func(method, address string, status int)
	Still   bool     // for files: nothing that needs a server is offered
	Preview *Preview // of a text that is not public; only for a site that no listener serves
	// Fonts are for the pictures of links, asked for with each of them: they take more memory than the rest of the site. nil: Latin only.
	Fonts func() (*card.Fonts, error)
	Paper func() (pdf.Fonts, error) // for texts on paper; nil: none
}

// Site is the public site.
type Site struct {
	o       Options
	look    *look
	cross   *http.CrossOriginProtection
	handler http.Handler
	pages   *http.ServeMux // of one language
	key     [32]byte       // of form tokens
	limits  limits
	turns   turns
	papers  papers
	current atomic.Pointer[printing]
	begins  sync.Mutex // whoever comes first with a new edition makes its printing, and all others take that one
}

// printing is an edition with what has been rendered of it.
type printing struct {
	*press.Edition
	index  *press.Index
	done   sync.Map           // path → *sheet
	making singleflight.Group // by path: a thousand readers who come at once wait for one of them
	waits  sync.Map           // language → *sheet for who sends too many forms
}

// New prepares the site.
func New(o Options) (*Site, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Told == nil {
		o.Told = func(bool) {}
	}
	if o.Handed == nil {
		o.Handed = func(string, string, int) {}
	}
	o.URL = strings.TrimSuffix(o.URL, "/")
	if o.Fonts == nil {
		o.Fonts = sync.OnceValues(func() (*card.Fonts, error) { return card.NewFonts() })
	}
	s := &Site{o: o, look: newLook(o.Now), cross: http.NewCrossOriginProtection(), limits: newLimits(o.Now), turns: newTurns()}
	if _, err := io.ReadFull(o.Rand, s.key[:]); err != nil {
		return nil, errors.New("press room: no random key for forms: " + err.Error())
	}
	if err := s.cross.AddTrustedOrigin(o.URL); err != nil {
		return nil, errors.New("press room: the public address is no origin: " + o.URL)
	}
	s.pages = s.languagePages()
	s.handler = headers(s.cross.Handler(s.routes()))
	return s, nil
}

// ServeHTTP answers what has been rendered before anything else is looked at: what everybody gets alike costs no more than handing out its bytes.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if x, ok := s.ready(r.Context(), r.URL.Path); ok {
			s.o.Told(true)
			x.serve(w, r)
			return
		}
	}
	s.handler.ServeHTTP(w, r)
}

// ready is what lies ready for an address in the edition of now.
func (s *Site) ready(ctx context.Context, address string) (*sheet, bool) {
	p := s.current.Load()
	if p == nil {
		return nil, false
	}
	if e, err := s.o.Source.Edition(ctx); err != nil || e != p.Edition {
		return nil, false
	}
	done, ok := p.done.Load(address)
	if !ok {
		return nil, false
	}
	return done.(*sheet), true
}

// printed is the edition of now.
func (s *Site) printed(ctx context.Context) (*printing, error) {
	e, err := s.o.Source.Edition(ctx)
	if err != nil {
		return nil, err
	}
	if p := s.current.Load(); p != nil && p.Edition == e {
		return p, nil
	}
	s.begins.Lock()
	defer s.begins.Unlock()
	if p := s.current.Load(); p != nil && p.Edition == e {
		return p, nil
	}
	p := &printing{Edition: e, index: press.NewIndex(e.All).Told(e.Accounts)}
	s.current.Store(p)
	return p, nil
}

// guards are the headers of every answer: nothing from elsewhere runs or loads, and nobody frames us. The one piece of a page that counts as script says which code may check a text, and is always the same.
var guards = sync.OnceValue(func() http.Header {
	return http.Header{
		"Content-Security-Policy": {"default-src 'none'; script-src 'self' '" + integrity([]byte(worn().allowed())) + "'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
			"require-trusted-types-for 'script'; trusted-types 'none'"},
		"X-Content-Type-Options":     {"nosniff"},
		"X-Frame-Options":            {"DENY"},
		"Referrer-Policy":            {"no-referrer"},
		"Cross-Origin-Opener-Policy": {"same-origin"},
		"Permissions-Policy":         {"camera=(), geolocation=(), microphone=(), payment=(), usb=()"},
	}
})

func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), guards())
		next.ServeHTTP(w, r)
	})
}

// routes are what has no language, and the way to what has one.
func (s *Site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/{hash}/{file}", s.kept(s.asset))
	mux.HandleFunc("GET /robots.txt", s.kept(s.robots))
	mux.HandleFunc("GET /sitemap.xml", s.kept(s.sitemap))
	mux.HandleFunc("GET /{$}", s.toLanguage(func(*http.Request) string { return "" }))
	mux.HandleFunc("GET /c/{mech}/{text}/{$}", s.toLanguage(func(r *http.Request) string { return r.PathValue("mech") + "/" + r.PathValue("text") + "/" }))
	mux.HandleFunc("GET /r/{mech}/{id}/{$}", s.toLanguage(func(r *http.Request) string {
		return "readouts/" + (&press.Account{Mechanism: r.PathValue("mech"), Readout: press.Readout{ID: r.PathValue("id")}}).Name() + "/"
	}))
	mux.HandleFunc("GET /c/{mech}/{file}", s.kept(s.bound))
	mux.HandleFunc("GET /c/{mech}/{text}/files/{file...}", s.kept(s.file))
	mux.HandleFunc("/{lang}/", s.inLanguage)
	mux.HandleFunc("/", s.lost)
	return spans.Routed("", mux)
}

// endings are the forms of each feed.
var endings = []string{"atom", "rss", "json"}

// languagePages are the pages of one language, without it.
func (s *Site) languagePages() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.kept(s.index))
	for _, ending := range endings {
		mux.HandleFunc("GET /feed."+ending, s.kept(s.feed(ending)))
		mux.HandleFunc("GET /topics/{topic}/feed."+ending, s.kept(s.feed(ending)))
	}
	mux.HandleFunc("GET /topics/{topic}/{$}", s.kept(s.topic))
	mux.HandleFunc("GET /{mech}/{text}/{$}", s.kept(s.communique))
	mux.HandleFunc("GET /{mech}/{text}/beside/{$}", s.kept(s.beside))
	mux.HandleFunc("GET /{mech}/{text}/ninjs.json", s.kept(s.ninjs))
	mux.HandleFunc("GET /{mech}/{text}/card.png", s.kept(s.card))
	mux.HandleFunc("GET /{mech}/{text}/readouts/{id}/{$}", s.kept(s.readout))
	mux.HandleFunc("GET /{mech}/{text}/readouts/{id}/excerpt/{$}", s.fresh(s.readoutPart))
	mux.HandleFunc("GET /{mech}/{text}/readouts/{id}/excerpt.json", s.fresh(s.readoutProof))
	mux.HandleFunc("GET /readouts/{account}/{$}", s.kept(s.readout))
	mux.HandleFunc("GET /readouts/{account}/excerpt/{$}", s.fresh(s.readoutPart))
	mux.HandleFunc("GET /readouts/{account}/excerpt.json", s.fresh(s.readoutProof))
	mux.HandleFunc("GET /{mech}/{text}/excerpt/{$}", s.fresh(s.excerpt))
	mux.HandleFunc("GET /on-record/{$}", s.kept(s.askPage))
	mux.HandleFunc("POST /on-record/{$}", s.form(s.ask))
	mux.HandleFunc("GET /search/{$}", s.fresh(s.search))
	if s.o.Letters != nil {
		mux.HandleFunc("GET /{mech}/{text}/reply/{$}", s.fresh(s.replyPage))
		mux.HandleFunc("POST /{mech}/{text}/reply/{$}", s.form(s.reply))
		mux.HandleFunc("GET /{mech}/{text}/report/{id}/{$}", s.fresh(s.reportPage))
		mux.HandleFunc("POST /{mech}/{text}/report/{id}/{$}", s.form(s.report))
		mux.HandleFunc("GET /my-reply/{secret}/{$}", s.fresh(s.own))
		mux.HandleFunc("POST /my-reply/{secret}/{$}", s.form(s.onOwn))
	}
	if s.o.Mail != nil {
		mux.HandleFunc("GET /mail/{$}", s.fresh(s.mailPage))
		mux.HandleFunc("POST /mail/{$}", s.form(s.askMail))
		for _, purpose := range []string{"confirm", "end"} {
			mux.HandleFunc("GET /mail-"+purpose+"/{word}/{$}", s.fresh(s.onWord(purpose)))
			mux.HandleFunc("POST /mail-"+purpose+"/{word}/{$}", s.fresh(s.onWord(purpose)))
		}
	}
	mux.HandleFunc("/", s.lost)
	return mux
}

// visit is one request.
type visit struct {
	*printing
	site *Site
	r    *http.Request
	tag  lang.Tag // of the address; "" if it has none
	ui   lang.Tag // of the interface
}

// maxForm bounds what a form may bring.
const maxForm = 64 << 10

// inLanguage takes the language off an address.
func (s *Site) inLanguage(w http.ResponseWriter, r *http.Request) {
	tag := lang.Tag(r.PathValue("lang"))
	if tag.Check() != nil {
		s.lost(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	in, address := *r, *r.URL // as http.StripPrefix does
	in.URL = &address
	in.URL.Path, in.URL.RawPath = strings.TrimPrefix(r.URL.Path, "/"+string(tag)), ""
	in.SetPathValue("address", r.URL.Path)
	in.SetPathValue("language", string(tag))
	spans.Routed("/{lang}", s.pages).ServeHTTP(w, &in)
}

func (s *Site) visit(r *http.Request) (*visit, error) {
	p, err := s.printed(r.Context())
	tag := lang.Tag(r.PathValue("language"))
	prefer := string(tag) // alone: what is kept for an address is the same for every reader
	if prefer == "" {
		prefer = r.Header.Get("Accept-Language")
	}
	return &visit{printing: p, site: s, r: r, tag: tag, ui: locale.Match(prefer)}, err
}

// address is the whole path.
func (v *visit) address() string {
	if a := v.r.PathValue("address"); a != "" {
		return a
	}
	return v.r.URL.Path
}

// key is which communiqué an address is about.
func (v *visit) key() press.Key {
	return press.Key{Mechanism: v.r.PathValue("mech"), Text: v.r.PathValue("text")}
}

// about is the communiqué that an address is about. One that is not public yet does not exist.
func (v *visit) about() (*press.Communique, error) {
	if c, ok := v.Find(v.key()); ok {
		return c, nil
	}
	return nil, refusal.New(refusal.Missing, "press.no_page")
}

// kept answers with what everybody gets alike, rendered once for each edition.
func (s *Site) kept(f func(*visit) (*sheet, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := s.visit(r)
		if err != nil {
			s.failed(w, v, err)
			return
		}
		done, ok := v.done.Load(v.address())
		if s.o.Told(ok); ok {
			done.(*sheet).serve(w, r)
			return
		}
		out, err, _ := v.making.Do(v.address(), func() (any, error) {
			if done, ok := v.done.Load(v.address()); ok { // somebody else had just made it
				return done, nil
			}
			out, err := f(v)
			if err == nil {
				out.finish()
				v.done.Store(v.address(), out)
			}
			return out, err
		})
		if err != nil {
			s.failed(w, v, err)
			return
		}
		out.(*sheet).serve(w, r)
	}
}

// fresh answers one reader, in their turn.
func (s *Site) fresh(f func(*visit, http.ResponseWriter) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := s.visit(r)
		if err == nil {
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("X-Robots-Tag", "noindex")
			s.turns.in(func() { err = f(v, w) })
		}
		if err != nil {
			s.failed(w, v, err)
		}
	}
}

// form answers who sends one, unless they send so many that nobody wrote them: those are not read.
func (s *Site) form(f func(*visit, http.ResponseWriter) error) http.HandlerFunc {
	read := s.fresh(f)
	return func(w http.ResponseWriter, r *http.Request) {
		if s.limits.take(perForm, client(r)) {
			read(w, r)
			return
		}
		v, err := s.visit(r)
		if err != nil {
			s.failed(w, v, err)
			return
		}
		page, err := v.wait()
		if err != nil {
			s.failed(w, v, err)
			return
		}
		page.serve(w, r)
	}
}

// wait is the page for who sent too many forms, made once for each language.
func (v *visit) wait() (*sheet, error) {
	if page, ok := v.waits.Load(v.ui); ok {
		return page.(*sheet), nil
	}
	f := v.frame(locale.Message(v.ui, "press.error", nil))
	f.Problem, f.Alternates = locale.Message(v.ui, "press.too_many_forms", nil), nil
	page, err := v.sheetOf(&errorPage{frame: f})
	if err == nil {
		page.later = true
		page.finish()
		v.waits.Store(v.ui, page)
	}
	return page, err
}

// statuses is this face's one table from kinds of refusal to HTTP.
var statuses = map[refusal.Kind]int{refusal.Invalid: http.StatusBadRequest, refusal.Denied: http.StatusForbidden, refusal.Missing: http.StatusNotFound, refusal.Conflict: http.StatusConflict,
	refusal.Stale: http.StatusConflict, refusal.Unverified: http.StatusUnprocessableEntity, refusal.Unavailable: http.StatusServiceUnavailable, refusal.Internal: http.StatusInternalServerError}

func (s *Site) failed(w http.ResponseWriter, v *visit, err error) {
	ref := refusal.As(err)
	if ref.Kind == refusal.Internal {
		s.o.Log.Error("answering a reader", "path", v.r.URL.Path, "error", err)
		ref = refusal.New(refusal.Internal, "press.fault")
	}
	w.Header().Set("Cache-Control", "no-store")
	f := v.frame(locale.Message(v.ui, "press.error", nil))
	f.Problem, f.Alternates = locale.Explain(v.ui, ref), nil
	s.turns.in(func() { s.send(w, v, statuses[ref.Kind], &errorPage{frame: f}) })
}

func (s *Site) lost(w http.ResponseWriter, r *http.Request) {
	v, err := s.visit(r)
	if err == nil {
		err = refusal.New(refusal.Missing, "press.no_page")
	}
	s.failed(w, v, err)
}

// send renders a page for one reader.
func (s *Site) send(w http.ResponseWriter, v *visit, status int, p page) {
	b, err := s.look.render(v.ui, p)
	if err != nil {
		s.o.Log.Error("rendering a page", "template", p.template(), "error", err)
		http.Error(w, locale.Message(v.ui, "press.fault", nil), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", html)
	w.Header().Set("Content-Language", string(v.ui))
	w.WriteHeader(status)
	_, _ = w.Write(b) // the reader has gone if this fails
}

const html = "text/html; charset=utf-8"

// sheetOf renders a page that is kept.
func (v *visit) sheetOf(p page) (*sheet, error) {
	b, err := v.site.look.render(v.ui, p)
	return &sheet{media: html, language: v.ui, body: b}, err
}

// toLanguage leads to the reader's language.
func (s *Site) toLanguage(rest func(*http.Request) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Accept-Language")
		w.Header().Set("Cache-Control", "public, max-age=60")
		http.Redirect(w, r, "/"+string(locale.Match(r.Header.Get("Accept-Language")))+"/"+rest(r), http.StatusFound)
	}
}

// client is whom limits count: an address, or the network that one home has.
func client(r *http.Request) string { return counted(r.RemoteAddr) }

func counted(address string) string {
	if from := caller.Of(address); from.IsValid() {
		return from.String()
	}
	return address
}
