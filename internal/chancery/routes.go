package chancery

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"entente.example/internal/carrier/direct"
	"entente.example/internal/charter"
	"entente.example/internal/courier"
	"entente.example/internal/node"
	"entente.example/refusal"
)

// Routes to a counterpart, best first. A node uses the best one that works, by itself.
const (
	RouteDirect = "direct"
	RoutePassed = "passed_on" // another party passes on what the counterpart writes
	RouteRelay  = "relay"     // good offices
	RoutePouch  = "pouch"
	RouteNone   = "none"
)

// RouteStatus is the health of one route to one counterpart.
type RouteStatus struct {
	Route   string        `json:"route"`
	Via     string        `json:"via,omitempty"` // who passes on; which good offices
	Open    bool          `json:"open"`          // as far as this end can tell
	Worked  time.Time     `json:"worked"`        // last success
	Heard   time.Time     `json:"heard"`         // last word of the counterpart by this route
	Failed  time.Time     `json:"failed"`        // last failure
	Problem *RouteProblem `json:"problem,omitempty"`
	Ahead   int64         `json:"clock_ahead,omitzero"` // seconds by which the counterpart's clock is ahead of ours, if that is far: negative if it is behind
	told    bool          // whether the counterpart has told the time on the line that is open
}

// RouteProblem is a refusal as a face shows it: a message of the catalogue and its values.
type RouteProblem struct {
	Key    string         `json:"key"`
	Params refusal.Params `json:"params,omitempty"`
}

func (r *RouteStatus) worked(at time.Time) { r.Open, r.Worked = true, at.UTC() }

func (r *RouteStatus) failed(at time.Time, err error) {
	ref := refusal.As(err)
	r.Open, r.Failed, r.Problem = false, at.UTC(), &RouteProblem{ref.Key, ref.Params}
}

// Standing is the route in use to a counterpart.
type Standing struct {
	Route string    `json:"route"`
	Via   string    `json:"via,omitempty"`
	Since time.Time `json:"since"` // of this node's start at the earliest
}

// ladder remembers since when which route is in use.
type ladder struct {
	c  *Chancery
	mu sync.Mutex
	on map[[2]string]Standing
}

func newLadder(c *Chancery) *ladder { return &ladder{c: c, on: map[[2]string]Standing{}} }

// look notes whether the route to each counterpart of a mechanism has changed.
func (l *ladder) look(mech string) {
	for party := range l.c.lines.partners(mech) {
		l.stand(mech, party, l.c.openRoutes(mech, party))
	}
}

// stand is the route in use, of these.
func (l *ladder) stand(mech, party string, routes []RouteStatus) Standing {
	use := Standing{Route: RouteNone, Since: time.Now().UTC()}
	if at := slices.IndexFunc(routes, func(r RouteStatus) bool { return r.Open }); at >= 0 {
		use.Route, use.Via = routes[at].Route, routes[at].Via
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	key := [2]string{mech, party}
	if old := l.on[key]; old.Route == use.Route && old.Via == use.Via {
		return old
	}
	if use.Route != l.on[key].Route || l.on[key].Route != "" {
		l.c.log.Info("route", "party", party, "by", use.Route, "via", use.Via)
	}
	l.on[key] = use
	return use
}

// openRoutes are the routes that work by themselves, best first.
func (c *Chancery) openRoutes(mech, party string) []RouteStatus {
	h := c.lines.health(mech, party)
	first := RouteStatus{Route: RouteDirect, Open: h.Open, Worked: h.Up, Heard: h.Up, Failed: h.Failed, told: h.Told}
	if h.Ahead.Abs() > node.FarOff {
		first.Ahead = int64(h.Ahead / time.Second)
	}
	if h.Problem != nil {
		r := refusal.As(h.Problem)
		first.Problem = &RouteProblem{r.Key, r.Params}
	}
	out := []RouteStatus{first}
	if news := c.node.Passed(mech, party); news.Via != "" {
		_, up := c.lines.open(mech, news.Via)
		out = append(out, RouteStatus{Route: RoutePassed, Via: news.Via, Open: up && news.At.After(h.Up), Worked: news.At, Heard: news.At})
	}
	c.offices.each(mech, party, func(k *messenger) {
		k.mu.Lock()
		r := k.health
		k.mu.Unlock()
		r.Route, r.Via = RouteRelay, k.office.Host
		out = append(out, r)
	})
	return out
}

// routes are all routes to a counterpart with their health, and the one in use.
func (c *Chancery) routes(ctx context.Context, s *node.Snapshot, party string) ([]RouteStatus, Standing, error) {
	out := c.openRoutes(s.ID, party)
	rows, err := courier.Remembered(s)
	if err != nil {
		return out, Standing{}, err
	}
	pouch := RouteStatus{Route: RoutePouch}
	for _, p := range rows {
		switch {
		case p.Party != party || p.Via == ByRelay:
		case p.Out:
			pouch.Worked = later(pouch.Worked, p.Done)
		default:
			pouch.Heard, pouch.Worked = later(pouch.Heard, p.Done), later(pouch.Worked, p.Done)
		}
	}
	// The pouch is what is left when nothing works by itself; whether it travels only its couriers know.
	pouch.Open = !pouch.Worked.IsZero()
	out = append(out, pouch)
	return out, c.ladder.stand(s.ID, party, out), nil
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// LineOf is what a face shows of the way to one counterpart.
func (c *Chancery) LineOf(ctx context.Context, s *node.Snapshot, party string) ([]RouteStatus, Standing) {
	routes, use, err := c.routes(ctx, s, party)
	if err != nil {
		c.log.Warn("the history of pouches cannot be read", "error", err)
	}
	return routes, use
}

// partners are the other parties of a mechanism with the keys of their lines.
func (l *lines) partners(mech string) map[string]direct.Pin {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]direct.Pin{}
	for pin, in := range l.known {
		if sh, ok := in[tagOf(mech)]; ok && sh.mech == mech {
			out[sh.party] = pin
		}
	}
	return out
}

// health is how the direct line to a party is.
func (l *lines) health(mech, party string) direct.Health {
	pin, ok := l.partners(mech)[party]
	carrier := l.carrier()
	if !ok || carrier == nil {
		return direct.Health{}
	}
	return carrier.Health(pin)
}

// open is the direct line to a party, if it is open.
func (l *lines) open(mech, party string) (*direct.Conn, bool) {
	pin, ok := l.partners(mech)[party]
	carrier := l.carrier()
	if !ok || carrier == nil {
		return nil, false
	}
	conn := carrier.Conn(pin)
	return conn, conn != nil
}

// triedOnce returns when the direct line to a party was tried, or after a moment.
func (l *lines) triedOnce(ctx context.Context, mech, party string) {
	late := time.NewTimer(2 * time.Second)
	defer late.Stop()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for !l.health(mech, party).Tried {
		select {
		case <-ctx.Done():
			return
		case <-late.C:
			return
		case <-look.C:
		}
	}
}

// working reports whether the direct line brings a courier's counterpart what it is to have. One that is open and does not get anywhere for a while is none.
func (l *lines) working(ctx context.Context, k *messenger) bool {
	if _, ok := l.open(k.mech, k.party); !ok {
		return false
	}
	said := l.c.lineStatus(ctx)[k.mech].said(k.party)
	behind := false
	err := l.c.node.Snapshot(ctx, k.mech, func(s *node.Snapshot) error {
		own := s.Logs[s.Charter().Ordinal(charter.PartyID(s.Self))]
		behind = said[own.Origin] < own.Size
		return nil
	})
	word, _ := json.Marshal(said) // strings and numbers
	k.mu.Lock()
	defer k.mu.Unlock()
	if err != nil || !behind || string(word) != k.heard {
		k.heard, k.heardAt = string(word), time.Now()
		return true
	}
	return time.Since(k.heardAt) < stalled
}
