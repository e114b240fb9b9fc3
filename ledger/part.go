package ledger

import (
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// ProvePart proves what ProveConsistency proves, for somebody who holds only the first have leaves of a tree of size leaves: tail is the consistency proof from have to size that came
// with the last of them. Whoever holds a part of a log can pass it on by this, should nobody else be left who holds the whole. Tree shapes and order: RFC 6962, 2.1.2.
func ProvePart(size, have int64, tail []Hash, old int64, read ReadTile) ([]Hash, error) {
	if old < 0 || old > have || have > size || size > MaxSize {
		return nil, errSize
	}
	if have == size || old == 0 {
		return ProveConsistency(size, old, read)
	}
	p := part{have: have, tail: tail, read: reader(read), known: map[[2]int64]tlog.Hash{}}
	if _, err := p.unpack(0, size); err != nil {
		return nil, err
	}
	if len(p.tail) > 0 {
		return nil, ErrProof
	}
	err := p.prove(0, size, old)
	return hashes(p.out), err
}

// part is a tree of which only the leaves before have are at hand, and those inner nodes beyond them that a proof gave.
type part struct {
	have  int64
	tail  []Hash
	read  tlog.HashReader
	known map[[2]int64]tlog.Hash // by range of leaves
	out   []tlog.Hash
}

func (p *part) next() (tlog.Hash, error) {
	if len(p.tail) == 0 {
		return tlog.Hash{}, ErrProof
	}
	h := p.tail[0]
	p.tail = p.tail[1:]
	return tlog.Hash(h), nil
}

// unpack walks the path of the boundary have through the tree, and notes the nodes on it and to the right of it.
func (p *part) unpack(lo, hi int64) (h tlog.Hash, err error) {
	if p.have == hi {
		if lo > 0 {
			if _, err = p.next(); err != nil {
				return h, err
			}
		}
		return p.hash(lo, hi)
	}
	mid := split(lo, hi)
	var left, right tlog.Hash
	if p.have <= mid {
		if left, err = p.unpack(lo, mid); err == nil {
			right, err = p.next()
			p.known[[2]int64{mid, hi}] = right
		}
	} else if left, err = p.hash(lo, mid); err == nil {
		if right, err = p.unpack(mid, hi); err == nil {
			_, err = p.next()
		}
	}
	h = tlog.NodeHash(left, right)
	p.known[[2]int64{lo, hi}] = h
	return h, err
}

// prove writes the proof from old to the tree over a range.
func (p *part) prove(lo, hi, old int64) error {
	if old == hi {
		if lo == 0 {
			return nil
		}
		return p.add(lo, hi)
	}
	mid := split(lo, hi)
	if old <= mid {
		if err := p.prove(lo, mid, old); err != nil {
			return err
		}
		return p.add(mid, hi)
	}
	if err := p.prove(mid, hi, old); err != nil {
		return err
	}
	return p.add(lo, mid)
}

func (p *part) add(lo, hi int64) error {
	h, err := p.hash(lo, hi)
	p.out = append(p.out, h)
	return err
}

// hash is the node over a range. Those that reach beyond the part are known; the others are whole, since the tree goes on behind them, and in the tiles.
func (p *part) hash(lo, hi int64) (tlog.Hash, error) {
	if h, ok := p.known[[2]int64{lo, hi}]; ok {
		return h, nil
	}
	level := bits.TrailingZeros64(uint64(hi - lo))
	h, err := p.read.ReadHashes([]int64{tlog.StoredHashIndex(level, lo>>level)})
	if err != nil {
		return tlog.Hash{}, err
	}
	return h[0], nil
}

// split is where a tree over a range divides: after the largest power of two below its width.
func split(lo, hi int64) int64 { return lo + 1<<(bits.Len64(uint64(hi-lo-1))-1) }
