package proof

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/refusal"
	"entente.example/seal"
)

type chainTest struct {
	testing.TB
	charter *charterView
}

func (t chainTest) key(n byte) (ssh.Signer, string) {
	t.Helper()
	s, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(append([]byte{n}, make([]byte, 31)...)))
	if err != nil {
		t.Fatal(err)
	}
	return s, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(s.PublicKey())))
}

func (t chainTest) canonical(v any) []byte {
	t.Helper()
	b, err := entry.Canonical(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (t chainTest) sign(by byte, message []byte) string {
	t.Helper()
	s, _ := t.key(by)
	armor, err := seal.Sign(s, seal.NamespaceKeys, message)
	if err != nil {
		t.Fatal(err)
	}
	return armor
}

// newChain is a charter of two parties whose seal keys are number 1 and 2.
func newChain(tb testing.TB) chainTest {
	tb.Helper()
	t := chainTest{TB: tb}
	party := func(id string, n byte) map[string]any {
		_, line := t.key(n)
		raw := []byte{n}
		return map[string]any{"id": id, "keys": map[string]any{"log_ed25519": raw, "log_mldsa44": raw, "witness_ed25519": raw, "witness_mldsa44": raw, "seal": []string{line}, "threshold": 1}}
	}
	c, err := readCharter(t.canonical(map[string]any{"parties": []any{party("a", 1), party("b", 2)}}))
	if err != nil {
		tb.Fatal(err)
	}
	t.charter = c
	return t
}

func (t chainTest) succeed(number int, by, to byte) Link { return t.succession("a", number, by, to) }

func (t chainTest) succession(party string, number int, by, to byte) Link {
	t.Helper()
	_, line := t.key(to)
	m := t.canonical(map[string]any{"mechanism": t.charter.id, "number": number, "party": party, "seal": []string{line}, "statement": "entente seal keys v1", "threshold": 1})
	return Link{Type: "party.succeed", Body: t.canonical(map[string]any{"number": number, "seal": []string{line}, "signatures": []string{t.sign(by, m)}, "successors": []string{t.sign(to, m)}, "threshold": 1})}
}

func (t chainTest) generation(gen int, by byte, party string) Link {
	return t.opening(gen, by, party, "loss", 0)
}

// opening is a generation; agreed is the number of b's key, if b has sealed it, too.
func (t chainTest) opening(gen int, by byte, party, reason string, agreed byte) Link {
	t.Helper()
	raw := []byte{byte(gen)}
	st := t.canonical(map[string]any{"generation": gen, "head": map[string]any{"root": "", "size": 1}, "keys": map[string]any{"log_ed25519": raw, "log_mldsa44": raw, "witness_ed25519": raw, "witness_mldsa44": raw},
		"lost": "", "mechanism": t.charter.id, "party": party, "reason": reason, "statement": "entente generation v1"})
	body := map[string]any{"signatures": []string{t.sign(by, st)}, "statement": json.RawMessage(st)}
	if agreed > 0 {
		body["agreed"] = map[string]any{"b": []string{t.sign(agreed, st)}}
	}
	return Link{Type: "party.generation", Body: t.canonical(body)}
}

// A stranger who knows the charter follows the chain of keys. A link that is missing, repeated, of somebody else or sealed by a key that is not in force breaks it.
// SPEC proof-keychain.
func TestKeychain(tb *testing.T) {
	t := newChain(tb)
	good := []Link{t.generation(2, 1, "a"), t.succeed(1, 1, 3), t.generation(3, 3, "a")}
	chain := t.canonical(Keychain{Links: good, Sealed: 1})
	if err := t.charter.follow(map[int][]byte{0: chain}); err != nil {
		t.Fatal(err)
	}
	_, first := t.key(1)
	if k := t.charter.keys[0]; len(k.nodes) != 3 || !bytes.Equal(k.nodes[2].LogEd25519, []byte{3}) || k.seal[0] != first {
		t.Fatalf("the seal was made before the succession: %+v", k)
	}
	for name, links := range map[string][]Link{"a generation is missing": {good[1], good[2]}, "a generation twice": {good[0], good[0]}, "sealed by a replaced key": {good[0], good[1], t.generation(3, 1, "a")},
		"sealed by nobody of the party": {t.generation(2, 2, "a")}, "another party's": {t.generation(2, 1, "b")}, "a succession by a stranger": {t.succeed(1, 4, 4)}, "a succession is missing": {t.succeed(2, 1, 3)},
		"no links": {}, "an unknown link": {{Type: "party.mandate", Body: []byte(`{}`)}}} {
		u := newChain(tb)
		if err := u.charter.follow(map[int][]byte{0: u.canonical(Keychain{Links: links})}); refusal.As(err).Key != "proof.keychain" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// agreed is a succession of lost keys of a, by the word of b.
func (t chainTest) agreed(number int, lost string, by, to byte) Link {
	t.Helper()
	_, line := t.key(to)
	text := t.canonical(map[string]any{"lost": lost, "mechanism": t.charter.id, "number": number, "party": "a", "seal": []string{line}, "statement": "entente seal keys replaced v1", "threshold": 1})
	return Link{Type: "party.succeed", Body: t.canonical(map[string]any{"agreed": map[string]any{"b": []string{t.sign(by, text)}}, "lost": lost, "number": number, "seal": []string{line}, "signatures": []string{},
		"successors": []string{t.sign(to, text)}, "threshold": 1})}
}

// Where a party's seal keys were lost, the chain goes on by the word of every other party, under keys that they are known to have had, whichever chain is looked at first.
// SPEC proof-keychain, seal-keys-agreed
func TestKeychainOverLostKeys(tb *testing.T) {
	t := newChain(tb)
	of := func(links ...Link) []byte { return t.canonical(Keychain{Links: links, Sealed: len(links)}) }
	theirs := of(t.succession("b", 1, 2, 5))
	for name, chain := range map[string][]byte{"by the keys of the charter": of(t.agreed(1, "fire", 2, 3), t.generation(2, 3, "a")), "by keys that b had later": of(t.agreed(1, "fire", 5, 3), t.succeed(2, 3, 4))} {
		u := newChain(tb)
		if err := u.charter.follow(map[int][]byte{0: chain, 1: theirs}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	both := t.agreed(1, "fire", 2, 3)
	both.Body = bytes.Replace(both.Body, []byte(`"signatures":[]`), []byte(`"signatures":["x"]`), 1)
	other := t.agreed(1, "fire", 2, 3)
	other.Body = bytes.Replace(other.Body, []byte(`"lost":"fire"`), []byte(`"lost":"flood"`), 1)
	for name, chain := range map[string][]byte{"by nobody that is known": of(t.agreed(1, "fire", 6, 3)), "by itself": of(t.agreed(1, "fire", 1, 3)), "by the others' keys that nobody vouches for": of(t.agreed(1, "fire", 5, 3)),
		"another text": of(other), "a second time": of(t.agreed(1, "fire", 2, 3), t.agreed(1, "fire", 2, 3)), "signed in two ways": of(both), "with the words of a loss and the keys in force": of(t.succeedLost(1, 1, 3))} {
		u := newChain(tb)
		if err := u.charter.follow(map[int][]byte{0: chain}); refusal.As(err).Key != "proof.keychain" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A generation that opens over two histories of a log is vouched for by everybody, or by nobody. SPEC fork-settled
func TestKeychainOverAFork(tb *testing.T) {
	t := newChain(tb)
	for name, c := range map[string]struct {
		link Link
		ok   bool
	}{"sealed by all": {t.opening(2, 1, "a", "fork", 2), true}, "by the party alone": {t.opening(2, 1, "a", "fork", 0), false}, "by a stranger": {t.opening(2, 1, "a", "fork", 6), false}, "by itself twice": {t.opening(2, 1, "a", "fork", 1), false}} {
		u := newChain(tb)
		if err := u.charter.follow(map[int][]byte{0: u.canonical(Keychain{Links: []Link{c.link}})}); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func (t chainTest) succeedLost(number int, by, to byte) Link {
	l := t.succeed(number, by, to)
	l.Body = append([]byte(`{"lost":"fire",`), l.Body[1:]...)
	return l
}

func FuzzKeychain(f *testing.F) {
	t := newChain(f)
	f.Add(t.canonical(Keychain{Links: []Link{t.succeed(1, 1, 3)}, Sealed: 1}))
	f.Add(t.canonical(Keychain{Links: []Link{t.agreed(1, "fire", 2, 3)}, Sealed: 1}))
	f.Add([]byte(`{"links":[{"body":{},"type":"party.generation"}],"sealed":0}`))
	f.Fuzz(func(tt *testing.T, b []byte) {
		u := newChain(tt)
		if err := u.charter.follow(map[int][]byte{0: b}); err == nil && (len(u.charter.keys[0].nodes) == 0 || u.charter.keys[0].threshold > len(u.charter.keys[0].seal)) {
			tt.Fatalf("keys that cannot seal: %+v", u.charter.keys[0])
		}
	})
}
