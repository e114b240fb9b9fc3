package node

import (
	"time"

	"entente.example/internal/link"
	"entente.example/refusal"
)

// Quota is how much this node takes of one counterpart's logs in one mechanism: in a day, by UTC, and in all. What is over it waits at its author's side, for the next day, or until our operator takes
// more. The chunk that reaches a bound is taken whole: its proof is for its end, and a part of it would be stored under no head. Zero: no bound.
type Quota struct {
	Entries int64
	Bytes   int64
	All     int64 // entries, however long it takes
}

// spent is what was taken of a party in a day. A node that starts again begins at nothing. said: it was told of in the log that no more is taken.
type spent struct {
	day, entries, bytes int64
	said                bool
}

const daySeconds = 24 * 60 * 60

func (c *Core) today() int64 { return c.now().Unix() / daySeconds }

// fullUntil is until when no more is taken of a party, zero if it is.
func (c *Core) fullUntil(m *mechanism, party int) int64 {
	var all int64
	for _, l := range m.logs {
		if l.party == party {
			all += l.tree.Size()
		}
	}
	s := m.spent[party]
	switch q := c.quota; {
	case q.All > 0 && all >= q.All:
		return link.NoEnd
	case s.day == c.today() && (q.Entries > 0 && s.entries >= q.Entries || q.Bytes > 0 && s.bytes >= q.Bytes):
		return (s.day + 1) * daySeconds
	}
	return 0
}

// overQuota reports whether no more is taken of a log's author, and lets the line say so. Our own entries, which others give back to us, are not counted.
func (c *Core) overQuota(m *mechanism, l *logState, ch chunk) bool {
	if l.party == m.self {
		return false
	}
	until := c.fullUntil(m, l.party)
	if until == 0 {
		return false
	}
	at, key := time.Unix(until, 0).UTC().Format(time.RFC3339), "line.over_quota"
	if until == link.NoEnd {
		key = "line.over_all_quota"
	} else {
		m.exhausted = until
	}
	have := l.tree.Size()
	ch.judge(have, have, refusal.New(refusal.Unavailable, key, "party", l.Party, "at", at))
	if s := m.spent[l.party]; !s.said {
		s.said = true
		m.spent[l.party] = s
		c.log.Warn("a counterpart has used up what this node takes of it; the rest waits at its side", "mechanism", m.id, "party", l.Party, "until", at)
	}
	c.converse(&work{}, m, link.Exhausted{Origin: l.Origin, Until: until})
	m.touch(contactsChanged)
	return true
}

// charge counts what was taken. It counts once it is stored: what comes again and again to a full disk costs nobody anything.
func (c *Core) charge(m *mechanism, l *logState, leaves [][]byte) {
	s := m.spent[l.party]
	if s.day != c.today() {
		s = spent{day: c.today()}
	}
	s.entries += int64(len(leaves))
	for _, leaf := range leaves {
		s.bytes += int64(len(leaf))
	}
	m.spent[l.party], m.charged = s, true
}

// nextDay asks again for what had to wait.
func (c *Core) nextDay(w *work, m *mechanism) {
	if m.exhausted > 0 && c.now().Unix() >= m.exhausted {
		m.exhausted = 0
		c.converse(w, m, link.Resumed{})
		m.touch(contactsChanged)
	}
}
