package web

import (
	"testing"

	"entente.example/internal/staff"
)

// Whoever looks whether a session is theirs knows their browser and their machine, and not what the one calls itself to servers.
func TestDevicesAreNamedAsPeopleKnowThem(t *testing.T) {
	const webkit = "AppleWebKit/537.36 (KHTML, like Gecko) "
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + webkit + "Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":                                    "Edge · Windows",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                  "Firefox · Linux",
		"Mozilla/5.0 (Linux; Android 10; K) " + webkit + "Chrome/140.0.0.0 Mobile Safari/537.36":                                                  "Chrome · Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1": "Safari · iPhone",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                   "Safari · macOS",
		"curl/8.9.1": "curl/8.9.1",
		"":           "",
	} {
		if got := browserOf(agent); got != want {
			t.Errorf("%q is shown as %q, not %q", agent, got, want)
		}
	}
	for _, step := range []struct{ what, detail, want string }{
		{staff.SignedIn, "passkey: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "パスキー · Firefox · Linux"},
		{staff.SignedIn, "dream: curl", "dream: curl"}, // a way in that a newer program has written down
		{staff.AccountShut, "link: curl", "link: curl"},
	} {
		if got := (printer{tag: "ja"}).beside(staff.Step{What: step.what, Detail: step.detail}); got != step.want {
			t.Errorf("%s %q is shown as %q, not %q", step.what, step.detail, got, step.want)
		}
	}
}
