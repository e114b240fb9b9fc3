package ledger

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
)

// Tile is a tile of the tree, full or at the right edge.
type Tile struct {
	Level int
	N     int64
	Data  []byte // 32 bytes for each hash
}

// tileWidth is how many hashes a full tile holds.
const tileWidth = 1 << tileHeight

// Builder grows a tree at its right edge and remembers only that edge.
type Builder struct {
	size    int64
	edge    []level
	changed map[[2]int64][]byte // full tiles finished since the last take
}

// level is the unfinished tile of one level. The roots of its complete subtrees are kept beside it, so that the root is cheap at every size.
type level struct {
	n     int64  // number of the unfinished tile
	data  []byte // its hashes
	peaks []Hash // of its complete subtrees, the largest first
	// touched is false if data has not changed since the last take.
	touched bool
}

// NewBuilder starts with the empty tree.
func NewBuilder() *Builder { return &Builder{changed: map[[2]int64][]byte{}} }

// RestoreBuilder continues a stored tree.
func RestoreBuilder(size int64, read ReadTile) (*Builder, error) {
	if size < 0 || size > MaxSize {
		return nil, errSize
	}
	b := NewBuilder()
	b.size = size
	for l, n := 0, size; n > 0; l, n = l+1, n/tileWidth {
		e := level{n: n / tileWidth}
		if w := n % tileWidth; w > 0 {
			data, err := read(l, e.n)
			if err != nil {
				return nil, fmt.Errorf("tile %d/%d: %w", l, e.n, err)
			}
			if int64(len(data)) < w*32 {
				return nil, fmt.Errorf("tile %d/%d is too short", l, e.n)
			}
			e.add(data[:w*32])
		}
		b.edge = append(b.edge, e)
	}
	return b, nil
}

// Append adds a leaf hash.
func (b *Builder) Append(leaf Hash) {
	b.size++
	b.raise(0, leaf)
}

// raise adds a hash to a level, and to those above what it completes.
func (b *Builder) raise(l int, h Hash) {
	for ; ; l++ {
		if len(b.edge) == l {
			b.edge = append(b.edge, level{})
		}
		e := &b.edge[l]
		e.add(h[:])
		e.touched = true
		if len(e.data) < tileWidth*32 {
			return
		}
		b.changed[[2]int64{int64(l), e.n}] = e.data
		h = e.peaks[0]
		*e = level{n: e.n + 1, data: make([]byte, 0, tileWidth*32), peaks: e.peaks[:0]}
	}
}

// add puts hashes at the end of the tile.
func (e *level) add(hashes []byte) {
	for h := range slices.Chunk(hashes, 32) {
		e.data = append(e.data, h...)
		top := Hash(h)
		for n := len(e.data) / 32; n%2 == 0; n /= 2 { // two subtrees of one size become one
			last := len(e.peaks) - 1
			top = nodeHash(e.peaks[last], top)
			e.peaks = e.peaks[:last]
		}
		e.peaks = append(e.peaks, top)
	}
}

// nodeHash is RFC 6962's hash of an inner node.
func nodeHash(left, right Hash) Hash {
	var b [1 + 2*len(left)]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+len(left):], right[:])
	return sha256.Sum256(b[:])
}

// AppendTile adds the leaf hashes of a whole tile at once, or of the last, unfinished one; the tree must end where a tile does. root is TileRoot's of a whole one. The tile itself is not
// among those that TakeTiles gives.
func (b *Builder) AppendTile(hashes []byte, root Hash) error {
	n := int64(len(hashes) / 32)
	if b.size%tileWidth != 0 || n > tileWidth || len(hashes)%32 != 0 || b.size+n > MaxSize {
		return errSize
	}
	if len(b.edge) == 0 {
		b.edge = append(b.edge, level{})
	}
	b.size += n
	e := &b.edge[0]
	if n < tileWidth {
		e.add(hashes)
		return nil
	}
	e.n++
	b.raise(1, root)
	return nil
}

// TileRoot is the root of a whole tile, which its level above has.
func TileRoot(hashes []byte) Hash {
	e := level{data: make([]byte, 0, len(hashes))}
	e.add(hashes)
	return e.peaks[0]
}

// Size is the number of leaves.
func (b *Builder) Size() int64 { return b.size }

// Root is the root of the tree: the unfinished tiles' perfect subtrees, joined from the smallest to the largest.
func (b *Builder) Root() Hash {
	if b.size == 0 {
		return EmptyRoot
	}
	var root Hash
	some := false
	for _, e := range b.edge {
		for _, h := range slices.Backward(e.peaks) { // the smallest subtree stands last
			if some {
				h = nodeHash(h, root)
			}
			root, some = h, true
		}
	}
	return root
}

// Clone returns a builder that can be tried out without changing b, and take its place: tiles that b has not given out yet are the clone's too.
func (b *Builder) Clone() *Builder {
	c := &Builder{size: b.size, edge: make([]level, len(b.edge)), changed: maps.Clone(b.changed)}
	for i, e := range b.edge {
		c.edge[i] = level{n: e.n, data: slices.Clone(e.data), peaks: slices.Clone(e.peaks), touched: e.touched}
	}
	return c
}

// TakeTiles returns the tiles that changed since the last call, the unfinished ones included. Their data is the caller's.
func (b *Builder) TakeTiles() []Tile {
	out := b.TakeFull()
	for l := range b.edge {
		if e := &b.edge[l]; e.touched {
			out = append(out, Tile{l, e.n, slices.Clone(e.data)})
			e.touched = false
		}
	}
	sortTiles(out)
	return out
}

// TakeFull returns only those that are full now, and never change again.
func (b *Builder) TakeFull() (out []Tile) {
	for key, data := range b.changed {
		out = append(out, Tile{int(key[0]), key[1], data})
	}
	clear(b.changed)
	sortTiles(out)
	return out
}

func sortTiles(out []Tile) {
	slices.SortFunc(out, func(x, y Tile) int {
		return cmp.Or(cmp.Compare(x.Level, y.Level), cmp.Compare(x.N, y.N))
	})
}
