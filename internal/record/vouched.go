package record

import (
	"maps"
	"math"
	"slices"
	"sort"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/party"
)

// An entry beyond the stated end of a generation counts because another party's entry has seen it. That word and the entry that gives it stand or fall together: it would be worth nothing if it came from an entry that
// claims something else that does not exist, or from one beyond the end of its own log for which nobody vouches. Whoever heard such an entry before that end, and whoever heard it after, would count different
// entries for ever. So before anything is folded on a word, it is tried in memory whether all that the entry has seen can take its place, and the entry after it: all of it counts, or nothing. SPEC generation-vouched.

// lack is what an entry waits for: so much of a log, with this root.
type lack struct {
	origin string
	size   int64
	root   [32]byte
	any    bool // of a contested log it is what is common, and the entry may have seen the other history
}

// trial places entries that wait in the causal order, without judging or folding them, as if all of them counted. It stays: each is placed once, however often something is tried and whatever a liar lets wait for
// what, and where it stands does not depend on what counts.
type trial struct {
	Source
	*Record              // heads and places of its own
	real    []heads      // those of the fold
	placed  [][]placed   // by slot, from the first entry on that is not folded
	from    charter.Past // how much is folded, by slot
	pending []want       // what stand is after
}

// placed is where an entry stands.
type placed struct {
	Position
	needs charter.Past // what has to be folded before it, if that is more than its past: a void entry waits for what it has seen, too
}

// whole is all that has to be folded before the entry.
func (p placed) whole() charter.Past {
	if p.needs == nil {
		return p.Past
	}
	return p.needs
}

// want is so much of a log that is to be placed.
type want struct {
	slot int
	upto int64
}

// try is the trial, as far as the fold and what is stored have come.
func (r *Record) try(src Source) *trial {
	t := r.trial
	if t == nil {
		t = &trial{Record: &Record{mech: r.mech, charter: r.charter, parties: r.parties, slots: r.slots, sighted: map[string]map[int]charter.Past{}}}
		r.trial = t
	}
	t.Source, t.real, t.pending = src, r.heads, t.pending[:0]
	for slot, h := range r.heads {
		if slot == len(t.heads) {
			t.heads, t.placed, t.from = append(t.heads, h), append(t.placed, nil), append(t.from, h.applied)
		}
		ahead, was := max(0, t.heads[slot].applied-h.applied), t.placed[slot]
		if t.placed[slot] = was[int64(len(was))-ahead:]; ahead > 0 {
			h.applied, h.last, h.at = t.heads[slot].applied, t.heads[slot].last, t.heads[slot].at
		}
		t.heads[slot], t.from[slot] = h, r.heads[slot].applied
	}
	return t
}

// Position implements Source with what the trial has placed.
func (t *trial) Position(slot int, index int64) (Position, error) {
	if index < t.from[slot] {
		return t.Source.Position(slot, index)
	}
	return t.placed[slot][index-t.from[slot]].Position, nil
}

// stand is where an entry stands once all that it waits for has taken its place. It reports false if that is not here, or cannot be.
func (t *trial) stand(in Input) (at placed, ok bool, err error) {
	top := t.Slot(in.Party, in.Gen)
	for {
		if ok, err := t.place(top); !ok {
			return at, false, err
		}
		if t.heads[top].applied > in.Index { // something else waits for it
			return t.placed[top][in.Index-t.from[top]], true, nil
		}
		var a charter.Act
		at, lacks, err := t.find(in, &a)
		if err != nil || lacks == nil {
			return at, err == nil, err
		}
		if ok, err := t.pursue(top, *lacks); !ok {
			return at, false, err
		}
	}
}

// place lets everything take its place that is pending, for the sake of an entry of the log top. It reports false if something is not here, or cannot be.
func (t *trial) place(top int) (bool, error) {
	for len(t.pending) > 0 {
		w := t.pending[len(t.pending)-1]
		h := &t.heads[w.slot]
		if h.applied >= w.upto {
			t.pending = t.pending[:len(t.pending)-1]
			continue
		}
		next, err := t.read(w.slot, h.applied)
		if err != nil {
			return false, err
		}
		var a charter.Act
		at, lacks, err := t.find(next, &a)
		switch {
		case err != nil:
			return false, err
		case lacks != nil:
			if ok, err := t.pursue(top, *lacks); !ok {
				return false, err
			}
		default:
			t.placed[w.slot] = append(t.placed[w.slot], at)
			h.advance(&a, at.Position)
		}
	}
	return true, nil
}

// after adds so much of the generation before an entry to what has to be folded with it: that may wait for the same word.
func (t *trial) after(in Input, at placed, before int64) (placed, bool, error) {
	top := t.Slot(in.Party, in.Gen)
	old := top - t.parties
	if before <= 0 || before <= max(at.whole().At(old), t.from[old]) {
		return at, true, nil
	}
	if t.Size(old) < before {
		return at, false, nil
	}
	t.pending = append(t.pending[:0], want{old, before})
	if ok, err := t.place(top); !ok {
		return at, false, err
	}
	at.needs = at.whole().Join(t.placed[old][before-1-t.from[old]].whole()).With(t.parties, old, before)
	return at, true, nil
}

// read is a stored entry.
func (t *trial) read(slot int, index int64) (Input, error) {
	leaf, hash, err := t.Leaf(slot, index)
	return Input{Party: slot % t.parties, Gen: 1 + slot/t.parties, Index: index, Leaf: leaf, Hash: hash}, err
}

// find is where the next entry of a log stands, unless it lacks something, as the fold has it.
func (t *trial) find(in Input, a *charter.Act) (at placed, lacks *lack, err error) {
	if at.Position, _, lacks, err = t.locate(t, a, in); err != nil || lacks != nil {
		return at, lacks, err
	}
	needs := at.Past
	for _, w := range append(t.relied, want{t.Slot(in.Party, in.Gen), in.Index}) {
		if w.upto > needs.At(w.slot) {
			needs = needs.With(t.parties, w.slot, w.upto)
		}
		if w.upto > t.from[w.slot] {
			needs = needs.Join(t.placed[w.slot][w.upto-1-t.from[w.slot]].whole())
		}
	}
	if !slices.Equal(needs, at.Past) {
		at.needs = needs
	}
	return at, nil, nil
}

// pursue goes after what an entry lacks, if it is here and may count.
func (t *trial) pursue(top int, lacks lack) (bool, error) {
	slot, known := t.slots[lacks.origin]
	switch {
	case !known, slot == top, slices.ContainsFunc(t.pending, func(w want) bool { return w.slot == slot }): // what waits for itself no honest party has seen
		return false, nil
	case t.heads[slot].applied >= lacks.size, t.Size(slot) < lacks.size: // it has seen another history, or what is not here
		return false, nil
	}
	if root, err := t.Root(slot, lacks.size); err != nil || root != lacks.root && !lacks.any {
		return false, err
	}
	t.pending = append(t.pending, want{slot: slot, upto: lacks.size})
	return true, nil
}

// vouchedFor reports whether some entry among those that are to be folded vouches for all that lies beyond a stated end: the entry that is tried, and all that it needs and is not folded. It says which logs have ended, by what is
// folded or is to be.
func (t *trial) vouchedFor(in Input, at placed) (needs charter.Past, ended []bool, ok bool, err error) {
	needs, ended = at.whole(), make([]bool, len(t.heads))
	for p := range t.heads {
		h := t.heads[p]
		if next := p + t.parties; h.closed == nil && next < len(t.heads) && t.from[next] == 0 && needs.At(next) > 0 {
			opening, err := t.read(next, 0)
			if err != nil {
				return nil, nil, false, err
			}
			h.closed = t.closes(opening)
		}
		ended[p] = h.closed != nil
		if n := needs.At(p); n > t.from[p] && n > h.ends() && (h.closed.settled || n > t.word(p, in, at, needs)) {
			return nil, nil, false, nil
		}
	}
	return needs, ended, true, nil
}

// closes is how the entry that opens a generation says the one before ended. A log is begun only with an entry that was found right.
func (t *trial) closes(in Input) *closing {
	var b party.Generation
	e, _ := t.decoder.Decode(in.Leaf)
	_ = entry.DecodeBody(&e, &b)
	return closed(b.Statement.Head, b.Statement.Reason)
}

// word is how much of a generation those entries vouch for that are to be folded. What a log has seen only grows, so of each it is the last one that counts of those that have not seen the next generation, and the first that has.
func (t *trial) word(of int, in Input, at placed, needs charter.Past) (n int64) {
	next, top := of+t.parties, t.Slot(in.Party, in.Gen)
	for q := range t.heads {
		from, upto := t.from[q], needs.At(q)
		if q%t.parties == of%t.parties {
			continue
		}
		if t.real[q].last.Past.At(next) > 0 || upto <= from && q != top {
			continue
		}
		waiting := t.placed[q][:max(0, upto-from)]
		i := sort.Search(len(waiting), func(i int) bool { return waiting[i].Past.At(next) > 0 })
		switch {
		case i < len(waiting):
			n = max(n, waiting[i].Past.At(of))
		case q == top:
			n = max(n, at.Past.At(of))
		default:
			n = max(n, waiting[i-1].Past.At(of))
		}
	}
	return n
}

// ends is how much of a log counts by what is known: all of it while it is the newest.
func (h *heads) ends() int64 {
	switch {
	case h.closed == nil:
		return math.MaxInt64
	case h.closed.settled:
		return h.closed.stated
	}
	return max(h.closed.stated, h.vouched)
}

// Vouch says that so much of a log counts whatever its end: whoever folds anew gave a receipt for it, and will say so in its own log. It is called before the first Fold.
func (r *Record) Vouch(slot int, size int64) { r.heads[slot].vouched = size }

// mayVouch reports whether an entry has seen something beyond a stated end that is here and does not count yet.
func (r *Record) mayVouch(src Source, a *charter.Act) bool {
	return slices.ContainsFunc(a.Entry.Seen, func(s entry.Seen) bool {
		slot, known := r.slots[s.Origin]
		size, _ := r.clip(slot, s.Size)
		return known && size > r.heads[slot].ends() && size <= src.Size(slot)
	})
}

// vouch tries what an entry that waits can vouch for, after so much of the generation before it. lend says whether its word may be taken, once it is known that it can stand.
func (r *Record) vouch(src Source, a *charter.Act, in Input, before int64, lend func(*trial, placed) (bool, error)) error {
	if !r.mayVouch(src, a) {
		return nil
	}
	t := r.try(src)
	defer func() { t.Source, t.real = nil, nil }()
	at, ok, err := t.stand(in)
	if ok {
		at, ok, err = t.after(in, at, before)
	}
	if !ok {
		return err
	}
	needs, ended, ok, err := t.vouchedFor(in, at)
	if ok && lend != nil {
		ok, err = lend(t, at)
	}
	if !ok {
		return err
	}
	for p := range r.heads {
		if h := &r.heads[p]; ended[p] {
			h.vouched = max(h.vouched, needs.At(p))
		}
	}
	r.stirred = true
	return nil
}

// lends tries what the opening of a generation that is not here yet can vouch for: it has to be right as far as can be seen without that, and need entries of the generation before have to be folded with it.
func (r *Record) lends(src Source, a *charter.Act, in Input, need int64) error {
	return r.vouch(src, a, in, need, func(t *trial, at placed) (bool, error) {
		cuts := maps.Clone(r.cuts)
		defer func() { // they may rest on what is not folded
			r.cuts = cuts
			clear(r.acts)
		}()
		a.Lam, a.Past, a.Held = at.Lam, at.Past, at.Past
		_, refused, err := r.judgeOpening(t, a)
		r.lent = err == nil && refused == nil
		return r.lent, err
	})
}

// Lent reports whether the opening of a generation has vouched for entries since it was asked last. If that generation is not begun after all, whoever asks has to fold anew.
func (r *Record) Lent() bool {
	was := r.lent
	r.lent = false
	return was
}
