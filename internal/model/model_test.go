package model

import (
	"flag"
	"slices"
	"strings"
	"testing"
)

var bound = flag.Int("states", 0, "how many states TestEveryState may look at in each world; 0: all there are in the usual ones")

// worlds are explored to the end in every run, more than 5,000,000 states: lost, late and repeated messages, refusals, withdrawals, different texts, machines restored with their marks
// and without, and a party that signs anything.
var worlds = []struct {
	name string
	World
}{
	{"two parties, two texts, one restored with its marks", World{Count: 2, Liar: -1, Texts: 2, Restorers: 1, Heads: true}},
	{"one party and a liar, two texts, restored with its marks", World{Count: 2, Liar: 1, Texts: 2, Restorers: 1, Heads: true}},
	{"two parties, one restored without its marks, asking before it writes", World{Count: 2, Liar: -1, Texts: 1, Restorers: 1, Marks: Lost}},
	{"two parties and a liar", World{Count: 3, Liar: 2, Texts: 1, Heads: true}},
}

// larger are for a soak: they do not end within minutes.
var larger = []struct {
	name string
	World
}{
	{"two parties, both restored with their marks", World{Count: 2, Liar: -1, Texts: 1, Restorers: 3, Heads: true}},
	{"two parties and a liar, two texts", World{Count: 3, Liar: 2, Texts: 2, Heads: true}},
	{"two parties and a liar, one restored with its marks", World{Count: 3, Liar: 2, Texts: 1, Restorers: 1, Heads: true}},
	{"two parties and a liar, one restored without its marks", World{Count: 3, Liar: 2, Texts: 1, Restorers: 1, Marks: Lost}},
	{"three parties", World{Count: 3, Liar: -1, Texts: 1, Heads: true}},
}

// SPEC adopted, failed-round: in no state that the rule lets the world come to have two people been shown what cannot both be true.
func TestEveryState(t *testing.T) {
	explored, limit := worlds, 20_000_000
	if *bound > 0 {
		explored, limit = append(worlds[:len(worlds):len(worlds)], larger...), *bound
	}
	few := testing.Short() || underRace
	if few {
		explored = worlds[:2]
	}
	states := 0
	for _, w := range explored {
		r := w.Search(limit)
		states += r.States
		t.Logf("%s: %v", w.name, r)
		switch {
		case r.Found != "":
			t.Errorf("%s: %v", w.name, r)
		case !r.Exhausted && *bound == 0:
			t.Errorf("%s: not all states were looked at", w.name)
		case r.Adopted == 0 || r.Failed == 0:
			t.Errorf("%s: nothing was ever adopted, or nothing failed: the model says nothing", w.name)
		}
	}
	if states < 5_000_000 && !few {
		t.Errorf("only %d states", states)
	}
}

// Each way in which the rule could be wrong leads to a contradiction, and the search finds it. If it did not, TestEveryState would prove nothing.
func TestBreaksAreFound(t *testing.T) {
	pair, liar, three := World{Count: 2, Liar: -1, Texts: 2}, World{Count: 2, Liar: 1, Texts: 1}, World{Count: 3, Liar: 2, Texts: 1}
	for _, c := range []struct {
		name string
		World
		Break
		Marks
		restorers int
		heads     bool
		invariant string
	}{
		{"a seal can be withdrawn after its acknowledgement", pair, WithdrawAfterAck, Kept, 0, false, "A1"},
		{"bare seals count", pair, BareSealsCount, Kept, 0, false, "A1"},
		{"a witness cosigns two branches", liar, TwoBranches, Kept, 0, false, "A1"},
		{"a clock ends a round", pair, ClockExpiry, Kept, 0, false, "A1"},
		{"a withdrawal counts before anybody has cosigned it", liar, UnilateralWithdrawal, Kept, 0, false, "A1"},
		{"what nobody has cosigned counts", pair, UncosignedCounts, Kept, 0, false, "A1"},
		{"one witness is enough", three, OneWitnessSuffices, Kept, 0, false, "A1"},
		{"a second choice in one round", pair, SecondChoice, Kept, 0, false, "A1"},
		{"marks are lost and nobody is asked: a liar profits", liar, Nothing, Naive, 1, false, "A1"},
		{"marks are lost and nobody is asked: the node signs two histories", pair, Nothing, Naive, 1, true, "L3"},
		{"marks are lost, and whoever answers first is believed", three, BelieveFirstAnswer, Lost, 1, true, "L3"},
	} {
		if c.Break == OneWitnessSuffices && (testing.Short() || underRace) {
			continue // it hides behind two million states
		}
		w := c.World
		w.Break, w.Marks, w.Restorers, w.Heads = c.Break, c.Marks, c.restorers, c.heads
		found(t, c.name, w.Search(3_000_000), c.invariant)
	}
}

// found checks that a search under a broken rule comes to one of the contradictions that it must come to.
func found(t *testing.T, name string, r Result, invariants ...string) {
	t.Helper()
	if !slices.ContainsFunc(invariants, func(i string) bool { return strings.HasPrefix(r.Found, i) }) {
		t.Errorf("%s: %v; want %s", name, r, strings.Join(invariants, " or "))
		return
	}
	t.Logf("%s: %v", name, r)
}
