package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"entente.example/internal/store"
)

// noise is what nothing can make shorter.
func noise(n int) []byte {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// Whatever a state is, what is kept of it is the same state again; a repetitive one takes less room, and one that looks packed is not taken for it.
func TestStatesComeBackAsTheyWere(t *testing.T) {
	prose := []byte(strings.Repeat(`{"act":"cedar-12","member":"cedar-head"},`, 700))
	for name, x := range map[string]struct {
		state   []byte
		smaller bool
	}{
		"nothing":                   {state: []byte{}},
		"short":                     {state: []byte(`{"id":"a"}`)},
		"long":                      {state: prose, smaller: true},
		"cannot be made shorter":    {state: noise(5000)},
		"begins as a packed one":    {state: append(bytes.Clone(frame), noise(3000)...)},
		"is the mark of packed":     {state: frame},
		"is a packed one by itself": {state: packedAs(pack(nil, prose))},
	} {
		kept := packedAs(pack(nil, x.state))
		if again, err := unpack(kept); err != nil || !bytes.Equal(again, x.state) {
			t.Errorf("%s: %d bytes came back as %d: %v", name, len(x.state), len(again), err)
		}
		if x.smaller && len(kept) > len(x.state)/10 {
			t.Errorf("%s: %d bytes take %d", name, len(x.state), len(kept))
		}
	}
}

func packedAs(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return bytes.Clone(b)
}

// What an older program kept as it was is packed when a newer one opens the file, reads the same, and takes less room; a packed state that is damaged is said to be so, and never read as something else.
func TestStatesOfAnOlderProgramArePacked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "record.db")
	db, err := Open(t.Context(), Options{Path: path, schema: schema[:7]})
	if err != nil {
		t.Fatal(err)
	}
	grown(t, db, 3)
	state := strings.Repeat(`{"act":"cedar-12"},`, 200)
	for i := range 40 {
		err := db.writer.exec("INSERT INTO matter (mech, key, state, past, lam, last, acts) VALUES (?,?,?,x'',1,'',1)", mech, fmt.Sprintf("document/%d", i), []byte(state))
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	db, err = Open(t.Context(), Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	look := func() (n int, err error) {
		err = db.View(t.Context(), func(r store.Reader) error {
			for m, err := range r.Matters(mech, "document/") {
				if err != nil {
					return err
				}
				if string(m.State) != state {
					t.Errorf("%s reads %d bytes", m.Key, len(m.State))
				}
				n++
			}
			_, err := r.Matter(mech, "document/7")
			return err
		})
		return n, err
	}
	if n, err := look(); n != 40 || err != nil {
		t.Errorf("%d matters are there: %v", n, err)
	}
	if kept, err := db.writer.int("SELECT sum(length(state)) FROM matter"); err != nil || kept > int64(40*len(state)/10) {
		t.Errorf("states of %d bytes take %d: %v", 40*len(state), kept, err)
	}
	if err := db.writer.exec("UPDATE matter SET state=substr(state, 1, 12) WHERE key='document/7'"); err != nil {
		t.Fatal(err)
	}
	if n, err := look(); n == 40 || !errors.Is(err, store.ErrDamaged) {
		t.Errorf("a damaged state is read without a word: %d, %v", n, err)
	}
}
