package moving

import (
	"fmt"
	"iter"

	"entente.example/internal/store"
)

// item is one thing that a record holds.
type item struct {
	what, value string
	entry       bool
}

// items lists everything that a record holds, in one order.
func items(r store.Reader) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		w := &walk{r: r, yield: yield}
		mechs, err := mechanisms(r)
		if !w.well(err) {
			return
		}
		for _, m := range mechs {
			if !w.mechanism(m) {
				return
			}
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

func (w *walk) say(what, value string, args ...any) bool {
	return w.yield(item{what: what, value: fmt.Sprintf(value, args...)}, nil)
}

func (w *walk) mechanism(m store.Mechanism) bool {
	if !w.say("mechanism "+m.ID, "%q %q %d", m.Charter, m.Self, m.Joined) {
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
		if !w.well(err) || !w.say("the state of "+x.Key, "%q %v %d %q %d %t", x.State, x.Past, x.Lam, x.Last, x.Acts, x.Owes) {
			return false
		}
	}
	evidence, err := w.r.Evidence(m.ID)
	if !w.well(err) || !w.say("evidence", "%q", evidence) {
		return false
	}
	parcels, err := w.r.Parcels(m.ID)
	if !w.well(err) {
		return false
	}
	for _, p := range parcels {
		if !w.say(fmt.Sprintf("parcel %d of %s", p.Sequence, p.Party), "%t %q", p.Out, p.Data) {
			return false
		}
	}
	contacts, err := w.r.Contacts(m.ID)
	if !w.well(err) || !w.say("when counterparts were there", "%q", contacts) {
		return false
	}
	words, err := w.r.Words(m.ID)
	return w.well(err) && w.say("what counterparts want", "%q", words)
}

func (w *walk) log(l store.Log) bool {
	if !w.say("the head of "+l.Origin, "%d %s %d %t %d %x %d %q %q", l.ID, l.Party, l.Gen, l.Own, l.Size, l.Root, l.Applied, l.Checkpoint, l.Tail) {
		return false
	}
	for e, err := range w.r.Entries(l.ID, 0, l.Size) {
		if !w.well(err) {
			return false
		}
		what := fmt.Sprintf("entry %d of %s", e.Index, l.Origin)
		if !w.yield(item{what, fmt.Sprintf("%s %d %v %q ", e.Matter, e.Lam, e.Past, e.Void) + string(e.Leaf), true}, nil) {
			return false
		}
	}
	for level, n := 0, l.Size; n > 0; level, n = level+1, n/tileWidth {
		for i := int64(0); i*tileWidth < n; i++ {
			t, err := w.r.Tile(l.ID, level, i)
			if !w.well(err) || !w.say(fmt.Sprintf("tile %d of level %d of %s", i, level, l.Origin), "%x", t.Data) {
				return false
			}
		}
	}
	receipts, err := w.r.Receipts(l.ID)
	if !w.well(err) {
		return false
	}
	for _, r := range receipts {
		if !w.say("the receipt of "+r.Party+" for "+l.Origin, "%d %d %q", r.Size, r.Time, r.Note) {
			return false
		}
	}
	witnessed, err := w.r.Witnessed(l.ID)
	return w.well(err) && w.say("what witnesses have cosigned of "+l.Origin, "%+v", witnessed)
}
