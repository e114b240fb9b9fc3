package demo

import (
	"io"
	"log/slog"
	"slices"
	"testing"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/link"
	"entente.example/internal/meeting"
	"entente.example/internal/worked"
)

// lineTo is what an actor's status says of its line to another.
func lineTo(t *testing.T, a, to *Actor) chancery.LineStatus {
	t.Helper()
	st, err := a.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range st.Mechanisms[0].Lines {
		if l.Party == string(to.Party) {
			return l
		}
	}
	t.Fatalf("%s has no line to %s", a.Party, to.Party)
	return chancery.LineStatus{}
}

// apart cuts the lines between one actor and all others, on both ends, and waits until everybody has noticed.
func (s *Stage) apart(t *testing.T, one *Actor) {
	t.Helper()
	for _, a := range s.Actors {
		if a != one {
			one.Cut(string(a.Party))
			a.Cut(string(one.Party))
		}
	}
	s.eventually(t, func() bool {
		for _, a := range s.Actors {
			if a != one && (lineTo(t, one, a).Connected || lineTo(t, a, one).Connected) {
				return false
			}
		}
		return true
	})
}

// together mends them.
func (s *Stage) together(one *Actor) {
	for _, a := range s.Actors {
		if a != one {
			one.Mend(string(a.Party))
			a.Mend(string(one.Party))
		}
	}
}

func (s *Stage) eventually(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not so after %v", patience)
		}
	}
}

func enter(t *testing.T, s *Stage, a *Actor, number int, start string) {
	t.Helper()
	m := meeting.Enter{Series: "main", Number: number, Start: start, Status: "held"}
	if _, err := a.Act(t.Context(), s.Mech, string(a.Party)+"-sec", meeting.Matter("main", number), m); err != nil {
		t.Fatal(err)
	}
}

// Scenario a09 over the direct line: the nodes have not met for six years and ten months, and numbering goes on at 5. Both sides are told how long it was, what came in and what went
// out; while it lasts they are told since when, and how far the other holds their record. A node that forgot all this with its process, or that waited in a back-off, fails here.
func TestA09ASilenceOfYearsEndsWhereItBegan(t *testing.T) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	begin := func() *Stage {
		s, err := Set(t.Context(), dir, ex, slog.New(slog.DiscardHandler), Quietly)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := begin()
	defer func() { _ = s.Close() }()
	if _, err := s.Found(t.Context()); err != nil {
		t.Fatal(err)
	}
	away, host := s.Actors[0], s.Actors[1]
	enter(t, s, host, 4, "2009-02-24")
	if _, err := s.Digests(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, func() bool { return lineTo(t, away, host).ConfirmedTo != "" && lineTo(t, host, away).Confirmed > 4 }) // join, seal, acknowledgement, receipt, meeting
	parted := time.Date(2025, 2, 28, 12, 0, 0, 0, time.UTC)
	s.clock.set(parted)
	s.eventually(t, func() bool {
		return lineTo(t, away, host).Heard == "2025-02-28T12:00:00Z" && lineTo(t, host, away).Heard == "2025-02-28T12:00:00Z"
	})
	s.apart(t, away)

	// Both nodes are started again in the middle of it: what they know of each other is no matter of one process.
	mech := s.Mech
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = begin()
	s.Mech = mech
	away, host = s.Actors[0], s.Actors[1]
	s.apart(t, away)
	held := lineTo(t, host, away).ConfirmedTo
	s.clock.set(parted.AddDate(6, 10, 3))
	enter(t, s, away, 1, "2006-02-21")
	enter(t, s, host, 5, "2015-12-03")
	enter(t, s, host, 6, "2017-08-07")
	for _, end := range [][2]*Actor{{away, host}, {host, away}} {
		l := lineTo(t, end[0], end[1])
		if l.Connected || l.Silent == nil || l.Silent.Years != 6 || l.Silent.Months != 10 || l.ConfirmedAt == "" {
			t.Errorf("%s of %s: %+v, silent %+v", end[0].Party, end[1].Party, l, l.Silent)
		}
	}
	if l := lineTo(t, host, away); l.ConfirmedTo != held {
		t.Errorf("%s held our record up to %s, now %s", away.Party, held, l.ConfirmedTo)
	}

	away.Mend(string(host.Party)) // these two first: the third would pass on what one has for the other
	host.Mend(string(away.Party))
	s.eventually(t, func() bool { return lineTo(t, away, host).Resumed != nil && lineTo(t, host, away).Resumed != nil })
	s.together(away)
	if _, err := s.Digests(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, end := range []struct {
		a, of   *Actor
		in, out int64
	}{{away, host, 2, 1}, {host, away, 1, 2}} {
		r := lineTo(t, end.a, end.of).Resumed
		if r.Length.Years != 6 || r.Length.Months != 10 || r.CameIn != end.in || r.WentOut != end.out || r.Route != "direct" {
			t.Errorf("%s: %+v", end.a.Party, r)
		}
		ms, err := end.a.Meetings(t.Context(), s.Mech)
		if err != nil {
			t.Fatal(err)
		}
		items := meeting.Timeline(ms, "main")
		last := items[len(items)-1].Meeting
		if last.Number != 6 {
			t.Errorf("%s: numbering goes on at %d", end.a.Party, last.Number)
		}
	}
	// After a month it is told no more.
	s.clock.set(parted.AddDate(6, 11, 10))
	if l := lineTo(t, away, host); l.Resumed != nil {
		t.Errorf("still told: %+v", l.Resumed)
	}
}

// The pouch is tested once a quarter: a party of a schedule from which none has come for so long is named among what awaits us, over a restart too, and one from which a pouch came is not.
func TestThePouchIsAskedForOnceAQuarter(t *testing.T) {
	s := stage(t)
	a, b := s.Actors[0], s.Actors[1]
	if err := (&run{Stage: s, Options: Options{Out: io.Discard, Language: "en"}}).hotline(t.Context()); err != nil {
		t.Fatal(err)
	}
	asked := func() bool {
		st, err := a.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(st.Mechanisms[0].Awaiting, func(i chancery.AwaitingItem) bool {
			return i.What == "awaits.line_pouch" && i.Params["party"] == string(b.Party)
		})
	}
	if asked() {
		t.Fatal("asked for before the quarter is over")
	}
	later := s.clock.Now().AddDate(0, 4, 0)
	s.clock.set(later)
	if !asked() {
		t.Fatal("not asked for after the quarter")
	}
	if err := a.Node().Heard(t.Context(), s.Mech, string(b.Party), nil, later, link.Pouch); err != nil {
		t.Fatal(err)
	}
	s.eventually(t, func() bool { return !asked() })
}
