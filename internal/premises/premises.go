package premises

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"entente.example/internal/api"
	"entente.example/internal/aside"
	"entente.example/internal/backroom"
	"entente.example/internal/carrier/direct"
	"entente.example/internal/chancery"
	"entente.example/internal/config"
	"entente.example/internal/gauges"
	"entente.example/internal/margin"
	"entente.example/internal/reminder"
	"entente.example/internal/replies"
	"entente.example/internal/serving"
	"entente.example/internal/signon"
	"entente.example/internal/spans"
	"entente.example/internal/standby"
	"entente.example/internal/subscribers"
	"entente.example/internal/web"
)

// Limits of a web listener.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
)

// Serve runs a chancery with its faces until ctx ends. now is the members' site's clock.
func Serve(ctx context.Context, c *chancery.Chancery, now func() time.Time, log *slog.Logger) error {
	door := newDoor(c.Socket(), log)
	l, err := membersDoor(ctx, c.Config())
	if err != nil {
		return err
	}
	return behind(ctx, door, l, log, func(ctx context.Context) error { return hold(ctx, door, c, now, log) })
}

// hold runs a chancery behind a door. When asked ends, everybody who is inside is answered first, and then the node ends.
func hold(asked context.Context, door *standby.Door, c *chancery.Chancery, now func() time.Time, log *slog.Logger) error {
	working, end := context.WithCancel(context.WithoutCancel(asked))
	defer end()
	g, ctx := errgroup.WithContext(working)
	cfg := c.Config()
	tally := gauges.Counted(log.Handler())
	log = slog.New(tally)
	faces, err := Open(ctx, c, now)
	if err != nil {
		return err
	}
	faces.Numbers = gauges.New(c, tally)
	c.OnCommit(faces.Numbers.Commit)
	rooms := map[string]http.Handler{standby.API: faces.commands(c, log)}
	if cfg.Web.Listen != "" {
		members, err := membersSite(c, faces, log)
		if err != nil {
			return errors.Join(err, faces.Close())
		}
		rooms[standby.Members] = faces.Numbers.Count(gauges.Members, c.Spans().Requests(spans.Site(gauges.Members), members))
	}
	if err := faces.open(ctx, g, c, log); err != nil {
		end()
		return errors.Join(err, g.Wait(), faces.Close())
	}
	c.Serves(process(door))
	g.Go(func() error { return serveSocket(ctx, c.Socket(), rooms[standby.API]) })
	g.Go(func() error { return c.Run(ctx) })
	g.Go(func() error {
		leave, err := door.Hold(ctx, rooms)
		if err != nil {
			return err
		}
		select {
		case <-asked.Done():
		case <-ctx.Done():
		}
		faces.Numbers.Leave() // before anybody waits for whoever is inside
		leave()
		end()
		return nil
	})
	return errors.Join(g.Wait(), faces.Close())
}

// open opens the faces that nobody else serves while this process holds the node.
func (f Faces) open(ctx context.Context, g *errgroup.Group, c *chancery.Chancery, log *slog.Logger) error {
	cfg := c.Config()
	g.Go(func() error {
		tidy(ctx, f.Desk, log)
		return nil
	})
	remind, err := newReminders(c, f.Now, log)
	if err != nil {
		return err
	}
	if remind != nil {
		g.Go(func() error {
			remind.run(ctx)
			return nil
		})
	}
	if cfg.Press.Listen != "" {
		if err := openPress(ctx, g, c, f, log); err != nil {
			return err
		}
	}
	if cfg.Operating.Listen != "" {
		return openNumbers(ctx, g, cfg.Operating.Listen, f.Numbers, log)
	}
	return nil
}

// openNumbers serves what watching programs ask on a listener of its own, which nothing else shares.
func openNumbers(ctx context.Context, g *errgroup.Group, address string, numbers *gauges.Gauges, log *slog.Logger) error {
	l, err := direct.Listen(ctx, address)
	if err != nil {
		return err
	}
	g.Go(func() error {
		return serving.Until(ctx, &http.Server{Handler: numbers.Handler(nil), ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
			ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}, l)
	})
	return nil
}

// Faces are what faces need beside the chancery.
type Faces struct {
	Desk        *aside.Desk
	Replies     *replies.Store     // nil if there is no press room
	Subscribers *subscribers.Store // nil if it writes to nobody
	Ours        *backroom.Store
	Numbers     *gauges.Gauges // nil while the node does not serve
	Now         func() time.Time
}

// Open opens what faces need, for a command on a node that does not serve.
func Open(ctx context.Context, c *chancery.Chancery, now func() time.Time) (Faces, error) {
	desk, err := Desk(c, now)
	if err != nil {
		return Faces{}, err
	}
	f := Faces{Desk: desk, Now: now}
	if f.Replies, err = letters(ctx, c, now); err == nil && f.Replies != nil {
		c.UseLetters(f.Replies.Waiting)
	}
	if err == nil {
		f.Subscribers, err = openSubscribers(ctx, c, now)
	}
	if err == nil {
		f.Ours, err = openBackroom(ctx, c, now)
	}
	if err != nil {
		return Faces{}, errors.Join(err, f.Close())
	}
	return f, nil
}

// Close closes what Open opened.
func (f Faces) Close() error {
	var errs []error
	if f.Replies != nil {
		errs = append(errs, f.Replies.Close())
	}
	if f.Subscribers != nil {
		errs = append(errs, f.Subscribers.Close())
	}
	if f.Ours != nil {
		errs = append(errs, f.Ours.Close())
	}
	return errors.Join(errs...)
}

// API is what every API of a node is made of.
func (f Faces) API(c *chancery.Chancery) api.Options {
	return api.Options{Chancery: c, Desk: f.Desk, Replies: f.Replies, Subscribers: f.Subscribers, Ours: f.Ours, Now: f.Now, Handover: f.house(c).Handover, Lists: f.house(c).lists, Forget: f.house(c).forget, PressFiles: func(ctx context.Context, url string) (map[string][]byte, error) {
		return pressFiles(ctx, c, f.Replies, f.Now, url)
	}, PressPreview: func(ctx context.Context, mech, member, text string) (map[string][]byte, error) {
		return previewFiles(ctx, c, f.Now, mech, member, text)
	}}
}

// house answers what pages ask.
func (f Faces) house(c *chancery.Chancery) house {
	return house{c: c, desk: f.Desk, letters: f.Replies, subscribers: f.Subscribers, ours: f.Ours, homes: &memory[*said]{most: mostRemembered}, keptCards: &memory[*keptCard]{most: mostRemembered}, margins: &margin.Memory{}, patience: homePatience, hasRead: c.Glances().Knows, now: f.Now}
}

// membersSite is the pages, and the same API as on the socket for whoever is signed in.
func membersSite(c *chancery.Chancery, f Faces, log *slog.Logger) (http.Handler, error) {
	cfg := c.Config()
	listens, _, _ := net.SplitHostPort(cfg.Web.Listen)
	directory, err := directory(cfg, f.Now)
	if err != nil {
		return nil, err
	}
	site, err := web.New(web.Options{Source: f.house(c), Staff: c.Staff(), Now: f.Now, Rand: rand.Reader, Log: log, Told: chancery.Told, Node: cfg.Party, SignOn: directory, SignOnOnly: cfg.SignOn.Only, SealWithin: time.Duration(cfg.SignOn.Seal), Copies: cfg.Web.Copies,
		Secure: strings.HasPrefix(cfg.Web.URL, "https://"), Origin: cfg.Web.URL, Hosts: []string{listens}})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(api.Base+"/", site.Protect(late(func() http.Handler { // pages do without it, and it takes megabytes
		o := f.API(c)
		o.Member, o.Still, o.Fresh, o.Log = site.Member, site.Still, site.Fresh, log
		return api.Serving(o)
	})))
	mux.Handle("/", site)
	return guestsFirst(c, site, log, mux), nil
}

// directory is the house's, nil if the operator named none. Nothing is asked of it yet.
func directory(cfg config.Config, now func() time.Time) (*signon.Gate, error) {
	if cfg.SignOn.Issuer == "" {
		return nil, nil
	}
	o := signon.Options{Issuer: cfg.SignOn.Issuer, ClientID: cfg.SignOn.ClientID, Back: strings.TrimSuffix(cfg.Web.URL, "/") + web.SignOnBack, Now: now}
	if file := cfg.SignOn.SecretFile; file != "" {
		var err error
		if o.Secret, err = reminder.Secret(file); err != nil {
			return nil, err
		}
	}
	return signon.New(o), nil
}

// late makes a handler once it is asked for.
func late(made func() http.Handler) http.Handler {
	once := sync.OnceValue(made)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { once().ServeHTTP(w, r) })
}
