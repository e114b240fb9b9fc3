package premises

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"entente.example/internal/carrier/direct"
	"entente.example/internal/chancery"
	"entente.example/internal/gauges"
	"entente.example/internal/node"
	"entente.example/internal/press"
	"entente.example/internal/pressroom"
	"entente.example/internal/reminder"
	"entente.example/internal/replies"
	"entente.example/internal/spans"
	"entente.example/lang"
)

// RepliesFile is what readers wrote, in a node's directory. A backup does not have it.
const RepliesFile = "press.db"

// letters opens what readers wrote to a node; nil if it has no press room, which then costs no file and no memory.
func letters(ctx context.Context, c *chancery.Chancery, now func() time.Time) (*replies.Store, error) {
	if c.PressURL() == "" {
		return nil, nil
	}
	return replies.Open(ctx, replies.Options{Path: filepath.Join(filepath.Dir(c.Socket()), RepliesFile), Now: now, Rand: rand.Reader, Before: c.BeforeUpgrade(ctx, RepliesFile)})
}

var _ pressroom.Letters = (*replies.Store)(nil)

// publisher makes editions: what the record has released, and what press officers let through. It is asked with every request, and reads the record again only after a change or when an
// embargo ends.
type publisher struct {
	c       *chancery.Chancery
	store   *replies.Store
	now     func() time.Time
	log     *slog.Logger
	stale   atomic.Bool // the record changed
	current atomic.Pointer[impression]

	mu   sync.Mutex
	out  chancery.Publications
	next time.Time // when changes let the record be read again, by this machine's clock
}

// impression is an edition and what would make another one.
type impression struct {
	edition  *press.Edition
	embargo  time.Time // the next one's end; zero: none is known
	closing  time.Time // when replies to some text close next
	revision int64     // of what readers and press officers wrote
}

// The record is read again because of changes when a burst of them is over, and when calmFor times as long as the last reading took has passed since; the end of an embargo waits for neither.
const (
	calm    = 200 * time.Millisecond // at least
	calmFor = 20
	burst   = 5 * time.Second // at most
)

func newPublisher(c *chancery.Chancery, store *replies.Store, now func() time.Time, log *slog.Logger) *publisher {
	p := &publisher{c: c, store: store, now: now, log: log}
	p.stale.Store(true)
	return p
}

// follow notes changes of the record until ctx ends, and makes an edition soon after: the proof of what is released is made while the lines are open, whether anybody reads or not. ready is given each edition.
func (p *publisher) follow(ctx context.Context, ready func(*press.Edition)) {
	changes, stop := p.c.Watch()
	defer stop()
	note := func(node.Changed) { p.stale.Store(true) }
	for ctx.Err() == nil {
		chancery.Lull(ctx, changes, burst, note)
		if e, err := p.Edition(ctx); err == nil {
			ready(e)
		} else if ctx.Err() == nil {
			p.log.Warn("the press room could not read what is released", "error", err)
		}
		var again <-chan time.Time
		if p.unready() {
			again = time.After(time.Second)
		}
		select {
		case <-ctx.Done():
		case <-again:
		case c := <-changes:
			note(c)
		}
	}
}

// unready reports whether there is more to read: a change that was read too soon after another one, or a released text that still lacks its proof.
func (p *publisher) unready() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.out.Waits {
		p.stale.Store(true)
	}
	return p.stale.Load()
}

// revision is what readers and press officers last wrote.
func (p *publisher) revision() int64 {
	if p.store == nil {
		return 0
	}
	return p.store.Revision()
}

// passed reports whether an instant that is known has come.
func passed(t, now time.Time) bool { return !t.IsZero() && !now.Before(t) }

// Edition implements pressroom.Source. Whoever asks while another one reads the record is given what there was, unless an embargo has ended.
func (p *publisher) Edition(ctx context.Context) (*press.Edition, error) {
	now, have := p.now(), p.current.Load()
	if have != nil && !p.stale.Load() && !passed(have.embargo, now) && !passed(have.closing, now) && have.revision == p.revision() {
		return have.edition, nil
	}
	if have == nil || passed(have.embargo, now) {
		p.mu.Lock()
	} else if !p.mu.TryLock() {
		return have.edition, nil
	}
	defer p.mu.Unlock()
	have = p.current.Load() // another one may have made it meanwhile
	due := have == nil || passed(have.embargo, now)
	changed := p.stale.Load() && !time.Now().Before(p.next)
	if !due && !changed && !passed(have.closing, now) && have.revision == p.revision() {
		return have.edition, nil
	}
	if due || changed {
		p.stale.Store(false)
		began := time.Now()
		out, err := p.c.Publications(ctx)
		if err != nil {
			p.stale.Store(true)
			return nil, err
		}
		p.out, p.next = out, time.Now().Add(max(calm, calmFor*time.Since(began)))
	}
	next, err := p.print(ctx, now)
	if err != nil {
		return nil, err
	}
	p.current.Store(next)
	return next.edition, nil
}

// print puts together what the record has released and what press officers let through.
func (p *publisher) print(ctx context.Context, now time.Time) (*impression, error) {
	out := &impression{embargo: p.out.Next, revision: p.revision()}
	public, err := replies.Public{}, error(nil)
	if p.store != nil {
		public, err = p.store.Public(ctx)
	}
	if err != nil {
		return nil, err
	}
	cfg := p.c.Config()
	e := &press.Edition{Names: lang.Text{}, Contact: cfg.Press.Contact, All: p.out.All, Accounts: p.out.Accounts, Replies: public.Replies, Coverage: public.Coverage, Until: map[press.Key]time.Time{}}
	for tag, name := range cfg.Names {
		e.Names[lang.Tag(tag)] = name
	}
	for _, c := range e.All {
		until, set := public.Until[c.Key]
		if !set && cfg.Press.ReplyDays > 0 {
			until, set = c.Public.AddDate(0, 0, cfg.Press.ReplyDays), true
		}
		if set {
			e.Until[c.Key] = until
		}
		if until.After(now) && (out.closing.IsZero() || until.Before(out.closing)) {
			out.closing = until
		}
	}
	e.Sort()
	out.edition = e
	return out, nil
}

// openPress serves the public site on its own listener.
func openPress(ctx context.Context, g *errgroup.Group, c *chancery.Chancery, f Faces, log *slog.Logger) error {
	p := newPublisher(c, f.Replies, f.Now, log)
	o := pressroom.Options{Source: p, Letters: f.Replies, Now: f.Now, Rand: rand.Reader, Log: log, URL: c.PressURL(), Hubs: c.Config().Press.Hubs, Fonts: fonts, Paper: c.PaperFonts}
	if f.Subscribers != nil {
		o.Mail = f.Subscribers
	}
	o.Told, o.Handed = f.Numbers.Page, f.Numbers.Handed
	site, err := pressroom.New(o)
	if err != nil {
		return err
	}
	l, err := direct.Listen(ctx, c.Config().Press.Listen)
	if err != nil {
		return err
	}
	g.Go(func() error {
		p.follow(ctx, site.Prepare)
		return nil
	})
	if f.Subscribers != nil {
		h := &herald{store: f.Subscribers, edition: p.Edition, tell: reminder.Post{Mail: c.Config().Mail, Now: f.Now}.Tell, site: c.PressURL(), log: log}
		g.Go(func() error {
			h.run(ctx)
			return nil
		})
	}
	if len(o.Hubs) > 0 {
		x := &crier{edition: p.Edition, feeds: site.Feeds, hubs: reminder.NewHubs(reminder.HubOptions{Hubs: o.Hubs, Private: c.Config().Hooks.Private, Now: f.Now, Log: log}), log: log, told: map[string][sha256.Size]byte{}}
		g.Go(func() error {
			x.run(ctx)
			return nil
		})
	}
	g.Go(func() error {
		return site.Serve(ctx, l, f.Numbers.Count(gauges.Press, c.Spans().Requests(spans.Site(gauges.Press), site)))
	})
	return nil
}

// pressFiles is the whole press room as files that any server can serve under a public address, without what needs a server.
func pressFiles(ctx context.Context, c *chancery.Chancery, store *replies.Store, now func() time.Time, url string) (map[string][]byte, error) {
	s, err := pressroom.New(pressroom.Options{Source: newPublisher(c, store, now, slog.New(slog.DiscardHandler)), Now: now, Rand: rand.Reader, URL: url, Still: true, Fonts: fonts, Paper: c.PaperFonts})
	if err != nil {
		return nil, err
	}
	return s.Files(ctx)
}
