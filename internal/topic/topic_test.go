package topic

import (
	"slices"
	"testing"

	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func words(s string) lang.Text { return lang.Text{"en": s} }

func TestLifeOfAnIssue(t *testing.T) {
	p := subjecttest.New(t, "topic/t-1", func() subjecttest.State { return &State{ID: "t-1"} })
	p.Refuses("dialogue.unknown", "cedar", Position{Text: words("x")})
	p.Refuses("dialogue.words_needed", "cedar", Raise{})
	p.Does("birch", Raise{Title: words("Exports of beef")})
	p.Does("willow", Raise{})
	p.Refuses("topic.raised_already", "birch", Raise{})
	s := p.State().(*State)
	if by := s.RaisedBy(p.Charter); !slices.Equal(by, []string{"west"}) {
		t.Errorf("two parties of one side are one side: %v", by)
	}
	p.Does("cedar", Raise{})
	if by := p.State().(*State).RaisedBy(p.Charter); !slices.Equal(by, []string{"east", "west"}) {
		t.Errorf("raised by %v", by)
	}
	p.Does("cedar", Position{Text: words("Later.")})
	p.Does("cedar", Position{Text: words("Soon.")})
	p.Does("cedar", Term{Language: "en", Term: "cattle products"})
	p.Does("cedar", Term{Language: "en", Term: "bovine products"})
	p.Does("birch", Term{Language: "en", Term: "beef"})
	p.Refuses("dialogue.words_needed", "cedar", Term{Language: "en"})
	s = p.State().(*State)
	if said, ok := s.Position("cedar"); !ok || said.Text["en"] != "Soon." || len(s.Own["cedar"].Positions) != 2 {
		t.Error("the last position counts, the first stays readable")
	}
	if terms := s.Terms("cedar"); len(terms) != 1 || terms[0].Term != "bovine products" || s.Terms("birch")[0].Term != "beef" {
		t.Errorf("%+v", terms)
	}
	title := func(want string, agreed bool) {
		t.Helper()
		if got, ok := p.State().(*State).Neutral(p.Charter); ok != agreed || got["en"] != want {
			t.Errorf("%v %v", got, ok)
		}
	}
	title("Exports of beef", false)
	for _, party := range []string{"cedar", "birch"} {
		p.Does(p.Charter.Document().Parties[map[string]int{"cedar": 0, "birch": 1}[party]].ID, Title{Title: words("Trade in farm products")})
	}
	title("Exports of beef", false)
	p.Does("willow", Title{Title: words("Trade in farm products")})
	title("Trade in farm products", true)
	p.Does("willow", Title{Title: words("Trade")})
	title("Exports of beef", false)
	p.Does("cedar", Rest{})
	p.Refuses("topic.rests_already", "cedar", Rest{})
	p.Refuses("topic.rests_not", "birch", Resume{})
	p.Does("cedar", Resume{Reason: "New figures."})
	if p.State().(*State).Resting("cedar") {
		t.Error("it was taken up again")
	}
}
