package record

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/concern"
	"entente.example/internal/conversation"
	"entente.example/internal/meeting"
	"entente.example/internal/membership"
	"entente.example/internal/programme"
	"entente.example/internal/text"
	"entente.example/internal/topic"
	"entente.example/lang"
)

var nextMech = strings.Repeat("5e", 32)

// A party goes on elsewhere, or leaves, by a text that its own past shows as adopted, by its own word, and once. SPEC membership-rests. SPEC membership-word.
func TestAPartysWordRestsOnAText(t *testing.T) {
	_, rs := ready(t)
	a, c := rs[0], rs[2]
	goesOn := membership.Continue{Successor: nextMech, Text: "t"}
	if err := a.write(a.all(), membership.Matter("a"), goesOn); key(err) != "membership.not_adopted" {
		t.Fatalf("on a text that nobody has sealed: %v", err)
	}
	if err := a.write(a.all(), membership.Matter("a"), membership.Leave{Text: "nothing"}); key(err) != "membership.not_adopted" {
		t.Fatalf("on no text: %v", err)
	}
	for _, r := range rs {
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	if err := a.write(a.all(), membership.Matter("c"), membership.Leave{Text: "t"}); key(err) != "dialogue.not_yours" {
		t.Fatalf("another party is made to leave: %v", err)
	}
	if err := a.write(a.all(), membership.Matter("d"), goesOn); key(err) != "membership.no_party" {
		t.Fatalf("a party that is none: %v", err)
	}
	for _, wrong := range []string{"", "rpem-2", strings.Repeat("5E", 32), a.mech} {
		if err := a.write(a.all(), membership.Matter("a"), membership.Continue{Successor: wrong, Text: "t"}); key(err) != "membership.no_successor" {
			t.Fatalf("it goes on in %q: %v", wrong, err)
		}
	}
	must(t, a.write(a.all(), membership.Matter("a"), goesOn))
	if err := a.write(a.all(), membership.Matter("a"), membership.Leave{Text: "t"}); key(err) != "membership.said_already" {
		t.Fatalf("it goes on and leaves: %v", err)
	}
	must(t, c.write(c.all(), membership.Matter("c"), membership.Leave{Text: "t", From: "2025-06-01"}))
	settle(rs)
	sameEverywhere(t, rs)
}

// Who has spoken opens nothing new; what is open can be finished; and nobody is bound by another's word. SPEC membership-closed.
func TestWhoGoesOnElsewhereOpensNothingNew(t *testing.T) {
	_, rs := ready(t)
	a, b := rs[0], rs[1]
	for _, r := range rs {
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	said := lang.Text{"en": "x"}
	held := meeting.Enter{Series: "main", Number: 1, Status: "planned"}
	must(t, b.write(b.all(), "concern/open", concern.Raise{Text: said}))
	must(t, b.write(b.all(), "topic/open", topic.Raise{Title: said}))
	must(t, a.write(a.all(), "meeting/main/1", held))
	visits := programme.Enter{Title: said, Track: "parties", Owners: []string{"east"}}
	must(t, b.write(b.all(), "programme/open", visits))
	settle(rs)
	must(t, a.write(a.all(), membership.Matter("a"), membership.Continue{Successor: nextMech, Text: "t"}))
	opening := map[string]entry.Body{
		"text/new":       text.Table{Title: said, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1, Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: said}}},
		"concern/new":    concern.Raise{Text: said},
		"topic/new":      topic.Raise{Title: said},
		"meeting/main/2": meeting.Enter{Series: "main", Number: 2, Status: "planned"},
		"programme/new":  visits,
	}
	for matter, body := range opening {
		if err := a.write(a.all(), matter, body); key(err) != "membership.closed_continues" {
			t.Errorf("%s is opened: %v", matter, err)
		}
	}
	held.Status = "held"
	must(t, a.write(a.all(), "meeting/main/1", held))
	must(t, a.write(a.all(), "concern/open", concern.Answer{Text: said}))
	must(t, a.write(a.all(), "topic/open", topic.Raise{}))
	must(t, a.write(a.all(), "programme/open", visits))
	must(t, a.write(a.all(), "thread/last", conversation.Open{Title: said}))
	settle(rs)
	for matter, body := range opening { // b has said nothing yet, whatever a says
		if err := b.write(b.all(), matter, body); err != nil {
			t.Errorf("b cannot open %s: %v", matter, err)
		}
	}
	settle(rs)
	sameEverywhere(t, rs)
}

// What a node would not write may stand in its log all the same: everybody finds it void, in whatever order things arrive.
func TestWhatIsOpenedAfterTheWordIsVoidEverywhere(t *testing.T) {
	u, rs := ready(t)
	a := rs[0]
	for _, r := range rs {
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	must(t, a.write(a.all(), membership.Matter("a"), membership.Leave{Text: "t"}))
	e := a.envelope(a.all(), "concern/late", concern.Raise{Text: lang.Text{"en": "x"}})
	leaf, err := e.Encode()
	must(t, err)
	a.post(leaf)
	settle(rs)
	for seed := range uint64(8) {
		r := u.replay(1, rand.New(rand.NewPCG(seed, 15)))
		if got := r.voids[fmt.Sprintf("0-%d", e.Index)]; got != "membership.closed_leaves" {
			t.Fatalf("seed %d: %q", seed, got)
		}
	}
	sameEverywhere(t, rs)
}

// A name is a party's own from a day on; what the other side calls it is for that side to say. What is sealed has the charter's names. SPEC membership-names.
func TestANameChangesFromADayOn(t *testing.T) {
	_, rs := ready(t)
	a, b, c := rs[0], rs[1], rs[2]
	named := func(full string) []membership.Official {
		return []membership.Official{{Lang: "en", Full: full}}
	}
	own := membership.Rename{Names: named("New Party"), From: "2025-03-01", Reason: lang.Text{"en": "By our congress."}}
	for name, bad := range map[string]membership.Rename{"dialogue.words_needed": {Names: named("New Party"), From: "2025-03-01"}, "membership.names": {From: "2025-03-01", Reason: own.Reason},
		"dialogue.no_such_day": {Names: named("New Party"), From: "2025-02-30", Reason: own.Reason}, "membership.not_adopted": {Names: named("New Party"), From: "2025-03-01", Text: "t"},
		"membership.twice": {Names: append(named("A"), named("B")...), From: "2025-03-01", Reason: own.Reason}} {
		if err := b.write(b.all(), membership.Matter("b"), bad); key(err) != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := c.write(c.all(), membership.Matter("b"), own); key(err) != "dialogue.not_yours" {
		t.Errorf("another party of its side renames it: %v", err)
	}
	must(t, b.write(b.all(), membership.Matter("b"), own))
	settle(rs)
	must(t, a.write(a.all(), membership.Matter("b"), membership.Rename{Names: named("The Western Party"), From: "2025-04-01"}))
	settle(rs)
	for _, r := range rs {
		st := r.fold.Charter().Clone()
		st.SetNamings("b", r.fold.Cached(membership.Matter("b")).(*membership.State).Namings())
		for _, x := range []struct{ day, side, want string }{{"2025-02-28", "west", "Party b"}, {"2025-03-01", "west", "New Party"}, {"2025-03-01", "east", "New Party"}, {"2025-04-01", "east", "The Western Party"}, {"2025-04-01", "west", "New Party"}} {
			if got := charter.PickName(st.NamesOn("b", x.day), "en", x.side).Full; got != x.want {
				t.Errorf("on %s %s says %q, not %q", x.day, x.side, got, x.want)
			}
		}
		if got := st.NameOn("b", "ja", "2025-05-01").Full; got != "New Party" { // there is none in Japanese: any, and no old one
			t.Errorf("in a language without a name it is %q", got)
		}
		if got := st.PartyName("b", "en").Full; got != "Party b" {
			t.Errorf("what is sealed would have %q", got)
		}
	}
	for _, r := range rs {
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	if rs[0].outcome() != "adopted" {
		t.Errorf("a text that was frozen before cannot be adopted: %s", rs[0].outcome())
	}
}

// sameEverywhere demands that every replica, and new ones on which entries arrive in other orders, come to the same states.
func sameEverywhere(t *testing.T, rs []*replica) {
	t.Helper()
	want := rs[0].states()
	for seed := range uint64(4) {
		all := append(slices.Clone(rs[1:]), rs[0].replay(int(seed)%3, rand.New(rand.NewPCG(seed, 4))))
		for _, r := range all {
			if got := r.states(); !maps.Equal(got, want) {
				for k := range want {
					if got[k] != want[k] {
						t.Fatalf("%s differs:\n%s\n%s", k, got[k], want[k])
					}
				}
				t.Fatal("there are other matters")
			}
		}
	}
}
