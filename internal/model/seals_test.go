package model

import "testing"

// SPEC generation-key-replaced: whatever the thief of a replaced seal key states, and whoever hears what when, nobody who knows of the succession counts what he signs unless another was fooled before; nobody is left
// apart by it; and the party opens the generation with the key that it has.
func TestEverySuccession(t *testing.T) {
	worlds := map[string]Keys{"three honest parties": {Acts: 2}, "its owner opens the generation, too": {Acts: 1, Owner: true}, "a liar": {Acts: 1, Owner: true, Liar: true}}
	few := testing.Short() || underRace
	if few {
		worlds = map[string]Keys{"three honest parties": {Acts: 1}}
	}
	states := 0
	for name, w := range worlds {
		r := w.Search(20_000_000)
		states += r.States
		t.Logf("%s: %d states, %d steps; the thief's generation is taken up in %d, the owner's in %d", name, r.States, r.Steps, r.Failed, r.Adopted)
		if r.Found != "" || !r.Exhausted {
			t.Errorf("%s: %v", name, r)
		}
		if r.Failed == 0 || w.Owner && r.Adopted == 0 {
			t.Errorf("%s: nobody was ever fooled, or the owner never heard: the model says nothing", name)
		}
	}
	if states < 1_000_000 && !few {
		t.Errorf("only %d states", states)
	}
}

// Each way in which the rule could be wrong is found. The first was in the code.
func TestLapsesAreFound(t *testing.T) {
	for _, c := range []struct {
		name string
		Keys
		Lapse
		invariant string
	}{
		{"a generation is judged at its head alone", Keys{Acts: 1}, JudgedAtHead, "K4"},
		{"who knows takes it up never", Keys{Acts: 1}, NeverAfterAll, "C1"},
		{"who knew as well is a witness", Keys{Acts: 1, Liar: true}, AnyWitness, "K4"},
		{"what a witness had seen before is forgotten", Keys{Acts: 1, Liar: true}, OnlyListed, "K4"},
		{"the key that is in force opens nothing either", Keys{Acts: 1, Owner: true}, OwnKeyRefused, "C1"},
	} {
		w := c.Keys
		w.Lapse = c.Lapse
		found(t, c.name, w.Search(3_000_000), c.invariant)
	}
}
