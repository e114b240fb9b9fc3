package keys

import (
	"encoding/base64"
	"testing"
)

// Both nodes compute the same secret from what the charter lists, another for each use, and a third node a different one. A wrong expansion of the seed would compute secrets that the
// other side cannot.
func TestShared(t *testing.T) {
	a, b, c := FromSeed([32]byte{1}), FromSeed([32]byte{2}), FromSeed([32]byte{3})
	public := func(k *NodeKey) []byte {
		raw, err := base64.StdEncoding.DecodeString(k.Public().Pouch)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	shared := func(own, other *NodeKey, use string) [32]byte {
		s, err := own.Shared(public(other), use)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if string(a.agreement().PublicKey().Bytes()) != string(public(a)[1184:]) {
		t.Fatal("the key for agreements is not the X25519 half of the pouch recipient")
	}
	if shared(a, b, "x") != shared(b, a, "x") {
		t.Error("the two ends disagree")
	}
	if shared(a, b, "x") == shared(a, b, "y") || shared(a, b, "x") == shared(a, c, "x") {
		t.Error("another use or another pair has the same secret")
	}
	if _, err := a.Shared(public(b)[1:], "x"); err == nil {
		t.Error("a key that is too short is taken")
	}
	zero := append(public(b)[:1184:1184], make([]byte, 32)...)
	if _, err := a.Shared(zero, "x"); err == nil {
		t.Error("a key of low order is taken: the secret would be known to everybody")
	}
}

// A customer's key is another one at every office, and is not the one in the charter: two offices cannot tell that they have the same customer, nor who it is.
func TestCustomerKeys(t *testing.T) {
	k := FromSeed([32]byte{1})
	_, one, err := k.CustomerCertificate("aa")
	if err != nil {
		t.Fatal(err)
	}
	_, other, err := k.CustomerCertificate("bb")
	if err != nil || one == other || string(one) == k.Public().TLS || !one.Valid() {
		t.Errorf("%v %s %s", err, one, other)
	}
}
