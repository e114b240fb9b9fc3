// Package model is the rule of adoption without anything else: parties that seal, acknowledge, cosign, forget and lie, in every order that there is.
//
// It promises that Search looks at every state that a world can come to, and finds the shortest way to one in which two people were shown what cannot both be true: docs/protocol.md 4,
// invariants A1, A2, A4, L3, W1 and X2 of docs/assurance.md; lines.go has the same for parties whose logs go on in a second generation, seals.go what becomes of a seal key that was replaced (K4). Cryptography is perfect here: nobody signs for another. The line loses, repeats, reorders and delays for ever. Only tests import it;
// one of them plays ways through the model on internal/adoption, so that the two cannot come to differ.
package model

import (
	"fmt"
	"math/bits"
)

// Parties is how many there are, at most.
const Parties = 3

// What a party's log may hold of one round: its choice, and what it wrote after.
const (
	Seal1 = iota
	Seal2
	Decline
	Ack1
	Ack2
	Withdraw1
	Withdraw2
	Logs
	None = 15 // nothing yet
)

var logNames = [Logs]string{"its seal of text 1", "its seal of text 2", "its refusal", "its acknowledgement of text 1", "its acknowledgement of text 2", "its withdrawal of text 1", "its withdrawal of text 2"}

// begins reports whether log b is log a, or goes on from it.
func begins(a, b int) bool {
	return a == b || a < Decline && (b == a+Ack1 || b == a+Withdraw1)
}

// choice is the first thing in a log.
func choice(v int) int {
	if v > Decline {
		return (v - Ack1) % 2
	}
	return v
}

// Facts are signed statements, one bit each: "p's log holds v", and "x has cosigned p's log holding v".
type Facts uint64

func logFact(p, v int) Facts { return 1 << (p*Logs + v) }

func cosigned(x, p, v int) Facts {
	if p > x {
		p--
	}
	return 1 << (Parties*Logs + (x*(Parties-1)+p)*Logs + v)
}

func (f Facts) has(g Facts) bool { return f&g == g }

// holds reports whether they say that p's log holds v, or goes on from it.
func (f Facts) holds(p, v int) bool {
	for u := range Logs {
		if begins(v, u) && f.has(logFact(p, u)) {
			return true
		}
	}
	return false
}

// Node is what one party's machine holds.
type Node struct {
	Know   Facts
	backup Facts
	log    uint8
	cos    [Parties]uint8 // the longest log of each other party that it has cosigned
	shown  uint8          // what its people have ever been shown: bits of Verdict
	flags  uint8
	asked  uint8 // parties that have answered since its marks were lost
	wrote  uint8 // every log it ever signed, one bit each
	oldLog uint8
	oldCos [Parties]uint8
}

const (
	hasBackup = 1 << iota
	restored
	markless // it has lost its marks and does not write before everybody has answered
	expired
)

// Bits of what is shown.
const (
	Adopted1 = 1 << iota
	Adopted2
	Failed
)

// State is one state of the world. What is on the line is a set: the line repeats and reorders, and what it loses is never taken from it.
type State struct {
	Nodes [Parties]Node
	Line  Facts
}

// Marks says what becomes of a node's marks when it is restored from a backup.
type Marks int

// Marks.
const (
	Kept  Marks = iota
	Lost        // and the node asks everybody before it writes
	Naive       // lost, and the node goes on as if nothing had happened: a mutant
)

// World says what there is to be explored. The zero value of Break is the rule as it stands.
type World struct {
	Count     int // parties, 2 or 3
	Liar      int // the party that lies, or -1
	Texts     int // 1 or 2
	Restorers int // bits: the parties that may be restored once from a backup
	Marks     Marks
	Heads     bool // also look whether an honest party has signed two histories
	Break     Break
}

// Break is a way in which the rule could be wrong.
type Break int

// Breaks.
const (
	Nothing Break = iota
	WithdrawAfterAck
	BareSealsCount
	TwoBranches
	ClockExpiry
	UnilateralWithdrawal
	UncosignedCounts
	OneWitnessSuffices
	SecondChoice
	BelieveFirstAnswer
)

// Begin is the state before anybody has done anything. A liar has signed everything there is to sign, and everybody has it: knowing more only lets the honest do more, so this
// leaves no way out.
func (w World) Begin() State {
	var s State
	if w.Liar >= 0 {
		for v := range Logs {
			s.Line |= logFact(w.Liar, v)
			for p := range w.Count {
				if p != w.Liar {
					s.Line |= cosigned(w.Liar, p, v)
				}
			}
		}
	}
	for x := range s.Nodes {
		n := &s.Nodes[x]
		n.Know, n.backup = s.Line, s.Line
		n.log, n.oldLog = None, None
		n.cos, n.oldCos = [Parties]uint8{None, None, None}, [Parties]uint8{None, None, None}
	}
	return s
}

func (w World) honest(x int) bool { return x < w.Count && x != w.Liar }

// learn adds facts, and what they say of other facts: an acknowledgement names the seals that its author had cosigned.
func (w World) learn(have, news Facts) Facts {
	have |= news
	for p := range w.Count {
		for d := range 2 {
			if !have.has(logFact(p, Ack1+d)) {
				continue
			}
			for q := range w.Count {
				if q != p {
					have |= cosigned(p, q, d)
				}
			}
		}
	}
	return have
}

// heldByAll reports whether every party but p has cosigned a log of p's that is one of those in the set.
func (w World) heldByAll(k Facts, p int, set uint) bool {
	holders := 0
	for y := range w.Count {
		if y == p {
			continue
		}
		for v := set; v != 0; v &= v - 1 {
			if i := bits.TrailingZeros(v); k.has(logFact(p, i) | cosigned(y, p, i)) {
				holders++
				break
			}
		}
	}
	return holders == w.Count-1 || w.Break == OneWitnessSuffices && holders > 0
}

// Sets of logs.
const (
	declined   = 1 << Decline
	withdrawn  = 1<<Withdraw1 | 1<<Withdraw2
	beginWith1 = 1<<Seal1 | 1<<Ack1 | 1<<Withdraw1
	beginWith2 = beginWith1 << 1
)

// Verdict is what somebody who knows k is shown: docs/protocol.md 4.
func (w World) Verdict(k Facts) (shown uint8) {
	for d := range w.Texts {
		adopted := true
		for p := 0; p < w.Count && adopted; p++ {
			switch w.Break {
			case BareSealsCount:
				adopted = w.heldByAll(k, p, beginWith1<<d)
			case UncosignedCounts:
				adopted = k.has(logFact(p, Ack1+d)) || k.has(logFact(p, Seal1+d))
			default:
				adopted = w.heldByAll(k, p, 1<<(Ack1+d))
			}
		}
		if adopted {
			shown |= Adopted1 << d
		}
	}
	one, two := false, false
	for p := range w.Count {
		if w.heldByAll(k, p, declined) || w.heldByAll(k, p, withdrawn) {
			shown |= Failed
		}
		if w.Break == UnilateralWithdrawal && (k.has(logFact(p, Withdraw1)) || k.has(logFact(p, Decline))) {
			shown |= Failed
		}
		one = one || w.heldByAll(k, p, beginWith1)
		two = two || w.heldByAll(k, p, beginWith2)
	}
	if one && two {
		shown |= Failed
	}
	return shown
}

// Contradiction says what two people, or one on two days, were shown that cannot both be true, or what a party has signed twice; "" if nothing.
func (w World) Contradiction(s *State) string {
	var all uint8
	for x := range w.Count {
		if !w.honest(x) {
			continue
		}
		all |= s.Nodes[x].shown
		if w.Heads && forked(s.Nodes[x].wrote) {
			return fmt.Sprintf("L3: %c has signed two histories", name(x))
		}
	}
	switch {
	case all&(Adopted1|Adopted2) == Adopted1|Adopted2:
		return "A2: two texts of one round were shown as adopted"
	case all&(Adopted1|Adopted2) != 0 && all&Failed != 0:
		return "A1: the round was shown as adopted, and as failed"
	}
	return ""
}

// forked reports whether of these logs some two do not go on from one another.
func forked(wrote uint8) bool {
	for a := range Logs {
		for b := range a {
			if wrote>>a&1 == 1 && wrote>>b&1 == 1 && !begins(a, b) && !begins(b, a) {
				return true
			}
		}
	}
	return false
}

func name(x int) rune { return rune('A' + x) }
