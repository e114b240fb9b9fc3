package model

import (
	"strings"
	"testing"
)

// lives are explored to the end in every run: a party that loses what it wrote last on any day, or whose node key is stolen, and the others, who hear of everything late or never.
var lives = []struct {
	name string
	Lives
}{
	{"two parties, two texts, one has its key stolen", Lives{Count: 2, Texts: 2, Thief: true}},
	{"two parties and a liar, one has its key stolen", Lives{Count: 2, Texts: 1, Thief: true, Liar: true}},
	{"two parties, two texts, one begins anew", Lives{Count: 2, Texts: 2}},
	{"two parties and a liar, two texts, one begins anew", Lives{Count: 2, Texts: 2, Liar: true}},
}

// largerLives are for a soak.
var largerLives = []struct {
	name string
	Lives
}{
	{"three parties, one has its key stolen, the others refuse nothing", Lives{Count: 3, Texts: 1, Thief: true, Willing: true}},
	{"three parties, one begins anew, the others refuse nothing", Lives{Count: 3, Texts: 1, Willing: true}},
	{"three parties, one begins anew", Lives{Count: 3, Texts: 1}},
}

// SPEC one-line, generation-cut, generation-vouched: whatever a party has lost of its log, and whoever has its old key, nobody is shown what cannot be true beside what anybody was shown before; what was given a receipt
// for counts, and what came later does not.
func TestEveryGeneration(t *testing.T) {
	explored, limit := lives, 20_000_000
	if *bound > 0 {
		explored, limit = append(lives[:len(lives):len(lives)], largerLives...), *bound
	}
	few := testing.Short() || underRace
	if few {
		explored = lives[:2]
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
		case r.Exhausted && (r.Adopted == 0 || r.Failed == 0):
			t.Errorf("%s: nothing was ever adopted, or nothing failed: the model says nothing", w.name)
		}
	}
	if states < 3_000_000 && !few {
		t.Errorf("only %d states", states)
	}
}

// Each way in which the rule of generations could be wrong is found. Two of them were in the code.
func TestSlipsAreFound(t *testing.T) {
	for _, c := range []struct {
		name string
		Lives
		Slip
		invariants string
	}{
		{"what a party does in ignorance counts beside what it had acknowledged", Lives{Count: 2, Texts: 1}, LaterActsCount, "A1 A4"},
		{"receipts for the old generation go on after the new one was confirmed", Lives{Count: 2, Texts: 1, Liar: true}, NoCut, "A1"},
		{"a seal counts across generations before it is known what their witness had of the old one", Lives{Count: 2, Texts: 1}, NoConfirm, "A1"},
		{"a generation is taken up before everything receipted is folded", Lives{Count: 3, Texts: 1, Willing: true}, EarlyTakeUp, "K1"},
		{"what its party has lost never counts again", Lives{Count: 2, Texts: 1}, StatedEndIsTheEnd, "K1"},
		{"the old key still counts after its replacement", Lives{Count: 2, Texts: 1, Thief: true}, OldKeyCounts, "K1"},
		{"a node that folds anew takes the old log to its last entry", Lives{Count: 2, Texts: 1}, FoldsAnew, "K1"},
		{"acknowledging in two generations counts twice", Lives{Count: 2, Texts: 1}, CountedTwice, "A1"},
	} {
		w := c.Lives
		w.Slip = c.Slip
		found(t, c.name, w.Search(3_000_000), strings.Fields(c.invariants)...)
	}
}
