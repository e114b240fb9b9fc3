package chancery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"

	"entente.example/internal/config"
	"entente.example/internal/store/sqlite"
	"entente.example/internal/strongroom"
	"entente.example/refusal"
)

// kept is the copy of the node that this process made before it changed anything of what an older program wrote.
type kept struct {
	mu     sync.Mutex
	folder string
	free   func(dir string) (int64, error)
}

// copyReserve is what a copy leaves free on the disk, beside what the change itself takes.
const copyReserve = 64 << 20

// BeforeUpgrade is what is done before a file of the node's directory that an older program wrote is changed: the whole node is kept as it is, in a backup like any other, which the older
// program can restore. It is kept once, before the first change, so that nothing in it is of two times.
func (c *Chancery) BeforeUpgrade(ctx context.Context, file string) func(from, to int) error {
	return func(from, to int) error {
		c.kept.mu.Lock()
		defer c.kept.mu.Unlock()
		log := c.log.With("file", file, "from", from, "to", to)
		if file == RecordFile { // the older program folded it, whatever a newer one had noted before somebody went back
			if err := os.Remove(c.path(foldedFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		if c.cfg.Operating.BeforeUpgrade == config.NoCopy {
			log.Warn("a file of an older program is brought to today's form; no copy is made, since operating.before_upgrade says that there is one")
			return nil
		}
		if c.kept.folder == "" {
			folder, err := c.keepNode(ctx)
			if err != nil {
				return err
			}
			c.kept.folder = folder
		}
		if err := c.keepFile(ctx, file, from); err != nil {
			return err
		}
		log.Warn("a file of an older program is brought to today's form; to go back, stop the node and let the older program restore the copy: entente restore --replace", "copy", c.kept.folder)
		return nil
	}
}

// keepNode makes the copy. One that is the same as the newest one is made only once: a node that is started again and again without getting further must not fill the disk.
func (c *Chancery) keepNode(ctx context.Context) (folder string, err error) {
	under := c.copies()
	if err := os.MkdirAll(under, 0o700); err != nil {
		return "", refusal.New(refusal.Unavailable, "backup.no_folder", "folder", under).Because(err)
	}
	if err := c.roomForCopy(under); err != nil {
		return "", err
	}
	earlier, err := copiesIn(under)
	if err != nil {
		return "", err
	}
	folder = filepath.Join(under, c.now().UTC().Format("20060102T150405Z"))
	b, err := c.copyNode(ctx, folder)
	if err != nil {
		return "", err
	}
	if len(earlier) > 0 {
		last := earlier[len(earlier)-1]
		if before, err := readBackup(last); err == nil && maps.Equal(before.Files, b.Files) {
			return last, os.RemoveAll(folder)
		}
	}
	return folder, nil
}

// keepFile puts what no backup holds beside the copy, under a name that says its form.
func (c *Chancery) keepFile(ctx context.Context, file string, from int) error {
	if slices.Contains(databases, file) {
		return nil
	}
	to := filepath.Join(c.kept.folder, file+"."+strconv.Itoa(from))
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := sqlite.Copy(ctx, c.path(file), to); err != nil {
		return locked(c.dir, err)
	}
	return nil
}

// copies is the folder that has a folder for each.
func (c *Chancery) copies() string {
	if under := c.cfg.Operating.BeforeUpgrade; filepath.IsAbs(under) {
		return under
	}
	return c.path(c.cfg.Operating.BeforeUpgrade)
}

// copiesIn lists the copies that are whole, the newest last.
func copiesIn(under string) (out []string, err error) {
	all, err := os.ReadDir(under)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, d := range all {
		folder := filepath.Join(under, d.Name())
		if _, err := os.Stat(filepath.Join(folder, backupFile)); err == nil {
			out = append(out, folder)
		}
	}
	slices.Sort(out)
	return out, err
}

// roomForCopy refuses to begin what the disk has no room for. A copy is compact: it takes at most what the files take.
func (c *Chancery) roomForCopy(under string) error {
	need := int64(copyReserve)
	for _, file := range databases {
		for _, beside := range []string{"", "-wal"} {
			if info, err := os.Stat(c.path(file + beside)); err == nil {
				need += info.Size()
			}
		}
	}
	free, err := c.kept.free(under)
	if err != nil {
		return fmt.Errorf("looking for room on the disk: %w", err)
	}
	if free < need {
		return refusal.New(refusal.Unavailable, "backup.no_room", "folder", under, "need", strongroom.Measure(need), "free", strongroom.Measure(free))
	}
	return nil
}

// examineCopies finds what newer programs kept and nobody has taken away.
func (c *Chancery) examineCopies() (f Examined, ok bool) {
	if c.cfg.Operating.BeforeUpgrade == config.NoCopy {
		return f, false
	}
	all, err := copiesIn(c.copies())
	if err != nil {
		return Examined{Grade: Notice, Key: "doctor.unreadable", Params: refusal.Params{"file": c.copies()}}, true
	}
	if len(all) == 0 {
		return f, false
	}
	return Examined{Grade: Notice, Key: "doctor.copies", Params: refusal.Params{"n": strconv.Itoa(len(all)), "folder": c.copies()}}, true
}
