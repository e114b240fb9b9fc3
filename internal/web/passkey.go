package web

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"entente.example/internal/staff"
	"entente.example/refusal"
)

// Passkeys are how members come back after their first link: WebAuthn (https://www.w3.org/TR/webauthn-3/), discoverable, with the person verified by the device. They are bound to the site's
// host name, so a site that has none offers none.

// ceremonies are challenges that wait for their answer; each is used once.
type ceremonies[D any] struct {
	mu   sync.Mutex
	open map[string]ceremony[D]
}

type ceremony[D any] struct {
	data   D
	member string // who makes a passkey or binds an account; "" for signing in
	until  time.Time
}

const (
	ceremonyLife  = 5 * time.Minute
	maxCeremonies = 4096
	maxPasskey    = 64 << 10 // bytes that a browser sends of one
)

// begin keeps a challenge under a new id.
func (c *ceremonies[D]) begin(id string, now time.Time, member string, data D) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, o := range c.open {
		if now.After(o.until) {
			delete(c.open, k)
		}
	}
	if len(c.open) >= maxCeremonies {
		return refusal.New(refusal.Unavailable, "staff.passkeys_busy")
	}
	if c.open == nil {
		c.open = map[string]ceremony[D]{}
	}
	c.open[id] = ceremony[D]{data: data, member: member, until: now.Add(ceremonyLife)}
	return nil
}

// take gives a challenge out, once, to whom it was made for.
func (c *ceremonies[D]) take(id, member string, now time.Time) (data D, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, ok := c.open[id]
	if !ok || o.member != member || now.After(o.until) {
		return data, false
	}
	delete(c.open, id)
	return o.data, true
}

// look says for whom a challenge was made, without using it up.
func (c *ceremonies[D]) look(id string, now time.Time) (data D, member string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, ok := c.open[id]
	return o.data, o.member, ok && !now.After(o.until)
}

// holder is a member as the library sees one.
type holder struct {
	handle []byte
	member string
	keys   []webauthn.Credential
}

func (h *holder) WebAuthnID() []byte                         { return h.handle }
func (h *holder) WebAuthnName() string                       { return h.member }
func (h *holder) WebAuthnDisplayName() string                { return h.member }
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

// relying is our end for the address that the reader uses: the one that the operator named, or localhost. It is nil where there is no host name to bind a passkey to.
func (s *Site) relying(r *http.Request) *webauthn.WebAuthn {
	origin := strings.TrimSuffix(s.o.Origin, "/")
	if host, _, err := net.SplitHostPort(r.Host); origin == "" && err == nil && host == "localhost" {
		origin = "http://" + r.Host
	}
	u, err := url.Parse(origin)
	if err != nil || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil || u.Scheme != "https" && u.Hostname() != "localhost" {
		return nil
	}
	w, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: "Entente", RPOrigins: []string{origin},
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired}})
	if err != nil {
		s.o.Log.Error("passkeys cannot be offered", "origin", origin, "error", err)
		return nil
	}
	return w
}

// ceremonyCookie ties a challenge to the browser that asked for it.
func (s *Site) ceremonyCookie(r *http.Request) string { return s.cookieName(r) + "-passkey" }

func (s *Site) ceremonyID() (string, error) {
	var b [16]byte
	_, err := io.ReadFull(s.o.Rand, b[:])
	return hex.EncodeToString(b[:]), err
}

// challenge sends what the browser needs, and remembers what it must answer.
func (v *visit) challenge(member string, options any, data *webauthn.SessionData) error {
	id, err := v.site.ceremonyID()
	if err != nil {
		return err
	}
	if err := v.site.ceremonies.begin(id, v.site.o.Now(), member, *data); err != nil {
		return err
	}
	http.SetCookie(v.w, &http.Cookie{Name: v.site.ceremonyCookie(v.r), Value: id, Path: "/", MaxAge: int(ceremonyLife.Seconds()), HttpOnly: true, Secure: v.site.tls(v.r), SameSite: http.SameSiteStrictMode})
	out, err := json.Marshal(options)
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json")
	_, err = v.w.Write(out)
	return err
}

// answered is the challenge that this browser was given.
func (v *visit) answered(member string) (webauthn.SessionData, error) {
	c, err := v.r.Cookie(v.site.ceremonyCookie(v.r))
	if err != nil {
		return webauthn.SessionData{}, refusal.New(refusal.Stale, "staff.passkey_late")
	}
	data, ok := v.site.ceremonies.take(c.Value, member, v.site.o.Now())
	if !ok {
		return data, refusal.New(refusal.Stale, "staff.passkey_late")
	}
	return data, nil
}

// spokenTo answers scripts: a refusal is its sentence, in plain text.
func (s *Site) spokenTo(h func(*visit) error) handler {
	return func(v *visit) (page, error) {
		err := h(v)
		if err == nil {
			return nil, nil
		}
		p := v.failed(err)
		v.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		v.w.WriteHeader(max(p.Frame.Status, http.StatusBadRequest))
		_, _ = io.WriteString(v.w, p.Sentence)
		return nil, nil
	}
}

// forPasskeys is our end, or why there is none.
func (s *Site) forPasskeys(r *http.Request) (*webauthn.WebAuthn, error) {
	if s.o.SignOnOnly {
		return nil, onlySignOn()
	}
	if w := s.relying(r); w != nil {
		return w, nil
	}
	return nil, refusal.New(refusal.Unavailable, "staff.no_passkeys")
}

// newPasskey asks the browser for a new passkey.
func (s *Site) newPasskey(v *visit) error {
	w, err := s.forPasskeys(v.r)
	if err != nil {
		return err
	}
	h, err := s.holder(v.r.Context(), v.session.Member)
	if err != nil {
		return err
	}
	options, data, err := w.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return err
	}
	return v.challenge(v.session.Member, options, data)
}

// keepPasskey takes a passkey that the browser has made.
func (s *Site) keepPasskey(v *visit) error {
	w, err := s.forPasskeys(v.r)
	if err != nil {
		return err
	}
	data, err := v.answered(v.session.Member)
	if err != nil {
		return err
	}
	h, err := s.holder(v.r.Context(), v.session.Member)
	if err != nil {
		return err
	}
	b, err := io.ReadAll(v.r.Body)
	if err != nil {
		return refusal.New(refusal.Invalid, "staff.passkey_refused").Because(err)
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(b)
	if err != nil {
		return refusal.New(refusal.Invalid, "staff.passkey_refused").Because(err)
	}
	made, err := w.CreateCredential(h, data, parsed)
	if err != nil {
		return refusal.New(refusal.Denied, "staff.passkey_refused").Because(err)
	}
	record, err := json.Marshal(made)
	if err != nil {
		return err
	}
	if err := s.o.Staff.AddPasskey(v.r.Context(), v.session.Member, staff.Passkey{Credential: made.ID, Label: v.r.URL.Query().Get("label"), Record: record}); err != nil {
		return err
	}
	v.w.WriteHeader(http.StatusNoContent)
	return nil
}

// askPasskey asks a browser for any passkey that it has for us.
func (s *Site) askPasskey(v *visit) error {
	w, err := s.forPasskeys(v.r)
	if err != nil {
		return err
	}
	options, data, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return err
	}
	return v.challenge("", options, data)
}

// enter lets in whoever shows a passkey. Why one is refused is not told: one sentence for all reasons.
func (s *Site) enter(v *visit) error {
	w, err := s.forPasskeys(v.r)
	if err != nil {
		return err
	}
	data, err := v.answered("")
	if err != nil {
		return err
	}
	refused := refusal.New(refusal.Denied, "staff.passkey_refused")
	b, err := io.ReadAll(v.r.Body)
	if err != nil {
		return refused.Because(err)
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(b)
	if err != nil {
		return refused.Because(err)
	}
	ctx := v.r.Context()
	user, shown, err := w.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
		member, err := s.o.Staff.MemberOf(ctx, handle)
		if err != nil {
			return nil, err
		}
		return s.holder(ctx, member)
	}, data, parsed)
	if err != nil {
		return refused.Because(err)
	}
	member := user.WebAuthnName()
	if shown.Authenticator.CloneWarning { // its counter went back: there are two of it
		s.o.Log.Warn("a passkey was refused: it seems to have been copied", "member", member)
		return errors.Join(refused, s.o.Staff.Note(ctx, member, staff.PasskeyCopied, v.r.UserAgent()))
	}
	record, err := json.Marshal(shown)
	if err != nil {
		return err
	}
	cookie, err := s.o.Staff.UsePasskey(ctx, member, shown.ID, record, v.r.UserAgent())
	if err != nil {
		return err
	}
	v.setSession(cookie, int(staff.Absolute.Seconds()))
	v.arrived()
	v.w.WriteHeader(http.StatusNoContent)
	return nil
}

// holder is a member with the passkeys that they have. Nobody has none.
func (s *Site) holder(ctx context.Context, member string) (*holder, error) {
	if member == "" {
		return nil, refusal.New(refusal.Denied, "staff.passkey_refused")
	}
	handle, err := s.o.Staff.Handle(ctx, member)
	if err != nil {
		return nil, err
	}
	kept, err := s.o.Staff.Passkeys(ctx, member)
	if err != nil {
		return nil, err
	}
	h := &holder{handle: handle, member: member}
	for _, k := range kept {
		var c webauthn.Credential
		if err := json.NewDecoder(bytes.NewReader(k.Record)).Decode(&c); err != nil {
			return nil, err
		}
		h.keys = append(h.keys, c)
	}
	return h, nil
}

// dropPasskey forgets one of the reader's own passkeys.
func (s *Site) dropPasskey(v *visit) (page, error) {
	id, err := strconv.ParseInt(v.r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, refusal.New(refusal.Missing, "staff.unknown_passkey")
	}
	if err := s.o.Staff.DropPasskey(v.r.Context(), v.session.Member, id); err != nil {
		return nil, err
	}
	v.back("/sessions", "passkey_drop", "passkeys")
	return nil, nil
}
