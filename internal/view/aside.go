package view

import (
	"strings"
	"time"
)

// OffTheRecord is the matter of what awaits us off the record, which is no matter of the record: it is where the page is.
const OffTheRecord = "non-papers"

// Asides is the page of papers off the record.
type Asides struct {
	Chrome
	Papers    []Aside
	Cut       Cut
	Reactions []string // what can be said to a sounding
}

// Aside is one of them. What a page shows of it has no date, number or signature; when it goes is ours to know.
type Aside struct {
	ID      string // a handle on this node
	Party   Party  // the other one
	Out     bool   // ours
	Waiting bool   // not known to have arrived
	Gone    time.Time
	Text    string
	// Sounding is there if a reaction was asked.
	Sounding *Sounding
}

// Sounding is what was asked and said about a paper.
type Sounding struct {
	By, State string // day; message key behind aside.state_
	Reaction  string
	Words     string
	Waiting   bool // what we said last is not known to have arrived
}

// Drawn reports whether the paper has characters that only choose how others are drawn, as emoji and flags have them: programs before those that take them leave such a paper aside, and say nothing.
func (a Aside) Drawn() bool { return strings.ContainsAny(a.Text, "\u200d\ufe0e\ufe0f") }

// React reports whether our reaction is asked: also after the day, for whoever was late may still say something.
func (a Aside) React() bool {
	return !a.Out && a.Sounding != nil && a.Sounding.State != "withdrawn" && a.Sounding.Reaction == ""
}

// Withdraw reports whether it is a sounding of ours that still asks or has asked.
func (a Aside) Withdraw() bool { return a.Out && a.Sounding != nil && a.Sounding.State != "withdrawn" }
