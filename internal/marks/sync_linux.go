package marks

import (
	"os"
	"syscall"
)

// dataSync waits for a file's bytes and its length, as SQLite does on Linux.
func dataSync(f *os.File) error {
	for {
		if err := syscall.Fdatasync(int(f.Fd())); err != syscall.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
