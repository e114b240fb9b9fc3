package premises_test

import (
	"crypto/rand"
	"html"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"entente.example/internal/chancery"
	"entente.example/internal/keys"
	"entente.example/internal/worked"
	"entente.example/refusal"
)

// Seal keys that are lost are replaced from the pages: in each other party somebody pastes the petition there, it waits for whoever seals, on the list of what awaits the house, too, is sealed there with the passphrases,
// and whoever has all answers puts the new keys in force there. Whoever holds no office for it cannot.
func TestLostSealKeysOnThePages(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	stage := serve(t, ex)
	a, path := stage.Actors[0], "/m/"+ex.Mechanism.ID+"/keys"
	pass := chancery.Passphrases{"spare": []byte("new words")}
	if _, err := keys.CreateSeal(filepath.Join(a.Dir, chancery.KeysDir, "spare"), "spare", pass["spare"], rand.Reader); err != nil {
		t.Fatal(err)
	}
	petition, err := a.MakePetition(t.Context(), stage.Mech, string(a.Party)+"-seal1", chancery.Succession{Keys: []string{"spare"}, Passphrases: pass}, "the safe burned")
	if err != nil {
		t.Fatal(err)
	}
	consents := ""
	for _, x := range stage.Actors[1:] {
		p := enter(t, x, string(x.Party)+"-seal1")
		p.post("/language", url.Values{"to": {"en"}, "from": {"/"}})
		code, body := p.post(path+"/read", url.Values{"block": {"> " + strings.ReplaceAll(string(petition), "\n", "\n> ")}})
		shown := regexp.MustCompile(`key consent FILE --text ([0-9a-f]{64})`).FindStringSubmatch(html.UnescapeString(body))
		if code != http.StatusOK || shown == nil || !strings.Contains(body, "the safe burned") || !strings.Contains(body, "SHA256:") {
			t.Fatalf("%s: %d", x.Party, code)
		}
		waits := func() bool {
			_, body := p.get("/m/" + ex.Mechanism.ID)
			return strings.Contains(body, "keys#petitions") && strings.Contains(body, "asks us to seal new keys")
		}
		if !waits() {
			t.Errorf("%s: it does not await the house", x.Party)
		}
		form := url.Values{"act": {"consent"}, "text": {shown[1]}, "compared": {"yes"}}
		for name, pass := range x.Passphrases() {
			form.Set("passphrase:"+name, string(pass))
		}
		outside := enter(t, x, string(x.Party)+"-draft")
		if code, _ := outside.post(path+"/consent", form); code != http.StatusForbidden {
			t.Errorf("%s: a drafter seals: %d", x.Party, code)
		}
		if code, _ := p.post(path+"/consent", url.Values{"act": {"consent"}, "text": {strings.Repeat("0", 64)}, "compared": {"yes"}}); code != http.StatusNotFound {
			t.Errorf("%s: what nobody read is sealed: %d", x.Party, code)
		}
		if code, body = p.post(path+"/consent", form); code != http.StatusOK || !strings.Contains(body, "Our side has sealed it") || waits() {
			t.Fatalf("%s: %d\n%s", x.Party, code, body)
		}
		for _, act := range []string{"consent", "set_aside"} { // from a page that was drawn before
			form.Set("act", act)
			if code, late := p.post(path+"/consent", form); code != http.StatusConflict || !strings.Contains(late, "has sealed this for our side already") || !strings.Contains(late, "BEGIN ENTENTE CONSENT") {
				t.Errorf("%s: %s after the answer: %d", x.Party, act, code)
			}
		}
		if _, err := x.Consent(t.Context(), stage.Mech, string(x.Party)+"-seal1", petition, shown[1], x.Passphrases()); err == nil || refusal.As(err).Key != "party.petition_answered" {
			t.Errorf("%s: sealed again by command: %v", x.Party, err)
		}
		block := []byte(regexp.MustCompile(`(?s)-----BEGIN ENTENTE CONSENT-----.*?-----END ENTENTE CONSENT-----`).FindString(html.UnescapeString(body)))
		if strings.Contains(body, `value="consent"`) || len(block) == 0 {
			t.Errorf("%s: it can be sealed twice, or the answer is not there", x.Party)
		}
		if code, body := p.post(path+"/reseal", url.Values{"petition": {string(petition)}, "consents": {string(block)}}); code != http.StatusBadRequest || !strings.Contains(body, `role="alert"`) {
			t.Errorf("%s replaces another's keys: %d", x.Party, code)
		}
		if len(consents) == 0 {
			mine := enter(t, a, string(a.Party)+"-seal1")
			if code, _ := mine.post(path+"/reseal", url.Values{"petition": {string(petition)}, "consents": {string(block)}}); code != http.StatusUnprocessableEntity {
				t.Errorf("with one answer of two: %d", code)
			}
		}
		consents += string(block) + "\n"
	}
	drafter := enter(t, a, string(a.Party)+"-draft")
	if code, _ := drafter.post(path+"/reseal", url.Values{"petition": {string(petition)}, "consents": {consents}}); code != http.StatusForbidden {
		t.Errorf("a drafter: %d", code)
	}
	p := enter(t, a, string(a.Party)+"-seal1")
	p.post("/language", url.Values{"to": {"en"}, "from": {"/"}})
	if code, body := p.post(path+"/reseal", url.Values{"petition": {string(petition)}, "consents": {"As agreed:\n" + consents}}); code != http.StatusOK || !strings.Contains(body, "sealed by all other parties") || !strings.Contains(body, "Our new seal keys are in force") {
		t.Errorf("%d\n%s", code, body)
	}
	other := enter(t, stage.Actors[1], string(stage.Actors[1].Party)+"-seal1")
	until(t, "what is in force no longer stands among what is asked", func() bool {
		_, body := other.get(path)
		return !strings.Contains(body, "BEGIN ENTENTE CONSENT")
	})
}
