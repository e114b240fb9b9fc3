package node

import (
	"sync"
	"time"

	"entente.example/internal/link"
)

// News is when something was last heard of a party that only it can have made, an entry or a receipt, over the line of another party.
type News struct {
	Via string // who passed it on; "": nobody since this node began
	At  time.Time
}

// hearsay keeps the last news of each party of each mechanism.
type hearsay struct {
	mu   sync.Mutex
	last map[[2]string]News
}

func (h *hearsay) note(p PassedOn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.last == nil {
		h.last = map[[2]string]News{}
	}
	h.last[[2]string{p.Mech, p.Party}] = News{Via: p.Via, At: time.Now().UTC()}
}

// Passed is the last news of a party that came over the line of another one.
func (n *Node) Passed(mech, party string) News {
	n.hearsay.mu.Lock()
	defer n.hearsay.mu.Unlock()
	return n.hearsay.last[[2]string{mech, party}]
}

// hear tells of news that a peer brought of another party than itself.
func (c *Core) hear(m *mechanism, party string, from link.Peer) {
	if via := m.line.PartyOf(from); via != "" && via != party {
		c.out = append(c.out, PassedOn{Mech: m.id, Party: party, Via: via})
	}
}
