package chancery

import (
	"context"
	"errors"
	"io"

	"entente.example/enclosure"
	"entente.example/internal/charter"
	"entente.example/internal/courier"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/internal/porter"
	"entente.example/internal/spans"
	"entente.example/refusal"
)

// OpenOptions say how a parcel came.
type OpenOptions struct {
	Via      string
	Mech     string                  // the only one that it may be of; "" for any. To whoever opens it, the others do not exist.
	Progress func(done, total int64) // in bytes, now and then
}

// OpenParcel takes in an encrypted parcel, piece by piece: each is verified as on the line and durable before the next is read, so that whatever stops it loses nothing, and opening it
// again goes on. What has to come after entries that are not here is not taken, and Gaps says which; that is no error.
func (c *Chancery) OpenParcel(ctx context.Context, r io.Reader, o OpenOptions) (opened Parcel, err error) {
	ctx, span := c.Spans().Begin(ctx, spans.PouchOpen)
	defer func() {
		span.Count(spans.Bytes, opened.Bytes)
		span.Count(spans.Entries, opened.Entries)
		span.End(err)
	}()
	count := &counter{w: io.Discard}
	p, err := c.admit(ctx, io.TeeReader(r, count), o.Mech)
	if err != nil {
		return Parcel{}, err
	}
	out := courier.Described(p.Manifest)
	out.Via = o.Via
	if err := c.notice(ctx, p.Manifest, &out); err != nil {
		return out, err
	}
	before := out.Whole
	err = c.takeIn(ctx, p, &out, o.Progress)
	out.Bytes, out.Done, out.Whole = count.n, c.now().UTC(), before || err == nil && len(out.Gaps) == 0
	return out, errors.Join(err, c.remember(context.WithoutCancel(ctx), out))
}

// admit decrypts the beginning of a parcel and finds out who speaks.
func (c *Chancery) admit(ctx context.Context, r io.Reader, only string) (*parcel.Reader, error) {
	open, err := keys.OpenSealed(r, c.keyRing()...)
	if err != nil {
		return nil, err
	}
	p, err := parcel.Open(open)
	if err != nil {
		return nil, err
	}
	if p.Bytes() > courier.Largest {
		return nil, refusal.New(refusal.Unverified, "parcel.too_large")
	}
	known, err := c.node.Mechanisms(ctx)
	if err != nil {
		return nil, err
	}
	for _, mech := range known {
		if mech != p.Mech || only != "" && mech != only {
			continue
		}
		return p, c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error { return courier.Admit(s, p) })
	}
	return nil, refusal.New(refusal.Missing, "pouch.not_joined", "fingerprint", charter.Fingerprint(p.Mech))
}

// notice takes the sender's word about what it holds: it acknowledges whatever arrived there. A parcel that was taken in whole once stays so in the history.
func (c *Chancery) notice(ctx context.Context, m *parcel.Manifest, out *Parcel) error {
	newer := false // something that the sender said later has come before
	err := c.node.Snapshot(ctx, m.Mech, func(s *node.Snapshot) error {
		rows, err := courier.Remembered(s)
		same, known, later := courier.Before(append(rows, c.posted.of(m.Mech, m.From)...), m.From, m.Sequence)
		if newer = later; known {
			out.Whole, out.Bytes = same.Whole, same.Bytes
		}
		return err
	})
	if err != nil {
		return err
	}
	out.Done = c.now().UTC()
	if err := c.remember(ctx, *out); err != nil || newer {
		return err
	}
	return c.node.Heard(ctx, m.Mech, m.From, m.Holds, m.Made, out.Via)
}

// takeIn takes the members of a parcel in, and returns when all that was taken is stored.
func (c *Chancery) takeIn(ctx context.Context, p *parcel.Reader, out *Parcel, progress func(done, total int64)) error {
	total := p.Bytes()
	refused, err := courier.TakeIn(p, out, taker{ctx, c, out}, func() {
		if progress != nil {
			progress(min(p.Read(), total), total)
		}
	})
	if err != nil {
		return err
	}
	return errors.Join(refused, c.node.Settle(ctx, out.Mech)) // receipts are stored with the next transaction
}

// taker takes in what came with a parcel.
type taker struct {
	ctx context.Context // of one parcel
	c   *Chancery
	of  *Parcel
}

// Entries implements courier.Taker.
func (t taker) Entries(ch link.Chunk) (node.Taken, error) {
	return t.c.node.Offer(t.ctx, t.of.Mech, ch, t.of.Via)
}

// Receipt implements courier.Taker.
func (t taker) Receipt(note []byte) error { return t.c.node.OfferReceipt(t.ctx, t.of.Mech, note) }

// Word implements courier.Taker.
func (t taker) Word(w *porter.Word) error { return t.c.hearWord(t.ctx, t.of.Mech, t.of.Party, w) }

// Body implements courier.Taker.
func (t taker) Body(pieces []*enclosure.Piece) (fresh int64, taken bool, err error) {
	return t.c.takeBody(t.ctx, t.of.Mech, pieces)
}
