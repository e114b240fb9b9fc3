// Package disk is a disk in memory for tests: the real database engine and the real marks file run on it, and it knows what a power cut may leave of them.
//
// It promises the worst that a disk may do and still be one: what was synced stays; of what was written since, each sector of 512 bytes is there or not by its own chance; a new
// name may be lost until its directory is synced. Whoever asks it to lie, to fail or to lose its power gets exactly that. Only tests import it.
package disk

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

const sector = 512

// Op is one thing that was asked of the disk.
type Op struct {
	Kind Kind
	File string
	off  int64
	data []byte
}

// Kind is what an Op does.
type Kind int

// Kinds. Ack is not the disk's: somebody was told here that their transaction is durable.
const (
	Write Kind = iota
	Truncate
	Sync
	Delete
	Rename
	SyncNames
	Ack
)

// Disk implements vfs.VFS. Its methods may be called from several goroutines.
type Disk struct {
	mu      sync.Mutex
	name    string
	dir     string
	files   Files // as the engine sees them
	locks   map[string]*locks
	ops     int
	fail    int // the op that fails, counted from 1
	code    error
	done    bool  // it fails only in words
	late    error // what the op that is being done will say
	full    error // with which every op fails; nil: there is room
	failed  bool  // since Failed was asked
	dark    bool  // the power is cut: nothing works until the machine starts again
	cutAt   int
	keep    bool
	trace   []Op
	durable *Durable
}

var made atomic.Int64

// New registers a disk holding files as a file layer of the engine. dir is an empty directory for the memory that connections share.
func New(dir string, files Files) *Disk {
	d := &Disk{name: fmt.Sprintf("disk%d", made.Add(1)), dir: dir, files: files.copy(), locks: map[string]*locks{}, durable: NewDurable(files)}
	vfs.Register(d.name, d)
	return d
}

// Close takes the disk away from the engine.
func (d *Disk) Close() { vfs.Unregister(d.name) }

// Name is the name of the file layer.
func (d *Disk) Name() string { return d.name }

// Record keeps a trace of everything from here on.
func (d *Disk) Record() { d.keep = true }

// Trace is what was recorded.
func (d *Disk) Trace() []Op {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.trace
}

// Ack notes in the trace that somebody was told of a durable transaction.
func (d *Disk) Ack() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.keep {
		d.trace = append(d.trace, Op{Kind: Ack})
	}
}

// Fail lets the n-th op from the disk's beginning fail with code, once.
func (d *Disk) Fail(n int, code error) { d.fail, d.code, d.done = n, code, false }

// FailIn lets the n-th op from now fail with code, once.
func (d *Disk) FailIn(n int, code error) { d.Fail(d.ops+n, code) }

// DoAndFailIn lets the n-th op from now be done and called failed.
func (d *Disk) DoAndFailIn(n int, code error) {
	d.FailIn(n, code)
	d.done = true
}

// said is what an op that has been done says.
func (d *Disk) said() error {
	err := d.late
	d.late = nil
	return err
}

// Ops is how many ops there were.
func (d *Disk) Ops() int { return d.ops }

// Failed reports whether an op has failed since it was last asked.
func (d *Disk) Failed() (failed bool) {
	failed, d.failed = d.failed, false
	return failed
}

// Fill lets every op fail with code until Mend.
func (d *Disk) Fill(code error) { d.full = code }

// Mend takes back what was to fail or to be cut.
func (d *Disk) Mend() { d.fail, d.cutAt, d.full = 0, 0, nil }

// Lie lets the disk acknowledge syncs that it does not do.
func (d *Disk) Lie() { d.durable.lies = true }

// CutIn cuts the power at the n-th op from now: neither that op nor any later one works.
func (d *Disk) CutIn(n int) { d.cutAt = d.ops + n }

// Dark reports whether the power is cut.
func (d *Disk) Dark() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dark
}

// Files is what the disk holds now, as its users see it.
func (d *Disk) Files() Files {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files.copy()
}

// Crashed is one of the states that a power cut now may leave.
func (d *Disk) Crashed(r *rand.Rand) Files {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.durable.Crashed(r)
}

// do asks the disk for an op. The caller holds mu.
func (d *Disk) do(o Op) error {
	d.ops++
	if d.dark = d.dark || d.ops == d.cutAt; d.dark {
		return sqlite3.IOERR
	}
	if d.full != nil {
		d.ops--
		d.failed = true
		return d.full
	}
	if d.ops == d.fail {
		d.fail, d.failed = 0, true
		if !d.done {
			d.ops--
			return d.code
		}
		d.late = d.code
	}
	switch {
	case d.keep:
		d.trace = append(d.trace, o)
	case o.Kind == Sync:
		d.durable.SyncTo(o.File, d.files[o.File])
	default:
		d.durable.Do(o)
	}
	return nil
}

// copied is what is written, for as long as it is not safe, or for the trace. The caller holds mu.
func (d *Disk) copied(p []byte) []byte {
	if d.keep {
		return bytes.Clone(p)
	}
	return d.durable.keep(p)
}

// Open implements vfs.VFS.
func (d *Disk) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files[name] == nil {
		if flags&vfs.OPEN_CREATE == 0 || d.dark {
			return nil, flags, sqlite3.CANTOPEN
		}
		d.files[name] = &Image{}
	}
	return d.open(name, flags), flags, nil
}

// Delete implements vfs.VFS.
func (d *Disk) Delete(name string, _ bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.files[name] == nil {
		return sqlite3.IOERR_DELETE_NOENT
	}
	if err := d.do(Op{Kind: Delete, File: name}); err != nil {
		return err
	}
	delete(d.files, name)
	return d.said()
}

// Access implements vfs.VFS.
func (d *Disk) Access(name string, _ vfs.AccessFlag) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.files[name] != nil, nil
}

// FullPathname implements vfs.VFS.
func (d *Disk) FullPathname(name string) (string, error) { return name, nil }

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
