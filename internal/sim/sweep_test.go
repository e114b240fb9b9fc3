package sim

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"entente.example/entry"
	"entente.example/internal/adoption"
	"entente.example/internal/marks"
	core "entente.example/internal/node"
	"entente.example/internal/sim/disk"
	"entente.example/internal/store"
	"entente.example/internal/store/sqlite"
	"entente.example/internal/text"
	"entente.example/ledger"
)

var sweep = flag.Int("sweep", 60, "TestEveryOp looks at every N-th disk operation; ./test at every one")

// variants is how many of the states that a power cut may leave are looked at, beside the one that the story goes on with.
const variants = 9

// script lets a node do everything that it writes for: join, act, take entries in, give and take receipts, seal, acknowledge, tidy its log, start again. Whatever fails in between is
// done again or left, as people would.
func (w *world) script() error {
	a := w.nodes[0]
	try := func(n *node, matter string, body entry.Body) error {
		if n.core == nil || body == nil {
			return nil
		}
		err := n.do(matter, body, func(r core.Reply) error { n.keep(r); return nil })
		return errors.Join(err, w.run())
	}
	const matter = "text/t1"
	for round := range 2 {
		for _, n := range w.nodes {
			if err := errors.Join(try(n, "text/"+n.party, n.draft()), w.meet()); err != nil {
				return err
			}
		}
		if err := errors.Join(try(a, matter, a.draft()), w.meet(), w.tick(a), w.checkpoint(a), w.meet()); err != nil {
			return err
		}
		for _, n := range w.nodes {
			if err := errors.Join(try(n, matter, n.confirm(matter)), w.meet()); err != nil {
				return err
			}
		}
		if err := errors.Join(try(a, matter, a.freeze(matter)), w.meet()); err != nil {
			return err
		}
		for _, n := range w.nodes {
			if err := errors.Join(try(n, matter, n.sealing(matter)), w.meet()); err != nil {
				return err
			}
		}
		if err := errors.Join(w.tick(a), w.checkpoint(a)); err != nil {
			return err
		}
		if round == 0 {
			a.stop()
			if err := errors.Join(a.start(), w.run(), w.meet()); err != nil {
				return err
			}
		}
	}
	return nil
}

// reads makes a body from a text's state, if there is one.
func (n *node) reads(matter string, f func(*core.Snapshot, *text.State) entry.Body) (body entry.Body) {
	_ = n.look(func(s *core.Snapshot) error {
		st, err := s.Text(strings.TrimPrefix(matter, "text/"))
		if err == nil {
			body = f(s, st)
		}
		return err
	})
	return body
}

func (n *node) confirm(matter string) entry.Body {
	return n.reads(matter, func(_ *core.Snapshot, st *text.State) entry.Body {
		var items []text.Item
		for _, p := range st.Paragraphs {
			items = append(items, text.Item{Paragraph: p.ID, Wording: p.Wordings[0].ID})
		}
		return text.Confirm{Items: items}
	})
}

func (n *node) freeze(matter string) entry.Body {
	return n.reads(matter, func(s *core.Snapshot, st *text.State) entry.Body {
		b, err := st.FreezeBody(s.Charter())
		if err != nil {
			return nil
		}
		return b
	})
}

func (n *node) sealing(matter string) entry.Body {
	return n.reads(matter, func(s *core.Snapshot, st *text.State) entry.Body {
		round := st.Rounds.Last()
		if round == nil || round.Verdict(s.Charter(), s.Held).Outcome != adoption.Pending {
			return nil
		}
		b, err := st.Statement(s.Charter(), round.Number, "")
		if err != nil {
			return nil
		}
		affix, _ := n.affix(round.Number, b)
		return affix
	})
}

// truth looks at one state that a power cut may have left of a node's disk: it starts, and holds everything that was ever durable and everything that it has spoken for.
func (w *world) truth(n *node, files disk.Files) error {
	d := disk.New(w.Dir, files)
	defer d.Close()
	ctx := context.Background()
	db, err := sqlite.Open(ctx, sqlite.Options{Path: recordFile, VFS: d.Name(), Readers: 1, Bundle: bundleWidth})
	if err != nil {
		return w.broken("L5", "%s does not start: %v", n.party, err)
	}
	defer db.Close()
	m, err := marks.OpenOn(d.Marks(marksFile))
	if err != nil {
		return w.broken("L4", "the marks of %s cannot be read: %v", n.party, err)
	}
	defer m.Close()
	if _, err := core.Open(ctx, core.Ground{Store: db, Marks: m, Key: n.key, Now: n.clock, Log: w.Log}); err != nil {
		return w.broken("L5", "%s does not start: %v", n.party, err)
	}
	back := &node{w: w, party: n.party, trees: map[string]*ledger.Builder{}, had: map[string]int64{}}
	for origin, t := range n.trees {
		back.had[origin] = t.Size()
	}
	for origin, sizes := range w.seen.heads {
		for size := range sizes {
			if own, _ := m.Own(origin); strings.HasSuffix(origin, "/"+n.party+"/1") && own.Size < size {
				return w.broken("L4", "%s has sent its head at %d; its marks say %d", n.party, size, own.Size)
			}
		}
	}
	return db.View(ctx, func(r store.Reader) error {
		logs, err := r.Logs(w.mech)
		if err == nil {
			err = w.seen.clone(w).stored(back, logs, r)
		}
		if err != nil {
			return err
		}
		if len(back.trees) == 0 {
			return nil // it has not joined yet
		}
		if _, err := core.Verify(r, w.mech, func(int64, int64) {}); err != nil {
			return w.broken("L6", "%s does not verify: %v", n.party, err)
		}
		return nil
	})
}

// trial plays the script, or the founding, on machines of which the first has a disk that arm has prepared, and then heals and compares everything. It returns how many states after a power cut were
// looked at, and how many ops the first disk saw.
func trial(dir string, seed uint64, joining bool, arm func(*disk.Disk)) (cuts, ops int, err error) {
	w := newWorld(Options{Seed: seed, Dir: dir})
	defer w.close()
	w.fallen = func(n *node) error {
		for i := range variants {
			cuts++
			if err := w.truth(n, n.disk.Crashed(rand.New(rand.NewPCG(seed, uint64(i))))); err != nil {
				return err
			}
		}
		cuts++
		return nil
	}
	script, begin := w.script, w.begin
	if joining {
		script, begin = w.found, w.machines
	}
	if err := begin(); err != nil {
		return 0, 0, err
	}
	d := w.nodes[0].disk
	arm(d)
	err = script()
	ops = d.Ops()
	if err == nil {
		w.fallen = nil
		err = w.heal()
	}
	return cuts, ops, err
}

// Every disk operation of every kind of write goes wrong in every way, once. SPEC marks-before-sign, receipt-durable.
func TestEveryOp(t *testing.T) {
	var ops [2]int
	for i := range ops {
		var err error
		if _, ops[i], err = trial(t.TempDir(), 1, i == 1, func(*disk.Disk) {}); err != nil {
			t.Fatal(err)
		}
	}
	ways := []struct {
		name string
		arm  func(*disk.Disk, int)
	}{
		{"the power is cut", (*disk.Disk).CutIn},
		{"a write fails", func(d *disk.Disk, k int) { d.FailIn(k, sqlite3.IOERR_WRITE) }},
		{"the disk is full", func(d *disk.Disk, k int) { d.FailIn(k, sqlite3.FULL) }},
		{"a sync fails", func(d *disk.Disk, k int) { d.FailIn(k, sqlite3.IOERR_FSYNC) }},
		{"it is done and called failed", func(d *disk.Disk, k int) { d.DoAndFailIn(k, sqlite3.IOERR_WRITE) }},
		{"it is done and called failed, and then the power is cut", func(d *disk.Disk, k int) {
			d.DoAndFailIn(k, sqlite3.IOERR_FSYNC)
			d.CutIn(k + 3)
		}},
	}
	type job struct {
		joining bool
		way, op int
	}
	var jobs []job
	step := *sweep
	if testing.Short() {
		step *= 2
	}
	for i := range ops {
		for k := 1; k <= ops[i]; k += step {
			for way := range ways {
				jobs = append(jobs, job{i == 1, way, k})
			}
		}
	}
	var next, cuts atomic.Int64
	done := make(chan struct{})
	for range runtime.GOMAXPROCS(0) {
		dir := t.TempDir()
		go func() {
			defer func() { done <- struct{}{} }()
			for i := next.Add(1) - 1; i < int64(len(jobs)) && !t.Failed(); i = next.Add(1) - 1 {
				j := jobs[i]
				n, _, err := trial(dir, uint64(j.op), j.joining, func(d *disk.Disk) { ways[j.way].arm(d, j.op) })
				if cuts.Add(int64(n)); err != nil {
					t.Errorf("op %d, joining: %t, %s: %v", j.op, j.joining, ways[j.way].name, err)
				}
			}
		}()
	}
	for range runtime.GOMAXPROCS(0) {
		<-done
	}
	t.Logf("%d ops of a node's disk while it works and %d while it joins, every %d-th in %d ways: %d trials, %d states after a power cut", ops[0], ops[1], step, len(ways), len(jobs), cuts.Load())
	if cuts.Load() < int64(len(jobs)/len(ways)*(variants+1)) {
		t.Errorf("only %d states after a power cut", cuts.Load())
	}
}

// A disk that says it has synced and has not breaks what a node promises, and the same look finds it: so the sweep above sees what it should.
func TestALyingDiskIsNoticed(t *testing.T) {
	dir := t.TempDir()
	for k := 40; k < 200; k += 20 {
		_, _, err := trial(dir, 1, false, func(d *disk.Disk) { d.Lie(); d.CutIn(k) })
		var v *Violation
		if errors.As(err, &v) {
			t.Logf("cut at op %d: %s: %s", k, v.Invariant, v.What)
			return
		}
	}
	t.Error("nobody noticed")
}
