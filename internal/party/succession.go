package party

import (
	"fmt"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/refusal"
	"entente.example/seal"
)

// Succeed replaces the party's seal keys. The keys in force sign it, as many as they need for a seal; so do the new ones, to show that somebody has them.
type Succeed struct {
	Number     int      `json:"number"` // 1 for the first succession, so that none can be repeated
	Seal       []string `json:"seal"`
	Signatures []string `json:"signatures"`
	Successors []string `json:"successors"` // signatures of the new keys
	Threshold  int      `json:"threshold"`
}

// EntryType implements entry.Body.
func (Succeed) EntryType() string { return "party.succeed" }

// SuccessionMessage is what old and new seal keys sign, in namespace keys-v1@entente.
func SuccessionMessage(mech string, p charter.PartyID, number int, keys charter.SealKeys) ([]byte, error) {
	return entry.Canonical(map[string]any{"mechanism": mech, "number": number, "party": string(p), "seal": keys.Keys, "statement": "entente seal keys v1", "threshold": keys.Threshold})
}

// checkSucceed judges a change of seal keys. SPEC succession-sealed.
func (s *State) checkSucceed(c *charter.State, a *charter.Act) error {
	var b Succeed
	if err := entry.DecodeBody(&a.Entry, &b); err != nil {
		return err
	}
	lines, threshold := c.SealKeys(a.Party)
	return b.Verify(a.Entry.Mech, a.Party, s.Successions+1, charter.SealKeys{Keys: lines, Threshold: threshold}, seal.Policy{RequirePIN: c.Document().Rules.RequirePIN})
}

// Verify checks that the keys in force sign for the new ones, that the new ones sign for themselves, and that this is the next succession.
func (b Succeed) Verify(mech string, p charter.PartyID, number int, inForce charter.SealKeys, policy seal.Policy) error {
	if err := charter.CheckSeal("parties."+string(p), b.Seal, b.Threshold); err != nil {
		return err
	}
	if b.Number != number {
		return refusal.New(refusal.Conflict, "party.succession_number", "number", fmt.Sprint(number))
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
