package node

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"entente.example/internal/store"
	"entente.example/refusal"
)

// leaving is an empty store that writes nothing, and is read a few times before it is away for good.
type leaving struct {
	store.Record
	serves, read int
}

type nothing struct{ store.Reader }

func (nothing) Mechanisms() ([]string, error) { return nil, nil }

func (l *leaving) Update(context.Context, func(store.Tx) error) error { return store.ErrAway }

func (l *leaving) View(_ context.Context, f func(store.Reader) error) error {
	if l.read++; l.read > l.serves {
		return store.ErrAway
	}
	return f(nothing{})
}

// A store that goes away while a batch is run in its parts is waited for once, not once for each part and each round: each wait takes many seconds. Everybody in the batch is told, and the node ends.
func TestALostStoreIsWaitedForOnce(t *testing.T) {
	l := &leaving{serves: 2} // for the opening, and when the batch has failed as a whole
	core, err := Open(t.Context(), Ground{Store: l, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	n := New(core, func(ToPeer) {})
	to := make(chan Reply, 5)
	for i := range cap(to) {
		if err := n.put(t.Context(), Join{Charter: fmt.Append(nil, i), To: to}); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.Run(t.Context()); refusal.As(err).Key != "node.store_lost" {
		t.Errorf("the node ends with %v", err)
	}
	for range cap(to) {
		if r := <-to; refusal.As(r.Err).Key != "node.store_lost" {
			t.Errorf("somebody is told %v", r.Err)
		}
	}
	if l.read != 3 {
		t.Errorf("the store was asked %d times", l.read)
	}
}

// refusing is an empty store that can be read and takes nothing.
type refusing struct {
	store.Record
	why error
}

func (s refusing) Update(context.Context, func(store.Tx) error) error { return s.why }

func (refusing) View(_ context.Context, f func(store.Reader) error) error { return f(nothing{}) }

// Whoever acts is told what has to be mended: making room does not help where the store may not be written.
func TestAStoreThatOnlyReadsIsNoFullDisk(t *testing.T) {
	for _, c := range []struct {
		why  error
		want string
	}{
		{store.ErrFull, "node.disk_full"},
		{fmt.Errorf("%w: %w", store.ErrFull, store.ErrBarred), "node.files_barred"},
		{fmt.Errorf("%w: %w", store.ErrFull, store.ErrReadsOnly), "store.reads_only"},
	} {
		core, err := Open(t.Context(), Ground{Store: refusing{why: c.why}, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		told := ""
		for _, e := range core.Step([]Event{Join{Charter: []byte("{}"), To: make(chan Reply, 1)}}) {
			if r, ok := e.(Reply); ok && refusal.As(r.Err).Kind == refusal.Unavailable {
				told = refusal.As(r.Err).Key
			}
		}
		if told != c.want {
			t.Errorf("%v is told as %q, want %s", c.why, told, c.want)
		}
	}
}
