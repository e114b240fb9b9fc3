package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"entente.example/bench/load"
	"entente.example/bench/plain"
	"entente.example/internal/store"
	"entente.example/internal/store/postgres"
	"entente.example/ledger"
)

// transactions is how many of each size are measured; of the large ones as many as make this many entries.
const (
	transactions = 400
	bulk         = 20_000
)

// appends measures transactions as a node makes them (entries, tile, head, checkpoint, a state) on the filled database against a plain loop of pipelined inserts and a commit of the same entries, in turn. The plain table
// begins empty, which is to its advantage. Nobody can go on with the record after this.
func (b *bench) appends(ctx context.Context) (err error) {
	db, err := postgres.Open(ctx, postgres.Options{URL: b.store, Owner: b.authorParty})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	loop, err := plain.New(ctx, b.store)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, loop.Close(ctx)) }()
	w := &appending{db: db, tree: ledger.NewBuilder()}
	err = db.Update(ctx, func(tx store.Tx) (err error) {
		if err := tx.PutMechanism(store.Mechanism{ID: load.Mech, Charter: []byte("{}"), Self: b.authorParty}); err != nil {
			return err
		}
		w.log, err = tx.AddLog(store.Log{Mech: load.Mech, Origin: load.Origin, Party: "cpc", Gen: 1, Root: ledger.EmptyRoot})
		return err
	})
	if err != nil {
		return err
	}
	entries, at := w.next(plain.Matters) // each matter once: most of a record's entries are of matters that it has
	if err := errors.Join(w.append(ctx, entries, at, false), loop.Insert(ctx, entries, at)); err != nil {
		return err
	}
	for _, size := range []int{1, 16, 256} {
		if err := w.beside(ctx, loop, size, false); err != nil {
			return err
		}
	}
	return w.beside(ctx, loop, 1, true)
}

// beside measures transactions and the plain loop in turn: of entries of matters that are there, or that each begin one.
func (w *appending) beside(ctx context.Context, loop *plain.Loop, size int, begin bool) error {
	what := fmt.Sprintf("transactions of %d", size)
	if begin {
		what += " that begin a matter"
	}
	var ours, theirs []time.Duration
	for range min(transactions, bulk/size) {
		entries, at := w.next(size)
		for i := range entries {
			if begin {
				entries[i].Matter = fmt.Sprintf("text/b-%d", at+int64(i))
			}
		}
		began := time.Now()
		if err := w.append(ctx, entries, at, begin); err != nil {
			return err
		}
		ours = append(ours, time.Since(began))
		began = time.Now()
		if err := loop.Insert(ctx, entries, at); err != nil {
			return err
		}
		theirs = append(theirs, time.Since(began))
	}
	slices.Sort(ours)
	slices.Sort(theirs)
	our, their := ours[len(ours)/2], theirs[len(theirs)/2]
	say(what, "%.0f entries/s, %.2f times the plain loop's %.0f", float64(size)/our.Seconds(), ratio(their, our), float64(size)/their.Seconds())
	return nil
}

// appending is a log that grows.
type appending struct {
	db   store.Record
	log  store.LogID
	tree *ledger.Builder
	n    int64
}

const contentBytes = 600

// next are the next entries, and where they stand.
func (w *appending) next(size int) (entries []store.Entry, at int64) {
	at = w.n
	for range size {
		leaf := make([]byte, contentBytes)
		copy(leaf, fmt.Sprint(w.n))
		w.n++
		entries = append(entries, store.Entry{Leaf: leaf, Matter: fmt.Sprintf("text/%d", w.n%plain.Matters), Lam: w.n, Past: []int64{w.n, 1, 0}})
	}
	return entries, at
}

// append is a transaction as a node makes it, which reads the state of a matter that it does not have in memory.
func (w *appending) append(ctx context.Context, entries []store.Entry, at int64, asks bool) error {
	for _, e := range entries {
		w.tree.Append(ledger.LeafHash(e.Leaf))
	}
	var tiles []store.Tile
	for _, t := range w.tree.TakeTiles() {
		tiles = append(tiles, store.Tile{Level: t.Level, N: t.N, Data: t.Data})
	}
	return w.db.Update(ctx, func(tx store.Tx) error {
		m := store.Matter{Key: entries[0].Matter, State: entries[0].Leaf, Acts: 1, Lam: w.n}
		if asks {
			if _, err := tx.Matter(load.Mech, m.Key); !errors.Is(err, store.ErrMissing) {
				return fmt.Errorf("%s: %v", m.Key, err)
			}
		}
		return errors.Join(tx.PutMatter(load.Mech, m), tx.Append(w.log, at, entries, w.tree.Root(), tiles), tx.SetAppliedSize(w.log, w.n), tx.SetCheckpoint(w.log, entries[0].Leaf[:300], nil))
	})
}
