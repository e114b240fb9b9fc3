package marks

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"entente.example/internal/durable"
	"entente.example/refusal"
)

// directory is the ground of a node: a file in a directory, with a lock beside it.
type directory struct {
	path string
	lock *os.File
}

var _ Ground = (*directory)(nil)

func lockDirectory(path string) (*directory, error) {
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("marks: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(refusal.New(refusal.Unavailable, "marks.locked", "file", path).Because(err), lock.Close())
	}
	return &directory{path, lock}, nil
}

func (d *directory) String() string        { return d.path }
func (d *directory) Close() error          { return d.lock.Close() }
func (d *directory) Read() ([]byte, error) { return os.ReadFile(d.path) }

// Edit implements Ground.
func (d *directory) Edit() (Writer, error) {
	f, err := os.OpenFile(d.path, os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := d.sync(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return opened{f}, nil
}

// Replace implements Ground.
func (d *directory) Replace(image []byte) (Writer, error) {
	n, err := os.OpenFile(d.path+".new", os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	if _, err = n.Write(image); err == nil {
		err = n.Sync()
	}
	if err == nil {
		err = os.Rename(d.path+".new", d.path)
	}
	if err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return opened{n}, d.sync()
}

// opened is an open marks file. When it was written to is nobody's business: waiting for that, too, takes as long again.
type opened struct{ *os.File }

func (f opened) Sync() error { return dataSync(f.File) }

// sync makes a new or renamed file's name durable.
func (d *directory) sync() error { return durable.Folder(filepath.Dir(d.path)) }
