package sqlite

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"

	"entente.example/internal/store"
)

// counted is a file in memory that counts what it is asked, and fails when it is told to.
type counted struct {
	vfs.File
	bytes         vfsutil.SliceFile
	writes, syncs int
	fails         error
}

func (c *counted) WriteAt(p []byte, off int64) (int, error) {
	c.writes++
	if c.fails != nil {
		return 0, c.fails
	}
	return c.bytes.WriteAt(p, off)
}
func (c *counted) ReadAt(p []byte, off int64) (int, error) { return c.bytes.ReadAt(p, off) }
func (c *counted) Sync(vfs.SyncFlag) error                 { c.syncs++; return nil }
func (c *counted) Size() (int64, error)                    { return c.bytes.Size() }
func (c *counted) Truncate(n int64) error                  { return c.bytes.Truncate(n) }

// frames are a transaction's pages as the engine writes them.
func frames(t *testing.T, f vfs.File, at int64, pages int) int64 {
	t.Helper()
	for i := range pages {
		head := make([]byte, frameHead)
		binary.BigEndian.PutUint32(head, uint32(i+1))
		if i == pages-1 {
			binary.BigEndian.PutUint32(head[4:], 7)
		}
		for _, b := range [][]byte{head, bytes.Repeat([]byte{byte(i + 1)}, 4096)} {
			if _, err := f.WriteAt(b, at); err != nil {
				t.Fatal(err)
			}
			at += int64(len(b))
		}
	}
	return at
}

// A commit of twelve pages would be twenty-four calls; and if its end were held back, whoever reads without asking for it would read what is not there.
func TestACommitIsHandedOverAtOnce(t *testing.T) {
	below, plain := &counted{}, &counted{}
	f := &logFile{File: below}
	end := frames(t, f, 32, 12)
	frames(t, plain, 32, 12)
	if below.writes > 2 {
		t.Errorf("%d writes for a commit", below.writes)
	}
	if !bytes.Equal(below.bytes, plain.bytes) {
		t.Error("the end of a commit is held back")
	}
	if size, err := f.Size(); err != nil || size != end {
		t.Errorf("size %d, %v", size, err)
	}
}

// Whatever is written in whatever order, the file is what it would be without holding anything back, whenever it is asked.
func TestHeldBackIsTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	below, plain := &counted{}, &counted{}
	f := &logFile{File: below}
	for range 4000 {
		at, n := int64(r.IntN(1<<20)), 1+r.IntN(9000)
		if r.IntN(3) > 0 {
			at = f.at + int64(len(f.held)) // as most do
		}
		switch r.IntN(20) {
		case 0:
			if err := errors.Join(f.Truncate(at), plain.Truncate(at)); err != nil {
				t.Fatal(err)
			}
		case 1, 2:
			got, want := make([]byte, n), make([]byte, n)
			k, err := f.ReadAt(got, at)
			if m, e := plain.ReadAt(want, at); m != k || (e == nil) != (err == nil) || !bytes.Equal(got, want) {
				t.Fatalf("%d bytes at %d: %d, %v; want %d, %v", n, at, k, err, m, e)
			}
		case 3:
			if err := f.Sync(0); err != nil || !bytes.Equal(below.bytes, plain.bytes) {
				t.Fatalf("after a sync: %v", err)
			}
		default:
			p := make([]byte, n)
			for i := range p {
				p[i] = byte(r.Uint32())
			}
			if _, err := f.WriteAt(p, at); err != nil {
				t.Fatal(err)
			}
			_, _ = plain.WriteAt(p, at)
		}
	}
	if err := f.Sync(0); err != nil || !bytes.Equal(below.bytes, plain.bytes) {
		t.Errorf("at the end: %v", err)
	}
	if below.writes >= plain.writes {
		t.Errorf("%d writes instead of %d", below.writes, plain.writes)
	}
}

// What was held and could not be written must not be committed over, however often the engine tries, until its transaction is undone.
func TestWhatIsLostIsNotCommittedOver(t *testing.T) {
	below := &counted{}
	f := &logFile{File: below}
	if _, err := f.WriteAt(bytes.Repeat([]byte("x"), 5000), 0); err != nil {
		t.Fatal(err)
	}
	below.fails = errors.New("no room")
	if _, err := f.ReadAt(make([]byte, 1), 0); !errors.Is(err, below.fails) {
		t.Errorf("reading what could not be written: %v", err)
	}
	below.fails = nil
	for range 3 {
		_, err := f.WriteAt([]byte("more"), 9000)
		if e := f.Sync(0); err == nil || e == nil || below.syncs > 0 {
			t.Fatalf("committed over what was lost: %v, %v", err, e)
		}
	}
	f.forget()
	if err := f.Sync(0); err != nil || below.syncs != 1 {
		t.Errorf("the next transaction: %v", err)
	}
}

// more appends one entry.
func more(t *testing.T, db *DB, from int64) {
	t.Helper()
	err := db.Update(t.Context(), func(tx store.Tx) error {
		return tx.Append(1, from, []store.Entry{{Leaf: []byte("more"), Matter: "text/x", Lam: from + 1}}, store.Hash{}, nil)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A machine that goes off leaves the room behind the log, and perhaps nothing but room: what was committed is there, and nothing else.
func TestRoomBehindTheLogIsNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "record.db")
	db := openAt(t, path)
	off := func(name string, states int64) {
		t.Helper()
		copied := filepath.Join(dir, name+".db")
		for _, beside := range []string{"", "-wal"} {
			b, err := os.ReadFile(path + beside)
			if err == nil {
				err = os.WriteFile(copied+beside, b, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		again := openAt(t, copied)
		err := again.View(context.Background(), func(r store.Reader) error {
			logs, err := r.Logs(mech)
			if err == nil && (len(logs) != 1 || logs[0].Size != states) {
				t.Errorf("%s: %+v", name, logs)
			}
			return err
		})
		if err := errors.Join(err, again.Close()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	grown(t, db, 1)
	if err := db.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path + "-wal"); err != nil || info.Size() < walRoom || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
	off("with room", 1)
	more(t, db, 1)
	off("after a commit into it", 2)
	if err := errors.Join(db.Checkpoint(), os.WriteFile(filepath.Join(dir, "zeros"), make([]byte, walRoom), 0o600)); err != nil {
		t.Fatal(err)
	}
	more(t, db, 2)
	off("after the log began anew", 3)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "zeros"), path+"-wal"); err != nil {
		t.Fatal(err)
	}
	off("nothing but room", 3)
}
