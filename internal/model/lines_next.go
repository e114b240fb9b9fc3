package model

// Next yields everything that can happen in a state, and the state after it.
func (w Lives) Next(s *Lines, yield func(Deed, *Lines)) {
	for x := range w.Count {
		done := w.fold(s, s.nodes[x].have)
		w.write(s, x, &done, yield)
		w.hear(s, x, &done, yield)
	}
	if s.size[newA] > 0 {
		w.thief(s, yield)
		return
	}
	if w.Thief {
		w.open(s, Deed{kind: dSteal}, s.nodes[oldA].have, yield)
		return
	}
	w.lose(s, yield)
}

// pen is the log in which a party writes.
func (s *Lines) pen(x int) int {
	if x == oldA && s.size[newA] > 0 {
		return newA
	}
	return x
}

// append puts an entry at the end of a log, whose owner has it.
func (s *Lines) append(slot int, kind uint8, past vector) {
	past[slot] = s.size[slot]
	s.logs[slot][s.size[slot]] = reached{kind, past}
	s.size[slot]++
}

// look lets a party's people look at their pages.
func (w Lives) look(s *Lines, x int) {
	done := w.fold(s, s.nodes[x].have)
	now, was := w.Verdict(s, &done), s.nodes[x].shown
	if was != 0 && now == 0 && !w.Liar {
		now = unshown
	}
	s.nodes[x].shown |= now
	s.shown |= now
}

// write is what a party may write as far as it knows, and what its node does by itself: adoption.Rounds.
func (w Lives) write(s *Lines, x int, done *vector, yield func(Deed, *Lines)) {
	slot := s.pen(x)
	for set := w.mayWrite(s, x, done); set != 0; set &= set - 1 {
		kind := lowest(set)
		t := *s
		t.append(slot, kind, *done)
		t.nodes[x].have[slot] = t.size[slot]
		w.look(&t, x)
		yield(Deed{kind: kind, x: x, slot: slot}, &t)
	}
}

func lowest(set uint16) (k uint8) {
	for set&1 == 0 {
		set >>= 1
		k++
	}
	return k
}

// chosen is one choice of a party, as somebody knows it.
type chosen struct {
	slot, index     int
	text            uint8 // 0 if it refused
	acked, withdrew bool
}

// choices are the choices of a party as far as done reaches, the first one first.
func (w Lives) choices(s *Lines, done *vector, p int) (all [2]chosen, n int) {
	w.deeds(s, done, p, func(slot, i int, kind uint8) {
		switch kind {
		case eSeal1, eSeal2, eDecline:
			all[n] = chosen{slot: slot, index: i, text: (1 + kind) % 3}
			n++
		case eWithdraw:
			all[n-1].withdrew = true
		default:
			all[n-1].acked = true
		}
	})
	return all, n
}

// mayWrite lists the kinds of entries that a party may write next.
func (w Lives) mayWrite(s *Lines, x int, done *vector) (set uint16) {
	all, n := w.choices(s, done, x)
	if n == 0 {
		set = 1<<w.Texts - 1
		if x == oldA || !w.Willing {
			set |= 1 << eDecline
		}
		return set
	}
	c := all[n-1]
	if c.text == 0 || c.acked || c.withdrew {
		return 0
	}
	if x == oldA || !w.Willing {
		set = 1 << eWithdraw
	}
	if w.mayAck(s, x, done, c.text) {
		set |= 1 << (eAck1 + c.text - 1)
	}
	return set
}

// mayAck reports whether every other party has sealed the text that a party sealed itself, and has done so, too, on the line of its logs that this party follows, as far as it has given receipts for it.
func (w Lives) mayAck(s *Lines, x int, done *vector, text uint8) bool {
	var held vector
	for slot := range slots {
		held[slot] = w.gives(s, x, slot)
	}
	for p := range w.Count {
		if p == x {
			continue
		}
		all, n := w.choices(s, done, p)
		if n == 0 || all[0].text != text || all[0].withdrew {
			return false
		}
		if at := w.line(s, done, &held, p); at.text != text || at.fate == fLeft {
			return false
		}
	}
	return true
}

// gives is how much of a log x has given a receipt for, as it remembers.
func (w Lives) gives(s *Lines, x, slot int) uint8 {
	if x == oldA {
		return s.nodes[x].have[slot]
	}
	return w.receipts(s, x, slot)
}

// hear lets a party store the next entry of a log.
func (w Lives) hear(s *Lines, x int, done *vector, yield func(Deed, *Lines)) {
	have := s.nodes[x].have
	for slot := range slots {
		if have[slot] == s.size[slot] || slot == s.pen(x) {
			continue
		}
		if slot == newA && have[newA] == 0 {
			w.takeUp(s, x, done, yield)
			continue
		}
		t := *s
		t.nodes[x].have[slot]++
		w.look(&t, x)
		yield(Deed{kind: dHear, x: x, slot: slot}, &t)
	}
}

// takeUp begins A's new generation at another party, and confirms it: node.admit.
func (w Lives) takeUp(s *Lines, x int, done *vector, yield func(Deed, *Lines)) {
	for slot, n := range s.logs[newA][0].past {
		if slot != newA && n > done[slot] {
			return
		}
	}
	if done[oldA] < s.nodes[x].have[oldA] && w.Slip != EarlyTakeUp {
		return
	}
	t, past := *s, *done
	past[newA] = 1
	t.append(x, eConfirm, past)
	t.nodes[x].gave, t.nodes[x].have[newA], t.nodes[x].have[x] = s.nodes[x].have[oldA], 1, t.size[x]
	w.look(&t, x)
	yield(Deed{kind: dHear, x: x, slot: newA}, &t)
}

// lose lets A go back to a day on which it had less, and begin anew. It may have been any day: of its own log it had so much, and of the others' no less than its last entry had seen, and no more than its next one had.
func (w Lives) lose(s *Lines, yield func(Deed, *Lines)) {
	have := s.nodes[oldA].have
	for n := range have[oldA] { // it loses one entry at least
		var least vector
		if n > 0 {
			least = s.logs[oldA][n-1].past
		}
		most := s.logs[oldA][n].past
		for b := least[logB]; b <= most[logB]; b++ {
			for c := least[logC]; c <= most[logC]; c++ {
				w.open(s, Deed{kind: dLose}, vector{n, b, c}, yield)
			}
		}
	}
}

// open lets A begin anew with what it remembers.
func (w Lives) open(s *Lines, d Deed, have vector, yield func(Deed, *Lines)) {
	done := w.fold(s, have)
	if done != have {
		return // there was no such day
	}
	t := *s
	a := &t.nodes[oldA]
	t.once = [Parties]uint8{0, a.have[logB], a.have[logC]}
	t.append(newA, eOpen, have)
	a.have = have
	a.have[newA] = 1
	if d.kind == dLose {
		a.shown = 0 // it may show less than it once did; what it has shown, the others were shown or will be
	}
	d.at = have
	yield(d, &t)
}

// thief adds to A's old log what the key of its node can sign.
func (w Lives) thief(s *Lines, yield func(Deed, *Lines)) {
	n := s.size[oldA]
	if !w.Thief || n == 3 {
		return
	}
	past := s.logs[newA][0].past
	if n > 0 {
		past = past.join(s.logs[oldA][n-1].past)
	}
	full := past
	for y := logB; y < w.Count; y++ {
		for i, e := range s.logs[y][:s.size[y]] {
			if e.past[newA] == 0 {
				full[y] = max(full[y], uint8(i+1))
			}
		}
	}
	for _, p := range []vector{past, full} {
		p[oldA], p[newA] = n, 0
		for set := w.mayForge(s, &p); set != 0; set &= set - 1 {
			kind := lowest(set)
			t := *s
			t.append(oldA, kind, p)
			yield(Deed{kind: dThief + kind}, &t)
		}
		if full == past {
			break
		}
	}
}

// mayForge is what would be valid at a place. The seal keys were not stolen: a thief seals nothing.
func (w Lives) mayForge(s *Lines, past *vector) (set uint16) {
	all, n := w.choices(s, past, oldA)
	if n == 0 {
		return 1 << eDecline
	}
	c := all[0]
	if c.text == 0 || c.acked || c.withdrew {
		return 0
	}
	set = 1 << eWithdraw
	for p := logB; p < w.Count; p++ {
		if o, m := w.choices(s, past, p); m == 0 || o[0].text != c.text || o[0].withdrew {
			return set
		}
	}
	return set | 1<<(eAck1+c.text-1)
}
