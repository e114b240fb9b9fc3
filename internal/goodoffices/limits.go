package goodoffices

import (
	"sync"
	"time"

	"entente.example/internal/carrier/pinned"
	"entente.example/internal/mailbox"
)

// Bounds of what one customer may hold open at once.
const (
	maxOpen    = 256  // requests of one customer at once, most of them waiting
	maxUploads = 4    // of these, uploads
	maxBuckets = 4096 // mailboxes of one customer whose rate is remembered
)

// limits counts what customers ask for. Everything in it is in memory, and bounded by the number of customers.
type limits struct {
	s  Settings
	mu sync.Mutex
	of map[pinned.Pin]*customer
}

type customer struct {
	rate    bucket
	open    int
	uploads int
	boxes   map[mailbox.ID]*bucket
}

// bucket fills evenly to a minute's worth; who asks takes one out.
type bucket struct {
	left float64
	at   time.Time
}

func (b *bucket) take(perMinute int, now time.Time) bool {
	if b.at.IsZero() {
		b.left = float64(perMinute)
	} else if gone := now.Sub(b.at); gone > 0 {
		b.left = min(float64(perMinute), b.left+gone.Minutes()*float64(perMinute))
	}
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

func newLimits(s Settings) *limits {
	return &limits{s: s, of: map[pinned.Pin]*customer{}}
}

// enter begins a request; leave ends it. ok is false if the customer asks too much at once or too often.
func (l *limits) enter(pin pinned.Pin, upload bool, now time.Time) (leave func(), ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.of[pin]
	if c == nil {
		if len(l.of) > 2*maxCustomers { // those of customers who were dismissed
			clear(l.of)
		}
		c = &customer{boxes: map[mailbox.ID]*bucket{}}
		l.of[pin] = c
	}
	if c.open >= maxOpen || upload && c.uploads >= maxUploads || !c.rate.take(l.s.Customer.PerMinute, now) {
		return nil, false
	}
	c.open++
	if upload {
		c.uploads++
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		c.open--
		if upload {
			c.uploads--
		}
	}, true
}

// fill reports whether one more message may go into a mailbox now.
func (l *limits) fill(pin pinned.Pin, box mailbox.ID, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.of[pin]
	if c == nil {
		return false
	}
	b := c.boxes[box]
	if b == nil {
		if len(c.boxes) >= maxBuckets {
			for id, old := range c.boxes { // those that are full again say nothing
				if now.Sub(old.at) >= time.Minute {
					delete(c.boxes, id)
				}
			}
		}
		if len(c.boxes) >= maxBuckets {
			return false
		}
		b = &bucket{}
		c.boxes[box] = b
	}
	return b.take(l.s.Mailbox.PerMinute, now)
}

// waiting wakes those who wait for a mailbox to fill.
type waiting struct {
	mu sync.Mutex
	on map[mailbox.ID]map[chan struct{}]bool
}

func newWaiting() *waiting { return &waiting{on: map[mailbox.ID]map[chan struct{}]bool{}} }

func (w *waiting) wait(box mailbox.ID) (filled <-chan struct{}, stop func()) {
	ch := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.on[box] == nil {
		w.on[box] = map[chan struct{}]bool{}
	}
	w.on[box][ch] = true
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.on[box], ch)
		if len(w.on[box]) == 0 {
			delete(w.on, box)
		}
	}
}

func (w *waiting) filled(box mailbox.ID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ch := range w.on[box] {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}
