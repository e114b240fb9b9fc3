package model

import "fmt"

// This file is the rule of seal keys that were replaced: docs/protocol.md 3.1. Party A replaces its seal key by a text in its log; a thief has the old one. With it he can open the next generation of A's log after any
// head from before the succession, where the key was in force, under node keys of his own. A itself may open it, with the key it has now. Nothing that was signed is ever lost, and everybody hears everything late.

// The logs of this model by their slots: A's, B's, C's; and the two that may go on with A's, which have one name.
const (
	sealA = iota
	sealB
	sealC
	byThief
	byOwner
	sealLogs
)

// Kinds of entries: anything at all, the succession, and the first entry of a generation.
const (
	kAct = iota
	kSucceed
	kOpen
)

const maxSealLog = 4

type reach [sealLogs]uint8

// sealEntry is one entry: what it is, and what its author had folded.
type sealEntry struct {
	kind uint8
	past reach
}

// Seals is one state of the world of seal keys.
type Seals struct {
	logs [sealLogs][maxSealLog]sealEntry
	size reach
	have [Parties]reach
	// taken is by party which log goes on with A's, 0 for none; knew, whether it knew then of a succession that the first entry had not seen.
	taken [Parties]uint8
	knew  [Parties]bool
}

// Keys is what may happen to seal keys. The zero Lapse is the rule as it stands.
type Keys struct {
	Acts  uint8 // of A, beside the succession; each of the others writes one before it takes anything up
	Owner bool  // A may open the generation, too
	Liar  bool  // C takes up what it likes
	Lapse Lapse
}

// Lapse is a way in which the rule could be wrong.
type Lapse int

// Lapses.
const (
	NoLapse       Lapse = iota
	JudgedAtHead        // the first entry's past alone says which key is in force
	NeverAfterAll       // who knows takes it up never, whatever the others did
	AnyWitness          // who knew as well is a witness, too
	OnlyListed          // what a witness had seen before counts for nothing, only what its entry names anew
	OwnKeyRefused       // a generation is refused for the succession alone, whatever key opens it
)

// Begin is the state before anybody has done anything.
func (w Keys) Begin() Seals { return Seals{} }

// succession is where A's log has it, or beyond its end.
func (s *Seals) succession() uint8 {
	for i, e := range s.logs[sealA][:s.size[sealA]] {
		if e.kind == kSucceed {
			return uint8(i)
		}
	}
	return maxSealLog
}

// fold says how much of each log counts for a party.
func (w Keys) fold(s *Seals, x int) (done reach) {
	for moved := true; moved; {
		moved = false
		for slot := range sealLogs {
			for done[slot] < s.have[x][slot] && w.folds(s, x, &done, slot) {
				done[slot]++
				moved = true
			}
		}
	}
	return done
}

func (w Keys) folds(s *Seals, x int, done *reach, slot int) bool {
	i, next := done[slot], s.taken[x]
	if slot >= byThief && slot != int(next) {
		return false
	}
	if slot == sealA && next != 0 && i >= s.logs[next][0].past[sealA] && !s.vouched(x, done, i) {
		return false
	}
	for k, n := range s.logs[slot][i].past {
		if k != slot && n > done[k] {
			return false
		}
	}
	return true
}

// vouched reports whether B or C had an entry of A's log before it knew of the next generation: by an entry that is folded, or waits for nothing but what is here.
func (s *Seals) vouched(x int, done *reach, i uint8) bool {
	for y := sealB; y <= sealC; y++ {
		for n := uint8(0); n < min(done[y]+1, s.have[x][y]); n++ {
			if n == done[y] && !s.here(x, y, s.logs[y][n].past) {
				continue
			}
			if knewNone := n == 0 || !sees(s.logs[y][n-1].past); knewNone && s.logs[y][n].past[sealA] > i {
				return true
			}
		}
	}
	return false
}

// here reports whether a party has all that an entry of a log has seen, in logs that it reads.
func (s *Seals) here(x, log int, past reach) bool {
	for k, n := range past {
		if k != log && (n > s.have[x][k] || n > 0 && k >= byThief && k != int(s.taken[x])) {
			return false
		}
	}
	return true
}

func sees(p reach) bool { return p[byThief]+p[byOwner] > 0 }

// begins reports whether a party takes the next generation up: node.admit.
func (w Keys) begins(s *Seals, x int, done *reach, next int) bool {
	first := s.logs[next][0].past
	if s.taken[x] != 0 || s.size[next] == 0 || done[sealA] < s.have[x][sealA] {
		return false
	}
	for k, n := range first {
		if k != next && n > done[k] {
			return false
		}
	}
	at := s.succession()
	known := at < done[sealA]
	switch {
	case w.Liar && x == sealC, !known, w.Lapse == JudgedAtHead:
		return true
	case next == byOwner && w.Lapse != OwnKeyRefused:
		return true // under the key in force
	case next == byOwner || w.Lapse == NeverAfterAll:
		return false
	}
	for y := sealB; y <= sealC; y++ {
		if y == x || done[y] == s.have[x][y] {
			continue
		}
		past := s.logs[y][done[y]].past
		had := past[sealA]
		if w.Lapse == OnlyListed && done[y] > 0 && had == s.logs[y][done[y]-1].past[sealA] {
			had = 0
		}
		if past[next] > 0 && (had <= at || w.Lapse == AnyWitness) {
			return true
		}
	}
	return false
}

// take begins the next generation at a party, which confirms that if it has a log of its own to do so.
func (w Keys) take(s *Seals, x int, done *reach, next int) {
	s.have[x][next] = 1
	s.taken[x], s.knew[x] = uint8(next), s.succession() < done[sealA] && s.logs[next][0].past[sealA] <= s.succession()
	if x == sealA {
		return
	}
	past := *done
	past[next] = max(past[next], 1)
	s.write(x, kAct, past)
}

// write puts an entry at the end of a log whose owner has it.
func (s *Seals) write(slot int, kind uint8, past reach) {
	past[slot] = s.size[slot]
	s.logs[slot][s.size[slot]] = sealEntry{kind, past}
	s.size[slot]++
	if slot < byThief {
		s.have[slot][slot] = s.size[slot]
	}
}

// Next yields everything that can happen in a state, and the state after it.
func (w Keys) Next(s *Seals, yield func(SealDeed, *Seals)) {
	for x := range Parties {
		done := w.fold(s, x)
		w.acts(s, x, &done, yield)
		for slot := range byThief { // the next generation is there for whoever takes it up
			if s.have[x][slot] < s.size[slot] {
				t := *s
				t.have[x][slot]++
				yield(SealDeed{hears, x, slot}, &t)
			}
		}
		for next := byThief; next <= byOwner; next++ {
			if w.begins(s, x, &done, next) {
				t := *s
				w.take(&t, x, &done, next)
				yield(SealDeed{takes, x, next}, &t)
			}
		}
	}
	w.open(s, yield)
}

// acts are what a party writes of its own will. A writes no more in its log once it knows of the next generation; what a later one holds is not told here.
func (w Keys) acts(s *Seals, x int, done *reach, yield func(SealDeed, *Seals)) {
	if x != sealA {
		if s.size[x] == 0 {
			t := *s
			t.write(x, kAct, *done)
			yield(SealDeed{writes, x, x}, &t)
		}
		return
	}
	if s.taken[x] != 0 {
		return
	}
	changed := s.succession() < maxSealLog
	left := s.size[sealA]
	if changed {
		left--
	}
	if left < w.Acts {
		t := *s
		t.write(sealA, kAct, reach{})
		yield(SealDeed{writes, x, x}, &t)
	}
	if !changed {
		t := *s
		t.write(sealA, kSucceed, reach{})
		yield(SealDeed{succeeds, x, x}, &t)
	}
}

// open lets the thief open the next generation after any head where his key was in force; and A after all that it has, with the key it has then.
func (w Keys) open(s *Seals, yield func(SealDeed, *Seals)) {
	if s.size[byThief] == 0 && s.succession() < maxSealLog {
		for h := uint8(0); h <= s.succession(); h++ {
			t := *s
			t.write(byThief, kOpen, reach{sealA: h})
			yield(SealDeed{opens, int(h), byThief}, &t)
		}
	}
	if w.Owner && s.taken[sealA] == 0 && s.succession() < maxSealLog {
		t := *s
		t.write(byOwner, kOpen, reach{sealA: s.size[sealA]})
		t.taken[sealA], t.have[sealA][byOwner] = byOwner, 1
		yield(SealDeed{opens, int(s.size[sealA]), byOwner}, &t)
	}
}

// Contradiction says what must not be; "" if nothing.
func (w Keys) Contradiction(s *Seals) string {
	if bad := w.thiefCounts(s); bad != "" {
		return bad
	}
	t := *s
	w.exchange(&t)
	if bad := w.thiefCounts(&t); bad != "" {
		return bad + ", after all is exchanged"
	}
	return w.together(&t)
}

// thiefCounts checks that whoever knew of the succession takes the thief's generation up only after somebody who did not: K4.
func (w Keys) thiefCounts(s *Seals) string {
	fooled, knew := false, false
	for x := range Parties {
		if s.taken[x] == byThief && w.honest(x) {
			fooled, knew = fooled || !s.knew[x], knew || s.knew[x]
		}
	}
	if w.Liar && !fooled && s.size[sealC] > 0 { // it may swear that it did not know
		for _, e := range s.logs[sealC][:s.size[sealC]] {
			if e.past[byThief] > 0 {
				fooled = e.past[sealA] <= s.succession()
				break
			}
		}
	}
	if knew && !fooled {
		return "K4: what a thief signed with the replaced key counts with somebody who knows, and nobody was fooled before"
	}
	return ""
}

func (w Keys) honest(x int) bool { return !w.Liar || x != sealC }

// exchange lets everybody hear everything, and take up what may be.
func (w Keys) exchange(s *Seals) {
	for moved := true; moved; {
		moved = false
		for x := range Parties {
			for slot := range byThief {
				s.have[x][slot] = s.size[slot]
			}
			if !w.honest(x) {
				continue
			}
			done := w.fold(s, x)
			for next := byThief; next <= byOwner; next++ {
				if w.begins(s, x, &done, next) {
					w.take(s, x, &done, next)
					moved = true
				}
			}
		}
	}
}

// together checks that in the end everybody honest counts the same, the thief's generation nowhere if nobody was fooled, and what A opened everywhere then. Where the thief's was taken up in good faith while A opened
// its own, two logs have one name, and no rule here says which is A's: C1.
func (w Keys) together(s *Seals) string {
	fooled := false
	for x := range Parties {
		fooled = fooled || s.taken[x] == byThief
	}
	if fooled && s.size[byOwner] > 0 {
		return ""
	}
	first := w.fold(s, sealA)
	for x := range Parties {
		if !w.honest(x) {
			continue
		}
		switch done := w.fold(s, x); {
		case done != first:
			return "C1: two who have heard everything count different entries"
		case done[sealB] < s.size[sealB] || done[sealC] < s.size[sealC] && !w.Liar:
			return "C1: what an honest party wrote waits for ever"
		case s.size[byOwner] > 0 && done[byOwner] == 0:
			return "C1: what A opened with its present key is not taken up"
		}
	}
	return ""
}

func (w Keys) hash(s *Seals) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for slot := range sealLogs {
		log := uint64(s.size[slot])
		h = mix(h, log)
		for _, e := range s.logs[slot][:s.size[slot]] {
			h = mix(h, uint64(e.kind)<<40|e.past.bits())
		}
	}
	for x := range Parties {
		knew := uint64(0)
		if s.knew[x] {
			knew = 1
		}
		h = mix(h, s.have[x].bits()|uint64(s.taken[x])<<40|knew<<48)
	}
	return finish(h)
}

func (r reach) bits() (b uint64) {
	for k, n := range r {
		b |= uint64(n) << (8 * k)
	}
	return b
}

// everShown tells whether the thief's generation is taken up somewhere, and A's.
func (w Keys) everShown(s *Seals) (all uint8) {
	for _, next := range s.taken {
		switch next {
		case byThief:
			all |= Failed
		case byOwner:
			all |= Adopted1
		}
	}
	return all
}

// Search looks at all states, as World.Search does.
func (w Keys) Search(limit int) Result { return search(w, limit) }

// SealDeed is one thing that happens to seal keys.
type SealDeed struct{ kind, x, slot int }

const (
	writes = iota
	succeeds
	opens
	hears
	takes
)

func (d SealDeed) String() string {
	log := [sealLogs]string{"A's log", "B's log", "C's log", "the thief's generation", "A's own next generation"}[d.slot]
	switch d.kind {
	case writes:
		return "an entry is written in " + log
	case succeeds:
		return "A replaces its seal key"
	case opens:
		return fmt.Sprintf("%s is opened after %d entries", log, d.x)
	case hears:
		return fmt.Sprintf("%c hears the next entry of %s", name(d.x), log)
	}
	return fmt.Sprintf("%c takes up %s", name(d.x), log)
}
