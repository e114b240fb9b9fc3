package node

import (
	"encoding/json"
	"fmt"
	"time"

	"entente.example/internal/link"
	"entente.example/internal/store"
)

// LongSilence is from when on the end of a silence is told to people on both sides.
const LongSilence = 7 * 24 * time.Hour

// contactSaved is how often the time of a standing conversation becomes durable: after a crash the last contact may be told so much too early.
const contactSaved = 5 * time.Minute

// Contact is what this node remembers of a counterpart's being there, over restarts. It is ours alone and no part of the record: two nodes may well remember differently.
type Contact struct {
	Party   string               `json:"party"`
	Heard   time.Time            `json:"heard,omitzero"`   // the last sign of life, by whatever route
	Route   string               `json:"route,omitzero"`   // which one that was
	Routes  map[string]time.Time `json:"routes,omitempty"` // the last sign of life by each
	Holds   map[string]int64     `json:"holds,omitempty"`  // by log: how much it said it holds
	Silence *Silence             `json:"silence,omitzero"` // the newest long one that is over
}

// Silence is a long time without any sign of life, once it is over.
type Silence struct {
	From  time.Time        `json:"from"`
	Until time.Time        `json:"until"`
	Route string           `json:"route"`
	Had   map[string]int64 `json:"had"`   // by log: how much we held when it ended
	Holds map[string]int64 `json:"holds"` // and how much the other said it holds
}

// CameIn is how many entries, of any log, the other had for us when the silence ended; WentOut is how many we had for it.
func (s *Silence) CameIn() (n int64) { return more(s.Holds, s.Had) }

// WentOut is how many entries we had for the other when the silence ended.
func (s *Silence) WentOut() (n int64) { return more(s.Had, s.Holds) }

func more(a, b map[string]int64) (n int64) {
	for log, size := range a {
		n += max(size-b[log], 0)
	}
	return n
}

// Elapsed is a length of time as people tell it: whole years and months, and the days over them.
func Elapsed(from, to time.Time) (years, months, days int) {
	from, to = from.UTC(), to.UTC()
	if to.Before(from) {
		return 0, 0, 0
	}
	months = (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	for from.AddDate(0, months, 0).After(to) {
		months--
	}
	return months / 12, months % 12, int(to.Sub(from.AddDate(0, months, 0)) / (24 * time.Hour))
}

// contact is a Contact with what is not stored yet.
type contact struct {
	Contact
	saved   time.Time
	unsaved bool
}

// contact finds what we know of a party.
func (m *mechanism) contact(party string) *contact {
	k := m.contacts[party]
	if k == nil {
		k = &contact{Contact: Contact{Party: party}}
		m.contacts[party] = k
	}
	return k
}

// heard notes a sign of life of a party. at is when it was given, which for a pouch is when it was packed. What arrives later and is older says nothing new but of its route.
func (c *Core) heard(m *mechanism, party, route string, at time.Time, heads []link.Head) {
	k := m.contact(party)
	if now := c.now(); at.After(now) {
		at = now // by a clock ahead of ours
	}
	at = at.UTC().Truncate(time.Second)
	if k.Routes == nil {
		k.Routes = map[string]time.Time{}
	}
	if at.After(k.Routes[route]) {
		k.Routes[route], k.unsaved = at, true
	}
	if at.Before(k.Heard) {
		return
	}
	holds := map[string]int64{}
	for _, h := range heads {
		holds[h.Origin] = h.Size
	}
	if !k.Heard.IsZero() && at.Sub(k.Heard) >= LongSilence {
		k.Silence = &Silence{From: k.Heard, Until: at, Route: route, Had: map[string]int64{}, Holds: holds}
		for _, l := range m.logs {
			k.Silence.Had[l.Origin] = l.Size
		}
		c.log.Info("a long silence is over", "party", party, "route", route, "since", k.Silence.From, "comes in", k.Silence.CameIn(), "goes out", k.Silence.WentOut())
	}
	k.Heard, k.Route, k.unsaved = at, route, true
	if heads != nil {
		k.Holds = holds
	}
	m.touch(contactsChanged)
}

// contactsChanged stands among changed matters for "somebody is there, or is gone".
const contactsChanged = "contacts"

// stillThere moves on the time of everybody who is connected.
func (c *Core) stillThere(m *mechanism) {
	for _, p := range m.line.Status() {
		if p.Connected {
			k := m.contact(p.Party)
			k.until(c.now(), p.Route)
			k.unsaved = k.unsaved || k.Heard.Sub(k.saved) >= contactSaved
		}
	}
}

// parted notes the end of a conversation.
func (c *Core) parted(m *mechanism, party, route string) {
	k := m.contact(party)
	k.until(c.now(), route)
	k.unsaved = true
	m.touch(contactsChanged)
}

// until says that a conversation has gone on until now.
func (k *contact) until(now time.Time, route string) {
	now = now.UTC().Truncate(time.Second)
	if now.Before(k.Heard) {
		return
	}
	if k.Routes == nil {
		k.Routes = map[string]time.Time{}
	}
	k.Heard, k.Route, k.Routes[route] = now, route, now
}

// unsavedContacts are the contacts as they go on when the rest is read again, or written for the last time.
func (m *mechanism) unsavedContacts() map[string]*contact {
	for _, k := range m.contacts {
		k.unsaved = true
	}
	return m.contacts
}

// saveContacts puts what is known of the counterparts into the transaction.
func (m *mechanism) saveContacts(tx store.Tx) error {
	for party, k := range m.contacts {
		if !k.unsaved {
			continue
		}
		b, err := json.Marshal(k.Contact)
		if err != nil {
			return err
		}
		if err := tx.PutContact(m.id, party, b); err != nil {
			return err
		}
		k.saved, k.unsaved = k.Heard, false
	}
	return nil
}

// loadContacts reads them back.
func loadContacts(r store.Reader, mech string) (map[string]*contact, error) {
	rows, err := r.Contacts(mech)
	if err != nil {
		return nil, err
	}
	out := map[string]*contact{}
	for party, b := range rows {
		k := new(contact)
		if err := json.Unmarshal(b, &k.Contact); err != nil {
			return nil, fmt.Errorf("what is remembered of %s: %w", party, err)
		}
		k.saved = k.Heard
		out[party] = k
	}
	return out, nil
}

// Contacts is what is remembered of each counterpart, by mechanism and party. Call it on the core's goroutine: see Node.Inspect.
func (c *Core) Contacts() map[string]map[string]Contact {
	out := map[string]map[string]Contact{}
	for id, m := range c.all() {
		out[id] = c.contactsOf(m)
	}
	return out
}

// ContactsIn is what is remembered of each counterpart in one mechanism, by party. Call it on the core's goroutine.
func (c *Core) ContactsIn(mech string) map[string]Contact {
	if m := c.either(mech); m != nil {
		return c.contactsOf(m)
	}
	return nil
}

func (c *Core) contactsOf(m *mechanism) map[string]Contact {
	c.stillThere(m)
	out := map[string]Contact{}
	for party, k := range m.contacts {
		out[party] = k.clone()
	}
	return out
}

func (k *contact) clone() Contact {
	out := k.Contact
	out.Routes = map[string]time.Time{}
	for route, at := range k.Routes {
		out.Routes[route] = at
	}
	return out
}
