package sqlite

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

const sector = 512

// op is one thing that was asked of the disk.
type op struct {
	kind opKind
	file string
	off  int64
	data []byte
}

type opKind int

const (
	opWrite opKind = iota
	opTruncate
	opSync
	opDelete
	opAck // not the disk's: a transaction was acknowledged here
)

// disk is a disk in memory under the real engine. It keeps a trace, from which crashed makes what a power cut at any moment may have left.
type disk struct {
	mu    sync.Mutex
	name  string
	dir   string
	files map[string][]byte // as the engine sees them
	locks map[string]*locks
	trace []op
	fail  int // the op that fails, counted from 1
	code  error
}

var disks atomic.Int64

// newDisk registers a disk holding files as a file layer of the engine.
func newDisk(t *testing.T, files map[string][]byte) *disk {
	d := &disk{name: fmt.Sprintf("disk%d", disks.Add(1)), dir: t.TempDir(), files: map[string][]byte{}, locks: map[string]*locks{}}
	for name, b := range files {
		d.files[name] = bytes.Clone(b)
	}
	vfs.Register(d.name, d)
	t.Cleanup(func() { vfs.Unregister(d.name) })
	return d
}

func (d *disk) do(o op) error {
	d.trace = append(d.trace, o)
	if len(d.trace) == d.fail {
		d.trace = d.trace[:len(d.trace)-1]
		d.fail = 0
		return d.code
	}
	return nil
}

func (d *disk) ack() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.trace = append(d.trace, op{kind: opAck})
}

// Open implements vfs.VFS.
func (d *disk) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files[name] == nil {
		if flags&vfs.OPEN_CREATE == 0 {
			return nil, flags, sqlite3.CANTOPEN
		}
		d.files[name] = []byte{}
	}
	if d.locks[name] == nil {
		d.locks[name] = &locks{}
	}
	f := &file{disk: d, name: name}
	if flags&vfs.OPEN_MAIN_DB != 0 {
		f.shm = vfs.NewSharedMemory(filepath.Join(d.dir, "shm"), flags)
	}
	return f, flags, nil
}

// Delete implements vfs.VFS.
func (d *disk) Delete(name string, _ bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files[name] == nil {
		return sqlite3.IOERR_DELETE_NOENT
	}
	if err := d.do(op{kind: opDelete, file: name}); err != nil {
		return err
	}
	delete(d.files, name)
	return nil
}

// Access implements vfs.VFS.
func (d *disk) Access(name string, _ vfs.AccessFlag) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files[name] != nil, nil
}

// FullPathname implements vfs.VFS.
func (d *disk) FullPathname(name string) (string, error) { return name, nil }

type file struct {
	*disk
	name string
	shm  vfs.SharedMemory
	lock vfs.LockLevel
}

var _ vfs.FileSharedMemory = (*file)(nil)

func (f *file) Close() error {
	if f.shm != nil {
		_ = f.shm.Close()
	}
	return f.Unlock(vfs.LOCK_NONE)
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.files[f.name]
	if off >= int64(len(b)) {
		return 0, io.EOF
	}
	n := copy(p, b[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *file) WriteAt(p []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.do(op{opWrite, f.name, off, bytes.Clone(p)}); err != nil {
		return 0, err
	}
	b := f.files[f.name]
	if end := off + int64(len(p)); end > int64(len(b)) {
		b = resize(b, end)
	}
	f.files[f.name] = b
	return copy(b[off:], p), nil
}

func (f *file) Truncate(n int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.do(op{kind: opTruncate, file: f.name, off: n}); err != nil {
		return err
	}
	f.files[f.name] = resize(f.files[f.name], n)
	return nil
}

func (f *file) Sync(vfs.SyncFlag) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.do(op{kind: opSync, file: f.name})
}

func (f *file) Size() (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return int64(len(f.files[f.name])), nil
}

func (f *file) SectorSize() int { return sector }
func (f *file) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_POWERSAFE_OVERWRITE | vfs.IOCAP_SUBPAGE_READ
}
func (f *file) SharedMemory() vfs.SharedMemory { return f.shm }

func resize(b []byte, n int64) []byte {
	if n <= int64(len(b)) {
		return b[:n]
	}
	return append(b, make([]byte, n-int64(len(b)))...)
}

// locks are the locks on one file: any number share it, one at most means to write.
type locks struct {
	shared int
	writer *file
}

func (f *file) Lock(want vfs.LockLevel) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.locks[f.name]
	switch {
	case f.lock >= want:
		return nil
	case want > vfs.LOCK_SHARED && l.writer != nil && l.writer != f, want == vfs.LOCK_SHARED && l.writer != nil && l.writer.lock >= vfs.LOCK_PENDING:
		return sqlite3.BUSY
	case want == vfs.LOCK_EXCLUSIVE && l.shared > 1:
		l.writer, f.lock = f, vfs.LOCK_PENDING
		return sqlite3.BUSY
	case want == vfs.LOCK_SHARED:
		l.shared++
	default:
		l.writer = f
	}
	f.lock = want
	return nil
}

func (f *file) Unlock(want vfs.LockLevel) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.locks[f.name]
	if l.writer == f {
		l.writer = nil
	}
	if want == vfs.LOCK_NONE && f.lock >= vfs.LOCK_SHARED {
		l.shared--
	}
	f.lock = min(f.lock, want)
	return nil
}

func (f *file) CheckReservedLock() (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.locks[f.name].writer != nil, nil
}

// durable replays a trace and knows what of it a power cut cannot take away any more.
type durable struct {
	files   map[string][]byte // as last synced
	pending map[string][]op   // since then, by file
	deleted map[string][]byte // deletions that no sync has followed yet
	lies    bool              // the disk acknowledges a sync that it has not done
}

func newDurable() *durable {
	return &durable{files: map[string][]byte{}, pending: map[string][]op{}, deleted: map[string][]byte{}}
}

func (d *durable) do(o op) {
	switch o.kind {
	case opWrite, opTruncate:
		d.pending[o.file] = append(d.pending[o.file], o)
	case opSync:
		if d.lies {
			return
		}
		for _, w := range d.pending[o.file] {
			d.files[o.file] = w.apply(d.files[o.file], func() bool { return true })
		}
		delete(d.pending, o.file)
		clear(d.deleted)
	case opDelete:
		d.deleted[o.file] = d.files[o.file]
		delete(d.files, o.file)
		delete(d.pending, o.file)
	}
}

// apply writes those sectors of a write that keep says.
func (o op) apply(b []byte, keep func() bool) []byte {
	if o.kind == opTruncate {
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

// crashed is one of the states that a power cut may leave: every sector written since its file's last sync is there or not, each by its own chance.
func (d *durable) crashed(r *rand.Rand) map[string][]byte {
	out := map[string][]byte{}
	for name, b := range d.files {
		out[name] = bytes.Clone(b)
	}
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
	return out
}
