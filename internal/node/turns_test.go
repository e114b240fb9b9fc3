package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"entente.example/internal/link"
	"entente.example/refusal"
)

// framed is an event of a mechanism that is so many bytes long, and known by its number.
func framed(mech string, n, size int) Event {
	return Line{Mech: mech, Event: link.Frame{Peer: link.Peer(fmt.Sprint(n)), Payload: make([]byte, size)}}
}

func bring(t *testing.T, q *turns, events ...Event) {
	t.Helper()
	for _, e := range events {
		if err := q.put(t.Context(), nil, e); err != nil {
			t.Fatal(err)
		}
	}
}

// order is which event stands where: "mechanism number".
func order(events []Event) (out []string) {
	for _, e := range events {
		out = append(out, mechanismOf(e)+" "+string(e.(Line).Event.(link.Frame).Peer))
	}
	return out
}

// However much waits in one mechanism, what another brings is in the next batch, and near its beginning: one queue for all would put it behind everything.
func TestANoisyMechanismDelaysAnotherByATurn(t *testing.T) {
	q := newTurns()
	for i := range laneRoom {
		bring(t, q, framed("noisy", i, 100))
	}
	bring(t, q, framed("quiet", 0, 100))
	first := order(q.take(maxBatch))
	at := slices.Index(first, "quiet 0")
	if at < 0 || at > turn/handling {
		t.Fatalf("it is number %d of %d", at, len(first))
	}
	bring(t, q, framed("quiet", 1, 100), framed("quiet", 2, 100))
	if next := order(q.take(maxBatch)); slices.Index(next, "quiet 1") < 0 || slices.Index(next, "quiet 2") != slices.Index(next, "quiet 1")+1 {
		t.Errorf("what came next is not in the next batch, in its order: %v", next)
	}
	if all, each := q.waiting(); all != laneRoom+3-2*maxBatch || each["noisy"] != all || len(each) != 1 {
		t.Errorf("%d wait: %v", all, each)
	}
}

// Turns are of bytes: a mechanism that brings large pieces does not get more than one that brings small ones, nor does it wait for ever.
func TestTurnsAreOfBytes(t *testing.T) {
	q := newTurns()
	const large = 1 << 20
	for i := range 4 {
		bring(t, q, framed("large", i, large))
	}
	for i := range laneRoom {
		bring(t, q, framed("small", i, handling))
	}
	bytes := map[string]int{}
	var got []string
	for all, _ := q.waiting(); all > 0; all, _ = q.waiting() {
		for _, e := range q.take(8) {
			bytes[mechanismOf(e)] += cost(e)
			if _, each := q.waiting(); each["small"] > 0 && bytes["large"] > bytes["small"]+large+2*turn+2*handling {
				t.Fatalf("%v", bytes)
			}
			got = append(got, order([]Event{e})...)
		}
	}
	if at := slices.Index(got, "large 0"); at < 0 || at > large/turn*turn/handling {
		t.Errorf("the first large piece is number %d", at)
	}
	if len(got) != 4+laneRoom {
		t.Errorf("%d events came", len(got))
	}
}

// Within a mechanism nothing overtakes, whatever comes between.
func TestAMechanismKeepsItsOrder(t *testing.T) {
	q := newTurns()
	next := map[string]int{}
	for i := range 500 {
		for _, mech := range []string{"a", "b", "c"} {
			bring(t, q, framed(mech, i, i*37%3000))
		}
		if i%5 > 0 {
			continue
		}
		for _, e := range q.take(7) {
			mech := mechanismOf(e)
			if got := string(e.(Line).Event.(link.Frame).Peer); got != fmt.Sprint(next[mech]) {
				t.Fatalf("%s: %s came, not %d", mech, got, next[mech])
			}
			next[mech]++
		}
	}
	if next["a"] == 0 || next["b"] == 0 || next["c"] == 0 {
		t.Errorf("somebody had no turn: %v", next)
	}
}

// Who brings more than a mechanism's room waits, and nobody else does; who stops waiting has brought nothing; a node that has stopped says so. Lanes that nobody uses are forgotten.
func TestAFullLaneHoldsUpItsOwn(t *testing.T) {
	q := newTurns()
	for i := range laneRoom {
		bring(t, q, framed("full", i, 0))
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := q.put(gone, nil, framed("full", -1, 0)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	stopped := make(chan struct{})
	close(stopped)
	if err := q.put(t.Context(), stopped, framed("full", -2, 0)); refusal.As(err).Key != "node.stopped" {
		t.Errorf("%v", err)
	}
	bring(t, q, framed("other", 0, 0)) // or this test hangs
	waits := make(chan error, 1)
	go func() { waits <- q.put(context.Background(), nil, framed("full", laneRoom, 0)) }()
	for n := 0; n < laneRoom+2; {
		<-q.some
		n += len(q.take(maxBatch))
		if n == laneRoom+1 { // the one that waited may be on its way yet
			if err := <-waits; err != nil {
				t.Fatal(err)
			}
		}
	}
	if all, each := q.waiting(); all != 0 || len(each) != 0 {
		t.Errorf("%d wait", all)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.lanes) != 0 {
		t.Errorf("%d lanes are kept for nobody", len(q.lanes))
	}
}
