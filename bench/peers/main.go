// Command peers takes the same entries through the programs that people would use instead, and through the floor, in one run: how long, and how much processor time, until a second,
// empty place holds all of them. It is a module of its own, so that nothing of it is in Entente. What is not installed is skipped, and said.
//
//	cd bench/peers && go run . -entries 100000
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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
	{"CouchDB", "pull replication of pouchdb-server", "pouchdb-server", nil},
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
		if p.needs != "" {
			if _, err := exec.LookPath(p.needs); err != nil || p.run == nil {
				fmt.Printf("%-10s skipped: %s is not installed, or not measured here\n", p.name, p.needs)
				continue
			}
		}
		sub := filepath.Join(dir, p.name)
		if err := os.Mkdir(sub, 0o700); err != nil {
			return err
		}
		c, err := p.run(ctx, sub, leaves)
		if err != nil {
			fmt.Printf("%-10s failed: %v\n", p.name, err)
			continue
		}
		show(p.name, c, f, n)
		fmt.Printf("           %s; %s\n", p.how, version(ctx, p))
	}
	return nil
}

func show(name string, c, f floor.Cost, n int) {
	us := func(d time.Duration) float64 { return float64(d.Microseconds()) / float64(n) }
	fmt.Printf("%-10s %8.2f µs CPU, %8.2f µs wall an entry, %8.0f entries/s; / floor B %6.2f CPU, %6.2f wall\n", name, us(c.CPU), us(c.Wall), float64(n)/c.Wall.Seconds(),
		float64(c.CPU)/float64(f.CPU), float64(c.Wall)/float64(f.Wall))
}

func version(ctx context.Context, p peer) string {
	if p.needs == "" {
		return natsVersion
	}
	out, err := exec.CommandContext(ctx, p.needs, "version").Output()
	if err != nil {
		return p.needs
	}
	first, _, _ := strings.Cut(string(out), "\n")
	return first
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
