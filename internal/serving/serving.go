// Package serving ends an HTTP server properly: http.Server's Serve returns as soon as the end begins, while requests are still being answered from what the caller is about to close; and its Shutdown closes
// connections that are kept open although the next request may be on its way by them.
//
// It promises that Until returns only when nobody is being answered any more, within a few seconds of ctx's end; that whoever asks again by a connection that they were left is answered, and told that
// it was the last time; that a Patient listener does not end because the system has no room for one more connection; that behind Steadily nobody keeps a connection by a body that does not come;
// and that behind Roomily few pages meet the collector of garbage.
package serving

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	goodbye = 3 * time.Second        // how long open requests may take to end
	linger  = 500 * time.Millisecond // how long a connection is kept at the end for whoever asks again by it: about the way to the other side of the world and back
)

// Until serves a listener until ctx ends, then lets open requests end. It closes the listener. The error is nil after such an end.
func Until(ctx context.Context, s *http.Server, l net.Listener) error {
	return UntilWithin(ctx, goodbye, s, l)
}

// UntilWithin is Until for requests that may take so long to end.
func UntilWithin(ctx context.Context, goodbye time.Duration, s *http.Server, l net.Listener) error {
	e := &end{changed: make(chan struct{}, 1)}
	s.Handler, s.ConnState = e.last(s.Handler), e.watch
	stop := context.AfterFunc(ctx, func() {
		e.begun.Store(true)
		_ = l.Close() // who comes now is somebody else's; Serve returns when everybody who came before has been counted
	})
	err := s.Serve(l)
	if stop() {
		return err
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	e.linger(late)
	err = s.Shutdown(late)
	if errors.Is(err, context.DeadlineExceeded) {
		err = s.Close() // streams stay open as long as their readers; they end with us
	}
	return err
}

// end is how a server's connections come to their end. A client may ask again by a connection as soon as it has its answer, and cannot know whether a server that closes it has read that (RFC 9112, section 9.5); only a server
// that has said Connection: close may close it without loss.
type end struct {
	begun   atomic.Bool
	changed chan struct{}

	mu   sync.Mutex
	open int // connections
}

// last tells whoever asks after the end has begun that nobody will be answered by this connection any more.
func (e *end) last(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if e.begun.Load() {
			w.Header().Set("Connection", "close")
		}
		h.ServeHTTP(w, r)
	})
}

// watch counts the connections that are open.
func (e *end) watch(_ net.Conn, state http.ConnState) {
	e.mu.Lock()
	defer e.mu.Unlock()
	switch state {
	case http.StateNew:
		e.open++
	case http.StateClosed, http.StateHijacked:
		e.open--
	default:
		return
	}
	select {
	case e.changed <- struct{}{}:
	default:
	}
}

// linger waits until no connection is open, but not for long.
func (e *end) linger(ctx context.Context) {
	late := time.NewTimer(linger)
	defer late.Stop()
	for {
		e.mu.Lock()
		open := e.open
		e.mu.Unlock()
		if open == 0 {
			return
		}
		select {
		case <-e.changed:
		case <-late.C:
			return
		case <-ctx.Done():
			return
		}
	}
}
