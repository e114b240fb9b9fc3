package sim

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/mailbox"
	core "entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/ledger"
	"entente.example/refusal"
)

// Where no line goes: two parties that reach each other through good offices only, and times in which nothing but a pouch goes. Parcels are written, sealed, opened and taken in by the code of a node; what goes
// into each, and what becomes of it on its way, is drawn.

// Roads that a parcel takes, as a node calls them.
const (
	byRelay = "relay"
	byPouch = "pouch"
)

// roads is what a story has of them.
type roads struct {
	barred [2]int // a pair that has no line of its own
	dark   bool   // nothing but a pouch goes
	mail   []mail
	packed int64
}

// mail is one parcel on its way.
type mail struct {
	from, to int
	by       string
	sealed   []byte
	opened   bool
}

// mostMail is how many parcels lie about at once: an office has quotas, and a courier two hands.
const mostMail = 24

// openRoads bars a pair from the line.
func (w *world) openRoads() error {
	w.roads = &roads{barred: pairs[w.rng.IntN(len(pairs))]}
	p := w.roads.barred
	w.say("%s and %s have good offices only", name(p[0]), name(p[1]))
	if c := w.between(p[0], p[1]); c != nil {
		w.cut(c)
	}
	return w.run()
}

// lineless reports whether a pair has no line now, whoever runs.
func (w *world) lineless(pair [2]int) bool {
	return w.roads != nil && (w.roads.dark || w.roads.barred == pair)
}

// carry lets one thing happen on these roads.
func (w *world) carry() error {
	r := w.roads
	switch k := w.rng.IntN(1000); {
	case k < 40:
		if r.dark = !r.dark; !r.dark {
			w.say("lines are open again")
			return w.reconnect()
		}
		w.say("only a pouch goes")
		for len(w.conns) > 0 {
			w.cut(w.conns[0])
		}
		return w.run()
	case k < 500 && len(r.mail) < mostMail:
		p := pairs[w.rng.IntN(len(pairs))]
		if w.between(p[0], p[1]) != nil {
			return nil
		}
		if w.chance(500) {
			p[0], p[1] = p[1], p[0]
		}
		by := byRelay
		if r.dark {
			by = byPouch
		}
		return w.pack(p[0], p[1], by)
	case len(r.mail) > 0:
		return w.fetch(w.rng.IntN(len(r.mail)))
	}
	return nil
}

// pack sends all that a party has not confirmed, in one parcel or several.
func (w *world) pack(from, to int, by string) error {
	n := w.nodes[from]
	if err := w.tick(n); err != nil || n.core == nil {
		return err
	}
	var holds []link.Head
	var content [][]byte
	var members []parcel.Member
	add := func(path string, b []byte) {
		members, content = append(members, parcel.NewMember(path, b)), append(content, b)
	}
	err := n.look(func(s *core.Snapshot) error {
		for i, l := range s.All {
			holds = append(holds, link.Head{Origin: l.Origin, Size: l.Size})
			st, err := s.Stretch(i)
			for at := confirmed(s, i, name(to)); at < st.Size() && err == nil; {
				var ch link.Chunk
				var b []byte
				if ch, _, err = st.Chunk(s.Reader(), at, 500+w.rng.IntN(3000), nil); err == nil {
					b, err = link.EncodeChunk(ch)
				}
				next := at + int64(len(ch.Entries))
				add(parcel.LogPath(l.Origin, at, next), b)
				at = next
			}
			if err != nil {
				return err
			}
			all, err := s.Receipts(l)
			if err != nil {
				return err
			}
			for _, rc := range all {
				if rc.Party != name(to) {
					add(parcel.ReceiptPath(l.Origin, rc.Party), rc.Note)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil // a disk that fails right now
	}
	slices.SortFunc(holds, func(a, b link.Head) int { return strings.Compare(a.Origin, b.Origin) })
	parts := [][2]int{{0, 0}}
	for i := range members {
		if last := &parts[len(parts)-1]; w.chance(250) && last[1] > last[0] {
			parts = append(parts, [2]int{i, i + 1})
		} else {
			last[1] = i + 1
		}
	}
	m := parcel.Manifest{Mech: w.mech, From: n.party, To: name(to), First: w.roads.packed + 1, Last: w.roads.packed + int64(len(parts)), Made: n.clock(), Holds: holds}
	for _, p := range parts {
		w.roads.packed++
		m.Sequence, m.Members = w.roads.packed, members[p[0]:p[1]]
		if err := w.post(n, to, by, &m, content[p[0]:p[1]]); err != nil {
			return err
		}
	}
	w.say("%s sends %s %d parcels by %s", n.party, name(to), len(parts), by)
	return nil
}

// confirmed is how much of a log a party has confirmed to hold, as far as another one knows.
func confirmed(s *core.Snapshot, i int, party string) (size int64) {
	l := s.All[i]
	if cp, err := ledger.Claimed(l.Checkpoint); err == nil && l.Party == party {
		size = cp.Size
	}
	for _, rc := range s.Confirmed {
		if rc.Log == l.ID && rc.Party == party {
			size = max(size, rc.Size)
		}
	}
	return size
}

// post writes one parcel and puts it on its way. All that is signed in it leaves the machine: the witness looks at it as at a frame.
func (w *world) post(n *node, to int, by string, m *parcel.Manifest, content [][]byte) error {
	for i, b := range content {
		kind := byte(link.KindReceipt)
		if m.Members[i].Kind() == parcel.KindLog {
			kind = link.KindEntries
		}
		if err := w.seen.frame(n, link.Send{Kind: kind, Payload: b}); err != nil {
			return err
		}
	}
	var out bytes.Buffer
	manifest, err := m.Format()
	if err != nil {
		return err
	}
	signer, err := n.key.LogSigner(m.Name())
	if err != nil {
		return err
	}
	note, err := parcel.Sign(m, manifest, signer)
	if err != nil {
		return err
	}
	raw, err := nodeKeys(w.nodes[to].key).Raw()
	if err != nil {
		return err
	}
	sealed, err := keys.Seal(&out, raw.Pouch)
	if err != nil {
		return err
	}
	if err := errors.Join(parcel.Write(sealed, note, manifest, m.Members, func(i int) ([]byte, error) { return content[i], nil }), sealed.Close()); err != nil {
		return err
	}
	b := out.Bytes()
	if by == byRelay {
		if b, err = w.box(n.i, to).Seal([24]byte{byte(m.Sequence), byte(m.Sequence >> 8)}, mailbox.Parcel, b); err != nil {
			return err
		}
	}
	w.roads.mail = append(w.roads.mail, mail{from: n.i, to: to, by: by, sealed: b})
	return nil
}

// box is the mailbox of one party for another.
func (w *world) box(from, to int) mailbox.Key {
	return mailbox.NewKey([32]byte{byte(min(from, to)), byte(max(from, to))}, mailbox.Place{Relay: "office", Mech: w.mech, From: name(from), To: name(to)})
}

// fetch is the fate of one parcel: lost, spoilt, or opened, and perhaps opened again later; in any order.
func (w *world) fetch(i int) error {
	r := w.roads
	x := r.mail[i]
	if w.nodes[x.to].core == nil {
		return nil
	}
	lost, spoilt, kept := w.chance(60), w.chance(60), w.chance(250)
	if lost || !kept || x.opened {
		r.mail = slices.Delete(r.mail, i, i+1)
	} else {
		r.mail[i].opened = true
	}
	switch {
	case lost:
		w.Losses++
		w.say("a parcel from %s to %s by %s is lost", name(x.from), name(x.to), x.by)
		return nil
	case spoilt:
		x.sealed = bytes.Clone(x.sealed)
		x.sealed[w.rng.IntN(len(x.sealed))] ^= 1
	}
	return w.open(x, spoilt)
}

// open takes a parcel in, as a node does: who speaks, what they hold, then member by member, each durable before the next.
func (w *world) open(x mail, spoilt bool) error {
	n := w.nodes[x.to]
	var speaks []ledger.LogVerifier
	err := n.look(func(s *core.Snapshot) (err error) {
		speaks, err = s.ParcelKeys(charter.PartyID(name(x.from)), entry.ParcelName(w.mech, name(x.from), name(x.to)))
		return err
	})
	if err != nil {
		return nil // a disk that fails right now
	}
	p, err := w.admit(n, x, speaks)
	switch {
	case spoilt && err != nil:
		w.say("%s does not open what %s sent by %s: it is spoilt", n.party, name(x.from), x.by)
		return nil
	case spoilt || err != nil:
		return w.broken("L7", "%s opens what %s sent by %s, spoilt on its way %v: %v", n.party, name(x.from), x.by, spoilt, err)
	}
	if x.by == byRelay {
		w.ByRelay++
	} else {
		w.ByPouch++
	}
	w.say("%s opens what %s sent by %s", n.party, name(x.from), x.by)
	if err := n.step(core.Said(w.mech, p.From, p.Holds, p.Made)); err != nil {
		return err
	}
	for n.core != nil {
		m, b, err := p.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return w.broken("L7", "%s cannot read on in what %s sent by %s: %v", n.party, name(x.from), x.by, err)
		}
		if err := n.takeMember(m, bytes.Clone(b)); err != nil {
			return err
		}
	}
	return w.run()
}

// admit opens the beginning of a parcel and makes sure of who speaks.
func (w *world) admit(n *node, x mail, speaks []ledger.LogVerifier) (*parcel.Reader, error) {
	b := x.sealed
	if x.by == byRelay {
		kind, content, err := w.box(x.from, x.to).Open(b)
		if err != nil || kind != mailbox.Parcel {
			return nil, errors.Join(err, errors.New("no parcel"))
		}
		b = content
	}
	r, err := keys.OpenSealed(bytes.NewReader(b), n.key)
	if err != nil {
		return nil, err
	}
	p, err := parcel.Open(r)
	if err != nil {
		return nil, err
	}
	err = errors.New("nobody who is known")
	for _, v := range speaks {
		if err = p.Verify(v); err == nil {
			break
		}
	}
	return p, err
}

// takeMember hands one member to the core.
func (n *node) takeMember(m parcel.Member, b []byte) error {
	if m.Kind() == parcel.KindReceipt {
		return n.step(core.OfferedReceipt(n.w.mech, b))
	}
	ch, ok := link.DecodeChunk(b)
	if !ok || m.Path != parcel.LogPath(ch.Origin, ch.From, ch.From+int64(len(ch.Entries))) {
		return n.w.broken("L7", "%s is no piece of a log", m.Path)
	}
	to := make(chan core.Reply, 1)
	n.told[to] = func(r core.Reply) error {
		switch why := refusal.As(r.Err); {
		case r.Err == nil:
			n.w.Carried++
		case why.Key == "line.gap": // something has to come first
		case why.Kind == refusal.Unverified:
			return n.w.broken("L3", "%s does not take %s, which an honest party sent: %v", n.party, m.Path, r.Err)
		}
		return nil
	}
	return n.step(core.Offered(n.w.mech, ch, to))
}
