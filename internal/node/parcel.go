package node

import (
	"context"
	"slices"
	"time"

	"entente.example/internal/charter"
	"entente.example/internal/link"
	"entente.example/internal/party"
	"entente.example/internal/spans"
	"entente.example/internal/store"
	"entente.example/ledger"
	"entente.example/refusal"
)

// What a node gives and takes without a conversation: by the pouch, and through good offices. Whatever comes goes the same road as what a line brings; docs/protocol.md 10.

// Offer hands the core a chunk as a line would, and returns when it was judged: what was taken of it, or why nothing was. route is how it came.
func (n *Node) Offer(ctx context.Context, mech string, c link.Chunk, route string) (Taken, error) {
	return n.offer(ctx, offer{mech: mech, chunk: c, route: route})
}

// OfferReceipt hands the core a cosigned checkpoint. One that is no news, or that nobody signed, leaves no trace.
func (n *Node) OfferReceipt(ctx context.Context, mech string, note []byte) error {
	_, err := n.offer(ctx, offer{mech: mech, receipt: note})
	return err
}

func (n *Node) offer(ctx context.Context, o offer) (Taken, error) {
	to, v := make(chan Reply, 1), new(verdict)
	o.verdict, o.to, o.span = v, to, spans.Of(ctx)
	answer, err := n.ask(ctx, to, o)
	if answer.To == nil { // nobody answered, and the verdict may still be written
		return Taken{}, err
	}
	return v.Taken, err
}

// Heard tells the core what a party said at some time, by its clock and by what route, about how much it holds. It is a sign of life. A node that has lost its marks takes it for an
// answer if it is newer than the loss.
func (n *Node) Heard(ctx context.Context, mech, party string, heads []link.Head, at time.Time, route string) error {
	return n.put(ctx, heard{mech, party, route, heads, at})
}

// Settle returns when everything that was brought before in a mechanism, and that the core held back for its next transaction, is stored, and what it owes is signed.
func (n *Node) Settle(ctx context.Context, mech string) error {
	if err := n.Reached(ctx, mech); err != nil {
		return err
	}
	for range 2 { // the receipts for what is stored are given with the step after
		if err := n.put(ctx, Tick{}); err != nil {
			return err
		}
		if err := n.Reached(ctx, ""); err != nil {
			return err
		}
	}
	return nil
}

// Stretch is what this snapshot can give to others of the log at a place in All.
func (s *Snapshot) Stretch(i int) (Stretch, error) {
	l := s.All[i]
	st := Stretch{log: l.ID, origin: l.Origin, note: l.Checkpoint}
	if len(l.Checkpoint) == 0 {
		return st, nil
	}
	cp, err := ledger.Claimed(l.Checkpoint) // verified before it was stored
	if err != nil {
		return st, err
	}
	st.noteSize, st.have = cp.Size, min(l.Size, cp.Size)
	for b := range slices.Chunk(l.Tail, len(ledger.Hash{})) {
		st.tail = append(st.tail, ledger.Hash(b))
	}
	return st, nil
}

// Parcels lists what is remembered of parcels, by falling sequence.
func (s *Snapshot) Parcels() ([]store.Parcel, error) { return s.r.Parcels(s.ID) }

// ParcelKeys are the keys by which a party's node signs its parcels under a name, the newest first. A parcel may have been on its way since before a key was changed; what a stolen key
// signed is not believed.
func (s *Snapshot) ParcelKeys(from charter.PartyID, name string) (out []ledger.LogVerifier, err error) {
	if s.charter.Ordinal(from) < 0 {
		return nil, refusal.New(refusal.Unverified, "pouch.stranger", "party", string(from))
	}
	p := s.Party(from)
	for gen := s.Newest(from).Gen; gen > 0; gen-- {
		l, _ := s.Log(from, gen)
		k, err := s.NodeKeys(l)
		if err != nil {
			return nil, err
		}
		raw, err := k.Raw()
		if err != nil {
			return nil, err
		}
		v, err := ledger.NewLogVerifier(name, raw.LogEd25519, raw.LogMLDSA44)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if slices.ContainsFunc(p.Generations, func(o party.Opened) bool { return o.Generation == gen && o.Reason == party.Theft }) {
			break
		}
	}
	return out, nil
}
