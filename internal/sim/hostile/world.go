package hostile

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"entente.example/internal/adoption"
	"entente.example/internal/link"
	core "entente.example/internal/node"
)

// Options say what a story contains.
type Options struct {
	Seed   uint64
	Events int
	Only   string // the one behaviour the cheat has; "" for any
	Power  bool   // the honest machines lose their power
	Roads  bool   // the honest send parcels, which the cheat carries, and the cheat sends its own
	Dir    string // an empty directory for the memory that database connections share
	Log    *slog.Logger
}

// Report says what a story contained.
type Report struct {
	Events, Cheats, Frames, Forked, Evidence, Void, Waiting, Hangups, Adopted, Failed, Cuts, Parcels int
	Known                                                                                            int // signers of two histories of which an honest node knew both heads
}

// Violation is a promise that the honest nodes did not keep.
type Violation struct {
	Seed  uint64
	What  string
	Steps []string // the last ones, in words
}

func (v *Violation) Error() string {
	return fmt.Sprintf("seed %d: %s\n  %s", v.Seed, v.What, strings.Join(v.Steps, "\n  "))
}

// world is one story.
type world struct {
	Options
	Report
	rng     *rand.Rand
	now     time.Time
	mech    string
	houses  []*house
	rogue   *rogue
	conns   []*conn
	mail    []letter // of the honest, in the cheat's hands
	fatal   error    // a promise that was broken where nobody could be told
	made    int
	steps   []string
	knownTo map[string]bool // whose two histories are known
	// cheated is the cheat's log as it was while it was honest.
	cheated [][]byte
	// By round of the common text: what was adopted, what was shown as failed, and by party what its node showed last of each.
	adopted map[string]string
	failed  map[string]bool
	shownBy map[string][]adoption.Outcome
}

// conn is one conversation: ordered, and gone with everything on its way when it breaks.
type conn struct {
	id    link.Peer
	mech  string // that is spoken of
	ends  [2]int
	queue [2][]link.Send // by receiving end
}

func (w *world) say(format string, args ...any) {
	const kept = 60
	if w.steps = append(w.steps, fmt.Sprintf(format, args...)); len(w.steps) > 2*kept {
		w.steps = append(w.steps[:0], w.steps[len(w.steps)-kept:]...)
	}
}

func (w *world) broken(format string, args ...any) error {
	return &Violation{Seed: w.Seed, What: fmt.Sprintf(format, args...), Steps: slices.Clone(w.steps)}
}

func (w *world) between(a, b int) *conn {
	for _, c := range w.conns {
		if c.mech == w.mech && c.ends == [2]int{min(a, b), max(a, b)} {
			return c
		}
	}
	return nil
}

// connect opens a conversation between two parties.
func (w *world) connect(a, b int) {
	if a == b || w.between(a, b) != nil {
		return
	}
	w.made++
	c := &conn{id: link.Peer(fmt.Sprintf("%d-%d-%d", min(a, b), max(a, b), w.made)), mech: w.mech, ends: [2]int{min(a, b), max(a, b)}}
	w.conns = append(w.conns, c)
	for end := range c.ends {
		w.hear(c, end, link.Opened{Peer: c.id, Party: name(c.ends[1-end])})
	}
}

// cut breaks a conversation; both ends notice.
func (w *world) cut(c *conn) {
	if i := slices.Index(w.conns, c); i >= 0 {
		w.conns = slices.Delete(w.conns, i, i+1)
		for end := range c.ends {
			w.hear(c, end, link.Closed{Peer: c.id})
		}
	}
}

// hear lets one end of a conversation take an event.
func (w *world) hear(c *conn, end int, e link.Event) {
	i := c.ends[end]
	if i == 0 && w.rogue != nil {
		w.rogue.hear(c.ends[1-end], e)
		return
	}
	cuts := w.Cuts
	if err := w.houses[i].step(core.Line{Mech: c.mech, Event: e}); err != nil {
		w.say("%s cannot go on: %v", name(i), err)
		return
	}
	if w.Cuts == cuts { // what a machine hears while it loses its power, it has not heard
		w.houses[i].shownTo(e)
	}
}

// route carries out what a line of party i wants.
func (w *world) route(i int, e link.Effect) {
	var peer link.Peer
	switch e := e.(type) {
	case link.Send:
		peer = e.Peer
	case link.Hangup:
		peer = e.Peer
	default:
		return
	}
	at := slices.IndexFunc(w.conns, func(c *conn) bool { return c.id == peer })
	if at < 0 {
		return
	}
	c := w.conns[at]
	switch e := e.(type) {
	case link.Send:
		to := 0
		if c.ends[0] == i {
			to = 1
		}
		c.queue[to] = append(c.queue[to], e)
	case link.Hangup:
		w.Hangups++
		w.say("%s hangs up on %s: %s", name(i), c.id, e.Reason)
		w.cut(c)
	}
}

// deliver hands the frame that waits longest at one end of some conversation to it, and reports whether there was one.
func (w *world) deliver() bool {
	type place struct {
		c   *conn
		end int
	}
	var ready []place
	for _, c := range w.conns {
		for end := range c.queue {
			if len(c.queue[end]) > 0 {
				ready = append(ready, place{c, end})
			}
		}
	}
	if len(ready) == 0 {
		return false
	}
	p := ready[w.rng.IntN(len(ready))]
	f := p.c.queue[p.end][0]
	p.c.queue[p.end] = p.c.queue[p.end][1:]
	w.Frames++
	w.say("%s hears kind %d (%d bytes) from %s", name(p.c.ends[p.end]), f.Kind, len(f.Payload), name(p.c.ends[1-p.end]))
	if f.Kind == link.KindEntries {
		w.hear(p.c, 1-p.end, link.Drained{Peer: p.c.id})
	}
	w.hear(p.c, p.end, link.Frame{Peer: p.c.id, Kind: f.Kind, Payload: f.Payload})
	return true
}

// quiet delivers until nothing is on its way.
func (w *world) quiet() error {
	for range 5000 {
		if !w.deliver() {
			return nil
		}
	}
	return w.broken("the nodes do not stop talking")
}
