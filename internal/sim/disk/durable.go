package disk

import (
	"math/rand/v2"
	"sync"
)

// Durable knows what a power cut cannot take away any more.
type Durable struct {
	files   Files             // as last synced
	pending map[string][]Op   // since then, by file
	deleted map[string]*Image // deletions that no sync has followed yet
	renamed map[string]*Image // what a name stood for before a rename that no sync of names has followed yet
	lies    bool
}

// NewDurable begins with files that are safe.
func NewDurable(files Files) *Durable {
	return &Durable{files: files.copy(), pending: map[string][]Op{}, deleted: map[string]*Image{}, renamed: map[string]*Image{}}
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
		d.synced(o.File)
	case Delete:
		d.deleted[o.File] = d.files[o.File]
		delete(d.files, o.File)
		delete(d.pending, o.File)
	case Rename: // its data are written and synced: see Marks.Replace
		d.renamed[o.File] = d.files[o.File]
		d.files[o.File] = ImageOf(o.data)
		delete(d.pending, o.File)
	case SyncNames:
		clear(d.renamed)
	}
}

// synced forgets what a file's sync has made safe.
func (d *Durable) synced(file string) {
	delete(d.pending, file)
	clear(d.deleted)
}

// SyncTo is Do with a sync, for whoever has at hand what the file holds after all that was done: it is not written once more.
func (d *Durable) SyncTo(file string, now *Image) {
	if d.lies {
		return
	}
	for _, w := range d.pending[file] {
		if w.data != nil {
			spare.Put(&w.data)
		}
	}
	if len(d.pending[file]) > 0 {
		d.files[file] = now.Copy()
	}
	d.synced(file)
}

// spare is what synced writes were kept in, on any disk, for the next ones.
var spare sync.Pool

// keep copies what is written into memory that may be used again once it is safe.
func (d *Durable) keep(p []byte) []byte {
	var b []byte
	if had, ok := spare.Get().(*[]byte); ok {
		b = *had
	}
	return append(b[:0], p...)
}

// apply writes those sectors of a write that keep says. m is nil for a file that nothing of was ever written.
func (o Op) apply(m *Image, keep func() bool) *Image {
	made := func() *Image {
		if m == nil {
			m = &Image{}
		}
		return m
	}
	if o.Kind == Truncate {
		if keep() {
			made().resize(o.off)
		}
		return m
	}
	for at := o.off; at < o.off+int64(len(o.data)); {
		end := min((at/sector+1)*sector, o.off+int64(len(o.data)))
		if keep() {
			made().write(o.data[at-o.off:end-o.off], at)
		}
		at = end
	}
	return m
}

// Crashed is one of the states that a power cut may leave: every sector written since its file's last sync is there or not, each by its own chance.
func (d *Durable) Crashed(r *rand.Rand) Files {
	out := d.files.copy()
	odds := 1 + r.IntN(4) // a cut loses few or many
	for _, name := range sorted(d.pending) {
		m := out[name]
		for _, w := range d.pending[name] {
			m = w.apply(m, func() bool { return r.IntN(5) >= odds })
		}
		if m != nil {
			out[name] = m
		}
	}
	for _, name := range sorted(d.deleted) {
		if m := d.deleted[name]; m != nil && out[name] == nil && r.IntN(2) == 0 {
			out[name] = m.Copy()
		}
	}
	for _, name := range sorted(d.renamed) {
		if r.IntN(2) != 0 {
			continue
		}
		if m := d.renamed[name]; m != nil {
			out[name] = m.Copy()
		} else {
			delete(out, name)
		}
	}
	return out
}
