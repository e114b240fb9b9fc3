package serving

import (
	"errors"
	"net"
	"sync"
	"syscall"
	"time"
)

// How long a patient listener waits before it tries again: twice as long each time.
const (
	shortWait = 5 * time.Millisecond
	longWait  = time.Second
)

// Patient makes a listener go on where the system cannot take in another connection just now: no more files can be opened, there is no memory for it, or whoever came has gone again. Anybody who opens
// enough connections can bring that about, and it passes. Every other error is the listener's end, as ever.
func Patient(l net.Listener) net.Listener { return &patient{Listener: l, closed: make(chan struct{})} }

type patient struct {
	net.Listener
	once   sync.Once
	closed chan struct{}
}

func (p *patient) Accept() (net.Conn, error) {
	for wait := shortWait; ; wait = min(2*wait, longWait) {
		c, err := p.Listener.Accept()
		if !passes(err) {
			return c, err
		}
		select {
		case <-p.closed:
			return nil, net.ErrClosed
		case <-time.After(wait):
		}
	}
}

func (p *patient) Close() error {
	p.once.Do(func() { close(p.closed) })
	return p.Listener.Close()
}

// passes reports whether an error of Accept says nothing against the listener.
func passes(err error) bool {
	for _, e := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ECONNABORTED} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
