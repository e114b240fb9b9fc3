package marks

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"entente.example/refusal"
)

const sector = 512

// cut is what a power cut may leave of a write of line behind synced bytes: each sector is there or not, and the file may not have grown to its whole length. What is not there
// reads as zeros, as does the room behind it if there was some.
func cut(r *rand.Rand, synced, line []byte) []byte {
	after := append(bytes.Clone(synced), line...)
	img := append(bytes.Clone(synced), make([]byte, len(line))...)
	for at := len(synced) / sector * sector; at < len(after); at += sector {
		if r.IntN(2) == 0 {
			copy(img[at:], after[at:min(at+sector, len(after))])
		}
	}
	if r.IntN(3) > 0 {
		return append(img, make([]byte, r.IntN(3)*sector)...)
	}
	return img[:len(synced)+r.IntN(len(line)+1)]
}

// SPEC marks-before-sign
func TestPowerCutInACommit(t *testing.T) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(dir, "marks")
	c := empty()
	synced := []byte(header)
	kept, lost := 0, 0
	for n := range int64(150) {
		before := clone(c)
		var records string
		for i := range 1 + r.IntN(12) { // up to several sectors
			m := head(ours+string(rune('a'+i)), n+1)
			if _, err := c.mark(kindOwn, m); err != nil {
				t.Fatal(err)
			}
			if records != "" {
				records += ";"
			}
			records += m.record(kindOwn)
		}
		line := []byte(frame(records))
		for range 3 {
			if err := os.WriteFile(path, cut(r, synced, line), 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := Open(path)
			if err != nil {
				t.Fatalf("commit %d: %v", n, err)
			}
			switch {
			case reflect.DeepEqual(s.content, before):
				lost++
			case reflect.DeepEqual(s.content, c):
				kept++
			default:
				t.Fatalf("commit %d: a part of it is there", n)
			}
			commit(t, s, Batch{Choices: []Choice{sealed}}) // life goes on
			s = reopen(t, s, path)
			if _, ok := s.Chosen(sealed.Mech, sealed.Matter, sealed.Round); !ok {
				t.Fatalf("commit %d: what was committed after the cut is gone", n)
			}
			_ = s.Close()
		}
		synced = append(synced, line...)
	}
	if kept < 20 || lost < 50 {
		t.Errorf("%d commits survived and %d did not: the cuts try too little", kept, lost)
	}
}

func clone(c content) content {
	out := empty()
	if err := out.takeImage(string(c.image())); err != nil {
		panic(err)
	}
	return out
}

func (c content) takeImage(b string) error { _, err := c.read(b); return err }

// A new file is written beside the old one; whatever is there of it, the old one counts until it has the name.
func TestPowerCutWhileWritingAnew(t *testing.T) {
	s, path := fresh(t)
	commit(t, s, Batch{Own: []Mark{head(ours, 5)}, Choices: []Choice{sealed}})
	image := s.image()
	for n := range len(image) + 1 {
		if err := os.WriteFile(path+".new", image[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		s = reopen(t, s, path)
		if m, _ := s.Own(ours); m != head(ours, 5) {
			t.Fatalf("%d bytes of the new file: %+v", n, m)
		}
	}
	if err := s.replace(s.content); err != nil {
		t.Fatal(err)
	}
	s = reopen(t, s, path)
	if m, _ := s.Own(ours); m != head(ours, 5) {
		t.Fatalf("%+v", m)
	}
}

func TestPowerCutWhileBeginning(t *testing.T) {
	path := filepath.Join(t.TempDir(), "marks")
	for n := range len(header) {
		for _, b := range [][]byte{[]byte(header[:n]), make([]byte, n)} {
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
			s := reopen(t, nil, path)
			commit(t, s, Batch{Own: []Mark{head(ours, 1)}})
			s = reopen(t, s, path)
			if _, ok := s.Own(ours); !ok {
				t.Fatalf("begun from %q: the mark is gone", b)
			}
			_ = s.Close()
		}
	}
}

// Every single flipped bit is refused or costs at most the last commit; none makes a mark that was not committed.
func TestFlippedBits(t *testing.T) {
	s, path := fresh(t)
	commit(t, s, Batch{Own: []Mark{head(ours, 1)}})
	commit(t, s, Batch{Cosigned: []Mark{head(theirs, 2)}, Choices: []Choice{sealed}})
	before := clone(s.content)
	commit(t, s, Batch{Own: []Mark{head(ours, 3)}})
	all := s.content
	good, _ := os.ReadFile(path)
	good = good[:s.size+100] // and some of the room behind it
	for i := range len(good) * 8 {
		bad := bytes.Clone(good)
		bad[i/8] ^= 1 << (i % 8)
		c := empty()
		_, err := c.read(string(bad))
		if err == nil && !reflect.DeepEqual(c, before) && !reflect.DeepEqual(c, all) {
			t.Fatalf("bit %d flipped: accepted with %+v", i, c)
		}
	}
}

func FuzzRead(f *testing.F) {
	c := empty()
	_, _ = c.mark(kindOwn, head(ours, 1))
	_, _ = c.choose(sealed)
	f.Add(string(c.image()))
	f.Add(string(c.image())[:60])
	f.Add(header + frame("own a 1 00") + frame("choice m x 1 declined"))
	f.Add(header + "\n\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, b string) {
		c := empty()
		whole, err := c.read(b)
		if err != nil {
			return
		}
		if whole > len(b) {
			t.Fatalf("%d of %d bytes count", whole, len(b))
		}
		again := empty() // what counts, alone, says the same; so does the file written anew
		if n, err := again.read(b[:whole]); err != nil || n != whole || !reflect.DeepEqual(again, c) {
			t.Fatalf("read again: %d, %v, %+v", n, err, again)
		}
		if anew := clone(c); !reflect.DeepEqual(anew, c) {
			t.Fatalf("written anew: %+v, was %+v", anew, c)
		}
	})
}

func TestOpenRefusesWhatItCannotRead(t *testing.T) {
	if _, err := Open(filepath.Join(t.TempDir(), "nowhere", "marks")); err == nil || refusal.As(err).Kind != refusal.Internal {
		t.Errorf("a folder that is not there: %v", err)
	}
	dir := t.TempDir()
	if _, err := Open(dir); err == nil {
		t.Error("a folder was opened as a marks file")
	}
}
