package strongroom_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"entente.example/enclosure"
	"entente.example/internal/store"
	"entente.example/internal/strongroom"
	"entente.example/refusal"
)

// distant are bodies on a shelf that cannot be reached at times; what they are is known all the same.
type distant struct {
	store.Bodies
	away  bool
	drops int // that were tried
}

func (d *distant) Add(ctx context.Context, id store.BodyID, pieces []store.BodyPiece) (int64, error) {
	if d.away {
		return 0, store.ErrAway
	}
	return d.Bodies.Add(ctx, id, pieces)
}

func (d *distant) Piece(ctx context.Context, id store.BodyID, n int64) (store.BodyPiece, error) {
	if d.away {
		return store.BodyPiece{}, store.ErrAway
	}
	return d.Bodies.Piece(ctx, id, n)
}

func (d *distant) Drop(ctx context.Context, id store.BodyID) error {
	d.drops++
	if d.away {
		return store.ErrAway
	}
	return d.Bodies.Drop(ctx, id)
}

// Where bodies lie cannot be reached: it is said so, nothing is lost, an erasure burns the key at once and is done only when the bytes are gone too, and a room opens all the same.
func TestAwayAndBack(t *testing.T) {
	v := newVault(t)
	kept, gone := v.stage(noise(100)), v.stage(noise(200))
	d := &distant{Bodies: v.bodies}
	open := func() *strongroom.Room {
		r, err := strongroom.Open(t.Context(), strongroom.Options{Bodies: d, Keys: filepath.Join(v.dir, "keys"), Rand: rand.Reader, Now: time.Now, Limits: v.limits, Free: func() (int64, error) { return v.free, nil }})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := open()
	d.away = true
	_, opened := r.Open(t.Context(), mech, kept)
	_, staged := r.Stage(t.Context(), mech, enclosure.Erasable, "text/plain", enclosure.Header{}, bytes.NewReader(noise(10)))
	_, read := r.Read(t.Context(), mech, kept.Digest(), 0)
	for what, err := range map[string]error{"opening": opened, "staging": staged, "reading": read, "erasing": r.Erase(t.Context(), mech, gone.Digest())} {
		if why := refusal.As(err); why.Key != "body.away" || why.Kind != refusal.Unavailable {
			t.Errorf("%s ends with %v", what, err)
		}
	}
	if _, err := r.Read(t.Context(), mech, gone.Digest(), 0); !errors.Is(err, store.ErrMissing) {
		t.Errorf("what was erased can still be read: %v", err)
	}
	d.drops = 0
	again := open() // with the body whose key is burnt, and the upload that was cut off
	if d.drops != 1 {
		t.Errorf("a room that opens has knocked %d times", d.drops)
	}
	if err := again.Tidy(t.Context()); refusal.As(err).Key != "body.away" {
		t.Errorf("tidying ends with %v", err)
	}
	d.away = false
	if err := again.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := v.bodies.List(t.Context())
	if err != nil || len(all) != 1 || all[0].Commit != kept.Digest() {
		t.Errorf("%+v is left, %v", all, err)
	}
	if err := again.Verify(t.Context(), mech, kept); err != nil {
		t.Error(err)
	}
}
