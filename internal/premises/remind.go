package premises

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"strings"
	"time"

	"entente.example/internal/chancery"
	"entente.example/internal/locale"
	"entente.example/internal/reminder"
	"entente.example/internal/staff"
	"entente.example/lang"
)

// reminders tell people and programs what awaits our side, as far as the operator has set that up.
type reminders struct {
	c     *chancery.Chancery
	post  reminder.Post
	hooks teller
	// awaited lists what awaits our side; changes is a number that grows when something happens.
	awaited func(context.Context) ([]chancery.Awaited, error)
	changes func() int64
	site    string   // address of the members' pages
	lang    lang.Tag // of the house
	now     func() time.Time
	log     *slog.Logger
	told    map[string][sha256.Size]byte // by mechanism: digest of what awaited when programs were told last; nothing when a node starts, so that it says again what a word that waited would have said
	seen    int64                        // of changes, when it was listed last
	listed  time.Time
	after   map[string]time.Time // by member: not before, since a letter could not be sent
	convene convening
}

// teller speaks to programs.
type teller interface {
	Say(reminder.Word) error
	Deliver(context.Context) int
}

const (
	remindEvery = 30 * time.Second
	mailAgain   = 15 * time.Minute
	// listAnyway is for what comes without an act: a day that is due, the time of a call, what our side says to itself.
	listAnyway = 5 * time.Minute
)

// newReminders prepares them; nil if the operator wants none.
func newReminders(c *chancery.Chancery, now func() time.Time, log *slog.Logger) (*reminders, error) {
	cfg := c.Config()
	if cfg.Mail.Server == "" && len(cfg.Hooks.URLs) == 0 {
		return nil, nil
	}
	r := &reminders{c: c, now: now, log: log, post: reminder.Post{Mail: cfg.Mail, Now: now}, told: map[string][sha256.Size]byte{}, after: map[string]time.Time{}, changes: c.Node().Told, site: c.SiteURL(), lang: locale.Match(cfg.Language),
		awaited: func(ctx context.Context) ([]chancery.Awaited, error) { return c.Awaited(ctx, "") }}
	if len(cfg.Hooks.URLs) > 0 {
		key, err := reminder.Secret(cfg.Hooks.KeyFile)
		if err == nil {
			err = reminder.CheckKey(key)
		}
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
		if err := r.meetings(ctx); err != nil && ctx.Err() == nil {
			r.log.WarnContext(ctx, "meetings could not be sent", "error", err)
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
		if err := r.letter(ctx, d, day); err != nil {
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

// letter sends that of a day, unless nothing awaits.
func (r *reminders) letter(ctx context.Context, d staff.Digest, day string) error {
	l := reminder.Letter{To: d.Address, Lang: locale.Match(d.Language), Link: r.c.SiteURL() + "/"}
	all, err := r.c.Awaited(ctx, d.Member)
	for _, a := range all {
		for _, i := range a.Items {
			l.Items = append(l.Items, reminder.Item{Where: a.Name, Words: a.Say(i, l.Lang), Due: i.Due, Overdue: i.Due != "" && i.Due < day})
		}
	}
	if err != nil || len(l.Items) == 0 {
		return err
	}
	return r.post.Send(ctx, l)
}

// words tells programs of each mechanism in which other things await than when they were told, be they as many.
func (r *reminders) words(ctx context.Context) error {
	changes := r.changes() // before looking: what happens meanwhile is looked at next time
	if changes == r.seen && !r.listed.IsZero() && r.now().Sub(r.listed) < listAnyway {
		return nil
	}
	all, err := r.awaited(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		w := reminder.Word{Mechanism: a.Name, Awaits: len(a.Items), At: r.now().UTC().Format(time.RFC3339), Link: r.site + "/m/" + a.Name}
		for _, i := range a.Items {
			w.Items = append(w.Items, a.Say(i, r.lang))
		}
		what := sha256.Sum256([]byte(strings.Join(w.Items, "\n")))
		if last, ok := r.told[a.Mech]; ok && last == what {
			continue
		}
		if err := r.hooks.Say(w); err != nil {
			return err
		}
		r.told[a.Mech] = what
	}
	r.seen, r.listed = changes, r.now()
	return nil
}
