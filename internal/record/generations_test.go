package record

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/concern"
	"entente.example/internal/party"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/ledger"
	"entente.example/refusal"
	"entente.example/seal"
)

// begin makes room for the log with a slot, and for all before it.
func (u *universe) begin(slot int, rs ...*replica) {
	for len(u.logs) <= slot {
		u.logs, u.trees, u.roots = append(u.logs, nil), append(u.trees, ledger.NewBuilder()), append(u.roots, slices.Clone(u.roots[0][:1]))
	}
	for _, r := range rs {
		for len(r.have) <= slot {
			r.have, r.rows, r.matter = append(r.have, 0), append(r.rows, nil), append(r.matter, nil)
		}
	}
}

// statement opens the second generation of a's log, which ends as stated for this reason.
func (u *universe) statement(size int64, reason party.Reason) party.Statement {
	return party.NewStatement(u.mech, "a", 2, reason, u.doc.Parties[0].Keys.Node(), party.Head{Root: hex.EncodeToString(u.roots[0][size][:]), Size: size}, "")
}

// signed is a statement under the seals of a and, after a fork, of everybody.
func (u *universe) signed(st party.Statement) party.Generation {
	u.t.Helper()
	message, err := st.Message()
	if err != nil {
		u.t.Fatal(err)
	}
	by := func(i int) []string {
		armor, err := seal.Sign(u.keys[i], seal.NamespaceKeys, message)
		if err != nil {
			u.t.Fatal(err)
		}
		return []string{armor}
	}
	g := party.Generation{Signatures: by(0), Statement: st}
	if st.Reason == party.Fork {
		g.Agreed = map[charter.PartyID][]string{"b": by(1), "c": by(2)}
	}
	return g
}

func (r *replica) table(id string) {
	r.t.Helper()
	if err := r.write(r.all(), "text/"+id, text.Table{Title: lang.Text{"en": id}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1,
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Decide;"}}}}); err != nil {
		r.t.Fatalf("%s: %v", id, err)
	}
}

// loss is a mechanism in which a wrote six texts and came back with what it had before. b has four of them and c two; the last two were written by whoever has stolen a's key, and nobody had them before the new generation.
type loss struct {
	*universe
	back, b, c *replica
	base       int64 // where a's old generation ends as a knows it
}

func newLoss(t *testing.T, reason party.Reason) *loss {
	u := newUniverse(t)
	rs := u.found()
	x := &loss{universe: u, b: rs[1], c: rs[2], base: int64(len(u.logs[0]))}
	settled := []int64{x.base, int64(len(u.logs[1])), int64(len(u.logs[2]))}
	for i := range 6 {
		rs[0].table(fmt.Sprintf("lost-%d", i))
	}
	x.b.receive(0, 4)
	x.c.receive(0, 2)
	x.b.table("of-b") // says what b has
	x.c.table("of-c")
	x.back = u.replica(0)
	for p, n := range settled {
		x.back.receive(p, n)
	}
	u.begin(3, x.back, x.b, x.c)
	x.back.own = 3
	x.back.fold.AddLog(Head{Party: 0, Gen: 2})
	if err := x.back.write(entry.Node.Member, "party/a", u.signed(u.statement(x.base, reason))); err != nil {
		t.Fatal(err)
	}
	return x
}

// confirm writes by rule that a party has taken up the new generation.
func (r *replica) confirm() {
	r.t.Helper()
	r.receive(3, 1)
	if err := r.write(entry.Node.Member, "party/a", party.Confirm{Generation: 2}); err != nil {
		r.t.Fatal(err)
	}
}

// again folds all logs on a new replica in an order of arrival drawn by rng, as a node does that stores what it folds: how the old generation ended is said before.
func (x *loss) again(me int, rng *rand.Rand, reason party.Reason) *replica {
	r := x.replica(me)
	x.begin(3, r)
	r.fold.Close(0, x.statement(x.base, reason))
	for left := 1; left > 0; {
		left = 0
		r.receive(rng.IntN(4), rng.Int64N(5))
		for slot := range r.have {
			left += len(x.logs[slot]) - int(r.have[slot])
		}
	}
	return r
}

// restarted is the fold of a replica as its store has it.
func (r *replica) restarted() *Record {
	r.t.Helper()
	r.states()
	var heads []Head
	for slot, h := range r.fold.heads {
		heads = append(heads, Head{Party: slot % 3, Gen: 1 + slot/3, Applied: h.applied, Last: h.last, At: h.at})
	}
	fold := New(r.mech, r.doc, heads)
	if err := fold.Load(r); err != nil {
		r.t.Fatal(err)
	}
	return fold
}

func (r *replica) texts() (out []string) {
	for key := range r.states() {
		if bytes.HasPrefix([]byte(key), []byte("text/")) {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// What a party lost and another had before it knew of the new generation counts, however it arrives; what nobody had then does not, wherever it arrives. SPEC generation-vouched
func TestWhatOthersHadOfALostGenerationCounts(t *testing.T) {
	x := newLoss(t, party.Loss)
	x.b.confirm()
	x.c.confirm()
	x.c.receive(1, 1<<30) // c learns of what b had
	x.b.receive(2, 1<<30)
	for _, r := range []*replica{x.back, x.b, x.c} {
		for slot := range r.have {
			r.receive(slot, 1<<30)
		}
	}
	x.c.table("after")
	for _, r := range []*replica{x.back, x.b} {
		r.receive(2, 1<<30)
	}
	want := []string{"text/after", "text/lost-0", "text/lost-1", "text/lost-2", "text/lost-3", "text/of-b", "text/of-c"}
	states := x.b.states()
	for seed := range uint64(24) {
		r := x.again(int(seed%3), rand.New(rand.NewPCG(seed, 1)), party.Loss)
		if got := r.texts(); !slices.Equal(got, want) || r.fold.Applied()[0] != x.base+4 {
			t.Fatalf("order %d: %v, %d of a's old generation", seed, got, r.fold.Applied()[0])
		}
		if !maps.Equal(r.states(), states) {
			t.Fatalf("order %d comes to another state", seed)
		}
		for _, fold := range []*Record{r.fold, r.restarted()} {
			if stated, ok := fold.Closed(0, 1); !ok || stated != x.base {
				t.Errorf("a's old generation ends at %d, %v", stated, ok)
			}
			if _, ok := fold.Closed(0, 2); ok {
				t.Error("a's new generation has ended")
			}
			if _, ready, err := fold.Fold(r, r.input(0, x.base+4)); ready || err != nil {
				t.Errorf("what nobody had counts: %v, %v", ready, err)
			}
		}
	}
	for _, r := range []*replica{x.back, x.b, x.c} {
		if got := r.texts(); !slices.Equal(got, want) {
			t.Errorf("replica %d: %v", r.me, got)
		}
	}
	// Each said what it had itself, though it has learned of more.
	s := x.b.fold.Cached("party/a").(*party.State)
	for by, had := range map[charter.PartyID]int64{"b": x.base + 4, "c": x.base + 2} {
		if n, ok := s.Confirmed(by, 2); !ok || n != had {
			t.Errorf("%s confirms %d, not %d", by, n, had)
		}
	}
	// What c writes later has seen more of the old generation, and attests no more of it.
	var last Past
	for _, p := range x.b.rows[2] {
		last = p
	}
	held, err := x.b.fold.held(x.b, 2, last.Index, last.Position.Past)
	if err != nil || last.Position.Past.At(0) != x.base+4 || held.At(0) != x.base+2 {
		t.Errorf("c's last entry has seen %d of a's old generation and attests %d, %v", last.Position.Past.At(0), held.At(0), err)
	}
}

// A generation is opened by the first entry of its own log. The same statement anywhere else is void, and ends nothing.
func TestAVoidOpeningEndsNothing(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	a := rs[0]
	e := a.envelope(entry.Node.Member, "party/a", u.signed(u.statement(int64(len(u.logs[0])), party.Loss)))
	leaf, err := e.Encode()
	must(t, err)
	a.post(leaf)
	settle(rs)
	must(t, a.write(a.all(), "concern/1", concern.Raise{Text: lang.Text{"en": "Why?"}}))
	settle(rs)
	for _, r := range rs {
		if got := r.voids[fmt.Sprintf("0-%d", e.Index)]; got != "party.bad_generation" {
			t.Errorf("replica %d: void with %q", r.me, got)
		}
		if stated, ok := r.fold.Closed(0, 1); ok || r.fold.Applied()[0] != e.Index+2 {
			t.Errorf("replica %d: it ended at %d, and %d entries are folded", r.me, stated, r.fold.Applied()[0])
		}
	}
}

// After a fork all parties have sealed where the old generation ends: what anybody had beyond it does not count. SPEC fork-settled
func TestNothingBeyondASettledHeadCounts(t *testing.T) {
	x := newLoss(t, party.Fork)
	// b and c fold anew with the settlement: what they had seen of the old generation is none of it now.
	for seed := range uint64(12) {
		r := x.again(int(seed%3), rand.New(rand.NewPCG(seed, 2)), party.Fork)
		if n := r.fold.Applied()[0]; n != x.base {
			t.Fatalf("order %d: %d of a's old generation, not %d", seed, n, x.base)
		}
		for _, key := range r.texts() {
			t.Errorf("order %d: %s is there", seed, key)
		}
		if _, ready, err := r.restarted().Fold(r, r.input(0, x.base)); ready || err != nil {
			t.Errorf("order %d: after a start what was settled counts no more: %v, %v", seed, ready, err)
		}
	}
}

// The first entry of a generation that is not here yet is admitted if it opens it by the seals of its party, waits for what it has seen, and leaves no trace if it is refused. SPEC generation-sealed
func TestOnlyItsSealsOpenAGeneration(t *testing.T) {
	x := newLoss(t, party.Loss)
	fresh := func(have ...int64) *replica {
		r := x.replica(1)
		x.begin(3, r)
		for slot, n := range have {
			r.receive(slot, n)
		}
		return r
	}
	whole := []int64{x.base, int64(len(x.logs[1])), int64(len(x.logs[2]))}
	r := fresh(whole...)
	st, ready, err := r.fold.Admit(r, r.input(3, 0), 0)
	if err != nil || !ready || st.Generation != 2 || st.Head.Size != x.base {
		t.Fatalf("%+v %v %v", st, ready, err)
	}
	if _, ok := r.fold.slots[x.origin(3)]; ok || r.fold.Applied().At(3) != 0 {
		t.Error("who is asked whether to begin has begun")
	}
	early := fresh(x.base-1, whole[1], whole[2])
	if _, ready, err := early.fold.Admit(early, early.input(3, 0), 0); ready || err != nil {
		t.Errorf("before what it has seen is here: %v %v", ready, err)
	}
	good := x.logs[3][0]
	for want, change := range map[string]func(e *entry.Entry){
		"party.bad_generation": func(e *entry.Entry) { e.Type = "party.confirm" },
		"party.other_head": func(e *entry.Entry) {
			var err error
			if e.Body, err = entry.Canonical(x.signed(x.statement(x.base-1, party.Loss))); err != nil {
				t.Fatal(err)
			}
		},
		"entry.newer":           func(e *entry.Entry) { e.V = 2 },
		"entry.wrong_mechanism": func(e *entry.Entry) { e.Mech = x.mech[1:] + "0" },
		"entry.wrong_log":       func(e *entry.Entry) { e.Log = x.origin(6) },
		"entry.unknown_log": func(e *entry.Entry) {
			e.Seen = append(e.Seen, entry.Seen{Origin: entry.Origin(x.mech, "z", 2), Size: 1})
		},
	} {
		e, err := entry.Decode(good)
		if err != nil {
			t.Fatal(err)
		}
		change(&e)
		in := r.input(3, 0)
		if in.Leaf, err = e.Encode(); err != nil {
			t.Fatal(err)
		}
		if _, _, err := r.fold.Admit(r, in, 0); refusal.As(err) == nil || refusal.As(err).Key != want {
			t.Errorf("%s: %v", want, err)
		}
	}
	elsewhere, err := entry.Decode(good)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere.Matter = "party/b"
	in := r.input(3, 0)
	if in.Leaf, err = elsewhere.Encode(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.fold.Admit(r, in, 0); refusal.As(err) == nil || refusal.As(err).Key != "party.bad_generation" {
		t.Errorf("in another party's matter: %v", err)
	}
	forged := x.signed(x.statement(x.base, party.Loss))
	forged.Statement.Lost = "nothing"
	e, err := entry.Decode(good)
	if err == nil {
		e.Body, err = entry.Canonical(forged)
	}
	if err != nil {
		t.Fatal(err)
	}
	if in.Leaf, err = e.Encode(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.fold.Admit(r, in, 0); err == nil {
		t.Error("a statement that nobody sealed opens a generation")
	}
	// Whoever has seen a generation that may come is waited for; one that cannot come is seen by nobody.
	for origin, waits := range map[string]bool{x.origin(3): true, entry.Origin(x.mech, "c", 2): true, entry.Origin(x.mech, "c", party.MaxGenerations): true, entry.Origin(x.mech, "c", party.MaxGenerations+1): false,
		entry.Origin(x.mech, "z", 2): false, entry.Origin("0000000000000000", "c", 2): false} {
		r := fresh(whole...)
		e := x.b.envelope(x.b.all(), "text/seen", text.Table{})
		e.Index, e.Seen = r.fold.Applied()[1], []entry.Seen{{Origin: origin, Size: 1}}
		leaf, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		out, ready, err := r.fold.Fold(r, Input{Party: 1, Gen: 1, Index: e.Index, Leaf: leaf})
		if err != nil || ready == waits || ready && (out.Void == nil || out.Void.Key != "entry.unknown_log") {
			t.Errorf("an entry that has seen %s: %+v %v %v", origin, out.Void, ready, err)
		}
	}
}
