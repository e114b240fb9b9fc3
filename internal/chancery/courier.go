package chancery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"entente.example/internal/carrier/relay"
	"entente.example/internal/courier"
	"entente.example/internal/keys"
	"entente.example/internal/mailbox"
	"entente.example/internal/node"
	"entente.example/internal/spans"
	"entente.example/refusal"
)

// messenger carries parcels to and from one party through one office, as package courier decides. While the direct line is open it only collects.
type messenger struct {
	c *Chancery
	errand
	way  *relay.Office
	wake chan struct{}

	mu      sync.Mutex
	health  RouteStatus
	in      error // how collecting went last
	out     error // how depositing went last
	sends   *courier.Errand
	asides  bool           // papers off the record may wait
	lying   []mailbox.Name // parcels that may still lie in the office
	done    []mailbox.Name // messages of theirs that were taken in, the last ones
	heard   string         // what the other side said over an open direct line …
	heardAt time.Time      // … and since when it says the same
}

const (
	pollTime = 30 * time.Second
	// stalled is how long a direct line may be open without getting anywhere before good offices are used beside it.
	stalled    = 5 * time.Second
	mostLying  = 1024
	mostDone   = 1024
	mostAtOnce = 256 // messages of one answer
	// mostBodies is how much of attachments one parcel carries. The next goes when the other side has said what it still wants: an urgent entry never waits behind more.
	mostBodies = 2 << 20
)

// bring wakes the courier.
func (k *messenger) bring(asides bool) {
	k.mu.Lock()
	k.asides = k.asides || asides
	k.mu.Unlock()
	k.nudge()
}

func (k *messenger) nudge() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

// mailboxes are where mail for a party is left at the office, and where mail from it is looked for.
type mailboxes struct {
	theirs mailbox.Key
	known  bool          // they know our present key
	ours   []mailbox.Key // the one where they leave mail, as far as we know, comes last
}

// boxes computes the mailboxes. What we send goes where the party looks, by the key under which it knows us; what it sends may lie under any key that it or we have had. SPEC mail-renewed.
func (k *messenger) boxes(ctx context.Context) (out mailboxes, err error) {
	var own []*keys.NodeKey
	var known *keys.NodeKey
	var theirs [][]byte
	var self string
	err = k.c.node.Snapshot(ctx, k.mech, func(s *node.Snapshot) (err error) {
		self = s.Self
		if own, known, out.known, err = k.c.knownTo(s, k.party); err == nil {
			theirs, err = courier.Recipients(s, k.party)
		}
		return err
	})
	if err != nil {
		return out, err
	}
	to := mailbox.Place{Relay: k.office.Pin, Mech: k.mech, From: self, To: k.party}
	from := mailbox.Place{Relay: k.office.Pin, Mech: k.mech, From: k.party, To: self}
	var last mailbox.Key
	for _, a := range own {
		for i, b := range theirs {
			shared, err := a.Shared(b, "mailbox")
			if err != nil {
				return out, err
			}
			if a == known && i == 0 {
				out.theirs, last = mailbox.NewKey(shared, to), mailbox.NewKey(shared, from)
			} else {
				out.ours = append(out.ours, mailbox.NewKey(shared, from))
			}
		}
	}
	out.ours = append(out.ours, last)
	return out, nil
}

// note keeps the office's health. It is open while both ways work: an office that hands out mail and takes none is no road.
func (k *messenger) note(ctx context.Context, out bool, err error) {
	if ctx.Err() != nil {
		return
	}
	k.mu.Lock()
	mine, other := &k.in, &k.out
	if out {
		mine, other = other, mine
	}
	if *mine = err; err == nil {
		k.health.worked(time.Now())
		err = *other
	}
	if err != nil {
		k.health.failed(time.Now(), err)
	}
	k.mu.Unlock()
	k.c.ladder.look(k.mech)
}

// collect takes in what lies in our mailboxes, and waits for more, until ctx ends. It waits where the other side leaves mail, as far as we know; into one of the other mailboxes it looks each
// time, in turn, so that keys that changed often do not make requests many.
func (k *messenger) collect(ctx context.Context) {
	wait := time.Duration(0)
	for turn := 0; ctx.Err() == nil; turn++ {
		needless := 0
		boxes, err := k.boxes(ctx)
		if others := len(boxes.ours) - 1; err == nil && others > 0 {
			needless, err = k.empty(ctx, boxes.ours[turn%others], 0)
		}
		if err == nil {
			var more int
			more, err = k.empty(ctx, boxes.ours[len(boxes.ours)-1], wait)
			needless += more
		}
		k.note(ctx, false, err)
		if wait = min(pollTime, lookEvery<<min(turn, 3)); err != nil { // whoever has just started, perhaps with a new key, is answered soon, and perhaps in another mailbox
			wait = 0
		}
		if err != nil || needless > 0 { // an office that repeats itself must not keep us busy
			k.pause(ctx, err)
		}
	}
}

// empty takes in what lies in one mailbox, and waits for something as long as wait says. It reports how many messages had nothing for us.
func (k *messenger) empty(ctx context.Context, box mailbox.Key, wait time.Duration) (needless int, err error) {
	all := 0
	err = k.way.Collect(ctx, box, wait, func(m []byte) error {
		fresh, err := k.arrived(ctx, box, m)
		if !fresh {
			needless++
		}
		if all++; all >= mostAtOnce && err == nil {
			return errEnough
		}
		return err
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return needless, err
}

var errEnough = errors.New("the rest of the answer is collected with the next one")

// pause is the time between two tries. It does not grow: an office that comes back is found at once.
func (k *messenger) pause(ctx context.Context, err error) {
	pause := time.Duration(k.c.cfg.Line.Retry)
	if r := refusal.As(err); err != nil && slices.Contains([]string{"relay.too_often", "relay.not_admitted", "relay.mailbox_full"}, r.Key) {
		pause = max(pause, lookEvery)
	}
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// arrived takes one message in and has it deleted; fresh is false if there was nothing in it for us. What cannot be read or is not for us is deleted, too: nobody who may speak to us has
// sent it like that. What our own disk cannot take stays in the office.
func (k *messenger) arrived(ctx context.Context, box mailbox.Key, message []byte) (fresh bool, err error) {
	ctx, span := k.c.Spans().Begin(ctx, spans.Arrive)
	span.Count(spans.Bytes, int64(len(message)))
	defer func() { span.End(err) }()
	name := mailbox.NameOf(message)
	if slices.Contains(k.done, name) {
		return false, k.way.Discard(ctx, box, name)
	}
	kind, content, err := box.Open(message)
	if err == nil {
		fresh = true
		err = k.take(ctx, kind, content)
	}
	if r := refusal.As(err); err != nil {
		if fresh && (ctx.Err() != nil || r.Kind == refusal.Unavailable || r.Kind == refusal.Internal) {
			return fresh, errors.Join(ctx.Err(), err)
		}
		fresh = false
		k.c.log.Warn("a message through good offices was not taken in", "office", k.office.Host, "reason", err)
	}
	k.done = append(k.done, name)
	k.done = k.done[max(0, len(k.done)-mostDone):]
	return fresh, k.way.Discard(ctx, box, name)
}

// take takes in what a message holds.
func (k *messenger) take(ctx context.Context, kind mailbox.Kind, content []byte) error {
	switch {
	case kind == mailbox.Parcel:
		p, err := k.c.OpenParcel(ctx, bytes.NewReader(content), OpenOptions{Via: ByRelay})
		if p.Mech == k.mech && p.Party == k.party {
			k.answer(p)
		}
		return err
	case kind == mailbox.Aside && k.c.beside != nil:
		return k.unfold(content)
	}
	return nil
}

// unfold takes in a paper off the record.
func (k *messenger) unfold(content []byte) error {
	r, err := keys.OpenSealed(bytes.NewReader(content), k.c.keyRing()...)
	if err != nil {
		return err
	}
	sealed, err := io.ReadAll(io.LimitReader(r, mailbox.MaxContent))
	if err != nil {
		return refusal.New(refusal.Unverified, "pouch.not_a_pouch").Because(err)
	}
	return k.c.beside.Arrived(k.mech, k.party, sealed)
}

// answer notes what a parcel says of the other side, and has the next one sent if there is a reason.
func (k *messenger) answer(p Parcel) {
	k.mu.Lock()
	k.health.Heard = time.Now().UTC()
	k.sends.Answered(time.Now(), p.Holds, len(p.Gaps) > 0)
	k.mu.Unlock()
	k.bring(false)
}

// deliver sends what is new for the other side, until ctx ends: at once, or, with cover, at fixed times and something in any case.
func (k *messenger) deliver(ctx context.Context) {
	every := time.Duration(k.c.cfg.Line.Cover)
	var tick <-chan time.Time
	if every > 0 {
		t := time.NewTicker(every)
		defer t.Stop()
		tick = t.C
	}
	k.c.lines.triedOnce(ctx, k.mech, k.party) // a node that has just started looks first whether the line is there
	k.bring(false)
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-tick:
		case <-k.wake:
			if every > 0 {
				continue
			}
		}
		sent, err := k.send(ctx)
		if err == nil && !sent && every > 0 {
			err = k.deposit(ctx, mailbox.Cover, nil)
		}
		if err != nil {
			k.note(ctx, true, err)
			k.pause(ctx, err)
			k.bring(false)
		}
	}
}

// send deposits what is due and reports whether anything was.
func (k *messenger) send(ctx context.Context) (bool, error) {
	if k.c.lines.working(ctx, k) {
		return false, nil
	}
	sent, err := k.sendAsides(ctx)
	if err != nil {
		return sent, err
	}
	news, asked, err := k.c.newsFor(ctx, k.mech, k.party)
	if err != nil {
		return sent, err
	}
	k.mu.Lock()
	choice, due := k.sends.Due(time.Now(), news, asked)
	k.mu.Unlock()
	if !due {
		return sent, nil
	}
	return true, k.sendParcel(ctx, choice)
}

// sendParcel packs and deposits one parcel.
func (k *messenger) sendParcel(ctx context.Context, choice courier.Choice) error {
	var b bytes.Buffer
	p, err := k.c.PackParcel(ctx, k.mech, k.party, &b, PackOptions{MaxBytes: mailbox.MaxContent, Via: ByRelay, Carried: choice.Carried, Asked: true, MostBodies: mostBodies, WithoutAttachments: choice.WithoutBodies})
	if err != nil {
		return err
	}
	old := k.lying
	if err := k.deposit(ctx, mailbox.Parcel, b.Bytes()); err != nil {
		return err
	}
	if choice.Whole && !p.More && len(old) > 0 {
		k.withdraw(ctx, old) // this one has all that they have
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.sends.Sent(time.Now(), choice, p) {
		k.nudge()
	}
	return nil
}

// sendAsides deposits papers off the record that wait, each in a message of its own: a parcel's manifest is signed, and nothing signed may cover them.
func (k *messenger) sendAsides(ctx context.Context) (bool, error) {
	if k.c.beside == nil || !k.takeAsides() {
		return false, nil
	}
	sent, known, err := k.depositAsides(ctx)
	if err != nil || !known { // they wait still
		k.mu.Lock()
		k.asides = true
		k.mu.Unlock()
	}
	return sent, err
}

// takeAsides reports whether papers off the record may wait, and forgets it before anybody looks: one that is handed over while others are on their way has the courier go again.
func (k *messenger) takeAsides() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	waiting := k.asides
	k.asides = false
	return waiting
}

// depositAsides does nothing while they do not know our present key: they could not open it.
func (k *messenger) depositAsides(ctx context.Context) (sent, known bool, err error) {
	boxes, err := k.boxes(ctx)
	if err != nil || !boxes.known {
		return false, false, err
	}
	files, err := k.c.SealedBeside(ctx, k.mech, k.party)
	for _, f := range files {
		if err := k.deposit(ctx, mailbox.Aside, f); err != nil {
			return false, true, err
		}
	}
	return len(files) > 0, true, err
}

// sealFor encrypts to a party's node.
func sealFor(key, content []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := keys.Seal(&b, key)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(content)
	err = errors.Join(err, w.Close()) // what is encrypted is whole only now
	return b.Bytes(), err
}

// deposit puts one message into their mailbox.
func (k *messenger) deposit(ctx context.Context, kind mailbox.Kind, content []byte) (err error) {
	ctx, span := k.c.Spans().Begin(ctx, spans.Deposit)
	span.Count(spans.Bytes, int64(len(content)))
	defer func() { span.End(err) }()
	boxes, err := k.boxes(ctx)
	if err != nil {
		return err
	}
	box := boxes.theirs
	var nonce [24]byte
	if _, err := io.ReadFull(k.c.rand, nonce[:]); err != nil {
		return fmt.Errorf("chance for a message: %w", err)
	}
	m, err := box.Seal(nonce, kind, content)
	if err != nil {
		return err
	}
	if err := k.way.Deposit(ctx, box, m); err != nil {
		return err
	}
	if kind == mailbox.Parcel {
		k.lying = append(k.lying, mailbox.NameOf(m))
		k.lying = k.lying[max(0, len(k.lying)-mostLying):]
	}
	k.note(ctx, true, nil)
	return nil
}

// withdraw deletes parcels that a later one makes needless, if they still lie there. Nothing depends on it.
func (k *messenger) withdraw(ctx context.Context, names []mailbox.Name) {
	boxes, err := k.boxes(ctx)
	for len(names) > 0 && err == nil {
		n := min(len(names), mailbox.MaxNames)
		err = k.way.Discard(ctx, boxes.theirs, names[:n]...)
		names = names[n:]
		k.lying = k.lying[n:]
	}
	if err != nil {
		k.c.log.Debug("older parcels could not be taken back", "office", k.office.Host, "error", err)
	}
}

// newsFor is what a party is to be told, in one word that changes when there is more: how far we are with every log, which receipts we hold that are not its own, what we want of bodies, and
// what it wants, which is asked.
func (c *Chancery) newsFor(ctx context.Context, mech, party string) (news, asked string, err error) {
	news = c.keeper.token(mech) + " "
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		told, err := courier.News(s, party)
		if err != nil {
			return err
		}
		news += told
		w, err := c.wordOf(s, party)
		asked = w.Token()
		news += asked
		return err
	})
	return news, asked, err
}
