package model

import "fmt"

// This file is the rule of adoption where a party's log goes on in a second generation: docs/protocol.md 3.1, 4 and invariants A1, A2, A4 and K1. Party A may lose what it wrote last, or have its node key stolen, and
// begins anew under its seal key. Its old log may go on in the hands of a thief. Nothing that was signed is ever lost to the line: whoever has not heard an entry may hear it at any time, the next one first.

// Kinds of entries.
const (
	eSeal1 = iota
	eSeal2
	eDecline
	eAck1
	eAck2
	eWithdraw
	eConfirm
	eOpen
)

var kindNames = [...]string{"seals text 1", "seals text 2", "refuses", "acknowledges text 1", "acknowledges text 2", "withdraws", "confirms A's new generation", "opens a new generation"}

// Logs by their slots: the first generation of A, B and C, and the second of A.
const (
	oldA = iota
	logB
	logC
	newA
	slots
)

const maxLog = 4

// vector says how many entries of each log.
type vector [slots]uint8

// reached is one entry: what it says, and what its author had folded, of its own log what comes before it.
type reached struct {
	kind uint8
	past vector
}

// machine is what one party has stored, and what its people have been shown.
type machine struct {
	have  vector
	gave  uint8 // how much of A's old log it had given a receipt for when it took up the new one
	shown uint8
}

// Lines is one state of the world of generations. A log that is given once, by its owner or a thief, is the same for all: two histories of one log are another story.
type Lines struct {
	logs  [slots][maxLog]reached
	size  vector
	nodes [Parties]machine
	once  [Parties]uint8 // how much of each other party's log A had given a receipt for when it began anew
	shown uint8          // to anybody, ever
}

// Shown, beside the verdicts.
const unshown = 1 << 3

// Lives is what may happen to generations. The zero value of Slip is the rule as it stands.
type Lives struct {
	Count int  // parties, 2 or 3
	Texts int  // 1 or 2
	Thief bool // A's key is stolen, and nothing is lost; else A loses what it wrote last
	Liar  bool // beside these there is a party that has sealed and acknowledged text 1, vouches for everything, and tells everybody what serves it best about what it holds
	// Willing: the others refuse nothing and withdraw nothing, so that three honest parties can be searched to the end.
	Willing bool
	Slip    Slip
}

// Slip is a way in which the rule of generations could be wrong.
type Slip int

// Slips.
const (
	NoSlip            Slip = iota
	LaterActsCount         // what a party does in its new generation counts whatever comes first on the line
	NoCut                  // whoever took up the new generation goes on to give receipts for the old one
	NoConfirm              // receipts for the new generation count before it is known how much of the old one their giver holds
	EarlyTakeUp            // a generation is taken up before all is folded that was given a receipt for
	StatedEndIsTheEnd      // what stands beyond the stated end never counts
	OldKeyCounts           // what is written under the old key counts for ever
	FoldsAnew              // who folds anew does not know where a generation ended before it comes to the next one
	CountedTwice           // acknowledgements of one party in two generations count as those of two parties
)

// Begin is the state before anybody has done anything.
func (w Lives) Begin() Lines { return Lines{} }

// owner is whose log it is.
func owner(slot int) int { return slot % newA }

func (w Lives) has(slot int) bool { return slot != logC || w.Count == 3 }

// fold says how much of each log counts for whoever has stored this much: record.Fold.
func (w Lives) fold(s *Lines, have vector) (done vector) {
	for moved := true; moved; {
		moved = false
		for slot := range slots {
			for done[slot] < have[slot] && w.folds(s, &have, &done, slot) {
				done[slot]++
				moved = true
			}
		}
	}
	return done
}

// folds reports whether the next entry of a log counts: everything that it has seen does, and it stands before the end of its generation.
func (w Lives) folds(s *Lines, have, done *vector, slot int) bool {
	i := done[slot]
	ended := have[newA] > 0
	if w.Slip == FoldsAnew {
		ended = done[newA] > 0
	}
	if slot == oldA && ended && i >= s.logs[newA][0].past[oldA] && !w.counts(s, have, done, i) {
		return false
	}
	for k, n := range s.logs[slot][i].past {
		if k != slot && n > done[k] {
			return false
		}
	}
	return true
}

// counts reports whether an entry beyond the stated end of A's old generation counts, because somebody vouches for it.
func (w Lives) counts(s *Lines, have, done *vector, i uint8) bool {
	switch w.Slip {
	case StatedEndIsTheEnd:
		return false
	case OldKeyCounts:
		return true
	}
	if w.Liar {
		return true
	}
	for y := logB; y < w.Count; y++ {
		if n := done[y]; n < have[y] && (n == 0 || s.logs[y][n-1].past[newA] == 0) { // its next entry may wait for this one, and for nothing that is not here
			if past := s.logs[y][n].past; past[oldA] > i && here(have, y, past) {
				return true
			}
		}
		if c, ok := s.cut(y, done[y]); ok && i < c || !ok && done[y] > 0 && i < s.logs[y][done[y]-1].past[oldA] {
			return true
		}
	}
	return false
}

// here reports whether all is stored that an entry of a log has seen.
func here(have *vector, log int, past vector) bool {
	for k, n := range past {
		if k != log && n > have[k] {
			return false
		}
	}
	return true
}

// cut is how much of A's old generation y had when the first of its first n entries saw the new one.
func (s *Lines) cut(y int, n uint8) (uint8, bool) {
	for _, e := range s.logs[y][:n] {
		if e.past[newA] > 0 {
			return e.past[oldA], true
		}
	}
	return 0, false
}

// receipts says how much of a log y has given a receipt for, at most: all that it has, but of the old generation no more than its cut.
func (w Lives) receipts(s *Lines, y, slot int) uint8 {
	n := s.nodes[y].have[slot]
	if y == oldA {
		return max(n, s.once[slot])
	}
	if c, ok := s.cut(y, s.size[y]); ok && slot == oldA && w.Slip != NoCut {
		return max(min(n, c), s.nodes[y].gave)
	}
	return n
}

// attests says how much of each log y holds, as x knows, who has folded this much.
func (w Lives) attests(s *Lines, done *vector, y int) (held vector) {
	for slot := y; slot < slots; slot += newA {
		for i, e := range s.logs[slot][:done[slot]] {
			if e.kind > eWithdraw {
				continue
			}
			p := e.past
			if c, ok := s.cut(slot, uint8(i)); ok && slot < newA && w.Slip != NoCut {
				p[oldA] = min(p[oldA], c)
			}
			held = held.join(p)
		}
	}
	_, taken := s.cut(y, done[y])
	for slot := range slots {
		if owner(slot) != y && w.has(slot) && (slot != newA || taken || w.Slip == NoConfirm) {
			held[slot] = max(held[slot], w.receipts(s, y, slot))
		}
	}
	return held
}

func (v vector) join(o vector) vector {
	for k := range v {
		v[k] = max(v[k], o[k])
	}
	return v
}

// stands is what a party's seal has come to on a line.
type stands struct{ text, fate uint8 }

const (
	fOpen = iota
	fBound
	fLeft
)

// deeds yields what p did in the round, as far as done reaches, in the order of its logs.
func (w Lives) deeds(s *Lines, done *vector, p int, yield func(slot, i int, kind uint8)) {
	for slot := p; slot < slots; slot += newA {
		for i := range int(done[slot]) {
			if k := s.logs[slot][i].kind; k <= eWithdraw {
				yield(slot, i, k)
			}
		}
		if p != oldA {
			break
		}
	}
}

// line is what p did first to whoever holds this much: docs/protocol.md 4.
func (w Lives) line(s *Lines, done, held *vector, p int) (at stands) {
	w.deeds(s, done, p, func(slot, i int, kind uint8) {
		if i >= int(held[slot]) || at.fate != fOpen && w.Slip != LaterActsCount {
			return
		}
		var text uint8
		if kind != eDecline && kind != eWithdraw {
			text = 1 + kind%eAck1
		}
		switch {
		case text == 0 || at.text != 0 && at.text != text:
			at.fate = fLeft
			return
		case at.text == 0 || w.Slip == LaterActsCount:
			at.text = text
		}
		if kind >= eAck1 {
			at.fate = fBound
		}
	})
	return at
}

// Verdict is what somebody is shown who has folded this much.
func (w Lives) Verdict(s *Lines, done *vector) (shown uint8) {
	var held [Parties]vector
	for y := range w.Count {
		held[y] = w.attests(s, done, y)
	}
	if !w.Liar {
		return w.judge(s, done, &held, false, vector{})
	}
	var lie vector
	for lie[oldA] = 0; lie[oldA] <= done[oldA]; lie[oldA]++ {
		for lie[newA] = 0; lie[newA] <= done[newA]; lie[newA]++ {
			for lie[logB] = 0; lie[logB] <= done[logB]; lie[logB]++ {
				shown |= w.judge(s, done, &held, true, lie)
			}
		}
	}
	return shown
}

// judge is the rule for what everybody attests, a liar among them.
func (w Lives) judge(s *Lines, done *vector, held *[Parties]vector, liar bool, lie vector) uint8 {
	bound, first, need := [3]int{}, [3]bool{}, w.Count
	if liar {
		bound[1], first[1], need = 1, true, w.Count+1
	}
	for p := range w.Count {
		at, same := w.agreed(s, done, held, p)
		if liar {
			said := w.line(s, done, &lie, p)
			at, same = at.with(said), same && at == said
		}
		if same && at.fate == fBound {
			bound[at.text]++
			if w.Slip == CountedTwice && p == oldA && s.logs[oldA][1].kind == s.logs[newA][2].kind && held[logB][oldA] == 2 && held[logB][newA] == 3 {
				bound[at.text]++
			}
		}
		if at.fate == fLeft {
			return Failed
		}
		first[at.text] = true
	}
	switch {
	case bound[1] >= need:
		return Adopted1
	case bound[2] >= need:
		return Adopted2
	case first[1] && first[2]:
		return Failed
	}
	return 0
}

// with is what two parties agree on: no text, and nothing final, where they differ.
func (at stands) with(o stands) stands {
	if at.text != o.text {
		at.text = 0
	}
	if at.fate != o.fate {
		at.fate = fOpen
	}
	return at
}

// agreed is what p did first to all others. same says that it is the same to all.
func (w Lives) agreed(s *Lines, done *vector, held *[Parties]vector, p int) (all stands, same bool) {
	begun := false
	same = true
	for y := range w.Count {
		if y == p {
			continue
		}
		at := w.line(s, done, &held[y], p)
		if begun {
			same = same && at == all
			at = all.with(at)
		}
		all, begun = at, true
	}
	return all, same
}

// Contradiction says what cannot both be true; "" if nothing.
func (w Lives) Contradiction(s *Lines) string {
	switch all := s.shown; {
	case all&(Adopted1|Adopted2) == Adopted1|Adopted2:
		return "A2: two texts of one round were shown as adopted"
	case all&(Adopted1|Adopted2) != 0 && all&Failed != 0:
		return "A1: the round was shown as adopted, and as failed"
	case all&unshown != 0:
		return "A4: what was shown is not shown any more"
	}
	if w.Liar {
		return ""
	}
	return w.vouched(s)
}

// vouched checks, once all others have taken up the new generation, that what counts of the old one is what some of them had: K1.
func (w Lives) vouched(s *Lines) string {
	if s.size[newA] == 0 {
		return ""
	}
	most := s.logs[newA][0].past[oldA]
	for y := logB; y < w.Count; y++ {
		c, ok := s.cut(y, s.size[y])
		if !ok {
			return ""
		}
		most = max(most, c, s.nodes[y].gave)
	}
	switch done := w.fold(s, s.size); {
	case done[oldA] < most:
		return "K1: what was given a receipt for does not count"
	case done[oldA] > most:
		return "K1: what nobody had before it knew of the new generation counts"
	}
	return ""
}

// Deed is one thing that happens to generations.
type Deed struct {
	kind uint8 // of an entry that x writes, or one of those below
	x    int
	slot int
	at   vector
}

const (
	dHear = 100 + iota
	dLose
	dSteal
	dThief // and the kind of the entry
)

func (d Deed) String() string {
	log := [slots]string{"A's old log", "B's log", "C's log", "A's new log"}
	switch d.kind {
	case dHear:
		return fmt.Sprintf("%c hears the next entry of %s", name(d.x), log[d.slot])
	case dLose:
		return fmt.Sprintf("A remembers %v of the logs of A, B and C, and opens a new generation", d.at[:newA])
	case dSteal:
		return "A's node key is stolen, and A opens a new generation"
	}
	if d.kind >= dThief {
		return "the thief " + kindNames[d.kind-dThief]
	}
	return fmt.Sprintf("%c %s", name(d.x), kindNames[d.kind])
}
