package direct

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"math/big"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"entente.example/internal/serving/servingtest"
	"entente.example/refusal"
)

// end is a carrier that allows everybody and tells what is opened.
type end struct {
	*Carrier
	opened chan Pin
	nobody bool // is allowed
}

func (e *end) Vouched(Pin, []byte, Pin) bool  { return false }
func (e *end) Allowed(Pin) bool               { return !e.nobody }
func (e *end) Opened(c *Conn)                 { e.opened <- c.Pin }
func (e *end) Frame(*Conn, byte, Tag, []byte) {}
func (e *end) Closed(*Conn)                   {}

func newEnd(t *testing.T, retry time.Duration) *end {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
	e := &end{opened: make(chan Pin, 16)}
	e.Carrier = New(Config{Certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, Pin: Pin(hex.EncodeToString(sum[:])), Handler: e, Retry: retry})
	return e
}

func (e *end) meets(t *testing.T, other *end) {
	t.Helper()
	select {
	case pin := <-e.opened:
		if pin != other.cfg.Pin {
			t.Fatalf("met %s", pin)
		}
	case <-time.After(time.Minute):
		t.Fatal("nobody was met")
	}
}

// A node that tries once an hour still reaches a party that is back at once when there is news of it from elsewhere, even if its last try hangs at an address that swallows everything.
// A node that waited its hour, or that hung until the system gave up, never ends here.
func TestNewsOfAPeerEndsTheWait(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	us, them := newEnd(t, time.Hour), newEnd(t, time.Hour)
	us.patience, us.young = time.Hour, time.Millisecond
	swallows, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer swallows.Close()
	answers, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served, reaching := make(chan error, 1), make(chan struct{})
	go func() { served <- them.Serve(ctx, answers) }()
	go func() {
		defer close(reaching)
		us.Reach(ctx, them.cfg.Pin, []string{swallows.Addr().String(), answers.Addr().String()})
	}()
	hanging, err := swallows.Accept() // the first try has begun, and will never end
	if err != nil {
		t.Fatal(err)
	}
	defer hanging.Close()
	us.Wake(them.cfg.Pin)
	us.meets(t, them)
	them.meets(t, us)
	cancel()
	<-reaching
	if err := <-served; err != nil {
		t.Error(err)
	}
	us.closeAll()
	us.wg.Wait()
}

// A line that breaks is dialled again at once. A peer that is there but does not take us, as one that has not joined yet, hangs up without a word, and the next try waits its time: otherwise two
// nodes would spend all of it on handshakes until their operators have spoken.
func TestWhoDoesNotTakeUsIsNotDialledAtOnce(t *testing.T) {
	for _, taken := range []bool{false, true} {
		us, them := newEnd(t, time.Hour), newEnd(t, time.Hour)
		them.nobody = !taken
		answers, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- them.Serve(ctx, answers) }()
		wake := make(chan struct{}, 1)
		us.wake[them.cfg.Pin] = wake
		us.dial(t.Context(), t.Context(), them.cfg.Pin, answers.Addr().String())
		if taken {
			us.meets(t, them)
			them.meets(t, us)
			for !us.Conn(them.cfg.Pin).heard.Load() {
				time.Sleep(time.Millisecond)
			}
			them.Drop(us.cfg.Pin)
		}
		us.wg.Wait()
		if again := len(wake) == 1; again != taken {
			t.Errorf("taken %v, dialled again at once %v", taken, again)
		}
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}
}

// A node that can open no more files for a while is reached once it can. One that took that for the end of its listener would end as a whole.
func TestWhoCannotOpenAFileGoesOnListening(t *testing.T) {
	us, them := newEnd(t, time.Millisecond), newEnd(t, time.Hour)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served, reaching := make(chan error, 1), make(chan struct{})
	go func() {
		served <- them.Serve(ctx, servingtest.Failing(l, syscall.EMFILE, syscall.EMFILE, syscall.EMFILE))
	}()
	go func() {
		defer close(reaching)
		us.Reach(ctx, them.cfg.Pin, []string{l.Addr().String()})
	}()
	us.meets(t, them)
	them.meets(t, us)
	cancel()
	<-reaching
	if err := <-served; err != nil {
		t.Error(err)
	}
	us.closeAll()
	us.wg.Wait()
}

// Each end is told the time of the other when the connection opens, and not only with the first regular ping: SPEC ping-time.
func TestTheTimeIsTold(t *testing.T) {
	us, them := newEnd(t, time.Hour), newEnd(t, time.Hour)
	them.cfg.Now = func() time.Time { return time.Now().Add(-time.Hour) }
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = them.Serve(ctx, l) }()
	go us.Reach(ctx, them.cfg.Pin, []string{l.Addr().String()})
	us.meets(t, them)
	them.meets(t, us)
	near := func(c *Carrier, pin Pin, want time.Duration) {
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
			if got := c.Health(pin).Ahead; (got - want).Abs() < 20*time.Second {
				return
			} else if time.Now().After(deadline) {
				t.Fatalf("the clock is said to be %v ahead, not %v", got, want)
			}
		}
	}
	near(us.Carrier, them.cfg.Pin, -time.Hour)
	near(them.Carrier, us.cfg.Pin, time.Hour)
	cancel()
	<-done
}

// Whoever cannot have an address is told why: it is taken, the system keeps it for others, or there is no such thing.
func TestListenSaysWhyNot(t *testing.T) {
	taken, err := Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for address, want := range map[string]string{taken.Addr().String(): "line.port_in_use", "127.0.0.1:no-such-port": "line.cannot_listen", "127.0.0.1": "line.cannot_listen"} {
		l, err := Listen(t.Context(), address)
		if r := refusal.As(err); err == nil || r.Key != want || r.Params["address"] != address {
			t.Errorf("%s: %v, %v, want %s", address, l, err, want)
		}
	}
	// Which ports are kept differs from system to system, and nothing is kept from whoever runs tests as root: this is how package net reports it.
	kept := &net.OpError{Op: "listen", Net: "tcp", Err: os.NewSyscallError("bind", syscall.EACCES)}
	if r := refusal.As(cannotListen("127.0.0.1:443", kept)); r.Key != "line.port_denied" || r.Kind != refusal.Denied || r.Params["address"] != "127.0.0.1:443" || !errors.Is(r, syscall.EACCES) {
		t.Errorf("a port that is kept for others: %v", r)
	}
}
