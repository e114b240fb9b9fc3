// Package ledger owns one party's log as mathematics: Merkle trees, signed checkpoints, receipts and proofs.
//
// It speaks the formats of transparency logs (RFC 6962, C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles, tlog-proof), so that public tools
// can check what it makes. It stores nothing, sends nothing and asks no clock. docs/protocol.md 3.
package ledger

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a SHA-256 digest in a Merkle tree.
type Hash = [32]byte

// EmptyRoot is the root of a tree without leaves: SHA-256 of nothing.
var EmptyRoot = Hash{0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
	0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}

// MaxSize bounds a log, so that no index computed from a peer's number can overflow.
const MaxSize = 1 << 40

// LeafHash is SHA-256(0x00 ‖ leaf).
func LeafHash(leaf []byte) Hash { return Hash(tlog.RecordHash(leaf)) }

// ReadTile reads the stored hashes of a tile: up to 256 of them, 32 bytes each. Level 0 holds leaf hashes, level n+1 the roots of full tiles of level n.
type ReadTile func(level int, n int64) ([]byte, error)

// tileHeight is log2 of a tile's width, as in C2SP tlog-tiles.
const tileHeight = 8

// reader serves tlog's stored-hash indexes from tiles.
func reader(read ReadTile) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		kept := map[[2]int64][]byte{}
		out := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			t := tlog.TileForIndex(tileHeight, x)
			key := [2]int64{int64(t.L), t.N}
			data, ok := kept[key]
			if !ok {
				var err error
				if data, err = read(t.L, t.N); err != nil {
					return nil, fmt.Errorf("tile %d/%d: %w", t.L, t.N, err)
				}
				kept[key] = data
			}
			h, err := tlog.HashFromTile(t, data, x)
			if err != nil {
				return nil, err
			}
			out[i] = h
		}
		return out, nil
	})
}

// RootAt is the root of the first size leaves.
func RootAt(size int64, read ReadTile) (Hash, error) {
	if size < 0 || size > MaxSize {
		return Hash{}, errSize
	}
	h, err := tlog.TreeHash(size, reader(read))
	return Hash(h), err
}

var (
	errSize = errors.New("size or index out of range")
	// ErrProof is wrapped when a proof does not prove what it should.
	ErrProof = errors.New("the proof does not fit")
)

// ProveInclusion proves that leaf index is in the tree of size leaves.
func ProveInclusion(size, index int64, read ReadTile) ([]Hash, error) {
	if index < 0 || index >= size || size > MaxSize {
		return nil, errSize
	}
	p, err := tlog.ProveRecord(size, index, reader(read))
	return hashes(p), err
}

// CheckInclusion verifies ProveInclusion.
func CheckInclusion(proof []Hash, size int64, root Hash, index int64, leaf Hash) error {
	if index < 0 || index >= size || size > MaxSize {
		return errSize
	}
	if err := tlog.CheckRecord(tlogHashes(proof), size, tlog.Hash(root), index, tlog.Hash(leaf)); err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	return nil
}

// ProveConsistency proves that the tree of old leaves is a prefix of the tree of size leaves. It is empty if they are equal or old is 0.
func ProveConsistency(size, old int64, read ReadTile) ([]Hash, error) {
	if old < 0 || old > size || size > MaxSize {
		return nil, errSize
	}
	if old == 0 {
		return nil, nil
	}
	p, err := tlog.ProveTree(size, old, reader(read))
	return hashes(p), err
}

// CheckConsistency verifies ProveConsistency.
func CheckConsistency(proof []Hash, size int64, root Hash, old int64, oldRoot Hash) error {
	switch {
	case old < 0 || old > size || size > MaxSize:
		return errSize
	case old == size:
		if len(proof) > 0 || root != oldRoot {
			return ErrProof
		}
		return nil
	case old == 0:
		if len(proof) > 0 || oldRoot != EmptyRoot {
			return ErrProof
		}
		return nil
	}
	if err := tlog.CheckTree(tlogHashes(proof), size, tlog.Hash(root), old, tlog.Hash(oldRoot)); err != nil {
		return fmt.Errorf("%w: %w", ErrProof, err)
	}
	return nil
}

func hashes(p []tlog.Hash) []Hash {
	out := make([]Hash, len(p))
	for i, h := range p {
		out[i] = Hash(h)
	}
	return out
}

func tlogHashes(p []Hash) []tlog.Hash {
	out := make([]tlog.Hash, len(p))
	for i, h := range p {
		out[i] = tlog.Hash(h)
	}
	return out
}
