package marks

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"entente.example/refusal"
)

func reopen(t *testing.T, s *Store, path string) *Store {
	t.Helper()
	if s != nil {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func fresh(t *testing.T) (*Store, string) {
	path := filepath.Join(t.TempDir(), "marks")
	return reopen(t, nil, path), path
}

func commit(t *testing.T, s *Store, b Batch) {
	t.Helper()
	if err := s.Commit(b); err != nil {
		t.Fatal(err)
	}
}

func head(origin string, size int64) Mark {
	return Mark{origin, size, sha256.Sum256(fmt.Append(nil, origin, size))}
}

const (
	ours   = "entente/7f3a9c2e01b4d8aa/cpc/1"
	theirs = "entente/7f3a9c2e01b4d8aa/ldp/1"
)

var sealed = Choice{"7f3a", "text/js-9", 1, "sha256:ab"}

// SPEC marks-before-sign
func TestMarksOutliveTheProcess(t *testing.T) {
	s, path := fresh(t)
	commit(t, s, Batch{Own: []Mark{head(ours, 1)}})
	commit(t, s, Batch{Own: []Mark{head(ours, 3)}, Cosigned: []Mark{head(theirs, 7)}, Choices: []Choice{sealed}})
	s = reopen(t, s, path)
	if m, ok := s.Own(ours); !ok || m != head(ours, 3) {
		t.Errorf("own: %v %v", m, ok)
	}
	if m, ok := s.Cosigned(theirs); !ok || m != head(theirs, 7) {
		t.Errorf("cosigned: %v %v", m, ok)
	}
	if c, ok := s.Chosen("7f3a", "text/js-9", 1); !ok || c != "sha256:ab" {
		t.Errorf("chosen: %v %v", c, ok)
	}
	_, own := s.Own(theirs)
	_, cos := s.Cosigned(ours)
	_, chosen := s.Chosen("7f3a", "text/js-9", 2)
	if own || cos || chosen {
		t.Error("own heads, others' heads and rounds are mixed up")
	}
}

// SPEC seal-first-choice
func TestMarksNeverGoBack(t *testing.T) {
	other := head(ours, 5)
	other.Root[0]++
	for name, c := range map[string]struct {
		batch Batch
		key   string
	}{
		"smaller":               {Batch{Own: []Mark{head(ours, 4)}}, "marks.conflict"},
		"another root":          {Batch{Own: []Mark{other}}, "marks.conflict"},
		"cosigned smaller":      {Batch{Cosigned: []Mark{head(theirs, 4)}}, "marks.conflict"},
		"back within the batch": {Batch{Own: []Mark{head(ours, 9), head(ours, 8)}}, "marks.conflict"},
		"second of two":         {Batch{Own: []Mark{head(ours, 9)}, Cosigned: []Mark{head(theirs, 1)}}, "marks.conflict"},
		"another choice":        {Batch{Own: []Mark{head(ours, 9)}, Choices: []Choice{{"7f3a", "text/js-9", 1, "declined"}}}, "marks.chosen"},
		"two choices at once":   {Batch{Choices: []Choice{{"7f3a", "text/js-9", 2, "declined"}, {"7f3a", "text/js-9", 2, "sha256:cd"}}}, "marks.chosen"},
	} {
		t.Run(name, func(t *testing.T) {
			s, path := fresh(t)
			commit(t, s, Batch{Own: []Mark{head(ours, 5)}, Cosigned: []Mark{head(theirs, 5)}, Choices: []Choice{sealed}})
			before, _ := os.ReadFile(path)
			if err := s.Commit(c.batch); refusal.As(err) == nil || refusal.As(err).Key != c.key {
				t.Fatalf("%v, want %s", err, c.key)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("a refused batch was written")
			}
			if m, _ := s.Own(ours); m != head(ours, 5) {
				t.Errorf("a refused batch moved a mark to %d", m.Size)
			}
			if _, ok := s.Chosen("7f3a", "text/js-9", 2); ok {
				t.Error("a refused choice is remembered")
			}
		})
	}
}

func TestTheSameAgainWritesNothing(t *testing.T) {
	s, _ := fresh(t)
	b := Batch{Own: []Mark{head(ours, 5)}, Cosigned: []Mark{head(theirs, 5)}, Choices: []Choice{sealed}}
	commit(t, s, b)
	d := &failing{Writer: s.f, sync: 0}
	s.f = d
	commit(t, s, b)
	commit(t, s, Batch{})
	if d.calls != 0 {
		t.Errorf("%d calls to the disk for nothing new", d.calls)
	}
}

func TestOneSyncForABatch(t *testing.T) {
	s, _ := fresh(t)
	d := &failing{Writer: s.f, sync: 99, write: 99}
	s.f = d
	var b Batch
	for i := range 100 {
		b.Cosigned = append(b.Cosigned, head(fmt.Sprintf("log/%d", i), 1))
	}
	commit(t, s, b)
	if d.calls != 2 {
		t.Errorf("%d calls to the disk, want a write and a sync", d.calls)
	}
}

// A commit that finds room leaves the file's length alone, which the disk would have to note as well.
func TestCommitsOverwriteRoom(t *testing.T) {
	s, path := fresh(t)
	commit(t, s, Batch{Own: []Mark{head(ours, 1)}})
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range int64(100) {
		commit(t, s, Batch{Own: []Mark{head(ours, n+2)}})
	}
	after, err := os.Stat(path)
	if err != nil || after.Size() != before.Size() || after.Size() < s.size {
		t.Errorf("the file grew from %d to %d bytes, %v", before.Size(), after.Size(), err)
	}
	s.f = quick{s.f}
	lengths := map[int64]bool{}
	for n := range int64(1000) { // more than there is room for
		commit(t, s, Batch{Own: []Mark{head(ours, n+200)}})
		now, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		lengths[now.Size()] = true
	}
	if len(lengths) > 3 {
		t.Errorf("the file had %d lengths", len(lengths))
	}
	s = reopen(t, s, path)
	if m, _ := s.Own(ours); m != head(ours, 1199) {
		t.Errorf("after more commits than there was room for: %+v", m)
	}
}

func TestNamesCannotBecomeRecords(t *testing.T) {
	s, path := fresh(t)
	for _, b := range []Batch{
		{Own: []Mark{{Origin: "a b"}}}, {Own: []Mark{{Origin: ""}}}, {Own: []Mark{{Origin: "a;own"}}}, {Cosigned: []Mark{{Origin: "a\nb"}}}, {Own: []Mark{{Origin: "a", Size: -1}}},
		{Choices: []Choice{{"m", "text/x", 1, "de clined"}}}, {Choices: []Choice{{"m", "", 1, "declined"}}}, {Choices: []Choice{{"m", "x", -1, "declined"}}},
	} {
		if err := s.Commit(b); err == nil {
			t.Errorf("accepted: %+v", b)
		}
	}
	if b, _ := os.ReadFile(path); string(b) != header {
		t.Errorf("written: %q", b)
	}
}

func TestOneProcessAtATime(t *testing.T) {
	s, path := fresh(t)
	for range 2 {
		if _, err := Open(path); refusal.As(err) == nil || refusal.As(err).Key != "marks.locked" {
			t.Errorf("a second open: %v", err)
		}
		if err := s.replace(s.content); err != nil { // a new file must not loosen the lock
			t.Fatal(err)
		}
	}
	reopen(t, s, path)
}

func TestLongFilesAreWrittenAnew(t *testing.T) {
	s, path := fresh(t)
	commit(t, s, Batch{Cosigned: []Mark{head(theirs, 7)}, Choices: []Choice{sealed}})
	s.f = quick{s.f}
	n := int64(0)
	for last := s.size; s.size >= last; n++ {
		last = s.size
		if n > 20000 {
			t.Fatalf("the file has %d bytes", s.size)
		}
		commit(t, s, Batch{Own: []Mark{head(ours, n)}})
	}
	if n < 1000 {
		t.Errorf("written anew after %d commits already", n)
	}
	commit(t, s, Batch{Own: []Mark{head(ours, n)}})
	s = reopen(t, s, path)
	m, _ := s.Own(ours)
	c, _ := s.Cosigned(theirs)
	if x, _ := s.Chosen("7f3a", "text/js-9", 1); m != head(ours, n) || c != head(theirs, 7) || x != "sha256:ab" {
		t.Errorf("after the file was written anew: %v %v %q", m, c, x)
	}
}

// quick is a disk whose sync costs nothing, for tests of many commits.
type quick struct{ Writer }

func (quick) Sync() error { return nil }

// failing is a disk that fails after so many writes and syncs.
type failing struct {
	Writer
	write, sync, calls int
	torn               bool // a failing write leaves half of itself
}

var errDisk = errors.New("input/output error")

func (d *failing) WriteAt(b []byte, at int64) (int, error) {
	d.calls++
	if d.write--; d.write < 0 {
		if d.torn {
			_, _ = d.Writer.WriteAt(b[:len(b)/2], at)
		}
		return 0, errDisk
	}
	return d.Writer.WriteAt(b, at)
}

func (d *failing) Sync() error {
	d.calls++
	if d.sync--; d.sync < 0 {
		return errDisk
	}
	return d.Writer.Sync()
}

func TestAFailedDiskIsNotBelieved(t *testing.T) {
	for name, d := range map[string]*failing{"write": {}, "write, although it syncs": {sync: 9}, "torn write": {torn: true}, "sync": {write: 9}} {
		t.Run(name, func(t *testing.T) {
			s, path := fresh(t)
			commit(t, s, Batch{Own: []Mark{head(ours, 1)}})
			d.Writer = s.f
			s.f = d
			b := Batch{Own: []Mark{head(ours, 2)}, Choices: []Choice{sealed}}
			if err := s.Commit(b); !errors.Is(err, errDisk) {
				t.Fatalf("%v, want the disk's error", err)
			}
			if m, _ := s.Own(ours); m.Size != 1 {
				t.Errorf("the mark moved to %d, although it is not on the disk", m.Size)
			}
			// As long as no new file can be made, nothing is acknowledged.
			if err := os.Mkdir(path+".new", 0o700); err != nil {
				t.Fatal(err)
			}
			if err := s.Commit(b); err == nil {
				t.Error("acknowledged on a file that had failed")
			}
			if err := os.Remove(path + ".new"); err != nil {
				t.Fatal(err)
			}
			commit(t, s, b)
			s = reopen(t, s, path)
			if m, _ := s.Own(ours); m != head(ours, 2) {
				t.Errorf("after the disk was mended: %+v", m)
			}
		})
	}
}

func TestADamagedFileIsRefused(t *testing.T) {
	s, path := fresh(t)
	commit(t, s, Batch{Own: []Mark{head(ours, 1)}})
	commit(t, s, Batch{Own: []Mark{head(ours, 2)}, Choices: []Choice{sealed}})
	commit(t, s, Batch{Own: []Mark{head(ours, 3)}})
	_ = s.Close()
	good, _ := os.ReadFile(path)
	lines := strings.SplitAfter(string(good), "\n")
	back := frame(head(ours, 2).record(kindOwn))
	for name, bad := range map[string]string{
		"another file":             "[node]\nname = \"x\"\n",
		"a short other file":       "secret",
		"a later version":          strings.Replace(string(good), " v1", " v2", 1),
		"a line in the middle":     strings.Replace(string(good), "text/js-9", "text/js-8", 1),
		"a line going back":        string(good) + back,
		"lines in another order":   lines[0] + lines[2] + lines[1],
		"another choice":           string(good) + frame(Choice{"7f3a", "text/js-9", 1, "declined"}.record()),
		"an unknown record":        string(good) + frame("released a 1"),
		"another spelling":         string(good) + frame("own a 01 "+strings.Repeat("0", 64)),
		"upper case":               string(good) + frame("own a 1 "+strings.Repeat("A", 64)),
		"a short root":             string(good) + frame("own a 1 00"),
		"no records":               string(good) + frame(""),
		"a negative size":          string(good) + frame("own a -1 "+strings.Repeat("0", 64)),
		"two damaged lines at end": string(good) + "x\ny\n",
	} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(path)
		if err == nil {
			_ = s.Close()
		}
		if refusal.As(err) == nil || refusal.As(err).Key != "marks.damaged" || refusal.As(err).Params["file"] != path {
			t.Errorf("%s: %v, want marks.damaged of %s", name, err, path)
		}
		if now, _ := os.ReadFile(path); string(now) != bad {
			t.Errorf("%s: a refused file was changed", name)
		}
	}
}
