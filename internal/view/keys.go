package view

import (
	"time"

	"entente.example/internal/charter"
)

// Keys is the page of what was valid when: for each party its node keys, seal keys and mandates, each from an act on, and the fingerprints that people compare.
type Keys struct {
	Chrome
	Fingerprint Print // of the mechanism
	Parties     []PartyKeys
}

// Print is a fingerprint as it is printed: digits, and a QR code as an SVG path over Size modules.
type Print struct {
	Digits string
	QR     string
	Size   int
}

// PartyKeys is one party's.
type PartyKeys struct {
	Party    Party
	Nodes    []NodeKey
	Seals    []SealKeySet
	Mandates []MandateList
}

// Since is the act from which on something is in force; the zero stands for the charter.
type Since struct {
	Act string
	At  time.Time
}

// NodeKey is one generation of a party's log with its key.
type NodeKey struct {
	Since
	Generation int
	Reason     string // as a message key ends; "" for the charter's
	Lost       string
	Print      Print
	Stated     int64 // where the generation before ended, as its party stated
	Confirmed  []Confirmation
	Newest     bool
}

// Confirmation says how much of the generation before a party had when it took up the next.
type Confirmation struct {
	Party Party
	Size  int64
}

// SealKeySet is a set of seal keys.
type SealKeySet struct {
	Since
	Fingerprints []string
	Threshold    int
	Agreed       bool // sealed by all other parties: the ones before were lost
	Lost         string
}

// MandateList is a party's mandates.
type MandateList struct {
	Since
	Mandates []charter.Mandate
}
