package sim

import (
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/courier"
	"entente.example/internal/keys"
	"entente.example/internal/mailbox"
	core "entente.example/internal/node"
)

// send is a courier that looks whether there is something to be deposited.
func (w *world) send(n *node, to int) error {
	if err := w.tick(n); err != nil || n.core == nil {
		return err
	}
	e := w.envoy(n, to)
	own := n.present()
	var choice courier.Choice
	var box mailbox.Key
	var l *courier.Load
	err := n.look(func(s *core.Snapshot) error {
		news, err := courier.News(s, name(to))
		if err != nil {
			return err
		}
		due := false
		if choice, due = e.sends.Due(w.now, news, ""); !due {
			return nil
		}
		if box, err = w.theirs(s, n, to); err != nil {
			return err
		}
		room := int64(56_000 + w.rng.IntN(20_000))
		l, err = n.load(s, e, to, room, room, func([]courier.Parcel) map[string]int64 { return choice.Carried })
		return err
	})
	if err != nil || l == nil {
		return w.seen.only(n, err)
	}
	more, later := l.First()
	b, p, err := n.seals(l, 0, own)
	if err != nil {
		return w.seen.only(n, err)
	}
	p.Via, p.More, p.Later = byRelay, more, later
	e.posted.Keep(p)
	w.roads.made++
	m, err := box.Seal([24]byte{byte(w.roads.made), byte(w.roads.made >> 8)}, mailbox.Parcel, b)
	if err != nil {
		return err
	}
	if ok, err := w.roads.office.put(box.ID(), n.party, m); err != nil || !ok {
		return err
	}
	w.say("%s deposits parcel %d for %s", n.party, p.Sequence-l.Next, name(to))
	if choice.Whole && !p.More && len(e.lying) > 0 {
		if err := w.roads.office.remove(box.ID(), e.lying...); err != nil {
			return err
		}
		e.lying = nil
	}
	e.lying = append(e.lying, mailbox.NameOf(m))
	e.sends.Sent(w.now, choice, p)
	return nil
}

// present is the key by which a node speaks: of its newest generation.
func (n *node) present() *keys.NodeKey {
	if len(n.later) == 0 {
		return n.key
	}
	own, _, err := n.ownLog()
	if k := n.keyOf(own.Gen); err == nil && k != nil {
		return k
	}
	return n.key
}

// theirs is the mailbox where a node leaves mail for a party: by the key under which that knows it.
func (w *world) theirs(s *core.Snapshot, n *node, to int) (mailbox.Key, error) {
	rows, err := w.envoy(n, to).rows(s, name(to))
	if err != nil {
		return mailbox.Key{}, err
	}
	key, err := courier.Recipient(s, name(to))
	if err != nil {
		return mailbox.Key{}, err
	}
	own, err := courier.NodeKeys(s, s.Self)
	if err != nil {
		return mailbox.Key{}, err
	}
	known := n.has(own[len(own)-courier.KnownBy(s, courier.Acknowledged(s, rows, name(to), nil))])
	if known == nil {
		known = n.has(own[0])
	}
	return w.box(known, key, n.i, to)
}

// ours are the mailboxes where a node looks for mail of a party, by all keys that both have had.
func (w *world) ours(s *core.Snapshot, n *node, from int) (out []mailbox.Key, err error) {
	own, err := courier.NodeKeys(s, s.Self)
	if err != nil {
		return nil, err
	}
	theirs, err := courier.Recipients(s, name(from))
	for _, a := range slices.Backward(own) {
		for i := len(theirs) - 1; i >= 0 && err == nil && n.has(a) != nil; i-- {
			var box mailbox.Key
			box, err = w.box(n.has(a), theirs[i], from, n.i)
			out = append(out, box)
		}
	}
	return out, err
}

// has is the key with these public halves, if the node has it.
func (n *node) has(k charter.NodeKeys) *keys.NodeKey {
	for _, own := range append([]*keys.NodeKey{n.key}, n.later...) {
		if string(own.Pin()) == k.TLS {
			return own
		}
	}
	return nil
}

// box is a mailbox as one of the two parties computes it, which has one key and knows the other's.
func (w *world) box(own *keys.NodeKey, other []byte, from, to int) (mailbox.Key, error) {
	shared, err := own.Shared(other, "mailbox")
	return mailbox.NewKey(shared, mailbox.Place{Relay: officeName, Mech: w.mech, From: name(from), To: name(to)}), err
}

// collect is a courier that takes in what lies in the mailboxes of its party.
func (w *world) collect(n *node, from int) error {
	if n.core == nil {
		return nil
	}
	var boxes []mailbox.Key
	err := n.look(func(s *core.Snapshot) (err error) {
		boxes, err = w.ours(s, n, from)
		return err
	})
	if err != nil {
		return nil // a disk that fails right now
	}
	e := w.envoy(n, from)
	for _, box := range boxes {
		if more, err := w.empty(n, from, e, box); err != nil || !more {
			return err
		}
	}
	return nil
}

// empty takes in what lies in one mailbox. The office may have lost or spoilt it, hand out the last first, or again. It reports false if the machine can take no more just now.
func (w *world) empty(n *node, from int, e *envoy, box mailbox.Key) (bool, error) {
	o := w.roads.office
	found, err := o.list(box.ID())
	if err != nil {
		return false, w.broken("G1", "the mail cannot be read: %v", err)
	}
	if len(e.kept) > 0 && e.asked == box.ID() && w.chance(300) {
		found = append(found, e.kept[w.rng.IntN(len(e.kept))])
	}
	if e.asked = box.ID(); w.chance(300) {
		slices.Reverse(found)
	}
	for _, m := range found {
		if w.chance(60) {
			w.say("the good offices lose what %s sent %s", name(from), n.party)
			if err := o.lose(box.ID(), m); err != nil {
				return false, err
			}
			continue
		}
		if e.kept = append(e.kept, m); len(e.kept) > 3 {
			e.kept = e.kept[1:]
		}
		taken, err := w.arrived(n, from, e, box, m)
		if err != nil || !taken {
			return false, err // what our own disk cannot take stays in the office
		}
		if err := o.remove(box.ID(), mailbox.NameOf(m)); err != nil {
			return false, err
		}
	}
	return true, nil
}

// arrived takes one message in. It reports false if it must come again.
func (w *world) arrived(n *node, from int, e *envoy, box mailbox.Key, message []byte) (bool, error) {
	if slices.Contains(e.done, mailbox.NameOf(message)) {
		return true, nil
	}
	spoilt := w.chance(60)
	kind, content, err := box.Open(w.spoil(message, spoilt))
	if spoilt != (err != nil) || !spoilt && kind != mailbox.Parcel {
		return false, w.broken("L7", "%s opens what %s sent through good offices, spoilt on its way %v: %v", n.party, name(from), spoilt, err)
	}
	if !spoilt {
		in, again, err := w.open(n, from, byRelay, content, false)
		if err != nil || again || n.core != e.core {
			return false, err
		}
		if in != nil {
			e.sends.Answered(w.now, in.Holds, len(in.Gaps) > 0)
		}
	}
	e.done = append(e.done, mailbox.NameOf(message))
	return true, nil
}
