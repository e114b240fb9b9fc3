package strongroom

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"slices"

	"entente.example/enclosure"
	"entente.example/internal/store"
	"entente.example/ledger"
	"entente.example/refusal"
)

// stage is a body that is coming in from our own side.
type stage struct {
	room   *Room
	ctx    context.Context
	mech   string
	id     store.BodyID
	key    key
	tree   *enclosure.Tree
	prefix int64
	size   int64
	batch  []store.BodyPiece
}

// fill reads to the end, sealing piece by piece.
func (s *stage) fill(src io.Reader) error {
	piece := make([]byte, enclosure.PieceBytes)
	for {
		n, err := io.ReadFull(src, piece)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return err
		}
		if n > 0 {
			s.size += int64(n)
			if s.size-s.prefix > s.room.MaxFile() {
				return TooLarge(s.room.MaxFile())
			}
			s.batch = append(s.batch, store.BodyPiece{N: s.tree.Pieces(), Data: s.key.seal(kindPiece, s.tree.Pieces(), piece[:n])})
			s.tree.Append(piece[:n])
		}
		if err != nil || len(s.batch) == addAtOnce {
			if err := s.flush(); err != nil {
				return err
			}
		}
		if err != nil {
			if s.size == s.prefix {
				return refusal.New(refusal.Invalid, "body.empty")
			}
			return nil
		}
	}
}

func (s *stage) flush() error {
	if len(s.batch) == 0 {
		return nil
	}
	if err := s.room.room(s.ctx, s.mech, int64(len(s.batch))*enclosure.PieceBytes); err != nil {
		return err
	}
	_, err := s.room.o.Bodies.Add(s.ctx, s.id, s.batch)
	s.batch = s.batch[:0]
	return err
}

// settle names the body by its commitment and keeps the proofs of its pieces.
func (s *stage) settle(class, media string) (enclosure.Commitment, error) {
	root := s.tree.Root()
	commit := enclosure.Commit(s.key.salt, root)
	c := enclosure.Commitment{Class: class, Commit: hex.EncodeToString(commit[:]), Media: media, Size: s.size}
	if err := c.Check(); err != nil {
		return c, err
	}
	return c, s.room.o.Bodies.Settle(s.ctx, s.id, commit, func(n int64) ([]byte, error) {
		proof, err := s.tree.Proof(n)
		return s.key.seal(kindProof, n, joinProof(root, proof)), err
	})
}

// joinProof spells what verifies a piece beside its salt: the root and the hashes.
func joinProof(root ledger.Hash, proof []ledger.Hash) []byte {
	b := bytes.Clone(root[:])
	for _, h := range proof {
		b = append(b, h[:]...)
	}
	return b
}

func splitProof(b []byte) (root ledger.Hash, proof []ledger.Hash, err error) {
	if len(b) == 0 || len(b)%len(root) != 0 {
		return root, nil, store.ErrDamaged
	}
	for h := range slices.Chunk(b, len(root)) {
		proof = append(proof, ledger.Hash(h))
	}
	return proof[0], proof[1:], nil
}
