package ledger

import (
	"fmt"
	"slices"
	"testing"
)

// Whoever holds a part of a log proves of that part, by the proof that came with its end, what the whole log would prove.
func TestAPartProvesWhatTheWholeProves(t *testing.T) {
	const most = 530 // past two tiles
	trees := make([]stored, most+1)
	b := NewBuilder()
	all := stored{}
	for i := range most {
		b.Append(LeafHash(fmt.Appendf(nil, "leaf %d", i)))
		all.take(b)
		trees[i+1] = stored{}
		for k, v := range all {
			trees[i+1][k] = v
		}
	}
	sizes := []int64{1, 2, 3, 4, 5, 7, 8, 9, 31, 100, 255, 256, 257, 300, 511, 512, 513, most}
	for _, size := range sizes {
		for _, have := range sizes {
			if have > size {
				break
			}
			tail, err := ProveConsistency(size, have, trees[size].read)
			if err != nil {
				t.Fatal(err)
			}
			for old := range have + 1 {
				want, err := ProveConsistency(size, old, trees[size].read)
				if err != nil {
					t.Fatal(err)
				}
				got, err := ProvePart(size, have, tail, old, trees[have].read)
				if err != nil || !slices.Equal(got, want) {
					t.Fatalf("from %d to %d by the first %d: %v", old, size, have, err)
				}
			}
			if have > 0 && have < size {
				for _, bad := range [][]Hash{tail[1:], append(slices.Clone(tail), Hash{})} {
					if _, err := ProvePart(size, have, bad, 1, trees[have].read); err == nil {
						t.Fatalf("%d of %d with %d hashes instead of %d", have, size, len(bad), len(tail))
					}
				}
			}
		}
	}
}
