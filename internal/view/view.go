// Package view owns the page-shaped values: what each members' page shows, taken from the record and the lines of one node.
//
// It promises that a value holds data only: wording by language, names by language and user, dates and states. Which language and which name a reader sees is
// chosen when the page is drawn. Of what is ours alone it holds what the pages of our own members show, handed in as values, and it decides nothing: states and verdicts are the fold's
// (docs/protocol.md 2 and 4). Builders read one consistent snapshot and keep nothing of it.
package view

import (
	"net/url"
	"strings"
	"time"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Party is a party as a page names it.
type Party struct {
	ID    charter.PartyID
	Side  string
	Names []charter.Name // at the time of what is shown
	Now   []charter.Name // today, if it has been renamed since
}

// Side is one end of the dialogue with its parties.
type Side struct {
	ID      string
	Label   lang.Text
	Parties []Party
}

// Chrome is what every page of a mechanism shows around its matter.
type Chrome struct {
	Ref          string // short name in URLs
	Mech         string // id, 64 hex
	Names        []charter.Name
	Self         Party
	Illustration bool // everything made under this charter is an illustration
	InForce      bool
	Confers      bool     // the reader handles papers off the record
	Readers      *Readers // who can read what the page shows; nil: the page shows no matter
	Lines        []Line
	Before       *Kin // what this mechanism continues, nil if nothing
	After        []Kin
}

// Line is the health of the line to one counterpart, and how much each holds of the other's log.
type Line struct {
	Party     Party
	Connected bool
	Ours      int64     // entries in our log
	Holds     int64     // of our log, as the counterpart last said
	Receipt   int64     // of our log, confirmed by its cosignature
	ReceiptAt time.Time // zero: none yet
	UpTo      string    // act id of our newest entry that it confirmed
	Theirs    int64     // entries of its log that we hold
	Waiting   int64     // of these, not in effect yet because something they have seen is not here
	Route     string    // by which we are connected, "" if we are not
	Newer     bool      // its program is newer than ours
	Older     bool      // its program is older than ours
	Over      time.Time // until when its entries wait at its side, over the day's measure; zero: they do not
	Full      time.Time // until when ours wait here for the same reason
	OverAll   bool      // it has written as much as we take in all; Over says no time
	FullAll   bool      // so have we, of what it takes
	Heard     time.Time // its last sign of life, by any route; zero: none that is remembered
	Silent    Length    // since then, unless we are connected
	Back      *Back     // a long silence that is over since not long ago
	Way
}

// Length is a length of time as people tell it.
type Length struct {
	Years, Months, Days int
}

// Back is what the end of a long silence came to.
type Back struct {
	From, Until time.Time
	Length      Length
	Route       string
	CameIn      int64 // entries that the other had for us
	WentOut     int64 // entries that we had for it
	Awaits      int   // what waits for our side now
}

// Way is how a counterpart is reached: the route in use, since when, and how each of them is.
type Way struct {
	Use    string // "direct", "passed_on", "relay", "pouch", "none"
	Via    string // party or good offices
	Since  time.Time
	Routes []Route
	Ahead  int64 // seconds by which the counterpart's clock is ahead of ours, if that is far; negative if it is behind
}

// Route is the health of one route.
type Route struct {
	Kind    string
	Via     string
	Open    bool
	Worked  time.Time
	Heard   time.Time // last word of the counterpart
	Failed  time.Time
	Problem string // message key; "" if there was none
	Params  refusal.Params
}

// Stages of a line, as message keys end.
const (
	LineOpen    = "open"    // connected, everything of ours confirmed
	LineBusy    = "busy"    // connected, receipts to come
	LineCut     = "cut"     // not connected, everything of ours was confirmed before
	LineOwing   = "owing"   // not connected, entries wait to go out
	LineSilence = "silence" // never heard of
)

// Stage puts the line's health into one word.
func (l Line) Stage() string {
	confirmed := l.Receipt >= l.Ours
	switch {
	case l.Connected && confirmed:
		return LineOpen
	case l.Connected:
		return LineBusy
	case l.ReceiptAt.IsZero() && l.Theirs == 0:
		return LineSilence
	case confirmed:
		return LineCut
	}
	return LineOwing
}

// Await is one thing that waits for our side.
type Await struct {
	Ref     string // mechanism
	Matter  string // "charter", "text/js-9"
	What    string // message key, as in "awaits.seal"
	Params  refusal.Params
	Title   lang.Text      // of the text, if it is one
	Party   []charter.Name // names of the party among Params, if there is one
	Due     string         // day, "" if none
	Overdue bool
	Yours   bool   // the reader may do it; otherwise somebody else on our side
	Held    string // the act of ours that answers it, or some of it, and waits for a second member, as in "ours/act-4"

	Named map[string]lang.Text // parameters that are words in several languages
}

// Path is the rest of the page's address after the mechanism's.
func (a Await) Path() string {
	kind, id, _ := strings.Cut(a.Matter, "/")
	if kind == "text" && a.What == "awaits.concord" {
		return "/texts/" + id + "/sign-off?language=" + url.QueryEscape(a.Params["language"])
	}
	if kind == "text" {
		return "/texts/" + id
	}
	if kind == "line" {
		return "/line/" + id
	}
	if kind == "ours" {
		return oursPath(id)
	}
	if kind == OffTheRecord {
		return "/" + kind
	}
	if kind == "press" {
		return "/press#replies"
	}
	if kind == "keys" {
		return "/keys#petitions"
	}
	return matterPath(kind, id)
}

// HeldPath is the address of the act that waits.
func (a Await) HeldPath() string { return oursPath(strings.TrimPrefix(a.Held, "ours/")) }

// oursPath is the address of something that is ours alone.
func oursPath(id string) string {
	switch kind, _, _ := strings.Cut(id, "-"); kind {
	case "clearance":
		return "/ours/clearances/" + id
	case "act":
		return "/ours/acts/" + id
	}
	return "/ours?show=" + id + "#" + id
}

// Change is an entry that arrived since the last visit.
type Change struct {
	Ref string
	Row Row
}

// Home is a member's first page.
type Home struct {
	Member        string
	Mechanisms    []Card
	MechanismsCut Cut    // of those that are shown, or found
	All           int    // mechanisms that the member was admitted to
	Barred        bool   // the node is in mechanisms, and the member has no mandate in any
	Unread        int    // percent of the node's mechanisms that it has not read since it started, and of which nothing is said here; 0: none
	Find          string // words by which those that are shown were found; "": all
	Awaits        []Await
	AwaitsCut     Cut
	Since         time.Time // last visit; zero: never here before
	Changes       []Change
}

// Read is how much the node has read since it started, in percent of its mechanisms.
func (h Home) Read() int { return 100 - h.Unread }

// Listed is a mechanism before it is known whether the home page shows it.
type Listed struct {
	Mech  string // id, 64 hex
	Ref   string // short name
	Names []charter.Name
}

// Crowded reports whether a reader has to look for a mechanism.
func (h Home) Crowded() bool { return h.All > mechanismsShown }

// Card is a mechanism on the home page. Of its lines it has what says how they are, not by which route.
type Card struct {
	Chrome
	Sides    []Side
	Texts    []TextCard
	TextsCut Cut
}
