package direct

import (
	"net"
	"net/netip"
	"slices"
	"sync"

	"entente.example/internal/caller"
)

// How many connections to our listener may have shown no key yet. A handshake takes a moment; whoever needs longer than the carrier's patience is hung up on anyway.
const (
	maxStrangers    = 256 // in all
	maxStrangersPer = 32  // of one caller
)

// strangers are the connections to our listener that have shown no key yet. Where there are too many, the one that has waited longest gives way: a peer's handshake ends while those who only
// keep a place do not.
type strangers struct {
	mu  sync.Mutex
	all []stranger // in the order of their coming
}

type stranger struct {
	conn net.Conn
	from netip.Addr
}

// enter takes in who has just come. leave is called when they have shown their key, or are gone.
func (s *strangers) enter(c net.Conn) (leave func()) {
	from := caller.Of(c.RemoteAddr().String())
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest, of := -1, 0
	for i, x := range s.all {
		if x.from == from {
			if of++; oldest < 0 {
				oldest = i
			}
		}
	}
	switch {
	case of >= maxStrangersPer:
	case len(s.all) >= maxStrangers:
		oldest = 0
	default:
		oldest = -1
	}
	if oldest >= 0 {
		_ = s.all[oldest].conn.Close() // its handshake fails
		s.all = slices.Delete(s.all, oldest, oldest+1)
	}
	s.all = append(s.all, stranger{c, from})
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all = slices.DeleteFunc(s.all, func(x stranger) bool { return x.conn == c })
	}
}
