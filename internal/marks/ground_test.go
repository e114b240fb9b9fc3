package marks

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"

	"entente.example/refusal"
)

// desk is a ground on which everything can fail.
type desk struct {
	image                []byte // nil: there is no file
	read, edit, replace  error
	unnamed              error // a new file is there, and its name might not survive
	truncate, sync, shut error // of files that are opened from then on
	replaced             int
	open                 int // files that nobody has closed
	writes               []int
}

type sheet struct {
	*desk
	truncate, sync, shut error
}

func (d *desk) String() string { return "desk" }
func (d *desk) Read() ([]byte, error) {
	if d.read == nil && d.image == nil {
		return nil, os.ErrNotExist
	}
	return bytes.Clone(d.image), d.read
}
func (d *desk) Edit() (Writer, error) {
	if d.edit != nil {
		return nil, d.edit
	}
	d.open++
	return &sheet{d, d.truncate, d.sync, d.shut}, nil
}
func (d *desk) Replace(image []byte) (Writer, error) {
	d.replaced++
	if d.replace != nil {
		return nil, d.replace
	}
	d.open++
	d.image = bytes.Clone(image)
	return &sheet{d, d.truncate, d.sync, d.shut}, d.unnamed
}
func (s *sheet) WriteAt(b []byte, at int64) (int, error) {
	s.writes = append(s.writes, len(b))
	s.image = append(s.image, make([]byte, max(0, int(at)+len(b)-len(s.image)))...)
	return copy(s.image[at:], b), nil
}
func (s *sheet) Truncate(n int64) error {
	s.image = append(s.image[:min(int(n), len(s.image))], make([]byte, max(0, int(n)-len(s.image)))...)
	return s.truncate
}
func (s *sheet) Sync() error  { return s.sync }
func (s *sheet) Close() error { s.open--; return s.shut }

// A ground that cannot be read, or not be written to, is nobody's marks: nothing is begun in the place of what may be there, and no file is left open. SPEC marks-before-sign
func TestAGroundThatFails(t *testing.T) {
	full := []byte(header + frame(head(ours, 1).record(kindOwn)))
	for name, d := range map[string]*desk{
		"cannot be read":         {read: errDisk},
		"begins nothing":         {replace: errDisk},
		"begins without a name":  {unnamed: errDisk},
		"cannot be opened":       {image: full, edit: errDisk},
		"cannot be cut":          {image: full, truncate: errDisk},
		"cannot be waited for":   {image: full, sync: errDisk},
		"cannot even be closed":  {image: full, sync: errors.New("first"), shut: errDisk},
		"is there, and not read": {image: full, read: errDisk},
	} {
		s, err := OpenOn(d)
		if !errors.Is(err, errDisk) || s != nil || d.open != 0 {
			t.Errorf("%s: %v, %d files are open", name, err, d.open)
		}
		if d.read != nil && d.replaced > 0 {
			t.Errorf("%s: another file is in its place", name)
		}
	}
	d := &desk{shut: errDisk}
	s, err := OpenOn(d)
	if err != nil {
		t.Fatal(err)
	}
	s.lock = closing{errLock}
	if err := s.Close(); !errors.Is(err, errDisk) || !errors.Is(err, errLock) || d.open != 0 {
		t.Errorf("closed: %v", err)
	}
	if err := (&file{}).Close(); err != nil {
		t.Errorf("a file that was never opened: %v", err)
	}
}

type closing struct{ err error }

func (c closing) Close() error { return c.err }

var errLock = errors.New("the lock stays")

// Whatever is behind the last whole commit is cut off when the file is opened, and what is behind it later is not read.
func TestWhatIsBehindTheLastCommitGoes(t *testing.T) {
	whole := header + frame(head(ours, 1).record(kindOwn))
	d := &desk{image: []byte(whole + "torn")}
	if _, err := OpenOn(d); err != nil || string(d.image) != whole {
		t.Errorf("%q, %v", d.image, err)
	}
}

// A new file takes the place of one that failed, and the old one is closed. While the new one's name is not known to last, nothing is acknowledged on it; once it lasts, nothing is written anew without need.
func TestAFileThatFailedIsReplaced(t *testing.T) {
	d := &desk{sync: errDisk}
	s, err := OpenOn(d)
	if err != nil {
		t.Fatal(err)
	}
	b := Batch{Own: []Mark{head(ours, 1)}}
	if err := s.Commit(b); !errors.Is(err, errDisk) {
		t.Fatal(err)
	}
	s.f.(*sheet).sync = nil // it works again, and nobody knows what became of what was written before
	d.sync, d.replace = nil, errDisk
	if err := s.Commit(b); !errors.Is(err, errDisk) {
		t.Errorf("acknowledged in the file that failed: %v", err)
	}
	d.replace, d.unnamed = nil, errDisk
	if err := s.Commit(b); !errors.Is(err, errDisk) {
		t.Errorf("acknowledged in a file that may have no name: %v", err)
	}
	if _, ok := s.Own(ours); ok {
		t.Error("a mark that nothing holds")
	}
	d.unnamed = nil
	commit(t, s, b)
	if d.replaced != 4 || d.open != 1 {
		t.Errorf("%d new files, %d of them open", d.replaced, d.open)
	}
	commit(t, s, Batch{Own: []Mark{head(ours, 2)}})
	if d.replaced != 4 {
		t.Error("a file in which all is well was written anew")
	}
	again, err := OpenOn(d)
	if err != nil {
		t.Fatal(err)
	}
	if m, _ := again.Own(ours); m != head(ours, 2) {
		t.Errorf("%+v", m)
	}
}

// A commit takes as much room as it needs, and room for later ones only where there is none.
func TestRoomIsMadeOnce(t *testing.T) {
	d := &desk{}
	s, err := OpenOn(d)
	if err != nil {
		t.Fatal(err)
	}
	line := len(frame(head(ours, 1).record(kindOwn)))
	commit(t, s, Batch{Own: []Mark{head(ours, 1)}})
	s.room = s.size + int64(line) // to the byte
	commit(t, s, Batch{Own: []Mark{head(ours, 2)}})
	commit(t, s, Batch{Own: []Mark{head(ours, 3)}})
	room := s.size + roomBytes
	commit(t, s, Batch{Own: []Mark{head(ours, 4)}})
	if want := []int{line + roomBytes, line, line + roomBytes, line}; !slices.Equal(d.writes, want) || s.room != room {
		t.Errorf("%v were written, not %v; there is room to %d, not %d", d.writes, want, s.room, room)
	}
}

// The file is written anew when it is long and three quarters of it are outdated; if that fails, again when it has doubled.
func TestWhenTheFileIsWrittenAnew(t *testing.T) {
	for _, c := range []struct {
		size, live int64
		anew       bool
	}{{compactAt, 10, false}, {compactAt + 1, 10, true}, {2 * compactAt, compactAt / 2, false}, {2*compactAt + 1, compactAt / 2, true}, {compactAt / 2, 10, false}, {2 * compactAt, compactAt, false}} {
		d := &desk{}
		f := &file{ground: d, size: c.size, live: c.live}
		if f.compactIfLong(empty()); (d.replaced > 0) != c.anew {
			t.Errorf("%d bytes, %d of them live: written anew %v", c.size, c.live, d.replaced > 0)
		}
		if want := int64(len(header)); c.anew && (f.size != want || f.live != want || f.room != want) {
			t.Errorf("written anew it has %d bytes, %d live, room to %d", f.size, f.live, f.room)
		}
	}
	d := &desk{replace: errDisk}
	f := &file{ground: d, size: compactAt + 2, live: 10}
	for _, grown := range []int64{0, compactAt/2 + 1, compactAt/2 + 1, 1} { // to just the double, and one more
		f.size += grown
		f.compactIfLong(empty())
	}
	if d.replaced != 2 {
		t.Errorf("tried %d times", d.replaced)
	}
	d = &desk{}
	s, err := OpenOn(d)
	if err != nil {
		t.Fatal(err)
	}
	s.size, s.live, d.replace = compactAt+1, 10, errDisk
	for n := range int64(2) { // the old file still counts
		commit(t, s, Batch{Own: []Mark{head(ours, n+1)}})
	}
	if d.replaced != 2 || d.open != 1 {
		t.Errorf("%d new files were tried, %d are open", d.replaced, d.open)
	}
}

// Of a file that ends anywhere, the whole commits count and no part of another. SPEC marks-before-sign
func TestAnyEndOfAFile(t *testing.T) {
	c := empty()
	b, ends := header, []int{len(header)}
	after := []content{clone(c)}
	for n, r := range []string{head(ours, 1).record(kindOwn), head(theirs, 3).record(kindCosigned) + ";" + sealed.record(), head(ours, 2).record(kindOwn)} {
		if err := c.take(r); err != nil {
			t.Fatal(n, err)
		}
		b += frame(r)
		ends, after = append(ends, len(b)), append(after, clone(c))
	}
	for n := len(header); n <= len(b); n++ {
		at, found := slices.BinarySearch(ends, n)
		if !found {
			at--
		}
		for _, room := range []string{"", strings.Repeat("\x00", 100)} {
			got := empty()
			if whole, err := got.read(b[:n] + room); err != nil || whole != ends[at] || !reflect.DeepEqual(got, after[at]) {
				t.Fatalf("%d bytes and %d of room: %d count, not %d: %v", n, len(room), whole, ends[at], err)
			}
		}
	}
	for _, n := range []int{len(header), len(header) + 1} { // shorter is a file that was being made
		if _, err := empty().read(strings.Repeat("\x00", n)); err == nil {
			t.Errorf("%d zeros are a file", n)
		}
	}
}

// A record that lacks something, or has something more, is none.
func TestRecordsOfAnotherForm(t *testing.T) {
	root := strings.Repeat("0", 64)
	for _, r := range []string{"own a 1 " + root, "cosigned a 0 " + root, "choice m x 0 declined"} {
		if err := empty().take(r); err != nil {
			t.Errorf("%q: %v", r, err)
		}
	}
	for _, bad := range []string{"", "own", "own a", "own a 1", "own a 1 " + root + "00", "own a 1 " + root + " x", "own a 1 " + root[1:], "own a 1 " + root[1:] + "x", "own a 1 " + root + ";", "sworn a 1 " + root, "cosigned a 1",
		"choice", "choice m x 1", "choice m x 1 declined x", "choice m x one declined", "voice m x 1 declined", "choice m x -1 declined", "own  1 " + root, "own a\x7f 1 " + root, "own a 9223372036854775808 " + root} {
		if err := empty().take(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	for c := range rune(256) {
		want := c > ' ' && c != ';' && c != 0x7f
		if err := checkFields("a", "b"+string(c)); (err == nil) != want {
			t.Errorf("%q in a name: %v", c, err)
		}
	}
}

// Whatever order it was committed in, the same content has one file.
func TestOneOrder(t *testing.T) {
	want := ""
	for turn := range 8 {
		c := empty()
		for i := range 16 {
			n := (i*7 + turn*5) % 16
			_, err := c.choose(Choice{"7f3a", fmt.Sprintf("text/%c", 'a'+n), 1, "declined"})
			_, err2 := c.mark(kindOwn, head(fmt.Sprintf("own/%d", n), 1))
			_, err3 := c.mark(kindCosigned, head(fmt.Sprintf("other/%d", n), 1))
			if err := errors.Join(err, err2, err3); err != nil {
				t.Fatal(err)
			}
		}
		if got := string(c.image()); want == "" {
			want = got
		} else if got != want {
			t.Fatal("two files of one content")
		}
	}
}

// What the system says of a real folder reaches whoever asked, and the old file stays what it was.
func TestWhatTheSystemRefuses(t *testing.T) {
	s, path := fresh(t)
	commit(t, s, Batch{Own: []Mark{head(ours, 1)}})
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for device, why := range map[string]error{"/dev/full": syscall.ENOSPC, "/dev/null": syscall.EINVAL} { // one takes no bytes, the other cannot be waited for
		if err := os.Symlink(device, path+".new"); err != nil {
			t.Fatal(err)
		}
		if err := s.replace(s.content); !errors.Is(err, why) {
			t.Errorf("written anew to %s: %v", device, err)
		}
		if now, err := os.ReadFile(path); err != nil || string(now) != string(before) {
			t.Errorf("after %s it is %q, %v", device, now, err)
		}
		if err := os.Remove(path + ".new"); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(path+".new", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := s.replace(s.content); !errors.Is(err, syscall.EISDIR) {
		t.Errorf("written anew to a folder: %v", err)
	}
	folder := &directory{path: t.TempDir()}
	if err := os.WriteFile(filepath.Join(folder.path, "x"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if w, err := folder.Replace(nil); err == nil || w != nil {
		t.Errorf("a file takes the place of a folder: %v", err)
	}
	if w, err := (&directory{path: path + ".none"}).Edit(); !errors.Is(err, os.ErrNotExist) || w != nil {
		t.Errorf("a file that is not there is opened: %v", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if w, err := (&directory{path: fmt.Sprintf("/proc/self/fd/%d", f.Fd())}).Edit(); err == nil || w != nil { // a folder that nobody can wait for
		t.Errorf("its name is durable: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := (opened{f}).Sync(); err == nil {
		t.Error("a closed file is on the disk")
	}
	if _, err := lockDirectory(path); refusal.As(err) == nil || refusal.As(err).Key != "marks.locked" {
		t.Errorf("locked twice: %v", err)
	}
}
