package web

import (
	"fmt"
	"html"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/signon"
	"entente.example/internal/signon/issuertest"
	"entente.example/internal/staff"
)

// signOnSite is a site with a directory, and somebody whose account is bound to number 4711 there.
func signOnSite(t *testing.T, only bool) (*Site, *staff.Store, *issuertest.Issuer) {
	t.Helper()
	now := func() time.Time { return galleryNow }
	people, err := staff.Open(t.Context(), staff.Options{Path: filepath.Join(t.TempDir(), "private.db"), Now: now, Rand: rand.NewChaCha8([32]byte{7})})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = people.Close() })
	house := issuertest.New(t, now)
	gate := signon.New(signon.Options{Issuer: house.URL, ClientID: house.ClientID, Secret: house.Secret, Back: "http://node.example" + SignOnBack, Now: now})
	site, err := New(Options{Source: &source{g: loadGallery(t), changes: make(chan []string, 1)}, Staff: people, Now: now, Rand: rand.NewChaCha8([32]byte{8}), Node: "cedar", Hosts: []string{"node.example"}, SignOn: gate, SignOnOnly: only})
	if err != nil {
		t.Fatal(err)
	}
	return site, people, house
}

// toHouse goes to the directory and is where it sends somebody back to.
func toHouse(t *testing.T, b *browser, house *issuertest.Issuer, path string) url.Values {
	t.Helper()
	res := b.get(path)
	if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), house.URL+"/authorize?") {
		t.Fatalf("%s: %d to %q\n%s", path, res.StatusCode, res.Header.Get("Location"), res.body)
	}
	for _, c := range res.Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.MaxAge > 600 {
			t.Errorf("the challenge's cookie: %v", c)
		}
	}
	return house.Enter(t, res.Header.Get("Location"))
}

var hidden = regexp.MustCompile(`<input type="hidden" name="(state|code|iss)" value="([^"]*)">`)

// formOf is what the page would send on.
func formOf(page string) url.Values {
	form := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	return form
}

// A member binds their own account after a link, comes back through the directory, and unbinds; nothing happens before a form is sent, and whom the directory knows without an account stays outside.
func TestSignOnThroughTheHouse(t *testing.T) {
	site, people, house := signOnSite(t, false)
	stranger := &browser{t: t, site: site, lang: "en"}
	if page := stranger.get("/sign-in"); !strings.Contains(page.body, `href="/sign-on"`) || !strings.Contains(page.body, "/sign-in/password") || house.Asked != 0 {
		t.Errorf("the page of ways in: %s", page.body)
	}
	back := SignOnBack + "?" + toHouse(t, stranger, house, "/sign-on").Encode()
	res := stranger.do(http.MethodPost, SignOnBack, formOf(stranger.get(back).body), nil)
	if res.StatusCode != http.StatusForbidden || !strings.Contains(res.body, "no account here is bound to you") {
		t.Errorf("somebody without an account: %d\n%s", res.StatusCode, res.body)
	}
	if all, err := people.Accounts(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("accounts made of themselves: %v %v", all, err)
	}

	b := enter(t, site, people, "cedar-sec")
	back = SignOnBack + "?" + toHouse(t, b, house, "/sign-on?for=account").Encode()
	page := b.get(back)
	if page.StatusCode != http.StatusOK || !strings.Contains(page.body, "“cedar-sec”") || !strings.Contains(page.body, "Bind my account") {
		t.Fatalf("the page of the answer: %d\n%s", page.StatusCode, page.body)
	}
	if o, err := people.SignOn(t.Context(), "cedar-sec"); err != nil || !o.Created.IsZero() {
		t.Errorf("looking has bound the account: %v %v", o, err)
	}
	if res := b.do(http.MethodPost, SignOnBack, formOf(page.body), nil); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/sessions?done=sign_on_bind#sign-on" {
		t.Fatalf("binding: %d\n%s", res.StatusCode, res.body)
	}
	if page := b.get("/sessions?done=sign_on_bind"); !strings.Contains(page.body, "4711") || !strings.Contains(page.body, "Your account is bound.") {
		t.Errorf("the page says: %s", page.body)
	}

	later := &browser{t: t, site: site, lang: "en"}
	back = SignOnBack + "?" + toHouse(t, later, house, "/sign-on").Encode()
	form := formOf(later.get(back).body)
	if res := later.do(http.MethodPost, SignOnBack, form, nil); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/" {
		t.Fatalf("signing in: %d\n%s", res.StatusCode, res.body)
	}
	if page := later.get("/m/valley"); page.StatusCode != http.StatusOK {
		t.Errorf("a member's page: %d", page.StatusCode)
	}
	if res := b.do(http.MethodPost, "/sign-on/unbind", nil, nil); res.StatusCode != http.StatusSeeOther {
		t.Errorf("unbinding: %d", res.StatusCode)
	}
	again := &browser{t: t, site: site, lang: "ja"}
	back = SignOnBack + "?" + toHouse(t, again, house, "/sign-on").Encode()
	if res := again.do(http.MethodPost, SignOnBack, formOf(again.get(back).body), nil); res.StatusCode != http.StatusForbidden || !strings.Contains(res.body, "ディレクトリはあなたを認識しましたが") {
		t.Errorf("after unbinding: %d\n%s", res.StatusCode, res.body)
	}
	trail, err := people.Trail(t.Context(), "cedar-sec", 0, 10)
	if err != nil || trail[0].What != staff.SignOnEnded || trail[1].What != staff.SignedIn || !strings.HasPrefix(trail[1].Detail, "directory") || trail[2].What != staff.SignOnBound {
		t.Errorf("trail: %+v %v", trail, err)
	}
}

// Attack 42: an answer of the directory is carried into another browser, replayed, sent by another site, or used for what it was not asked for; a challenge is planted by another site. Nobody is signed in, and nothing is bound.
func TestAttack42CarriedAnswers(t *testing.T) {
	site, people, house := signOnSite(t, false)
	member := enter(t, site, people, "cedar-sec")
	if err := people.BindSignOn(t.Context(), "cedar-sec", house.URL, "4711"); err != nil {
		t.Fatal(err)
	}
	begun := func() (*browser, url.Values) {
		b := &browser{t: t, site: site, lang: "en"}
		return b, toHouse(t, b, house, "/sign-on")
	}
	late := func(what string, res answer) {
		t.Helper()
		if res.StatusCode < 400 || strings.Contains(res.Header.Get("Set-Cookie"), "entente=") {
			t.Errorf("%s: %d", what, res.StatusCode)
		}
	}
	_, theirs := begun()
	victim := &browser{t: t, site: site, lang: "en"}
	late("an answer in a browser that asked for none", victim.get(SignOnBack+"?"+theirs.Encode()))
	late("its form there", victim.do(http.MethodPost, SignOnBack, theirs, nil))
	victim, own := begun()
	late("another's answer in a browser that asked", victim.get(SignOnBack+"?"+theirs.Encode()))
	injected := url.Values{"state": own["state"], "code": theirs["code"], "iss": own["iss"]}
	late("another's code under the own state", victim.do(http.MethodPost, SignOnBack, injected, nil))
	late("the own answer after that", victim.do(http.MethodPost, SignOnBack, own, nil))

	b, own := begun()
	late("sent by another site", b.do(http.MethodPost, SignOnBack, own, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }))
	if res := b.do(http.MethodPost, SignOnBack, own, nil); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("the own answer: %d\n%s", res.StatusCode, res.body)
	}
	late("replayed", b.do(http.MethodPost, SignOnBack, own, nil))

	house.Subject = "666"
	evil, answered := begun()
	evil.cookie = append(evil.cookie, member.cookie...)
	if res := evil.do(http.MethodPost, SignOnBack, answered, nil); res.StatusCode != http.StatusForbidden {
		t.Errorf("an answer for signing in, used while signed in: %d", res.StatusCode)
	}
	binding := toHouse(t, member, house, "/sign-on?for=account")
	other := enter(t, site, people, "cedar-head")
	other.cookie = append(other.cookie, member.cookie[len(member.cookie)-1])
	late("a binding that another member began", other.get(SignOnBack+"?"+binding.Encode()))
	late("its form", other.do(http.MethodPost, SignOnBack, binding, nil))
	late("turned back", member.get(SignOnBack+"?"+url.Values{"state": binding["state"], "error": {"access_denied"}}.Encode()))
	for _, m := range []string{"cedar-sec", "cedar-head"} {
		if o, err := people.SignOn(t.Context(), m); err != nil || o.Subject == "666" {
			t.Errorf("%s is bound to %+v: %v", m, o, err)
		}
	}

	before := house.Asked
	for _, from := range []string{"cross-site", "same-site"} {
		planted := &browser{t: t, site: site, lang: "en"}
		if res := planted.do(http.MethodGet, "/sign-on", nil, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", from) }); res.Header.Get("Location") != "/sign-in" || len(planted.cookie) != 0 {
			t.Errorf("%s begins a sign-on: %d %v", from, res.StatusCode, planted.cookie)
		}
	}
	if house.Asked != before {
		t.Error("the directory was asked for another site")
	}
}

// Where the operator wants the directory alone, passkeys and passwords open nothing and cannot be made; links, which bind accounts first, still work.
func TestTheDirectoryAlone(t *testing.T) {
	site, people, house := signOnSite(t, true)
	stranger := &browser{t: t, site: site, lang: "en"}
	if page := stranger.get("/sign-in"); !strings.Contains(page.body, `href="/sign-on"`) || strings.Contains(page.body, "/sign-in/password") || strings.Contains(page.body, "data-passkey") {
		t.Errorf("the page of ways in: %s", page.body)
	}
	b := enter(t, site, people, "cedar-sec")
	for path, who := range map[string]*browser{"/sign-in/passkey/options": stranger, "/sign-in/passkey": stranger, "/sign-in/password": stranger, "/passkeys/options": b, "/passkeys": b, "/password": b} {
		for _, do := range []string{"begin", "confirm"} {
			if res := who.do(http.MethodPost, path, url.Values{"do": {do}, "password": {"a long way to the harbour"}}, func(r *http.Request) { r.Host = "localhost:8443" }); res.StatusCode != http.StatusForbidden || !strings.Contains(res.body, "only the house") {
				t.Errorf("%s: %d\n%s", path, res.StatusCode, res.body)
			}
		}
	}
	toHouse(t, b, house, "/sign-on?for=account")
}

// Who signs out is told where to end their session with the directory itself, if it has such a place; nobody is sent there, and who merely comes to sign in is not.
func TestSignOutOfTheDirectory(t *testing.T) {
	site, people, house := signOnSite(t, false)
	house.Says["end_session_endpoint"] = "https://house.example/out"
	b := enter(t, site, people, "cedar-sec")
	toHouse(t, b, house, "/sign-on?for=account")
	res := b.do(http.MethodPost, "/sign-out", nil, nil)
	if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != "/sign-in?done=sign_out" {
		t.Fatalf("%d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	nobody := &browser{t: t, site: site, lang: "en"}
	body := nobody.get("/sign-in?done=sign_out").body
	if !strings.Contains(body, `href="https://house.example/out?client_id=entente"`) {
		t.Errorf("it is not said where to sign out:\n%s", body)
	}
	if bad := inspect(strings.ReplaceAll(body, "https://house.example/out?client_id=entente", "/out")); len(bad) > 0 { // a link elsewhere loads nothing
		t.Error(bad)
	}
	if strings.Contains(nobody.get("/sign-in").body, "house.example/out") {
		t.Error("who comes to sign in is told how to sign out")
	}
}

// A long trail comes in parts, and whoever goes on reads all of it.
func TestALongTrail(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-sec")
	for i := range 70 {
		if err := people.Note(t.Context(), "cedar-sec", staff.HandedOver, fmt.Sprintf("pack %02d", i)); err != nil {
			t.Fatal(err)
		}
	}
	first := b.get("/sessions").body
	link := regexp.MustCompile(`href="(/sessions\?trail=\d+)#trail"`).FindStringSubmatch(first)
	if link == nil || !strings.Contains(first, "pack 69") || strings.Contains(first, "pack 19") || !strings.Contains(first, "pack 20") {
		t.Fatal("the newest part is not what is shown first, or nothing leads on")
	}
	if rest := b.get(link[1]).body; !strings.Contains(rest, "pack 19") || !strings.Contains(rest, "pack 00") || strings.Contains(rest, "pack 20") || strings.Contains(rest, "?trail=") {
		t.Error("the rest of the trail")
	}
}

// Attack 42: a session that was begun through the directory seals only if the directory recognised its member lately: neither the page nor its form nor the API lets it through before, an old recognition does
// not do, nor does another person's, and a session that was begun otherwise is not asked.
func TestAttack42SealingAsksTheDirectoryAnew(t *testing.T) {
	site, people, house := signOnSite(t, false)
	site.o.SealWithin = 15 * time.Minute
	byLink := enter(t, site, people, "cedar-seal1")
	if err := people.BindSignOn(t.Context(), "cedar-seal1", house.URL, house.Subject); err != nil {
		t.Fatal(err)
	}
	src, _ := site.o.Source.(*source)
	said := func(at time.Time) {
		house.Alter = func(_, claims map[string]any) { claims["auth_time"] = at.Unix() }
	}
	form := url.Values{"act": {"seal"}, "digest": {"ab"}}
	const table = "/m/valley/texts/js-9/sealing"
	seal := func(b *browser) int { return b.do(http.MethodPost, table, form, nil).StatusCode }
	if code := seal(byLink); code != http.StatusSeeOther || len(src.sealings) != 1 {
		t.Errorf("after a link: %d", code)
	}
	b := &browser{t: t, site: site, lang: "en"}
	said(galleryNow.Add(-time.Hour))
	back := SignOnBack + "?" + toHouse(t, b, house, "/sign-on").Encode()
	if res := b.do(http.MethodPost, SignOnBack, formOf(b.get(back).body), nil); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("signing in: %d\n%s", res.StatusCode, res.body)
	}
	const keys = "/m/valley/keys"
	if page := b.get(keys).body; !strings.Contains(page, html.EscapeString("/sign-on?for=seal&mechanism=valley")+`"`) || strings.Contains(page, `value="consent"`) {
		t.Error("the page of keys lets somebody seal whom the directory saw an hour ago")
	}
	if res := b.do(http.MethodPost, keys+"/consent", url.Values{"act": {"consent"}, "compared": {"yes"}, "text": {strings.Repeat("0a", 32)}, "passphrase:seal1": {"open sesame"}}, nil); res.StatusCode != http.StatusForbidden || len(src.sealings) != 1 {
		t.Errorf("the form of the page of keys: %d", res.StatusCode)
	}
	anew := "/sign-on?for=seal&mechanism=valley&text=js-9"
	if page := b.get(table).body; !strings.Contains(page, html.EscapeString(anew)) || strings.Contains(page, `name="digest"`) {
		t.Error("the sealing table lets somebody seal whom the directory saw an hour ago")
	}
	if code := seal(b); code != http.StatusForbidden || len(src.sealings) != 1 {
		t.Errorf("the form of the table: %d", code)
	}
	r, _ := http.NewRequest(http.MethodPost, "http://node.example/", nil)
	for _, c := range b.cookie {
		r.AddCookie(c)
	}
	if site.Fresh(r) == nil {
		t.Error("the API lets the session seal")
	}
	again := func() answer {
		b.cookie = slices.DeleteFunc(b.cookie, func(c *http.Cookie) bool { return strings.HasSuffix(c.Name, "-sign-on") }) // a browser has one of a name
		back := SignOnBack + "?" + toHouse(t, b, house, anew).Encode()
		return b.do(http.MethodPost, SignOnBack, formOf(b.get(back).body), nil)
	}
	if res := again(); res.StatusCode != http.StatusForbidden || seal(b) != http.StatusForbidden {
		t.Errorf("a directory that did not ask anew: %d", res.StatusCode)
	}
	said(galleryNow)
	house.Subject = "4712"
	if res := again(); res.StatusCode != http.StatusForbidden || seal(b) != http.StatusForbidden {
		t.Errorf("another person: %d", res.StatusCode)
	}
	house.Subject = "4711"
	if res := again(); res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != table+"#seal" {
		t.Errorf("recognised anew: %d to %s\n%s", res.StatusCode, res.Header.Get("Location"), res.body)
	}
	if site.Fresh(r) != nil || seal(b) != http.StatusSeeOther || len(src.sealings) != 2 {
		t.Error("who was recognised just now cannot seal")
	}
	anew = "/sign-on?for=seal&mechanism=valley"
	if res := again(); res.Header.Get("Location") != keys+"#petitions" || !strings.Contains(b.get(keys).body, `value="consent"`) {
		t.Errorf("recognised anew from the page of keys: %d to %s", res.StatusCode, res.Header.Get("Location"))
	}
}
