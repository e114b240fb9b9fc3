// Package signon owns what a node says to the house's own directory of people: OpenID Connect Core 1.0 with code, PKCE (RFC 7636), state and nonce.
//
// It promises that nothing is asked of the directory before somebody signs on, that whom it names was vouched for by that issuer, to us, for this very challenge, and that it tells a person by issuer
// and subject alone: names and e-mail addresses are not even read. Whose account that is, is not known here.
package signon

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/sync/singleflight"

	"entente.example/internal/config"
	"entente.example/refusal"
)

// Options are what a gate is made of. All but Secret are required.
type Options struct {
	Issuer   string
	ClientID string
	Secret   string // "" for a public client
	Back     string // address at which people come back
	Now      func() time.Time
}

const (
	patience    = 10 * time.Second // for one question to the directory
	maxAnswer   = 1 << 20          // bytes
	knownFor    = time.Hour        // what the directory says of itself
	maxSubject  = 255              // OpenID Connect Core 1.0, 2
	skew        = time.Minute      // between two clocks
	maxResponse = 4096             // bytes of a code
)

// Gate speaks to one directory. Its methods may be called at once.
type Gate struct {
	o    Options
	http *http.Client

	asking singleflight.Group
	mu     sync.Mutex
	known  *directory
	asked  time.Time
}

// directory is what an issuer says of itself.
type directory struct {
	*oidc.Provider
	namesItself bool // RFC 9207: every answer says from which issuer it is
	style       oauth2.AuthStyle
	leaving     string // where somebody signs out of it; "" if it does not say (OpenID Connect RP-Initiated Logout 1.0)
}

// New prepares a gate. Nothing is sent.
func New(o Options) *Gate {
	return &Gate{o: o, http: &http.Client{Timeout: patience, Transport: bounded{&http.Transport{Proxy: http.ProxyFromEnvironment, ResponseHeaderTimeout: patience, MaxResponseHeaderBytes: 64 << 10}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Issuer is the directory's name.
func (g *Gate) Issuer() string { return g.o.Issuer }

// bounded cuts answers that are too long.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		res.Body = http.MaxBytesReader(nil, res.Body, maxAnswer)
	}
	return res, err
}

// Challenge is what one sign-on must be answered with. State and nonce go to the directory, of the verifier only a digest.
type Challenge struct{ State, Nonce, Verifier string }

// NewChallenge draws one.
func NewChallenge(rand io.Reader) (Challenge, error) {
	var c Challenge
	for _, s := range []*string{&c.State, &c.Nonce, &c.Verifier} {
		var b [32]byte
		if _, err := io.ReadFull(rand, b[:]); err != nil {
			return Challenge{}, fmt.Errorf("drawing a challenge: %w", err)
		}
		*s = base64.RawURLEncoding.EncodeToString(b[:])
	}
	return c, nil
}

// Owns reports whether an answer's state is the challenge's own.
func (c Challenge) Owns(state string) bool {
	return c.State != "" && subtle.ConstantTimeCompare([]byte(c.State), []byte(state)) == 1
}

// Answer is what the directory sent somebody back with.
type Answer struct{ State, Code, Issuer string }

// Person is somebody whom the directory has recognised.
type Person struct {
	Issuer, Subject string
	At              time.Time // when it did; zero if it does not say
}

// Address is where somebody signs on.
func (g *Gate) Address(ctx context.Context, c Challenge) (string, error) {
	d, err := g.directory(ctx)
	if err != nil {
		return "", err
	}
	return g.client(d).AuthCodeURL(c.State, oidc.Nonce(c.Nonce), oauth2.S256ChallengeOption(c.Verifier)), nil
}

// AddressAnew is where somebody signs on who must have been recognised within a time, or is asked for their credentials anew.
func (g *Gate) AddressAnew(ctx context.Context, c Challenge, within time.Duration) (string, error) {
	d, err := g.directory(ctx)
	if err != nil {
		return "", err
	}
	return g.client(d).AuthCodeURL(c.State, oidc.Nonce(c.Nonce), oauth2.S256ChallengeOption(c.Verifier), oauth2.SetAuthURLParam("max_age", strconv.Itoa(int(within.Seconds())))), nil
}

// Fresh refuses somebody whom the directory did not recognise within a time, or does not say when: it was asked to (OpenID Connect Core 1.0, 3.1.2.1).
func (g *Gate) Fresh(p Person, within time.Duration) error {
	if age := g.o.Now().Sub(p.At); p.At.IsZero() || age > within+skew || age < -skew {
		return refusal.New(refusal.Denied, "staff.sign_on_stale").Because(fmt.Errorf("the directory says that it recognised them at %q", p.At))
	}
	return nil
}

// Person redeems an answer to a challenge, which must not be used again whatever comes of it. Why an answer is refused stands in the error's cause; people are told one sentence.
func (g *Gate) Person(ctx context.Context, c Challenge, a Answer) (Person, error) {
	d, err := g.directory(ctx)
	if err != nil {
		return Person{}, err
	}
	switch {
	case !c.Owns(a.State):
		return Person{}, refused(errors.New("the state is another one"))
	case a.Code == "" || len(a.Code) > maxResponse:
		return Person{}, refused(errors.New("there is no code"))
	case a.Issuer != g.o.Issuer && (a.Issuer != "" || d.namesItself): // RFC 9207, 2.4
		return Person{}, refused(fmt.Errorf("the answer is of the issuer %q", a.Issuer))
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, g.http), patience)
	defer cancel()
	token, err := g.client(d).Exchange(ctx, a.Code, oauth2.VerifierOption(c.Verifier))
	if err != nil {
		if _, said := errors.AsType[*oauth2.RetrieveError](err); said {
			return Person{}, refused(err)
		}
		return Person{}, away(err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return Person{}, refused(errors.New("the directory sent no id token"))
	}
	id, err := d.Verifier(&oidc.Config{ClientID: g.o.ClientID, Now: g.o.Now}).Verify(ctx, raw)
	if err != nil {
		return Person{}, refused(err)
	}
	return g.vouched(c, id)
}

// vouched looks at what the library leaves to us.
func (g *Gate) vouched(c Challenge, id *oidc.IDToken) (Person, error) {
	var more struct {
		Party string `json:"azp"`
		At    int64  `json:"auth_time"`
	}
	switch err := id.Claims(&more); {
	case err != nil:
		return Person{}, refused(err)
	case id.Issuer != g.o.Issuer:
		return Person{}, refused(fmt.Errorf("the token is of the issuer %q", id.Issuer))
	case subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(c.Nonce)) != 1:
		return Person{}, refused(errors.New("the nonce is another one"))
	case more.Party != g.o.ClientID && (more.Party != "" || len(id.Audience) > 1): // OpenID Connect Core 1.0, 3.1.3.7
		return Person{}, refused(fmt.Errorf("the token was made for %q", more.Party))
	case id.Subject == "" || len(id.Subject) > maxSubject:
		return Person{}, refused(errors.New("the token names nobody"))
	}
	p := Person{Issuer: id.Issuer, Subject: id.Subject}
	if more.At > 0 {
		p.At = time.Unix(more.At, 0).UTC()
	}
	return p, nil
}

// Leaving is where somebody ends their session with the directory itself; "" if it has no such place, or has said nothing of itself yet: it is not asked for that. It is told who we are, and not who
// leaves: it asks them itself.
func (g *Gate) Leaving() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known == nil || g.known.leaving == "" {
		return ""
	}
	to, err := url.Parse(g.known.leaving)
	if err != nil {
		return ""
	}
	q := to.Query()
	q.Set("client_id", g.o.ClientID)
	to.RawQuery = q.Encode()
	return to.String()
}

func (g *Gate) client(d *directory) *oauth2.Config {
	at := d.Endpoint()
	at.AuthStyle = d.style // a code must not be shown twice to find out
	return &oauth2.Config{ClientID: g.o.ClientID, ClientSecret: g.o.Secret, Endpoint: at, RedirectURL: g.o.Back, Scopes: []string{oidc.ScopeOpenID}}
}

// directory asks the issuer what it says of itself, at most once an hour and by one for all who wait. If it cannot be asked again, what it said before holds.
func (g *Gate) directory(ctx context.Context) (*directory, error) {
	g.mu.Lock()
	known, fresh := g.known, g.o.Now().Sub(g.asked) < knownFor
	g.mu.Unlock()
	if known != nil && fresh {
		return known, nil
	}
	asked := g.asking.DoChan("", func() (any, error) {
		ctx, cancel := context.WithTimeout(oidc.ClientContext(context.WithoutCancel(ctx), g.http), patience)
		defer cancel()
		d, err := g.discover(ctx)
		if err != nil {
			return nil, err
		}
		g.mu.Lock()
		g.known, g.asked = d, g.o.Now()
		g.mu.Unlock()
		return d, nil
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-asked:
		if r.Err == nil {
			return r.Val.(*directory), nil
		}
		if known != nil {
			return known, nil
		}
		return nil, away(r.Err)
	}
}

func (g *Gate) discover(ctx context.Context) (*directory, error) {
	p, err := oidc.NewProvider(ctx, g.o.Issuer)
	if err != nil {
		return nil, err
	}
	var says struct {
		Keys        string   `json:"jwks_uri"`
		Methods     []string `json:"code_challenge_methods_supported"`
		Proofs      []string `json:"token_endpoint_auth_methods_supported"`
		NamesItself bool     `json:"authorization_response_iss_parameter_supported"`
		Leaving     string   `json:"end_session_endpoint"`
	}
	if err := p.Claims(&says); err != nil {
		return nil, err
	}
	if says.Methods != nil && !slices.Contains(says.Methods, "S256") {
		return nil, errors.New("the directory knows no PKCE by SHA-256")
	}
	for _, address := range []string{p.Endpoint().AuthURL, p.Endpoint().TokenURL, says.Keys} {
		if u, err := url.Parse(address); err != nil || !config.Sheltered(u) {
			return nil, fmt.Errorf("the directory is in the clear at %q", address)
		}
	}
	style := oauth2.AuthStyleInHeader
	if g.o.Secret == "" || says.Proofs != nil && !slices.Contains(says.Proofs, "client_secret_basic") {
		style = oauth2.AuthStyleInParams
	}
	if u, err := url.Parse(says.Leaving); err != nil || !config.Sheltered(u) {
		says.Leaving = "" // nobody is sent there
	}
	return &directory{p, says.NamesItself, style, says.Leaving}, nil
}

func refused(why error) error {
	return refusal.New(refusal.Denied, "staff.sign_on_refused").Because(why)
}

func away(why error) error {
	return refusal.New(refusal.Unavailable, "staff.sign_on_away").Because(why)
}
