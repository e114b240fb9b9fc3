package disk

import (
	"io"
	"path/filepath"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

type file struct {
	*Disk
	name string
	shm  vfs.SharedMemory
	lock vfs.LockLevel
}

var _ vfs.FileSharedMemory = (*file)(nil)

func (d *Disk) open(name string, flags vfs.OpenFlag) *file {
	if d.locks[name] == nil {
		d.locks[name] = &locks{}
	}
	f := &file{Disk: d, name: name}
	if flags&vfs.OPEN_MAIN_DB != 0 {
		f.shm = vfs.NewSharedMemory(filepath.Join(d.dir, d.name), flags)
	}
	return f
}

func (f *file) Close() error {
	if f.shm != nil {
		_ = f.shm.Close()
	}
	return f.Unlock(vfs.LOCK_NONE)
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := f.files[f.name].read(p, off)
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *file) WriteAt(p []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.do(Op{Write, f.name, off, f.copied(p)}); err != nil {
		return 0, err
	}
	f.image().write(p, off)
	if err := f.said(); err != nil {
		return 0, err
	}
	return len(p), nil
}

// image is what the file holds, also if its name has been deleted meanwhile.
func (f *file) image() *Image {
	if f.files[f.name] == nil {
		f.files[f.name] = &Image{}
	}
	return f.files[f.name]
}

func (f *file) Truncate(n int64) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.do(Op{Kind: Truncate, File: f.name, off: n}); err != nil {
		return err
	}
	f.image().resize(n)
	return f.said()
}

func (f *file) Sync(vfs.SyncFlag) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.do(Op{Kind: Sync, File: f.name}); err != nil {
		return err
	}
	return f.said()
}

func (f *file) Size() (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.image().size, nil
}

func (f *file) SectorSize() int { return sector }
func (f *file) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return vfs.IOCAP_POWERSAFE_OVERWRITE | vfs.IOCAP_SUBPAGE_READ
}
func (f *file) SharedMemory() vfs.SharedMemory { return f.shm }

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
