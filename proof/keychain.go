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

// follow goes along the chains of the parties that have one, from the charter's keys. Whoever lost its seal keys has new ones by the word of all others, under any keys that they are known to
// have had; so no chain stands before another, and each is followed as far as the others let it, until nothing moves. SPEC proof-keychain.
func (c *charterView) follow(chains map[int][]byte) error {
	bad := func(i int, err error) error {
		return refusal.New(refusal.Unverified, "proof.keychain", "party", c.Parties[i].ID).Because(err)
	}
	var all []*chain
	for i := range c.Parties {
		raw, ok := chains[i]
		if !ok {
			continue
		}
		ch := &chain{party: i, at: c.founding(i)}
		if err := entry.CheckCanonical(raw); err != nil {
			return bad(i, err)
		}
		k := &ch.Keychain
		if err := json.Unmarshal(raw, k, json.RejectUnknownMembers(true)); err != nil || len(k.Links) == 0 || len(k.Links) > maxLinks || k.Sealed < 0 || k.Sealed > len(k.Links) {
			return bad(i, err)
		}
		all = append(all, ch)
	}
	for moved := true; moved; {
		moved = false
		for _, ch := range all {
			n := ch.done
			ch.goOn(c)
			moved = moved || ch.done > n
		}
	}
	for _, ch := range all {
		if ch.done < len(ch.Links) {
			return bad(ch.party, ch.err)
		}
		c.keys[ch.party] = keys{nodes: ch.at.nodes, seal: ch.inForce.seal, threshold: ch.inForce.threshold}
	}
	return nil
}

// chain is a keychain that is being followed.
type chain struct {
	Keychain
	party       int
	at, inForce keys
	done        int
	err         error // why it does not go on
}

func (ch *chain) goOn(c *charterView) {
	if ch.done == 0 {
		ch.inForce = ch.at
	}
	for ; ch.done < len(ch.Links); ch.done++ {
		if ch.err = ch.at.change(c, ch.party, ch.Links[ch.done]); ch.err != nil {
			return
		}
		if ch.done < ch.Sealed {
			ch.inForce = ch.at
		}
	}
}

// sealSet are seal keys that a party had at some time.
type sealSet struct {
	lines     []string
	threshold int
}

// agree checks that every other party has sealed a text, under keys that it is known to have had.
func (c *charterView) agree(i int, agreed map[string][]string, text []byte, policy seal.Policy) error {
	if len(agreed) != len(c.Parties)-1 {
		return fmt.Errorf("%d parties agree", len(agreed))
	}
	for j, p := range c.Parties {
		if j == i {
			continue
		}
		err := fmt.Errorf("%s does not agree", p.ID)
		for _, s := range c.sets[j] {
			if _, err = seal.Signers(agreed[p.ID], s.lines, s.threshold, seal.NamespaceKeys, text, policy); err == nil {
				break
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// founding are the keys with which a party founded the mechanism.
func (c *charterView) founding(i int) keys {
	p := c.Parties[i]
	return keys{nodes: []nodeKeys{p.Keys.nodeKeys}, seal: p.Keys.Seal, threshold: p.Keys.Threshold}
}

// change follows one link. With an error nothing has changed.
func (k *keys) change(c *charterView, i int, l Link) error {
	switch l.Type {
	case "party.succeed":
		return k.succeed(c, i, l.Body)
	case "party.generation":
		return k.generation(c, i, l.Body)
	default:
		return fmt.Errorf("a link of type %s", l.Type)
	}
}

func (k *keys) succeed(c *charterView, i int, body []byte) error {
	number := k.successions + 1

	var b struct {
		Agreed     map[string][]string `json:"agreed"`
		Lost       string              `json:"lost"`
		Number     int                 `json:"number"`
		Seal       []string            `json:"seal"`
		Signatures []string            `json:"signatures"`
		Successors []string            `json:"successors"`
		Threshold  int                 `json:"threshold"`
	}
	if err := json.Unmarshal(body, &b, json.RejectUnknownMembers(true)); err != nil {
		return err
	}
	if b.Number != number || b.Threshold < 1 || b.Threshold > len(b.Seal) {
		return fmt.Errorf("succession %d is not number %d", b.Number, number)
	}
	says := map[string]any{"mechanism": c.id, "number": number, "party": c.Parties[i].ID, "seal": b.Seal, "statement": "entente seal keys v1", "threshold": b.Threshold}
	if len(b.Agreed) > 0 {
		says["lost"], says["statement"] = b.Lost, "entente seal keys replaced v1"
	}
	message, err := entry.Canonical(says)
	if err != nil {
		return err
	}
	policy := seal.Policy{RequirePIN: c.Rules.RequirePIN}
	switch {
	case len(b.Agreed) > 0 && len(b.Signatures) == 0:
		err = c.agree(i, b.Agreed, message, policy)
	case len(b.Agreed) == 0 && b.Lost == "":
		_, err = seal.Signers(b.Signatures, k.seal, k.threshold, seal.NamespaceKeys, message, policy)
	default:
		err = fmt.Errorf("succession %d is signed in two ways", number)
	}
	if err != nil {
		return err
	}
	if _, err := seal.Signers(b.Successors, b.Seal, b.Threshold, seal.NamespaceKeys, message, policy); err != nil {
		return err
	}
	c.sets[i] = append(c.sets[i], sealSet{b.Seal, b.Threshold})
	k.seal, k.threshold, k.successions = b.Seal, b.Threshold, number
	return nil
}

func (k *keys) generation(c *charterView, i int, body []byte) error {
	var b struct {
		Agreed     map[string][]string `json:"agreed"`
		Signatures []string            `json:"signatures"`
		Statement  jsontext.Value      `json:"statement"`
	}
	if err := json.Unmarshal(body, &b, json.RejectUnknownMembers(true)); err != nil {
		return err
	}
	var st struct {
		Generation int      `json:"generation"`
		Keys       nodeKeys `json:"keys"`
		Mechanism  string   `json:"mechanism"`
		Party      string   `json:"party"`
		Reason     string   `json:"reason"`
		Statement  string   `json:"statement"`
	}
	if err := json.Unmarshal(b.Statement, &st); err != nil {
		return err
	}
	if st.Generation != len(k.nodes)+1 || st.Mechanism != c.id || st.Party != c.Parties[i].ID || st.Statement != "entente generation v1" {
		return fmt.Errorf("generation %d of %s does not follow", st.Generation, st.Party)
	}
	// The statement stands in canonical JSON, and is signed as it stands.
	policy := seal.Policy{RequirePIN: c.Rules.RequirePIN}
	if _, err := seal.Signers(b.Signatures, k.seal, k.threshold, seal.NamespaceKeys, bytes.Clone(b.Statement), policy); err != nil {
		return err
	}
	if st.Reason == "fork" { // two histories are settled by all: fork-settled
		if err := c.agree(i, b.Agreed, bytes.Clone(b.Statement), policy); err != nil {
			return err
		}
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
