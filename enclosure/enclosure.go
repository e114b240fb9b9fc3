// Package enclosure owns what travels beside an entry: the commitment in the leaf, the pieces, and the header that a body begins with.
//
// It promises that a leaf says nothing of a body but size, kind and a salted commitment, which tells nobody anything once the salt is gone; that each piece is verified by
// itself against that commitment; and that no two bodies fit one commitment. It holds and sends nothing. docs/protocol.md 11.
package enclosure

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"entente.example/ledger"
	"entente.example/refusal"
)

// Measures of a body.
const (
	// PieceBytes is the length of every piece but the last. A piece is also the most that an urgent entry waits behind at the sender.
	PieceBytes = 64 << 10
	// MaxFile bounds the file in a body, MaxBytes the body with its header.
	MaxFile  = 1 << 30
	MaxBytes = MaxFile + MaxHeader
	// SaltBytes is the length of a salt.
	SaltBytes = 32
)

// Classes of a body.
const (
	Permanent = "permanent" // kept as long as the record; the annex of a sealed text must be
	Erasable  = "erasable"  // may be dropped by agreement, by rule or by law
)

// Salt keeps a commitment from being guessed.
type Salt = [SaltBytes]byte

// Digest is a commitment's value.
type Digest = [32]byte

// Commitment stands in an entry for a body that is beside it.
type Commitment struct {
	Class  string `json:"class"`
	Commit string `json:"commit"` // 64 hex digits
	Media  string `json:"media"`  // type/subtype
	Size   int64  `json:"size"`   // bytes, the header included
}

// Commit is SHA-256("entente-blob-v1\n" ‖ salt ‖ root), root being the Merkle tree hash of RFC 6962 over the pieces. SPEC body-commitment.
func Commit(salt Salt, root ledger.Hash) Digest {
	b := append([]byte("entente-blob-v1\n"), salt[:]...)
	return sha256.Sum256(append(b, root[:]...))
}

// Check refuses a commitment that cannot be right. SPEC body-limits.
func (c Commitment) Check() error {
	if c.Class != Permanent && c.Class != Erasable {
		return refusal.New(refusal.Invalid, "body.class", "class", c.Class)
	}
	if b, err := hex.DecodeString(c.Commit); err != nil || len(b) != 32 || strings.ToLower(c.Commit) != c.Commit {
		return refusal.New(refusal.Invalid, "body.commitment")
	}
	if !ValidMedia(c.Media) {
		return refusal.New(refusal.Invalid, "body.media", "media", c.Media)
	}
	if c.Size < minHeader || c.Size > MaxBytes {
		return refusal.New(refusal.Invalid, "body.size")
	}
	return nil
}

// Digest is the commitment's value as bytes; zero if it is malformed, which Check refuses.
func (c Commitment) Digest() (d Digest) {
	if b, err := hex.DecodeString(c.Commit); err == nil && len(b) == len(d) {
		copy(d[:], b)
	}
	return d
}

// Pieces is how many pieces the body has.
func (c Commitment) Pieces() int64 { return (c.Size + PieceBytes - 1) / PieceBytes }

// PieceSize is the length of a piece.
func (c Commitment) PieceSize(n int64) int64 { return min(PieceBytes, c.Size-n*PieceBytes) }

const maxMedia = 127

// ValidMedia reports whether s is a media type without parameters, in lower case.
func ValidMedia(s string) bool {
	kind, sub, ok := strings.Cut(s, "/")
	return ok && len(s) <= maxMedia && restricted(kind) && restricted(sub)
}

// restricted reports whether s is a restricted name of RFC 6838 in lower case.
func restricted(s string) bool {
	for i, c := range []byte(s) {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || i > 0 && strings.IndexByte("!#$&-^_.+", c) >= 0) {
			return false
		}
	}
	return s != ""
}
