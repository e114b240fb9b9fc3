// Package histories holds what a node's API answers several clients at once against what it promises them: that there is an order of everything that was asked, which agrees with what came before what,
// in which each key takes effect at most once, a repetition is answered with the same act, another body under a used key is refused, and who looks sees everything that was acknowledged before.
//
// The node is the real one, in a process of its own that is killed at times; what clients draw comes from a seed, what of it meets in the node does not. The search for the order is porcupine's. Only tests
// import it.
package histories

import (
	"slices"

	"github.com/anishathalye/porcupine"
)

// A history has one matter, a thread. Opening it succeeds once; saying something succeeds whenever it is open, and adds a message.
type kind uint8

const (
	open kind = iota
	say
	kinds
)

// keys is how many keys there are for each kind of act; a key is one for one kind.
const keys = 4

// post is an act as a client asks for it. Equal words are equal bodies.
type post struct {
	kind  kind
	key   int // -1: none
	words int // from 1
}

// slot is where a state remembers what became of a key.
func (p post) slot() int { return int(p.kind)*keys + p.key }

// What is asked and answered is several steps, each of which takes place at one moment between the two. A key is claimed before its act is visible, and given free after the act was refused: whoever asks or
// looks in between learns of the one and not of the other.
type what uint8

const (
	claims   what = iota // the key is this request's
	acts                 // the record takes the act, or refuses it
	releases             // the key of a refused act is free again
	replays              // the answer that the key's first request got
	turned               // away, because the key is another body's
	reads
	dies // the process, with what it knew of keys; the record stays
	ends // the history: of what nobody heard the rest has not taken place
)

// step is one of them, with what was answered.
type step struct {
	what
	post
	life   int    // which process was asked
	op     int    // which request this belongs to
	unsure bool   // nobody heard what came of it: if it has not taken place when the process dies or the history ends, it never does
	denied bool   // acts: it was refused
	id     int64  // acts, replays: the number of the entry
	seen   thread // reads
}

// mark is an act as readers see it. id 0: nobody has seen it yet.
type mark struct {
	words int
	id    int64
}

// thread is a matter as readers see it.
type thread struct {
	opened mark // words 0: it is not there
	said   []mark
}

type phase uint8

const (
	free phase = iota
	claimed
	refused
	done
)

// held is what the process knows of a key.
type held struct {
	phase phase
	op    int // whose it is; 0 once that makes no difference
	words int
	at    int // which message it became
}

// state is what a node may have come to. What said points to is never changed.
type state struct {
	life int
	over bool
	thread
	keys [int(kinds) * keys]held
}

func (s state) equal(o state) bool {
	return s.life == o.life && s.over == o.over && s.opened == o.opened && s.keys == o.keys && slices.Equal(s.said, o.said)
}

// next is the state to which a step leads; false if it cannot have been so.
func (s state) next(t step) (state, bool) {
	switch {
	case t.what == dies:
		return state{life: s.life + 1, thread: s.thread}, true
	case t.what == ends:
		s.over = true
		return s, true
	case t.unsure && (s.over || s.life != t.life):
		return s, true // it has not taken place
	case s.life != t.life:
		return s, false
	}
	if t.key < 0 {
		can := s.act(t, nil) // before s is returned
		return s, can
	}
	k := &s.keys[t.slot()]
	switch t.what {
	case claims:
		was := k.phase
		*k = held{phase: claimed, op: t.op, words: t.words}
		return s, was == free
	case acts:
		if k.phase != claimed || k.op != t.op {
			return s, false
		}
		can := s.act(t, k)
		return s, can
	case releases:
		was := *k
		*k = held{}
		return s, was.op == t.op && (was.phase == refused || was.phase == claimed && t.unsure)
	case replays:
		if k.phase != done || k.words != t.words {
			return s, false
		}
		seen := s.thread.clone()
		*seen.place(t.kind, k.at) = mark{t.words, t.id}
		can := s.see(seen)
		return s, can
	case turned:
		return s, k.phase != free && k.words != t.words
	}
	can := s.see(t.seen)
	return s, can
}

// act lets the record take an act, if it can and that is what was answered, or refuse it. k is a key of s.
func (s *state) act(t step, k *held) bool {
	possible := (s.opened.words == 0) == (t.kind == open)
	if !t.unsure && possible == t.denied {
		return false
	}
	if !possible {
		if k != nil {
			k.phase = refused
		}
		return true
	}
	now := s.thread.clone()
	if t.kind == open {
		now.opened.words = t.words
	} else {
		now.said = append(now.said, mark{words: t.words})
	}
	at := len(now.said) - 1
	if k != nil {
		*k = held{phase: done, words: t.words, at: at}
	}
	s.thread = now
	if t.unsure {
		return true
	}
	seen := now.clone()
	seen.place(t.kind, at).id = t.id
	return s.see(seen)
}

func (t thread) clone() thread {
	return thread{t.opened, slices.Clone(t.said)}
}

func (t *thread) place(k kind, at int) *mark {
	if k == open {
		return &t.opened
	}
	return &t.said[at]
}

// see keeps what somebody has seen of the thread; false if nobody can have seen this. What is seen has a number, and numbers grow.
func (s *state) see(seen thread) bool {
	if seen.opened.words != s.opened.words || len(seen.said) != len(s.said) {
		return false
	}
	last := int64(0)
	for i, m := range append([]mark{seen.opened}, seen.said...) {
		was := s.opened
		if i > 0 {
			was = s.said[i-1]
		}
		if m.words != was.words || was.id != 0 && m.id != was.id || m.id != 0 && m.id <= last {
			return false
		}
		last = max(last, m.id)
	}
	s.thread = seen
	return true
}

// known leaves out of a history what cannot have been: it makes the search short and its outcome no other. Last is what was seen once everything else was answered. Each message of it is of one act; where as many
// with the same words were acknowledged, nothing that nobody heard of has become one, and it has at most kept others from its key for a while.
func known(history []porcupine.Operation, last thread) (out []porcupine.Operation) {
	unexplained := map[int]int{} // messages, by words
	for _, m := range slices.Concat(last.said, []mark{last.opened}) {
		unexplained[m.words]++
	}
	for _, o := range history {
		if t := o.Input.(step); t.what == acts && !t.unsure && !t.denied {
			unexplained[t.words]--
		}
	}
	for _, o := range history {
		t := o.Input.(step)
		became := unexplained[t.words] > 0
		barred := t.key >= 0 && slices.ContainsFunc(history, func(o porcupine.Operation) bool {
			other := o.Input.(step)
			return other.what == turned && other.life == t.life && other.slot() == t.slot() && other.words != t.words
		})
		if !t.unsure || became || barred && t.what != acts {
			out = append(out, o)
		}
	}
	return out
}

// holds reports whether there is an order of the steps in which each of them can have been so.
func holds(history []porcupine.Operation, last thread) bool {
	return porcupine.CheckOperations(porcupine.Model{
		Init: func() any { return state{} },
		Step: func(s, input, _ any) (bool, any) {
			next, can := s.(state).next(input.(step))
			return can, next
		},
		Equal: func(a, b any) bool { return a.(state).equal(b.(state)) },
	}, known(history, last))
}
