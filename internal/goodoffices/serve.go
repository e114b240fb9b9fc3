package goodoffices

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"entente.example/internal/caller"
	"entente.example/internal/carrier/pinned"
	"entente.example/internal/serving"
)

// Protocol is what both ends agree on in the handshake. It is the web's own, so that the road is open wherever a browser's is.
const Protocol = "http/1.1"

// Limits of the listener.
const (
	headerTimeout  = 10 * time.Second // of handshake and header
	idleTimeout    = 2 * time.Minute
	maxHeader      = 8 << 10
	maxConns       = 2048 // in all
	maxConnsPer    = 256  // from one address, also before anybody has shown a key
	sweepEvery     = time.Minute
	maxUploadsHere = 32 // of all customers; what is being uploaded lies in memory
)

// Serve keeps mail for the customers until ctx ends.
func (f *Office) Serve(ctx context.Context, l net.Listener) error {
	cert, err := f.key.Certificate(nil)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: f.handler(), ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		TLSNextProto: map[string]func(*http.Server, *tls.Conn, http.Handler){}, ErrorLog: slog.NewLogLogger(f.log.Handler(), slog.LevelDebug),
		BaseContext: func(net.Listener) context.Context { return ctx }}
	swept := make(chan struct{})
	go func() {
		defer close(swept)
		f.keepHouse(ctx)
	}()
	// Whoever has a key may shake hands: a customer whom the operator has forgotten must hear that in words, and a broken handshake has none. Of a stranger's request the head alone is read.
	err = serving.Until(ctx, server, tls.NewListener(newBounded(l), pinned.TLS(cert, Protocol, func(pinned.Pin, []byte) bool { return true })))
	if err != nil {
		return fmt.Errorf("good offices: %w", err)
	}
	<-swept
	return nil
}

// keepHouse deletes what is too old and says when the list of customers cannot be read.
func (f *Office) keepHouse(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := f.mail.Sweep(ctx, f.now().Add(-time.Duration(f.settings.Keep))); err != nil {
			f.log.Warn("old mail could not be deleted", "error", err)
		}
		if err := f.mail.Checkpoint(ctx); err != nil && ctx.Err() == nil {
			f.log.Warn("the mail's write-ahead log could not be moved into its file", "error", err)
		}
		if _, err := f.customers.list(); err != nil {
			f.log.Error("the list of customers is not in order; the last one that was counts", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// bounded is a listener that holds only so many connections, in all and from one address. What comes above is closed at once.
type bounded struct {
	net.Listener
	mu   sync.Mutex
	all  int
	from map[netip.Addr]int
}

func newBounded(l net.Listener) *bounded { return &bounded{Listener: l, from: map[netip.Addr]int{}} }

func (b *bounded) Accept() (net.Conn, error) {
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if from := caller.Of(c.RemoteAddr().String()); from.IsValid() && b.admit(from) {
			return &counted{Conn: c, leave: func() { b.leave(from) }}, nil
		}
		_ = c.Close()
	}
}

func (b *bounded) admit(from netip.Addr) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all >= maxConns || b.from[from] >= maxConnsPer {
		return false
	}
	b.all++
	b.from[from]++
	return true
}

func (b *bounded) leave(from netip.Addr) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all--
	if b.from[from]--; b.from[from] == 0 {
		delete(b.from, from)
	}
}

type counted struct {
	net.Conn
	once  sync.Once
	leave func()
}

func (c *counted) Close() error {
	c.once.Do(c.leave)
	return c.Conn.Close()
}
