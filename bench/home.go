package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"syscall"
	"time"
)

// home measures a node in many mechanisms, of a few entries each, whose counterparts are out of reach: how soon it answers, what it does by itself until it comes to rest, and its first page.
func (b *bench) home(ctx context.Context) error {
	dir, err := b.crowd(ctx, "crowd", func(*pair, []string) error { return nil })
	if err != nil {
		return err
	}
	for range b.rounds {
		if err := b.comesToRest(ctx, dir); err != nil {
			return err
		}
	}
	return b.homePage(ctx, dir)
}

// restsFor is how long a node is watched that has come to rest: longer than the rhythm in which it looks at everything.
const restsFor = 40 * time.Second

// comesToRest measures one start, and what follows it.
func (b *bench) comesToRest(ctx context.Context, dir string) error {
	p, err := b.serve(ctx, dir)
	if err != nil {
		return err
	}
	answers, err1 := p.cpu()
	early, err2 := p.memory("VmRSS")
	rests, err3 := p.idle()
	time.Sleep(restsFor)
	later, err4 := p.cpu()
	late, err5 := p.memory("VmRSS")
	if err := errors.Join(err1, err2, err3, err4, err5, p.stop(syscall.SIGINT)); err != nil {
		return err
	}
	say("start, until it answers", "%.2f s, %.2f s of CPU, %.0f MB", p.start.Seconds(), answers.Seconds(), mega(early))
	say("… until it rests; in each minute then", "%.2f s of CPU; %.2f s; %.0f MB", rests.Seconds(), (later-rests).Seconds()*float64(time.Minute)/float64(restsFor), mega(late))
	return nil
}

// homePage measures the first page, again and again as nothing changes, then after each act.
func (b *bench) homePage(ctx context.Context, dir string) (err error) {
	p, err := b.serve(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop(syscall.SIGINT)) }()
	if _, err := p.idle(); err != nil {
		return err
	}
	v, err := b.reader(ctx, p)
	if err != nil {
		return err
	}
	if err := v.measure(ctx, "/", func() error { return nil }); err != nil {
		return err
	}
	n := 0
	say("right after an act", "")
	return v.measure(ctx, "/", func() error {
		n++
		return p.call(ctx, http.MethodPost, fmt.Sprintf("/mechanisms/%s/threads/bench-%d/open", v.mech, n), map[string]any{"title": map[string]string{"en": "A thread"}}, b.authorParty+"-draft", new(any))
	})
}
