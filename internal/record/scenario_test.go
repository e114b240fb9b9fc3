package record

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/paper"
	"entente.example/internal/situation"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/refusal"
)

// agree brings paragraphs to a level at all parties.
func agree(t testing.TB, rs []*replica, confirm []string, ids ...string) {
	t.Helper()
	items, err := rs[0].text().Wordings(ids)
	must(t, err)
	for _, r := range rs {
		must(t, r.write(r.all(), theText, text.Accept{Items: items}))
	}
	settle(rs)
	for _, r := range rs {
		for _, i := range items {
			if slices.Contains(confirm, string(i.Paragraph)) {
				must(t, r.write(r.all(), theText, text.Confirm{Items: []text.Item{i}}))
			}
		}
	}
	settle(rs)
}

// Scenario a02: a freeze one event too early is refused, with the paragraphs that are still agreed only ad referendum.
func TestA02AFreezeTooEarlyNamesWhatIsMissing(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 3)
	agree(t, rs, []string{"1"}, "1", "2", "3")
	_, err := rs[0].text().FreezeBody(rs[0].fold.Charter())
	if r := refusal.As(err); r == nil || r.Key != "text.freeze_ad_ref" || r.Params["paragraphs"] != "2, 3" {
		t.Fatalf("got %v", err)
	}
	if err := rs[0].write(rs[0].all(), theText, text.Freeze{Round: 1, Manifest: strings.Repeat("0", 64)}); key(err) != "text.freeze_ad_ref" {
		t.Fatalf("written by hand: %v", err)
	}
}

// Scenario a05: paragraphs 1 and 2 are a package; 2 is reopened after confirmation; 1 falls back to ad referendum, and every party is told.
func TestA05AReopenedParagraphTakesItsPackageWithIt(t *testing.T) {
	u := newUniverse(t)
	rs := u.found()
	table(t, rs, 3)
	must(t, rs[1].write(rs[1].all(), theText, text.Link{Paragraphs: []text.ParaID{"1", "2"}}))
	settle(rs)
	agree(t, rs, []string{"1", "2", "3"}, "1", "2", "3")
	want := func(agreed, adRef, bracketed []string) {
		t.Helper()
		for _, r := range rs {
			st := r.text().Status(r.fold.Charter(), nil)
			if !slices.Equal(st.Agreed, agreed) || !slices.Equal(st.AdRef, adRef) || !slices.Equal(st.Bracketed, bracketed) {
				t.Fatalf("replica %d: %+v", r.me, st)
			}
		}
	}
	none := []string{}
	want([]string{"1", "2", "3"}, none, none)
	must(t, rs[2].write(rs[2].all(), theText, text.Reopen{Paragraph: "2", Reason: "one word"}))
	settle(rs)
	want([]string{"3"}, []string{"1"}, []string{"2"})
	for _, r := range rs {
		a := r.text().Alerts
		if len(a) != 1 || a[0].Paragraph != "2" || !slices.Equal(a[0].Linked, []text.ParaID{"1"}) {
			t.Fatalf("replica %d is not told: %+v", r.me, a)
		}
	}
	// The same wording again restores the package; other wording would need 1 to be confirmed anew.
	agree(t, rs[2:], []string{"2"}, "2")
	settle(rs)
	want([]string{"1", "2", "3"}, none, none)
	must(t, rs[2].write(rs[2].all(), theText, text.Reopen{Paragraph: "2", Reason: "once more"}))
	settle(rs)
	must(t, rs[2].write(rs[2].all(), theText, text.Propose{Paragraph: "2", Label: "2 bis", Text: lang.Text{"en": "Other words;", "ja": "別の文言"}}))
	settle(rs)
	agree(t, rs, []string{"2"}, "2=2 bis")
	want([]string{"2", "3"}, []string{"1"}, none)
	var confirm entry.Body
	items, err := rs[0].text().Wordings([]string{"1"})
	must(t, err)
	confirm = text.Confirm{Items: items}
	for _, r := range rs {
		must(t, r.write(r.all(), theText, confirm))
	}
	settle(rs)
	want([]string{"1", "2", "3"}, none, none)
}

// Scenario a22, as far as the record goes: an embargo ends at one instant that all parties gave, counted alike on every node, also on one that is offline afterwards; before every party has
// released the text, and before it is adopted, there is no such instant at all.
func TestA22AnEmbargoEndsAtOneInstantEverywhere(t *testing.T) {
	_, rs := ready(t)
	embargo := text.Release{NotBefore: "2025-01-14T08:00:00Z"} // 16:00+08:00
	must(t, rs[0].write(rs[0].all(), theText, embargo))
	for _, r := range rs {
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	for i, r := range rs {
		if at, ok := r.text().PublicAt(r.fold.Charter(), nil); ok {
			t.Errorf("replica %d publishes at %s with one release of three", i, at)
		}
	}
	must(t, rs[1].write(rs[1].all(), theText, embargo))
	must(t, rs[2].write(rs[2].all(), theText, text.Release{NotBefore: "2025-01-14T07:00:00Z"})) // an hour earlier: the later one counts
	settle(rs, theText)
	for i, r := range rs { // nothing more has to arrive: each counts from what it holds
		at, ok := r.text().PublicAt(r.fold.Charter(), nil)
		if !ok || at.UTC().Format("2006-01-02T15:04:05Z") != embargo.NotBefore {
			t.Errorf("replica %d publishes at %s, %v", i, at, ok)
		}
	}
}

// Scenario a15: that a party left the government of its country is something that parties say to each other. It stays a party of its side, its mandates and keys are what they were, what it sealed stays sealed, and
// nothing is adopted without it.
func TestA15APartyStaysAPartyUntilATextSaysOtherwise(t *testing.T) {
	u, rs := ready(t)
	for _, r := range rs {
		must(t, r.sealText(1))
	}
	settle(rs, theText)
	before := rs[1].fold.Charter()
	parties := fmt.Sprint(before.Document().Parties)
	keys, _ := before.SealKeys("c")
	must(t, rs[2].write(rs[2].all(), "paper/left", paper.Send{Kind: "note_verbale", To: []string{"east"}, Title: lang.Text{"en": "Coalition"}, Text: lang.Text{"en": "Our party has left the governing coalition."}}))
	must(t, rs[1].write(rs[1].all(), "situation/b", situation.Declare{Level: "watch", From: "2025-01-14", Text: lang.Text{"en": "The coalition has ended."}}))
	settle(rs)
	for _, r := range rs {
		c := r.fold.Charter()
		if fmt.Sprint(c.Document().Parties) != parties || !slices.Equal(first(c.SealKeys("c")), keys) || c.SideOf("c") != "west" {
			t.Errorf("at %d a party is another one", r.me)
		}
		if c.May("c", "c-all", "text.table", time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)) != nil {
			t.Errorf("at %d its members lost their mandates", r.me)
		}
		if r.outcome() != adoption.Adopted {
			t.Errorf("at %d what it sealed is %s", r.me, r.outcome())
		}
	}
	if len(u.doc.Parties) != 3 {
		t.Error("the charter has lost a party")
	}
}

// Attack 12: two heads who confirm and reopen one paragraph without knowing of each other are both on the record, whichever arrives first; it is not agreed, and the wording
// that was confirmed stays where it was.
func TestTwoAtOnceAreBothHeard(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {1, 0, 2}} {
		u := newUniverse(t)
		rs := u.found()
		table(t, rs, 2)
		agree(t, rs, []string{"2"}, "1", "2")
		items, err := rs[0].text().Wordings([]string{"1"})
		must(t, err)
		for _, r := range rs[:2] {
			must(t, r.write(r.all(), theText, text.Confirm{Items: items}))
		}
		settle(rs)
		third := rs[2]
		for _, me := range order { // the third confirms; the second takes it up again; neither has heard of the other
			switch me {
			case 1:
				must(t, rs[1].write(rs[1].all(), theText, text.Reopen{Paragraph: "1", Reason: "one word"}))
			case 2:
				must(t, third.write(third.all(), theText, text.Confirm{Items: items}))
			}
		}
		settle(rs)
		for _, r := range rs {
			st := r.text().Status(r.fold.Charter(), nil)
			if slices.Contains(st.Agreed, "1") || !slices.Contains(st.Agreed, "2") {
				t.Fatalf("replica %d: %+v", r.me, st)
			}
			if a := r.text().Alerts; len(a) != 1 || a[0].Paragraph != "1" {
				t.Errorf("replica %d is not told: %+v", r.me, a)
			}
		}
		if a, b := rs[0].states(), rs[2].states(); !maps.Equal(a, b) {
			t.Error("two nodes see two things")
		}
		for _, r := range rs[1:] {
			must(t, r.write(r.all(), theText, text.Propose{Paragraph: "1", Label: fmt.Sprintf("1 alt %d", r.me), Text: lang.Text{"en": "Other words;", "ja": "別の文言"}}))
		}
		settle(rs)
		if n := len(rs[0].text().Paragraphs[0].Wordings); n != 3 {
			t.Errorf("%d wordings stand, want the confirmed one and both new ones", n)
		}
	}
}

func first(lines []string, _ int) []string { return lines }
