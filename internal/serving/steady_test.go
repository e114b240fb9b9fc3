package serving

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// one listens for the one connection that it is given.
type one struct {
	conn   chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func newOne() *one { return &one{conn: make(chan net.Conn, 1), closed: make(chan struct{})} }

func (o *one) Accept() (net.Conn, error) {
	select {
	case c := <-o.conn:
		return c, nil
	case <-o.closed:
		return nil, net.ErrClosed
	}
}
func (o *one) Close() error   { o.once.Do(func() { close(o.closed) }); return nil }
func (o *one) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// talk serves h to one caller, in a time of its own.
func talk(t *testing.T, h http.Handler, caller func(net.Conn)) {
	synctest.Test(t, func(t *testing.T) {
		l := newOne()
		s := &http.Server{Handler: Steadily(h), ReadHeaderTimeout: 10 * time.Second}
		over := make(chan error, 1)
		go func() { over <- s.Serve(l) }()
		near, far := net.Pipe()
		l.conn <- far
		caller(near)
		_ = near.Close()
		_ = s.Close()
		<-over
	})
}

// Attack 24: a body that stops, or comes by drops, is waited for a minute and no longer, whether anybody reads it or not.
func TestASlowBodyEnds(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"read":     func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) },
		"not read": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
	} {
		for _, drops := range []time.Duration{0, time.Second} {
			t.Run(fmt.Sprintf("%s, a drop each %v", name, drops), func(t *testing.T) {
				talk(t, h, func(c net.Conn) {
					began := time.Now()
					if _, err := io.WriteString(c, "POST /sign-in HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\na"); err != nil {
						t.Fatal(err)
					}
					stopped := make(chan struct{})
					go func() {
						defer close(stopped)
						for drops > 0 {
							time.Sleep(drops)
							if _, err := io.WriteString(c, "a"); err != nil {
								return
							}
						}
					}()
					_, _ = io.Copy(io.Discard, c)
					if took := time.Since(began); took < patience || took > patience+2*time.Second { // of this bubble's own clock; a server waits half a second before it closes
						t.Errorf("the connection ended after %v", took)
					}
					_ = c.Close()
					<-stopped
				})
			})
		}
	}
}

// A large file on a thin line comes whole, however long it takes; and what is answered for long after its body came is not cut off.
func TestASteadyBodyComesWhole(t *testing.T) {
	const size = 1 << 20
	h := func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		time.Sleep(2 * patience)
		_, _ = fmt.Fprintln(w, n, err, r.Context().Err())
	}
	talk(t, http.HandlerFunc(h), func(c net.Conn) {
		go func() {
			_, _ = io.WriteString(c, fmt.Sprintf("POST /file HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n", size))
			for range size / pace {
				time.Sleep(time.Second)
				_, _ = io.WriteString(c, strings.Repeat("a", pace))
			}
		}()
		r, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(r.Body); err != nil || string(b) != fmt.Sprintln(size, nil, nil) {
			t.Errorf("it is answered %q: %v", b, err)
		}
	})
}
