// Package credential owns how a node shows, to whoever has not heard of it, that its present key speaks for its party: by what the party's seal keys have signed since the charter.
//
// It promises that a key is believed only if each step to it, from the keys that the reader knows, is signed by the seal keys in force then. docs/protocol.md 5 and 10.
package credential

import (
	"cmp"
	"slices"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/internal/party"
	"entente.example/ledger"
	"entente.example/proof"
	"entente.example/refusal"
	"entente.example/seal"
)

// Credential is how a party's keys came to be what they are: the bodies of its party.succeed and party.generation entries, in the order of its logs. On the line it stands in the
// certificate, in a pouch in the manifest. SPEC line-credential.
type Credential struct {
	Mech  string       `json:"mech"`
	Party string       `json:"party"`
	Links []proof.Link `json:"links"`
}

// Max bounds what is shown and read: docs/protocol.md 5.
const Max = parcel.MaxCredential

// Of is our own in a mechanism; without links while our keys are those of the charter.
func Of(s *node.Snapshot) (Credential, error) {
	out := Credential{Mech: s.ID, Party: s.Self}
	chain, err := Keychain(s, charter.PartyID(s.Self), 0)
	if chain != nil {
		out.Links = chain.Links
	}
	return out, err
}

// Encode spells credentials. What does not fit is left out from the oldest on: who was away for so many changes hears of them from others.
func Encode(all []Credential) ([]byte, error) {
	all = slices.DeleteFunc(slices.Clone(all), func(c Credential) bool { return len(c.Links) == 0 })
	for len(all) > 0 {
		b, err := json.Marshal(all, json.Deterministic(true))
		if err != nil || len(b) <= Max {
			return b, err
		}
		for i := range all {
			all[i].Links = all[i].Links[min(1, len(all[i].Links)):]
		}
		all = slices.DeleteFunc(all, func(c Credential) bool { return len(c.Links) == 0 })
	}
	return nil, nil
}

// Decode reads credentials; none if they are not such.
func Decode(b []byte) (all []Credential) {
	if len(b) > Max || json.Unmarshal(b, &all, json.RejectUnknownMembers(true)) != nil {
		return nil
	}
	return all
}

var errCredential = refusal.New(refusal.Unverified, "keys.credential")

// Follow goes along a credential from the keys that we know of the party, each step signed by the seal keys in force, and returns the newest generation. What we know already is passed over.
func (c Credential) Follow(s *node.Snapshot) (last party.Statement, err error) {
	id := charter.PartyID(c.Party)
	if s.Charter().Ordinal(id) < 0 || c.Party == s.Self {
		return last, errCredential
	}
	p := s.Party(id)
	lines, threshold := s.Charter().SealKeys(id)
	keys, gen, number := charter.SealKeys{Keys: lines, Threshold: threshold}, s.Newest(id).Gen, p.Successions
	policy := seal.Policy{RequirePIN: s.Charter().Document().Rules.RequirePIN}
	for _, l := range c.Links {
		switch l.Type {
		case "party.succeed":
			var b party.Succeed
			if json.Unmarshal(l.Body, &b, json.RejectUnknownMembers(true)) != nil {
				return last, errCredential
			}
			if b.Number <= number {
				continue
			}
			next := charter.SealKeys{Keys: b.Seal, Threshold: b.Threshold}
			if len(b.Agreed) > 0 {
				err = b.Verify(s.Charter(), id, number+1)
			} else {
				err = b.VerifyUnder(s.ID, id, number+1, keys, policy)
			}
			if err != nil {
				return last, err
			}
			keys, number = next, b.Number
		case "party.generation":
			var b party.Generation
			if json.Unmarshal(l.Body, &b, json.RejectUnknownMembers(true)) != nil {
				return last, errCredential
			}
			st := b.Statement
			if st.Generation <= gen {
				continue
			}
			message, err := st.Message()
			if err == nil && st.Reason == party.Fork {
				err = b.Signed(s.Charter())
			} else if err == nil {
				_, err = seal.Signers(b.Signatures, keys.Keys, keys.Threshold, seal.NamespaceKeys, message, policy)
			}
			if err != nil || st.Check() != nil || st.Generation != gen+1 || st.Party != id || st.Mechanism != s.ID {
				return last, errCredential
			}
			gen, last = gen+1, st
		default:
			return last, errCredential
		}
	}
	if last.Generation == 0 {
		return last, errCredential
	}
	return last, nil
}

// Newcomer is the verifier of a parcel whose sender's key we do not know, if its credential vouches for it.
func Newcomer(s *node.Snapshot, m *parcel.Manifest) (v ledger.LogVerifier, err error) {
	for _, c := range Decode(m.Credential) {
		if c.Mech != s.ID || c.Party != m.From {
			continue
		}
		st, err := c.Follow(s)
		if err != nil {
			return v, err
		}
		raw, err := st.Keys.Raw()
		if err != nil {
			return v, err
		}
		return ledger.NewLogVerifier(m.Name(), raw.LogEd25519, raw.LogMLDSA44)
	}
	return v, errCredential
}

// Keychain gathers how a party's keys changed, for a stranger who knows only the charter; nil if they did not. sealed is the turn of its seal.
func Keychain(s *node.Snapshot, id charter.PartyID, sealed int64) (*proof.Keychain, error) {
	type link struct {
		turn int64
		proof.Link
	}
	var links []link
	acts := []string{}
	p := s.Party(id)
	for _, o := range p.Generations {
		acts = append(acts, o.Act)
	}
	for _, ch := range p.Changes {
		if ch.Seal != nil {
			acts = append(acts, ch.Act)
		}
	}
	for _, act := range acts {
		l, e, err := s.Entry(act)
		if err != nil {
			return nil, err
		}
		d, err := entry.Decode(e.Leaf)
		if err != nil {
			return nil, err
		}
		links = append(links, link{charter.Turn(l.Gen, e.Index), proof.Link{Body: slices.Clone(d.Body), Type: d.Type}})
	}
	if len(links) == 0 {
		return nil, nil
	}
	slices.SortFunc(links, func(a, b link) int { return cmp.Compare(a.turn, b.turn) })
	out := new(proof.Keychain)
	for _, l := range links {
		if out.Links = append(out.Links, l.Link); l.turn < sealed {
			out.Sealed++
		}
	}
	return out, nil
}
