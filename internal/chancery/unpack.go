package chancery

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/internal/porter"
	"entente.example/internal/spans"
	"entente.example/refusal"
)

// maxParcel bounds what one parcel may carry.
const maxParcel = 64 << 30

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
	out := described(p.Manifest)
	out.Via = o.Via
	if err := c.notice(ctx, p.Manifest, &out); err != nil {
		return out, err
	}
	before := out.Whole
	in := &intake{c: c, out: &out, late: map[string]bool{}}
	err = in.all(ctx, p, o.Progress)
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
	if p.Bytes() > maxParcel {
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
		return p, c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
			if p.To != s.Self {
				return refusal.New(refusal.Denied, "pouch.for_another", "party", p.To)
			}
			vs, err := s.ParcelKeys(charter.PartyID(p.From), p.Name())
			for _, v := range vs {
				if err = p.Verify(v); err == nil {
					return nil
				}
			}
			if v, unknown := newcomer(s, p.Manifest); unknown == nil {
				return p.Verify(v)
			}
			return err
		})
	}
	return nil, refusal.New(refusal.Missing, "pouch.not_joined", "fingerprint", charter.Fingerprint(p.Mech))
}

// notice takes the sender's word about what it holds: it acknowledges whatever arrived there. A parcel that was taken in whole once stays so in the history.
func (c *Chancery) notice(ctx context.Context, m *parcel.Manifest, out *Parcel) error {
	newer := false // something that the sender said later has come before
	err := c.node.Snapshot(ctx, m.Mech, func(s *node.Snapshot) error {
		rows, err := parcels(s)
		for _, r := range append(rows, c.posted.of(m.Mech, m.From)...) {
			if !r.Out && r.Party == m.From {
				newer = newer || r.Sequence > m.Sequence
				if r.Sequence == m.Sequence {
					out.Whole, out.Bytes = r.Whole, r.Bytes
				}
			}
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

// intake takes the members of a parcel in.
type intake struct {
	c       *Chancery
	out     *Parcel
	late    map[string]bool // logs of which something has to come first, or of which a piece was refused
	refused error
}

// all takes the members one by one. What is refused of one log keeps nothing of another out.
func (in *intake) all(ctx context.Context, p *parcel.Reader, progress func(done, total int64)) error {
	total := p.Bytes()
	for {
		m, b, err := p.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = in.take(ctx, m, b)
		}
		if err != nil {
			return err
		}
		if progress != nil {
			progress(min(p.Read(), total), total)
		}
	}
	return errors.Join(in.refused, in.c.node.Settle(ctx, in.out.Mech)) // receipts are stored with the next transaction
}

func (in *intake) take(ctx context.Context, m parcel.Member, b []byte) error {
	switch m.Kind() {
	case parcel.KindReceipt:
		return in.c.node.OfferReceipt(ctx, in.out.Mech, bytes.Clone(b))
	case parcel.KindWord:
		if w, ok := porter.DecodeWord(b); ok && m.Path == parcel.WordPath {
			return in.c.hearWord(ctx, in.out.Mech, in.out.Party, w)
		}
	case parcel.KindBody:
		return in.bodies(ctx, m, b)
	case parcel.KindLog:
		ch, ok := link.DecodeChunk(bytes.Clone(b)) // the fold may keep parts of an entry
		if !ok || m.Path != parcel.LogPath(ch.Origin, ch.From, ch.From+int64(len(ch.Entries))) {
			return refusal.New(refusal.Unverified, "pouch.bad_piece", "piece", m.Path)
		}
		return in.entries(ctx, ch)
	}
	in.out.LeftAside++
	return nil
}

// bodies keeps pieces of an attachment. What is refused of one keeps nothing of another out.
func (in *intake) bodies(ctx context.Context, m parcel.Member, b []byte) error {
	pieces, err := parcel.DecodePieces(m.Path, b)
	fresh, taken := int64(0), false
	if err == nil {
		fresh, taken, err = in.c.takeBody(ctx, in.out.Mech, pieces)
	}
	in.out.NewPieces += fresh
	switch {
	case err != nil && refusal.As(err).Kind == refusal.Unverified:
		in.refused = errors.Join(in.refused, err)
	case err != nil:
		return err
	case !taken:
		in.out.Unwanted++
	}
	return nil
}

// entries hands a run of entries to the node.
func (in *intake) entries(ctx context.Context, ch link.Chunk) error {
	if in.late[ch.Origin] {
		return nil
	}
	taken, err := in.c.node.Offer(ctx, in.out.Mech, ch, in.out.Via)
	r := refusal.As(err)
	switch {
	case err == nil:
		in.out.New += taken.Holds - taken.Before
	case r.Key == "line.gap":
		in.late[ch.Origin] = true
		_, party, _, _ := entry.ParseOrigin(ch.Origin) // a log of the mechanism: the node has found it
		in.out.Gaps = append(in.out.Gaps, Run{Party: party, Origin: ch.Origin, From: taken.Holds, To: ch.From})
	case r.Kind == refusal.Unverified || r.Key == "line.generation_waits":
		in.late[ch.Origin] = true
		in.refused = errors.Join(in.refused, err)
	default:
		return err
	}
	return nil
}

// runOf reads a path of entries.
func runOf(mech, path string) (Run, bool) {
	parts := strings.Split(path, "/")
	if len(parts) != 4 {
		return Run{}, false
	}
	from, to, _ := strings.Cut(parts[3], "-")
	gen, err := strconv.Atoi(parts[2])
	a, err2 := strconv.ParseInt(from, 10, 64)
	b, err3 := strconv.ParseInt(to, 10, 64)
	run := Run{Party: parts[1], From: a, To: b}
	if errors.Join(err, err2, err3) != nil || a < 0 || b <= a {
		return run, false
	}
	run.Origin = entry.Origin(mech, parts[1], gen)
	return run, path == fmt.Sprintf("%s/%s/%d/%d-%d", parcel.KindLog, run.Party, gen, a, b)
}
