package hostile

import (
	"flag"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

var (
	seed   = flag.Uint64("seed", 0, "play only this story, and tell it")
	count  = flag.Uint64("seeds", 300, "how many stories of any cheating")
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

// Each way to cheat alone, a few times, comes to exactly what it must come to. SPEC fork-common.
func TestEachBehaviour(t *testing.T) {
	stories := uint64(4)
	if testing.Short() {
		stories = 1
	}
	for _, b := range Behaviours() {
		t.Run(strings.ReplaceAll(b.Name, " ", "-"), func(t *testing.T) {
			var sum Report
			dir := t.TempDir()
			for s := range stories {
				sum.add(play(t, Options{Seed: 1000 + s, Events: 60, Only: b.Name, Dir: dir}))
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

func (r *Report) add(o Report) {
	r.Events += o.Events
	r.Cheats += o.Cheats
	r.Frames += o.Frames
	r.Forked += o.Forked
	r.Evidence += o.Evidence
	r.Void += o.Void
	r.Waiting += o.Waiting
	r.Hangups += o.Hangups
}

func TestHostileStories(t *testing.T) {
	n := *count
	if testing.Short() {
		n = min(n, 10)
	}
	dir := t.TempDir()
	var sum Report
	for s := range n {
		sum.add(play(t, Options{Seed: 1 + s, Events: 90, Dir: dir}))
	}
	t.Logf("%d stories: %+v", n, sum)
}
