package record

import (
	"maps"
	"math"
	"slices"

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

// vain is why a word counted for nothing when it was tried: what was missing, or else how much was folded then.
type vain struct {
	index   int64
	missing lack
	folded  int64
}

// trial places entries in the causal order without judging or folding them.
type trial struct {
	Source
	*Record              // heads and places of its own
	placed  [][]Position // by slot, from the first entry on that is not folded
	from    charter.Past // how much is folded, by slot
	words   charter.Past // how much of each log the entries placed here vouch for
	pending []want
	missing lack // why it came to nothing, if something is not here
	tried   int  // the log of the entry that is tried: where it ends the one before, that has not ended yet
}

// want is so much of a log that is to be placed, and its next entry.
type want struct {
	slot int
	upto int64
	next *candidate
}

type candidate struct {
	in     Input
	act    charter.Act
	spoilt bool // its envelope cannot be believed: it waits for nothing
}

func (r *Record) try(src Source) *trial {
	fold := &Record{mech: r.mech, charter: r.charter, parties: r.parties, slots: r.slots, heads: slices.Clone(r.heads), sighted: map[string]map[int]charter.Past{}}
	return &trial{Source: src, Record: fold, from: r.Applied(), placed: make([][]Position, len(r.heads)), words: make(charter.Past, len(r.heads))}
}

// Position implements Source with what the trial has placed.
func (t *trial) Position(slot int, index int64) (Position, error) {
	if index < t.from[slot] {
		return t.Source.Position(slot, index)
	}
	return t.placed[slot][index-t.from[slot]], nil
}

// stand tries whether an entry can take its place, with all that it waits for, after so much of the generation before it. It reports false if it cannot, now or ever.
func (t *trial) stand(in Input, before int64) (pos Position, ok bool, err error) {
	slot := t.Slot(in.Party, in.Gen)
	t.tried = slot
	t.pending = []want{{slot, in.Index + 1, t.candidate(in)}}
	if before > 0 {
		old := slot - t.parties
		if t.Size(old) < before {
			t.missing = lack{origin: t.heads[old].origin, size: before}
			return pos, false, nil
		}
		t.pending = append(t.pending, want{slot: old, upto: before})
	}
	for len(t.pending) > 0 {
		w := &t.pending[len(t.pending)-1]
		if t.heads[w.slot].applied >= w.upto {
			t.pending = t.pending[:len(t.pending)-1]
			continue
		}
		if w.next == nil {
			if w.next, err = t.read(w.slot, t.heads[w.slot].applied); err != nil {
				return pos, false, err
			}
		}
		at, lacks, err := t.find(w.next)
		if err != nil {
			return pos, false, err
		}
		if lacks == nil {
			t.place(w.slot, w.next, at)
			w.next = nil
			continue
		}
		if ok, err := t.pursue(*lacks); err != nil || !ok {
			return pos, false, err
		}
	}
	return t.heads[slot].last, t.vouchedFor(), nil
}

func (t *trial) candidate(in Input) *candidate {
	c := &candidate{in: in, act: charter.Act{Gen: in.Gen, Leaf: in.Hash, Party: t.charter.Document().Parties[in.Party].ID}}
	c.spoilt = t.readEnvelope(&c.act, in) != nil
	return c
}

func (t *trial) read(slot int, index int64) (*candidate, error) {
	leaf, hash, err := t.Leaf(slot, index)
	if err != nil {
		return nil, err
	}
	return t.candidate(Input{Party: slot % t.parties, Gen: 1 + slot/t.parties, Index: index, Leaf: leaf, Hash: hash}), nil
}

// find is where an entry stands, as stand has it.
func (t *trial) find(c *candidate) (pos Position, lacks *lack, err error) {
	if !c.spoilt {
		if pos, _, lacks, err = t.past(t, &c.act, c.in); err != nil || lacks != nil {
			return pos, lacks, err
		}
	}
	if pos.Past == nil {
		pos = t.ownPosition(c.in)
	}
	return pos, nil, nil
}

// pursue goes after what an entry lacks, if it is here and may count.
func (t *trial) pursue(lacks lack) (bool, error) {
	slot, known := t.slots[lacks.origin]
	if !known || t.Size(slot) < lacks.size {
		t.missing = lacks
		return false, nil
	}
	if t.heads[slot].applied >= lacks.size || slices.ContainsFunc(t.pending, func(w want) bool { return w.slot == slot }) {
		return false, nil // it has seen another history, or what waits for itself: no honest party has
	}
	if root, err := t.Root(slot, lacks.size); err != nil || root != lacks.root && !lacks.any {
		return false, err
	}
	t.pending = append(t.pending, want{slot: slot, upto: lacks.size})
	return true, nil
}

// place takes an entry up, and its word for others.
func (t *trial) place(slot int, c *candidate, at Position) {
	h := &t.heads[slot]
	for p := range t.heads {
		if n := at.Past.At(p); n > t.words[p] && p%t.parties != c.in.Party && h.last.Past.At(p+t.parties) == 0 {
			t.words[p] = n
		}
	}
	h.applied, h.last = c.in.Index+1, at
	if !c.act.Entry.At.IsZero() {
		h.at = max(h.at, c.act.Entry.At.Unix())
	}
	t.placed[slot] = append(t.placed[slot], at)
	var b party.Generation
	if slot != t.tried && c.in.Gen > 1 && c.in.Index == 0 && c.act.Entry.Type == b.EntryType() && entry.DecodeBody(&c.act.Entry, &b) == nil && b.Statement.Generation == c.in.Gen {
		t.Close(c.in.Party, b.Statement)
	}
}

// vouchedFor reports whether some entry placed here vouches for all that lies beyond a stated end.
func (t *trial) vouchedFor() bool {
	for p, h := range t.heads {
		if h.applied > t.from[p] && h.applied > h.ends() && (h.closed.settled || h.applied > t.words[p]) {
			return false
		}
	}
	return true
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

// mayVouch reports whether an entry has seen something beyond a stated end that is here and does not count yet.
func (r *Record) mayVouch(src Source, a *charter.Act) bool {
	return slices.ContainsFunc(a.Entry.Seen, func(s entry.Seen) bool {
		slot, ok := r.slots[s.Origin]
		if !ok || r.heads[slot].closed == nil {
			return false
		}
		h := &r.heads[slot]
		if limit, contested := r.upTo(slot); contested {
			s.Size = min(s.Size, limit)
		}
		return s.Size > h.ends() && s.Size <= src.Size(slot)
	})
}

// vouch tries what an entry that waits can vouch for, after so much of the generation before it. lend says whether its word may be taken, once it is known that it can stand.
func (r *Record) vouch(src Source, a *charter.Act, in Input, before int64, lend func(*trial, Position) (bool, error)) error {
	slot := r.Slot(in.Party, in.Gen)
	if !r.mayVouch(src, a) || r.stillVain(src, slot, in.Index) {
		return nil
	}
	t := r.try(src)
	pos, ok, err := t.stand(in, before)
	if err == nil && ok && lend != nil {
		ok, err = lend(t, pos)
	}
	if err != nil {
		return err
	}
	if !ok {
		r.vain[slot] = vain{in.Index, t.missing, sum(t.from)}
		return nil
	}
	for p := range t.placed {
		if h := t.heads[p]; h.closed != nil && h.applied > t.from[p] {
			r.heads[p].vouched = max(h.vouched, h.applied)
		}
	}
	r.stirred = true
	return nil
}

// stillVain reports whether nothing has come since an entry was tried in vain.
func (r *Record) stillVain(src Source, slot int, index int64) bool {
	v, ok := r.vain[slot]
	if !ok || v.index != index {
		return false
	}
	if v.missing.origin == "" {
		return v.folded == sum(r.Applied())
	}
	of, known := r.slots[v.missing.origin]
	return !known || src.Size(of) < v.missing.size
}

func sum(p charter.Past) (n int64) {
	for _, of := range p {
		n += of
	}
	return n
}

// lends tries what the opening of a generation that is not here yet can vouch for: it has to be right as far as can be seen without that, and need entries of the generation before have to be folded with it.
func (r *Record) lends(src Source, a *charter.Act, in Input, need int64) error {
	return r.vouch(src, a, in, need, func(t *trial, pos Position) (bool, error) {
		cuts := maps.Clone(r.cuts)
		defer func() { r.cuts = cuts }() // they may rest on what is not folded
		a.Lam, a.Past, a.Held = pos.Lam, pos.Past, pos.Past
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
