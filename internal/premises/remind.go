package premises

import (
	"context"
	"log/slog"
	"maps"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/internal/reminder"
	"entente.example/internal/staff"
)

// reminders tell people and programs what awaits our side, as far as the operator has set that up.
type reminders struct {
	c     *chancery.Chancery
	post  reminder.Post
	hooks *reminder.Hooks
	now   func() time.Time
	log   *slog.Logger
	told  map[string]int       // by mechanism: how much awaited when programs were told last
	after map[string]time.Time // by member: not before, since a letter could not be sent
}

const (
	remindEvery = 30 * time.Second
	mailAgain   = 15 * time.Minute
)

// newReminders prepares them; nil if the operator wants none.
func newReminders(c *chancery.Chancery, now func() time.Time, log *slog.Logger) (*reminders, error) {
	cfg := c.Config()
	if cfg.Mail.Server == "" && len(cfg.Hooks.URLs) == 0 {
		return nil, nil
	}
	r := &reminders{c: c, now: now, log: log, post: reminder.Post{Mail: cfg.Mail, Now: now}, told: map[string]int{}, after: map[string]time.Time{}}
	if len(cfg.Hooks.URLs) > 0 {
		key, err := reminder.Secret(cfg.Hooks.KeyFile)
		if err != nil {
			return nil, err
		}
		r.hooks = reminder.NewHooks(reminder.HookOptions{Hooks: cfg.Hooks, Key: key, Now: now, Log: log})
	}
	return r, nil
}

// run looks now and then, until ctx ends.
func (r *reminders) run(ctx context.Context) {
	tick := time.NewTicker(remindEvery)
	defer tick.Stop()
	for {
		r.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// look sends what is due.
func (r *reminders) look(ctx context.Context) {
	if r.post.Mail.Server != "" {
		if err := r.letters(ctx); err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "letters could not be sent", "error", err)
		}
	}
	if r.hooks != nil {
		if err := r.words(ctx); err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "programs could not be told", "error", err)
		}
		r.hooks.Deliver(ctx)
	}
}

// letters sends the letter of the day to everybody who asked for one and has not had it.
func (r *reminders) letters(ctx context.Context) error {
	all, err := r.c.Staff().Digests(ctx, "")
	if err != nil {
		return err
	}
	for _, d := range all {
		day, due := d.Due(r.now())
		if !due || r.now().Before(r.after[d.Member]) {
			continue
		}
		if err := r.letter(ctx, d); err != nil {
			r.after[d.Member] = r.now().Add(mailAgain)
			r.log.WarnContext(ctx, "a letter could not be sent", "member", d.Member, "error", err)
			continue
		}
		if err := r.c.Staff().DigestSent(ctx, d.Member, day); err != nil {
			return err
		}
	}
	return nil
}

// letter sends one, unless nothing awaits.
func (r *reminders) letter(ctx context.Context, d staff.Digest) error {
	l := reminder.Letter{To: d.Address, Lang: locale.Match(d.Language), Link: r.c.SiteURL() + "/"}
	all, err := r.c.Awaited(ctx, d.Member)
	for _, a := range all {
		for _, i := range a.Items {
			l.Items = append(l.Items, reminder.Item{Words: a.Say(i, l.Lang), Due: i.Due})
		}
	}
	if err != nil || len(l.Items) == 0 {
		return err
	}
	return r.post.Send(ctx, l)
}

// words tells programs of each mechanism in which another number of things awaits than they were told.
func (r *reminders) words(ctx context.Context) error {
	all, err := r.c.Awaited(ctx, "")
	if err != nil {
		return err
	}
	told := maps.Clone(r.told)
	for _, a := range all {
		if n, ok := told[a.Mech]; ok && n == len(a.Items) {
			continue
		}
		w := reminder.Word{Mechanism: a.Name, Awaits: len(a.Items), At: r.now().UTC().Format(time.RFC3339), Link: r.c.SiteURL() + "/m/" + a.Name}
		for _, i := range a.Items {
			w.Items = append(w.Items, a.Say(i, locale.Match(r.c.Config().Language)))
		}
		if err := r.hooks.Say(w); err != nil {
			return err
		}
		r.told[a.Mech] = len(a.Items)
	}
	return nil
}
