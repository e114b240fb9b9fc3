// Package party owns what a party changes about itself under its own seal keys: its members' mandates, its seal keys, and the keys of its node, which come with a new generation of
// its log. docs/protocol.md 3.1 and 7.
//
// It promises that only the party's own log can change them, that a change holds from its place in that log on, and that what was valid before stays as it was.
package party

import (
	"strings"

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

// State is what a party changed. The charter's own mandates hold while List is nil, its seal keys while Seal is nil, its node keys while there are no Generations.
type State struct {
	List        []charter.Mandate `json:"list,omitempty"`
	Seal        *charter.SealKeys `json:"seal,omitempty"`
	Successions int               `json:"successions,omitzero"`
	Announced   *Announce         `json:"announced,omitempty"`
	Generations []Opened          `json:"generations,omitempty"`
	Changes     []Change          `json:"changes,omitempty"`
}

// Change is one step of what was valid when: from this act on, until the next of its kind.
type Change struct {
	Act      string            `json:"act"`
	At       string            `json:"at"`
	Kind     string            `json:"kind"` // the entry's type
	Mandates []charter.Mandate `json:"mandates,omitempty"`
	Seal     *charter.SealKeys `json:"seal,omitempty"`
	Agreed   bool              `json:"agreed,omitempty"` // the other parties sealed it, because the keys in force were lost
	Lost     string            `json:"lost,omitempty"`
}

// Matter is the matter of what a party changes about itself.
func Matter(p charter.PartyID) string { return "party/" + string(p) }

// Check judges a change.
func (s *State) Check(c *charter.State, a *charter.Act) error {
	of := charter.PartyID(strings.TrimPrefix(a.Entry.Matter, "party/"))
	if a.Entry.Type == "party.confirm" {
		return s.checkConfirm(a, of)
	}
	if of != a.Party {
		return refusal.New(refusal.Denied, "party.not_yours", "party", string(a.Party))
	}
	switch a.Entry.Type {
	case "party.mandate":
		return checkMandates(c, a)
	case "party.succeed":
		return s.checkSucceed(c, a)
	case "party.announce":
		var b Announce
		if err := entry.DecodeBody(&a.Entry, &b); err != nil {
			return err
		}
		if b.Generation != a.Gen+1 {
			return refusal.New(refusal.Invalid, "party.bad_generation")
		}
		return b.Keys.Validate("parties." + string(a.Party))
	case "party.generation":
		return s.checkGeneration(c, a)
	}
	return refusal.New(refusal.Invalid, "entry.newer")
}

func checkMandates(c *charter.State, a *charter.Act) error {
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
func (s *State) Apply(c *charter.State, a *charter.Act) {
	change := Change{Act: a.ID(), At: stamp(a), Kind: a.Entry.Type}
	switch a.Entry.Type { // Check has read the bodies
	case "party.mandate":
		var b Mandates
		_ = entry.DecodeBody(&a.Entry, &b)
		s.List, change.Mandates = b.Mandates, b.Mandates
	case "party.succeed":
		var b Succeed
		_ = entry.DecodeBody(&a.Entry, &b)
		s.Seal, s.Successions = &charter.SealKeys{Keys: b.Seal, Threshold: b.Threshold}, b.Number
		change.Seal, change.Agreed, change.Lost = s.Seal, len(b.Agreed) > 0, b.Lost
	case "party.announce":
		var b Announce
		_ = entry.DecodeBody(&a.Entry, &b)
		s.Announced = &b
	case "party.generation":
		s.open(a)
		return
	case "party.confirm":
		s.confirm(c, a, charter.PartyID(strings.TrimPrefix(a.Entry.Matter, "party/")))
		return
	}
	s.Changes = append(s.Changes, change)
}

// Settle puts what the party changed into effect.
func (s *State) Settle(c *charter.State, p charter.PartyID) {
	c.SetMandates(p, s.List)
	c.SetSealKeys(p, s.Seal)
}
