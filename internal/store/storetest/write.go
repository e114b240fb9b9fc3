package storetest

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"entente.example/internal/store"
)

func conflicts(t *testing.T, f *fixture) {
	a := f.logs[0]
	f.update(t, func(tx store.Tx) error { return add(tx, a, 0, act("text/x", 1), act("text/x", 2)) })
	for _, from := range []int64{0, 1, 3, -1} {
		err := f.Update(context.Background(), func(tx store.Tx) error {
			if err := tx.PutMatter(mech, store.Matter{Key: "text/lost", Acts: 1}); err != nil {
				return err
			}
			return tx.Append(a, from, []store.Entry{act("text/x", 3)}, root(3), nil)
		})
		if !errors.Is(err, store.ErrConflict) {
			t.Errorf("append at %d of a log of 2: %v, want ErrConflict", from, err)
		}
	}
	err := f.Update(context.Background(), func(tx store.Tx) error { return tx.Append(999, 0, nil, root(0), nil) })
	if !errors.Is(err, store.ErrConflict) {
		t.Errorf("append to a log that is not there: %v, want ErrConflict", err)
	}
	for _, n := range []int64{-1, 3} {
		err := f.Update(context.Background(), func(tx store.Tx) error { return tx.SetAppliedSize(a, n) })
		if !errors.Is(err, store.ErrConflict) {
			t.Errorf("%d entries folded of 2: %v, want ErrConflict", n, err)
		}
	}
	if l := f.log(t, 0); l.Size != 2 || l.Root != root(2) || l.Applied != 2 {
		t.Errorf("the head moved: %+v", l)
	}
	f.view(t, func(r store.Reader) error {
		if _, err := r.Matter(mech, "text/lost"); !errors.Is(err, store.ErrMissing) {
			t.Errorf("a write of a lost transaction is there: %v", err)
		}
		return nil
	})
}

func rollback(t *testing.T, f *fixture) {
	before := dump(t, f)
	stop := errors.New("stop")
	err := f.Update(context.Background(), func(tx store.Tx) error {
		if err := everything(tx, f.logs); err != nil {
			t.Error(err)
		}
		return stop
	})
	if !errors.Is(err, stop) {
		t.Errorf("the error of the function got lost: %v", err)
	}
	if after := dump(t, f); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	// A key that was interned in the lost transaction must not be believed in.
	f.update(t, func(tx store.Tx) error { return add(tx, f.logs[0], 0, act("text/x", 1)) })
	f.view(t, func(r store.Reader) error {
		if e, err := r.Entry(f.logs[0], 0); err != nil || e.Matter != "text/x" {
			t.Errorf("%+v %v", e, err)
		}
		return nil
	})
}

func panics(t *testing.T, f *fixture) {
	before := dump(t, f)
	func() {
		defer func() {
			if recover() != "stop" {
				t.Error("the panic did not come through")
			}
		}()
		_ = f.Update(context.Background(), func(tx store.Tx) error {
			if err := everything(tx, f.logs); err != nil {
				t.Error(err)
			}
			for range tx.Entries(f.logs[0], 0, 9) {
				panic("stop")
			}
			return nil
		})
	}()
	if after := dump(t, f); after != before {
		t.Errorf("after a panic in Update:\n%s", after)
	}
	f.update(t, func(tx store.Tx) error { return everything(tx, f.logs) })
	for range 20 { // more than a ground has connections
		func() {
			defer func() { _ = recover() }()
			f.view(t, func(r store.Reader) error {
				for range r.Entries(f.logs[0], 0, 9) {
					panic("stop")
				}
				return nil
			})
		}()
	}
	if dump(t, f) == before {
		t.Error("the writes after the panic are not there")
	}
}

// everything uses every write once.
func everything(tx store.Tx, logs []store.LogID) error {
	w := act("", 0)
	w.Past = nil
	if err := tx.Append(logs[0], 0, []store.Entry{act("text/x", 1), w}, root(2), []store.Tile{{Data: bytes.Repeat([]byte{7}, 64)}}); err != nil {
		return err
	}
	done := act("text/y", 2)
	done.Log, done.Index, done.Void = logs[0], 1, []byte(`{"key":"text.frozen"}`)
	state := []byte(`{}`)
	defer clear(state) // it is the caller's again
	return errors.Join(
		tx.SetApplied([]store.Entry{done}),
		tx.SetAppliedSize(logs[0], 2),
		tx.SetCheckpoint(logs[0], []byte("note"), nil),
		tx.PutMatter(mech, store.Matter{Key: "text/x", State: state, Past: []int64{1, 0, 0}, Lam: 1, Last: "a-0", Acts: 1}),
		tx.PutReceipt(store.Receipt{Log: logs[0], Party: "b", Size: 2, Time: 9, Note: []byte("receipt")}),
		tx.PutWitnessed(store.Receipt{Log: logs[0], Party: "witness.example/w", Size: 2, Time: 9, Note: []byte("cosigned")}),
		tx.AddEvidence(mech, []byte("two heads")),
		tx.PutParcel(store.Parcel{Mech: mech, Party: "b", Out: true, Sequence: 7, Data: []byte(`{}`)}),
		tx.PutContact(mech, "b", []byte("heard of today")),
		tx.PutWord(mech, "b", []byte("wants nothing")),
	)
}

func ownWrites(t *testing.T, f *fixture) {
	var inside string
	f.update(t, func(tx store.Tx) error {
		if err := everything(tx, f.logs); err != nil {
			return err
		}
		if e, err := tx.Entry(f.logs[0], 1); err != nil || e.Matter != "text/y" || e.Void == nil {
			t.Errorf("%+v %v", e, err)
		}
		if m, err := tx.Matter(mech, "text/x"); err != nil || string(m.State) != `{}` {
			t.Errorf("%+v %v", m, err)
		}
		var err error
		inside, err = Dump(tx)
		return err
	})
	if outside := dump(t, f); outside != inside {
		t.Errorf("inside:\n%s\noutside:\n%s", inside, outside)
	}
}

func waiting(t *testing.T, f *fixture) {
	a := f.logs[0]
	w := store.Entry{Leaf: []byte("waits for its past")}
	f.update(t, func(tx store.Tx) error {
		if err := tx.Append(a, 0, []store.Entry{act("text/x", 1), w, act("text/x", 2)}, root(3), nil); err != nil {
			return err
		}
		return tx.SetAppliedSize(a, 1)
	})
	f.view(t, func(r store.Reader) error {
		e, err := r.Entry(a, 1)
		if err != nil || e.Lam != 0 || e.Matter != "" || e.Past != nil || e.Void != nil {
			t.Errorf("a waiting entry: %+v %v", e, err)
		}
		return nil
	})
	done := act("document/d", 7)
	done.Log, done.Index, done.Past = a, 1, []int64{2, 1 << 40, 0}
	f.update(t, func(tx store.Tx) error { return tx.SetApplied([]store.Entry{done}) })
	f.view(t, func(r store.Reader) error {
		e, err := r.Entry(a, 1)
		if err != nil || e.Lam != 7 || e.Matter != "document/d" || e.Past[1] != 1<<40 || string(e.Leaf) != "waits for its past" {
			t.Errorf("a folded entry: %+v %v", e, err)
		}
		return nil
	})
	done.Index = 3
	err := f.Update(context.Background(), func(tx store.Tx) error { return tx.SetApplied([]store.Entry{done}) })
	if !errors.Is(err, store.ErrMissing) {
		t.Errorf("the outcome of an entry that is not there: %v, want ErrMissing", err)
	}
}

// unfolded: what folding came to is gone, what was stored stays, and other mechanisms are left alone.
func unfolded(t *testing.T, f *fixture) {
	before := dump(t, f)
	f.update(t, func(tx store.Tx) error { return everything(tx, f.logs) })
	var many []store.Entry // more than a ground may keep one by one
	for i := range int64(300) {
		many = append(many, act("text/many", 10+i))
	}
	f.update(t, func(tx store.Tx) error {
		return errors.Join(tx.Append(f.logs[1], 0, many, root(300), nil), tx.SetAppliedSize(f.logs[1], 300))
	})
	f.update(t, func(tx store.Tx) error { return tx.Unfold("another") })
	f.view(t, func(r store.Reader) error {
		if m, err := r.Matter(mech, "text/x"); err != nil || m.Acts != 1 {
			t.Errorf("another mechanism was unfolded, and this one has %+v %v", m, err)
		}
		return nil
	})
	f.update(t, func(tx store.Tx) error { return tx.Unfold(mech) })
	f.view(t, func(r store.Reader) error {
		logs, err := r.Logs(mech)
		if err != nil || logs[0].Size != 2 || logs[0].Applied != 0 || string(logs[0].Checkpoint) != "note" {
			t.Errorf("%+v %v", logs, err)
		}
		for i := range int64(2) {
			e, err := r.Entry(f.logs[0], i)
			if err != nil || e.Lam != 0 || e.Matter != "" || e.Past != nil || e.Void != nil || len(e.Leaf) == 0 {
				t.Errorf("%+v %v", e, err)
			}
		}
		n := int64(0)
		for e, err := range r.Entries(f.logs[1], 0, 300) {
			if err != nil || e.Index != n || e.Lam != 0 || e.Matter != "" || !bytes.Equal(e.Leaf, many[n].Leaf) {
				t.Fatalf("entry %d: %+v %v", n, e, err)
			}
			n++
		}
		if n != 300 {
			t.Errorf("%d of 300 entries are left", n)
		}
		if _, err := r.Matter(mech, "text/x"); !errors.Is(err, store.ErrMissing) {
			t.Errorf("a matter is left: %v", err)
		}
		for e, err := range r.History(mech, "text/x") {
			t.Errorf("history is left: %+v %v", e, err)
		}
		receipts, err := r.Receipts(f.logs[0])
		evidence, err2 := r.Evidence(mech)
		if err != nil || err2 != nil || len(receipts) != 1 || len(evidence) != 1 {
			t.Errorf("%v %v %v %v", receipts, evidence, err, err2)
		}
		return nil
	})
	f.update(t, func(tx store.Tx) error { // and it can be folded again
		done := act("text/x", 1)
		done.Log = f.logs[0]
		last := many[299]
		last.Log, last.Index = f.logs[1], 299
		return errors.Join(tx.SetApplied([]store.Entry{done, last}), tx.SetAppliedSize(f.logs[0], 1), tx.PutMatter(mech, store.Matter{Key: "text/x", State: []byte(`{}`), Lam: 1, Last: "a-0", Acts: 1}))
	})
	if dump(t, f) == before {
		t.Error("nothing was folded again")
	}
}

func receipts(t *testing.T, f *fixture) {
	put := func(size, time int64) {
		r := store.Receipt{Log: f.logs[0], Party: "b", Size: size, Time: time, Note: []byte{byte(size)}}
		f.update(t, func(tx store.Tx) error { return errors.Join(tx.PutReceipt(r), tx.PutWitnessed(r)) })
	}
	put(5, 50)
	put(4, 60)
	put(6, 70)
	f.view(t, func(r store.Reader) error {
		all, err := r.Receipts(f.logs[0])
		if err != nil || len(all) != 1 || all[0].Size != 6 || all[0].Time != 70 || all[0].Note[0] != 6 {
			t.Errorf("%+v %v", all, err)
		}
		return err
	})
	put(3, 80)
	f.view(t, func(r store.Reader) error {
		if all, _ := r.Receipts(f.logs[0]); all[0].Size != 6 {
			t.Errorf("a receipt went back: %+v", all)
		}
		want := []store.Confirmed{{Log: f.logs[0], Party: "b", Size: 6, Time: 70}}
		if all, err := r.Confirmed(mech); err != nil || !slices.Equal(all, want) {
			t.Errorf("what parties have confirmed is %+v, want %+v (%v)", all, want, err)
		}
		if all, err := r.Confirmed("another"); err != nil || len(all) != 0 {
			t.Errorf("what parties have confirmed in another mechanism: %+v %v", all, err)
		}
		if all, err := r.Witnessed(f.logs[0]); err != nil || len(all) != 1 || all[0].Size != 6 || all[0].Time != 70 || all[0].Party != "b" {
			t.Errorf("what a witness cosigned went back: %+v, %v", all, err)
		}
		return nil
	})
}

func evidence(t *testing.T, f *fixture) {
	for range 2 {
		f.update(t, func(tx store.Tx) error {
			return errors.Join(tx.AddEvidence(mech, []byte("one")), tx.AddEvidence(mech, []byte("two")))
		})
	}
	f.view(t, func(r store.Reader) error {
		all, err := r.Evidence(mech)
		if err != nil || len(all) != 2 || string(all[0]) != "one" || string(all[1]) != "two" {
			t.Errorf("%q %v", all, err)
		}
		return err
	})
}

func parcels(t *testing.T, f *fixture) {
	f.update(t, func(tx store.Tx) error {
		var errs []error
		for n := range int64(store.KeptParcels + 3) {
			errs = append(errs, tx.PutParcel(store.Parcel{Mech: mech, Party: "b", Out: true, Sequence: 1 + n}))
		}
		return errors.Join(append(errs, tx.PutParcel(store.Parcel{Mech: mech, Party: "b", Sequence: 2, Data: []byte("in")}), tx.PutParcel(store.Parcel{Mech: mech, Party: "c", Out: true, Sequence: 1}),
			tx.PutParcel(store.Parcel{Mech: mech, Party: "b", Out: true, Sequence: 9, Data: []byte("again")}))...)
	})
	f.view(t, func(r store.Reader) error {
		all, err := r.Parcels(mech)
		if err != nil || len(all) != store.KeptParcels+2 {
			t.Fatalf("%d rows, %v", len(all), err)
		}
		if all[0].Sequence != store.KeptParcels+3 || all[len(all)-1].Party != "c" {
			t.Errorf("first %+v, last %+v", all[0], all[len(all)-1])
		}
		found := 0
		for _, p := range all {
			switch {
			case p.Party == "b" && p.Out && p.Sequence <= 3:
				t.Errorf("sequence %d is remembered", p.Sequence)
			case p.Out && p.Sequence == 9 && string(p.Data) == "again", !p.Out && p.Sequence == 2 && string(p.Data) == "in":
				found++
			}
		}
		if found != 2 {
			t.Error("a row was not replaced, or one direction stands for the other")
		}
		return nil
	})
}

func contexts(t *testing.T, f *fixture) {
	before := dump(t, f)
	ctx, cancel := context.WithCancel(context.Background())
	err := f.Update(ctx, func(tx store.Tx) error {
		err := everything(tx, f.logs)
		cancel()
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Update whose context ended before the commit: %v", err)
	}
	ran := false
	if err := f.Update(ctx, func(store.Tx) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
		t.Errorf("Update with an ended context: %v, ran: %v", err, ran)
	}
	if err := f.View(ctx, func(store.Reader) error { ran = true; return nil }); !errors.Is(err, context.Canceled) || ran {
		t.Errorf("View with an ended context: %v, ran: %v", err, ran)
	}
	if after := dump(t, f); after != before {
		t.Errorf("something was stored:\n%s", after)
	}
	f.update(t, func(tx store.Tx) error { return everything(tx, f.logs) })
}

func closed(t *testing.T, f *fixture) {
	if err := errors.Join(f.Close(), f.Close()); err != nil {
		t.Error(err)
	}
	if err := f.Update(context.Background(), func(store.Tx) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Update: %v", err)
	}
	if err := f.View(context.Background(), func(store.Reader) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("View: %v", err)
	}
}

func dump(t *testing.T, r store.Record) (out string) {
	t.Helper()
	err := r.View(context.Background(), func(r store.Reader) (err error) {
		out, err = Dump(r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func contacts(t *testing.T, f *fixture) {
	f.update(t, func(tx store.Tx) error {
		return errors.Join(tx.PutContact(mech, "b", []byte("yesterday")), tx.PutContact(mech, "c", []byte("never")), tx.PutContact("another", "b", []byte("elsewhere")),
			tx.PutWord(mech, "b", []byte("all")), tx.PutWord("another", "b", []byte("some")))
	})
	f.update(t, func(tx store.Tx) error {
		return errors.Join(tx.PutContact(mech, "b", []byte("today")), tx.PutWord(mech, "b", []byte("none")))
	})
	f.view(t, func(r store.Reader) error {
		all, err := r.Contacts(mech)
		if len(all) != 2 || string(all["b"]) != "today" || string(all["c"]) != "never" {
			t.Errorf("got %q", all)
		}
		words, err2 := r.Words(mech)
		if len(words) != 1 || string(words["b"]) != "none" {
			t.Errorf("words: %q", words)
		}
		return errors.Join(err, err2)
	})
}
