// Package porter owns the fetching of bodies: which piece is asked of whom, how many at once, and what happens when nobody answers. docs/protocol.md 11.
//
// It promises that a piece is asked of one peer at a time and never again once it is here; that what is on its way from one peer drains in about the time it takes to say so, so that
// an entry is not stuck behind it; and that whatever breaks off goes on at the piece. It is a pure step function: events in, asks out; the clock comes with the events.
package porter

import (
	"maps"
	"slices"
	"strings"
	"time"

	"entente.example/enclosure"
)

// Key names a body: a commitment counts in one mechanism.
type Key struct {
	Mech   string
	Commit enclosure.Digest
}

func (k Key) compare(o Key) int {
	if n := strings.Compare(k.Mech, o.Mech); n != 0 {
		return n
	}
	return slices.Compare(k.Commit[:], o.Commit[:])
}

// Peer names a conversation with a party of one mechanism.
type Peer string

// Events.
type (
	// Opened: a party of a mechanism can be asked.
	Opened struct {
		Peer Peer
		Mech string
	}
	// Closed: it cannot any more.
	Closed struct{ Peer Peer }
	// Wanted: these pieces of a body are missing. It replaces what was wanted of it before.
	Wanted struct {
		Key     Key
		Missing []int64
	}
	// Unwanted: the body is whole, or nobody wants it any more.
	Unwanted struct{ Key Key }
	// Arrived: a piece came, was verified and is kept.
	Arrived struct {
		Peer Peer
		Key  Key
		N    int64
	}
	// Lacks: the peer does not have the body, or not that piece of it.
	Lacks struct {
		Peer Peer
		Key  Key
	}
	// Failed: what the peer sent does not verify. It is not asked for this body again on this connection.
	Failed struct {
		Peer Peer
		Key  Key
	}
	// Holds: the peer has come to hold these bodies whole.
	Holds struct {
		Peer    Peer
		Mech    string
		Commits []enclosure.Digest
	}
	// Tick: time passes.
	Tick struct{}
)

// Event is a closed set of the types above.
type Event interface{ event() }

func (Opened) event()   {}
func (Closed) event()   {}
func (Wanted) event()   {}
func (Unwanted) event() {}
func (Arrived) event()  {}
func (Lacks) event()    {}
func (Failed) event()   {}
func (Holds) event()    {}
func (Tick) event()     {}

// Ask is the one effect: these pieces are to be asked of the peer.
type Ask struct {
	Peer   Peer
	Key    Key
	Pieces []int64
}

// Limits of fetching. What is on its way from a peer is at most a window of pieces; the window grows while pieces come back quickly and shrinks when they do not.
const (
	MaxWindow   = 64
	firstWindow = 2
	quick       = 300 * time.Millisecond
	slow        = 1500 * time.Millisecond
	giveUp      = 30 * time.Second // a piece that was asked for and did not come is asked of somebody else
	askAgain    = time.Minute      // a peer that lacked a body
)

// Porter fetches for one node. One goroutine uses it. A node may have thousands of peers, most of them in mechanisms where nothing is wanted: only a tick goes over those.
type Porter struct {
	peers map[Peer]*peer
	of    map[string][]Peer // of each mechanism, in order
	wants map[Key]*want
	order []Key // of wants: what is nearest to whole comes first
}

type peer struct {
	mech   string
	window int
	asked  map[piece]time.Time
	lacks  map[Key]time.Time
	failed map[Key]bool
}

type piece struct {
	key Key
	n   int64
}

type want struct {
	missing []int64        // rising; those on their way included
	coming  map[int64]Peer // asked for
	next    int            // place in missing before which nothing is free
}

// New fetches nothing yet.
func New() *Porter {
	return &Porter{peers: map[Peer]*peer{}, of: map[string][]Peer{}, wants: map[Key]*want{}}
}

// Step takes events that happened at now, and returns what is to be asked.
func (c *Porter) Step(now time.Time, events ...Event) []Ask {
	for _, e := range events {
		switch e := e.(type) {
		case Opened:
			c.opened(e)
		case Closed:
			c.closed(e.Peer)
		case Wanted:
			c.wanted(e)
		case Unwanted:
			c.unwanted(e.Key)
		case Arrived:
			c.arrived(e, now)
		case Lacks:
			if p := c.peers[e.Peer]; p != nil {
				p.lacks[e.Key] = now
				c.release(e.Peer, p, func(x piece) bool { return x.key == e.Key })
			}
		case Failed:
			if p := c.peers[e.Peer]; p != nil {
				p.failed[e.Key] = true
				c.release(e.Peer, p, func(x piece) bool { return x.key == e.Key })
			}
		case Holds:
			if p := c.peers[e.Peer]; p != nil && p.mech == e.Mech {
				for _, commit := range e.Commits {
					delete(p.lacks, Key{e.Mech, commit})
				}
			}
		case Tick:
			c.tick(now)
		}
	}
	return c.ask(now)
}

// Coming says how many pieces are on their way from a peer.
func (c *Porter) Coming(id Peer) int {
	if p := c.peers[id]; p != nil {
		return len(p.asked)
	}
	return 0
}

func (c *Porter) opened(e Opened) {
	c.closed(e.Peer)
	c.peers[e.Peer] = &peer{mech: e.Mech, window: firstWindow, asked: map[piece]time.Time{}, lacks: map[Key]time.Time{}, failed: map[Key]bool{}}
	at, _ := slices.BinarySearch(c.of[e.Mech], e.Peer)
	c.of[e.Mech] = slices.Insert(c.of[e.Mech], at, e.Peer)
}

func (c *Porter) closed(id Peer) {
	p := c.peers[id]
	if p == nil {
		return
	}
	c.release(id, p, func(piece) bool { return true })
	delete(c.peers, id)
	if at, is := slices.BinarySearch(c.of[p.mech], id); is {
		c.of[p.mech] = slices.Delete(c.of[p.mech], at, at+1)
	}
	if len(c.of[p.mech]) == 0 {
		delete(c.of, p.mech)
	}
}

// release takes back what was asked of a peer.
func (c *Porter) release(id Peer, p *peer, which func(piece) bool) {
	for x := range p.asked {
		if !which(x) {
			continue
		}
		delete(p.asked, x)
		if w := c.wants[x.key]; w != nil && w.coming[x.n] == id {
			delete(w.coming, x.n)
			w.next = 0
		}
	}
}

func (c *Porter) wanted(e Wanted) {
	old := c.wants[e.Key]
	w := &want{missing: slices.Clone(e.Missing), coming: map[int64]Peer{}}
	slices.Sort(w.missing)
	if old != nil {
		for n, id := range old.coming {
			if _, still := slices.BinarySearch(w.missing, n); still {
				w.coming[n] = id
			}
		}
	}
	c.wants[e.Key] = w
	c.sort()
}

func (c *Porter) unwanted(k Key) {
	if c.wants[k] == nil {
		return
	}
	delete(c.wants, k)
	c.sort()
}

// sort puts first what is nearest to whole. What waits behind a large body would otherwise wait for all of it.
func (c *Porter) sort() {
	c.order = slices.SortedFunc(maps.Keys(c.wants), func(a, b Key) int {
		if n := len(c.wants[a].missing) - len(c.wants[b].missing); n != 0 {
			return n
		}
		return a.compare(b)
	})
}

// arrived makes room in the peer's window, and measures how long the piece took.
func (c *Porter) arrived(e Arrived, now time.Time) {
	if p := c.peers[e.Peer]; p != nil {
		x := piece{e.Key, e.N}
		if at, asked := p.asked[x]; asked {
			delete(p.asked, x)
			switch took := now.Sub(at); {
			case took > slow:
				p.window = max(1, p.window/2)
			case took < quick:
				p.window = min(MaxWindow, p.window+1)
			}
		}
	}
	w := c.wants[e.Key]
	if w == nil {
		return
	}
	delete(w.coming, e.N)
	if at, is := slices.BinarySearch(w.missing, e.N); is {
		w.missing = slices.Delete(w.missing, at, at+1)
		if at < w.next {
			w.next--
		}
	}
	if len(w.missing) == 0 {
		c.unwanted(e.Key)
	}
}

func (c *Porter) tick(now time.Time) {
	for id, p := range c.peers {
		before := len(p.asked)
		c.release(id, p, func(x piece) bool { return now.Sub(p.asked[x]) > giveUp })
		if len(p.asked) < before {
			p.window = 1
		}
		maps.DeleteFunc(p.lacks, func(_ Key, at time.Time) bool { return now.Sub(at) > askAgain })
	}
}

// ask fills every peer's window with pieces that nobody was asked for, peer by peer in turns, so that all who have a body give of it.
func (c *Porter) ask(now time.Time) []Ask {
	var out []Ask
	wanted := map[string]bool{}
	var from []Peer
	for _, k := range c.order {
		if !wanted[k.Mech] {
			wanted[k.Mech] = true
			from = append(from, c.of[k.Mech]...)
		}
	}
	slices.Sort(from)
	for _, id := range from {
		p := c.peers[id]
		for _, k := range c.order {
			room := p.window - len(p.asked)
			if room <= 0 {
				break
			}
			if _, lacks := p.lacks[k]; lacks || k.Mech != p.mech || p.failed[k] {
				continue
			}
			if pieces := c.wants[k].free(room); len(pieces) > 0 {
				for _, n := range pieces {
					p.asked[piece{k, n}], c.wants[k].coming[n] = now, id
				}
				out = append(out, Ask{id, k, pieces})
			}
		}
	}
	return out
}

// free finds up to room pieces that nobody was asked for.
func (w *want) free(room int) (out []int64) {
	for ; w.next < len(w.missing) && len(out) < room; w.next++ {
		if _, coming := w.coming[w.missing[w.next]]; !coming {
			out = append(out, w.missing[w.next])
		}
	}
	return out
}
