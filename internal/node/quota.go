package node

import (
	"time"

	"entente.example/internal/link"
	"entente.example/refusal"
)

// Quota is how much this node takes of one counterpart's logs in one mechanism and day, by UTC. What is over it waits at its author's side for the next day. Zero: no bound.
type Quota struct {
	Entries int64
	Bytes   int64
}

// spent is what was taken of a party in a day. A node that starts again begins at nothing.
type spent struct{ day, entries, bytes int64 }

const daySeconds = 24 * 60 * 60

func (c *Core) today() int64 { return c.now().Unix() / daySeconds }

// overQuota reports whether no more is taken of a log's author today, and lets the line say so. Our own entries, which others give back to us, are not counted.
func (c *Core) overQuota(m *mechanism, l *logState, ch chunk) bool {
	if l.party == m.self || c.quota == (Quota{}) {
		return false
	}
	s := m.spent[l.party]
	if s.day != c.today() || (c.quota.Entries == 0 || s.entries < c.quota.Entries) && (c.quota.Bytes == 0 || s.bytes < c.quota.Bytes) {
		return false
	}
	until := (s.day + 1) * daySeconds
	at := time.Unix(until, 0).UTC().Format(time.RFC3339)
	have := l.tree.Size()
	ch.judge(have, have, refusal.New(refusal.Unavailable, "line.over_quota", "party", l.Party, "at", at))
	if m.exhausted == 0 {
		c.log.Warn("a counterpart has used up what this node takes of it in a day; the rest waits at its side", "mechanism", m.id, "party", l.Party, "until", at)
	}
	m.exhausted = until
	c.converse(&work{}, m, link.Exhausted{Origin: l.Origin, Until: until})
	m.touch(contactsChanged)
	return true
}

// charge counts what was taken.
func (c *Core) charge(m *mechanism, l *logState, leaves [][]byte) {
	s := m.spent[l.party]
	if s.day != c.today() {
		s = spent{day: c.today()}
	}
	s.entries += int64(len(leaves))
	for _, leaf := range leaves {
		s.bytes += int64(len(leaf))
	}
	m.spent[l.party] = s
}

// nextDay asks again for what had to wait.
func (c *Core) nextDay(w *work, m *mechanism) {
	if m.exhausted > 0 && c.now().Unix() >= m.exhausted {
		m.exhausted = 0
		c.converse(w, m, link.Resumed{})
		m.touch(contactsChanged)
	}
}
