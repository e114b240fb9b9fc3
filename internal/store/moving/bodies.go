package moving

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"entente.example/internal/store"
)

// piecesAtOnce is how many pieces one transaction takes.
const piecesAtOnce = 16

// Bodies copies all bodies into another ground and compares them; what the other ground has beside them goes. Stopped anywhere and called again, it goes on where it stopped. Uploads under way
// stay behind: nobody waits for them when nothing runs. progress counts the pieces. Errors: store.ErrDamaged if something differs.
func Bodies(ctx context.Context, from, to store.Bodies, progress Progress) error {
	there, err := from.List(ctx)
	if err != nil {
		return err
	}
	labels, total, done := map[string]bool{}, int64(0), int64(0)
	for _, b := range there {
		if !b.Staged {
			labels[string(b.Label)], total = true, total+b.Held
		}
	}
	here, err := to.List(ctx)
	if err != nil {
		return err
	}
	for _, b := range here {
		if b.Staged || !labels[string(b.Label)] {
			if err := to.Drop(ctx, b.ID); err != nil {
				return err
			}
		}
	}
	for _, b := range there {
		if b.Staged {
			continue
		}
		if err := carryBody(ctx, from, to, b, func() { done++; progress(done, total) }); err != nil {
			return err
		}
	}
	return nil
}

func carryBody(ctx context.Context, from, to store.Bodies, b store.Body, done func()) error {
	numbers, err := from.Proven(ctx, b.ID)
	if err != nil {
		return err
	}
	copied, err := to.Body(ctx, b.Mech, b.Commit)
	if errors.Is(err, store.ErrMissing) {
		copied = b
		copied.ID, err = to.Begin(ctx, b)
	}
	if err != nil {
		return err
	}
	for at := 0; at < len(numbers); at += piecesAtOnce {
		var batch []store.BodyPiece
		for _, n := range numbers[at:min(at+piecesAtOnce, len(numbers))] {
			p, err := from.Piece(ctx, b.ID, n)
			if err != nil {
				return err
			}
			batch = append(batch, p)
		}
		if _, err := to.Add(ctx, copied.ID, batch); err != nil {
			return err
		}
		for _, p := range batch {
			got, err := to.Piece(ctx, copied.ID, p.N)
			if err == nil && (!bytes.Equal(got.Data, p.Data) || !bytes.Equal(got.Proof, p.Proof)) {
				err = fmt.Errorf("%w: piece %d of a body is another one after it was copied", store.ErrDamaged, p.N)
			}
			if err != nil {
				return err
			}
			done()
		}
	}
	if copied, err = to.Body(ctx, b.Mech, b.Commit); err == nil && (copied.Held != int64(len(numbers)) || copied.Bytes != b.Bytes || copied.Began != b.Began || !bytes.Equal(copied.Label, b.Label)) {
		err = fmt.Errorf("%w: a body of %d pieces, %d bytes has %d pieces, %d bytes after it was copied", store.ErrDamaged, len(numbers), b.Bytes, copied.Held, copied.Bytes)
	}
	return err
}
