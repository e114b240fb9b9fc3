package ordeal

import (
	"context"
	"math/rand/v2"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

// What a node did when it was killed, as was seen and not as was meant.
const (
	writing   = "in the middle of an act"
	between   = "between acts"
	returning = "back and held up" // it serves, and waits for the word of the others before it signs
	behind    = "catching up"      // it lacks what others had acknowledged
	starting  = "starting"
)

// leg lets all write and kills until there were so many kills in all. Then it puts everything right, and by itself every node comes to hold the same record and everything that was acknowledged.
func (o *ordeal) leg(ctx context.Context, kills int) error {
	var since [hosts]int
	for i := range hosts {
		since[i] = len(o.acked[i])
	}
	work, stop := context.WithCancel(ctx)
	var writers errgroup.Group
	for _, h := range o.houses {
		rng := o.draws()
		writers.Go(func() error { o.write(work, h, rng); return nil })
	}
	var err error
	for err == nil && o.kills() < kills {
		err = o.round(ctx)
	}
	stop()
	_ = writers.Wait()
	if err != nil {
		return err
	}
	o.heal()
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	if err := o.until(ctx, "all three have one record", func() error { return o.alike(ctx) }); err != nil {
		return err
	}
	return o.check(ctx, since)
}

// draws is a source of randomness for a goroutine of its own.
func (o *ordeal) draws() *rand.Rand { return rand.New(rand.NewPCG(o.rng.Uint64(), 2)) }

// round strikes one node, two or all at once, and often lets something else go wrong or get better before.
func (o *ordeal) round(ctx context.Context) error {
	switch o.rng.IntN(5) {
	case 0, 1:
		o.trouble()
	case 2, 3:
		o.better()
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	g, ctx := errgroup.WithContext(ctx)
	for _, i := range o.rng.Perm(hosts)[:1+o.rng.IntN(hosts)] {
		rng := o.draws()
		g.Go(func() error { return o.strike(ctx, o.houses[i], rng) })
	}
	return g.Wait()
}

// strike kills a node as it writes, then what comes back, a few times, somewhere on its way or as it catches up, and lets it come back at last.
func (o *ordeal) strike(ctx context.Context, h *house, rng *rand.Rand) error {
	h.awaitWork(ctx, 2+rng.IntN(3))
	time.Sleep(min(time.Duration(rng.Int64N(h.acted.Load()+1)), 100*time.Millisecond)) // the last act may have waited for others
	o.kill(h, false)
	for rng.IntN(3) > 0 {
		time.Sleep(time.Duration(rng.IntN(20)) * time.Millisecond)
		ended, err := h.launch(ctx)
		if err != nil {
			return err
		}
		if rng.IntN(3) > 0 {
			time.Sleep(time.Duration(rng.Int64N(int64(h.took))))
			o.kill(h, false)
			continue
		}
		lacks, err := o.back(ctx, h, ended)
		if err != nil {
			return err
		}
		if pause := rng.IntN(60); pause > 5 && lacks { // later on the way
			time.Sleep(time.Duration(pause) * time.Millisecond)
			if lacks, err = o.look(ctx, h); err != nil {
				return err
			}
		}
		o.kill(h, lacks)
	}
	ended, err := h.launch(ctx)
	if err != nil {
		return err
	}
	_, err = o.back(ctx, h, ended)
	return err
}

// back waits until a node that was started answers, and looks at what it holds.
func (o *ordeal) back(ctx context.Context, h *house, ended chan error) (lacks bool, err error) {
	err = h.await(ctx, ended)
	if err != nil && h.i == hosts-1 && o.filler != "" { // it may say that its disk is full and end; it must come back once there is room
		h.kill()
		o.note("starts refused on a full disk")
		o.empty()
		err = h.start(ctx)
	}
	if err != nil {
		return false, err
	}
	return o.look(ctx, h)
}

// kill kills a node and counts what it did.
func (o *ordeal) kill(h *house, lacks bool) {
	what := between
	switch {
	case !h.serves.Load():
		what = starting
	case lacks:
		what = behind
	case h.answered.Load() == 0:
		what = returning
	case h.acting.Load():
		what = writing
	}
	h.kill()
	o.note("kills")
	o.note(what)
}

func (o *ordeal) note(what string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.count[what]++
}

func (o *ordeal) kills() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.count["kills"]
}

// Used is the processor time that this process and those that it has seen end have used.
func Used() (d time.Duration) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			panic(err) // cannot be with these arguments
		}
		d += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return d
}
