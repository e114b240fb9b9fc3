package chancery

import (
	"context"
	"io"
	"strings"
	"sync"

	"entente.example/internal/charter"
	"entente.example/internal/courier"
	"entente.example/internal/credential"
	"entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/internal/spans"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// Roads that a parcel can take.
const (
	ByPouch = "pouch"
	ByRelay = "relay"
)

// PackOptions say what goes into a parcel.
type PackOptions struct {
	MaxBytes int64 // of one encrypted parcel; zero: all goes into one
	// SinceLast leaves out what an earlier parcel carries that is on its way. Without it everything goes that the other side has not acknowledged: whatever was lost goes again.
	SinceLast bool
	// Carried leaves out what other parcels of the same road carry, by log; nil says nothing. It is how a courier that knows what it has sent goes on from there.
	Carried map[string]int64
	// WithoutAttachments leaves the bodies of attachments out; Asked takes those only that the other side has asked for, MostBodies at most so many bytes of them (zero: all).
	WithoutAttachments, Asked bool
	MostBodies                int64

	Via      string                  // ByPouch or ByRelay, for the history
	Progress func(done, total int64) // in bytes, now and then
}

// Parcel is what this node knows of a parcel that it made or opened, and Run a run of entries that one carries.
type (
	Parcel = courier.Parcel
	Run    = courier.Run
)

// PackParcel writes what a party has not acknowledged as one encrypted parcel, as much as fits. It remembers it when it is written.
func (c *Chancery) PackParcel(ctx context.Context, mech, party string, w io.Writer, o PackOptions) (Parcel, error) {
	p, err := c.planParcels(ctx, mech, party, o)
	if err != nil {
		return Parcel{}, err
	}
	more, later := p.First()
	out, err := c.writePart(ctx, p, 0, w, o.Progress)
	if err != nil {
		return out, err
	}
	out.Via, out.More, out.Later = o.Via, more, later
	return out, c.remember(ctx, out)
}

// planParcels decides what goes to a party.
func (c *Chancery) planParcels(ctx context.Context, mech, party string, o PackOptions) (*courier.Load, error) {
	if o.MaxBytes != 0 && o.MaxBytes < courier.Smallest {
		return nil, refusal.New(refusal.Invalid, "pouch.small_medium", "least", "1M")
	}
	if err := c.node.Settle(ctx, mech); err != nil {
		return nil, err
	}
	p := &courier.Load{Mech: mech, To: party, Chunk: courier.Chunk}
	if o.MaxBytes > 0 {
		p.Chunk = int(min(courier.Chunk, o.MaxBytes/8))
	}
	said := c.lineStatus(ctx)[mech].said(party)
	err := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		p.Self = s.Self
		if s.Charter().Ordinal(charter.PartyID(party)) < 0 || party == s.Self {
			return refusal.New(refusal.Missing, "pouch.no_party", "party", party, "parties", strings.Join(others(s), ", "))
		}
		own, err := credential.Of(s)
		if err != nil {
			return err
		}
		if p.Credential, err = credential.Encode([]credential.Credential{own}); err != nil {
			return err
		}
		if p.Key, err = courier.Recipient(s, party); err != nil {
			return err
		}
		rows, err := courier.Remembered(s)
		if err != nil {
			return err
		}
		rows = append(rows, c.posted.of(mech, party)...)
		p.Next = courier.Next(rows, party, c.now())
		acked := courier.Acknowledged(s, rows, party, said)
		switch {
		case o.SinceLast:
			courier.Leave(acked, courier.OnTheWay(rows, party))
		case o.Carried != nil:
			courier.Leave(acked, o.Carried)
			p.Enough = o.MaxBytes
		}
		word, err := c.wordOn(ctx, s)
		if err != nil {
			return err
		}
		said := word.Encode()
		p.Add(courier.Piece{Member: parcel.NewMember(parcel.WordPath, said), Content: said})
		if err := p.Gather(s, acked); err != nil {
			return err
		}
		return c.gatherBodies(ctx, s, p, o, rows)
	})
	if err != nil {
		return nil, err
	}
	p.Divide(o.MaxBytes)
	p.Next = c.sequences.take(mech+" "+party, p.Next, int64(len(p.Parts)))
	return p, nil
}

// sequences gives every parcel of this process its own, also to those that are packed at once.
type sequences struct {
	mu   sync.Mutex
	next map[string]int64 // by mechanism and party
}

func (s *sequences) take(whom string, from, n int64) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		s.next = map[string]int64{}
	}
	from = max(from, s.next[whom])
	s.next[whom] = from + n
	return from
}

// others are the parties that one can send to.
func others(s *node.Snapshot) (out []string) {
	for _, p := range s.Charter().Document().Parties {
		if string(p.ID) != s.Self {
			out = append(out, string(p.ID))
		}
	}
	return out
}

// writePart encrypts one parcel of a load.
func (c *Chancery) writePart(ctx context.Context, p *courier.Load, n int, w io.Writer, progress func(done, total int64)) (out Parcel, err error) {
	ctx, span := c.Spans().Begin(ctx, spans.PouchPack)
	defer func() {
		span.Count(spans.Bytes, out.Bytes)
		span.Count(spans.Entries, out.Entries)
		span.End(err)
	}()
	done, total := int64(0), courier.Bytes(p.Parts[n])
	var spare []byte
	out, err = p.Write(n, w, c.nodeKey(), c.now(), func(x courier.Piece) (b []byte, err error) {
		if x.Body != nil {
			b, err = c.readPieces(ctx, p.Mech, x.Body.Of.Digest(), x.Body.Span.From, x.Body.Span.To)
		} else {
			err = c.node.View(ctx, func(r store.Reader) error {
				b, spare, err = p.Read(r, x, spare)
				return err
			})
		}
		if done += int64(len(b)); progress != nil {
			progress(done, total)
		}
		return b, err
	})
	out.Done = c.now().UTC()
	return out, err
}

// counter counts what passes.
type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}

// remember keeps what is to be known of a parcel.
func (c *Chancery) remember(ctx context.Context, p Parcel) error {
	if p.Via == ByRelay {
		c.posted.keep(p)
		return nil
	}
	return c.record.Update(ctx, func(tx store.Tx) error { return courier.Remember(tx, p) })
}

// said is what a party that is connected says that it holds; nil if it is not.
func (k known) said(party string) map[string]int64 {
	for _, l := range k.lines {
		if l.Party == party && l.Connected {
			return holdings(l.Holds)
		}
	}
	return nil
}
