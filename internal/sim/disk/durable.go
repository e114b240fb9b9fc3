package disk

import (
	"bytes"
	"math/rand/v2"
)

// Durable knows what a power cut cannot take away any more.
type Durable struct {
	files   map[string][]byte // as last synced
	pending map[string][]Op   // since then, by file
	deleted map[string][]byte // deletions that no sync has followed yet
	renamed map[string][]byte // what a name stood for before a rename that no sync of names has followed yet
	lies    bool
}

// NewDurable begins with files that are safe.
func NewDurable(files map[string][]byte) *Durable {
	return &Durable{files: cloned(files), pending: map[string][]Op{}, deleted: map[string][]byte{}, renamed: map[string][]byte{}}
}

// Lie lets syncs do nothing.
func (d *Durable) Lie() { d.lies = true }

// Do takes in what was done.
func (d *Durable) Do(o Op) {
	switch o.Kind {
	case Write, Truncate:
		d.pending[o.File] = append(d.pending[o.File], o)
	case Sync:
		if d.lies {
			return
		}
		for _, w := range d.pending[o.File] {
			d.files[o.File] = w.apply(d.files[o.File], func() bool { return true })
		}
		delete(d.pending, o.File)
		clear(d.deleted)
	case Delete:
		d.deleted[o.File] = d.files[o.File]
		delete(d.files, o.File)
		delete(d.pending, o.File)
	case Rename: // its data are written and synced: see Marks.Replace
		d.renamed[o.File] = d.files[o.File]
		d.files[o.File] = o.data
		delete(d.pending, o.File)
	case SyncNames:
		clear(d.renamed)
	}
}

// apply writes those sectors of a write that keep says.
func (o Op) apply(b []byte, keep func() bool) []byte {
	if o.Kind == Truncate {
		if keep() {
			return resize(b, o.off)
		}
		return b
	}
	for at := o.off; at < o.off+int64(len(o.data)); {
		end := min((at/sector+1)*sector, o.off+int64(len(o.data)))
		if keep() {
			b = resize(b, max(int64(len(b)), end))
			copy(b[at:end], o.data[at-o.off:end-o.off])
		}
		at = end
	}
	return b
}

// Crashed is one of the states that a power cut may leave: every sector written since its file's last sync is there or not, each by its own chance.
func (d *Durable) Crashed(r *rand.Rand) map[string][]byte {
	out := cloned(d.files)
	odds := 1 + r.IntN(4) // a cut loses few or many
	for _, name := range sorted(d.pending) {
		b := out[name]
		for _, w := range d.pending[name] {
			b = w.apply(b, func() bool { return r.IntN(5) >= odds })
		}
		if b != nil {
			out[name] = b
		}
	}
	for _, name := range sorted(d.deleted) {
		if b := d.deleted[name]; b != nil && out[name] == nil && r.IntN(2) == 0 {
			out[name] = bytes.Clone(b)
		}
	}
	for _, name := range sorted(d.renamed) {
		if r.IntN(2) != 0 {
			continue
		}
		if b := d.renamed[name]; b != nil {
			out[name] = bytes.Clone(b)
		} else {
			delete(out, name)
		}
	}
	return out
}
