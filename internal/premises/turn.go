package premises

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"entente.example/internal/api"
	"entente.example/internal/carrier/direct"
	"entente.example/internal/chancery"
	"entente.example/internal/config"
	"entente.example/internal/locale"
	"entente.example/internal/serving"
	"entente.example/internal/standby"
	"entente.example/internal/web"
	"entente.example/refusal"
)

// Opening opens the node in a directory for this process.
type Opening func(ctx context.Context) (*chancery.Chancery, error)

// InTurn serves the node in a directory until ctx ends, once this process holds it. ready is told when it does. While another process holds the node, this one stands by if it may: it passes on
// what it is asked. When ctx ends it lays the node down, and what it is still asked then it passes on to the next.
func InTurn(ctx context.Context, dir string, cfg config.Config, mayWait bool, open Opening, ready func(*chancery.Chancery), log *slog.Logger) error {
	door := newDoor(chancery.SocketIn(dir), log)
	var c *chancery.Chancery
	var err error
	if !mayWait { // who may not wait learns that first
		if c, err = open(ctx); err != nil {
			return err
		}
	}
	l, err := membersDoor(ctx, cfg)
	if err != nil && c != nil {
		err = errors.Join(err, c.Close())
	}
	if err != nil {
		return err
	}
	return behind(ctx, door, l, log, func(ctx context.Context) (err error) {
		if c == nil {
			if c, err = await(ctx, door, cfg, open, log); err != nil || c == nil {
				return err
			}
		}
		for {
			ready(c)
			err := errors.Join(hold(ctx, door, c, time.Now, log), c.Close())
			if ctx.Err() != nil || !away(err) {
				return err
			}
			log.Warn("this node has laid itself down, and opens its record anew as soon as that can be read", "error", err)
			pause(ctx)
			if c, err = await(ctx, door, cfg, open, log); err != nil || c == nil {
				return err
			}
		}
	})
}

// away reports whether a node ended because its record could not be read: when it was to write something, or while it was being taken up. It is opened anew as soon as the record can be read.
func away(err error) bool {
	return err != nil && slices.Contains([]string{"node.store_lost", "node.store_away"}, refusal.As(err).Key)
}

// await opens the node as soon as no other process holds it; nil if ctx ends first.
func await(ctx context.Context, door *standby.Door, cfg config.Config, open Opening, log *slog.Logger) (*chancery.Chancery, error) {
	said := ""
	for ; ; pause(ctx) {
		c, err := open(ctx)
		if err == nil || refusal.As(err).Kind != refusal.Unavailable {
			return c, err
		}
		if ctx.Err() != nil {
			return nil, nil
		}
		if key := refusal.As(err).Key; key != said {
			said = key
			if key == "node.directory_in_use" {
				log.Info("another process holds this node; this one stands by and passes on what it is asked")
			} else {
				log.Warn("this node cannot be taken up yet", "error", err)
			}
		}
		if err := door.StandBy(ctx, me(), doorOf(cfg)); err != nil && ctx.Err() == nil && !errors.Is(err, fs.ErrNotExist) { // there is a process, then
			log.Debug("the process that holds this node lets nobody in", "error", err)
		}
	}
}

// pause is between two tries to take a node up.
func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(50 * time.Millisecond):
	}
}

// me is this process as operators know it.
func me() string {
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	return host + " " + strconv.Itoa(os.Getpid())
}

// process tells of this process while it holds the node.
func process(door *standby.Door) func() chancery.Process {
	since := time.Now()
	return func() chancery.Process {
		p := chancery.Process{Process: me(), Since: since.UTC().Format(time.RFC3339), StandBy: []chancery.StandsBy{}}
		for _, o := range door.Others() {
			p.StandBy = append(p.StandBy, chancery.StandsBy{Process: o.Process, Door: o.Door, Since: o.Since.UTC().Format(time.RFC3339)})
		}
		return p
	}
}

// DoorFile is the socket by which processes of one node, and commands, come to the one that holds it; it stands beside the socket of the API.
const DoorFile = "door.sock"

// DoorIn is its path in a node's directory.
func DoorIn(dir string) string { return filepath.Join(dir, DoorFile) }

func newDoor(socket string, log *slog.Logger) *standby.Door {
	return standby.New(standby.Options{Socket: DoorIn(filepath.Dir(socket)), Refuse: refuse(web.NewClosed()), Log: log})
}

// refuse tells somebody at the door why they are not answered.
func refuse(closed *web.Closed) func(http.ResponseWriter, *http.Request, error) {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		if !strings.HasPrefix(r.URL.Path, api.Base+"/") {
			closed.Refuse(w, r, err)
			return
		}
		tag, why := locale.Match(r.Header.Get("Accept-Language")), refusal.As(err)
		b, err := json.Marshal(api.Problem{Status: http.StatusServiceUnavailable, Title: http.StatusText(http.StatusServiceUnavailable), Detail: locale.Explain(tag, why), Kind: why.Kind, Key: why.Key, Params: why.Params})
		if err != nil {
			b = nil
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write(b) // the client has gone if this fails
	}
}

// behind serves members at a door for as long as house works, and a little longer: what was asked last may be for the next process.
func behind(ctx context.Context, door *standby.Door, l net.Listener, log *slog.Logger, house func(context.Context) error) error {
	g, ctx := errgroup.WithContext(ctx)
	if l != nil {
		defer context.AfterFunc(ctx, door.End)()
		g.Go(func() error {
			return serving.UntilWithin(ctx, standby.Patience, &http.Server{Handler: serving.Roomily(serving.Steadily(door)), ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
				ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}, l)
		})
	}
	g.Go(func() error { return house(ctx) })
	return g.Wait()
}

// doorOf is where members come in.
func doorOf(cfg config.Config) string {
	if handedOver() {
		return "systemd"
	}
	return cfg.Web.Listen
}

// handedOver reports whether whoever started this process has opened the members' address for it, as systemd does (sd_listen_fds).
func handedOver() bool {
	return os.Getenv("LISTEN_PID") == strconv.Itoa(os.Getpid()) && os.Getenv("LISTEN_FDS") == "1"
}

// membersDoor listens at the members' address, or takes the listener that was opened before: it stays open while one process follows another. nil: there is no members' site.
func membersDoor(ctx context.Context, cfg config.Config) (net.Listener, error) {
	if cfg.Web.Listen == "" {
		return nil, nil
	}
	if !handedOver() {
		return direct.Listen(ctx, cfg.Web.Listen)
	}
	f := os.NewFile(3, "members") // the first one
	l, err := net.FileListener(f)
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("the listener that was handed over cannot be used: %w", err)
	}
	return l, nil
}
