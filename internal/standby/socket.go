package standby

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"path/filepath"
	"sync"
	"time"

	"entente.example/refusal"
)

// hello is what the process that holds the node says to whom it lets in. What is asked after it is answered; who does not hear it may ask elsewhere.
const hello = '!'

// greeter lets in whoever comes while this process holds the node.
type greeter struct {
	net.Listener
	door *Door
}

func (g *greeter) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		h, out, _, _ := g.door.enter(standing)
		if h == nil {
			_ = c.Close() // laid down
			continue
		}
		if _, err := c.Write([]byte{hello}); err != nil { // it has gone again
			out()
			_ = c.Close()
			continue
		}
		return &guest{c, out}, nil
	}
}

// guest is somebody who was let in.
type guest struct {
	net.Conn
	out func()
}

func (g *guest) Close() error {
	defer g.out()
	return g.Conn.Close()
}

// Dial comes to the process that holds the node, and is let in.
func Dial(ctx context.Context, socket string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, greeting)
	defer cancel()
	c, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.SetReadDeadline(time.Unix(1, 0)) })
	b := make([]byte, 1)
	if _, err = c.Read(b); err == nil && b[0] != hello {
		err = errors.New("this is no node")
	}
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// pass gives a request to the process that holds the node. It reports false if that one died before it answered, and the request may be given to the next one.
func (d *Door) pass(w http.ResponseWriter, r *http.Request, conn net.Conn) (answered bool) {
	answered = true
	proxy := httputil.ReverseProxy{
		Transport: over(conn),
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host, p.Out.Host = "http", "node", p.In.Host
			p.Out.URL.RawQuery = p.In.URL.RawQuery // as it came: who answers judges it
			p.Out.Header.Set(roomHeader, Members)
			p.Out.Header.Set(fromHeader, p.In.RemoteAddr)
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if reads := r.Method == http.MethodGet || r.Method == http.MethodHead; reads && r.Context().Err() == nil {
				answered = false
				return
			}
			d.o.Refuse(w, r, refusal.New(refusal.Unavailable, "node.no_answer").Because(err))
		},
	}
	proxy.ServeHTTP(w, r)
	return answered
}

// Listen opens a socket that only its owner can open. What a process left there that was killed is taken away: the caller has the lock of the directory. remove closes it.
func Listen(ctx context.Context, path string) (l net.Listener, remove func(), err error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("socket: %w", err)
	}
	// The socket appears under its name only with its mode: a socket in a directory of its own is nobody else's for a moment.
	private := path + ".new"
	if err := errors.Join(os.RemoveAll(private), os.Mkdir(private, 0o700)); err != nil {
		return nil, nil, fmt.Errorf("socket: %w", err)
	}
	defer os.RemoveAll(private)
	fresh := filepath.Join(private, "s")
	if l, err = (&net.ListenConfig{}).Listen(ctx, "unix", fresh); err != nil {
		return nil, nil, fmt.Errorf("socket: %w", err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := errors.Join(os.Chmod(fresh, 0o600), os.Rename(fresh, path)); err != nil {
		return nil, nil, fmt.Errorf("socket: %w", errors.Join(err, l.Close()))
	}
	return l, sync.OnceFunc(func() {
		_ = l.Close()
		_ = os.Remove(path)
	}), nil
}
