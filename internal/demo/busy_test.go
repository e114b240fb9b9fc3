package demo

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"entente.example/internal/node"
)

// Whoever asks a core that is busy goes on without the answer after a while. The question is asked all the same, later, and its answer is nobody's: it used to be written into what the one who had gone was reading, which
// ended the process.
func TestWhoeverDoesNotWaitForABusyCore(t *testing.T) {
	s := stage(t)
	a := s.Actors[0]
	release, busy := make(chan struct{}), make(chan struct{})
	go func() {
		_, _ = node.Inspect(t.Context(), a.Node(), func(*node.Core) (bool, error) { close(busy); <-release; return true, nil })
	}()
	<-busy
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	var asked atomic.Bool
	answer, err := node.Inspect(ctx, a.Node(), func(*node.Core) (map[string]bool, error) {
		asked.Store(true)
		return map[string]bool{"late": true}, nil
	})
	if !errors.Is(err, context.DeadlineExceeded) || answer != nil || asked.Load() {
		t.Errorf("a busy core answers %v, %v, and was asked: %v", answer, err, asked.Load())
	}
	lines := func() int {
		t.Helper()
		st, err := a.Status(t.Context())
		if err != nil || len(st.Mechanisms) != 1 {
			t.Fatalf("%d mechanisms: %v", len(st.Mechanisms), err)
		}
		return len(st.Mechanisms[0].Lines)
	}
	if n := lines(); n != 0 {
		t.Errorf("a busy core tells of %d lines", n)
	}
	close(release)
	if err := a.Node().Reached(t.Context(), ""); err != nil || !asked.Load() {
		t.Errorf("once the core goes on: %v, and was asked: %v", err, asked.Load())
	}
	if n := lines(); n != len(s.Actors)-1 {
		t.Errorf("then it tells of %d lines", n)
	}
}
