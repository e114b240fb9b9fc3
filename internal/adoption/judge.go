package adoption

import (
	"cmp"
	"crypto/sha256"
	"math"
	"slices"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/internal/charter"
)

func sum(b []byte) [32]byte { return sha256.Sum256(b) }

// decodeRound reads only the round of a body.
func decodeRound(a *charter.Act, into any) error { return json.Unmarshal(a.Entry.Body, into) }

// Held tells how many entries of a generation of p's log party y attests by receipts, which stand for themselves outside the logs.
type Held func(y, p charter.PartyID, gen int) int64

// Cosigned tells how many entries of a generation of p's log this node has cosigned.
type Cosigned func(p charter.PartyID, gen int) int64

func (f Cosigned) has(p charter.PartyID, at place) bool { return f(p, at.gen) > at.index }

// Verdict judges the round: docs/protocol.md 4. Without receipts it is what the words in the logs come to, by which acts are judged; by receipts it is what people are shown. Both can be known before the other, and
// they are never different: a word in a log may turn out to have been said to one party alone, when a second history of that log comes to light, and nobody must be shown what rests on it.
// SPEC adopted, failed-round, shown-by-receipts.
//
// Both outcomes are existential over facts that y states once, along one line: adopted needs, for each party p, every other party's word that on its line p acknowledged; failed needs, for some p, every
// other party's word that on its line p did something else first. Where a line has come to an end it stays, so one honest party suffices to keep the outcomes apart.
func (r *Round) Verdict(c Parties, receipts Held) Verdict {
	parties := c.Document().Parties
	out := Verdict{Outcome: Pending}
	sealed := map[string]int{} // by statement: how many parties' acknowledgements of it all others hold
	first := map[string]bool{} // statements that are some party's first choice to all others
	for _, p := range parties {
		if _, ok := r.Choices[p.ID]; !ok {
			out.Awaiting = append(out.Awaiting, p.ID)
			continue
		}
		switch all := r.agreed(c, p.ID, receipts); {
		case all.fate == left:
			return Verdict{Outcome: Failed}
		case all.fate == bound:
			sealed[all.statement]++
			fallthrough
		case all.statement != "":
			first[all.statement] = true
		}
	}
	for statement, n := range sealed {
		if n == len(parties) {
			return Verdict{Outcome: Adopted, Statement: statement}
		}
	}
	if len(first) > 1 {
		return Verdict{Outcome: Failed}
	}
	return out
}

// fate is what a party's seal has come to on somebody's line of its logs.
type fate int

const (
	open  fate = iota
	bound      // acknowledged
	left       // refused, withdrawn or given to another text before it was acknowledged
)

// stance is what a party did first on somebody's line of its logs, and what came of it. It has no statement where the party refused.
type stance struct {
	statement string
	fate      fate
}

// agreed is the stance of p that all others hold; where they differ, it has no statement, or is open.
func (r *Round) agreed(c Parties, p charter.PartyID, receipts Held) (all stance) {
	deeds, begun := r.deeds(p), false
	if len(c.Document().Parties) == 1 {
		return alone(deeds)
	}
	for _, y := range c.Document().Parties {
		if y.ID == p {
			continue
		}
		s := stanceOf(deeds, func(at place) bool {
			if receipts != nil {
				return receipts(y.ID, p, at.gen) > at.index
			}
			return c.Has(r.Held[y.ID], p, at.gen, at.index)
		})
		switch {
		case !begun:
			all, begun = s, true
			continue
		case all.fate != s.fate:
			all.fate = open
		}
		if all.statement != s.statement {
			all.statement = ""
			if all.fate == bound {
				all.fate = open
			}
		}
	}
	return all
}

// alone is the stance of a party whose seal is the only one: its own acknowledgement binds it, wherever in its logs it stands, and nothing that comes to light later undoes that. SPEC parallel-alone
func alone(deeds []deed) (s stance) {
	if i := slices.IndexFunc(deeds, func(d deed) bool { return d.ack }); i >= 0 {
		return stance{deeds[i].statement, bound}
	}
	return stanceOf(deeds, func(place) bool { return true })
}

// deed is one thing that a party did in a round.
type deed struct {
	place
	statement string // of what it seals or acknowledges; "" for a refusal or a withdrawal
	ack       bool
}

// deeds are all that a party did in a round, in the order of its logs.
func (r *Round) deeds(p charter.PartyID) (out []deed) {
	for _, ch := range r.choices(p) {
		out = append(out, deed{ch.choice(), ch.Statement, false})
		if ch.Ack >= 0 {
			for _, at := range ch.acks() {
				out = append(out, deed{at, ch.Statement, true})
			}
		}
		for _, at := range ch.withdrawals() {
			out = append(out, deed{place: at})
		}
	}
	slices.SortFunc(out, func(a, b deed) int {
		return cmp.Or(cmp.Compare(a.gen, b.gen), cmp.Compare(a.index, b.index))
	})
	return out
}

// stanceOf follows one line of a party's logs to where the seal that comes first is acknowledged or left. What the party did after that, in a later generation that did not know of it, changes nothing for
// whoever is on this line. SPEC one-line
func stanceOf(deeds []deed, holds func(place) bool) (s stance) {
	for _, d := range deeds {
		switch {
		case !holds(d.place):
			continue
		case d.statement == "" || s.statement != "" && s.statement != d.statement:
			s.fate = left
			return s
		}
		s.statement = d.statement
		if d.ack {
			s.fate = bound
			return s
		}
	}
	return s
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

// MayFallDue reports whether a node may come to owe something in the newest round by nothing but receipts that it gives: the round has come to no end that the logs alone show, or something decisive in it
// is not attested by this node yet. What is owed does not end with the round, or a node that starts anew would owe more than one that stood.
func (r *Rounds) MayFallDue(c Parties, me charter.PartyID) bool {
	last := r.Last()
	everything := func(charter.PartyID, int) int64 { return math.MaxInt64 }
	return last != nil && (last.Verdict(c, nil).Outcome == Pending || last.owesReceipt(c, me, everything))
}

// Due is what a node must write by itself in the newest round: its acknowledgement once it has cosigned every other party's seal of what it sealed itself, and its receipt once
// what it holds may decide the round. cosigned tells how many entries of a log this node has cosigned.
func (r *Rounds) Due(c Parties, me charter.PartyID, cosigned Cosigned) []entry.Body {
	round := r.Last()
	if round == nil {
		return nil
	}
	if own, ok := round.newest(me); ok && !own.Declined() && own.Ack < 0 && own.Withdrawn < 0 {
		if seals := round.seals(c, me, own.Statement); seals != nil && round.cosignedAll(c, me, own.Statement, cosigned) {
			return []entry.Body{Acknowledge{Round: round.Number, Statement: own.Statement, Seals: seals}}
		}
	}
	if round.owesReceipt(c, me, cosigned) {
		return []entry.Body{Receipt{Round: round.Number}}
	}
	return nil
}

// cosignedAll reports whether on the line that this node follows of every other party's logs, as far as it has cosigned them, that party sealed the statement and has not left it. A seal that its party lost with
// a generation and only others had is not on that line, and this node never gives a receipt for it: then the acknowledgement in a later generation binds the party as much, and so does the seal that it gave anew.
func (r *Round) cosignedAll(c Parties, me charter.PartyID, statement string, cosigned Cosigned) bool {
	for _, p := range c.Document().Parties {
		s := stanceOf(r.deeds(p.ID), func(at place) bool { return cosigned.has(p.ID, at) })
		if p.ID != me && (s.statement != statement || s.fate == left) {
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
				out[p.ID] = append(out[p.ID], ch.withdrawals()...)
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
