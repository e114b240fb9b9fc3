package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// What another party asks is read on the page and waits there: what is asked, by whom, the fingerprints in every form, who brought it in, and who has sealed it. It is sealed with the passphrases of
// our seal keys by whoever says that they have compared the fingerprints, and by nobody else; a refused passphrase does not come back. Or it is set aside.
func TestKeysOnTheirPage(t *testing.T) {
	site, src, people := newSite(t)
	b := enter(t, site, people, "cedar-custodian")
	page := b.do(http.MethodGet, "/m/valley/keys", nil, nil)
	for _, says := range []string{"41 entries count", "entente evidence settle", "cosigned", "40 of 41", "does not know our log", `name="block"`, `name="consents"`,
		"asks us to seal new ones", "the safe", "3041 1385", "SHA256:c5Dg", "cedar-sec brought this in", "key consent FILE --text 0a0a", `name="passphrase:seal1"`, "signs in its agent", "cedar-custodian has sealed this", "BEGIN ENTENTE CONSENT"} {
		if !strings.Contains(page.body, says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	if n := strings.Count(page.body, `value="consent"`); n != 1 {
		t.Errorf("%d forms that seal, and one petition is open", n)
	}
	if strings.Contains(page.body, "what the others are asked") {
		t.Error("the page shows what nobody pasted")
	}
	read := b.do(http.MethodPost, "/m/valley/keys/read", url.Values{"block": {"our own"}}, nil)
	if read.StatusCode != http.StatusOK || !strings.Contains(read.body, "what the others are asked") || !strings.Contains(read.body, ">our own</textarea>") {
		t.Errorf("%d\n%s", read.StatusCode, read.body)
	}
	if bad := b.do(http.MethodPost, "/m/valley/keys/read", url.Values{"block": {"<b>other"}}, nil); bad.StatusCode != http.StatusBadRequest || !strings.Contains(bad.body, `role="alert"`) || !strings.Contains(bad.body, "&lt;b&gt;other</textarea>") {
		t.Errorf("a block of another kind: %d", bad.StatusCode)
	}
	text := strings.Repeat("0a", 32)
	for _, c := range []struct {
		act, compared, pass string
		code                int
	}{{"consent", "", "open sesame", http.StatusBadRequest}, {"consent", "yes", "wrong words", http.StatusForbidden}, {"other", "yes", "open sesame", http.StatusBadRequest},
		{"consent", "yes", "open sesame", http.StatusSeeOther}, {"set_aside", "", "", http.StatusSeeOther}} {
		got := b.do(http.MethodPost, "/m/valley/keys/consent", url.Values{"act": {c.act}, "text": {text}, "compared": {c.compared}, "passphrase:seal1": {c.pass}}, nil)
		if got.StatusCode != c.code || c.pass != "" && strings.Contains(got.body, c.pass) || c.code != http.StatusSeeOther && !strings.Contains(got.body, `role="alert"`) {
			t.Errorf("%+v: %d", c, got.StatusCode)
		}
	}
	if len(src.sealings) != 2 || src.sealings[0].act != "consent" || src.sealings[0].digest != text || src.sealings[1].act != "set_aside" {
		t.Errorf("%+v", src.sealings)
	}
	for _, done := range []string{"consent", "set_aside"} {
		if page := b.do(http.MethodGet, "/m/valley/keys?done="+done, nil, nil); !strings.Contains(page.body, "banner done") {
			t.Errorf("%s is not said to be done", done)
		}
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
