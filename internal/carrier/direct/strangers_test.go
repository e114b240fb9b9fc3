package direct

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"
)

// from is a connection that says it comes from somewhere.
type from struct {
	net.Conn
	address string
	closed  bool
}

func (f *from) RemoteAddr() net.Addr { return f }
func (f *from) Network() string      { return "tcp" }
func (f *from) String() string       { return f.address }
func (f *from) Close() error         { f.closed = true; return nil }

// Of those who have shown no key only so many are kept, of one caller and in all: whoever has waited longest gives way, one of the same caller if that one has too many, and nobody who has left.
func TestStrangersAreBounded(t *testing.T) {
	s := &strangers{}
	var all []*from
	come := func(address string) (*from, func()) {
		f := &from{address: address}
		all = append(all, f)
		return f, s.enter(f)
	}
	gone := func() (n int) {
		for _, f := range all {
			if f.closed {
				n++
			}
		}
		return n
	}
	other, _ := come("192.0.2.200:1")
	first, _ := come("[2001:db8::1]:1")
	second, leave := come("[2001:db8::2]:1")
	for i := range maxStrangersPer - 2 {
		come(fmt.Sprintf("[2001:db8::1:%x]:1", i))
	}
	if gone() != 0 {
		t.Fatalf("%d are hung up on while there is room", gone())
	}
	leave()
	come("[2001:db8::3]:1")
	if gone() != 0 {
		t.Error("who has left still takes a place")
	}
	come("[2001:db8::4]:1")
	if !first.closed || second.closed || other.closed || gone() != 1 {
		t.Errorf("one network has %d places, and another one loses its own", maxStrangersPer)
	}
	for i := range maxStrangers {
		come(fmt.Sprintf("198.51.100.%d:1", i))
	}
	if len(s.all) != maxStrangers || !other.closed || gone() != len(all)-maxStrangers-1 {
		t.Errorf("%d are kept, %d of %d are gone", len(s.all), gone(), len(all))
	}
}

// A peer gets through to a listener on which one machine keeps more connections open than there are places for it, and says nothing on any of them.
func TestAPeerGetsThroughSilentStrangers(t *testing.T) {
	us, them := newEnd(t, time.Millisecond), newEnd(t, time.Hour)
	them.patience = time.Hour // no handshake gives up by itself
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- them.Serve(ctx, l) }()
	var silent []net.Conn
	for range 2 * maxStrangersPer {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		silent = append(silent, c)
	}
	for _, c := range silent[:maxStrangersPer] {
		if n, err := c.Read(make([]byte, 1)); err == nil { // it ends: otherwise this waits for ever
			t.Errorf("a stranger was told %d bytes", n)
		}
	}
	reached := make(chan struct{})
	go func() {
		defer close(reached)
		us.Reach(ctx, them.cfg.Pin, []string{l.Addr().String()})
	}()
	us.meets(t, them)
	them.meets(t, us)
	them.strangers.mu.Lock()
	if n := len(them.strangers.all); n > maxStrangersPer {
		t.Errorf("%d are kept that have shown no key", n)
	}
	them.strangers.mu.Unlock()
	cancel()
	<-reached
	if err := <-done; err != nil {
		t.Error(err)
	}
	us.closeAll()
	us.wg.Wait()
}
