package adoption

import (
	"testing"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/seal"
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

// A seal that was lost, given again in the next generation, and came to light after: the node acknowledges the newer one once and then owes nothing more. It looked at the older one, never saw
// that acknowledged, and wrote acknowledgements without end.
func TestASealThatComesToLightIsNotAcknowledgedForever(t *testing.T) {
	c := charter.NewAs("m", &charter.Document{Parties: []charter.Party{{ID: "a"}, {ID: "b"}}})
	all := func(charter.PartyID, int) int64 { return 10 }
	sealed := Choice{Statement: "s", Act: "b-1", Index: 1, Ack: -1, Withdrawn: -1}
	rounds := Rounds{List: []Round{{Number: 1, Choices: map[charter.PartyID]Choice{"a": sealed, "b": sealed}, Held: map[charter.PartyID]charter.Past{}}}}
	again := Choice{Statement: "s", Act: "a.2-1", Gen: 2, Index: 1, Ack: -1, Withdrawn: -1}
	rounds.List[0].Later = map[charter.PartyID][]Choice{"a": {again}}

	due := rounds.Due(c, "a", all)
	if len(due) != 1 {
		t.Fatalf("%d acts are due, want the acknowledgement", len(due))
	}
	body, err := json.Marshal(due[0])
	if err != nil {
		t.Fatal(err)
	}
	act := &charter.Act{Party: "a", Gen: 2, Entry: entry.Entry{Type: due[0].EntryType(), Index: 2, Body: body}}
	if err := rounds.Check(c, act, seal.Policy{}, nil); err != nil {
		t.Fatal(err)
	}
	rounds.Apply(act)
	if due := rounds.Due(c, "a", all); len(due) != 0 {
		t.Errorf("after the acknowledgement %T is due", due[0])
	}
	if err := rounds.Check(c, act, seal.Policy{}, nil); err == nil {
		t.Error("a second acknowledgement of the same seal is valid")
	}
}

// What a party did in a later generation decides like what it did in the first: whoever holds it says so.
func TestALaterChoiceIsReceipted(t *testing.T) {
	c := charter.NewAs("m", &charter.Document{Parties: []charter.Party{{ID: "a"}, {ID: "b"}}})
	sealed := Choice{Statement: "s", Index: 1, Ack: 2, Withdrawn: -1}
	lost := Choice{Statement: "s", Index: 1, Ack: -1, Withdrawn: -1}
	again := Choice{Statement: "s", Gen: 2, Index: 1, Ack: 2, AckGen: 2, Withdrawn: -1}
	round := &Round{Number: 1, Choices: map[charter.PartyID]Choice{"a": lost, "b": sealed}, Later: map[charter.PartyID][]Choice{"a": {again}}}
	for gen, want := range map[int]bool{1: false, 2: true} { // the seal alone decides nothing, its acknowledgement does
		cosigned := func(p charter.PartyID, g int) int64 {
			if p == "a" && g == gen {
				return 10
			}
			return 0
		}
		if got := round.owesReceipt(c, "b", cosigned); got != want {
			t.Errorf("b holds generation %d of a's log: a receipt is owed: %v, want %v", gen, got, want)
		}
	}
}

// A seal that its party lost with a generation, and that only a third party had, is beyond what this node may give receipts for. The acknowledgement in the next generation binds that party no less: with it this
// node acknowledges, too. It waited for ever.
func TestAnAcknowledgementStandsForALostSeal(t *testing.T) {
	c := charter.NewAs("m", &charter.Document{Parties: []charter.Party{{ID: "a"}, {ID: "b"}}})
	lost := Choice{Statement: "s", Act: "b-5", Index: 5, Ack: 2, AckGen: 2, Withdrawn: -1}
	mine := Choice{Statement: "s", Act: "a-1", Index: 1, Ack: -1, Withdrawn: -1}
	for name, of := range map[string]struct {
		sealed Choice
		second int64 // how much of the second generation of b's log a has cosigned
		want   int
	}{
		"the acknowledgement": {lost, 3, 1},
		"what came before it": {lost, 2, 0},
		"no acknowledgement":  {Choice{Statement: "s", Act: "b-5", Index: 5, Ack: -1, Withdrawn: -1}, 3, 0},
	} {
		cosigned := func(_ charter.PartyID, gen int) int64 {
			if gen == 1 {
				return 4
			}
			return of.second
		}
		rounds := Rounds{List: []Round{{Number: 1, Choices: map[charter.PartyID]Choice{"a": mine, "b": of.sealed}}}}
		if due := rounds.Due(c, "a", cosigned); len(due) != of.want {
			t.Errorf("a holds %s: %d acts are due, want %d", name, len(due), of.want)
		}
	}
}

// A seal that its party lost with a generation, only a third party had, and which the party gave anew without knowing of it: this node, which may give no receipt for the first, acknowledges by the second. It
// looked at the first alone, and waited for ever.
func TestASealGivenAnewStandsForALostOne(t *testing.T) {
	c := charter.NewAs("m", &charter.Document{Parties: []charter.Party{{ID: "a"}, {ID: "b"}}})
	lost := Choice{Statement: "s", Act: "b-5", Index: 5, Ack: -1, Withdrawn: -1}
	mine := Choice{Statement: "s", Act: "a-1", Index: 1, Ack: -1, Withdrawn: -1}
	again := Choice{Statement: "s", Act: "b.2-1", Gen: 2, Index: 1, Ack: -1, Withdrawn: -1}
	taken := again
	taken.Withdrawn, taken.WithdrawnGen = 2, 2
	for name, of := range map[string]struct {
		second Choice
		held   int64 // how much of the second generation of b's log a has cosigned
		want   int
	}{
		"the seal":                             {again, 2, 1},
		"what came before it":                  {again, 1, 0},
		"the seal, and that it was taken back": {taken, 3, 0},
		"another seal":                         {Choice{Statement: "o", Act: "b.2-1", Gen: 2, Index: 1, Ack: -1, Withdrawn: -1}, 2, 0},
		"a refusal":                            {Choice{Act: "b.2-1", Gen: 2, Index: 1, Ack: -1, Withdrawn: -1}, 2, 0},
	} {
		cosigned := func(_ charter.PartyID, gen int) int64 {
			if gen == 1 {
				return 4
			}
			return of.held
		}
		rounds := Rounds{List: []Round{{Number: 1, Choices: map[charter.PartyID]Choice{"a": mine, "b": lost}, Later: map[charter.PartyID][]Choice{"b": {of.second}}}}}
		acknowledged := 0
		for _, b := range rounds.Due(c, "a", cosigned) {
			if _, is := b.(Acknowledge); is {
				acknowledged++
			}
		}
		if acknowledged != of.want {
			t.Errorf("a holds %s: %d acknowledgements are due, want %d", name, acknowledged, of.want)
		}
	}
}

// Whoever holds an acknowledgement is not moved by what the party does later without knowing of it; whoever holds only the later act is. Where the two differ, nobody is shown anything. SPEC one-line
func TestALineEndsWhereItEnds(t *testing.T) {
	c := charter.NewAs("m", &charter.Document{Parties: []charter.Party{{ID: "a"}, {ID: "b"}, {ID: "c"}}})
	sealed := Choice{Statement: "s", Index: 1, Ack: 2, Withdrawn: -1}
	refused := Choice{Gen: 2, Index: 1, Ack: -1, Withdrawn: -1}
	other := Choice{Statement: "o", Gen: 2, Index: 1, Ack: 2, AckGen: 2, Withdrawn: -1}
	withdrawn := sealed
	withdrawn.Withdrawn, withdrawn.WithdrawnGen = 1, 2
	undone := Choice{Statement: "s", Index: 1, Ack: 1, AckGen: 2, Withdrawn: 2} // withdrawn in the first generation, acknowledged in the second
	again := Choice{Statement: "s", Index: 1, Ack: -1, Withdrawn: 2, Anew: []Repeated{{Gen: 2, Index: 1}}}
	for name, of := range map[string]struct {
		first Choice
		later []Choice
		b, c  [2]int64 // how many entries of each generation of a's log they hold
		want  Outcome
	}{
		"refused after an acknowledgement that all hold":     {sealed, []Choice{refused}, [2]int64{3, 2}, [2]int64{3, 2}, Adopted},
		"refused after a seal":                               {sealed, []Choice{refused}, [2]int64{2, 2}, [2]int64{2, 2}, Failed},
		"refused after what nobody holds":                    {sealed, []Choice{refused}, [2]int64{1, 2}, [2]int64{1, 2}, Failed},
		"only one holds the acknowledgement":                 {sealed, []Choice{refused}, [2]int64{3, 2}, [2]int64{2, 2}, Pending},
		"withdrawn after an acknowledgement":                 {withdrawn, nil, [2]int64{3, 2}, [2]int64{3, 2}, Adopted},
		"withdrawn in ignorance of an acknowledgement":       {withdrawn, nil, [2]int64{2, 2}, [2]int64{2, 2}, Failed},
		"acknowledged after a withdrawal":                    {undone, nil, [2]int64{3, 2}, [2]int64{3, 2}, Failed},
		"acknowledged in ignorance of a withdrawal":          {undone, nil, [2]int64{2, 2}, [2]int64{2, 2}, Adopted},
		"withdrawn twice, one has the first, all the second": {again, nil, [2]int64{3, 2}, [2]int64{2, 2}, Failed},
		"another text after an acknowledgement":              {sealed, []Choice{other}, [2]int64{3, 3}, [2]int64{3, 3}, Adopted},
		"another text after a seal":                          {sealed, []Choice{other}, [2]int64{2, 3}, [2]int64{2, 3}, Failed},
		"another text, and the first one nobody holds":       {sealed, []Choice{other}, [2]int64{1, 3}, [2]int64{1, 3}, Failed}, // b and c sealed the first
	} {
		round := &Round{Number: 1, Choices: map[charter.PartyID]Choice{"a": of.first, "b": sealed, "c": sealed}, Later: map[charter.PartyID][]Choice{"a": of.later},
			Held: map[charter.PartyID]charter.Past{"a": {0, 3, 3}, "b": {of.b[0], 0, 3, of.b[1], 0, 0}, "c": {of.c[0], 3, 0, of.c[1], 0, 0}}}
		if got := round.Verdict(c, nil); got.Outcome != of.want {
			t.Errorf("%s: %s, want %s", name, got.Outcome, of.want)
		}
	}
}

// A round that the others' logs have ended while this node has not given a receipt for something decisive in it: the receipt falls due with the one that the node gives for the log, as it would after a start.
// The node looked at the round no more, and a node that read it anew wrote what one that stood did not.
func TestAReceiptIsOwedBeyondTheEnd(t *testing.T) {
	c := charter.NewAs("m", &charter.Document{Parties: []charter.Party{{ID: "a"}, {ID: "b"}, {ID: "c"}}})
	withdrawn := Choice{Statement: "s", Index: 1, Ack: -1, Withdrawn: 2}
	refused := Choice{Index: 4, Ack: -1, Withdrawn: -1}
	heard := charter.Past{3, 0, 0} // of a's log: the withdrawal, too
	rounds := Rounds{List: []Round{{Number: 1, Choices: map[charter.PartyID]Choice{"a": withdrawn, "c": refused}, Held: map[charter.PartyID]charter.Past{"b": heard, "c": heard}}}}
	if v := rounds.Last().Verdict(c, nil); v.Outcome != Failed {
		t.Fatalf("the round is %s, want it failed by what b and c say of a", v.Outcome)
	}
	var ofC int64 // how much of c's log a has given receipts for
	cosigned := func(p charter.PartyID, _ int) int64 {
		if p == "c" {
			return ofC
		}
		return 10
	}
	if due := rounds.Due(c, "a", cosigned); len(due) > 0 || !rounds.MayFallDue(c, "a") {
		t.Errorf("before a has given a receipt for the refusal, %d acts are due, and it may come to owe one: %v", len(due), rounds.MayFallDue(c, "a"))
	}
	ofC = 5
	due := rounds.Due(c, "a", cosigned)
	if len(due) != 1 {
		t.Fatalf("%d acts are due, want the receipt", len(due))
	}
	if _, is := due[0].(Receipt); !is {
		t.Errorf("%T is due, want the receipt", due[0])
	}
	rounds.List[0].Held["a"] = charter.Past{0, 0, 5}
	if due := rounds.Due(c, "a", cosigned); len(due) > 0 || rounds.MayFallDue(c, "a") {
		t.Errorf("after the receipt %d acts are due, and it may come to owe one: %v", len(due), rounds.MayFallDue(c, "a"))
	}
}
