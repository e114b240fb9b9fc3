package chancery

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"

	"entente.example/internal/record"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// foldedFile says which version of the fold made the state of this record. It is in no backup: a record that comes back is folded anew.
const foldedFile = "folded"

// Rebuilding is how far making state and search index anew has come. All of it is counted when it begins.
type Rebuilding struct {
	Done    int   `json:"done"`
	All     int   `json:"all"`     // mechanisms; 0: nothing is being made anew
	Folded  int64 `json:"folded"`  // entries that are folded
	Indexed int64 `json:"indexed"` // entries that the new search index knows
	Entries int64 `json:"entries"` // of all mechanisms
}

// Folding reports whether state is still being made anew: acts wait as long. The search index is made behind everything else, and holds nobody up.
func (r Rebuilding) Folding() bool { return r.Done < r.All }

// Why is what whoever has to wait is told.
func (r Rebuilding) Why() *refusal.Error {
	return refusal.New(refusal.Unavailable, "node.rebuilding", "done", strconv.Itoa(r.Done), "all", strconv.Itoa(r.All), "folded", strconv.FormatInt(r.Folded, 10), "entries", strconv.FormatInt(r.Entries, 10))
}

type rebuilding struct {
	mu  sync.Mutex
	now Rebuilding
}

// Rebuilding says how far it is.
func (c *Chancery) Rebuilding() Rebuilding {
	c.rebuilding.mu.Lock()
	defer c.rebuilding.mu.Unlock()
	return c.rebuilding.now
}

// begin is false if somebody is at it.
func (r *rebuilding) begin(all int, entries int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now.All > 0 {
		return false
	}
	r.now = Rebuilding{All: all, Entries: entries}
	return true
}

// step notes progress, and what it came to.
func (r *rebuilding) step(f func(*Rebuilding)) Rebuilding {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(&r.now)
	r.now.Folded, r.now.Indexed = min(r.now.Folded, r.now.Entries), min(r.now.Indexed, r.now.Entries)
	return r.now
}

// Rebuild makes the state of every mechanism again from its entries, one after the other, each whole or not at all, and then the search index. Who reads or searches meanwhile finds what was
// before. When ctx ends, so does the work: what is done stays done, and the rest is as it was.
func (c *Chancery) Rebuild(ctx context.Context) (Rebuilding, error) {
	mechs, sizes, err := c.holdings(ctx)
	if err != nil {
		return Rebuilding{}, err
	}
	var all int64
	for _, n := range sizes {
		all += n
	}
	if len(mechs) == 0 {
		return Rebuilding{}, c.noteFolded()
	}
	if !c.rebuilding.begin(len(mechs), all) {
		return c.Rebuilding(), refusal.New(refusal.Conflict, "node.rebuilding_already")
	}
	defer c.rebuilding.step(func(r *Rebuilding) { *r = Rebuilding{} })
	out := c.Rebuilding()
	for i, mech := range mechs {
		before := out.Folded
		err := c.node.Refold(ctx, mech, func(folded int64) error {
			c.rebuilding.step(func(r *Rebuilding) { r.Folded = before + folded })
			if ctx.Err() != nil {
				return refusal.New(refusal.Conflict, "node.rebuilding_ended").Because(ctx.Err())
			}
			return nil
		})
		if err != nil {
			return out, err
		}
		out = c.rebuilding.step(func(r *Rebuilding) { r.Done, r.Folded = i+1, before+sizes[mech] })
		c.log.Info("a mechanism's state was made anew from its entries", "mechanism", mech, "done", out.Done, "of", out.All, "entries", sizes[mech])
	}
	if err := c.noteFolded(); err != nil {
		return out, err
	}
	err = c.library.anew(ctx, mechs, sizes, func(n int64) { out = c.rebuilding.step(func(r *Rebuilding) { r.Indexed = n }) })
	return out, err
}

// holdings are the mechanisms, and how many entries of each are here.
func (c *Chancery) holdings(ctx context.Context) (mechs []string, entries map[string]int64, err error) {
	entries = map[string]int64{}
	err = c.node.View(ctx, func(r store.Reader) error {
		mechs, err = r.Mechanisms()
		for _, mech := range mechs {
			logs, err := r.Logs(mech)
			if err != nil {
				return err
			}
			for _, l := range logs {
				entries[mech] += l.Size
			}
		}
		return err
	})
	return mechs, entries, err
}

// foldAnewIfNeeded rebuilds what a program with another fold made.
func (c *Chancery) foldAnewIfNeeded(ctx context.Context) error {
	b, err := os.ReadFile(c.path(foldedFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if strings.TrimSpace(string(b)) == strconv.Itoa(record.Version) {
		return nil
	}
	if _, err := c.Rebuild(ctx); err != nil && ctx.Err() == nil {
		c.log.Error("the state could not be made anew from the record; this is tried again with the next start, or: entente rebuild", "error", err)
	}
	return nil
}

// noteIfBlank notes that whatever comes into a record without a mechanism is folded by this program.
func (c *Chancery) noteIfBlank(ctx context.Context) error {
	var all []string
	err := c.record.View(ctx, func(r store.Reader) (err error) {
		all, err = r.Mechanisms()
		return err
	})
	if err != nil || len(all) > 0 {
		return err
	}
	return c.noteFolded()
}

// noteFolded remembers which fold made the state.
func (c *Chancery) noteFolded() error {
	return os.WriteFile(c.path(foldedFile), []byte(strconv.Itoa(record.Version)+"\n"), 0o600)
}
