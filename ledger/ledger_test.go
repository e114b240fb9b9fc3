package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"entente.example/refusal"
)

// stored keeps tiles as a store would.
type stored map[[2]int64][]byte

func (s stored) take(b *Builder) {
	for _, t := range b.TakeTiles() {
		s[[2]int64{int64(t.Level), t.N}] = t.Data
	}
}

func (s stored) read(level int, n int64) ([]byte, error) {
	d, ok := s[[2]int64{int64(level), n}]
	if !ok {
		return nil, fmt.Errorf("no tile %d/%d", level, n)
	}
	return d, nil
}

// A builder that forgets a carry, or joins subtrees in the wrong order, differs from the reference at some size.
func TestBuilderAgreesWithTheReference(t *testing.T) {
	b, s := NewBuilder(), stored{}
	var all []tlog.Hash
	reader := tlog.HashReaderFunc(func(ix []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(ix))
		for i, x := range ix {
			out[i] = all[x]
		}
		return out, nil
	})
	for i := int64(0); i < 1200; i++ {
		leaf := fmt.Appendf(nil, "leaf %d", i)
		hs, err := tlog.StoredHashes(i, leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, hs...)
		b.Append(LeafHash(leaf))
		if i%7 != 0 && i < 1100 && i != 255 && i != 256 && i != 511 {
			continue
		}
		want, err := tlog.TreeHash(i+1, reader)
		if err != nil {
			t.Fatal(err)
		}
		s.take(b)
		again, err := RestoreBuilder(i+1, s.read)
		if err != nil {
			t.Fatal(err)
		}
		root, err := RootAt(i+1, s.read)
		if err != nil || b.Root() != Hash(want) || root != b.Root() || again.Root() != b.Root() {
			t.Fatalf("size %d: builder %x restored %x stored %x (%v), want %x", i+1, b.Root(), again.Root(), root, err, want)
		}
		old := i / 3
		oldRoot, err := RootAt(old, s.read)
		if err != nil {
			t.Fatal(err)
		}
		p, err := ProveConsistency(i+1, old, s.read)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckConsistency(p, i+1, root, old, oldRoot); err != nil {
			t.Fatalf("%d in %d: %v", old, i+1, err)
		}
		if old > 0 && CheckConsistency(p, i+1, root, old, LeafHash(nil)) == nil {
			t.Fatalf("%d in %d: a wrong old root passes", old, i+1)
		}
	}
}

// A tree grown by whole tiles is the one grown leaf by leaf, and has the same tiles above them.
func TestTilesGrowTheSameTree(t *testing.T) {
	for _, size := range []int{0, 1, 255, 256, 257, 65535, 65536, 70000} {
		one, whole := NewBuilder(), NewBuilder()
		var tile []byte
		for i := range size {
			h := Hash{byte(i), byte(i >> 8), byte(i >> 16)}
			one.Append(h)
			if tile = append(tile, h[:]...); len(tile) == TileWidth*32 {
				if err := whole.AppendTile(tile, TileRoot(tile)); err != nil {
					t.Fatal(err)
				}
				tile = nil
			}
		}
		if err := whole.AppendTile(tile, Hash{}); err != nil || whole.Size() != int64(size) || whole.Root() != one.Root() {
			t.Fatalf("%d leaves: %d with root %x, not %x (%v)", size, whole.Size(), whole.Root(), one.Root(), err)
		}
		above := slices.DeleteFunc(one.TakeTiles(), func(x Tile) bool { return x.Level == 0 })
		full, edge := whole.TakeFull(), whole.TakeTiles()
		if got := append(full, edge...); len(got) != len(above) {
			t.Errorf("%d leaves: %d tiles above, not %d", size, len(got), len(above))
		} else {
			for _, x := range above {
				if !slices.ContainsFunc(got, func(y Tile) bool { return x.Level == y.Level && x.N == y.N && bytes.Equal(x.Data, y.Data) }) {
					t.Errorf("%d leaves: tile %d/%d is not there", size, x.Level, x.N)
				}
			}
		}
		if size%TileWidth != 0 {
			if whole.AppendTile(make([]byte, 32), Hash{}) == nil {
				t.Errorf("%d leaves: a tile that begins in the middle", size)
			}
		} else if whole.AppendTile(make([]byte, 31), Hash{}) == nil || whole.AppendTile(make([]byte, 257*32), Hash{}) == nil {
			t.Errorf("%d leaves: a tile that is none", size)
		}
	}
}

func testKeys(t testing.TB, name string) (ed25519.PrivateKey, MLDSAKey) {
	t.Helper()
	var seed [32]byte
	copy(seed[:], name)
	ml, err := NewMLDSAKey(seed)
	if err != nil {
		t.Fatal(err)
	}
	return ed25519.NewKeyFromSeed(seed[:]), ml
}

// SPEC checkpoint-both, checkpoint-strict.
func TestCheckpointNeedsBothSignatures(t *testing.T) {
	ed, ml := testKeys(t, "log")
	s, err := NewLogSigner("entente/00/a/1", ed, ml)
	if err != nil {
		t.Fatal(err)
	}
	v, err := NewLogVerifier("entente/00/a/1", ed.Public().(ed25519.PublicKey), ml.Public())
	if err != nil {
		t.Fatal(err)
	}
	note, err := SignCheckpoint(Checkpoint{"entente/00/a/1", 3, LeafHash(nil)}, s, 1700000000)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenCheckpoint(note, v); err != nil {
		t.Fatal(err)
	}
	if at := ClaimedTime(note); at != 1700000000 {
		t.Errorf("signed at %d", at)
	}
	cp, sigs, err := splitNote(note)
	if err != nil || len(sigs) != 2 {
		t.Fatal(err, len(sigs))
	}
	for i := range sigs {
		if _, err := OpenCheckpoint(formatNote(cp.Text(), sigs[i]), v); err == nil {
			t.Errorf("signature %d alone passes", i)
		}
	}
	wed, wml := testKeys(t, "witness")
	ws, _ := NewWitnessSigner("entente/00/b/witness", wed, wml)
	wv, _ := NewWitnessVerifier("entente/00/b/witness", wed.Public().(ed25519.PublicKey), wml.Public())
	cosigned, err := Cosign(note, ws, 1700000100)
	if err != nil {
		t.Fatal(err)
	}
	if got, at, err := VerifyCosignature(cosigned, wv); err != nil || got != cp || at != 1700000100 {
		t.Fatal(got, at, err)
	}
	// a forged line under a known name must neither pass nor poison the others
	forged := sigs[0]
	forged.sig = make([]byte, 64)
	poisoned := forged.append(slices.Clone(cosigned))
	if _, err := OpenCheckpoint(poisoned, v); err != nil {
		t.Errorf("a forged extra line denies a good checkpoint: %v", err)
	}
	// nor does the time that it claims count
	_, good, err := splitNote(cosigned)
	if err != nil {
		t.Fatal(err)
	}
	for i := range sigs {
		late := good[len(sigs)+i]
		late.sig = append(binary.BigEndian.AppendUint64(nil, 1800000000), late.sig[8:]...)
		if _, at, err := VerifyCosignature(formatNote(cp.Text(), slices.Insert(slices.Clone(good), len(sigs), late)...), wv); err != nil || at != 1700000100 {
			t.Errorf("before line %d, one that claims a later time: %d, %v", i, at, err)
		}
	}
	if _, _, err := VerifyCosignature(note, wv); err == nil {
		t.Error("a note without cosignature passes as a receipt")
	}
	if got, at, lines, err := TakeReceipt(note, wv); refusal.As(err) == nil || refusal.As(err).Key != "ledger.not_cosigned" || got != (Checkpoint{}) || at != 0 || lines != nil {
		t.Errorf("it is taken as one: %v at %d with %q, %v", got, at, lines, err)
	}
}

func BenchmarkAppend(b *testing.B) {
	t := NewBuilder()
	leaf := make([]byte, 600)
	for b.Loop() {
		t.Append(LeafHash(leaf))
		if t.Size()%4096 == 0 {
			t.TakeTiles()
		}
	}
}

// Keys that are ready for one log verify another that signs with them, and say nothing for it under the first one's name.
func TestOneKeyUnderSeveralNames(t *testing.T) {
	ed, ml := testKeys(t, "log")
	first, err := NewLogVerifier("entente/00/a/1", ed.Public().(ed25519.PublicKey), ml.Public())
	if err != nil {
		t.Fatal(err)
	}
	second, err := first.Named("entente/01/a/1")
	if err != nil {
		t.Fatal(err)
	}
	s, err := NewLogSigner("entente/01/a/1", ed, ml)
	if err != nil {
		t.Fatal(err)
	}
	cp := Checkpoint{"entente/01/a/1", 3, LeafHash(nil)}
	note, err := SignCheckpoint(cp, s, 1700000000)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := OpenCheckpoint(note, second); err != nil || got != cp {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := OpenCheckpoint(note, first); err == nil {
		t.Error("a checkpoint of one log passes for another's")
	}
	if said, err := Claimed(note); err != nil || said != cp {
		t.Errorf("the note says %+v, %v", said, err)
	}
	if _, err := first.Named("no\nname"); err == nil {
		t.Error("a log has no name")
	}
	w, err := NewWitnessVerifier("entente/00/a", ed.Public().(ed25519.PublicKey), ml.Public())
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.Named("entente/01/a")
	if err != nil {
		t.Fatal(err)
	}
	ws, err := NewWitnessSigner("entente/01/a", ed, ml)
	if err != nil {
		t.Fatal(err)
	}
	if note, err = Cosign(note, ws, 1700000001); err != nil {
		t.Fatal(err)
	}
	if _, _, err := VerifyCosignature(note, again); err != nil {
		t.Error(err)
	}
	if _, _, err := VerifyCosignature(note, w); err == nil {
		t.Error("a receipt of one witness passes for another's")
	}
}
