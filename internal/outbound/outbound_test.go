package outbound

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// Attack 29: an address that is, or turns out to be, in a private network is not spoken to, and nobody is sent on to another one.
func TestNoPrivateNetworkIsReached(t *testing.T) {
	heard := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer server.Close()
	for _, address := range []string{server.URL, "http://localhost" + server.URL[strings.LastIndex(server.URL, ":"):]} {
		answer, err := New(false, time.Minute).Get(address)
		if err == nil {
			_ = answer.Body.Close()
		}
		if !errors.Is(err, ErrPrivate) || heard != 0 {
			t.Fatalf("%s: %v, %d heard", address, err, heard)
		}
	}
	answer, err := New(true, time.Minute).Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusFound || heard != 1 {
		t.Errorf("answered %d, %d heard: a redirection was followed", answer.StatusCode, heard)
	}
	for a, want := range map[string]bool{"127.0.0.1": false, "::1": false, "169.254.169.254": false, "10.1.2.3": false, "192.168.0.1": false, "100.64.0.1": false, "fd00::1": false, "fe80::1": false, "0.0.0.0": false, "::ffff:127.0.0.1": false,
		"224.0.0.1": false, "192.0.2.7": true, "2001:db8::1": true} {
		if public(netip.MustParseAddr(a)) != want {
			t.Errorf("%s is taken to be public: %v", a, !want)
		}
	}
}
