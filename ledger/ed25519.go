package ledger

import "crypto/ed25519"

// verifyEd25519 alone checks Ed25519 signatures of this package: thousands of simulated years ask it the same again and again, and put something in its place that remembers.
func verifyEd25519(public ed25519.PublicKey, message, signature []byte) bool {
	return ed25519.Verify(public, message, signature)
}
