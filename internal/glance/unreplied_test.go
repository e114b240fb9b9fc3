package glance

import (
	"slices"
	"testing"

	"entente.example/internal/charter"
)

// A paper that asks for an answer waits for whom it asks until somebody answered whose answer is enough, and a reply that was withdrawn is none.
func TestAPaperWaitsForItsAnswer(t *testing.T) {
	asks := &Note{By: "cedar", Asks: []Asking{
		{Party: "birch", From: []charter.PartyID{"birch"}, Wait: Wait{Matter: "paper/n-1", What: "awaits.paper_agreement"}},
		{Party: "willow", From: []charter.PartyID{"willow", "birch"}, Wait: Wait{Matter: "paper/n-1", What: "awaits.paper_reply"}},
	}}
	glance := func(replies ...*Matter) *Glance {
		g := &Glance{keys: append([]*Matter{{Key: "paper/n-1", rank: 2, Note: asks}}, replies...)}
		g.sort()
		return g
	}
	reply := func(by charter.PartyID) *Matter {
		return &Matter{Key: "paper/r-" + string(by), rank: 2, Points: []string{"paper/n-1"}, Note: &Note{By: by}}
	}
	withdrawn := reply("birch")
	withdrawn.Note = nil
	for name, c := range map[string]struct {
		g             *Glance
		birch, willow int
	}{
		"nobody has answered":       {glance(), 1, 1},
		"an answer was withdrawn":   {glance(withdrawn), 1, 1},
		"one has":                   {glance(reply("willow")), 1, 0},
		"one has, for both":         {glance(reply("birch")), 0, 0},
		"one who was not asked has": {glance(reply("cedar")), 1, 1},
	} {
		if b, w := len(c.g.Awaits("birch")), len(c.g.Awaits("willow")); b != c.birch || w != c.willow {
			t.Errorf("%s: %d and %d wait", name, b, w)
		}
	}
	if got := glance().Awaits("birch"); !slices.EqualFunc(got, []string{"awaits.paper_agreement"}, func(w Wait, s string) bool { return w.What == s && w.Matter == "paper/n-1" }) {
		t.Errorf("%+v", got)
	}
}
