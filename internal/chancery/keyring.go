package chancery

import (
	"context"
	"crypto/tls"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"

	"entente.example/internal/carrier/direct"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/internal/party"
	"entente.example/ledger"
	"entente.example/proof"
	"entente.example/refusal"
	"entente.example/seal"
)

// The files keys/node.key, keys/node-2.key, … are the node's keys, one for each generation of its logs. The record says which is in use: a key that lies there and that no log has is
// one that was prepared for the next generation.

// ownKeys are the node keys of a chancery.
type ownKeys struct {
	mu   sync.Mutex // guards the rest
	used *keys.NodeKey
	ring []*keys.NodeKey // all that this node has, the first one first
}

// nodeKey is the key in use.
func (c *Chancery) nodeKey() *keys.NodeKey {
	c.own.mu.Lock()
	defer c.own.mu.Unlock()
	return c.own.used
}

// keyRing are all keys of the node: what was sealed to an older one can still be opened.
func (c *Chancery) keyRing() []*keys.NodeKey {
	c.own.mu.Lock()
	defer c.own.mu.Unlock()
	return slices.Clone(c.own.ring)
}

// use takes a key into use, or only onto the ring.
func (c *Chancery) use(k *keys.NodeKey, inUse bool) {
	c.own.mu.Lock()
	defer c.own.mu.Unlock()
	if !slices.Contains(c.own.ring, k) {
		c.own.ring = append(c.own.ring, k)
	}
	if inUse {
		c.own.used = k
	}
}

// nodeKeyFile is the file of the nth key.
func nodeKeyFile(n int) string {
	if n == 1 {
		return NodeKeyFile
	}
	return fmt.Sprintf("node-%d.key", n)
}

// loadKeys reads all node keys, the first one first.
func (c *Chancery) loadKeys() ([]*keys.NodeKey, error) {
	first, err := keys.Load(c.path(KeysDir, NodeKeyFile))
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(c.path(KeysDir, "node-*.key"))
	if err != nil {
		return nil, err
	}
	number := func(path string) int {
		n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "node-"), ".key"))
		return n
	}
	slices.SortFunc(files, func(a, b string) int { return number(a) - number(b) })
	ring := []*keys.NodeKey{first}
	for _, f := range files {
		k, err := keys.Load(f)
		if err != nil {
			return nil, err
		}
		ring = append(ring, k)
	}
	c.own.used, c.own.ring = first, ring
	return ring, nil
}

// chooseKey takes the newest key into use that a log of ours has.
func (c *Chancery) chooseKey(ctx context.Context) error {
	ring := c.keyRing()
	return c.eachOwn(ctx, func(s *node.Snapshot) error {
		k, err := s.NodeKeys(s.Newest(charter.PartyID(s.Self)))
		for i, own := range ring {
			if own.Public().LogEd25519 == k.LogEd25519 && i > slices.Index(ring, c.nodeKey()) {
				c.use(own, true)
			}
		}
		return err
	})
}

// eachOwn looks at every mechanism that we are in.
func (c *Chancery) eachOwn(ctx context.Context, f func(*node.Snapshot) error) error {
	ids, err := c.node.Mechanisms(ctx)
	for i := 0; i < len(ids) && err == nil; i++ {
		err = c.node.Snapshot(ctx, ids[i], f)
	}
	return err
}

// nodeKeys are a key's public halves as a statement lists them.
func nodeKeys(k *keys.NodeKey) charter.NodeKeys {
	p := k.Public()
	return charter.NodeKeys{LogEd25519: p.LogEd25519, LogMLDSA44: p.LogMLDSA44, WitnessEd25519: p.WitnessEd25519, WitnessMLDSA44: p.WitnessMLDSA44, TLS: p.TLS, Pouch: p.Pouch}
}

// credential is how a party's keys came to be what they are: the bodies of its party.succeed and party.generation entries, in the order of its logs. On the line it stands in the
// certificate, in a pouch in the manifest. SPEC line-credential.
type credential struct {
	Mech  string       `json:"mech"`
	Party string       `json:"party"`
	Links []proof.Link `json:"links"`
}

// maxCredential bounds what is shown and read: docs/protocol.md 5.
const maxCredential = parcel.MaxCredential

// credentialOf is our own in a mechanism; without links while our keys are those of the charter.
func credentialOf(s *node.Snapshot) (credential, error) {
	out := credential{Mech: s.ID, Party: s.Self}
	chain, err := keychain(s, charter.PartyID(s.Self), 0)
	if chain != nil {
		out.Links = chain.Links
	}
	return out, err
}

// encode spells credentials. What does not fit is left out from the oldest on: who was away for so many changes hears of them from others.
func encode(all []credential) ([]byte, error) {
	all = slices.DeleteFunc(slices.Clone(all), func(c credential) bool { return len(c.Links) == 0 })
	for len(all) > 0 {
		b, err := json.Marshal(all, json.Deterministic(true))
		if err != nil || len(b) <= maxCredential {
			return b, err
		}
		for i := range all {
			all[i].Links = all[i].Links[min(1, len(all[i].Links)):]
		}
		all = slices.DeleteFunc(all, func(c credential) bool { return len(c.Links) == 0 })
	}
	return nil, nil
}

func decode(b []byte) (all []credential) {
	if len(b) > maxCredential || json.Unmarshal(b, &all, json.RejectUnknownMembers(true)) != nil {
		return nil
	}
	return all
}

// certificate is what we show on the line: our key, and for whoever has not heard of it, by what right it speaks.
func (c *Chancery) certificate(ctx context.Context) (tls.Certificate, error) {
	var all []credential
	err := c.eachOwn(ctx, func(s *node.Snapshot) error {
		own, err := credentialOf(s)
		all = append(all, own)
		return err
	})
	if err != nil {
		return tls.Certificate{}, err
	}
	b, err := encode(all)
	if err != nil {
		return tls.Certificate{}, err
	}
	return c.nodeKey().Certificate(b)
}

// Vouched implements direct.Handler: a key that we do not know speaks for a party if that party's seal keys say so. What we take from the credential is only that; the entries
// themselves come over the line.
func (l *lines) Vouched(pin direct.Pin, shown []byte, want direct.Pin) bool {
	l.mu.Lock()
	expected := map[string]bool{}
	for _, sh := range l.known[want] {
		expected[sh.mech+sh.party] = true
	}
	l.mu.Unlock()
	for _, cr := range decode(shown) {
		if want != "" && !expected[cr.Mech+cr.Party] {
			continue
		}
		var last party.Statement
		err := l.c.node.Snapshot(l.c.ctx, cr.Mech, func(s *node.Snapshot) (err error) {
			last, err = follow(s, cr)
			return err
		})
		if err == nil && last.Keys.TLS == string(pin) {
			l.mu.Lock()
			l.know(pin, shared{cr.Mech, cr.Party, last.Generation})
			l.mu.Unlock()
			return true
		}
	}
	return false
}

var errCredential = refusal.New(refusal.Unverified, "keys.credential")

// follow goes along a credential from the keys that we know of the party, each step signed by the seal keys in force, and returns the newest generation. What we know already is passed over.
func follow(s *node.Snapshot, cr credential) (last party.Statement, err error) {
	id := charter.PartyID(cr.Party)
	if s.Charter().Ordinal(id) < 0 || cr.Party == s.Self {
		return last, errCredential
	}
	p, err := s.Party(id)
	if err != nil {
		return last, err
	}
	lines, threshold := s.Charter().SealKeys(id)
	keys, gen, number := charter.SealKeys{Keys: lines, Threshold: threshold}, s.Newest(id).Gen, p.Successions
	policy := seal.Policy{RequirePIN: s.Charter().Document().Rules.RequirePIN}
	for _, l := range cr.Links {
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

// newcomer is the verifier of a parcel whose sender's key we do not know, if its credential vouches for it.
func newcomer(s *node.Snapshot, m *parcel.Manifest) (v ledger.LogVerifier, err error) {
	for _, cr := range decode(m.Credential) {
		if cr.Mech != s.ID || cr.Party != m.From {
			continue
		}
		st, err := follow(s, cr)
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

// followKeys takes up what parties change about their keys while we run.
func (l *lines) followKeys(ctx context.Context) error {
	changes, stop := l.c.node.Watch()
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case ch := <-changes:
			if !slices.ContainsFunc(ch.Matters, func(key string) bool { return strings.HasPrefix(key, "party/") }) {
				continue
			}
			if err := l.reach(ctx, ch.Mech); err != nil && ctx.Err() == nil {
				l.c.log.Warn("the keys of the other parties could not be looked at", "error", err)
			}
		}
	}
}

// exists reports whether a file is there.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

var errNoSuchReason = refusal.New(refusal.Invalid, "party.bad_generation")
