//go:build linux && amd64

package calls

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"unsafe"
)

// The system calls that change files, or open them, by their numbers: where their file or folder stands among the arguments, and where a path does.
var watched = map[uint64]struct {
	name     string
	fd, path int // -1: none
}{
	syscall.SYS_OPENAT:    {"openat", 0, 1},
	syscall.SYS_WRITE:     {"write", 0, -1},
	syscall.SYS_PWRITE64:  {"pwrite64", 0, -1},
	syscall.SYS_FSYNC:     {"fsync", 0, -1},
	syscall.SYS_FDATASYNC: {"fdatasync", 0, -1},
	syscall.SYS_FTRUNCATE: {"ftruncate", 0, -1},
	syscall.SYS_FALLOCATE: {"fallocate", 0, -1},
	syscall.SYS_LINKAT:    {"linkat", 2, 3},
	syscall.SYS_RENAMEAT:  {"renameat", 0, 1},
	syscall.SYS_UNLINKAT:  {"unlinkat", 0, 1},
	syscall.SYS_MKDIRAT:   {"mkdirat", 0, 1},
	syscall.SYS_FCHMODAT:  {"fchmodat", 0, 1},
	sysCopyFileRange:      {"copy_file_range", 2, -1},
}

const (
	sysCopyFileRange = 326
	getSyscallInfo   = 0x420e // PTRACE_GET_SYSCALL_INFO
	exitKill         = 0x100000
	noThread         = 0x20000000 // __WNOTHREAD: children of other threads are none of ours
	noSuchCall       = ^uint64(0)
)

// info is struct ptrace_syscall_info: at the entry of a call its number and arguments, at its exit its result.
type info struct {
	Op   uint8
	_    [3]uint8
	Arch uint32
	_    [2]uint64
	Nr   uint64
	Args [6]uint64
	_    uint64
}

// tracer follows one process and all of its threads.
type tracer struct {
	plan  Plan
	pid   int
	ran   Ran
	fails map[int]syscall.Errno // by thread: what its call is to return
}

// Run runs a program to its end. What it says is kept beside its directory.
func Run(plan Plan, program string, env []string, args ...string) (Ran, error) {
	dir, err := os.MkdirTemp("", "calls-")
	if err != nil {
		return Ran{}, err
	}
	defer os.RemoveAll(dir)
	out, err := os.Create(filepath.Join(dir, "out"))
	if err != nil {
		return Ran{}, err
	}
	defer out.Close()
	said, err := os.Create(filepath.Join(dir, "said"))
	if err != nil {
		return Ran{}, err
	}
	defer said.Close()
	t := &tracer{plan: plan, fails: map[int]syscall.Errno{}}
	if err := t.run(program, env, args, out, said); err != nil {
		return t.ran, err
	}
	for to, f := range map[*string]*os.File{&t.ran.Out: out, &t.ran.Said: said} {
		b, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<20))
		if err != nil {
			return t.ran, err
		}
		*to = string(b)
	}
	return t.ran, nil
}

func (t *tracer) run(program string, env, args []string, out, said *os.File) error {
	runtime.LockOSThread() // the kernel knows one thread as the tracer
	defer runtime.UnlockOSThread()
	null, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	defer null.Close()
	t.pid, err = syscall.ForkExec(program, append([]string{program}, args...), &syscall.ProcAttr{
		Env: env, Files: []uintptr{null.Fd(), out.Fd(), said.Fd()}, Sys: &syscall.SysProcAttr{Ptrace: true, Setpgid: true}})
	if err != nil {
		return err
	}
	var ws syscall.WaitStatus
	if _, err := syscall.Wait4(t.pid, &ws, syscall.WALL, nil); err != nil {
		return err
	}
	const options = syscall.PTRACE_O_TRACESYSGOOD | syscall.PTRACE_O_TRACECLONE | syscall.PTRACE_O_TRACEFORK | syscall.PTRACE_O_TRACEVFORK | syscall.PTRACE_O_TRACEEXEC | exitKill
	if err := errors.Join(syscall.PtraceSetOptions(t.pid, options), syscall.PtraceSyscall(t.pid, 0)); err != nil {
		return err
	}
	known := map[int]bool{t.pid: true}
	for {
		tid, err := syscall.Wait4(-t.pid, &ws, syscall.WALL|noThread, nil) // its own group: others may have been begun on this thread, and are waited for elsewhere
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil {
			return err
		}
		if ws.Exited() || ws.Signaled() {
			if tid == t.pid {
				t.ran.Code = ws.ExitStatus() // -1 if it was killed
				return nil
			}
			continue
		}
		deliver := 0
		switch sig := ws.StopSignal(); {
		case sig == syscall.SIGTRAP|0x80:
			if err := t.stopped(tid); err != nil && !errors.Is(err, syscall.ESRCH) {
				return err
			}
		case sig == syscall.SIGTRAP && ws.TrapCause() > 0: // a thread begins
		case sig == syscall.SIGSTOP && !known[tid]: // as one begins
		default:
			deliver = int(sig)
		}
		known[tid] = true
		if err := syscall.PtraceSyscall(tid, deliver); err != nil && !errors.Is(err, syscall.ESRCH) { // it may have been killed meanwhile
			return err
		}
	}
}

// stopped is where a thread is about to make a call, or has made one.
func (t *tracer) stopped(tid int) error {
	var i info
	if _, _, e := syscall.Syscall6(syscall.SYS_PTRACE, getSyscallInfo, uintptr(tid), unsafe.Sizeof(i), uintptr(unsafe.Pointer(&i)), 0, 0); e != 0 {
		return e
	}
	if i.Op != 1 {
		fails, ok := t.fails[tid]
		if !ok {
			return nil
		}
		delete(t.fails, tid)
		return t.alter(tid, func(r *syscall.PtraceRegs) { r.Rax = uint64(-int64(fails)) })
	}
	call, ok := t.of(i)
	if !ok {
		return nil
	}
	t.ran.Calls = append(t.ran.Calls, call)
	return t.strike(tid, i, call)
}

// strike does what the plan says to a call.
func (t *tracer) strike(tid int, i info, call Call) error {
	n := len(t.ran.Calls)
	now := n == t.plan.At
	t.ran.Struck = t.ran.Struck || now
	switch t.plan.Way {
	case Kill:
		if now {
			return syscall.Kill(t.pid, syscall.SIGKILL)
		}
	case EIO:
		if now {
			return t.instead(tid, syscall.EIO)
		}
	case Lie:
		if now {
			t.fails[tid] = syscall.EIO
		}
	case Full:
		writes := call.Name == "write" || call.Name == "pwrite64"
		switch {
		case now && writes && i.Args[2] > 1:
			return t.alter(tid, func(r *syscall.PtraceRegs) { r.Rdx /= 2 })
		case now, n > t.plan.At && call.fills():
			return t.instead(tid, syscall.ENOSPC)
		}
	}
	return nil
}

// instead lets a call come to nothing.
func (t *tracer) instead(tid int, e syscall.Errno) error {
	t.fails[tid] = e
	return t.alter(tid, func(r *syscall.PtraceRegs) { r.Orig_rax = noSuchCall })
}

func (t *tracer) alter(tid int, f func(*syscall.PtraceRegs)) error {
	var r syscall.PtraceRegs
	if err := syscall.PtraceGetRegs(tid, &r); err != nil {
		return err
	}
	f(&r)
	return syscall.PtraceSetRegs(tid, &r)
}

// of is the call that is about to be made, if it is one of those that are counted.
func (t *tracer) of(i info) (c Call, counts bool) {
	w, ok := watched[i.Nr]
	if !ok {
		return c, false
	}
	c.Name = w.name
	if w.path >= 0 {
		c.Path = t.text(i.Args[w.path])
	}
	if fd := int32(i.Args[w.fd]); !filepath.IsAbs(c.Path) && fd >= 0 {
		of, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", t.pid, fd))
		if err != nil {
			return c, false
		}
		c.Path = filepath.Join(of, c.Path)
	}
	if i.Nr == syscall.SYS_OPENAT && i.Args[2]&syscall.O_CREAT != 0 {
		c.Name = "creating openat"
	}
	within, err := filepath.Rel(t.plan.Under, c.Path)
	if err != nil || !filepath.IsLocal(within) {
		return c, false
	}
	c.Path = within
	return c, true
}

// text reads a path out of the process's memory.
func (t *tracer) text(at uint64) string {
	m, err := os.Open(fmt.Sprintf("/proc/%d/mem", t.pid))
	if err != nil {
		return ""
	}
	defer m.Close()
	b := make([]byte, 4096)
	n, _ := m.ReadAt(b, int64(at)) // its page may be the last one
	path, _, _ := strings.Cut(string(b[:n]), "\x00")
	return path
}
