package ledger

import "crypto/ed25519"

// signEd25519 and verifyEd25519 alone make and check Ed25519 signatures of this package: thousands of simulated years ask the same again and again, and put something in their place that remembers.
func signEd25519(key ed25519.PrivateKey, message []byte) []byte { return ed25519.Sign(key, message) }

func verifyEd25519(public ed25519.PublicKey, message, signature []byte) bool {
	return ed25519.Verify(public, message, signature)
}
