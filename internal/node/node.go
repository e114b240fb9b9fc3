// Package node owns a party's node: what its members do, what its counterparts send, and the order in which both become durable.
//
// It promises that nothing leaves before it is committed, re-read, re-hashed and marked (docs/protocol.md 3); that a member's act and a counterpart's become
// state through the same fold; and that what it acknowledged survives a crash. Core is one single-threaded step: events in, effects out, with time, keys,
// store and marks handed in. Node runs a Core on one goroutine and carries its effects out. It knows no subject but what needs a node to act by itself.
package node

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"entente.example/entry"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/party"
	"entente.example/internal/spans"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// Draft is an act that a member wants on the record.
type Draft struct {
	Matter string
	Body   entry.Body
	Stood  *int64 // how many acts the matter had when this one was judged by what its author had read; with others since, nothing is written. nil: whatever stands
}

// MovedOnKey is the key of the refusal of a draft whose matter has had other acts since it was judged.
const MovedOnKey = "node.moved_on"

// MovedOn is that refusal. Nothing was written.
func MovedOn(matter string) error {
	return refusal.New(refusal.Stale, MovedOnKey, "matter", matter)
}

// Posted is an act that is on the record: durable here, under a signed checkpoint, on its way to the others.
type Posted struct {
	ID     string `json:"id"`  // act id within the mechanism, as in "cpc-41"
	Ref    string `json:"ref"` // full reference with the leaf hash
	Index  int64  `json:"index"`
	Matter string `json:"matter"`
	Type   string `json:"type"`
}

// maxBatch is how many events share one transaction: writers share fsyncs, and no page waits for a long one.
const maxBatch = 256

// Node runs a Core.
type Node struct {
	core  *Core
	turns *turns
	done  chan struct{}
	send  func(ToPeer)

	states  stateCache
	names   names
	hearsay hearsay

	watch   sync.Mutex
	watched map[chan Changed]struct{}
	told    int64 // changes so far, from a beginning that no other start of this process has
	toldOf  map[string]int64
}

// New makes a node around an opened core. send hands frames to the carriers; it must not block.
func New(core *Core, send func(ToPeer)) *Node {
	return &Node{core: core, turns: newTurns(), done: make(chan struct{}), send: send, watched: map[chan Changed]struct{}{}, told: time.Now().UnixMicro(), toldOf: map[string]int64{}}
}

// Run works until ctx ends, then puts what is still unwritten into the store. node.store_lost: the store failed, and what it holds could not be read again; whoever opens the node anew goes on from there.
func (n *Node) Run(ctx context.Context) error {
	defer close(n.done)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	n.carry(n.core.Step(nil))
	for n.core.Lost() == nil {
		var batch []Event
		if n.core.Owes() {
			runtime.Gosched() // whoever was just told looks now; receipts wait for the disk, and would keep this processor meanwhile
			n.carry(n.core.Step(nil))
			if n.core.Lost() != nil {
				continue
			}
		}
		select {
		case <-ctx.Done():
			return n.core.Flush(context.WithoutCancel(ctx))
		case <-tick.C:
			batch = append(batch, Tick{})
		case <-n.turns.some:
		}
		if batch = append(batch, n.turns.take(maxBatch-len(batch))...); len(batch) > 0 {
			n.carry(n.core.Step(batch))
		}
	}
	return n.core.Lost()
}

// carry carries effects out.
func (n *Node) carry(effects []Effect) {
	for _, e := range effects {
		switch e := e.(type) {
		case Reply:
			e.To <- e
		case ToPeer:
			n.send(e)
		case Changed:
			n.tell(e)
		case PassedOn:
			n.hearsay.note(e)
		}
	}
}

// put hands an event to the core and waits for room, unless the node has stopped.
func (n *Node) put(ctx context.Context, e Event) error { return n.turns.put(ctx, n.done, e) }

// ask sends an event and waits for its reply.
func (n *Node) ask(ctx context.Context, to chan Reply, e Event) (Reply, error) {
	if err := n.put(ctx, e); err != nil {
		return Reply{}, err
	}
	select {
	case r := <-to:
		return r, r.Err
	case <-n.done:
		return Reply{}, refusal.New(refusal.Unavailable, "node.stopped")
	case <-ctx.Done(): // the act may still succeed; the caller has to look
		return Reply{}, ctx.Err()
	}
}

// Do puts acts of one member on the record, all or none of them, and returns when they are durable and signed for.
func (n *Node) Do(ctx context.Context, mech string, actor entry.Actor, drafts ...Draft) ([]Posted, error) {
	ctx, span := n.core.spans.Begin(ctx, spans.Act)
	to := make(chan Reply, 1)
	r, err := n.ask(ctx, to, Do{Mech: mech, Actor: actor, Drafts: drafts, To: to, span: span})
	span.Count(spans.Entries, int64(len(r.Posted)))
	span.End(err)
	return r.Posted, err
}

// Judge says why an act of a member would be refused as the record stands, and writes nothing.
func (n *Node) Judge(ctx context.Context, mech string, actor entry.Actor, draft Draft) error {
	to := make(chan Reply, 1)
	_, err := n.ask(ctx, to, Do{Mech: mech, Actor: actor, Drafts: []Draft{draft}, To: to, judge: true, span: spans.Of(ctx)})
	return err
}

// Join takes this node into a mechanism as party self: the charter becomes the first entry of its log.
func (n *Node) Join(ctx context.Context, charter []byte, self string) (mech string, err error) {
	to := make(chan Reply, 1)
	r, err := n.ask(ctx, to, Join{Charter: charter, Self: self, To: to})
	return r.Mech, err
}

// Begin opens the next generation of our own log in a mechanism, under a key of this node.
func (n *Node) Begin(ctx context.Context, mech string, body party.Generation, key *keys.NodeKey) ([]Posted, error) {
	to := make(chan Reply, 1)
	r, err := n.ask(ctx, to, Begin{Mech: mech, Body: body, Key: key, To: to, span: spans.Of(ctx)})
	return r.Posted, err
}

// Refold makes a mechanism's state again from its entries, and returns when it is durable. told hears meanwhile how many entries are folded; its error ends the work, and everything is as
// before. It is called by the core and must be quick.
func (n *Node) Refold(ctx context.Context, mech string, told func(folded int64) error) error {
	to := make(chan Reply, 1)
	_, err := n.ask(ctx, to, Refold{Mech: mech, Told: told, To: to, span: spans.Of(ctx)})
	return err
}

// Line hands the core what a carrier reports about a mechanism's line. It waits for room, whether ctx goes on or not.
func (n *Node) Line(ctx context.Context, mech string, e link.Event) error {
	return n.put(context.WithoutCancel(ctx), Line{Mech: mech, Event: e, span: spans.Of(ctx)})
}

// Queue is how many events wait for the core, in all and in each mechanism in which any do, and how many may in one of them before whoever brings one waits too.
func (n *Node) Queue() (waiting, room int, each map[string]int) {
	waiting, each = n.turns.waiting()
	return waiting, laneRoom, each
}

// View reads one consistent state of the store while the core goes on. node.store_away: the store does not serve just now; store.newer: a newer program has it.
func (n *Node) View(ctx context.Context, f func(store.Reader) error) error {
	return away(n.core.store.View(ctx, f))
}

// Unwritable is what whoever acts is told of a store that takes nothing for now; nil if an error is none of such a store.
func Unwritable(err error) *refusal.Error {
	switch {
	case errors.Is(err, store.ErrBarred):
		return refusal.New(refusal.Unavailable, "node.files_barred").Because(err)
	case errors.Is(err, store.ErrReadsOnly):
		return refusal.New(refusal.Unavailable, "store.reads_only").Because(err)
	case errors.Is(err, store.ErrFull):
		return refusal.New(refusal.Unavailable, "node.disk_full").Because(err)
	}
	return nil
}

// away says in words that the store does not serve just now, or does not serve this program any more, unless somebody has found other words before.
func away(err error) error {
	switch {
	case err == nil || refusal.As(err).Kind != refusal.Internal:
		return err
	case errors.Is(err, store.ErrAway):
		return refusal.New(refusal.Unavailable, "node.store_away").Because(err)
	case errors.Is(err, store.ErrNewer):
		return refusal.New(refusal.Unavailable, "store.newer").Because(err)
	}
	return err
}

// Inspect asks the core something on its goroutine; f must be quick and must not keep what it is given. Whoever has waited long enough goes without the answer, and f may run all the same, later: so what it finds
// is what it returns, and it touches nothing of the caller's.
func Inspect[T any](ctx context.Context, n *Node, f func(*Core) (T, error)) (T, error) {
	return inspected(ctx, n, inspect{}, f)
}

func inspected[T any](ctx context.Context, n *Node, e inspect, f func(*Core) (T, error)) (T, error) {
	type answer struct {
		found T
		err   error
	}
	to, answers := make(chan Reply, 1), make(chan answer, 1)
	e.f, e.to = func(c *Core) { found, err := f(c); answers <- answer{found, err} }, to
	if _, err := n.ask(ctx, to, e); err != nil {
		var none T
		return none, err
	}
	a := <-answers
	return a.found, a.err
}

// Reached returns when the core has come to everything that was brought before in a mechanism; in none, "", when it answers at all.
func (n *Node) Reached(ctx context.Context, mech string) error {
	to := make(chan Reply, 1)
	_, err := n.ask(ctx, to, inspect{mech: mech, f: func(*Core) {}, to: to})
	return err
}

// Watch returns a channel of what changes, until stop is called. A slow reader loses changes, never blocks the node.
func (n *Node) Watch() (changes <-chan Changed, stop func()) {
	ch := make(chan Changed, 64)
	n.watch.Lock()
	n.watched[ch] = struct{}{}
	n.watch.Unlock()
	return ch, func() {
		n.watch.Lock()
		delete(n.watched, ch)
		n.watch.Unlock()
	}
}

// Told is a number that grows with every change that watchers are told of. Whoever reads it, then looks, then watches, and reads it again unchanged, has missed nothing.
func (n *Node) Told() int64 {
	n.watch.Lock()
	defer n.watch.Unlock()
	return n.told
}

// ToldOf is what Told was at the last change in one mechanism, zero if there was none since this start. Whoever reads it, then looks, and finds it unchanged later, has nothing new to see there.
func (n *Node) ToldOf(mech string) int64 {
	n.watch.Lock()
	defer n.watch.Unlock()
	return n.toldOf[mech]
}

// ToldAround is the newest ToldOf of a mechanism and of those that continue it, on which what waits in it depends, too.
func (n *Node) ToldAround(mech string) int64 {
	newest := n.ToldOf(mech)
	for _, heir := range heirsOf(mech) {
		newest = max(newest, n.ToldOf(heir))
	}
	return newest
}

// Arrived tells the core that a body has come: an acknowledgement may have waited for it.
func (n *Node) Arrived(mech string) { _ = n.put(context.Background(), Arrived{Mech: mech}) }

// Tell lets watchers know of a change beside the record, such as an attachment that has come.
func (n *Node) Tell(c Changed) { n.tell(c) }

func (n *Node) tell(c Changed) {
	n.watch.Lock()
	defer n.watch.Unlock()
	n.told++
	n.toldOf[c.Mech] = n.told
	for ch := range n.watched {
		select {
		case ch <- c:
		default:
		}
	}
}

// Log is the core's logger.
func (n *Node) Log() *slog.Logger { return n.core.log }
