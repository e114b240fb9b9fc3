package record

import (
	"bytes"
	"testing"

	"github.com/go-json-experiment/json"

	"entente.example/internal/charter"
)

// Acts stay decoded while a matter is replayed again and again, so a state changes nothing in what it took from one: what each author of an act knew is the same from acts that other states were made from as from
// those that nothing was made from, and stays so.
func TestStatesShareActs(t *testing.T) {
	for seed := range uint64(60) {
		s := playLogic(t, 1+seed)
		for i, r := range s.rs {
			if i != s.liar {
				replaysAlike(t, r)
			}
		}
	}
}

// replaysAlike is part of what FuzzTextActs and its like look at, which play every kind of act.
func replaysAlike(t *testing.T, r *replica) {
	t.Helper()
	spell := func(s Subject) []byte {
		b, err := json.Marshal(s, json.Deterministic(true))
		must(t, err)
		return b
	}
	for key := range r.state {
		acts, err := r.fold.history(r, key)
		must(t, err)
		m := &matter{Stored: Stored{Key: key, Tops: charter.Past{1 << 40}}} // nobody has seen all of it
		var states []Subject
		for _, a := range acts {
			s, err := r.fold.stateAt(r, m, a.Past)
			must(t, err)
			states = append(states, s)
		}
		for i, a := range acts {
			clear(r.fold.acts)
			s, err := r.fold.stateAt(r, m, a.Past)
			must(t, err)
			if got, want := spell(states[i]), spell(s); !bytes.Equal(got, want) {
				t.Fatalf("%s as %s knew it is\n%s\nby acts that other states were made from, and not\n%s", key, a.ID(), got, want)
			}
		}
	}
}
