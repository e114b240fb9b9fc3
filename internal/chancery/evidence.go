package chancery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"entente.example/internal/node"
	"entente.example/ledger"
	"entente.example/refusal"
)

// Evidence is what a piece of evidence proves: two histories of one log.
type Evidence struct {
	ID     string         `json:"id"`  // begins the SHA-256 of the file, 16 hex
	Log    string         `json:"log"` // whose two histories
	By     []string       `json:"by"`  // who signed them; of two, one did wrong
	First  int64          `json:"first"`
	Second int64          `json:"second"`
	Key    string         `json:"key"` // message key of the explanation
	Params refusal.Params `json:"params"`
}

// evidenceOf describes a file of evidence.
func evidenceOf(file []byte, f *ledger.Fork) Evidence {
	sum := sha256.Sum256(file)
	e := Evidence{ID: hex.EncodeToString(sum[:8]), Log: f.Origin, By: []string{f.By[0].Name}, First: f.First.Size, Second: f.Second.Size}
	if !f.Single() {
		e.By = append(e.By, f.By[1].Name)
	}
	e.Key, e.Params = f.Explanation()
	return e
}

func evidenceIn(s *node.Snapshot) ([]Evidence, error) {
	files, forks, err := s.Evidence()
	out := []Evidence{}
	for i := range files {
		out = append(out, evidenceOf(files[i], forks[i]))
	}
	return out, err
}

// Evidence lists what this node holds of two histories of one log, oldest first.
func (c *Chancery) Evidence(ctx context.Context, mech string) (out []Evidence, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		out, err = evidenceIn(s)
		return err
	})
	return out, err
}

// EvidenceFile is one piece of evidence as anybody can check it, by its id or the beginning of it.
func (c *Chancery) EvidenceFile(ctx context.Context, mech, id string) (file []byte, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		files, forks, err := s.Evidence()
		for i := range files {
			if evidenceOf(files[i], forks[i]).ID == id {
				file = files[i]
				return err
			}
		}
		return refusal.New(refusal.Missing, "node.no_evidence", "id", id)
	})
	return file, err
}

// Compare holds a signed checkpoint from elsewhere, as from a press room or a public witness, against our copy of its log: node.Agrees, node.Ahead or node.Contradicts. What contradicts
// becomes evidence if whoever signed it can be held to it.
func (c *Chancery) Compare(ctx context.Context, mech string, note []byte) (finding string, err error) {
	return node.Inspect(ctx, c.node, func(core *node.Core) (string, error) { return core.Compare(mech, note) })
}
