package record

import (
	"sort"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/party"
	"entente.example/refusal"
)

// A party's log goes on as a new generation under new node keys: docs/protocol.md 3.1. This file says what of the old one still counts.
//
// The party states where the old generation ended. It may be wrong: it may have lost entries that others have, and whoever stole its key may have added some. What counts beyond the
// stated head is what some other party says it had before it knew of the new generation: the size that its log had seen of the old one when it first saw the new one. That is a cut,
// written down once and for ever, so it cannot be moved afterwards, and no entry that anybody vouches for is dropped.
//
// Why adoption stays safe. Every honest counterpart y follows one line: the old generation up to its own cut, then the new one. It gives no receipt for the new generation before its
// cut is written, and none for the old one beyond its cut. So the argument of package adoption holds with "y's branch of p's log" read as that line: along it there is one first
// choice, and either a withdrawal or an acknowledgement comes first. What y's later entries have seen of the old generation beyond its cut (because z vouched for it) is no
// attestation by y: held cuts it off.

// closing is how a generation ended.
type closing struct {
	stated  int64 // as its party says
	settled bool  // all parties sealed that the stated head stands; nothing beyond it counts
}

func closed(head party.Head, reason party.Reason) *closing {
	return &closing{stated: head.Size, settled: reason == party.Fork}
}

// cut is what a log attests of a generation that was closed: its size at the entry of the log that first saw the next generation.
type cut struct{ index, size int64 }

// Close says where a generation of a party's log ended, by the statement that opens the next. The fold finds it out by itself when it comes to that. Who folds anew what is stored already says it before: else what a
// thief added to the old generation, and nobody vouches for, would be folded first.
func (r *Record) Close(of int, next party.Statement) {
	c := closed(next.Head, next.Reason)
	if r.heads[r.Slot(of, next.Generation-1)].closed = c; c.settled {
		r.trial = nil // a settlement says anew what entries have seen of the log
	}
}

// mayCome reports whether an origin is of a later generation of a party, which is not here yet.
func (r *Record) mayCome(origin string) bool {
	mech, id, gen, err := entry.ParseOrigin(origin)
	return err == nil && gen > 1 && gen <= party.MaxGenerations && mech == r.mech[:16] && r.charter.Ordinal(charter.PartyID(id)) >= 0
}

// Stirred reports whether entries that could not be folded before may be now, because somebody vouches for them, and forgets it. They count with the entry that says so: whoever begins a generation has folded all that can be before,
// for its opening may end the log of that entry.
func (r *Record) Stirred() bool {
	was := r.stirred
	r.stirred = false
	return was
}

// cutOf finds the cut that the log y makes in a generation, if y has seen the next one. A log that begins after the cut takes it over from the generation that it continues.
func (r *Record) cutOf(src Source, y, slot int) (cut, bool, error) {
	if k, ok := r.cuts[[2]int{y, slot}]; ok {
		return k, true, nil
	}
	h, next := r.heads[y], slot+r.parties
	if h.last.Past.At(next) == 0 {
		return cut{}, false, nil
	}
	var err error
	var p Position
	at := int64(sort.Search(int(h.applied)-1, func(i int) bool {
		q, e := src.Position(y, int64(i))
		if e != nil {
			err = e
		}
		return q.Past.At(next) > 0
	}))
	if err == nil {
		p, err = src.Position(y, at)
	}
	if err != nil {
		return cut{}, false, err
	}
	k := cut{at, p.Past.At(slot)}
	if before := y - r.parties; at == 0 && before >= 0 && r.heads[before].closed != nil {
		old, ok, err := r.cutOf(src, before, slot)
		if err != nil {
			return cut{}, false, err
		}
		if ok && old.index < p.Past.At(before) {
			k = cut{0, old.size}
		}
	}
	r.cuts[[2]int{y, slot}] = k
	return k, true, nil
}

// held is what the entry at index of log y attests: its past, but of a generation that was closed before only what y's log had seen when it first saw the next.
func (r *Record) held(src Source, y int, index int64, past charter.Past) (charter.Past, error) {
	if len(past) == r.parties {
		return past, nil
	}
	out := past
	for slot := range past {
		if past.At(slot+r.parties) == 0 || slot%r.parties == y%r.parties {
			continue
		}
		k, ok, err := r.cutOf(src, y, slot)
		if err != nil {
			return nil, err
		}
		if ok && k.size < past[slot] && (k.index < index || k.index == 0) {
			out = out.With(r.parties, slot, k.size)
		}
	}
	return out, nil
}

// Admit judges the first entry of a generation that is not here yet, as Fold would. ready is false if it has to wait for something. What it waits for may be here and count by its own word alone, which is taken if
// need entries of the generation before will be folded then: if need is negative, it is not. See Lent.
func (r *Record) Admit(src Source, in Input, need int64) (st party.Statement, ready bool, err error) {
	r.AddLog(Head{Party: in.Party, Gen: in.Gen})
	defer r.DropLog(r.Slot(in.Party, in.Gen))
	a := new(charter.Act)
	void, ready, err := r.stand(src, a, in)
	if err == nil && !ready && need >= 0 {
		err = r.lends(src, a, in, need)
	}
	if err != nil || !ready {
		return st, false, err
	}
	if void != nil {
		return st, true, void
	}
	b, void, err := r.judgeOpening(src, a)
	switch {
	case err != nil:
		return st, false, err
	case void != nil:
		return st, true, void
	}
	return b.Statement, true, nil
}

// judgeOpening judges the first entry of a generation where it stands.
func (r *Record) judgeOpening(src Source, a *charter.Act) (b party.Generation, void *refusal.Error, err error) {
	if a.Entry.Type != b.EntryType() || a.Entry.Matter != party.Matter(a.Party) {
		return b, refusal.New(refusal.Invalid, "party.bad_generation"), nil
	}
	m, err := r.matter(src, a.Entry.Matter)
	if err != nil {
		return b, nil, err
	}
	if void, err = r.judge(src, m, a); err != nil || void != nil {
		return b, void, err
	}
	_ = entry.DecodeBody(&a.Entry, &b) // its subject has read it
	if r.replaced(a, m.state.(*party.State), b) {
		void = refusal.New(refusal.Unverified, "party.key_replaced", "party", string(a.Party))
	}
	return b, void, nil
}

// replaced reports whether seal keys opened a generation that their party has replaced since, as far as is known here, and no other party took it up before it knew that. Such an opening is valid where it stands, and
// nobody can see from it alone that it is late: so it is not begun, and once somebody has begun it in good faith, all do. SPEC generation-key-replaced.
func (r *Record) replaced(a *charter.Act, of *party.State, b party.Generation) bool {
	if b.Statement.Reason == party.Fork || b.Signed(r.charter) == nil {
		return false
	}
	for _, past := range r.sighted[a.Entry.Log] {
		if !of.Succeeded(func(gen int, index int64) bool {
			slot := r.Slot(r.charter.Ordinal(a.Party), gen)
			return within(past, slot, index) && !within(a.Past, slot, index)
		}) {
			return false
		}
	}
	return true
}

// sight notes that an entry waits for a generation that is not here, and what its author had seen then.
func (r *Record) sight(a *charter.Act, in Input, origin string) {
	if _, of, _, err := entry.ParseOrigin(origin); err != nil || charter.PartyID(of) == a.Party {
		return
	}
	past := r.ownPast(in)
	for _, s := range a.Entry.Seen {
		if slot, ok := r.slots[s.Origin]; ok && s.Size > past.At(slot) {
			past = past.With(r.parties, slot, s.Size)
		}
	}
	if r.sighted[origin] == nil {
		r.sighted[origin] = map[int]charter.Past{}
	}
	r.sighted[origin][r.Slot(in.Party, in.Gen)] = past
}

// DropLog takes AddLog back for a log of which nothing was folded.
func (r *Record) DropLog(slot int) {
	delete(r.slots, r.heads[slot].origin)
	r.heads[slot].origin = ""
}

// charterAt is the charter with what an act's own party had changed about itself in the act's past. Only a party whose generations grow side by side can act without knowing its own
// changes; for all others that is the charter as it stands. SPEC validity-by-position.
func (r *Record) charterAt(src Source, a *charter.Act) (*charter.State, error) {
	c := r.charter
	parties := []charter.PartyID{a.Party}
	if a.Entry.Type == "party.generation" || a.Entry.Type == "party.succeed" { // the other parties may have signed it
		parties = nil
		for _, p := range r.charter.Document().Parties {
			parties = append(parties, p.ID)
		}
	}
	for _, p := range parties {
		m, err := r.matter(src, party.Matter(p))
		if err != nil {
			return nil, err
		}
		if covers(a.Past, m.Tops) {
			continue
		}
		state, err := r.stateAt(src, m, a.Past)
		if err != nil {
			return nil, err
		}
		if c == r.charter {
			c = c.Clone()
		}
		state.(*party.State).Settle(c, p)
	}
	return c, nil
}

// Closed reports where a generation was closed, as its party stated; ok is false while it is the newest.
func (r *Record) Closed(party, gen int) (stated int64, ok bool) {
	if c := r.heads[r.Slot(party, gen)].closed; c != nil {
		return c.stated, true
	}
	return 0, false
}
