package sim

import (
	"flag"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	core "entente.example/internal/node"
	"entente.example/internal/party"
	"entente.example/internal/sim/disk"
	"entente.example/refusal"
)

var restores = flag.Int("restores", 120, "how many machines TestRestores puts back; ./test puts back more")

// drillsAWorld is how often machines are put back in one world: a machine that has lost its marks once is one that has no patience any more, and others shall meet the rest, too.
const drillsAWorld = 10

// drilled is what the drills of a world were.
type drilled struct{ kept, lost, whole, alone, anew int }

func (d *drilled) add(o drilled) {
	d.kept, d.lost, d.whole, d.alone, d.anew = d.kept+o.kept, d.lost+o.lost, d.whole+o.whole, d.alone+o.alone, d.anew+o.anew
}

// live lets the parties act for a while, and make backups now and then. Some of what they write stays with them for the time being.
func (w *world) live() error {
	for range 2 + w.rng.IntN(6) {
		w.now = w.now.Add(time.Duration(w.rng.IntN(90*24)) * time.Hour)
		n := w.nodes[w.rng.IntN(parties)]
		if err := w.act(n); err != nil {
			return err
		}
		for w.chance(600) {
			if err := w.deliver(); err != nil {
				return err
			}
		}
		if w.chance(250) {
			if err := w.tick(n); err != nil {
				return err
			}
		}
		if w.chance(400) {
			if err := w.nodes[w.rng.IntN(parties)].copyRecord(); err != nil {
				return err
			}
		}
	}
	return nil
}

// alone cuts all lines, and lets the machines go on for a while.
func (w *world) alone() error {
	w.apartAll()
	if err := w.run(); err != nil {
		return err
	}
	w.now = w.now.Add(time.Duration(w.rng.IntN(400*24)) * time.Hour)
	return nil
}

// tries lets a member act at a machine, and returns why that was refused: errNoReply if the act still waits.
func (n *node) tries(matter string) (err error) {
	err = errNoReply
	if e := n.do(matter, n.draft(), func(r core.Reply) error { err = r.Err; n.keep(r); return nil }); e != nil {
		return e
	}
	return err
}

// drill puts one machine back to a random backup, in one of three ways: its marks stay, or are lost, or go back with it. At first it may be alone, then it meets one of the others or
// both; and then it has everything back and writes, without anybody's doing. The witness sees every fork.
func (w *world) drill(sum *drilled) error {
	n := w.nodes[w.rng.IntN(parties)]
	for len(n.backups) == 0 {
		if err := w.after(n.copyRecord()); err != nil {
			return err
		}
	}
	if err := w.live(); err != nil {
		return err
	}
	if err := w.meet(); err != nil { // what nobody else has is another story: see anew
		return err
	}
	if err := w.alone(); err != nil {
		return err
	}
	had, err := n.sizes()
	if err != nil {
		return err
	}
	b := n.backups[w.rng.IntN(len(n.backups))]
	var left *disk.Image
	switch k := w.rng.IntN(3); {
	case k == 0 && n.spread():
		sum.whole++
		n.back, left = true, b.marks
	case k == 1:
		sum.lost++
	default:
		sum.kept++
		left = n.disk.Files()[marksFile]
	}
	w.Restores++
	if err := n.replaceDisk(b, left); err != nil {
		return err
	}
	if w.chance(500) {
		sum.alone++
		if err := w.waitsAlone(n, had); err != nil {
			return err
		}
	}
	return w.returns(n, had)
}

// waitsAlone lets a machine that was put back try to act where it reaches nobody: it must not, unless it has all of its own log.
func (w *world) waitsAlone(n *node, had map[string]int64) error {
	for range 1 + w.rng.IntN(5) {
		if err := w.tick(n); err != nil {
			return err
		}
	}
	own, _, err := n.ownLog()
	if err != nil {
		return err
	}
	if err := n.tries(fmt.Sprintf("text/x%d", w.made)); err == nil && own.Size < had[own.Origin] {
		return w.broken("X2", "%s had %d entries of its own, was put back to %d, and writes without having asked anybody", n.party, had[own.Origin], own.Size)
	}
	return w.run()
}

// returns lets a machine that was put back meet the others, one after the other or all at once, and checks that it has come back by itself.
func (w *world) returns(n *node, had map[string]int64) error {
	first := (n.i + 1 + w.rng.IntN(parties-1)) % parties
	if err := w.connect(n.i, first); err != nil {
		return err
	}
	for w.chance(700) {
		if err := w.deliver(); err != nil {
			return err
		}
		if w.chance(200) {
			_ = n.tries(fmt.Sprintf("text/y%d", w.made)) // in the middle of coming back
		}
	}
	for range 3 {
		if err := w.meet(); err != nil {
			return err
		}
		for _, m := range w.nodes {
			if err := w.tick(m); err != nil {
				return err
			}
		}
	}
	have, err := n.sizes()
	if err != nil {
		return err
	}
	for origin, size := range had {
		if have[origin] < size {
			return w.broken("X2", "%s had %d entries of %s before it was put back, and comes to %d again", n.party, size, origin, have[origin])
		}
	}
	n.restored = false
	return w.writable(n, fmt.Sprintf("text/z%d-", w.made))
}

// anew puts a machine back to before what nobody else has. It must not write on by itself, however often it asks; its party begins anew, everybody sees that, and it writes.
func (w *world) anew(sum *drilled) error {
	n := w.nodes[w.rng.IntN(parties)]
	if err := w.meet(); err != nil {
		return err
	}
	for _, m := range w.nodes { // the newest signatures are in the backup
		if err := w.tick(m); err != nil {
			return err
		}
	}
	if err := n.copyRecord(); err != nil {
		return err
	}
	if err := w.alone(); err != nil {
		return err
	}
	told := len(n.acked)
	if err := n.tries("text/lost"); err != nil {
		return w.broken("X2", "%s cannot act alone: %v", n.party, err)
	}
	n.acked = slices.Clone(n.acked[:told]) // nobody else has it: it is gone with the disk, whatever the program does
	w.Restores++
	if err := n.replaceDisk(n.backups[len(n.backups)-1], n.disk.Files()[marksFile]); err != nil {
		return err
	}
	for range 2 {
		if err := w.meet(); err != nil {
			return err
		}
		if err := w.tick(n); err != nil {
			return err
		}
		if err := n.tries("text/again"); refusal.As(err).Key != "node.behind_marks" {
			return w.broken("X2", "%s has lost an entry that it had signed, and acts: %v", n.party, err)
		}
	}
	w.seen.forget(n)
	sum.anew++
	return w.after(n.renew(party.Restore))
}

// forget drops what the witness has seen of a node's newest log and nobody has any more.
func (s *witness) forget(n *node) {
	own, _, err := n.ownLog()
	if h := s.logs[own.Origin]; err == nil && h != nil {
		h.roots = h.roots[:own.Size]
	}
	for size := range s.heads[own.Origin] {
		if size > own.Size {
			delete(s.heads[own.Origin], size)
		}
	}
}

// drills plays one world in which machines are put back again and again, and heals it.
func drills(seed uint64, dir string) (sum drilled, err error) {
	w := newWorld(Options{Seed: seed, Dir: dir})
	defer w.close()
	if err := w.begin(); err != nil {
		return sum, err
	}
	for w.Report.Events = range drillsAWorld - 1 {
		w.turns = 0
		if err := w.drill(&sum); err != nil {
			return sum, err
		}
	}
	w.turns = 0
	if err := w.anew(&sum); err != nil {
		return sum, err
	}
	return sum, w.heal()
}

// A machine that is put back to any backup, with its marks, without them, or as a whole, never signs a second history, and comes back by itself where its counterparts can be asked.
// SPEC own-receipt-fence, ask-before-signing
func TestRestores(t *testing.T) {
	worlds := uint64(max(1, *restores/drillsAWorld))
	if testing.Short() {
		worlds = 2
	}
	var next atomic.Uint64
	var mu sync.Mutex
	var wg sync.WaitGroup
	var sum drilled
	for range runtime.GOMAXPROCS(0) {
		dir := t.TempDir()
		wg.Go(func() {
			for seed := next.Add(1); seed <= worlds && !t.Failed(); seed = next.Add(1) {
				d, err := drills(seed, dir)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				sum.add(d)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	all := sum.kept + sum.lost + sum.whole + sum.anew
	t.Logf("%d machines were put back: %d kept their marks, %d lost them, %d were put back as a whole, %d had lost what nobody else had and began anew; %d were alone at first", all, sum.kept, sum.lost, sum.whole, sum.anew, sum.alone)
	if want := int(worlds) * drillsAWorld; all != want || sum.lost == 0 || sum.kept == 0 {
		t.Errorf("%+v, want %d in all", sum, want)
	}
}
