package premises_test

import (
	"context"
	"encoding/csv"
	"errors"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/demo"
	"entente.example/internal/premises"
	"entente.example/internal/view"
	"entente.example/internal/worked"
)

// person is a member's browser on one node.
type person struct {
	t    *testing.T
	http *http.Client
	site string
}

func enter(t *testing.T, a *demo.Actor, member string) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	link, err := a.SignInLink(t.Context(), member)
	if err != nil {
		t.Fatal(err)
	}
	p := &person{t: t, http: &http.Client{Jar: jar}, site: a.SiteURL()}
	if code, body := p.post(strings.TrimPrefix(link, p.site), nil); code != http.StatusOK {
		t.Fatalf("%s signs in: %d\n%s", member, code, body)
	}
	return p
}

func (p *person) get(path string) (int, string) {
	p.t.Helper()
	r, err := p.http.Get(p.site + path)
	return p.read(r, err)
}

func (p *person) post(path string, form url.Values) (int, string) {
	p.t.Helper()
	r, err := p.http.PostForm(p.site+path, form)
	return p.read(r, err)
}

func (p *person) read(r *http.Response, err error) (int, string) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// real are names that must not be seen in the invented profile. The names of the languages are no such names.
var real = regexp.MustCompile(`(?i)China|Chinese side|Japan\b|Japanese side|日方|中方|日本側|中国側|中日|日中|自民|公明|共产党|共産党|Beijing|Tokyo|北京|東京|东京|RPEM|Komeito|\bCPC\b|\bLDP\b|Fukushima|福岛|福島`)

// Scenario a25: every page of the invented profile, in three languages, in the middle and at the end, shows no real name, no message key and nothing to a stranger.
func TestA25NoRealNameOnAnyPage(t *testing.T) {
	ex, stage, script := invented(t)
	for _, step := range script {
		play(t, stage, step)
		if step.Seq == 12 {
			readAll(t, stage.Actors[1], ex)
			actOnAPage(t, stage, ex)
		}
	}
	for _, a := range stage.Actors {
		readAll(t, a, ex)
		readPress(t, a, ex)
		weigh(t, a, ex)
	}
}

// readPress looks at the public site, on which the statement stands by now.
func readPress(t *testing.T, a *demo.Actor, ex *worked.Example) {
	for _, tag := range []string{"en", "zh-Hans", "ja"} {
		for _, path := range []string{"", ex.Mechanism.ID + "/" + ex.TextID() + "/", ex.Mechanism.ID + "/" + ex.TextID() + "/beside/", "feed.atom", "feed.json", "on-record/"} {
			r, err := http.Get(a.PressURL() + "/" + tag + "/" + path)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(r.Body)
			if err := errors.Join(err, r.Body.Close()); err != nil || r.StatusCode != http.StatusOK {
				t.Errorf("press room, %s in %s: %d %v", path, tag, r.StatusCode, err)
			}
			if found := real.FindString(html.UnescapeString(string(b))); found != "" || strings.Contains(string(b), "⟨") {
				t.Errorf("press room, %s in %s shows %q", path, tag, found)
			}
		}
	}
}

// play lets steps of the example happen, and waits until they are everywhere.
func play(t *testing.T, stage *demo.Stage, steps ...worked.Step) {
	t.Helper()
	for _, step := range steps {
		if err := stage.Do(t.Context(), step); err != nil {
			t.Fatal(err)
		}
		if err := stage.Expect(t.Context(), step); err != nil {
			t.Fatal(err)
		}
	}
}

// invented is the example of the invented profile, founded on three nodes, with what happens in it.
func invented(t *testing.T) (*worked.Example, *demo.Stage, []worked.Step) {
	t.Helper()
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	script, err := ex.Script()
	if err != nil {
		t.Fatal(err)
	}
	return ex, serve(t, ex), script
}

// serve founds the mechanism on three nodes with their faces.
func serve(t *testing.T, ex *worked.Example) *demo.Stage {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	stage, err := demo.Set(ctx, t.TempDir(), ex, slog.New(slog.DiscardHandler), premises.Serve)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stage.Close(); err != nil {
			t.Error(err)
		}
		cancel()
	})
	if _, err := stage.Found(ctx); err != nil {
		t.Fatal(err)
	}
	return stage
}

// subscribe reads the calendar by its secret address, without signing in.
func subscribe(t *testing.T, p *person, ex *worked.Example) {
	t.Helper()
	_, body := p.post("/m/"+ex.Mechanism.ID+"/calendar", url.Values{"do": {"make"}})
	address := regexp.MustCompile(`/calendar/[A-Za-z0-9_-]{43}/` + ex.Mechanism.ID + `\.ics`).FindString(body)
	program := &person{t: t, http: &http.Client{}, site: p.site}
	if code, file := program.get(address); code != http.StatusOK || !strings.HasPrefix(file, "BEGIN:VCALENDAR\r\n") || !strings.Contains(file, "DTSTART;VALUE=DATE:2025") {
		t.Errorf("the calendar at %q: %d\n%s", address, code, file)
	}
}

func readAll(t *testing.T, a *demo.Actor, ex *worked.Example) {
	party := string(a.Party)
	p := enter(t, a, party+"-hod")
	pages := []string{"/", "/sessions", "/m/" + ex.Mechanism.ID, "/m/" + ex.Mechanism.ID + "/charter", "/m/" + ex.Mechanism.ID + "/texts/" + ex.TextID(), "/m/" + ex.Mechanism.ID + "/record", "/m/" + ex.Mechanism.ID + "/pouch", "/m/" + ex.Mechanism.ID + "/press", "/m/" + ex.Mechanism.ID + "/record/" + party + "-1",
		"/m/" + ex.Mechanism.ID + "/ours", "/m/" + ex.Mechanism.ID + "/trace?matter=text/" + ex.TextID(), "/m/" + ex.Mechanism.ID + "/meetings", "/m/" + ex.Mechanism.ID + "/meetings/main.10", "/m/" + ex.Mechanism.ID + "/glossary", "/m/" + ex.Mechanism.ID + "/search?in=record&q=%E4%BC%9A", "/m/" + ex.Mechanism.ID + "/search?q=%E4%BC%9A"}
	for _, tag := range []string{"en", "zh-Hans", "ja"} {
		if code, _ := p.post("/language", url.Values{"to": {tag}, "from": {"/"}}); code != http.StatusOK {
			t.Fatalf("choosing %s: %d", tag, code)
		}
		for _, path := range pages {
			code, body := p.get(path)
			if code != http.StatusOK || !strings.Contains(body, `<html lang="`+tag+`">`) {
				t.Errorf("%s in %s: %d", path, tag, code)
			}
			if at := strings.Index(body, "⟨"); at >= 0 {
				t.Errorf("%s in %s says %s", path, tag, body[at:min(at+60, len(body))])
			}
			if found := real.FindString(html.UnescapeString(body)); found != "" {
				t.Errorf("%s in %s shows %q", path, tag, found)
			}
		}
	}
	readTables(t, p, ex)
	subscribe(t, p, ex)
	stranger := enter(t, a, "nobody-here")
	for _, path := range append(pages[2:], "/m/"+ex.Mechanism.ID+"/lists/awaiting.csv", "/m/"+ex.Mechanism.ID+"/lists/our-notes.csv", "/m/"+ex.Mechanism.ID+"/lists/non-papers.csv", "/m/"+ex.Mechanism.ID+"/lists/record.csv") {
		if code, body := stranger.get(path); code != http.StatusNotFound || strings.Contains(body, "Valley") {
			t.Errorf("%s for somebody without a mandate: %d", path, code)
		}
	}
}

// readTables takes every list as a table: one heading for each column, no cell a formula, ids as on the pages, and a heading that the reader understands.
func readTables(t *testing.T, p *person, ex *worked.Example) {
	for _, name := range view.ListNames() {
		path := "/m/" + ex.Mechanism.ID + "/lists/" + name + ".csv"
		heads := map[string]bool{}
		for _, tag := range []string{"en", "zh-Hans", "ja"} {
			p.post("/language", url.Values{"to": {tag}, "from": {"/"}})
			code, body := p.get(path)
			rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
			if code != http.StatusOK || err != nil || !strings.HasPrefix(body, "\ufeff") {
				t.Errorf("%s in %s: %d %v", path, tag, code, err)
				continue
			}
			if found := real.FindString(body); found != "" || strings.Contains(body, "⟨") {
				t.Errorf("%s in %s shows %q", path, tag, found)
			}
			if len(rows) > 0 {
				heads[rows[0][0]] = true
			}
			if name == view.ListRecord {
				wholeRecord(t, rows)
			}
			if name == view.ListTexts && (len(rows) < 2 || !slices.Contains(rows[1], ex.TextID())) {
				t.Errorf("%s in %s does not name %s: %q", path, tag, ex.TextID(), rows)
			}
		}
		if len(heads) > 0 && len(heads) < 2 && !heads["ID"] {
			t.Errorf("%s is headed %v in every language", path, heads)
		}
	}
}

// wholeRecord is every entry once: the parties' first ones, beyond the first page, too.
func wholeRecord(t *testing.T, rows [][]string) {
	t.Helper()
	seen := map[string]bool{}
	first := 0
	for _, r := range rows {
		if seen[r[0]] {
			t.Errorf("%s is there twice", r[0])
		}
		seen[r[0]] = true
		if strings.HasSuffix(r[0], "-1") {
			first++
		}
	}
	if first != 3 {
		t.Errorf("%d of three logs are there from their beginning, in %d lines", first, len(rows))
	}
}

var wordingField = regexp.MustCompile(`name="paragraph" value="4"><input type="hidden" name="wording" value="([^"]+)"`)

// What one side does on its page is seen on the other side's page.
func actOnAPage(t *testing.T, stage *demo.Stage, ex *worked.Example) {
	table := "/m/" + ex.Mechanism.ID + "/texts/" + ex.TextID()
	drafter := enter(t, stage.Actors[1], string(stage.Actors[1].Party)+"-draft")
	reader := enter(t, stage.Actors[0], string(stage.Actors[0].Party)+"-sec")
	_, body := drafter.get(table)
	m := wordingField.FindStringSubmatch(body)
	if m == nil {
		t.Fatal("the drafter's page offers nothing for paragraph 4")
	}
	_, before := reader.get(table)
	code, body := drafter.post(table+"/acts", url.Values{"act": {"accept"}, "paragraph": {"4"}, "wording": {m[1]}})
	if code != http.StatusOK || !strings.Contains(body, `class="banner done"`) {
		t.Fatalf("agreeing on the page: %d", code)
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		_, now := reader.get(table)
		if strings.Count(now, "stand-ad_ref") == strings.Count(before, "stand-ad_ref")+1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the other side does not see it")
		}
	}
	if code, body := drafter.post(table+"/acts", url.Values{"act": {"confirm"}, "paragraph": {"4"}, "wording": {m[1]}}); code != http.StatusForbidden || !strings.Contains(body, `role="alert"`) {
		t.Errorf("a drafter confirms: %d", code)
	}
}
