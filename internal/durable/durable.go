// Package durable is what a file needs beside its own sync to outlive a power cut: that its name does, too; and what a disk says that takes no more.
package durable

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Folder returns when the names in a folder, new, changed or gone, are on the disk.
func Folder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Rename gives a file another name, in the place of whatever has it, and returns when that is on the disk. What is in the file must be there before.
func Rename(from, to string) error {
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return Folder(filepath.Dir(to))
}

// Create writes a new file for its owner alone. It has its name only once it is whole and on the disk, and takes nobody's place: whoever comes second, at the same moment too, is told fs.ErrExist. Nothing else in the folder
// is touched, whatever it is called; of a program that was killed, a part may stay under a name of its own. Errors of the file name it as path.
func Create(path string, fill func(*os.File) error) error {
	if _, err := os.Lstat(path); err == nil {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.new")
	if err != nil {
		return as(path, "", err)
	}
	err = cmp.Or(fill(f), f.Sync(), f.Close()) // the first thing that failed says why
	if err == nil {
		err = name(f.Name(), path)
	}
	_ = os.Remove(f.Name())
	return as(path, f.Name(), err)
}

// name gives a file its name if nobody has that, and takes it back if it is not sure to be on the disk.
func name(from, to string) error {
	err := os.Link(from, to)
	ours := err == nil || alike(from, to)
	if !ours && !errors.Is(err, fs.ErrExist) && !Refused(err) { // a disk on which no file has two names, as most sticks are
		if _, err := os.Lstat(to); err == nil {
			return &fs.PathError{Op: "create", Path: to, Err: fs.ErrExist}
		}
		err = os.Rename(from, to)
		ours = err == nil
	}
	if ours {
		if e := os.Remove(from); !errors.Is(e, fs.ErrNotExist) {
			err = cmp.Or(err, e)
		}
		err = cmp.Or(err, Folder(filepath.Dir(to)))
	}
	if ours && err != nil {
		_ = os.Remove(to)
	}
	return err
}

// alike reports whether two names are of one file: a disk may have done what it calls failed.
func alike(a, b string) bool {
	one, err := os.Lstat(a)
	if err != nil {
		return false
	}
	other, err := os.Lstat(b)
	return err == nil && os.SameFile(one, other)
}

// as names the file that was asked for where an error has the name that it was written under, if it is that error's.
func as(path, written string, err error) error {
	var link *os.LinkError
	var file *fs.PathError
	switch {
	case errors.As(err, &link):
		return &fs.PathError{Op: link.Op, Path: path, Err: link.Err}
	case errors.As(err, &file) && (written == "" || file.Path == written):
		return &fs.PathError{Op: file.Op, Path: path, Err: file.Err}
	}
	return err
}

// Refused reports whether a disk takes nothing more for now: there is no room, or none for us, it is only to be read, or it fails.
func Refused(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO) || errors.Is(err, syscall.EROFS)
}
