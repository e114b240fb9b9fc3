package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
)

// settle gives back what only the start needed: memory, and the pages of the program's file that a node never looks at again, code and data. They are read-only: a page that is
// needed again comes from the file (madvise(2), MADV_DONTNEED). With one page that is touched the system maps those beside it, up to 2 MB of them, so that a start maps nearly all of the file.
func settle() {
	debug.FreeOSMemory()
	f, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer f.Close()
	self, err := os.Executable()
	if err != nil {
		return
	}
	for s := bufio.NewScanner(f); s.Scan(); {
		var from, to uintptr
		var how string
		line := s.Text()
		if n, err := fmt.Sscanf(line, "%x-%x r%s", &from, &to, &how); n == 3 && err == nil && how[0] == '-' && strings.HasSuffix(line, " "+self) {
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_DONTNEED) // refused: the pages stay, as without it
		}
	}
}
