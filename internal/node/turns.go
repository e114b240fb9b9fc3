package node

import (
	"context"
	"sync"

	"entente.example/internal/link"
	"entente.example/refusal"
)

// turns is what waits for the core. Each mechanism has a lane of its own, of bounded length; the core takes from the lanes in turn, about as many bytes from each. So what one mechanism brings,
// however much and however fast, delays another by a turn and never by what waits; and within a mechanism everything comes to the core in the order in which it was brought.
type turns struct {
	mu    sync.Mutex
	lanes map[string]*lane
	ring  []*lane       // those in which something waits; the first is next
	some  chan struct{} // holds a token if there may be something to take
	all   int
}

// lane is what waits in one mechanism, or, under "", what is in none.
type lane struct {
	mech   string
	events []Event
	room   chan struct{} // holds a token for each event that waits
	credit int           // bytes that are left of its turns
	cut    bool          // its turn is not over
	users  int           // who is about to put something in
}

const (
	laneRoom = 4 * maxBatch
	// turn is how many bytes a lane may bring forward at once. An event that is larger waits for as many turns as it takes.
	turn = 64 << 10
	// handling is what an event costs beside its length.
	handling = 1 << 10
)

func newTurns() *turns { return &turns{lanes: map[string]*lane{}, some: make(chan struct{}, 1)} }

// put waits for room in the lane of a mechanism.
func (t *turns) put(ctx context.Context, done <-chan struct{}, e Event) error {
	l := t.enter(mechanismOf(e))
	defer t.leave(l)
	select {
	case l.room <- struct{}{}:
	case <-done:
		return refusal.New(refusal.Unavailable, "node.stopped")
	case <-ctx.Done():
		return ctx.Err()
	}
	t.mu.Lock()
	if len(l.events) == 0 {
		t.ring = append(t.ring, l)
	}
	l.events = append(l.events, e)
	t.all++
	t.mu.Unlock()
	t.wake()
	return nil
}

func (t *turns) enter(mech string) *lane {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.lanes[mech]
	if l == nil {
		l = &lane{mech: mech, room: make(chan struct{}, laneRoom)}
		t.lanes[mech] = l
	}
	l.users++
	return l
}

func (t *turns) leave(l *lane) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l.users--
	t.tidy(l)
}

// tidy forgets a lane that nobody uses: names of mechanisms may come from anywhere.
func (t *turns) tidy(l *lane) {
	if l.users == 0 && len(l.events) == 0 {
		delete(t.lanes, l.mech)
	}
}

func (t *turns) wake() {
	select {
	case t.some <- struct{}{}:
	default:
	}
}

// take takes at most n events from the lanes in turn. A turn that n cuts short is gone on with the next time.
func (t *turns) take(n int) (out []Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(out) < n && len(t.ring) > 0 {
		l := t.ring[0]
		if !l.cut {
			l.credit += turn
		}
		for len(out) < n && l.next() {
			l.credit -= cost(l.events[0])
			out = append(out, l.events[0])
			l.events[0] = nil
			l.events = l.events[1:]
			<-l.room
			t.all--
		}
		if l.cut = l.next(); l.cut {
			break
		}
		t.ring = t.ring[1:]
		if len(l.events) > 0 {
			t.ring = append(t.ring, l)
			continue
		}
		l.credit = 0 // who has nothing to bring saves nothing up
		t.tidy(l)
	}
	if len(t.ring) > 0 {
		t.wake()
	}
	return out
}

// next reports whether the lane has something that its turn suffices for.
func (l *lane) next() bool { return len(l.events) > 0 && cost(l.events[0]) <= l.credit }

// waiting is how many events wait: in all, and in each mechanism in which any do.
func (t *turns) waiting() (all int, each map[string]int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	each = map[string]int{}
	for _, l := range t.ring {
		each[l.mech] = len(l.events)
	}
	return t.all, each
}

// cost is what an event takes of its lane's turn.
func cost(e Event) int {
	switch e := e.(type) {
	case Line:
		if f, ok := e.Event.(link.Frame); ok {
			return handling + len(f.Payload)
		}
	case offer:
		n := handling
		for _, leaf := range e.chunk.Entries {
			n += len(leaf)
		}
		return n
	case Do:
		return handling * max(1, len(e.Drafts))
	}
	return handling
}

// mechanismOf is the mechanism that an event is of, "" if none.
func mechanismOf(e Event) string {
	switch e := e.(type) {
	case Do:
		return e.Mech
	case Begin:
		return e.Mech
	case Line:
		return e.Mech
	case Refold:
		return e.Mech
	case Arrived:
		return e.Mech
	case offer:
		return e.mech
	case heard:
		return e.mech
	case inspect:
		return e.mech
	}
	return ""
}
