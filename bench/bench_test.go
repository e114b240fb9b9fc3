package main

import (
	"path/filepath"
	"strconv"
	"testing"

	"entente.example/bench/floor"
	"entente.example/bench/load"
)

// perRun is how many entries one iteration takes in: ten transactions.
const perRun = 10 * floor.PerTransaction

func take(b *testing.B, do func(dir string, bundle []byte) (floor.Cost, int64, error)) {
	bundle, err := load.Bundle(perRun)
	if err != nil {
		b.Fatal(err)
	}
	dir, n, total := b.TempDir(), 0, floor.Cost{}
	for b.Loop() {
		n++
		cost, disk, err := do(filepath.Join(dir, strconv.Itoa(n)), bundle)
		if err != nil {
			b.Fatal(err)
		}
		total.CPU += cost.CPU
		total.Wall += cost.Wall
		b.ReportMetric(float64(disk)/float64(len(bundle)), "disk-B/B")
	}
	b.ReportMetric(micros(total.CPU, n*perRun), "cpu-µs/entry")
	b.ReportMetric(float64(n*perRun)/total.Wall.Seconds(), "entries/s")
}

func BenchmarkFloorB(b *testing.B) { take(b, takeFloor) }
func BenchmarkAppend(b *testing.B) { take(b, takeGround) }

func BenchmarkCatchUp(b *testing.B) {
	const n = 2000
	for b.Loop() {
		c, _, err := catchUp(b.Context(), b.TempDir(), n)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(micros(c.CPU, n), "cpu-µs/entry")
	}
}

func BenchmarkPouch(b *testing.B) {
	const n = 2000
	for b.Loop() {
		c, err := pouch(b.Context(), b.TempDir(), n)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(micros(c.pack.CPU, n), "pack-cpu-µs/entry")
		b.ReportMetric(micros(c.open.CPU, n), "open-cpu-µs/entry")
	}
}

func BenchmarkLatency(b *testing.B) {
	p, err := newPair(b.Context(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	changes, stop := p.b.Watch()
	defer stop()
	var t times
	for b.Loop() {
		acknowledged, visible, err := p.one(b.Context(), len(t.visible), changes)
		if err != nil {
			b.Fatal(err)
		}
		t.add(acknowledged, visible)
	}
	b.ReportMetric(float64(at(t.visible, 50).Microseconds()), "p50-µs")
	if err := p.Close(); err != nil {
		b.Fatal(err)
	}
}

// The two must do the same, or their ratio says nothing.
func TestFloorAndAppendTakeTheSame(t *testing.T) {
	const n = 300
	bundle, err := load.Bundle(n)
	if err != nil {
		t.Fatal(err)
	}
	if mean := len(bundle) / n; mean < 550 || mean > 650 {
		t.Errorf("entries of %d bytes on average, want about 600", mean)
	}
	k, err := floor.NewKeep(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	g, err := newGround(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	want, err := k.Take(bundle)
	if err != nil {
		t.Fatal(err)
	}
	got, err := g.take(bundle)
	if err != nil || got != want {
		t.Errorf("roots %x and %x, %v", got, want, err)
	}
}
