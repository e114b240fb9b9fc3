package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/store"
)

// Entries lie in one of two forms. What comes one by one, or waits for its past, is a row each. What comes in bulk and is folded already shares a row with its neighbours, a bundle:
// its bytes one after another as they travel (C2SP tlog-tiles), and beside them what they came to. A bundle costs a tenth of its entries' rows to write, and never changes.

// bundleWidth is how many entries share a row. A bundle begins at a multiple of it.
const bundleWidth = 64

// bundle is a bundle that was read.
type bundle struct {
	first    int64 // rowID of its first entry
	outcomes []outcome
}

// outcome is what an entry came to, and where its bytes lie.
type outcome struct {
	matter, lam int64
	past        []int64
	void        []byte
	leaf        []byte
}

var errBundle = fmt.Errorf("%w: a bundle of entries cannot be read", store.ErrDamaged)

// bundled reports whether the entries from index on fill a bundle. One that waits for its past will change, and one too long for a bundle has no place in it.
func (c *conn) bundled(index int64, entries []store.Entry) bool {
	if index%c.width != 0 || int64(len(entries)) < c.width {
		return false
	}
	for i := range entries[:c.width] {
		if entries[i].Lam == 0 || len(entries[i].Leaf) > math.MaxUint16 {
			return false
		}
	}
	return true
}

// appendBundle writes entries as one row, and notes for each matter that some of them belong to it.
func (t *tx) appendBundle(mech string, first int64, entries []store.Entry) error {
	c := t.c
	c.outcomes, c.leaves = c.outcomes[:0], c.leaves[:0]
	var belong []int64
	id := first / c.width
	for i := range entries {
		e := &entries[i]
		matter, err := t.matter(mech, e.Matter)
		if err != nil {
			return err
		}
		c.outcomes = binary.AppendVarint(binary.AppendUvarint(c.outcomes, uint64(matter)), e.Lam)
		c.outcomes = store.AppendPast(binary.AppendUvarint(c.outcomes, uint64(len(e.Past))), e.Past)
		if e.Void == nil {
			c.outcomes = append(c.outcomes, 0)
		} else {
			c.outcomes = append(binary.AppendUvarint(c.outcomes, uint64(len(e.Void)+1)), e.Void...)
		}
		c.leaves = append(binary.BigEndian.AppendUint16(c.leaves, uint16(len(e.Leaf))), e.Leaf...)
		if slices.Contains(belong, matter) {
			continue
		}
		belong = append(belong, matter)
		if err := c.exec("INSERT INTO bundle_matter (matter, bundle) VALUES (?,?)", matter, id); err != nil {
			return err
		}
	}
	return c.exec("INSERT INTO bundle (id, outcomes, leaves) VALUES (?,?,?)", id, c.outcomes, c.leaves)
}

// unbundle gives the entries of a log a row each again, waiting: what waits will change.
func (t *tx) unbundle(log store.LogID) error {
	insert, err := t.c.prepare("INSERT INTO entry (id, matter, lam, past, void, leaf) VALUES (?,?,?,?,?,?)")
	if err != nil {
		return err
	}
	w := t.c.width
	from, to := rowID(log, 0), rowID(log, indexLimit)
	b := new(bundle)
	stepErr := t.c.each(func(s *sqlite3.Stmt) bool {
		b.first = s.ColumnInt64(0) * w
		err = b.read(s.ColumnRawBlob(1), s.ColumnRawBlob(2), w)
		for i := 0; i < len(b.outcomes) && err == nil; i++ {
			err = insertEntry(insert, b.first+int64(i), 0, nil, &store.Entry{Leaf: b.outcomes[i].leaf})
		}
		return err == nil
	}, "SELECT id, outcomes, leaves FROM bundle WHERE id>=? AND id<? ORDER BY id", from/w, to/w)
	t.recent = nil
	return errors.Join(err, stepErr, t.c.exec("DELETE FROM bundle_matter WHERE bundle>=? AND bundle<?", from/w, to/w), t.c.exec("DELETE FROM bundle WHERE id>=? AND id<?", from/w, to/w))
}

// read takes a bundle of width entries apart. Its bytes alias the arguments.
func (b *bundle) read(outcomes, leaves []byte, width int64) error {
	b.outcomes = b.outcomes[:0]
	pasts := make([]int64, 0, 4*width)
	for len(outcomes) > 0 {
		var o outcome
		var ok bool
		if o, outcomes, ok = readOutcome(outcomes, &pasts); !ok || len(leaves) < 2 {
			return errBundle
		}
		end := 2 + int(binary.BigEndian.Uint16(leaves))
		if len(leaves) < end {
			return errBundle
		}
		o.leaf, leaves = leaves[2:end:end], leaves[end:]
		b.outcomes = append(b.outcomes, o)
	}
	if len(leaves) > 0 || int64(len(b.outcomes)) != width {
		return errBundle
	}
	return nil
}

// readOutcome reads what appendBundle wrote of one entry. Its past lies in pasts.
func readOutcome(b []byte, pasts *[]int64) (o outcome, rest []byte, ok bool) {
	ok = true
	next := func() uint64 {
		n, w := binary.Uvarint(b)
		if w <= 0 {
			ok, w = false, 0
		}
		b = b[w:]
		return n
	}
	o.matter = int64(next())
	lam, w := binary.Varint(b)
	if w <= 0 {
		return o, nil, false
	}
	o.lam, b = lam, b[w:]
	count := next()
	if count > uint64(len(b)) {
		return o, nil, false
	}
	from := len(*pasts)
	for range count {
		*pasts = append(*pasts, int64(next()))
	}
	if count > 0 {
		o.past = (*pasts)[from:len(*pasts):len(*pasts)]
	}
	void := next()
	if !ok || void > uint64(len(b))+1 {
		return o, nil, false
	}
	if void > 0 {
		o.void, b = b[:void-1], b[void-1:]
	}
	return o, b, true
}

// bundleEntry is the i-th entry of a bundle. Nothing of it aliases the bundle.
func (r *reader) bundleEntry(b *bundle, i int64) (store.Entry, error) {
	o := &b.outcomes[i]
	id := b.first + i
	e := store.Entry{Log: store.LogID(id >> 40), Index: id & (indexLimit - 1), Lam: o.lam, Past: o.past, Leaf: append(make([]byte, 0, len(o.leaf)), o.leaf...)}
	if o.void != nil {
		e.Void = append(make([]byte, 0, len(o.void)), o.void...)
	}
	var err error
	e.Matter, err = r.matterKey(o.matter)
	return e, err
}

// matterKey is the key behind a matter's number.
func (r *reader) matterKey(id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	if key, ok := r.keys[id]; ok {
		return key, nil
	}
	key, err := r.c.text("SELECT key FROM matter WHERE id=?", id)
	if r.keys == nil {
		r.keys = map[int64]string{}
	}
	r.keys[id] = key
	return key, err
}

// bundleAt reads the bundle that an entry lies in, and remembers it for its neighbours: bundles do not change.
func (r *reader) bundleAt(row int64) (*bundle, bool, error) {
	id := row / r.c.width
	if b, ok := r.recent[id]; ok {
		return b, true, nil
	}
	b := &bundle{first: id * r.c.width}
	var bad error
	err := r.c.one(func(s *sqlite3.Stmt) { bad = b.read(blob(s, 0), blob(s, 1), r.c.width) }, "SELECT outcomes, leaves FROM bundle WHERE id=?", id)
	if errors.Is(err, store.ErrMissing) {
		return nil, false, nil
	}
	if err = errors.Join(err, bad); err != nil {
		return nil, false, err
	}
	if len(r.recent) >= keptBundles || r.recent == nil {
		r.recent = map[int64]*bundle{}
	}
	r.recent[id] = b
	return b, true, nil
}

// keptBundles bounds what one transaction remembers of bundles: a few logs that are read side by side.
const keptBundles = 8

// walk goes over the entries of [from, to) wherever they lie. bundled is called for each one in a bundle, rows for each stretch between bundles; both say whether to go on.
func (r *reader) walk(from, to int64, bundled func(b *bundle, i int64) (bool, error), rows func(from, to int64) (bool, error)) (going bool, err error) {
	for going = true; going && err == nil && from < to; {
		var end int64
		if end, err = r.nextBundle(from, to); err != nil {
			return going, err
		}
		if end > from {
			going, err = rows(from, end)
			from = end
			continue
		}
		from, going, err = r.consecutive(from, to, bundled)
	}
	return going, err
}

// consecutive goes over entries of [from, to) as long as they lie in bundles, and says where that ends.
func (r *reader) consecutive(from, to int64, each func(b *bundle, i int64) (bool, error)) (end int64, going bool, err error) {
	end, going = from, true
	b, w := new(bundle), r.c.width
	stepErr := r.c.each(func(s *sqlite3.Stmt) bool {
		if b.first = s.ColumnInt64(0) * w; b.first > end {
			return false
		}
		err = b.read(s.ColumnRawBlob(1), s.ColumnRawBlob(2), w)
		for ; err == nil && going && end < min(b.first+w, to); end++ {
			going, err = each(b, end-b.first)
		}
		return going && err == nil
	}, "SELECT id, outcomes, leaves FROM bundle WHERE id>=? AND id<? ORDER BY id", from/w, (to+w-1)/w)
	return end, going, errors.Join(err, stepErr)
}

// nextBundle is where the next bundle begins that holds entries of [from, to), or from if it began before; to if there is none.
func (r *reader) nextBundle(from, to int64) (int64, error) {
	w := r.c.width
	id, err := r.c.int("SELECT id FROM bundle WHERE id>=? AND id<? ORDER BY id LIMIT 1", from/w, (to+w-1)/w)
	if errors.Is(err, store.ErrMissing) {
		return to, nil
	}
	return max(id*w, from), err
}

// bundledHistory yields the entries of a matter that lie in bundles.
func (r *reader) bundledHistory(matter int64, yield func(store.Entry, error) bool) (going bool, err error) {
	going = true
	b := new(bundle)
	stepErr := r.c.each(func(s *sqlite3.Stmt) bool {
		b.first = s.ColumnInt64(0) * r.c.width
		err = b.read(s.ColumnRawBlob(1), s.ColumnRawBlob(2), r.c.width)
		for i := 0; i < len(b.outcomes) && going && err == nil; i++ {
			if b.outcomes[i].matter != matter {
				continue
			}
			var e store.Entry
			if e, err = r.bundleEntry(b, int64(i)); err == nil {
				going = yield(e, nil)
			}
		}
		return going && err == nil
	}, "SELECT b.id, b.outcomes, b.leaves FROM bundle_matter m JOIN bundle b ON b.id = m.bundle WHERE m.matter=?", matter)
	return going, errors.Join(err, stepErr)
}

// lam is the place of an entry in the order, 0 while it waits.
func (r *reader) lam(row int64) (int64, error) {
	b, ok, err := r.bundleAt(row)
	if ok || err != nil {
		if err != nil {
			return 0, err
		}
		return b.outcomes[row-b.first].lam, nil
	}
	return r.c.int("SELECT lam FROM entry WHERE id=?", row)
}
