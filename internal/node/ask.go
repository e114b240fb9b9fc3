package node

import "strings"

// A machine that was put back as a whole, a virtual one to a snapshot for instance, remembers nothing of what it signed since, and its marks agree with it. Only the others know. So after
// every start the pen waits for their word, before it signs anything: not for ever, because a party must be able to write whatever the others do, and long enough that whoever is there is
// heard. What anybody shows later still fences it (reminded). SPEC ask-before-signing.

// slowly is how many times as long the pen waits for somebody who is connected and has not spoken yet, or who says that it holds more of our log and has not shown it.
const slowly = 10

// maxWaiting bounds the acts that wait for the pen.
const maxWaiting = 4096

// asks reports whether the pen waits. A generation that was opened since has never been signed for, or its party has said that nobody can be asked.
func (m *mechanism) asks() bool {
	return m.asking != "" && (m.fold == nil || m.asking == m.own().Origin)
}

// asked ends the waiting when every other party has spoken, or the time for it is over.
func (c *Core) asked(m *mechanism) {
	if !m.asks() {
		return
	}
	unasked := m.unasked()
	own := m.own()
	ahead := (m.claimed() > c.assured(own) || c.outlived(m)) && !own.fenced
	if len(unasked) == 0 && !ahead {
		m.asking = ""
		return
	}
	patience := c.patience
	if ahead || m.line.Expects() {
		patience *= slowly
	}
	if m.waited < patience {
		return
	}
	m.asking = ""
	m.touch(penChanged)
	switch {
	case ahead:
		c.log.Warn("somebody says that it holds more of our log than we do and has not shown it; this node writes", "log", own.Origin, "ours", own.tree.Size(), "said", m.claimed())
	case len(unasked) == len(m.doc.Parties)-1:
		c.log.Warn("no other party could be asked how much of our log it holds; this node writes. If this machine was put back to an earlier state together with its marks, stop it now: what it writes "+
			"would be a second history", "log", own.Origin, "entries", own.tree.Size())
	default:
		c.log.Info("not every party could be asked how much of our log it holds; this node writes", "log", own.Origin, "not asked", strings.Join(unasked, ", "))
	}
}

// putOff keeps an act until the pen has its answer, if it has to wait for one; it is written then.
func (c *Core) putOff(mech string, e Event) bool {
	m := c.reach(mech)
	if m == nil || !m.asks() || c.pen(m) != nil || len(c.waiting) == maxWaiting {
		return false
	}
	c.waiting = append(c.waiting, e)
	return true
}

// takeUp puts what has waited before what comes now.
func (c *Core) takeUp(w *work) {
	waiting := c.waiting
	c.waiting = nil
	var does []Do
	for _, e := range waiting {
		switch e := e.(type) {
		case Do:
			if !c.putOff(e.Mech, e) {
				does = append(does, e)
			}
		case Begin:
			if !c.putOff(e.Mech, e) {
				w.begins = append(w.begins, e)
			}
		}
	}
	w.does = append(does, w.does...)
}
