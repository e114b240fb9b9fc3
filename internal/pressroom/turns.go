package pressroom

import (
	"runtime"
	"time"
)

// turns lets few at once have what is made for one reader alone, and never all the time: such work is short, but thousands of it together would keep the processors from those who want what lies ready. Whoever waits holds a
// connection, of which there is a bounded number.
type turns chan struct{}

// newTurns leaves half of the processors to others, if there are two.
func newTurns() turns { return make(turns, max(1, runtime.GOMAXPROCS(0)/2)) }

// A turn is followed by a rest of so many times as long, so that such work has a quarter of its processors at most; on a machine that is busy both take longer. longestRest bounds what a slow disk can do to those who wait.
const (
	restFor     = 3
	longestRest = 10 * time.Millisecond
)

// in runs f in its turn, and then lets the turn rest. f must not ask for another one.
func (t turns) in(f func()) {
	t <- struct{}{}
	began := time.Now()
	defer func() { time.AfterFunc(min(restFor*time.Since(began), longestRest), func() { <-t }) }()
	f()
}
