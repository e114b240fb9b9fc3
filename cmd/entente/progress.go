package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"entente.example/internal/locale"
)

const (
	barEvery  = 200 * time.Millisecond
	lineEvery = 5 * time.Second
	barWidth  = 30
)

// showProgress shows how far some work is until ctx ends: a bar on a terminal, a line every few seconds elsewhere, nothing for what is quickly done.
func (g *globals) showProgress(ctx context.Context, ask func() (what string, done, total int64)) {
	screen := g.screen()
	f, ok := screen.(*os.File)
	terminal := ok && term.IsTerminal(int(f.Fd()))
	every := lineEvery
	if terminal {
		every = barEvery
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	shown := false
	for {
		select {
		case <-ctx.Done():
			if shown && terminal {
				fmt.Fprint(screen, "\r\x1b[K")
			}
			return
		case <-tick.C:
		}
		what, done, total := ask()
		if total <= 0 || ctx.Err() != nil {
			continue
		}
		shown = true
		line := fmt.Sprintf("%s %s %3d %% (%s / %s)", g.say(what), bar(done, total), done*100/total, locale.Number(done), locale.Number(total))
		if terminal {
			fmt.Fprint(screen, "\r\x1b[K"+line)
		} else {
			fmt.Fprintln(screen, line)
		}
	}
}

// bar is a picture of done in total.
func bar(done, total int64) string {
	n := int(min(done, total) * barWidth / total)
	return "[" + strings.Repeat("#", n) + strings.Repeat("·", barWidth-n) + "]"
}

// following runs work of the node and shows how far it is, as the node says at path.
func (g *globals) following(ctx context.Context, n *client, what, path string, work func() error) error {
	return g.during(ctx, work, func(ctx context.Context) (string, int64, int64) {
		var p struct{ Done, Total int64 }
		_ = n.call(ctx, "GET", path, nil, &p) // a node that is busy is asked again
		return what, p.Done, p.Total
	})
}

// during runs work and shows how far it is, as ask says.
func (g *globals) during(ctx context.Context, work func() error, ask func(context.Context) (what string, done, total int64)) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.showProgress(ctx, func() (string, int64, int64) { return ask(ctx) })
	}()
	err := work()
	cancel()
	<-done
	return err
}
