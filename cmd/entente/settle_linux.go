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
// A part that is read-only and was written all the same, as the addresses of a position-independent program are before it runs, is not in the file as it is here, and stays.
func settle() {
	debug.FreeOSMemory()
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer f.Close()
	self, err := os.Executable()
	if err != nil {
		return
	}
	var from, to uintptr // the part that the lines are about; none if it is not of the program's file, or may be written
	for s := bufio.NewScanner(f); s.Scan(); {
		line := s.Text()
		switch words := strings.Fields(line); {
		case strings.Contains(words[0], "-"):
			var how string
			n, err := fmt.Sscanf(line, "%x-%x r%s", &from, &to, &how)
			if n != 3 || err != nil || how[0] != '-' || !strings.HasSuffix(line, " "+self) {
				from, to = 0, 0
			}
		case words[0] == "Anonymous:" && words[1] == "0" && from < to:
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, from, to-from, syscall.MADV_DONTNEED) // refused: the pages stay, as without it
		}
	}
}
