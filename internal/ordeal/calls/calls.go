// Package calls lets single system calls of the real program fail, whichever files they are of: what is written beside the database is seen by no simulated disk. It does what strace's -e inject does, but counts the calls
// of a whole process: strace counts them for each thread by itself, and the Go runtime moves a goroutine between threads as it likes. Only tests import it.
package calls

import (
	"fmt"
	"strings"
)

// Way is how a system call goes wrong.
type Way int

// The ways.
const (
	Never Way = iota // it does not: calls are only counted
	Kill             // the program is killed before it
	EIO              // it is not done, and fails
	Lie              // it is done, and called failed
	Full             // there is no room from here on: of a write, half is done before that
)

// Ways are all ways to go wrong.
var Ways = []Way{Kill, EIO, Lie, Full}

func (w Way) String() string {
	return [...]string{"never", "killed", "EIO", "done and called EIO", "ENOSPC"}[w]
}

// Call is one that could go wrong: its name, and the file that it is of.
type Call struct{ Name, Path string }

func (c Call) String() string { return fmt.Sprintf("%s of %s", c.Name, c.Path) }

// fills reports whether a call may need room on the disk.
func (c Call) fills() bool {
	return strings.HasPrefix(c.Name, "creating") || c.Name == "write" || c.Name == "pwrite64" || c.Name == "fallocate" || c.Name == "mkdirat" || c.Name == "copy_file_range"
}

// database reports whether a call is of a file of SQLite's.
func (c Call) database() bool {
	return strings.HasSuffix(c.Path, ".db") || strings.Contains(c.Path, ".db-")
}

// Plan is which call goes wrong, counted from one, among those of files under a directory, and how.
type Plan struct {
	Under string
	At    int
	Way   Way
}

// Ran is what became of a program under a plan.
type Ran struct {
	Calls  []Call // of files under the directory, in their order
	Struck bool   // the plan's call came
	Code   int    // -1 if it was killed
	Out    string
	Said   string
}
