package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"entente.example/internal/store"
)

// OpenBodies opens the ground of bodies in dir, which may hold some already. The suite closes it.
type OpenBodies func(t *testing.T, dir string) store.Bodies

// Lies gives everything that the ground of bodies in dir keeps anywhere, by where that is.
type Lies func(t *testing.T, dir string) map[string][]byte

// RunBodies runs the suite for grounds of bodies. lies is InFolder for those that keep everything in dir.
func RunBodies(t *testing.T, open OpenBodies, lies Lies) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *bodyFixture)
	}{
		{"pieces come back, in any order of coming, after opening again", bodyPieces},
		{"a piece that is there stays as it is", bodyPiecesOnce},
		{"a staged body is nobody's until it is settled", bodyStaged},
		{"one body for one commitment in one mechanism", bodyConflicts},
		{"what is repeated changes nothing more", bodyRepeated},
		{"nothing is left of what was dropped, and the room is given back", bodyDropped},
		{"a body that is being dropped takes no more pieces", bodyGone},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := &bodyFixture{t: t, dir: t.TempDir(), open: open, lies: lies}
			f.Bodies = open(t, f.dir)
			t.Cleanup(func() {
				if err := f.Close(); err != nil {
					t.Error(err)
				}
			})
			c.run(t, f)
		})
	}
}

type bodyFixture struct {
	store.Bodies
	t    *testing.T
	dir  string
	open OpenBodies
	lies Lies
}

func (f *bodyFixture) reopen() {
	f.t.Helper()
	if err := f.Close(); err != nil {
		f.t.Fatal(err)
	}
	f.Bodies = f.open(f.t, f.dir)
}

func (f *bodyFixture) begin(b store.Body) store.BodyID {
	f.t.Helper()
	id, err := f.Begin(f.t.Context(), b)
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

func (f *bodyFixture) add(id store.BodyID, pieces ...store.BodyPiece) int64 {
	f.t.Helper()
	held, err := f.Add(f.t.Context(), id, pieces)
	if err != nil {
		f.t.Fatal(err)
	}
	return held
}

// piece is recognisable wherever it lies.
func piece(id store.BodyID, n int64) store.BodyPiece {
	return store.BodyPiece{N: n, Data: bytes.Repeat(fmt.Appendf(nil, "piece %d of %d;", n, id), 4000), Proof: fmt.Appendf(nil, "proof %d of %d;", n, id)}
}

func bodyPieces(t *testing.T, f *bodyFixture) {
	commit := store.Hash{7}
	id := f.begin(store.Body{Mech: mech, Commit: commit, Label: []byte("label"), Began: 12})
	if held := f.add(id, piece(id, 5), piece(id, 0)); held != 2 {
		t.Errorf("%d pieces are held, not 2", held)
	}
	f.reopen()
	if held := f.add(id, piece(id, 3)); held != 3 {
		t.Errorf("%d pieces are held, not 3", held)
	}
	if got, err := f.Proven(t.Context(), id); err != nil || !slices.Equal(got, []int64{0, 3, 5}) {
		t.Errorf("pieces %v, %v", got, err)
	}
	for _, n := range []int64{0, 3, 5} {
		if got, err := f.Piece(t.Context(), id, n); err != nil || !bytes.Equal(got.Data, piece(id, n).Data) || !bytes.Equal(got.Proof, piece(id, n).Proof) {
			t.Errorf("piece %d: %d bytes, %v", n, len(got.Data), err)
		}
	}
	for _, n := range []int64{-1, 1, 1 << 40} {
		if _, err := f.Piece(t.Context(), id, n); !errors.Is(err, store.ErrMissing) {
			t.Errorf("piece %d: %v", n, err)
		}
	}
	b, err := f.Body(t.Context(), mech, commit)
	if err != nil || b.ID != id || b.Held != 3 || b.Commit != commit || string(b.Label) != "label" || b.Began != 12 || b.Bytes != int64(3*len(piece(id, 0).Data)) {
		t.Errorf("%+v, %v", b, err)
	}
}

func bodyPiecesOnce(t *testing.T, f *bodyFixture) {
	id := f.begin(store.Body{Mech: mech, Commit: store.Hash{1}})
	f.add(id, piece(id, 0))
	other := piece(id, 9)
	other.N = 0
	if held := f.add(id, other, piece(id, 1)); held != 2 {
		t.Errorf("%d pieces are held, not 2", held)
	}
	if got, err := f.Piece(t.Context(), id, 0); err != nil || !bytes.Equal(got.Data, piece(id, 0).Data) {
		t.Errorf("the piece was replaced: %v", err)
	}
}

func bodyStaged(t *testing.T, f *bodyFixture) {
	id := f.begin(store.Body{Mech: mech, Staged: true, Label: []byte{1}})
	second := f.begin(store.Body{Mech: mech, Staged: true, Label: []byte{2}}) // two uploads at once
	for n := range int64(3) {
		p := piece(id, n)
		p.Proof = nil
		f.add(id, p)
	}
	if _, err := f.Body(t.Context(), mech, store.Hash{}); !errors.Is(err, store.ErrMissing) {
		t.Errorf("a staged body is found: %v", err)
	}
	failed := errors.New("no proof")
	err := f.Settle(t.Context(), id, store.Hash{4}, func(n int64) ([]byte, error) {
		if n == 2 {
			return nil, failed
		}
		return []byte{1}, nil
	})
	if !errors.Is(err, failed) {
		t.Errorf("settling fails with %v", err)
	}
	if _, err := f.Body(t.Context(), mech, store.Hash{4}); !errors.Is(err, store.ErrMissing) {
		t.Errorf("a body whose settling failed is found: %v", err)
	}
	if err := f.Settle(t.Context(), id, store.Hash{4}, func(n int64) ([]byte, error) { return piece(id, n).Proof, nil }); err != nil {
		t.Fatal(err)
	}
	b, err := f.Body(t.Context(), mech, store.Hash{4})
	if err != nil || b.Held != 3 || b.Staged {
		t.Errorf("%+v, %v", b, err)
	}
	if p, err := f.Piece(t.Context(), id, 2); err != nil || !bytes.Equal(p.Proof, piece(id, 2).Proof) {
		t.Errorf("the proof is %q, %v", p.Proof, err)
	}
	all, err := f.List(t.Context())
	if err != nil || len(all) != 2 || all[0].ID != id || all[1].ID != second || !all[1].Staged {
		t.Errorf("%+v, %v", all, err)
	}
}

func bodyConflicts(t *testing.T, f *bodyFixture) {
	commit := store.Hash{1}
	f.begin(store.Body{Mech: mech, Commit: commit, Label: []byte{1}})
	f.begin(store.Body{Mech: "another", Commit: commit, Label: []byte{2}})
	if _, err := f.Begin(t.Context(), store.Body{Mech: mech, Commit: commit, Label: []byte{3}}); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a second body under one commitment: %v", err)
	}
	id := f.begin(store.Body{Mech: mech, Staged: true, Label: []byte{4}})
	if err := f.Settle(t.Context(), id, commit, nil); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a second body is settled under one commitment: %v", err)
	}
}

// bodyRepeated does everything twice, as who never heard the first answer.
func bodyRepeated(t *testing.T, f *bodyFixture) {
	kept, coming := store.Body{Mech: mech, Commit: store.Hash{1}, Label: []byte{1}}, store.Body{Mech: mech, Staged: true, Label: []byte{2}}
	id, staged := f.begin(kept), f.begin(coming)
	if again, upload := f.begin(kept), f.begin(coming); again != id || upload != staged || id == staged {
		t.Errorf("bodies %d and %d are begun again as %d and %d", id, staged, again, upload)
	}
	p := piece(staged, 0)
	p.Proof = nil
	for range 2 {
		if held := f.add(id, piece(id, 0), piece(id, 4)); held != 2 {
			t.Errorf("%d pieces are held, not 2", held)
		}
		f.add(staged, p)
	}
	for range 2 {
		if err := f.Settle(t.Context(), staged, store.Hash{2}, func(n int64) ([]byte, error) { return piece(staged, n).Proof, nil }); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Settle(t.Context(), id, store.Hash{3}, nil); !errors.Is(err, store.ErrMissing) {
		t.Errorf("a body that is whole is settled as another one: %v", err)
	}
	all, err := f.List(t.Context())
	if err != nil || len(all) != 2 || all[0].Held != 2 || all[0].Bytes != int64(2*len(p.Data)) || all[1].Held != 1 || all[1].Commit != (store.Hash{2}) || all[1].Staged {
		t.Errorf("%+v, %v", all, err)
	}
	if got, err := f.Piece(t.Context(), staged, 0); err != nil || !bytes.Equal(got.Proof, piece(staged, 0).Proof) {
		t.Errorf("the proof is %q, %v", got.Proof, err)
	}
}

func bodyDropped(t *testing.T, f *bodyFixture) {
	keep := f.begin(store.Body{Mech: mech, Commit: store.Hash{1}})
	id := f.begin(store.Body{Mech: mech, Commit: store.Hash{2}, Label: []byte("the label")})
	const pieces = 300 // more than one transaction takes
	for n := range int64(pieces) {
		f.add(id, piece(id, n))
		if n%100 == 0 {
			f.add(keep, piece(keep, n))
		}
	}
	before := size(f.lies(t, f.dir))
	for range 2 {
		if err := f.Drop(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	for _, trace := range []string{fmt.Sprintf(" of %d;", id), "the label"} {
		for path, b := range f.lies(t, f.dir) {
			if bytes.Contains(b, []byte(trace)) {
				t.Errorf("%s still holds %q", path, trace)
			}
		}
	}
	if after := size(f.lies(t, f.dir)); after > before/10 {
		t.Errorf("%d bytes of %d are left", after, before)
	}
	if _, err := f.Body(t.Context(), mech, store.Hash{2}); !errors.Is(err, store.ErrMissing) {
		t.Errorf("the body is found: %v", err)
	}
	for n := int64(0); n < pieces; n += 100 {
		if p, err := f.Piece(t.Context(), keep, n); err != nil || !bytes.Equal(p.Data, piece(keep, n).Data) {
			t.Errorf("another body lost piece %d: %v", n, err)
		}
	}
	if again := f.begin(store.Body{Mech: mech, Commit: store.Hash{2}}); again == id {
		t.Error("a number is given twice: what was dropped could come back under it")
	}
}

func bodyGone(t *testing.T, f *bodyFixture) {
	id := f.begin(store.Body{Mech: mech, Commit: store.Hash{1}})
	if err := f.Drop(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Add(t.Context(), id, []store.BodyPiece{piece(id, 0)}); !errors.Is(err, store.ErrMissing) {
		t.Errorf("a piece is added to what is gone: %v", err)
	}
	if _, err := f.Piece(t.Context(), id, 0); !errors.Is(err, store.ErrMissing) {
		t.Errorf("and it is there: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Begin(ctx, store.Body{Mech: mech, Commit: store.Hash{2}}); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that has ended begins a body: %v", err)
	}
}

// InFolder reads every file under dir.
func InFolder(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			out[path], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil || len(out) == 0 {
		t.Fatalf("%d files in %s: %v", len(out), dir, err)
	}
	return out
}

func size(files map[string][]byte) (n int) {
	for path, b := range files {
		if filepath.Ext(path) != ".db-shm" {
			n += len(b)
		}
	}
	return n
}
