package main

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"entente.example/bench/floor"
	"entente.example/bench/load"
	"entente.example/entry"
	"entente.example/internal/store"
	"entente.example/internal/store/sqlite"
	"entente.example/ledger"
)

// ground is our store with one log in it.
type ground struct {
	*sqlite.DB
	mech string
	log  store.LogID
	tree *ledger.Builder
}

func newGround(dir string) (*ground, error) {
	db, err := sqlite.Open(context.Background(), sqlite.Options{Path: filepath.Join(dir, "record.db")})
	if err != nil {
		return nil, err
	}
	g, err := (&ground{DB: db}).another(load.Mech)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return g, nil
}

// another is one more log in the same store, of a mechanism of its own.
func (g *ground) another(mech string) (*ground, error) {
	out := &ground{DB: g.DB, mech: mech, tree: ledger.NewBuilder()}
	return out, g.Update(context.Background(), func(tx store.Tx) (err error) {
		if err := tx.PutMechanism(store.Mechanism{ID: mech, Charter: []byte("{}"), Self: "ldp"}); err != nil {
			return err
		}
		out.log, err = tx.AddLog(store.Log{Mech: mech, Origin: entry.Origin(mech, "cpc", 1), Party: "cpc", Gen: 1, Root: ledger.EmptyRoot})
		return err
	})
}

// take does with our parts what floor.Keep.Take does: frame, hash, decode, insert, commit; tiles, head and the state of every matter it touches included. Only the fold is left out.
func (g *ground) take(bundle []byte) (root [32]byte, err error) {
	for len(bundle) > 0 {
		size, count := 0, 0
		for ; count < floor.PerTransaction && size < len(bundle); count++ {
			size += 2 + int(binary.BigEndian.Uint16(bundle[size:]))
		}
		leaves, err := ledger.SplitBundle(bundle[:size], count)
		if err != nil {
			return root, err
		}
		if err := g.add(leaves); err != nil {
			return root, err
		}
		bundle = bundle[size:]
	}
	return g.tree.Root(), nil
}

// add appends leaves in one transaction.
func (g *ground) add(leaves [][]byte) error {
	from := g.tree.Size()
	rows, touched := make([]store.Entry, len(leaves)), map[string]int64{}
	for i, leaf := range leaves {
		e, err := entry.Decode(leaf)
		if err != nil {
			return err
		}
		g.tree.Append(ledger.LeafHash(leaf))
		lam := from + int64(i) + 1
		rows[i] = store.Entry{Leaf: leaf, Matter: e.Matter, Lam: lam, Past: []int64{lam, lam / 2}}
		touched[e.Matter] = lam
	}
	var tiles []store.Tile
	for _, t := range g.tree.TakeTiles() {
		tiles = append(tiles, store.Tile{Level: t.Level, N: t.N, Data: t.Data})
	}
	state := []byte(strings.Repeat("s", 2000))
	return g.Update(context.Background(), func(tx store.Tx) error {
		if err := tx.Append(g.log, from, rows, g.tree.Root(), tiles); err != nil {
			return err
		}
		for key, lam := range touched {
			if err := tx.PutMatter(g.mech, store.Matter{Key: key, State: state, Past: []int64{lam, 0}, Lam: lam, Acts: lam}); err != nil {
				return err
			}
		}
		return tx.SetAppliedSize(g.log, g.tree.Size())
	})
}

// resident is how many bytes of this process are in memory.
func resident() (int64, error) {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	f := strings.Fields(string(b))
	if len(f) < 2 {
		return 0, errors.New("statm has another form")
	}
	pages, err := strconv.ParseInt(f[1], 10, 64)
	return pages * int64(os.Getpagesize()), err
}
