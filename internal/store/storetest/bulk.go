package storetest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/store"
)

// bulk appends pieces of any length, some of whose entries wait, are void, share matters or have none like them, and holds every way of reading against a plain list. A ground that keeps
// entries in another form when many come at once must not let it show, least of all at the seams.
func bulk(t *testing.T, f *fixture) {
	r := rand.New(rand.NewPCG(11, 11))
	logs := f.logs[:2]
	all := map[store.LogID][]store.Entry{}
	for _, piece := range []int{3, 700, 1, 129, 64, 63, 400, 2} {
		for _, log := range logs {
			waits := len(all[log])+piece > 900 // what comes last waits
			for range piece {
				all[log] = append(all[log], some(r, log, int64(len(all[log])), waits))
			}
			f.update(t, func(tx store.Tx) error {
				from := int64(len(all[log]) - piece)
				if err := tx.Append(log, from, all[log][from:], root(int64(len(all[log]))), nil); err != nil {
					return err
				}
				return compare(tx, r, all) // its own writes, too
			})
		}
	}
	f.view(t, func(rd store.Reader) error { return compare(rd, r, all) })
	for _, log := range logs {
		f.update(t, func(tx store.Tx) error {
			for i := range all[log] {
				if e := &all[log][i]; e.Lam == 0 {
					leaf := e.Leaf
					*e = some(r, log, int64(i), false)
					e.Leaf = leaf
					if err := tx.SetApplied([]store.Entry{*e}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		f.update(t, func(tx store.Tx) error { return tx.SetAppliedSize(log, int64(len(all[log]))) })
	}
	f.view(t, func(rd store.Reader) error {
		if err := compare(rd, r, all); err != nil {
			return err
		}
		return compareRecent(rd, all)
	})
}

func some(r *rand.Rand, log store.LogID, index int64, waits bool) store.Entry {
	e := store.Entry{Log: log, Index: index, Leaf: bytes.Repeat([]byte{byte(index)}, r.IntN(90))}
	if waits {
		return e
	}
	e.Lam, e.Past = 2*index+int64(log), []int64{index, r.Int64N(1 << 40), 0}
	e.Matter = fmt.Sprintf("text/%d", index/50)
	switch r.IntN(8) {
	case 0:
		e.Matter = "text/busy"
	case 1:
		e.Void = []byte(`{"key":"entry.newer"}`)
	}
	return e
}

func compare(rd store.Reader, r *rand.Rand, all map[store.LogID][]store.Entry) error {
	matters := map[string]int{}
	for log, want := range all {
		n := int64(len(want))
		for range 8 {
			from := r.Int64N(n + 1)
			to := from + r.Int64N(n+1-from)
			got, leaves := []store.Entry{}, [][]byte{}
			for e, err := range rd.Entries(log, from, to) {
				if err != nil {
					return err
				}
				got = append(got, e)
			}
			for leaf, err := range rd.Leaves(log, from, to) {
				if err != nil {
					return err
				}
				leaves = append(leaves, bytes.Clone(leaf))
			}
			if !slices.EqualFunc(got, want[from:to], equal) || !slices.EqualFunc(want[from:to], leaves, func(e store.Entry, leaf []byte) bool { return bytes.Equal(e.Leaf, leaf) }) {
				return fmt.Errorf("log %d of %d entries: [%d,%d) does not come back as it was put", log, n, from, to)
			}
			at := r.Int64N(n)
			if e, err := rd.Entry(log, at); err != nil || !equal(e, want[at]) {
				return fmt.Errorf("entry %d of log %d: %+v, %v, want %+v", at, log, e, err, want[at])
			}
		}
		for _, e := range want {
			if e.Lam > 0 {
				matters[e.Matter]++
			}
		}
	}
	for _, key := range []string{"text/busy", "text/0", "text/9", "text/13", "text/14"} {
		n := 0
		for e, err := range rd.History(mech, key) {
			if err != nil || e.Matter != key || !equal(e, all[e.Log][e.Index]) {
				return fmt.Errorf("history of %s: %+v, %w", key, e, err)
			}
			n++
		}
		if n != matters[key] {
			return fmt.Errorf("history of %s has %d entries, want %d", key, n, matters[key])
		}
	}
	return nil
}

func compareRecent(rd store.Reader, all map[store.LogID][]store.Entry) error {
	var want, got []string
	for _, list := range all {
		for _, e := range list {
			want = append(want, fmt.Sprintf("%09d %d", e.Lam, e.Log))
		}
	}
	slices.Sort(want)
	slices.Reverse(want)
	for before := int64(0); ; {
		page, err := rd.Recent(mech, before, 100)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			got = append(got, fmt.Sprintf("%09d %d", e.Lam, e.Log))
		}
		before = page[len(page)-1].Lam
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("recent entries in another order, or not all: %s", strings.Join(got[:min(20, len(got))], ", "))
	}
	return nil
}

func equal(a, b store.Entry) bool {
	return a.Log == b.Log && a.Index == b.Index && bytes.Equal(a.Leaf, b.Leaf) && a.Matter == b.Matter && a.Lam == b.Lam && reflect.DeepEqual(a.Past, b.Past) && bytes.Equal(a.Void, b.Void)
}
