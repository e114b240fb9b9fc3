package demo

import (
	"bytes"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"entente.example/internal/chancery"
)

// offices are open, and the stage's nodes their customers.
func offices(t *testing.T) *Offices {
	t.Helper()
	o, err := NewOffices(filepath.Join(t.TempDir(), "offices"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

func open(t *testing.T, o *Offices, s *Stage) {
	t.Helper()
	if err := o.Admit(s); err != nil {
		t.Fatal(err)
	}
	if err := o.Open(t.Context(), slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))); err != nil {
		t.Fatal(err)
	}
}

// meet waits until what a wrote is confirmed by b and known to a as confirmed.
func meet(t *testing.T, s *Stage, a, b *Actor) {
	t.Helper()
	// A message that an office has lost is sent again after 1,200 times the time between two tries, a minute here, and then after two.
	err := s.awaitFor(t.Context(), 4*time.Minute, "the receipt has come back", func(at *Actor) (bool, string, error) {
		if at != a {
			return true, "", nil
		}
		st, err := a.Status(t.Context())
		if err != nil {
			return false, "", err
		}
		for _, l := range st.Mechanisms[0].Logs {
			if l.Party == string(a.Party) {
				return l.Confirmed[string(b.Party)] == l.Size, fmt.Sprint(l, st.Mechanisms[0].Lines), nil
			}
		}
		return false, "", nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func use(t *testing.T, a, of *Actor) chancery.Standing {
	t.Helper()
	st, err := a.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range st.Mechanisms[0].Lines {
		if l.Party == string(of.Party) {
			return l.Use
		}
	}
	t.Fatalf("%s has no line to %s", a.Party, of.Party)
	return chancery.Standing{}
}

// until waits for a route to be in use.
func until(t *testing.T, a, of *Actor, route string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); use(t, a, of).Route != route; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s reaches %s by %+v, not by %s", a.Party, of.Party, use(t, a, of), route)
		}
	}
}

// Two parties that cannot reach each other, nor anybody who could pass on, meet through good offices, in both directions and by themselves; when the line is back it is used at once.
// Of all that, the office holds nothing that could be read. SPEC mail-sealed.
func TestTwoPartiesMeetThroughGoodOffices(t *testing.T) {
	o := offices(t)
	s := stage(t, o.Address.String())
	a, b := s.Actors[0], s.Actors[1]
	until(t, a, b, chancery.RouteDirect)
	alone(t, s, a)
	open(t, o, s)
	until(t, a, b, chancery.RouteRelay)
	act := func(at *Actor, id string) {
		t.Helper()
		if _, err := at.Act(t.Context(), s.Mech, string(at.Party)+"-draft", "text/"+id, draft("planted "+id)); err != nil {
			t.Fatal(err)
		}
	}
	act(a, "one")
	meet(t, s, a, b)
	act(b, "two")
	meet(t, s, b, a)
	a.Mend(string(b.Party))
	until(t, a, b, chancery.RouteDirect)
	act(a, "three")
	meet(t, s, a, b)
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	reveals(t, o.Dir, "planted", string(a.Party), string(b.Party), s.Mech[:12], "entente/", "age-encryption")
}

// reveals fails if one of some words stands in a file below a directory.
func reveals(t *testing.T, dir string, words ...string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(path)
		for _, w := range words {
			if bytes.Contains(bytes.ToLower(b), []byte(strings.ToLower(w))) {
				t.Errorf("%s holds %q", path, w)
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Errorf("%d files looked at: %v", files, err)
	}
}

// Of two parties whose line is cut, each reaches the other through the third as soon as that passes something on, and says so, since when, and what is wrong with the line; the line is
// used again when it is back.
func TestAThirdPartyIsARoute(t *testing.T) {
	s := stage(t)
	a, b, c := s.Actors[0], s.Actors[1], s.Actors[2]
	until(t, a, b, chancery.RouteDirect)
	a.Cut(string(b.Party))
	s.eventually(t, func() bool { return use(t, a, b).Route != chancery.RouteDirect }) // what was on its way may come by the third at once
	if _, err := b.Act(t.Context(), s.Mech, string(b.Party)+"-draft", "text/one", draft("one")); err != nil {
		t.Fatal(err)
	}
	until(t, a, b, chancery.RoutePassed)
	if at := use(t, a, b); at.Via != string(c.Party) || at.Since.IsZero() {
		t.Errorf("%+v", at)
	}
	st, err := a.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range st.Mechanisms[0].Lines {
		if l.Party != string(b.Party) {
			continue
		}
		if first := l.Ways[0]; first.Route != chancery.RouteDirect || first.Open || first.Worked.IsZero() || first.Problem == nil || first.Problem.Key != "line.cut" {
			t.Errorf("the direct line: %+v", first)
		}
	}
	a.Mend(string(b.Party))
	until(t, a, b, chancery.RouteDirect)
}
