package glance

import (
	"reflect"
	"testing"

	"entente.example/internal/text"
)

// What rests on a document is the paragraphs that cite it or a principle of it, each with the commitments that come from it, and none of another document.
func TestRests(t *testing.T) {
	at := func(document string, principle int, text, label string) Resting {
		return Resting{Document: document, Principle: principle, Text: text, Paragraph: "p" + "7", Label: label, Commitments: []string{}}
	}
	g := &Glance{
		keys:  []*Matter{{Key: "commitment/k-1", ID: "k-1", From: "js-9#p7"}, {Key: "commitment/k-2", ID: "k-2", From: "js-8#p7"}, {Key: "commitment/k-3", ID: "k-3"}},
		texts: []*Text{{ID: "js-8", Cites: []Resting{at("fd-1998", 0, "js-8", "7")}}, {ID: "js-9", Cites: []Resting{at("fd-1972", 2, "js-9", "7"), at("fd-1998", 1, "js-9", "7")}}},
	}
	first, second, other := at("fd-1998", 0, "js-8", "7"), at("fd-1998", 1, "js-9", "7"), at("fd-1972", 2, "js-9", "7")
	first.Commitments, second.Commitments, other.Commitments = []string{"k-2"}, []string{"k-1"}, []string{"k-1"}
	for range 2 { // asking changes nothing
		if got, want := g.Rests("fd-1998"), []Resting{first, second}; !reflect.DeepEqual(got, want) {
			t.Errorf("%+v", got)
		}
		if got, want := g.Rests("fd-1972"), []Resting{other}; !reflect.DeepEqual(got, want) {
			t.Errorf("%+v", got)
		}
	}
	on := func(earlier, place string) Resting {
		return Resting{Earlier: earlier, Place: text.ParaID(place), Text: "js-10", Paragraph: "1", Label: "1", Commitments: []string{}}
	}
	g.texts = append(g.texts, &Text{ID: "js-10", Cites: []Resting{on("js-9", "p7"), on("js-8", "")}})
	if got, want := g.RestsOnText("js-9"), []Resting{on("js-9", "p7")}; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
	if got := g.Rests(""); len(got) != 0 {
		t.Errorf("what cites a text cites no document: %v", got)
	}
	if got := g.Rests("fd-1900"); got == nil || len(got) != 0 {
		t.Errorf("a list in JSON, and an empty one: %v", got)
	}
}
