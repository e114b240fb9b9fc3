package programme

import (
	"reflect"
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

// Who says what became of a visit need not say again when and where it was to be; one that is put off has no days until it gets some.
func TestAVisitKeepsWhatIsNotSaidAnew(t *testing.T) {
	planned := Visit{ID: "v1", Status: "planned", From: "2027-03-10", Until: "2027-03-12", Host: "west", Places: lang.Text{"en": "Nara"}, Purpose: lang.Text{"en": "Seminar"}}
	s := &State{Visits: []*Trip{{ID: "v1", History: []Planned{{Visit: planned}}}}}
	held := planned
	held.Status = "held"
	if got := s.Filled(Visit{ID: "v1", Status: "held"}); !reflect.DeepEqual(got, held) {
		t.Errorf("%+v", got)
	}
	if got := s.Filled(Visit{ID: "v1", Status: "postponed", Host: "east"}); got.From != "" || got.Until != "" || got.Host != "east" || got.Places["en"] != "Nara" {
		t.Errorf("%+v", got)
	}
	if got := s.Filled(Visit{ID: "v1", Status: "planned", From: "2027-04-01"}); got.From != "2027-04-01" || got.Until != "" {
		t.Errorf("%+v", got)
	}
	if got := s.Filled(Visit{ID: "v2", Status: "planned"}); !reflect.DeepEqual(got, Visit{ID: "v2", Status: "planned"}) {
		t.Errorf("another visit: %+v", got)
	}
}
