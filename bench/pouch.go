package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"entente.example/bench/floor"
	"entente.example/internal/chancery"
	"entente.example/internal/demo"
)

// carried is what a pouch of a backlog cost to pack and to open.
type carried struct {
	entries, bytes   int64
	pack, open       floor.Cost
	idle             int64 // memory before
	packPeak, opened int64 // most memory seen
}

// pouch measures a backlog of n entries that goes from a to b in a courier's hand.
func pouch(ctx context.Context, dir string, n int) (c carried, err error) {
	p, err := newPair(ctx, filepath.Join(dir, "nodes"))
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	p.a.Cut(string(p.b.Party))
	p.b.Cut(string(p.a.Party))
	if err := p.backlog(ctx, n); err != nil {
		return c, err
	}
	medium := filepath.Join(dir, "medium")
	if err := os.Mkdir(medium, 0o700); err != nil {
		return c, err
	}
	debug.FreeOSMemory() // what writing the backlog left is not what a pouch takes
	if c.idle, err = resident(); err != nil {
		return c, err
	}
	c.pack, c.packPeak, err = watched(func() error {
		files, err := p.a.PackPouch(ctx, p.Mech, string(p.b.Party), medium, "", chancery.PackOptions{})
		for _, f := range files {
			c.bytes, c.entries = c.bytes+f.Bytes, c.entries+f.Parcel.Entries
		}
		return err
	})
	if err != nil {
		return c, err
	}
	debug.FreeOSMemory()
	c.open, c.opened, err = watched(func() error { return c.take(ctx, p.b, medium, n) })
	return c, err
}

// take opens everything and demands that the backlog was new.
func (c *carried) take(ctx context.Context, at *demo.Actor, medium string, backlog int) error {
	files, err := at.OpenPouch(ctx, []string{medium}, chancery.OpenOptions{})
	if err != nil {
		return err
	}
	var news int64
	for _, f := range files {
		if f.Error != nil {
			return f.Error
		}
		news += f.Parcel.New
	}
	if news < int64(backlog) { // what was under way when the line was cut may be in the pouch, too
		return fmt.Errorf("%d entries were new, of %d", news, backlog)
	}
	return nil
}

// watched measures work and the most memory that this process held meanwhile.
func watched(work func() error) (c floor.Cost, peak int64, err error) {
	done := make(chan struct{})
	seen := make(chan int64)
	go func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		var most int64
		for {
			select {
			case <-done:
				seen <- most
				return
			case <-tick.C:
				if m, err := resident(); err == nil {
					most = max(most, m)
				}
			}
		}
	}()
	c, err = floor.Measure(work)
	close(done)
	return c, <-seen, err
}

// pouch is the part of a run.
func (b *bench) pouch(ctx context.Context) error {
	dir, err := b.sub("pouch")
	if err != nil {
		return err
	}
	c, err := pouch(ctx, dir, b.entries)
	if err != nil {
		return err
	}
	n := int(c.entries)
	say("the pouch", "%d entries, %.0f MB", n, mega(c.bytes))
	say("packed", "%.1f µs CPU an entry, %.0f entries/s, memory +%.0f MB", micros(c.pack.CPU, n), float64(n)/c.pack.Wall.Seconds(), mega(c.packPeak-c.idle))
	say("opened: verified, stored and folded", "%.1f µs CPU an entry, %.0f entries/s, memory +%.0f MB", micros(c.open.CPU, n), float64(n)/c.open.Wall.Seconds(), mega(c.opened-c.idle))
	return nil
}
