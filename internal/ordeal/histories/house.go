package histories

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"entente.example/internal/api"
	"entente.example/internal/chancery"
	"entente.example/internal/config"
	"entente.example/internal/demo"
	"entente.example/internal/worked"
)

// found makes a mechanism of the invented profile, ends its nodes, and says where the one is that is asked here, and who asks it. The others stay away: nothing that is promised here depends on them.
func found(ctx context.Context, dir string) (*house, error) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		return nil, err
	}
	stage, err := demo.Set(ctx, dir, ex, slog.New(slog.DiscardHandler), demo.Quietly)
	if err != nil {
		return nil, err
	}
	_, err = stage.Found(ctx)
	h := &house{dir: stage.Actors[0].Dir, member: string(stage.Actors[0].Party) + "-hod", sockets: filepath.Join(dir, "s")}
	return h, errors.Join(err, stage.Close(), os.Mkdir(h.sockets, 0o700))
}

// What tells a process of this package's tests that it is to be a node: its directory, and the socket at which it is asked.
const (
	dirVariable    = "ENTENTE_HISTORIES_DIR"
	socketVariable = "ENTENTE_HISTORIES_SOCKET"
)

// serve is a node that answers at a socket until nobody holds its standard input any more.
func serve(dir, socket string) error {
	ctx, end := context.WithCancel(context.Background())
	defer end()
	cfg, err := config.Load(filepath.Join(dir, chancery.ConfigFile), nil)
	if err != nil {
		return err
	}
	cfg.Line.Retry = config.Duration(time.Hour) // nobody is there
	c, err := chancery.Open(ctx, chancery.Options{Dir: dir, Config: cfg, Now: time.Now, Alone: true})
	if err != nil {
		return err
	}
	l, err := net.Listen("unix", socket)
	if err != nil {
		return errors.Join(err, c.Close())
	}
	asked := func(r *http.Request) (string, bool) { return r.Header.Get("Entente-Member"), true }
	server := &http.Server{Handler: api.Serving(api.Options{Chancery: c, Operator: true, Member: asked}), ReadHeaderTimeout: time.Minute}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return c.Run(ctx) })
	g.Go(func() error {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	g.Go(func() error {
		select {
		case <-c.Running():
			fmt.Println("serves")
		case <-ctx.Done():
		}
		return nil
	})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with whoever began us
		end()
	}()
	<-ctx.Done()
	return errors.Join(server.Close(), g.Wait(), c.Close())
}

// house is a node in a process, and the next one in its directory when that was killed.
type house struct {
	dir, sockets string
	member       string    // acts for all clients: a key is its member's own, so only clients of one member meet in it
	life, played int       // how many processes there were before, and histories
	process      *exec.Cmd // nil while there is none
	http         *http.Client
}

// start lets the node run in a new process and returns when it answers.
func (h *house) start() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	socket := filepath.Join(h.sockets, fmt.Sprint(h.life))
	c := exec.Command(self)
	c.Env = append(os.Environ(), dirVariable+"="+h.dir, socketVariable+"="+socket, "GOGC=400")
	c.Stderr = os.Stderr
	if _, err := c.StdinPipe(); err != nil { // it ends when this process does
		return err
	}
	said, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	h.process = c
	// A process has a socket of its own, so that no request comes to another one than it was meant for.
	h.http = &http.Client{Timeout: 5 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 8,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", socket)
		}}}
	if line, err := bufio.NewReader(said).ReadString('\n'); err != nil {
		return errors.Join(fmt.Errorf("the node does not come to serve: %q: %w", line, err), h.kill())
	}
	return nil
}

// kill ends the process in the middle of whatever it does.
func (h *house) kill() error {
	if h.process == nil {
		return nil
	}
	err := h.process.Process.Kill()
	_ = h.process.Wait() // tells that it was killed
	h.process = nil
	h.life++
	h.http.CloseIdleConnections()
	return err
}
