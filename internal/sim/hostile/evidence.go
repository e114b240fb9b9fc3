package hostile

import (
	"bytes"
	"context"
	"fmt"
	"math"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/internal/link"
	core "entente.example/internal/node"
	"entente.example/internal/store"
	"entente.example/ledger"
)

// What honest nodes make of two histories, and that they make nothing else: W5, W6.

// evident is a store that notes what evidence it is given.
type evident struct {
	store.Record
	given [][]byte // since it was looked at
}

// Update implements store.Record.
func (s *evident) Update(ctx context.Context, f func(store.Tx) error) error {
	return s.Record.Update(ctx, func(tx store.Tx) error { return f(accusing{tx, s}) })
}

type accusing struct {
	store.Tx
	to *evident
}

func (t accusing) AddEvidence(mech string, evidence []byte) error {
	t.to.given = append(t.to.given, bytes.Clone(evidence))
	return t.Tx.AddEvidence(mech, evidence)
}

// accused checks what evidence a node has come to hold in this step, as soon as it does.
func (h *house) accused() {
	given := h.ground.given
	h.ground.given = nil
	for _, raw := range given {
		f, err := ledger.VerifyFork(raw)
		if err == nil {
			err = h.w.fair(h, f)
		}
		if err != nil {
			h.w.fail("%s has stored what is no evidence against the cheat: %v", h.party, err)
		}
	}
}

// fair says why evidence accuses somebody honest, alone or as one of two.
func (w *world) fair(h *house, f *ledger.Fork) error {
	single := f.Single()
	for _, by := range f.By {
		honest := by.Name != entry.Origin(w.mech, cheat, 1) && by.Name != entry.WitnessName(w.mech, cheat)
		if honest && single {
			return w.broken("%s holds evidence against %s", h.party, by.Name)
		}
	}
	if !single && f.Origin == entry.Origin(w.mech, cheat, 1) {
		return w.broken("%s holds evidence of the cheat's log against it or one of the honest", h.party)
	}
	return nil
}

// shownTo notes what an honest node was shown that contradicts the copy which it holds, by the log's own keys or by the cheat's as a witness: both heads are known then, and it must come to evidence.
func (h *house) shownTo(e link.Event) {
	f, ok := e.(link.Frame)
	switch {
	case !ok:
	case f.Kind == link.KindReceipt:
		h.contradicted(f.Payload)
	case f.Kind == link.KindEntries:
		if ch, ok := link.DecodeChunk(f.Payload); ok {
			h.contradicted(ch.Note)
		}
	}
}

func (h *house) contradicted(note []byte) {
	cp, err := ledger.Claimed(note)
	if err != nil || h.disk.Dark() {
		return
	}
	_ = h.db.View(context.Background(), func(r store.Reader) error {
		logs, err := r.Logs(h.w.mech)
		for i, l := range logs {
			if l.Origin != cp.Origin || l.Gen != 1 || l.Size < cp.Size || cp.Size == 0 {
				continue
			}
			root, err := ledger.RootAt(cp.Size, store.Tiles(r, l.ID))
			if err != nil || root == cp.Root {
				return err
			}
			pub := h.w.houses[i].key.Public()
			if v, err := ledger.NewLogVerifier(l.Origin, raw(pub.LogEd25519), raw(pub.LogMLDSA44)); err == nil {
				if _, err := ledger.OpenCheckpoint(note, v); err == nil {
					h.w.known(h, l.Origin)
				}
			}
			pub = h.w.houses[0].key.Public()
			if v, err := ledger.NewWitnessVerifier(entry.WitnessName(h.w.mech, cheat), raw(pub.WitnessEd25519), raw(pub.WitnessMLDSA44)); err == nil && l.Party != cheat {
				if _, _, err := ledger.VerifyCosignature(note, v); err == nil {
					h.w.known(h, entry.WitnessName(h.w.mech, cheat))
				}
			}
		}
		return err
	})
}

// known notes that a node knows both of two heads of this signer.
func (w *world) known(h *house, signer string) {
	if !w.knownTo[signer] {
		w.knownTo[signer] = true
		w.Known++
		w.say("%s knows of two histories, both signed by %s", h.party, signer)
	}
}

// proved checks at the end that every two histories of which any honest node came to know both heads are proved at all of them, by a file that stands for itself: W5.
func (w *world) proved(h *house, s *core.Snapshot) error {
	files, _, err := s.Evidence()
	if err != nil {
		return err
	}
	against := map[string]bool{}
	for _, raw := range files {
		f, err := ledger.VerifyFork(raw)
		if err != nil {
			return w.broken("%s holds evidence that does not verify: %v", h.party, err)
		}
		for _, by := range f.By {
			against[by.Name] = true
		}
	}
	for signer := range w.knownTo {
		if !against[signer] {
			return w.broken("two histories signed by %s are known, and %s has no evidence of it: %v", signer, h.party, against)
		}
	}
	return nil
}

// apart notes two honest nodes that hold two histories of the cheat's log: each has a head under which it stored its copy.
func (w *world) apart() error {
	least := int64(math.MaxInt64)
	var roots [parties]ledger.Hash
	for _, look := range []func(h *house, l store.Log, r store.Reader) error{
		func(_ *house, l store.Log, _ store.Reader) error { least = min(least, l.Size); return nil },
		func(h *house, l store.Log, r store.Reader) (err error) {
			roots[h.i], err = ledger.RootAt(least, store.Tiles(r, l.ID))
			return err
		},
	} {
		for _, h := range w.houses[1:] {
			err := h.look(func(s *core.Snapshot) error {
				l, _ := s.Log(charter.PartyID(cheat), 1)
				return look(h, l, s.Reader())
			})
			if err != nil {
				return fmt.Errorf("the copy at %s: %w", h.party, err)
			}
		}
	}
	if roots[1] != roots[2] {
		w.known(w.houses[1], entry.Origin(w.mech, cheat, 1))
	}
	return nil
}
