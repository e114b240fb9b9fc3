package sim

import (
	"errors"
	"strings"
	"testing"

	"entente.example/internal/store"
)

// The look at the order itself, on what no node has come to: what was settled and is folded no more, or something folded before it, is O4; what is folded behind it, or opens a generation, is not.
func TestWhatWasSettledStays(t *testing.T) {
	logs := func(a, b, c int64, more ...store.Log) []store.Log {
		return append([]store.Log{{Party: "a", Origin: "a/1", Gen: 1, Applied: a}, {Party: "b", Origin: "b/1", Gen: 1, Applied: b}, {Party: "c", Origin: "c/1", Gen: 1, Applied: c}}, more...)
	}
	next := store.Log{Party: "a", Origin: "a/2", Gen: 2, Applied: 1}
	for name, c := range map[string]struct {
		then   []store.Log
		broken bool
	}{
		"nothing new":      {logs(3, 2, 3), false},
		"one more of each": {logs(4, 3, 4), false},
		"one that was not settled is folded no more": {logs(3, 2, 2), false},
		"one that was settled is folded no more":     {logs(3, 2, 1), true},
		"all of a log folded no more":                {logs(0, 2, 3), true},
		"a generation that is new":                   {logs(3, 2, 3, next), false},
		"and the end of the one before":              {logs(4, 2, 3, next), false},
	} {
		w := newWorld(Options{Dir: t.TempDir()})
		s, n := w.seen, &node{w: w, party: "b", order: ordered{folded: map[string]int64{}}}
		for _, origin := range []string{"a/1", "b/1", "c/1", "a/2"} { // each entry but the first of a generation has seen all before it
			h := &history{}
			for i := range int64(5) {
				var seen []sighting
				if i > 0 && origin != "a/1" {
					seen = append(seen, sighting{"a/1", i})
				}
				h.sees = append(h.sees, seen)
			}
			s.logs[origin] = h
		}
		if err := s.inOrder(n, nil, logs(3, 2, 3)); err != nil {
			t.Fatal(err)
		}
		if n.order.frontier != 2 {
			t.Fatalf("settled up to %d", n.order.frontier)
		}
		err := s.inOrder(n, nil, c.then)
		var v *Violation
		if c.broken != (errors.As(err, &v) && v.Invariant == "O4" && strings.Contains(v.Error(), "settled")) || !c.broken && err != nil {
			t.Errorf("%s: %v", name, err)
		}
		w.close()
	}
}
