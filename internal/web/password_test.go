package web

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/pquerna/otp/totp"
)

// A member chooses a password, reads the secret of its codes once, and comes back by both; each refusal keeps the form and tells nothing.
func TestPasswordOnThePages(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	const pass = "a long way to the harbour"
	if res := b.do(http.MethodPost, "/password", url.Values{"do": {"begin"}, "password": {"short"}}, nil); res.StatusCode != http.StatusBadRequest || !strings.Contains(res.body, "at least 12 characters") {
		t.Errorf("a short one: %d", res.StatusCode)
	}
	shown := b.do(http.MethodPost, "/password", url.Values{"do": {"begin"}, "password": {pass}}, nil)
	m := regexp.MustCompile(`<code>([A-Z2-7 ]{39})</code>`).FindStringSubmatch(shown.body)
	if m == nil || !strings.Contains(shown.body, `class="qr"`) || strings.Contains(shown.body, pass) {
		t.Fatalf("the secret: %d\n%s", shown.StatusCode, shown.body)
	}
	code, err := totp.GenerateCode(strings.ReplaceAll(m[1], " ", ""), galleryNow)
	if err != nil {
		t.Fatal(err)
	}
	if res := b.do(http.MethodPost, "/password", url.Values{"do": {"confirm"}, "password": {pass + "s"}, "code": {code}}, nil); res.StatusCode != http.StatusForbidden || !strings.Contains(res.body, `value="confirm"`) || strings.Contains(res.body, m[1]) {
		t.Errorf("mistyped: %d", res.StatusCode)
	}
	if res := b.do(http.MethodPost, "/password", url.Values{"do": {"confirm"}, "password": {pass}, "code": {code[:3] + " " + code[3:]}}, nil); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("confirming: %d\n%s", res.StatusCode, res.body)
	}
	if res := b.get("/sessions"); !strings.Contains(res.body, "In use since") || !strings.Contains(res.body, "A password was set") {
		t.Errorf("the page says: %s", res.body)
	}

	stranger := &browser{t: t, site: site, lang: "ja"}
	try := func(member, password, code string) answer {
		return stranger.do(http.MethodPost, "/sign-in/password", url.Values{"member": {member}, "password": {password}, "code": {code}}, nil)
	}
	known, unknown := try("cedar-sec", pass, code), try("nobody-there", pass, code) // the code was used when it was confirmed
	if known.StatusCode != http.StatusForbidden || unknown.StatusCode != http.StatusForbidden || strings.ReplaceAll(known.body, "cedar-sec", "nobody-there") != unknown.body {
		t.Errorf("Attack 19: a stranger learns who has an account: %d %d", known.StatusCode, unknown.StatusCode)
	}
	next, err := totp.GenerateCode(strings.ReplaceAll(m[1], " ", ""), galleryNow.Add(30e9))
	if err != nil {
		t.Fatal(err)
	}
	if res := try("cedar-sec", pass, next); res.StatusCode != http.StatusSeeOther || len(stranger.cookie) != 1 {
		t.Fatalf("signing in: %d\n%s", res.StatusCode, res.body)
	}
	if res := stranger.get("/m/valley"); res.StatusCode != http.StatusOK {
		t.Errorf("a member's page: %d", res.StatusCode)
	}

	for range 5 {
		try("cedar-sec", "guess", "000000")
	}
	if res := try("cedar-sec", "guess", "000000"); res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") != "30" {
		t.Errorf("Attack 20: %d %v", res.StatusCode, res.Header)
	}
	if res := b.do(http.MethodPost, "/password", url.Values{"do": {"end"}}, nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("ending it: %d", res.StatusCode)
	}
	if res := b.get("/sessions"); strings.Contains(res.body, "In use since") || !strings.Contains(res.body, "A password or code was refused") {
		t.Errorf("after its end: %s", res.body)
	}
}
