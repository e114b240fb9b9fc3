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
)

// Seal keys that are lost are replaced from the pages as far as no key is needed: each other party reads the petition there and gets the command that seals it, and whoever has all answers
// puts the new keys in force there. Whoever holds no office for it cannot.
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
		block, err := x.Consent(t.Context(), stage.Mech, string(x.Party)+"-seal1", petition, shown[1], x.Passphrases())
		if err != nil {
			t.Fatal(err)
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
}
