package chancery

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"entente.example/internal/courier"
	"entente.example/internal/durable"
	"entente.example/internal/keys"
	"entente.example/internal/parcel"
	"entente.example/refusal"
)

// The pouch: parcels as files, on whatever medium a courier carries. docs/protocol.md 10.

// PouchFile is one file of a pouch, and what is known of it.
type PouchFile struct {
	File   string         `json:"file"`
	Bytes  int64          `json:"bytes"`
	Digest string         `json:"digest"` // hex SHA-256 of the file, to be compared by voice
	Parcel *Parcel        `json:"parcel,omitempty"`
	Error  *refusal.Error `json:"error,omitempty"` // why it could not be opened, or not to its end
}

// PackPouch writes what a party has not acknowledged into a folder, in as many parts as the medium's size asks for. name is a file name, "" for one that says nothing. Each part is whole
// when it has its name, and is remembered then: an interrupted packing goes on with SinceLast.
func (c *Chancery) PackPouch(ctx context.Context, mech, party, folder, name string, o PackOptions) (out []PouchFile, err error) {
	if !filepath.IsAbs(folder) {
		return nil, refusal.New(refusal.Invalid, "pouch.relative", "folder", folder)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, refusal.New(refusal.Missing, "pouch.no_folder", "folder", folder).Because(err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	p, err := c.planParcels(ctx, mech, party, o)
	if err != nil {
		return nil, err
	}
	if name == "" {
		var chance [4]byte
		if _, err := io.ReadFull(c.rand, chance[:]); err != nil {
			return nil, err
		}
		name = fmt.Sprintf("pouch-%x.age", chance)
	}
	total := all(p)
	var before int64
	for n := range p.Parts {
		x, err := c.packFile(ctx, p, n, root, partName(name, n, len(p.Parts)), func(done, _ int64) {
			if o.Progress != nil {
				o.Progress(before+done, total)
			}
		})
		if err != nil {
			return out, packFailed(err, n, len(p.Parts))
		}
		before += courier.Bytes(p.Parts[n])
		x.Parcel.Via = ByPouch
		if err := c.remember(ctx, *x.Parcel); err != nil {
			return out, err
		}
		out = append(out, x)
	}
	return out, nil
}

// packFailed says how far a packing came.
func packFailed(err error, whole, of int) error {
	switch {
	case errors.Is(err, fs.ErrExist):
		return refusal.New(refusal.Conflict, "pouch.file_there").Because(err)
	case durable.Refused(err), errors.Is(err, syscall.EFBIG), errors.Is(err, fs.ErrPermission):
		return refusal.New(refusal.Unavailable, "pouch.medium_failed", "whole", fmt.Sprint(whole), "of", fmt.Sprint(of)).Because(err)
	}
	return err
}

// all are the bytes of every part of a load.
func all(p *courier.Load) (n int64) {
	for _, part := range p.Parts {
		n += courier.Bytes(part)
	}
	return n
}

// partName puts a part's number before the name's ending.
func partName(name string, n, of int) string {
	if of == 1 {
		return name
	}
	ext := filepath.Ext(name)
	return fmt.Sprintf("%s-%dof%d%s", strings.TrimSuffix(name, ext), n+1, of, ext)
}

// packFile writes one part under a name that it has only when it is whole and durable.
func (c *Chancery) packFile(ctx context.Context, p *courier.Load, n int, root *os.Root, name string, progress func(done, total int64)) (x PouchFile, err error) {
	if _, err := root.Lstat(name); err == nil {
		return x, fs.ErrExist
	}
	tmp := name + ".part"
	if err := root.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) { // of an interrupted packing
		return x, err
	}
	f, err := root.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return x, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), root.Remove(tmp))
		}
	}()
	sum := sha256.New()
	b := bufio.NewWriterSize(f, 1<<20)
	made, err := c.writePart(ctx, p, n, io.MultiWriter(b, sum), progress)
	if err != nil {
		return x, err
	}
	if err := errors.Join(b.Flush(), f.Sync()); err != nil {
		return x, err
	}
	if err := root.Rename(tmp, name); err != nil {
		return x, err
	}
	_ = f.Close() // it is on the disk
	if d, err := root.Open("."); err == nil {
		_ = errors.Join(d.Sync(), d.Close()) // media without directories that can be synced have none to lose
	}
	return PouchFile{File: name, Bytes: made.Bytes, Digest: hex.EncodeToString(sum.Sum(nil)), Parcel: &made}, nil
}

// maxPouchFiles bounds how many files of a folder are looked at.
const maxPouchFiles = 10_000

// pouchPath is a file to be opened, within a folder.
type pouchPath struct {
	root  *os.Root
	name  string
	shown string
	head  *parcel.Manifest
	bytes int64
}

// OpenPouch opens files, and all pouches that lie in folders, each sender's in the order in which they were packed, whatever their names are. A file that cannot be opened keeps nothing
// of another out; the answer says what became of each.
func (c *Chancery) OpenPouch(ctx context.Context, paths []string, o OpenOptions) (out []PouchFile, err error) {
	files, closeAll, err := pouchPaths(paths)
	defer func() { err = errors.Join(err, closeAll()) }()
	if err != nil {
		return nil, err
	}
	var total int64
	var ready []pouchPath
	for _, f := range files {
		if f.head, f.bytes, err = c.peek(ctx, f); err != nil {
			if ctx.Err() != nil {
				return out, ctx.Err()
			}
			out = append(out, PouchFile{File: f.shown, Bytes: f.bytes, Error: Told(err)})
			continue
		}
		total += f.bytes
		ready = append(ready, f)
	}
	slices.SortStableFunc(ready, func(a, b pouchPath) int {
		return strings.Compare(fmt.Sprintf("%s %s %020d", a.head.Mech, a.head.From, a.head.Sequence), fmt.Sprintf("%s %s %020d", b.head.Mech, b.head.From, b.head.Sequence))
	})
	// What has to come first may lie in a later one, if the earlier was lost and its content packed again: as long as something new comes, the others are tried once more.
	first := len(out)
	out = append(out, make([]PouchFile, len(ready))...)
	for again := true; again; {
		again = false
		var before, news int64
		for i, f := range ready {
			x := &out[first+i]
			if x.Parcel != nil && len(x.Parcel.Gaps) == 0 || x.Error != nil {
				continue
			}
			was := x.Parcel
			*x = c.openFile(ctx, f, func(done, _ int64) {
				if o.Progress != nil {
					o.Progress(min(before+done, total), total)
				}
			})
			if before += f.bytes; ctx.Err() != nil {
				return out, ctx.Err()
			}
			if x.Parcel != nil {
				news += x.Parcel.New
				again = again || len(x.Parcel.Gaps) > 0
				if was != nil {
					x.Parcel.New += was.New
				}
			}
		}
		again = again && news > 0
	}
	return out, nil
}

func (c *Chancery) openFile(ctx context.Context, f pouchPath, progress func(done, total int64)) PouchFile {
	x := PouchFile{File: f.shown, Bytes: f.bytes}
	file, err := f.open()
	if err == nil {
		sum := sha256.New()
		var p Parcel
		p, err = c.OpenParcel(ctx, io.TeeReader(file, sum), OpenOptions{Via: ByPouch, Progress: progress})
		if p.Sequence > 0 {
			x.Parcel = &p
		}
		if err == nil {
			x.Digest = hex.EncodeToString(sum.Sum(nil))
		}
		err = errors.Join(err, file.Close())
	}
	if err != nil {
		x.Error = Told(err)
		c.log.Warn("a pouch was not opened to its end", "file", f.shown, "error", err)
	}
	return x
}

// peek reads who a file is from, and which it is in order.
func (c *Chancery) peek(ctx context.Context, f pouchPath) (*parcel.Manifest, int64, error) {
	file, err := f.open()
	if err != nil {
		return nil, 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, 0, err
	}
	p, err := c.admit(ctx, file, "")
	if err != nil {
		return nil, info.Size(), err
	}
	head := *p.Manifest
	head.Members = nil
	return &head, info.Size(), nil
}

// open opens a regular file; whatever else a medium has under a name is none of ours.
func (f pouchPath) open() (*os.File, error) {
	missing := refusal.New(refusal.Missing, "pouch.no_file", "file", f.shown)
	if info, err := f.root.Stat(f.name); err != nil || !info.Mode().IsRegular() {
		return nil, missing.Because(err)
	}
	file, err := f.root.Open(f.name)
	if err != nil {
		return nil, missing.Because(err)
	}
	return file, nil
}

// pouchPaths finds the files that are meant: those that were named, and in folders those that are encrypted.
func pouchPaths(paths []string) (out []pouchPath, closeAll func() error, err error) {
	var roots []*os.Root
	closeAll = func() error {
		var errs []error
		for _, r := range roots {
			errs = append(errs, r.Close())
		}
		return errors.Join(errs...)
	}
	open := func(dir string) (*os.Root, error) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, refusal.New(refusal.Missing, "pouch.no_file", "file", dir).Because(err)
		}
		roots = append(roots, root)
		return root, nil
	}
	for _, path := range paths {
		if !filepath.IsAbs(path) {
			return nil, closeAll, refusal.New(refusal.Invalid, "pouch.relative", "folder", path)
		}
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			root, err := open(filepath.Dir(path))
			if err != nil {
				return nil, closeAll, err
			}
			out = append(out, pouchPath{root: root, name: filepath.Base(path), shown: path})
			continue
		}
		root, err := open(path)
		if err != nil {
			return nil, closeAll, err
		}
		found, err := encrypted(root, path)
		if err != nil {
			return nil, closeAll, err
		}
		out = append(out, found...)
	}
	return out, closeAll, nil
}

// encrypted lists the files of a folder that begin as a pouch does. A medium may hold other things.
func encrypted(root *os.Root, dir string) (out []pouchPath, err error) {
	d, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(maxPouchFiles)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	slices.Sort(names)
	for _, name := range names {
		f := pouchPath{root: root, name: name, shown: filepath.Join(dir, name)}
		file, err := f.open()
		if err != nil {
			continue
		}
		if _, err := keys.Recipients(file); err == nil && !strings.HasSuffix(name, ".part") {
			out = append(out, f)
		}
		_ = file.Close() // only read
	}
	if len(out) == 0 {
		return nil, refusal.New(refusal.Missing, "pouch.empty_folder", "folder", dir)
	}
	return out, nil
}

// InspectedPouch is what can be said of a file without any key: sizes.
type InspectedPouch struct {
	File       string `json:"file"`
	Bytes      int64  `json:"bytes"`
	Recipients int    `json:"recipients"`
	Digest     string `json:"digest"`
}

// InspectPouch looks at a file from outside.
func InspectPouch(path string) (out InspectedPouch, err error) {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return out, refusal.New(refusal.Missing, "pouch.no_file", "file", path).Because(err)
	}
	defer root.Close()
	f, err := pouchPath{root: root, name: filepath.Base(path), shown: path}.open()
	if err != nil {
		return out, err
	}
	defer f.Close()
	out.File = path
	sum := sha256.New()
	if out.Recipients, err = keys.Recipients(f); err != nil {
		return out, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return out, err
	}
	out.Bytes, err = io.Copy(sum, f)
	out.Digest = hex.EncodeToString(sum.Sum(nil))
	return out, err
}
