package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/ncruces/go-sqlite3"

	"entente.example/internal/chancery"
)

// life measures a node that holds the backlog: how soon it answers, what it keeps in memory when nothing happens, and how soon it answers after it was killed.
func (b *bench) life(ctx context.Context) error {
	author, _, err := b.nodes(ctx)
	if err != nil {
		return err
	}
	var start, again time.Duration
	for range b.rounds {
		p, err := b.serve(ctx, author)
		if err != nil {
			return err
		}
		if start == 0 || p.start < start {
			start = p.start
		}
		if err := p.stop(syscall.SIGKILL); err != nil {
			return err
		}
		if p, err = b.serve(ctx, author); err != nil {
			return err
		}
		if again == 0 || p.start < again {
			again = p.start
		}
		if err := p.stop(syscall.SIGINT); err != nil {
			return err
		}
	}
	p, err := b.serve(ctx, author)
	if err != nil {
		return err
	}
	time.Sleep(12 * time.Second) // past two rounds of housekeeping
	idle, err := p.memory("VmRSS")
	if err != nil {
		return err
	}
	used, err1 := p.cpu()
	began := time.Now()
	err2 := p.ask(ctx, "/status")
	first := time.Since(began)
	began = time.Now()
	err3 := p.ask(ctx, "/status")
	second := time.Since(began)
	after, err4 := p.memory("VmRSS")
	if err := errors.Join(err1, err2, err3, err4, p.stop(syscall.SIGINT)); err != nil {
		return err
	}
	say("whole node, from exec to its first answer", "%v", start.Round(time.Millisecond))
	say("the same after kill -9", "%v", again.Round(time.Millisecond))
	say("memory of an idle node", "%.0f MB, after %v of CPU", mega(idle), used)
	say("first look at everything (status), and second", "%v, %v; memory then %.0f MB", first.Round(time.Millisecond), second.Round(time.Millisecond), mega(after))
	return b.room(author)
}

// room says what takes the room of a node on the disk, for a byte of its entries.
func (b *bench) room(dir string) error {
	entries, all, err := sizes(dir)
	if err != nil {
		return err
	}
	index, err := os.Stat(filepath.Join(dir, chancery.IndexFile))
	if err != nil {
		return err
	}
	say("bytes of all entries", "%d", entries)
	for _, p := range []struct {
		what  string
		bytes int64
	}{{"what they came to, and their past", all.outcomes}, {"folded states", all.states}, {"hashes of the trees", all.tiles}, {"the search index", index.Size()},
		{"everything else: other tables, indexes, room in pages", all.file - entries - all.outcomes - all.states - all.tiles}, {"in all", all.file + index.Size()}} {
		per := float64(p.bytes) / float64(entries)
		say("… for a byte of them: "+p.what, "%.3f", per)
	}
	return nil
}

// demo times the whole demo from a built binary.
func (b *bench) demo(ctx context.Context) error {
	program, err := b.binary()
	if err != nil {
		return err
	}
	dir, err := b.sub("demo")
	if err != nil {
		return err
	}
	began := time.Now()
	c := exec.CommandContext(ctx, program, "demo", "--exit", "--profile", "fictional", "--dir", dir)
	if out, err := c.CombinedOutput(); err != nil {
		return errors.Join(err, errors.New(string(out)))
	}
	say("demo --exit", "%.1f s, %.1f s of CPU", time.Since(began).Seconds(), (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds())
	return nil
}

// peers runs the comparison with programs of others. It is a module of its own, and needs what it is made of.
func (b *bench) peers(ctx context.Context) error {
	c := exec.CommandContext(ctx, "go", "run", ".", "-entries", strconv.Itoa(b.entries), "-rounds", strconv.Itoa(b.rounds))
	c.Dir = filepath.Join("bench", "peers")
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		say("skipped", "bench/peers cannot be built or run here: %v", err)
	}
	return nil
}

// press compares the press room with nginx and WordPress, as far as they are there.
func (b *bench) press(ctx context.Context) error {
	program, err := b.binary()
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, filepath.Join("bench", "press.sh"), "4")
	c.Env = append(os.Environ(), "ENTENTE="+program)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	if err := c.Run(); err != nil {
		say("skipped", "bench/press.sh did not end well: %v", err)
	}
	return nil
}

// size is what a node's record takes on the disk.
type size struct{ file, states, outcomes, tiles int64 }

// sizes reads a closed or idle node's record: the bytes of all its entries, and those of its file.
func sizes(dir string) (entries int64, all size, err error) {
	path := filepath.Join(dir, chancery.RecordFile)
	db, err := sqlite3.OpenFlags("file:"+path, sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if err != nil {
		return 0, all, err
	}
	defer db.Close()
	if err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return 0, all, err
	}
	s, _, err := db.Prepare("SELECT coalesce((SELECT sum(length(leaf)) FROM entry),0) + coalesce((SELECT sum(length(leaves)-2*64) FROM bundle),0), (SELECT sum(length(state)) FROM matter), " +
		"coalesce((SELECT sum(length(outcomes)) FROM bundle),0) + coalesce((SELECT sum(length(past)+coalesce(length(void),0)) FROM entry),0), (SELECT sum(length(data)) FROM tile)")
	if err != nil {
		return 0, all, err
	}
	defer s.Close()
	if s.Step() {
		entries, all.states, all.outcomes, all.tiles = s.ColumnInt64(0), s.ColumnInt64(1), s.ColumnInt64(2), s.ColumnInt64(3)
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, all, err
	}
	all.file = info.Size()
	return entries, all, s.Err()
}
