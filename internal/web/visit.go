package web

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"entente.example/internal/locale"
	"entente.example/internal/staff"
	"entente.example/internal/view"
	"entente.example/lang"
	"entente.example/refusal"
)

// visit is one request with what is known of who makes it.
type visit struct {
	site    *Site
	w       http.ResponseWriter
	r       *http.Request
	lang    lang.Tag
	session staff.Session // Member "" if nobody is signed in
	told    int64         // by the source, before anything was looked at
	unsure  error         // why nobody can tell who it is; nil: it is known
}

// handler answers a request: with a page, or by itself if the page is nil.
type handler func(*visit) (page, error)

// page is a typed struct with its template.
type page interface {
	template() string
	frame() *frame
}

// frame is what every page shows around its matter.
type frame struct {
	Title        string // already in the reader's language
	Lang         lang.Tag
	Path         string
	Member       string
	Node         string
	Chrome       *view.Chrome // nil outside a mechanism
	Status       int
	Live         string // address of the event stream, "" if the page has none
	Matter       string // what the page shows, to know which events concern it
	Notice       string // message key of what was just done
	Undo         *undo  // takes it back; nil: it cannot be
	Problem      string // sentence of a refusal, after a form came back
	wrong        *refusal.Error
	Now          time.Time
	Keep         bool      // the reader may keep a copy of the page
	Copy         bool      // this is one
	Until        time.Time // when it ends
	Scripted     bool      // the page has to do with copies
	Shortcuts    bool      // single keys do something here
	Known        bool      // the browser has the style sheet; a copy is kept with it
	Illustration bool      // of a page outside a mechanism that shows one that is
}

// Invented reports whether something on the page is an illustration, which the page must say.
func (f *frame) Invented() bool { return f.Illustration || f.Chrome != nil && f.Chrome.Illustration }

// side is whose names the reader sees: those of our own side in this mechanism.
func (f *frame) side() string {
	if f.Chrome == nil {
		return ""
	}
	return f.Chrome.Self.Side
}

const maxForm = 2 << 20

// mebibytes is a limit as people read it.
func mebibytes(n int64) string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64), ".0") + " MiB"
}

func (s *Site) open(h handler) http.Handler { return s.within(maxForm, h) }

// within answers requests whose body has at most so many bytes.
func (s *Site) within(limit int64, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		v := &visit{site: s, w: w, r: r, told: s.o.Source.Told()}
		if c, err := r.Cookie(s.cookieName(r)); err == nil {
			se, err := s.o.Staff.Session(r.Context(), c.Value)
			switch {
			case err == nil:
				v.session = se
			case refusal.As(err).Kind != refusal.Denied:
				v.unsure = err
			}
		}
		chosen := ""
		if c, err := r.Cookie(languageCookie); err == nil {
			chosen = c.Value
		}
		v.lang = locale.Match(v.session.Language, chosen, r.Header.Get("Accept-Language"))
		v.answer(h)
	})
}

func (s *Site) member(h handler) http.Handler { return s.open(signedIn(h)) }

func noSession() error { return refusal.New(refusal.Denied, "staff.no_session") }

// signedIn lets only members through. Others are asked to sign in, and come to where they wanted to go; but nobody of whom it cannot be told is called a stranger.
func signedIn(h handler) handler {
	return func(v *visit) (page, error) {
		if v.unsure != nil {
			return nil, v.unsure
		}
		if v.session.Member == "" {
			if v.r.Method == http.MethodGet && v.r.Header.Get("Accept") != "text/event-stream" {
				v.remember(wanted(v.r.URL))
				http.Redirect(v.w, v.r, "/sign-in", http.StatusSeeOther)
				return nil, nil
			}
			v.remember(cameFrom(v.r))
			return nil, noSession()
		}
		return h(v)
	}
}

// whole asks the handler. What breaks in it is a fault of ours like any other, with a page that says so and a line in the log; unless an answer has begun, which then ends in the middle.
func (h handler) whole(v *visit) (p page, err error) {
	defer func() {
		broke := recover()
		switch {
		case broke == nil:
		case broke == http.ErrAbortHandler || v.w.Header().Get("Content-Type") != "": //nolint:errorlint // the value itself is thrown
			panic(broke)
		default:
			p, err = nil, fmt.Errorf("it broke: %v\n%s", broke, debug.Stack())
		}
	}()
	return h(v)
}

func (v *visit) answer(h handler) {
	p, err := h.whole(v)
	if id, held := heldAs(err); held {
		v.back("/m/"+v.r.PathValue("mech")+"/ours/acts/"+id, "held", "")
		return
	}
	if large := new(http.MaxBytesError); errors.As(err, &large) && refusal.As(err).Key == "web.bad_form" {
		err = refusal.New(refusal.Invalid, "web.form_too_large", "limit", mebibytes(large.Limit)).Because(err)
	}
	if err != nil {
		p = v.failed(err)
	}
	if p == nil {
		return
	}
	f := p.frame()
	f.Lang, f.Path, f.Member, f.Node, f.Now = v.lang, v.r.URL.Path, v.session.Member, v.site.o.Node, v.site.o.Now()
	f.Shortcuts, f.Known = v.shortcutsOn() && !f.Copy, f.Copy || v.site.assets.known(v.r)
	if done := v.r.URL.Query().Get("done"); f.Notice == "" && locale.Has("web.done_"+done) {
		f.Notice, f.Undo = "web.done_"+done, v.undo(done)
	}
	if f.Copy {
		v.label(f)
	}
	b := sheets.Get().(*bytes.Buffer)
	defer putSheet(b)
	if err := v.site.templates.render(b, p); err != nil {
		v.site.o.Log.Error("rendering a page", "template", p.template(), "error", err)
		http.Error(v.w, locale.Message(v.lang, "internal", nil), http.StatusInternalServerError)
		return
	}
	if f.wrong != nil && v.r.Method == http.MethodPost {
		page := mended(v.lang, b.Bytes(), v.r.URL.Path, v.r.PostForm, f.wrong, f.Problem)
		b.Reset()
		b.Write(page)
	}
	if f.Status == http.StatusServiceUnavailable {
		comeAgain(v.w.Header(), v.r.Method, f.wrong)
	}
	v.send(b, max(f.Status, http.StatusOK))
}

// sheets are what pages are written on, and are used again: growing one takes twice the memory of its page.
var sheets = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// largestSheet is how large one may be that is kept: the table of a long text is not drawn often enough.
const largestSheet = 256 << 10

func putSheet(b *bytes.Buffer) {
	if b.Cap() <= largestSheet {
		b.Reset()
		sheets.Put(b)
	}
}

// send writes a finished page, compressed if the reader takes that. Pages hold no secret beside what a stranger could make us repeat, so their size tells nothing.
func (v *visit) send(b *bytes.Buffer, status int) {
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", string(v.lang))
	h.Add("Vary", "Accept-Encoding, Accept-Language, Cookie")
	if !strings.Contains(v.r.Header.Get("Accept-Encoding"), "gzip") || b.Len() < 1400 {
		v.w.WriteHeader(status)
		_, _ = v.w.Write(b.Bytes())
		return
	}
	h.Set("Content-Encoding", "gzip")
	v.w.WriteHeader(status)
	z := packers.Get().(*gzip.Writer)
	defer packers.Put(z)
	z.Reset(v.w)
	_, _ = z.Write(b.Bytes())
	_ = z.Close()
}

// packers are used again: a new one takes more memory than the page that it packs. They are not the standard library's, which spends two to three times the processor's work on a page to save a fiftieth of its bytes.
var packers = sync.Pool{New: func() any { return gzip.NewWriter(io.Discard) }}

// statusOf is this face's one table from kinds of refusal to HTTP.
var statusOf = map[refusal.Kind]int{
	refusal.Invalid:     http.StatusBadRequest,
	refusal.Denied:      http.StatusForbidden,
	refusal.Missing:     http.StatusNotFound,
	refusal.Conflict:    http.StatusConflict,
	refusal.Stale:       http.StatusConflict,
	refusal.Unverified:  http.StatusUnprocessableEntity,
	refusal.Unavailable: http.StatusServiceUnavailable,
	refusal.Internal:    http.StatusInternalServerError,
}

// failed makes the page of an error. What is our fault gets an id that the reader can quote and the log holds.
func (v *visit) failed(err error) *errorPage {
	ref := v.site.o.Told(err)
	p := &errorPage{Frame: frame{Status: statusOf[ref.Kind]}, Kind: string(ref.Kind), Sentence: explained(v.lang, ref)}
	p.Frame.Title = locale.Message(v.lang, "web.error_"+p.Kind, nil)
	if ref.Kind == refusal.Internal {
		var id [6]byte
		if v.site.o.Rand != nil {
			_, _ = io.ReadFull(v.site.o.Rand, id[:])
		}
		p.ID = hex.EncodeToString(id[:])
		level := slog.LevelError
		if v.r.Context().Err() != nil {
			level = slog.LevelDebug // the reader has left, which is no fault of anybody
		}
		v.site.o.Log.Log(v.r.Context(), level, "answering a request", "id", p.ID, "method", v.r.Method, "path", v.r.URL.Path, "error", err)
	}
	v.wayOn(p, ref)
	return p
}

// wayOn is where the reader of an error's page goes on: to sign in, back to the form that they sent, or by the menus of the mechanism that they are in.
func (v *visit) wayOn(p *errorPage, ref *refusal.Error) {
	if p.SignIn = ref.Key == "staff.no_session"; p.SignIn || v.session.Member == "" {
		return
	}
	if v.r.Method == http.MethodPost {
		p.Back = cameFrom(v.r)
	}
	if mech := within(v.r.URL.Path); mech != "" {
		p.Frame.Chrome = v.menus(mech)
	}
}

// menusWithin is how long the page of an error waits for menus: what it tells of may be that nothing can be read.
const menusWithin = time.Second

// menus are those of a mechanism; nil if they cannot be had, as where what broke was they.
func (v *visit) menus(mech string) (out *view.Chrome) {
	defer func() {
		if broke := recover(); broke != nil {
			v.site.o.Log.Error("the menus of a mechanism broke", "error", fmt.Sprint(broke))
		}
	}()
	ctx, cancel := context.WithTimeout(v.r.Context(), menusWithin)
	defer cancel()
	b, err := v.site.o.Source.Board(ctx, v.session.Member, mech)
	if err != nil {
		return nil
	}
	b.Readers = nil // there is nothing to read
	return &b.Chrome
}

// heldAs is the id under which an act waits for a second member of ours, if that is what an error says.
func heldAs(err error) (id string, held bool) {
	if err == nil || refusal.As(err).Key != "ours.held" {
		return "", false
	}
	return refusal.As(err).Params["id"], true
}

// noForm reports an error after which no form comes back: a fault of ours, or that the act waits for somebody's consent.
func noForm(err error) bool {
	_, held := heldAs(err)
	return held || refusal.As(err).Kind == refusal.Internal
}

// back sends the reader on after a form, so that reloading does not send it twice. done is the end of a message key.
func (v *visit) back(path, done, anchor string) {
	if done != "" {
		if strings.Contains(path, "?") {
			path += "&done=" + done
		} else {
			path += "?done=" + done
		}
	}
	if anchor != "" {
		path += "#" + anchor
	}
	http.Redirect(v.w, v.r, path, http.StatusSeeOther)
}
