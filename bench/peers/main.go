// Command peers takes the same entries through the programs that people would use instead, and through the floor, in one run: how long, and how much processor time, until a second,
// empty place holds all of them. It is a module of its own, so that nothing of it is in Entente. What is not installed is skipped, and said.
//
//	cd bench/peers && go run . -entries 100000
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"entente.example/bench/floor"
	"entente.example/bench/load"
	"entente.example/ledger"
)

// peer is a program that the entries are taken through.
type peer struct {
	name, how string
	needs     string // a program that has to be there
	run       func(ctx context.Context, dir string, leaves [][]byte) (floor.Cost, error)
}

var peers = []peer{
	{"JetStream", "mirror of a file stream on a second server over a leaf connection; defaults: not fsynced, trusts its source", "", jetStream},
	{"git", "clone of 4,096 files a commit, all objects checked", "git", gitClone},
	{"Fossil", "clone over HTTP of the same", "fossil", fossilClone},
	{"CouchDB", "pull replication by CouchDB's protocol, one document an entry, from one pouchdb-server to another", "pouchdb-server", replicate},
	{"PostgreSQL, copied", "logical replication: a new subscription copies the published table", "initdb", subscribe(false)},
	{"PostgreSQL, streamed", "logical replication: a subscription that was away decodes and applies what was written since", "initdb", subscribe(true)},
	{"Matrix", "a room between two homeservers", "dendrite", nil},
}

func main() {
	n := flag.Int("entries", 100_000, "how many entries")
	flag.Parse()
	if err := run(context.Background(), *n); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, n int) error {
	dir, err := os.MkdirTemp("", "peers")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bundle, err := load.Bundle(n)
	if err != nil {
		return err
	}
	leaves, err := ledger.SplitBundle(bundle, n)
	if err != nil {
		return err
	}
	fmt.Printf("%d processors, %s, %d entries of %d bytes\n", runtime.NumCPU(), runtime.Version(), n, len(bundle)/n-2)
	k, err := floor.NewKeep(dir)
	if err != nil {
		return err
	}
	f, err := floor.Measure(func() error { _, err := k.Take(bundle); return err })
	if err := errors.Join(err, k.Close()); err != nil {
		return err
	}
	show("floor B", f, f, n)
	for _, p := range peers {
		if p.run == nil {
			fmt.Printf("%-20s skipped: not measured here\n", p.name)
			continue
		}
		if _, err := p.program(); err != nil {
			fmt.Printf("%-20s skipped: %s is not installed\n", p.name, p.needs)
			continue
		}
		sub := filepath.Join(dir, strings.ReplaceAll(p.name, " ", "-"))
		if err := os.Mkdir(sub, 0o700); err != nil {
			return err
		}
		c, err := p.run(ctx, sub, leaves)
		if err != nil {
			fmt.Printf("%-20s failed: %v\n", p.name, err)
			continue
		}
		show(p.name, c, f, n)
		fmt.Printf("%20s %s; %s\n", "", p.how, version(ctx, p))
	}
	return nil
}

func show(name string, c, f floor.Cost, n int) {
	us := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(n) }
	fmt.Printf("%-20s %8.2f µs CPU, %8.2f µs wall an entry, %8.0f entries/s; / floor B %6.2f CPU, %6.2f wall\n", name, us(c.CPU), us(c.Wall), float64(n)/c.Wall.Seconds(),
		float64(c.CPU)/float64(f.CPU), float64(c.Wall)/float64(f.Wall))
}

// program is where the program lies that a peer needs.
func (p peer) program() (string, error) {
	switch p.needs {
	case "":
		return "", nil
	case "initdb":
		bin, err := postgresPrograms()
		return filepath.Join(bin, p.needs), err
	}
	return exec.LookPath(p.needs)
}

// version is what a peer says of itself, in a line.
func version(ctx context.Context, p peer) string {
	if p.needs == "" {
		return natsVersion
	}
	path, err := p.program()
	if err != nil {
		return p.needs
	}
	ask := map[string]string{"git": "version", "fossil": "version", "initdb": "--version"}
	if ask[p.needs] == "" {
		return p.needs // pouchdb-server serves whatever it is asked
	}
	out, err := exec.CommandContext(ctx, path, ask[p.needs]).Output()
	if err != nil {
		return p.needs
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return strings.TrimSpace(first)
}

// children is the processor time of all programs this one has waited for.
func children() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &u); err != nil {
		panic(err) // cannot be with these arguments
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure runs a program and what it starts.
func measure(f func() error) (floor.Cost, error) {
	cpu, start := children(), time.Now()
	err := f()
	return floor.Cost{CPU: children() - cpu, Wall: time.Since(start)}, err
}

// measureRunning runs work that is done by servers which go on afterwards.
func measureRunning(servers []int, work func() error) (floor.Cost, error) {
	before, err := spent(servers)
	if err != nil {
		return floor.Cost{}, err
	}
	began := time.Now()
	if err := work(); err != nil {
		return floor.Cost{}, err
	}
	cost := floor.Cost{Wall: time.Since(began)}
	after, err := spent(servers)
	cost.CPU = after - before
	return cost, err
}

// spent is the processor time of servers so far: their own, that of their processes which have ended, and that of those which run.
func spent(servers []int) (all time.Duration, err error) {
	for _, pid := range servers {
		own, err := ticks(pid, 4)
		if err != nil {
			return 0, err
		}
		all += own
		running, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", pid))
		if err != nil {
			return 0, err
		}
		for child := range strings.FieldsSeq(string(running)) {
			id, err := strconv.Atoi(child)
			if err != nil {
				return 0, err
			}
			own, err := ticks(id, 2)
			if errors.Is(err, os.ErrNotExist) {
				continue // it ended just now
			}
			if err != nil {
				return 0, err
			}
			all += own
		}
	}
	return all, nil
}

// ticks adds up the first n of a process's four times, in hundredths of a second: in its own code, in the system's, and both of the children that it has waited for.
func ticks(pid, n int) (sum time.Duration, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, after, ok := strings.Cut(string(stat[max(0, bytes.LastIndexByte(stat, ')')):]), ") ")
	fields := strings.Fields(after)
	if !ok || len(fields) < 15 {
		return 0, fmt.Errorf("process %d: %q", pid, stat)
	}
	for _, f := range fields[11 : 11+n] {
		t, err := strconv.Atoi(f)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(t) * 10 * time.Millisecond
	}
	return sum, nil
}
