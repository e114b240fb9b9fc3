package view

import (
	"time"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Trace is the page of everything that was done about a matter, or a paragraph of it, on all sides.
type Trace struct {
	Chrome
	OurPlace
	Title lang.Text
	Steps []TraceStep
	Ours  OursOn
}

// TraceStep is one act; Pause is how long nothing had happened before it, zero if that was not long.
type TraceStep struct {
	ID     string
	Party  Party
	Member string
	At     time.Time
	Type   string
	Void   *refusal.Error
	Pause  Length
	Said   lang.Text
	Note   string
}

// Named is a party with its names.
func (f From) Named(id charter.PartyID) Party { return f.party(id) }
