package view

import (
	"time"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Mechanism is the page of one mechanism.
type Mechanism struct {
	Chrome
	Sides       []Side
	Founded     string
	Languages   []lang.Tag
	Drafting    lang.Tag
	Rules       charter.Rules
	Fingerprint string // of the charter, to compare by voice
	Digest      string // of the record, 64 hex
	Entries     int64  // in all logs
	Awaits      []Await
	AwaitsCut   Cut
	Series      []Series
	Documents   []Document
	Texts       []TextCard
	TextsCut    Cut
	Logs        []Log
	Evidence    []Evidence
	ClockBehind time.Duration // of this machine, against our own newest entry; 0 if that is not far
}

// Evidence is proof that somebody signed two histories of one log, as a sentence.
type Evidence struct {
	ID     string
	Key    string
	Params refusal.Params
}

// Log is one party's log as this node holds it.
type Log struct {
	Party     Party
	Gen       int // generation of its log
	Size      int64
	Applied   int64
	Contested bool        // it has two histories; only the first Applied entries count
	Confirmed []Confirmed // by the other parties
}

// Confirmed says how much of a log a party confirmed by its cosignature.
type Confirmed struct {
	Party Party
	Size  int64
}

// Document is a founding document.
type Document struct {
	ID        string
	Date      string
	Place     lang.Text
	Kind      string
	Made      string         // as in document.Acts, "" if nobody says
	Titles    []charter.Name // by language and user; Full is the title
	InForce   string         // day of entry into force, "" if it has none
	Conflicts []Conflict     // dates that sources give otherwise
}

// Conflict is a date that a source gives and that is not the one kept. Of a deposit that has another date itself, By is the party and Source is empty.
type Conflict struct {
	Date   string
	Source string
	By     Party
}

// Series is one numbered sequence of meetings.
type Series struct {
	ID       string
	Main     bool // the mechanism's own
	Names    []charter.Name
	Meetings []Meeting
	Breaks   []Break
}

// Meeting is one meeting of a series. Start and End are days, months or years, as far as they are known.
type Meeting struct {
	Series   string
	Number   int
	Start    string
	End      string
	Host     string // side
	Venues   []Venue
	Theme    lang.Text
	Outcomes []charter.Name // titles of what came out of it, by language and user
	Kind     string         // kind of outcome
	Status   string         // a note on a meeting that is only planned
	Note     string
	Agenda   []lang.Text
	Ref      string // of the mechanism that it belongs to, if that is one which this one continues
}

// Venue is a place of a meeting with the days it was held there.
type Venue struct {
	City lang.Text
	Days []string
}

// Break is a silence between two meetings of a series.
type Break struct {
	After, Before int // numbers
	Years, Months int
}
