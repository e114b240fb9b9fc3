package record

import (
	"fmt"
	"testing"

	"entente.example/entry"
)

// contested is a reader to whom a's log has two histories, of which it holds one, and what is common is this many entries more than there were when the charter came into force.
func (x *lines) contested(common int64, have map[int]int64) *replica {
	r := x.started(1)
	x.begin(8, r)
	r.fold.Contest(0, x.base[0]+common)
	r.hold(x.base, have)
	return r
}

// forked is a head of a's log as only its other history has it.
func (x *lines) forked(more int64) entry.Seen {
	return entry.Seen{Origin: x.origin(0), Size: x.base[0] + more, Root: [32]byte{0xf0}}
}

// Of a contested log what is common counts, to the last entry, and nothing beyond; that it is contested is said to whoever asks. SPEC fork-common.
func TestOnlyWhatIsCommonOfAContestedLogCounts(t *testing.T) {
	x := newLines(t)
	for i := range 4 {
		x.tables(0, "a-all", fmt.Sprintf("t-%d", i))
	}
	r := x.contested(2, map[int]int64{0: int64(len(x.logs[0]))})
	if n := r.fold.Applied()[0]; n != x.base[0]+2 {
		t.Errorf("%d entries are folded, not %d", n, x.base[0]+2)
	}
	if _, ready, err := r.fold.Fold(r, r.input(0, x.base[0]+2)); ready || err != nil {
		t.Errorf("the first beyond: %v, %v", ready, err)
	}
	if limit, ok := r.fold.Contested(0); !ok || limit != x.base[0]+2 {
		t.Errorf("contested from %d, %v", limit, ok)
	}
	if limit, ok := r.fold.Contested(1); ok || limit != 0 {
		t.Errorf("b's log is contested from %d", limit)
	}
}

// What an entry has seen of a contested log beyond what is common counts as what is common, whatever history it was; a head within it is compared as ever. SPEC fork-common, seen-monotone.
func TestWhatWasSeenOfAContestedLogCountsAsTheCommonPart(t *testing.T) {
	for name, c := range map[string]struct {
		earlier, seen func(x *lines) entry.Seen // by c
		past          int64                     // of a's log beyond the founding, in the past of c's last entry; -1: it waits
		void          string
	}{
		"the other history, beyond":              {nil, func(x *lines) entry.Seen { return x.forked(3) }, 2, ""},
		"this history, beyond":                   {nil, func(x *lines) entry.Seen { return x.head(0, x.base[0]+3) }, 2, ""},
		"exactly what is common":                 {nil, func(x *lines) entry.Seen { return x.head(0, x.base[0]+2) }, 2, ""},
		"another root where it ends":             {nil, func(x *lines) entry.Seen { return x.forked(2) }, -1, ""},
		"another root within":                    {nil, func(x *lines) entry.Seen { return x.forked(1) }, -1, ""},
		"less":                                   {nil, func(x *lines) entry.Seen { return x.head(0, x.base[0]+1) }, 1, ""},
		"more and more, beyond":                  {func(x *lines) entry.Seen { return x.forked(3) }, func(x *lines) entry.Seen { return x.forked(4) }, 2, ""},
		"what is common, and then beyond":        {func(x *lines) entry.Seen { return x.head(0, x.base[0]+2) }, func(x *lines) entry.Seen { return x.forked(3) }, 2, ""},
		"beyond, and then less":                  {func(x *lines) entry.Seen { return x.forked(3) }, func(x *lines) entry.Seen { return x.head(0, x.base[0]+1) }, 2, "entry.seen_went_back"},
		"beyond, and then just what is common":   {func(x *lines) entry.Seen { return x.forked(3) }, func(x *lines) entry.Seen { return x.head(0, x.base[0]+2) }, 2, "entry.seen_went_back"},
		"the same of what is common, once again": {func(x *lines) entry.Seen { return x.head(0, x.base[0]+1) }, func(x *lines) entry.Seen { return x.head(0, x.base[0]+1) }, 1, "entry.seen_went_back"},
	} {
		x := newLines(t)
		for i := range 4 {
			x.tables(0, "a-all", fmt.Sprintf("t-%d", i))
		}
		if c.earlier != nil {
			x.tables(2, "c-all", "earlier", c.earlier(x))
		}
		at := x.tables(2, "c-all", "last", c.seen(x))
		r := x.contested(2, map[int]int64{0: int64(len(x.logs[0])), 2: at + 1})
		if c.past < 0 {
			if n := r.fold.Applied()[2]; n != at {
				t.Errorf("%s: it does not wait", name)
			}
			continue
		}
		if n := r.fold.Applied()[2]; n != at+1 {
			t.Errorf("%s: it waits", name)
			continue
		}
		if got := r.fold.LastPast(2).At(0); got != x.base[0]+c.past {
			t.Errorf("%s: it has seen %d entries of a, not %d", name, got-x.base[0], c.past)
		}
		if got := r.voids[fmt.Sprintf("2-%d", at)]; got != c.void {
			t.Errorf("%s: void with %q, want %q", name, got, c.void)
		}
	}
}

// Before what is common is here, an entry that has seen more waits for it.
func TestWhoHasSeenAContestedLogWaitsForTheCommonPart(t *testing.T) {
	x := newLines(t)
	for i := range 3 {
		x.tables(0, "a-all", fmt.Sprintf("t-%d", i))
	}
	at := x.tables(2, "c-all", "last", x.forked(3))
	r := x.contested(2, map[int]int64{0: x.base[0] + 1, 2: at + 1})
	if r.fold.Applied()[2] != at {
		t.Error("it does not wait")
	}
	r.receive(0, 1)
	if r.fold.Applied()[2] != at+1 || r.fold.LastPast(2).At(0) != x.base[0]+2 {
		t.Errorf("it waits still: %v", r.fold.Applied())
	}
}

// The past of an entry need not be closed for a contested log: its author may have known less of what is common than is known here, and what it has seen had seen more. For others it must be. SPEC fork-common, seen-closed.
func TestThePastIsClosedExceptForContestedLogs(t *testing.T) {
	for _, contested := range []bool{true, false} {
		x := newLines(t)
		x.tables(0, "a-all", "t-0")
		x.tables(0, "a-all", "t-1")
		x.tables(1, "b-all", "of-b", x.whole(0))
		at := x.tables(2, "c-all", "of-c", x.whole(1)) // and says nothing of a
		have := map[int]int64{0: x.base[0] + 2, 1: int64(len(x.logs[1])), 2: at + 1}
		r := x.contested(1<<20, have)
		want, past := "", x.base[0]+2
		if !contested {
			r, want, past = x.reader(1, have), "entry.past_not_closed", r.fold.heads[2].last.Past.At(0)-2
		}
		if got := r.voids[fmt.Sprintf("2-%d", at)]; got != want {
			t.Errorf("contested %t: void with %q, want %q", contested, got, want)
		}
		if got := r.fold.LastPast(2).At(0); got != past {
			t.Errorf("contested %t: it has seen %d entries of a, not %d", contested, got, past)
		}
	}
}
