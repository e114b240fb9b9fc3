package view

import (
	"time"

	"entente.example/refusal"
)

// Pouches is the page of what goes and comes without a line.
type Pouches struct {
	Chrome
	Denied  *refusal.Error // why the reader may only look; nil: they may pack and open
	Next    []NextPouch
	History []Pouch // the newest first
	Cut     Cut
}

// NextPouch is what a pouch to a party would hold now.
type NextPouch struct {
	Party   Party
	Entries int64
	Carried int64 // of these, in pouches that are on their way
	// Attachments that it would carry, whole or in part, and about how many bytes of them.
	Attachments int
	BodyBytes   int64
}

// Pouch is one that was packed or opened.
type Pouch struct {
	Party       Party
	Out         bool
	Made        time.Time
	Bytes       int64
	Entries     int64
	Attachments int
	New         int64 // entries that were not here before
	Part        int64
	Of          int64
	State       string  // as a message key ends: acknowledged, on_the_way, taken, unfinished
	Missing     []int64 // parts of the same pouch that have not come
	Gaps        []Earlier
}

// Earlier is a run of entries that has to come first.
type Earlier struct {
	Party    string
	From, To string // ids of the first and the last
}
