package premises

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"entente.example/internal/api"
	"entente.example/internal/aside"
	"entente.example/internal/carrier/direct"
	"entente.example/internal/chancery"
	"entente.example/internal/web"
)

// Limits of a web listener.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 64 << 10
	goodbye       = 3 * time.Second // how long open requests may take to end
)

// Serve runs a chancery with its faces until ctx ends. now is the members' site's clock.
func Serve(ctx context.Context, c *chancery.Chancery, now func() time.Time, log *slog.Logger) error {
	g, ctx := errgroup.WithContext(ctx)
	cfg := c.Config()
	desk, err := Desk(c, now)
	if err != nil {
		return err
	}
	g.Go(func() error {
		tidy(ctx, desk, log)
		return nil
	})
	if cfg.Web.Listen != "" {
		members, err := membersSite(c, desk, now, log)
		if err != nil {
			return err
		}
		l, err := direct.Listen(ctx, cfg.Web.Listen)
		if err != nil {
			return err
		}
		g.Go(func() error {
			return serveHTTP(ctx, &http.Server{Handler: members, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
				ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}, func(s *http.Server) error { return s.Serve(l) })
		})
	}
	g.Go(func() error { return serveAPI(ctx, c, desk, log) })
	g.Go(func() error { return c.Run(ctx) })
	return g.Wait()
}

// membersSite is the pages, and the same API as on the socket for whoever is signed in.
func membersSite(c *chancery.Chancery, desk *aside.Desk, now func() time.Time, log *slog.Logger) (http.Handler, error) {
	cfg := c.Config()
	site, err := web.New(web.Options{Source: house{c, desk, now}, Staff: c.Staff(), Now: now, Rand: rand.Reader, Log: log, Node: cfg.Party,
		Secure: strings.HasPrefix(cfg.Web.URL, "https://"), Origin: cfg.Web.URL})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle(api.Base+"/", site.Protect(late(func() http.Handler { // pages do without it, and it takes megabytes
		handler, _ := api.New(api.Options{Chancery: c, Desk: desk, Member: site.Member, Still: site.Still, Log: log, Now: now})
		return handler
	})))
	mux.Handle("/", site)
	return mux, nil
}

// late makes a handler once it is asked for.
func late(made func() http.Handler) http.Handler {
	once := sync.OnceValue(made)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { once().ServeHTTP(w, r) })
}

// serveHTTP serves until ctx ends, then lets open requests end.
func serveHTTP(ctx context.Context, s *http.Server, serve func(*http.Server) error) error {
	done := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
		defer cancel()
		err := s.Shutdown(late)
		if errors.Is(err, context.DeadlineExceeded) {
			err = s.Close() // streams stay open as long as their readers; they end with us
		}
		done <- err
	})
	err := serve(s)
	if !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	return <-done
}
