package main

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"entente.example/refusal"
)

// fileTrouble is what the system says of a file, for whoever named it: systems say it in English. nil: it is about no file.
func fileTrouble(err error) *refusal.Error {
	file, is := fileOf(err)
	if !is {
		return nil
	}
	for _, x := range []struct {
		is   error
		kind refusal.Kind
		key  string
	}{
		{fs.ErrNotExist, refusal.Missing, "cli.no_file"}, {syscall.EISDIR, refusal.Invalid, "cli.file_folder"}, {syscall.ENOTDIR, refusal.Invalid, "cli.file_no_folder"}, {fs.ErrExist, refusal.Conflict, "cli.file_exists"},
		{syscall.EROFS, refusal.Unavailable, "cli.file_read_only"}, {fs.ErrPermission, refusal.Denied, "cli.file_denied"}, {syscall.ENOSPC, refusal.Unavailable, "cli.file_no_room"}, {syscall.EDQUOT, refusal.Unavailable, "cli.file_no_room"},
		{syscall.ENAMETOOLONG, refusal.Invalid, "cli.file_long_name"}, {syscall.EMFILE, refusal.Unavailable, "cli.file_too_many"}, {syscall.ENFILE, refusal.Unavailable, "cli.file_too_many"}, {syscall.EIO, refusal.Unavailable, "cli.file_disk"},
	} {
		if errors.Is(err, x.is) {
			return refusal.New(x.kind, x.key, "file", file).Because(err)
		}
	}
	return refusal.New(refusal.Unavailable, "cli.file_trouble", "file", file, "says", reason(err)).Because(err)
}

// fileOf is the file that an error is of; false if it is of none, or of something else besides, which is not to be lost.
func fileOf(err error) (string, bool) {
	for err != nil {
		switch e := err.(type) {
		case *fs.PathError:
			return e.Path, true
		case *os.LinkError:
			if _, gone := os.Lstat(e.Old); gone != nil {
				return e.Old, true
			}
			return e.New, true
		case interface{ Unwrap() []error }:
			several := e.Unwrap()
			if len(several) != 1 {
				return "", false
			}
			err = several[0]
		default:
			err = errors.Unwrap(err)
		}
	}
	return "", false
}

// reason is what the system says of it, without the name.
func reason(err error) string {
	if e, ok := errors.AsType[syscall.Errno](err); ok {
		return e.Error()
	}
	return err.Error()
}
