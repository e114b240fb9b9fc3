package histories

import (
	"slices"
	"testing"

	"github.com/anishathalye/porcupine"
)

// told is a history as it is written down by hand.
type told []porcupine.Operation

// ask is a request that was answered, or of which nobody heard, between two moments.
func (h told) ask(call, end int64, steps ...step) told {
	h = slices.Clip(h)
	for _, t := range steps {
		h = append(h, porcupine.Operation{Input: t, Call: call, Return: end})
	}
	return h
}

// What is asked of these histories. Two bodies of one key; p is the first, q the second.
var (
	o = post{open, 0, 1}
	p = post{say, 0, 2*keys + 1}
	q = post{say, 0, 2*keys + 2}
	n = post{say, -1, 99} // without a key
)

func took(op int, p post, id int64) []step {
	return []step{{what: claims, post: p, op: op}, {what: acts, post: p, op: op, id: id}}
}

func denied(op int, p post) []step {
	return []step{{what: claims, post: p, op: op}, {what: acts, post: p, op: op, denied: true}, {what: releases, post: p, op: op}}
}

func unheard(op int, p post) []step {
	return []step{{what: claims, post: p, op: op, unsure: true}, {what: acts, post: p, op: op, unsure: true}, {what: releases, post: p, op: op, unsure: true}}
}

func later(life int, steps ...step) (out []step) {
	for _, t := range steps {
		t.life = life
		out = append(out, t)
	}
	return out
}

func sees(said ...mark) step { return step{what: reads, seen: thread{mark{o.words, 1}, said}} }

const never = 1 << 40

// What is promised and what is not, as histories that a node may and may not have.
func TestWhatHistoriesMayBe(t *testing.T) {
	opened := told{}.ask(1, 2, took(1, o, 1)...)
	for name, c := range map[string]struct {
		told  told
		holds bool
	}{
		"who reads sees what was acknowledged":  {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, sees(mark{p.words, 2})), true},
		"who reads does not see it":             {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, sees()), false},
		"who reads meanwhile may see it or not": {opened.ask(3, 8, took(2, p, 2)...).ask(4, 5, sees()).ask(6, 7, sees(mark{p.words, 2})), true},
		"what was seen is gone":                 {opened.ask(3, 8, took(2, p, 2)...).ask(4, 5, sees(mark{p.words, 2})).ask(6, 7, sees()), false},
		"somebody else's words":                 {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, sees(mark{q.words, 2})), false},
		"somebody else's number":                {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, sees(mark{p.words, 3})), false},
		"it is there before anybody asks":       {opened.ask(3, 4, sees(mark{p.words, 2})).ask(5, 6, took(2, p, 2)...), false},
		"it is there twice":                     {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, sees(mark{p.words, 2}, mark{p.words, 3})), false},
		"later acts have lower numbers":         {opened.ask(3, 4, took(2, p, 3)...).ask(5, 6, step{what: acts, post: n, op: 3, id: 2}), false},

		"a key is taken before its act is seen":                 {opened.ask(3, 10, took(2, p, 2)...).ask(4, 5, step{what: turned, post: q}).ask(6, 7, sees()).ask(11, 12, sees(mark{p.words, 2})), true},
		"a key is still taken once its act was refused":         {told{}.ask(1, 10, denied(1, p)...).ask(2, 3, step{what: turned, post: q}).ask(4, 5, took(2, o, 1)...).ask(6, 7, step{what: turned, post: q}), true},
		"the key of a refused act is free":                      {told{}.ask(1, 2, denied(1, p)...).ask(3, 4, took(2, o, 1)...).ask(5, 6, took(3, q, 2)...), true},
		"nobody has the key":                                    {opened.ask(3, 4, step{what: turned, post: q}), false},
		"the key is this very body's":                           {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, step{what: turned, post: p}), false},
		"another body under a used key":                         {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, took(3, q, 3)...), false},
		"a repetition is the same act":                          {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, step{what: replays, post: p, id: 2}), true},
		"a repetition is another act":                           {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, step{what: replays, post: p, id: 3}), false},
		"a repetition is done again":                            {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, took(3, p, 3)...), false},
		"another body is answered as the first":                 {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, step{what: replays, post: q, id: 2}), false},
		"a repetition of what nobody asked":                     {opened.ask(3, 4, step{what: replays, post: p, id: 2}), false},
		"a repetition is answered before its act is there":      {opened.ask(3, 10, took(2, p, 2)...).ask(4, 5, step{what: replays, post: p, id: 2}).ask(6, 7, sees()), false},
		"a key of one kind of act is none of another":           {opened.ask(3, 4, step{what: turned, post: post{say, 0, o.words + 1}}), false},
		"it is opened twice":                                    {opened.ask(3, 4, took(2, post{open, 1, 3}, 2)...), false},
		"opening it again is refused":                           {opened.ask(3, 4, denied(2, post{open, 1, 3})...), true},
		"what is possible is refused":                           {opened.ask(3, 4, denied(2, p)...), false},
		"of two who open it at once, one does":                  {told{}.ask(1, 4, took(1, o, 1)...).ask(2, 3, denied(2, post{open, 1, 3})...), true},
		"of two who open it one after another, the second does": {told{}.ask(3, 4, took(1, o, 1)...).ask(1, 2, denied(2, post{open, 1, 3})...), false},

		"what nobody heard of was done": {opened.ask(3, never, unheard(2, p)...).ask(4, 5, sees(mark{p.words, 2})), true},
		"it was not":                    {opened.ask(3, never, unheard(2, p)...).ask(4, 5, sees()), true},
		"it is done later":              {opened.ask(3, never, unheard(2, p)...).ask(4, 5, sees()).ask(6, 7, sees(mark{p.words, 2})), true},
		"it is done twice":              {opened.ask(3, never, unheard(2, p)...).ask(6, 7, sees(mark{p.words, 2}, mark{p.words, 3})), false},
		"it was done, and a repetition is the same act":     {opened.ask(3, never, unheard(2, p)...).ask(4, 5, step{what: replays, post: p, id: 2}).ask(6, 7, sees(mark{p.words, 2})), true},
		"it was done, and a repetition has another number":  {opened.ask(3, never, unheard(2, p)...).ask(4, 5, step{what: replays, post: p, id: 3}).ask(6, 7, sees(mark{p.words, 2})), false},
		"a repetition is answered, and nothing is there":    {opened.ask(3, never, unheard(2, p)...).ask(4, 5, step{what: replays, post: p, id: 3}).ask(6, 7, sees()), false},
		"of a refused act nobody heard, and it had the key": {opened.ask(3, never, unheard(2, post{open, 1, 3})...).ask(4, 5, step{what: turned, post: post{open, 1, 4}}).ask(6, 7, sees()), true},
		"and it was free again":                             {opened.ask(3, never, unheard(2, post{open, 1, 3})...).ask(4, 5, step{what: turned, post: post{open, 1, 4}}).ask(6, 7, denied(3, post{open, 1, 4})...).ask(8, 9, sees()), true},

		"a death lets go of keys":                       {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, step{what: dies}).ask(7, 8, later(1, took(3, q, 3)...)...).ask(9, 10, later(1, sees(mark{p.words, 2}, mark{q.words, 3}))...), true},
		"and of nothing else":                           {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, step{what: dies}).ask(9, 10, later(1, sees())...), false},
		"what is repeated without looking is done anew": {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, step{what: dies}).ask(7, 8, later(1, took(3, p, 3)...)...).ask(9, 10, later(1, sees(mark{p.words, 2}, mark{p.words, 3}))...), true},
		"a key outlives its process":                    {opened.ask(3, 4, took(2, p, 2)...).ask(5, 6, step{what: dies}).ask(7, 8, later(1, step{what: replays, post: p, id: 2})...), false},
		"the dead did what nobody heard of":             {opened.ask(3, never, unheard(2, p)...).ask(5, 6, step{what: dies}).ask(7, 8, later(1, sees(mark{p.words, 2}))...), true},
		"the dead do it after the death":                {opened.ask(3, never, unheard(2, p)...).ask(5, 6, step{what: dies}).ask(7, 8, later(1, sees())...).ask(9, 10, later(1, sees(mark{p.words, 2}))...), false},
	} {
		last := thread{}
		for _, o := range c.told {
			if t := o.Input.(step); t.what == reads {
				last = t.seen // the last of them is
			}
		}
		if last.opened.words == 0 { // nobody looks in the end: all is left to the search
			for _, m := range []post{o, p, q, n, {open, 1, 3}, {open, 1, 4}} {
				last.said = append(last.said, mark{words: m.words}, mark{words: m.words})
			}
		}
		if got := holds(c.told.ask(100, 101, step{what: ends}), last); got != c.holds {
			t.Errorf("%s: there is an order: %v", name, got)
		}
	}
}
