package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// What another party asks is read on the page, and sealed nowhere near a browser: the page gives the command for the machine with the keys, and no field takes a passphrase or a key.
func TestKeysOnTheirPage(t *testing.T) {
	site, _, people := newSite(t)
	b := enter(t, site, people, "cedar-custodian")
	page := b.do(http.MethodGet, "/m/valley/keys", nil, nil)
	for _, says := range []string{"41 entries count", "entente evidence settle", "cosigned", "40 of 41", "does not know our log", `name="block"`, `name="consents"`} {
		if !strings.Contains(page.body, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	if _, body, _ := strings.Cut(page.body, "<body"); body == "" || strings.Contains(body, "password") || strings.Contains(page.body, "asks us to seal new ones") {
		t.Error("the page asks for a secret, or shows what nobody pasted")
	}
	read := b.do(http.MethodPost, "/m/valley/keys/read", url.Values{"block": {"good"}}, nil)
	if read.StatusCode != http.StatusOK || !strings.Contains(read.body, "asks us to seal new ones") || !strings.Contains(read.body, "key consent FILE --text 0a0a") || !strings.Contains(read.body, ">good</textarea>") {
		t.Errorf("%d\n%s", read.StatusCode, read.body)
	}
	if bad := b.do(http.MethodPost, "/m/valley/keys/read", url.Values{"block": {"<b>other"}}, nil); bad.StatusCode != http.StatusBadRequest || !strings.Contains(bad.body, `role="alert"`) || !strings.Contains(bad.body, "&lt;b&gt;other</textarea>") {
		t.Errorf("a block of another kind: %d", bad.StatusCode)
	}
	for _, c := range []struct {
		petition, consents string
		code               int
	}{{"ours", "all", http.StatusSeeOther}, {"ours", "some", http.StatusUnprocessableEntity}} {
		if got := b.do(http.MethodPost, "/m/valley/keys/reseal", url.Values{"petition": {c.petition}, "consents": {c.consents}}, nil); got.StatusCode != c.code {
			t.Errorf("%s, %s: %d, want %d", c.petition, c.consents, got.StatusCode, c.code)
		} else if c.code != http.StatusSeeOther && !strings.Contains(got.body, ">some</textarea>") {
			t.Error("what was pasted is lost")
		}
	}
}
