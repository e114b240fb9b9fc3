package subscribers

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente.example/internal/press"
	"entente.example/lang"
	"entente.example/refusal"
)

// book is a store with a clock that the test turns.
type book struct {
	*Store
	t    *testing.T
	path string
	at   time.Time
}

func open(t *testing.T) *book {
	t.Helper()
	b := &book{t: t, path: filepath.Join(t.TempDir(), "subscribers.db"), at: time.Date(2025, 1, 14, 8, 0, 0, 0, time.UTC)}
	b.reopen()
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func (b *book) reopen() {
	b.t.Helper()
	var err error
	if b.Store, err = Open(b.t.Context(), Options{Path: b.path, Now: func() time.Time { return b.at }, Rand: rand.Reader}); err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *book) ask(email, topic string) {
	b.t.Helper()
	b.must(b.Ask(b.t.Context(), press.Wish{Email: email, Lang: "en", Topic: topic}))
}

// due takes every letter whose time has come, and is done with each.
func (b *book) due() (out []Letter) {
	b.t.Helper()
	for {
		l, ok, err := b.Next(b.t.Context())
		b.must(err)
		if !ok {
			return out
		}
		out = append(out, l)
		b.must(b.Done(b.t.Context(), l))
	}
}

// subscribed is the word that ends the letters of a new subscriber.
func (b *book) subscribed(email, topic string) {
	b.t.Helper()
	b.ask(email, topic)
	l := b.due()
	if len(l) != 1 || l[0].Email != email || l[0].Event != "" {
		b.t.Fatalf("%+v", l)
	}
	b.must(b.Confirm(b.t.Context(), l[0].Word))
}

// Whoever asks gets one letter, and nothing else before they confirmed; asking again at once sends none, and is answered alike.
func TestNobodyIsWrittenToWhoHasNotConfirmed(t *testing.T) {
	b := open(t)
	b.ask("reader@example.org", "")
	b.ask("reader@example.org", "")
	b.ask("reader@example.org", "t-law")
	b.must(b.Announce(t.Context(), "valley/js-9", nil))
	if l := b.due(); len(l) != 1 || l[0].Event != "" {
		t.Fatalf("%+v", l)
	}
	if n, err := b.Count(t.Context()); err != nil || n != 0 {
		t.Errorf("%d are counted before they confirmed: %v", n, err)
	}
	b.at = b.at.Add(askAgain + time.Second)
	b.ask("reader@example.org", "")
	l := b.due()
	if len(l) != 1 {
		t.Fatalf("an hour later: %+v", l)
	}
	b.at = b.at.Add(keepAsked)
	if err := b.Confirm(t.Context(), l[0].Word); refusal.As(err).Key != "press.mail_gone" {
		t.Errorf("confirmed after two days: %v", err)
	}
	b.must(b.Close())
	raw, err := os.ReadFile(b.path)
	if err != nil || bytes.Contains(raw, []byte("reader@example")) {
		t.Errorf("an address that was not confirmed is still in the file: %v", err)
	}
	b.reopen()
}

// Where a kind of events begins to be announced, what is there already is told to nobody, whenever the program starts, and what comes later is told.
func TestWhatWasThereWhenTellingBeganIsNoNews(t *testing.T) {
	b := open(t)
	b.subscribed("reader@example.org", "")
	b.must(b.Begin(t.Context(), "/readouts", []string{"/readout a"}))
	b.must(b.Begin(t.Context(), "/readouts", []string{"/readout a", "/readout b"}))
	b.must(b.Close())
	b.reopen()
	b.must(b.Begin(t.Context(), "/readouts", []string{"/readout a", "/readout b"}))
	for _, event := range []string{"/readout a", "/readout b"} {
		b.must(b.Announce(t.Context(), event, nil))
	}
	if l := b.due(); len(l) != 1 || l[0].Event != "/readout b" {
		t.Fatalf("%+v", l)
	}
}

// Each text is announced once to each who wants it: by topic or all, not what was public before, and not again after a crash.
func TestEachTextOnce(t *testing.T) {
	b := open(t)
	b.must(b.Announce(t.Context(), "valley/old", nil))
	b.subscribed("all@example.org", "")
	b.subscribed("law@example.org", "t-law")
	b.subscribed("other@example.org", "t-other")
	topics := map[string]lang.Text{"t-law": {"en": "Law"}}
	for range 2 {
		b.must(b.Announce(t.Context(), "valley/old", nil))
		b.must(b.Announce(t.Context(), "valley/js-9", topics))
		b.must(b.Announce(t.Context(), "valley/js-9 Corr.1", topics))
		b.must(b.Close())
		b.reopen()
	}
	got := map[string]int{}
	for _, l := range b.due() {
		got[l.Email+" "+l.Event]++
	}
	if len(got) != 4 || got["all@example.org valley/js-9"] != 1 || got["law@example.org valley/js-9"] != 1 || got["law@example.org valley/js-9 Corr.1"] != 1 {
		t.Errorf("%v", got)
	}
	if n, err := b.Count(t.Context()); err != nil || n != 3 {
		t.Errorf("%d %v", n, err)
	}
}

// What could not be sent comes again later and later, then never; what was taken and not done with comes again.
func TestLettersThatFail(t *testing.T) {
	b := open(t)
	b.subscribed("reader@example.org", "")
	b.must(b.Announce(t.Context(), "valley/js-9", nil))
	if _, ok, err := b.Next(t.Context()); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, ok, err := b.Next(t.Context()); err != nil || ok {
		t.Fatalf("a letter is taken twice at once: %v", err)
	}
	b.at = b.at.Add(lease + time.Second) // whoever took it fell over
	tries := 0
	for range 1000 {
		l, ok, err := b.Next(t.Context())
		b.must(err)
		if ok {
			tries++
			b.must(b.Failed(t.Context(), l))
		}
		b.at = b.at.Add(time.Minute)
	}
	if tries != maxTries {
		t.Errorf("tried %d times, want %d", tries, maxTries)
	}
}

// A letter's link ends what it belongs to and nothing else, as often as it is followed; a word of one purpose is good for no other, and one that was changed for none.
func TestEndings(t *testing.T) {
	b := open(t)
	b.subscribed("a@example.org", "")
	b.subscribed("b@example.org", "")
	b.must(b.Announce(t.Context(), "valley/js-9", nil))
	letters := b.due()
	if len(letters) != 2 {
		t.Fatalf("%+v", letters)
	}
	word := letters[0].Word
	other := []byte(word)
	other[0] ^= 1
	for _, bad := range []string{"", "x", string(other), word + "A", strings.Repeat("A", len(word))} {
		if err := b.End(t.Context(), bad); refusal.As(err).Kind != refusal.Missing {
			t.Errorf("%q ends something: %v", bad, err)
		}
	}
	if err := b.Confirm(t.Context(), word); refusal.As(err).Kind != refusal.Missing {
		t.Errorf("the word that ends confirms: %v", err)
	}
	b.must(b.End(t.Context(), word))
	b.must(b.End(t.Context(), word))
	if n, err := b.Count(t.Context()); err != nil || n != 1 {
		t.Errorf("%d are left: %v", n, err)
	}
	b.must(b.Announce(t.Context(), "valley/next", nil))
	if l := b.due(); len(l) != 1 || l[0].Email == letters[0].Email {
		t.Errorf("%+v", l)
	}
	if n, err := b.Forget(t.Context(), letters[1].Email); err != nil || n != 1 {
		t.Errorf("%d %v", n, err)
	}
	b.must(b.Close())
	for _, name := range []string{b.path, b.path + "-wal"} {
		if raw, err := os.ReadFile(name); err == nil && bytes.Contains(raw, []byte("@example.org")) {
			t.Errorf("%s still has an address", name)
		}
	}
	b.reopen()
}

// No more than a number may wait to confirm: what is asked beyond it is refused in words.
func TestFloodOfAddresses(t *testing.T) {
	b := open(t)
	ctx := context.WithoutCancel(t.Context())
	_, err := b.db.ExecContext(ctx, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO subscriber (id, address, lang, topic, asked) SELECT CAST(i AS BLOB), i || '@example.org', 'en', '', 1736841600 FROM n")
	b.must(err)
	if err := b.Ask(ctx, press.Wish{Email: "one.more@example.org", Lang: "en"}); refusal.As(err).Key != "press.mail_full" {
		t.Errorf("%v", err)
	}
	b.at = b.at.Add(keepAsked + time.Hour)
	b.ask("one.more@example.org", "")
}
