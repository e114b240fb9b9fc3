package ledger

import "golang.org/x/mod/sumdb/tlog"

// CheckStretch verifies that leaves stand side by side in the tree of size leaves, the first of them at index from. first and last are the inclusion proofs of the first and the last of them: what the tree has on either
// side of a stretch is in these, and everything between is made of the leaves. Tree shapes: RFC 6962, 2.1.
func CheckStretch(first, last []Hash, size int64, root Hash, from int64, leaves []Hash) error {
	if len(leaves) == 0 {
		return errSize
	}
	s := stretch{from, from + int64(len(leaves)) - 1, leaves}
	if err := CheckInclusion(first, size, root, s.from, leaves[0]); err != nil {
		return err
	}
	if err := CheckInclusion(last, size, root, s.to, leaves[len(leaves)-1]); err != nil {
		return err
	}
	if s.over(0, size, first, last) != tlog.Hash(root) {
		return ErrProof
	}
	return nil
}

// stretch is the leaves of a tree from one index to another, which is among them.
type stretch struct {
	from, to int64
	leaves   []Hash
}

// over is the node over a range that has leaves of the stretch. first and last are what is left of the two proofs below it; the one of a leaf that is elsewhere is not looked at.
func (s stretch) over(lo, hi int64, first, last []Hash) tlog.Hash {
	if hi-lo == 1 {
		return tlog.Hash(s.leaves[lo-s.from])
	}
	mid := split(lo, hi)
	up := func(proof []Hash) []Hash { return proof[:max(0, len(proof)-1)] }
	var left, right tlog.Hash
	if s.from >= mid {
		left = tlog.Hash(first[len(first)-1])
	} else {
		left = s.over(lo, mid, up(first), up(last))
	}
	if s.to < mid {
		right = tlog.Hash(last[len(last)-1])
	} else {
		right = s.over(mid, hi, up(first), up(last))
	}
	return tlog.NodeHash(left, right)
}
