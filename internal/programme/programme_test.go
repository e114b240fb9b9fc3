package programme

import (
	"testing"

	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func TestAProgramme(t *testing.T) {
	title := lang.Text{"en": "Young politicians"}
	p := subjecttest.New(t, "programme/x", func() subjecttest.State { return &State{ID: "x"} })
	p.Refuses("dialogue.unknown", "cedar", Visit{ID: "v1", Status: "planned", Host: "east"})
	p.Refuses("dialogue.no_such_choice", "cedar", Enter{Title: title, Track: "old", Owners: []string{"east"}})
	p.Refuses("programme.number", "cedar", Enter{Title: title, Track: "young", PerSide: -1, Owners: []string{"east"}})
	p.Does("cedar", Enter{Title: title, Track: "young", PerSide: 10, Owners: []string{"east", "west"}})
	p.Refuses("programme.no_visit", "cedar", Report{Visit: "v1", Text: title})
	p.Refuses("programme.ends_before", "cedar", Visit{ID: "v1", Status: "planned", From: "2025-08-25", Until: "2025-08-24", Host: "east"})
	p.Refuses("dialogue.day_passed", "cedar", Visit{ID: "v1", Status: "planned", From: "2025-01-01", Host: "east"})
	p.Does("cedar", Visit{ID: "v1", Status: "planned", From: "2025-08-25", Host: "east"})
	p.Does("birch", Visit{ID: "v1", Status: "postponed", Host: "east", Reason: lang.Text{"en": "A storm."}})
	p.Does("birch", Participants{Visit: "v1", Count: 9})
	p.Does("willow", Report{Visit: "v1", Text: lang.Text{"en": "Not yet."}})
	s := p.State().(*State)
	trip := s.Trip("v1")
	if trip.Now().Status != "postponed" || len(trip.History) != 2 || trip.History[0].From != "2025-08-25" || trip.Participants["birch"].Count != 9 || len(trip.Reports) != 1 {
		t.Errorf("%+v", trip)
	}
}
