// Package durable is what a file needs beside its own sync to outlive a power cut: that its name does, too; and what a disk says that takes no more.
package durable

import (
	"errors"
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

// Refused reports whether a disk takes nothing more for now: there is no room, or none for us, it is only to be read, or it fails.
func Refused(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EIO) || errors.Is(err, syscall.EROFS)
}
