package model

import (
	"fmt"
	"math/bits"
)

// Act is one thing that happens.
type Act struct {
	Kind Kind
	X    int // who
	P, V int // what about
}

// Kind of an Act.
type Kind uint8

// Kinds.
const (
	Write Kind = iota // V is the log that X has then
	Cosign
	Send
	Receive
	Backup
	Restore
	Answer
	Expire
)

func (a Act) String() string {
	switch a.Kind {
	case Write:
		return fmt.Sprintf("%c writes %s", name(a.X), logNames[a.V])
	case Cosign:
		return fmt.Sprintf("%c cosigns %c's log with %s", name(a.X), name(a.P), logNames[a.V])
	case Send:
		return fmt.Sprintf("%c sends all it knows", name(a.X))
	case Receive:
		if a.V < 0 {
			return fmt.Sprintf("%c hears %s", name(a.X), factName(a.P))
		}
	case Backup:
		return fmt.Sprintf("%c makes a backup", name(a.X))
	case Restore:
		return fmt.Sprintf("%c is restored from its backup", name(a.X))
	case Answer:
		return fmt.Sprintf("%c tells %c how much of its log it holds", name(a.P), name(a.X))
	case Expire:
		return fmt.Sprintf("%c's clock says that the time for the round is over", name(a.X))
	}
	return "?"
}

func factName(bit int) string {
	if bit < Parties*Logs {
		return fmt.Sprintf("that %c's log holds %s", name(bit/Logs), logNames[bit%Logs])
	}
	bit -= Parties * Logs
	x, p := bit/Logs/(Parties-1), bit/Logs%(Parties-1)
	if p >= x {
		p++
	}
	return fmt.Sprintf("that %c has cosigned %c's log with %s", name(x), name(p), logNames[bit%Logs])
}

// Next yields everything that can happen in a state, and the state after it.
func (w World) Next(s *State, yield func(Act, *State)) {
	for x := range w.Count {
		if w.honest(x) {
			w.writes(s, x, yield)
			w.cosigns(s, x, yield)
			w.line(s, x, yield)
			w.disasters(s, x, yield)
		}
	}
}

// after finishes a state: people look at their pages.
func (w World) after(t *State, x int) *State {
	n := &t.Nodes[x]
	n.shown |= w.Verdict(n.Know)
	return t
}

// MayWrite lists the logs that an honest party may have next.
func (w World) MayWrite(n *Node, x int) (set uint) {
	if n.flags&markless != 0 {
		return 0
	}
	switch v := int(n.log); {
	case v == None:
		return declined | (1<<w.Texts - 1)
	case v == Decline && w.Break == SecondChoice:
		return 1<<w.Texts - 1
	case v < Decline:
		set = 1 << (v + Withdraw1)
		if w.mayAcknowledge(n, x, v) {
			set |= 1 << (v + Ack1)
		}
	case w.Break == WithdrawAfterAck && (v == Ack1 || v == Ack2):
		set = 1 << (v + Withdraw1 - Ack1)
	}
	return set
}

// mayAcknowledge reports whether a party that sealed text d has cosigned every other party's seal of it, and has it: after a restore the marks know more than the record does.
func (w World) mayAcknowledge(n *Node, x, d int) bool {
	for p := range w.Count {
		if c := int(n.cos[p]); p != x && (c != d && c != d+Ack1 || !n.Know.holds(p, c)) {
			return false
		}
	}
	return true
}

func (w World) writes(s *State, x int, yield func(Act, *State)) {
	for set := w.MayWrite(&s.Nodes[x], x); set != 0; set &= set - 1 {
		v := bits.TrailingZeros(set)
		t := *s
		n := &t.Nodes[x]
		n.log = uint8(v)
		n.wrote |= 1 << v
		n.Know = w.learn(n.Know, logFact(x, v))
		yield(Act{Write, x, x, v}, w.after(&t, x))
	}
}

// cosigns: along one branch of each log only, and never back.
func (w World) cosigns(s *State, x int, yield func(Act, *State)) {
	n := &s.Nodes[x]
	for p := range w.Count {
		if p == x {
			continue
		}
		for v := range Logs {
			if !n.Know.has(logFact(p, v)) || n.Know.has(cosigned(x, p, v)) {
				continue
			}
			c := int(n.cos[p])
			late := w.Break == WithdrawAfterAck && (c == Ack1 || c == Ack2) && v == c+Withdraw1-Ack1
			again := w.Break == SecondChoice && c == Decline
			if c != None && !begins(c, v) && w.Break != TwoBranches && !late && !again {
				continue
			}
			t := *s
			m := &t.Nodes[x]
			m.cos[p] = uint8(v)
			m.Know = w.learn(m.Know, cosigned(x, p, v))
			yield(Act{Cosign, x, p, v}, w.after(&t, x))
		}
	}
}

func (w World) line(s *State, x int, yield func(Act, *State)) {
	n := &s.Nodes[x]
	if n.Know&^s.Line != 0 {
		t := *s
		t.Line |= n.Know
		yield(Act{Send, x, 0, 0}, &t)
	}
	for news := s.Line &^ n.Know; news != 0; news &= news - 1 {
		t := *s
		m := &t.Nodes[x]
		m.Know = w.learn(m.Know, news&-news)
		yield(Act{Receive, x, bits.TrailingZeros64(uint64(news)), -1}, w.after(&t, x))
	}
}

// disasters are backups, restores, and what a clock may do in a wrong rule.
func (w World) disasters(s *State, x int, yield func(Act, *State)) {
	n := &s.Nodes[x]
	if w.Break == ClockExpiry && n.flags&expired == 0 && n.log != None && w.Verdict(n.Know) == 0 {
		t := *s
		t.Nodes[x].flags |= expired
		t.Nodes[x].shown |= Failed
		yield(Act{Expire, x, 0, 0}, &t)
	}
	if w.Restorers>>x&1 == 0 {
		return
	}
	if n.flags&hasBackup == 0 {
		t := *s
		m := &t.Nodes[x]
		m.flags |= hasBackup
		m.backup, m.oldLog, m.oldCos = m.Know, m.log, m.cos
		yield(Act{Backup, x, 0, 0}, &t)
	} else if n.flags&restored == 0 {
		t := *s
		w.restore(&t, x)
		yield(Act{Restore, x, 0, 0}, w.after(&t, x))
	}
	if n.flags&markless == 0 {
		return
	}
	for y := range w.Count {
		if y != x && n.asked>>y&1 == 0 {
			t := *s
			w.answer(&t, x, y)
			yield(Act{Answer, x, y, 0}, w.after(&t, x))
		}
	}
}

// restore puts the backup in place of what the node has. The backup itself is of no use any more, and is forgotten, so that states which differ only in it are one.
func (w World) restore(t *State, x int) {
	n := &t.Nodes[x]
	know := n.backup
	n.flags |= restored
	switch w.Marks {
	case Kept: // its own log comes back before it writes again
		if n.log != None {
			know = w.learn(know, logFact(x, int(n.log)))
		}
	case Lost:
		n.flags |= markless
		n.log, n.cos = n.oldLog, n.oldCos
	case Naive:
		n.log, n.cos = n.oldLog, n.oldCos
	}
	n.Know = know
	n.backup, n.oldLog, n.oldCos = 0, None, [Parties]uint8{None, None, None}
}

// answer: y tells x how much of x's log it holds. A liar says "nothing". When all have answered, x writes again.
func (w World) answer(t *State, x, y int) {
	n := &t.Nodes[x]
	n.asked |= 1 << y
	if w.honest(y) {
		for v := range Logs {
			if t.Nodes[y].Know.has(logFact(x, v)) && (n.log == None || begins(int(n.log), v)) {
				n.log = uint8(v)
				n.Know = w.learn(n.Know, logFact(x, v))
			}
		}
	}
	if bits.OnesCount8(n.asked) == w.Count-1 || w.Break == BelieveFirstAnswer {
		n.flags &^= markless
		n.asked = 0
	}
}
