package proof

import (
	"bytes"
	"errors"

	"entente.example/entry"
	"entente.example/ledger"
)

// Each calls work with 0 to n-1, in any order and several at once if it likes, and returns when all are done. Who calls this package decides how many processors it may have.
type Each func(n int, work func(i int))

func oneByOne(n int, work func(i int)) {
	for i := range n {
		work(i)
	}
}

// atOnce is how many bundles are handed out together. What was found in them is put together in order, so that the verdict is the same whoever was first.
const atOnce = 64

// bundle is what was found in a bundle of entries.
type bundle struct {
	files      [2]string // its own, and that of its leaf hashes
	hashes     []byte
	root       ledger.Hash // of a full one
	unreadable int
	changes    []Link // of keys
	namings    []naming
	err        error
}

// entries hashes every entry again and compares every tile.
func (v *archiveVerification) entries(l ArchivedLog, cp ledger.Checkpoint) (unreadable int, err error) {
	tree := ledger.NewBuilder()
	total := (l.Size + ledger.TileWidth - 1) / ledger.TileWidth
	for first := int64(0); first < total; first += atOnce {
		found := make([]bundle, min(atOnce, total-first))
		v.each(len(found), func(i int) { found[i] = v.bundle(l, first+int64(i)) })
		for _, b := range found {
			if b.err != nil {
				return 0, b.err
			}
			v.files[b.files[0]], v.files[b.files[1]] = true, true
			unreadable += b.unreadable
			v.changes[l.Origin] = append(v.changes[l.Origin], b.changes...)
			v.namings = append(v.namings, b.namings...)
			if err := tree.AppendTile(b.hashes, b.root); err != nil {
				return 0, err
			}
			v.done += int64(len(b.hashes) / len(b.root))
		}
		if v.progress != nil {
			v.progress(v.done, v.total)
		}
		if err := v.finished(l, tree.TakeFull()); err != nil {
			return 0, err
		}
	}
	if err := v.finished(l, tree.TakeTiles()); err != nil {
		return 0, err
	}
	if tree.Root() != cp.Root {
		return 0, changed(l.Dir() + checkpointFile)
	}
	return unreadable, nil
}

// finished compares tiles above the leaf hashes, which were compared with their entries.
func (v *archiveVerification) finished(l ArchivedLog, tiles []ledger.Tile) error {
	for _, t := range tiles {
		name := l.Dir() + ledger.TilePath(t.Level, t.N, len(t.Data)/32)
		b, err := v.file(name)
		if err != nil {
			return err
		}
		if !bytes.Equal(b, t.Data) {
			return changed(name)
		}
	}
	return nil
}

// bundle reads one bundle of entries, judges each, and compares their hashes with the tile that has them. It changes nothing: others may be read at the same time.
func (v *archiveVerification) bundle(l ArchivedLog, n int64) (out bundle) {
	width := int(ledger.TileWidthAt(l.Size, 0, n))
	out.files = [2]string{l.Dir() + ledger.TilePath(-1, n, width), l.Dir() + ledger.TilePath(0, n, width)}
	b, err := v.read(out.files[0])
	if err != nil {
		out.err = err
		return out
	}
	leaves, err := ledger.SplitBundle(b, width)
	if err != nil {
		out.err = changed(out.files[0]).Because(err)
		return out
	}
	var decoder entry.Decoder
	out.hashes = make([]byte, 0, len(leaves)*len(out.root))
	for i, leaf := range leaves {
		h := ledger.LeafHash(leaf)
		out.hashes = append(out.hashes, h[:]...)
		e, err := decoder.Decode(leaf)
		switch {
		case err != nil || e.Mech != v.charter.id || e.Log != l.Origin || e.Index != n*ledger.TileWidth+int64(i):
			out.unreadable++
		case e.Type == "party.succeed", e.Type == "party.generation" && e.Index == 0:
			out.changes = append(out.changes, Link{Type: e.Type, Body: bytes.Clone(e.Body)})
		default:
			if w, ok := namingOf(l, e); ok {
				out.namings = append(out.namings, w)
			}
		}
	}
	if width == ledger.TileWidth {
		out.root = ledger.TileRoot(out.hashes)
	}
	tile, err := v.read(out.files[1])
	if err == nil && !bytes.Equal(tile, out.hashes) { // either file may be the changed one
		err = changed(out.files[1]).Because(errors.New("or " + out.files[0]))
	}
	out.err = err
	return out
}
