package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"

	"entente.example/bench/floor"
	"entente.example/bench/load"
	"entente.example/internal/store"
	"entente.example/internal/store/sqlite"
	"entente.example/ledger"
)

const (
	atOnce  = 100_000 // entries that are made at once
	proofs  = 2_000   // of each kind
	batch   = 20      // entries in a small transaction
	batches = 1_000
	crowd   = 2_000 // logs of a store with many
)

// scale fills one log, and does to it what whoever holds it does; and the same small transactions to a store of many logs.
func (b *bench) scale(ctx context.Context) error {
	dir, err := b.sub("scale")
	if err != nil {
		return err
	}
	if err := b.grow(dir); err != nil {
		return err
	}
	g, err := reopened(ctx, dir)
	if err != nil {
		return err
	}
	if err := errors.Join(g.prove(ctx), g.hashed(ctx), g.small("batches of 20 at its end, each on the disk", func(int) *ground { return g }), g.Close()); err != nil {
		return err
	}
	return b.manyLogs()
}

// grow appends all entries, and says whether the last of them took longer than the first.
func (b *bench) grow(dir string) error {
	g, err := newGround(dir)
	if err != nil {
		return err
	}
	var took []floor.Cost
	for from := 0; from < b.entries; from += atOnce {
		part, err := load.Part(load.Mech, from, min(b.entries, from+atOnce))
		if err != nil {
			return err
		}
		c, err := floor.Measure(func() error { _, err := g.take(part); return err })
		if err != nil {
			return err
		}
		took = append(took, c)
	}
	cost("appended: the first of them", took[0], min(b.entries, atOnce))
	cost("appended: the last of them", took[len(took)-1], b.entries-(len(took)-1)*atOnce)
	return g.Close()
}

// reopened is a ground with its tree as a node that starts has it, and says how long that took.
func reopened(ctx context.Context, dir string) (g *ground, err error) {
	c, err := floor.Measure(func() error {
		db, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(dir, "record.db")})
		if err != nil {
			return err
		}
		g = &ground{DB: db, mech: load.Mech}
		return db.View(ctx, func(r store.Reader) error {
			logs, err := r.Logs(g.mech)
			if err != nil {
				return err
			}
			g.log = logs[0].ID
			if g.tree, err = ledger.RestoreBuilder(logs[0].Size, store.Tiles(r, g.log)); err == nil && g.tree.Root() != logs[0].Root {
				err = errors.New("the tree does not have the stored root")
			}
			return err
		})
	})
	if err == nil {
		say("opened, and its tree taken up", "%.1f ms", float64(c.Wall.Microseconds())/1000)
	}
	return g, err
}

// prove makes proofs for entries and old sizes anywhere in the log, each from the store, and checks every one of them.
func (g *ground) prove(ctx context.Context) error {
	var included, consistent []time.Duration
	random := rand.New(rand.NewPCG(1, 1))
	size, root := g.tree.Size(), g.tree.Root()
	for range proofs {
		at := random.Int64N(size)
		var leaf []byte
		var proof, since []ledger.Hash
		var old ledger.Hash
		err := g.View(ctx, func(r store.Reader) (err error) {
			read, begun := store.Tiles(r, g.log), time.Now()
			if proof, err = ledger.ProveInclusion(size, at, read); err != nil {
				return err
			}
			included, begun = append(included, time.Since(begun)), time.Now()
			if since, err = ledger.ProveConsistency(size, at+1, read); err != nil {
				return err
			}
			consistent = append(consistent, time.Since(begun))
			if old, err = ledger.RootAt(at+1, read); err != nil {
				return err
			}
			e, err := r.Entry(g.log, at)
			leaf = e.Leaf
			return err
		})
		if err != nil {
			return err
		}
		if err := errors.Join(ledger.CheckInclusion(proof, size, root, at, ledger.LeafHash(leaf)), ledger.CheckConsistency(since, size, root, at+1, old)); err != nil {
			return err
		}
	}
	say("an entry proved to be in it", "%s", spread(included))
	say("an older head proved to be its past", "%s", spread(consistent))
	return nil
}

// hashed reads all entries back and builds the tree anew.
func (g *ground) hashed(ctx context.Context) error {
	c, err := floor.Measure(func() error {
		return g.View(ctx, func(r store.Reader) error {
			tree := ledger.NewBuilder()
			for leaf, err := range r.Leaves(g.log, 0, g.tree.Size()) {
				if err != nil {
					return err
				}
				tree.Append(ledger.LeafHash(leaf))
				if tree.Size()%floor.PerTransaction == 0 {
					tree.TakeTiles()
				}
			}
			if tree.Root() != g.tree.Root() {
				return errors.New("what was read back has another root")
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	say("all of it read back and hashed, on one processor", "%.1f s", c.Wall.Seconds())
	cost("… that is", c, int(g.tree.Size()))
	return nil
}

// small appends batches to logs in turn.
func (g *ground) small(what string, to func(i int) *ground) error {
	var parts [][]byte
	next := map[*ground]int{}
	for i := range batches {
		at := to(i)
		from := int(at.tree.Size()) + next[at]
		part, err := load.Part(at.mech, from, from+batch)
		if err != nil {
			return err
		}
		next[at] += batch
		parts = append(parts, part)
	}
	c, err := floor.Measure(func() error {
		for i, part := range parts {
			if _, err := to(i).take(part); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		cost(what, c, batches*batch)
	}
	return err
}

// manyLogs is the same with each batch in another log, of another mechanism.
func (b *bench) manyLogs() error {
	dir, err := b.sub("logs")
	if err != nil {
		return err
	}
	first, err := newGround(dir)
	if err != nil {
		return err
	}
	logs := []*ground{first}
	for i := range crowd - 1 {
		another, err := first.another(fmt.Sprintf("%016x%048x", i+1, 0)) // an origin has the first sixteen
		if err != nil {
			return err
		}
		logs = append(logs, another)
	}
	return errors.Join(first.small(fmt.Sprintf("batches of 20, each in another of %d logs", crowd), func(i int) *ground { return logs[i*7%crowd] }), first.Close())
}
