package record

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/concern"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

const theText = "text/t"

// table puts a text of n paragraphs, complete in both languages, before everybody.
func table(t testing.TB, rs []*replica, n int) {
	t.Helper()
	b := text.Table{Title: lang.Text{"en": "Text", "ja": "文書"}, Languages: []lang.Tag{"en", "ja"}, Drafting: "en", Parts: 1}
	for i := range n {
		b.Paragraphs = append(b.Paragraphs, text.Paragraph{ID: text.ParaID(fmt.Sprint(i + 1)), Kind: text.Operative, Text: lang.Text{"en": fmt.Sprintf("Paragraph %d;", i+1), "ja": "段落"}})
	}
	if err := rs[0].write(rs[0].all(), theText, b); err != nil {
		t.Fatal(err)
	}
	settle(rs)
}

func (r *replica) text() *text.State { return r.fold.Cached(theText).(*text.State) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func key(err error) string {
	if err == nil {
		return ""
	}
	return refusal.As(err).Key
}

// random draws an act on the text as a replica sees it; many of them are refused, which is part of the point.
func (r *replica) random(rng *rand.Rand) entry.Body {
	st := r.text()
	p := st.Paragraphs[rng.IntN(len(st.Paragraphs))]
	q := st.Paragraphs[rng.IntN(len(st.Paragraphs))]
	w := p.Wordings[rng.IntN(len(p.Wordings))]
	items := []text.Item{{Paragraph: p.ID, Wording: w.ID}}
	switch rng.IntN(14) {
	case 0:
		return text.Propose{Paragraph: p.ID, Label: fmt.Sprintf("%s alt %d-%d", p.ID, r.me, len(r.logs[r.me])), Text: lang.Text{"en": "Other words;"}}
	case 1:
		return text.Support{Items: items}
	case 2, 3, 4:
		return text.Accept{Items: items}
	case 5, 6, 7:
		return text.Confirm{Items: items}
	case 8:
		return text.Reopen{Paragraph: p.ID, Reason: "again"}
	case 9:
		return text.Translate{Language: "ja", Items: []text.Translation{{Paragraph: p.ID, Wording: w.ID, Text: fmt.Sprintf("版%d", rng.IntN(100))}}}
	case 10:
		return text.Link{Paragraphs: []text.ParaID{p.ID, q.ID}}
	case 11:
		return text.Drop{Paragraph: p.ID, Wording: w.ID}
	case 12:
		return text.Flag{Paragraph: p.ID, Wording: w.ID, Language: "ja", Note: "not the same"}
	}
	return text.Reserve{Paragraph: p.ID, Kind: "substance"}
}

// The heart of the promise: whatever three parties write in whatever knowledge of each other, every node that holds the same logs has the same verdicts and the same states,
// byte for byte, in whatever order entries arrived. An Apply that depends on arrival, or a Check that looks at more than the author had seen, fails here.
// SPEC void-everywhere.
func TestSameLogsSameState(t *testing.T) {
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 7))
		u := newUniverse(t)
		rs := u.found()
		table(t, rs, 3)
		written := 0
		for range 60 {
			r := rs[rng.IntN(3)]
			r.receive(rng.IntN(3), rng.Int64N(4))
			if r.write(r.all(), theText, r.random(rng)) == nil {
				written++
			}
		}
		settle(rs)
		want := rs[0].states()
		for i := range 6 {
			r := rs[i%3]
			if i >= 3 {
				r = u.replay(i%3, rng)
			}
			if got := r.states(); !maps.Equal(got, want) {
				t.Fatalf("seed %d: replica %d differs\n%s\n%s", seed, i, got[theText], want[theText])
			}
			if !maps.Equal(r.voids, rs[0].voids) {
				t.Fatalf("seed %d: replica %d has other verdicts: %v, %v", seed, i, r.voids, rs[0].voids)
			}
		}
		if written < 10 {
			t.Fatalf("seed %d: only %d acts were written; this test looks at nothing", seed, written)
		}
	}
}

// What a party writes in ignorance of another's act is judged by what it had seen, on every node alike.
func TestAnActIsJudgedByItsAuthorsPast(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	item := []text.Item{{Paragraph: "1", Wording: text.WordingID(rs[0].text().Tabled.Act)}}
	for _, r := range rs {
		must(t, r.write(r.all(), theText, text.Accept{Items: item}))
	}
	settle(rs)
	for _, r := range rs {
		must(t, r.write(r.all(), theText, text.Confirm{Items: item}))
	}
	settle(rs)
	// a freezes while b, who does not know it, reopens
	body, err := rs[0].text().FreezeBody(rs[0].fold.Charter())
	must(t, err)
	must(t, rs[0].write(rs[0].all(), theText, body))
	must(t, rs[1].write(rs[1].all(), theText, text.Reopen{Paragraph: "1", Reason: "wait"}))
	settle(rs)
	for _, r := range rs {
		if len(r.voids) != 0 {
			t.Fatalf("replica %d: %v", r.me, r.voids)
		}
		st := r.text().Status(r.fold.Charter(), nil)
		if len(st.Bracketed) != 1 || r.text().Frozen(r.fold.Charter()) == nil {
			t.Fatalf("replica %d: %+v", r.me, st)
		}
	}
	// c knows the freeze now: the same act is refused
	if err := rs[2].write(rs[2].all(), theText, text.Reopen{Paragraph: "1", Reason: "too"}); key(err) != "text.frozen" {
		t.Fatalf("after the freeze: %v", err)
	}
}

// Every broken envelope is void with its reason, on every node, and stops nothing.
// SPEC canon-void, entry-idx, entry-log, entry-mech, seen-monotone, seen-closed.
func TestBrokenEntriesAreVoidAndStopNothing(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	bad := rs[1]
	item := []text.Item{{Paragraph: "1", Wording: text.WordingID(bad.text().Tabled.Act)}}
	cases := []struct {
		want string
		make func(e *entry.Entry)
	}{
		{"entry.wrong_index", func(e *entry.Entry) { e.Index += 3 }},
		{"entry.wrong_log", func(e *entry.Entry) { e.Log = entry.Origin(u.mech, "a", 1) }},
		{"entry.wrong_mechanism", func(e *entry.Entry) { e.Mech = strings.Repeat("0", 64) }},
		{"entry.time_went_back", func(e *entry.Entry) { e.At = e.At.AddDate(-1, 0, 0) }},
		{"entry.unknown_log", func(e *entry.Entry) { e.Seen = []entry.Seen{{Origin: "entente/0/x/1", Size: 1}} }},
		{"entry.seen_went_back", func(e *entry.Entry) {
			e.Seen = []entry.Seen{{Origin: entry.Origin(u.mech, "a", 1), Size: 1, Root: u.roots[0][1]}}
		}},
		{"entry.newer", func(e *entry.Entry) { e.Crit = []string{"future"} }},
		{"entry.newer", func(e *entry.Entry) { e.Type = "text.unheard_of" }},
		{"charter.no_mandate", func(e *entry.Entry) { e.Actor.Member = "b-idle" }},
		{"charter.unknown_member", func(e *entry.Entry) { e.Actor.Member = "a-all" }},
		{"charter.node_may_not", func(e *entry.Entry) { e.Actor = entry.Node }},
	}
	for _, c := range cases {
		e := bad.envelope(bad.all(), theText, text.Accept{Items: item})
		c.make(&e)
		leaf, err := e.Encode()
		must(t, err)
		at := len(u.logs[1])
		bad.post(leaf)
		settle(rs)
		for _, r := range rs {
			if got := r.voids[fmt.Sprintf("1-%d", at)]; got != c.want {
				t.Errorf("replica %d: %q, want %q", r.me, got, c.want)
			}
		}
	}
	bad.post([]byte(`{"b":1, "a":2}`))
	settle(rs)
	must(t, bad.write(bad.all(), theText, text.Accept{Items: item}))
	settle(rs)
	if st := rs[0].text(); len(st.Paragraphs[0].Standing["b"]) != 1 {
		t.Errorf("the good act after the broken ones is missing: %+v", st.Paragraphs[0].Standing)
	}
	if got := rs[2].voids[fmt.Sprintf("1-%d", len(u.logs[1])-2)]; got != "entry.not_canonical" {
		t.Errorf("bytes that are no entry: %q", got)
	}
}

// An entry that hides part of its past is void: its author saw b's entry, but not what b had seen. SPEC seen-closed.
func TestThePastIsClosed(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	item := []text.Item{{Paragraph: "1", Wording: text.WordingID(rs[0].text().Tabled.Act)}}
	must(t, rs[0].write(rs[0].all(), theText, text.Accept{Items: item}))
	rs[1].receive(0, 99)
	must(t, rs[1].write(rs[1].all(), theText, text.Accept{Items: item}))
	e := rs[2].envelope(rs[2].all(), theText, text.Accept{Items: item})
	e.Seen = []entry.Seen{{Origin: entry.Origin(u.mech, "b", 1), Size: int64(len(u.logs[1])), Root: u.roots[1][len(u.logs[1])]}}
	leaf, err := e.Encode()
	must(t, err)
	rs[2].post(leaf)
	settle(rs)
	if got := rs[0].voids[fmt.Sprintf("2-%d", e.Index)]; got != "entry.past_not_closed" {
		t.Errorf("verdict %q", got)
	}
}

// ready brings a text of one paragraph to its first round.
func ready(t testing.TB) (*universe, []*replica) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 1)
	item := []text.Item{{Paragraph: "1", Wording: text.WordingID(rs[0].text().Tabled.Act)}}
	for _, body := range []entry.Body{text.Accept{Items: item}, text.Confirm{Items: item}} {
		for _, r := range rs {
			must(t, r.write(r.all(), theText, body))
		}
		settle(rs)
	}
	freeze(t, rs)
	return u, rs
}

func freeze(t testing.TB, rs []*replica) {
	t.Helper()
	body, err := rs[0].text().FreezeBody(rs[0].fold.Charter())
	must(t, err)
	must(t, rs[0].write(rs[0].all(), theText, body))
	settle(rs)
}

func (r *replica) sealText(round int) error {
	b, err := r.text().Statement(r.fold.Charter(), round, "")
	if err != nil {
		return err
	}
	return r.seal(theText, round, b)
}

func (r *replica) outcome() adoption.Outcome { return r.text().Outcome(r.fold.Charter(), nil) }

// Scenario a03: two of three seals do not adopt. The third does, and only once everybody holds everybody's acknowledgement. SPEC adopted, seal-first-choice.
func TestA03TwoOfThreeSealsAdoptNothing(t *testing.T) {
	_, rs := ready(t)
	must(t, rs[0].sealText(1))
	must(t, rs[1].sealText(1))
	settle(rs, theText)
	for _, r := range rs {
		if r.outcome() != adoption.Pending || r.text().Status(r.fold.Charter(), nil).Adopted {
			t.Fatalf("replica %d: %s", r.me, r.outcome())
		}
	}
	if err := rs[0].write(rs[0].all(), theText, adoption.Decline{Round: 1, Reason: "no"}); key(err) != "seal.chosen" {
		t.Fatalf("a second choice: %v", err)
	}
	must(t, rs[2].sealText(1))
	if rs[2].outcome() != adoption.Pending {
		t.Fatal("adopted before anybody acknowledged")
	}
	settle(rs, theText)
	for _, r := range rs {
		if r.outcome() != adoption.Adopted {
			t.Fatalf("replica %d: %s", r.me, r.outcome())
		}
	}
	if err := rs[1].write(rs[1].all(), theText, adoption.Withdraw{Round: 1, Reason: "late"}); key(err) != "seal.acknowledged" {
		t.Fatalf("withdrawal after acknowledgement: %v", err)
	}
}

// A refusal fails the round once all others hold it; only then may a new one open. SPEC failed-round.
func TestARefusedRoundFailsAndAnotherMayOpen(t *testing.T) {
	_, rs := ready(t)
	must(t, rs[0].sealText(1))
	must(t, rs[1].write(rs[1].all(), theText, adoption.Decline{Round: 1, Reason: "one word more"}))
	if rs[1].outcome() != adoption.Pending {
		t.Fatal("failed before the others hold the refusal")
	}
	if err := rs[1].write(rs[1].all(), theText, text.Freeze{Round: 2}); key(err) != "text.frozen_already" {
		t.Fatalf("a second round while the first is open: %v", err)
	}
	settle(rs, theText)
	for _, r := range rs {
		if r.outcome() != adoption.Failed {
			t.Fatalf("replica %d: %s", r.me, r.outcome())
		}
	}
	freeze(t, rs)
	for _, r := range rs {
		must(t, r.sealText(2))
	}
	settle(rs, theText)
	if rs[2].outcome() != adoption.Adopted {
		t.Fatalf("second round: %s", rs[2].outcome())
	}
}

// In every interleaving of choices and arrivals, no two nodes are shown opposite verdicts, and what was shown as adopted stays so.
func TestVerdictsNeverContradict(t *testing.T) {
	adopted, failed := 0, 0
	for seed := range uint64(60) {
		rng := rand.New(rand.NewPCG(seed, 3))
		_, rs := ready(t)
		shown := map[adoption.Outcome]bool{}
		for range 60 {
			r := rs[rng.IntN(3)]
			r.receive(rng.IntN(3), rng.Int64N(3))
			switch rng.IntN(8) {
			case 0, 1, 2, 3:
				_ = r.sealText(1) // refused if it has chosen
			case 4:
				if seed%3 == 0 {
					_ = r.write(r.all(), theText, adoption.Decline{Round: 1, Reason: "x"})
				}
			case 5:
				if seed%4 == 0 {
					_ = r.write(r.all(), theText, adoption.Withdraw{Round: 1, Reason: "x"})
				}
			default:
				r.react(theText)
			}
			for _, x := range rs {
				if o := x.outcome(); o != adoption.Pending {
					shown[o] = true
				}
			}
		}
		settle(rs, theText)
		for _, r := range rs {
			if o := r.outcome(); o != adoption.Pending {
				shown[o] = true
			}
		}
		if shown[adoption.Adopted] && shown[adoption.Failed] {
			t.Fatalf("seed %d: adopted at one moment or node, failed at another", seed)
		}
		if shown[adoption.Adopted] {
			adopted++
		}
		if shown[adoption.Failed] {
			failed++
		}
	}
	if adopted < 5 || failed < 5 {
		t.Fatalf("%d adopted, %d failed: this test looks at too little", adopted, failed)
	}
}

// A seal over another digest, or by somebody else's key, is refused and says so.
func TestASealCoversWhatIsDue(t *testing.T) {
	_, rs := ready(t)
	if err := rs[0].seal(theText, 1, []byte("entente seal v1\nsomething else\n")); key(err) != "seal.other_digest" {
		t.Errorf("another statement: %v", err)
	}
	b, err := rs[0].text().Statement(rs[0].fold.Charter(), 1, "")
	must(t, err)
	rs[0].keys = slices.Clone(rs[0].keys)
	rs[0].keys[0] = rs[0].keys[1]
	if err := rs[0].seal(theText, 1, b); key(err) != "seal.bad_signature" {
		t.Errorf("another party's key: %v", err)
	}
}

// Before the charter is in force nothing else can be written.
func TestNothingBeforeTheCharter(t *testing.T) {
	u := newUniverse(t)
	r := u.replica(0)
	if err := r.write(r.all(), theText, text.Table{}); key(err) != "charter.not_in_force" {
		t.Errorf("got %v", err)
	}
}

// What nobody here can read, and matters that a newer version brought, have a state that is stored and read again like any other: a node that could not read it after a restart would store nothing
// any more, and anybody could bring it there with one entry that is none.
func TestTheStateOfWhatIsNotKnownIsReadAgain(t *testing.T) {
	for key, want := range map[string]string{Unreadable: "*record.unknown", "tomorrow/1": "*record.unknown", "document/1": "*document.State", "line/1": "*line.State", "line/1/2026-01": "*line.Month"} {
		if s, err := State(key, []byte(`{}`)); err != nil || fmt.Sprintf("%T", s) != want {
			t.Errorf("%s is a %T: %v", key, s, err)
		}
	}
}

// A transaction that changes more matters than the fold keeps decoded stores each of them: judging looks at other matters, and what was just judged is not dropped for those.
func TestWhatChangedIsKept(t *testing.T) {
	u := newUniverse(t)
	r := u.found()[0]
	for range r.fold.Dirty() { // what founding changed is not what this is about
	}
	for i := range 2 * CacheSize {
		must(t, r.write(r.all(), fmt.Sprintf("concern/c-%d", i), concern.Raise{Text: lang.Text{"en": "Why?"}}))
	}
	changed := 0
	for _, err := range r.fold.Dirty() {
		must(t, err)
		changed++
	}
	if changed < 2*CacheSize {
		t.Errorf("%d matters are to be stored", changed)
	}
}
