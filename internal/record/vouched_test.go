package record

import (
	"fmt"
	"slices"
	"testing"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/founding"
	"entente.example/internal/party"
)

// lost is a mechanism in which a wrote six texts and begins anew without them.
func lost(t testing.TB, reason party.Reason) *lines {
	x := newLines(t)
	for i := range 6 {
		x.tables(0, "a-all", fmt.Sprintf("lost-%d", i))
	}
	by := map[charter.PartyID]ssh.Signer{"a": x.keys[0]}
	if reason == party.Fork {
		by["b"], by["c"] = x.keys[1], x.keys[2]
	}
	x.append(3, x.opening(3, reason, x.base[0], by))
	return x
}

// old is a head of a's old generation with so many of the lost entries.
func (x *lines) old(more int64) entry.Seen { return x.head(0, x.base[0]+more) }

// everything is held by a reader that hears of the new generation before it hears of anything beyond the end of the old one.
func (x *lines) everything(me int) *replica {
	r := x.reader(me, map[int]int64{3: 1})
	for slot := range x.logs {
		r.receive(slot, 1<<30)
	}
	return r
}

// Beyond the stated end of a generation counts what another party's log had seen before, or in the entry in which, it first saw the next; to the last entry of that and none more. SPEC generation-vouched.
func TestWhatVouchesForEntriesBeyondTheEnd(t *testing.T) {
	for name, c := range map[string]struct {
		write func(x *lines)
		want  int64
	}{
		"nobody":                             {func(*lines) {}, 0},
		"an entry from before it knew":       {func(x *lines) { x.tables(1, "b-all", "b", x.old(3)) }, 3},
		"the entry that first sees the next": {func(x *lines) { x.confirms(1, x.old(3), x.whole(3)) }, 3},
		"an entry of somebody who knew":      {func(x *lines) { x.confirms(1, x.whole(3)); x.tables(1, "b-all", "b", x.old(3)) }, 0},
		"the party itself":                   {func(x *lines) { x.tables(3, "a-all", "a", x.old(3)) }, 0},
		"another history of the same size":   {func(x *lines) { s := x.old(3); s.Root[0] ^= 1; x.tables(1, "b-all", "b", s) }, 0},
		"two, the less first":                {func(x *lines) { x.tables(1, "b-all", "b", x.old(2)); x.tables(2, "c-all", "c", x.old(4)) }, 4},
		"two, the more first":                {func(x *lines) { x.tables(1, "b-all", "b", x.old(4)); x.tables(2, "c-all", "c", x.old(2)) }, 4},
		"one with another history, one with this": {func(x *lines) {
			s := x.old(5)
			s.Root[0] ^= 1
			x.tables(1, "b-all", "b", s)
			x.tables(2, "c-all", "c", x.old(2))
		}, 2},
		"more and more": {func(x *lines) {
			x.tables(1, "b-all", "b", x.old(1))
			x.tables(1, "b-all", "b-more", x.old(2))
			x.confirms(1, x.old(4), x.whole(3))
			x.tables(1, "b-all", "b-late", x.old(6))
		}, 4},
		"one whose next generation says it": {func(x *lines) {
			x.renews(x.base[1], x.old(3), x.head(2, x.knew[2]))
		}, 3},
	} {
		x := lost(t, party.Loss)
		c.write(x)
		whole := x.everything(2)
		if n := whole.fold.Applied()[0] - x.base[0]; n != c.want {
			t.Errorf("%s: %d count, not %d", name, n, c.want)
		}
		if whole.fold.Overshot() {
			t.Errorf("%s: what somebody vouches for is called too much", name)
		}
		// Who comes to it entry by entry, or is started again, comes to the same.
		r := x.reader(2, map[int]int64{3: 1})
		for slot := len(x.logs) - 1; slot >= 0; slot-- {
			for range x.logs[slot] {
				r.receive(slot, 1)
			}
		}
		if n := r.fold.Applied()[0] - x.base[0]; n != c.want {
			t.Errorf("%s, one after the other: %d count, not %d", name, n, c.want)
		}
		if c.want < 6 {
			if _, ready, err := r.restarted().Fold(r, r.input(0, x.base[0]+c.want)); ready || err != nil {
				t.Errorf("%s: after a start one more counts: %v, %v", name, ready, err)
			}
		}
		if c.want == 0 {
			continue
		}
		// And who had the rest of the old generation already, before it was started again, takes what is vouched for.
		late := x.reader(2, map[int]int64{3: 1})
		late.have[0] = int64(len(x.logs[0]))
		late.foldAll()
		late.fold = late.restarted()
		for slot := range x.logs {
			late.receive(slot, 1<<30)
		}
		if n := late.fold.Applied()[0] - x.base[0]; n != c.want {
			t.Errorf("%s, after a start: %d count, not %d", name, n, c.want)
		}
	}
}

// After the settlement of a fork nobody's word counts beyond the head that all sealed. SPEC fork-settled.
func TestNobodyVouchesBeyondASettledHead(t *testing.T) {
	x := lost(t, party.Fork)
	x.tables(1, "b-all", "b", x.old(3))
	x.confirms(2, x.old(2), x.whole(3))
	if r := x.everything(2); r.fold.Applied()[0] != x.base[0] {
		t.Errorf("%d count", r.fold.Applied()[0]-x.base[0])
	}
}

// The fold says once that something waits for what may be here, whenever somebody vouches for more; not when the same is offered again. SPEC generation-vouched.
func TestTheFoldIsStirredOnceByEachWord(t *testing.T) {
	x := lost(t, party.Loss)
	at := x.tables(1, "b-all", "b", x.old(2))
	r := x.reader(2, map[int]int64{3: 1})
	if _, ready, err := r.fold.Fold(r, r.input(1, at)); ready || err != nil || r.fold.Stirred() {
		t.Errorf("before what it has seen is here: ready %t, %v, or stirred", ready, err)
	}
	r.have[0] = int64(len(x.logs[0]))
	for i, want := range []bool{true, false, false} {
		if _, ready, err := r.fold.Fold(r, r.input(1, at)); ready || err != nil {
			t.Fatalf("it does not wait: %v, %v", ready, err)
		}
		if got := r.fold.Stirred(); got != want {
			t.Errorf("offered for the time %d: stirred %t", i, got)
		}
	}
	if r.fold.Stirred() {
		t.Error("it is stirred by being asked")
	}
	for name, c := range map[string]struct {
		slot int
		make func(x *lines) int64
	}{
		"the party itself":     {3, func(x *lines) int64 { return x.tables(3, "a-all", "a", x.old(2)) }},
		"one who knew already": {1, func(x *lines) int64 { x.confirms(1, x.whole(3)); return x.tables(1, "b-all", "b", x.old(2)) }},
	} {
		x := lost(t, party.Loss)
		at := c.make(x)
		r := x.reader(2, map[int]int64{3: 1})
		r.have[c.slot] = at
		r.foldAll()
		if _, ready, err := r.fold.Fold(r, r.input(c.slot, at)); ready || err != nil || r.fold.Stirred() {
			t.Errorf("%s: ready %t, %v, or stirred", name, ready, err)
		}
	}
	open := newLines(t) // while the generation is open, what is not here is just waited for
	open.tables(0, "a-all", "t")
	at = open.tables(1, "b-all", "b", open.whole(0))
	r = open.reader(2, nil)
	if _, ready, err := r.fold.Fold(r, r.input(1, at)); ready || err != nil || r.fold.Stirred() {
		t.Errorf("of an open generation: ready %t, %v, or stirred", ready, err)
	}
}

// What a log attests of a closed generation is what it had seen of it when it first saw the next, in each of its entries from the one after on; before that, and of all others and of its own, it is what the entry has seen. A log
// that goes on as a new generation attests what the one before had, if it goes on behind that place. SPEC generation-cut.
func TestWhatALogAttestsOfAClosedGeneration(t *testing.T) {
	x := lost(t, party.Loss)
	x.tables(1, "b-all", "b-0", x.old(1))
	x.confirms(1, x.old(2), x.whole(3)) // b's cut
	x.confirms(2, x.old(5), x.whole(3)) // c had more
	x.tables(1, "b-all", "b-1", x.whole(2), x.old(5))
	x.tables(3, "a-all", "a-1", x.head(1, x.base[1]+3), x.head(2, x.base[2]+1), x.old(5))
	x.renews(int64(len(x.logs[1])), x.old(5), x.whole(2), x.head(3, 1))
	r := x.everything(2)
	for _, fold := range []*Record{r.fold, r.restarted()} {
		for _, c := range []struct {
			slot          int
			index         int64
			seen, attests int64
		}{{1, x.base[1], 1, 1}, {1, x.base[1] + 1, 2, 2}, {1, x.base[1] + 2, 5, 2}, {2, x.base[2], 5, 5}, {3, 1, 5, 5}, {4, 0, 5, 2}} {
			past := r.rows[c.slot][c.index].Position.Past
			held, err := fold.held(r, c.slot, c.index, past)
			if err != nil || past.At(0)-x.base[0] != c.seen || held.At(0)-x.base[0] != c.attests {
				t.Errorf("entry %d of log %d has seen %d and attests %d, not %d and %d (%v)", c.index, c.slot, past.At(0)-x.base[0], held.At(0)-x.base[0], c.seen, c.attests, err)
			}
			if past.At(2) != held.At(2) || past.At(1) != held.At(1) || past.At(3) != held.At(3) {
				t.Errorf("entry %d of log %d has seen %v and attests %v", c.index, c.slot, past, held)
			}
		}
	}
}

// A party that begins anew where its log had not seen the other's new generation makes its own cut there, whatever its lost entries said. SPEC generation-cut.
func TestALogThatGoesOnBeforeItsCutMakesAnother(t *testing.T) {
	x := lost(t, party.Loss)
	size := int64(len(x.logs[1]))
	x.confirms(1, x.old(2), x.whole(3))
	x.confirms(2, x.old(5), x.whole(3))
	x.renews(size, x.old(5), x.whole(2), x.head(3, 1))
	r := x.everything(2)
	held, err := r.fold.held(r, 4, 0, r.rows[4][0].Position.Past)
	if err != nil || held.At(0)-x.base[0] != 5 {
		t.Errorf("it attests %d, %v", held.At(0)-x.base[0], err)
	}
}

// Who has seen more of a contested log than is common vouches for what is common, whichever history it was: of a generation that was closed below that, too, and whether one hears of the end or of the entries first. SPEC fork-common, generation-vouched.
func TestWhoHasSeenAnotherHistoryVouchesForTheCommonPart(t *testing.T) {
	for name, seen := range map[string]func(x *lines) entry.Seen{
		"another history": func(x *lines) entry.Seen { return x.forked(6) },
		"this history":    func(x *lines) entry.Seen { return x.old(6) },
		"just the common": func(x *lines) entry.Seen { return x.old(4) },
	} {
		for _, first := range []int{0, 3} {
			x := lost(t, party.Loss)
			at := x.tables(1, "b-all", "b", seen(x))
			r := x.started(2)
			x.begin(8, r)
			r.fold.Contest(0, x.base[0]+4)
			r.hold(x.base, nil)
			for _, slot := range []int{first, 3, 1, 0} {
				r.receive(slot, 1<<30)
			}
			if n := r.fold.Applied(); n.At(0) != x.base[0]+4 || n.At(1) != at+1 || r.fold.LastPast(1).At(0) != x.base[0]+4 {
				t.Errorf("%s, log %d first: %d of a's old generation count, and %d of b's log", name, first, n.At(0)-x.base[0], n.At(1)-at)
			}
		}
	}
}

// A party may begin anew before another has written anything: that one's first entry is its cut. SPEC generation-cut.
func TestAPartyBeginsAnewBeforeAnotherHasJoined(t *testing.T) {
	u := newUniverse(t)
	x := &lines{begun: &begun{universe: u}}
	x.begin(8)
	join := founding.Join{Charter: u.bytes}
	x.append(0, x.compose(0, entry.Node.Member, founding.Matter, join))
	x.append(0, x.compose(0, "a-all", "party/a", party.Announce{Generation: 2, Keys: u.doc.Parties[0].Keys.Node()}))
	e := x.opening(3, party.Loss, 1, map[charter.PartyID]ssh.Signer{"a": x.keys[0]}, x.head(1, 0), x.head(2, 0))
	e.Seen = slices.DeleteFunc(e.Seen, func(s entry.Seen) bool { return s.Size == 0 })
	x.append(3, e)
	x.append(2, x.compose(2, entry.Node.Member, founding.Matter, join, x.whole(0), x.whole(3)))
	r := u.replica(1)
	x.begin(8, r)
	for _, slot := range []int{0, 3, 2} {
		r.have[slot] = min(1, int64(len(x.logs[slot])))
		r.foldAll()
	}
	r.receive(0, 1)
	if n := r.fold.Applied(); n.At(0) != 2 || n.At(2) != 1 || len(r.voids) != 0 {
		t.Fatalf("%v are folded, void are %v", n, r.voids)
	}
	k, ok, err := r.fold.cutOf(r, 2, 0)
	if err != nil || !ok || k != (cut{0, 2}) {
		t.Errorf("c's cut is %+v, %t, %v", k, ok, err)
	}
}

// A word and the entry that gives it count together. Whoever hears first what a party wrote beyond the end of its own log, and whoever hears of that end first, come to the same, whatever else the entry claims. SPEC generation-vouched.
func TestAWordCountsWithItsEntryOrNotAtAll(t *testing.T) {
	none := [32]byte{0xee}
	for name, c := range map[string]struct {
		write func(x *lines) int64 // what b writes; where its log ends, by what it says afterwards
		after func(x *lines)       // what others write who had it before they knew of b's next generation
		want  charter.Past         // how much more counts of a's old generation, and of b's and c's
	}{
		"it has seen what does not exist": {func(x *lines) int64 {
			return x.tables(1, "b-all", "b", x.old(4), entry.Seen{Origin: x.origin(2), Size: x.base[2] + 7, Root: none})
		}, nil, charter.Past{0, 0, 0}},
		"it has seen another history of c": {func(x *lines) int64 {
			s := x.head(2, x.base[2])
			s.Root = none
			return x.tables(1, "b-all", "b", x.old(4), s)
		}, nil, charter.Past{0, 0, 0}},
		"it has seen a generation that never comes": {func(x *lines) int64 {
			return x.tables(1, "b-all", "b", x.old(4), entry.Seen{Origin: x.origin(5), Size: 1, Root: none})
		}, nil, charter.Past{0, 0, 0}},
		"nobody had it": {func(x *lines) int64 { return x.tables(1, "b-all", "b", x.old(4), x.whole(2)) }, nil, charter.Past{0, 0, 0}},
		"c had it": {func(x *lines) int64 { return x.tables(1, "b-all", "b", x.old(4), x.whole(2)) }, func(x *lines) {
			x.tables(2, "c-all", "c", x.old(4), x.whole(1))
		}, charter.Past{4, 1, 1}},
		"c had it, and knew how a goes on": {func(x *lines) int64 { return x.tables(1, "b-all", "b", x.old(4), x.whole(2)) }, func(x *lines) {
			x.confirms(2, x.whole(3))
			x.tables(2, "c-all", "c", x.old(4), x.whole(1))
		}, charter.Past{4, 1, 2}},
		"c, who knew how a goes on, had more of a": {func(x *lines) int64 { return x.tables(1, "b-all", "b", x.old(4), x.whole(2)) }, func(x *lines) {
			x.confirms(2, x.whole(3))
			x.tables(2, "c-all", "c", x.old(5), x.whole(1))
		}, charter.Past{0, 0, 1}},
		"c had it, and what does not exist": {func(x *lines) int64 { return x.tables(1, "b-all", "b", x.old(4), x.whole(2)) }, func(x *lines) {
			x.tables(2, "c-all", "c", x.old(4), x.whole(1), entry.Seen{Origin: x.origin(3), Size: 9, Root: none})
		}, charter.Past{0, 0, 0}},
		"two entries, each with a word": {func(x *lines) int64 {
			end := x.tables(1, "b-all", "b", x.old(2), x.whole(2))
			x.tables(1, "b-all", "b-more", x.old(4))
			return end
		}, func(x *lines) { x.tables(2, "c-all", "c", x.old(4), x.whole(1)) }, charter.Past{4, 2, 1}},
		"two entries, of which c had one": {func(x *lines) int64 {
			end := x.tables(1, "b-all", "b", x.old(2), x.whole(2))
			x.tables(1, "b-all", "b-more", x.old(4))
			return end
		}, func(x *lines) { x.tables(2, "c-all", "c", x.old(2), x.head(1, x.base[1]+1)) }, charter.Past{2, 1, 1}},
	} {
		x := lost(t, party.Loss)
		end := c.write(x)
		if c.after != nil {
			c.after(x)
		}
		x.renews(end, x.head(0, x.base[0]), x.head(2, x.base[2]))
		for _, order := range [][]int{{3, 4, 0, 1, 2}, {4, 3, 2, 1, 0}, {2, 1, 0, 4, 3}, {0, 1, 3, 2, 4}} {
			r := x.reader(0, map[int]int64{3: 1, 4: 1}) // it knows of both ends before anything beyond
			for _, slot := range order {
				r.receive(slot, 1<<30)
			}
			for slot, base := range x.base {
				if got := r.fold.Applied()[slot] - base; got != c.want[slot] {
					t.Errorf("%s: logs in the order %v: %d more count of log %d, not %d", name, order, got, slot, c.want[slot])
				}
			}
			if len(r.voids) > 0 {
				t.Errorf("%s: void are %v", name, r.voids)
			}
			first := x.reader(2, map[int]int64{3: 1}) // and this one of b's end last
			for _, slot := range order {
				if slot != 4 {
					first.receive(slot, 1<<30)
				}
			}
			if c.want[0] == 0 && c.after == nil && c.want[1] == 0 && name != "nobody had it" && first.fold.Applied()[0] != x.base[0] {
				t.Errorf("%s: before b's end was known %d more counted", name, first.fold.Applied()[0]-x.base[0])
			}
		}
	}
}

// What was missing when a word was tried comes later: then it counts. SPEC generation-vouched.
func TestAWordIsTriedAgainOnceWhatWasMissingIsHere(t *testing.T) {
	x := lost(t, party.Loss)
	x.tables(2, "c-all", "c")
	at := x.tables(1, "b-all", "b", x.old(4), x.whole(2))
	r := x.reader(0, map[int]int64{3: 1})
	r.receive(0, 1<<30)
	r.receive(1, 1<<30)
	if n := r.fold.Applied(); n[0] != x.base[0] || n[1] != at {
		t.Fatalf("before c's entry is here %d of a's old generation count, and %d of b", n[0]-x.base[0], n[1]-at)
	}
	r.receive(2, 1<<30)
	if n := r.fold.Applied(); n[0] != x.base[0]+4 || n[1] != at+1 {
		t.Errorf("after it %d of a's old generation count, and %d of b", n[0]-x.base[0], n[1]-at)
	}
}

// The opening of a generation vouches like any entry, but what it has seen is folded before it is taken up: so it has to be right first, and the generation before it complete as far as that was promised. SPEC generation-vouched, generation-sealed.
func TestAnOpeningVouchesOnlyIfItIsRight(t *testing.T) {
	for name, c := range map[string]struct {
		by   int // whose seal it has
		need int64
		lent bool
	}{"sealed by b": {1, 0, true}, "sealed by c": {2, 0, false}, "more of b is promised": {1, 1, false}, "nobody takes its word": {1, -1000, false}} {
		x := lost(t, party.Loss)
		e := x.opening(4, party.Loss, x.base[1], map[charter.PartyID]ssh.Signer{"b": x.keys[c.by]}, x.old(3), x.head(2, x.knew[2]))
		x.append(4, e)
		r := x.reader(2, map[int]int64{3: 1})
		r.receive(0, 1<<30)
		_, ready, err := r.fold.Admit(r, r.input(4, 0), x.base[1]+c.need)
		if ready || err != nil {
			t.Fatalf("%s: it does not wait: %v", name, err)
		}
		if lent := r.fold.Lent(); lent != c.lent || r.fold.Lent() || r.fold.Stirred() != c.lent {
			t.Errorf("%s: its word is taken: %v, want %v, said once", name, lent, c.lent)
		}
		want := x.base[0]
		if c.lent {
			want += 3
		}
		for slot := range 4 { // as a node does, which is told that something may be folded now
			r.receive(slot, 0)
		}
		if got := r.fold.Applied()[0]; got != want {
			t.Errorf("%s: %d count, not %d", name, got-x.base[0], want-x.base[0])
		}
	}
}

// What was promised of the generation before may wait for the same entries: then it is folded with them, by the opening's word, and the generation can be taken up. SPEC generation-vouched, generation-sealed.
func TestAnOpeningVouchesForWhatTheGenerationBeforeWaitsFor(t *testing.T) {
	x := lost(t, party.Loss)
	x.confirms(1, x.whole(3))
	end := x.tables(1, "b-all", "b", x.old(3)) // its author knew how a goes on
	x.renews(x.base[1], x.old(3), x.head(2, x.knew[2]))
	r := x.reader(2, map[int]int64{3: 1})
	r.receive(0, 1<<30)
	r.receive(1, 1<<30)
	if n := r.fold.Applied(); n[0] != x.base[0] || n[1] != end {
		t.Fatalf("before it is heard %d of a's old generation count, and %d of b's", n[0]-x.base[0], n[1]-end)
	}
	_, ready, err := r.fold.Admit(r, x.first(4), end+1)
	if ready || err != nil || !r.fold.Lent() {
		t.Fatalf("it does not wait, or its word is not taken: %v, %v", ready, err)
	}
	r.foldAll()
	if n := r.fold.Applied(); n[0] != x.base[0]+3 || n[1] != end+1 {
		t.Errorf("by its word %d of a's old generation count, and %d of b's", n[0]-x.base[0], n[1]-end)
	}
	if _, ready, err := r.fold.Admit(r, x.first(4), end+1); !ready || err != nil {
		t.Errorf("then it is not admitted: %v, %v", ready, err)
	}
}

// If that has seen more than the opening, which nobody vouches for, the opening's word is not taken: it would not let it in. SPEC generation-vouched.
func TestAnOpeningDoesNotVouchForMoreThanItHasSeen(t *testing.T) {
	x := lost(t, party.Loss)
	x.confirms(1, x.whole(3))
	end := x.tables(1, "b-all", "b", x.old(4))
	x.renews(x.base[1], x.old(3), x.head(2, x.knew[2]))
	for name, c := range map[string]struct {
		have, need int64
		lent       bool
	}{"all that was promised": {end + 1, end + 1, false}, "not all of it": {end, end + 1, false}, "what it has seen itself": {end + 1, end, true}} {
		r := x.reader(2, map[int]int64{3: 1})
		r.receive(0, 1<<30)
		r.have[1] = c.have
		r.foldAll()
		if _, ready, err := r.fold.Admit(r, x.first(4), c.need); ready || err != nil || r.fold.Lent() != c.lent {
			t.Errorf("%s: ready %t, %v, or its word is taken: %t, want the other", name, ready, err, !c.lent)
		}
	}
}

// What a node that folds anew has given a receipt for counts whatever the end of its log, but not after a settlement. SPEC generation-vouched, fork-settled.
func TestWhatHasAReceiptCountsForWhoGaveIt(t *testing.T) {
	for reason, more := range map[party.Reason]int64{party.Loss: 3, party.Fork: 0} {
		x := lost(t, reason)
		r := x.started(2)
		x.begin(8, r)
		r.fold.Vouch(0, x.base[0]+3)
		r.hold(x.base, map[int]int64{3: 1})
		r.receive(0, 1<<30)
		if n := r.fold.Applied()[0] - x.base[0]; n != more {
			t.Errorf("%s: %d count, not %d", reason, n, more)
		}
		if got, want := r.fold.Standing(0, x.base[0]+4)-x.base[0], map[bool]int64{true: 0, false: 4}[reason == party.Fork]; got != want {
			t.Errorf("%s: of four that are common %d stand, not %d", reason, got, want)
		}
	}
}

// A settlement says once and for all how much of a log stands. What turns out to be common afterwards changes nothing, and nobody waits for it; who folded more before is told so. SPEC fork-settled, fork-common.
func TestASettlementHoldsWhateverTurnsOutToBeCommon(t *testing.T) {
	for name, seen := range map[string]func(x *lines) entry.Seen{
		"another history":            func(x *lines) entry.Seen { return x.forked(6) },
		"more than is common":        func(x *lines) entry.Seen { return x.old(6) },
		"what has become common":     func(x *lines) entry.Seen { return x.old(4) },
		"less, and more than stands": func(x *lines) entry.Seen { return x.old(2) },
	} {
		for _, first := range []int{3, 0} {
			x := lost(t, party.Fork)
			at := x.tables(1, "b-all", "b", seen(x))
			r := x.started(2)
			x.begin(8, r)
			r.fold.Contest(0, x.base[0]+4)
			r.hold(x.base, nil)
			for _, slot := range []int{first, 3, 0, 1} {
				r.receive(slot, 1<<30)
			}
			if over := r.fold.Overshot(); over != (first == 0) {
				t.Errorf("%s, log %d first: more is folded than stands: %v", name, first, over)
			}
			if first == 0 {
				continue // it folds anew
			}
			if n := r.fold.Applied(); n[0] != x.base[0] || n[1] != at+1 || r.fold.LastPast(1).At(0) != x.base[0] {
				t.Errorf("%s: %d more of a's log count, %d of b's, which has seen %d more", name, n[0]-x.base[0], n[1]-at, r.fold.LastPast(1).At(0)-x.base[0])
			}
		}
	}
}
