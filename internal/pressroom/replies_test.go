package pressroom

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"entente.example/internal/locale"
	"entente.example/internal/press"
	"entente.example/lang"
)

func TestAReplyComesIn(t *testing.T) {
	r := newRoom(t)
	resp := r.do(http.MethodPost, form, good(r.token(time.Minute)))
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/en/my-reply/secret/" || len(r.desk.letters) != 1 {
		t.Fatalf("%d %s %v", resp.StatusCode, resp.Header.Get("Location"), r.desk.letters)
	}
	if l := r.desk.letters[0]; l.Name != "Reader" || l.Key != key || l.Lang != "en" {
		t.Errorf("%+v", l)
	}
	if page := r.get("/en/my-reply/secret/"); !strings.Contains(page, "&lt;b&gt;mine") || strings.Contains(page, "reader@") {
		t.Error("its writer's page is not right")
	}
	r.desk.full = true
	if resp := r.do(http.MethodPost, form, good(r.token(time.Minute))); resp.StatusCode != http.StatusConflict || !strings.Contains(r.read(resp), "Will there be a tenth meeting?</textarea>") {
		t.Errorf("a full queue loses what was written: %d", resp.StatusCode)
	}
}

// Programs that fill in every field, answer at once, reuse a form for another page or invent one do not get through, and readers are served meanwhile: attack 32.
func TestSpamIsKeptOut(t *testing.T) {
	r := newRoom(t)
	trap := good(r.token(time.Minute))
	trap.Set("website", "https://spam.example")
	if resp := r.do(http.MethodPost, form, trap); resp.StatusCode != http.StatusOK {
		t.Errorf("who falls into the trap learns of it: %d", resp.StatusCode)
	}
	for name, f := range map[string]url.Values{"at once": good(r.token(0)), "a day later": good(r.token(25 * time.Hour)), "no form": good(""), "an invented form": good(strings.Repeat("A", 32))} {
		if resp := r.do(http.MethodPost, form, f); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", name, resp.StatusCode)
		}
	}
	if len(r.desk.letters) != 0 {
		t.Fatalf("%d letters came in", len(r.desk.letters))
	}
	before := r.get("/en/valley/js-9/")
	taken, token := 0, r.token(5*time.Second)
	for i := range 10_000 { // in a quarter of an hour, each with other words
		f := good(token)
		f.Set("words", fmt.Sprintf("Buy at https://evil.example/%d", i))
		if r.do(http.MethodPost, form, f).StatusCode == http.StatusSeeOther {
			taken++
		}
		if i%11 == 0 {
			r.now.Add(1)
		}
	}
	if taken == 0 || taken > 20 || len(r.desk.letters) != taken { // five, and one every two minutes
		t.Errorf("one address got %d of 10,000 replies in within a quarter of an hour", taken)
	}
	if page := r.get("/en/valley/js-9/"); page != before {
		t.Error("readers are served something else, or not at all")
	}
}

// Forms that nobody can have written are not read, whatever stands in them: their sender is told to wait, and can send the same again later. Others are not concerned, nor are the links of letters, which mail services follow for
// many readers at once. Attack 32.
func TestTooManyFormsAreNotRead(t *testing.T) {
	r := newRoom(t)
	bad, read := url.Values{"words": {"x"}}, 0
	status := http.StatusBadRequest
	for status == http.StatusBadRequest && read < 1000 {
		resp := r.do(http.MethodPost, form, bad)
		if status = resp.StatusCode; status == http.StatusBadRequest {
			read++
		} else if page := r.read(resp); resp.Header.Get("Retry-After") == "" || resp.Header.Get("Cache-Control") != "no-store" || !strings.Contains(page, locale.Message(lang.English, "press.too_many_forms", nil)) {
			t.Errorf("%v %.3000s", resp.Header, page)
		}
	}
	if status != http.StatusTooManyRequests || read != int(perForm.burst) {
		t.Fatalf("after %d forms: %d", read, status)
	}
	letter := good(r.token(0))
	for path, f := range map[string]url.Values{form: letter, "/ja/on-record/": {"quote": {"whatever the situation"}}, "/en/my-reply/secret/": {"do": {"erase"}}, "/zh-Hans/valley/js-9/report/r1/": {}} {
		if resp := r.do(http.MethodPost, path, f); resp.StatusCode != http.StatusTooManyRequests || !strings.HasPrefix(path, "/"+resp.Header.Get("Content-Language")+"/") {
			t.Errorf("%s: %d in %s", path, resp.StatusCode, resp.Header.Get("Content-Language"))
		}
	}
	for _, path := range []string{"/en/valley/js-9/", form, "/en/search/?q=channel"} {
		if resp := r.do(http.MethodGet, path, nil); resp.StatusCode != http.StatusOK {
			t.Errorf("who sends too many forms cannot read %s: %d", path, resp.StatusCode)
		}
	}
	other := httptest.NewRequest(http.MethodPost, "https://press.example"+form, strings.NewReader(bad.Encode()))
	other.RemoteAddr = "198.51.100.7:1"
	w := httptest.NewRecorder()
	if r.site.ServeHTTP(w, other); w.Code != http.StatusBadRequest {
		t.Errorf("somebody else: %d", w.Code)
	}
	r.now.Add(60)
	if resp := r.do(http.MethodPost, form, letter); resp.StatusCode != http.StatusSeeOther || len(r.desk.letters) != 1 {
		t.Errorf("the same a minute later: %d", resp.StatusCode)
	}
}

// Each fault stands at its field, with what was written; nothing of it comes into a header: attack 33.
func TestFaultsStandAtTheirFields(t *testing.T) {
	for name, x := range map[string]struct{ field, value string }{
		"no name": {"name", " "}, "a long name": {"name", strings.Repeat("x", 81)}, "a name of two lines": {"name", "Reader\r\nBcc: all@example.org"}, "a name with a hidden turn": {"name", "a\u202eb"},
		"no address": {"email", ""}, "no such address": {"email", "reader"}, "an address with a header": {"email", "a@example.org\r\nBcc: b@example.org"}, "an address with a name": {"email", "Reader <a@example.org>"},
		"no words": {"words", ""}, "too many words": {"words", strings.Repeat("x", 8001)}, "control characters": {"words", "a\x07b"},
	} {
		r := newRoom(t)
		f := good(r.token(time.Minute))
		f.Set(x.field, x.value)
		resp := r.do(http.MethodPost, form, f)
		page := r.read(resp)
		if resp.StatusCode != http.StatusBadRequest || !strings.Contains(page, `aria-describedby="`+map[string]string{"name": "name-fault", "email": "email-note email-fault", "words": "words-fault"}[x.field]) || len(r.desk.letters) > 0 {
			t.Errorf("%s: %d %v", name, resp.StatusCode, r.desk.letters)
		}
		if strings.Contains(fmt.Sprint(resp.Header), "Bcc") {
			t.Errorf("%s comes into a header", name)
		}
	}
	r := newRoom(t)
	big := good(r.token(time.Minute))
	big.Set("words", strings.Repeat("x", 1<<20))
	if resp := r.do(http.MethodPost, form, big); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("a megabyte: %d", resp.StatusCode)
	}
}

// Scenario a21: a writer's address comes in with the letter and goes no further. Nothing that a public page, feed or file can be made of has a place for it.
func TestA21NoAddressCanBeShown(t *testing.T) {
	var places func(reflect.Type, string, map[reflect.Type]bool) []string
	places = func(of reflect.Type, path string, seen map[reflect.Type]bool) (out []string) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || seen[of] {
			return nil
		}
		seen[of] = true
		for i := range of.NumField() {
			f := of.Field(i)
			if strings.Contains(strings.ToLower(f.Name), "mail") {
				out = append(out, path+"."+f.Name)
			}
			out = append(out, places(f.Type, path+"."+f.Name, seen)...)
		}
		return out
	}
	for _, of := range []reflect.Type{reflect.TypeFor[press.Edition](), reflect.TypeFor[press.Reply](), reflect.TypeFor[press.Own]()} {
		if found := places(of, of.Name(), map[reflect.Type]bool{}); len(found) > 0 {
			t.Errorf("an address has a place at %q", found)
		}
	}
	if len(places(reflect.TypeFor[press.Letter](), "Letter", map[reflect.Type]bool{})) != 1 {
		t.Error("the letter that brings an address is not found to: the search is blind")
	}
}
