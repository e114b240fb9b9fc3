package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/chancery"
)

// process is a node in a process of its own: `entente serve`.
type process struct {
	*exec.Cmd
	dir   string
	start time.Duration // from its beginning until it answered
}

// binary builds the program once.
func (b *bench) binary() (string, error) {
	if b.program != "" {
		return b.program, nil
	}
	path := filepath.Join(b.dir, "entente")
	if out, err := exec.Command("go", "build", "-o", path, "entente.example/cmd/entente").CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the program: %w: %s", err, out)
	}
	b.program = path
	return path, nil
}

// answerWithin bounds how long a node may take until it answers.
const answerWithin = time.Minute

// serve starts a node and waits until its API answers.
func (b *bench) serve(ctx context.Context, dir string) (*process, error) {
	program, err := b.binary()
	if err != nil {
		return nil, err
	}
	p := &process{Cmd: exec.Command(program, "serve", "--dir", dir), dir: dir}
	began := time.Now()
	if err := p.Start(); err != nil {
		return nil, err
	}
	for time.Since(began) < answerWithin {
		if err := p.ask(ctx, "/verify"); err == nil { // how far a verification is, of which there is none: the API answers, and the node has not been asked to look at everything
			p.start = time.Since(began)
			return p, nil
		}
		time.Sleep(time.Millisecond)
	}
	return nil, errors.Join(errors.New("the node does not answer"), p.Process.Kill(), p.Wait())
}

// ask reads from the node's API and forgets the answer.
func (p *process) ask(ctx context.Context, path string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://node/api/v1"+path, http.NoBody)
	if err != nil {
		return err
	}
	res, err := p.client().Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	return errors.Join(err, res.Body.Close())
}

// client speaks to the node's own socket.
func (p *process) client() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", chancery.SocketIn(p.dir))
	}}}
}

// stop ends the node, by SIGKILL if asked.
func (p *process) stop(signal syscall.Signal) error {
	err := p.Process.Signal(signal)
	if e := p.Wait(); e != nil && signal != syscall.SIGKILL {
		err = errors.Join(err, e)
	}
	return err
}

// clockTicks a second, in which Linux counts processor time.
const clockTicks = 100

// cpu is the processor time the node has used so far.
func (p *process) cpu() (time.Duration, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Process.Pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0, errors.New("stat has another form")
	}
	user, err := strconv.ParseInt(f[11], 10, 64)
	system, err2 := strconv.ParseInt(f[12], 10, 64)
	return time.Duration(user+system) * time.Second / clockTicks, errors.Join(err, err2)
}

// work is the processor time the node has used so far, to the nanosecond: of its threads that live.
func (p *process) work() (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.Process.Pid))
	var sum time.Duration
	for _, t := range threads {
		b, e := os.ReadFile(t)
		if e != nil {
			continue // it has ended
		}
		on, _, _ := strings.Cut(string(b), " ")
		n, e := strconv.ParseInt(on, 10, 64)
		sum, err = sum+time.Duration(n), errors.Join(err, e)
	}
	return sum, err
}

// memory is how many bytes of the node are in memory, now (VmRSS) or at most so far (VmHWM).
func (p *process) memory(which string) (int64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	if err != nil {
		return 0, err
	}
	for l := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(l, which+":"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("there is no %s", which)
}

// folded reads from outside how many entries of a party's log a node has folded, so that asking costs the node nothing.
type folded struct {
	db *sqlite3.Conn
	s  *sqlite3.Stmt
}

func watchFolded(dir, party string) (*folded, error) {
	db, err := sqlite3.OpenFlags("file:"+filepath.Join(dir, chancery.RecordFile), sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if err != nil {
		return nil, err
	}
	s, _, err := db.Prepare("SELECT applied, size FROM log WHERE party=?")
	if err == nil {
		err = s.BindText(1, party)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &folded{db, s}, nil
}

func (f *folded) now() (n int64, err error) {
	if f.s.Step() {
		n = f.s.ColumnInt64(0)
	}
	return n, f.s.Reset()
}

func (f *folded) Close() error { return errors.Join(f.s.Close(), f.db.Close()) }
