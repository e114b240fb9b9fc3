package floor

import "crypto/sha256"

// Tree is a Merkle tree as RFC 6962 has it, of which only the right edge is kept.
type Tree struct {
	size  int64
	edge  [][32]byte // roots of the complete subtrees, the largest first
	block []byte
}

// Add adds a leaf.
func (t *Tree) Add(leaf []byte) {
	t.block = append(append(t.block[:0], 0), leaf...)
	h := sha256.Sum256(t.block)
	for n := t.size; n&1 == 1; n >>= 1 {
		h = node(t.edge[len(t.edge)-1], h)
		t.edge = t.edge[:len(t.edge)-1]
	}
	t.edge = append(t.edge, h)
	t.size++
}

// Root is the root of all leaves so far.
func (t *Tree) Root() [32]byte {
	if t.size == 0 {
		return sha256.Sum256(nil)
	}
	h := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		h = node(t.edge[i], h)
	}
	return h
}

func node(left, right [32]byte) [32]byte {
	var b [65]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[33:], right[:])
	return sha256.Sum256(b[:])
}
