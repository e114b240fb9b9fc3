package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"entente.example/bench/floor"
	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/demo"
	"entente.example/internal/node"
	"entente.example/internal/text"
	"entente.example/internal/worked"
	"entente.example/lang"
)

// pair is two nodes of a founded mechanism with a direct line between them; the third party's node is left out of the measurement by cutting its lines.
type pair struct {
	*demo.Stage
	a, b *demo.Actor
}

func newPair(ctx context.Context, dir string) (*pair, error) {
	ex, err := worked.Load(worked.Fictional)
	if err != nil {
		return nil, err
	}
	s, err := demo.Set(ctx, dir, ex, slog.New(slog.DiscardHandler), demo.Quietly)
	if err != nil {
		return nil, err
	}
	p := &pair{s, s.Actors[0], s.Actors[1]}
	if _, err := s.Found(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	third := s.Actors[2]
	for _, x := range []*demo.Actor{p.a, p.b} {
		x.Cut(string(third.Party))
		third.Cut(string(x.Party))
	}
	return p, nil
}

// perText is how many acts each text of the backlog has: one tabling, then acceptances and reopenings in turn.
const perText = 50

// backlog writes n entries of about 600 bytes into a's log while b cannot hear.
func (p *pair) backlog(ctx context.Context, n int) error {
	note := strings.Repeat("for the record; ", 12)
	member := string(p.a.Party) + "-hod"
	for i := 0; n > 0; i++ {
		id := fmt.Sprintf("text/backlog-%d", i)
		table := text.Table{Title: lang.Text{"en": "A text of the backlog"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1,
			Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": note}}}}
		posted, err := p.a.Act(ctx, p.Mech, string(p.a.Party)+"-draft", id, table)
		if err != nil {
			return err
		}
		item := []text.Item{{Paragraph: "1", Wording: text.WordingID(posted[0].ID)}}
		var acts []entry.Body
		for k := 0; k < min(perText-1, n-1); k++ {
			if k%2 == 0 {
				acts = append(acts, text.Accept{Items: item, Note: note})
			} else {
				acts = append(acts, text.Reopen{Paragraph: "1", Reason: note})
			}
		}
		n -= 1 + len(acts)
		if len(acts) == 0 {
			continue
		}
		if _, err := p.a.Act(ctx, p.Mech, member, id, acts...); err != nil {
			return err
		}
	}
	return nil
}

// holds is how many entries of a's log b has stored and folded.
func (p *pair) holds(ctx context.Context, x *demo.Actor) (n int64, err error) {
	err = x.Node().Snapshot(ctx, p.Mech, func(s *node.Snapshot) error {
		n = s.Logs[s.Charter().Ordinal(charter.PartyID(p.a.Party))].Applied
		return nil
	})
	return n, err
}

// catchUp measures how b takes a backlog of n entries over the line: verified, stored and folded, both nodes' work together. peak is the most memory seen while it lasted.
func catchUp(ctx context.Context, dir string, n int) (c floor.Cost, peak int64, err error) {
	p, err := newPair(ctx, dir)
	if err != nil {
		return c, 0, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	p.a.Cut(string(p.b.Party))
	p.b.Cut(string(p.a.Party))
	if err := p.backlog(ctx, n); err != nil {
		return c, 0, err
	}
	want, err := p.holds(ctx, p.a)
	if err != nil {
		return c, 0, err
	}
	debug.FreeOSMemory() // what writing the backlog left is not what catching up takes
	c, err = floor.Measure(func() error {
		p.a.Mend(string(p.b.Party))
		p.b.Mend(string(p.a.Party))
		for {
			have, err := p.holds(ctx, p.b)
			if err != nil || have >= want {
				return err
			}
			if m, err := resident(); err == nil {
				peak = max(peak, m)
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
	return c, peak, err
}

// latency measures one entry from its acknowledgement at its author's node to its being visible at the other's, n times, sorted.
func latency(ctx context.Context, dir string, n int) (d []time.Duration, err error) {
	p, err := newPair(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	changes, stop := p.b.Watch()
	defer stop()
	for i := range n {
		if err := p.backlogOne(ctx, i); err != nil {
			return nil, err
		}
		acknowledged := time.Now()
		want, err := p.holds(ctx, p.a)
		if err != nil {
			return nil, err
		}
		for {
			have, err := p.holds(ctx, p.b)
			if err != nil {
				return nil, err
			}
			if have >= want {
				break
			}
			select {
			case <-changes:
			case <-time.After(5 * time.Second):
				return nil, fmt.Errorf("entry %d did not arrive", i)
			}
		}
		d = append(d, time.Since(acknowledged))
	}
	slices.Sort(d)
	return d, nil
}

func (p *pair) backlogOne(ctx context.Context, i int) error {
	table := text.Table{Title: lang.Text{"en": "One"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1,
		Paragraphs: []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": "Decide to go on;"}}}}
	_, err := p.a.Act(ctx, p.Mech, string(p.a.Party)+"-draft", fmt.Sprintf("text/one-%d", i), table)
	return err
}

// whole measures the nodes themselves against the floor of the same run.
func whole(ctx context.Context, dir string, entries int, f floor.Cost, commits time.Duration) error {
	c, peak, err := catchUp(ctx, filepath.Join(dir, "catchup"), entries)
	if err != nil {
		return err
	}
	fmt.Printf("catch-up           %5.2f µs CPU an entry, both nodes, %7.0f entries/s, at most %.0f MB\n", micros(c.CPU, entries), float64(entries)/c.Wall.Seconds(), mega(peak))
	fmt.Printf("catch-up / floor B %5.2f CPU\n", float64(c.CPU)/float64(f.CPU))
	d, err := latency(ctx, filepath.Join(dir, "latency"), 200)
	if err != nil {
		return err
	}
	fmt.Printf("one entry, acknowledged to visible: p50 %v, p99 %v; / two commits %.2f\n", d[len(d)/2], d[len(d)*99/100], float64(d[len(d)/2])/float64(commits))
	return nil
}
