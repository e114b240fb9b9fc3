package signon

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"entente.example/internal/signon/issuertest"
	"entente.example/refusal"
)

var now = func() time.Time { return time.Date(2025, 1, 14, 8, 0, 0, 0, time.UTC) }

const back = "https://node.example/sign-on/back"

func gateTo(i *issuertest.Issuer) *Gate {
	return New(Options{Issuer: i.URL, ClientID: i.ClientID, Secret: i.Secret, Back: back, Now: now})
}

// asked is somebody's challenge, answered by the directory.
func asked(t *testing.T, g *Gate, i *issuertest.Issuer) (Challenge, Answer) {
	t.Helper()
	c, err := NewChallenge(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	address, err := g.Address(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(address, c.Verifier) || strings.Contains(address, i.Secret) {
		t.Fatalf("a secret is in the address %s", address)
	}
	q := i.Enter(t, address)
	return c, Answer{State: q.Get("state"), Code: q.Get("code"), Issuer: q.Get("iss")}
}

func TestPerson(t *testing.T) {
	i := issuertest.New(t, now)
	g := gateTo(i)
	if i.Asked != 0 {
		t.Error("the directory was asked before anybody signed on")
	}
	c, a := asked(t, g, i)
	p, err := g.Person(t.Context(), c, a)
	if err != nil || p != (Person{Issuer: i.URL, Subject: "4711"}) {
		t.Fatalf("%+v %v", p, err)
	}
	if _, err := g.Person(t.Context(), c, a); refusal.As(err).Key != "staff.sign_on_refused" {
		t.Errorf("an answer was redeemed twice: %v", err)
	}
	before := i.Asked
	c, a = asked(t, g, i)
	if _, err := g.Person(t.Context(), c, a); err != nil || i.Asked != before+2 {
		t.Errorf("%d requests for the second person: %v", i.Asked-before, err)
	}
	i.Says = map[string]any{"token_endpoint_auth_methods_supported": []string{"client_secret_post"}}
	g = gateTo(i)
	c, a = asked(t, g, i)
	if _, err := g.Person(t.Context(), c, a); err != nil {
		t.Errorf("a directory that wants the secret in the form: %v", err)
	}
	i.Alter = func(_, claims map[string]any) {
		claims["aud"], claims["azp"] = []string{"other", i.ClientID}, i.ClientID
	}
	c, a = asked(t, g, i)
	if _, err := g.Person(t.Context(), c, a); err != nil {
		t.Errorf("a token for two, made for us: %v", err)
	}
}

// Attack 41: an answer is another's, old, made for somebody else, by somebody else, or not signed as the issuer signs: nobody is recognised, and the cause says why to the operator only.
func TestAttack41WrongAnswers(t *testing.T) {
	for name, wrong := range map[string]struct {
		why    string
		issuer func(*issuertest.Issuer)
		answer func(*Challenge, *Answer)
	}{
		"another state":          {"state", nil, func(_ *Challenge, a *Answer) { a.State += "x" }},
		"no state":               {"state", nil, func(c *Challenge, a *Answer) { c.State, a.State = "", "" }},
		"no code":                {"no code", nil, func(_ *Challenge, a *Answer) { a.Code = "" }},
		"an endless code":        {"no code", nil, func(_ *Challenge, a *Answer) { a.Code = strings.Repeat("x", 1<<20) }},
		"a guessed code":         {"invalid_grant", nil, func(_ *Challenge, a *Answer) { a.Code = "code-99" }},
		"an injected code":       {"invalid_grant", nil, func(c *Challenge, _ *Answer) { c.Verifier = strings.Repeat("v", 43) }},
		"another's nonce":        {"nonce", nil, func(c *Challenge, _ *Answer) { c.Nonce = strings.Repeat("n", 43) }},
		"no nonce":               {"nonce", func(i *issuertest.Issuer) { i.Alter = without("nonce") }, nil},
		"a mix-up":               {"issuer", nil, func(_ *Challenge, a *Answer) { a.Issuer = "https://evil.example" }},
		"a silent mix-up":        {"issuer", nil, func(_ *Challenge, a *Answer) { a.Issuer = "" }},
		"a foreign issuer":       {"different provider", func(i *issuertest.Issuer) { i.Alter = with("iss", "https://evil.example") }, nil},
		"another audience":       {"audience", func(i *issuertest.Issuer) { i.Alter = with("aud", "other") }, nil},
		"made for another":       {"made for", func(i *issuertest.Issuer) { i.Alter = with("azp", "other") }, nil},
		"made for nobody of two": {"made for", func(i *issuertest.Issuer) { i.Alter = with("aud", []string{"other", "entente"}) }, nil},
		"expired":                {"expired", func(i *issuertest.Issuer) { i.Alter = with("exp", now().Add(-time.Second).Unix()) }, nil},
		"not yet":                {"before", func(i *issuertest.Issuer) { i.Alter = with("nbf", now().Add(time.Hour).Unix()) }, nil},
		"nobody":                 {"names nobody", func(i *issuertest.Issuer) { i.Alter = with("sub", "") }, nil},
		"an endless subject":     {"names nobody", func(i *issuertest.Issuer) { i.Alter = with("sub", strings.Repeat("s", 300)) }, nil},
		"no signature": {"malformed", func(i *issuertest.Issuer) {
			i.Alter = func(h, _ map[string]any) { h["alg"] = "none" }
			i.Forge = func(s string) string { return s[:strings.LastIndex(s, ".")+1] }
		}, nil},
		"a shared secret as key": {"unexpected", func(i *issuertest.Issuer) { i.Alter = func(h, _ map[string]any) { h["alg"] = "HS256" } }, nil},
		"another key": {"signature", func(i *issuertest.Issuer) {
			other := issuertest.New(t, now)
			i.Forge = func(s string) string {
				return s[:strings.LastIndex(s, ".")] + tail(other.Sign(map[string]any{"alg": "RS256"}, nil))
			}
		}, nil},
		"no token": {"no id token", func(i *issuertest.Issuer) { i.Forge = func(string) string { return "" } }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			i := issuertest.New(t, now)
			g := gateTo(i)
			if wrong.issuer != nil {
				wrong.issuer(i)
			}
			c, a := asked(t, g, i)
			if wrong.answer != nil {
				wrong.answer(&c, &a)
			}
			p, err := g.Person(t.Context(), c, a)
			if p != (Person{}) || refusal.As(err).Key != "staff.sign_on_refused" || !strings.Contains(err.Error(), wrong.why) {
				t.Errorf("%+v %v", p, err)
			}
		})
	}
}

func with(claim string, v any) func(_, _ map[string]any) {
	return func(_, claims map[string]any) { claims[claim] = v }
}

func without(claim string) func(_, _ map[string]any) {
	return func(_, claims map[string]any) { delete(claims, claim) }
}

func tail(token string) string { return token[strings.LastIndex(token, "."):] }

// What a directory says of itself must be usable: nobody is sent, and no secret goes, in the clear or to a stranger's name.
func TestDirectoriesThatCannotBeUsed(t *testing.T) {
	for name, says := range map[string]map[string]any{
		"another name":            {"issuer": "https://evil.example"},
		"tokens in the clear":     {"token_endpoint": "http://evil.example/token"},
		"keys in the clear":       {"jwks_uri": "http://evil.example/keys"},
		"people in the clear":     {"authorization_endpoint": "http://evil.example/authorize"},
		"people sent to a script": {"authorization_endpoint": "javascript:alert(1)"},
		"no keys":                 {"jwks_uri": nil},
		"no PKCE by SHA-256":      {"code_challenge_methods_supported": []string{"plain"}},
	} {
		t.Run(name, func(t *testing.T) {
			i := issuertest.New(t, now)
			i.Says = says
			if _, err := gateTo(i).Address(t.Context(), Challenge{"s", "n", "v"}); refusal.As(err).Key != "staff.sign_on_away" {
				t.Errorf("%v", err)
			}
		})
	}
	for name, h := range map[string]http.HandlerFunc{
		"away":         func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"elsewhere":    func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/other", http.StatusFound) },
		"never-ending": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, maxAnswer+1)) },
	} {
		s := httptest.NewServer(h)
		g := New(Options{Issuer: s.URL, ClientID: "x", Back: back, Now: now})
		if _, err := g.Address(t.Context(), Challenge{"s", "n", "v"}); refusal.As(err).Kind != refusal.Unavailable {
			t.Errorf("%s: %v", name, err)
		}
		s.Close()
	}
}

// A directory is asked about itself once an hour; when it cannot be asked again, what it said holds.
func TestTheDirectoryIsRemembered(t *testing.T) {
	i := issuertest.New(t, now)
	at := now()
	g := New(Options{Issuer: i.URL, ClientID: i.ClientID, Secret: i.Secret, Back: back, Now: func() time.Time { return at }})
	address := func() *url.URL {
		t.Helper()
		s, err := g.Address(t.Context(), Challenge{"s", "n", "v"})
		u, _ := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	address()
	address()
	if i.Asked != 1 {
		t.Errorf("asked %d times", i.Asked)
	}
	i.Says = map[string]any{"authorization_endpoint": i.URL + "/moved"}
	at = at.Add(knownFor)
	if u := address(); u.Path != "/moved" || i.Asked != 2 {
		t.Errorf("after an hour: %s, asked %d times", u, i.Asked)
	}
	i.Says = map[string]any{"issuer": "https://evil.example"}
	at = at.Add(knownFor)
	if u := address(); u.Path != "/moved" || i.Asked != 3 {
		t.Errorf("while it cannot be asked: %s, asked %d times", u, i.Asked)
	}
}

// Where the directory says that it has a place to sign out, that is named with who we are; one in the clear, or none, is nobody's to go to, and the directory is not asked for it.
func TestLeaving(t *testing.T) {
	for says, want := range map[string]string{"https://house.example/out?tenant=1": "https://house.example/out?client_id=entente&tenant=1", "http://house.example/out": "", "javascript:alert(1)": "", "": ""} {
		i := issuertest.New(t, now)
		if i.Says["end_session_endpoint"] = says; says == "" {
			delete(i.Says, "end_session_endpoint")
		}
		g := gateTo(i)
		if got := g.Leaving(); got != "" || i.Asked != 0 {
			t.Errorf("before anybody signed on: %q, and it was asked %d times", got, i.Asked)
		}
		asked(t, g, i)
		if got := g.Leaving(); got != want {
			t.Errorf("%q leads to %q", says, got)
		}
	}
}

// Who is asked for anew must have been recognised within the time, by the directory's own word; one that says nothing, or a time to come, lets nobody seal.
func TestRecognisedAnew(t *testing.T) {
	i := issuertest.New(t, now)
	g := gateTo(i)
	address, err := g.AddressAnew(t.Context(), Challenge{State: "s", Nonce: "n", Verifier: "v"}, 15*time.Minute)
	if u, _ := url.Parse(address); err != nil || u.Query().Get("max_age") != "900" {
		t.Errorf("the directory is asked with %s: %v", address, err)
	}
	for name, c := range map[string]struct {
		at any
		ok bool
	}{
		"just now": {now().Unix(), true}, "at the edge": {now().Add(-15 * time.Minute).Unix(), true}, "long ago": {now().Add(-time.Hour).Unix(), false}, "to come": {now().Add(time.Hour).Unix(), false}, "unsaid": {0, false},
	} {
		i.Alter = with("auth_time", c.at)
		ch, a := asked(t, g, i)
		p, err := g.Person(t.Context(), ch, a)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := g.Fresh(p, 15*time.Minute); (err == nil) != c.ok || err != nil && refusal.As(err).Key != "staff.sign_on_stale" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
