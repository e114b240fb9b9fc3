package readers

import (
	"slices"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/guest"
	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

// A guest is named for the matter it was admitted to, on its days, and nowhere else.
func TestGuestsAreNamedWhereTheyRead(t *testing.T) {
	p := subjecttest.New(t, "guest/g-1", func() subjecttest.State { return &guest.State{ID: "g-1"} })
	id := p.Does("cedar", guest.Propose{Name: lang.Text{"en": "River Institute"}, Capacity: "observer", Shown: "meeting/main/8", From: "2025-01-01", Until: "2025-03-31"})
	ask := func(matter, day string) []Guest {
		r := OnRecord(p.Charter, matter, day, "", []*guest.State{p.State().(*guest.State)})
		if r.What != Record || !slices.Equal(r.Parties, []charter.PartyID{"cedar", "birch", "willow"}) {
			t.Errorf("%+v", r)
		}
		return r.Guests
	}
	if len(ask("meeting/main/8", "2025-02-01")) != 0 {
		t.Error("who was only proposed reads")
	}
	p.Does("birch", guest.Agree{Proposal: id})
	p.Does("willow", guest.Agree{Proposal: id})
	got := ask("meeting/main/8", "2025-02-01")
	if len(got) != 1 || got[0].Since != "2025-01-16" || got[0].House != "cedar" || len(got[0].Agreed) != 3 {
		t.Errorf("%+v", got)
	}
	if len(ask("meeting/main/9", "2025-02-01")) != 0 || len(ask("text/main", "2025-02-01")) != 0 || len(ask("meeting/main/8", "2025-04-01")) != 0 {
		t.Error("a guest is named where it does not read")
	}
}
