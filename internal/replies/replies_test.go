package replies

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"entente.example/internal/press"
	"entente.example/refusal"
)

var key = press.Key{Mechanism: "valley", Text: "js-9"}

func open(t *testing.T) (*Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "press.db")
	s, err := Open(t.Context(), Options{Path: path, Now: func() time.Time { return time.Date(2025, 1, 15, 9, 0, 0, 0, time.UTC) }, Rand: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, path
}

func letter(n int, email string) press.Letter {
	return press.Letter{Key: key, Name: "Reader", Email: email, Words: fmt.Sprintf("Words that may be erased, number %d", n), Lang: "en"}
}

// Nothing is public before somebody let it through; a press officer of another mechanism can do nothing; and what is declined, appealed and let through in the end is told apart.
func TestWhatBecomesOfAReply(t *testing.T) {
	s, _ := open(t)
	ctx := t.Context()
	secret, err := s.Submit(ctx, letter(1, "a@example.org"))
	if err != nil {
		t.Fatal(err)
	}
	all, err := s.List(ctx, "valley", Held)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v %v", all, err)
	}
	id := all[0].ID
	waits := func(want int) {
		t.Helper()
		if n, err := s.Waiting(ctx, "valley"); err != nil || n != want {
			t.Errorf("%d replies wait, want %d: %v", n, want, err)
		}
		if n, err := s.Waiting(ctx, "valle"); err != nil || n != 0 {
			t.Errorf("%d replies wait for another mechanism: %v", n, err)
		}
	}
	waits(1)
	shown := func() int {
		p, err := s.Public(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return len(p.Replies[key])
	}
	if shown() != 0 {
		t.Error("a reply is public that nobody looked at")
	}
	if other, err := s.List(ctx, "valle", ""); err != nil || len(other) != 0 {
		t.Errorf("another mechanism sees it: %v %v", other, err)
	}
	for what, err := range map[string]error{"approve": s.Approve(ctx, "other", id, "m"), "decline": s.Decline(ctx, "valle", id, "insult", "m"), "erase": s.Remove(ctx, "other", id)} {
		if refusal.As(err).Key != "press.no_reply" {
			t.Errorf("another mechanism may %s: %v", what, err)
		}
	}
	if err := s.Appeal(ctx, secret, "why?"); err == nil {
		t.Error("an appeal against nothing is taken")
	}
	if err := s.Decline(ctx, "valley", id, "because", "m"); refusal.As(err).Key != "press.bad_reason" {
		t.Errorf("a reason that is none: %v", err)
	}
	if err := s.Decline(ctx, "valley", id, "off_topic", "m"); err != nil {
		t.Fatal(err)
	}
	waits(0)
	if o, err := s.Own(ctx, secret); err != nil || o.State != Declined || o.Reason != "off_topic" {
		t.Errorf("%+v %v", o, err)
	}
	if err := s.Appeal(ctx, secret, "It speaks of paragraph 1."); err != nil {
		t.Error(err)
	}
	if err := s.Appeal(ctx, secret, "And once more."); err == nil {
		t.Error("a second appeal is taken")
	}
	waits(1)
	before := s.Revision()
	if err := s.Approve(ctx, "valley", id, "m"); err != nil || shown() != 1 || s.Revision() == before {
		t.Errorf("let through: %v, %d shown", err, shown())
	}
	waits(0)
	for range maxReports + 20 {
		if err := s.Report(ctx, id, "bad"); err != nil {
			t.Fatal(err)
		}
	}
	waits(1)
	if all, err := s.List(ctx, "valley", Shown); err != nil || len(all[0].Reports) != maxReports {
		t.Errorf("reports have no bound: %v", err)
	}
	if err := s.Erase(ctx, secret); err != nil || shown() != 0 {
		t.Errorf("erased: %v", err)
	}
}

// What waits is bounded, for one writer and in all; the same words twice are one reply: attack 32.
func TestLimits(t *testing.T) {
	s, _ := open(t)
	ctx := t.Context()
	for i := range maxOfWriter {
		if _, err := s.Submit(ctx, letter(i, "a@example.org")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Submit(ctx, letter(99, " A@Example.ORG ")); refusal.As(err).Key != "press.many_waiting" {
		t.Errorf("one writer more: %v", err)
	}
	if _, err := s.Submit(ctx, letter(1, "a@example.org")); refusal.As(err).Key != "press.twice" {
		t.Errorf("twice: %v", err)
	}
	for i := maxOfWriter; i < maxOfText; i++ {
		if _, err := s.Submit(ctx, letter(i, fmt.Sprintf("r%d@example.org", i))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Submit(ctx, letter(9999, "z@example.org")); refusal.As(err).Key != "press.queue_full" {
		t.Errorf("a full queue: %v", err)
	}
}

// No address is in the file, whatever is done; what was erased is not in it either; and others of this machine cannot read it.
func TestNothingStays(t *testing.T) {
	s, path := open(t)
	ctx := t.Context()
	for i := range 3 {
		if _, err := s.Submit(ctx, letter(i, "canary@example.org")); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := s.Forget(ctx, "valley", "Canary@example.org"); err != nil || n != 3 {
		t.Fatalf("%d %v", n, err)
	}
	if _, err := s.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{path, path + "-wal"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, gone := range []string{"canary", "may be erased"} {
			if bytes.Contains(b, []byte(gone)) {
				t.Errorf("%s holds %q", file, gone)
			}
		}
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", file, info.Mode(), err)
		}
	}
}

func TestCoverageIsChecked(t *testing.T) {
	s, _ := open(t)
	for name, c := range map[string]press.Coverage{"no outlet": {Day: "2025-01-15", Headline: "x"}, "no day": {Outlet: "News", Headline: "x"}, "a script": {Outlet: "News", Day: "2025-01-15", Link: "javascript:alert(1)"},
		"a file": {Outlet: "News", Day: "2025-01-15", Link: "file:///etc/passwd"}, "a password": {Outlet: "News", Day: "2025-01-15", Link: "https://a:b@news.example/"}, "nothing": {Outlet: "News", Day: "2025-01-15"}} {
		if _, err := s.Cover(t.Context(), key, c, "m"); refusal.As(err).Key != "press.bad_coverage" {
			t.Errorf("%s: %v", name, err)
		}
	}
	c, err := s.Cover(t.Context(), key, press.Coverage{Outlet: "News", Day: "2025-01-15", Link: "https://news.example/9"}, "m")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Uncover(t.Context(), "other", c.ID); err == nil {
		t.Error("another mechanism takes it back")
	}
	if err := s.Uncover(t.Context(), "valley", c.ID); err != nil {
		t.Error(err)
	}
}

// Replies are counted by state and listed in parts, each once and in the order of the whole list; what was declined waits again unless its writer has appealed.
func TestRepliesInParts(t *testing.T) {
	s, _ := open(t)
	ctx := t.Context()
	var secrets []string
	for n := range 7 {
		secret, err := s.Submit(ctx, letter(n, fmt.Sprintf("%d@example.org", n)))
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, secret)
	}
	all, err := s.List(ctx, "valley", "")
	if err != nil || len(all) != 7 {
		t.Fatalf("%d: %v", len(all), err)
	}
	for _, i := range []int{1, 4} {
		if err := s.Decline(ctx, "valley", all[i].ID, "insult", "m"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Approve(ctx, "valley", all[2].ID, "m"); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Count(ctx, "valley"); err != nil || n[Held] != 4 || n[Shown] != 1 || n[Declined] != 2 {
		t.Errorf("%v: %v", n, err)
	}
	all, _ = s.List(ctx, "valley", "")
	for from := 0; from < 7; from += 3 {
		part, err := s.Part(ctx, "valley", "", from, 3)
		if err != nil || len(part) != min(3, 7-from) {
			t.Fatalf("from %d: %d, %v", from, len(part), err)
		}
		for i, r := range part {
			if r.ID != all[from+i].ID {
				t.Errorf("place %d of the list in parts is another reply", from+i)
			}
		}
	}
	declined, err := s.Part(ctx, "valley", Declined, 1, 3)
	if err != nil || len(declined) != 1 {
		t.Fatalf("%v: %v", declined, err)
	}
	if err := s.Hold(ctx, "valle", declined[0].ID); refusal.As(err).Key != "press.no_reply" {
		t.Errorf("another mechanism may: %v", err)
	}
	if err := s.Hold(ctx, "valley", declined[0].ID); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Count(ctx, "valley"); err != nil || n[Held] != 5 {
		t.Errorf("%v: %v", n, err)
	}
	for _, secret := range secrets {
		if o, err := s.Own(ctx, secret); err == nil && o.State == Declined {
			if err := s.Appeal(ctx, secret, "why?"); err != nil {
				t.Fatal(err)
			}
		}
	}
	appealed, _ := s.List(ctx, "valley", Declined)
	if err := s.Hold(ctx, "valley", appealed[0].ID); refusal.As(err).Key != "press.no_reply" {
		t.Errorf("what its writer has appealed against waits again without an answer: %v", err)
	}
}
