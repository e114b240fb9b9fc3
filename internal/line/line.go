// Package line owns line checks: the agreed schedule, the calls, who answered them, and what is announced of desks and suspensions.
//
// It promises that four facts are never mixed: that a counterpart could not be reached, that its node has stored the call, that no person answered it in the agreed time, and that the line
// is suspended by notice. What is late is computed for display from what the entries claim; no entry is valid or void by it, and no refusal is ever interpreted. docs/protocol.md, Line checks.
package line

import (
	"regexp"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Propose offers a schedule. It is agreed when every caller has agreed to it, and holds from its first day until another one that is agreed begins.
type Propose struct {
	Callers  []charter.PartyID `json:"callers"` // in the order of their turns
	From     string            `json:"from"`    // first day, as in 2025-02-03
	Times    []Time            `json:"times"`   // none: nothing is due at fixed times
	Minutes  int               `json:"minutes"` // within which a person answers
	Holidays []Holiday         `json:"holidays,omitempty"`
	Pool     []Phrase          `json:"pool,omitempty"` // what is sent, if not the phrases of the built-in pool
}

// Time is when calls are due. The zone is an offset: what a zone's name means may be changed by law, and the schedule must mean the same on every node for ever.
type Time struct {
	Days []string `json:"days,omitempty"` // "mon" to "sun"; none: every day
	At   string   `json:"at"`             // "09:00"
	Zone string   `json:"zone"`           // "+08:00", "Z"
}

// Holiday is a time without calls, in days of the schedule's own zones.
type Holiday struct {
	From string    `json:"from"`
	To   string    `json:"to"`
	Note lang.Text `json:"note,omitempty"`
}

// Phrase is something to send that means nothing.
type Phrase struct {
	Lang lang.Tag `json:"lang"`
	Text string   `json:"text"`
}

// Agree accepts a proposed schedule.
type Agree struct {
	Proposal string `json:"proposal"` // act id
}

// Desk announces who is at our desk, or that nobody is.
type Desk struct {
	From   string    `json:"from"` // instants, UTC
	To     string    `json:"to"`
	Manned bool      `json:"manned"`
	Note   lang.Text `json:"note,omitempty"`
}

// Suspend is notice that we do not answer, and do not call, for some time.
type Suspend struct {
	From string    `json:"from"`
	To   string    `json:"to,omitzero"` // "" until further notice
	Note lang.Text `json:"note,omitempty"`
}

// Resume ends a suspension that we gave notice of.
type Resume struct {
	Notice string `json:"notice"` // act id
}

// Check is a call. A person makes it.
type Check struct {
	To       []charter.PartyID `json:"to"`                // who is called
	Due      string            `json:"due,omitzero"`      // the instant of the schedule that it is made for
	Schedule string            `json:"schedule,omitzero"` // act id of the schedule in force
	Payload  Payload           `json:"payload"`           // in the caller's own language
	Routes   []Route           `json:"routes,omitempty"`  // as the caller's node saw them
}

// Payload is what is sent: a phrase of the agreed pool.
type Payload struct {
	Pool string   `json:"pool"` // BuiltIn, or the act id of the schedule that brought its own
	N    int      `json:"n"`    // which phrase of that language
	Lang lang.Tag `json:"lang"`
	Text string   `json:"text"`
}

// Route is how a route to a party stood when a call was made, as the caller's node saw it.
type Route struct {
	Party  charter.PartyID `json:"party"`
	Route  string          `json:"route"` // direct, relay, pouch
	Open   bool            `json:"open"`
	Tested string          `json:"tested,omitzero"` // when it last worked
	Millis int64           `json:"millis,omitzero"` // how long the last test took
}

// Receive says that a node has stored a call. The node writes it by rule; no person has seen the call for that.
type Receive struct {
	Check string `json:"check"`          // act id
	Route string `json:"route,omitzero"` // by which it came, as this node saw it
}

// Answer answers a call. A person makes it.
type Answer struct {
	Check   string    `json:"check"`
	Payload Payload   `json:"payload"` // in the answering party's own language
	Route   string    `json:"route,omitzero"`
	Note    lang.Text `json:"note,omitempty"`
}

// EntryType implements entry.Body.
func (Propose) EntryType() string { return "line.propose" }
func (Agree) EntryType() string   { return "line.agree" }
func (Desk) EntryType() string    { return "line.desk" }
func (Suspend) EntryType() string { return "line.suspend" }
func (Resume) EntryType() string  { return "line.resume" }
func (Check) EntryType() string   { return "line.check" }
func (Receive) EntryType() string { return "line.receive" }
func (Answer) EntryType() string  { return "line.answer" }

// Main is the id of the line that a mechanism has if it has only one.
const Main = "main"

// Matter is where a line's schedule and notices belong.
func Matter(id string) string { return "line/" + id }

// MonthMatter is where the calls of one month belong, with everything that answers them: a line that is used for decades never becomes one large state.
func MonthMatter(id string, at time.Time) string { return "line/" + id + "/" + at.UTC().Format(month) }

const (
	month = "2006-01"
	day   = "2006-01-02"
)

var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// Split reads a matter: the line's id, and the month if it is one.
func Split(matter string) (id, in string, ok bool) {
	rest, is := strings.CutPrefix(matter, "line/")
	id, in, hasMonth := strings.Cut(rest, "/")
	if !is || !idForm.MatchString(id) {
		return "", "", false
	}
	if _, err := time.Parse(month, in); hasMonth && err != nil {
		return "", "", false
	}
	return id, in, true
}

// instant reads an instant in its one spelling.
func instant(s string) (time.Time, error) {
	t, err := time.Parse("2006-01-02T15:04:05Z", s)
	if err != nil {
		return t, refusal.New(refusal.Invalid, "line.no_such_instant", "at", s)
	}
	return t, nil
}

// Stamp spells an instant.
func Stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func stampOf(e *entry.Entry) string { return Stamp(e.At) }
