package dialogue

import (
	"slices"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/commitment"
	"entente.example/internal/concern"
	"entente.example/internal/meeting"
	"entente.example/internal/minutes"
	"entente.example/internal/silence"
	"entente.example/internal/subject/subjecttest"
	"entente.example/internal/topic"
)

// played is where a matter stands for cedar after some acts.
func played(t *testing.T, fresh subjecttest.State, acts func(p *subjecttest.Play), at string) Now {
	t.Helper()
	p := subjecttest.New(t, "x/x", func() subjecttest.State { return fresh })
	acts(p)
	when, err := time.Parse(time.DateOnly, at)
	if err != nil {
		t.Fatal(err)
	}
	return Stands(p.Charter, "cedar", p.State(), when)
}

// What follows from all acts together is said once, and the same to programs as on the pages: whose turn it is, by what day, what everybody stands behind, what a review came to.
func TestWhereMattersStand(t *testing.T) {
	raised := func(p *subjecttest.Play) { p.Does("birch", concern.Raise{Text: said("When?")}) }
	n := played(t, &concern.State{ID: "x"}, raised, "2025-03-16")
	if n.Status != concern.Raised || n.Due != "2025-03-15" || !n.Overdue || !slices.Equal(n.Awaits, []Waiting{{"cedar", "concern_answer", "2025-03-15"}}) || !slices.Contains(n.Offers, "concern.answer") {
		t.Errorf("a concern: %+v", n)
	}
	n = played(t, &topic.State{ID: "x"}, func(p *subjecttest.Play) { p.Does("cedar", topic.Raise{Title: said("Water")}) }, "2025-01-20")
	if n.Status != topic.OneSided || !slices.Equal(n.Sides, []string{"east"}) || n.Agreed || n.Title["en"] != "Water" {
		t.Errorf("an issue that one side raised: %+v", n)
	}
	n = played(t, &topic.State{ID: "x"}, func(p *subjecttest.Play) {
		p.Does("cedar", topic.Raise{Title: said("Water")})
		p.Does("willow", topic.Raise{})
		for _, party := range []charter.PartyID{"cedar", "birch", "willow"} {
			p.Does(party, topic.Title{Title: said("The river")})
		}
	}, "2025-01-20")
	if n.Status != topic.Shared || !n.Agreed || n.Title["en"] != "The river" {
		t.Errorf("an issue under a title of all: %+v", n)
	}
	n = played(t, &silence.State{ID: "x"}, func(p *subjecttest.Play) {
		p.Charter.Document().Rules.Silence, p.Charter.Document().Rules.SilenceDays = true, 3
		p.Does("cedar", silence.Circulate{Title: said("Date"), Text: said("14 October")})
		p.Does("birch", silence.Receive{})
	}, "2025-01-20")
	if n.Status != silence.Circulated || n.Ends != "" || len(n.Awaits) != 1 || n.Awaits[0].Party != "willow" {
		t.Errorf("a procedure with a receipt missing: %+v", n)
	}
	n = played(t, &minutes.State{ID: "x"}, func(p *subjecttest.Play) {
		p.Does("cedar", minutes.Circulate{Title: said("Ninth"), Paragraphs: []minutes.Paragraph{{ID: "1", Text: said("Opened.")}, {ID: "2", Text: said("Closed.")}}})
		p.Does("birch", minutes.Accept{})
		p.Does("willow", minutes.Correct{Paragraph: "2", Text: said("Adjourned.")})
	}, "2025-01-20")
	if n.Status != minutes.Open || !slices.Equal(n.Open, []string{"1", "2"}) {
		t.Errorf("minutes: %+v", n)
	}
}

func TestWhereACommitmentStands(t *testing.T) {
	n := played(t, &commitment.State{ID: "x"}, func(p *subjecttest.Play) {
		entered := p.Does("cedar", commitment.Enter{Title: said("Meet"), Owners: []string{"east", "west"}, Due: "2025-06-30"})
		p.Does("birch", commitment.Concur{Entered: entered})
		p.Does("willow", commitment.Concur{Entered: entered})
		p.Does("cedar", commitment.Report{Status: "substantial", Text: said("Held.")})
		p.Does("birch", commitment.Assess{Side: "east", Status: "limited", Text: said("Once.")})
		for _, party := range []charter.PartyID{"cedar", "birch", "willow"} {
			p.Does(party, commitment.Review{Meeting: "meeting/main/10", Side: "east", Status: "limited"})
		}
	}, "2025-07-01")
	if n.Status != "agreed" || !n.Overdue || len(n.Matrix) != 2 || n.Matrix[0].Report.Status != "substantial" || n.Matrix[0].Assessed[0].Status != "limited" {
		t.Errorf("%+v", n)
	}
	if len(n.Reviews) != 1 || !n.Reviews[0].Agreed || n.Reviews[0].By[0].Status != "limited" {
		t.Errorf("a review in which all say the same: %+v", n.Reviews)
	}
}

// Whose turn it is to be host, and how long there was no meeting, follow from the others of the series.
func TestAMeetingInItsSeries(t *testing.T) {
	doc := &charter.Document{Rules: charter.Rules{HostRotation: "alternate", FirstHost: "west"}, Sides: []charter.Side{{ID: "east"}, {ID: "west"}}}
	c := charter.NewAs("m", doc)
	of := func(number int, host, start string) *meeting.State {
		return &meeting.State{Meeting: &meeting.Enter{Series: meeting.MainSeries, Number: number, Host: host, Start: start, Status: "held"}}
	}
	all := []*meeting.State{of(1, "", "2006-02-21"), of(8, "east", "2018-10-10"), of(9, "", "2025-01-14"), of(10, "", "2025-11-04")}
	for i, want := range []string{"west", "west", "west", "east"} {
		var n Now
		n.InSeries(c, all, all[i].Meeting)
		if n.Turn != want || (n.Break != nil) != (i == 1 || i == 2) {
			t.Errorf("meeting %d: %+v", all[i].Meeting.Number, n)
		}
		if i == 2 && *n.Break != (meeting.Break{After: 8, Before: 9, Years: 6, Months: 3}) {
			t.Errorf("the break: %+v", n.Break)
		}
	}
	if n := Stands(c, "", all[0], time.Time{}); n.Status != "held" || n.From != "2006-02-21" {
		t.Errorf("%+v", n)
	}
}
