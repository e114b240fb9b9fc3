package premises_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"entente.example/internal/worked"
)

// Members on duty carry the record from one node's site to another's, by page and by API; others may look, and strangers nothing.
func TestMembersOnDutyCarryThePouch(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	stage := serve(t, ex)
	a, b := stage.Actors[0], stage.Actors[1]
	page, stream := "/m/"+ex.Mechanism.ID+"/pouch", "/api/v1/mechanisms/"+ex.Mechanism.ID+"/pouch"
	from, to := enter(t, a, string(a.Party)+"-duty"), enter(t, b, string(b.Party)+"-duty")
	press := enter(t, a, string(a.Party)+"-press")

	_, onPage := from.post(page+"/pack", url.Values{"party": {string(b.Party)}})
	_, byAPI := from.post(stream+"/"+string(b.Party)+"/stream", nil)
	for how, pouch := range map[string]string{"by page": onPage, "by API": byAPI} {
		if !strings.HasPrefix(pouch, "age-encryption.org/v1\n") || strings.Contains(pouch, string(b.Party)) {
			t.Fatalf("packed %s: %.200q", how, pouch)
		}
		r, err := to.http.Post(to.site+stream, "application/octet-stream", strings.NewReader(pouch))
		if code, answer := to.read(r, err); code != http.StatusOK || !strings.Contains(answer, `"whole":true`) {
			t.Errorf("opened %s: %d %s", how, code, answer)
		}
	}
	if code, body := to.get(page); code != http.StatusOK || strings.Count(body, "<tr><td><time") != 2 {
		t.Errorf("the history: %d\n%s", code, body)
	}
	r, err := from.http.Post(from.site+stream, "application/octet-stream", strings.NewReader(byAPI))
	if code, answer := from.read(r, err); code != http.StatusForbidden || !strings.Contains(answer, "pouch.not_for_us") {
		t.Errorf("opened where it was packed: %d %s", code, answer)
	}
	if code, body := press.get(page); code != http.StatusOK || strings.Contains(body, "<input type=\"file\"") || !strings.Contains(body, string(a.Party)+"-duty") {
		t.Errorf("the page for somebody who may only look: %d", code)
	}
	for path, form := range map[string]url.Values{page + "/pack": {"party": {string(b.Party)}}, stream + "/" + string(b.Party) + "/stream": nil, stream: nil} {
		if code, body := press.post(path, form); code != http.StatusForbidden || strings.HasPrefix(body, "age-") {
			t.Errorf("%s by press: %d", path, code)
		}
		if code, _ := enter(t, a, "nobody-here").post(path, form); code != http.StatusNotFound {
			t.Errorf("%s by a stranger: %d", path, code)
		}
	}
	if code, _ := from.post(stream+"/nobody/stream", nil); code != http.StatusNotFound {
		t.Errorf("to nobody: %d", code)
	}
}
