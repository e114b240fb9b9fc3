package proof

import (
	"slices"

	"entente.example/ledger"
	"entente.example/refusal"
)

// Accused says whose keys signed evidence, by a charter: one party, or two of which one did wrong. Evidence by keys that the charter does not list proves nothing against its parties.
func Accused(charter []byte, f *ledger.Fork) ([]string, error) {
	c, err := readCharter(charter)
	if err != nil {
		return nil, err
	}
	var out []string
	for n, by := range f.By {
		if n == 1 && f.Single() {
			break
		}
		found := ""
		for i, p := range c.Parties {
			log, err := c.log(i, 1)
			witnesses, werr := c.witnesses(i)
			if err == nil && werr == nil && (by.IsBy(log) || slices.ContainsFunc(witnesses, func(w ledger.WitnessVerifier) bool { return by.IsBy(w) })) {
				found = p.ID
			}
		}
		if found == "" {
			return nil, refusal.New(refusal.Unverified, "proof.foreign_keys", "name", by.Name)
		}
		out = append(out, found)
	}
	return out, nil
}
