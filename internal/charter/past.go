package charter

import "slices"

// Past says how many entries of each log somebody had stored. A log's place in it is its slot: the logs of the first generation in the charter's order of parties, then those of the
// second, and so on. What a past does not reach is 0, and it has one spelling: as short as it can be in whole generations, one at least.
//
// Two generations of one party's log have a place each, because they can grow side by side: a party that lost its newest entries opens a new generation without them, while a
// counterpart still has them. They are not lost, and whoever writes has seen them or not (docs/protocol.md 3.1).
type Past []int64

// Slot is the place of a log in a past.
func Slot(parties, ordinal, gen int) int { return (gen-1)*parties + ordinal }

// At is how much of the log with this slot is in the past.
func (p Past) At(slot int) int64 {
	if slot < len(p) {
		return p[slot]
	}
	return 0
}

// With is a past in its one spelling with one log changed. p itself is not kept.
func (p Past) With(parties, slot int, n int64) Past {
	out := make(Past, max(len(p), (slot/parties+1)*parties, parties))
	copy(out, p)
	out[slot] = n
	return out.trim(parties)
}

func (p Past) trim(parties int) Past {
	for len(p) > parties && !slices.ContainsFunc(p[len(p)-parties:], func(n int64) bool { return n != 0 }) {
		p = p[:len(p)-parties]
	}
	return p
}

// Join is what either past reaches.
func (p Past) Join(q Past) Past {
	out := make(Past, max(len(p), len(q)))
	copy(out, p)
	for i, n := range q {
		out[i] = max(out[i], n)
	}
	return out
}

// Has reports whether an act is in a past.
func (s *State) Has(past Past, p PartyID, gen int, index int64) bool {
	return index < past.At(Slot(len(s.doc.Parties), s.Ordinal(p), gen))
}

// Turn numbers a party's own acts in the order in which it wrote them, through all generations of its log.
func Turn(gen int, index int64) int64 { return int64(gen-1)<<40 + index }

// Turn is the act's number among its party's own.
func (a *Act) Turn() int64 { return Turn(a.Gen, a.Entry.Index) }
