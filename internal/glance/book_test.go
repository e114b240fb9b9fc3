package glance

import (
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/store"
	"entente.example/lang"
)

// A glance is built on the one from which least has happened, and never on one that knows entries which a snapshot has not: of a reader that is behind, or of a mechanism that was folded again.
func TestNearest(t *testing.T) {
	at := func(a, b int64) *Glance { return &Glance{applied: map[store.LogID]int64{1: a, 2: b}} }
	early, late, later := at(3, 1), at(5, 1), at(5, 4)
	sh := &shelf{}
	for _, g := range []*Glance{early, late, later} {
		sh.keep(g)
	}
	for name, c := range map[string]struct {
		applied map[store.LogID]int64
		want    *Glance
	}{
		"the same":                     {map[store.LogID]int64{1: 5, 2: 4}, later},
		"a log more":                   {map[store.LogID]int64{1: 5, 2: 4, 3: 7}, later},
		"one log is behind the newest": {map[store.LogID]int64{1: 9, 2: 3}, late},
		"the other is":                 {map[store.LogID]int64{1: 4, 2: 9}, early},
		"an effect was taken back":     {map[store.LogID]int64{1: 2, 2: 9}, nil},
		"a log is not there any more":  {map[store.LogID]int64{1: 9}, nil},
		"a reader behind everything":   {map[store.LogID]int64{1: 0, 2: 0}, nil},
		"further in both":              {map[store.LogID]int64{1: 6, 2: 6}, later},
	} {
		if got := sh.nearest(c.applied, 0); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if got := sh.nearest(later.applied, 1); got != nil {
		t.Errorf("after the mechanism was folded again: %v", got)
	}
}

// A book holds a few glances of each mechanism, those that were used last.
func TestABookIsBounded(t *testing.T) {
	sh := &shelf{}
	first := &Glance{}
	sh.keep(first)
	for range 2 * keptGlances {
		sh.keep(&Glance{})
		sh.keep(first)
	}
	if len(sh.kept) != keptGlances || sh.kept[0] != first {
		t.Errorf("%d glances are kept; the one used last is the first: %v", len(sh.kept), sh.kept[0] == first)
	}
}

// News of a thread about a paragraph concern the text, those of an answer what it answers, and asking changes neither.
func TestAbout(t *testing.T) {
	points := append(make([]string, 0, 2), "paper/a")
	answer, talk := &Matter{Key: "paper/b", Points: points}, &Matter{Key: "thread/t", Points: points, Talk: &Talk{Text: "js-9", Paragraph: "4"}}
	if got := answer.About(); !slices.Equal(got, points) {
		t.Errorf("an answer: %v", got)
	}
	if got := talk.About(); !slices.Equal(got, []string{"paper/a", "text/js-9"}) || len(points[:2][1]) != 0 {
		t.Errorf("a thread: %v, and what it was asked of now has %v", got, points[:2])
	}
	if got := (&Matter{Key: "meeting/m"}).About(); len(got) != 0 {
		t.Errorf("a meeting: %v", got)
	}
}

// What is packed says what it said, whatever is known of it, and what goes on from it does not change the others.
func TestPackedMattersSayTheSame(t *testing.T) {
	title := lang.Text{"en": "Joint statement", "zh-Hans": "联合声明", "ja": ""}
	all := func() []*Matter {
		return []*Matter{
			{Key: "charter", Lam: 1, sum: [32]byte{1}},
			{Key: "commitment/k-1", ID: "k-1", From: "js-9#p7"},
			{Key: "meeting/main/10", ID: "main.10", Points: []string{"text/js-9"}},
			{Key: "text/js-9", ID: "js-9", rank: 1, Text: &Text{ID: "js-9", titles: titles(title), Last: "2025-01-14T09:00:00Z", Frozen: true, Cites: []Resting{{Document: "fd"}}}, awaits: map[charter.PartyID][]Wait{"cedar": {{What: "awaits.seal"}}}},
			{Key: "text/js-8", ID: "js-8", Text: &Text{ID: "js-8"}},
			{Key: "thread/t", ID: "t", Talk: &Talk{Text: "js-9"}},
		}
	}
	before, packed := all(), pack(all())
	if !reflect.DeepEqual(packed, before) {
		t.Errorf("%+v", packed)
	}
	if got := packed[3].Text.Title(); !maps.Equal(got, title) {
		t.Errorf("%q", got)
	}
	if got := packed[4].Text.Title(); len(got) != 0 {
		t.Errorf("a title of none: %q", got)
	}
	if again := pack(packed); !reflect.DeepEqual(again, before) || !reflect.DeepEqual(packed, before) {
		t.Errorf("packed anew: %+v", again)
	}
	if len(pack(nil)) != 0 {
		t.Error("nothing, packed, is something")
	}
}

// A text that waits is listed by its title.
func TestATextThatWaitsHasItsTitle(t *testing.T) {
	title := lang.Text{"en": "Joint statement", "ja": "共同声明"}
	g := &Glance{keys: []*Matter{{Key: "text/js-9", ID: "js-9", rank: 1, Text: &Text{ID: "js-9", titles: titles(title)}, awaits: map[charter.PartyID][]Wait{"cedar": {{Matter: "text/js-9", What: "awaits.seal"}}}}}}
	g.sort()
	for range 2 {
		if got := g.Awaits("cedar"); len(got) != 1 || !maps.Equal(got[0].Title, title) || got[0].What != "awaits.seal" {
			t.Errorf("%+v", got)
		}
	}
}

// What waits until an instant lapses between the times around it, and at no others; what waits until somebody acts does not.
func TestWhatWaitsForATimeLapses(t *testing.T) {
	at := func(s string) time.Time {
		when, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	g := &Glance{keys: []*Matter{{Key: "silence/s-1", rank: 2, awaits: map[charter.PartyID][]Wait{"cedar": {{What: "awaits.silence_break", Until: "2025-03-03T12:00:00Z"}}, "birch": {{What: "awaits.silence_receive"}}}}}}
	g.sort()
	for _, c := range []struct {
		party      charter.PartyID
		after, end string
		want       bool
	}{
		{"cedar", "2025-03-03T11:59:59Z", "2025-03-04T00:00:00Z", true},
		{"cedar", "2025-03-03T11:59:59Z", "2025-03-03T12:00:00Z", true},
		{"cedar", "2025-03-03T12:00:00Z", "2025-03-04T00:00:00Z", false},
		{"cedar", "2025-03-02T09:00:00Z", "2025-03-03T00:00:00Z", false},
		{"birch", "2025-03-03T09:00:00Z", "2025-03-04T00:00:00Z", false},
	} {
		if got := g.Lapses(c.party, at(c.after), at(c.end)); got != c.want {
			t.Errorf("%s from %s to %s: %v", c.party, c.after, c.end, got)
		}
	}
}
