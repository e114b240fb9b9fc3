// Package shelf keeps bodies on a shelf apart: a folder, or a bucket that understands S3. Which there are, their proofs, and where each piece lies stand in an index on our own disk.
//
// It promises what store.Bodies promises. An object is on the shelf before the index speaks of it, and off the shelf before the index forgets it; what a crash leaves between the two belongs
// to nobody, and Sweep takes it away. Whoever keeps the shelf sees how much there is and when it is read, and nothing of what: pieces come sealed, and names are numbers.
package shelf

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"entente.example/internal/store"
)

// Shelf is where objects lie. A name is a number, a slash, and letters and digits. Errors: store.ErrAway if the shelf cannot be reached, or does not let us; store.ErrFull.
type Shelf interface {
	// Put returns when an object is durable.
	Put(ctx context.Context, name string, data []byte) error
	// Get reads n bytes of an object from a place in it: store.ErrMissing if it has not got them.
	Get(ctx context.Context, name string, at, n int64) ([]byte, error)
	// Remove leaves nothing under a name, which is an object's or what stands before its slash; everything if it is "". It may be repeated.
	Remove(ctx context.Context, name string) error
	// Shelved lists what stands before the slash of every name, each once.
	Shelved(ctx context.Context) ([]string, error)
}

// Index is the ground on which the index lies.
type Index interface {
	store.Bodies
	Checkpoint() error
}

// Bodies implements store.Bodies.
type Bodies struct {
	Index
	shelf Shelf
	rand  io.Reader
}

var _ store.Bodies = (*Bodies)(nil)

// New puts an index and a shelf together. Whoever closes it closes the index.
func New(index Index, shelf Shelf, rand io.Reader) *Bodies { return &Bodies{index, shelf, rand} }

// place says where a piece lies.
type place struct {
	object [objectBytes]byte
	at, n  uint32
}

const (
	objectBytes = 8
	placeBytes  = objectBytes + 8
)

func (p place) encode() []byte {
	return binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(p.object[:], p.at), p.n)
}

func decode(b []byte) (p place, err error) {
	if len(b) != placeBytes {
		return p, fmt.Errorf("%w: a piece's place is %d bytes long", store.ErrDamaged, len(b))
	}
	return place{[objectBytes]byte(b), binary.BigEndian.Uint32(b[objectBytes:]), binary.BigEndian.Uint32(b[objectBytes+4:])}, nil
}

func folder(id store.BodyID) string { return strconv.FormatInt(int64(id), 10) }

func (p place) name(id store.BodyID) string {
	return folder(id) + "/" + hex.EncodeToString(p.object[:])
}

// Add implements store.Bodies. Pieces that come together are one object.
func (b *Bodies) Add(ctx context.Context, id store.BodyID, pieces []store.BodyPiece) (held int64, err error) {
	var p place
	if _, err := io.ReadFull(b.rand, p.object[:]); err != nil {
		return 0, err
	}
	var object []byte
	places := make([]store.BodyPiece, 0, len(pieces))
	for _, piece := range pieces {
		if _, err := b.Index.Piece(ctx, id, piece.N); err == nil {
			continue // it stays as it is
		} else if !errors.Is(err, store.ErrMissing) {
			return 0, err
		}
		p.at, p.n = uint32(len(object)), uint32(len(piece.Data))
		object = append(object, piece.Data...)
		places = append(places, store.BodyPiece{N: piece.N, Data: p.encode(), Proof: piece.Proof, Apart: int64(p.n) - placeBytes})
	}
	if len(places) > 0 {
		if err := b.shelf.Put(ctx, p.name(id), object); err != nil {
			return 0, err
		}
	}
	if held, err = b.Index.Add(ctx, id, places); err != nil && len(places) > 0 {
		_ = b.shelf.Remove(context.WithoutCancel(ctx), p.name(id)) // or Sweep does
	}
	return held, err
}

// Piece implements store.Bodies.
func (b *Bodies) Piece(ctx context.Context, id store.BodyID, n int64) (piece store.BodyPiece, err error) {
	if piece, err = b.Index.Piece(ctx, id, n); err != nil {
		return piece, err
	}
	p, err := decode(piece.Data)
	if err != nil {
		return store.BodyPiece{}, err
	}
	if piece.Data, err = b.shelf.Get(ctx, p.name(id), int64(p.at), int64(p.n)); errors.Is(err, store.ErrMissing) {
		err = fmt.Errorf("%w: object %s is not on the shelf as it was put there", store.ErrDamaged, p.name(id))
	}
	if err != nil {
		return store.BodyPiece{}, err
	}
	return piece, nil
}

// Drop implements store.Bodies: first what lies on the shelf, so that nothing is forgotten that is still there.
func (b *Bodies) Drop(ctx context.Context, id store.BodyID) error {
	if err := b.shelf.Remove(ctx, folder(id)); err != nil {
		return err
	}
	return b.Index.Drop(ctx, id)
}

// Sweep takes away what belongs to no body.
func (b *Bodies) Sweep(ctx context.Context) error {
	shelved, err := b.shelf.Shelved(ctx) // first: what is begun after that is not among it
	if err != nil {
		return err
	}
	all, err := b.List(ctx)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, x := range all {
		known[folder(x.ID)] = true
	}
	for _, name := range shelved {
		if _, err := strconv.ParseUint(name, 10, 63); err != nil || known[name] {
			continue // somebody else's files are not ours to take away
		}
		if err := b.shelf.Remove(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// Try puts something on a shelf, reads it and takes it away again.
func Try(ctx context.Context, s Shelf, rand io.Reader) error {
	said := make([]byte, objectBytes)
	if _, err := io.ReadFull(rand, said); err != nil {
		return err
	}
	name := strings.Join([]string{tried, hex.EncodeToString(said)}, "/")
	if err := s.Put(ctx, name, said); err != nil {
		return err
	}
	heard, err := s.Get(ctx, name, 0, int64(len(said)))
	if err == nil && string(heard) != string(said) {
		err = fmt.Errorf("%w: what was put there comes back as something else", store.ErrDamaged)
	}
	return errors.Join(err, s.Remove(ctx, tried))
}

const tried = "0" // no body has this number
