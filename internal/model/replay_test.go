package model

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/seal"
)

// bench is the real rule of internal/adoption, asked about states of the model.
type bench struct {
	w          World
	c          *charter.State
	ids        []charter.PartyID
	statements [2][]byte
	digests    [2]string
	affix      [Parties][2]adoption.Affix
	verdicts   int
	checks     int
	outcomes   map[adoption.Outcome]int
}

func newBench(t *testing.T, w World) *bench {
	b := &bench{w: w, outcomes: map[adoption.Outcome]int{}}
	doc := &charter.Document{}
	for d := range b.statements {
		b.statements[d] = []byte(fmt.Sprintf("statement %d\n", d+1))
		b.digests[d] = seal.FileOf("", b.statements[d]).Hex()
	}
	for p := range w.Count {
		key, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(name(p)), 32))))
		if err != nil {
			t.Fatal(err)
		}
		id := charter.PartyID(strings.ToLower(string(name(p))))
		b.ids = append(b.ids, id)
		doc.Parties = append(doc.Parties, charter.Party{ID: id, Keys: charter.Keys{Threshold: 1, Seal: []string{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key.PublicKey())))}}})
		for d, s := range b.statements {
			armor, err := seal.Sign(key, seal.NamespaceSeal, s)
			if err != nil {
				t.Fatal(err)
			}
			b.affix[p][d] = adoption.Affix{Round: 1, Statement: b.digests[d], Signatures: []string{armor}}
		}
	}
	b.c = charter.NewAs(strings.Repeat("0", 64), doc)
	return b
}

func (b *bench) statement(_ int, digest string) ([]byte, error) {
	for d := range b.digests {
		if b.digests[d] == digest {
			return b.statements[d], nil
		}
	}
	return nil, errors.New("no such statement")
}

// act is the last thing in a log, as an entry.
func (b *bench) act(t *testing.T, p, v int) *charter.Act {
	var body entry.Body
	index, past := int64(0), make([]int64, b.w.Count)
	switch {
	case v < Decline:
		body = b.affix[p][v]
	case v == Decline:
		body = adoption.Decline{Round: 1, Reason: "no"}
	case v < Withdraw1:
		ack := adoption.Acknowledge{Round: 1, Statement: b.digests[choice(v)], Seals: []string{}}
		for q, id := range b.ids {
			if q != p { // it has seen the other's seal, the first entry in their log
				ack.Seals, past[q] = append(ack.Seals, charter.ActID(id, 1, 0)), 1
			}
		}
		body, index = ack, 1
	default:
		body, index = adoption.Withdraw{Round: 1, Reason: "no"}, 1
	}
	past[p] = index
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	return &charter.Act{Party: b.ids[p], Gen: 1, Past: past, Held: past,
		Entry: entry.Entry{Type: body.EntryType(), Index: index, Body: raw, Actor: entry.Actor{Member: "m", Role: "r"}, At: time.Unix(0, 0), V: 1}}
}

// size is how many entries a log has.
func size(v int) int64 {
	if v <= Decline {
		return 1
	}
	return 2
}

// rounds are the real rule's rounds at a node that knows this. branch says which log of each party it holds, or None.
func (b *bench) rounds(t *testing.T, branch [Parties]int) *adoption.Rounds {
	r := &adoption.Rounds{}
	r.Open()
	for _, late := range []bool{false, true} {
		for p, v := range branch[:b.w.Count] {
			switch {
			case v == None:
			case !late:
				r.Apply(b.act(t, p, choice(v)))
			case v > Decline && (v >= Withdraw1 || b.past(branch, p, choice(v))):
				r.Apply(b.act(t, p, v))
			}
		}
	}
	return r
}

// past reports whether the other parties' seals, which an acknowledgement has seen, stand in the logs that are held: else it waits, for ever if a liar showed its author other ones.
func (b *bench) past(branch [Parties]int, p, d int) bool {
	for q, v := range branch[:b.w.Count] {
		if q != p && (v == None || !begins(d, v)) {
			return false
		}
	}
	return true
}

// branches are the logs that a node holds: of the honest the longest it knows of, of a liar what it has cosigned itself.
func (b *bench) branches(s *State, x int) (out [Parties]int) {
	n := &s.Nodes[x]
	for p := range out {
		out[p] = None
		if p >= b.w.Count {
			continue
		}
		if p == b.w.Liar {
			out[p] = int(n.cos[p])
			continue
		}
		for v := range Logs {
			if n.Know.has(logFact(p, v)) && (out[p] == None || begins(out[p], v)) {
				out[p] = v
			}
		}
	}
	return out
}

// compare asks the real rule what the model has just answered: the verdict, what may be written, and what the node writes by itself.
func (b *bench) compare(t *testing.T, s *State, x int) {
	n := &s.Nodes[x]
	branch := b.branches(s, x)
	r := b.rounds(t, branch)
	held := func(y, p charter.PartyID, _ int) (most int64) {
		for v := range Logs {
			if v2 := branch[b.c.Ordinal(p)]; v2 != None && begins(v, v2) && n.Know.has(cosigned(b.c.Ordinal(y), b.c.Ordinal(p), v)) {
				most = max(most, size(v))
			}
		}
		return most
	}
	real, model := r.Last().Verdict(b.c, held), b.w.Verdict(n.Know)
	b.verdicts++
	b.outcomes[real.Outcome]++
	bit := map[adoption.Outcome]uint8{adoption.Pending: 0, adoption.Failed: Failed, adoption.Adopted: Adopted1}[real.Outcome]
	if real.Outcome == adoption.Adopted && real.Statement == b.digests[1] {
		bit = Adopted2
	}
	if model&bit != bit || b.w.Liar < 0 && model != bit {
		t.Fatalf("%c: the code says %s %s, the model %03b\n%+v", name(x), real.Outcome, real.Statement, model, s)
	}
	if b.w.Liar < 0 {
		b.writes(t, r, s, x, branch)
	}
}

// writes compares what an honest party may write.
func (b *bench) writes(t *testing.T, r *adoption.Rounds, s *State, x int, branch [Parties]int) {
	n := &s.Nodes[x]
	may := b.w.MayWrite(n, x)
	if v := int(n.log); branch[x] != v || (v == Ack1 || v == Ack2) && !b.past(branch, x, choice(v)) {
		return // it waits for its own entries, or for what they have seen
	}
	withdrawn := false
	for p, v := range branch {
		withdrawn = withdrawn || p != x && v != None && v >= Withdraw1
	}
	for v := range Logs {
		if v >= Withdraw1 && n.log != None && choice(v) != choice(int(n.log)) || b.w.Texts == 1 && choice(v) == Seal2 {
			continue // a withdrawal names no text; nobody has frozen the other one
		}
		err := r.Check(b.c, b.act(t, x, v), seal.Policy{}, b.statement)
		b.checks++
		switch {
		case v == Ack1 || v == Ack2:
			due := r.Due(b.c, b.ids[x], func(p charter.PartyID, _ int) int64 {
				if c := int(n.cos[b.c.Ordinal(p)]); c != None {
					return size(c)
				}
				return 0
			})
			acks := len(due) == 1 && due[0].EntryType() == "seal.acknowledge" && due[0].(adoption.Acknowledge).Statement == b.digests[choice(v)]
			// The code is stricter: who knows of a withdrawal that it has not cosigned yet does not acknowledge any more.
			if modelAcks := may>>v&1 == 1; acks && (!modelAcks || err != nil) || modelAcks && !acks && !withdrawn {
				t.Fatalf("%c: acknowledging: the code %t (%v), the model %t\n%+v", name(x), acks, err, modelAcks, s)
			}
		case may>>v&1 == 1 != (err == nil):
			t.Fatalf("%c writes %s: the code says %v, the model %t\n%+v", name(x), logNames[v], err, may>>v&1 == 1, s)
		}
	}
}

// Ways through the model at random, played on the real rule: it says the same in every state. So what TestEveryState finds out about the model holds for the code.
func TestTheCodeIsTheModel(t *testing.T) {
	for _, w := range []World{
		{Count: 2, Liar: -1, Texts: 2, Restorers: 3},
		{Count: 3, Liar: -1, Texts: 1},
		{Count: 3, Liar: -1, Texts: 2, Restorers: 1},
		{Count: 2, Liar: 1, Texts: 2},
		{Count: 3, Liar: 2, Texts: 1, Restorers: 1},
	} {
		ways := 150
		if testing.Short() || underRace {
			ways = 40
		}
		b := newBench(t, w)
		rng := rand.New(rand.NewPCG(1, uint64(w.Count*10+w.Texts)))
		for range ways {
			s := w.Begin()
			willing := rng.IntN(4) > 0 // most ways refuse nothing, or nothing would ever be adopted
			for range 60 {
				var next []State
				w.Next(&s, func(a Act, u *State) {
					if !willing || a.Kind != Write || a.V == Seal1 || a.V == Ack1 {
						next = append(next, *u)
					}
				})
				if len(next) == 0 {
					break
				}
				s = next[rng.IntN(len(next))]
				for x := range w.Count {
					if w.honest(x) {
						b.compare(t, &s, x)
					}
				}
			}
		}
		t.Logf("%+v: %d verdicts %v and %d acts judged alike", w, b.verdicts, b.outcomes, b.checks)
		if b.outcomes[adoption.Adopted] == 0 || b.outcomes[adoption.Failed] == 0 {
			t.Errorf("%+v: no way came to an adoption, or none to a failure: %v", w, b.outcomes)
		}
	}
}
