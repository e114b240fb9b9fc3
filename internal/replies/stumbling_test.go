package replies

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"entente.example/internal/press"
	"entente.example/internal/store/storetest"
)

// On a disk that fails now and then no reply is half taken in, and none forgets what it answers; what is refused has changed nothing.
func TestNothingIsHalfDone(t *testing.T) {
	s, _ := open(t)
	var secret, answer, first, covered string
	last := func(ctx context.Context) (Item, error) {
		all, err := s.Part(ctx, "valley", "", 0, 9)
		if err == nil && len(all) == 0 {
			err = errors.New("nothing is there")
		}
		if err != nil {
			return Item{}, err
		}
		return all[0], nil
	}
	asked := func(f func(context.Context) (any, error)) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := f(ctx)
			return err
		}
	}
	storetest.Stumbling(t, s.db.DB, []storetest.Deed{
		{Name: "submit", Do: func(ctx context.Context) (err error) {
			secret, err = s.Submit(ctx, letter(1, "a@example.org"))
			return err
		}},
		{Name: "list", Do: func(ctx context.Context) error {
			i, err := last(ctx)
			first = i.ID
			return err
		}},
		{Name: "count", Do: asked(func(ctx context.Context) (any, error) { return s.Count(ctx, "valley") })},
		{Name: "waiting", Do: asked(func(ctx context.Context) (any, error) { return s.Waiting(ctx, "valley") })},
		{Name: "waiting in each", Do: asked(func(ctx context.Context) (any, error) { return s.WaitingEach(ctx) })},
		{Name: "decline", Do: func(ctx context.Context) error { return s.Decline(ctx, "valley", first, "off_topic", "cedar-press") }},
		{Name: "own", Do: asked(func(ctx context.Context) (any, error) { return s.Own(ctx, secret) })},
		{Name: "appeal", Do: func(ctx context.Context) error { return s.Appeal(ctx, secret, "Look again") }},
		{Name: "approve", Do: func(ctx context.Context) error { return s.Approve(ctx, "valley", first, "cedar-press") }},
		{Name: "report", Do: func(ctx context.Context) error { return s.Report(ctx, first, "rude") }},
		{Name: "list with reports", Do: asked(func(ctx context.Context) (any, error) { return last(ctx) })},
		{Name: "answer", Do: func(ctx context.Context) (err error) {
			l := letter(2, "b@example.org")
			l.To = first
			answer, err = s.Submit(ctx, l)
			return err
		}},
		{Name: "decline again", Do: func(ctx context.Context) error { return s.Decline(ctx, "valley", first, "off_topic", "cedar-press") }},
		{Name: "hold", Do: func(ctx context.Context) error { return s.Hold(ctx, "valley", first) }},
		{Name: "cover", Do: func(ctx context.Context) error {
			c, err := s.Cover(ctx, key, press.Coverage{Outlet: "Daily", Day: "2025-01-15", Link: "https://daily.example/1", Headline: "They met", Lang: "en"}, "cedar-press")
			covered = c.ID
			return err
		}},
		{Name: "close", Do: func(ctx context.Context) error {
			return s.CloseAt(ctx, key, time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC), "cedar-press")
		}},
		{Name: "public", Do: func(ctx context.Context) error {
			p, err := s.Public(ctx)
			if err == nil && (len(p.Coverage[key]) != 1 || p.Until[key].IsZero()) {
				t.Errorf("what is public lacks something: %+v", p)
			}
			return err
		}},
		{Name: "uncover", Do: func(ctx context.Context) error { return s.Uncover(ctx, "valley", covered) }},
		{Name: "erase", Do: func(ctx context.Context) error { return s.Erase(ctx, answer) }},
		{Name: "remove", Do: func(ctx context.Context) error { return s.Remove(ctx, "valley", first) }},
		{Name: "forget", Do: asked(func(ctx context.Context) (any, error) { return s.Forget(ctx, "valley", "a@example.org") })},
	})
}

// A reply that answers another one does so however often the disk failed before it was taken in.
func TestAReplyKeepsWhatItAnswers(t *testing.T) {
	s, _ := open(t)
	if _, err := s.Submit(t.Context(), letter(1, "a@example.org")); err != nil {
		t.Fatal(err)
	}
	all, err := s.List(t.Context(), "valley", Held)
	if err == nil {
		err = s.Approve(t.Context(), "valley", all[0].ID, "cedar-press")
	}
	if err != nil {
		t.Fatal(err)
	}
	disk := storetest.NewHiccup(t.Context())
	taken := 0
	disk.Everywhere(func() {
		l := letter(2+taken, fmt.Sprintf("b%d@example.org", taken))
		l.To = all[0].ID
		if _, err := s.Submit(disk, l); err == nil {
			taken++
		}
	})
	now, err := s.List(t.Context(), "valley", Held)
	if err != nil || len(now) != taken || taken == 0 {
		t.Fatalf("%d of %d: %v", len(now), taken, err)
	}
	for _, i := range now {
		if i.Answers == nil {
			t.Errorf("%s answers nothing any more", i.ID)
		}
	}
}
