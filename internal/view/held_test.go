package view

import (
	"fmt"
	"testing"

	"entente.example/internal/text"
	"entente.example/lang"
)

// Paragraphs are called by their numbers wherever an act names them, and what merely has the same letters is left alone.
func TestParagraphsOfAnActThatWaits(t *testing.T) {
	s := speller{languages: []lang.Tag{"en"}, text: &text.State{Paragraphs: []*text.Para{{ID: "cedar.x", Label: "7 bis"}, {ID: "3", Label: "2"}}}}
	s.spell(nil, map[string]any{"after": "3", "paragraphs": []any{"cedar.x", "3"}, "note": "3", "paragraph": map[string]any{"label": "3"}})
	if got, want := fmt.Sprint(s.lines), "[{[after]  2} {[note]  3} {[paragraph label]  3} {[paragraphs 1]  7 bis} {[paragraphs 2]  2}]"; got != want {
		t.Errorf("%s", got)
	}
}

// What has given place to another text stands behind those that have not, adopted or not.
func TestSupersededTextsStandBehind(t *testing.T) {
	cards := []TextCard{{ID: "old", Stage: "public", Over: true}, {ID: "gone", Stage: text.EndLapsed}, {ID: "new", Stage: "public"}}
	if setAside(cards); cards[0].ID != "new" {
		t.Errorf("%v", cards)
	}
}
