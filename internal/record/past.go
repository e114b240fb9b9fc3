package record

import (
	"entente.example/internal/charter"
	"entente.example/refusal"
)

// ownPast is the past of the log's previous entry with this entry's own place.
func (r *Record) ownPast(in Input) charter.Past {
	slot := r.Slot(in.Party, in.Gen)
	return r.heads[slot].last.Past.With(r.parties, slot, in.Index)
}

// locate reads an entry into a and finds its place in the causal order, and what it has seen for that in relied. One whose seen cannot be believed is void, waits for nothing, and stands where its log stood.
func (r *Record) locate(src Source, a *charter.Act, in Input) (pos Position, void *refusal.Error, waits *lack, err error) {
	*a = charter.Act{Gen: in.Gen, Leaf: in.Hash, Party: r.charter.Document().Parties[in.Party].ID}
	r.relied = r.relied[:0]
	if void = r.readEnvelope(a, in); void == nil {
		pos, void, waits, err = r.past(src, a, in)
	}
	if void != nil {
		pos = Position{Lam: r.heads[r.Slot(in.Party, in.Gen)].last.Lam + 1, Past: r.ownPast(in)}
	}
	return pos, void, waits, err
}

// past computes an entry's place in the causal order from its seen, unless something that it has seen is not folded here yet.
// SPEC seen-monotone, seen-closed, fork-common.
func (r *Record) past(src Source, a *charter.Act, in Input) (pos Position, void *refusal.Error, waits *lack, err error) {
	own := r.Slot(in.Party, in.Gen)
	past := r.ownPast(in)
	lam := r.heads[own].last.Lam
	type seen struct {
		slot int
		size int64
	}
	var advanced []seen
	for _, s := range a.Entry.Seen {
		p, ok := r.slots[s.Origin]
		if !ok && r.mayCome(s.Origin) {
			r.sight(a, in, s.Origin)
			return Position{}, nil, &lack{origin: s.Origin, size: s.Size}, nil
		}
		if !ok || p == own {
			return Position{}, refusal.New(refusal.Invalid, "entry.unknown_log", "log", s.Origin), nil, nil
		}
		h := &r.heads[p]
		var clipped bool
		s.Size, clipped = r.clip(p, s.Size)
		if clipped && s.Size <= past.At(p) {
			continue
		}
		if s.Size <= past.At(p) {
			return Position{}, refusal.New(refusal.Invalid, "entry.seen_went_back", "log", s.Origin), nil, nil
		}
		if s.Size > h.applied {
			return Position{}, nil, &lack{s.Origin, s.Size, s.Root, clipped}, nil
		}
		r.relied = append(r.relied, want{p, s.Size})
		root, err := src.Root(p, s.Size)
		if err != nil {
			return Position{}, nil, nil, err
		}
		if root != s.Root && !clipped {
			// The author holds another history of that log than we do. Nobody can judge the entry before that is settled.
			return Position{}, nil, &lack{s.Origin, s.Size, s.Root, false}, nil
		}
		past = past.With(r.parties, p, s.Size)
		advanced = append(advanced, seen{p, s.Size})
	}
	for _, s := range advanced {
		q, err := src.Position(s.slot, s.size-1)
		if err != nil {
			return Position{}, nil, nil, err
		}
		for k, n := range q.Past {
			switch {
			case k == s.slot || n <= past.At(k):
			case r.heads[k].contested: // the author may have known less of what is common than is known now
				past = past.With(r.parties, k, n)
			default:
				return Position{}, refusal.New(refusal.Invalid, "entry.past_not_closed"), nil, nil
			}
		}
		lam = max(lam, q.Lam)
	}
	return Position{Lam: lam + 1, Past: past}, nil, nil, nil
}

// covers reports whether every act of a matter with these tops lies in the past of an act.
func covers(past, tops charter.Past) bool {
	for k, n := range tops {
		if n > past.At(k) {
			return false
		}
	}
	return true
}

// within reports whether an entry of the log with this slot lies in past.
func within(past charter.Past, slot int, index int64) bool { return index < past.At(slot) }
