package ordeal

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// act is an entry that its author's node acknowledged.
type act struct {
	Ref   string
	Index int64
}

// Writers act in bursts, and rest between them unless somebody waits for them: without rests they would take the cores from the nodes that come back, and most of the time nobody would be there
// to be killed.
const (
	burst = 5
	rest  = 400 * time.Millisecond
)

// write acts at a house until ctx ends, whatever happens to it, and remembers what was acknowledged.
func (o *ordeal) write(ctx context.Context, h *house, rng *rand.Rand) {
	for ctx.Err() == nil {
		for range 2 + rng.IntN(burst) {
			if !o.act(ctx, h) {
				break
			}
		}
		select {
		case <-ctx.Done():
		case <-h.hurry:
		case <-time.After(time.Duration(rng.Int64N(int64(rest)))):
		}
	}
}

// act asks a node that serves for one act, and reports whether it answered with one.
func (o *ordeal) act(ctx context.Context, h *house) bool {
	if ctx.Err() != nil || !h.serves.Load() {
		return false
	}
	select {
	case h.asked <- struct{}{}: // for who waits to kill it in the middle of this
	default:
	}
	began := time.Now()
	h.acting.Store(true)
	acts, err := h.table(ctx, fmt.Sprintf("t%d", o.ids.Add(1)))
	h.acting.Store(false)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.acked[h.i] = append(o.acked[h.i], acts...)
	if err == nil {
		h.answered.Add(1)
		h.acted.Store(int64(time.Since(began)))
		return true
	}
	key := "no answer"
	if r := new(refused); errors.As(err, &r) {
		key = r.Key
	}
	o.denied[key]++
	return false
}

// recent is how many entries a look at a node that has just come back reads: more than are written while it is away.
const recent = 100

// look reads the newest entries that a node holds. It fails if one is missing that the node itself acknowledged and did not show before, and tells whether others have acknowledged what it lacks.
func (o *ordeal) look(ctx context.Context, h *house) (lacks bool, err error) {
	o.mu.Lock()
	acked := o.acked // slices that only grow: what stands in them now stays
	o.mu.Unlock()
	page, err := h.newest(ctx, recent, 0)
	if err != nil {
		return false, err
	}
	held, last := map[string]bool{}, map[int]int64{}
	for _, e := range page {
		held[e.Ref] = true
		for i, p := range parties {
			if p == e.Party {
				last[i] = max(last[i], e.Index)
			}
		}
	}
	for i := range acked {
		index, recently := last[i]
		if n := len(acked[i]); i != h.i && recently && n > 0 && acked[i][n-1].Index > index {
			lacks = true
		}
	}
	missing := map[string]bool{}
	for _, a := range acked[h.i][h.shown:] {
		if !held[a.Ref] {
			missing[a.Ref] = true
		}
	}
	if err := h.find(ctx, missing); err != nil {
		return lacks, err
	}
	h.shown = len(acked[h.i])
	return lacks, nil
}

// check asks every node for everything that was acknowledged since the first numbers by author.
func (o *ordeal) check(ctx context.Context, since [hosts]int) error {
	var errs []error
	for _, h := range o.houses {
		missing := map[string]bool{}
		for i := range hosts {
			for _, a := range o.acked[i][since[i]:] {
				missing[a.Ref] = true
			}
		}
		errs = append(errs, h.find(ctx, missing))
	}
	return errors.Join(errs...)
}

// alike asks all nodes for their record's digest.
func (o *ordeal) alike(ctx context.Context) error {
	var digests [hosts]string
	for i, h := range o.houses {
		d, err := h.digest(ctx)
		if err != nil {
			return err
		}
		digests[i] = d
	}
	if digests[0] != digests[1] || digests[0] != digests[2] {
		return fmt.Errorf("the records differ: %v", digests)
	}
	return nil
}
