package sqlite

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"entente.example/internal/sim/disk"
	"entente.example/internal/store"
)

// olderFile is a record as a program wrote it that knew so many steps: a mechanism, a log with an entry, a receipt for it, and a matter with its state.
func olderFile(t testing.TB, dir string, steps int) disk.Files {
	t.Helper()
	return written(t, dir, steps, nil, func(exec func(string, ...any)) {
		exec("INSERT INTO mechanism VALUES (?, x'7b7d', 'a', 1)", mech)
		exec("INSERT INTO log (id, mech, origin, party, gen, own, size, root, applied, checkpoint) VALUES (1, ?, 'a', 'a', 1, 1, 1, zeroblob(32), 1, x'')", mech)
		exec("INSERT INTO matter (id, mech, key, state, past, lam, last, acts) VALUES (1, ?, 'text/x', x'', x'01', 1, 'a-0', 1)", mech)
		exec("INSERT INTO entry VALUES (1<<40, 1, 1, x'01', NULL, x'')")
		exec("INSERT INTO receipt VALUES (1, 'b', 1, 7, x'')")
	})
}

// written is a file with what somebody wrote into it who knew so many steps.
func written(t testing.TB, dir string, steps int, files disk.Files, what func(exec func(sql string, args ...any))) disk.Files {
	t.Helper()
	d := disk.New(dir, files)
	defer d.Close()
	db, err := Open(context.Background(), Options{Path: "/record.db", VFS: d.Name(), Alone: true, schema: schema[:steps]})
	if err != nil {
		t.Fatal(err)
	}
	what(func(sql string, args ...any) { err = errors.Join(err, db.writer.exec(sql, args...)) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return d.Files()
}

// A file of an older program, whatever it holds: today's program makes of it what was written into it, step for step. One that is damaged, wherever and however, is taken up or refused; refused, it has the form that it had
// or one of those after it, and whoever was to keep a copy first is asked before anything is changed.
func FuzzOlder(f *testing.F) {
	dir := f.TempDir()
	older := make([]disk.Files, len(schema))
	for steps := 1; steps < len(schema); steps++ {
		older[steps] = olderFile(f, dir, steps)
	}
	for steps := 1; steps < len(schema); steps++ {
		f.Add(steps, []byte(`{"choices":{`), []byte("note"), []byte("leaf"), false, -1, []byte{})
		f.Add(steps, bytes.Repeat([]byte(`{"generations":[]}`), 100), bytes.Repeat([]byte("n"), 9000), []byte{}, true, -1, []byte{})
		for at := range 12 {
			f.Add(steps, []byte("{}"), []byte("note"), []byte("leaf"), true, at*4096+at*90, []byte("\xff\x00"))
		}
	}
	f.Fuzz(func(t *testing.T, steps int, state, note, leaf []byte, owes bool, at int, put []byte) {
		if steps < 1 || steps >= len(schema) || bytes.HasPrefix(state, frame) && steps < 8 || len(leaf) > 65535 { // a state was JSON when it lay there as it is
			return
		}
		if steps >= 8 {
			state = must(pack(nil, state))(t)
		}
		files := written(t, dir, steps, older[steps], func(exec func(string, ...any)) {
			exec("BEGIN")
			exec("UPDATE matter SET state=?", notNil(state))
			exec("UPDATE entry SET leaf=?", notNil(leaf))
			exec("UPDATE receipt SET note=?", notNil(note))
			if steps >= 6 {
				exec("UPDATE matter SET owes=?", owes)
			}
			exec("COMMIT")
		})
		whole := at < 0 || len(put) == 0
		if image := files["/record.db"].Bytes(); !whole && at < len(image) {
			copy(image[at:], put)
			files["/record.db"] = disk.ImageOf(image)
		} else {
			whole = true
		}
		d := disk.New(dir, files)
		defer d.Close()
		asked := false
		refused := errors.New("no room")
		if len(note)%4 == 0 { // not each time
			_, err := Open(context.Background(), Options{Path: "/record.db", VFS: d.Name(), Alone: true, Before: func(int, int) error { asked = true; return refused }})
			if whole && (!asked || !errors.Is(err, refused)) {
				t.Fatalf("without a copy: %v", err)
			}
			if whole && form(d) != int64(steps) {
				t.Fatal("it was changed before there was a copy")
			}
		}
		db, err := Open(context.Background(), Options{Path: "/record.db", VFS: d.Name(), Alone: true})
		if err != nil {
			if n := form(d); whole || n >= 0 && n < int64(steps) && at >= 100 { // where a file begins, it says itself which form it has
				t.Fatalf("it has %d steps of %d: %v", n, steps, err)
			}
			return
		}
		defer db.Close()
		var got store.Matter
		var receipts []store.Receipt
		var e store.Entry
		err = db.View(context.Background(), func(r store.Reader) (err error) {
			if got, err = r.Matter(mech, "text/x"); err != nil {
				return err
			}
			if receipts, err = r.Receipts(1); err != nil {
				return err
			}
			e, err = r.Entry(1, 0)
			return err
		})
		if !whole {
			return
		}
		if steps >= 8 {
			state = must(unpack(state))(t)
		}
		if steps < 6 {
			owes = bytes.Contains(state, []byte(`"choices":{`)) || bytes.Contains(state, []byte(`"generations":[`)) || bytes.Contains(state, []byte(`"unreceived":[`))
		}
		if err != nil || !bytes.Equal(got.State, state) || got.Owes != owes || got.Key != "text/x" || got.Lam != 1 || got.Last != "a-0" || got.Acts != 1 {
			t.Fatalf("of %q (%v) it makes %+v (%v)", state, owes, got, err)
		}
		if len(receipts) != 1 || !bytes.Equal(receipts[0].Note, note) || receipts[0].Size != 1 || receipts[0].Time != 7 || !bytes.Equal(e.Leaf, leaf) || e.Lam != 1 || e.Matter != "text/x" {
			t.Fatalf("of %q and %q it makes %+v and %+v", note, leaf, receipts, e)
		}
	})
}

// form is how many steps a file has taken, -1 if that cannot be read.
func form(d *disk.Disk) int64 {
	db := new(DB)
	c, err := db.connect(Options{Path: "/record.db", VFS: d.Name(), first: "PRAGMA locking_mode=EXCLUSIVE; "})
	n := int64(-1)
	if err == nil {
		if n, err = c.int("PRAGMA user_version"); err != nil {
			n = -1
		}
	}
	for _, c := range db.all {
		_ = c.close()
	}
	return n
}
