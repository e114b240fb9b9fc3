package view

import (
	"time"

	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
)

// Record is the page of entries, newest first.
type Record struct {
	Chrome
	Digest  string
	Logs    []Log
	Rows    []Row
	Older   int64 // place in the order to go on before; 0: that was all
	Newer   int64 // … before which what is newer ends; 0: the newest part does
	Newest  bool  // this is the newest part
	Parties []Party
}

// Row is one entry in a list.
type Row struct {
	ID      string // "cpc-41"
	Party   Party
	Turn    int64     // its number among its party's own: charter.Turn
	At      time.Time // the author's claim
	Member  string
	Type    string
	Matter  string
	Title   lang.Text // of the matter, if it has one
	Void    *refusal.Error
	Waiting bool
	lam     int64 // place in the order
}

// Entry is the page of one entry.
type Entry struct {
	Chrome
	Row
	Role      string
	Reference string
	LeafHash  string
	Bytes     int
	JSON      string // indented for reading; the hash is over the spelling in the log
	Seen      []Seen
	Confirmed []Party // who confirmed it by a cosignature
	Settled   bool    // nothing can sort before it any more
}

// Seen is how much of another log the author had stored.
type Seen struct {
	Party charter.PartyID
	Size  int64
}
