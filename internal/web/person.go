package web

import (
	"cmp"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"entente.example/internal/locale"
	"entente.example/internal/staff"
	"entente.example/refusal"
)

const languageCookie = "language"

// yearOfCookie is how long a browser keeps what its reader chose, in seconds.
const yearOfCookie = 365 * 24 * 3600

// tls reports whether the reader's browser speaks TLS with us or with the proxy in front.
func (s *Site) tls(r *http.Request) bool { return s.o.Secure || r.TLS != nil }

// cookieName is bound to the host by its prefix wherever TLS allows that.
func (s *Site) cookieName(r *http.Request) string {
	if s.tls(r) {
		return "__Host-entente"
	}
	return "entente"
}

type signInPage struct {
	Frame    frame
	For      string // member a link is for; "" without a link
	Link     string
	Sentence string // why a link does not work
	Passkeys bool   // whether the address that the reader uses can have passkeys
	Member   string // the name that was given with a password
	SignOn   bool   // whether the house's directory lets people in
	Only     bool   // and nothing else of these
	Then     string // page to which its reader comes, "/" unless they wanted another one
	Ended    bool   // their session has ended
	Leaving  string // where one who has just signed out here does so at the directory; "" for nowhere
}

func (p *signInPage) template() string { return "sign-in" }
func (p *signInPage) frame() *frame    { return &p.Frame }

func (s *Site) signInPage(v *visit) (page, error) {
	if v.session.Member != "" {
		v.back("/", "", "")
		return nil, nil
	}
	p := s.signInPageFor(v)
	if s.o.SignOn != nil && v.r.URL.Query().Get("done") == signedOut {
		p.Leaving = s.o.SignOn.Leaving()
	}
	return p, nil
}

// signedOut is what is said to somebody who was signed in until now.
const signedOut = "sign_out"

// signInPageFor shows the ways in that there are.
func (s *Site) signInPageFor(v *visit) *signInPage {
	then, ended := v.way()
	return &signInPage{Frame: frame{Title: locale.Message(v.lang, "web.sign_in", nil), Scripted: s.o.Copies}, Then: then, Ended: ended, Passkeys: s.relying(v.r) != nil && !s.o.SignOnOnly, SignOn: s.o.SignOn != nil, Only: s.o.SignOnOnly}
}

// linkPage shows whose link it is. Looking uses nothing up: what follows links in mails for a living must not sign in.
func (s *Site) linkPage(v *visit) (page, error) {
	p := s.signInPageFor(v)
	p.Link = v.r.PathValue("link")
	var err error
	if p.For, err = s.o.Staff.Link(v.r.Context(), p.Link); err != nil {
		return p.refused(v, err)
	}
	return p, nil
}

func (p *signInPage) refused(v *visit, err error) (page, error) {
	ref := refusal.As(err)
	if ref.Kind == refusal.Internal {
		return nil, err
	}
	p.For, p.Link, p.Frame.Status, p.Sentence = "", "", statusOf[ref.Kind], locale.Explain(v.lang, err)
	return p, nil
}

func (s *Site) signIn(v *visit) (page, error) {
	cookie, err := s.o.Staff.SignIn(v.r.Context(), v.r.PathValue("link"), v.r.UserAgent())
	if err != nil {
		return s.signInPageFor(v).refused(v, err)
	}
	v.setSession(cookie, int(staff.Absolute.Seconds()))
	v.arrive()
	return nil, nil
}

func (v *visit) setSession(value string, age int) {
	if age > 0 {
		v.site.gate.welcome(v.r.RemoteAddr, v.site.o.Now())
	}
	http.SetCookie(v.w, &http.Cookie{Name: v.site.cookieName(v.r), Value: value, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: v.site.tls(v.r), SameSite: http.SameSiteLaxMode})
}

func (s *Site) signOut(v *visit) (page, error) {
	if err := s.o.Staff.End(v.r.Context(), v.session.Member, v.session.ID); err != nil {
		return nil, err
	}
	v.setSession("", -1)
	v.arrived()
	v.forget()
	v.back("/sign-in", signedOut, "")
	return nil, nil
}

type sessionsPage struct {
	Frame    frame
	Current  int64
	Sessions []staff.Session
	Bound    bool // whether the address that the reader uses can have passkeys
	Passkeys []staff.Passkey
	Digest   staff.Digest // address "" if there is none
	Meetings staff.MeetingMail
	Password time.Time    // since when there is one; zero: none
	Bind     bool         // whether there is a directory to bind the account to
	Only     bool         // it alone opens the site
	SignOn   staff.SignOn // to whom it is bound
	Trail    []staff.Step
	Older    int64 // line of the trail to go on before; 0: that was all
	Turned   bool  // the newest part of the trail is not the one that is shown
}

// trailShown is how much of the trail stands on the page.
const trailShown = 50

// Hours are those of a day.
func (p *sessionsPage) Hours() []int {
	out := make([]int, 24)
	for i := range out {
		out[i] = i
	}
	return out
}

func (p *sessionsPage) template() string { return "sessions" }
func (p *sessionsPage) frame() *frame    { return &p.Frame }

func (s *Site) sessions(v *visit) (page, error) { return s.sessionsWith(v, nil, nil) }

// sessionsWith draws the page; keep puts back what stood in a form that was refused.
func (s *Site) sessionsWith(v *visit, keep func(*sessionsPage), refused error) (page, error) {
	list, err := s.o.Staff.Sessions(v.r.Context(), v.session.Member)
	if err != nil {
		return nil, err
	}
	keys, err := s.o.Staff.Passkeys(v.r.Context(), v.session.Member)
	if err != nil {
		return nil, err
	}
	p := &sessionsPage{Frame: frame{Title: locale.Message(v.lang, "web.sessions", nil)}, Current: v.session.ID, Sessions: list, Bound: s.relying(v.r) != nil, Passkeys: keys, Bind: s.o.SignOn != nil, Only: s.o.SignOnOnly, Digest: staff.Digest{Hour: standardHour, Zone: s.zone(v)}}
	if p.Password, err = s.o.Staff.Password(v.r.Context(), v.session.Member); err != nil {
		return nil, err
	}
	if p.SignOn, err = s.o.Staff.SignOn(v.r.Context(), v.session.Member); err != nil {
		return nil, err
	}
	before, _ := strconv.ParseInt(v.r.URL.Query().Get("trail"), 10, 64)
	p.Turned = before > 0
	if p.Trail, err = s.o.Staff.Trail(v.r.Context(), v.session.Member, max(before, 0), trailShown+1); err != nil {
		return nil, err
	}
	if len(p.Trail) > trailShown {
		p.Trail = p.Trail[:trailShown]
		p.Older = p.Trail[trailShown-1].ID
	}
	kept, err := s.o.Staff.Digests(v.r.Context(), v.session.Member)
	if err != nil {
		return nil, err
	}
	if len(kept) > 0 {
		p.Digest = kept[0]
	}
	meetings, err := s.o.Staff.MeetingMails(v.r.Context(), v.session.Member)
	if len(meetings) > 0 {
		p.Meetings = meetings[0]
	}
	if keep != nil {
		keep(p)
	}
	p.Frame.refused(v, refused)
	return p, err
}

// standardHour is when a letter comes unless another hour is chosen.
const standardHour = 8

// digest keeps or ends the reader's wish for a letter a day, in the language that they read in.
func (s *Site) digest(v *visit) (page, error) {
	if v.r.PostFormValue("do") == "end" {
		if err := s.o.Staff.EndDigest(v.r.Context(), v.session.Member); err != nil {
			return nil, err
		}
		v.back("/sessions", "digest_end", "digest")
		return nil, nil
	}
	hour, err := strconv.Atoi(v.r.PostFormValue("hour"))
	if err != nil {
		hour = -1
	}
	d := staff.Digest{Member: v.session.Member, Address: strings.TrimSpace(v.r.PostFormValue("address")), Language: string(v.lang), Hour: hour, Zone: cmp.Or(strings.TrimSpace(v.r.PostFormValue("zone")), "Z")}
	if err := s.o.Source.AskDigest(v.r.Context(), d); err != nil {
		if refusal.As(err).Kind == refusal.Internal {
			return nil, err
		}
		return s.sessionsWith(v, func(p *sessionsPage) { p.Digest = d }, err)
	}
	v.back("/sessions", "digest", "digest")
	return nil, nil
}

// meetingMail keeps or ends the reader's wish to have the days of meetings sent to them, in the language that they read in.
func (s *Site) meetingMail(v *visit) (page, error) {
	if v.r.PostFormValue("do") == "end" {
		if err := s.o.Staff.EndMeetingMail(v.r.Context(), v.session.Member); err != nil {
			return nil, err
		}
		v.back("/sessions", "meeting_mail_end", "meeting-mail")
		return nil, nil
	}
	m := staff.MeetingMail{Member: v.session.Member, Address: strings.TrimSpace(v.r.PostFormValue("address")), Language: string(v.lang)}
	if err := s.o.Source.AskMeetingMail(v.r.Context(), m); err != nil {
		if refusal.As(err).Kind == refusal.Internal {
			return nil, err
		}
		return s.sessionsWith(v, func(p *sessionsPage) { p.Meetings = m }, err)
	}
	v.back("/sessions", "meeting_mail", "meeting-mail")
	return nil, nil
}

func (s *Site) endSession(v *visit) (page, error) {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, refusal.New(refusal.Missing, "staff.unknown_session")
	}
	if err := s.o.Staff.End(v.r.Context(), v.session.Member, id); err != nil {
		return nil, err
	}
	v.back("/sessions", "session", "")
	return nil, nil
}

// language keeps the language that somebody chose: with the account, or in a cookie before signing in.
func (s *Site) language(v *visit) (page, error) {
	to := string(locale.Match(v.r.PostFormValue("to")))
	if v.session.Member != "" {
		if err := s.o.Staff.SetLanguage(v.r.Context(), v.session.Member, to); err != nil {
			return nil, err
		}
	}
	http.SetCookie(v.w, &http.Cookie{Name: languageCookie, Value: to, Path: "/", MaxAge: yearOfCookie, HttpOnly: true, Secure: s.tls(v.r), SameSite: http.SameSiteLaxMode})
	v.back(localPath(v.r.PostFormValue("from")), "", "")
	return nil, nil
}

// localPath lets a form send its reader back to a page of ours and nowhere else.
func localPath(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, `\`) {
		return "/"
	}
	return (&url.URL{Path: u.Path}).String()
}
