package commitment

import (
	"slices"
	"testing"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/subject/subjecttest"
	"entente.example/lang"
)

func words(s string) lang.Text { return lang.Text{"en": s} }

func play(t *testing.T) *subjecttest.Play {
	return subjecttest.New(t, "commitment/k-1", func() subjecttest.State { return &State{ID: "k-1"} })
}

// A commitment stands as agreed once the parties of every owner concur; an amendment takes its place only when they concur in that.
func TestConcurrence(t *testing.T) {
	p := play(t)
	first := p.Does("cedar", Enter{Title: words("Meet every year"), Owners: []string{"east", "west"}})
	standing := func(title string, agreed bool) {
		t.Helper()
		if now, ok := p.State().(*State).Standing(p.Charter); ok != agreed || now.Title["en"] != title {
			t.Fatalf("%v %v", now.Title, ok)
		}
	}
	standing("Meet every year", false)
	p.Refuses("commitment.concurs_already", "cedar", Concur{Entered: first})
	p.Does("birch", Concur{Entered: first})
	standing("Meet every year", false)
	p.Does("willow", Concur{Entered: first})
	standing("Meet every year", true)
	second := p.Does("willow", Enter{Title: words("Meet twice a year"), Owners: []string{"west"}})
	standing("Meet every year", true)
	p.Refuses("dialogue.no_act", "birch", Concur{Entered: "cedar-99"})
	if w := p.State().(*State).Awaits(p.Charter, "birch"); len(w) != 1 || w[0].Act != second {
		t.Errorf("%+v", w)
	}
	p.Does("birch", Concur{Entered: second})
	standing("Meet twice a year", true)
}

// A commitment is not entered with a due day that has passed; one that is overdue can be amended all the same, and keeps its day.
func TestWhatIsOverdueCanBeAmended(t *testing.T) {
	p := play(t)
	p.Refuses("dialogue.day_passed", "cedar", Enter{Title: words("Meet"), Owners: []string{"east"}, Due: "2024-12-31"})
	p.Does("cedar", Enter{Title: words("Meet"), Owners: []string{"east"}, Due: "2025-02-01"})
	p.Later(60 * 24 * time.Hour)
	p.Does("cedar", Enter{Title: words("Meet"), Owners: []string{"east"}, Indicator: words("met or not"), Due: "2025-02-01"})
	p.Refuses("dialogue.day_passed", "cedar", Enter{Title: words("Meet"), Owners: []string{"east"}, Due: "2025-02-02"})
}

// Each side reports on itself and is assessed by the others; a review is agreed only if all parties say the same.
func TestReportsAndAssessments(t *testing.T) {
	p := play(t)
	p.Refuses("dialogue.unknown", "cedar", Report{Status: "limited", Text: words("x")})
	p.Does("cedar", Enter{Title: words("Answer within sixty days"), Owners: []string{"east"}, Due: "2025-06-30", Milestones: []Milestone{{ID: "m1", Title: words("Desk named"), Due: "2025-02-01"}}})
	p.Refuses("commitment.not_owner", "birch", Report{Status: "limited", Text: words("x")})
	p.Refuses("commitment.own_side", "cedar", Assess{Side: "east", Status: "limited", Text: words("x")})
	p.Refuses("commitment.not_of_side", "cedar", Assess{Side: "west", Status: "limited", Text: words("x")})
	p.Refuses("dialogue.no_such_choice", "cedar", Report{Status: "half", Text: words("x")})
	p.Refuses("commitment.no_milestone", "cedar", Report{Status: "limited", Milestone: "m9", Text: words("x")})
	p.Does("cedar", Report{Status: "completed", Milestone: "m1", Text: words("Named.")})
	p.Does("cedar", Report{Status: "substantial", Text: words("Most.")})
	p.Does("birch", Assess{Side: "east", Status: "limited", Text: words("Some.")})
	p.Does("birch", Assess{Side: "east", Status: "not_started", Text: words("None.")})
	p.Does("willow", Assess{Side: "east", Status: "no_evidence", Text: words("Not seen.")})
	s := p.State().(*State)
	m := s.Matrix(p.Charter)
	if len(m) != 1 || m[0].Report.Status != "substantial" || len(m[0].Assessed) != 2 || m[0].Assessed[0].Status != "not_started" || m[0].Assessed[1].Status != "no_evidence" {
		t.Errorf("%+v", m)
	}
	if s.Overdue(p.Charter, "2025-06-30") || !s.Overdue(p.Charter, "2025-07-01") {
		t.Error("overdue is after the due day, as long as the owner has not reported completion")
	}
	p.Does("cedar", Review{Meeting: "meeting/main/10", Side: "east", Status: "limited"})
	p.Does("birch", Review{Meeting: "meeting/main/10", Side: "east", Status: "limited"})
	if r := p.State().(*State).Sessions(p.Charter); len(r) != 1 || r[0].Agreed {
		t.Errorf("two of three parties: %+v", r)
	}
	p.Does("willow", Review{Meeting: "meeting/main/10", Side: "east", Status: "substantial"})
	if r := p.State().(*State).Sessions(p.Charter); r[0].Agreed || len(r[0].By) != 3 {
		t.Errorf("two assessments: %+v", r)
	}
	p.Does("willow", Review{Meeting: "meeting/main/10", Side: "east", Status: "limited"})
	if r := p.State().(*State).Sessions(p.Charter); !r[0].Agreed {
		t.Errorf("all the same: %+v", r)
	}
	left := &State{Reviews: slices.Clone(p.State().(*State).Reviews)}
	left.Reviews[0].Party = "gone"
	if r := left.Sessions(p.Charter); r[0].Agreed {
		t.Errorf("a party has said nothing, and one that has left counts for it: %+v", r)
	}
	for i := range left.Reviews {
		left.Reviews[i] = p.State().(*State).Reviews[i]
		left.Reviews[i].Status = ""
	}
	if r := left.Sessions(p.Charter); r[0].Agreed {
		t.Errorf("words alone are no step that all gave: %+v", r)
	}
}

// A political sentence has no step, and never gets one.
func TestWordsOnly(t *testing.T) {
	p := play(t)
	p.Does("cedar", Enter{Title: words("Encourage"), Owners: []string{"east"}, WordsOnly: true})
	p.Refuses("commitment.words_only", "cedar", Report{Status: "limited", Text: words("x")})
	p.Does("cedar", Report{Text: words("Encouraged.")})
	p.Refuses("commitment.words_only", "birch", Assess{Side: "east", Status: "limited", Text: words("x")})
}

// What is reported in words only is late until its owner has said something, and not for ever after.
func TestWordsOnlyAreLateUntilSaid(t *testing.T) {
	p := play(t)
	p.Does("cedar", Enter{Title: words("Encourage"), Owners: []string{"east"}, WordsOnly: true, Due: "2025-06-30"})
	if !p.State().(*State).Overdue(p.Charter, "2025-07-01") {
		t.Error("nothing was said, and it is not late")
	}
	p.Does("cedar", Report{Text: words("Encouraged.")})
	s := p.State().(*State)
	if len(s.Owes(p.Charter, "cedar")) > 0 || s.Overdue(p.Charter, "2025-07-01") {
		t.Error("its owner has said what was done, and it is late")
	}
}

// A side owes every report that is due on a day and not made, of the whole and of its milestones, in the order of their days. It owes none before every owner's parties concur, and the other
// side owes none for it.
func TestWhatIsToBeReported(t *testing.T) {
	p := play(t)
	owes := func(party charter.PartyID, want ...string) {
		t.Helper()
		got := []string{}
		for _, o := range p.State().(*State).Owes(p.Charter, party) {
			id := ""
			if o.Milestone != nil {
				id = " " + o.Milestone.ID
			}
			got = append(got, o.Day+id)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s owes %q, want %q", party, got, want)
		}
	}
	owes("cedar")
	first := p.Does("cedar", Enter{Title: words("Answer within sixty days"), Owners: []string{"east", "west"}, Due: "2025-06-30", Milestones: []Milestone{
		{ID: "late", Title: words("Reviewed"), Due: "2025-08-01"}, {ID: "free", Title: words("Told")}, {ID: "early", Title: words("Desk named"), Due: "2025-02-01"}, {ID: "last", Title: words("Closed"), Due: "2025-06-30"}}})
	owes("cedar")
	p.Does("birch", Concur{Entered: first})
	owes("cedar")
	p.Does("willow", Concur{Entered: first})
	owes("cedar", "2025-02-01 early", "2025-06-30 last", "2025-06-30", "2025-08-01 late")
	p.Does("cedar", Report{Status: "limited", Milestone: "early", Text: words("Looking.")})
	owes("cedar", "2025-02-01 early", "2025-06-30 last", "2025-06-30", "2025-08-01 late")
	p.Does("cedar", Report{Status: "completed", Milestone: "early", Text: words("Named.")})
	owes("cedar", "2025-06-30 last", "2025-06-30", "2025-08-01 late")
	p.Does("cedar", Report{Status: "completed", Milestone: "last", Text: words("Closed.")})
	owes("cedar", "2025-06-30", "2025-08-01 late")
	owes("birch", "2025-02-01 early", "2025-06-30 last", "2025-06-30", "2025-08-01 late")
	p.Does("willow", Report{Status: "completed", Text: words("Everything.")})
	owes("birch")
	owes("willow")
	p.Does("cedar", Report{Status: "completed", Text: words("Everything.")})
	owes("cedar")
	p.Does("cedar", Report{Status: "substantial", Text: words("Not quite.")})
	owes("cedar", "2025-06-30", "2025-08-01 late")
}

// What another side says of ours, or reports on itself, is unread until a person takes note or our side answers in kind. An answer that had not heard of it is none.
func TestWhatIsUnread(t *testing.T) {
	p := play(t)
	unread := func(party charter.PartyID, want ...string) {
		t.Helper()
		got := []string{}
		for _, j := range p.State().(*State).Unread(p.Charter, party) {
			got = append(got, j.Act)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s has not read %q, want %q", party, got, want)
		}
	}
	p.Does("cedar", Enter{Title: words("Answer within sixty days"), Owners: []string{"east"}})
	report := p.Does("cedar", Report{Status: "substantial", Text: words("Most.")})
	unread("cedar")
	unread("birch", report)
	unread("willow", report)
	p.Refuses("dialogue.no_act", "birch", Acknowledge{Judgment: "cedar-99"})
	p.Refuses("commitment.own_words", "cedar", Acknowledge{Judgment: report})
	p.Does("birch", Acknowledge{Judgment: report, Note: "Seen on 14 January."})
	p.Refuses("commitment.noted_already", "birch", Acknowledge{Judgment: report})
	unread("birch")
	unread("willow", report)
	view := p.Does("birch", Assess{Side: "east", Status: "limited", Text: words("Some.")})
	unread("willow")
	unread("cedar", view)
	second := p.Does("birch", Assess{Side: "east", Status: "substantial", Text: words("More.")})
	unread("cedar", second)
	p.Does("cedar", Report{Status: "completed", Text: words("All.")})
	unread("cedar")

	state := p.State().(*State)
	crossed := *state
	crossed.Reports = slices.Clone(state.Reports)
	crossed.Reports[len(crossed.Reports)-1].Past = nil // written before it had heard of the assessment
	if got := crossed.Unread(p.Charter, "cedar"); len(got) != 1 || got[0].Act != second {
		t.Errorf("a report that crossed with the assessment answers it: %+v", got)
	}
}

// A milestone is called as the commitment stands, and by its id where no version has it.
func TestStep(t *testing.T) {
	p := play(t)
	p.Does("cedar", Enter{Title: words("Answer"), Owners: []string{"east"}, Milestones: []Milestone{{ID: "a", Title: words("Desk named")}, {ID: "b", Title: words("Closed")}}})
	p.Does("cedar", Enter{Title: words("Answer"), Owners: []string{"east"}, Milestones: []Milestone{{ID: "a", Title: words("Desk named and staffed")}}})
	for id, want := range map[string]string{"a": "Desk named and staffed", "b": "Closed", "c": "c"} {
		if got := p.State().(*State).Step(p.Charter, id)["en"]; got != want {
			t.Errorf("%s is called %q, want %q", id, got, want)
		}
	}
}

func TestWhatCannotBeEntered(t *testing.T) {
	p := play(t)
	p.Refuses("dialogue.words_needed", "cedar", Enter{Title: words("x")})
	p.Refuses("dialogue.day_passed", "cedar", Enter{Title: words("x"), Owners: []string{"east"}, Due: "2024-12-31"})
	p.Refuses("commitment.milestone_twice", "cedar", Enter{Title: words("x"), Owners: []string{"east"}, Milestones: []Milestone{{ID: "m", Title: words("a")}, {ID: "m", Title: words("b")}}})
}

// What recurs without a day owes a report again and again, from the day on which the last owner concurred and since the owner's last report; with a day, until it is done. Nothing is owed by others, or before all owners concur.
func TestWhatRecurs(t *testing.T) {
	p := play(t)
	owes := func(party charter.PartyID, from, last string) {
		t.Helper()
		if f, l := p.State().(*State).Recurs(p.Charter, party); f != from || l != last {
			t.Errorf("%s: from %q, last %q, want %q and %q", party, f, l, from, last)
		}
	}
	p.Does("cedar", Enter{Title: words("Report"), Owners: []string{"east"}})
	owes("cedar", "", "")
	p.Later(24 * time.Hour)
	second := p.Does("cedar", Enter{Title: words("Report"), Owners: []string{"east", "west"}, Recurring: words("at each meeting")})
	owes("cedar", "", "")
	entered := p.State().(*State).Entered[1].Day()
	p.Later(24 * time.Hour)
	for _, party := range []charter.PartyID{"birch", "willow"} {
		p.Does(party, Concur{Entered: second})
	}
	concurs := p.State().(*State).Entered[1].Concurs
	undertaken := concurs[len(concurs)-1].Day()
	if undertaken <= entered {
		t.Fatalf("entered on %s and undertaken on %s", entered, undertaken)
	}
	owes("cedar", undertaken, "")
	owes("birch", undertaken, "")
	p.Later(24 * time.Hour)
	p.Does("cedar", Report{Status: "completed", Text: words("Reported.")})
	reported := p.State().(*State).Reports[0].Day()
	if reported <= undertaken {
		t.Fatalf("undertaken on %s and reported on %s", undertaken, reported)
	}
	owes("cedar", undertaken, reported)
	owes("birch", undertaken, "")
	third := p.Does("cedar", Enter{Title: words("Report"), Owners: []string{"east", "west"}, Recurring: words("at each meeting"), Due: "2030-12-31"})
	for _, party := range []charter.PartyID{"birch", "willow"} {
		p.Does(party, Concur{Entered: third})
	}
	owes("cedar", "", "")
	owes("birch", undertaken, "")
}
