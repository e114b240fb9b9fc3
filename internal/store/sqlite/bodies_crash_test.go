package sqlite

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"entente.example/internal/sim/disk"
	"entente.example/internal/store"
)

func openBodiesOn(d *disk.Disk) (*Bodies, error) {
	return OpenBodies(context.Background(), Options{Path: "/bodies.db", VFS: d.Name(), Readers: 1})
}

func bodyPiece(id store.BodyID, n int64) store.BodyPiece {
	return store.BodyPiece{N: n, Data: bytes.Repeat(fmt.Appendf(nil, "piece %d of %d;", n, id), 700), Proof: fmt.Appendf(nil, "proof %d", n)}
}

// bodyLife is what happens to bodies: one is fetched, one is staged and settled, the first is dropped. At each ack it says what is promised to be there.
func bodyLife(t *testing.T, d *disk.Disk) []map[store.Hash]int64 {
	t.Helper()
	ctx, b := context.Background(), must(openBodiesOn(d))(t)
	promised := []map[store.Hash]int64{{}}
	ack := func(p map[store.Hash]int64) { promised = append(promised, p); d.Ack() }
	fetched, settled := store.Hash{1}, store.Hash{2}
	id := must(b.Begin(ctx, store.Body{Mech: mech, Commit: fetched}))(t)
	ack(map[store.Hash]int64{fetched: 0})
	for n := range int64(3) {
		must(b.Add(ctx, id, []store.BodyPiece{bodyPiece(id, 2*n), bodyPiece(id, 2*n+1)}))(t)
		ack(map[store.Hash]int64{fetched: 2*n + 2})
	}
	own := must(b.Begin(ctx, store.Body{Mech: mech, Staged: true}))(t)
	for n := range int64(2) {
		p := bodyPiece(own, n)
		p.Proof = nil
		must(b.Add(ctx, own, []store.BodyPiece{p}))(t)
	}
	if err := b.Settle(ctx, own, settled, func(n int64) ([]byte, error) { return bodyPiece(own, n).Proof, nil }); err != nil {
		t.Fatal(err)
	}
	ack(map[store.Hash]int64{fetched: 6, settled: 2})
	if err := b.Drop(ctx, id); err != nil {
		t.Fatal(err)
	}
	ack(map[store.Hash]int64{settled: 2})
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return promised
}

// whole opens what a power cut left: every body has the pieces that it claims, each with its proof, and what was promised is there. One that was dropped is gone, or it is all there.
func whole(t *testing.T, files disk.Files, promised, next map[store.Hash]int64) error {
	b, err := openBodiesOn(newDisk(t, files))
	if err != nil {
		return err
	}
	defer b.Close()
	ctx := context.Background()
	all, err := b.List(ctx)
	if err != nil {
		return err
	}
	for commit, least := range promised {
		x, err := b.Body(ctx, mech, commit)
		if _, stays := next[commit]; !stays && err != nil {
			continue // it was being dropped
		}
		if err != nil || x.Held < least {
			return fmt.Errorf("%d pieces of %x are there, %d were promised: %w", x.Held, commit[0], least, err)
		}
	}
	for _, x := range all {
		if x.Staged {
			continue
		}
		proven, err := b.Proven(ctx, x.ID)
		if err != nil || int64(len(proven)) != x.Held {
			return fmt.Errorf("%d pieces of %d are proven: %w", len(proven), x.Held, err)
		}
		for _, n := range proven {
			if p, err := b.Piece(ctx, x.ID, n); err != nil || !bytes.Equal(p.Data, bodyPiece(x.ID, n).Data) || !bytes.Equal(p.Proof, bodyPiece(x.ID, n).Proof) {
				return fmt.Errorf("piece %d: %w", n, err)
			}
		}
	}
	return nil
}

// A power cut at any operation of the disk leaves every body with what was promised of it and nothing that is half there.
func TestBodiesSurvivePowerCuts(t *testing.T) {
	d := newDisk(t, nil)
	promised := bodyLife(t, d)
	dur, acked, count := disk.NewDurable(nil), 0, 0
	for k, o := range d.Trace() {
		if o.Kind == disk.Ack {
			acked++
			continue
		}
		dur.Do(o)
		count++
		if err := whole(t, dur.Crashed(rand.New(rand.NewPCG(uint64(k), 1))), promised[acked], promised[min(acked+1, len(promised)-1)]); err != nil {
			t.Fatalf("cut after op %d, %d acknowledged: %v", k, acked, err)
		}
	}
	if count < 50 {
		t.Errorf("only %d cuts", count)
	}
}
