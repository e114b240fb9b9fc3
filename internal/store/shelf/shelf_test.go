package shelf_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"entente.example/internal/store"
	"entente.example/internal/store/shelf"
	"entente.example/internal/store/sqlite"
	"entente.example/internal/store/storetest"
)

func open(t *testing.T, dir string, s shelf.Shelf) *shelf.Bodies {
	t.Helper()
	index, err := sqlite.OpenBodies(t.Context(), sqlite.Options{Path: filepath.Join(dir, "index.db")})
	if err != nil {
		t.Fatal(err)
	}
	return shelf.New(index, s, rand.Reader)
}

func inFolder(t *testing.T, dir string) shelf.Folder {
	t.Helper()
	f := shelf.Folder{Path: filepath.Join(dir, "shelf", "of", "ours")}
	if err := f.Make(); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFolderContract(t *testing.T) {
	storetest.RunBodies(t, func(t *testing.T, dir string) store.Bodies { return open(t, dir, inFolder(t, dir)) }, storetest.InFolder)
}

// failing is a shelf that fails at one kind of work.
type failing struct {
	shelf.Folder
	put, remove bool
}

func (f *failing) Put(ctx context.Context, name string, data []byte) error {
	if f.put {
		return store.ErrAway
	}
	return f.Folder.Put(ctx, name, data)
}

func (f *failing) Remove(ctx context.Context, name string) error {
	if f.remove {
		return store.ErrAway
	}
	return f.Folder.Remove(ctx, name)
}

// A shelf that cannot be reached loses nothing and forgets nothing: what could not be put there is not spoken of, and what could not be taken away is still known, until it can.
func TestNothingIsSaidBeforeItIsSo(t *testing.T) {
	dir := t.TempDir()
	f := &failing{Folder: inFolder(t, dir)}
	b := open(t, dir, f)
	defer b.Close()
	id, err := b.Begin(t.Context(), store.Body{Mech: "m", Commit: store.Hash{1}})
	if err != nil {
		t.Fatal(err)
	}
	piece := []store.BodyPiece{{N: 0, Data: []byte("sealed"), Proof: []byte{1}}}
	f.put = true
	if _, err := b.Add(t.Context(), id, piece); !errors.Is(err, store.ErrAway) {
		t.Errorf("a piece is kept nowhere: %v", err)
	}
	if have, err := b.Proven(t.Context(), id); err != nil || len(have) != 0 {
		t.Errorf("%v pieces are said to be there: %v", have, err)
	}
	f.put = false
	if held, err := b.Add(t.Context(), id, piece); err != nil || held != 1 {
		t.Fatalf("%d, %v", held, err)
	}
	f.remove = true
	if err := b.Drop(t.Context(), id); !errors.Is(err, store.ErrAway) {
		t.Errorf("a body is dropped that lies there still: %v", err)
	}
	if _, err := b.Body(t.Context(), "m", store.Hash{1}); err != nil {
		t.Errorf("what lies there still is forgotten: %v", err)
	}
	f.remove = false
	if err := b.Drop(t.Context(), id); err != nil {
		t.Error(err)
	}
	if left, err := f.Shelved(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("%v is left on the shelf: %v", left, err)
	}
}

// What a crash left on the shelf goes; what belongs to a body stays, and so does what nobody of us put there.
func TestWhatBelongsToNobodyIsSwept(t *testing.T) {
	dir := t.TempDir()
	f := inFolder(t, dir)
	b := open(t, dir, f)
	defer b.Close()
	id, err := b.Begin(t.Context(), store.Body{Mech: "m", Staged: true})
	if err == nil {
		_, err = b.Add(t.Context(), id, []store.BodyPiece{{Data: []byte("kept")}})
	}
	if err == nil {
		err = f.Put(t.Context(), "99/ab", []byte("of a body that never was"))
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(f.Path, "README"), nil, 0o600)
	}
	if err == nil {
		err = b.Sweep(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	left, err := f.Shelved(t.Context())
	if err != nil || len(left) != 2 {
		t.Errorf("%v is on the shelf: %v", left, err)
	}
	if p, err := b.Piece(t.Context(), id, 0); err != nil || string(p.Data) != "kept" {
		t.Errorf("%q, %v", p.Data, err)
	}
}

// A folder whose disk is not mounted is neither filled nor taken for empty, and a file that somebody shortened is damage, not a body that has yet to come.
func TestAFolderThatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	f := inFolder(t, dir)
	b := open(t, dir, f)
	defer b.Close()
	id, err := b.Begin(t.Context(), store.Body{Mech: "m", Commit: store.Hash{1}})
	if err == nil {
		_, err = b.Add(t.Context(), id, []store.BodyPiece{{Data: bytes.Repeat([]byte("x"), 100), Proof: []byte{1}}})
	}
	if err == nil {
		err = shelf.Try(t.Context(), f, rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	objects, err := filepath.Glob(filepath.Join(f.Path, "*", "*"))
	if err != nil || len(objects) != 1 {
		t.Fatalf("%v, %v", objects, err)
	}
	if err := os.Truncate(objects[0], 50); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Piece(t.Context(), id, 0); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("a file that was shortened: %v", err)
	}
	if err := os.Rename(f.Path, f.Path+".away"); err != nil {
		t.Fatal(err)
	}
	_, read := b.Piece(t.Context(), id, 0)
	_, added := b.Add(t.Context(), id, []store.BodyPiece{{N: 1, Data: []byte("y"), Proof: []byte{1}}})
	for what, err := range map[string]error{"reading": read, "adding": added, "dropping": b.Drop(t.Context(), id), "sweeping": b.Sweep(t.Context()), "trying": shelf.Try(t.Context(), f, rand.Reader)} {
		if !errors.Is(err, store.ErrAway) {
			t.Errorf("%s ends with %v", what, err)
		}
	}
	if _, err := os.Stat(f.Path); err == nil {
		t.Error("the folder was made where its disk is missing")
	}
}
