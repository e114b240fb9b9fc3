package sqlite

import (
	"encoding/binary"
	"errors"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
)

// The engine writes each page to its write-ahead log in two calls, one of them for a head of 24 bytes. What stands next to each other there goes to the system at once: when the last page of a
// commit comes, so before the engine waits for the disk and before anybody else may read it, and when the engine reads what it has written.

// logVFS is a file layer of the engine, named by base, but for the write-ahead log.
type logVFS struct{ base string }

// heldLogs is the name of the file layer over base.
func heldLogs(base string) string {
	if base == "" {
		base = "os"
	}
	name := "held-" + base
	if vfs.Find(name) == nil {
		vfs.Register(name, logVFS{base})
	}
	return name
}

// OpenFilename implements vfs.VFSFilename.
func (v logVFS) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, opened, err := vfsutil.WrapOpenFilename(vfs.Find(v.base), name, flags)
	if err == nil && flags&vfs.OPEN_WAL != 0 {
		f = &logFile{File: f}
	}
	return f, opened, err
}

// Open implements vfs.VFS. The engine asks OpenFilename.
func (v logVFS) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return vfs.Find(v.base).Open(name, flags)
}

// Delete implements vfs.VFS.
func (v logVFS) Delete(name string, syncDir bool) error {
	return vfs.Find(v.base).Delete(name, syncDir)
}

// Access implements vfs.VFS.
func (v logVFS) Access(name string, flags vfs.AccessFlag) (bool, error) {
	return vfs.Find(v.base).Access(name, flags)
}

// FullPathname implements vfs.VFS.
func (v logVFS) FullPathname(name string) (string, error) { return vfs.Find(v.base).FullPathname(name) }

// frameHead is how long the head of a page in a write-ahead log is (https://sqlite.org/fileformat2.html#walformat).
const frameHead = 24

// heldBytes is how much of a write-ahead log is held back at most.
const heldBytes = 256 << 10

// firstHeld is what most transactions need.
const firstHeld = 64 << 10

// logFile is a write-ahead log as one connection has it open.
type logFile struct {
	vfs.File
	held []byte // written by the engine, and not handed to the system yet
	at   int64  // where held begins
	ends bool   // what is written now ends a transaction
	// lost is why something that was held could not be written. The transaction that it is of must not be committed, so every wait for the disk fails until it is undone.
	lost error
}

// flush hands over what is held.
func (f *logFile) flush() error {
	if f.lost == nil && len(f.held) > 0 {
		_, f.lost = f.File.WriteAt(f.held, f.at)
		f.held = f.held[:0]
	}
	return f.lost
}

// forget drops what an undone transaction has left.
func (f *logFile) forget() { f.held, f.lost = f.held[:0], nil }

// WriteAt implements vfs.File.
func (f *logFile) WriteAt(p []byte, off int64) (int, error) {
	if off != f.at+int64(len(f.held)) || len(f.held)+len(p) > heldBytes {
		if err := f.flush(); err != nil {
			return 0, err
		}
		f.at = off
	}
	if f.held == nil {
		f.held = make([]byte, 0, firstHeld)
	}
	f.held = append(f.held, p...)
	if len(p) == frameHead {
		f.ends = binary.BigEndian.Uint32(p[4:]) != 0 // how many pages the database has then; 0 within a transaction
	}
	if f.ends {
		if err := f.flush(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// ReadAt implements vfs.File.
func (f *logFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.flush(); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, off)
}

// Sync implements vfs.File.
func (f *logFile) Sync(flags vfs.SyncFlag) error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.File.Sync(flags)
}

// Truncate implements vfs.File.
func (f *logFile) Truncate(size int64) error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

// Size implements vfs.File.
func (f *logFile) Size() (int64, error) {
	if err := f.flush(); err != nil {
		return 0, err
	}
	return f.File.Size()
}

// Close implements vfs.File.
func (f *logFile) Close() error { return errors.Join(f.flush(), f.File.Close()) }

// forgetHeld drops what an undone transaction has left of itself.
func (c *conn) forgetHeld() error {
	f, err := c.db.FileControl("main", sqlite3.FCNTL_JOURNAL_POINTER)
	if log, ok := f.(*logFile); ok {
		log.forget()
	}
	return err
}
