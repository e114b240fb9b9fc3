package adoption

import (
	"crypto/sha256"
	"slices"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/internal/charter"
)

func sum(b []byte) [32]byte { return sha256.Sum256(b) }

// decodeRound reads only the round of a body.
func decodeRound(a *charter.Act, into any) error { return json.Unmarshal(a.Entry.Body, into) }

// Held tells, from receipts outside the logs, how many entries of a generation of p's log party y has cosigned.
type Held func(y, p charter.PartyID, gen int) int64

// Cosigned tells how many entries of a generation of p's log this node has cosigned.
type Cosigned func(p charter.PartyID, gen int) int64

func (f Cosigned) has(p charter.PartyID, at place) bool { return f(p, at.gen) > at.index }

// Verdict judges the round: docs/protocol.md 4. extra may be nil; it can make a verdict known earlier, never different. SPEC adopted, failed-round.
//
// Both outcomes are existential over facts that y states once, along one branch: adopted needs, for some log p, every other party's word that it holds p's acknowledgement;
// failed needs every other party's word that it holds p's refusal or a withdrawal before it. A log has only one of the two, so one honest party suffices to keep them apart.
func (r *Round) Verdict(c Parties, extra Held) Verdict {
	parties := c.Document().Parties
	heldByAll := func(p charter.PartyID, at place) bool {
		for _, y := range parties {
			if y.ID != p && !c.Has(r.Held[y.ID], p, at.gen, at.index) && (extra == nil || extra(y.ID, p, at.gen) <= at.index) {
				return false
			}
		}
		return true
	}
	out := Verdict{Outcome: Pending}
	sealed := map[string]int{} // by statement: how many parties' acknowledgements of it all others hold
	held := map[string]bool{}  // statements whose seal by some party all others hold
	for _, p := range parties {
		all := r.choices(p.ID)
		if len(all) == 0 {
			out.Awaiting = append(out.Awaiting, p.ID)
		}
		final := map[string]bool{}
		for _, ch := range all {
			if ch.Declined() && heldByAll(p.ID, ch.choice()) || ch.Withdrawn >= 0 && heldByAll(p.ID, ch.withdrawal()) {
				return Verdict{Outcome: Failed}
			}
			if !ch.Declined() && heldByAll(p.ID, ch.choice()) {
				held[ch.Statement] = true
			}
			if !ch.Declined() && ch.Ack >= 0 && ch.Withdrawn < 0 && slices.ContainsFunc(ch.acks(), func(at place) bool { return heldByAll(p.ID, at) }) && !final[ch.Statement] {
				final[ch.Statement] = true
				sealed[ch.Statement]++
			}
		}
	}
	for statement, n := range sealed {
		if n == len(parties) {
			return Verdict{Outcome: Adopted, Statement: statement}
		}
	}
	if len(held) > 1 {
		return Verdict{Outcome: Failed}
	}
	return out
}

// Awaits reports whether the instrument waits for a party's seal or refusal.
func (r *Rounds) Awaits(c Parties, me charter.PartyID) bool {
	last := r.Last()
	if last == nil || last.Verdict(c, nil).Outcome != Pending {
		return false
	}
	_, chosen := last.Choices[me]
	return !chosen
}

// Undecided reports whether the newest round has come to no end that the logs alone show. A node may still owe something in it.
func (r *Rounds) Undecided(c Parties) bool {
	last := r.Last()
	return last != nil && last.Verdict(c, nil).Outcome == Pending
}

// Due is what a node must write by itself in the newest round: its acknowledgement once it has cosigned every other party's seal of what it sealed itself, and its receipt once
// what it holds may decide the round. cosigned tells how many entries of a log this node has cosigned.
func (r *Rounds) Due(c Parties, me charter.PartyID, cosigned Cosigned) []entry.Body {
	round := r.Last()
	if round == nil {
		return nil
	}
	if own, ok := round.newest(me); ok && !own.Declined() && own.Ack < 0 && own.Withdrawn < 0 {
		if seals := round.seals(c, me, own.Statement); seals != nil && round.cosignedAll(c, me, cosigned) {
			return []entry.Body{Acknowledge{Round: round.Number, Statement: own.Statement, Seals: seals}}
		}
	}
	if round.owesReceipt(c, me, cosigned) {
		return []entry.Body{Receipt{Round: round.Number}}
	}
	return nil
}

// cosignedAll reports whether this node has cosigned every other party's seal, or what binds that party as much: its acknowledgement, which may stand in a later generation. Of a seal that its party lost
// with a generation and only others had, this node never gives a receipt.
func (r *Round) cosignedAll(c Parties, me charter.PartyID, cosigned Cosigned) bool {
	for _, p := range c.Document().Parties {
		ch, has := r.Choices[p.ID], func(at place) bool { return at.index >= 0 && cosigned.has(p.ID, at) }
		if p.ID != me && !has(ch.choice()) && !slices.ContainsFunc(ch.acks(), has) {
			return false
		}
	}
	return true
}

// owesReceipt reports whether there is something decisive in the other logs that none of my acts in this round attests yet.
func (r *Round) owesReceipt(c Parties, me charter.PartyID, cosigned Cosigned) bool {
	for p, places := range r.decisive(c, cosigned) {
		for _, at := range places {
			if p != me && cosigned.has(p, at) && !c.Has(r.Held[me], p, at.gen, at.index) {
				return true
			}
		}
	}
	return false
}

// decisive are the places in each party's logs that can decide the round: a refusal or a withdrawal, the acknowledgements once everybody has given one, and seals of different statements.
func (r *Round) decisive(c Parties, cosigned Cosigned) map[charter.PartyID][]place {
	out, seals, acks := map[charter.PartyID][]place{}, map[charter.PartyID][]place{}, map[charter.PartyID][]place{}
	statements := map[string]bool{}
	for _, p := range c.Document().Parties {
		for _, ch := range r.choices(p.ID) {
			switch {
			case ch.Declined():
				out[p.ID] = append(out[p.ID], ch.choice())
				continue
			case ch.Withdrawn >= 0:
				out[p.ID] = append(out[p.ID], ch.withdrawal())
			case ch.Ack >= 0:
				acks[p.ID] = append(acks[p.ID], ch.acks()...)
				fallthrough
			default:
				seals[p.ID] = append(seals[p.ID], ch.choice())
			}
			statements[ch.Statement] = true
		}
	}
	switch {
	case len(acks) == len(c.Document().Parties):
		for p, places := range acks { // one is enough, and we may hold only one
			i := max(0, slices.IndexFunc(places, func(at place) bool { return cosigned.has(p, at) }))
			out[p] = append(out[p], places[i])
		}
	case len(statements) > 1:
		for p, places := range seals {
			out[p] = append(out[p], places...)
		}
	}
	return out
}
