package main

import (
	"context"
	"errors"
	"path/filepath"
	"syscall"
	"time"

	"entente.example/bench/floor"
)

// nodes makes the directories of two nodes once: one has written a backlog, the other has heard nothing of it.
func (b *bench) nodes(ctx context.Context) (author, reader string, err error) {
	dir := filepath.Join(b.dir, "nodes")
	if b.backlog == "" {
		if _, err := b.sub("nodes"); err != nil {
			return "", "", err
		}
		p, err := newPair(ctx, dir)
		if err != nil {
			return "", "", err
		}
		p.a.Cut(string(p.b.Party))
		p.b.Cut(string(p.a.Party))
		err = p.backlog(ctx, b.entries)
		b.authorParty, b.readerParty = string(p.a.Party), string(p.b.Party)
		if err := errors.Join(err, p.Close()); err != nil {
			return "", "", err
		}
		b.backlog = dir
		if err := b.rest(ctx, filepath.Join(dir, b.authorParty)); err != nil {
			return "", "", err
		}
	}
	return filepath.Join(dir, b.authorParty), filepath.Join(dir, b.readerParty), nil
}

// rest lets a node finish what it has to do for itself, such as indexing what it wrote, so that no later measurement has that in it.
func (b *bench) rest(ctx context.Context, dir string) error {
	p, err := b.serve(ctx, dir)
	if err != nil {
		return err
	}
	_, err = p.idle()
	return errors.Join(err, p.stop(syscall.SIGINT))
}

// restWithin bounds how long a node may be busy with itself: the search index of 1,000,000 entries takes minutes.
const restWithin = 30 * time.Minute

// idle waits until a node has nothing more to do, and says what processor time it has taken till then.
func (p *process) idle() (last time.Duration, err error) {
	last = -time.Second
	for began := time.Now(); time.Since(began) < restWithin; time.Sleep(2 * time.Second) {
		now, err := p.cpu()
		if err != nil || now-last < 50*time.Millisecond {
			return now, err
		}
		last = now
	}
	return 0, errors.New("a node that nobody asks anything does not come to rest")
}

// catchup measures two nodes, each a process of its own. What a node needs for its own start is measured before and taken off.
func (b *bench) catchup(ctx context.Context) (err error) {
	author, reader, err := b.nodes(ctx)
	if err != nil {
		return err
	}
	f1, err := b.floorB()
	if err != nil {
		return err
	}
	alone, err := b.serve(ctx, author)
	if err != nil {
		return err
	}
	startCPU, err := alone.idle()
	if err := errors.Join(err, alone.stop(syscall.SIGINT)); err != nil {
		return err
	}
	r, err := b.serve(ctx, reader)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.stop(syscall.SIGINT)) }()
	readerCPU, err := r.idle()
	if err != nil {
		return err
	}
	a, err := b.serve(ctx, author)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.stop(syscall.SIGINT)) }()
	wall, err := b.untilFolded(author, reader)
	if err != nil {
		return err
	}
	ca, err1 := a.cpu()
	cr, err2 := r.cpu()
	ma, err3 := a.memory("VmHWM")
	mr, err4 := r.memory("VmHWM")
	f2, err5 := b.floorB()
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return err
	}
	sent, taken, f := ca-startCPU, cr-readerCPU, floor.Cost{CPU: (f1.CPU + f2.CPU) / 2, Wall: (f1.Wall + f2.Wall) / 2}
	cost("floor B", f, b.entries)
	say("author", "%.2f µs CPU an entry, at most %.0f MB", micros(sent, b.entries), mega(ma))
	say("reader: verified, stored, folded", "%.2f µs CPU an entry, at most %.0f MB", micros(taken, b.entries), mega(mr))
	cost("both", floor.Cost{CPU: sent + taken, Wall: wall}, b.entries)
	say("both / floor B", "%.2f CPU, %.2f wall", ratio(sent+taken, f.CPU), ratio(wall, f.Wall))
	return b.disk(author, reader)
}

// untilFolded waits until the reader has folded all that the author has.
func (b *bench) untilFolded(author, reader string) (wall time.Duration, err error) {
	has, err := watchFolded(author, b.authorParty)
	if err != nil {
		return 0, err
	}
	want, err := has.now()
	if err := errors.Join(err, has.Close()); err != nil {
		return 0, err
	}
	gets, err := watchFolded(reader, b.authorParty)
	if err != nil {
		return 0, err
	}
	defer gets.Close()
	began, last, moved := time.Now(), int64(0), time.Now()
	for {
		n, err := gets.now()
		switch {
		case err != nil:
			return 0, err
		case n >= want:
			return time.Since(began), nil
		case n > last:
			last, moved = n, time.Now()
		case time.Since(moved) > answerWithin:
			return 0, errors.New("nothing moves any more")
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// disk says how large the files of both nodes are for a byte of entry. Only what has been moved out of the write-ahead log counts.
func (b *bench) disk(author, reader string) error {
	for _, n := range []struct{ name, dir string }{{"author", author}, {"reader", reader}} {
		entries, all, err := sizes(n.dir)
		if err != nil {
			return err
		}
		say("on the disk for a byte of entry, "+n.name, "%.2f bytes with the folded states, %.2f without", float64(all.file)/float64(entries), float64(all.file-all.states)/float64(entries))
	}
	return nil
}
