// Package founding owns the matter "charter": every party puts the charter at the head of its log, and all seal it.
//
// It promises that a mechanism is in force exactly when every party has sealed the same charter by the rule of package adoption. docs/protocol.md 4 and 7.
package founding

import (
	"crypto/sha256"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/charter"
	"entente.example/refusal"
	"entente.example/seal"
)

// Matter is the charter's matter and instrument.
const Matter = "charter"

// Join is the first entry of every log: the charter itself.
type Join struct {
	Charter jsontext.Value `json:"charter"` // canonical
}

// EntryType implements entry.Body.
func (Join) EntryType() string { return "charter.join" }

// State is how far the founding has come.
type State struct {
	Joined []charter.PartyID `json:"joined,omitempty"` // sorted
	Rounds adoption.Rounds   `json:"rounds"`
	Force  bool              `json:"force"`
}

// InForce reports whether the charter is adopted as far as the entries show.
func (s *State) InForce() bool { return s.Force }

// ManifestPath is the one file that a charter's seal covers.
const ManifestPath = "charter.json"

// Statement is what every party seals to found the mechanism.
func Statement(doc *charter.Document) (seal.Statement, error) {
	b, err := doc.Canonical()
	if err != nil {
		return seal.Statement{}, err
	}
	m := seal.Manifest{seal.FileOf(ManifestPath, b)}
	st := seal.Statement{Mechanism: charter.Digest(b), Epoch: 1, Instrument: Matter, Round: 1,
		Manifest: sha256.Sum256(m.Format()), ManifestSz: int64(len(m.Format()))}
	for _, p := range doc.Parties {
		st.Parties = append(st.Parties, string(p.ID))
	}
	return st, nil
}

// Check judges an act on the charter.
func (s *State) Check(c *charter.State, a *charter.Act) error {
	if a.Entry.Type != "charter.join" {
		if !slices.Contains(s.Joined, a.Party) {
			return refusal.New(refusal.Conflict, "charter.not_joined", "party", string(a.Party))
		}
		return s.Rounds.Check(c, a, seal.Policy{RequirePIN: c.Document().Rules.RequirePIN}, func(int, string) ([]byte, error) {
			st, err := Statement(c.Document())
			return st.Format(), err
		})
	}
	var b Join
	if err := entry.DecodeBody(&a.Entry, &b); err != nil {
		return err
	}
	switch {
	case a.Entry.Index != 0:
		return refusal.New(refusal.Conflict, "charter.join_first")
	case charter.Digest(b.Charter) != a.Entry.Mech:
		return refusal.New(refusal.Unverified, "charter.other_charter")
	}
	return nil
}

// Apply folds a valid act.
func (s *State) Apply(c *charter.State, a *charter.Act) {
	if s.Rounds.Last() == nil {
		s.Rounds.Open() // the charter has one round: refused, the parties draft another charter
	}
	if a.Entry.Type == "charter.join" {
		s.Joined = append(s.Joined, a.Party)
		slices.Sort(s.Joined)
	} else {
		s.Rounds.Apply(a)
	}
	s.Force = s.Rounds.Last().Verdict(c, nil).Outcome == adoption.Adopted
}

// Due is what a node must write about the charter by itself.
func (s *State) Due(c *charter.State, me charter.PartyID, cosigned adoption.Cosigned) []entry.Body {
	return s.Rounds.Due(c, me, cosigned)
}

// MayFallDue reports whether receipts that a node gives may make something due about the charter.
func (s *State) MayFallDue(c *charter.State, me charter.PartyID) bool {
	return s.Rounds.MayFallDue(c, me)
}
