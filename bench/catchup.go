package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
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

// textsAtOnce is how many texts of the backlog share a transaction.
const textsAtOnce = 40

// backlog writes n entries of about 600 bytes into a's log while b cannot hear.
func (p *pair) backlog(ctx context.Context, n int) error {
	words := rand.New(rand.NewPCG(6, uint64(n)))
	party := string(p.a.Party)
	drafter, head := entry.Actor{Member: party + "-draft", Role: "drafter"}, entry.Actor{Member: party + "-hod", Role: "head"}
	table := text.Table{Title: lang.Text{"en": "A text of the backlog"}, Languages: []lang.Tag{"en"}, Drafting: "en", Parts: 1}
	for made := 0; n > 0; {
		var tables, acts []node.Draft
		for len(tables) < textsAtOnce && n > len(tables) {
			table.Paragraphs = []text.Paragraph{{ID: "1", Kind: text.Operative, Text: lang.Text{"en": prose(words)}}}
			tables = append(tables, node.Draft{Matter: fmt.Sprintf("text/backlog-%d", made), Body: table})
			made++
		}
		posted, err := p.a.Node().Do(ctx, p.Mech, drafter, tables...)
		if err != nil {
			return err
		}
		n -= len(tables)
		for i, t := range tables {
			item := []text.Item{{Paragraph: "1", Wording: text.WordingID(posted[i].ID)}}
			for k := 0; k < perText-1 && n > 0; k++ {
				if k%2 == 0 {
					acts = append(acts, node.Draft{Matter: t.Matter, Body: text.Accept{Items: item, Note: prose(words)}})
				} else {
					acts = append(acts, node.Draft{Matter: t.Matter, Body: text.Reopen{Paragraph: "1", Reason: prose(words)}})
				}
				n--
			}
		}
		if len(acts) == 0 {
			continue
		}
		if _, err := p.a.Node().Do(ctx, p.Mech, head, acts...); err != nil {
			return err
		}
	}
	return nil
}

// prose is some two hundred bytes of invented words, no two alike: what is written must not be easier to pack than what people write.
func prose(r *rand.Rand) string {
	const consonants, vowels, length = "bcdfghjklmnpqrstvwxz", "aeiou", 190
	b := make([]byte, 0, length+8)
	for len(b) < length {
		if len(b) > 0 {
			b = append(b, ' ')
		}
		for range 1 + r.IntN(3) {
			b = append(b, consonants[r.IntN(len(consonants))], vowels[r.IntN(len(vowels))])
		}
	}
	return string(b)
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
			time.Sleep(20 * time.Millisecond)
		}
	})
	return c, peak, err
}
