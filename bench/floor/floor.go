// Package floor is the least that any program must do, whoever writes it, to take in entries it does not trust and to keep them: frame, hash into a Merkle tree, decode
// strictly, insert with one index, wait for the disk. What Entente needs is given as a multiple of it, measured in the same run, so that figures from different
// machines can be compared.
//
// It promises nothing to users and shares no code with what it is compared to. Figures: docs/benchmarks.md.
package floor

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/ncruces/go-sqlite3"
)

// PerTransaction is how many entries share one wait for the disk.
const PerTransaction = 4096

// Cost is what a piece of work took.
type Cost struct {
	CPU  time.Duration // of all threads, user and system
	Wall time.Duration
}

// Measure runs f.
func Measure(f func() error) (Cost, error) {
	cpu, start := CPU(), time.Now()
	err := f()
	return Cost{CPU: CPU() - cpu, Wall: time.Since(start)}, err
}

// CPU is what this process has used so far.
func CPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // cannot be with these arguments
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// envelope is an entry as far as its columns need it.
type envelope struct {
	Actor struct {
		M string `json:"m"`
		R string `json:"r"`
	} `json:"actor"`
	At     string         `json:"at"`
	Body   jsontext.Value `json:"body"`
	Idx    int64          `json:"idx"`
	Log    string         `json:"log"`
	Matter string         `json:"matter"`
	Mech   string         `json:"mech"`
	Seen   jsontext.Value `json:"seen"`
	Type   string         `json:"type"`
	V      int            `json:"v"`
}

const schema = `PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;
CREATE TABLE entry (id INTEGER PRIMARY KEY, matter INTEGER, type TEXT, member TEXT, at TEXT, leaf BLOB) STRICT;
CREATE INDEX entry_matter ON entry (matter);`

// Keep is a floor's database.
type Keep struct {
	db      *sqlite3.Conn
	insert  *sqlite3.Stmt
	tree    Tree
	matters map[string]int64
}

// NewKeep begins an empty one in dir.
func NewKeep(dir string) (*Keep, error) {
	db, err := sqlite3.Open(filepath.Join(dir, "floor.db"))
	if err != nil {
		return nil, err
	}
	k := &Keep{db: db, matters: map[string]int64{}}
	if err = db.Exec(schema); err == nil {
		k.insert, _, err = db.PrepareFlags("INSERT INTO entry VALUES (?,?,?,?,?,?)", sqlite3.PREPARE_PERSISTENT)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return k, nil
}

// logRoom is how long the write-ahead log of a pair is made before it is needed: for some hundreds of entries.
const logRoom = 4 << 20

// makeRoom puts zeros behind the write-ahead log in dir. A commit that makes the file longer waits for the disk twice, for its bytes and for the new length.
func makeRoom(dir string) error {
	f, err := os.OpenFile(filepath.Join(dir, "floor.db-wal"), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil {
		_, err = f.WriteAt(make([]byte, max(0, logRoom-info.Size())), info.Size())
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// Take is floor B: it takes in a bundle (uint16 length and bytes, repeated) and returns the root of all entries so far.
func (k *Keep) Take(bundle []byte) (root [32]byte, err error) {
	for len(bundle) > 0 {
		if err := k.db.Exec("BEGIN IMMEDIATE"); err != nil {
			return root, err
		}
		for n := 0; n < PerTransaction && len(bundle) > 0; n++ {
			if len(bundle) < 2 || len(bundle) < 2+int(binary.BigEndian.Uint16(bundle)) {
				return root, errors.New("the bundle ends within an entry")
			}
			size := 2 + int(binary.BigEndian.Uint16(bundle))
			if err := k.one(bundle[2:size]); err != nil {
				return root, err
			}
			bundle = bundle[size:]
		}
		root = k.tree.Root()
		if err := k.db.Exec("COMMIT"); err != nil {
			return root, err
		}
	}
	return root, nil
}

func (k *Keep) one(leaf []byte) error {
	k.tree.Add(leaf)
	var e envelope
	if err := json.Unmarshal(leaf, &e, json.RejectUnknownMembers(true)); err != nil {
		return err
	}
	matter, ok := k.matters[e.Matter]
	if !ok {
		matter = int64(len(k.matters) + 1)
		k.matters[e.Matter] = matter
	}
	err := errors.Join(k.insert.BindInt64(1, e.Idx), k.insert.BindInt64(2, matter), k.insert.BindText(3, e.Type), k.insert.BindText(4, e.Actor.M), k.insert.BindText(5, e.At),
		k.insert.BindBlob(6, leaf))
	if err != nil {
		return err
	}
	if err := k.insert.Exec(); err != nil {
		return fmt.Errorf("entry %d: %w", e.Idx, err)
	}
	return nil
}

// Close moves everything into the database file and closes it.
func (k *Keep) Close() error { return errors.Join(k.insert.Close(), k.db.Close()) }

// DiskUse is how many bytes the files in dir have.
func DiskUse(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}

// Check is the least that a verification must do: hash every entry into a tree, and decode it strictly. Entries are decoded on all processors.
func Check(leaves [][]byte) error {
	parts := max(1, min(len(leaves), runtime.NumCPU()))
	errs := make(chan error, parts)
	for p := range parts {
		go func() {
			var e envelope
			for _, leaf := range leaves[len(leaves)*p/parts : len(leaves)*(p+1)/parts] {
				sha256.Sum256(leaf)
				e = envelope{}
				if err := json.Unmarshal(leaf, &e, json.RejectUnknownMembers(true)); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	var err error
	for range parts {
		err = errors.Join(err, <-errs)
	}
	return err
}
