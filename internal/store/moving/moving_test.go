package moving_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"entente.example/internal/store"
	"entente.example/internal/store/moving"
	"entente.example/internal/store/sqlite"
	"entente.example/internal/store/storetest"
)

var mech = strings.Repeat("a", 64)

func open(t *testing.T) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "record.db"), Readers: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// source is a record with everything in it: logs longer than one transaction takes, an empty one, entries that wait, and what lies beside.
func source(t *testing.T) *sqlite.DB {
	t.Helper()
	db := open(t)
	err := db.Update(t.Context(), func(tx store.Tx) error {
		errs := []error{tx.PutMechanism(store.Mechanism{ID: mech, Charter: []byte("charter"), Self: "a", Joined: 7})}
		for i, size := range []int64{4200, 0, 300} {
			log, err := tx.AddLog(store.Log{Mech: mech, Origin: fmt.Sprintf("entente/%d", i), Party: string(rune('a' + i)), Gen: 1, Own: i == 0, Root: store.Hash{9}})
			errs = append(errs, err)
			if size == 0 {
				continue
			}
			var entries []store.Entry
			for n := range size {
				e := store.Entry{Leaf: fmt.Appendf(nil, "leaf %d of %d", n, log), Matter: fmt.Sprintf("text/%d", n%70), Lam: n + 1, Past: []int64{n, 0, 3}}
				if n == size-1 {
					e = store.Entry{Leaf: []byte("waits")}
				} else if n%9 == 0 {
					e.Void = []byte(`{"key":"text.frozen"}`)
				}
				entries = append(entries, e)
			}
			var tiles []store.Tile
			for level, n := 0, size; n > 0; level, n = level+1, n/256 {
				for at := int64(0); at*256 < n; at++ {
					tiles = append(tiles, store.Tile{Level: level, N: at, Data: bytes.Repeat([]byte{byte(level), byte(at)}, int(16*min(256, n-at*256)))})
				}
			}
			errs = append(errs, tx.Append(log, 0, entries, store.Hash{byte(i), 1}, tiles), tx.SetAppliedSize(log, size-1), tx.SetCheckpoint(log, []byte("note"), []byte("tail")),
				tx.PutReceipt(store.Receipt{Log: log, Party: "b", Size: 2, Time: 3, Note: []byte("receipt")}), tx.PutWitnessed(store.Receipt{Log: log, Party: "w", Size: 4, Time: 5, Note: []byte("seen")}))
		}
		for n := range 400 {
			errs = append(errs, tx.PutMatter(mech, store.Matter{Key: fmt.Sprintf("text/%d", n), State: fmt.Appendf(nil, "%d", n), Past: []int64{1, 2}, Lam: 4, Last: "a-1", Acts: 3, Owes: n%3 == 0}))
		}
		return errors.Join(append(errs, tx.AddEvidence(mech, []byte("two heads")), tx.PutParcel(store.Parcel{Mech: mech, Party: "b", Out: true, Sequence: 3, Data: []byte("parcel")}),
			tx.PutContact(mech, "b", []byte("today")), tx.PutWord(mech, "b", []byte("all")))...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func quietly(int64, int64) {}

func same(t *testing.T, a, b store.Record) error {
	t.Helper()
	return moving.Compare(t.Context(), a, b, quietly)
}

func carry(ctx context.Context, from, to store.Record) error {
	return from.View(ctx, func(r store.Reader) error { return moving.Copy(ctx, r, to, quietly) })
}

// A copy may stop at any call of the place it goes to, whether the call was done or not; the next one goes on, and in the end nothing differs.
func TestACopyThatWasStoppedGoesOn(t *testing.T) {
	from := source(t)
	for n := 0; ; n++ {
		if n > 14 { // the calls after these are alike
			n += 60
		}
		to := &storetest.Faulty{Record: open(t)}
		if n%2 == 0 {
			to.FailBefore(n)
		} else {
			to.FailAfter(n)
		}
		err := carry(t.Context(), from, to)
		to.Heal()
		if err == nil { // there is no n-th call
			if n < 50 {
				t.Fatalf("only %d calls: nothing was tried", n)
			}
			break
		}
		if !errors.Is(err, storetest.ErrInjected) {
			t.Fatal(err)
		}
		if err := same(t, from, to.Record); err == nil && n%2 == 0 {
			t.Errorf("stopped before call %d, and nothing is missing", n)
		}
		if err := moving.Carry(t.Context(), from, to, quietly); err != nil {
			t.Fatalf("after it had stopped at call %d: %v", n, err)
		}
		if err := same(t, from, to.Record); err != nil {
			t.Fatalf("after it had stopped at call %d: %v", n, err)
		}
	}
}

func TestWhateverDiffersIsNamed(t *testing.T) {
	from := source(t)
	for what, change := range map[string]func(store.Tx) error{
		"mechanism": func(tx store.Tx) error {
			return tx.PutMechanism(store.Mechanism{ID: mech, Charter: []byte("another"), Self: "a"})
		},
		"the head of": func(tx store.Tx) error { return tx.SetCheckpoint(1, []byte("note"), nil) },
		"entry 299 of": func(tx store.Tx) error {
			return tx.SetApplied([]store.Entry{{Log: 3, Index: 299, Matter: "text/1", Lam: 9}})
		},
		"tile 1 of level 0": func(tx store.Tx) error {
			return tx.Append(3, 300, nil, store.Hash{2, 1}, []store.Tile{{N: 1, Data: []byte("x")}})
		},
		"the state of text/99": func(tx store.Tx) error { return tx.PutMatter(mech, store.Matter{Key: "text/99", Acts: 1}) },
		"evidence":             func(tx store.Tx) error { return tx.AddEvidence(mech, []byte("more")) },
		"parcel": func(tx store.Tx) error {
			return tx.PutParcel(store.Parcel{Mech: mech, Party: "b", Out: true, Sequence: 3})
		},
		"counterparts were": func(tx store.Tx) error { return tx.PutContact(mech, "b", []byte("never")) },
		"counterparts want": func(tx store.Tx) error { return tx.PutWord(mech, "b", []byte("none")) },
		"the receipt of b": func(tx store.Tx) error {
			return tx.PutReceipt(store.Receipt{Log: 3, Party: "b", Size: 3, Note: []byte("another")})
		},
		"witnesses": func(tx store.Tx) error {
			return tx.PutWitnessed(store.Receipt{Log: 3, Party: "w", Size: 5, Note: []byte("another")})
		},
	} {
		to := open(t)
		if err := errors.Join(carry(t.Context(), from, to), same(t, from, to)); err != nil {
			t.Fatal(err)
		}
		if err := to.Update(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		if err := same(t, from, to); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), what) || strings.Contains(err.Error(), "%") {
			t.Errorf("%v, want %q", err, what)
		}
		if err := same(t, to, from); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("%s, the other way round: %v", what, err)
		}
	}
}

func TestARecordGoesOnlyWhereThereIsNone(t *testing.T) {
	from, to := source(t), open(t)
	other := strings.Repeat("b", 64)
	err := to.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.PutMechanism(store.Mechanism{ID: other, Charter: []byte("c"), Self: "a"}); err != nil {
			return err
		}
		_, err := tx.AddLog(store.Log{Mech: other, Origin: "other", Party: "a"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := carry(t.Context(), from, to); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a record was mixed into another: %v", err)
	}
}

// witness looks at the tiles that come with entries.
type witness struct {
	store.Record
	t *testing.T
}

type witnessed struct {
	store.Tx
	t *testing.T
}

func (w witness) Update(ctx context.Context, f func(store.Tx) error) error {
	return w.Record.Update(ctx, func(tx store.Tx) error { return f(witnessed{tx, w.t}) })
}

func (w witnessed) Append(log store.LogID, from int64, entries []store.Entry, root store.Hash, tiles []store.Tile) error {
	to, end := from+int64(len(entries)), map[int]int64{} // how many hashes of a level come, counted from the log's beginning
	for _, tile := range tiles {
		if first := from >> (8 * tile.Level) / 256; end[tile.Level] == 0 && tile.N != first {
			w.t.Errorf("[%d, %d): the first tile of level %d is %d, not %d", from, to, tile.Level, tile.N, first)
		}
		end[tile.Level] = tile.N*256 + int64(len(tile.Data))/32
	}
	for level := 0; to>>(8*level) > 0; level++ {
		if fresh := to>>(8*level) > from>>(8*level); fresh && end[level] != to>>(8*level) || !fresh && end[level] != 0 {
			w.t.Errorf("[%d, %d): the tiles of level %d end at %d, not %d", from, to, level, end[level], to>>(8*level))
		}
	}
	return w.Tx.Append(log, from, entries, root, tiles)
}

// A ground may write what is new of a tile and nothing else: at every level all of it has to come with the entries that it is made of, and none of it sooner.
func TestTilesComeWithTheirEntries(t *testing.T) {
	from, to := source(t), open(t)
	if err := carry(t.Context(), from, witness{to, t}); err != nil {
		t.Fatal(err)
	}
	if err := same(t, from, to); err != nil {
		t.Error(err)
	}
}

// several are a record of so many mechanisms.
func several(t *testing.T, n int, joined func(int) int64) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "record.db"), Readers: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	err = db.Update(t.Context(), func(tx store.Tx) error {
		var errs []error
		for i := range n {
			id := fmt.Sprintf("%064d", i)
			errs = append(errs, tx.PutMechanism(store.Mechanism{ID: id, Charter: []byte("charter"), Self: "a", Joined: joined(i)}))
			log, err := tx.AddLog(store.Log{Mech: id, Origin: "entente/" + id, Party: "a", Gen: 1, Own: true})
			var entries []store.Entry
			for at := range int64(3000) {
				entries = append(entries, store.Entry{Leaf: []byte("leaf"), Matter: "text/one", Lam: at + 1})
			}
			errs = append(errs, err, tx.Append(log, 0, entries, store.Hash{1}, tilesOf(3000)), tx.SetAppliedSize(log, 3000), tx.PutMatter(id, store.Matter{Key: "text/one", State: []byte("state"), Acts: 3000}))
		}
		return errors.Join(errs...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func tilesOf(size int64) (tiles []store.Tile) {
	for level, n := 0, size; n > 0; level, n = level+1, n/256 {
		for at := int64(0); at*256 < n; at++ {
			tiles = append(tiles, store.Tile{Level: level, N: at, Data: bytes.Repeat([]byte{7}, int(32*min(256, n-at*256)))})
		}
	}
	return tiles
}

// Several mechanisms are compared at any time: a difference in any of them counts, and what is told of the whole only grows.
func TestManyMechanismsAreComparedAtOnce(t *testing.T) {
	inOrder := func(i int) int64 { return int64(i) }
	from, to := several(t, 7, inOrder), open(t)
	last := int64(0)
	err := moving.Carry(t.Context(), from, to, func(done, total int64) {
		if done < last || done > total || total != 2*7*3000 {
			t.Errorf("%d of %d, after %d", done, total, last)
		}
		last = done
	})
	if err != nil || last < 2*7*3000-4096 {
		t.Fatalf("%d, %v", last, err)
	}
	for i := range 7 {
		other, id := several(t, 7, inOrder), fmt.Sprintf("%064d", i)
		if err := other.Update(t.Context(), func(tx store.Tx) error { return tx.PutMatter(id, store.Matter{Key: "text/two", Acts: 1}) }); err != nil {
			t.Fatal(err)
		}
		for _, err := range []error{same(t, to, other), same(t, other, to)} {
			if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "text/two") && !strings.Contains(err.Error(), "evidence") {
				t.Errorf("mechanism %d: %v", i, err)
			}
		}
	}
	fewer, turned := several(t, 6, inOrder), several(t, 7, func(i int) int64 { return int64(-i) })
	for _, err := range []error{same(t, to, fewer), same(t, fewer, to), same(t, turned, fewer), same(t, fewer, turned)} {
		if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), fmt.Sprintf("mechanism %064d is in one only", 6)) {
			t.Errorf("the last mechanism is missing: %v", err)
		}
	}
	for _, err := range []error{same(t, to, turned), same(t, turned, to)} {
		if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "is not the same in both") {
			t.Errorf("mechanisms that were joined at other times: %v", err)
		}
	}
}
