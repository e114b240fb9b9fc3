package record

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/adoption"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/founding"
	"entente.example/internal/membership"
	"entente.example/internal/party"
	"entente.example/lang"
)

var errDisk = errors.New("the disk is gone")

// failing is a source whose call with this number fails, and maybe all behind it.
type failing struct {
	Source
	calls, at int
	kind      map[string]int
}

func (f *failing) fails(what string) bool {
	f.calls++
	if f.calls == f.at {
		f.kind[what]++
	}
	return f.calls == f.at
}

func (f *failing) Position(slot int, index int64) (Position, error) {
	if f.fails("position") {
		return Position{}, errDisk
	}
	return f.Source.Position(slot, index)
}

func (f *failing) Leaf(slot int, index int64) ([]byte, [32]byte, error) {
	if f.fails("leaf") {
		return nil, [32]byte{}, errDisk
	}
	return f.Source.Leaf(slot, index)
}

func (f *failing) Root(slot int, size int64) ([32]byte, error) {
	if f.fails("root") {
		return [32]byte{}, errDisk
	}
	return f.Source.Root(slot, size)
}

func (f *failing) Matter(key string) (Stored, bool, error) {
	if f.fails("matter") {
		return Stored{}, false, errDisk
	}
	return f.Source.Matter(key)
}

func (f *failing) History(key string) iter.Seq2[Past, error] {
	return func(yield func(Past, error) bool) {
		for p, err := range f.Source.History(key) {
			if f.fails("history") {
				yield(Past{}, errDisk)
				return
			}
			if !yield(p, err) {
				return
			}
		}
		if f.fails("history") {
			yield(Past{}, errDisk)
		}
	}
}

// troubled is a mechanism with everything that the fold asks its store for: acts that sort in between, a generation that grows beside the one before it, words that rest on a text, keys that were replaced.
func troubled(t testing.TB) *lines {
	x := lost(t, party.Loss)
	x.append(0, x.compose(0, "a-all", "party/a", party.Announce{Generation: 2, Keys: x.doc.Parties[0].Keys.Node()}))
	raise := concern.Raise{Text: lang.Text{"en": "Why?"}}
	x.tables(1, "b-all", "late", x.whole(0))
	x.append(1, x.compose(1, "b-all", "concern/both", raise))          // stands behind c's, which may come later
	for _, matter := range []string{founding.Matter, "text/known-1"} { // c, who has not seen it, is judged by what these were
		x.append(1, x.compose(1, "b-all", matter, adoption.Decline{Round: 1, Reason: "late"}))
	}
	x.append(2, x.compose(2, "c-all", "concern/both", raise))
	x.append(2, x.compose(2, "c-all", "thread/3", conversation.Open{Title: lang.Text{"en": "Why?"}, About: "text/known-1", Paragraph: "1"}))
	x.confirms(2, x.old(3), x.whole(3))
	x.append(3, x.compose(3, "a-all", "text/lost-1", adoption.Decline{Round: 1, Reason: "no"}, x.whole(2), x.old(3), x.head(1, x.base[1])))
	x.append(1, x.compose(1, "b-all", "thread/1", conversation.Open{Title: lang.Text{"en": "Why?"}, About: "text/lost-1", Paragraph: "1"}))
	x.append(2, x.compose(2, "c-all", "thread/2", conversation.Open{Title: lang.Text{"en": "Why?"}, About: "text/lost-1", Paragraph: "1"}))
	x.append(1, x.compose(1, "b-all", membership.Matter("b"), membership.Leave{Text: "lost-1"}, x.whole(3), x.whole(2)))
	x.tables(1, "b-all", "b-new")
	x.append(2, x.compose(2, "c-all", membership.Matter("c"), membership.Leave{Text: "late"}, x.head(1, x.base[1]+1), x.whole(0)))
	x.confirms(1)
	x.append(3, x.compose(3, "a-all", "party/a", party.Announce{Generation: 3, Keys: x.doc.Parties[0].Keys.Node()}, x.whole(0), x.whole(1), x.whole(2)))
	x.renews(int64(len(x.logs[1])), x.whole(0), x.whole(2), x.whole(3))
	x.tables(4, "b-all", "b-again")
	return x
}

// What the store cannot tell stops an entry with the store's own error, at whichever question it fails: it is neither judged nor folded then, and comes to what it would have come to once the store answers.
func TestAnErrorOfTheStoreStopsTheEntryAndLosesNothing(t *testing.T) {
	x := troubled(t)
	met, beyond := map[string]int{}, 0
	for _, order := range [][]int{{3, 2, 1, 0, 4}, {0, 1, 2, 3, 4}, {1, 0, 3, 4, 2}} {
		want, r := x.reader(2, nil), x.reader(2, nil)
		for round := range 12 {
			for i := 0; i < len(order); i++ {
				slot := order[i]
				if n := r.fold.Applied().At(slot); n == int64(len(x.logs[slot])) || slot > 2 && n == 0 && round == 0 && order[0] != slot {
					continue
				}
				want.have[slot], r.have[slot] = int64(len(x.logs[slot])), int64(len(x.logs[slot]))
				in := r.input(slot, r.fold.Applied().At(slot))
				if !want.begun(in) {
					r.begun(in) // it says what it waits for
					continue
				}
				if in.Gen > 1 && in.Index == 0 {
					admitTroubled(x, r, in, met)
					r.begun(in)
				}
				if stated, ended := r.fold.Closed(in.Party, in.Gen); ended && in.Index >= stated {
					beyond++
					want.offer(want.fold) // what vouches for it was tried when it was not here
					r.offer(r.fold)
				}
				due, ready, err := want.fold.Fold(want, in)
				must(t, err)
				before := r.states()
				for at := 1; ; at++ {
					fold := x.reminded(r, in)
					f := &failing{r, 0, at, met}
					_, _, err := fold.Fold(f, in)
					if f.calls < at {
						break
					}
					if !errors.Is(err, errDisk) {
						t.Fatalf("%v: entry %d of log %d, failing at question %d: %v", order, in.Index, slot, at, err)
					}
					if _, err := x.reminded(r, in).FoldOwn(&failing{r, 0, at, met}, in); !errors.Is(err, errDisk) {
						t.Fatalf("%v: entry %d of log %d as one's own, failing at question %d: %v", order, in.Index, slot, at, err)
					}
					j := &failing{r, 0, at, met}
					if err := x.reminded(r, in).JudgeOwn(j, in); j.calls >= at && !errors.Is(err, errDisk) { // it asks less
						t.Fatalf("%v: entry %d of log %d is only judged, failing at question %d: %v", order, in.Index, slot, at, err)
					}
					if fold.Changed() != 0 || !slices.Equal(fold.Applied(), r.fold.Applied()) {
						t.Fatalf("%v: entry %d of log %d, failing at question %d, has changed something", order, in.Index, slot, at)
					}
					got, then, err := fold.Fold(r, in)
					if err != nil || then != ready || got.Matter != due.Matter || got.Lam != due.Lam || !slices.Equal(got.Past, due.Past) || key(void(got)) != key(void(due)) {
						t.Fatalf("%v: entry %d of log %d, once the store answers again after question %d: %+v %t %v, not %+v %t", order, in.Index, slot, at, got, then, err, due, ready)
					}
				}
				if !maps.Equal(r.states(), before) {
					t.Fatalf("%v: entry %d of log %d is in a state though it was only tried", order, in.Index, slot)
				}
				if _, _, err := r.fold.Fold(r, in); err != nil {
					t.Fatal(err)
				}
				if ready {
					want.keep(in, due)
					r.keep(in, due)
					i-- // a log is read as far as it can be: what comes late then belongs before others
				}
			}
		}
		if left := int64(len(x.logs[1])) - r.fold.Applied()[1] + int64(len(x.logs[4])) - r.fold.Applied().At(4); left > 0 {
			t.Errorf("%v: %d entries of b are left", order, left)
		}
		if !maps.Equal(want.states(), r.states()) {
			t.Errorf("%v: other states", order)
		}
	}
	for _, what := range []string{"position", "root", "leaf", "matter", "history"} {
		if met[what] < 5 {
			t.Errorf("only %d questions for a %s failed: this test looks at too little", met[what], what)
		}
	}
	if beyond < 5 {
		t.Errorf("only %d entries stood beyond the end of their log: this test looks at too little", beyond)
	}
}

// reminded is the fold of a replica after a start, once it was offered again what vouches for an entry beyond the end of its log.
func (x *lines) reminded(r *replica, of Input) *Record {
	fold := r.restarted()
	for i := range CacheSize { // it has looked at so much else since that it asks for all of it again
		_, err := fold.Acts(r, fmt.Sprintf("concern/none-%d", i))
		must(x.t, err)
	}
	if of.Party != 0 || of.Gen != 1 || of.Index < x.base[0] {
		return fold
	}
	r.offer(fold)
	return fold
}

// offer offers a fold what waits in later logs, or may vouch for what waits in the first.
func (r *replica) offer(fold *Record) {
	for slot := range r.have {
		n := fold.Applied().At(slot)
		switch {
		case slot == 0 || n == r.have[slot]:
		case slot > 2 && n == 0:
			_, _, _ = fold.Admit(r, r.input(slot, 0), 0) // it waits, or is no matter here; so below
		default:
			_ = fold.JudgeOwn(r, r.input(slot, n))
		}
	}
}

func void(o Outcome) error {
	if o.Void == nil {
		return nil
	}
	return o.Void
}

// admitTroubled asks for a generation with a store that fails, at each question.
func admitTroubled(x *lines, r *replica, in Input, met map[string]int) {
	t := x.t
	t.Helper()
	for at := 1; ; at++ {
		f := &failing{r, 0, at, met}
		fold := x.reminded(r, in)
		_, ready, err := fold.Admit(f, in, 0)
		if f.calls < at {
			return
		}
		if !errors.Is(err, errDisk) || ready {
			t.Fatalf("generation %d of %d is admitted with a store that fails at question %d: %v, %v", in.Gen, in.Party, at, ready, err)
		}
		if _, ok := fold.slots[r.origin(r.fold.Slot(in.Party, in.Gen))]; ok {
			t.Fatalf("failing at question %d begins the log", at)
		}
	}
}

// A record begins with what its store says or not at all, and who asks it for a number hears of an error.
func TestNothingBeginsWithAStoreThatFails(t *testing.T) {
	x := newLines(t)
	r := x.reader(0, nil)
	r.states()
	for at := range 3 {
		if err := New(x.mech, x.doc, []Head{{Party: 0, Gen: 1}, {Party: 1, Gen: 1}, {Party: 2, Gen: 1}}).Load(&failing{r, 0, at + 1, map[string]int{}}); !errors.Is(err, errDisk) {
			t.Errorf("failing at question %d: %v", at+1, err)
		}
	}
	if n, err := r.restarted().Acts(&failing{r, 0, 1, map[string]int{}}, "text/known-0"); !errors.Is(err, errDisk) || n != 0 {
		t.Errorf("%d acts, %v", n, err)
	}
	if n, err := r.restarted().Acts(r, "text/known-0"); err != nil || n != 1 {
		t.Errorf("%d acts, %v", n, err)
	}
	if n, err := r.restarted().Acts(r, "text/none"); err != nil || n != 0 {
		t.Errorf("%d acts, %v", n, err)
	}
}

// What is stored and is no state, or no entry, is an error that says where it stands. It is no verdict.
func TestWhatIsStoredAndSpoiltIsAnError(t *testing.T) {
	x := newLines(t)
	x.tables(1, "b-all", "t")
	r := x.reader(0, nil)
	r.states()
	spoilt := r.state["text/known-0"]
	spoilt.State = []byte(`{"paragraphs":7}`)
	r.state["text/known-0"] = spoilt
	if _, err := r.restarted().Acts(r, "text/known-0"); err == nil || !strings.Contains(err.Error(), "reading the state of text/known-0") {
		t.Errorf("a state: %v", err)
	}
	if _, err := State("text/known-0", spoilt.State); err == nil || !strings.Contains(err.Error(), "reading the state of text/known-0") {
		t.Errorf("a state that is read: %v", err)
	}
	for i, m := range r.matter[0] {
		if m == "text/known-0" {
			r.rows[0][i].Leaf = []byte("{")
		}
	}
	_, err := r.restarted().history(r, "text/known-0")
	if want := fmt.Sprintf("stored entry %d of %s", x.base[0]-1, x.origin(0)); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("an entry: %v, want %s", err, want)
	}
}
