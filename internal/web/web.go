// Package web owns the members' pages: routes, forms, templates and their look.
//
// Rules of this face. A page is a typed struct rendered into a buffer before a byte goes out. Everything works without script; live.js only fetches again
// what changed. A form that was refused comes back with its page, to be mended where it is wrong (fault.go). GET changes nothing. Every fragment of wording carries its language. The pages ask Source and the private store of our own people, nothing
// else; they decide nothing, and a refusal is shown in the reader's language as the fold gave it. The bytes of the record are docs/protocol.md's.
package web

import (
	"crypto/rand"
	"errors"
	"html/template"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"

	"entente.example/internal/dialogue"
	"entente.example/internal/locale"
	"entente.example/internal/signon"
	"entente.example/internal/spans"
	"entente.example/internal/staff"
	"entente.example/internal/table"
	"entente.example/refusal"
)

// Options are what the site is made of. Source, Staff and Now are required.
type Options struct {
	Source Source
	Staff  *staff.Store
	Now    func() time.Time
	Rand   io.Reader                  // for ids of internal errors and of challenges; nil: the system's
	Log    *slog.Logger               // nil: nowhere
	Told   func(error) *refusal.Error // what an error is told as; nil: refusal.As
	Node   string                     // what the node calls itself in titles, as in "cedar"
	Secure bool                       // a proxy in front of us speaks TLS
	Origin string                     // public address if a proxy changes Host, as in "https://node.example"
	Hosts  []string                   // names under which the site answers beside that of Origin, localhost and addresses

	SignOn     *signon.Gate  // the house's directory; nil: none
	SignOnOnly bool          // passkeys and passwords open nothing
	SealWithin time.Duration // how long before a seal the directory must have recognised whoever came in through it; 0: it is not asked
	Copies     bool          // members may keep pages in their browser
}

// Site is the members' site.
type Site struct {
	o          Options
	templates  *templates
	assets     *assets
	cross      *http.CrossOriginProtection
	ceremonies ceremonies[webauthn.SessionData]
	signOns    ceremonies[signOnAsked]
	handler    http.Handler
	patterns   []string // of all routes
	mux        *http.ServeMux
	gate       *gate
}

// New prepares the site. It fails only if an origin is malformed.
func New(o Options) (*Site, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	if o.Told == nil {
		o.Told = refusal.As
	}
	s := &Site{o: o, assets: loadAssets(), gate: newGate()}
	s.templates = newTemplates(s.assets)
	s.cross = http.NewCrossOriginProtection()
	if origin := strings.TrimSuffix(o.Origin, "/"); origin != "" {
		if err := s.cross.AddTrustedOrigin(origin); err != nil {
			return nil, errors.New("web: the public address is no origin: " + o.Origin)
		}
	}
	s.cross.SetDenyHandler(http.HandlerFunc(s.crossOrigin))
	s.handler = s.Protect(s.routes())
	return s, nil
}

// Protect puts another handler on the site's address under the same headers, and refuses what another site makes a browser send to it.
func (s *Site) Protect(next http.Handler) http.Handler {
	return headers(s.assets.policy, s.addressed(s.cross.Handler(next)))
}

// addressed refuses requests for a name that is not ours: a name of another site that leads to our address makes a browser take us for that site.
func (s *Site) addressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.named(r.Host) {
			tag := locale.Match(r.Header.Get("Accept-Language"))
			http.Error(w, locale.Message(tag, "web.other_host", nil), http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Site) named(address string) bool {
	host := (&url.URL{Host: address}).Hostname()
	if u, err := url.Parse(s.o.Origin); err == nil && u.Hostname() != "" && strings.EqualFold(host, u.Hostname()) {
		return true
	}
	return host == "localhost" || net.ParseIP(host) != nil || slices.ContainsFunc(s.o.Hosts, func(h string) bool { return h != "" && strings.EqualFold(h, host) })
}

// Static serves the look of our pages, for others on the same address; Asset is where a file of it is found.
func (s *Site) Static() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /static/{hash}/{file}", s.static)
	return mux
}

// Asset is the address of a file of the look of our pages.
func (s *Site) Asset(file string) string { return s.assets.url(file) }

// Look is the style of a page for a reader's browser, as our own pages have it.
func (s *Site) Look(r *http.Request) template.HTML { return s.assets.look(s.assets.known(r)) }

// Secure reports whether a reader's browser speaks TLS with us or with the proxy in front.
func (s *Site) Secure(r *http.Request) bool { return s.tls(r) }

// Member is who a request's session belongs to; ok is false if nobody is signed in.
func (s *Site) Member(r *http.Request) (member string, ok bool) {
	c, err := r.Cookie(s.cookieName(r))
	if err != nil {
		return "", false
	}
	se, err := s.o.Staff.Session(r.Context(), c.Value)
	return se.Member, err == nil
}

// Still reports whether a request's session goes on, without counting as its use.
func (s *Site) Still(r *http.Request) bool {
	c, err := r.Cookie(s.cookieName(r))
	if err != nil {
		return false
	}
	_, err = s.o.Staff.Peek(r.Context(), c.Value)
	return err == nil
}

// Fresh refuses to let a session seal whose member the directory has to recognise anew.
func (s *Site) Fresh(r *http.Request) error {
	c, err := r.Cookie(s.cookieName(r))
	if err != nil {
		return refusal.New(refusal.Denied, "staff.no_session")
	}
	se, err := s.o.Staff.Peek(r.Context(), c.Value)
	if err == nil && s.stale(se) {
		err = refusal.New(refusal.Denied, "staff.sign_on_stale")
	}
	return err
}

func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// routes is the whole site. Those under open need nobody to be signed in.
func (s *Site) routes() http.Handler {
	mux := &router{ServeMux: http.NewServeMux()}
	mux.Handle("GET /static/{hash}/{file}", http.HandlerFunc(s.static))

	s.doors(mux)
	mux.Handle("GET /{$}", s.member(s.home))
	mux.Handle("GET /search", s.member(s.searchAll))
	mux.Handle("GET /help", s.member(s.help))
	mux.Handle("GET /help/guide", s.member(s.guide))
	mux.Handle("GET /help/pictures/{file}", s.member(s.guidePicture))
	mux.Handle("POST /habits", s.member(s.habit))
	mux.Handle("GET /m/{mech}", s.member(s.mechanism))
	mux.Handle("GET /m/{mech}/charter", s.member(s.foundation))
	mux.Handle("GET /m/{mech}/search", s.member(s.search))
	mux.Handle("GET /m/{mech}/lists/{file}", s.member(s.list))
	s.texts(mux)
	s.papersRoutes(mux)
	mux.Handle("GET /m/{mech}/trace", s.member(s.trace))
	mux.Handle("GET /m/{mech}/ours/handover/{file}", s.member(s.handover))
	mux.Handle("GET /m/{mech}/ours", s.member(s.ours))
	mux.Handle("POST /m/{mech}/ours", s.member(s.onOurs))
	mux.Handle("GET /m/{mech}/ours/clearances/{id}", s.member(s.clearance))
	mux.Handle("POST /m/{mech}/ours/clearances/{id}", s.member(s.onClearance))
	mux.Handle("GET /m/{mech}/ours/acts/{id}", s.member(s.heldAct))
	mux.Handle("POST /m/{mech}/ours/acts/{id}", s.member(s.onHeldAct))
	mux.Handle("GET /m/{mech}/press", s.member(s.pressDesk))
	mux.Handle("POST /m/{mech}/press", s.member(s.onPress))
	mux.Handle("GET /m/{mech}/press/{text}/preview/{path...}", s.member(s.pressPreview))
	mux.Handle("GET /calendar/{secret}/{file}", s.open(s.feed))
	mux.Handle("GET /m/{mech}/calendar.ics", s.member(s.calendar))
	mux.Handle("POST /m/{mech}/meetings/{id}/invitation.ics", s.member(s.invitation))
	mux.Handle("POST /m/{mech}/meetings/{id}/replies", s.within(maxReplies, signedIn(s.replies)))
	mux.Handle("POST /m/{mech}/calendar", s.member(s.subscribe))
	mux.Handle("GET /m/{mech}/glossary.tbx", s.member(s.glossaryFile("tbx", "application/x-tbx+xml")))
	mux.Handle("GET /m/{mech}/glossary.csv", s.member(s.glossaryFile("csv", table.Media)))
	mux.Handle("GET /m/{mech}/glossary.tmx", s.member(s.glossaryFile("tmx", "application/x-tmx+xml")))
	mux.Handle("POST /m/{mech}/glossary-file/compare", s.within(maxTerms, signedIn(s.compareTerms)))
	mux.Handle("POST /m/{mech}/glossary-file/take", s.within(maxTermForm, signedIn(s.takeTerms)))
	mux.Handle("POST /m/{mech}/guests/{id}/passes", s.member(s.pass))
	for _, k := range dialogue.Kinds {
		mux.Handle("GET /m/{mech}/"+k.Plural, s.member(s.matters(k)))
		mux.Handle("POST /m/{mech}/"+k.Plural, s.member(s.begin(k)))
		mux.Handle("GET /m/{mech}/"+k.Plural+"/{id}", s.member(s.matter(k)))
		mux.Handle("POST /m/{mech}/"+k.Plural+"/{id}", s.member(s.onMatter(k)))
	}
	mux.Handle("GET /m/{mech}/attachments", s.member(s.attachments))
	mux.Handle("POST /m/{mech}/attachments", http.HandlerFunc(s.uploads))
	mux.Handle("POST /m/{mech}/attachments/{attachment}", s.member(s.attachmentAct))
	mux.Handle("GET /m/{mech}/attachments/{attachment}/file", s.member(s.download))
	mux.Handle("GET /m/{mech}/evidence/{id}", s.member(s.evidence))
	mux.Handle("GET /m/{mech}/line/{line}", s.member(s.hotLine))
	mux.Handle("POST /m/{mech}/line/{line}/acts", s.member(s.lineAct))
	mux.Handle("GET /m/{mech}/line/{line}/{file}", s.member(s.lineExport))
	mux.Handle("GET /m/{mech}/situation", s.member(s.board))
	mux.Handle("POST /m/{mech}/situation", s.member(s.declare))
	mux.Handle("GET /m/{mech}/record", s.member(s.record))
	mux.Handle("GET /m/{mech}/record/{entry}", s.member(s.entry))
	mux.Handle("GET /m/{mech}/keys", s.member(s.keys))
	mux.Handle("POST /m/{mech}/keys/read", s.member(s.readPetition))
	mux.Handle("POST /m/{mech}/keys/consent", s.member(s.consent))
	mux.Handle("POST /m/{mech}/keys/compare", s.member(s.compareNote))
	mux.Handle("POST /m/{mech}/keys/reseal", s.member(s.reseal))
	mux.Handle("GET /m/{mech}/pouch", s.member(s.pouch))
	mux.Handle("POST /m/{mech}/pouch/pack", s.member(s.packPouch))
	mux.Handle("POST /m/{mech}/pouch/open", s.within(maxPouch, signedIn(s.openPouch)))
	mux.Handle("GET /m/{mech}/events", s.member(s.events))
	mux.Handle("/", s.open(s.notFound))
	s.patterns, s.mux = mux.patterns, mux.ServeMux
	return spans.Routed("", mux.ServeMux)
}

// texts is everything about a text.
func (s *Site) texts(mux *router) {
	mux.Handle("GET /m/{mech}/texts/{text}", s.member(s.text))
	mux.Handle("POST /m/{mech}/texts", s.within(maxDraft, signedIn(s.tableFiles)))
	mux.Handle("GET /m/{mech}/texts/{text}/proof.zip", s.member(s.proof))
	mux.Handle("GET /m/{mech}/texts/{text}/compare", s.member(s.compare))
	mux.Handle("GET /m/{mech}/texts/{text}/precedents", s.member(s.precedents))
	mux.Handle("GET /m/{mech}/texts/{text}/revise", s.member(s.revise))
	mux.Handle("GET /m/{mech}/texts/{text}/sign-off", s.member(s.signOff))
	mux.Handle("GET /m/{mech}/texts/{text}/file", s.member(s.textFile))
	mux.Handle("GET /m/{mech}/texts/{text}/pdf", s.member(s.textPDF))
	mux.Handle("POST /m/{mech}/texts/{text}/compare", s.within(maxDraft, signedIn(s.compareFiles)))
	mux.Handle("POST /m/{mech}/texts/{text}/amend", s.within(2*maxDraft, signedIn(s.amend)))
	mux.Handle("POST /m/{mech}/texts/{text}/acts", s.member(s.act))
	mux.Handle("POST /m/{mech}/texts/{text}/freeze", s.member(s.freeze))
	mux.Handle("GET /m/{mech}/texts/{text}/sealing", s.member(s.sealing))
	mux.Handle("POST /m/{mech}/texts/{text}/sealing", s.member(s.seals))
	mux.Handle("GET /m/{mech}/texts/{text}/signing-copy", s.member(s.signingCopy))
	mux.Handle("GET /m/{mech}/texts/{text}/seal-statement.txt", s.member(s.statement))
}

// doors are how people come in and go, and what they do about that.
func (s *Site) doors(mux *router) {
	mux.Handle("GET /sign-in", s.open(s.signInPage))
	mux.Handle("POST /sign-in/passkey/options", s.within(maxPasskey, s.spokenTo(s.askPasskey)))
	mux.Handle("POST /sign-in/passkey", s.within(maxPasskey, s.spokenTo(s.enter)))
	mux.Handle("POST /passkeys/options", s.within(maxPasskey, signedIn(s.spokenTo(s.newPasskey))))
	mux.Handle("POST /passkeys", s.within(maxPasskey, signedIn(s.spokenTo(s.keepPasskey))))
	mux.Handle("POST /passkeys/{id}/drop", s.member(s.dropPasskey))
	mux.Handle("POST /sign-in/password", s.open(s.signInByPassword))
	mux.Handle("GET /sign-on", s.open(s.beginSignOn))
	mux.Handle("GET "+SignOnBack, s.open(s.signOnPage))
	mux.Handle("POST "+SignOnBack, s.open(s.endSignOn))
	mux.Handle("POST /sign-on/unbind", s.member(s.unbind))
	mux.Handle("GET /sign-in/{link}", s.open(s.linkPage))
	mux.Handle("POST /sign-in/{link}", s.open(s.signIn))
	mux.Handle("POST /language", s.open(s.language))
	mux.Handle("GET /sessions", s.member(s.sessions))
	mux.Handle("POST /sessions/{id}/end", s.member(s.endSession))
	mux.Handle("POST /digest", s.member(s.digest))
	mux.Handle("POST /meeting-mail", s.member(s.meetingMail))
	mux.Handle("POST /password", s.member(s.setPassword))
	mux.Handle("POST /sign-out", s.member(s.signOut))
	mux.Handle("GET /kept", s.member(s.kept))
	mux.Handle("GET /worker.js", http.HandlerFunc(s.worker))
}

// Routes are the patterns of all routes, as http.ServeMux takes them: for tests that must leave none out.
func (s *Site) Routes() []string { return slices.Clone(s.patterns) }

// router is a multiplexer that knows what it serves.
type router struct {
	*http.ServeMux
	patterns []string
}

func (t *router) Handle(pattern string, h http.Handler) {
	t.patterns = append(t.patterns, pattern)
	t.ServeMux.Handle(pattern, h)
}
