package reminder

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// told are the feeds that a hub was told of, and what was said of each.
func (h *hearer) told(t *testing.T) (out []string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, b := range h.bodies {
		form, err := url.ParseQuery(b)
		if err != nil || form.Get("hub.mode") != "publish" || form.Get("hub.topic") != form.Get("hub.url") || h.heard[i].Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("%v %q", err, b)
		}
		out = append(out, form.Get("hub.url"))
	}
	return out
}

// Each hub is told of each feed once. One that does not answer gets one try at a time, with growing pauses, and is told everything when it does; the others do not wait for it.
func TestHubs(t *testing.T) {
	good, bad := &hearer{status: http.StatusAccepted}, &hearer{status: http.StatusFound}
	here, there := httptest.NewServer(good), httptest.NewServer(bad)
	defer here.Close()
	defer there.Close()
	at := now
	hubs := NewHubs(HubOptions{Hubs: []string{there.URL + "/hub", here.URL + "/hub?for=press"}, Private: true, Now: func() time.Time { return at }, Log: slog.New(slog.DiscardHandler)})
	if left := hubs.Deliver(t.Context()); left != 0 {
		t.Errorf("%d to be told of nothing", left)
	}
	a, b := "https://press.example/en/feed.atom", "https://press.example/ja/feed.json?x=1&y=2"
	hubs.Say(b)
	hubs.Say(a)
	hubs.Say(a)
	if left := hubs.Deliver(t.Context()); left != 2 {
		t.Errorf("%d left", left)
	}
	if got := good.told(t); strings.Join(got, " ") != a+" "+b {
		t.Errorf("told of %q", got)
	}
	if got := bad.told(t); len(got) != 1 || bad.heard[0].URL.Path != "/hub" {
		t.Errorf("a hub that sends elsewhere was tried with %q", got)
	}
	var pauses []time.Duration
	for last, n := at, 1; n <= 12; at = at.Add(time.Minute) {
		if hubs.Deliver(t.Context()); len(bad.heard) > n {
			n, pauses, last = len(bad.heard), append(pauses, at.Sub(last)), at
		}
	}
	if pauses[0] != 2*time.Minute || pauses[1] != 4*time.Minute || pauses[11] != 256*time.Minute {
		t.Errorf("tried again after %v", pauses)
	}
	before := len(bad.heard)
	bad.status = http.StatusNoContent
	at = at.Add(5 * time.Hour)
	if left := hubs.Deliver(t.Context()); left != 0 || strings.Join(bad.told(t)[before:], " ") != a+" "+b {
		t.Errorf("%d left, told of %q", left, bad.told(t)[before:])
	}
	if hubs.Deliver(t.Context()); len(good.heard) != 2 || good.heard[0].URL.Query().Get("for") != "press" {
		t.Errorf("told again: %d", len(good.heard))
	}
}

// Attack 29, for hubs: one that is in a private network is not spoken to.
func TestHubsReachNoPrivateNetwork(t *testing.T) {
	h := &hearer{status: http.StatusNoContent}
	server := httptest.NewServer(h)
	defer server.Close()
	hubs := NewHubs(HubOptions{Hubs: []string{server.URL, "http://localhost" + server.URL[strings.LastIndex(server.URL, ":"):]}, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	hubs.Say("https://press.example/en/feed.atom")
	if left := hubs.Deliver(t.Context()); left != 2 || len(h.heard) != 0 {
		t.Errorf("%d left, %d heard", left, len(h.heard))
	}
}
