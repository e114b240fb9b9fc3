package sim

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/ncruces/go-sqlite3"

	"entente.example/entry"
	"entente.example/internal/sim/disk"
	"entente.example/internal/store"
	"entente.example/internal/store/sqlite"
)

// backup is a copy of a node's record from an earlier day. Marks are in no backup.
type backup struct {
	record disk.Files
	marks  *disk.Image // as they were then: a snapshot of the whole machine has them, a backup has not
	acked  int
	gen    int // of its own log
}

// fault lets one thing go wrong.
func (w *world) fault() error {
	n := w.nodes[w.rng.IntN(parties)]
	switch k := w.rng.IntN(100); {
	case k < 25: // in the middle of whatever comes next
		n.disk.CutIn(1 + w.rng.IntN(40))
		return nil
	case k < 38: // between two steps
		if n.core == nil {
			return nil
		}
		return w.after(n.fall())
	case k < 42:
		return n.fill()
	case k < 50:
		n.disk.FailIn(1+w.rng.IntN(20), []error{sqlite3.IOERR_WRITE, sqlite3.FULL, sqlite3.IOERR_FSYNC}[w.rng.IntN(3)])
		w.DiskFaults++
		return nil
	case k < 60:
		if len(w.conns) > 0 {
			w.cut(w.conns[w.rng.IntN(len(w.conns))])
		}
		return w.run()
	case k < 72:
		return n.copyRecord()
	case k < 94:
		return w.after(n.restore())
	case k < 97:
		return w.after(n.putBack())
	}
	n.skew = []int{0, 0, -86400 * 3650, -300, 300, 86400 * 3650}[w.rng.IntN(6)]
	w.say("the clock of %s is %d seconds off", n.party, n.skew)
	return nil
}

// fill leaves no room on a machine's disk for a while.
func (n *node) fill() error {
	if n.core == nil || n.disk.Dark() {
		return nil
	}
	n.w.say("the disk of %s is full", n.party)
	n.w.FullDisks++
	n.disk.Fill(sqlite3.FULL)
	n.full = n.w.Report.Events + 5 + n.w.rng.IntN(60)
	return nil
}

// empty gives the room back.
func (n *node) empty() {
	if n.full > 0 {
		n.w.say("the disk of %s has room again", n.party)
		n.disk.Fill(nil)
		n.full = 0
	}
}

func (w *world) after(err error) error {
	if err != nil {
		return err
	}
	return w.run()
}

// part lets two parties lose sight of each other, or find each other again.
func (w *world) part() error {
	pair := pairs[w.rng.IntN(len(pairs))]
	if !w.apart[pair] && len(w.apart) > 0 && w.chance(700) { // rather mend than cut off one more
		pair = w.anyApart()
	}
	w.Partitions++
	if w.apart[pair] {
		delete(w.apart, pair)
		w.say("%s and %s can reach each other again", name(pair[0]), name(pair[1]))
		return w.connect(pair[0], pair[1])
	}
	w.apart[pair] = true
	w.say("%s and %s cannot reach each other", name(pair[0]), name(pair[1]))
	if c := w.between(pair[0], pair[1]); c != nil {
		w.cut(c)
	}
	return w.run()
}

func (w *world) anyApart() [2]int {
	return pairs[slices.IndexFunc(pairs, func(p [2]int) bool { return w.apart[p] })]
}

// copyRecord makes a backup: the database as one consistent state, as `entente backup` reads it, without the marks.
func (n *node) copyRecord() error {
	if n.core == nil || n.disk.Dark() {
		return nil
	}
	files, all := disk.Files{}, n.disk.Files()
	for name, b := range all {
		if name != marksFile {
			files[name] = b
		}
	}
	own, _, err := n.ownLog()
	if err != nil || n.latent(files, own) {
		return nil
	}
	n.backups = append(n.backups, backup{files, all[marksFile], len(n.acked), own.Gen})
	n.w.say("%s makes a backup", n.party)
	return nil
}

// latent reports whether the files hold an entry of ours that the database does not show: a transaction that the disk did and called failed. It comes forth in a copy of the files, whatever has been written in its place
// since; a backup is a copy of what the database shows.
func (n *node) latent(files disk.Files, own store.Log) bool {
	d := disk.New(n.w.Dir, files)
	defer d.Close()
	db, err := sqlite.Open(context.Background(), sqlite.Options{Path: recordFile, VFS: d.Name(), Alone: true, Readers: 1, Bundle: bundleWidth})
	if err != nil {
		return true
	}
	copied, _, err := n.ownLogOf(db)
	return errors.Join(err, db.Close()) != nil || copied.Gen != own.Gen || copied.Size != own.Size
}

// restore puts an old backup in the record's place; the marks stay, as the operator's guide says, or are lost with the disk.
func (n *node) restore() error {
	if len(n.backups) == 0 || n.core == nil || n.disk.Dark() {
		return nil
	}
	b := n.backups[n.w.rng.IntN(len(n.backups))]
	if held, err := n.heldByOthers(); err != nil || !held {
		return err // what nobody else has would be lost with the disk, whatever the program does
	}
	n.w.Restores++
	n.w.say("%s restores an old backup", n.party)
	marks := n.disk.Files()[marksFile]
	if !n.w.chance(700) {
		n.w.say("%s has lost its marks", n.party)
		marks, n.markless = nil, true
	}
	return n.replaceDisk(b, marks)
}

// putBack puts the whole machine back to an earlier day, marks and all, as somebody does with a virtual one. It cannot know; the others do, if they have all that it ever signed.
func (n *node) putBack() error {
	if len(n.backups) == 0 || n.core == nil || n.disk.Dark() || !n.spread() {
		return nil
	}
	if held, err := n.heldByOthers(); err != nil || !held {
		return err
	}
	b := n.backups[n.w.rng.IntN(len(n.backups))]
	if b.marks == nil {
		return nil
	}
	n.w.PutBack++
	n.w.say("%s is put back to an earlier day with its marks", n.party)
	n.back = true
	return n.replaceDisk(b, b.marks)
}

// spread reports whether each of the other machines runs and has all that this party ever signed of its own log.
func (n *node) spread() bool {
	for _, m := range n.w.nodes {
		if m == n {
			continue
		}
		if m.core == nil || m.disk.Dark() {
			return false
		}
		if theirs, err := m.sizes(); err != nil || !n.w.seen.within(n.party, theirs) {
			return false
		}
	}
	return true
}

// within reports whether sizes cover every head of a party's logs that was ever shown to anybody.
func (s *witness) within(party string, sizes map[string]int64) bool {
	for origin, of := range s.heads {
		if _, p, _, err := entry.ParseOrigin(origin); err != nil || p != party {
			continue
		}
		for size := range of {
			if size > sizes[origin] {
				return false
			}
		}
	}
	return true
}

// patience is for how many ticks this machine waits for the others' word after a start: without end once it was put back, because a story has no operator who could know better.
func (n *node) patience() int {
	if have, err := n.sizes(); n.back && (err != nil || !n.w.seen.within(n.party, have)) {
		return 1 << 20
	}
	n.back = false
	if n.markless {
		return 0 // the fence alone has to hold it
	}
	return 3
}

// replaceDisk starts the node with the record of a backup and these marks.
func (n *node) replaceDisk(b backup, marks *disk.Image) error {
	files := disk.Files{}
	if n.markless = n.markless || marks == nil; marks != nil {
		files[marksFile] = marks
	}
	for name, c := range b.record {
		files[name] = c
	}
	n.stop()
	n.disk.Close()
	n.disk = disk.New(n.w.Dir, files)
	n.restored = true
	clear(n.had)
	n.order = ordered{folded: map[string]int64{}}
	return n.start()
}

// heldByOthers reports whether everything that this node has, of its own log and of others, is also on some other running node.
func (n *node) heldByOthers() (bool, error) {
	missing, err := n.sizes()
	if err != nil {
		return false, err
	}
	for _, m := range n.w.nodes {
		if m == n || m.core == nil || m.disk.Dark() {
			continue
		}
		theirs, err := m.sizes()
		if err != nil {
			continue
		}
		for origin, size := range theirs {
			if size >= missing[origin] {
				delete(missing, origin)
			}
		}
	}
	return len(missing) == 0, nil
}

// sizes are how many entries of each log a node has stored.
func (n *node) sizes() (map[string]int64, error) {
	out := map[string]int64{}
	err := n.db.View(context.Background(), func(r store.Reader) error {
		logs, err := r.Logs(n.w.mech)
		for _, l := range logs {
			out[l.Origin] = l.Size
		}
		return err
	})
	return out, err
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
