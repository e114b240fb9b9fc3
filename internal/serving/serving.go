// Package serving ends an HTTP server properly: http.Server's Serve returns as soon as the end begins, while requests are still being answered from what the caller is about to close.
//
// It promises that Until returns only when nobody is being answered any more, within a few seconds of ctx's end; that a Patient listener does not end because the system has no room for one more connection; and that behind
// Steadily nobody keeps a connection by a body that does not come.
package serving

import (
	"context"
	"errors"
	"net/http"
	"time"
)

const goodbye = 3 * time.Second // how long open requests may take to end

// Until serves until ctx ends, then lets open requests end; serve is Serve or ServeTLS of s. The error is nil after such an end.
func Until(ctx context.Context, s *http.Server, serve func(*http.Server) error) error {
	return UntilWithin(ctx, goodbye, s, serve)
}

// UntilWithin is Until for requests that may take so long to end.
func UntilWithin(ctx context.Context, goodbye time.Duration, s *http.Server, serve func(*http.Server) error) error {
	done := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
		defer cancel()
		err := s.Shutdown(late)
		if errors.Is(err, context.DeadlineExceeded) {
			err = s.Close() // streams stay open as long as their readers; they end with us
		}
		done <- err
	})
	err := serve(s)
	if !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	return <-done
}
