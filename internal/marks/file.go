package marks

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"entente.example/refusal"
)

// file is the marks file on its ground.
type file struct {
	ground Ground
	f      Writer
	size   int64 // bytes that count; anything behind them is not trusted
	room   int64 // length of the file: what is behind size are zeros, so that a commit need not wait for the file to grow
	live   int64 // length of the file when it was last written anew, or would have been
	// doubtful: the last write failed, and after a failed fsync nobody knows what a later one covers. The next write begins a new file.
	doubtful bool
}

// Writer is what a marks file needs of *os.File.
type Writer interface {
	io.WriterAt
	Truncate(size int64) error
	Sync() error // the bytes and, if it changed, the length
	Close() error
}

// Ground is where the file lies: a directory, or a simulated disk.
type Ground interface {
	// Read returns the whole file, or an error that is os.ErrNotExist.
	Read() ([]byte, error)
	// Edit opens the file for writing. Its name is durable when Edit returns.
	Edit() (Writer, error)
	// Replace puts a new file in the old one's place, written and synced before it gets the name. A Writer that comes with an error has the name, which might not survive a power cut.
	Replace(image []byte) (Writer, error)
	// String names the file to its operator.
	String() string
}

// compactAt is the size from which a file with mostly outdated records is written anew.
const compactAt = 1 << 20

// roomBytes is how many zeros are put behind a commit that finds no room: a few hundred commits overwrite them, and the disk need not note a new length for each.
const roomBytes = 64 << 10

// Open reads the file, or begins an empty one, and locks it for this process. A torn last commit is cut off: it was never acknowledged. Any other damage is refused with
// marks.damaged, since whatever is missing could be signed a second time.
func Open(path string) (*Store, error) {
	d, err := lockDirectory(path)
	if err != nil {
		return nil, err
	}
	s, err := OpenOn(d)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	s.lock = d
	return s, nil
}

// OpenOn is Open on another ground, which nobody else uses.
func OpenOn(g Ground) (*Store, error) {
	s := &Store{content: empty(), file: file{ground: g}}
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) open() error {
	b, err := s.ground.Read()
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("marks: %w", err)
	}
	whole, err := s.read(string(b))
	if err != nil {
		return refusal.New(refusal.Unverified, "marks.damaged", "file", s.ground.String(), "byte", strconv.Itoa(whole)).Because(err)
	}
	if whole == 0 {
		if err := s.replace(s.content); err != nil {
			return fmt.Errorf("marks: %w", err)
		}
		return nil
	}
	f, err := s.ground.Edit()
	if err != nil {
		return fmt.Errorf("marks: %w", err)
	}
	s.f, s.size, s.room, s.live = f, int64(whole), int64(whole), int64(len(s.image()))
	if err := errors.Join(f.Truncate(s.size), f.Sync()); err != nil {
		return fmt.Errorf("marks: %w", err)
	}
	return nil
}

// read takes in a whole file and says how many bytes of it count.
func (c content) read(b string) (whole int, err error) {
	if !strings.HasPrefix(b, header) {
		// A file that was being made when the power went has a piece of the header, or nothing.
		if len(b) < len(header) && (strings.HasPrefix(header, b) || strings.Trim(b, "\x00") == "") {
			return 0, nil
		}
		return 0, errors.New("not a marks file of version 1")
	}
	b = strings.TrimRight(b, "\x00") // room for later commits, or what was lost of a torn one
	for whole = len(header); whole < len(b); {
		line, rest, complete := strings.Cut(b[whole:], "\n")
		records, ok := unframe(line)
		if !complete || !ok {
			if rest != "" || hidesCommit(line) {
				return whole, errors.New("the checksum differs")
			}
			break // torn
		}
		if err := c.take(records); err != nil {
			return whole, err
		}
		whole += len(line) + 1
	}
	return whole, nil
}

// hidesCommit reports whether a torn line ends in a whole commit. Then it is not torn: the newline before that commit was damaged.
func hidesCommit(line string) bool {
	for i := 1; i+8 < len(line); i++ {
		if line[i+8] == ' ' {
			if _, ok := unframe(line[i:]); ok {
				return true
			}
		}
	}
	return false
}

// write appends a commit and waits for the disk. before is the content without it.
func (f *file) write(before content, line string) error {
	if f.doubtful {
		if err := f.replace(before); err != nil {
			return err
		}
	}
	b := []byte(line)
	end := f.size + int64(len(b))
	grown := end > f.room
	if grown {
		b = append(b, make([]byte, roomBytes)...)
	}
	_, err := f.f.WriteAt(b, f.size)
	if err == nil {
		err = f.f.Sync()
	}
	if err != nil {
		f.doubtful = true
		return err
	}
	f.size = end
	if grown {
		f.room = end + roomBytes
	}
	return nil
}

// compactIfLong writes the file anew if most of it is outdated. If that fails, the old one still counts.
func (f *file) compactIfLong(c content) {
	if f.size > compactAt && f.size > 4*f.live {
		if err := f.replace(c); err != nil {
			f.live = f.size / 2 // try again when it has doubled
		}
	}
}

func (f *file) replace(c content) error {
	image := c.image()
	n, err := f.ground.Replace(image)
	if n == nil {
		return err
	}
	if f.f != nil {
		_ = f.f.Close() // it has no name any more
	}
	// From here on the new file counts, even if its name might not survive a power cut: then the next write tries again.
	f.f, f.size, f.room, f.live = n, int64(len(image)), int64(len(image)), int64(len(image))
	f.doubtful = err != nil
	return err
}

// Close closes the file.
func (f *file) Close() error {
	if f.f == nil {
		return nil
	}
	return f.f.Close()
}
