package sim

import (
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var seed = flag.Uint64("seed", 0, "the one story that TestStory tells in full")

var (
	count = flag.Uint64("stories", 60, "how many stories TestStories plays")
	first = flag.Uint64("first", 1, "the seed of the first")
	least = flag.Uint64("least", 0, "how many it plays however long they take")
	span  = flag.Duration("for", 0, "after how long it begins no more of them; 0: it plays all")
)

// A story that broke, told with everything the nodes have to say: go test ./internal/sim -run TestStory$ -seed N -v
func TestStory(t *testing.T) {
	o := story(max(*seed, 1), 600, t.TempDir())
	if *seed != 0 {
		o.Log, o.Tell = slog.New(slog.NewTextHandler(t.Output(), nil)), t.Output()
	}
	if _, err := Run(o); err != nil {
		t.Error(err)
	}
}

var withKeys = flag.Bool("keys", true, "let TestStories change node keys in every second story")

var withRest = flag.Bool("rest", false, "put mechanisms away whenever nothing waits in them, in every story")

// story is what a seed decides: whether node keys change, whether some roads are no line, and in one of eight both.
func story(seed uint64, events int, dir string) Options {
	return Options{Seed: seed, Events: events, Faults: true, Keys: *withKeys && seed%2 == 0, Roads: seed%4 == 3 || seed%8 == 6, Rest: *withRest || seed>>3%2 == 1, Dir: dir}
}

// stories plays seeds from first on, on all processors, and stops at the first that breaks. It begins as many as it is asked for, and says how many those were.
func stories(t testing.TB, first uint64, more func(begun uint64) bool, events int) (begun uint64, sum Report) {
	t.Helper()
	var next, played atomic.Uint64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		dir := t.TempDir()
		wg.Go(func() {
			for {
				i := next.Add(1) - 1
				if t.Failed() || !more(i) {
					return
				}
				played.Add(1)
				r, err := Run(story(first+i, events, dir))
				if err != nil {
					t.Error(err)
					continue
				}
				mu.Lock()
				sum.add(r)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return played.Load(), sum
}

func (r *Report) add(o Report) {
	r.Events += o.Events
	r.Acts += o.Acts
	r.Refused += o.Refused
	r.Cuts += o.Cuts
	r.DiskFaults += o.DiskFaults
	r.FullDisks += o.FullDisks
	r.Losses += o.Losses
	r.Partitions += o.Partitions
	r.Restores += o.Restores
	r.Adopted += o.Adopted
	r.Failed += o.Failed
	r.Generations += o.Generations
	r.Thefts += o.Thefts
	r.PutBack += o.PutBack
	r.OfficeCuts += o.OfficeCuts
	r.ByRelay += o.ByRelay
	r.ByPouch += o.ByPouch
	r.Carried += o.Carried
	r.Causes += o.Causes
	r.Days += o.Days
	for i, b := range o.Trace { // in whatever order they were played
		r.Trace[i] ^= b
	}
}

func (r Report) String() string {
	return fmt.Sprintf("%d events, %d acts, %d refused, %d power cuts, %d disk faults, %d disks full for a while, %d losses, %d partition changes, %d restores, %d put back with their marks, %d rounds adopted, %d failed, %d parcels opened from good offices, which lost their power %d times, and %d from pouches with %d pieces of logs, %d entries' causes looked at",
		r.Events, r.Acts, r.Refused, r.Cuts, r.DiskFaults, r.FullDisks, r.Losses, r.Partitions, r.Restores, r.PutBack, r.Adopted, r.Failed, r.ByRelay, r.OfficeCuts, r.ByPouch, r.Carried, r.Causes)
}

// Stories from many seeds. ./test plays more of them, with the stand-in for ML-DSA and without the race detector; docs/assurance.md says how many.
func TestStories(t *testing.T) {
	count := *count
	if testing.Short() {
		count = min(count, 20)
	}
	since := time.Now()
	begun, sum := stories(t, *first, func(begun uint64) bool {
		return begun < count && (begun < *least || *span == 0 || time.Since(since) < *span)
	}, 600)
	if begun < count && !t.Failed() {
		t.Logf("%d of %d stories: this machine had no time for more in %v", begun, count, *span)
	}
	t.Logf("%d stories from seed %d, %d simulated years: %s; all that was told comes to %x", begun, *first, sum.Days/365, sum, sum.Trace[:8])
}

// A seed always plays the same story, or no failure could be looked at twice.
func TestASeedIsAStory(t *testing.T) {
	var traces [2][32]byte
	for i := range traces {
		r, err := Run(Options{Seed: 7, Events: 600, Faults: true, Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		traces[i] = r.Trace
	}
	if traces[0] != traces[1] {
		t.Error("the same seed played two stories")
	}
}

// Nodes that answer each other for ever break a promise before they eat the machine.
func TestWhoDoesNotComeToRestIsBroken(t *testing.T) {
	w := quietly(t)
	var v *Violation
	var err error
	for i := 0; err == nil && i <= enough; i++ {
		err = w.tick(w.nodes[0])
	}
	if !errors.As(err, &v) || v.Invariant != "C1" {
		t.Errorf("a node took %d steps after one event: %v", enough, err)
	}
}
