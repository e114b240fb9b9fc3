package view

import (
	"time"

	"entente.example/internal/charter"
	"entente.example/refusal"
)

// Keys is the page of what was valid when: for each party its node keys, seal keys and mandates, each from an act on, and the fingerprints that people compare.
type Keys struct {
	Chrome
	Fingerprint Print // of the mechanism
	Parties     []PartyKeys
	Denied      *refusal.Error // why the reader may not speak for our keys; nil: they may
	Forks       []ForkedLog
	Witnesses   []OutsideWitness
	Petition    *Petition // our own, which the reader has just pasted
	Asked       []Petition
	SealKeys    []SealKey // with which our side seals
}

// ForkedLog is a log that has two histories, of which Common entries count.
type ForkedLog struct {
	Party  Party
	Ours   bool
	Common int64
	Make   string // command that begins the settlement, for our own log
	Settle string // command that ends it
}

// OutsideWitness is what somebody outside has cosigned of our log.
type OutsideWitness struct {
	Name    string
	Named   string // id under which all parties named it; "" for one of our operator's own
	Size    int64
	Of      int64
	At      time.Time
	Problem *refusal.Error
}

// Petition is what another party asks us to seal.
type Petition struct {
	Settlement bool // of two histories; otherwise new seal keys for lost ones
	Party      Party
	Lost       string
	Keys       []PetitionKey
	Needed     int // how many of the new keys will have to sign
	Size       int64
	Text       string // digest of what would be sealed
	Block      string
	Command    string // that seals it, where our seal keys are
	Ours       bool
	By         string // who of us brought it in
	At         time.Time
	Answer     string // our consent; "": not given
	SealedBy   string
	Sealed     time.Time
}

// PetitionKey is a key that is to come into force, as people compare it.
type PetitionKey struct{ Fingerprint, Digits string }

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
