package moving_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"entente.example/internal/store"
	"entente.example/internal/store/moving"
	"entente.example/internal/store/sqlite"
)

// breaking is a ground that fails after so many calls of Add, and may keep something else than it was given.
type breaking struct {
	store.Bodies
	adds  int
	wrong bool
}

func (b *breaking) Add(ctx context.Context, id store.BodyID, pieces []store.BodyPiece) (int64, error) {
	if b.adds--; b.adds < 0 {
		return 0, store.ErrAway
	}
	if b.wrong {
		pieces = slices.Clone(pieces)
		pieces[0].Data = bytes.Repeat([]byte("!"), len(pieces[0].Data))
	}
	return b.Bodies.Add(ctx, id, pieces)
}

func bodies(t *testing.T) *sqlite.Bodies {
	t.Helper()
	b, err := sqlite.OpenBodies(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "bodies.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func hold(t *testing.T, b store.Bodies, x store.Body, numbers ...int64) store.BodyID {
	t.Helper()
	id, err := b.Begin(t.Context(), x)
	for _, n := range numbers {
		if err == nil {
			_, err = b.Add(t.Context(), id, []store.BodyPiece{{N: n, Data: fmt.Appendf(nil, "%s %d", x.Label, n), Proof: []byte{byte(n)}}})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// A move that is cut off anywhere goes on; what was erased between the two tries does not arrive after all, and what arrives is the same, half a body too.
func TestBodiesMove(t *testing.T) {
	from, to := bodies(t), bodies(t)
	first := hold(t, from, store.Body{Mech: "m", Commit: store.Hash{1}, Label: []byte("a"), Began: 7}, 0, 1, 2)
	hold(t, from, store.Body{Mech: "n", Commit: store.Hash{1}, Label: []byte("b")}, 3, 40)
	hold(t, from, store.Body{Mech: "m", Staged: true, Label: []byte("c")})
	broken := &breaking{Bodies: to, adds: 1}
	if err := moving.Bodies(t.Context(), from, broken, func(int64, int64) {}); !errors.Is(err, store.ErrAway) {
		t.Fatalf("a ground that fails: %v", err)
	}
	if err := from.Drop(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	last, total := int64(0), int64(0)
	if err := moving.Bodies(t.Context(), from, to, func(d, all int64) { last, total = d, all }); err != nil {
		t.Fatal(err)
	}
	if last != 2 || total != 2 {
		t.Errorf("%d pieces of %d, not 2 of 2", last, total)
	}
	all, err := to.List(t.Context())
	if err != nil || len(all) != 1 || all[0].Held != 2 || string(all[0].Label) != "b" {
		t.Fatalf("%+v, %v", all, err)
	}
	if p, err := to.Piece(t.Context(), all[0].ID, 40); err != nil || string(p.Data) != "b 40" || !bytes.Equal(p.Proof, []byte{40}) {
		t.Errorf("%q, %v", p.Data, err)
	}
}

func TestABodyThatArrivesAsAnotherOneIsNoticed(t *testing.T) {
	from := bodies(t)
	hold(t, from, store.Body{Mech: "m", Commit: store.Hash{1}, Label: []byte("a")}, 0)
	if err := moving.Bodies(t.Context(), from, &breaking{Bodies: bodies(t), adds: 9, wrong: true}, func(int64, int64) {}); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("it passes: %v", err)
	}
}
