package premises_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/aside"
	"entente.example/internal/demo"
	"entente.example/internal/durable/durabletest"
	"entente.example/internal/premises"
	"entente.example/internal/worked"
)

// A non-paper goes from one side's page to the other's, over the line; only who confers for a party may see it; and it is on no page of the record, in no backup and no export.
func TestNonPapers(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	stage := serve(t, ex)
	a, b := stage.Actors[0], stage.Actors[1]
	page := "/m/" + ex.Mechanism.ID + "/non-papers"
	writer, reader := enter(t, a, string(a.Party)+"-hod"), enter(t, b, string(b.Party)+"-hod")
	if code, _ := enter(t, b, string(b.Party)+"-draft").get(page); code != http.StatusForbidden {
		t.Errorf("a drafter reads them: %d", code)
	}
	form := url.Values{"to": {string(b.Party)}, "hours": {"24"}, "text": {"planted between us"}}
	if code, body := writer.post(page, form); code != http.StatusOK || !strings.Contains(body, "planted between us") {
		t.Fatalf("sending: %d\n%s", code, body)
	}
	waitFor(t, reader, page, "planted between us")
	soundedOut(t, ex.Mechanism.ID, writer, reader, enter(t, b, string(b.Party)+"-draft"), b)
	reachedByNobodyElse(t, ex.Mechanism.ID, enter(t, b, string(b.Party)+"-draft"), reader)
	if _, body := reader.get("/m/" + ex.Mechanism.ID + "/record"); strings.Contains(body, "planted") {
		t.Error("it stands in the record")
	}
	backup := filepath.Join(t.TempDir(), "backup")
	if _, err := b.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, backup); len(found) > 0 {
		t.Errorf("it is in the backup: %q", found)
	}
	for _, path := range holding(t, b.Dir) {
		if filepath.Base(filepath.Dir(path)) != premises.AsideDir {
			t.Errorf("it lies in %s", path)
		}
	}
	if len(holding(t, filepath.Join(b.Dir, premises.AsideDir))) != 1 {
		t.Error("this test finds nothing even where something lies")
	}
	_, body := reader.get(page)
	_, rest, _ := strings.Cut(body, page+"/")
	id, _, _ := strings.Cut(rest, "/drop")
	if code, body := reader.post(page+"/"+id+"/drop", nil); code != http.StatusOK || strings.Contains(body, "planted") {
		t.Errorf("dropping %s: %d", id, code)
	}
	if found := holding(t, b.Dir); len(found) > 0 {
		t.Errorf("it still lies in %q", found)
	}
}

// waitFor gets a page until it says something.
func waitFor(t *testing.T, p *person, path, what string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		_, body := p.get(path)
		if strings.Contains(body, what) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s never says %q:\n%s", path, what, body)
		}
	}
}

// soundedOut asks for a reaction to a paper and gives one. It awaits those who handle papers off the record, on their pages; nobody else, no pack and no backup has anything of it; and it goes with its paper.
func soundedOut(t *testing.T, mech string, writer, reader, drafter *person, b *demo.Actor) {
	t.Helper()
	page, papers := "/m/"+mech+"/non-papers", "/api/v1/mechanisms/"+mech+"/non-papers"
	list := func(p *person) (all []aside.Paper) {
		_, body := p.get(papers)
		if err := json.Unmarshal([]byte(body), &all); err != nil {
			t.Fatal(err)
		}
		return all
	}
	by := list(writer)[0].Gone.UTC().Format("2006-01-02")
	if code, body := writer.post(page, url.Values{"to": {string(b.Party)}, "hours": {"24"}, "text": {"planted sounding"}, "by": {by}}); code != http.StatusOK || !strings.Contains(body, "planted sounding") {
		t.Fatalf("sounding out: %d\n%s", code, body)
	}
	const awaits = "反応を求めています" // this side reads Japanese
	waitFor(t, reader, "/m/"+mech, awaits)
	waitFor(t, reader, "/", awaits)
	for _, path := range []string{"/", "/m/" + mech, "/m/" + mech + "/lists/awaiting.csv", "/m/" + mech + "/ours/handover/handover.md"} {
		if _, body := drafter.get(path); strings.Contains(body, awaits) {
			t.Errorf("a drafter is told of it at %s", path)
		}
	}
	if _, body := reader.get("/m/" + mech + "/ours/handover/handover.md"); strings.Contains(body, awaits) {
		t.Error("a successor's pack says that there is one")
	}
	i := slices.IndexFunc(list(reader), func(p aside.Paper) bool { return p.Sounding != nil })
	if i < 0 {
		t.Fatal("the API has no sounding")
	}
	id := list(reader)[i].ID
	for _, act := range []string{"react", "withdraw"} {
		if code, _ := drafter.post(page+"/"+id+"/"+act, url.Values{"reaction": {"welcome"}}); code != http.StatusForbidden {
			t.Errorf("a drafter does %s: %d", act, code)
		}
	}
	for _, path := range []string{page, papers} {
		if code, body := drafter.get(path + "/" + id + "/draft"); code != http.StatusForbidden || strings.Contains(body, "planted") {
			t.Errorf("a drafter makes a draft of it by %s: %d", path, code)
		}
	}
	if code, body := reader.post(page+"/"+id+"/react", url.Values{"reaction": {"changes"}, "words": {"planted reaction"}}); code != http.StatusOK || !strings.Contains(body, "planted reaction") {
		t.Fatalf("reacting: %d\n%s", code, body)
	}
	waitFor(t, writer, page, "planted reaction")
	if _, body := reader.get("/m/" + mech); strings.Contains(body, awaits) {
		t.Error("what was answered still awaits")
	}
	if code, body := writer.get(page + "/" + id + "/draft"); code != http.StatusOK || !strings.Contains(body, "## 1") || !strings.Contains(body, "planted sounding") {
		t.Errorf("as a draft: %d\n%s", code, body)
	}
	backup := filepath.Join(t.TempDir(), "backup")
	if _, err := b.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, backup); len(found) > 0 {
		t.Errorf("it is in the backup: %q", found)
	}
	if code, body := reader.post(page+"/"+id+"/drop", nil); code != http.StatusOK || strings.Contains(body, "planted reaction") {
		t.Errorf("dropping it: %d", code)
	}
	for _, path := range holding(t, b.Dir) {
		if strings.Contains(path, id) {
			t.Errorf("%s still holds it", path)
		}
	}
}

// reachedByNobodyElse asks for a non-paper by every road that leads to papers: a page and the API. No list has them. Whoever may handle them gets it by some, or this asks for nothing.
func reachedByNobodyElse(t *testing.T, mech string, drafter, reader *person) {
	t.Helper()
	page, api := "/m/"+mech+"/non-papers", "/api/v1/mechanisms/"+mech
	_, body := reader.get(page)
	_, rest, _ := strings.Cut(body, page+"/")
	id, _, _ := strings.Cut(rest, "/drop")
	closed := []string{page, api + "/non-papers", api + "/non-papers/" + id}
	got := 0
	for _, path := range closed {
		if code, body := drafter.get(path); code != http.StatusForbidden || strings.Contains(body, "planted") || strings.Contains(body, id) {
			t.Errorf("a drafter gets %s: %d", path, code)
		}
		if code, body := reader.get(path); code == http.StatusOK && (strings.Contains(body, "planted") || strings.Contains(body, id)) {
			got++
		}
	}
	if got != len(closed) {
		t.Errorf("whoever handles them gets them by %d of %d roads", got, len(closed))
	}
	for _, path := range []string{"/m/" + mech + "/lists/non-papers.csv", api + "/lists/non-papers"} { // a table would outlive them
		if code, body := reader.get(path); code != http.StatusNotFound || strings.Contains(body, "planted") {
			t.Errorf("%s takes them away: %d", path, code)
		}
	}
	for _, path := range []string{"/", "/m/" + mech, "/m/" + mech + "/ours", "/m/" + mech + "/search?q=planted", "/m/" + mech + "/ours/handover/handover.md", api + "/ours/handover", api + "/search?q=planted"} {
		for who, p := range map[string]*person{"a drafter": drafter, "whoever handles them": reader} {
			if _, body := p.get(path); strings.Contains(body, "planted between") {
				t.Errorf("%s finds it at %s", who, path)
			}
		}
	}
	for _, path := range []string{page + "/" + id + "/drop", page} {
		if code, body := drafter.post(path, url.Values{"to": {"cedar"}, "hours": {"1"}, "text": {"x"}}); code != http.StatusForbidden || strings.Contains(body, "planted") {
			t.Errorf("a drafter posts to %s: %d", path, code)
		}
	}
}

// holding lists the files below a directory that hold the planted word.
func holding(t *testing.T, dir string) []string {
	t.Helper()
	found, _, err := durabletest.Holding(dir, []byte("planted"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}
