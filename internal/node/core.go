package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"entente.example/enclosure"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/marks"
	"entente.example/internal/party"
	"entente.example/internal/spans"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// Ground is what a core stands on.
type Ground struct {
	Store store.Record
	Marks *marks.Store
	Key   *keys.NodeKey
	Other []*keys.NodeKey // keys of earlier generations of our logs, or one that is prepared for the next
	Now   func() time.Time
	Log   *slog.Logger
	// Enclosed reports whether a body that a seal covers is here whole; nil: all are.
	Enclosed func(mech string, c enclosure.Commitment) bool
	Chunk    int // about how many bytes of entries go at once; zero for the line's own measure
	// Patience is for how many ticks after this start the first signature waits for the word of parties that do not answer; zero: not at all.
	Patience int
	Quota    Quota
	Spans    *spans.Source // of what nobody asked for; nil: none
	// Open is how many mechanisms in which nothing waits stay in memory all the same (rest.go); zero: mostOpen, negative: none.
	Open int
}

// Core is the node as a step function. One goroutine owns it.
type Core struct {
	store store.Record
	marks *marks.Store
	keys  []*keys.NodeKey
	using int // the last of keys that a newest log of ours is under
	now   func() time.Time
	log   *slog.Logger
	chunk int
	quota Quota
	// patience is Ground's; waiting are acts that came while the pen was still asking.
	patience int
	waiting  []Event
	// enclosed is nil if every body is here
	enclosed func(mech string, c enclosure.Commitment) bool

	mechs  map[string]*mechanism // those that are open: all in which something waits, and some more
	away   map[string]*mechanism // the others, of which only what the store does not know is here: see rest
	most   int                   // how many stay open although nothing waits in them
	step   int64                 // counts steps
	out    []Effect
	states stateCache
	folds  atomic.Int64 // how often a mechanism was folded again, once that was durable
	listed atomic.Int64 // how often there may have come to be other mechanisms in the store
	// broken is why the core refuses to write, after the store failed in the middle of something.
	broken error
	lost   bool // not even what is stored could be read again: what is in memory is nothing to go on with
	// opened is when this core began: what is older says nothing about the marks that were lost before.
	opened time.Time
	// marksFailed: the marks file could not be written when receipts were due; they wait for a tick.
	marksFailed bool

	spans *spans.Source
	ctx   context.Context // of the step, for its spans; it cannot be called off
}

// Open reads every mechanism from the store and compares it with the marks.
func Open(ctx context.Context, g Ground) (*Core, error) {
	c := &Core{store: g.Store, marks: g.Marks, keys: append([]*keys.NodeKey{g.Key}, g.Other...), now: g.Now, log: g.Log, chunk: g.Chunk, patience: g.Patience, quota: g.Quota, enclosed: g.Enclosed, opened: g.Now(), spans: g.Spans, ctx: context.Background(), away: map[string]*mechanism{}, most: g.mostOpen()}
	if err := c.load(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// load reads what is open; at the beginning that is everything, and what can rest is put away at once. The heads of what stays open are proven before it returns.
func (c *Core) load(ctx context.Context) error {
	before := c.mechs
	c.mechs = map[string]*mechanism{}
	c.listed.Add(1)
	p := newProver()
	err := c.store.View(ctx, func(r store.Reader) error {
		ids, err := r.Mechanisms()
		if err != nil {
			return err
		}
		for _, id := range ids {
			if c.away[id] != nil {
				continue
			}
			m, err := c.unfold(r, id)
			if err != nil {
				return fmt.Errorf("opening mechanism %s: %w", id, err)
			}
			if was := before[id]; was != nil {
				was.unsavedContacts()
				m.goOn(was)
				m.undone(was)
			} else {
				m.begun(c.patience)
			}
			c.mechs[id] = m
			if before == nil && len(c.mechs) > c.most && m.atRest() {
				c.putAway(m, nil) // its heads are proven when it is reached: nothing is done with it before
				continue
			}
			p.heads <- m.heads()
		}
		return nil
	})
	if unproven := p.end(); err == nil {
		err = unproven
	}
	return err
}

// Step takes events and returns what is to be done about them. All of them share one transaction; replies are for what is durable.
func (c *Core) Step(events []Event) []Effect {
	c.out = nil
	if onlyLooks(events) {
		return c.answer(events)
	}
	c.step++
	var span spans.Span
	c.ctx, span = spans.Gather(spans.Step, traced(events)...)
	span.Count(spans.Events, int64(len(events)))
	defer span.End(nil)
	var w work
	for _, e := range events {
		c.sort(&w, e)
	}
	if w.tick || !c.marksFailed {
		c.witness()
	}
	for _, m := range c.mechs {
		c.asked(m)
	}
	c.takeUp(&w)
	c.carryOut(&w)
	for _, m := range c.mechs {
		c.unfence(m)
	}
	for range maxReactions {
		var due work
		for _, id := range sorted(c.mechs) {
			due.does = append(due.does, c.reactions(c.mechs[id])...)
		}
		if len(due.does) == 0 && !c.unsettled() {
			break
		}
		c.carryOut(&due)
	}
	c.tidy()
	return c.out
}

// maxReactions bounds what a node does by itself in one step; an adoption takes two rounds.
const maxReactions = 8

// work is what a batch of events asks the store for.
type work struct {
	joins    []Join
	begins   []Begin
	refolds  []Refold
	does     []Do
	chunks   []chunk
	receipts []receipt
	evidence []evidence
	inspects []inspect
	offers   []offer
	tick     bool
}

type chunk struct {
	mech *mechanism
	link.Deliver
	verdict *verdict // for whoever waits for it; nil: nobody
}

type receipt struct {
	mech *mechanism
	link.DeliverReceipt
}

type evidence struct {
	mech *mechanism
	link.DeliverEvidence
}

// sort puts an event where it belongs. Lines answer at once, from what is committed.
func (c *Core) sort(w *work, e Event) {
	c.reach(mechanismOf(e)) // before the store is asked for anything: a transaction finds it open
	switch e := e.(type) {
	case Do:
		if !c.putOff(e.Mech, e) {
			w.does = append(w.does, e)
		}
	case Join:
		w.joins = append(w.joins, e)
	case Refold:
		w.refolds = append(w.refolds, e)
	case Begin:
		if reason := e.Body.Statement.Reason; reason == party.Restore || reason == party.Theft || !c.putOff(e.Mech, e) { // whoever says so has given up asking
			w.begins = append(w.begins, e)
		}
	case inspect:
		w.inspects = append(w.inspects, e)
	case offer:
		c.offered(w, e)
	case heard:
		if m := c.mechs[e.mech]; m != nil {
			c.heard(m, e.party, e.route, e.at, e.heads)
			c.out = append(c.out, ToPeer{Mech: m.id, Effect: link.Alive{Party: e.party}})
			if !e.at.Before(c.opened) {
				c.converse(w, m, link.Heard{Party: e.party, Heads: e.heads})
			}
		}
	case Line:
		if m := c.mechs[e.Mech]; m != nil {
			c.converse(w, m, e.Event)
		} else if m := c.away[e.Mech]; m != nil {
			c.cutOff(m, e.Event)
		}
	case Arrived:
		if m := c.mechs[e.Mech]; m != nil {
			maps.Copy(m.touched, m.maybeDue)
		}
	case Tick:
		w.tick = true
		for _, m := range c.mechs {
			c.stillThere(m)
			c.nextDay(w, m)
			m.waited++
		}
		for _, m := range c.away {
			c.stillThere(m)
			m.waited++
		}
		c.askAway()
	}
}

// offered puts what came by another road beside what lines deliver.
func (c *Core) offered(w *work, e offer) {
	w.offers = append(w.offers, e)
	m := c.mechs[e.mech]
	switch {
	case m == nil:
		e.verdict.err = c.missing(e.mech)
	case e.receipt != nil:
		w.receipts = append(w.receipts, receipt{m, link.DeliverReceipt{Note: e.receipt}})
	default:
		w.chunks = append(w.chunks, chunk{m, link.Deliver{Chunk: e.chunk, Route: e.route}, e.verdict})
	}
}

// converse lets a line take a step and sorts its effects.
func (c *Core) converse(w *work, m *mechanism, e link.Event) {
	for _, f := range m.line.Step(e) {
		switch f := f.(type) {
		case link.Deliver:
			w.chunks = append(w.chunks, chunk{mech: m, Deliver: f})
		case link.DeliverReceipt:
			w.receipts = append(w.receipts, receipt{m, f})
		case link.Greeted:
			c.heard(m, f.Party, f.Route, c.now(), f.Heads)
		case link.Parted:
			c.parted(m, f.Party, f.Route)
		case link.DeliverEvidence:
			w.evidence = append(w.evidence, evidence{m, f})
		default:
			c.out = append(c.out, ToPeer{Mech: m.id, Effect: f})
		}
	}
}

// carryOut stores the work, signs for it and tells the lines.
func (c *Core) carryOut(w *work) {
	for _, i := range w.inspects {
		i.f(c)
		c.out = append(c.out, Reply{To: i.to})
	}
	for _, e := range w.evidence {
		if c.mechs[e.mech.id] == nil {
			continue // the store cannot be read any more
		}
		if err := c.takeEvidence(c.mechs[e.mech.id], e.Evidence, e.Peer); err != nil {
			c.log.Warn("what was said to be evidence proves nothing", "peer", e.Peer, "reason", err)
		}
	}
	w.receipts = slices.DeleteFunc(w.receipts, c.remindedInVain) // before anything is written: it may be our own word that we have forgotten
	var replies []Reply
	if c.pendingWork(w) {
		var err error
		if replies, err = c.commit(w); err != nil {
			replies = c.failed(w, err)
		}
	}
	for _, o := range w.offers {
		c.out = append(c.out, Reply{To: o.to, Err: o.verdict.err})
	}
	for _, r := range w.receipts {
		c.takeReceipt(r)
	}
	for _, m := range c.mechs {
		for _, r := range m.again {
			c.takeReceipt(r)
		}
		m.again = nil
	}
	for _, id := range sorted(c.mechs) {
		c.compareAhead(c.mechs[id])
	}
	c.publishAll()
	for _, r := range replies {
		if r.To != nil {
			c.out = append(c.out, r)
		}
	}
}

// pendingWork reports whether the store has to be asked at all. Notes and receipts go with the next entries, or with a tick: whoever lost them would hear them again.
func (c *Core) pendingWork(w *work) bool {
	if len(w.joins)+len(w.begins)+len(w.refolds)+len(w.does)+len(w.chunks) > 0 {
		return true
	}
	for _, m := range c.mechs {
		if w.tick && m.unwritten() || m.unsigned() || m.unsettled() {
			return true
		}
	}
	for _, m := range c.away {
		if w.tick && m.unwritten() {
			return true
		}
	}
	return false
}

// commit runs the work in one transaction. What a member may not do costs only them; only an error of the store fails the batch.
func (c *Core) commit(w *work) ([]Reply, error) {
	if c.broken != nil {
		return nil, c.broken
	}
	var replies []Reply
	ctx, span := c.spans.Begin(c.ctx, spans.Transaction)
	err := c.store.Update(ctx, func(tx store.Tx) error {
		replies = replies[:0]
		for _, j := range w.joins {
			replies = append(replies, c.join(tx, j))
		}
		for _, o := range w.begins {
			reply, err := c.begin(tx, o)
			if err != nil {
				return err
			}
			replies = append(replies, reply)
		}
		for _, f := range w.refolds {
			reply, err := c.foldedAnew(ctx, tx, f)
			if err != nil {
				return err
			}
			replies = append(replies, reply)
		}
		for _, ch := range w.chunks {
			if err := c.taken(ctx, tx, ch); err != nil {
				return err
			}
		}
		for _, id := range sorted(c.mechs) {
			if err := c.storeEvidence(tx, c.mechs[id]); err != nil {
				return err
			}
		}
		for _, d := range w.does {
			posted, err := c.written(ctx, tx, d)
			if err != nil && refusal.As(err).Kind == refusal.Internal {
				return err
			}
			if err != nil && len(d.Drafts) > 1 && len(w.does)+len(w.chunks)+len(w.joins) > 1 {
				return errAlone // part of it may be folded already; run it by itself so that it can be undone by itself
			}
			if err != nil && len(d.Drafts) > 1 {
				return err
			}
			replies = append(replies, Reply{To: d.To, Posted: posted, Err: err})
		}
		if err := c.saveAll(tx, w.tick); err != nil {
			return err
		}
		c.prepare()
		return nil
	})
	span.End(err)
	c.listed.Add(int64(len(w.joins))) // whatever came of it: it may be there although we were told that it failed
	if err != nil {
		return nil, err
	}
	if err := c.sign(); err != nil {
		// The entries are durable; only nobody has heard of them. They are signed for with the next step, and whoever acted is told to look before repeating.
		c.log.Error("what was stored could not be signed for yet", "error", err)
		for i := range replies {
			if replies[i].Err == nil {
				replies[i].Err = refusal.New(refusal.Unavailable, "node.unsigned").Because(err)
			}
		}
	}
	for _, m := range c.mechs {
		if m.refolded {
			m.refolded = false
			c.folds.Add(1)
		}
		if m.charged {
			m.charged, m.stored = false, maps.Clone(m.spent)
		}
	}
	return replies, nil
}

// noContext is for reads that nobody can call off: they end by themselves.
var noContext = context.Background()

var errAlone = errors.New("the batch has to be run one by one")

// saveAll writes what has changed in every mechanism, with a tick in those too that were put away.
func (c *Core) saveAll(tx store.Tx, tick bool) error {
	for _, id := range sorted(c.mechs) {
		if err := c.mechs[id].save(tx); err != nil {
			return err
		}
	}
	if tick {
		return c.saveAway(tx)
	}
	return nil
}

// failed forgets what the transaction had folded, and runs the parts of a batch one by one if one of them spoiled it.
func (c *Core) failed(w *work, cause error) []Reply {
	if c.lost {
		return c.refuse(w, c.broken) // it has been waited for once
	}
	for _, m := range c.away {
		m.unsavedContacts()
	}
	if err := c.load(context.Background()); err != nil {
		c.broken, c.lost = refusal.New(refusal.Unavailable, "node.store_lost").Because(err), true
		c.log.Error("the store cannot be read any more; this node pauses", "error", err)
		return c.refuse(w, c.broken)
	}
	parts := split(w)
	if len(parts) > 1 {
		var replies []Reply
		for _, p := range parts {
			r, err := c.commit(p)
			if err != nil {
				r = c.failed(p, err)
			} else {
				c.publishAll() // the next part may fail, and all that is not stored be forgotten
			}
			replies = append(replies, r...)
		}
		return replies
	}
	cause = away(cause)
	r := refusal.As(cause)
	switch {
	case errors.Is(cause, store.ErrFenced):
		r = refusal.New(refusal.Unavailable, "node.fenced").Because(cause)
		c.broken = r
	case errors.Is(cause, store.ErrFull):
		r = Unwritable(cause)
	case r.Kind == refusal.Internal:
		r = refusal.New(refusal.Unavailable, "node.store_failed").Because(cause)
	}
	if r.Kind == refusal.Unavailable {
		c.log.Error("nothing was stored", "error", cause)
	}
	return c.refuse(w, r)
}

func split(w *work) []*work {
	var parts []*work
	for _, j := range w.joins {
		parts = append(parts, &work{joins: []Join{j}})
	}
	for _, o := range w.begins {
		parts = append(parts, &work{begins: []Begin{o}})
	}
	for _, f := range w.refolds {
		parts = append(parts, &work{refolds: []Refold{f}})
	}
	for _, ch := range w.chunks {
		parts = append(parts, &work{chunks: []chunk{ch}})
	}
	for _, d := range w.does {
		parts = append(parts, &work{does: []Do{d}})
	}
	return parts
}

// refuse answers everybody in the batch. Chunks that could not be stored come again: their line hears that we did not grow.
func (c *Core) refuse(w *work, err error) []Reply {
	var replies []Reply
	for _, j := range w.joins {
		replies = append(replies, Reply{To: j.To, Err: err})
	}
	for _, o := range w.begins {
		replies = append(replies, Reply{To: o.To, Err: err})
	}
	for _, f := range w.refolds {
		replies = append(replies, Reply{To: f.To, Err: err})
	}
	for _, d := range w.does {
		replies = append(replies, Reply{To: d.To, Err: err})
	}
	for _, ch := range w.chunks {
		ch.judge(0, 0, err)
		if m := c.mechs[ch.mech.id]; m != nil {
			c.converse(&work{}, m, link.Refused{Peer: ch.Peer, Origin: ch.Chunk.Origin, Reason: "line.disk_full"})
		}
	}
	return replies
}

// Flush writes what was held back for the next transaction.
func (c *Core) Flush(ctx context.Context) error {
	if c.broken != nil {
		return c.broken
	}
	return c.store.Update(ctx, func(tx store.Tx) error {
		for _, m := range c.mechs {
			c.stillThere(m)
			m.unsavedContacts()
			if err := errors.Join(c.storeEvidence(tx, m), m.save(tx)); err != nil {
				return err
			}
		}
		for _, m := range c.away {
			c.stillThere(m)
			m.unsavedContacts()
		}
		return c.saveAway(tx)
	})
}

// Using is the newest of our keys that a log of ours is under, the first one if none is.
func (c *Core) Using() *keys.NodeKey { return c.keys[c.using] }

// Offered is a chunk that came by some other way than a line, as an event. What does not verify leaves no trace.
func Offered(mech string, ch link.Chunk, to chan<- Reply) Event {
	return offer{mech: mech, chunk: ch, to: to, verdict: new(verdict)}
}

// OfferedReceipt is a receipt that came by some other way than a line, as an event.
func OfferedReceipt(mech string, note []byte) Event {
	return offer{mech: mech, receipt: note, verdict: new(verdict)}
}

// Said is a party's word about what it holds that came by some other way than a line, as an event.
func Said(mech, party string, heads []link.Head, at time.Time) Event {
	return heard{mech: mech, party: party, route: link.Pouch, heads: heads, at: at}
}

// Lines tells what each mechanism's line knows of the other parties. Call it on the core's goroutine: see Node.Inspect.
func (c *Core) Lines() map[string][]link.PartyStatus {
	out := map[string][]link.PartyStatus{}
	for id, m := range c.all() {
		out[id] = m.line.Status()
	}
	return out
}

// Line is what one mechanism's line knows of the other parties; nil if there is no such mechanism. Call it on the core's goroutine.
func (c *Core) Line(mech string) []link.PartyStatus {
	if m := c.either(mech); m != nil {
		return m.line.Status()
	}
	return nil
}
