package goodoffices_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"entente.example/internal/carrier/pinned"
	"entente.example/internal/carrier/relay"
	"entente.example/internal/config"
	"entente.example/internal/goodoffices"
	"entente.example/internal/keys"
	"entente.example/internal/mailbox"
	"entente.example/refusal"
)

// office is one that serves on loopback, under a clock of the test's own.
type office struct {
	t       *testing.T
	dir     string
	address mailbox.Address
	ahead   atomic.Int64 // seconds that the office's clock is ahead
	stop    func()
}

// small are limits that a test reaches.
func small() goodoffices.Settings {
	s := goodoffices.Standard()
	s.Listen = "127.0.0.1:0"
	s.Mailbox = goodoffices.Quota{Bytes: mailbox.MaxMessage, Messages: 4, PerMinute: 1000}
	s.Customer = goodoffices.Quota{Bytes: 2 * mailbox.MaxMessage, Messages: 8, PerMinute: 100000}
	s.Total = 8 * mailbox.MaxMessage
	return s
}

func found(t *testing.T, s goodoffices.Settings) *office {
	t.Helper()
	o := &office{t: t, dir: t.TempDir()}
	if err := os.Remove(o.dir); err != nil {
		t.Fatal(err)
	}
	if err := goodoffices.Create(o.dir, s, rand.Reader); err != nil {
		t.Fatal(err)
	}
	o.begin()
	t.Cleanup(func() { o.stop() })
	return o
}

// begin opens the directory and serves; stop ends both.
func (o *office) begin() {
	o.t.Helper()
	began := time.Now() // and then the clock stands, so that rates do not depend on how fast a test runs
	f, err := goodoffices.Open(o.t.Context(), goodoffices.Options{Dir: o.dir, Now: func() time.Time { return began.Add(time.Duration(o.ahead.Load()) * time.Second) }})
	if err != nil {
		o.t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		o.t.Fatal(err)
	}
	o.address = mailbox.Address{Host: l.Addr().String(), Pin: f.Pin()}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.Serve(ctx, l) }()
	o.stop = func() {
		cancel()
		if err := errors.Join(<-done, f.Close()); err != nil {
			o.t.Error(err)
		}
		o.stop = func() {}
	}
}

// customer is a node that the office may know.
type customer struct {
	*relay.Office
	key  *keys.NodeKey
	cert tls.Certificate
	pin  pinned.Pin
}

func (o *office) customer(n byte) customer {
	o.t.Helper()
	c := customer{key: keys.FromSeed([32]byte{n})}
	var err error
	if c.cert, c.pin, err = c.key.CustomerCertificate(pinned.Pin(o.address.Pin)); err != nil {
		o.t.Fatal(err)
	}
	c.Office = relay.New(o.address, c.cert, c.pin)
	o.t.Cleanup(c.Close)
	return c
}

func (o *office) admit(c customer) customer {
	o.t.Helper()
	if _, err := goodoffices.Admit(o.dir, c.Customer()); err != nil {
		o.t.Fatal(err)
	}
	return c
}

// box is a mailbox of a pair that has nothing in common with other tests' pairs.
func (o *office) box(n byte) mailbox.Key {
	return mailbox.NewKey([32]byte{n}, mailbox.Place{Relay: o.address.Pin, Mech: "m", From: "a", To: "b"})
}

func sealed(t *testing.T, k mailbox.Key, content string) []byte {
	t.Helper()
	var nonce [24]byte
	if _, err := rand.Read(nonce[:]); err != nil {
		t.Fatal(err)
	}
	m, err := k.Seal(nonce, mailbox.Parcel, []byte(content))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func deposit(t *testing.T, c customer, k mailbox.Key, m []byte) {
	t.Helper()
	if err := c.Deposit(t.Context(), k, m); err != nil {
		t.Fatal(err)
	}
}

// lying is what lies in a mailbox.
func lying(t *testing.T, c customer, k mailbox.Key) (all [][]byte) {
	t.Helper()
	err := c.Collect(t.Context(), k, 0, func(m []byte) error {
		all = append(all, m)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func same(a [][]byte, b ...[]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

// Mail is there for the other end in the order it came, however often it is put in, until it is discarded, however often that is; and over a restart. SPEC mail-durable.
func TestMailIsKept(t *testing.T) {
	o := found(t, small())
	a, b, box := o.admit(o.customer(1)), o.admit(o.customer(2)), o.box(1)
	one, two := sealed(t, box, "one"), sealed(t, box, "two")
	for _, m := range [][]byte{one, two, one, two} {
		deposit(t, a, box, m)
	}
	if got := lying(t, b, box); !same(got, one, two) {
		t.Fatalf("%d messages lie there, not the two that were put in", len(got))
	}
	o.stop()
	o.begin()
	a, b = o.customer(1), o.customer(2)
	if got := lying(t, b, box); !same(got, one, two) {
		t.Fatalf("%d messages are left after a restart", len(got))
	}
	for range 2 {
		if err := b.Discard(t.Context(), box, mailbox.NameOf(one)); err != nil {
			t.Fatal(err)
		}
	}
	if got := lying(t, b, box); !same(got, two) {
		t.Errorf("%d messages are left after one of two was discarded", len(got))
	}
	if got := lying(t, b, o.box(2)); len(got) != 0 {
		t.Error("a mailbox that nobody used has mail")
	}
	deposit(t, a, box, one)
	if got := lying(t, b, box); !same(got, two, one) {
		t.Error("a message that was discarded and sent again is not there")
	}
}

// What the power leaves of the files at the moment of an acknowledgement holds the message: whatever is acknowledged is written and synced, not only on its way.
func TestAcknowledgedIsOnTheDisk(t *testing.T) {
	o := found(t, small())
	a, box := o.admit(o.customer(1)), o.box(1)
	var all [][]byte
	for _, text := range []string{"one", "two", "three"} {
		m := sealed(t, box, text)
		deposit(t, a, box, m)
		all = append(all, m)
		copied := &office{t: t, dir: t.TempDir()}
		if err := os.CopyFS(copied.dir, os.DirFS(o.dir)); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{goodoffices.KeyFile, goodoffices.MailFile, goodoffices.MailFile + "-shm"} {
			if err := os.Chmod(filepath.Join(copied.dir, name), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		copied.begin()
		if got := lying(t, copied.customer(1), box); !same(got, all...) {
			t.Errorf("after %q was acknowledged the files hold %d messages", text, len(got))
		}
		copied.stop()
	}
}

// Who waits for mail has it as soon as it comes.
func TestWaiting(t *testing.T) {
	o := found(t, small())
	a, b, box := o.admit(o.customer(1)), o.admit(o.customer(2)), o.box(1)
	m := sealed(t, box, "x")
	got := make(chan []byte, 1)
	failed := make(chan error, 1)
	go func() {
		failed <- b.Collect(t.Context(), box, time.Minute, func(m []byte) error {
			got <- m
			return nil
		})
	}()
	deposit(t, a, box, m)
	if !bytes.Equal(<-got, m) {
		t.Error("another message came than was put in")
	}
	if err := <-failed; err != nil {
		t.Error(err)
	}
}

// Mail that nobody collects goes when its time is over, and its bytes with it.
func TestOldMailGoes(t *testing.T) {
	s := small()
	s.Keep = config.Duration(time.Hour)
	o := found(t, s)
	a, box := o.admit(o.customer(1)), o.box(1)
	m := sealed(t, box, "x")
	deposit(t, a, box, m)
	o.ahead.Store(2 * 3600)
	o.stop() // an office sweeps when it begins, and then every minute
	o.begin()
	a = o.customer(1)
	for deadline := time.Now().Add(time.Minute); len(lying(t, a, box)) > 0; {
		if time.Now().After(deadline) {
			t.Fatal("mail lies on after its time")
		}
	}
	o.stop()
	gone(t, o.dir, m[24:200])
}

// What was discarded is overwritten: the office that is seized tomorrow does not hold yesterday's mail.
func TestDiscardedIsOverwritten(t *testing.T) {
	o := found(t, small())
	a, box := o.admit(o.customer(1)), o.box(1)
	m, kept := sealed(t, box, "x"), sealed(t, box, "y")
	deposit(t, a, box, m)
	deposit(t, a, box, kept)
	if err := a.Discard(t.Context(), box, mailbox.NameOf(m)); err != nil {
		t.Fatal(err)
	}
	o.stop()
	o.begin() // its housekeeping cuts the write-ahead log
	o.stop()
	gone(t, o.dir, m[24:200])
	if !found1(t, o.dir, kept[24:200]) {
		t.Error("this test finds nothing even where something lies")
	}
}

func gone(t *testing.T, dir string, what []byte) {
	t.Helper()
	if found1(t, dir, what) {
		t.Errorf("deleted bytes still lie in %s", dir)
	}
}

// found1 looks for bytes in all files of a directory.
func found1(t *testing.T, dir string, what []byte) (found bool) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found = found || bytes.Contains(b, what)
	}
	return found
}

func key(err error) string {
	if err == nil {
		return ""
	}
	return refusal.As(err).Key
}

// raw sends one request with whatever is in it and returns the status; 0 if the connection ends without an answer.
func (o *office) raw(c customer, method string, box mailbox.ID, token string, length int64, body io.Reader) int {
	o.t.Helper()
	t := &http.Transport{TLSClientConfig: pinned.TLS(c.cert, goodoffices.Protocol, func(pinned.Pin, []byte) bool { return true })}
	defer t.CloseIdleConnections()
	r, err := http.NewRequestWithContext(o.t.Context(), method, "https://"+o.address.Host+"/mail/"+box.String(), body)
	if err != nil {
		o.t.Fatal(err)
	}
	r.ContentLength = length
	r.Header.Set(goodoffices.TokenHeader, token)
	answer, err := t.RoundTrip(r)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

// newOffice is a customer's way to another address.
func newOffice(c customer, a mailbox.Address) *relay.Office { return relay.New(a, c.cert, c.pin) }
