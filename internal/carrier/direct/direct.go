// Package direct carries frames between nodes over TLS, pinned at both ends.
//
// It promises that nothing is parsed before the other end has shown a key that is allowed, that key exchange is post-quantum hybrid or does not happen, and that memory per
// connection is bounded. It knows no mechanism and no log; a Handler does. docs/protocol.md 5.
package direct

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"syscall"
	"time"

	"entente.example/internal/carrier/pinned"
	"entente.example/internal/serving"
	"entente.example/refusal"
)

// Pin is the SHA-256 of a key's SubjectPublicKeyInfo, hex.
type Pin = pinned.Pin

// Handler takes what arrives. Its methods are called from one goroutine per connection and must not block for long.
type Handler interface {
	Allowed(Pin) bool
	// Vouched judges a key that is not known, by the credential that its certificate carries. want is the key that was expected instead, "" if we were called.
	Vouched(pin Pin, credential []byte, want Pin) bool
	Opened(*Conn)
	Frame(c *Conn, kind byte, tag Tag, payload []byte)
	Closed(*Conn)
}

// Tag is the first eight bytes of a mechanism id.
type Tag [8]byte

// Config is what a carrier is made of. Certificate, Pin and Handler are required.
type Config struct {
	Certificate tls.Certificate
	Pin         Pin // of Certificate
	Handler     Handler
	Retry       time.Duration    // between two tries to reach a peer; 500 ms if zero
	Now         func() time.Time // the clock that others are told; the system's if nil
}

const (
	protocol     = "entente-link/1"
	dialTimeout  = 10 * time.Second
	youngTry     = 3 * time.Second
	defaultRetry = 500 * time.Millisecond
)

// Carrier holds a node's direct connections.
type Carrier struct {
	cfg   Config
	mu    sync.Mutex // guards the rest
	conns map[Pin]*Conn
	cut   map[Pin]bool
	wake  map[Pin]chan struct{}
	state map[Pin]*Health
	moved map[Pin]Pin // a key that was dialled → the key that answered with a credential
	wg    sync.WaitGroup

	strangers strangers

	patience time.Duration // with one try to connect
	young    time.Duration // a try this young is not given up for news of the peer
}

// New makes a carrier without connections.
func New(cfg Config) *Carrier {
	if cfg.Retry == 0 {
		cfg.Retry = defaultRetry
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Carrier{cfg: cfg, conns: map[Pin]*Conn{}, cut: map[Pin]bool{}, wake: map[Pin]chan struct{}{}, moved: map[Pin]Pin{}, state: map[Pin]*Health{}, patience: dialTimeout, young: youngTry}
}

// tlsConfig is the same at both ends but for whom it expects; want "" takes whoever the handler allows.
func (c *Carrier) tlsConfig(want Pin) *tls.Config {
	c.mu.Lock()
	own := c.cfg.Certificate
	c.mu.Unlock()
	return pinned.TLS(own, protocol, func(pin Pin, credential []byte) bool {
		if c.isCut(pin) || want != "" && c.isCut(want) {
			return false
		}
		if (want == "" || pin == want) && c.cfg.Handler.Allowed(pin) {
			return true
		}
		return len(credential) > 0 && c.cfg.Handler.Vouched(pin, credential, want)
	})
}

// Renew shows another certificate from now on. Connections under the old one end, and are made again.
func (c *Carrier) Renew(own tls.Certificate, pin Pin) {
	c.mu.Lock()
	c.cfg.Certificate, c.cfg.Pin = own, pin
	c.mu.Unlock()
	c.closeAll()
}

// Drop ends the connection of a key that is not allowed any more.
func (c *Carrier) Drop(pin Pin) {
	if conn := c.Conn(pin); conn != nil {
		conn.Close()
	}
}

// Listen opens the address. A port that is taken, or that this program may not have, is refused with what to do.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, cannotListen(address, err)
	}
	return l, nil
}

// cannotListen says why an address cannot be opened, and so what to do.
func cannotListen(address string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return refusal.New(refusal.Unavailable, "line.port_in_use", "address", address).Because(err)
	case errors.Is(err, syscall.EACCES):
		return refusal.New(refusal.Denied, "line.port_denied", "address", address).Because(err)
	}
	return refusal.New(refusal.Invalid, "line.cannot_listen", "address", address).Because(err)
}

// Serve accepts connections until ctx ends, then waits for all of them. While no more files can be opened, whoever comes waits.
func (c *Carrier) Serve(ctx context.Context, l net.Listener) error {
	l = serving.Patient(l)
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	defer stop()
	for {
		raw, err := l.Accept()
		if ctx.Err() != nil {
			c.closeAll()
			c.wg.Wait()
			return nil
		}
		if err != nil {
			return fmt.Errorf("line: %w", err)
		}
		leave := c.strangers.enter(raw)
		c.wg.Go(func() {
			defer leave()
			c.run(ctx, tls.Server(raw, c.tlsConfig("")), false, leave)
		})
	}
}

// Reach keeps a connection to a peer that listens at one of the addresses, until ctx ends. Nobody waits long: a peer that comes back is found within one Retry.
func (c *Carrier) Reach(ctx context.Context, pin Pin, addresses []string) {
	c.mu.Lock()
	wake := make(chan struct{}, 1)
	c.wake[pin] = wake
	c.mu.Unlock()
	for n := 0; ctx.Err() == nil; n++ {
		switch {
		case c.isCut(pin):
			c.failed(pin, refusal.New(refusal.Unavailable, "line.cut"))
		case c.reached(pin):
		case len(addresses) == 0:
			c.failed(pin, refusal.New(refusal.Unavailable, "line.no_address"))
		default:
			c.dialUntilWoken(ctx, wake, pin, addresses[n%len(addresses)])
		}
		select {
		case <-ctx.Done():
		case <-wake:
		case <-time.After(c.cfg.Retry):
		}
	}
}

// reached reports whether there is a connection to a key, or to the one that has taken its place.
func (c *Carrier) reached(pin Pin) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conns[pin] != nil || c.conns[c.moved[pin]] != nil
}

// dialUntilWoken dials, but does not hang on an address that swallows everything once there is news of the peer: it gives up and lets Reach begin again. A try that has only just
// begun goes on, for news may come in a stream.
func (c *Carrier) dialUntilWoken(ctx context.Context, wake chan struct{}, pin Pin, address string) {
	attempt, cancel := context.WithCancel(ctx)
	defer cancel()
	began, done := time.Now(), make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-attempt.Done():
		case <-wake:
			select {
			case <-attempt.Done():
			case <-time.After(c.young - time.Since(began)):
				cancel()
			}
			c.Wake(pin) // for Reach, which waits for it after this try
		}
	}()
	c.dial(attempt, ctx, pin, address)
	cancel()
	<-done
}

// Wake says that there is news of a peer: whoever waits before the next try to reach it tries now.
func (c *Carrier) Wake(pin Pin) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if w := c.wake[pin]; w != nil {
		select {
		case w <- struct{}{}:
		default:
		}
	}
}

// dial tries one address once: attempt is how long the try may take, ctx how long the connection lives.
func (c *Carrier) dial(attempt, ctx context.Context, pin Pin, address string) {
	d := tls.Dialer{Config: c.tlsConfig(pin), NetDialer: &net.Dialer{Timeout: c.patience}}
	raw, err := d.DialContext(attempt, "tcp", address)
	if err != nil {
		if attempt.Err() == nil {
			c.failed(pin, dialProblem(address, err)) // tried again soon
		}
		return
	}
	if got, err := pinned.Peer(raw.(*tls.Conn).ConnectionState(), protocol); err == nil && got != pin {
		c.mu.Lock()
		c.moved[pin] = got
		c.mu.Unlock()
	}
	c.wg.Go(func() { c.run(ctx, raw.(*tls.Conn), true, func() {}) })
}

// run owns one connection from handshake to end; shown is called when the other end has shown a key that is allowed.
func (c *Carrier) run(ctx context.Context, t *tls.Conn, dialled bool, shown func()) {
	defer t.Close()
	hctx, cancel := context.WithTimeout(ctx, c.patience)
	err := t.HandshakeContext(hctx)
	cancel()
	if err != nil {
		return
	}
	pin, err := pinned.Peer(t.ConnectionState(), protocol)
	if err != nil {
		return
	}
	shown()
	conn := newConn(t, pin, c.dialler(pin, dialled), c.cfg.Now)
	if !c.admit(conn) {
		return
	}
	stop := context.AfterFunc(ctx, conn.Close)
	defer stop()
	c.cfg.Handler.Opened(conn)
	go conn.writeAll()
	conn.readAll(c.cfg.Handler)
	conn.Close()
	c.forget(conn)
	c.cfg.Handler.Closed(conn)
}

func (c *Carrier) dialler(peer Pin, dialled bool) Pin {
	if dialled {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.cfg.Pin
	}
	return peer
}

// admit keeps one connection for each peer: of two that were dialled from both ends at once, the one dialled by the smaller pin; of two by the same end, the newer.
func (c *Carrier) admit(conn *Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cut[conn.Pin] {
		return false
	}
	if old := c.conns[conn.Pin]; old != nil {
		if bytes.Compare([]byte(old.dialler), []byte(conn.dialler)) < 0 {
			return false
		}
		old.Close()
	}
	c.conns[conn.Pin] = conn
	c.health(conn.Pin).Up = time.Now().UTC()
	return true
}

func (c *Carrier) forget(conn *Conn) {
	c.mu.Lock()
	if c.conns[conn.Pin] == conn {
		delete(c.conns, conn.Pin)
		c.health(conn.Pin).Up = time.Now().UTC()
	}
	c.mu.Unlock()
	if conn.heard.Load() { // whoever hangs up without a word does not take us yet: dialled again at once, it would do so for as long
		c.Wake(conn.Pin)
	}
}

// Conn is the connection to a peer, or nil.
func (c *Carrier) Conn(pin Pin) *Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.conns[pin]
}

// Cut breaks the line to a peer and keeps it broken until Mend. It is how an operator suspends a line, and how the demo shows that it resumes.
func (c *Carrier) Cut(pin Pin) {
	c.mu.Lock()
	c.cut[pin] = true
	conn := c.conns[pin]
	c.mu.Unlock()
	if conn != nil {
		conn.Close()
	}
}

// Mend allows a line again that was cut.
func (c *Carrier) Mend(pin Pin) {
	c.mu.Lock()
	delete(c.cut, pin)
	c.mu.Unlock()
	c.Wake(pin)
}

func (c *Carrier) isCut(pin Pin) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cut[pin]
}

func (c *Carrier) closeAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		conn.Close()
	}
}
