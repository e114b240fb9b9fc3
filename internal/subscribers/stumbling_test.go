package subscribers

import (
	"context"
	"testing"
	"time"

	"entente.example/internal/press"
	"entente.example/internal/store/storetest"
	"entente.example/lang"
)

// On a disk that fails now and then nobody is half subscribed, and no letter is forgotten: what is refused has changed nothing.
func TestNothingIsHalfDone(t *testing.T) {
	b := open(t)
	var l Letter
	later := b.at.Add(time.Hour)
	asked := func(f func(context.Context) (any, error)) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := f(ctx)
			return err
		}
	}
	next := func(ctx context.Context) error {
		got, ok, err := b.Next(ctx)
		if err == nil && !ok {
			t.Error("no letter is due")
		}
		l = got
		return err
	}
	storetest.Stumbling(t, b.db.DB, []storetest.Deed{
		{Name: "ask", Do: func(ctx context.Context) error { return b.Ask(ctx, press.Wish{Email: "a@example.org", Lang: "en"}) }},
		{Name: "next", Do: next},
		{Name: "failed", Do: func(ctx context.Context) error { return b.Failed(ctx, l) }},
		{Name: "next again", Do: func(ctx context.Context) error {
			b.at = later
			return next(ctx)
		}},
		{Name: "done", Do: func(ctx context.Context) error { return b.Done(ctx, l) }},
		{Name: "wish", Do: asked(func(ctx context.Context) (any, error) { return b.Wish(ctx, toConfirm, l.Word) })},
		{Name: "confirm", Do: func(ctx context.Context) error { return b.Confirm(ctx, l.Word) }},
		{Name: "count", Do: asked(func(ctx context.Context) (any, error) { return b.Count(ctx) })},
		{Name: "begin", Do: func(ctx context.Context) error { return b.Begin(ctx, "text", []string{"text valley/js-8"}) }},
		{Name: "announce", Do: func(ctx context.Context) error { return b.Announce(ctx, "text valley/js-9", map[string]lang.Text{}) }},
		{Name: "forget", Do: asked(func(ctx context.Context) (any, error) { return b.Forget(ctx, "a@example.org") })},
	})
}
