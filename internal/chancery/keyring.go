package chancery

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"entente.example/internal/carrier/direct"
	"entente.example/internal/charter"
	"entente.example/internal/courier"
	"entente.example/internal/credential"
	"entente.example/internal/keys"
	"entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/internal/store"
	"entente.example/refusal"
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

// knownTo are the keys of our generations that we still have, the newest first, the one among them by which a party knows our node, and whether that is the present one. If the key that the
// party knows is lost, the newest stands for it: the party has to hear of that by another road.
func (c *Chancery) knownTo(s *node.Snapshot, other string) (own []*keys.NodeKey, known *keys.NodeKey, present bool, err error) {
	all, err := courier.NodeKeys(s, s.Self)
	if err != nil {
		return nil, nil, false, err
	}
	at := len(all)
	if at > 1 {
		rows, err := courier.Remembered(s)
		if err != nil {
			return nil, nil, false, err
		}
		at = courier.KnownBy(s, courier.Acknowledged(s, append(rows, c.posted.of(s.ID, other)...), other, nil))
	}
	theirs := all[len(all)-at]
	for _, of := range all {
		for _, k := range c.keyRing() {
			if string(k.Pin()) != of.TLS || slices.Contains(own, k) {
				continue
			}
			own = append(own, k)
			if of == theirs {
				known = k
			}
		}
	}
	if len(own) == 0 {
		own = []*keys.NodeKey{c.nodeKey()}
	}
	if known == nil {
		known = own[0]
	}
	return own, known, theirs == all[0], nil
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
	ring, err := readRing(c.dir)
	if err == nil {
		c.own.used, c.own.ring = ring[0], ring
	}
	return ring, err
}

// NewestKey is the newest node key in a directory: the one in use, or while a change of keys is under way the one that comes next.
func NewestKey(dir string) (*keys.NodeKey, error) {
	ring, err := readRing(dir)
	if err != nil {
		return nil, err
	}
	return ring[len(ring)-1], nil
}

// readRing reads the node keys of a directory, the first one first.
func readRing(dir string) ([]*keys.NodeKey, error) {
	first, err := keys.Load(filepath.Join(dir, KeysDir, NodeKeyFile))
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, KeysDir, "node-*.key"))
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
	return ring, nil
}

// eachOwn looks at every mechanism that we are in.
func (c *Chancery) eachOwn(ctx context.Context, f func(*node.Snapshot) error) error {
	ids, err := c.node.Mechanisms(ctx)
	if err != nil {
		return err
	}
	return c.each(ctx, ids, f)
}

// each looks at some mechanisms, one after the other.
func (c *Chancery) each(ctx context.Context, mechs []string, f func(*node.Snapshot) error) (err error) {
	for i := 0; i < len(mechs) && err == nil; i++ {
		err = c.node.Snapshot(ctx, mechs[i], f)
	}
	return err
}

// nodeKeys are a key's public halves as a statement lists them.
func nodeKeys(k *keys.NodeKey) charter.NodeKeys {
	p := k.Public()
	return charter.NodeKeys{LogEd25519: p.LogEd25519, LogMLDSA44: p.LogMLDSA44, WitnessEd25519: p.WitnessEd25519, WitnessMLDSA44: p.WitnessMLDSA44, TLS: p.TLS, Pouch: p.Pouch}
}

// certificate is what we show on the line: our key, and for whoever has not heard of it, by what right it speaks.
func (c *Chancery) certificate(ctx context.Context) (tls.Certificate, error) {
	changed, err := c.changedIn(ctx)
	if err != nil {
		return tls.Certificate{}, err
	}
	var all []credential.Credential
	err = c.each(ctx, changed, func(s *node.Snapshot) error {
		own, err := credential.Of(s)
		all = append(all, own)
		return err
	})
	if err != nil {
		return tls.Certificate{}, err
	}
	b, err := credential.Encode(all)
	if err != nil {
		return tls.Certificate{}, err
	}
	return c.nodeKey().Certificate(b)
}

// changedIn are the mechanisms in which our party has changed anything about itself. In all others its keys are those of the charter, and nobody needs to be shown why.
func (c *Chancery) changedIn(ctx context.Context) (out []string, err error) {
	err = c.node.View(ctx, func(r store.Reader) error {
		ids, err := r.Mechanisms()
		for i := 0; i < len(ids) && err == nil; i++ {
			if _, err = r.Matter(ids[i], party.Matter(charter.PartyID(c.cfg.Party))); err == nil {
				out = append(out, ids[i])
			} else if errors.Is(err, store.ErrMissing) {
				err = nil
			}
		}
		return err
	})
	return out, err
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
	for _, cr := range credential.Decode(shown) {
		if want != "" && !expected[cr.Mech+cr.Party] {
			continue
		}
		var last party.Statement
		err := l.c.node.Snapshot(l.c.ctx, cr.Mech, func(s *node.Snapshot) (err error) {
			last, err = cr.Follow(s)
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
