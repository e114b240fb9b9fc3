package web

import (
	"net/http"
	"net/url"
	"strings"

	"entente.example/internal/fingerprint"
	"entente.example/internal/locale"
	"entente.example/internal/staff"
	"entente.example/refusal"
)

// passwordPage is where a chosen password is repeated with the first code. It is an answer to a form and never at an address: the secret on it is shown once.
type passwordPage struct {
	Frame  frame
	Secret string // in groups of four; "" if the page came back after a refusal
	Code   string // path of its QR code
	Size   int
}

func (p *passwordPage) template() string { return "password" }
func (p *passwordPage) frame() *frame    { return &p.Frame }

// setPassword chooses, confirms or ends the reader's password.
func (s *Site) setPassword(v *visit) (page, error) {
	ctx, member, password := v.r.Context(), v.session.Member, v.r.PostFormValue("password")
	p := &passwordPage{Frame: frame{Title: locale.Message(v.lang, "web.password", nil)}}
	switch v.r.PostFormValue("do") {
	case "end":
		if err := s.o.Staff.EndPassword(ctx, member); err != nil {
			return nil, err
		}
		v.back("/sessions", "password_end", "password")
		return nil, nil
	case "confirm":
		if s.o.SignOnOnly {
			return nil, onlySignOn()
		}
		err := s.o.Staff.ConfirmPassword(ctx, member, password, typedCode(v.r))
		if err == nil {
			v.back("/sessions", "password", "password")
			return nil, nil
		}
		if noForm(err) {
			return nil, err
		}
		p.Frame.refused(v, err)
		return p, nil
	}
	if s.o.SignOnOnly {
		return nil, onlySignOn()
	}
	secret, err := s.o.Staff.BeginPassword(ctx, member, password)
	if err != nil {
		if noForm(err) {
			return nil, err
		}
		return s.sessionsWith(v, nil, err)
	}
	// The address that authenticator programs read: https://github.com/google/google-authenticator/wiki/Key-Uri-Format.
	address := "otpauth://totp/Entente:" + url.PathEscape(s.o.Node+" "+member) + "?" + url.Values{"secret": {secret}, "issuer": {"Entente"}}.Encode()
	if p.Code, p.Size, err = fingerprint.Path(address); err != nil {
		return nil, err
	}
	for len(secret) > 4 {
		p.Secret, secret = p.Secret+secret[:4]+" ", secret[4:]
	}
	p.Secret += secret
	return p, nil
}

// typedCode is the code of a form as people type it: some programs show two groups.
func typedCode(r *http.Request) string { return strings.ReplaceAll(r.PostFormValue("code"), " ", "") }

// signInByPassword lets in whoever knows a password and shows its code. What is wrong is not told.
func (s *Site) signInByPassword(v *visit) (page, error) {
	if s.o.SignOnOnly {
		return nil, onlySignOn()
	}
	member := strings.TrimSpace(v.r.PostFormValue("member"))
	var cookie string
	err := s.gate.enter(v.r.RemoteAddr, s.o.Now())
	if err == nil {
		cookie, err = s.o.Staff.UsePassword(v.r.Context(), member, v.r.PostFormValue("password"), typedCode(v.r), v.r.UserAgent())
	}
	if err != nil {
		p := s.signInPageFor(v)
		p.Member = member
		ref := refusal.As(err)
		out, err := p.refused(v, err)
		if ref.Key == staff.TooManyTries {
			v.w.Header().Set("Retry-After", ref.Params["seconds"])
			p.Frame.Status = http.StatusTooManyRequests
		}
		return out, err
	}
	v.setSession(cookie, int(staff.Absolute.Seconds()))
	v.arrive()
	return nil, nil
}
