package storetest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"entente.example/internal/store"
)

func mechanismsAndLogs(t *testing.T, f *fixture) {
	other := strings.Repeat("b", 64)
	f.update(t, func(tx store.Tx) error {
		if _, err := found(tx, other); err != nil {
			return err
		}
		return errors.Join(tx.SetCheckpoint(f.logs[1], []byte("a note"), []byte("a tail")),
			tx.PutMechanism(store.Mechanism{ID: mech, Charter: []byte("sealed"), Self: "b", Joined: 99}))
	})
	f.view(t, func(r store.Reader) error {
		ids, err := r.Mechanisms()
		if err != nil || !slices.Equal(ids, []string{mech, other}) {
			t.Errorf("%q %v", ids, err)
		}
		var all []store.Mechanism
		for i := 0; i < len(ids) && err == nil; i++ {
			var m store.Mechanism
			m, err = r.Mechanism(ids[i])
			all = append(all, m)
		}
		want := []store.Mechanism{{ID: mech, Charter: []byte("sealed"), Self: "b", Joined: 1}, {ID: other, Charter: []byte(`{"name":"m"}`), Self: "a", Joined: 1}}
		if err != nil || !reflect.DeepEqual(all, want) {
			t.Errorf("%+v %v", all, err)
		}
		if _, err := r.Mechanism("none"); !errors.Is(err, store.ErrMissing) {
			t.Errorf("a mechanism that is not there: %v", err)
		}
		logs, err := r.Logs(mech)
		if err != nil || len(logs) != 3 {
			t.Fatalf("%+v %v", logs, err)
		}
		l := logs[1]
		if l.ID != f.logs[1] || l.Mech != mech || l.Party != "b" || l.Gen != 1 || l.Own || l.Size != 0 || l.Applied != 0 || string(l.Checkpoint) != "a note" || string(l.Tail) != "a tail" || !logs[0].Own {
			t.Errorf("%+v", l)
		}
		if none, err := r.Logs("none"); err != nil || len(none) != 0 {
			t.Errorf("%+v %v", none, err)
		}
		return nil
	})
}

func entries(t *testing.T, f *fixture) {
	put := []store.Entry{
		{Leaf: []byte("one"), Matter: "charter", Lam: 1, Past: []int64{0, 0, 0}},
		{Leaf: []byte("two"), Matter: "text/js-9", Lam: 1 << 40, Past: []int64{127, 128, 1 << 40}, Void: []byte(`{"key":"text.frozen"}`)},
		{Leaf: []byte{0, 0xff, '\n'}},
	}
	f.update(t, func(tx store.Tx) error { return tx.Append(f.logs[2], 0, put, root(3), nil) })
	f.view(t, func(r store.Reader) error {
		for i, want := range put {
			want.Log, want.Index = f.logs[2], int64(i)
			if got, err := r.Entry(f.logs[2], int64(i)); err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v, want %+v", got, err, want)
			}
		}
		return nil
	})
}

func ranges(t *testing.T, f *fixture) {
	f.update(t, func(tx store.Tx) error {
		for i, log := range f.logs {
			for n := range int64(3) {
				if err := add(tx, log, n, store.Entry{Leaf: fmt.Appendf(nil, "%d-%d", i, n), Matter: "charter", Lam: n + 1}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	for _, c := range []struct {
		from, to int64
		want     string
		missing  bool
	}{
		{0, 3, "1-0 1-1 1-2", false}, {1, 2, "1-1", false}, {2, 2, "", false}, {3, 1, "", false}, {3, 4, "", true}, {1, 5, "1-1 1-2", true}, {2, 1 << 41, "1-2", true}, {5, 9, "", true},
	} {
		f.view(t, func(r store.Reader) error {
			var leaves, whole []string
			var last error
			for leaf, err := range r.Leaves(f.logs[1], c.from, c.to) {
				if last = err; err == nil {
					leaves = append(leaves, string(leaf))
				}
			}
			if got := strings.Join(leaves, " "); got != c.want || errors.Is(last, store.ErrMissing) != c.missing || last != nil && !c.missing {
				t.Errorf("leaves [%d,%d): %q %v", c.from, c.to, got, last)
			}
			for e, err := range r.Entries(f.logs[1], c.from, c.to) {
				if err != nil {
					return err
				}
				whole = append(whole, string(e.Leaf))
			}
			if got := strings.Join(whole, " "); got != c.want {
				t.Errorf("entries [%d,%d): %q", c.from, c.to, got)
			}
			return nil
		})
	}
	f.view(t, func(r store.Reader) error {
		for _, i := range []int64{-1, 3, 1 << 40, 1 << 41} {
			if e, err := r.Entry(f.logs[1], i); !errors.Is(err, store.ErrMissing) {
				t.Errorf("entry %d of 3: %+v %v, want ErrMissing", i, e, err)
			}
		}
		return nil
	})
}

func leafSizes(t *testing.T, f *fixture) {
	var put []store.Entry
	for _, n := range []int{0, 1, 4096, 65535} {
		put = append(put, store.Entry{Leaf: bytes.Repeat([]byte{byte(n + 1)}, n), Matter: "charter", Lam: 1})
	}
	put = append(put, store.Entry{Matter: "charter", Lam: 2})
	f.update(t, func(tx store.Tx) error { return add(tx, f.logs[0], 0, put...) })
	f.view(t, func(r store.Reader) error {
		var kept [][]byte
		for leaf, err := range r.Leaves(f.logs[0], 0, int64(len(put))) {
			if err != nil {
				return err
			}
			kept = append(kept, bytes.Clone(leaf))
		}
		for i, e := range put {
			if !bytes.Equal(kept[i], e.Leaf) {
				t.Errorf("leaf %d of %d bytes came back with %d", i, len(e.Leaf), len(kept[i]))
			}
		}
		return nil
	})
}

func isolation(t *testing.T, f *fixture) {
	f.update(t, func(tx store.Tx) error { return add(tx, f.logs[0], 0, act("text/x", 1)) })
	var first, again string
	f.view(t, func(r store.Reader) (err error) {
		if first, err = Dump(r); err != nil {
			return err
		}
		f.update(t, func(tx store.Tx) error { return add(tx, f.logs[0], 1, act("text/x", 2)) })
		again, err = Dump(r)
		return err
	})
	if first != again {
		t.Errorf("a view changed from\n%s\nto\n%s", first, again)
	}
	if l := f.log(t, 0); l.Size != 2 {
		t.Errorf("the next view sees %d entries, not 2", l.Size)
	}
}

func concurrent(t *testing.T, f *fixture) {
	const writes, readers = 150, 6
	var wg sync.WaitGroup
	stop := make(chan struct{})
	for range readers {
		wg.Go(func() {
			last := int64(0)
			for {
				select {
				case <-stop:
					return
				default:
				}
				f.view(t, func(r store.Reader) error {
					n, err := whole(r)
					if err == nil && n < last {
						err = fmt.Errorf("time went back from %d to %d", last, n)
					}
					if err != nil {
						t.Error(err)
					}
					last = n
					return nil
				})
			}
		})
	}
	for n := range int64(writes) {
		f.update(t, func(tx store.Tx) error {
			return errors.Join(add(tx, f.logs[0], n, act("text/x", n+1)), tx.PutMatter(mech, store.Matter{Key: "text/x", Acts: n + 1, Lam: n + 1}))
		})
	}
	close(stop)
	wg.Wait()
}

// whole says how long the first log is, and fails unless head, entries and matter agree.
func whole(r store.Reader) (int64, error) {
	logs, err := r.Logs(mech)
	if err != nil {
		return 0, err
	}
	n, count := logs[0].Size, int64(0)
	for _, err := range r.Entries(logs[0].ID, 0, n+9) {
		if err != nil {
			return 0, err
		}
		count++
	}
	m, err := r.Matter(mech, "text/x")
	if errors.Is(err, store.ErrMissing) && n == 0 {
		err = nil
	}
	if err == nil && (count != n || m.Acts != n || n > 0 && logs[0].Root != root(n)) {
		err = fmt.Errorf("head %d, entries %d, acts %d", n, count, m.Acts)
	}
	return n, err
}

func matters(t *testing.T, f *fixture) {
	other := strings.Repeat("b", 64)
	f.update(t, func(tx store.Tx) error {
		logs, err := found(tx, other)
		if err != nil {
			return err
		}
		for _, k := range []string{"text/b", "charter", "text/a", "text/会", "texts", "meeting/x/1"} {
			if err := tx.PutMatter(mech, store.Matter{Key: k, State: []byte(k), Acts: 1}); err != nil {
				return err
			}
		}
		// A key that only entries name, and one of another mechanism, are not matters here.
		return errors.Join(add(tx, f.logs[0], 0, act("text/unfolded", 1)), tx.PutMatter(other, store.Matter{Key: "text/other", Acts: 1}), add(tx, logs[0], 0, act("text/a", 1)))
	})
	for prefix, want := range map[string]string{"text/": "text/a text/b text/会", "": "charter meeting/x/1 text/a text/b text/会 texts", "charter": "charter", "text/b": "text/b", "z": ""} {
		f.view(t, func(r store.Reader) error {
			var keys []string
			for m, err := range r.Matters(mech, prefix) {
				if err != nil {
					return err
				}
				if string(m.State) != m.Key {
					t.Errorf("%q has the state of %q", m.Key, m.State)
				}
				keys = append(keys, m.Key)
			}
			if got := strings.Join(keys, " "); got != want {
				t.Errorf("matters beginning with %q: %q, want %q", prefix, got, want)
			}
			return nil
		})
	}
	owing := func(want ...string) {
		f.view(t, func(r store.Reader) error {
			var keys []string
			for key, err := range r.Owing(mech) {
				if err != nil {
					return err
				}
				keys = append(keys, key)
			}
			if !slices.Equal(keys, want) {
				t.Errorf("owing are %q, want %q", keys, want)
			}
			return nil
		})
	}
	owing()
	put := func(key string, owes bool) {
		f.update(t, func(tx store.Tx) error {
			return tx.PutMatter(mech, store.Matter{Key: key, State: []byte(key), Acts: 2, Owes: owes})
		})
	}
	put("text/b", true)
	put("text/a", true)
	owing("text/a", "text/b")
	put("text/a", false)
	owing("text/b")
	f.view(t, func(r store.Reader) error {
		if _, err := r.Matter(mech, "text/unfolded"); !errors.Is(err, store.ErrMissing) {
			t.Errorf("a matter without a state: %v, want ErrMissing", err)
		}
		return nil
	})
}

func history(t *testing.T, f *fixture) {
	other := strings.Repeat("b", 64)
	void := act("text/x", 4)
	void.Void = []byte("{}")
	f.update(t, func(tx store.Tx) error {
		logs, err := found(tx, other)
		if err != nil {
			return err
		}
		return errors.Join(add(tx, f.logs[0], 0, act("text/x", 1), act("text/y", 2), store.Entry{Leaf: []byte("waits")}), add(tx, f.logs[1], 0, act("text/x", 3), void),
			add(tx, logs[0], 0, act("text/x", 5)))
	})
	f.view(t, func(r store.Reader) error {
		var lams []int64
		for e, err := range r.History(mech, "text/x") {
			if err != nil {
				return err
			}
			if e.Matter != "text/x" || len(e.Leaf) == 0 {
				t.Errorf("%+v", e)
			}
			lams = append(lams, e.Lam)
		}
		if slices.Sort(lams); !slices.Equal(lams, []int64{1, 3, 4}) {
			t.Errorf("%v", lams)
		}
		for e := range r.History(mech, "text/none") {
			t.Errorf("a history of nothing: %+v", e)
		}
		return nil
	})
}

func recent(t *testing.T, f *fixture) {
	f.update(t, func(tx store.Tx) error {
		return errors.Join(
			add(tx, f.logs[0], 0, act("text/x", 1), act("text/x", 2), act("text/x", 4)),
			add(tx, f.logs[1], 0, act("text/x", 2), act("text/x", 3)),
			tx.Append(f.logs[1], 2, []store.Entry{{Leaf: []byte("waits")}}, root(3), nil),
			add(tx, f.logs[2], 0, act("text/x", 4)))
	})
	for _, c := range []struct {
		before int64
		limit  int
		want   string
	}{
		{0, 1, "c4 a4"}, {0, 3, "c4 a4 b3"}, {0, 4, "c4 a4 b3 b2 a2"}, {0, 99, "c4 a4 b3 b2 a2 a1"}, {3, 1, "b2 a2"}, {2, 5, "a1"}, {1, 5, ""}, {0, 0, ""}, {99, 2, "c4 a4"},
	} {
		f.view(t, func(r store.Reader) error {
			got, err := r.Recent(mech, c.before, c.limit)
			var names []string
			for _, e := range got {
				names = append(names, fmt.Sprintf("%c%d", 'a'+slices.Index(f.logs, e.Log), e.Lam))
			}
			if strings.Join(names, " ") != c.want {
				t.Errorf("%d before %d: %v, want %s", c.limit, c.before, names, c.want)
			}
			return err
		})
	}
}

func recentModel(t *testing.T, f *fixture) {
	r := rand.New(rand.NewPCG(7, 7))
	var all []store.Entry
	f.update(t, func(tx store.Tx) error {
		for _, log := range f.logs {
			lam, batch := int64(0), []store.Entry{}
			for i := range int64(120) {
				lam += 1 + r.Int64N(3)
				e := act("text/x", lam)
				batch = append(batch, e)
				e.Log, e.Index = log, i
				all = append(all, e)
			}
			if err := add(tx, log, 0, batch...); err != nil {
				return err
			}
		}
		return nil
	})
	slices.SortFunc(all, func(a, b store.Entry) int { return cmp.Or(cmp.Compare(b.Lam, a.Lam), cmp.Compare(b.Log, a.Log)) })
	f.view(t, func(rd store.Reader) error {
		var paged []store.Entry
		for before := int64(0); ; before = paged[len(paged)-1].Lam {
			page, err := rd.Recent(mech, before, 1+r.IntN(9))
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			paged = append(paged, page...)
		}
		if !reflect.DeepEqual(paged, all) {
			t.Errorf("%d entries in pages, %d in all, or another order", len(paged), len(all))
		}
		return nil
	})
}

func tiles(t *testing.T, f *fixture) {
	put := func(level int, n int64, data []byte) {
		f.update(t, func(tx store.Tx) error {
			l, err := tx.Logs(mech)
			if err != nil {
				return err
			}
			return tx.Append(f.logs[0], l[0].Size, []store.Entry{act("charter", l[0].Size+1)}, root(1), []store.Tile{{Level: level, N: n, Data: data}})
		})
	}
	short, long := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 8192)
	put(0, 0, short)
	put(0, 0, long)
	put(1, 0, short)
	put(0, 1<<32, short)
	f.view(t, func(r store.Reader) error {
		for _, c := range []struct {
			level int
			n     int64
			want  []byte
		}{{0, 0, long}, {1, 0, short}, {0, 1 << 32, short}} {
			if got, err := r.Tile(f.logs[0], c.level, c.n); err != nil || !bytes.Equal(got.Data, c.want) || got.Level != c.level || got.N != c.n {
				t.Errorf("tile %d/%d: %d bytes, %v", c.level, c.n, len(got.Data), err)
			}
		}
		for _, missing := range []func() (store.Tile, error){
			func() (store.Tile, error) { return r.Tile(f.logs[1], 0, 0) },
			func() (store.Tile, error) { return r.Tile(f.logs[0], 2, 0) },
			func() (store.Tile, error) { return r.Tile(f.logs[0], 0, 1) },
		} {
			if _, err := missing(); !errors.Is(err, store.ErrMissing) {
				t.Errorf("%v, want ErrMissing", err)
			}
		}
		return nil
	})
}

func iterators(t *testing.T, f *fixture) {
	f.update(t, func(tx store.Tx) error {
		return errors.Join(add(tx, f.logs[0], 0, act("text/x", 1), act("text/x", 2), act("text/x", 3)), add(tx, f.logs[1], 0, act("text/y", 1), act("text/y", 2)),
			tx.PutMatter(mech, store.Matter{Key: "text/x", Acts: 3}), tx.PutMatter(mech, store.Matter{Key: "text/y", Acts: 2}))
	})
	f.view(t, func(r store.Reader) error {
		var seen []string
		for a := range r.Entries(f.logs[0], 0, 3) {
			for b := range r.Entries(f.logs[1], 0, 2) {
				for c := range r.Entries(f.logs[0], 2, 3) {
					seen = append(seen, fmt.Sprint(a.Lam, b.Lam, c.Lam))
				}
				if a.Lam == 2 {
					break
				}
			}
		}
		if got := strings.Join(seen, ","); got != "1 1 3,1 2 3,2 1 3,3 1 3,3 2 3" {
			t.Errorf("nested: %s", got)
		}
		n := 0
		for m := range r.Matters(mech, "text/") {
			for range r.History(mech, m.Key) {
				n++
			}
			for range r.Leaves(f.logs[0], 0, 3) {
				break
			}
		}
		if n != 5 {
			t.Errorf("%d entries in two histories, want 5", n)
		}
		return nil
	})
}

func reopen(t *testing.T, f *fixture) {
	f.update(t, func(tx store.Tx) error { return everything(tx, f.logs) })
	before := dump(t, f)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f.Record = f.open(t, f.dir)
	if after := dump(t, f); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	f.update(t, func(tx store.Tx) error { return add(tx, f.logs[0], 2, act("text/x", 3)) })
}
