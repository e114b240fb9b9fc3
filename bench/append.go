package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"entente.example/bench/floor"
	"entente.example/bench/load"
)

// append measures our store against floor B: frame, hash, decode, insert, commit.
func (b *bench) append(context.Context) error {
	bundle, err := load.Bundle(b.entries)
	if err != nil {
		return err
	}
	size := float64(len(bundle) - 2*b.entries)
	say("entries", "%.0f bytes on average, transactions of %d", size/float64(b.entries), floor.PerTransaction)
	var f, a floor.Cost
	for i := range b.rounds { // in turns, so that a busy moment of the machine hits both
		fc, _, err := takeFloor(filepath.Join(b.dir, fmt.Sprint("floor", i)), bundle)
		if err != nil {
			return err
		}
		ac, disk, err := takeGround(filepath.Join(b.dir, fmt.Sprint("ground", i)), bundle)
		if err != nil {
			return err
		}
		f, a = best(f, fc), best(a, ac)
		if i == 0 {
			say("on the disk, for a byte of entry", "%.2f bytes", float64(disk)/size)
		}
	}
	b.floor = best(b.floor, f)
	cost("floor B", f, b.entries)
	cost("append", a, b.entries)
	say("append / floor B", "%.2f CPU, %.2f wall", ratio(a.CPU, f.CPU), ratio(a.Wall, f.Wall))
	return nil
}

func cost(what string, c floor.Cost, n int) {
	say(what, "%.2f µs CPU, %.2f µs wall an entry, %.0f entries/s", micros(c.CPU, n), micros(c.Wall, n), float64(n)/c.Wall.Seconds())
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

// floorB measures floor B again, beside what is compared to it.
func (b *bench) floorB() (floor.Cost, error) {
	bundle, err := load.Bundle(b.entries)
	if err != nil {
		return floor.Cost{}, err
	}
	dir := filepath.Join(b.dir, "floor")
	c, _, err := takeFloor(dir, bundle)
	return c, errors.Join(err, os.RemoveAll(dir))
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

func mega(n int64) float64 { return float64(n) / (1 << 20) }
