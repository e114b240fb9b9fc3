package party

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/refusal"
	"entente.example/seal"
)

// A party whose seal keys are lost asks the others to seal new ones; one whose log has two histories asks them to seal which of it stands. It makes a petition, by whatever way reaches them; each answers with its consent; with all of them, the party writes
// the succession. Both are blocks that survive an e-mail, and are compared by fingerprint. docs/protocol.md 3.1.

// Petition asks the other parties to seal that new seal keys replace lost ones.
type Petition struct {
	Lost       string          `json:"lost"`
	Mechanism  string          `json:"mechanism"`
	Number     int             `json:"number"`
	Party      charter.PartyID `json:"party"`
	Seal       []string        `json:"seal"`
	Successors []string        `json:"successors"`
	Threshold  int             `json:"threshold"`
}

// Consent is one party's answer: its signatures over the petition's text, named by its digest.
type Consent struct {
	Party      charter.PartyID `json:"party"`
	Signatures []string        `json:"signatures"`
	Text       string          `json:"text"` // SHA-256, hex
}

const (
	petitionKind   = "PETITION"
	settlementKind = "SETTLEMENT"
	consentKind    = "CONSENT"
)

// IsSettlement reports whether a block is a settlement and not a petition.
func IsSettlement(b []byte) bool {
	return bytes.Contains(b, []byte("BEGIN ENTENTE "+settlementKind+"-"))
}

// ParseSettlement reads the opening of a generation over a fork, which the others are asked to seal.
func ParseSettlement(b []byte) (g Generation, err error) {
	if err = read(settlementKind, b, &g); err == nil && (g.Statement.Reason != Fork || len(g.Agreed) > 0) {
		err = refusal.New(refusal.Invalid, "party.bad_generation")
	}
	if err == nil {
		err = g.Statement.Check()
	}
	return g, err
}

// FormatSettlement spells it.
func (g Generation) FormatSettlement() ([]byte, error) {
	b, err := entry.Canonical(g)
	return charter.Wrap(settlementKind, b), err
}

// With is the opening with everybody's consent.
func (g Generation) With(consents []Consent) (Generation, error) {
	digest, err := g.Statement.Digest()
	g.Agreed = map[charter.PartyID][]string{}
	for _, c := range consents {
		if c.Text != digest {
			return g, refusal.New(refusal.Unverified, "party.not_agreed", "party", string(c.Party))
		}
		g.Agreed[c.Party] = c.Signatures
	}
	return g, err
}

// Digest names what is sealed.
func (s Statement) Digest() (string, error) {
	b, err := s.Message()
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

// ParsePetition reads a petition. Whether it can be granted, Check says.
func ParsePetition(b []byte) (p Petition, err error) {
	err = read(petitionKind, b, &p)
	return p, err
}

// ParseConsent reads a consent.
func ParseConsent(b []byte) (c Consent, err error) {
	err = read(consentKind, b, &c)
	return c, err
}

func read(kind string, b []byte, into any) error {
	raw, err := charter.Unwrap(kind, b)
	if err != nil {
		return err
	}
	if err := entry.CheckCanonical(raw); err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into, json.RejectUnknownMembers(true)); err != nil {
		return refusal.New(refusal.Invalid, "party.bad_replacement").Because(err)
	}
	return nil
}

// Format spells the petition for a file or an e-mail.
func (p Petition) Format() ([]byte, error) {
	b, err := entry.Canonical(p)
	return charter.Wrap(petitionKind, b), err
}

// Format spells the consent.
func (c Consent) Format() ([]byte, error) {
	b, err := entry.Canonical(c)
	return charter.Wrap(consentKind, b), err
}

// Message is the text that is to be sealed.
func (p Petition) Message() ([]byte, error) {
	return ReplacementText(p.Mechanism, p.Party, p.Number, charter.SealKeys{Keys: p.Seal, Threshold: p.Threshold}, p.Lost)
}

// Digest names the text.
func (p Petition) Digest() (string, error) {
	b, err := p.Message()
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

// CheckLost refuses words about what was lost that are not what they look like on a page or a terminal: whoever seals them reads them, and anybody can make up a text that asks for it.
func CheckLost(words string) error {
	if utf8.RuneCountInString(words) > maxLost {
		return refusal.New(refusal.Invalid, "party.lost_too_long", "most", strconv.Itoa(maxLost))
	}
	return lang.CheckNew(words)
}

// Check refuses a petition that nobody could grant: of another mechanism, of nobody, not the next succession, or not signed by the keys that it names.
func (p Petition) Check(c *charter.State, successions int) error {
	switch {
	case p.Mechanism != c.Mechanism() || c.Ordinal(p.Party) < 0:
		return refusal.New(refusal.Invalid, "party.other_petition", "party", string(p.Party))
	case p.Number != successions+1:
		return refusal.New(refusal.Conflict, "party.succession_number", "number", strconv.Itoa(successions+1))
	}
	if err := charter.CheckSeal("parties."+string(p.Party), p.Seal, p.Threshold); err != nil {
		return err
	}
	if err := CheckLost(p.Lost); err != nil {
		return err
	}
	text, err := p.Message()
	if err == nil {
		_, err = seal.Signers(p.Successors, p.Seal, p.Threshold, seal.NamespaceKeys, text, seal.Policy{RequirePIN: c.Document().Rules.RequirePIN})
	}
	return err
}

// Succession is the act that a petition becomes with everybody's consent. A consent to another text is refused by name; whether the signatures are right, the act's check says.
func (p Petition) Succession(consents []Consent) (Succeed, error) {
	digest, err := p.Digest()
	out := Succeed{Agreed: map[charter.PartyID][]string{}, Lost: p.Lost, Number: p.Number, Seal: p.Seal, Signatures: []string{}, Successors: p.Successors, Threshold: p.Threshold}
	for _, c := range consents {
		if c.Text != digest {
			return out, refusal.New(refusal.Unverified, "party.not_agreed", "party", string(c.Party))
		}
		out.Agreed[c.Party] = c.Signatures
	}
	return out, err
}
