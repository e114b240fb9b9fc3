package view

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"entente.example/internal/charter"
)

// A member of many mechanisms sees a part of them, in an order that stays, and finds any by words of its names in any language.
func TestMechanismsAreFoundByName(t *testing.T) {
	var all []*Listed
	for n := range 30 {
		all = append(all, &Listed{Mech: fmt.Sprint(n), Ref: fmt.Sprintf("m-%02d", 29-n), Names: []charter.Name{{Lang: "en", Full: fmt.Sprintf("Dialogue %d on the Lake", 29-n), Short: "Lake"}, {Lang: "ja", Full: "湖の対話"}}})
	}
	all = append(all, &Listed{Mech: "x", Ref: "valley", Names: []charter.Name{{Lang: "en", Full: "High Valley Dialogue"}}})
	refs := func(at At) (out []string, c Cut) {
		part, c := CutMechanisms(all, at)
		for _, m := range part {
			out = append(out, m.Ref)
		}
		return out, c
	}
	for _, c := range []struct {
		at    At
		first string
		shown int
		found int
	}{
		{At{}, "m-00", 12, 31},
		{At{List: 24}, "m-24", 7, 31},
		{At{List: 99}, "m-00", 12, 31},
		{At{Find: " high DIALOGUE "}, "valley", 1, 1},
		{At{Find: "湖の", List: 12}, "m-12", 12, 30},
		{At{Find: "lake 17"}, "m-17", 1, 1},
		{At{Find: "m-03"}, "m-03", 1, 1},
		{At{Find: "ｌａｋｅ　１７"}, "m-17", 1, 1},
		{At{Find: "lake sea"}, "", 0, 0},
	} {
		got, cut := refs(c.at)
		if len(got) != c.shown || cut.All != c.found || c.shown > 0 && got[0] != c.first || !slices.IsSorted(got) {
			t.Errorf("%+v: %q of %d", c.at, got, cut.All)
		}
	}
}

// Of what changed in many mechanisms the home page shows the newest.
func TestTheNewestChangesAreShown(t *testing.T) {
	var all []Change
	for n := range 4 * changesShown {
		all = append(all, Change{Ref: fmt.Sprint(n), Row: Row{At: time.Unix(int64(n*7919%997), 0)}})
	}
	got := CutChanges(slices.Collect(slices.Chunk(all, 12)))
	if len(got) != changesShown {
		t.Fatalf("%d are shown", len(got))
	}
	oldest := got[len(got)-1].Row.At
	newer := 0
	for _, c := range all {
		if c.Row.At.After(oldest) {
			newer++
		}
	}
	if newer >= changesShown {
		t.Errorf("%d are newer than the oldest that is shown", newer)
	}
	few := all[:changesShown]
	if !slices.EqualFunc(CutChanges([][]Change{few[:9], few[9:]}), few, func(a, b Change) bool { return a.Ref == b.Ref }) {
		t.Error("few were put into another order")
	}
}

// However many mechanisms a home shows, each shows a few texts, and all together about as much as can be looked over; one alone shows as much as its own page does.
func TestHomeShowsAFewTextsOfEachMechanism(t *testing.T) {
	if got := TextsOfEach(1); got != textsShown {
		t.Errorf("one mechanism shows %d texts of %d", got, textsShown)
	}
	for n := range mechanismsShown + 1 {
		if each := TextsOfEach(n); each < fewestTexts || each > textsShown || n*each > max(textsShown, mechanismsShown*fewestTexts) {
			t.Errorf("each of %d mechanisms shows %d texts", n, each)
		}
	}
}
