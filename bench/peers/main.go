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
	"slices"
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
	rounds := flag.Int("rounds", 3, "how often each is measured, one after the other; the table has the medians")
	flag.Parse()
	if err := run(context.Background(), *n, max(*rounds, 1)); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// measured is what one round of a peer came to, beside the floor of the same round.
type measured struct{ own, floor floor.Cost }

func run(ctx context.Context, n, rounds int) error {
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
	fmt.Printf("%d processors, %s, %d entries of %d bytes, %d rounds\n", runtime.NumCPU(), runtime.Version(), n, len(bundle)/n-2, rounds)
	all, skipped := make([][]measured, len(peers)), make([]string, len(peers))
	var floors []measured
	for round := range rounds {
		sub := filepath.Join(dir, strconv.Itoa(round))
		if err := os.Mkdir(sub, 0o700); err != nil {
			return err
		}
		k, err := floor.NewKeep(sub)
		if err != nil {
			return err
		}
		f, err := floor.Measure(func() error { _, err := k.Take(bundle); return err })
		if err := errors.Join(err, k.Close()); err != nil {
			return err
		}
		floors = append(floors, measured{f, f})
		for i, p := range peers {
			if skipped[i] = p.missing(); skipped[i] != "" {
				continue
			}
			at := filepath.Join(sub, strings.ReplaceAll(p.name, " ", "-"))
			if err := os.Mkdir(at, 0o700); err != nil {
				return err
			}
			c, err := p.run(ctx, at, leaves)
			if err != nil {
				skipped[i] = fmt.Sprintf("failed in round %d: %v", round+1, err)
				continue
			}
			all[i] = append(all[i], measured{c, f})
		}
		if err := os.RemoveAll(sub); err != nil {
			return err
		}
	}
	fmt.Println("medians; behind the ratios to floor B of the same round stand the least and the greatest")
	show("floor B", floors, n)
	for i, p := range peers {
		if len(all[i]) > 0 {
			show(p.name, all[i], n)
			fmt.Printf("%20s %s; %s\n", "", p.how, version(ctx, p))
		}
		if skipped[i] != "" {
			fmt.Printf("%-20s %s\n", p.name, skipped[i])
		}
	}
	return nil
}

// missing says why a peer is not measured; "" if it is.
func (p peer) missing() string {
	if p.run == nil {
		return "skipped: not measured here"
	}
	if _, err := p.program(); err != nil {
		return "skipped: " + p.needs + " is not installed"
	}
	return ""
}

func show(name string, all []measured, n int) {
	us := func(of func(m measured) time.Duration) float64 {
		return median(all, func(m measured) float64 { return float64(of(m).Microseconds()) / float64(n) })
	}
	ratio := func(of func(c floor.Cost) time.Duration) string {
		each := func(m measured) float64 { return float64(of(m.own)) / float64(of(m.floor)) }
		low, high := each(all[0]), each(all[0])
		for _, m := range all {
			low, high = min(low, each(m)), max(high, each(m))
		}
		return fmt.Sprintf("%.2f (%.2f to %.2f)", median(all, each), low, high)
	}
	wall := us(func(m measured) time.Duration { return m.own.Wall })
	fmt.Printf("%-20s %8.2f µs CPU, %8.2f µs wall an entry, %8.0f entries/s; / floor B %s CPU, %s wall\n", name, us(func(m measured) time.Duration { return m.own.CPU }), wall, 1e6/wall,
		ratio(func(c floor.Cost) time.Duration { return c.CPU }), ratio(func(c floor.Cost) time.Duration { return c.Wall }))
}

// median is the middle one, of an even number the mean of both.
func median(all []measured, of func(measured) float64) float64 {
	var values []float64
	for _, m := range all {
		values = append(values, of(m))
	}
	slices.Sort(values)
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2
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
