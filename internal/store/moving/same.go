package moving

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"entente.example/internal/store"
)

// atOnce is how many mechanisms are compared at any time: most of it is waiting for a server. A ground with fewer readers compares fewer.
const atOnce = 3

// Compare is nil if two records hold the same, and otherwise names something that differs. Nobody may be writing into either: it is read in several snapshots.
func Compare(ctx context.Context, one, other store.Record, progress Progress) error {
	var mechs []string
	work := share{tell: progress}
	err := both(ctx, one, other, func(a, b store.Reader) (err error) {
		mechs, work.total, err = sameMechanisms(a, b)
		return err
	})
	if err != nil {
		return err
	}
	var next atomic.Int64
	several, ctx := errgroup.WithContext(ctx)
	for range min(atOnce, len(mechs)) {
		several.Go(func() error {
			return both(ctx, one, other, func(a, b store.Reader) error {
				for n := next.Add(1); int(n) <= len(mechs); n = next.Add(1) {
					if err := same(ctx, a, b, mechs[n-1], work.done); err != nil {
						return err
					}
				}
				return nil
			})
		})
	}
	return several.Wait()
}

func both(ctx context.Context, one, other store.Record, f func(a, b store.Reader) error) error {
	return one.View(ctx, func(a store.Reader) error {
		return other.View(ctx, func(b store.Reader) error { return f(a, b) })
	})
}

// sameMechanisms lists the mechanisms, and says how many entries they have, if both records have the same ones. When each was joined, from which their order follows, is compared with the rest of it.
func sameMechanisms(a, b store.Reader) (all []string, entries int64, err error) {
	all, err = a.Mechanisms()
	if err != nil {
		return nil, 0, err
	}
	others, err := b.Mechanisms()
	if err != nil {
		return nil, 0, err
	}
	records := map[string]int{}
	for _, id := range slices.Concat(all, others) {
		records[id]++
	}
	for _, id := range slices.Sorted(maps.Keys(records)) {
		if records[id] == 1 {
			return nil, 0, only(item{kind: ofMechanism, of: id})
		}
	}
	_, entries, err = allLogs(a)
	return all, entries, err
}

// What is read ahead of the comparison, of each of the two.
const (
	itemsAtOnce = 512
	bytesAhead  = 1 << 20
	heapsAhead  = 2
)

// heap is what was read at once. Two mechanisms that hold the same come in the same heaps.
type heap struct {
	items []item
	err   error // why there is no more after these
}

// heaps reads a mechanism while those who asked do something else, until stop, after which nothing is read.
func heaps(r store.Reader, mech string) (next <-chan heap, stop func()) {
	out, enough, ended := make(chan heap, heapsAhead), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer close(out)
		gather(items(r, mech), func(h heap) bool {
			select {
			case out <- h:
				return true
			case <-enough:
				return false
			}
		})
	}()
	return out, func() { close(enough); <-ended }
}

func gather(all iter.Seq2[item, error], send func(heap) bool) {
	var some []item
	size := 0
	for i, err := range all {
		if err != nil {
			send(heap{some, err})
			return
		}
		some, size = append(some, i), size+len(i.value)
		if len(some) == itemsAtOnce || size >= bytesAhead {
			if !send(heap{items: some}) {
				return
			}
			some, size = nil, 0
		}
	}
	send(heap{items: some})
}

// same compares a mechanism; both sides are read at once, each on its own ground.
func same(ctx context.Context, a, b store.Reader, mech string, done func(int64)) error {
	as, stopA := heaps(a, mech)
	defer stopA()
	bs, stopB := heaps(b, mech)
	defer stopB()
	for ctx.Err() == nil {
		x, more := <-as
		y, too := <-bs
		switch {
		case x.err != nil:
			return x.err
		case y.err != nil:
			return y.err
		case !more && !too:
			return nil
		}
		if err := differ(x.items, y.items); err != nil {
			return err
		}
		for _, i := range x.items {
			done(i.work)
		}
	}
	return ctx.Err()
}

// differ names the first thing that is not the same in two heaps.
func differ(a, b []item) error {
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return only(b[i])
		case i >= len(b):
			return only(a[i])
		case !a[i].equal(b[i]):
			return fmt.Errorf("%w: %s is not the same in both", store.ErrDamaged, a[i])
		}
	}
	return nil
}

func only(i item) error { return fmt.Errorf("%w: %s is in one only", store.ErrDamaged, i) }

// share is how much of a record is done. What its entries have come to takes as long as they do, so half of each entry is done with it, and the other half with the act that it is in the state of its matter.
type share struct {
	mu          sync.Mutex
	halves      int64
	told, total int64
	tell        Progress
}

func (s *share) done(halves int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.halves += halves; s.halves-s.told >= entriesAtOnce {
		s.told = s.halves
		s.tell(min(s.halves/2, s.total), s.total)
	}
}
