package record

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/concern"
	"entente.example/internal/founding"
	"entente.example/internal/line"
	"entente.example/internal/party"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/ledger"
)

// The total order is lam, then the party's place in the charter, then the generation, then the index; nothing comes before itself.
func TestTheTotalOrder(t *testing.T) {
	order := []Place{{1, 2, 2, 9}, {2, 0, 2, 9}, {2, 1, 1, 8}, {2, 1, 1, 9}, {2, 1, 2, 0}, {2, 2, 1, 0}, {3, 0, 1, 0}}
	for i, p := range order {
		for j, q := range order {
			if p.Before(q) != (i < j) {
				t.Errorf("%v before %v: %t", p, q, p.Before(q))
			}
		}
	}
}

// mine is an own entry that is not written yet.
func (x *lines) mine(r *replica, e entry.Entry) Input {
	leaf, err := e.Encode()
	must(x.t, err)
	return Input{Party: r.me, Gen: 1, Index: e.Index, Leaf: leaf, Hash: ledger.LeafHash(leaf)}
}

// What is not written yet is judged as it would be once it is written. Asking changes nothing; nor does a refusal.
func TestAnOwnActIsJudgedBeforeItIsWritten(t *testing.T) {
	x := newLines(t)
	raise := concern.Raise{Text: lang.Text{"en": "Why?"}}
	for _, c := range []struct {
		want string
		e    entry.Entry
	}{
		{"", x.compose(0, "a-all", "concern/1", raise)},
		{"charter.no_mandate", x.compose(0, "a-idle", "concern/1", raise)},
		{"entry.newer", x.compose(0, "a-all", "tomorrow/1", raise)},
		{"entry.newer", x.compose(0, "a-all", "concern/1", raw{"concern.foresee", []byte(`{}`)})},
		{"entry.past_missing", x.compose(0, "a-all", "concern/1", raise, entry.Seen{Origin: x.origin(1), Size: x.base[1] + 1})},
		{"entry.unknown_log", x.compose(0, "a-all", "concern/1", raise, entry.Seen{Origin: x.origin(0), Size: 1})},
		{"dialogue.words_needed", x.compose(0, "a-all", "concern/1", concern.Raise{})},
	} {
		want, e := c.want, c.e
		r := x.reader(0, nil)
		before, in := r.states(), x.mine(r, e)
		judged := r.fold.JudgeOwn(r, in)
		if key(judged) != want {
			t.Errorf("judged: %v, want %q", judged, want)
		}
		if want != "" {
			if out, err := r.fold.FoldOwn(r, in); key(err) != want || out.Matter != "" {
				t.Errorf("folded: %v, want %q", err, want)
			}
		}
		if r.fold.Changed() != 0 || r.fold.Applied()[0] != e.Index || len(r.states()) != len(before) {
			t.Errorf("%q leaves a trace", want)
		}
		if want == "" {
			out, err := r.fold.FoldOwn(r, in)
			must(t, err)
			if out.Matter != "concern/1" || out.Type != "concern.raise" || out.Void != nil || out.Past.At(0) != e.Index || r.fold.Applied()[0] != e.Index+1 || r.fold.Changed() != 1 {
				t.Errorf("folded: %+v", out)
			}
		}
	}
}

// Entries of a log come one after the other: who hands over another one has made a mistake, and nothing is folded.
func TestEntriesComeInTheirOrder(t *testing.T) {
	x := newLines(t)
	x.tables(1, "b-all", "1")
	x.tables(1, "b-all", "2")
	r := x.reader(0, nil)
	for _, index := range []int64{x.base[1] + 1, x.base[1] - 1} {
		if _, ready, err := r.fold.Fold(r, r.input(1, index)); err == nil || ready || !strings.Contains(err.Error(), fmt.Sprintf("entry %d of %s is folded where entry %d is due", index, x.origin(1), x.base[1])) {
			t.Errorf("entry %d: %t, %v", index, ready, err)
		}
	}
}

// The time of a log is the latest that a readable entry of it claims; what is void for its time, and bytes that are no entry, leave it. A start does not change that.
func TestTheTimeOfALogIsItsLatest(t *testing.T) {
	x := newLines(t)
	e := x.compose(1, "b-all", "concern/1", concern.Raise{Text: lang.Text{"en": "Why?"}})
	x.append(1, e)
	back := x.compose(1, "b-all", "concern/2", concern.Raise{Text: lang.Text{"en": "Why?"}})
	back.At = e.At.AddDate(0, 0, -1)
	x.append(1, back)
	r := x.reader(0, map[int]int64{1: x.base[1] + 2})
	x.started(1).post([]byte("no entry"))
	r.receive(1, 1)
	same := x.compose(1, "b-all", "concern/3", concern.Raise{Text: lang.Text{"en": "Why?"}})
	same.At = e.At
	x.append(1, same)
	r.receive(1, 1)
	if got := r.fold.LastAt(1); got != e.At.Unix() {
		t.Errorf("%d, not %d", got, e.At.Unix())
	}
	if got := r.restarted().LastAt(1); got != e.At.Unix() {
		t.Errorf("after a start: %d, not %d", got, e.At.Unix())
	}
	for i, want := range []string{"", "entry.time_went_back", "entry.not_canonical", ""} {
		if got := r.voids[fmt.Sprintf("1-%d", x.base[1]+int64(i))]; got != want {
			t.Errorf("entry %d: %q, want %q", i, got, want)
		}
	}
	if got := r.matter[1][x.base[1]+2]; got != Unreadable {
		t.Errorf("what is no entry belongs to %q", got)
	}
	if got := r.rows[1][x.base[1]+2].Position; got.Lam != r.rows[1][x.base[1]+1].Lam+1 || got.Past.At(1) != x.base[1]+2 || got.Past.At(0) != x.base[0] {
		t.Errorf("what is no entry stands at %+v", got)
	}
}

// Before the charter is in force, in what the author of an act had seen, nothing but it and keys can be written: however often one tries, and whoever knows better by then.
func TestTheCharterIsInForceWhereTheAuthorKnowsIt(t *testing.T) {
	u := newUniverse(t)
	rs := []*replica{u.replica(0), u.replica(1), u.replica(2)}
	c := rs[2]
	table := text.Table{Title: lang.Text{"en": "t"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1, Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Decide;"}}}}
	for range 2 {
		if err := c.write(c.all(), "text/early", table); key(err) != "charter.not_in_force" {
			t.Errorf("before anybody has joined: %v", err)
		}
	}
	st, err := founding.Statement(u.doc)
	must(t, err)
	for _, r := range rs {
		must(t, r.write(entry.Node.Member, founding.Matter, founding.Join{Charter: u.bytes}))
		must(t, r.seal(founding.Matter, 1, st.Format()))
	}
	must(t, c.write(c.all(), "party/c", party.Announce{Generation: 2, Keys: u.doc.Parties[2].Keys.Node()}))
	e := c.envelope(c.all(), "text/early", table)
	leaf, err := e.Encode()
	must(t, err)
	c.post(leaf)
	settle(rs, founding.Matter)
	must(t, c.write(c.all(), "text/now", table))
	for seed := range uint64(6) {
		r := u.replay(int(seed%3), rand.New(rand.NewPCG(seed, 21)))
		for range 2 {
			if got := r.voids[fmt.Sprintf("2-%d", e.Index)]; got != "charter.not_in_force" || len(r.voids) != 1 {
				t.Fatalf("order %d: %v", seed, r.voids)
			}
		}
	}
	// One that was just started, and knows the charter in force, judges that entry alike.
	r := u.replica(1)
	for slot := range 2 {
		r.receive(slot, 1<<30)
	}
	r.receive(2, e.Index)
	r.fold = r.restarted()
	r.receive(2, 1<<30)
	if got := r.voids[fmt.Sprintf("2-%d", e.Index)]; got != "charter.not_in_force" {
		t.Errorf("after a start: %q", got)
	}
}

// A node to which the charter is in force judges by the author's past all the same: who has not said that it has seen the others' last word on the charter writes nothing yet.
func TestWhoHasNotSeenTheCharterInForceWritesNothing(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	var index []int64
	for _, r := range rs {
		e := r.envelope(r.all(), "concern/1", concern.Raise{Text: lang.Text{"en": "Why?"}})
		e.Seen = nil // what it wrote of the charter is all that it has seen
		leaf, err := e.Encode()
		must(t, err)
		r.post(leaf)
		index = append(index, e.Index)
	}
	settle(rs)
	again := u.replica(0) // and one that was started when it was in force
	for slot, n := range index {
		again.receive(slot, n)
	}
	again.fold = again.restarted()
	again.hear(rand.New(rand.NewPCG(1, 22)))
	for _, r := range append(rs, again) {
		for me, want := range []string{"charter.not_in_force", "", "charter.not_in_force"} { // b's was the last word
			if got := r.voids[fmt.Sprintf("%d-%d", me, index[me])]; got != want {
				t.Errorf("replica %d: of %d, %q, not %q", r.me, me, got, want)
			}
		}
	}
}

// The fold keeps what was used last and what is not stored yet, and not more than it says.
func TestTheFoldKeepsWhatWasUsedLast(t *testing.T) {
	x := newLines(t)
	r := x.reader(0, nil)
	r.states()
	fold := r.restarted() // it has read what each party changed
	name := func(i int) string { return fmt.Sprintf("concern/c-%d", i) }
	look := func(i int) {
		t.Helper()
		_, err := fold.Acts(r, name(i))
		must(t, err)
	}
	for i := range CacheSize - 3 {
		look(i)
	}
	if fold.Cached("party/a") == nil || fold.Cached(name(0)) == nil {
		t.Fatal("something was dropped while there was room")
	}
	look(0)
	look(CacheSize)
	for key, kept := range map[string]bool{"party/a": false, "party/c": false, name(0): true, name(1): false, name(61): false, name(62): true, name(CacheSize - 4): true, name(CacheSize): true, "concern/none": false} {
		if got := fold.Cached(key) != nil; got != kept {
			t.Errorf("%s is kept: %t", key, got)
		}
	}
}

// What changed is handed over by key, once; if that is broken off, all of it is handed over again.
func TestWhatChangedIsHandedOverWhole(t *testing.T) {
	x := newLines(t)
	r := x.reader(0, nil)
	r.states()
	for _, id := range []string{"concern/b", "concern/c", "concern/a"} {
		must(t, r.write(r.all(), id, concern.Raise{Text: lang.Text{"en": "Why?"}}))
	}
	for range r.fold.Dirty() {
		break
	}
	for _, want := range [][]string{{"concern/a", "concern/b", "concern/c"}, nil} {
		if n := r.fold.Changed(); n != len(want) {
			t.Errorf("%d changed, not %d", n, len(want))
		}
		var keys []string
		for d, err := range r.fold.Dirty() {
			must(t, err)
			keys = append(keys, d.Key)
			if _, err := State(d.Key, d.State); err != nil || d.Acts != 1 || d.Owes || d.Tops.At(0) == 0 || d.Last.Index < x.base[0] {
				t.Errorf("%+v: %v", d, err)
			}
		}
		if !slices.Equal(keys, want) {
			t.Errorf("%v, not %v", keys, want)
		}
	}
	r.fold.cache["concern/a"].state, r.fold.changed["concern/a"] = unspeakable{}, true
	told := 0
	for d, err := range r.fold.Dirty() {
		if told++; err == nil || !strings.Contains(err.Error(), "state of concern/a") || d.Key != "" {
			t.Errorf("a state that cannot be written down: %+v, %v", d, err)
		}
	}
	if told != 1 || r.fold.Changed() != 1 {
		t.Error("what could not be written down counts as handed over")
	}
	r.fold.cache["concern/a"].state = &long{Words: strings.Repeat("x", 2*keptSpelled)}
	for _, err := range r.fold.Dirty() {
		must(t, err)
	}
	if n := r.fold.spelled.Cap(); n > keptSpelled || r.fold.Changed() != 0 {
		t.Errorf("%d bytes are held on to for the next states", n)
	}
}

// long is a state that takes much room.
type long struct {
	unknown
	Words string
}

// unspeakable is a state that cannot be written down.
type unspeakable struct{ unknown }

func (unspeakable) MarshalJSON() ([]byte, error) { return nil, fmt.Errorf("no words") }

// Somebody may have to do something about a round in which somebody has chosen, a generation, and a call that was not received everywhere; about nothing else.
func TestWhatIsOwed(t *testing.T) {
	_, rs := ready(t)
	a := rs[0]
	owed := func(key string) bool { a.states(); return a.state[key].Owes }
	if !owed(founding.Matter) || owed(theText) || owed("party/a") {
		t.Errorf("the charter %t, a text that nobody has sealed %t, a party with one generation %t", owed(founding.Matter), owed(theText), owed("party/a"))
	}
	must(t, a.sealText(1))
	if !owed(theText) {
		t.Error("a text that somebody has sealed")
	}
	if u := newUniverse(t); u != nil {
		r := u.replica(0)
		must(t, r.write(entry.Node.Member, founding.Matter, founding.Join{Charter: u.bytes}))
		if r.states(); r.state[founding.Matter].Owes {
			t.Error("a charter that nobody has sealed")
		}
	}
	x := newLines(t)
	x.append(3, x.opening(3, party.Loss, x.base[0], map[charter.PartyID]ssh.Signer{"a": x.keys[0]}))
	at := x.append(1, x.compose(1, "b-all", "party/b", party.Announce{Generation: 2, Keys: x.doc.Parties[1].Keys.Node()}))
	r := x.reader(1, map[int]int64{1: at + 1, 3: 1})
	if r.states(); !r.state["party/a"].Owes || r.state["party/b"].Acts != 1 || r.state["party/b"].Owes {
		t.Errorf("a new generation %t, a party without one %t", r.state["party/a"].Owes, r.state["party/b"].Owes)
	}
	if owes(&line.Month{}) || owes(&concern.State{}) {
		t.Error("a month without calls, or a concern")
	}
}
