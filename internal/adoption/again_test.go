package adoption

import (
	"testing"

	"entente.example/internal/charter"
)

// A party that lost its acknowledgement with a generation of its log acknowledges once more. Whichever of the two the others hold, the round is adopted, and stays so when the other comes to light: what was shown
// is never unshown. SPEC adopted
func TestEitherAcknowledgementCounts(t *testing.T) {
	c := charter.NewAs("m", &charter.Document{Parties: []charter.Party{{ID: "a"}, {ID: "b"}}})
	sealed := Choice{Statement: "s", Index: 1, Ack: 2, Withdrawn: -1}
	twice := sealed
	twice.Again = []Repeated{{Gen: 2, Index: 3}}
	round := &Round{Number: 1, Choices: map[charter.PartyID]Choice{"a": twice, "b": sealed}}
	for name, held := range map[string]struct {
		first, second int64 // how many entries of each generation of a's log b holds
		want          Outcome
	}{"the first": {3, 0, Adopted}, "the second": {2, 4, Adopted}, "both": {3, 4, Adopted}, "the seal alone": {2, 3, Pending}} {
		extra := func(_, p charter.PartyID, gen int) int64 {
			switch {
			case p == "b":
				return 3
			case gen == 1:
				return held.first
			}
			return held.second
		}
		if v := round.Verdict(c, extra); v.Outcome != held.want {
			t.Errorf("b holds %s: %s, want %s", name, v.Outcome, held.want)
		}
	}
}
