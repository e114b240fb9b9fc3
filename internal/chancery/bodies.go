package chancery

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"slices"

	"entente.example/enclosure"
	"entente.example/internal/attachment"
	"entente.example/internal/charter"
	"entente.example/internal/courier"
	"entente.example/internal/node"
	"entente.example/internal/parcel"
	"entente.example/internal/porter"
	"entente.example/internal/store"
	"entente.example/refusal"
)

// Bodies without a line: what is asked for, given and taken in by the pouch and through good offices. docs/protocol.md 11.

// wordOn is what we say of the bodies of a mechanism: which pieces we want, as far as we have taken the logs into account.
func (c *Chancery) wordOn(ctx context.Context, s *node.Snapshot) (*porter.Word, error) {
	missing := map[enclosure.Digest][]int64{}
	_, err := c.eachBody(s, func(st *attachment.State, gone bool) error {
		if gone {
			return nil
		}
		numbers, err := c.room.Missing(ctx, s.ID, st.Attach.Body)
		if err == nil && len(numbers) > 0 && c.room.Fits(ctx, s.ID, st.Attach.Body, int64(len(numbers))) == nil {
			missing[st.Attach.Body.Digest()] = numbers
		}
		return err
	})
	var heads []porter.Head
	for _, l := range s.All {
		heads = append(heads, porter.Head{Log: l.Origin, Size: l.Applied})
	}
	return porter.NewWord(c.now().Unix(), heads, missing), err
}

// eachBody calls f with every attachment. gone: our side has erased its body, under whatever attachment, or is about to.
func (c *Chancery) eachBody(s *node.Snapshot, f func(st *attachment.State, gone bool) error) (all []*attachment.State, err error) {
	if all, err = s.Attachments(); err != nil {
		return nil, err
	}
	burnt := erasedHere(charter.PartyID(s.Self), all)
	all = slices.DeleteFunc(slices.Clone(all), func(st *attachment.State) bool { return st.Attach == nil })
	for _, st := range all {
		_, due := st.Due(s.Charter(), charter.PartyID(s.Self), c.now())
		if err := f(st, due || burnt[st.Attach.Body.Commit]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// wordOf is the newest word of a party on bodies; nil if it has not said any.
func (c *Chancery) wordOf(s *node.Snapshot, party string) (*porter.Word, error) {
	all, err := s.Reader().Words(s.ID)
	if err != nil || all[party] == nil {
		return nil, err
	}
	w, ok := porter.DecodeWord(all[party])
	if !ok {
		return nil, store.ErrDamaged
	}
	return w, nil
}

// hearWord keeps what a party says of bodies, unless it has said something later.
func (c *Chancery) hearWord(ctx context.Context, mech, party string, w *porter.Word) error {
	news := false
	err := c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		old, err := c.wordOf(s, party)
		news = old == nil || old.Made <= w.Made && (old.Token() != w.Token() || !slices.Equal(old.Heads, w.Heads))
		return err
	})
	if err != nil || !news {
		return err
	}
	return c.record.Update(ctx, func(tx store.Tx) error { return tx.PutWord(mech, party, w.Encode()) })
}

// owed is what a party would take of the bodies that our side has not erased, by its own word and by the record: what a party has erased does not go there. SPEC body-unasked.
func (c *Chancery) owed(s *node.Snapshot, party string, asked bool) (out []courier.Body, err error) {
	w, err := c.wordOf(s, party)
	if err != nil || asked && w == nil {
		return nil, err
	}
	spans := map[string][]porter.Span{} // by commitment: one that several attachments name goes once
	all, err := c.eachBody(s, func(st *attachment.State, gone bool) error {
		body := st.Attach.Body
		by, gen, index, ok := charter.ParseActID(st.Act)
		l, known := s.Log(by, gen)
		if _, erased := st.Erased[charter.PartyID(party)]; gone || erased || !ok || !known {
			return nil
		}
		need := w.Needs(body.Digest(), l.Origin, index, body.Pieces())
		if asked || string(by) == party { // who attached it has it, unless it says that it wants it
			need = porter.Within(need, w.Wanted(body.Digest()))
		}
		if old, again := spans[body.Commit]; again {
			need = porter.Within(need, old)
		}
		spans[body.Commit] = need
		return nil
	})
	slices.SortStableFunc(all, func(a, b *attachment.State) int { return cmp.Compare(a.Attach.Body.Size, b.Attach.Body.Size) }) // what is small does not wait for what is large
	for _, st := range all {
		for _, span := range spans[st.Attach.Body.Commit] {
			out = append(out, courier.Body{Of: st.Attach.Body, Span: span})
		}
		delete(spans, st.Attach.Body.Commit)
	}
	return out, err
}

// spare is what is here of what is owed.
func (c *Chancery) spare(ctx context.Context, mech string, owed []courier.Body) (out []courier.Body, err error) {
	for _, run := range owed {
		missing, err := c.room.Missing(ctx, mech, run.Of)
		if err != nil {
			return nil, err
		}
		for _, span := range porter.Without([]porter.Span{run.Span}, porter.Spans(missing)) {
			out = append(out, courier.Body{Of: run.Of, Span: span})
		}
	}
	return out, nil
}

// gatherBodies puts bodies behind everything else of a plan, in members of a chunk's size at most, until it is enough.
func (c *Chancery) gatherBodies(ctx context.Context, s *node.Snapshot, p *courier.Load, o PackOptions, rows []Parcel) error {
	if o.WithoutAttachments || p.Full() {
		return nil
	}
	owed, err := c.owed(s, p.To, o.Asked)
	if err != nil {
		return err
	}
	if o.SinceLast {
		owed = notCarried(owed, rows, p.To)
	}
	runs, err := c.spare(ctx, s.ID, owed)
	if err != nil {
		return err
	}
	each, most := int64(max(1, p.Chunk/enclosure.MaxPiece)), o.MostBodies
	for _, run := range runs {
		for from := run.Span.From; from < run.Span.To; from += each {
			to := min(run.Span.To, from+each)
			b, err := c.readPieces(ctx, s.ID, run.Of.Digest(), from, to)
			if err != nil {
				return err
			}
			if most -= int64(len(b)); o.MostBodies > 0 && most < 0 {
				return nil
			}
			p.Add(courier.Piece{Member: parcel.NewMember(parcel.BodyPath(run.Of.Digest(), from, to), b), Body: &courier.Body{Of: run.Of, Span: porter.Span{From: from, To: to}}})
		}
	}
	return nil
}

// readPieces reads pieces from, … to−1 of a body as they travel.
func (c *Chancery) readPieces(ctx context.Context, mech string, body enclosure.Digest, from, to int64) ([]byte, error) {
	var pieces []*enclosure.Piece
	for n := from; n < to; n++ {
		p, err := c.room.Read(ctx, mech, body, n)
		if errors.Is(err, store.ErrMissing) {
			return nil, refusal.New(refusal.Conflict, "pouch.body_gone").Because(err)
		}
		if err != nil {
			return nil, err
		}
		pieces = append(pieces, p)
	}
	return parcel.EncodePieces(pieces)
}

// notCarried leaves out what pouches that are on their way carry.
func notCarried(owed []courier.Body, rows []Parcel, party string) (out []courier.Body) {
	carried := map[string][]porter.Span{}
	for _, r := range rows {
		for _, run := range r.Bodies {
			if r.Out && r.Whole && r.Party == party {
				carried[run.Body] = append(carried[run.Body], porter.Span{From: run.From, To: run.To})
			}
		}
	}
	for _, run := range owed {
		rest := []porter.Span{run.Span}
		for _, c := range carried[run.Of.Commit] {
			rest = porter.Without(rest, []porter.Span{c})
		}
		for _, span := range rest {
			out = append(out, courier.Body{Of: run.Of, Span: span})
		}
	}
	return out
}

// still reports whether a party needs something of what a parcel carries.
func still(runs []parcel.BodyRun, owed []courier.Body) bool {
	return slices.ContainsFunc(runs, func(r parcel.BodyRun) bool {
		return slices.ContainsFunc(owed, func(o courier.Body) bool {
			return o.Of.Commit == r.Body && len(porter.Within([]porter.Span{{From: r.From, To: r.To}}, []porter.Span{o.Span})) > 0
		})
	})
}

// takeBody keeps pieces of one body that came without a line. What no entry here names, what our side has erased, and what there is no room for is not taken, and that is no error; what
// does not verify is. SPEC body-refused.
func (c *Chancery) takeBody(ctx context.Context, mech string, pieces []*enclosure.Piece) (fresh int64, taken bool, err error) {
	c.keeper.erasing.Lock() // nothing comes back behind an erasure
	defer c.keeper.erasing.Unlock()
	w, ok, err := c.wantOf(ctx, mech, pieces[0].Commit)
	if err != nil || !ok {
		return 0, false, err
	}
	for _, p := range pieces {
		if err := w.body.Verify(p); err != nil {
			return 0, false, err
		}
	}
	numbers, err := c.room.Missing(ctx, mech, w.body)
	if err != nil {
		return 0, false, err
	}
	news := slices.DeleteFunc(slices.Clone(pieces), func(p *enclosure.Piece) bool { _, missing := slices.BinarySearch(numbers, p.N); return !missing })
	if len(news) == 0 {
		return 0, true, nil
	}
	held := int64(0)
	for batch := range slices.Chunk(news, takeAtOnce) {
		if held, err = c.room.Take(ctx, mech, w.body, batch); err != nil {
			if refusal.As(err).Kind != refusal.Internal { // over a limit, or no room: the page says so
				return fresh, false, nil
			}
			return fresh, false, err
		}
		fresh += int64(len(batch))
	}
	if key := (porter.Key{Mech: mech, Commit: w.body.Digest()}); held == w.body.Pieces() {
		c.keeper.cameWhole(key, w)
	}
	return fresh, true, nil
}

// wantOf finds the attachment that names a body; ok is false if there is none, or our side has erased it or is about to.
func (c *Chancery) wantOf(ctx context.Context, mech string, body enclosure.Digest) (w want, ok bool, err error) {
	err = c.node.Snapshot(ctx, mech, func(s *node.Snapshot) error {
		self, named := charter.PartyID(s.Self), enclosure.Commitment{Commit: hex.EncodeToString(body[:])}
		gone := false
		for _, p := range s.Charter().Document().Parties {
			st, err := s.Attachment(attachment.ID(p.ID, named))
			if err != nil {
				if refusal.As(err).Kind == refusal.Missing {
					continue
				}
				return err
			}
			if st.Attach == nil || st.Attach.Body.Commit != named.Commit {
				continue
			}
			_, erased := st.Erased[self]
			_, due := st.Due(s.Charter(), self, c.now())
			gone = gone || erased || due
			w, ok = want{st.ID, st.Attach.Body}, true
		}
		ok = ok && !gone
		return nil
	})
	return w, ok, err
}
