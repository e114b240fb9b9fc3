package ledger

import (
	"errors"

	"filippo.io/mldsa"
)

// This file alone knows the ML-DSA library; crypto/mldsa takes its place when the toolchain has it.

// MLDSAKey is an ML-DSA-44 private key.
type MLDSAKey struct{ key *mldsa.PrivateKey }

// NewMLDSAKey expands a 32-byte seed (FIPS 204).
func NewMLDSAKey(seed [32]byte) (MLDSAKey, error) {
	k, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), seed[:])
	return MLDSAKey{k}, err
}

// Public is the encoded public key, 1312 bytes.
func (k MLDSAKey) Public() []byte { return k.key.PublicKey().Bytes() }

// String keeps the key out of logs.
func (MLDSAKey) String() string { return "[ML-DSA-44 private key]" }

func (k MLDSAKey) sign(message []byte) ([]byte, error) {
	return k.key.SignDeterministic(message, nil)
}

type mldsaPublic struct{ key *mldsa.PublicKey }

func newMLDSAPublic(raw []byte) (mldsaPublic, error) {
	k, err := mldsa.NewPublicKey(mldsa.MLDSA44(), raw)
	if err != nil {
		return mldsaPublic{}, errors.New("not an ML-DSA-44 public key")
	}
	return mldsaPublic{k}, nil
}

func (p mldsaPublic) verify(message, signature []byte) bool {
	return mldsa.Verify(p.key, message, signature, nil) == nil
}
