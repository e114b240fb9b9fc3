package moving

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"maps"
	"slices"

	"entente.example/internal/store"
)

// item is one thing that a record holds: which one, and all that is kept of it. There are as many as entries, so it says its name only when it is asked.
type item struct {
	kind     string // how its name is formed of what follows
	n, level int64
	of       string
	value    fields
	work     int64 // what of the work it is, see share
}

func (i item) String() string { return fmt.Sprintf(i.kind, i.n, i.level, i.of) }

func (i item) equal(o item) bool {
	return i.kind == o.kind && i.n == o.n && i.level == o.level && i.of == o.of && bytes.Equal(i.value, o.value)
}

const (
	ofMechanism = "mechanism %[3]s"
	ofHead      = "the head of %[3]s"
	ofEntry     = "entry %[1]d of %[3]s"
	ofTile      = "tile %[1]d of level %[2]d of %[3]s"
	ofReceipt   = "the receipt of %[3]s"
	ofWitness   = "what witnesses have cosigned of %[3]s"
	ofState     = "the state of %[3]s"
	ofEvidence  = "the evidence in %[3]s"
	ofParcel    = "parcel %[1]d of %[3]s"
	ofContacts  = "when counterparts were there in %[3]s"
	ofWords     = "what counterparts want in %[3]s"
)

// fields are values one behind the other, so that no two lists of values are the same bytes.
type fields []byte

func (f fields) text(s string) fields {
	return append(binary.AppendUvarint(f, uint64(len(s))), s...)
}

func (f fields) bytes(b []byte) fields {
	return append(binary.AppendUvarint(f, uint64(len(b))), b...)
}

func (f fields) number(n ...int64) fields {
	for _, n := range n {
		f = binary.AppendVarint(f, n)
	}
	return f
}

func (f fields) is(b bool) fields {
	if b {
		return f.number(1)
	}
	return f.number(0)
}

func (f fields) past(p []int64) fields { return f.number(int64(len(p))).number(p...) }

func (f fields) byParty(all map[string][]byte) fields {
	for _, party := range slices.Sorted(maps.Keys(all)) {
		f = f.text(party).bytes(all[party])
	}
	return f
}

// room is for values that are about so long.
func room(n int) fields { return make(fields, 0, n+64) }

// items lists everything that a record holds of a mechanism, in one order.
func items(r store.Reader, mech string) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		w := &walk{r: r, yield: yield}
		if m, err := r.Mechanism(mech); w.well(err) {
			w.mechanism(m)
		}
	}
}

// walk yields items until an error, or until nobody wants more.
type walk struct {
	r     store.Reader
	yield func(item, error) bool
}

// well ends the walk with an error, if there is one.
func (w *walk) well(err error) bool {
	if err != nil {
		w.yield(item{}, err)
	}
	return err == nil
}

func (w *walk) say(i item) bool { return w.yield(i, nil) }

func (w *walk) mechanism(m store.Mechanism) bool {
	if !w.say(item{kind: ofMechanism, of: m.ID, value: room(len(m.Charter)).bytes(m.Charter).text(m.Self).number(m.Joined)}) {
		return false
	}
	logs, err := w.r.Logs(m.ID)
	if !w.well(err) {
		return false
	}
	for _, l := range logs {
		if !w.log(l) {
			return false
		}
	}
	for x, err := range w.r.Matters(m.ID, "") {
		if !w.well(err) || !w.say(item{kind: ofState, of: x.Key, work: x.Acts, value: room(len(x.State)).bytes(x.State).past(x.Past).number(x.Lam).text(x.Last).number(x.Acts).is(x.Owes)}) {
			return false
		}
	}
	return w.beside(m.ID)
}

// beside is what is remembered beside the logs.
func (w *walk) beside(mech string) bool {
	evidence, err := w.r.Evidence(mech)
	value := fields(nil)
	for _, e := range evidence {
		value = value.bytes(e)
	}
	if !w.well(err) || !w.say(item{kind: ofEvidence, of: mech, value: value}) {
		return false
	}
	parcels, err := w.r.Parcels(mech)
	if !w.well(err) {
		return false
	}
	for _, p := range parcels {
		if !w.say(item{kind: ofParcel, n: p.Sequence, of: p.Party, value: room(len(p.Data)).is(p.Out).bytes(p.Data)}) {
			return false
		}
	}
	contacts, err := w.r.Contacts(mech)
	if !w.well(err) || !w.say(item{kind: ofContacts, of: mech, value: fields(nil).byParty(contacts)}) {
		return false
	}
	words, err := w.r.Words(mech)
	return w.well(err) && w.say(item{kind: ofWords, of: mech, value: fields(nil).byParty(words)})
}

func (w *walk) log(l store.Log) bool {
	value := room(len(l.Checkpoint)+len(l.Tail)).number(int64(l.ID), int64(l.Gen), l.Size, l.Applied).text(l.Party).is(l.Own).bytes(l.Root[:]).bytes(l.Checkpoint).bytes(l.Tail)
	if !w.say(item{kind: ofHead, of: l.Origin, value: value}) {
		return false
	}
	for e, err := range w.r.Entries(l.ID, 0, l.Size) {
		if !w.well(err) || !w.say(item{kind: ofEntry, n: e.Index, of: l.Origin, work: 1, value: room(len(e.Leaf) + len(e.Void) + len(e.Matter)).text(e.Matter).number(e.Lam).past(e.Past).bytes(e.Void).bytes(e.Leaf)}) {
			return false
		}
	}
	for level, n := 0, l.Size; n > 0; level, n = level+1, n/tileWidth {
		for i := int64(0); i*tileWidth < n; i++ {
			t, err := w.r.Tile(l.ID, level, i)
			if !w.well(err) || !w.say(item{kind: ofTile, n: i, level: int64(level), of: l.Origin, value: t.Data}) {
				return false
			}
		}
	}
	receipts, err := w.r.Receipts(l.ID)
	if !w.well(err) {
		return false
	}
	for _, r := range receipts {
		if !w.say(item{kind: ofReceipt, of: r.Party + " for " + l.Origin, value: cosigned(nil, r)}) {
			return false
		}
	}
	witnessed, err := w.r.Witnessed(l.ID)
	value = nil
	for _, r := range witnessed {
		value = cosigned(value, r)
	}
	return w.well(err) && w.say(item{kind: ofWitness, of: l.Origin, value: value})
}

func cosigned(f fields, r store.Receipt) fields {
	return f.text(r.Party).number(int64(r.Log), r.Size, r.Time).bytes(r.Note)
}
