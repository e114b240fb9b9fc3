package demo

import (
	"bytes"
	"testing"

	"entente.example/internal/node"
	"entente.example/internal/premises"
	"entente.example/lang"
)

// The course of a text in the example: a later text takes the place of a side's own, and what was sounded out off the record before a text was put is nowhere on it.
func TestACourseIsPlayed(t *testing.T) {
	s := staged(t, premises.Serve)
	ctx := t.Context()
	topic := s.Example.Topics[0]
	if err := s.OneSided(ctx, topic); err != nil {
		t.Fatal(err)
	}
	if _, err := s.succeeds(ctx, topic); err != nil {
		t.Fatal(err)
	}
	reaction, err := s.soundings(ctx, "calendar-3", lang.Text{lang.English: "Joint calendar, third draft"})
	if err != nil || reaction != "changes" {
		t.Fatalf("%q, %v", reaction, err)
	}
	for _, a := range s.Actors {
		v, err := a.Text(ctx, s.Mech, "calendar-3")
		if err != nil || v.State.Tabled.Party != s.Actors[1].Party {
			t.Errorf("what was put, at %s: %+v, %v", a.Party, v.State, err)
		}
		err = a.Node().Snapshot(ctx, s.Mech, func(sn *node.Snapshot) error {
			for _, l := range sn.All {
				for e, err := range sn.Reader().Entries(l.ID, 0, l.Applied) {
					if err != nil {
						return err
					}
					if bytes.Contains(e.Leaf, []byte("Without dates")) || bytes.Contains(e.Leaf, []byte(`"changes"`)) {
						t.Errorf("the record of %s has what was said off it: %s", a.Party, e.Leaf)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
