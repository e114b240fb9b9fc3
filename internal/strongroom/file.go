package strongroom

import (
	"context"
	"errors"
	"fmt"
	"io"

	"entente.example/enclosure"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// File reads the file of a whole body, from anywhere in it. It holds one piece in memory.
type File struct {
	Name string // as it was attached, "" if it had none
	Size int64
	Salt enclosure.Salt

	room   *Room
	ctx    context.Context
	id     store.BodyID
	key    key
	commit enclosure.Commitment
	begin  int64 // of the file in the body
	at     int64 // in the file
	n      int64 // piece in memory, -1 if none
	piece  []byte
}

var _ io.ReadSeeker = (*File)(nil)

// Open opens the file of a body for reading, as long as ctx lasts. One that is not here, or not whole yet, is refused with how far it is.
func (r *Room) Open(ctx context.Context, mech string, c enclosure.Commitment) (*File, error) {
	b, k, err := r.find(ctx, mech, c.Digest())
	if err != nil && !errors.Is(err, store.ErrMissing) {
		return nil, err
	}
	if err != nil || b.Held < c.Pieces() {
		return nil, refusal.New(refusal.Stale, "body.on_its_way", "percent", fmt.Sprint(100*b.Held/c.Pieces()))
	}
	f := &File{room: r, ctx: ctx, id: b.ID, key: k, commit: c, n: -1, Salt: k.salt}
	first, err := f.load(0)
	if err != nil {
		return nil, err
	}
	h, begin := enclosure.ReadHeader(first)
	f.Name, f.begin, f.Size = h.Name, int64(begin), c.Size-int64(begin)
	return f, nil
}

// load has a piece in memory.
func (f *File) load(n int64) ([]byte, error) {
	if f.n == n {
		return f.piece, nil
	}
	sealed, err := f.room.o.Bodies.Piece(f.ctx, f.id, n)
	if err != nil {
		return nil, full(err)
	}
	if f.piece, err = f.key.open(kindPiece, n, sealed.Data); err != nil {
		return nil, err
	}
	f.n = n
	return f.piece, nil
}

// Read implements io.Reader.
func (f *File) Read(b []byte) (int, error) {
	if f.at >= f.Size {
		return 0, io.EOF
	}
	place := f.begin + f.at
	piece, err := f.load(place / enclosure.PieceBytes)
	if err != nil {
		return 0, err
	}
	n := copy(b, piece[place%enclosure.PieceBytes:])
	f.at += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (f *File) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.Size
	}
	if offset < 0 {
		return 0, errors.New("before the beginning")
	}
	f.at = offset
	return offset, nil
}

// Verify reads a whole body and checks every piece against its commitment again.
func (r *Room) Verify(ctx context.Context, mech string, c enclosure.Commitment) error {
	b, k, err := r.find(ctx, mech, c.Digest())
	if err != nil {
		return err
	}
	for n := range c.Pieces() {
		p, err := r.piece(ctx, b.ID, k, c.Digest(), n)
		if err != nil {
			return err
		}
		if err := c.Verify(p); err != nil {
			return err
		}
	}
	return nil
}

// Whole reads a body with its header and its salt, for whoever proves it to a stranger. It is for bodies that fit into memory.
func (r *Room) Whole(ctx context.Context, mech string, c enclosure.Commitment) ([]byte, enclosure.Salt, error) {
	b, k, err := r.find(ctx, mech, c.Digest())
	if err != nil {
		return nil, k.salt, err
	}
	out := make([]byte, 0, c.Size)
	for n := range c.Pieces() {
		p, err := r.piece(ctx, b.ID, k, c.Digest(), n)
		if err != nil {
			return nil, k.salt, err
		}
		out = append(out, p.Bytes...)
	}
	return out, k.salt, nil
}
