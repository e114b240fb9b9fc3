// Package party owns what a party changes about itself under its own seal keys: today, its members' mandates.
//
// It promises that only the party's own log can change them, and that a change holds from its place in that log on.
package party

import (
	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/refusal"
	"entente.example/seal"
)

// Mandates replaces the party's list of mandates. Signatures are by its seal keys over Message, namespace mandate-v1@entente.
type Mandates struct {
	Mandates   []charter.Mandate `json:"mandates"`
	Signatures []string          `json:"signatures"`
}

// EntryType implements entry.Body.
func (Mandates) EntryType() string { return "party.mandate" }

// Message is what the seal keys sign: mechanism, party and list, so that it fits nowhere else.
func Message(mech string, p charter.PartyID, list []charter.Mandate) ([]byte, error) {
	return entry.Canonical(map[string]any{"mandates": list, "mechanism": mech, "party": string(p), "statement": "entente mandates v1"})
}

// State is a party's list as last changed; nil while the charter's own holds.
type State struct {
	List []charter.Mandate `json:"list,omitempty"`
}

// Check judges a change of mandates.
func (s *State) Check(c *charter.State, a *charter.Act) error {
	if a.Entry.Type != "party.mandate" {
		return refusal.New(refusal.Invalid, "entry.newer")
	}
	if a.Entry.Matter != "party/"+string(a.Party) {
		return refusal.New(refusal.Denied, "party.not_yours", "party", string(a.Party))
	}
	var b Mandates
	if err := entry.DecodeBody(&a.Entry, &b); err != nil {
		return err
	}
	if err := charter.CheckMandates(string(a.Party), b.Mandates); err != nil {
		return err
	}
	message, err := Message(a.Entry.Mech, a.Party, b.Mandates)
	if err != nil {
		return err
	}
	lines, threshold := c.SealKeys(a.Party)
	_, err = seal.Signers(b.Signatures, lines, threshold, seal.NamespaceMandate, message, seal.Policy{RequirePIN: c.Document().Rules.RequirePIN})
	return err
}

// Apply folds a valid change.
func (s *State) Apply(_ *charter.State, a *charter.Act) {
	var b Mandates
	_ = entry.DecodeBody(&a.Entry, &b) // Check has read it
	s.List = b.Mandates
}

// Settle puts the list into effect.
func (s *State) Settle(c *charter.State, p charter.PartyID) { c.SetMandates(p, s.List) }
