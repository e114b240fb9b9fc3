package premises_test

import (
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/worked"
)

// Every field of everything that our side can write for itself is planted with a word, by the forms; then everything that a counterpart, or the public, could ever see is searched for it: their whole disk, our press
// room, our record and whatever of it can be taken away. Only one file of ours holds it, and the backup of that.
func TestOursNeverLeaves(t *testing.T) {
	ex, stage, script := invented(t)
	play(t, stage, script[:5]...)
	us, them := stage.Actors[0], stage.Actors[1]
	sec, hod := string(us.Party)+"-sec", string(us.Party)+"-hod"
	desk, matter := "/m/"+ex.Mechanism.ID+"/ours", "text/"+ex.TextID()
	p := enter(t, us, sec)
	fill := func(path string, fields ...string) {
		t.Helper()
		form := url.Values{}
		for i := 0; i < len(fields); i += 2 {
			form.Set(fields[i], fields[i+1])
		}
		if code, body := p.post(path, form); code != http.StatusOK {
			t.Fatalf("%v: %d\n%s", fields, code, body)
		}
	}
	for _, kind := range []string{"instruction", "brief", "fallback", "minutes", "translation", "comment"} {
		fill(desk, "do", "note", "kind", kind, "matter", matter, "place", "4", "words", "planted "+kind, "office", "planted office")
	}
	fill(desk, "do", "note", "kind", "comment", "matter", "charter", "place", "planted-place", "words", "planted elsewhere")
	if code, body := p.post(desk, url.Values{"do": {"note"}, "kind": {"comment"}, "matter": {matter}, "place": {"no-such"}, "words": {"where nobody finds it"}}); code != http.StatusNotFound || !strings.Contains(body, "where nobody finds it</textarea>") {
		t.Errorf("a note on a paragraph that there is not: %d", code)
	}
	fill(desk, "do", "amend", "id", "note-1", "words", "planted amendment")
	fill(desk, "do", "task", "words", "planted task", "for", sec, "due", "2030-01-02", "matter", matter)
	fill(desk, "do", "circulate", "title", "planted title", "matter", matter, "place", "4", "words", "planted draft", "offices", "planted unit: "+sec+", "+hod)
	meeting := plantAnswer(t, us.Chancery, ex.Mechanism.ID, sec)
	_, body := p.get(desk)
	round := regexp.MustCompile(`clearances/(clearance-\d+)`).FindStringSubmatch(body)
	if round == nil {
		t.Fatal("the draft goes round nowhere")
	}
	rounds := desk + "/clearances/" + round[1]
	fill(rounds, "do", "answer", "office", "planted unit", "verdict", "objects", "draft", "1", "words", "planted objection")
	fill(rounds, "do", "revise", "words", "planted second draft")
	seen := map[string]int{}
	for _, path := range []string{"/", desk, rounds, "/m/" + ex.Mechanism.ID + "/meetings/" + meeting, "/m/" + ex.Mechanism.ID + "/texts/" + ex.TextID()} {
		_, body := p.get(path)
		seen[path] = strings.Count(body, "planted")
		if seen[path] == 0 {
			t.Errorf("%s does not show our own people what is theirs", path)
		}
	}
	if code, body := enter(t, us, "nobody-here").get(desk); code != http.StatusNotFound || strings.Contains(body, "planted") {
		t.Errorf("who has no mandate: %d", code)
	}

	// the record goes on, and reaches them
	play(t, stage, script[5:7]...)
	for _, a := range stage.Actors[1:] {
		if found := holding(t, a.Dir); len(found) > 0 {
			t.Errorf("%s holds it: %q", a.Party, found)
		}
	}
	reader := enter(t, them, string(them.Party)+"-sec")
	for _, path := range []string{"/", "/m/" + ex.Mechanism.ID, "/m/" + ex.Mechanism.ID + "/ours", "/m/" + ex.Mechanism.ID + "/texts/" + ex.TextID(), "/m/" + ex.Mechanism.ID + "/record", "/m/" + ex.Mechanism.ID + "/search?in=record&q=planted"} {
		if _, body := reader.get(path); strings.Contains(strings.ReplaceAll(body, `value="planted"`, ""), "planted ") {
			t.Errorf("their %s shows it", path)
		}
	}
	leavesNoTrace(t, us.Chancery, ex, us.PressURL())
	for _, path := range holding(t, us.Dir) {
		if !strings.HasPrefix(filepath.Base(path), chancery.OursFile) {
			t.Errorf("it lies in %s", path)
		}
	}
	backup := filepath.Join(t.TempDir(), "backup")
	if _, err := us.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	if found := holding(t, backup); len(found) != 1 || filepath.Base(found[0]) != chancery.OursFile {
		t.Errorf("in the backup it lies in %q", found)
	}
}

// plantAnswer has somebody asked to a meeting by mail, and answer, with planted words wherever there can be any. It returns the meeting.
func plantAnswer(t *testing.T, c *chancery.Chancery, ref, member string) string {
	t.Helper()
	ctx := t.Context()
	mech, err := c.Mechanism(ctx, ref)
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Calendar(ctx, mech, "en")
	if err != nil {
		t.Fatal(err)
	}
	uid := regexp.MustCompile(`UID:(meeting-(\w+)-(\d+)@\S+)`).FindSubmatch(b)
	if uid == nil {
		t.Fatalf("no meeting in %s", b)
	}
	if err := c.Ask(ctx, mech, member, "meeting/"+string(uid[2])+"/"+string(uid[3]), []string{"planted guest <planted.guest@example.org>"}); err != nil {
		t.Fatal(err)
	}
	answer := "From: planted.office@example.org\nContent-Type: text/calendar\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:" + string(uid[1]) +
		"\nDTSTAMP:20250114T080000Z\nCOMMENT:planted comment\nATTENDEE;CN=planted guest;PARTSTAT=TENTATIVE:mailto:planted.guest@example.org\nEND:VEVENT\nEND:VCALENDAR\n"
	came, err := c.Replies(ctx, mech, member, []byte(answer))
	if err != nil || len(came) != 1 || !came[0].Kept || !came[0].Old || came[0].Unasked || came[0].Sender == "" {
		t.Fatalf("%+v, %v", came, err)
	}
	return string(uid[2]) + "." + string(uid[3])
}

// leavesNoTrace takes away from our node whatever can be taken, and reads our press room.
func leavesNoTrace(t *testing.T, c *chancery.Chancery, ex *worked.Example, site string) {
	t.Helper()
	ctx := t.Context()
	mech, err := c.Mechanism(ctx, ex.Mechanism.ID)
	if err != nil {
		t.Fatal(err)
	}
	taken := map[string][]byte{}
	keep := func(name string, b []byte, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		taken[name] = b
	}
	b, err := c.Calendar(ctx, mech, "en")
	keep("calendar", b, err)
	for _, path := range []string{"/en/", "/en/feed.atom", "/en/feed.json", "/en/on-record/"} {
		r, err := (&http.Client{Timeout: time.Minute}).Get(site + path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r.Body)
		_ = r.Body.Close()
		keep(path, b, err)
	}
	entries, err := c.Log(ctx, mech, chancery.LogQuery{})
	if err != nil || len(entries) < 10 {
		t.Fatalf("%d entries: this test looks at nothing: %v", len(entries), err)
	}
	for _, e := range entries {
		keep(e.ID, []byte(e.Matter+string(e.Body)), nil)
	}
	for name, b := range taken {
		if strings.Contains(string(b), "planted") {
			t.Errorf("%s holds it", name)
		}
	}
}
