package chancery

import (
	"context"
	"testing"
	"time"

	"entente.example/entry"
	"entente.example/internal/awaiting"
	"entente.example/internal/calendar"
	"entente.example/internal/line"
	"entente.example/internal/paper"
	"entente.example/lang"
	"entente.example/refusal"
)

// waits is a place where one act waits.
type waits struct{ o Outgoing }

func (w waits) Hold(context.Context, string, Outgoing) (string, error)                 { return "act-1", nil }
func (w waits) Waits(context.Context, string, string) (Outgoing, error)                { return w.o, nil }
func (w waits) Claim(context.Context, string, string, string) (Outgoing, error)        { return w.o, nil }
func (w waits) Settle(context.Context, string, string, []string) error                 { return nil }
func (w waits) Doubt(context.Context, string, string) error                            { return nil }
func (w waits) Awaits(context.Context, string) ([]awaiting.Item, error)                { return nil, nil }
func (w waits) Ask(context.Context, string, string, Request, []calendar.Address) error { return nil }
func (w waits) Answered(context.Context, string, string, string, calendar.Reply) (Came, error) {
	return Came{}, nil
}

func (w waits) Petition(context.Context, string, string, string, KeptPetition, []string) error {
	return nil
}
func (w waits) Consented(context.Context, string, string, string, []byte) error { return nil }
func (w waits) Petitions(context.Context, string) ([]KeptPetition, error)       { return nil, nil }
func (w waits) Unanswer(context.Context, string, string, []byte) error          { return nil }
func (w waits) DropPetition(context.Context, string, string) error              { return nil }

// What waited for a second member is looked at again when they consent: a deadline that was to come when the note was written may have passed, and then the note does not leave as it is.
func TestWhatWaitedIsLookedAtAgain(t *testing.T) {
	now := time.Date(2025, 1, 14, 9, 0, 0, 0, time.UTC)
	note := paper.Send{Kind: "note_verbale", To: []string{"west"}, Title: lang.Text{"en": "Dates"}, Text: lang.Text{"en": "Which?"}, Deadline: "2025-01-20T08:00:00Z", Zone: "Asia/Tokyo"}
	b, err := entry.Canonical(note)
	if err != nil {
		t.Fatal(err)
	}
	c := &Chancery{now: func() time.Time { return now }, backroom: waits{Outgoing{Matter: "paper/x", Acts: []OutgoingAct{{"paper.receive", []byte("{}")}, {note.EntryType(), b}}}}}
	if err := c.Sound(t.Context(), "m", "act-1"); err != nil {
		t.Fatal(err)
	}
	now = now.AddDate(0, 0, 7)
	if err := c.Sound(t.Context(), "m", "act-1"); err == nil || refusal.As(err).Key != "dialogue.instant_passed" {
		t.Errorf("a week later: %v", err)
	}
}

// A deadline is written by the clocks of its zone and stands on the record in UTC; one that those clocks never show is refused, and so is one of a zone that there is not.
func TestADeadlineByTheClocksOfItsZone(t *testing.T) {
	for _, c := range []struct{ deadline, zone, want, key string }{
		{"2025-01-20 17:00", "Asia/Tokyo", "2025-01-20T08:00:00Z", ""},
		{"2025-01-20 17:00", "+08:00", "2025-01-20T09:00:00Z", ""},
		{"2025-07-20 17:00", "Europe/Paris", "2025-07-20T15:00:00Z", ""},
		{"2025-03-30 02:30", "Europe/Paris", "", "dialogue.no_such_clock"},
		{"2025-01-20 17:00", "Asia/Nowhere", "", "dialogue.no_such_zone"},
		{"2025-01-20 17:00", "", "", "dialogue.zone_needed"},
		{"2025-01-20T08:00:00Z", "Asia/Tokyo", "2025-01-20T08:00:00Z", ""},
		{"2025-01-20T17:00:00+09:00", "", "2025-01-20T08:00:00Z", ""},
		{"2025-02-30 17:00", "Asia/Tokyo", "", "dialogue.no_such_wall"},
		{"2025-01-20 25:00", "Asia/Tokyo", "", "dialogue.no_such_wall"},
		{"2025-02-30 17:00", "", "2025-02-30 17:00", ""}, // which the record refuses
	} {
		p := &paper.Send{Deadline: c.deadline, Zone: c.zone}
		switch err := clocked(p); {
		case c.key != "" && (err == nil || refusal.As(err).Key != c.key):
			t.Errorf("%s %s: %v", c.deadline, c.zone, err)
		case c.key == "" && (err != nil || p.Deadline != c.want):
			t.Errorf("%s %s is %s, %v", c.deadline, c.zone, p.Deadline, err)
		}
	}
}

// A schedule whose days without calls end before they begin is not proposed: on each of those days there would be calls.
func TestDaysWithoutCallsRunForward(t *testing.T) {
	for to, key := range map[string]string{"2025-02-04": "", "2025-01-28": "", "2025-01-04": "line.ends_before"} {
		b, err := entry.Canonical(line.Propose{Holidays: []line.Holiday{{From: "2025-01-28", To: to}}})
		if err != nil {
			t.Fatal(err)
		}
		c := &Chancery{backroom: waits{Outgoing{Matter: line.Matter("main"), Acts: []OutgoingAct{{line.Propose{}.EntryType(), b}}}}}
		if err := c.Sound(t.Context(), "m", "act-1"); (err == nil) != (key == "") || err != nil && refusal.As(err).Key != key {
			t.Errorf("until %s: %v", to, err)
		}
	}
}
