// Package calendar writes iCalendar files (RFC 5545, RFC 5546): meetings, days by which something is due, and what one side's calendar program asks the other's.
//
// It promises lines that every reader takes: CRLF, at most 75 octets and never cut inside a character, text escaped. A day is a day wherever its reader is, an instant is in UTC, and a wall
// clock brings the rules of its zone along. It reads no clock and decides nothing.
package calendar

import (
	"cmp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Methods of RFC 5546.
const (
	Publish = "PUBLISH"
	Request = "REQUEST"
	Cancel  = "CANCEL"
	Counter = "COUNTER"
)

// Calendar is one feed, or one message.
type Calendar struct {
	Name   string
	Made   time.Time
	Method string // "" for PUBLISH
	Events []Event
}

// Address is somebody's mail address.
type Address struct {
	Name string
	Mail string
}

// Event is one event: whole days from Start until End, both included, or an instant, or a time until another one. If At has a zone other than UTC, clocks are shown there.
type Event struct {
	UID       string
	Sequence  int64 // grows whenever the event changes
	Start     string
	End       string // "" for one day
	At        time.Time
	Until     time.Time // zero for none
	Summary   string
	Place     string
	Text      string
	Tentative bool // not agreed
	Cancelled bool
	Due       bool // something is due, and nobody is busy because of it
	Organizer *Address
	Attendees []Address
	Told      bool // attendees are told, and nobody waits for their answers
	Comment   string
}

const day = "2006-01-02"

// Days reports whether both ends are days that exist, which an event needs.
func Days(start, end string) bool {
	_, err := time.Parse(day, start)
	if err != nil || end == "" {
		return err == nil
	}
	_, err = time.Parse(day, end)
	return err == nil && end >= start
}

// Format writes the file. An event without a day or instant is left out.
func (c Calendar) Format() []byte {
	var w writer
	w.line("BEGIN", "VCALENDAR")
	w.line("VERSION", "2.0")
	w.line("PRODID", "-//Entente//Entente//EN")
	w.line("CALSCALE", "GREGORIAN")
	w.line("METHOD", cmp.Or(c.Method, Publish))
	if c.Method == "" || c.Method == Publish {
		w.text("X-WR-CALNAME", c.Name)
		w.line("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
	}
	c.zones(&w)
	for _, e := range c.Events {
		if !e.At.IsZero() || Days(e.Start, e.End) {
			e.write(&w, c.Made)
		}
	}
	w.line("END", "VCALENDAR")
	return []byte(w.String())
}

func (e Event) write(w *writer, made time.Time) {
	w.line("BEGIN", "VEVENT")
	w.text("UID", e.UID)
	w.line("DTSTAMP", utc(made))
	w.line("SEQUENCE", strconv.FormatInt(e.Sequence, 10))
	if e.At.IsZero() {
		start, _ := time.Parse(day, e.Start)
		last := start
		if e.End != "" {
			last, _ = time.Parse(day, e.End)
		}
		w.line("DTSTART;VALUE=DATE", start.Format("20060102"))
		w.line("DTEND;VALUE=DATE", last.AddDate(0, 0, 1).Format("20060102")) // the first day that is no longer part of it
	} else {
		w.instant("DTSTART", e.At)
		if e.Until.After(e.At) {
			w.instant("DTEND", e.Until)
		}
	}
	w.text("SUMMARY", e.Summary)
	if e.Place != "" {
		w.text("LOCATION", e.Place)
	}
	if e.Text != "" {
		w.text("DESCRIPTION", e.Text)
	}
	if e.Comment != "" {
		w.text("COMMENT", e.Comment)
	}
	if e.Organizer != nil {
		w.line("ORGANIZER"+e.Organizer.named(), "mailto:"+plain(e.Organizer.Mail))
	}
	for _, a := range e.Attendees {
		w.line("ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP="+map[bool]string{true: "FALSE", false: "TRUE"}[e.Told]+a.named(), "mailto:"+plain(a.Mail))
	}
	switch {
	case e.Cancelled:
		w.line("STATUS", "CANCELLED")
	case e.Tentative:
		w.line("STATUS", "TENTATIVE")
	default:
		w.line("STATUS", "CONFIRMED")
	}
	w.line("TRANSP", map[bool]string{true: "TRANSPARENT", false: "OPAQUE"}[e.Due])
	w.line("END", "VEVENT")
}

func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

type writer struct{ strings.Builder }

var escapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

// text writes a property of text. Control characters, of which the record has none, are left out.
func (w *writer) text(name, value string) {
	lines := strings.Split(value, "\n")
	for i, l := range lines {
		lines[i] = plain(l)
	}
	w.line(name, escapes.Replace(strings.Join(lines, "\n")))
}

// plain leaves out control characters, which would end a line.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// maxLine is how many octets a line may have without its end.
const maxLine = 75

// line writes a property, folded: what is too long goes on in the next line behind a space.
func (w *writer) line(name, value string) {
	s, room := name+":"+value, maxLine
	for len(s) > room {
		cut := room
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		w.WriteString(s[:cut] + "\r\n ")
		s, room = s[cut:], maxLine-1
	}
	w.WriteString(s + "\r\n")
}
