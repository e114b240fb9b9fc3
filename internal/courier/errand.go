package courier

import (
	"maps"
	"time"
)

// Errand is what a node remembers, while it runs, of what it sent one party through one office: the pouch with nobody in between. What is sent is packed by what the other side has not
// acknowledged, and what the other side says in its next parcel acknowledges it. It is not safe for use by several goroutines.
type Errand struct {
	retry time.Duration
	// hello: nothing was sent since this node started. The next parcel has everything that is not acknowledged.
	hello    bool
	told     string           // what was new for the other side when it was last sent something
	carried  map[string]int64 // how far what was sent carries each log
	held     map[string]int64 // how much of each log they last said they hold
	more     bool             // there was more than fitted into the last parcel
	again    time.Time        // when to send everything again, unless it was acknowledged
	patience time.Duration    // from the last parcel until then
	asked    string           // their word on bodies when some were last sent …
	bodies   time.Time        // … and when that was; zero: they have been answered, or none were sent
}

// Measured in the time between two tries, half a second as a rule: how long an acknowledgement may take once the other side was heard from; and patience, which doubles from firstly to
// lastly while it was not. Nobody waits for that: it is how long a message that an office has lost stays lost while neither side has anything else to say.
const (
	Quickly = 20
	firstly = 1200
	lastly  = 43200
)

// NewErrand begins one. retry is the time between two tries.
func NewErrand(retry time.Duration) *Errand { return &Errand{retry: retry, hello: true} }

func (e *Errand) times(n time.Duration) time.Duration { return n * e.retry }

// Choice is what goes into the next parcel.
type Choice struct {
	Whole         bool             // all that the other side has not acknowledged
	Carried       map[string]int64 // otherwise what is on its way, by log, is left out
	WithoutBodies bool
	news, asked   string
}

// Due says whether something is to be sent now, and what. news is a word for what there is to be told, asked one for what the other side wants of bodies.
func (e *Errand) Due(now time.Time, news, asked string) (Choice, bool) {
	late := !e.again.IsZero() && now.After(e.again)
	whole := e.hello || late
	unheard := asked == e.asked && !e.bodies.IsZero() && now.Sub(e.bodies) > e.times(firstly)
	c := Choice{Whole: whole, Carried: maps.Clone(e.carried), WithoutBodies: asked == e.asked && !whole && !unheard, news: news, asked: asked} // what is on its way is not sent again
	if whole {
		c.Carried = map[string]int64{}
	}
	return c, whole || unheard || !e.more && news != e.told
}

// Sent notes that a choice was packed as p and deposited. It reports whether there is reason to send more at once.
func (e *Errand) Sent(now time.Time, c Choice, p Parcel) (on bool) {
	if e.carried == nil || c.Whole {
		e.carried = map[string]int64{}
	}
	for _, run := range p.Logs {
		e.carried[run.Origin] = max(e.carried[run.Origin], run.To)
	}
	if e.patience = min(2*e.patience, e.times(lastly)); e.patience == 0 {
		e.patience = e.times(firstly)
	}
	e.hello, e.told, e.more = false, c.news, p.More
	switch {
	case c.WithoutBodies || p.More:
	case len(p.Bodies) > 0:
		e.asked, e.bodies = c.asked, now
	case p.Later: // entries left no room for them
		e.told, on = "", true
	default:
		e.asked, e.bodies = c.asked, time.Time{}
	}
	e.again = time.Time{}
	if len(e.carried) > 0 {
		e.again = now.Add(e.patience)
	}
	return on
}

// Answered notes what a parcel of the other side says: what it holds, and whether what came to it had gaps or ours had.
func (e *Errand) Answered(now time.Time, holds map[string]int64, gaps bool) {
	e.patience = 0
	behind := false
	for origin, size := range e.carried {
		behind = behind || holds[origin] < size
	}
	for origin, size := range e.held { // a counterpart may come back with an old backup
		behind = behind || holds[origin] < size
	}
	e.held = maps.Clone(holds)
	if soon := e.times(Quickly); behind && (e.again.IsZero() || e.again.Sub(now) > soon) {
		e.again = now.Add(soon)
	}
	if !behind {
		e.again = time.Time{}
	}
	if gaps || !behind && e.more {
		e.told, e.more = "", false // they are to hear how far we are; or the rest
	}
}
