package premises_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/chancery"
	"entente.example/internal/config"
	"entente.example/internal/demo"
	"entente.example/internal/premises"
	"entente.example/internal/text"
	"entente.example/internal/worked"
	"entente.example/lang"
	"entente.example/refusal"
)

// Whoever is asked to let a colleague's act leave reads on its page, in words, exactly what will be written, and then it leaves, or does not; its author cannot be the second, and takes it back.
func TestAnActWaitsOnAPage(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	script, err := ex.Script()
	if err != nil {
		t.Fatal(err)
	}
	dir, stage := t.TempDir(), (*demo.Stage)(nil)
	set := func(mech string) {
		t.Helper()
		ctx, cancel := context.WithCancel(context.Background())
		t.Cleanup(cancel)
		if stage, err = demo.Set(ctx, dir, ex, slog.New(slog.DiscardHandler), premises.Serve); err != nil {
			t.Fatal(err)
		}
		stage.Mech = mech
	}
	set("")
	if _, err := stage.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	play(t, stage, script[:5]...)
	if err := stage.Close(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(stage.Actors[0].Dir, chancery.ConfigFile)
	cfg, err := config.Load(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Consent = config.Consent{"text.propose": {"head"}, "text.accept": {"head"}}
	b, err := cfg.Format()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	set(stage.Mech)
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
	})
	us := stage.Actors[0]
	author, head := string(us.Party)+"-draft", string(us.Party)+"-hod"
	matter := "text/" + ex.TextID()
	held := func(body entry.Body) string {
		t.Helper()
		_, err := us.Act(t.Context(), stage.Mech, author, matter, body)
		if err == nil || refusal.As(err).Key != chancery.HeldKey {
			t.Fatalf("it left: %v", err)
		}
		return refusal.As(err).Params["id"]
	}
	words := lang.Text{}
	for _, tag := range ex.Mechanism.Languages {
		words[tag] = "planted wording " + string(tag)
	}
	id := held(text.Propose{Paragraph: "4", Label: "4 bis", Text: words, Note: "planted note"})
	page := "/m/" + ex.Mechanism.ID + "/ours/acts/" + id
	writer, second := enter(t, us, author), enter(t, us, head)
	for who, p := range map[string]*person{author: writer, head: second} {
		code, body := p.get(page)
		if code != http.StatusOK || !strings.Contains(body, "planted note") || strings.Count(body, "planted wording") < len(words) {
			t.Errorf("%s does not read what waits: %d\n%s", who, code, body)
		}
		if may := strings.Contains(body, `value="consent"`); may != (p == second) {
			t.Errorf("%s is asked to consent: %v", who, may)
		}
	}
	onTheRecord := func() (n int) {
		t.Helper()
		x, err := us.Text(t.Context(), stage.Mech, ex.TextID())
		if err != nil {
			t.Fatal(err)
		}
		return len(x.State.Para("4").Wordings)
	}
	before := onTheRecord()
	for _, x := range []struct {
		who  *person
		code int
		form url.Values
	}{
		{writer, http.StatusForbidden, url.Values{"do": {"consent"}}}, {second, http.StatusBadRequest, url.Values{"do": {"refuse"}}}, {enter(t, us, string(us.Party)+"-sec"), http.StatusForbidden, url.Values{"do": {"consent"}}},
		{second, http.StatusForbidden, url.Values{"do": {"take"}}},
	} {
		if code, body := x.who.post(page, x.form); code != x.code {
			t.Errorf("%v: %d, want %d\n%s", x.form, code, x.code, body)
		}
	}
	if onTheRecord() != before {
		t.Fatal("it left before anybody consented")
	}
	if code, body := second.post(page, url.Values{"do": {"consent"}}); code != http.StatusOK || strings.Contains(body, `value="consent"`) {
		t.Errorf("consent: %d\n%s", code, body)
	}
	if onTheRecord() != before+1 {
		t.Fatal("nothing left although a second member consented")
	}

	// an agreement names wordings by ids: whoever is to consent reads what these say
	x, err := us.Text(t.Context(), stage.Mech, ex.TextID())
	if err != nil {
		t.Fatal(err)
	}
	ours := x.State.Para("4").Wordings[before]
	for _, way := range []struct {
		who  *person
		form url.Values
	}{{second, url.Values{"do": {"refuse"}, "words": {"planted reason"}}}, {writer, url.Values{"do": {"take"}}}} {
		page := "/m/" + ex.Mechanism.ID + "/ours/acts/" + held(text.Accept{Items: []text.Item{{Paragraph: "4", Wording: ours.ID}}})
		if _, body := second.get(page); strings.Count(body, "planted wording") < len(words) {
			t.Errorf("the words of a wording that is named by its id are not there:\n%s", body)
		}
		if code, body := way.who.post(page, way.form); code != http.StatusOK || strings.Contains(body, `value="consent"`) || way.form.Has("words") != strings.Contains(body, "planted reason") {
			t.Errorf("%v: %d\n%s", way.form, code, body)
		}
	}
}
