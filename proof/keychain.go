package proof

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"entente.example/entry"
	"entente.example/ledger"
	"entente.example/refusal"
	"entente.example/seal"
)

// The charter names the keys with which a mechanism was founded. Keys change; from those of the charter a stranger follows the chain that each party's seal keys have signed: docs/protocol.md 3.1.

// Keychain is how a party's keys changed. Its file is canonical JSON.
type Keychain struct {
	// Links are the bodies of the party's entries of the types party.succeed and party.generation, in the order of its logs.
	Links []Link `json:"links"`
	// Sealed is how many of them come before the party's seal.
	Sealed int `json:"sealed"`
}

// Link is one change.
type Link struct {
	Body jsontext.Value `json:"body"` // canonical
	Type string         `json:"type"`
}

// keychainFile is where a party's chain lies. A party whose keys are those of the charter has none.
func keychainFile(party string) string { return "keys/" + party + ".json" }

// format spells a chain.
func (k Keychain) format() ([]byte, error) { return entry.Canonical(k) }

// nodeKeys are the keys of one generation that a proof needs.
type nodeKeys struct {
	LogEd25519     []byte `json:"log_ed25519"`
	LogMLDSA44     []byte `json:"log_mldsa44"`
	WitnessEd25519 []byte `json:"witness_ed25519"`
	WitnessMLDSA44 []byte `json:"witness_mldsa44"`
}

// keys are a party's, as far as its chain goes.
type keys struct {
	nodes       []nodeKeys // by generation, from 1
	seal        []string   // in force when the party sealed
	threshold   int
	successions int // that came before
}

// maxLinks bounds a chain that is read.
const maxLinks = 10_000

// follow goes along a chain from the charter's keys. SPEC proof-keychain.
func (c *charterView) follow(i int, chain []byte) error {
	p := c.Parties[i]
	at := c.founding(i)
	bad := refusal.New(refusal.Unverified, "proof.keychain", "party", p.ID)
	var k Keychain
	if err := entry.CheckCanonical(chain); err != nil {
		return bad.Because(err)
	}
	if err := json.Unmarshal(chain, &k, json.RejectUnknownMembers(true)); err != nil || len(k.Links) == 0 || len(k.Links) > maxLinks || k.Sealed < 0 || k.Sealed > len(k.Links) {
		return bad.Because(err)
	}
	inForce := at
	for n, l := range k.Links {
		if err := at.change(c, p.ID, l); err != nil {
			return bad.Because(err)
		}
		if n < k.Sealed {
			inForce = at
		}
	}
	c.keys[i] = keys{nodes: at.nodes, seal: inForce.seal, threshold: inForce.threshold}
	return nil
}

// founding are the keys with which a party founded the mechanism.
func (c *charterView) founding(i int) keys {
	p := c.Parties[i]
	return keys{nodes: []nodeKeys{p.Keys.nodeKeys}, seal: p.Keys.Seal, threshold: p.Keys.Threshold}
}

// change follows one link. With an error nothing has changed.
func (k *keys) change(c *charterView, party string, l Link) error {
	switch l.Type {
	case "party.succeed":
		return k.succeed(c, party, l.Body)
	case "party.generation":
		return k.generation(c, party, l.Body)
	default:
		return fmt.Errorf("a link of type %s", l.Type)
	}
}

func (k *keys) succeed(c *charterView, party string, body []byte) error {
	number := k.successions + 1

	var b struct {
		Number     int      `json:"number"`
		Seal       []string `json:"seal"`
		Signatures []string `json:"signatures"`
		Successors []string `json:"successors"`
		Threshold  int      `json:"threshold"`
	}
	if err := json.Unmarshal(body, &b, json.RejectUnknownMembers(true)); err != nil {
		return err
	}
	if b.Number != number || b.Threshold < 1 || b.Threshold > len(b.Seal) {
		return fmt.Errorf("succession %d is not number %d", b.Number, number)
	}
	message, err := entry.Canonical(map[string]any{"mechanism": c.id, "number": number, "party": party, "seal": b.Seal, "statement": "entente seal keys v1", "threshold": b.Threshold})
	if err != nil {
		return err
	}
	policy := seal.Policy{RequirePIN: c.Rules.RequirePIN}
	if _, err := seal.Signers(b.Signatures, k.seal, k.threshold, seal.NamespaceKeys, message, policy); err != nil {
		return err
	}
	if _, err := seal.Signers(b.Successors, b.Seal, b.Threshold, seal.NamespaceKeys, message, policy); err != nil {
		return err
	}
	k.seal, k.threshold, k.successions = b.Seal, b.Threshold, number
	return nil
}

func (k *keys) generation(c *charterView, party string, body []byte) error {
	var b struct {
		Agreed     jsontext.Value `json:"agreed"`
		Signatures []string       `json:"signatures"`
		Statement  jsontext.Value `json:"statement"`
	}
	if err := json.Unmarshal(body, &b, json.RejectUnknownMembers(true)); err != nil {
		return err
	}
	var st struct {
		Generation int      `json:"generation"`
		Keys       nodeKeys `json:"keys"`
		Mechanism  string   `json:"mechanism"`
		Party      string   `json:"party"`
		Statement  string   `json:"statement"`
	}
	if err := json.Unmarshal(b.Statement, &st); err != nil {
		return err
	}
	if st.Generation != len(k.nodes)+1 || st.Mechanism != c.id || st.Party != party || st.Statement != "entente generation v1" {
		return fmt.Errorf("generation %d of %s does not follow", st.Generation, st.Party)
	}
	// The statement stands in canonical JSON, and is signed as it stands.
	if _, err := seal.Signers(b.Signatures, k.seal, k.threshold, seal.NamespaceKeys, bytes.Clone(b.Statement), seal.Policy{RequirePIN: c.Rules.RequirePIN}); err != nil {
		return err
	}
	k.nodes = append(slices.Clone(k.nodes), st.Keys)
	return nil
}

// log is the verifier of a generation of a party's log.
func (c *charterView) log(i, gen int) (ledger.LogVerifier, error) {
	if gen < 1 || gen > len(c.keys[i].nodes) {
		return ledger.LogVerifier{}, refusal.New(refusal.Unverified, "proof.keychain", "party", c.Parties[i].ID)
	}
	k := c.keys[i].nodes[gen-1]
	return ledger.NewLogVerifier(entry.Origin(c.id, c.Parties[i].ID, gen), k.LogEd25519, k.LogMLDSA44)
}

// witnesses are the verifiers of a party's receipts, by generation of its keys.
func (c *charterView) witnesses(i int) (out []ledger.WitnessVerifier, err error) {
	for _, k := range c.keys[i].nodes {
		w, err := ledger.NewWitnessVerifier(entry.WitnessName(c.id, c.Parties[i].ID), k.WitnessEd25519, k.WitnessMLDSA44)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

// cosigned checks that a party has given its receipt, under any key that it has had.
func (c *charterView) cosigned(j int, note []byte) error {
	ws, err := c.witnesses(j)
	for _, w := range ws {
		if _, _, err = ledger.VerifyCosignature(note, w); err == nil {
			return nil
		}
	}
	return err
}
