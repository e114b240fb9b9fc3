package premises_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"entente.example/internal/backroom"
	"entente.example/internal/chancery"
	"entente.example/internal/charter"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/demo"
	"entente.example/internal/line"
	"entente.example/internal/premises"
	"entente.example/internal/topic"
	"entente.example/internal/view"
	"entente.example/internal/web"
	"entente.example/internal/worked"
	"entente.example/lang"
)

// homing is a house whose home is looked at again and again while things happen.
type homing struct {
	*hall
	faces            premises.Faces
	remembers, works web.Source
	members          []string
	now              time.Time
	listed           []charter.Mandate // our mandates as they are at first
	n                int               // matters so far
}

// Whatever happens, in whatever order, and whoever looks when, home says from what it remembers what it would say if it remembered nothing; and somebody who is admitted to nothing is told nothing.
func TestHomeSaysFromMemoryWhatItWouldWorkOut(t *testing.T) {
	h := home(t)
	chance := rand.New(rand.NewPCG(7, 1))
	does := []func(*rand.Rand){h.speaks, h.speaks, h.hears, h.asks, h.passes, h.passes, h.admits}
	for i := range 60 {
		if i == 45 {
			h.schedules() // from then on something waits by the minute
		}
		does[chance.IntN(len(does))](chance)
		for range 1 + chance.IntN(2) {
			h.compare(i, h.members[chance.IntN(len(h.members))])
		}
		if answers, cards, astray := premises.Remembered(h.remembers); i == 44 && (answers == 0 || cards == 0) || astray != 0 {
			t.Errorf("%d answers and %d cards are remembered, and their weight is %d from what they weigh", answers, cards, astray)
		}
	}
}

// home is the house of the first party of a mechanism that was just founded. Three members have come in by a link; the third has no mandate.
func home(t *testing.T) *homing {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		t.Fatal(err)
	}
	opened := make(chan premises.Faces, 1)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	stage, err := demo.Set(ctx, t.TempDir(), ex, slog.New(slog.DiscardHandler), func(ctx context.Context, c *chancery.Chancery, now func() time.Time, _ *slog.Logger) error {
		f, err := premises.Open(ctx, c, now)
		if err != nil {
			return err
		}
		if c.Config().Party == string(ex.Parties[0].ID) {
			opened <- f
		}
		err = c.Run(ctx)
		return errors.Join(err, f.Close())
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stage.Close() })
	if _, err := stage.Found(ctx); err != nil {
		t.Fatal(err)
	}
	h := &homing{hall: &hall{t: t, stage: stage, ex: ex}, faces: <-opened, now: time.Date(2025, 3, 3, 9, 0, 0, 0, time.UTC)}
	a := stage.Actors[0]
	h.remembers, h.works = h.faces.Homes(a.Chancery)
	h.listed = ex.Mandates(a.Party)
	h.members = []string{string(a.Party) + "-sec", string(a.Party) + "-hod", string(a.Party) + "-guest"}
	for _, m := range h.members {
		secret, err := a.Staff().Invite(ctx, m, "en", time.Hour)
		if err == nil {
			_, err = a.Staff().SignIn(ctx, secret, "")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	h.goTo(h.now)
	return h
}

// Whoever comes while a node still reads its record is shown what it has read, and told that the rest is missing; nobody is told that they have no mandate.
func TestHomeIsShownWhileTheNodeReads(t *testing.T) {
	h := home(t)
	look := func(hasRead bool) view.Home {
		home, err := premises.Hurried(h.works, func(string) bool { return hasRead }).Mechanisms(t.Context(), h.members[0], view.At{})
		if err != nil {
			t.Fatal(err)
		}
		return home
	}
	if got := look(false); got.Unread != 100 || got.All != 0 || got.Barred || got.Read() != 0 {
		t.Errorf("before anything was read: %+v", got)
	}
	if got := look(true); got.Unread != 0 || got.All != 1 {
		t.Errorf("when it was: %+v", got)
	}
}

// A mandate shows its mechanism from its first day to its last, and not one day longer, whether or not anybody shut the account: not home, not the mechanism, not what awaits.
func TestAMandateThatEndedShowsNothing(t *testing.T) {
	h := home(t)
	guest, a := h.members[2], h.stage.Actors[0]
	from, to := h.now.AddDate(0, 0, 2), h.now.AddDate(0, 0, 20)
	list := append(slices.Clone(h.listed), charter.Mandate{Member: guest, Roles: h.listed[0].Roles, Title: h.listed[0].Title, From: from.Format(time.DateOnly), To: to.Format(time.DateOnly)})
	if _, err := a.Mandate(t.Context(), h.stage.Mech, string(a.Party)+"-seal1", list, a.Passphrases()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		day      time.Time
		admitted bool
	}{{from.AddDate(0, 0, -1), false}, {from, true}, {to, true}, {to.AddDate(0, 0, 1), false}} {
		h.goTo(c.day)
		home, err := h.remembers.Mechanisms(t.Context(), guest, view.At{})
		if err != nil {
			t.Fatal(err)
		}
		_, page := h.remembers.Mechanism(t.Context(), guest, h.ex.Mechanism.ID, view.At{})
		awaited, err := a.Awaited(t.Context(), guest)
		if err != nil {
			t.Fatal(err)
		}
		api := a.Admitted(t.Context(), h.stage.Mech, guest)
		if (home.All == 1) != c.admitted || home.Barred == c.admitted || (page == nil) != c.admitted || (len(awaited) == 1) != c.admitted || (api == nil) != c.admitted {
			t.Errorf("on %s: %d mechanisms, page %v, %d awaited, %v", c.day.Format(time.DateOnly), home.All, page, len(awaited), api)
		}
	}
}

// Issue 5: what changed since my last visit. Whoever comes back is told what the other side and their colleagues did since then, and not what they did themselves; it stays new while they read, and is old when they come again.
func TestHomeSaysWhatChangedSinceTheLastVisit(t *testing.T) {
	h := home(t)
	secretary, head := h.members[0], h.members[1]
	visit := func(member string, since time.Time, want ...string) {
		t.Helper()
		home, err := h.remembers.Mechanisms(t.Context(), member, view.At{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range home.Changes {
			got = append(got, c.Row.ID)
		}
		if slices.Sort(got); !home.Since.Equal(since) || want != nil && !slices.Equal(got, slices.Sorted(slices.Values(want))) {
			t.Errorf("%s at %s: since %s %q, want since %s %q", member, h.now, home.Since, got, since, want)
		}
	}
	heard := func(i int, chance uint64) string {
		id := h.says(h.stage.Actors[i], rand.New(rand.NewPCG(chance, 0)))
		h.until(id+" does not come", func() bool {
			_, err := h.remembers.Entry(t.Context(), head, h.ex.Mechanism.ID, id)
			return err == nil
		})
		return id
	}
	first := h.now
	visit(secretary, time.Time{})
	h.goTo(first.Add(time.Hour))
	theirs := []string{heard(1, 1), heard(2, 2)}
	second := first.Add(2 * time.Hour)
	h.goTo(second)
	visit(head, time.Time{})
	visit(secretary, first, theirs...)
	ours := heard(0, 3) // the secretary's own
	h.goTo(second.Add(20 * time.Minute))
	visit(secretary, first, theirs...)
	third := second.Add(3 * time.Hour)
	h.goTo(third)
	visit(head, second, ours)
	visit(secretary, second.Add(20*time.Minute), []string{}...)
	later := heard(1, 4)
	h.goTo(third.Add(time.Hour))
	visit(secretary, third, later)
	visit(head, third, later)
}

func (h *homing) next(kind string) string {
	h.n++
	return fmt.Sprintf("%s/h-%d", kind, h.n)
}

func (h *homing) goTo(now time.Time) {
	h.now = now
	h.clock(now.Format(time.RFC3339))
}

// speaks lets a member of ours act.
func (h *homing) speaks(chance *rand.Rand) { h.says(h.stage.Actors[0], chance) }

// hears lets a counterpart act, and waits until it is here.
func (h *homing) hears(chance *rand.Rand) {
	before := h.stage.Actors[0].Node().ToldOf(h.stage.Mech)
	id := h.says(h.stage.Actors[1+chance.IntN(2)], chance)
	h.until(id+" does not come", func() bool {
		_, err := h.remembers.Entry(h.t.Context(), h.members[1], h.ex.Mechanism.ID, id)
		return err == nil && h.stage.Actors[0].Node().ToldOf(h.stage.Mech) != before
	})
}

func (h *homing) says(a *demo.Actor, chance *rand.Rand) string {
	switch chance.IntN(3) {
	case 0:
		return h.act(a, h.next("topic"), topic.Raise{Title: lang.Text{"en": "A topic"}})
	case 1:
		return h.act(a, h.next("concern"), concern.Raise{Text: lang.Text{"en": "A concern"}})
	}
	return h.act(a, h.next("thread"), conversation.Open{Title: lang.Text{"en": "A thread"}})
}

// asks gives a colleague something to do, or takes the oldest such thing as done.
func (h *homing) asks(chance *rand.Rand) {
	open, err := h.faces.Ours.Tasks(h.t.Context(), h.stage.Mech, backroom.About{}, true)
	switch {
	case err != nil:
	case len(open) > 1:
		_, err = h.faces.Ours.FinishTask(h.t.Context(), h.stage.Mech, h.members[0], open[0].ID)
	default:
		_, err = h.faces.Ours.AddTask(h.t.Context(), h.stage.Mech, h.members[0], backroom.Task{Words: "Look into it", For: []string{"", h.members[0]}[chance.IntN(2)], Due: h.now.AddDate(0, 0, chance.IntN(3)).Format(time.DateOnly)})
	}
	if err != nil {
		h.t.Fatal(err)
	}
}

// passes lets time go by: within a visit, beyond it, or until another day.
func (h *homing) passes(chance *rand.Rand) {
	h.goTo(h.now.Add([]time.Duration{time.Second, 10 * time.Minute, 31 * time.Minute, 26 * time.Hour, 24 * 40 * time.Hour}[chance.IntN(5)]))
}

// admits gives the last of the members a mandate until some day, or takes it away.
func (h *homing) admits(chance *rand.Rand) {
	a, list := h.stage.Actors[0], slices.Clone(h.listed)
	if chance.IntN(2) == 0 {
		list = append(list, charter.Mandate{Member: h.members[2], Roles: list[0].Roles, Title: list[0].Title, To: h.now.AddDate(0, 0, 20).Format(time.DateOnly)})
	}
	if _, err := a.Mandate(h.t.Context(), h.stage.Mech, string(a.Party)+"-seal1", list, a.Passphrases()); err != nil {
		h.t.Fatal(err)
	}
}

// schedules agrees on calls of the line between us and another.
func (h *homing) schedules() {
	a, b := h.stage.Actors[0], h.stage.Actors[1]
	h.act(a, line.Matter(line.Main), line.Propose{Callers: []charter.PartyID{a.Party, b.Party}, From: h.now.Format(time.DateOnly), Minutes: 15, Times: []line.Time{{Days: []string{"mon", "wed", "fri"}, At: "09:00", Zone: "+00:00"}}})
}

// compare looks at home with and without memory, again if something came in between.
func (h *homing) compare(step int, member string) {
	h.t.Helper()
	look := func(s web.Source) view.Home {
		home, err := s.Mechanisms(h.t.Context(), member, view.At{})
		if err != nil {
			h.t.Fatal(err)
		}
		home.Awaits, home.Changes, home.Mechanisms = slices.Clip(home.Awaits), slices.Clip(home.Changes), slices.Clip(home.Mechanisms)
		return home
	}
	var before, got, after view.Home
	defer func() {
		if h.t.Failed() {
			h.t.Logf("step %d: %s is told\n%+v\ninstead of\n%+v", step, member, got, before)
		}
	}()
	h.until("home does not come to rest", func() bool {
		before, got, after = look(h.works), look(h.remembers), look(h.works)
		if !same(before, after) || !same(before, got) { // what is in the store already is told of in a moment
			return false
		}
		if got.All == 0 && (len(got.Awaits)+len(got.Changes) > 0 || !got.Since.IsZero()) {
			h.t.Fatalf("step %d: %s, who is admitted to nothing, is told %+v", step, member, got)
		}
		return true
	})
}

// same compares what home says. Lists that are empty are equal, however they came to be.
func same(a, b view.Home) bool {
	if len(a.Awaits)+len(b.Awaits) == 0 {
		a.Awaits, b.Awaits = nil, nil
	}
	if len(a.Changes)+len(b.Changes) == 0 {
		a.Changes, b.Changes = nil, nil
	}
	return reflect.DeepEqual(a, b)
}
