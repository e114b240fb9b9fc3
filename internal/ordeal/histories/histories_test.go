package histories

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	nodekeys "entente.example/internal/keys"
	"entente.example/internal/keys/keystest"
	"entente.example/internal/ordeal"
)

var (
	played = flag.Int("histories", 200, "how many histories TestHistories plays")
	first  = flag.Uint64("first", 1, "the seed of the first of them")
)

// dying is how many histories there are to one in which the process is killed.
const dying = 8

func TestMain(m *testing.M) {
	if dir := os.Getenv(dirVariable); dir != "" {
		if err := serve(dir, os.Getenv(socketVariable)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	nodekeys.Encrypt = keystest.Cheaply
	os.Exit(m.Run())
}

// start founds a mechanism and lets one of its nodes serve.
func start(t *testing.T) *house {
	t.Helper()
	h, err := found(t.Context(), t.TempDir())
	if err == nil {
		err = h.start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.kill(); err != nil {
			t.Error(err)
		}
	})
	return h
}

// Attack 11, by several clients at once: whatever they ask, under whatever keys, and whatever answers are lost, there is an order of it in which each key took effect once and everybody saw what had been acknowledged before.
func TestHistories(t *testing.T) {
	n := *played
	if testing.Short() {
		n = min(n, 16)
	}
	before, began := ordeal.Used(), time.Now()
	h := start(t)
	founding := ordeal.Used() - before
	var all counts
	var searched time.Duration
	for seed := *first; seed < *first+uint64(n); seed++ {
		s, err := play(t.Context(), h, seed, seed%dying == 0, nil)
		if err != nil {
			t.Fatalf("history %d: %v\n%s", seed, err, s)
		}
		from := time.Now()
		if !holds(s.steps, s.last) {
			t.Fatalf("history %d has no order:\n%s", seed, s)
		}
		searched += time.Since(from)
		all.add(s.counts)
	}
	if err := h.kill(); err != nil {
		t.Fatal(err)
	}
	for what, n := range map[string]int{"acts": all.acts, "replays": all.replays, "turned": all.turned, "denied": all.denied, "missed": all.missed, "unheard": all.unheard, "deaths": all.deaths} {
		if n == 0 && *first == 1 {
			t.Errorf("no %s: this proves nothing", what)
		}
	}
	t.Logf("%d histories: %+v; %v of processor time, %v of it for founding, and %v of the clock, %v of it for looking for orders", n, all, ordeal.Used()-before, founding, time.Since(began), searched)
}

func (c *counts) add(o counts) {
	c.requests += o.requests
	c.acts += o.acts
	c.replays += o.replays
	c.turned += o.turned
	c.denied += o.denied
	c.missed += o.missed
	c.unheard += o.unheard
	c.reads += o.reads
	c.deaths += o.deaths
}

// String is the history in words, by when things were asked.
func (s *history) String() string {
	steps := slices.Clone(s.steps)
	slices.SortStableFunc(steps, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
	var b strings.Builder
	for _, o := range steps {
		fmt.Fprintf(&b, "%4d to %4d: %s\n", o.Call, min(o.Return, s.clock+1), o.Input.(step))
	}
	return b.String()
}

var names = [...]string{claims: "claims", acts: "acts", releases: "lets go", replays: "is told again", turned: "is turned away", reads: "reads", dies: "the process dies", ends: "the end"}

func (t step) String() string {
	switch t.what {
	case dies, ends:
		return names[t.what]
	case reads:
		return fmt.Sprintf("request %d of life %d: reads %v", t.op, t.life, t.seen)
	}
	s := fmt.Sprintf("request %d of life %d: %s, to %s words %d under key %d", t.op, t.life, names[t.what], verbs[t.kind], t.words, t.key)
	switch {
	case t.unsure:
		s += ": nobody heard"
	case t.denied:
		s += ": refused"
	case t.id != 0:
		s += fmt.Sprintf(": entry %d", t.id)
	}
	return s
}
