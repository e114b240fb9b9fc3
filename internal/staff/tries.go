package staff

import (
	"fmt"
	"math"
	"sync"
	"time"

	"entente.example/refusal"
)

// tries count the answers in a row that were wrong, by the name that was given, whether anybody has it or not. They are in memory only.
type tries struct {
	mu sync.Mutex
	of map[string]try
}

type try struct {
	wrong int
	last  time.Time
	until time.Time
}

const (
	freeTries  = 5
	firstWait  = 30 * time.Second
	longWait   = 15 * time.Minute
	maxTries   = 10_000 // names; beyond that, those that are not waiting are forgotten, and new ones share one count
	sharedName = ""
)

// begin counts an answer before it is looked at, so that many at once are not more than many one after the other.
func (t *tries) begin(name string, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, known := t.of[name]; !known && len(t.of) >= maxTries {
		for k, o := range t.of {
			if now.Sub(o.last) > longWait {
				delete(t.of, k)
			}
		}
		if len(t.of) >= maxTries {
			name = sharedName
		}
	}
	o := t.of[name]
	if wait := o.until.Sub(now); wait > 0 {
		return refusal.New(refusal.Unavailable, TooManyTries, "seconds", fmt.Sprint(int(math.Ceil(wait.Seconds()))))
	}
	if now.Sub(o.last) > 24*time.Hour {
		o.wrong = 0
	}
	o.wrong++
	o.last = now
	if over := o.wrong - freeTries; over >= 0 {
		o.until = now.Add(min(firstWait<<min(over, 10), longWait))
	}
	t.of[name] = o
	return nil
}

// forget is called when an answer was right.
func (t *tries) forget(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.of, name)
}

// TooManyTries is the key of the refusal after too many wrong answers; its parameter says for how many seconds.
const TooManyTries = "staff.too_many_tries"
