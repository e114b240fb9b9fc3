package storetest

import (
	"context"
	"errors"
	"iter"
	"testing"

	"entente.example/internal/store"
)

// ErrInjected is what a Faulty record returns where it was told to.
var ErrInjected = errors.New("injected")

// Faulty is a record of which one call fails: either nothing of it is done, or it is done and an error is returned all the same, as when an answer gets lost.
type Faulty struct {
	store.Record
	left  int // calls until the fault; negative: none
	after bool
	calls int
}

// FailBefore makes the n-th call from now, counted from 0, fail without being done.
func (f *Faulty) FailBefore(n int) { f.left, f.after, f.calls = n, false, 0 }

// FailAfter makes the n-th call from now fail although it is done.
func (f *Faulty) FailAfter(n int) { f.left, f.after, f.calls = n, true, 0 }

// Heal makes all calls succeed again and says how many there were since the last order.
func (f *Faulty) Heal() int { f.left = -1; return f.calls }

func (f *Faulty) call(do func() error) error {
	f.calls++
	hit := f.left == 0
	f.left--
	if hit && !f.after {
		return ErrInjected
	}
	if err := do(); err != nil {
		return err
	}
	if hit {
		return ErrInjected
	}
	return nil
}

// Update implements store.Record.
func (f *Faulty) Update(ctx context.Context, do func(store.Tx) error) error {
	return f.call(func() error {
		return f.Record.Update(ctx, func(tx store.Tx) error { return do(&faultyTx{faultyReader{tx, f}, tx}) })
	})
}

// View implements store.Record.
func (f *Faulty) View(ctx context.Context, do func(store.Reader) error) error {
	return f.call(func() error {
		return f.Record.View(ctx, func(r store.Reader) error { return do(&faultyReader{r, f}) })
	})
}

type faultyReader struct {
	r store.Reader
	f *Faulty
}

func ask[T any](f *Faulty, do func() (T, error)) (out T, err error) {
	err = f.call(func() (err error) { out, err = do(); return err })
	return out, err
}

func walk[T any](f *Faulty, seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		if err := f.call(func() error { return nil }); err != nil {
			yield(zero, err)
			return
		}
		seq(yield)
	}
}

func (r *faultyReader) Mechanisms() ([]string, error) { return ask(r.f, r.r.Mechanisms) }
func (r *faultyReader) Mechanism(id string) (store.Mechanism, error) {
	return ask(r.f, func() (store.Mechanism, error) { return r.r.Mechanism(id) })
}
func (r *faultyReader) Logs(mech string) ([]store.Log, error) {
	return ask(r.f, func() ([]store.Log, error) { return r.r.Logs(mech) })
}
func (r *faultyReader) Entry(log store.LogID, i int64) (store.Entry, error) {
	return ask(r.f, func() (store.Entry, error) { return r.r.Entry(log, i) })
}
func (r *faultyReader) Leaves(log store.LogID, from, to int64) iter.Seq2[[]byte, error] {
	return walk(r.f, r.r.Leaves(log, from, to))
}
func (r *faultyReader) Entries(log store.LogID, from, to int64) iter.Seq2[store.Entry, error] {
	return walk(r.f, r.r.Entries(log, from, to))
}
func (r *faultyReader) Matter(mech, key string) (store.Matter, error) {
	return ask(r.f, func() (store.Matter, error) { return r.r.Matter(mech, key) })
}
func (r *faultyReader) Owing(mech string) iter.Seq2[string, error] {
	return walk(r.f, r.r.Owing(mech))
}

func (r *faultyReader) Matters(mech, prefix string) iter.Seq2[store.Matter, error] {
	return walk(r.f, r.r.Matters(mech, prefix))
}
func (r *faultyReader) History(mech, key string) iter.Seq2[store.Entry, error] {
	return walk(r.f, r.r.History(mech, key))
}
func (r *faultyReader) Recent(mech string, before int64, limit int) ([]store.Entry, error) {
	return ask(r.f, func() ([]store.Entry, error) { return r.r.Recent(mech, before, limit) })
}
func (r *faultyReader) Tile(log store.LogID, level int, n int64) (store.Tile, error) {
	return ask(r.f, func() (store.Tile, error) { return r.r.Tile(log, level, n) })
}
func (r *faultyReader) Receipts(log store.LogID) ([]store.Receipt, error) {
	return ask(r.f, func() ([]store.Receipt, error) { return r.r.Receipts(log) })
}
func (r *faultyReader) Confirmed(mech string) ([]store.Confirmed, error) {
	return ask(r.f, func() ([]store.Confirmed, error) { return r.r.Confirmed(mech) })
}
func (r *faultyReader) Witnessed(log store.LogID) ([]store.Receipt, error) {
	return ask(r.f, func() ([]store.Receipt, error) { return r.r.Witnessed(log) })
}
func (r *faultyReader) Evidence(mech string) ([][]byte, error) {
	return ask(r.f, func() ([][]byte, error) { return r.r.Evidence(mech) })
}
func (r *faultyReader) Parcels(mech string) ([]store.Parcel, error) {
	return ask(r.f, func() ([]store.Parcel, error) { return r.r.Parcels(mech) })
}
func (r *faultyReader) Contacts(mech string) (map[string][]byte, error) {
	return ask(r.f, func() (map[string][]byte, error) { return r.r.Contacts(mech) })
}
func (r *faultyReader) Words(mech string) (map[string][]byte, error) {
	return ask(r.f, func() (map[string][]byte, error) { return r.r.Words(mech) })
}

type faultyTx struct {
	faultyReader
	tx store.Tx
}

func (t *faultyTx) PutMechanism(m store.Mechanism) error {
	return t.f.call(func() error { return t.tx.PutMechanism(m) })
}
func (t *faultyTx) AddLog(l store.Log) (store.LogID, error) {
	return ask(t.f, func() (store.LogID, error) { return t.tx.AddLog(l) })
}
func (t *faultyTx) Append(log store.LogID, from int64, e []store.Entry, root store.Hash, tiles []store.Tile) error {
	return t.f.call(func() error { return t.tx.Append(log, from, e, root, tiles) })
}
func (t *faultyTx) SetApplied(e []store.Entry) error {
	return t.f.call(func() error { return t.tx.SetApplied(e) })
}
func (t *faultyTx) SetAppliedSize(log store.LogID, n int64) error {
	return t.f.call(func() error { return t.tx.SetAppliedSize(log, n) })
}
func (t *faultyTx) SetCheckpoint(log store.LogID, note, tail []byte) error {
	return t.f.call(func() error { return t.tx.SetCheckpoint(log, note, tail) })
}
func (t *faultyTx) PutMatter(mech string, m store.Matter) error {
	return t.f.call(func() error { return t.tx.PutMatter(mech, m) })
}
func (t *faultyTx) PutReceipt(r store.Receipt) error {
	return t.f.call(func() error { return t.tx.PutReceipt(r) })
}
func (t *faultyTx) PutWitnessed(r store.Receipt) error {
	return t.f.call(func() error { return t.tx.PutWitnessed(r) })
}
func (t *faultyTx) AddEvidence(mech string, e []byte) error {
	return t.f.call(func() error { return t.tx.AddEvidence(mech, e) })
}
func (t *faultyTx) PutParcel(p store.Parcel) error {
	return t.f.call(func() error { return t.tx.PutParcel(p) })
}
func (t *faultyTx) PutContact(mech, party string, b []byte) error {
	return t.f.call(func() error { return t.tx.PutContact(mech, party, b) })
}
func (t *faultyTx) PutWord(mech, party string, b []byte) error {
	return t.f.call(func() error { return t.tx.PutWord(mech, party, b) })
}
func (t *faultyTx) Unfold(mech string) error {
	return t.f.call(func() error { return t.tx.Unfold(mech) })
}

// faults lets every call of a transaction fail once before and once after it is done. Whatever fails, the transaction is there as a whole or not at all, and what follows works.
func faults(t *testing.T, f *fixture) {
	faulty := &Faulty{Record: f.Record, left: -1}
	step := func(tx store.Tx) error {
		logs, err := tx.Logs(mech)
		if err != nil {
			return err
		}
		at := logs[0].Size
		for _, err := range tx.Entries(logs[0].ID, 0, at) {
			if err != nil {
				return err
			}
		}
		for _, write := range []func() error{
			func() error { return add(tx, logs[0].ID, at, act("text/x", at+1)) },
			func() error { return tx.SetCheckpoint(logs[0].ID, []byte{byte(at)}, nil) },
			func() error { return tx.PutMatter(mech, store.Matter{Key: "text/x", Acts: at + 1, Lam: at + 1}) },
			func() error {
				return tx.PutReceipt(store.Receipt{Log: logs[0].ID, Party: "b", Size: at + 1, Note: []byte("n")})
			},
			func() error { return tx.AddEvidence(mech, []byte{byte(at)}) },
			func() error { return tx.PutParcel(store.Parcel{Mech: mech, Party: "b", Sequence: at}) },
			func() error { return tx.PutContact(mech, "b", []byte{byte(at)}) },
			func() error { return tx.PutWord(mech, "b", []byte{byte(at)}) },
			func() error {
				return tx.PutWitnessed(store.Receipt{Log: logs[0].ID, Party: "w", Size: at + 1, Note: []byte("w")})
			},
		} {
			if err := write(); err != nil {
				return err
			}
		}
		return nil
	}
	run := func() error { return faulty.Update(context.Background(), step) }
	faulty.Heal()
	if err := run(); err != nil {
		t.Fatal(err)
	}
	calls, size := faulty.Heal(), int64(1)
	if calls < 8 {
		t.Fatalf("only %d calls counted: nothing would be tried", calls)
	}
	for n := range calls {
		for _, order := range []func(int){faulty.FailBefore, faulty.FailAfter} {
			order(n)
			err := run()
			faulty.Heal()
			if !errors.Is(err, ErrInjected) {
				t.Fatalf("call %d did not fail: %v", n, err)
			}
			if n == 0 && faulty.after { // Update itself: committed, and the answer lost
				size++
			}
			f.view(t, func(r store.Reader) error {
				got, err := whole(r)
				if err == nil && got != size {
					t.Errorf("fault at call %d, after %v: %d entries, want %d", n, faulty.after, got, size)
				}
				return err
			})
			if err := run(); err != nil {
				t.Fatalf("after a fault at call %d: %v", n, err)
			}
			size++
		}
	}
}
