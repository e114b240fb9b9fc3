package pressroom

import (
	"sync"
	"time"
)

// limits bound how often one reader may do what costs something. Whom they count is known for as long as the count matters, in memory only.
type limits struct {
	now func() time.Time
	*buckets
}

type buckets struct {
	mu     sync.Mutex
	left   map[string]bucket
	forgot time.Time // when those who were quiet were last looked for
}

type bucket struct {
	at   time.Time
	left float64
}

// rule is how many at once, and how long until one more.
type rule struct {
	name  string
	burst float64
	every time.Duration
}

var (
	perForm   = rule{"form", 40, 2 * time.Second} // whatever stands in them
	perReply  = rule{"reply", 5, 2 * time.Minute}
	perReport = rule{"report", 5, 2 * time.Minute}
	perQuote  = rule{"quote", 20, 3 * time.Second}
	allReply  = rule{"replies", 120, 2 * time.Second} // of everybody together
	allQuote  = rule{"quotes", 200, 50 * time.Millisecond}
)

// maxReaders bounds the memory of limits; beyond it, those who have been quiet longest enough are forgotten, and newcomers share one count.
const maxReaders = 20_000

func newLimits(now func() time.Time) limits {
	return limits{now, &buckets{left: map[string]bucket{}}}
}

// spent reports whether take would say no, and counts nothing. It does not know of those who share one count.
func (l limits) spent(r rule, who string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.left[r.name+" "+who]
	return ok && b.now(r, l.now()) < 1
}

// now is how many are left by then.
func (b bucket) now(r rule, at time.Time) float64 {
	return min(r.burst, b.left+max(0, float64(at.Sub(b.at))/float64(r.every)))
}

// take reports whether a reader may go on.
func (l limits) take(r rule, who string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, key := l.now(), r.name+" "+who
	b, ok := l.left[key]
	if !ok {
		if len(l.left) >= maxReaders && now.Sub(l.forgot) >= time.Minute { // looking through all of them for each newcomer would cost more than what they ask for
			l.forget(now)
		}
		if len(l.left) >= maxReaders {
			key = r.name
			b = l.left[key]
		}
		if b.at.IsZero() {
			b = bucket{now, r.burst}
		}
	}
	b = bucket{now, b.now(r, now)}
	allowed := b.left >= 1
	if allowed {
		b.left--
	}
	l.left[key] = b
	return allowed
}

// forget drops those whose count is surely full again.
func (l limits) forget(now time.Time) {
	l.forgot = now
	for key, b := range l.left {
		if now.Sub(b.at) > 10*time.Minute {
			delete(l.left, key)
		}
	}
}
