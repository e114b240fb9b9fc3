package hostile

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"

	"entente.example/enclosure"
	"entente.example/entry"
	"entente.example/internal/courier"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	core "entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/internal/porter"
	"entente.example/internal/store"
	"entente.example/ledger"
)

// Roads without a line: the honest parties send each other parcels, which the cheat carries, as good offices or with a pouch; and the cheat sends its own.

// letter is a parcel of an honest party in the cheat's hands.
type letter struct {
	from, to int
	sealed   []byte
}

// mostLetters is how many the cheat keeps.
const mostLetters = 24

const byRelay = "relay"

// post gives the cheat a parcel for somebody else: all that they have not acknowledged.
func (h *house) post(to int) error {
	party, w := name(to), h.w
	var l *courier.Load
	err := h.look(func(s *core.Snapshot) (err error) {
		rows := h.rows.Of(s.ID, party)
		l = &courier.Load{Mech: s.ID, Self: h.party, To: party, Chunk: 1500, Next: max(h.next, courier.Next(rows, party, w.now))}
		if l.Key, err = courier.Recipient(s, party); err != nil {
			return err
		}
		if err := l.Gather(s, courier.Acknowledged(s, rows, party, nil)); err != nil {
			return err
		}
		l.Divide(0)
		return nil
	})
	if err != nil {
		return err
	}
	h.next = l.Next + 1
	var out bytes.Buffer
	p, err := l.Write(0, &out, h.key, w.now, func(x courier.Piece) (b []byte, err error) {
		err = h.look(func(s *core.Snapshot) error {
			b, _, err = l.Read(s.Reader(), x, nil)
			return err
		})
		return b, err
	})
	if err != nil {
		return err
	}
	p.Via = byRelay
	h.rows.Keep(p)
	w.say("%s gives the cheat a parcel for %s", h.party, party)
	w.mail = append(w.mail, letter{h.i, to, out.Bytes()})
	w.mail = w.mail[max(0, len(w.mail)-mostLetters):]
	return nil
}

// hand brings the oldest letter to whom it is for, as it is.
func (w *world) hand() error {
	if len(w.mail) == 0 {
		return nil
	}
	x := w.mail[0]
	w.mail = w.mail[1:]
	to := w.houses[x.to]
	if _, err := to.admit(x.sealed); err != nil {
		return w.broken("%s does not open what %s has sent: %v", to.party, name(x.from), err)
	}
	w.say("%s opens what %s has sent: %v", to.party, name(x.from), to.take(x.sealed))
	return nil
}

// admit opens the beginning of a parcel and makes sure of who speaks.
func (h *house) admit(sealed []byte) (*parcel.Reader, error) {
	r, err := keys.OpenSealed(bytes.NewReader(sealed), h.key)
	if err != nil {
		return nil, err
	}
	p, err := parcel.Open(r)
	if err != nil {
		return nil, err
	}
	return p, h.look(func(s *core.Snapshot) error { return courier.Admit(s, p) })
}

// take takes a parcel in, as a node does. The error says what was refused of it.
func (h *house) take(sealed []byte) error {
	p, err := h.admit(sealed)
	if err != nil {
		return err
	}
	h.w.Parcels++
	out := courier.Described(p.Manifest)
	out.Via = byRelay
	_, _, newer := courier.Before(h.rows.Of(h.w.mech, p.From), p.From, p.Sequence)
	if h.rows.Keep(out); !newer {
		if err := h.step(core.Said(h.w.mech, p.From, p.Holds, p.Made)); err != nil {
			return err
		}
	}
	refused, err := courier.TakeIn(p, &out, taker{h}, nil)
	return errors.Join(refused, err, h.step(core.Tick{}))
}

// taker is where an honest node takes in what a parcel holds.
type taker struct{ h *house }

// Entries implements courier.Taker.
func (t taker) Entries(c link.Chunk) (taken core.Taken, err error) {
	to, cuts := make(chan core.Reply, 1), t.h.w.Cuts
	if err := t.h.step(core.Offered(t.h.w.mech, c, to)); err != nil {
		return taken, err
	}
	if t.h.w.Cuts == cuts {
		t.h.contradicted(c.Note)
	}
	select {
	case r := <-to:
		return taken, r.Err
	default:
		return taken, errFell
	}
}

// Receipt implements courier.Taker.
func (t taker) Receipt(note []byte) error {
	cuts := t.h.w.Cuts
	err := t.h.step(core.OfferedReceipt(t.h.w.mech, note))
	if t.h.w.Cuts == cuts {
		t.h.contradicted(note)
	}
	return err
}

// Word implements courier.Taker. Stories have no attachments.
func (t taker) Word(*porter.Word) error { return nil }

// Body implements courier.Taker.
func (t taker) Body([]*enclosure.Piece) (int64, bool, error) { return 0, false, nil }

// withRoads are ways to cheat where no line goes.
func withRoads() []Behaviour { return slices.Concat(withLetters(), withParcels()) }

// withLetters are those with what others give the cheat to carry.
func withLetters() []Behaviour {
	return []Behaviour{
		{"a parcel altered on its way", Nothing, func(f *face) {
			f.spoil(func(x letter) (int, []byte) {
				b := bytes.Clone(x.sealed)
				b[f.r.w.rng.IntN(len(b))] ^= 1 << f.r.w.rng.IntN(8)
				return x.to, b
			})
		}},
		{"a parcel cut short", Nothing, func(f *face) {
			f.spoil(func(x letter) (int, []byte) { return x.to, x.sealed[:f.r.w.rng.IntN(len(x.sealed))] })
		}},
		{"the end of one parcel on the beginning of another", Nothing, func(f *face) {
			last := f.r.w.mail[max(0, len(f.r.w.mail)-1):]
			f.spoil(func(x letter) (int, []byte) {
				n := min(len(x.sealed), len(last[0].sealed)) / 2
				return x.to, append(bytes.Clone(x.sealed[:n]), append(last[0].sealed[n:], '.')...)
			})
		}},
		{"a parcel given to the wrong party", Nothing, func(f *face) {
			f.spoil(func(x letter) (int, []byte) { return x.from, x.sealed })
		}},
		{"old parcels again, in another order", Nothing, func(f *face) {
			for _, i := range f.r.w.rng.Perm(len(f.r.w.mail)) {
				x := f.r.w.mail[i]
				f.r.w.say("%s opens an old parcel: %v", name(x.to), f.r.w.houses[x.to].take(x.sealed))
			}
		}},
		{"mail kept back", Nothing, func(f *face) { f.r.w.mail = nil }},
	}
}

// withParcels are those with parcels of the cheat's own.
func withParcels() []Behaviour {
	return []Behaviour{
		{"a parcel in another party's name", Nothing, func(f *face) {
			f.refused(func(m *parcel.Manifest) { m.From = name(parties - f.to) })
		}},
		{"a parcel for somebody else in ours", Nothing, func(f *face) {
			f.refused(func(m *parcel.Manifest) { m.To = name(parties - f.to) })
		}},
		{"a parcel of a sender who says that it holds what nobody has", Nothing, func(f *face) {
			f.r.w.say("%v", f.mail(func(m *parcel.Manifest) {
				for i := range m.Holds {
					m.Holds[i].Size = ledger.MaxSize
				}
			}, f.log(f.r.origin, 0)))
		}},
		{"a parcel from the future", Nothing, func(f *face) {
			f.r.w.say("%v", f.mail(func(m *parcel.Manifest) {
				m.Sequence, m.First, m.Last, m.Made = ledger.MaxSize, ledger.MaxSize, ledger.MaxSize, m.Made.AddDate(10, 0, 0)
			}, f.log(f.r.origin, 0)))
		}},
		{"an honest log altered in a parcel", Nothing, func(f *face) {
			x := f.log(f.otherLog(), 0)
			if x == nil {
				return
			}
			ch, _ := link.DecodeChunk(x.b)
			ch.Entries[0] = append(bytes.Clone(ch.Entries[0]), '!')
			x.b = chunkFrame(ch)
			_ = f.mail(nil, x) // what of it is known already is not looked at again
		}},
		{"entries beyond what is there, in a parcel", Nothing, func(f *face) {
			f.honest("beyond")
			f.r.w.say("%v", f.mail(nil, f.log(f.r.origin, f.branch.size()-1)))
		}},
		{"what is no piece of a log, in a parcel", Nothing, func(f *face) {
			if f.mail(nil, &member{parcel.LogPath(f.r.origin, 0, 1), []byte("nothing")}) == nil {
				f.r.w.fail("%s takes what is no piece of a log", name(f.to))
			}
		}},
		{"two histories by parcel", Contested, func(f *face) {
			f.fork()
			for _, o := range f.r.faces[1:] {
				o.honest("branch " + name(o.to))
				f.r.w.say("%v", o.mail(nil, o.log(o.r.origin, 0)))
			}
		}},
		{"a receipt by parcel for a history that it made up", Accused, func(f *face) {
			b := f.r.theirs[f.otherLog()]
			note, err := ledger.Confirm(ledger.Checkpoint{Origin: f.otherLog(), Size: max(1, b.size()-1), Root: ledger.Hash{5}}, f.r.as, f.r.w.now.Unix())
			if err != nil {
				panic("hostile: " + err.Error())
			}
			f.r.w.say("%v", f.mail(nil, &member{parcel.ReceiptPath(f.otherLog(), cheat), note}))
		}},
	}
}

// spoil does something to a letter that its reader must notice.
func (f *face) spoil(how func(letter) (to int, sealed []byte)) {
	w := f.r.w
	if len(w.mail) == 0 {
		return
	}
	to, b := how(w.mail[w.rng.IntN(len(w.mail))])
	if err := w.houses[to].take(b); err == nil {
		w.fail("%s takes a parcel that was spoilt on its way", name(to))
	}
}

// refused sends a parcel whose manifest says what nobody may believe.
func (f *face) refused(how func(*parcel.Manifest)) {
	if f.mail(how, f.log(f.r.origin, 0)) == nil {
		f.r.w.fail("%s believes a manifest that is false", name(f.to))
	}
}

// member is one piece of a parcel of the cheat's.
type member struct {
	path string
	b    []byte
}

// log is entries of a log as this party is shown it; nil if there are none to be shown.
func (f *face) log(origin string, from int64) *member {
	c, ok, err := f.Chunk(origin, from, 1<<20)
	if err != nil || !ok {
		return nil
	}
	b, err := link.EncodeChunk(c)
	if err != nil {
		return nil
	}
	return &member{parcel.LogPath(origin, from, from+int64(len(c.Entries))), b}
}

// mail has this party open a parcel of the cheat's, and says what came of it.
func (f *face) mail(how func(*parcel.Manifest), pieces ...*member) error {
	pieces = slices.DeleteFunc(pieces, func(x *member) bool { return x == nil })
	if len(pieces) == 0 {
		return errNothing
	}
	f.r.parcels++
	w := f.r.w
	m := &parcel.Manifest{Mech: w.mech, From: cheat, To: name(f.to), Sequence: w.now.Unix() + f.r.parcels, Made: w.now.UTC(), Holds: f.Heads()}
	m.First, m.Last = m.Sequence, m.Sequence
	slices.SortFunc(m.Holds, func(a, b link.Head) int { return bytes.Compare([]byte(a.Origin), []byte(b.Origin)) })
	for _, x := range pieces {
		m.Members = append(m.Members, parcel.NewMember(x.path, x.b))
	}
	if how != nil {
		how(m)
	}
	sealed, err := f.seal(m, pieces)
	if err != nil {
		panic("hostile: " + err.Error())
	}
	if _, err := w.houses[f.to].admit(sealed); err != nil && how == nil {
		w.fail("%s does not open a parcel that is in order: %v", name(f.to), err)
	}
	return w.houses[f.to].take(sealed)
}

var errNothing = errors.New("there is nothing to send")

func (f *face) seal(m *parcel.Manifest, pieces []*member) ([]byte, error) {
	manifest, err := m.Format()
	if err != nil {
		return nil, err
	}
	signer, err := f.r.key.LogSigner(m.Name())
	if err != nil {
		return nil, err
	}
	note, err := parcel.Sign(m, manifest, signer)
	if err != nil {
		return nil, err
	}
	key, err := base64.StdEncoding.DecodeString(f.r.w.houses[f.to].key.Public().Pouch)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	w, err := keys.Seal(&out, key)
	if err != nil {
		return nil, err
	}
	err = parcel.Write(w, note, manifest, m.Members, func(i int) ([]byte, error) { return pieces[i].b, nil })
	err = errors.Join(err, w.Close()) // what is encrypted is whole only now
	return out.Bytes(), err
}

// fail notes that an honest node broke a promise where nobody can be told at once.
func (w *world) fail(format string, args ...any) {
	if w.fatal == nil {
		w.fatal = w.broken(format, args...)
	}
}

// keptAll checks that every act whose author was told is where they were told it is, after every power cut.
func (h *house) keptAll(r store.Reader) error {
	logs, err := r.Logs(h.w.mech)
	if err != nil {
		return err
	}
	for _, p := range h.acked {
		ref, err := entry.ParseRef(p.Ref)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(logs, func(l store.Log) bool { return l.Origin == ref.Origin })
		if i < 0 {
			return h.w.broken("%s has lost a log", h.party)
		}
		e, err := r.Entry(logs[i].ID, ref.Index)
		if hash := ledger.LeafHash(e.Leaf); err != nil || !bytes.Equal(hash[:16], ref.Hash[:]) {
			return h.w.broken("%s was told that %s is durable; it is gone", h.party, p.ID)
		}
	}
	return nil
}
