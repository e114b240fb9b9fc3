package party

import (
	"slices"
	"strconv"
	"unicode/utf8"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/refusal"
	"entente.example/seal"
)

// Succeed replaces the party's seal keys. The keys in force sign it, as many as they need for a seal; so do the new ones, to show that somebody has them. Keys that are lost cannot: then
// every other party seals a text that says so, and that stands for their signatures.
type Succeed struct {
	Agreed     map[charter.PartyID][]string `json:"agreed,omitempty"` // by each other party: signatures of its seal keys
	Lost       string                       `json:"lost,omitempty"`   // what was lost, in the party's words
	Number     int                          `json:"number"`           // 1 for the first succession, so that none can be repeated
	Seal       []string                     `json:"seal"`
	Signatures []string                     `json:"signatures"`
	Successors []string                     `json:"successors"` // signatures of the new keys
	Threshold  int                          `json:"threshold"`
}

// EntryType implements entry.Body.
func (Succeed) EntryType() string { return "party.succeed" }

// SuccessionMessage is what old and new seal keys sign, in namespace keys-v1@entente.
func SuccessionMessage(mech string, p charter.PartyID, number int, keys charter.SealKeys) ([]byte, error) {
	return entry.Canonical(map[string]any{"mechanism": mech, "number": number, "party": string(p), "seal": keys.Keys, "statement": "entente seal keys v1", "threshold": keys.Threshold})
}

// ReplacementText is what the other parties and the new seal keys sign, in namespace keys-v1@entente, when the keys in force are lost. It is a text that a person can read.
func ReplacementText(mech string, p charter.PartyID, number int, keys charter.SealKeys, lost string) ([]byte, error) {
	return entry.Canonical(map[string]any{"lost": lost, "mechanism": mech, "number": number, "party": string(p), "seal": keys.Keys, "statement": "entente seal keys replaced v1", "threshold": keys.Threshold})
}

// checkSucceed judges a change of seal keys. SPEC succession-sealed.
func (s *State) checkSucceed(c *charter.State, a *charter.Act) error {
	var b Succeed
	if err := entry.DecodeBody(&a.Entry, &b); err != nil {
		return err
	}
	return b.Verify(c, a.Party, s.Successions+1)
}

// Verify checks against the keys of all parties as they are in force in c.
func (b Succeed) Verify(c *charter.State, p charter.PartyID, number int) error {
	lines, threshold := c.SealKeys(p)
	if len(b.Agreed) > 0 {
		return b.verifyAgreed(c, p, number)
	}
	return b.VerifyUnder(c.Mechanism(), p, number, charter.SealKeys{Keys: lines, Threshold: threshold}, seal.Policy{RequirePIN: c.Document().Rules.RequirePIN})
}

// verifyAgreed checks that every other party has sealed that these keys replace lost ones, and that the new ones sign for themselves. SPEC seal-keys-agreed.
func (b Succeed) verifyAgreed(c *charter.State, p charter.PartyID, number int) error {
	keys := charter.SealKeys{Keys: b.Seal, Threshold: b.Threshold}
	if err := charter.CheckSeal("parties."+string(p), b.Seal, b.Threshold); err != nil {
		return err
	}
	if b.Number != number {
		return refusal.New(refusal.Conflict, "party.succession_number", "number", strconv.Itoa(number))
	}
	if len(b.Signatures) > 0 || len(b.Agreed) != len(c.Document().Parties)-1 || utf8.RuneCountInString(b.Lost) > maxLost {
		return refusal.New(refusal.Invalid, "party.bad_replacement")
	}
	text, err := ReplacementText(c.Mechanism(), p, b.Number, keys, b.Lost)
	if err != nil {
		return err
	}
	policy := seal.Policy{RequirePIN: c.Document().Rules.RequirePIN}
	for _, other := range c.Document().Parties {
		if other.ID == p {
			continue
		}
		lines, threshold := c.SealKeys(other.ID)
		if _, err := seal.Signers(b.Agreed[other.ID], lines, threshold, seal.NamespaceKeys, text, policy); err != nil {
			return refusal.New(refusal.Unverified, "party.not_agreed", "party", string(other.ID)).Because(err)
		}
	}
	_, err = seal.Signers(b.Successors, b.Seal, b.Threshold, seal.NamespaceKeys, text, policy)
	return err
}

// VerifyUnder checks that the keys in force sign for the new ones, that the new ones sign for themselves, and that this is the next succession.
func (b Succeed) VerifyUnder(mech string, p charter.PartyID, number int, inForce charter.SealKeys, policy seal.Policy) error {
	if b.Lost != "" {
		return refusal.New(refusal.Invalid, "party.bad_replacement")
	}
	if err := charter.CheckSeal("parties."+string(p), b.Seal, b.Threshold); err != nil {
		return err
	}
	if b.Number != number {
		return refusal.New(refusal.Conflict, "party.succession_number", "number", strconv.Itoa(number))
	}
	message, err := SuccessionMessage(mech, p, b.Number, charter.SealKeys{Keys: b.Seal, Threshold: b.Threshold})
	if err != nil {
		return err
	}
	if _, err := seal.Signers(b.Signatures, inForce.Keys, inForce.Threshold, seal.NamespaceKeys, message, policy); err != nil {
		return err
	}
	_, err = seal.Signers(b.Successors, b.Seal, b.Threshold, seal.NamespaceKeys, message, policy)
	return err
}

// Succeeded reports whether some change of the party's seal keys stands at such a place in its log.
func (s *State) Succeeded(at func(gen int, index int64) bool) bool {
	return slices.ContainsFunc(s.Changes, func(c Change) bool {
		if c.Kind != (Succeed{}).EntryType() {
			return false
		}
		_, gen, index, ok := charter.ParseActID(c.Act)
		return ok && at(gen, index)
	})
}
