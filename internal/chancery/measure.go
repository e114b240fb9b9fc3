package chancery

import (
	"context"
	"time"

	"entente.example/internal/node"
	"entente.example/internal/store"
)

// Measured is a node in numbers, for programs that watch it: how much, how far, since when; no words, and of no matter.
type Measured struct {
	Mechanisms []MeasuredMechanism
	Queue      int // events that wait for the core
	QueueRoom  int // how many may in one mechanism, before whoever brings one waits too
	Rebuilding Rebuilding
	Spans      *MeasuredSpans // nil unless there are traces
}

// MeasuredMechanism is one mechanism in numbers.
type MeasuredMechanism struct {
	Mech   string
	Writes bool // our own log is open to our members
	Queue  int  // events of it that wait for the core
	Logs   []MeasuredLog
	Lines  []MeasuredLine
}

// MeasuredLog is one generation of a party's log.
type MeasuredLog struct {
	Party      string
	Generation int
	Own        bool
	Newest     bool // of its party's generations
	Entries    int64
	Applied    int64 // how many of them have been folded
}

// MeasuredLine is what is known of one counterpart.
type MeasuredLine struct {
	Party     string
	Connected bool
	Over      bool      // its entries wait at its side, over the day's measure
	Full      bool      // ours wait here, over its
	Heard     time.Time // zero: never
	Room      *int64    // how many more entries of it are taken in all; nil: any number
	Confirmed int64     // entries of the newest generation of our log that it holds
}

// Unfolded is how many entries of ours wait to be folded. Those of others may have to wait for what has not arrived, ours never.
func (m Measured) Unfolded() (n int64) {
	for _, mech := range m.Mechanisms {
		for _, l := range mech.Logs {
			if l.Own {
				n += l.Entries - l.Applied
			}
		}
	}
	return n
}

// Resting is in how many mechanisms our node does not write.
func (m Measured) Resting() (n int) {
	for _, mech := range m.Mechanisms {
		if !mech.Writes {
			n++
		}
	}
	return n
}

// Measure counts. It reads heads only, so that a node with a thousand mechanisms can be asked often.
func (c *Chancery) Measure(ctx context.Context) (Measured, error) {
	out := Measured{Rebuilding: c.Rebuilding(), Spans: c.measureSpans()}
	queue, room, each := c.node.Queue()
	out.Queue, out.QueueRoom = queue, room
	lines, err := c.lineNumbers(ctx)
	if err != nil {
		return out, err
	}
	err = c.node.View(ctx, func(r store.Reader) error {
		all, err := r.Mechanisms()
		if err != nil {
			return err
		}
		for _, mech := range all {
			m := MeasuredMechanism{Mech: mech, Queue: each[mech], Writes: lines[mech].writes, Lines: lines[mech].lines}
			if err := m.count(r); err != nil {
				return err
			}
			m.room(c.cfg.Line.AllEntries)
			out.Mechanisms = append(out.Mechanisms, m)
		}
		return nil
	})
	return out, err
}

func (m *MeasuredMechanism) count(r store.Reader) error {
	logs, err := r.Logs(m.Mech)
	if err != nil {
		return err
	}
	newest, ours := map[string]int{}, store.Log{Gen: -1}
	for _, l := range logs {
		newest[l.Party] = max(newest[l.Party], l.Gen)
		if l.Own && l.Gen > ours.Gen {
			ours = l
		}
	}
	for _, l := range logs {
		m.Logs = append(m.Logs, MeasuredLog{Party: l.Party, Generation: l.Gen, Own: l.Own, Newest: l.Gen == newest[l.Party], Entries: l.Size, Applied: l.Applied})
	}
	receipts, err := r.Confirmed(m.Mech)
	for _, rc := range receipts {
		for i := range m.Lines {
			if rc.Log == ours.ID && rc.Party == m.Lines[i].Party {
				m.Lines[i].Confirmed = rc.Size
			}
		}
	}
	return err
}

// room counts how many entries of each counterpart are still taken.
func (m *MeasuredMechanism) room(most int64) {
	for i := range m.Lines {
		left := most
		for _, l := range m.Logs {
			if l.Party == m.Lines[i].Party {
				left -= l.Entries
			}
		}
		if left = max(0, left); most > 0 {
			m.Lines[i].Room = &left
		}
	}
}

type lineNumbers struct {
	writes bool
	lines  []MeasuredLine
}

// lineNumbers asks the core, which also shows that it answers.
func (c *Chancery) lineNumbers(ctx context.Context) (map[string]lineNumbers, error) {
	return node.Look(ctx, c.node, func(core *node.Core) map[string]lineNumbers {
		out, contacts, pens := map[string]lineNumbers{}, core.Contacts(), core.Pens()
		for mech, status := range core.Lines() {
			p := pens[mech]
			n := lineNumbers{writes: p.Why == nil && !p.Asking}
			for _, s := range status {
				n.lines = append(n.lines, MeasuredLine{Party: s.Party, Connected: s.Connected, Over: s.Over > 0, Full: s.Full > 0, Heard: contacts[mech][s.Party].Heard})
			}
			out[mech] = n
		}
		return out
	})
}

// Alive reports whether the node's core still answers. While state is made anew it answers late, and must not be started again for that.
func (c *Chancery) Alive(ctx context.Context) error {
	if c.Rebuilding().Folding() {
		return nil
	}
	return c.node.Reached(ctx, "")
}

// OnCommit has somebody told how long each transaction of the record took, and whether it came to nothing.
func (c *Chancery) OnCommit(f func(took time.Duration, err error)) { c.timed.told.Store(&f) }
