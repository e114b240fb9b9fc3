package record

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/party"
)

// reopens is the opening of b's second generation, which has seen so much beyond the end of a's first one.
func (x *lines) reopens(more int64, seen ...entry.Seen) Input {
	e := x.opening(4, party.Loss, x.base[1], map[charter.PartyID]ssh.Signer{"b": x.keys[1]}, append(seen, x.old(more), x.head(2, x.knew[2]))...)
	slices.SortFunc(e.Seen, func(a, b entry.Seen) int { return slices.Compare([]byte(a.Origin), []byte(b.Origin)) })
	leaf, err := e.Encode()
	must(x.t, err)
	return Input{Party: 1, Gen: 2, Leaf: leaf}
}

// What somebody else brought as the opening of a generation, and what somebody promised of the one before, keeps no opening from being tried. SPEC generation-vouched.
func TestAnOpeningIsTriedWhateverCameBefore(t *testing.T) {
	for name, before := range map[string]func(x *lines) (Input, int64){
		"one that has seen what does not exist": func(x *lines) (Input, int64) { return x.reopens(2, entry.Seen{Origin: x.origin(3), Size: 1 << 30}), 0 },
		"more was promised":                     func(x *lines) (Input, int64) { return x.reopens(3), x.base[1] + 1 },
	} {
		x := lost(t, party.Loss)
		r := x.reader(2, map[int]int64{3: 1})
		r.receive(0, 1<<30)
		in, need := before(x)
		if _, ready, err := r.fold.Admit(r, in, need); ready || err != nil || r.fold.Lent() {
			t.Fatalf("%s: ready %t, %v, or its word is taken", name, ready, err)
		}
		if _, ready, err := r.fold.Admit(r, x.reopens(3), x.base[1]); ready || err != nil || !r.fold.Lent() {
			t.Errorf("%s: ready %t, %v, or the word of the right one is not taken", name, ready, err)
		}
	}
}

// reading counts how many entries are read that wait.
type reading struct {
	*replica
	leaves int
}

func (r *reading) Leaf(slot int, index int64) ([]byte, [32]byte, error) {
	r.leaves++
	return r.replica.Leaf(slot, index)
}

// A liar lets a long log wait for a word that never comes, or for a thing that comes piece by piece. However often it is tried, and whatever happens in between, each of its entries is read a few times and not each time
// anew. SPEC generation-vouched.
func TestWhatWaitsIsNotReadAgainForEachTrial(t *testing.T) {
	const many = 60
	x := lost(t, party.Loss)
	x.confirms(1, x.whole(3))
	for i := range many { // b knew, and vouches for nothing
		x.tables(2, "c-all", fmt.Sprintf("c-%d", i))
	}
	at := x.tables(1, "b-all", "b", x.old(3))
	for i := range int64(many) {
		x.tables(1, "b-all", fmt.Sprintf("b-%d", i), x.head(2, x.base[2]+i+1))
	}
	x.tables(3, "a-all", "a", x.old(3), x.whole(1), x.whole(2))
	r := x.reader(0, map[int]int64{3: 1})
	r.have[0], r.have[1], r.have[3] = int64(len(x.logs[0])), int64(len(x.logs[1])), 2
	r.foldAll()
	counted := &reading{replica: r}
	for i := range int64(many) {
		r.have[2] = x.base[2] + i + 1
		in := r.input(2, x.base[2]+i)
		out, ready, err := r.fold.Fold(counted, in)
		if !ready || err != nil {
			t.Fatalf("ready %t, %v", ready, err)
		}
		r.keep(in, out)
		for _, slot := range []int{1, 3} {
			if _, ready, err := r.fold.Fold(counted, r.input(slot, r.fold.Applied()[slot])); ready || err != nil {
				t.Fatalf("log %d: ready %t, %v", slot, ready, err)
			}
		}
	}
	if n := r.fold.Applied(); n[0] != x.base[0] || n[1] != at || n[2] != x.base[2]+many {
		t.Fatalf("%v are folded", n)
	}
	if counted.leaves > 5*many {
		t.Errorf("%d entries were read for %d trials", counted.leaves, 2*many)
	}
	if counted.leaves == 0 {
		t.Error("nothing was tried: this test looks at nothing")
	}
}

// An entry that is void only because of what it has seen waits for that, as any other does, and for all that it waits for. What it says to have seen counts for nothing then. SPEC generation-vouched, seen-closed.
func TestAVoidEntryVouchesForNothingAndNeedsWhatItHasSeen(t *testing.T) {
	x := lost(t, party.Loss)
	knew := x.confirms(2, x.whole(3))
	x.tables(2, "c-all", "c", x.old(4)) // c knew, and vouches for nothing
	at := x.tables(1, "b-all", "b", x.old(2), x.whole(2))
	r := x.reader(0, map[int]int64{3: 1})
	for slot := range 3 {
		r.have[slot] = int64(len(x.logs[slot]))
	}
	for _, slot := range []int{2, 1, 2, 1} {
		for r.fold.Applied()[slot] < r.have[slot] {
			in := r.input(slot, r.fold.Applied()[slot])
			out, ready, err := r.fold.Fold(r, in)
			must(t, err)
			if !ready {
				break
			}
			r.keep(in, out)
		}
	}
	if n := r.fold.Applied(); r.fold.Stirred() || n[0] != x.base[0] || n[1] != at || n[2] != knew+1 {
		t.Errorf("%v are folded, or somebody's word is taken", n)
	}
	// So does whoever has seen the void one: b's next generation would vouch for less than has to count before it.
	x.renews(at+1, x.old(2), x.head(2, x.knew[2]))
	if _, ready, err := r.fold.Admit(r, x.first(4), 0); ready || err != nil || r.fold.Lent() || r.fold.Stirred() {
		t.Errorf("what has seen the void one: ready %t, %v, or its word is taken", ready, err)
	}
	first := x.reader(0, nil) // who heard of it before a began anew counts it, and finds it void
	for _, slot := range []int{0, 3, 2, 1} {
		first.receive(slot, 1<<30)
	}
	if got := first.voids[fmt.Sprintf("1-%d", at)]; got != "entry.past_not_closed" {
		t.Errorf("it is void with %q", got)
	}
}

// A thief has the seal key that b replaced, and opens b's next generation behind an entry from before that, having seen what nobody vouches for beyond the end of a's log. Behind what waits for that, in b's log, is the
// succession. So his word lets in what shows that he is late: the generation is refused then, and what he vouched for does not count for whoever folds anew. SPEC generation-key-replaced, generation-vouched.
func TestAnOpeningLetsInWhatShowsThatItIsLate(t *testing.T) {
	x := lost(t, party.Loss)
	x.confirms(1, x.whole(3))
	x.tables(1, "b-all", "b", x.old(3)) // b knew, and vouches for nothing
	at := x.succeeds(1, 1, x.keys[1], spare(t, 1))
	in := x.reopens(3)
	r := x.reader(2, map[int]int64{3: 1})
	r.receive(0, 1<<30)
	r.receive(1, 1<<30)
	if n := r.fold.Applied(); n[0] != x.base[0] || n[1] != x.base[1]+1 {
		t.Fatalf("before the thief comes %v are folded", n)
	}
	if _, ready, err := r.fold.Admit(r, in, 0); ready || err != nil || !r.fold.Lent() {
		t.Fatalf("ready %t, %v, or its word is not taken", ready, err)
	}
	r.foldAll()
	if n := r.fold.Applied(); n[0] != x.base[0]+3 || n[1] != at+1 {
		t.Fatalf("on his word %v are folded", n)
	}
	if _, _, err := r.fold.Admit(r, in, 0); key(err) != "party.key_replaced" || r.fold.Lent() {
		t.Errorf("he is taken up, or vouches once more: %v", err)
	}
	again := x.reader(2, map[int]int64{3: 1})
	again.receive(0, 1<<30)
	again.receive(1, 1<<30)
	if _, ready, err := again.fold.Admit(again, in, -1); ready || err != nil || again.fold.Lent() || again.fold.Stirred() || again.fold.Applied()[0] != x.base[0] {
		t.Errorf("who folds anew and does not believe him: ready %t, %v, %v", ready, err, again.fold.Applied())
	}
}

// The opening of a generation may be among what is tried, where it is stored and not folded yet: then it says where the one before ends, and who vouches for what lies beyond. SPEC generation-vouched.
func TestAnOpeningThatIsOnlyTriedEndsItsLog(t *testing.T) {
	for name, c := range map[string]struct {
		reason party.Reason
		says   bool // c's entry says itself what b's have seen; if not, it is void
		ok     bool
	}{"by a void entry, behind one who knew": {party.Loss, false, false}, "by one who hears of it with that": {party.Loss, true, true}, "by nobody, after a settlement": {party.Fork, true, false}} {
		x := lost(t, c.reason)
		x.confirms(1, x.whole(3))
		x.tables(1, "b-all", "b", x.old(4))
		seen := []entry.Seen{x.whole(1), x.whole(3)}
		if c.says {
			seen = append(seen, x.old(4))
		}
		due := x.tables(2, "c-all", "c", seen...)
		r := x.reader(0, nil)
		r.fold.AddLog(Head{Party: 0, Gen: 2})
		for slot := range x.logs {
			r.have[slot] = int64(len(x.logs[slot]))
		}
		in := r.input(2, due)
		trial := r.fold.try(r)
		at, ok, err := trial.stand(in)
		if err != nil || !ok || at.whole().At(0) != x.base[0]+4 || at.whole().At(3) != 1 {
			t.Fatalf("%s: it needs %v, %t, %v", name, at.whole(), ok, err)
		}
		needs, ended, ok, err := trial.vouchedFor(in, at)
		if err != nil || ok != c.ok || ok && (!ended[0] || ended[1] || needs.At(0) != x.base[0]+4) {
			t.Errorf("%s: is vouched for %t, %v; %v is needed, ended are %v", name, ok, err, needs, ended)
		}
		fails := &failing{Source: r, at: 1, kind: map[string]int{}}
		trial.Source = fails
		if _, _, ok, err := trial.vouchedFor(in, at); ok || !errors.Is(err, errDisk) || fails.kind["leaf"] != 1 {
			t.Errorf("%s: with a store that fails %t, %v", name, ok, err)
		}
	}
}

// Of two contested logs whatever an entry has seen counts as what is common, so that liars can let each wait for the other: nothing is placed then, and the trial ends. SPEC fork-common.
func TestWhatWaitsForItselfIsNotPlaced(t *testing.T) {
	x := newLines(t)
	other := func(slot int) entry.Seen {
		return entry.Seen{Origin: x.origin(slot), Size: x.base[slot] + 5, Root: [32]byte{0xf0}}
	}
	x.tables(0, "a-all", "a", other(1))
	x.tables(1, "b-all", "b", other(0))
	x.tables(2, "c-all", "c", other(0))
	for slot := range 3 { // itself in the ring, or behind it
		r := x.started(2)
		x.begin(8, r)
		r.fold.Contest(0, x.base[0]+1)
		r.fold.Contest(1, x.base[1]+1)
		r.hold(x.base, nil)
		for slot := range x.logs {
			r.have[slot] = int64(len(x.logs[slot]))
		}
		if at, ok, err := r.fold.try(r).stand(r.input(slot, x.base[slot])); ok || err != nil {
			t.Errorf("the entry of log %d stands at %v, %v", slot, at.Past, err)
		}
	}
}
