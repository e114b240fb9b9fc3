// Package sim plays a mechanism of three parties for years: the real core of each node, the real database engine and marks file on a simulated disk, a simulated line and a
// simulated clock, everything drawn from one seed.
//
// It promises that a seed always plays the same story, and that after every step the invariants of docs/assurance.md hold or Run returns a Violation with the seed and the last
// steps in words. Faults: power cuts at any disk operation, failing writes, disks that are full for a while, broken and silent lines, partitions, replayed and reordered conversations, restored backups, clocks
// that are off, years of silence, pairs with good offices only, times in which nothing but a pouch goes. It never uses time, chance or network of the machine. Only tests import it.
package sim

import (
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"time"

	"entente.example/internal/charter"
	core "entente.example/internal/node"
)

// Options say what a story may contain. Seed is required; the zero of everything else is a quiet world.
type Options struct {
	Seed   uint64
	Events int
	Faults bool   // the disk, the power and the line fail
	Keys   bool   // node keys are rotated, lost and stolen, and parties begin anew
	Roads  bool   // a pair has good offices only, and at times nothing but a pouch goes
	Rest   bool   // mechanisms are put away whenever nothing waits in them
	Dir    string // an empty directory for the memory that database connections share
	Log    *slog.Logger
	Tell   io.Writer // hears every step in words
}

// Report says what a story contained.
type Report struct {
	Events, Acts, Refused, Cuts, DiskFaults, FullDisks, Losses, Partitions, Restores, Adopted, Failed, Generations, Thefts, PutBack int
	OfficeCuts                                                                                                                      int // power cuts of good offices
	ByRelay, ByPouch, Carried                                                                                                       int // parcels that were opened, and pieces of logs that were taken from them
	Causes                                                                                                                          int // entries whose place in a node's order was held against their causes
	Days                                                                                                                            int
	Trace                                                                                                                           [32]byte // equal for equal seeds
}

// Violation is an invariant that does not hold.
type Violation struct {
	Seed      uint64
	Event     int
	Invariant string // its id in docs/assurance.md
	What      string
	Steps     []string // the last ones, in words
}

func (v *Violation) Error() string {
	return fmt.Sprintf("seed %d, event %d: %s is broken: %s\n  %s", v.Seed, v.Event, v.Invariant, v.What, strings.Join(v.Steps, "\n  "))
}

// parties is how many sides play; adoption needs all of them.
const parties = 3

// world is one story.
type world struct {
	Options
	Report
	rng      *rand.Rand
	now      time.Time
	doc      *charter.Document
	charter  []byte
	mech     string
	nodes    []*node
	conns    []*conn
	made     int
	apart    map[[2]int]bool // pairs whose line is cut
	todo     []todo
	seen     *witness
	steps    []string
	forged   []forged // what thieves wrote
	loot     []loot
	digest   [32]byte
	silences int
	roads    *roads            // nil in a story that has lines only
	turns    int               // steps of nodes since the last event
	heard    string            // what the ear has heard
	fallen   func(*node) error // hears of a power cut before the machine comes back
	// looksAway: a test makes a fork on purpose, and the witness of the story says nothing about it.
	looksAway bool
	quota     core.Quota // of nodes that start from now on
}

// Run plays a story to its end, heals everything and compares. The error is a *Violation if an invariant broke.
func Run(o Options) (Report, error) {
	w := newWorld(o)
	defer w.close()
	err := w.begin()
	if err == nil && o.Roads {
		err = w.openRoads()
	}
	for w.Report.Events < o.Events && err == nil {
		w.Report.Events++
		w.turns = 0
		err = w.event()
	}
	if err == nil {
		err = w.heal()
	}
	w.Trace = w.digest
	w.Days = int(w.now.Sub(beginning).Hours() / 24)
	return w.Report, err
}

// say notes a step, for the trace and for whoever has to read it.
func (w *world) say(format string, args ...any) {
	line := fmt.Sprintf("%s  ", w.now.Format("2006-01-02 15:04:05")) + fmt.Sprintf(format, args...)
	const kept = 40
	if w.steps = append(w.steps, line); len(w.steps) > 2*kept {
		w.steps = append(w.steps[:0], w.steps[len(w.steps)-kept:]...)
	}
	if w.Tell != nil {
		fmt.Fprintln(w.Tell, line)
	}
	w.digested(line)
}

// broken makes a violation.
func (w *world) broken(invariant, format string, args ...any) error {
	return &Violation{Seed: w.Seed, Event: w.Report.Events, Invariant: invariant, What: fmt.Sprintf(format, args...), Steps: append([]string(nil), w.steps...)}
}

// chance is true in n of 1000 cases.
func (w *world) chance(n int) bool { return w.rng.IntN(1000) < n }

// event lets one thing happen: a line brings something, a member acts, one line comes or goes, one thing breaks.
func (w *world) event() error {
	w.now = w.now.Add(time.Duration(w.rng.IntN(120)) * time.Second)
	for _, n := range w.nodes {
		if n.full > 0 && w.Report.Events >= n.full {
			n.empty()
			if w.chance(500) {
				return w.standing()
			}
		}
	}
	if w.silences == 0 && w.Report.Events > w.Options.Events/3 {
		return w.silence(w.now.AddDate(6, 3+w.rng.IntN(48), w.rng.IntN(28)))
	}
	if ten := beginning.AddDate(10, 1, w.rng.IntN(28)); w.silences == 1 && w.Report.Events > w.Options.Events*4/5 && w.now.Before(ten) {
		return w.silence(ten)
	}
	if w.Faults && w.chance(55) {
		return w.fault()
	}
	if w.Keys && w.chance(12) {
		return w.keyEvent()
	}
	if w.roads != nil && w.chance(150) {
		return w.carry()
	}
	n := w.nodes[w.rng.IntN(parties)]
	switch k := w.rng.IntN(1000); {
	case k < 720:
		if len(w.ready()) == 0 && w.chance(300) {
			return w.act(n)
		}
		return w.deliver()
	case k < 830:
		return w.act(n)
	case k < 870:
		return w.tick(n)
	case k < 885:
		return w.checkpoint(n)
	case k < 895:
		w.now = w.now.Add(time.Duration(w.rng.IntN(365*24)) * time.Hour)
		w.say("time passes")
		return nil
	case k < 910 && w.Faults:
		return w.part()
	}
	return w.reconnect()
}

// silence is the long break: all lines go, years pass, and one after the other comes back.
func (w *world) silence(until time.Time) error {
	w.silences++
	for len(w.conns) > 0 {
		w.cut(w.conns[0])
	}
	if err := w.run(); err != nil {
		return err
	}
	w.now = until
	w.say("the dialogue falls silent for years")
	for _, n := range w.nodes {
		if w.chance(500) {
			n.stop()
			if err := n.start(); err != nil {
				return err
			}
		}
	}
	return w.run()
}
