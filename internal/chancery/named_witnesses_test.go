package chancery

import (
	"crypto/ed25519"
	"testing"

	"entente.example/internal/config"
	"entente.example/internal/witness"
	"entente.example/ledger"
	"entente.example/refusal"
)

// What the parties name is asked from here only as far as our operator lets this node speak to others on their word: over https, unless private networks are allowed, and not at all if so set. SPEC witness-named.
func TestTheOperatorSaysWhetherNamedWitnessesAreAsked(t *testing.T) {
	ml, err := ledger.NewMLDSAKey([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	s, err := ledger.NewWitnessSigner("witness.example/w1", ed25519.NewKeyFromSeed(make([]byte, 32)), ml)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := s.VKeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		url  string
		set  config.Witnesses
		want string
	}{
		{"https://witness.example", config.Default().Witnesses, ""},
		{"http://witness.example", config.Default().Witnesses, "witness.private"},
		{"http://10.0.0.7:7445", config.Witnesses{Named: true, Private: true}, ""},
		{"https://witness.example", config.Witnesses{Private: true}, "witness.not_asked"},
	} {
		p, err := witness.NewPeer(c.url, keys[:])
		if err != nil {
			t.Fatal(err)
		}
		node := &Chancery{cfg: config.Config{Witnesses: c.set}}
		got := ""
		if err := node.refuses(asked{Peer: p, named: "w-1"}); err != nil {
			got = refusal.As(err).Key
		}
		if got != c.want {
			t.Errorf("%s with %+v: %q", c.url, c.set, got)
		}
	}
}
