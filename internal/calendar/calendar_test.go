package calendar

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var made = time.Date(2025, 2, 4, 2, 0, 0, 0, time.UTC)

// parsed reads a file as strictly as RFC 5545 writes it: properties of each event, unfolded and unescaped.
func parsed(t testing.TB, b []byte) (head map[string]string, events []map[string]string) {
	t.Helper()
	s := string(b)
	if !strings.HasSuffix(s, "\r\n") || strings.Contains(strings.ReplaceAll(s, "\r\n", ""), "\n") || strings.Contains(strings.ReplaceAll(s, "\r\n", ""), "\r") {
		t.Fatalf("lines do not end as they must: %q", s)
	}
	for _, line := range strings.Split(s, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Fatalf("a line of %d octets, valid %v: %q", len(line), utf8.ValidString(line), line)
		}
	}
	head = map[string]string{}
	at, depth := head, 0
	for _, line := range strings.Split(strings.TrimSuffix(strings.ReplaceAll(s, "\r\n ", ""), "\r\n"), "\r\n") {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			t.Fatalf("no property: %q", line)
		}
		value = strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n").Replace(value)
		switch {
		case name == "BEGIN" && value == "VCALENDAR" && depth == 0, name == "END" && value == "VCALENDAR" && depth == 1:
			depth = 1 - depth
		case name == "BEGIN" && value == "VEVENT" && depth == 1:
			at, depth = map[string]string{}, 2
			events = append(events, at)
		case name == "END" && value == "VEVENT" && depth == 2:
			for _, need := range []string{"UID", "DTSTAMP", "SEQUENCE", "SUMMARY", "STATUS"} {
				if _, ok := at[need]; !ok {
					t.Fatalf("an event lacks %s: %v", need, at)
				}
			}
			at, depth = head, 1
		case name == "BEGIN" || name == "END":
			t.Fatalf("%s stands where it may not", line)
		default:
			if _, twice := at[name]; twice {
				t.Fatalf("%s is there twice", name)
			}
			at[name] = value
		}
	}
	if depth != 0 || head["VERSION"] != "2.0" || head["PRODID"] == "" {
		t.Fatalf("no calendar: %q", s)
	}
	return head, events
}

func TestFormat(t *testing.T) {
	head, events := parsed(t, Calendar{Name: "東西谷政党交流協議会, 会合; 全", Made: made, Events: []Event{
		{UID: "meeting-main-10@x", Sequence: 4, Start: "2025-12-30", End: "2025-12-31", Summary: "第10回会合" + strings.Repeat("、とても長い題名", 20), Place: "Westbridge, Hall 2; north", Text: "a\\b\nc"},
		{UID: "b", Start: "2024-02-29", Summary: "one day", Tentative: true, Due: true},
		{UID: "c", At: time.Date(2025, 3, 1, 17, 0, 0, 0, time.FixedZone("", 9*3600)), Summary: "instant"},
		{UID: "d", Start: "2009-02", Summary: "only the month is known"},
		{UID: "e", Start: "2025-02-30", Summary: "no such day"},
		{UID: "f", Start: "2025-02-03", End: "2025-02-01", Summary: "ends before it begins"},
	}}.Format())
	if head["X-WR-CALNAME"] != "東西谷政党交流協議会, 会合; 全" || len(events) != 3 {
		t.Fatalf("%v, %d events", head, len(events))
	}
	for i, want := range []map[string]string{
		{"DTSTART;VALUE=DATE": "20251230", "DTEND;VALUE=DATE": "20260101", "LOCATION": "Westbridge, Hall 2; north", "DESCRIPTION": "a\\b\nc", "STATUS": "CONFIRMED", "TRANSP": "OPAQUE", "SEQUENCE": "4",
			"DTSTAMP": "20250204T020000Z", "SUMMARY": "第10回会合" + strings.Repeat("、とても長い題名", 20)},
		{"DTSTART;VALUE=DATE": "20240229", "DTEND;VALUE=DATE": "20240301", "STATUS": "TENTATIVE", "TRANSP": "TRANSPARENT"},
		{"DTSTART": "20250301T080000Z"},
	} {
		for name, v := range want {
			if events[i][name] != v {
				t.Errorf("event %d: %s is %q", i, name, events[i][name])
			}
		}
	}
}

// No text can begin a property or an event of its own, whatever is in it: attack 38.
func FuzzText(f *testing.F) {
	f.Add("x\r\nEND:VEVENT\r\nBEGIN:VEVENT", "a;b,c\\n")
	f.Add(strings.Repeat("会", 40), "\x00\x7f\xff")
	f.Fuzz(func(t *testing.T, summary, place string) {
		_, events := parsed(t, Calendar{Name: place, Made: made, Events: []Event{{UID: "u", Start: "2025-01-14", Summary: summary, Place: place, Text: summary}}}.Format())
		if len(events) != 1 {
			t.Fatalf("%d events of one", len(events))
		}
	})
}

// Nothing that somebody calls themselves, or is reached by, gets out of its property.
func FuzzInvitation(f *testing.F) {
	f.Add("Kim, \"Lee\"", "sec@cedar.example", "u-1")
	f.Add("x\r\nATTENDEE:mailto:y@z", "a@b\r\nX-EVIL:1", "u\r\nEND:VEVENT")
	f.Add(strings.Repeat("会", 30)+"\xff;CN=\"", strings.Repeat("a", 80)+"@b", "\\;,")
	f.Fuzz(func(t *testing.T, name, mail, uid string) {
		who := Address{Name: name, Mail: mail}
		_, events := parsed(t, Calendar{Made: made, Method: Request, Events: []Event{{UID: uid, Start: "2025-01-14", Organizer: &who, Attendees: []Address{who}, Comment: name}}}.Format())
		if len(events) != 1 {
			t.Fatalf("%d events of one", len(events))
		}
		for property := range events[0] {
			switch kind, _, _ := strings.Cut(property, ";"); kind {
			case "UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "SUMMARY", "COMMENT", "ORGANIZER", "ATTENDEE", "STATUS", "TRANSP":
			default:
				t.Fatalf("%q, %q, %q make a property %q", name, mail, uid, property)
			}
		}
	})
}
