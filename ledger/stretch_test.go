package ledger

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
)

// stretched is a tree of so many leaves, with what proves each of them.
func stretched(t testing.TB, size int64) (root Hash, leaves []Hash, proofs [][]Hash) {
	t.Helper()
	b, all := NewBuilder(), stored{}
	for i := range size {
		leaves = append(leaves, LeafHash(fmt.Appendf(nil, "leaf %d", i)))
		b.Append(leaves[i])
	}
	all.take(b)
	for i := range size {
		p, err := ProveInclusion(size, i, all.read)
		if err != nil {
			t.Fatal(err)
		}
		proofs = append(proofs, p)
	}
	return b.Root(), leaves, proofs
}

// The proofs of the first and the last leaf of a stretch prove all of it, wherever it stands, and not one leaf between them may be another, missing, or elsewhere.
func TestAStretchIsProvedByItsEnds(t *testing.T) {
	for _, size := range []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 40} {
		root, leaves, proofs := stretched(t, size)
		for from := range size {
			for to := from; to < size; to++ {
				check := func(root Hash, from int64, leaves []Hash) error {
					return CheckStretch(proofs[from], proofs[to], size, root, from, leaves)
				}
				part := leaves[from : to+1]
				if err := check(root, from, part); err != nil {
					t.Fatalf("%d to %d of %d: %v", from, to, size, err)
				}
				longer := func(p []Hash) []Hash { return append(slices.Clone(p), Hash{}) }
				shorter := func(p []Hash) []Hash { return p[:max(0, len(p)-1)] }
				for name, p := range map[string][2][]Hash{"the first longer": {longer(proofs[from]), proofs[to]}, "the last longer": {proofs[from], longer(proofs[to])},
					"the first shorter": {shorter(proofs[from]), proofs[to]}, "the last shorter": {proofs[from], shorter(proofs[to])}} {
					if size > 1 && CheckStretch(p[0], p[1], size, root, from, part) == nil {
						t.Fatalf("%d to %d of %d with %s passes", from, to, size, name)
					}
				}
				for i := range part {
					other := slices.Clone(part)
					other[i][7] ^= 1
					if check(root, from, other) == nil {
						t.Fatalf("%d to %d of %d: another leaf %d passes", from, to, size, i)
					}
					if check(root, from, slices.Delete(slices.Clone(part), i, i+1)) == nil {
						t.Fatalf("%d to %d of %d without leaf %d passes", from, to, size, i)
					}
				}
				if check(Hash{1}, from, part) == nil || len(part) > 3 && check(root, from, slices.Concat(part[:1], part[2:len(part)-1], part[1:2], part[len(part)-1:])) == nil {
					t.Fatalf("%d to %d of %d passes in another tree or order", from, to, size)
				}
			}
		}
		if CheckStretch(nil, nil, size, root, 0, nil) == nil {
			t.Fatal("nothing passes")
		}
	}
}

// Whatever hashes and numbers somebody gives, nothing but the leaves that are there passes, and nothing breaks.
func FuzzStretch(f *testing.F) {
	const size = 13
	root, leaves, proofs := stretched(f, size)
	flat := func(hashes []Hash) (out []byte) {
		for _, h := range hashes {
			out = append(out, h[:]...)
		}
		return out
	}
	hashes := func(b []byte) (out []Hash) {
		for ; len(b) >= 32; b = b[32:] {
			out = append(out, Hash(b[:32]))
		}
		return out
	}
	for _, at := range [][2]int{{0, 0}, {0, 12}, {3, 7}, {8, 9}, {11, 12}, {12, 12}} {
		f.Add(flat(proofs[at[0]]), flat(proofs[at[1]]), int64(at[0]), flat(leaves[at[0]:at[1]+1]))
	}
	f.Fuzz(func(t *testing.T, first, last []byte, from int64, part []byte) {
		if CheckStretch(hashes(first), hashes(last), size, root, from, hashes(part)) != nil {
			return
		}
		if !bytes.Equal(flat(leaves[from:from+int64(len(part)/32)]), part[:len(part)/32*32]) {
			t.Fatalf("%x passes at %d", part, from)
		}
	})
}
