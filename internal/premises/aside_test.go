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
