package node

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"slices"

	"entente.example/internal/charter"
	"entente.example/internal/record"
	"entente.example/internal/store"
	"entente.example/ledger"
)

// Verified is what a re-verification of one mechanism found.
type Verified struct {
	Mech    string
	Digest  string
	Logs    []VerifiedLog
	Matters int
}

// VerifiedLog is one re-verified log.
type VerifiedLog struct {
	Origin   string
	Size     int64
	Root     [32]byte
	Void     int      // entries without effect
	Receipts []string // parties that cosigned, and whose cosignature verifies
}

// Verify rebuilds a mechanism's whole record from the stored bytes and compares every hash, signature, verdict and state with what is stored. progress is
// called now and then with how many entries are done.
func Verify(r store.Reader, mech string, progress func(done, total int64)) (*Verified, error) {
	s, err := newSnapshot(r, mech, new(stateCache), 0)
	if err != nil {
		return nil, err
	}
	if _, err := charter.Parse(s.Mechanism.Charter); err != nil { // who opens a mechanism takes it as it was judged once
		return nil, err
	}
	v := &verification{Snapshot: s, states: map[string]record.Stored{}, void: make([]int, len(s.All)), progress: progress}
	out := &Verified{Mech: mech}
	contested, err := v.Contested()
	if err != nil {
		return nil, err
	}
	v.readAhead()
	folded := v.refold(contested)
	v.ahead.stop()
	for i, row := range s.All { // what is wrong with the bytes is said before what is wrong with what they give
		l, err := v.log(row, v.ahead.logs[i])
		if err != nil {
			return nil, err
		}
		out.Logs = append(out.Logs, l)
	}
	if folded != nil {
		return nil, folded
	}
	if out.Digest, err = s.digest(v.compare); err != nil {
		return nil, err
	}
	if out.Matters = v.compared; out.Matters != len(v.states) {
		return nil, fmt.Errorf("%d matters have entries, %d have a stored state", len(v.states), out.Matters)
	}
	for i := range out.Logs {
		out.Logs[i].Void = v.void[i]
	}
	return out, nil
}

type verification struct {
	*Snapshot
	fold *record.Record
	// states are those folded so far and out of the fold's cache. One that is already what the store has is read there again, and not held.
	states   map[string]record.Stored
	compared int
	void     []int
	ahead    *ahead
	progress func(done, total int64)
}

// log holds the tree of one log against what is stored, and checks its signatures.
func (v *verification) log(l store.Log, read *aheadLog) (VerifiedLog, error) {
	out, tree := VerifiedLog{Origin: l.Origin, Size: l.Size, Root: l.Root}, read.tree
	if read.err != nil {
		return out, read.err
	}
	if tree.Size() != l.Size || tree.Root() != l.Root {
		return out, fmt.Errorf("the entries of %s do not hash to the stored root", l.Origin)
	}
	for _, t := range tree.TakeTiles() {
		stored, err := v.r.Tile(l.ID, t.Level, t.N)
		if err != nil || !bytes.Equal(stored.Data, t.Data) {
			return out, fmt.Errorf("tile %d/%d of %s differs from its entries", t.Level, t.N, l.Origin)
		}
	}
	doc := v.charter.Document()
	k, err := v.NodeKeys(l)
	if err != nil {
		return out, err
	}
	log, _, err := verifiers(v.ID, l.Party, l.Gen, k)
	if err != nil {
		return out, err
	}
	if err := v.checkpoint(l, log); err != nil {
		return out, err
	}
	receipts, err := v.Receipts(l)
	if err != nil {
		return out, err
	}
	for j := range doc.Parties {
		at := slices.IndexFunc(receipts, func(r store.Receipt) bool { return r.Party == string(doc.Parties[j].ID) })
		if at < 0 {
			continue
		}
		cp, err := v.cosignature(doc.Parties[j].ID, receipts[at].Note)
		if err != nil {
			return out, fmt.Errorf("receipt of %s for %s: %w", doc.Parties[j].ID, l.Origin, err)
		}
		if root, err := ledger.RootAt(cp.Size, store.Tiles(v.r, l.ID)); cp.Size <= l.Size && (err != nil || root != cp.Root) {
			return out, fmt.Errorf("receipt of %s for %s names another history", doc.Parties[j].ID, l.Origin)
		}
		out.Receipts = append(out.Receipts, string(doc.Parties[j].ID))
	}
	return out, nil
}

// cosignature checks a receipt by any key that its party has had: what was cosigned under an older one stands.
func (v *verification) cosignature(p charter.PartyID, note []byte) (cp ledger.Checkpoint, err error) {
	for _, l := range v.All {
		if l.Party != string(p) {
			continue
		}
		k, e := v.NodeKeys(l)
		if e != nil {
			return cp, e
		}
		_, witness, e := verifiers(v.ID, l.Party, l.Gen, k)
		if e != nil {
			return cp, e
		}
		if cp, _, err = ledger.VerifyCosignature(note, witness); err == nil {
			return cp, nil
		}
	}
	return cp, err
}

// checkpoint checks the newest signed checkpoint against the entries. A log whose last entries were never signed for (a crash) is told.
func (v *verification) checkpoint(l store.Log, log ledger.LogVerifier) error {
	if l.Size == 0 {
		return nil
	}
	if len(l.Checkpoint) == 0 {
		if l.Own {
			return nil // written by the next start
		}
		return fmt.Errorf("there is no checkpoint of %s", l.Origin)
	}
	cp, err := ledger.OpenCheckpoint(l.Checkpoint, log)
	if err != nil {
		return fmt.Errorf("checkpoint of %s: %w", l.Origin, err)
	}
	if cp.Size > l.Size {
		return nil // catching up; each piece was checked against it when it came
	}
	if root, err := ledger.RootAt(cp.Size, store.Tiles(v.r, l.ID)); err != nil || root != cp.Root {
		return fmt.Errorf("the checkpoint of %s does not cover its entries", l.Origin)
	}
	return nil
}

// refold folds everything again from nothing and compares each verdict.
func (v *verification) refold(contested map[int]int64) error {
	doc := v.charter.Document()
	var total, done int64
	for _, l := range v.All {
		total += l.Applied
	}
	v.fold = newFold(v.ID, doc, v.All)
	for slot, limit := range contested {
		v.fold.Contest(slot, limit)
	}
	for moved := true; moved; {
		moved = false
		for i, l := range v.All {
			if l.Gen > 1 && len(v.fold.Applied()) <= v.Slot(l) {
				v.fold.AddLog(record.Head{Party: v.charter.Ordinal(charter.PartyID(l.Party)), Gen: l.Gen})
			}
			n, err := v.refoldLog(i, l, func() {
				if done++; v.progress != nil && done%1000 == 0 {
					v.progress(done, total)
				}
			})
			if err != nil {
				return err
			}
			moved = moved || n > 0
		}
		moved = v.fold.Stirred() || moved
	}
	for _, l := range v.All {
		if n := v.fold.Applied()[v.Slot(l)]; n != l.Applied {
			return fmt.Errorf("%s: %d entries can be folded, the store says %d", l.Origin, n, l.Applied)
		}
	}
	if v.progress != nil {
		v.progress(total, total)
	}
	return v.keep()
}

// refoldLog folds one log as far as its past allows.
func (v *verification) refoldLog(i int, l store.Log, count func()) (int, error) {
	n := 0
	for read := v.ahead.logs[i]; ; read.taken() {
		e, ok := read.next()
		if !ok || e.Index >= l.Applied {
			return n, nil
		}
		out, ready, err := v.fold.Fold(v, v.hashed(l, e.Entry, e.hash))
		if err != nil || !ready {
			return n, err
		}
		var want store.Entry
		if err := fill(&want, out); err != nil {
			return n, err
		}
		if want.Matter != e.Matter || want.Lam != e.Lam || !slices.Equal(want.Past, e.Past) || !bytes.Equal(want.Void, e.Void) {
			return n, fmt.Errorf("entry %d of %s: the stored verdict differs from what its bytes give", e.Index, l.Origin)
		}
		if out.Void != nil {
			v.void[i]++
		}
		count()
		if n++; v.fold.Changed() >= record.CacheSize/2 {
			if err := v.keep(); err != nil {
				return n, err
			}
		}
	}
}

// keep moves changed states out of the fold's cache.
func (v *verification) keep() error {
	for d, err := range v.fold.Dirty() {
		if err != nil {
			return err
		}
		m, err := v.matter(d.Key)
		if err != nil && !errors.Is(err, store.ErrMissing) {
			return err
		}
		if err == nil && bytes.Equal(m.State, d.State) {
			d.State = nil
		}
		d.State = bytes.Clone(d.State)
		v.states[d.Key] = d
	}
	return nil
}

// compare holds a stored state against what its entries give.
func (v *verification) compare(m store.Matter) error {
	d, ok := v.states[m.Key]
	if ok && d.State != nil && !bytes.Equal(d.State, m.State) {
		return fmt.Errorf("the stored state of %s differs from what its entries give", m.Key)
	}
	if ok {
		v.compared++
		return nil
	}
	return fmt.Errorf("%s has a stored state and no entries", m.Key)
}

func (v *verification) hashed(l store.Log, e store.Entry, hash ledger.Hash) record.Input {
	return record.Input{Party: v.charter.Ordinal(charter.PartyID(l.Party)), Gen: l.Gen, Index: e.Index, Leaf: e.Leaf, Hash: hash}
}

func (v *verification) matter(key string) (store.Matter, error) {
	v.ahead.reading.Lock()
	defer v.ahead.reading.Unlock()
	return v.r.Matter(v.ID, key)
}

func (v *verification) bySlot(slot int) store.Log {
	i := slices.IndexFunc(v.All, func(l store.Log) bool { return v.Slot(l) == slot })
	return v.All[i]
}

// Position implements record.Source from the stored rows, which refoldLog compares one by one.
func (v *verification) Position(slot int, index int64) (record.Position, error) {
	v.ahead.reading.Lock()
	defer v.ahead.reading.Unlock()
	e, err := v.r.Entry(v.bySlot(slot).ID, index)
	return record.Position{Lam: e.Lam, Past: e.Past}, err
}

// Size implements record.Source.
func (v *verification) Size(slot int) int64 { return v.bySlot(slot).Size }

// Leaf implements record.Source.
func (v *verification) Leaf(slot int, index int64) ([]byte, [32]byte, error) {
	v.ahead.reading.Lock()
	defer v.ahead.reading.Unlock()
	e, err := v.r.Entry(v.bySlot(slot).ID, index)
	leaf := bytes.Clone(e.Leaf)
	return leaf, ledger.LeafHash(leaf), err
}

// Root implements record.Source.
func (v *verification) Root(slot int, size int64) ([32]byte, error) {
	v.ahead.reading.Lock()
	defer v.ahead.reading.Unlock()
	return ledger.RootAt(size, store.Tiles(v.r, v.bySlot(slot).ID))
}

// Matter implements record.Source.
func (v *verification) Matter(key string) (record.Stored, bool, error) {
	d, ok := v.states[key]
	if ok && d.State == nil {
		m, err := v.matter(key)
		d.State = m.State
		return d, true, err
	}
	return d, ok, nil
}

// History implements record.Source: only what this verification has folded. It is read before any of it is given out, for whoever reads it asks for more meanwhile.
func (v *verification) History(key string) iter.Seq2[record.Past, error] {
	return func(yield func(record.Past, error) bool) {
		all, err := v.history(key)
		if err != nil {
			yield(record.Past{}, err)
			return
		}
		for _, p := range all {
			if !yield(p, nil) {
				return
			}
		}
	}
}

func (v *verification) history(key string) (out []record.Past, err error) {
	v.ahead.reading.Lock()
	defer v.ahead.reading.Unlock()
	applied := v.fold.Applied()
	for e, err := range v.r.History(v.ID, key) {
		if err != nil {
			return nil, err
		}
		l := v.All[slices.IndexFunc(v.All, func(l store.Log) bool { return l.ID == e.Log })]
		if e.Index >= applied.At(v.Slot(l)) {
			continue
		}
		e.Leaf = bytes.Clone(e.Leaf)
		out = append(out, record.Past{Void: e.Void != nil, Position: record.Position{Lam: e.Lam, Past: slices.Clone(e.Past)}, Input: v.hashed(l, e, ledger.LeafHash(e.Leaf))})
	}
	return out, nil
}
