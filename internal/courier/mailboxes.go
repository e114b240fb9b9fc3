package courier

import (
	"entente.example/internal/charter"
	"entente.example/internal/node"
)

// MostKeys is how many of a counterpart's node keys mail is looked for under, the newest ones: a counterpart must not be able to have us look into mailboxes without end.
const MostKeys = 4

// KnownBy is the generation of our own log by whose key a party knows our node: the newest of which it holds anything, by its newest word, and at first the charter's. Mail that goes with
// a newer key would lie where the party does not look. SPEC mail-renewed.
func KnownBy(s *node.Snapshot, acked map[string]int64) int {
	self := charter.PartyID(s.Self)
	for gen := s.Newest(self).Gen; gen > 1; gen-- {
		if l, ok := s.Log(self, gen); ok && acked[l.Origin] > 0 {
			return gen
		}
	}
	return 1
}

// NodeKeys are the keys of a party's generations that we know of, or of our own, by falling generation.
func NodeKeys(s *node.Snapshot, party string) (out []charter.NodeKeys, err error) {
	for gen := s.Newest(charter.PartyID(party)).Gen; gen > 0; gen-- {
		l, _ := s.Log(charter.PartyID(party), gen)
		k, err := s.NodeKeys(l)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

// Recipients are the newest pouch keys of a party, the newest first: mail from it may lie under any of them, as long as it has not heard that we know the next.
func Recipients(s *node.Snapshot, party string) (out [][]byte, err error) {
	all, err := NodeKeys(s, party)
	for _, k := range all[:min(len(all), MostKeys)] {
		raw, err := k.Raw()
		if err != nil {
			return nil, err
		}
		out = append(out, raw.Pouch)
	}
	return out, err
}
