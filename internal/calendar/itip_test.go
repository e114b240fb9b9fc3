package calendar

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	ics "github.com/arran4/golang-ical"
)

// read hands a file to somebody else's parser.
func read(t *testing.T, b []byte) *ics.Calendar {
	t.Helper()
	cal, err := ics.ParseCalendar(strings.NewReader(string(b)))
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	return cal
}

func place(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// Another program reads what is asked: who asks whom, for when, and which of several messages is the newest.
func TestAMessageIsReadByOthers(t *testing.T) {
	e := Event{UID: "meeting-main-10@x", Sequence: 4, Start: "2025-11-04", End: "2025-11-06", Summary: "第10回会合", Comment: "Congress, then.", Organizer: &Address{"West, secretariat \"W\"", "west@example.org"},
		Attendees: []Address{{"", "east@example.org"}, {"東谷事務局", "office@example.org"}}}
	for method, cancelled := range map[string]bool{Request: false, Cancel: true, Counter: false} {
		e.Cancelled = cancelled
		b := Calendar{Made: made, Method: method, Events: []Event{e}}.Format()
		parsed(t, []byte(strings.ReplaceAll(string(b), "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:", "X-FIRST:"))) // the house's own strictness: one of each property
		cal := read(t, b)
		if len(cal.Events()) != 1 {
			t.Fatalf("%d events", len(cal.Events()))
		}
		v := cal.Events()[0]
		get := func(p ics.ComponentProperty) string {
			if x := v.GetProperty(p); x != nil {
				return x.Value
			}
			return ""
		}
		status := map[bool]string{true: "CANCELLED", false: "CONFIRMED"}[cancelled]
		if get(ics.ComponentPropertySequence) != "4" || get(ics.ComponentPropertyStatus) != status || get(ics.ComponentPropertyOrganizer) != "mailto:west@example.org" || get(ics.ComponentPropertyDtEnd) != "20251107" || get(ics.ComponentPropertyComment) != `Congress, then.` {
			t.Errorf("%s: %s", method, b)
		}
		if name := v.GetProperty(ics.ComponentPropertyOrganizer).ICalParameters["CN"]; len(name) != 1 || name[0] != "West, secretariat W" {
			t.Errorf("%s is from %q", method, name)
		}
		people := v.Attendees()
		if len(people) != 2 || people[0].Email() != "east@example.org" || people[1].ICalParameters["CN"][0] != "東谷事務局" {
			t.Errorf("%s is to %v", method, people)
		}
		if !strings.Contains(string(b), "METHOD:"+method+"\r\n") || strings.Contains(string(b), "X-WR-CALNAME") {
			t.Errorf("%s: %s", method, b)
		}
	}
}

// A clock in a zone comes with the zone's own rules, and another program reads the same instant from both sides of a change of clocks.
func TestClocksBringTheirZone(t *testing.T) {
	for name, want := range map[string][]string{
		"Asia/Tokyo":       {"BEGIN:STANDARD", "TZOFFSETTO:+0900"},
		"Europe/Paris":     {"BEGIN:DAYLIGHT\r\nDTSTART:20250330T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200", "BEGIN:STANDARD\r\nDTSTART:20251026T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100"},
		"America/St_Johns": {"TZOFFSETTO:-0230", "TZOFFSETTO:-0330"},
	} {
		loc := place(t, name)
		before, after := time.Date(2025, 10, 25, 9, 30, 0, 0, loc), time.Date(2025, 11, 25, 9, 30, 0, 0, loc)
		b := Calendar{Made: made, Events: []Event{{UID: "a", At: before, Until: before.Add(90 * time.Minute), Summary: "a"}, {UID: "b", At: after, Summary: "b"}, {UID: "c", At: after.UTC(), Summary: "c"}}}.Format()
		for _, w := range want {
			if !strings.Contains(string(b), w) {
				t.Errorf("%s: no %q in\n%s", name, w, b)
			}
		}
		if n := strings.Count(string(b), "BEGIN:VTIMEZONE"); n != 1 {
			t.Errorf("%s: %d zones", name, n)
		}
		cal := read(t, b)
		for i, at := range []time.Time{before, after, after} {
			if got, err := cal.Events()[i].GetStartAt(); err != nil || !got.Equal(at) {
				t.Errorf("%s: event %d is at %v, %v, not %v", name, i, got, err, at)
			}
		}
		if got, err := cal.Events()[0].GetEndAt(); err != nil || !got.Equal(before.Add(90*time.Minute)) {
			t.Errorf("%s: it ends at %v, %v", name, got, err)
		}
	}
	if b := (Calendar{Made: made, Events: []Event{{UID: "a", At: made, Summary: "a"}}}).Format(); strings.Contains(string(b), "VTIMEZONE") {
		t.Error("a zone for clocks that nobody shows")
	}
}

// Who is told without being asked is told so: a calendar program then sends no answer to an address that reads none.
func TestWhoIsToldIsNotAsked(t *testing.T) {
	for told, want := range map[bool]string{true: "FALSE", false: "TRUE"} {
		e := Event{UID: "meeting-main-10@x", Start: "2025-11-04", Summary: "10", Organizer: &Address{"", "node@example.org"}, Attendees: []Address{{"", "sec@example.org"}}, Told: told}
		got := read(t, Calendar{Made: made, Method: Request, Events: []Event{e}}.Format()).Events()[0].Attendees()
		if len(got) != 1 || len(got[0].ICalParameters["RSVP"]) != 1 || got[0].ICalParameters["RSVP"][0] != want {
			t.Errorf("told %v: %+v", told, got)
		}
	}
}
