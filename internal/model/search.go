package model

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// Result of a search.
type Result struct {
	States, Steps   int
	Adopted, Failed int  // states in which somebody has been shown so
	Exhausted       bool // there are no other states
	Found           string
	Trace           []string // the shortest way to what was found
}

func (r Result) String() string {
	if r.Found == "" {
		return fmt.Sprintf("%d states, %d steps, exhausted: %t; adopted in %d, failed in %d", r.States, r.Steps, r.Exhausted, r.Adopted, r.Failed)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s, after %d states", r.Found, r.States)
	for i, a := range r.Trace {
		fmt.Fprintf(&b, "\n  %2d. %s", i+1, a)
	}
	return b.String()
}

// system is what can be searched: states S, and acts A that lead from one to another.
type system[S any, A fmt.Stringer] interface {
	Begin() S
	Next(s *S, yield func(A, *S))
	Contradiction(s *S) string
	hash(s *S) uint64
	everShown(s *S) uint8
}

// Search looks at all states, nearest first, up to limit of them. It remembers 63 bits of each: with 10,000,000 states the chance that one hides another is about one in 180,000.
func (w World) Search(limit int) Result { return search(w, limit) }

// Search looks at all states, as World.Search does.
func (w Lives) Search(limit int) Result { return search(w, limit) }

func search[S any, A fmt.Stringer](w system[S, A], limit int) Result {
	r := walk(w, limit, nil)
	if r.Found != "" { // once more, and remember the way
		return walk(w, limit, &way[A]{})
	}
	return r
}

// way remembers how each state was come to.
type way[A fmt.Stringer] struct {
	from []int32
	act  []A
}

func walk[S any, A fmt.Stringer](w system[S, A], limit int, way *way[A]) Result {
	seen := newSet()
	var r Result
	now, later := []S{w.Begin()}, []S(nil)
	seen.add(w.hash(&now[0]))
	if way != nil {
		way.from, way.act = []int32{-1}, make([]A, 1)
	}
	for at := int32(0); len(now) > 0; now, later = later, now[:0] {
		for i := range now {
			s := &now[i]
			r.count(w.everShown(s))
			if r.Found = w.Contradiction(s); r.Found != "" {
				r.States = seen.n
				r.Trace = way.to(at)
				return r
			}
			if seen.n < limit {
				w.Next(s, func(a A, t *S) {
					r.Steps++
					if seen.add(w.hash(t)) {
						later = append(later, *t)
						if way != nil {
							way.from, way.act = append(way.from, at), append(way.act, a)
						}
					}
				})
			}
			at++
		}
	}
	r.States, r.Exhausted = seen.n, seen.n < limit
	return r
}

func (r *Result) count(shown uint8) {
	if shown&(Adopted1|Adopted2) != 0 {
		r.Adopted++
	}
	if shown&Failed != 0 {
		r.Failed++
	}
}

func (w World) everShown(s *State) (all uint8) {
	for x := range w.Count {
		all |= s.Nodes[x].shown
	}
	return all
}

func (w Lives) everShown(s *Lines) uint8 { return s.shown }

func (w *way[A]) to(at int32) (out []string) {
	if w == nil {
		return nil
	}
	for ; at > 0; at = w.from[at] {
		out = append(out, w.act[at].String())
	}
	slices.Reverse(out)
	return out
}

// hash mixes a state into 64 bits.
func (w World) hash(s *State) uint64 {
	h := mix(0x9e3779b97f4a7c15, uint64(s.Line))
	for i := range s.Nodes {
		n := &s.Nodes[i]
		a := uint64(n.log) | uint64(n.cos[0])<<8 | uint64(n.cos[1])<<16 | uint64(n.cos[2])<<24 | uint64(n.shown)<<32 | uint64(n.flags)<<40 | uint64(n.asked)<<48 | uint64(n.wrote)<<56
		b := uint64(n.oldLog) | uint64(n.oldCos[0])<<8 | uint64(n.oldCos[1])<<16 | uint64(n.oldCos[2])<<24
		h = mix(mix(mix(mix(h, uint64(n.Know)), uint64(n.backup)), a), b)
	}
	return finish(h)
}

// hash mixes a state of generations.
func (w Lives) hash(s *Lines) uint64 {
	h := uint64(0x9e3779b97f4a7c15)
	for slot := range slots {
		var log uint64
		for _, e := range s.logs[slot][:s.size[slot]] {
			log = log<<16 | uint64(e.kind+1)<<12 | uint64(e.past[oldA])<<9 | uint64(e.past[logB])<<6 | uint64(e.past[logC])<<3 | uint64(e.past[newA])
		}
		h = mix(h, log)
	}
	for _, n := range s.nodes {
		h = mix(h, uint64(n.have[oldA])|uint64(n.have[logB])<<8|uint64(n.have[logC])<<16|uint64(n.have[newA])<<24|uint64(n.gave)<<32|uint64(n.shown)<<40)
	}
	return finish(mix(h, uint64(s.once[logB])|uint64(s.once[logC])<<8|uint64(s.shown)<<16))
}

func finish(h uint64) uint64 {
	h ^= h >> 32
	h *= 0xff51afd7ed558ccd
	return h ^ h>>29
}

func mix(h, word uint64) uint64 {
	hi, lo := bits.Mul64(h^word, 0xd6e8feb86659fd93)
	return hi ^ lo ^ bits.RotateLeft64(h, 23)
}

// set is a set of hashes.
type set struct {
	slots []uint64
	n     int
}

func newSet() *set { return &set{slots: make([]uint64, 1<<16)} }

func (s *set) add(h uint64) bool {
	h |= 1 // zero is an empty slot
	for i := h >> 1 & uint64(len(s.slots)-1); ; i = (i + 1) & uint64(len(s.slots)-1) {
		switch s.slots[i] {
		case h:
			return false
		case 0:
			s.slots[i] = h
			if s.n++; s.n > len(s.slots)/2 {
				s.grow()
			}
			return true
		}
	}
}

func (s *set) grow() {
	old := s.slots
	s.slots, s.n = make([]uint64, 2*len(old)), 0
	for _, h := range old {
		if h != 0 {
			s.add(h)
		}
	}
}
