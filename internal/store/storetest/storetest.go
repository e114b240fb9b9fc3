// Package storetest holds what every ground of the record must pass, and a ground that fails on command.
//
// It promises that a ground which passes Run keeps the contract in package store. It knows nothing of any engine. Only tests import it.
package storetest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"entente.example/internal/store"
)

// Open opens the record in dir, which may hold one already. The suite closes it.
type Open func(t *testing.T, dir string) store.Record

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, *fixture)
	}{
		{"mechanisms and logs come back as they were put", mechanismsAndLogs},
		{"entries come back as they were appended", entries},
		{"a log's entries end where the log ends", ranges},
		{"the largest leaf and the smallest", leafSizes},
		{"entries that come in bulk, and between others", bulk},
		{"append moves the head only from where it is", conflicts},
		{"an error leaves nothing behind", rollback},
		{"a panic leaves nothing behind", panics},
		{"a transaction reads its own writes", ownWrites},
		{"a view does not change while it lasts", isolation},
		{"many views at once, each whole", concurrent},
		{"waiting entries are folded later", waiting},
		{"a mechanism is unfolded and folded again", unfolded},
		{"matters by prefix, in key order", matters},
		{"the history of a matter", history},
		{"recent entries page by page", recent},
		{"recent entries equal a plain sort", recentModel},
		{"tiles grow", tiles},
		{"receipts never go back", receipts},
		{"evidence is kept once", evidence},
		{"parcels are remembered, the newest of each kind", parcels},
		{"the last of what is remembered of a counterpart", contacts},
		{"iterators may be left and nested", iterators},
		{"what was committed is there after opening again", reopen},
		{"a context that has ended stops the work", contexts},
		{"a closed store says so", closed},
		{"every call fails once before and once after it is done", faults},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t, newFixture(t, open)) })
	}
}

// fixture is an open record with one mechanism of three logs.
type fixture struct {
	store.Record
	dir  string
	open Open
	logs []store.LogID
}

const mech = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

func newFixture(t *testing.T, open Open) *fixture {
	f := &fixture{dir: t.TempDir(), open: open}
	f.Record = open(t, f.dir)
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	f.update(t, func(tx store.Tx) error {
		var err error
		f.logs, err = found(tx, mech)
		return err
	})
	return f
}

// found adds a mechanism with three logs.
func found(tx store.Tx, mech string) (logs []store.LogID, err error) {
	if err := tx.PutMechanism(store.Mechanism{ID: mech, Charter: []byte(`{"name":"m"}`), Self: "a", Joined: 1}); err != nil {
		return nil, err
	}
	for i, p := range []string{"a", "b", "c"} {
		id, err := tx.AddLog(store.Log{Mech: mech, Origin: "entente/" + mech[:16] + "/" + p + "/1", Party: p, Gen: 1, Own: i == 0, Root: sha256.Sum256(nil)})
		if err != nil {
			return nil, err
		}
		logs = append(logs, id)
	}
	return logs, nil
}

func (f *fixture) update(t *testing.T, do func(store.Tx) error) {
	t.Helper()
	if err := f.Update(context.Background(), do); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) view(t *testing.T, do func(store.Reader) error) {
	t.Helper()
	if err := f.View(context.Background(), do); err != nil {
		t.Fatal(err)
	}
}

// log reads the head of the i-th log.
func (f *fixture) log(t *testing.T, i int) (l store.Log) {
	t.Helper()
	f.view(t, func(r store.Reader) error {
		all, err := r.Logs(mech)
		if err == nil {
			l = all[i]
		}
		return err
	})
	return l
}

// act makes an applied entry of a matter.
func act(matter string, lam int64) store.Entry {
	return store.Entry{Leaf: fmt.Appendf(nil, `{"matter":%q,"lam":%d}`, matter, lam), Matter: matter, Lam: lam, Past: []int64{lam, 0, 1}}
}

func root(n int64) store.Hash { return sha256.Sum256(fmt.Append(nil, n)) }

// add appends entries at the end of a log as the node does: entries, head, how far it is folded.
func add(tx store.Tx, log store.LogID, from int64, entries ...store.Entry) error {
	to := from + int64(len(entries))
	if err := tx.Append(log, from, entries, root(to), []store.Tile{{Level: 0, N: 0, Data: make([]byte, 32*min(to, 256))}}); err != nil {
		return err
	}
	return tx.SetAppliedSize(log, to)
}

// Dump writes down everything that a record holds of all its mechanisms, for comparing two states.
func Dump(r store.Reader) (string, error) {
	var b strings.Builder
	mechs, err := r.Mechanisms()
	if err != nil {
		return "", err
	}
	for _, id := range mechs {
		m, err := r.Mechanism(id)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "mechanism %s %q %s %d\n", m.ID, m.Charter, m.Self, m.Joined)
		logs, err := r.Logs(m.ID)
		if err != nil {
			return "", err
		}
		for _, l := range logs {
			fmt.Fprintf(&b, "log %+v\n", l)
			if err := dumpLog(&b, r, l); err != nil {
				return "", err
			}
		}
		for x, err := range r.Matters(m.ID, "") {
			if err != nil {
				return "", err
			}
			fmt.Fprintf(&b, "matter %s %q %v %d %s %d %v\n", x.Key, x.State, x.Past, x.Lam, x.Last, x.Acts, x.Owes)
		}
		all, err := r.Evidence(m.ID)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "evidence %q\n", all)
		parcels, err := r.Parcels(m.ID)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "parcels %+v\n", parcels)
		known, err := r.Contacts(m.ID)
		if err != nil {
			return "", err
		}
		words, err := r.Words(m.ID)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "contacts %q %q\n", known, words)
	}
	return b.String(), nil
}

func dumpLog(b *strings.Builder, r store.Reader, l store.Log) error {
	for e, err := range r.Entries(l.ID, 0, l.Size+1) {
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "entry %d %q %s %d %v %q\n", e.Index, e.Leaf, e.Matter, e.Lam, e.Past, e.Void)
	}
	for n := range l.Size/256 + 1 {
		if t, err := r.Tile(l.ID, 0, n); err == nil {
			fmt.Fprintf(b, "tile %d %x\n", n, sha256.Sum256(t.Data))
		}
	}
	seen, err := r.Witnessed(l.ID)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "witnessed %+v\n", seen)
	all, err := r.Receipts(l.ID)
	fmt.Fprintf(b, "receipts %+v\n", all)
	return err
}
