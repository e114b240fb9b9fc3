package marks

import (
	"os"
	"syscall"
)

// dataSync waits for a file's bytes and its length, as SQLite does on Linux.
func dataSync(f *os.File) error {
	for {
		switch err := syscall.Fdatasync(int(f.Fd())); err {
		case nil:
			return nil
		case syscall.EINTR:
		default:
			return &os.PathError{Op: "fdatasync", Path: f.Name(), Err: err} // whoever is told of it is told which file
		}
	}
}
