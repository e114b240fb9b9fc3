package keys

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/mlkem"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/tls"
	"fmt"

	"entente.example/internal/carrier/pinned"
)

// Shared is the secret that this node and another can both compute and nobody else, from their pouch keys: X25519 of the classical halves, each use under a label of its own. Nothing
// that is made with it proves anything to a third person, since either of the two could have made it.
func (k *NodeKey) Shared(pouch []byte, use string) ([32]byte, error) {
	if len(pouch) != mlkem.EncapsulationKeySize768+32 {
		return [32]byte{}, fmt.Errorf("keys: a pouch key has %d bytes", mlkem.EncapsulationKeySize768+32)
	}
	theirs, err := ecdh.X25519().NewPublicKey(pouch[mlkem.EncapsulationKeySize768:])
	if err != nil {
		return [32]byte{}, fmt.Errorf("keys: the counterpart's key: %w", err)
	}
	secret, err := k.agreement().ECDH(theirs)
	if err != nil {
		return [32]byte{}, fmt.Errorf("keys: the counterpart's key: %w", err)
	}
	b, err := hkdf.Key(sha256.New, secret, nil, "entente v1 shared "+use, 32)
	if err != nil {
		panic("keys: HKDF with fixed lengths cannot fail: " + err.Error())
	}
	return [32]byte(b), nil
}

// agreement is the X25519 half of the pouch identity: the last 32 of the 96 bytes that its seed expands to.
func (k *NodeKey) agreement() *ecdh.PrivateKey {
	seed := k.derive(pouchLabel)
	expanded := sha3.SumSHAKE256(seed[:], 64+32)
	key, err := ecdh.X25519().NewPrivateKey(expanded[64:])
	if err != nil {
		panic("keys: 32 bytes are always an X25519 key: " + err.Error())
	}
	return key
}

// CustomerCertificate is what this node shows to the good offices with that pin, and its own pin there. Each office sees another key, and none of them the one in the charter.
func (k *NodeKey) CustomerCertificate(office pinned.Pin) (tls.Certificate, pinned.Pin, error) {
	key := k.ed25519("customer ed25519 " + string(office))
	cert, err := certificate(key, nil)
	return cert, pinOf(key), err
}
