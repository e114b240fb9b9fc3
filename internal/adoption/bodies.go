// Package adoption owns how an instrument is sealed, acknowledged and adopted, or fails: docs/protocol.md 4.
//
// It promises that Judge never calls one round adopted on one honest node and failed on another, whatever arrives in whatever order. It knows
// no clock, makes no signature and touches no store.
package adoption

// The entries of a round. Matter of the entry: the instrument.
type (
	// Affix seals the statement with this digest. Signatures are SSHSIG in armor.
	Affix struct {
		Round      int      `json:"round"`
		Statement  string   `json:"statement"` // 64 hex
		Signatures []string `json:"signatures"`
	}
	// Decline refuses the round.
	Decline struct {
		Round  int    `json:"round"`
		Reason string `json:"reason"`
	}
	// Withdraw takes one's seal back before one's acknowledgement.
	Withdraw struct {
		Round  int    `json:"round"`
		Reason string `json:"reason"`
	}
	// Acknowledge says: this node verified and cosigned every other party's seal of the statement.
	Acknowledge struct {
		Round     int      `json:"round"`
		Statement string   `json:"statement"`
		Seals     []string `json:"seals"` // act ids of the other parties' seals
	}
	// Receipt says: this node holds what decides the round. Its seen is the receipt.
	Receipt struct {
		Round int `json:"round"`
	}
)

func (Affix) EntryType() string       { return "seal.affix" }
func (Decline) EntryType() string     { return "seal.decline" }
func (Withdraw) EntryType() string    { return "seal.withdraw" }
func (Acknowledge) EntryType() string { return "seal.acknowledge" }
func (Receipt) EntryType() string     { return "seal.receipt" }
