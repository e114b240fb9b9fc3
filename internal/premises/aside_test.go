package premises_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

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
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, body := reader.get(page); strings.Contains(body, "planted between us") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it does not arrive")
		}
	}
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

// reachedByNobodyElse asks for a non-paper by every road that leads to papers or lists: a page, a table, and the API. Whoever may handle them gets it by some, or this asks for nothing.
func reachedByNobodyElse(t *testing.T, mech string, drafter, reader *person) {
	t.Helper()
	page, api := "/m/"+mech+"/non-papers", "/api/v1/mechanisms/"+mech
	_, body := reader.get(page)
	_, rest, _ := strings.Cut(body, page+"/")
	id, _, _ := strings.Cut(rest, "/drop")
	closed := []string{page, "/m/" + mech + "/lists/non-papers.csv", api + "/lists/non-papers", api + "/non-papers", api + "/non-papers/" + id}
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
func holding(t *testing.T, dir string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if strings.Contains(string(b), "planted") {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
