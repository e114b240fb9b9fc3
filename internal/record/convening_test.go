package record

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/meeting"
)

// A meeting that two parties convened without knowing of each other is the same on every node, also on one that read the meeting back from its store in between: what the state does
// not say is read from the matter's history. SPEC meeting-convened-twice.
func TestConveningsAreTheSameFromTheStore(t *testing.T) {
	const matter = "meeting/main/8"
	twice := 0
	for seed := range uint64(30) {
		rng := rand.New(rand.NewPCG(seed, 9))
		u := newUniverse(t)
		rs := u.found()
		forget := func(r *replica) {
			r.states()
			clear(r.fold.cache)
		}
		for range 30 {
			r := rs[rng.IntN(3)]
			r.receive(rng.IntN(3), rng.Int64N(3))
			if rng.IntN(3) == 0 {
				forget(r)
			}
			var b entry.Body
			switch rng.IntN(4) {
			case 0, 1:
				b = meeting.Enter{Series: "main", Number: 8, Status: "planned", Start: fmt.Sprintf("2026-%02d", 1+rng.IntN(12))}
			case 2:
				b = meeting.Recognise{Convening: fmt.Sprintf("%c-%d", 'a'+rng.IntN(3), 2+rng.IntN(3))}
			case 3:
				b = meeting.StandBack{}
			}
			_ = r.write(r.all(), matter, b) // many are refused
		}
		settle(rs)
		want := rs[0].states()
		for i := range 6 {
			r := rs[i%3]
			if i >= 3 {
				r = u.replay(i%3, rng)
			}
			if got := r.states(); !maps.Equal(got, want) {
				t.Fatalf("seed %d: replica %d differs\n%s\n%s", seed, i, got[matter], want[matter])
			}
			if len(r.voids) != 0 {
				t.Fatalf("seed %d: void %v", seed, r.voids)
			}
		}
		if strings.Contains(want[matter], `"convened":[`) {
			twice++
		} else if strings.Contains(want[matter], "convened") || strings.Contains(want[matter], "opened") {
			t.Fatalf("a meeting that was convened once is stored in other bytes than before: %s", want[matter])
		}
	}
	if twice == 0 || twice == 30 {
		t.Errorf("%d of 30 were convened twice: this test looks at one case only", twice)
	}
}
