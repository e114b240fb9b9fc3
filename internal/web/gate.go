package web

import (
	"math"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"entente.example/internal/caller"
	"entente.example/internal/staff"
	"entente.example/refusal"
)

// gate bounds how often passwords are tried in a minute: from one address, and from all addresses together from which nobody has lately signed in. A flood from many addresses so costs strangers their turn, and nobody who
// signs in from where they did before. It is in memory only; that a name is tried too often is for package staff to see.
type gate struct {
	mu      sync.Mutex
	each    int // tries of one address in a minute
	all     int // … of all strangers together
	minute  time.Time
	tried   map[netip.Addr]int
	strange int
	known   map[netip.Addr]time.Time // when somebody last signed in from there
}

const (
	triesEach  = 20
	triesAll   = 120
	knownFor   = 30 * 24 * time.Hour
	knownPlace = 4096 // addresses
)

func newGate() *gate {
	return &gate{each: triesEach, all: triesAll, tried: map[netip.Addr]int{}, known: map[netip.Addr]time.Time{}}
}

// place is the caller at an address; zero for this machine's own, behind which a proxy has everybody.
func place(remote string) netip.Addr {
	if at, err := netip.ParseAddrPort(remote); err != nil || at.Addr().Unmap().IsLoopback() {
		return netip.Addr{}
	}
	return caller.Of(remote)
}

// enter counts a try before it is looked at.
func (g *gate) enter(remote string, now time.Time) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if left := now.Sub(g.minute); left < 0 || left >= time.Minute {
		g.minute, g.strange = now, 0
		clear(g.tried)
	}
	from := place(remote)
	last, known := g.known[from]
	known = known && now.Sub(last) < knownFor
	if from.IsValid() && g.tried[from] >= g.each || !known && g.strange >= g.all {
		return refusal.New(refusal.Unavailable, staff.TooManyTries, "seconds", strconv.Itoa(int(math.Ceil(g.minute.Add(time.Minute).Sub(now).Seconds()))))
	}
	if from.IsValid() {
		g.tried[from]++
	}
	if !known {
		g.strange++
	}
	return nil
}

// welcome remembers from where somebody has signed in.
func (g *gate) welcome(remote string, now time.Time) {
	from := place(remote)
	if !from.IsValid() {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, there := g.known[from]; !there && len(g.known) >= knownPlace {
		oldest, when := netip.Addr{}, now
		for a, t := range g.known {
			if !t.After(when) {
				oldest, when = a, t
			}
		}
		delete(g.known, oldest)
	}
	g.known[from] = now
}
