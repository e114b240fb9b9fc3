package shelf

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"entente.example/internal/durable"
	"entente.example/internal/store"
)

// Folder is a shelf in a folder, which may be on another disk. A folder that is not there is not made: where a disk is not mounted, its papers would go onto another one.
type Folder struct{ Path string }

var _ Shelf = Folder{}

// Make makes the folder, and those above it.
func (f Folder) Make() error { return onDisk(os.MkdirAll(f.Path, 0o700)) }

// onDisk names the failures that callers act on.
func onDisk(err error) error {
	switch {
	case err == nil:
		return nil
	case durable.Refused(err):
		return fmt.Errorf("%w: %w", store.ErrFull, err)
	}
	return fmt.Errorf("%w: %w", store.ErrAway, err)
}

func (f Folder) there() error {
	_, err := os.Stat(f.Path)
	return onDisk(err)
}

// Put implements Shelf.
func (f Folder) Put(ctx context.Context, name string, data []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	path := filepath.Join(f.Path, filepath.FromSlash(name))
	dir := filepath.Dir(path)
	err := os.Mkdir(dir, 0o700)
	if err == nil {
		err = durable.Folder(f.Path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return onDisk(err)
	}
	o, err := os.OpenFile(path+".new", os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return onDisk(err)
	}
	_, err = o.Write(data)
	if err = errors.Join(err, o.Sync(), o.Close()); err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		return onDisk(durable.Folder(dir))
	}
	return errors.Join(onDisk(err), os.Remove(path+".new"))
}

// Get implements Shelf.
func (f Folder) Get(_ context.Context, name string, at, n int64) ([]byte, error) {
	o, err := os.Open(filepath.Join(f.Path, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) && f.there() == nil {
		return nil, store.ErrMissing
	}
	if err != nil {
		return nil, onDisk(err)
	}
	b := make([]byte, n)
	if _, err = o.ReadAt(b, at); errors.Is(err, io.EOF) {
		err = store.ErrMissing
	} else {
		err = onDisk(err)
	}
	return b, errors.Join(err, o.Close())
}

// Remove implements Shelf. Files are overwritten before they go.
func (f Folder) Remove(ctx context.Context, name string) error {
	above := f
	if name == "" { // ours may have gone already
		above.Path = filepath.Dir(f.Path)
	}
	if err := above.there(); err != nil {
		return err
	}
	path := filepath.Join(f.Path, filepath.FromSlash(name))
	err := filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return blank(path)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = os.RemoveAll(path)
	}
	if err == nil {
		err = durable.Folder(filepath.Dir(path))
	}
	if err != nil && ctx.Err() == nil {
		err = onDisk(err)
	}
	return err
}

// blank overwrites a file where it lies.
func blank(path string) error {
	o, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	st, err := o.Stat()
	if err == nil {
		_, err = io.CopyN(o, zeros{}, st.Size())
	}
	return errors.Join(err, o.Sync(), o.Close())
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

// Shelved implements Shelf.
func (f Folder) Shelved(context.Context) ([]string, error) {
	all, err := os.ReadDir(f.Path)
	out := make([]string, 0, len(all))
	for _, d := range all {
		out = append(out, d.Name())
	}
	return out, onDisk(err)
}
