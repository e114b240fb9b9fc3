package hostile

import (
	"flag"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

var (
	seed   = flag.Uint64("seed", 0, "play only this story, and tell it")
	count  = flag.Uint64("seeds", 300, "how many stories of any cheating")
	first  = flag.Uint64("first", 1, "the seed of the first of them")
	stages *Stage
)

func stageOf(t testing.TB) *Stage {
	t.Helper()
	if stages == nil {
		s, err := NewStage(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		stages = s
	}
	return stages
}

func play(t *testing.T, o Options) Report {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	if *seed != 0 {
		o.Seed, o.Log = *seed, slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	r, err := stageOf(t).Run(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Each way to cheat alone, a few times, comes to exactly what it must come to. SPEC fork-common, receipt-bare.
func TestEachBehaviour(t *testing.T) {
	stories := uint64(4)
	if testing.Short() {
		stories = 1
	}
	for _, b := range Behaviours() {
		t.Run(strings.ReplaceAll(b.Name, " ", "-"), func(t *testing.T) {
			var sum Report
			dir := t.TempDir()
			came := func() int {
				return map[Outcome]int{Contested: sum.Forked, Accused: sum.Evidence, Void: sum.Void, Waits: sum.Waiting, HungUp: sum.Hangups, Nothing: 1}[b.Expect]
			}
			for s := uint64(0); s < stories || s < 8 && came() == 0; s++ { // some need somebody to have heard something before
				sum.add(play(t, Options{Seed: 1000 + s, Events: 60, Only: b.Name, Roads: true, Dir: dir}))
			}
			for _, x := range []struct {
				outcome Outcome
				count   int
				also    []Outcome
			}{
				{Contested, sum.Forked, nil},
				{Accused, sum.Evidence, []Outcome{Contested}},
				{Void, sum.Void, []Outcome{Contested}},
				{Waits, sum.Waiting, []Outcome{Contested, Void, Nothing}},
				{HungUp, sum.Hangups, []Outcome{Contested, Accused, Void, Waits, Nothing}},
			} {
				if b.Expect == x.outcome && x.count == 0 {
					t.Errorf("it came to nothing that is %s: %+v", x.outcome, sum)
				}
				if b.Expect != x.outcome && x.count > 0 && !slices.Contains(x.also, b.Expect) {
					t.Errorf("it came to something that is %s: %+v", x.outcome, sum)
				}
			}
		})
	}
}

// Stories that once broke a promise: an entry that nobody can read, a restart, and another; two who had counted differently how much of a contested log is common.
func TestWhatOnceBroke(t *testing.T) {
	for _, s := range []uint64{16, 1114} {
		if _, err := stageOf(t).Run(Options{Seed: s, Events: 120, Dir: t.TempDir()}); err != nil {
			t.Error(err)
		}
	}
}

func (r *Report) add(o Report) {
	r.Events += o.Events
	r.Cheats += o.Cheats
	r.Frames += o.Frames
	r.Forked += o.Forked
	r.Evidence += o.Evidence
	r.Void += o.Void
	r.Waiting += o.Waiting
	r.Hangups += o.Hangups
	r.Adopted += o.Adopted
	r.Failed += o.Failed
	r.Cuts += o.Cuts
	r.Parcels += o.Parcels
	r.Known += o.Known
}

func TestHostileStories(t *testing.T) {
	n := *count
	if testing.Short() {
		n = min(n, 10)
	}
	stage := stageOf(t)
	var next atomic.Uint64
	var mu sync.Mutex
	var wg sync.WaitGroup
	var sum Report
	for range runtime.GOMAXPROCS(0) {
		dir := t.TempDir()
		wg.Go(func() {
			for i := next.Add(1) - 1; i < n && !t.Failed(); i = next.Add(1) - 1 {
				r, err := stage.Run(Options{Seed: *first + i, Events: 120, Power: true, Roads: true, Dir: dir})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				sum.add(r)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	t.Logf("%d stories from seed %d: %+v", n, *first, sum)
	if n >= 100 && (sum.Adopted == 0 || sum.Failed == 0 || sum.Forked == 0 || sum.Cuts == 0 || sum.Parcels == 0 || sum.Known == 0) {
		t.Error("nothing was at stake")
	}
}
