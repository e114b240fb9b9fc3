package staff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"entente.example/refusal"
)

// seeded is chance from a seed that several may draw at once, as from the machine's own.
type seeded struct {
	mu   sync.Mutex
	from *rand.ChaCha8
}

func (s *seeded) Read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.from.Read(b)
}

// house is a store with a clock that is turned by hand and chance from a seed.
type house struct {
	*Store
	path string
	at   time.Time
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{path: filepath.Join(t.TempDir(), "private store.db"), at: time.Date(2025, 1, 14, 8, 0, 0, 0, time.UTC)}
	s, err := Open(t.Context(), Options{Path: h.path, Now: func() time.Time { return h.at }, Rand: &seeded{from: rand.NewChaCha8([32]byte{1})}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	s.smith.cost.memory = 1 << 10 // tests try many
	h.Store = s
	return h
}

func wants(t *testing.T, err error, key string) {
	t.Helper()
	if err == nil || refusal.As(err).Key != key {
		t.Errorf("got %v, want %s", err, key)
	}
}

func (h *house) signIn(t *testing.T, member string) string {
	t.Helper()
	link, err := h.Invite(t.Context(), member, "ja", LinkLife)
	if err != nil {
		t.Fatal(err)
	}
	cookie, err := h.SignIn(t.Context(), link, "a browser")
	if err != nil {
		t.Fatal(err)
	}
	return cookie
}

// Attack 18: a link is good once, for a short time, and cannot be guessed; the store does not know it.
func TestLinkWorksOnce(t *testing.T) {
	h := open(t)
	link, err := h.Invite(t.Context(), "cedar-sec", "ja", LinkLife)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 { // looking at a link, as a mail filter does, uses nothing up
		if member, err := h.Link(t.Context(), link); err != nil || member != "cedar-sec" {
			t.Fatal(member, err)
		}
	}
	var won int
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			_, err := h.SignIn(context.Background(), link, "")
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				won++
			} else if refusal.As(err).Key != "staff.link_used" {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if won != 1 {
		t.Errorf("%d signed in with one link", won)
	}
	_, err = h.SignIn(t.Context(), strings.Repeat("A", 43), "")
	wants(t, err, "staff.link_unknown")
}

func TestLinkExpires(t *testing.T) {
	h := open(t)
	link, err := h.Invite(t.Context(), "cedar-sec", "", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	h.at = h.at.Add(time.Minute)
	_, err = h.SignIn(t.Context(), link, "")
	wants(t, err, "staff.link_expired")
	for _, bad := range []string{"", "two words", "line\nbreak", strings.Repeat("x", 65)} {
		_, err := h.Invite(t.Context(), bad, "", time.Minute)
		wants(t, err, "staff.bad_member")
	}
}

// Attack 5: a session ends when it is not used, after half a day, and when its owner ends it.
func TestSessionEnds(t *testing.T) {
	for _, c := range []struct {
		name string
		step time.Duration
		want time.Duration // how long it lasts with a page at each step
	}{
		{"left alone", Idle, Idle},
		{"used all day", 20 * time.Minute, Absolute},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := open(t)
			cookie, began := h.signIn(t, "cedar-sec"), h.at
			for {
				h.at = h.at.Add(c.step)
				se, err := h.Session(t.Context(), cookie)
				if h.at.Sub(began) >= c.want {
					wants(t, err, "staff.no_session")
					return
				}
				if err != nil || se.Member != "cedar-sec" || se.Language != "ja" {
					t.Fatalf("after %v: %+v %v", h.at.Sub(began), se, err)
				}
			}
		})
	}
}

func TestPeekDoesNotKeepASessionGoing(t *testing.T) {
	h := open(t)
	cookie := h.signIn(t, "cedar-sec")
	for range 2 {
		h.at = h.at.Add(Idle / 2)
		_, err := h.Peek(t.Context(), cookie)
		if h.at.Hour() == 8 && h.at.Minute() < 30 && err != nil {
			t.Fatal(err)
		}
		if h.at.Minute() >= 30 {
			wants(t, err, "staff.no_session")
		}
	}
}

func TestSessionsAreOnesOwn(t *testing.T) {
	h := open(t)
	mine, other := h.signIn(t, "cedar-sec"), h.signIn(t, "cedar-hod")
	h.signIn(t, "cedar-sec")
	list, err := h.Sessions(t.Context(), "cedar-sec")
	if err != nil || len(list) != 2 || list[0].Agent != "a browser" {
		t.Fatal(list, err)
	}
	wants(t, h.End(t.Context(), "cedar-hod", list[0].ID), "staff.unknown_session") // somebody else's
	for _, se := range list {
		if err := h.End(t.Context(), "cedar-sec", se.ID); err != nil {
			t.Fatal(err)
		}
	}
	_, err = h.Session(t.Context(), mine)
	wants(t, err, "staff.no_session")
	if _, err := h.Session(t.Context(), other); err != nil {
		t.Error(err)
	}
	h.at = h.at.Add(48 * time.Hour)
	if err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := h.db.QueryRow("SELECT (SELECT count(*) FROM session) + (SELECT count(*) FROM link)").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d rows left: %v", n, err)
	}
}

func TestNoSecretOnDisk(t *testing.T) {
	h := open(t)
	link, err := h.Invite(t.Context(), "cedar-sec", "", LinkLife)
	if err != nil {
		t.Fatal(err)
	}
	cookie, err := h.SignIn(t.Context(), link, "")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	files, _ := filepath.Glob(h.path + "*")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("cedar-sec")) {
			found++
		}
		for _, secret := range []string{link, cookie} {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("%s holds a secret as it is", f)
			}
		}
		if info, err := os.Stat(f); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v %v", f, info.Mode(), err)
		}
	}
	if found == 0 {
		t.Error("the account is in none of the files: this test looks at the wrong ones")
	}
}

func TestVisit(t *testing.T) {
	h := open(t)
	h.signIn(t, "cedar-sec")
	first := h.at
	for i, c := range []struct {
		after time.Duration
		want  time.Time
		mark  string
	}{
		{0, time.Time{}, ""},
		{10 * time.Minute, time.Time{}, ""}, // still the first visit
		{24 * time.Hour, first.Add(10 * time.Minute), "mark 1"},
		{time.Second, first.Add(10 * time.Minute), "mark 1"}, // still the second
		{time.Hour, first.Add(24*time.Hour + 10*time.Minute + time.Second), "mark 3"},
	} {
		h.at = h.at.Add(c.after)
		v, err := h.Visits(t.Context(), "cedar-sec")
		if err != nil {
			t.Fatal(err)
		}
		if got, mark := v.Before("m"); !got.Equal(c.want) || mark != c.mark {
			t.Errorf("visit %d: %v %q, want %v %q", i, got, mark, c.want, c.mark)
		}
		if got, mark := v.Before("another"); !got.IsZero() || mark != "" {
			t.Errorf("a mechanism that was never looked at: %v %q", got, mark)
		}
		if err := v.Note(t.Context(), maps.All(map[string]string{"m": "mark " + strconv.Itoa(i)})); err != nil {
			t.Fatal(err)
		}
	}
	remembers(t, h)
	if _, err := h.Visits(t.Context(), "nobody"); err == nil {
		t.Error("a visit of nobody was noted")
	}
}

// remembers holds what the store remembers of a member's visits against what its file says.
func remembers(t *testing.T, h *house) {
	t.Helper()
	remembered, err := h.Visits(t.Context(), "cedar-sec")
	if err != nil {
		t.Fatal(err)
	}
	h.trodden = trodden{}
	read, err := h.Visits(t.Context(), "cedar-sec")
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(remembered.of, read.of) || remembered.account != read.account {
		for mech, one := range read.of {
			if remembered.of[mech] != one {
				t.Fatalf("of %s, %v is remembered and %v is in the file", mech, remembered.of[mech], one)
			}
		}
		t.Fatalf("%d visits are remembered, and %d are in the file", len(remembered.of), len(read.of))
	}
}

// A member of many mechanisms looks at all of them at once, again and again; others do at the same time. What is remembered of it is what stands in the file, and stays within its bound.
func TestVisitsToMany(t *testing.T) {
	h := open(t)
	h.signIn(t, "cedar-sec")
	const mechs = 300
	for round := range 3 {
		var all sync.WaitGroup
		for part := range 4 {
			all.Go(func() {
				v, err := h.Visits(t.Context(), "cedar-sec")
				if err != nil {
					t.Error(err)
					return
				}
				marks := map[string]string{}
				for i := range mechs {
					marks[fmt.Sprintf("m%d-%d", part, i)] = fmt.Sprintf("mark %d", round*(i%2))
				}
				if err := v.Note(t.Context(), maps.All(marks)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		remembers(t, h)
		if v, err := h.Visits(t.Context(), "cedar-sec"); err != nil || len(v.of) < 4*mechs {
			t.Errorf("%d visits are remembered: %v", len(v.of), err)
		}
		h.at = h.at.Add(time.Minute)
	}
	var few trodden
	for i := range 10 {
		few.keep(strconv.Itoa(i), func(visited) visited {
			of := map[string]visit{}
			for j := range mostTrodden / 3 {
				of[strconv.Itoa(j)] = visit{}
			}
			return visited{account: 1, of: of}
		})
		if few.heavy > mostTrodden || few.find(strconv.Itoa(i)).account == 0 {
			t.Fatalf("%d visits are remembered, at most %d may be", few.heavy, mostTrodden)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	h := open(t)
	var sync, journal string
	if err := errors.Join(h.db.QueryRow("PRAGMA synchronous").Scan(&sync), h.db.QueryRow("PRAGMA journal_mode").Scan(&journal)); err != nil || sync != "2" || journal != "wal" {
		t.Errorf("synchronous=%s journal=%s %v: what is acknowledged must be durable", sync, journal, err)
	}
	again := func() error {
		s, err := Open(t.Context(), Options{Path: h.path, Now: h.now, Rand: h.rand})
		if err == nil {
			_ = s.Close()
		}
		return err
	}
	if err := again(); err != nil {
		t.Error(err)
	}
	if _, err := h.db.Exec(fmt.Sprintf("PRAGMA user_version = %d", len(schema)+1)); err != nil {
		t.Fatal(err)
	}
	wants(t, again(), "staff.newer")
	if err := os.Chmod(h.path, 0o644); err != nil {
		t.Fatal(err)
	}
	wants(t, again(), "staff.open_to_others")
	h.path = filepath.Join(h.path, "below a file")
	wants(t, again(), "staff.unreadable")
}
