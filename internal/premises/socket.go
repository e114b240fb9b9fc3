package premises

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"entente.example/internal/api"
	"entente.example/internal/chancery"
	"entente.example/internal/gauges"
	"entente.example/internal/serving"
)

// MemberHeader names the acting member on the node's own socket. Who may open the socket is the operator.
const MemberHeader = "Entente-Member"

// Operator answers who acts on the socket: whom the operator names; nobody, for what needs no member.
func Operator(r *http.Request) (string, bool) { return r.Header.Get(MemberHeader), true }

// serveAPI serves the API on the node's socket, which only its owner can open.
func serveAPI(ctx context.Context, c *chancery.Chancery, f Faces, log *slog.Logger) error {
	o := f.API(c)
	o.Member, o.Operator, o.Log = Operator, true, log
	answers, _ := api.New(o)
	handler := f.Numbers.Handler(f.Numbers.Count(gauges.Socket, answers))
	path := c.Socket()
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) { // left by a process that was killed; the directory's lock is ours
		return fmt.Errorf("socket: %w", err)
	}
	// The socket appears under its name only with its mode: a socket in a directory of its own is nobody else's for a moment.
	private := path + ".new"
	if err := errors.Join(os.RemoveAll(private), os.Mkdir(private, 0o700)); err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	defer os.RemoveAll(private)
	l, err := (&net.ListenConfig{}).Listen(ctx, "unix", filepath.Join(private, "s"))
	if err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := errors.Join(os.Chmod(filepath.Join(private, "s"), 0o600), os.Rename(filepath.Join(private, "s"), path)); err != nil {
		return fmt.Errorf("socket: %w", err)
	}
	defer os.Remove(path)
	return serving.Until(ctx, &http.Server{Handler: handler, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader},
		func(s *http.Server) error { return s.Serve(l) })
}
