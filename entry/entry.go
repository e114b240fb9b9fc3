// Package entry owns the entry: the one thing a party ever writes into its log.
//
// It promises that every entry has exactly one spelling (docs/protocol.md 1 and 2): Decode refuses any other, and Encode
// produces no other. It never judges what an entry means, and never touches a file, a clock or chance.
package entry

import (
	"time"

	"entente.example/lang"
)

// MaxBytes is the largest entry: the length field of an entry bundle has 16 bits.
const MaxBytes = 65535

// Actor is who acted for the party.
type Actor struct {
	Member  string `json:"m"`
	Role    string `json:"r"`
	Session string `json:"s,omitempty"` // how the person had signed in, when the node knows
}

// Node is the actor of what a node does by rule, without a person.
var Node = Actor{Member: "node", Role: "node"}

// Seen is the head of another log whose entries the author had stored.
type Seen struct {
	Origin string
	Size   int64
	Root   [32]byte
}

// Entry is a decoded entry. Body is canonical JSON and may alias the bytes it was decoded from.
type Entry struct {
	Actor  Actor
	At     time.Time // UTC, whole seconds
	Body   []byte
	Crit   []string
	Index  int64
	Log    string
	Matter string
	Mech   string // 64 hex digits
	Seen   []Seen
	Type   string
	V      int
}

// Body is the typed body of an entry; its Go type decides the entry's type.
type Body interface {
	EntryType() string
}

// Text is wording in several languages.
type Text = lang.Text
