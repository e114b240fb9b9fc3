package demo

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
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
	dir, log := t.TempDir(), slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	s, err := Set(t.Context(), dir, ex, log, Quietly)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(s.Actors[0].Dir, chancery.ConfigFile)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	narrow := strings.Replace(string(text), "day_entries = 2000000", "day_entries = 20", 1)
	if err := os.WriteFile(file, []byte(narrow), 0o600); err != nil || narrow == string(text) {
		t.Fatalf("the measure is not set: %v", err)
	}
	mech := s.Mech
	if s, err = Set(t.Context(), dir, ex, log, Quietly); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	s.Mech = mech
	a, b, c := s.Actors[0], s.Actors[1], s.Actors[2]
	line := func(of, to *Actor) (l chancery.LineStatus) {
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
	if l := line(a, c); l.Over != "" || !l.Connected {
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
