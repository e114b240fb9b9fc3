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

// Rebuilding is how far making state anew has come.
type Rebuilding struct {
	Done int `json:"done"`
	All  int `json:"all"` // mechanisms; 0: nothing is being made anew
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
func (r *rebuilding) begin(all int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now.All > 0 {
		return false
	}
	r.now = Rebuilding{All: all}
	return true
}

func (r *rebuilding) step(done int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now.Done = done
}

func (r *rebuilding) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = Rebuilding{}
}

// Rebuild makes the state of every mechanism again from its entries, one after the other, each whole or not at all.
func (c *Chancery) Rebuild(ctx context.Context) (Rebuilding, error) {
	mechs, err := c.node.Mechanisms(ctx)
	if err != nil {
		return Rebuilding{}, err
	}
	out := Rebuilding{All: len(mechs)}
	if len(mechs) > 0 {
		if !c.rebuilding.begin(len(mechs)) {
			return out, refusal.New(refusal.Conflict, "node.rebuilding_already")
		}
		defer c.rebuilding.end()
	}
	for _, mech := range mechs {
		if err := c.node.Refold(ctx, mech); err != nil {
			return out, err
		}
		out.Done++
		c.rebuilding.step(out.Done)
		c.log.Info("a mechanism's state was made anew from its entries", "mechanism", mech, "done", out.Done, "of", out.All)
	}
	return out, c.noteFolded()
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
	var all []store.Mechanism
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
