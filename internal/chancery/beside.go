package chancery

import (
	"bytes"
	"context"
	"io"

	"entente.example/internal/charter"
	"entente.example/internal/courier"
	"entente.example/internal/keys"
	"entente.example/internal/link"
	"entente.example/internal/mailbox"
	"entente.example/internal/node"
	"entente.example/refusal"
)

// Beside is what travels between two parties' nodes beside the record, by whatever road is open. The chancery carries it and cannot read it: what exports and backs up is here, and what
// is off the record must not come to it.
type Beside interface {
	// Due is what waits for a party. It may be brought more than once.
	Due(mech, party string) [][]byte
	// Arrived takes in what a party's node sent. An error means that it could not be kept, and comes again.
	Arrived(mech, party string, sealed []byte) error
}

// CarryBeside says what to carry. It is called before Run.
func (c *Chancery) CarryBeside(b Beside) { c.beside = b }

// HandBeside brings what waits for a party there: over the direct line if it is open, and otherwise through good offices. It does not block.
func (c *Chancery) HandBeside(mech, party string) {
	if c.lines.handBeside(mech, party) {
		return
	}
	c.offices.each(mech, party, func(k *messenger) { k.bring(true) })
}

// SealedBeside is what waits for a party as files that only its node can open, for a road that is no line.
func (c *Chancery) SealedBeside(ctx context.Context, mech, party string) (files [][]byte, err error) {
	key, err := c.recipient(ctx, mech, party)
	if err != nil || c.beside == nil {
		return nil, err
	}
	for _, b := range c.beside.Due(mech, party) {
		f, err := sealFor(key, b)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// OpenBeside takes in a file that SealedBeside made on another party's node. Whose it is shows only in that it opens.
func (c *Chancery) OpenBeside(ctx context.Context, mech string, file []byte) error {
	r, err := keys.OpenSealed(bytes.NewReader(file), c.keyRing()...)
	if err != nil || c.beside == nil {
		return err
	}
	sealed, err := io.ReadAll(io.LimitReader(r, mailbox.MaxContent))
	if err != nil {
		return refusal.New(refusal.Unverified, "pouch.not_a_pouch").Because(err)
	}
	var parties []string
	if err := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		parties = others(s)
		return nil
	}); err != nil {
		return err
	}
	for _, party := range parties {
		if err := c.beside.Arrived(mech, party, sealed); err != nil {
			return err
		}
	}
	return nil
}

// SharedKey is a secret that our node and a party's node can both compute, and nobody else.
func (c *Chancery) SharedKey(ctx context.Context, mech, party, use string) ([32]byte, error) {
	key, err := c.recipient(ctx, mech, party)
	if err != nil {
		return [32]byte{}, err
	}
	return c.nodeKey().Shared(key, use)
}

// Self is who we are in a mechanism.
func (c *Chancery) Self(ctx context.Context, mech string) (self string, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		self = s.Self
		return nil
	})
	return self, err
}

// recipient is a party's pouch key.
func (c *Chancery) recipient(ctx context.Context, mech, party string) (key []byte, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		if s.Charter().Ordinal(charter.PartyID(party)) < 0 || party == s.Self {
			return refusal.New(refusal.Missing, "aside.no_party", "party", party)
		}
		key, err = courier.Recipient(s, party)
		return err
	})
	return key, err
}

// conferring are the roles that speak for a party where nothing is written down.
var conferring = []charter.Role{"head", "deputy", "secretary"}

// Confers refuses whoever may not handle papers off the record in a mechanism.
func (c *Chancery) Confers(ctx context.Context, mech, member string) error {
	return c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		if c.MayConfer(s, member) {
			return nil
		}
		return refusal.New(refusal.Denied, "aside.may_not", "member", member)
	})
}

// MayConfer reports whether a member handles papers off the record.
func (c *Chancery) MayConfer(s *node.Snapshot, member string) bool {
	return s.Charter().Holds(charter.PartyID(s.Self), member, c.now(), conferring...)
}

// handBeside sends what waits for a party over its open direct line. It reports false if there is none.
func (l *lines) handBeside(mech, party string) bool {
	conn, ok := l.open(mech, party)
	if ok && l.c.beside != nil {
		for _, b := range l.c.beside.Due(mech, party) {
			conn.Send(link.KindAside, tagOf(mech), b, nil)
		}
	}
	return ok
}

// tookBeside hands on what came beside the record.
func (l *lines) tookBeside(sh shared, payload []byte) {
	if l.c.beside == nil {
		return
	}
	if err := l.c.beside.Arrived(sh.mech, sh.party, payload); err != nil {
		l.c.log.Warn("what came beside the record could not be kept; it comes again", "error", err)
	}
}
