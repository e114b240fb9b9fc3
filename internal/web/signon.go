package web

import (
	"net/http"
	"net/url"

	"entente.example/internal/locale"
	"entente.example/internal/signon"
	"entente.example/internal/staff"
	"entente.example/refusal"
)

// Sign-on goes through the house's directory: we send the browser there with a challenge, and it comes back with an answer, which counts only in the browser that was given the challenge, once, and
// when its reader sends it on by a form of ours. What an answer opens is the account that its member has bound; there is no other way to an account.

// SignOnBack is the path at which people come back from the directory.
const SignOnBack = "/sign-on/back"

func onlySignOn() error { return refusal.New(refusal.Denied, "staff.sign_on_only") }

// signOnAsked is a challenge, and for what somebody was sent to the directory: to come back to a sealing table, or to sign in or bind an account.
type signOnAsked struct {
	signon.Challenge
	Sealing string
}

// stale reports whether the directory has to recognise somebody anew before they seal.
func (s *Site) stale(se staff.Session) bool {
	return s.o.SignOn != nil && s.o.SealWithin > 0 && !se.Recognised.IsZero() && s.o.SignOn.Fresh(signon.Person{At: se.Recognised}, s.o.SealWithin) != nil
}

func lateSignOn() error { return refusal.New(refusal.Stale, "staff.sign_on_late") }

// signOnCookie ties a challenge to the browser that asked for it. It has to come along when another site, the directory, sends that browser back.
func (v *visit) signOnCookie(value string, age int) {
	http.SetCookie(v.w, &http.Cookie{Name: v.site.cookieName(v.r) + "-sign-on", Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: v.site.tls(v.r), SameSite: http.SameSiteLaxMode})
}

func (v *visit) signOnID() string {
	if c, err := v.r.Cookie(v.site.cookieName(v.r) + "-sign-on"); err == nil {
		return c.Value
	}
	return ""
}

// beginSignOn sends a browser to the directory, to sign in or, for a member, to bind the account. It does so for our own pages and typed addresses only: another site must not put its challenge in the place of one that is being answered.
func (s *Site) beginSignOn(v *visit) (page, error) {
	if s.o.SignOn == nil {
		return nil, refusal.New(refusal.Missing, "web.no_page")
	}
	if from := v.r.Header.Get("Sec-Fetch-Site"); from != "" && from != "same-origin" && from != "none" {
		v.back("/sign-in", "", "")
		return nil, nil
	}
	q := v.r.URL.Query()
	binding, sealing := q.Get("for") == "account" || q.Get("for") == "seal", "" // where they seal
	if q.Get("for") == "seal" {
		sealing = "/m/" + url.PathEscape(q.Get("mechanism")) + "/texts/" + url.PathEscape(q.Get("text")) + "/sealing#seal"
		if q.Get("text") == "" {
			sealing = "/m/" + url.PathEscape(q.Get("mechanism")) + "/keys#petitions"
		}
	}
	if binding != (v.session.Member != "") {
		v.back("/sign-in", "", "") // which leads those who are signed in home
		return nil, nil
	}
	c, err := signon.NewChallenge(s.o.Rand)
	if err != nil {
		return nil, err
	}
	address, err := s.o.SignOn.Address(v.r.Context(), c)
	if sealing != "" {
		address, err = s.o.SignOn.AddressAnew(v.r.Context(), c, s.o.SealWithin)
	}
	if err != nil {
		return s.signOnRefused(v, err)
	}
	id, err := s.ceremonyID()
	if err != nil {
		return nil, err
	}
	if err := s.signOns.begin(id, s.o.Now(), v.session.Member, signOnAsked{c, sealing}); err != nil {
		return nil, err
	}
	v.signOnCookie(id, int(ceremonyLife.Seconds()))
	http.Redirect(v.w, v.r, address, http.StatusSeeOther)
	return nil, nil
}

// signOnPage is where somebody comes back: nothing has happened before its form is sent.
type signOnPage struct {
	Frame  frame
	Bind   bool
	Anew   bool // before a seal
	Issuer string
	Answer signon.Answer
}

func (p *signOnPage) template() string { return "sign-on" }
func (p *signOnPage) frame() *frame    { return &p.Frame }

func (s *Site) signOnPage(v *visit) (page, error) {
	if s.o.SignOn == nil {
		return nil, refusal.New(refusal.Missing, "web.no_page")
	}
	q := v.r.URL.Query()
	c, member, ok := s.signOns.look(v.signOnID(), s.o.Now())
	if !ok || !c.Owns(q.Get("state")) || member != v.session.Member && member != "" {
		return s.signOnRefused(v, lateSignOn())
	}
	if q.Get("code") == "" {
		s.o.Log.Info("the directory let nobody in", "error", q.Get("error"))
		return s.signOnRefused(v, refusal.New(refusal.Denied, "staff.sign_on_given_up"))
	}
	return &signOnPage{Frame: frame{Title: locale.Message(v.lang, "web.sign_on", nil)}, Bind: member != "", Anew: c.Sealing != "", Issuer: s.o.SignOn.Issuer(),
		Answer: signon.Answer{State: q.Get("state"), Code: q.Get("code"), Issuer: q.Get("iss")}}, nil
}

// endSignOn redeems an answer. Whatever comes of it, its challenge is used up.
func (s *Site) endSignOn(v *visit) (page, error) {
	if s.o.SignOn == nil {
		return nil, refusal.New(refusal.Missing, "web.no_page")
	}
	ctx, id, now := v.r.Context(), v.signOnID(), s.o.Now()
	_, member, _ := s.signOns.look(id, now)
	if member != "" && member != v.session.Member {
		return s.signOnRefused(v, lateSignOn())
	}
	c, ok := s.signOns.take(id, member, now)
	if !ok {
		return s.signOnRefused(v, lateSignOn())
	}
	v.signOnCookie("", -1)
	person, err := s.o.SignOn.Person(ctx, c.Challenge, signon.Answer{State: v.r.PostFormValue("state"), Code: v.r.PostFormValue("code"), Issuer: v.r.PostFormValue("iss")})
	if err != nil {
		return s.signOnRefused(v, err)
	}
	if c.Sealing != "" {
		if err = s.o.SignOn.Fresh(person, s.o.SealWithin); err == nil {
			err = s.o.Staff.Recognise(ctx, v.session.ID, person.Issuer, person.Subject, person.At)
		}
		if err != nil {
			return s.signOnRefused(v, err)
		}
		v.back(c.Sealing, "", "")
		return nil, nil
	}
	if member != "" {
		if err := s.o.Staff.BindSignOn(ctx, member, person.Issuer, person.Subject); err != nil {
			return s.signOnRefused(v, err)
		}
		v.back("/sessions", "sign_on_bind", "sign-on")
		return nil, nil
	}
	cookie, err := s.o.Staff.UseSignOn(ctx, person.Issuer, person.Subject, v.r.UserAgent(), person.At)
	if err != nil {
		return s.signOnRefused(v, err)
	}
	v.setSession(cookie, int(staff.Absolute.Seconds()))
	v.arrive()
	return nil, nil
}

// signOnRefused shows why on the page that somebody began from. What only the operator can mend is in the log.
func (s *Site) signOnRefused(v *visit, err error) (page, error) {
	ref := refusal.As(err)
	if ref.Kind == refusal.Internal {
		return nil, err
	}
	s.o.Log.WarnContext(v.r.Context(), "a sign-on was refused", "why", ref.Key, "error", err)
	if v.session.Member != "" {
		return s.sessionsWith(v, nil, err)
	}
	return s.signInPageFor(v).refused(v, err)
}

// unbind ends the binding of the reader's own account.
func (s *Site) unbind(v *visit) (page, error) {
	if err := s.o.Staff.EndSignOn(v.r.Context(), v.session.Member); err != nil {
		return nil, err
	}
	v.back("/sessions", "sign_on_unbind", "sign-on")
	return nil, nil
}
