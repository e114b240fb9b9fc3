package chancery

import (
	"context"
	"slices"
	"sync"
	"time"

	"entente.example/internal/carrier/pinned"
	"entente.example/internal/carrier/relay"
	"entente.example/internal/charter"
	"entente.example/internal/config"
	"entente.example/internal/courier"
	"entente.example/internal/mailbox"
	"entente.example/internal/node"
)

// offices are the couriers that carry parcels through good offices, one for each counterpart, mechanism and office.
type offices struct {
	c    *Chancery
	work sync.WaitGroup

	mu       sync.Mutex
	couriers map[errand]*messenger
	ways     map[mailbox.Address]*relay.Office
}

// errand is what one courier is for.
type errand struct {
	mech, party string
	office      mailbox.Address
}

func newOffices(c *Chancery) *offices {
	return &offices{c: c, couriers: map[errand]*messenger{}, ways: map[mailbox.Address]*relay.Office{}}
}

// roadsTo are a party's addresses: of its line, and of good offices where it collects mail. What the operator says counts instead of what the charter says.
func roadsTo(own config.Line, p *charter.Party) (direct []string, relays []mailbox.Address) {
	addresses := p.Addresses
	if other := own.Peers[string(p.ID)]; len(other) > 0 {
		addresses = other
	}
	for _, a := range addresses {
		if at, ok := mailbox.ParseAddress(a); ok {
			relays = append(relays, at)
		} else {
			direct = append(direct, a)
		}
	}
	return direct, relays
}

// learn begins the errands to a mechanism's other parties: through the offices where they collect mail, and through those where we do.
func (o *offices) learn(ctx context.Context, s *node.Snapshot) {
	var ours []mailbox.Address
	for _, a := range o.c.cfg.Line.Relays {
		if at, ok := mailbox.ParseAddress(a); ok {
			ours = append(ours, at)
		}
	}
	if self, ok := s.Charter().Document().Party(charter.PartyID(s.Self)); ok {
		_, more := roadsTo(config.Line{}, self)
		ours = append(ours, more...)
	}
	for _, p := range s.Charter().Document().Parties {
		if string(p.ID) == s.Self {
			continue
		}
		_, theirs := roadsTo(o.c.cfg.Line, &p)
		for _, at := range slices.Concat(theirs, ours) {
			o.begin(ctx, errand{s.ID, string(p.ID), at})
		}
	}
}

func (o *offices) begin(ctx context.Context, e errand) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.couriers[e] != nil {
		return
	}
	way := o.ways[e.office]
	if way == nil {
		cert, customer, err := o.c.nodeKey().CustomerCertificate(pinned.Pin(e.office.Pin))
		if err != nil {
			o.c.log.Error("no key for good offices could be made", "office", e.office.Host, "error", err)
			return
		}
		way = relay.New(e.office, cert, customer)
		o.ways[e.office] = way
	}
	k := &messenger{c: o.c, errand: e, way: way, wake: make(chan struct{}, 1), sends: courier.NewErrand(time.Duration(o.c.cfg.Line.Retry)), asides: true}
	o.couriers[e] = k
	o.work.Go(func() { k.collect(ctx) })
	o.work.Go(func() { k.deliver(ctx) })
}

// each calls f on the couriers to a party, or to all parties of a mechanism if party is empty.
func (o *offices) each(mech, party string, f func(*messenger)) {
	o.mu.Lock()
	var all []*messenger
	for e, k := range o.couriers {
		if e.mech == mech && (party == "" || e.party == party) {
			all = append(all, k)
		}
	}
	o.mu.Unlock()
	slices.SortFunc(all, func(a, b *messenger) int { return compareAddress(a.office, b.office) })
	for _, k := range all {
		f(k)
	}
}

func compareAddress(a, b mailbox.Address) int {
	if a.String() < b.String() {
		return -1
	}
	return 1
}

// watch wakes the couriers when the record has grown, until ctx ends; then it waits until all have gone home.
func (o *offices) watch(ctx context.Context) {
	changes, stop := o.c.node.Watch()
	defer stop()
	look := time.NewTicker(min(lookEvery, courier.Quickly*time.Duration(o.c.cfg.Line.Retry)/2)) // a change that was missed, or a line that is open and says nothing
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			o.work.Wait()
			o.mu.Lock()
			defer o.mu.Unlock()
			for _, way := range o.ways {
				way.Close()
			}
			return
		case ch := <-changes:
			o.each(ch.Mech, "", func(k *messenger) { k.bring(false) })
		case <-look.C:
			o.mu.Lock()
			var all []*messenger
			for _, k := range o.couriers {
				all = append(all, k)
			}
			o.mu.Unlock()
			for _, k := range all {
				k.bring(false)
			}
		}
	}
}

const lookEvery = 5 * time.Second

// posted is courier.Posted for several goroutines.
type posted struct {
	mu  sync.Mutex
	all courier.Posted
}

func (p *posted) keep(x Parcel) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all.Keep(x)
}

// of are the remembered parcels to and from a party.
func (p *posted) of(mech, party string) []Parcel {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all.Of(mech, party)
}
