package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"entente.example/internal/staff"
	"entente.example/refusal"
)

// Attack 20: of a thousand passwords in a minute from one address, each for another name, few are looked at, and the rest are told when to come again; members who are signed in, and those who sign in from elsewhere by a link, notice nothing.
func TestAttack20AThousandFromOneAddress(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	site.gate.each = 3
	try := func(from, name string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, "http://node.example/sign-in/password", strings.NewReader(url.Values{"member": {name}, "password": {"a guess of some length"}, "code": {"000000"}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = from
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		return w
	}
	looked := 0
	for i := range 1000 {
		switch w := try(fmt.Sprintf("203.0.113.7:%d", 1024+i), fmt.Sprint("name-", i)); w.Code {
		case http.StatusForbidden:
			looked++
		case http.StatusTooManyRequests:
			if w.Header().Get("Retry-After") != "60" {
				t.Fatalf("Retry-After %q", w.Header().Get("Retry-After"))
			}
		default:
			t.Fatalf("%d", w.Code)
		}
	}
	if looked != site.gate.each {
		t.Errorf("%d were looked at", looked)
	}
	if w := try("198.51.100.20:4000", "cedar-sec"); w.Code != http.StatusForbidden {
		t.Errorf("somebody elsewhere: %d", w.Code)
	}
	if res := b.get("/m/valley/texts/js-9"); res.StatusCode != http.StatusOK {
		t.Errorf("a member who is signed in: %d", res.StatusCode)
	}
	enter(t, site, people, "cedar-hod")
}

// Attack 20: of ten thousand in a minute from as many addresses, the node looks at so many as it can bear. Whoever has signed in from an address before is let in from there all the same, and a network of IPv6 is one address.
func TestAttack20TenThousandFromMany(t *testing.T) {
	g, now := newGate(), galleryNow
	office, attic := "198.51.100.20:4000", "[2001:db8:0:7::1]:4000"
	g.welcome(office, now)
	let := 0
	for i := range 10_000 {
		err := g.enter(fmt.Sprintf("203.%d.%d.9:1234", i/250, i%250), now.Add(time.Duration(i)*5*time.Millisecond))
		if err == nil {
			let++
		} else if ref := refusal.As(err); ref.Key != staff.TooManyTries || ref.Params["seconds"] == "0" {
			t.Fatal(err)
		}
	}
	if let != triesAll || len(g.tried) > triesAll {
		t.Errorf("%d were let in, %d are remembered", let, len(g.tried))
	}
	at := now.Add(55 * time.Second)
	if err := g.enter(office, at); err != nil {
		t.Errorf("who has signed in from there before: %v", err)
	}
	if err := g.enter(attic, at); err == nil || refusal.As(err).Params["seconds"] != "5" {
		t.Errorf("a stranger meanwhile: %v", err)
	}
	at = at.Add(5 * time.Second)
	for i := range triesEach {
		if err := g.enter(fmt.Sprintf("[2001:db8:0:7::%x]:1", i+1), at); err != nil {
			t.Fatalf("in the next minute: %v", err)
		}
	}
	if err := g.enter("[2001:db8:0:7:ffff::1]:1", at); err == nil {
		t.Error("a network of IPv6 is as many addresses as it has")
	}
	for i := range 2 * knownPlace {
		g.welcome(fmt.Sprintf("10.%d.%d.1:1", i/250, i%250), at.Add(time.Duration(i)*time.Millisecond))
	}
	if len(g.known) != knownPlace {
		t.Errorf("%d addresses are remembered", len(g.known))
	}
	if err := g.enter("127.0.0.1:1", at); err != nil {
		t.Errorf("a proxy on this machine: %v", err)
	}
}
