// Package guesttable owns the table at which guests sit: the pages of whoever may see one meeting or one text without being a party.
//
// It promises that a guest reaches nothing else. It has no path to the record, the members' site or its API: each page is drawn of one showing.Sheet, which the reader that it was given makes anew for each
// request, or refuses. Nothing here writes on the record. Every request that carries a guest's session ends here, whatever it asks for.
package guesttable

import (
	"bytes"
	"compress/gzip"
	"context"
	"embed"
	"encoding/hex"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/locale"
	"entente.example/internal/showing"
	"entente.example/internal/spans"
	"entente.example/lang"
	"entente.example/refusal"
)

// Door lets guests in and out. A session is known by its cookie alone.
type Door interface {
	// Look says why a link does not work, without using it.
	Look(ctx context.Context, link string) error
	Enter(ctx context.Context, link, agent string) (cookie string, err error)
	// Known reports whether a cookie belongs to a session that goes on.
	Known(ctx context.Context, cookie string) bool
	Leave(ctx context.Context, cookie string) error
	// Show is what the guest with this session may see now.
	Show(ctx context.Context, cookie string) (showing.Sheet, error)
}

// Options are what a table is made of. All but Log are required.
type Options struct {
	Door   Door
	Static http.Handler                      // the look of our pages, under /static/
	Asset  func(file string) string          // its addresses
	Look   func(*http.Request) template.HTML // the style of a page for a reader: brought along, or where it lies
	Rand   io.Reader                         // for ids of internal errors
	Log    *slog.Logger
	Secure func(*http.Request) bool // whether the reader's browser speaks TLS
	Age    time.Duration            // of a session at most
}

// Table answers guests.
type Table struct {
	o       Options
	handler http.Handler
	sets    map[lang.Tag]*template.Template
}

//go:embed templates
var files embed.FS

// New makes a table.
func New(o Options) *Table {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	t := &Table{o: o, sets: map[lang.Tag]*template.Template{}}
	for _, tag := range locale.Languages {
		t.sets[tag] = template.Must(template.New("").Option("missingkey=error").Funcs(t.funcs(tag)).ParseFS(files, "templates/*.html"))
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", o.Static)
	mux.HandleFunc("GET /guest", t.sheet)
	mux.HandleFunc("GET /guest/enter/{link}", t.look)
	mux.HandleFunc("POST /guest/enter/{link}", t.enter)
	mux.HandleFunc("POST /guest/leave", t.leave)
	mux.HandleFunc("POST /guest/language", t.language)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		t.refuse(w, r, refusal.New(refusal.Missing, "guest.not_for_guests"))
	})
	t.handler = spans.Routed("", mux)
	return t
}

// Before is a handler that gives guests to the table and everybody else to next. protect puts the table's answers under the site's headers.
func (t *Table) Before(protect func(http.Handler) http.Handler, next http.Handler) http.Handler {
	table := protect(t.handler)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/guest" || strings.HasPrefix(r.URL.Path, "/guest/") || t.o.Door.Known(r.Context(), t.cookie(r)) {
			table.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

const languageCookie = "language"

func (t *Table) cookieName(r *http.Request) string {
	if t.o.Secure(r) {
		return "__Host-entente-guest"
	}
	return "entente-guest"
}

func (t *Table) cookie(r *http.Request) string {
	c, err := r.Cookie(t.cookieName(r))
	if err != nil {
		return ""
	}
	return c.Value
}

func (t *Table) set(w http.ResponseWriter, r *http.Request, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: t.o.Secure(r), SameSite: http.SameSiteLaxMode})
}

func speaks(r *http.Request) lang.Tag {
	chosen := ""
	if c, err := r.Cookie(languageCookie); err == nil {
		chosen = c.Value
	}
	return locale.Match(chosen, r.Header.Get("Accept-Language"))
}

// page is what a template draws.
type page struct {
	Lang    lang.Tag
	Title   string
	Link    string // of an invitation that was not used yet
	Problem string // why there is no sheet
	ID      string // of an internal error
	Sheet   *showing.Sheet
	Look    template.HTML
}

// Invented reports whether something on the page is an illustration.
func (p page) Invented() bool { return p.Sheet != nil && p.Sheet.Illustration }

func (t *Table) sheet(w http.ResponseWriter, r *http.Request) {
	s, err := t.o.Door.Show(r.Context(), t.cookie(r))
	if err != nil {
		t.refuse(w, r, err)
		return
	}
	_, title := s.Title.Pick(speaks(r), lang.English)
	t.draw(w, r, http.StatusOK, page{Title: title, Sheet: &s})
}

// look shows an invitation. What follows links in mails for a living must not use it up.
func (t *Table) look(w http.ResponseWriter, r *http.Request) {
	if err := t.o.Door.Look(r.Context(), r.PathValue("link")); err != nil {
		t.refuse(w, r, err)
		return
	}
	t.draw(w, r, http.StatusOK, page{Title: locale.Message(speaks(r), "guest.invitation", nil), Link: r.PathValue("link")})
}

func (t *Table) enter(w http.ResponseWriter, r *http.Request) {
	cookie, err := t.o.Door.Enter(r.Context(), r.PathValue("link"), r.UserAgent())
	if err != nil {
		t.refuse(w, r, err)
		return
	}
	t.set(w, r, t.cookieName(r), cookie, int(t.o.Age.Seconds()))
	http.Redirect(w, r, "/guest", http.StatusSeeOther)
}

func (t *Table) leave(w http.ResponseWriter, r *http.Request) {
	if err := t.o.Door.Leave(r.Context(), t.cookie(r)); err != nil && refusal.As(err).Kind == refusal.Internal {
		t.refuse(w, r, err)
		return
	}
	t.set(w, r, t.cookieName(r), "", -1)
	http.Redirect(w, r, "/guest", http.StatusSeeOther)
}

func (t *Table) language(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<10)
	t.set(w, r, languageCookie, string(locale.Match(r.PostFormValue("to"))), 365*24*3600)
	http.Redirect(w, r, "/guest", http.StatusSeeOther)
}

var statusOf = map[refusal.Kind]int{refusal.Invalid: http.StatusBadRequest, refusal.Denied: http.StatusForbidden, refusal.Missing: http.StatusNotFound, refusal.Conflict: http.StatusConflict,
	refusal.Unavailable: http.StatusServiceUnavailable, refusal.Internal: http.StatusInternalServerError}

// refuse tells why there is nothing to see. What is our fault gets an id that the reader can quote and the log holds.
func (t *Table) refuse(w http.ResponseWriter, r *http.Request, err error) {
	ref := refusal.As(err)
	status, ok := statusOf[ref.Kind]
	if !ok {
		status = http.StatusForbidden
	}
	p := page{Title: locale.Message(speaks(r), "guest.table", nil), Problem: locale.Explain(speaks(r), ref)}
	if ref.Kind == refusal.Internal {
		var id [6]byte
		_, _ = io.ReadFull(t.o.Rand, id[:])
		p.ID = hex.EncodeToString(id[:])
		t.o.Log.Error("answering a guest", "id", p.ID, "method", r.Method, "error", err)
	}
	t.draw(w, r, status, p)
}

func (t *Table) draw(w http.ResponseWriter, r *http.Request, status int, p page) {
	p.Lang, p.Look = speaks(r), t.o.Look(r)
	var b bytes.Buffer
	if err := t.sets[p.Lang].ExecuteTemplate(&b, "guest", p); err != nil {
		t.o.Log.Error("drawing a guest's page", "error", err)
		http.Error(w, "Internal Server Error", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding, Accept-Language, Cookie")
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.WriteHeader(status)
		_, _ = w.Write(b.Bytes())
		return
	}
	h.Set("Content-Encoding", "gzip")
	w.WriteHeader(status)
	z := gzip.NewWriter(w)
	_, _ = z.Write(b.Bytes())
	_ = z.Close()
}

// spoken is wording with its language.
type spoken struct {
	Lang lang.Tag
	Text string
}

func (t *Table) funcs(tag lang.Tag) template.FuncMap {
	return template.FuncMap{
		"t":     func(key string) string { return locale.Message(tag, key, nil) },
		"tlang": func() lang.Tag { return tag },
		"until": func(since, until string) string {
			return locale.Message(tag, "web.reads_guest", refusal.Params{"since": locale.Days(tag, since, ""), "until": locale.Days(tag, until, "")})
		},
		"ended": func(kind, since string) string {
			return locale.Message(tag, "guest.ended_"+kind, refusal.Params{"since": locale.Days(tag, since[:min(len(since), len(time.DateOnly))], "")})
		},
		"say": func(words lang.Text) spoken {
			l, s := words.Pick(tag, lang.English)
			return spoken{l, s}
		},
		"name":      func(names []charter.Name) charter.Name { return charter.PickName(names, tag, "") },
		"days":      func(from, until string) string { return locale.Days(tag, from, until) },
		"rtl":       lang.Tag.RightToLeft,
		"asset":     t.o.Asset,
		"languages": func() []lang.Tag { return locale.Languages },
		"own":       locale.OwnName,
		"annex":     func(numeral string) string { return locale.Annex(tag, numeral) },
	}
}
