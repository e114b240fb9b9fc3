package view

import "time"

// Asides is the page of papers off the record.
type Asides struct {
	Chrome
	Papers []Aside
}

// Aside is one of them. What a page shows of it has no date, number or signature; when it goes is ours to know.
type Aside struct {
	ID      string // a handle on this node
	Party   Party  // the other one
	Out     bool   // ours
	Waiting bool   // not known to have arrived
	Gone    time.Time
	Text    string
}
