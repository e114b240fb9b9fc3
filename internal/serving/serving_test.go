package serving

import (
	"context"
	"errors"
	"net"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
)

// Whoever is being answered when the end begins gets the answer, and only then does Until return: its caller closes what answers are made from.
func TestTheEndWaitsForAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	var answered atomic.Bool
	over := make(chan struct{}) // Serve has returned
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		end()
		<-over
		for range 1000 {
			runtime.Gosched() // whoever does not wait is gone by now
		}
		answered.Store(true)
	})}
	got := make(chan error, 1)
	go func() {
		res, err := http.Get("http://" + l.Addr().String())
		if err == nil {
			err = res.Body.Close()
		}
		got <- err
	}()
	if err := Until(ctx, s, func(s *http.Server) error {
		defer close(over)
		return s.Serve(l)
	}); err != nil {
		t.Error(err)
	}
	if !answered.Load() {
		t.Error("the end did not wait for an answer")
	}
	if err := <-got; err != nil {
		t.Error(err)
	}
}

// What stops by itself is an error, and nothing waits for an end that nobody asked for.
func TestAServerThatFails(t *testing.T) {
	broken := errors.New("broken")
	if err := Until(t.Context(), &http.Server{}, func(*http.Server) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
}
