// Command bench measures Entente against the floors in bench/floor, in one run, and prints a table.
//
// Absolute figures belong to the machine; the ratios are what counts. The same work runs as Go benchmarks: go test -bench . ./bench
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"entente.example/bench/floor"
	"entente.example/internal/store"
	"entente.example/internal/store/sqlite"
	"entente.example/ledger"
)

func main() {
	entries := flag.Int("entries", 100_000, "how many entries to take in")
	rounds := flag.Int("rounds", 3, "how often; the best of each is printed")
	flag.Parse()
	if err := run(*entries, *rounds); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(entries, rounds int) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bundle, err := load(entries)
	if err != nil {
		return err
	}
	size := float64(len(bundle) - 2*entries)
	fmt.Printf("%d entries of %.0f bytes, transactions of %d, best of %d\n", entries, size/float64(entries), floor.PerTransaction, rounds)
	var f, a floor.Cost
	for i := range rounds { // in turns, so that a busy moment of the machine hits both
		fc, _, err := takeFloor(filepath.Join(dir, fmt.Sprint("f", i)), bundle)
		if err != nil {
			return err
		}
		ac, disk, err := takeGround(filepath.Join(dir, fmt.Sprint("a", i)), bundle)
		if err != nil {
			return err
		}
		f, a = best(f, fc), best(a, ac)
		if i == 0 {
			fmt.Printf("on disk            %5.2f bytes for a byte of entry\n", float64(disk)/size)
		}
	}
	line := func(name string, c floor.Cost) {
		fmt.Printf("%-18s %5.2f µs CPU, %5.2f µs wall an entry, %7.0f entries/s\n", name, micros(c.CPU, entries), micros(c.Wall, entries), float64(entries)/c.Wall.Seconds())
	}
	line("floor B", f)
	line("append", a)
	fmt.Printf("append / floor B   %5.2f CPU, %5.2f wall\n", float64(a.CPU)/float64(f.CPU), float64(a.Wall)/float64(f.Wall))
	if err := opening(filepath.Join(dir, "a0")); err != nil {
		return err
	}
	d, err := twoCommits(dir, 500)
	if err != nil {
		return err
	}
	fmt.Printf("two commits        p50 %v, p99 %v\n", d[len(d)/2], d[len(d)*99/100])
	return whole(context.Background(), dir, entries, f, d[len(d)/2])
}

func micros(d time.Duration, n int) float64 { return float64(d.Microseconds()) / float64(n) }

func best(a, b floor.Cost) floor.Cost {
	if a.CPU == 0 {
		return b
	}
	return floor.Cost{CPU: min(a.CPU, b.CPU), Wall: min(a.Wall, b.Wall)}
}

func takeFloor(dir string, bundle []byte) (c floor.Cost, disk int64, err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return c, 0, err
	}
	k, err := floor.NewKeep(dir)
	if err != nil {
		return c, 0, err
	}
	c, err = floor.Measure(func() error { _, err := k.Take(bundle); return err })
	if err := errors.Join(err, k.Close()); err != nil {
		return c, 0, err
	}
	disk, err = floor.DiskUse(dir)
	return c, disk, err
}

func takeGround(dir string, bundle []byte) (c floor.Cost, disk int64, err error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return c, 0, err
	}
	g, err := newGround(dir)
	if err != nil {
		return c, 0, err
	}
	c, err = floor.Measure(func() error { _, err := g.take(bundle); return err })
	if err := errors.Join(err, g.Close()); err != nil {
		return c, 0, err
	}
	disk, err = floor.DiskUse(dir)
	return c, disk, err
}

// opening says how long a record takes to open, and what it holds of memory then, and after reading all of it once.
func opening(dir string) error {
	debug.FreeOSMemory()
	before, err := resident()
	if err != nil {
		return err
	}
	start := time.Now()
	db, err := sqlite.Open(context.Background(), sqlite.Options{Path: filepath.Join(dir, "record.db")})
	if err != nil {
		return err
	}
	took := time.Since(start)
	debug.FreeOSMemory()
	idle, err := resident()
	if err != nil {
		return errors.Join(err, db.Close())
	}
	n := 0
	for range 4 {
		err = errors.Join(err, db.View(context.Background(), func(r store.Reader) error {
			for _, err := range r.Entries(1, 0, 1<<40) {
				if err != nil {
					return err
				}
				n++
			}
			return nil
		}))
	}
	debug.FreeOSMemory()
	after, err2 := resident()
	fmt.Printf("open               %v; memory +%.1f MB, after reading %d entries +%.1f MB\n", took.Round(10*time.Microsecond), mega(idle-before), n, mega(after-before))
	return errors.Join(err, err2, db.Close())
}

func mega(n int64) float64 { return float64(n) / (1 << 20) }

// twoCommits times what an act costs at least that is durable at its author and then at its reader: two commits of one entry that cannot overlap. Sorted.
func twoCommits(dir string, n int) ([]time.Duration, error) {
	bundle, err := load(n)
	if err != nil {
		return nil, err
	}
	leaves, err := ledger.SplitBundle(bundle, n)
	if err != nil {
		return nil, err
	}
	var ends []*ground
	for _, name := range []string{"author", "reader"} {
		sub := filepath.Join(dir, name)
		if err := os.Mkdir(sub, 0o700); err != nil {
			return nil, err
		}
		g, err := newGround(sub)
		if err != nil {
			return nil, err
		}
		defer g.Close()
		ends = append(ends, g)
	}
	var out []time.Duration
	for _, leaf := range leaves {
		start := time.Now()
		for _, g := range ends {
			if err := g.add([][]byte{leaf}); err != nil {
				return nil, err
			}
		}
		out = append(out, time.Since(start))
	}
	slices.Sort(out)
	return out, nil
}
