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
	Cut   Cut // of those, the newest part first
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
	Beside string    // the matter of the act, if it is another one
	On     lang.Text // the sentence that it disputes, or at which it answers a dispute
	Said   lang.Text
	Note   string
	Day    string // that the act speaks of, as of a signature on paper
}

// BesidePath is the address of that matter within the mechanism.
func (t TraceStep) BesidePath() string { return OurPlace{Matter: t.Beside}.Path() }

// Named is a party with its names.
func (f From) Named(id charter.PartyID) Party { return f.party(id) }
