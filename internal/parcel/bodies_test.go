package parcel

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"entente.example/enclosure"
)

// pieces are the pieces of a body of a piece and a half.
func pieces(t testing.TB) (c enclosure.Commitment, out []*enclosure.Piece) {
	t.Helper()
	body := bytes.Repeat([]byte("paper "), 16_384)
	tree := enclosure.NewTree()
	for b := range slices.Chunk(body, enclosure.PieceBytes) {
		tree.Append(b)
	}
	salt := enclosure.Salt{7}
	commit := enclosure.Commit(salt, tree.Root())
	n := int64(0)
	for b := range slices.Chunk(body, enclosure.PieceBytes) {
		proof, err := tree.Proof(n)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, &enclosure.Piece{Commit: commit, N: n, Salt: salt, Root: tree.Root(), Proof: proof, Bytes: b})
		n++
	}
	return enclosure.Commitment{Class: enclosure.Erasable, Commit: strings.Split(BodyPath(commit, 0, 1), "/")[1], Media: "text/plain", Size: int64(len(body))}, out
}

// A member holds the pieces that its path names, in their order, and nothing else: whoever reads it cannot be led to take a piece for another. SPEC parcel-bodies.
func TestPiecesInAMember(t *testing.T) {
	c, all := pieces(t)
	b, err := EncodePieces(all)
	if err != nil {
		t.Fatal(err)
	}
	path := BodyPath(c.Digest(), 0, 2)
	got, err := DecodePieces(path, b)
	if err != nil || len(got) != 2 {
		t.Fatal(len(got), err)
	}
	for _, p := range got {
		if err := c.Verify(p); err != nil {
			t.Error(err)
		}
	}
	swapped, err := EncodePieces([]*enclosure.Piece{all[1], all[0]})
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]struct {
		path string
		b    []byte
	}{
		"in another order":    {path, swapped},
		"cut off":             {path, b[:len(b)-1]},
		"something behind it": {path, append(slices.Clone(b), 0)},
		"fewer than it says":  {BodyPath(c.Digest(), 0, 3), b},
		"more than it says":   {BodyPath(c.Digest(), 0, 1), b},
		"of another place":    {BodyPath(c.Digest(), 1, 3), b},
		"of another body":     {BodyPath(enclosure.Digest{1}, 0, 2), b},
		"without a range":     {KindBody + "/" + c.Commit, b},
		"a range backwards":   {KindBody + "/" + c.Commit + "/2-0", nil},
		"another spelling":    {KindBody + "/" + c.Commit + "/00-2", b},
		"too many to be held": {BodyPath(c.Digest(), 0, 1<<40), b},
		"no length":           {path, []byte{0, 0}},
		"a length too large":  {path, []byte{255, 255, 255, 255, 0}},
	} {
		if _, err := DecodePieces(bad.path, bad.b); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func FuzzDecodePieces(f *testing.F) {
	c, all := pieces(f)
	whole, err := EncodePieces(all)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(BodyPath(c.Digest(), 0, 2), whole)
	f.Add(BodyPath(c.Digest(), 1, 2), whole[4:])
	f.Add(WordPath, []byte{0, 0, 0, 1, 0})
	f.Fuzz(func(t *testing.T, path string, b []byte) {
		got, err := DecodePieces(path, b)
		if err != nil {
			return
		}
		again, err := EncodePieces(got)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatal("what was read is spelled in another way", err)
		}
		if p := BodyPath(got[0].Commit, got[0].N, got[0].N+int64(len(got))); p != path {
			t.Fatalf("%s is read as %s", path, p)
		}
	})
}
