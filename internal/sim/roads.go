package sim

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"entente.example/enclosure"
	"entente.example/internal/courier"
	"entente.example/internal/credential"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/mailbox"
	core "entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/internal/porter"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// Where no line goes: two parties that reach each other through good offices only, and times in which nothing but a pouch goes. What goes into a parcel, when it goes and goes again, how it is
// sealed, opened and taken in, and how an office keeps it, is decided by the code of a node and of an office; what becomes of it on its way is drawn.

// Roads that a parcel takes, as a node calls them.
const (
	byRelay = "relay"
	byPouch = "pouch"
)

// roads is what a story has of them.
type roads struct {
	barred  [2]int // a pair that has no line of its own
	dark    bool   // nothing but a pouch goes
	office  *office
	pouches []pouch
	envoys  map[[2]int]*envoy // by from and to
	made    uint64
}

// pouch is one on its way, or opened and kept.
type pouch struct {
	from, to int
	sealed   []byte
	opened   bool
}

// envoy is what a node's process remembers of one counterpart. It is gone with the process.
type envoy struct {
	core   *core.Core
	sends  *courier.Errand
	posted courier.Posted
	next   int64          // the least sequence of the next parcel
	lying  []mailbox.Name // parcels that may still lie in the office
	done   []mailbox.Name // messages that were taken in
	kept   [][]byte       // copies that the office hands out again
	asked  mailbox.ID     // the mailbox that was collected last
}

const (
	// mostPouches is how many lie about at once: a courier has two hands.
	mostPouches = 16
	// retry is the time between two tries of a courier.
	retry = 500 * time.Millisecond
)

// openRoads bars a pair from the line.
func (w *world) openRoads() (err error) {
	w.roads = &roads{barred: pairs[w.rng.IntN(len(pairs))], envoys: map[[2]int]*envoy{}}
	if w.roads.office, err = w.openOffice(); err != nil {
		return err
	}
	p := w.roads.barred
	w.say("%s and %s have good offices only", name(p[0]), name(p[1]))
	if c := w.between(p[0], p[1]); c != nil {
		w.cut(c)
	}
	return w.run()
}

func (w *world) closeRoads() {
	if w.roads != nil {
		w.roads.office.close()
	}
	w.roads = nil
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
	case k < 70:
		r.office.disk.CutIn(1 + w.rng.IntN(40))
		return nil
	case k < 85:
		return r.office.fall()
	case k < 100:
		return r.office.tidy()
	case k < 500:
		p := w.lineOf()
		switch {
		case w.between(min(p[0], p[1]), max(p[0], p[1])) != nil:
			return nil // a courier only collects then
		case !r.dark:
			return w.send(w.nodes[p[0]], p[1])
		case len(r.pouches) < mostPouches:
			return w.pack(w.nodes[p[0]], p[1])
		}
		return nil
	case len(r.pouches) > 0 && (r.dark || k < 600):
		return w.fetch(w.rng.IntN(len(r.pouches)))
	case r.dark:
		return nil
	}
	p := w.lineOf()
	return w.collect(w.nodes[p[1]], p[0])
}

// lineOf draws who sends to whom; more often than not it is those who have no line.
func (w *world) lineOf() [2]int {
	p := w.roads.barred
	if w.roads.dark || w.chance(250) {
		p = pairs[w.rng.IntN(len(pairs))]
	}
	if w.chance(500) {
		p[0], p[1] = p[1], p[0]
	}
	return p
}

// envoy is what a node that runs remembers of a counterpart.
func (w *world) envoy(n *node, to int) *envoy {
	e := w.roads.envoys[[2]int{n.i, to}]
	if e == nil || e.core != n.core {
		e = &envoy{core: n.core, sends: courier.NewErrand(retry)}
		w.roads.envoys[[2]int{n.i, to}] = e
	}
	return e
}

// rows are what a node remembers of parcels to and from a counterpart, by whatever road.
func (e *envoy) rows(s *core.Snapshot, party string) ([]courier.Parcel, error) {
	rows, err := courier.Remembered(s)
	return append(rows, e.posted.Of(s.ID, party)...), err
}

// load gathers what goes to a party, in parcels for a medium; zero: in one. Of entries it takes what is enough; zero: all. left says what is left out, by what is remembered.
func (n *node) load(s *core.Snapshot, e *envoy, to int, medium, enough int64, left func([]courier.Parcel) map[string]int64) (*courier.Load, error) {
	party := name(to)
	rows, err := e.rows(s, party)
	if err != nil {
		return nil, err
	}
	l := &courier.Load{Mech: s.ID, Self: s.Self, To: party, Chunk: 1000 + n.w.rng.IntN(6000), Enough: enough, Next: max(e.next, courier.Next(rows, party, n.clock()))}
	own, err := credential.Of(s)
	if err == nil {
		l.Credential, err = credential.Encode([]credential.Credential{own})
	}
	if err == nil {
		l.Key, err = courier.Recipient(s, party)
	}
	if err != nil {
		return nil, err
	}
	acked := courier.Acknowledged(s, rows, party, nil)
	courier.Leave(acked, left(rows))
	if err := l.Gather(s, acked); err != nil {
		return nil, err
	}
	l.Divide(medium)
	e.next = l.Next + int64(len(l.Parts))
	return l, nil
}

// seals seals one parcel. All that is signed in it leaves the machine: the witness looks at it as at a frame.
func (n *node) seals(l *courier.Load, part int, own *keys.NodeKey) (sealed []byte, p courier.Parcel, err error) {
	var leaves error
	tell := func(kind byte, b []byte) {
		leaves = errors.Join(leaves, n.w.seen.frame(n, link.Send{Kind: kind, Payload: b}))
	}
	for _, x := range l.Parts[part] {
		tell(link.KindReceipt, x.Content)
	}
	var out bytes.Buffer
	p, err = l.Write(part, &out, own, n.clock(), func(x courier.Piece) (b []byte, err error) {
		err = n.look(func(s *core.Snapshot) error {
			b, _, err = l.Read(s.Reader(), x, nil)
			return err
		})
		tell(link.KindEntries, b)
		return b, err
	})
	if leaves != nil {
		return nil, p, leaves
	}
	return out.Bytes(), p, err
}

// pack writes a pouch with all that a party has not acknowledged, or what no earlier one carries, in one file or several.
func (w *world) pack(n *node, to int) error {
	if err := w.tick(n); err != nil || n.core == nil {
		return err
	}
	e, own, since := w.envoy(n, to), n.present(), w.chance(300)
	medium := int64(0)
	if w.chance(300) {
		medium = int64(30_000 + w.rng.IntN(30_000))
	}
	var l *courier.Load
	err := n.look(func(s *core.Snapshot) (err error) {
		l, err = n.load(s, e, to, medium, 0, func(rows []courier.Parcel) map[string]int64 {
			if since {
				return courier.OnTheWay(rows, name(to))
			}
			return nil
		})
		return err
	})
	if err != nil {
		return w.seen.only(n, err)
	}
	for i := range l.Parts {
		b, p, err := n.seals(l, i, own)
		if err != nil {
			return w.seen.only(n, err)
		}
		p.Via = byPouch
		if kept, err := n.remember(p); err != nil || !kept {
			return err
		}
		w.roads.pouches = append(w.roads.pouches, pouch{from: n.i, to: to, sealed: b})
	}
	w.say("%s sends %s %d parcels by pouch", n.party, name(to), len(l.Parts))
	return nil
}

// remember keeps what is to be known of a parcel: of a pouch on the disk. It reports whether that went well.
func (n *node) remember(p courier.Parcel) (bool, error) {
	err := n.db.Update(context.Background(), func(tx store.Tx) error { return courier.Remember(tx, p) })
	if n.disk.Dark() {
		return false, n.w.after(n.fall())
	}
	return err == nil, nil
}

// fetch is the fate of one pouch: lost, spoilt, or opened, and perhaps opened again later; in any order.
func (w *world) fetch(i int) error {
	r := w.roads
	x := r.pouches[i]
	if w.nodes[x.to].core == nil {
		return nil
	}
	lost, spoilt, kept := w.chance(60), w.chance(60), w.chance(250)
	if lost {
		r.pouches = slices.Delete(r.pouches, i, i+1)
		w.Losses++
		w.say("a pouch from %s to %s is lost", name(x.from), name(x.to))
		return nil
	}
	_, again, err := w.open(w.nodes[x.to], x.from, byPouch, w.spoil(x.sealed, spoilt), spoilt)
	switch {
	case again: // somebody brings it once more
	case !kept || x.opened:
		r.pouches = slices.Delete(r.pouches, i, i+1)
	default:
		r.pouches[i].opened = true
	}
	return err
}

// spoil changes something on the way.
func (w *world) spoil(b []byte, spoilt bool) []byte {
	if spoilt {
		b = bytes.Clone(b)
		b[w.rng.IntN(len(b))] ^= 1
	}
	return b
}

// open takes a parcel in, as a node does: who speaks, what they hold, then member by member, each durable before the next. The answer is nil if it was not opened, or not to its end;
// again says that it has to come once more, because the machine could not take it just now.
func (w *world) open(n *node, from int, by string, sealed []byte, spoilt bool) (in *courier.Parcel, again bool, err error) {
	e := w.envoy(n, from)
	p, err := n.admit(sealed)
	switch {
	case err != nil && refusal.As(err).Kind == refusal.Internal:
		return nil, true, nil // a disk that fails right now
	case err != nil && (spoilt || w.Keys): // or whose key speaks is not known here yet, or no more
		w.say("%s does not open what %s sent by %s: %s", n.party, name(from), by, refusal.As(err).Key)
		return nil, false, nil
	case err != nil:
		return nil, false, w.broken("L7", "%s cannot open what %s sent by %s: %v", n.party, name(from), by, err)
	}
	if by == byRelay {
		w.ByRelay++
	} else {
		w.ByPouch++
	}
	w.say("%s opens what %s sent by %s", n.party, name(from), by)
	out := courier.Described(p.Manifest)
	out.Via = by
	newer := false
	err = n.look(func(s *core.Snapshot) error {
		rows, err := e.rows(s, p.From)
		same, known, later := courier.Before(rows, p.From, p.Sequence)
		if newer = later; known {
			out.Whole = same.Whole
		}
		return err
	})
	if err != nil {
		return nil, true, nil
	}
	before := out.Whole
	if kept, err := n.note(e, out); err != nil || !kept {
		return nil, true, err
	}
	if !newer {
		if err := n.step(core.Said(w.mech, p.From, p.Holds, p.Made)); err != nil {
			return nil, false, err
		}
	}
	refused, err := courier.TakeIn(p, &out, taker{n}, nil)
	switch {
	case n.core != e.core || err != nil && refusal.As(err).Kind != refusal.Unverified: // a disk that fails right now
		return nil, true, w.seen.only(n, err)
	case spoilt != (err != nil): // a long parcel is opened in parts, and what is wrong in a later one is seen there
		return nil, false, w.broken("L7", "%s reads what %s sent by %s, spoilt on its way %v: %v", n.party, p.From, by, spoilt, err)
	case spoilt:
		w.say("%s finds what %s sent by %s spoilt", n.party, p.From, by)
		return nil, false, w.run()
	case refused != nil && !w.Keys:
		return nil, false, w.broken("L3", "%s does not take what %s sent by %s: %v", n.party, p.From, by, refused)
	}
	if err := w.tick(n); err != nil || n.core != e.core {
		return nil, true, err
	}
	out.Whole = before || refused == nil && len(out.Gaps) == 0
	if kept, err := n.note(e, out); err != nil || !kept {
		return nil, true, err
	}
	return &out, false, w.run()
}

// note keeps what is to be known of a parcel that came.
func (n *node) note(e *envoy, p courier.Parcel) (bool, error) {
	if p.Via == byRelay {
		e.posted.Keep(p)
		return true, nil
	}
	return n.remember(p)
}

// admit opens the beginning of a parcel and makes sure of who speaks.
func (n *node) admit(sealed []byte) (*parcel.Reader, error) {
	r, err := keys.OpenSealed(bytes.NewReader(sealed), append([]*keys.NodeKey{n.key}, n.later...)...)
	if err != nil {
		return nil, err
	}
	p, err := parcel.Open(r)
	if err != nil {
		return nil, err
	}
	return p, n.look(func(s *core.Snapshot) error { return courier.Admit(s, p) })
}

// taker is where a node takes in what a parcel holds.
type taker struct{ n *node }

// errFell stops whoever waited for a machine that has lost its power.
var errFell = errors.New("the power is cut")

// step hands one event to the core.
func (t taker) step(e core.Event) error {
	process := t.n.core
	if err := t.n.step(e); err != nil {
		return err
	}
	if t.n.core != process {
		return errFell
	}
	return nil
}

// Entries implements courier.Taker.
func (t taker) Entries(c link.Chunk) (taken core.Taken, err error) {
	to := make(chan core.Reply, 1)
	t.n.told[to] = func(r core.Reply) error {
		if err = r.Err; err == nil {
			t.n.w.Carried++
		}
		return nil
	}
	if cut := t.step(core.Offered(t.n.w.mech, c, to)); cut != nil {
		return taken, cut
	}
	return taken, err
}

// Receipt implements courier.Taker.
func (t taker) Receipt(note []byte) error { return t.step(core.OfferedReceipt(t.n.w.mech, note)) }

// Word implements courier.Taker. Stories have no attachments.
func (t taker) Word(*porter.Word) error { return nil }

// Body implements courier.Taker.
func (t taker) Body([]*enclosure.Piece) (int64, bool, error) { return 0, false, nil }
