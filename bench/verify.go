package main

import (
	"context"
	"errors"
	"path/filepath"

	"entente.example/bench/floor"
	"entente.example/internal/node"
	"entente.example/internal/store"
	"entente.example/internal/store/sqlite"

	"entente.example/internal/chancery"
)

// verify re-verifies the author's record from its stored bytes, against hashing and decoding the same bytes.
func (b *bench) verify(ctx context.Context) (err error) {
	author, _, err := b.nodes(ctx)
	if err != nil {
		return err
	}
	db, err := sqlite.Open(ctx, sqlite.Options{Path: filepath.Join(author, chancery.RecordFile)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.View(ctx, func(r store.Reader) error {
		mechs, err := r.Mechanisms()
		if err != nil {
			return err
		}
		logs, err := r.Logs(mechs[0].ID)
		if err != nil {
			return err
		}
		var leaves [][]byte
		for _, l := range logs {
			for leaf, err := range r.Leaves(l.ID, 0, l.Size) {
				if err != nil {
					return err
				}
				leaves = append(leaves, append([]byte(nil), leaf...))
			}
		}
		var f, v floor.Cost
		for range b.rounds {
			fc, err := floor.Measure(func() error { return floor.Check(leaves) })
			if err != nil {
				return err
			}
			vc, err := floor.Measure(func() error { _, err := node.Verify(r, mechs[0].ID, func(int64, int64) {}); return err })
			if err != nil {
				return err
			}
			f, v = best(f, fc), best(v, vc)
		}
		cost("hashing and decoding, on all processors", f, len(leaves))
		cost("verify: signatures, tree, fold, every state", v, len(leaves))
		say("verify / hashing and decoding", "%.2f wall, %.2f CPU", ratio(v.Wall, f.Wall), ratio(v.CPU, f.CPU))
		return nil
	})
}
