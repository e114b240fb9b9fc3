package ordeal

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// wire carries TCP from one node to another through us, well or badly.
type wire struct {
	listener net.Listener
	target   string

	mu    sync.Mutex
	state trouble
	ends  map[net.Conn]bool
	wg    sync.WaitGroup
}

// trouble is what a wire does to what it carries.
type trouble int

const (
	clear   trouble = iota
	slow            // every piece arrives late
	trickle         // a few bytes at a time
	silent          // nothing arrives, nothing is refused
	broken          // connections break, also in the middle of a frame
	troubles
)

func (t trouble) String() string {
	return [...]string{"clear", "slow", "trickling", "silent", "broken"}[t]
}

func newWire(from, to string) (*wire, error) {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", from)
	if err != nil {
		return nil, err
	}
	w := &wire{listener: l, target: to, ends: map[net.Conn]bool{}}
	w.wg.Go(w.accept)
	return w, nil
}

func (w *wire) address() string { return w.listener.Addr().String() }

func (w *wire) accept() {
	for {
		in, err := w.listener.Accept()
		if err != nil {
			return
		}
		w.wg.Go(func() { w.join(in) })
	}
}

func (w *wire) join(in net.Conn) {
	defer in.Close()
	if w.now() == broken {
		return
	}
	out, err := (&net.Dialer{Timeout: 5 * time.Second}).Dial("tcp", w.target)
	if err != nil {
		return
	}
	defer out.Close()
	w.mu.Lock()
	w.ends[in], w.ends[out] = true, true
	w.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { w.carry(out, in); _ = in.Close(); _ = out.Close() })
	both.Go(func() { w.carry(in, out); _ = in.Close(); _ = out.Close() })
	both.Wait()
	w.mu.Lock()
	delete(w.ends, in)
	delete(w.ends, out)
	w.mu.Unlock()
}

func (w *wire) carry(to io.Writer, from io.Reader) {
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		for rest := b[:n]; len(rest) > 0; {
			piece := len(rest)
			switch w.now() {
			case silent:
				time.Sleep(20 * time.Millisecond)
				continue
			case slow:
				time.Sleep(30 * time.Millisecond)
			case trickle:
				piece = min(piece, 700)
				time.Sleep(5 * time.Millisecond)
			case broken:
				_, _ = to.Write(rest[:len(rest)/2])
				return
			}
			if _, err := to.Write(rest[:piece]); err != nil {
				return
			}
			rest = rest[piece:]
		}
	}
}

func (w *wire) now() trouble {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.state
}

// set changes what the wire does. A wire that breaks breaks what is on it.
func (w *wire) set(t trouble) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.state = t; t == broken {
		w.hangUp()
	}
}

func (w *wire) hangUp() {
	for c := range w.ends {
		_ = c.Close()
	}
}

func (w *wire) close() {
	_ = w.listener.Close()
	w.mu.Lock()
	w.state = broken
	w.hangUp()
	w.mu.Unlock()
	w.wg.Wait()
}
