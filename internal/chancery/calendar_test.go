package chancery

import (
	"slices"
	"testing"

	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/lang"
)

// A commitment's milestones stand in the calendar beside the day of the whole, each under an id of its own. What has no day is not there.
func TestMilestonesHaveDaysInTheCalendar(t *testing.T) {
	words := func(s string) lang.Text { return lang.Text{"en": s} }
	st := &commitment.State{ID: "k-1", Entered: []commitment.Entered{{Enter: commitment.Enter{Title: words("Answer"), Due: "2025-06-30", Milestones: []commitment.Milestone{
		{ID: "desk", Title: words("Desk named"), Due: "2025-02-01"}, {ID: "free", Title: words("Told")}}}}}}
	var got []string
	for _, d := range dueOf(charter.New(&charter.Document{}), st) {
		got = append(got, d.id+d.part+" "+d.day+" "+d.title["en"])
	}
	if want := []string{"k-1 2025-06-30 Answer", "k-1-desk 2025-02-01 Desk named"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := dueOf(charter.New(&charter.Document{}), &commitment.State{}); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}
