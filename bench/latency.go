package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"entente.example/bench/floor"
	"entente.example/bench/load"
	"entente.example/entry"
	"entente.example/internal/node"
	"entente.example/internal/store"
	"entente.example/internal/text"
	"entente.example/lang"
	"entente.example/ledger"
)

// times of one entry: until it was acknowledged at its author's, and until it was visible at its reader's, both from when it was posted.
type times struct{ acknowledged, visible []time.Duration }

func (t *times) add(acknowledged, visible time.Duration) {
	t.acknowledged, t.visible = append(t.acknowledged, acknowledged), append(t.visible, visible)
}

// between is how long it was from the one to the other.
func (t *times) between() []time.Duration {
	out := make([]time.Duration, len(t.visible))
	for i := range out {
		out[i] = t.visible[i] - t.acknowledged[i]
	}
	return out
}

// at is the value below which so many of a hundred lie.
func at(d []time.Duration, percent int) time.Duration {
	s := slices.Sorted(slices.Values(d))
	return s[min(len(s)-1, len(s)*percent/100)]
}

func spread(d []time.Duration) string {
	round := func(p int) time.Duration { return at(d, p).Round(10 * time.Microsecond) }
	return fmt.Sprintf("p50 %v, p10 %v, p99 %v", round(50), round(10), round(99))
}

const oneByOne = 300

// latency takes one entry after another through our nodes, through the floor and through two bare commits, in turns.
func (b *bench) latency(ctx context.Context) (err error) {
	dir, err := b.sub("latency")
	if err != nil {
		return err
	}
	p, err := newPair(ctx, filepath.Join(dir, "nodes"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	var floors [2]*floor.Pair // as it comes, and with room in its logs, as ours have
	for i, name := range []string{"floor", "room"} {
		f, err := floor.NewPair(filepath.Join(dir, name), i == 1)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		floors[i] = f
	}
	commits, err := newCommits(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, commits.Close()) }()
	bundle, err := load.Bundle(oneByOne)
	if err != nil {
		return err
	}
	leaves, err := ledger.SplitBundle(bundle, oneByOne)
	if err != nil {
		return err
	}
	var ours times
	var least [2]times
	var two []time.Duration
	changes, stop := p.b.Watch()
	defer stop()
	for i, leaf := range leaves {
		acknowledged, visible, err := p.one(ctx, i, changes)
		if err != nil {
			return err
		}
		ours.add(acknowledged, visible)
		time.Sleep(2 * time.Millisecond) // receipts are on their way; they are nobody's who waits for an entry
		one, err := ledger.AppendBundle(nil, leaf)
		if err != nil {
			return err
		}
		for k, f := range floors {
			if acknowledged, visible, err = f.One(one); err != nil {
				return err
			}
			least[k].add(acknowledged, visible)
		}
		d, err := commits.both(leaf)
		if err != nil {
			return err
		}
		two = append(two, d)
	}
	say("two durable commits, nothing else", "%s", spread(two))
	say("floor: commit, sign, request, verify, commit", "%s", spread(least[0].visible))
	say("floor with room in its write-ahead logs", "%s", spread(least[1].visible))
	say("posted to visible", "%s", spread(ours.visible))
	say("acknowledged to visible", "%s", spread(ours.between()))
	for k, name := range []string{"floor", "floor with room"} {
		say("posted to visible / "+name, "%.2f at p50, %.2f at p10", ratio(at(ours.visible, 50), at(least[k].visible, 50)), ratio(at(ours.visible, 10), at(least[k].visible, 10)))
	}
	say("acknowledged to visible / two commits", "%.2f at p50, %.2f at p10", ratio(at(ours.between(), 50), at(two, 50)), ratio(at(ours.between(), 10), at(two, 10)))
	return nil
}

// one posts an entry at a and waits until b, asked for its matter, has it.
func (p *pair) one(ctx context.Context, i int, changes <-chan node.Changed) (acknowledged, visible time.Duration, err error) {
	began := time.Now()
	if err := p.backlogOne(ctx, i); err != nil {
		return 0, 0, err
	}
	acknowledged = time.Since(began)
	for {
		err := p.b.Node().View(ctx, func(r store.Reader) error {
			_, err := r.Matter(p.Mech, fmt.Sprintf("text/one-%d", i))
			return err
		})
		switch {
		case err == nil:
			return acknowledged, time.Since(began), nil
		case !errors.Is(err, store.ErrMissing):
			return 0, 0, err
		}
		select {
		case <-changes:
		case <-time.After(20 * time.Second):
			return 0, 0, fmt.Errorf("entry %d did not arrive", i)
		}
	}
}

func (p *pair) backlogOne(ctx context.Context, i int) error {
	table := text.Table{Title: lang.Text{"en": "One"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1,
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Decide to go on;"}}}}
	actor := entry.Actor{Member: string(p.a.Party) + "-draft", Role: "drafter"}
	_, err := p.a.Node().Do(ctx, p.Mech, actor, node.Draft{Matter: fmt.Sprintf("text/one-%d", i), Body: table})
	return err
}

// commits are two stores that cannot commit at once.
type commits []*ground

func newCommits(dir string) (commits, error) {
	var c commits
	for _, name := range []string{"first", "second"} {
		sub := filepath.Join(dir, name)
		if err := os.MkdirAll(sub, 0o700); err != nil {
			return nil, err
		}
		g, err := newGround(sub)
		if err != nil {
			return nil, err
		}
		c = append(c, g)
	}
	return c, nil
}

// both commits an entry to one, then to the other.
func (c commits) both(leaf []byte) (time.Duration, error) {
	began := time.Now()
	for _, g := range c {
		if err := g.add([][]byte{leaf}); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}

func (c commits) Close() error { return errors.Join(c[0].Close(), c[1].Close()) }

const (
	manyWriters = 64
	actsEach    = 8
)

// writers lets 64 members act at once, and then one member as often. Whoever waits for the disk waits with the others.
func (b *bench) writers(ctx context.Context) (err error) {
	dir, err := b.sub("writers")
	if err != nil {
		return err
	}
	p, err := newPair(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	p.a.Cut(string(p.b.Party)) // only the author's own work
	p.b.Cut(string(p.a.Party))
	n := 0
	began := time.Now()
	for ; n < manyWriters*actsEach/4; n++ {
		if err := p.backlogOne(ctx, n); err != nil {
			return err
		}
	}
	alone := float64(n) / time.Since(began).Seconds()
	errs := make(chan error, manyWriters)
	var wg sync.WaitGroup
	began = time.Now()
	for w := range manyWriters {
		wg.Go(func() {
			for k := range actsEach {
				if err := p.backlogOne(ctx, 1000+w*actsEach+k); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	together := float64(manyWriters*actsEach) / time.Since(began).Seconds()
	select {
	case err := <-errs:
		return err
	default:
	}
	say("one writer", "%.0f acts/s, each durable, marked and signed for", alone)
	say("64 writers", "%.0f acts/s: %.1f times as many", together, together/alone)
	return nil
}
