package demo

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/worked"
)

// A counterpart that writes more than a node takes in a day is told so, and its entries wait at its side; the other party, which takes them, is not held up, and a node that is over nothing is asked as
// ever. When the day is over everything arrives, once, and all hold the same record.
func TestWhatIsOverTheDaysMeasureWaitsAndIsNotLost(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	s, mech := bounded(t, ex, "day_entries = 2000000", "day_entries = 20")
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	a, b, c := s.Actors[0], s.Actors[1], s.Actors[2]
	line := func(of, to *Actor) chancery.LineStatus { return lineOf(t, of, to) }
	wrote := 0
	s.eventually(t, func() bool { // each act is an entry at least
		if line(a, b).Over != "" {
			return true
		}
		if _, err := b.Act(t.Context(), mech, string(b.Party)+"-draft", fmt.Sprintf("text/q%d", wrote), draft("x")); err != nil {
			t.Fatal(err)
		}
		wrote++
		return false
	})
	last := fmt.Sprintf("q%d", wrote)
	if _, err := b.Act(t.Context(), mech, string(b.Party)+"-draft", "text/"+last, draft("x")); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, func() bool { return line(b, a).Full != "" })
	s.eventually(t, func() bool {
		_, err := c.Text(t.Context(), mech, last)
		return err == nil
	})
	s.eventually(t, func() bool { return line(a, c).Connected })
	if l := line(a, c); l.Over != "" {
		t.Errorf("who is over nothing: %+v", l)
	}
	if l := line(a, b); !l.Connected {
		t.Error("the conversation has ended")
	}
	if _, err := a.Text(t.Context(), mech, last); err == nil {
		t.Error("what is over the measure was taken, from whomever")
	}
	if _, err := c.Act(t.Context(), mech, string(c.Party)+"-draft", "text/after", draft("x")); err != nil {
		t.Fatal(err)
	}

	s.clock.set(s.clock.Now().Add(25 * time.Hour))
	s.eventually(t, func() bool {
		_, err := a.Text(t.Context(), mech, last)
		return err == nil
	})
	s.eventually(t, func() bool {
		_, err := a.Text(t.Context(), mech, "after")
		return err == nil && line(a, b).Over == "" && line(b, a).Full == ""
	})
}

// bounded is the example's nodes, founded, the first with another bound in its settings.
func bounded(t *testing.T, ex *worked.Example, was, is string) (*Stage, string) {
	t.Helper()
	dir, log := t.TempDir(), slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	s, err := Set(t.Context(), dir, ex, log, Quietly)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	return again(t, s, dir, was, is)
}

// again starts the nodes anew, the first with another bound.
func again(t *testing.T, s *Stage, dir, was, is string) (*Stage, string) {
	t.Helper()
	file, mech, ex, log := filepath.Join(s.Actors[0].Dir, chancery.ConfigFile), s.Mech, s.Example, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(text), was, is, 1)
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil || changed == string(text) {
		t.Fatalf("the measure is not set: %v", err)
	}
	if s, err = Set(t.Context(), dir, ex, log, Quietly); err != nil {
		t.Fatal(err)
	}
	s.Mech = mech
	return s, mech
}

func lineOf(t *testing.T, of, to *Actor) (l chancery.LineStatus) {
	t.Helper()
	st, err := of.Status(t.Context())
	if err != nil || len(st.Mechanisms) != 1 {
		return l
	}
	for _, x := range st.Mechanisms[0].Lines {
		if x.Party == string(to.Party) {
			l = x
		}
	}
	return l
}

// A counterpart that has written as much as a node takes in all is told so, on both sides and by doctor, before it is reached and when it is; its entries wait at its side through restarts and days, nobody else is
// held up, and an operator who takes more gets all of it.
func TestWhatIsOverTheBoundOfAllWaitsForTheOperator(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	s, mech := bounded(t, ex, "all_entries = 10000000", "all_entries = 20")
	dir := filepath.Dir(s.Actors[0].Dir)
	said := func(key string) bool {
		found, err := s.Actors[0].Examine(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(found, func(f chancery.Examined) bool { return f.Key == key && f.Params["party"] == string(s.Actors[1].Party) })
	}
	wrote := 0
	write := func() string {
		wrote++
		id, b := fmt.Sprintf("q%d", wrote), s.Actors[1]
		if _, err := b.Act(t.Context(), mech, string(b.Party)+"-draft", "text/"+id, draft("x")); err != nil {
			t.Fatal(err)
		}
		return id
	}
	for !said("doctor.nearly_all") {
		id := write()
		s.eventually(t, func() bool {
			_, err := s.Actors[0].Text(t.Context(), mech, id)
			return err == nil
		})
	}
	s.eventually(t, func() bool {
		if lineOf(t, s.Actors[0], s.Actors[1]).OverAll {
			return true
		}
		write()
		return false
	})
	if !said("line.over_all") {
		t.Error("doctor does not say that the bound is reached")
	}
	last := write()
	s.eventually(t, func() bool {
		_, err := s.Actors[2].Text(t.Context(), mech, last)
		return err == nil && lineOf(t, s.Actors[1], s.Actors[0]).FullAll
	})
	s, _ = again(t, s, dir, "day_entries = 2000000", "day_entries = 1000000") // a start begins the day anew, and not this
	s.clock.set(s.clock.Now().Add(25 * time.Hour))
	a, c := s.Actors[0], s.Actors[2]
	if _, err := c.Act(t.Context(), mech, string(c.Party)+"-draft", "text/others", draft("x")); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, func() bool { return lineOf(t, a, s.Actors[1]).OverAll })
	if _, err := a.Text(t.Context(), mech, last); err == nil {
		t.Error("what is over the bound was taken")
	}
	if _, err := a.Act(t.Context(), mech, string(a.Party)+"-draft", "text/ours", draft("x")); err != nil {
		t.Errorf("our own members cannot write: %v", err)
	}
	s, _ = again(t, s, dir, "all_entries = 20", "all_entries = 0")
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.eventually(t, func() bool {
		_, err1 := s.Actors[0].Text(t.Context(), mech, last)
		_, err2 := s.Actors[0].Text(t.Context(), mech, "others")
		return err1 == nil && err2 == nil && !lineOf(t, s.Actors[0], s.Actors[1]).OverAll && !lineOf(t, s.Actors[1], s.Actors[0]).FullAll
	})
}
