// Package marks owns what this node has signed: the one file that must never go back in time.
//
// It lies outside every backup. A database restored from an old backup is recognised because the marks are ahead of it; without marks a restored node could sign a second history. Marks
// only move forward: a size that goes back, or the same size with another root, is refused. docs/protocol.md 3. Format: one record a line, `<crc32c hex> <kind> <fields>`.
package marks

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"entente.example/refusal"
)

// Mark is a head that was signed or cosigned.
type Mark struct {
	Origin string
	Size   int64
	Root   [32]byte
}

// Batch is what one Commit makes durable together.
type Batch struct {
	Own      []Mark // heads of our own logs
	Cosigned []Mark // heads of others' logs
	Choices  []Choice
}

// Choice is our party's first choice on a round: the digest it sealed, or "declined".
type Choice struct {
	Mech   string
	Matter string
	Round  int
	Chosen string
}

// Store is an open marks file. One goroutine uses it.
type Store struct {
	path    string
	f       *os.File
	own     map[string]Mark
	cos     map[string]Mark
	choices map[string]Choice
	size    int64
	live    int64 // about how long a compacted file would be
}

var table = crc32.MakeTable(crc32.Castagnoli)

// compactAt is the size from which a file with mostly outdated records is written anew.
const compactAt = 1 << 20

// Open reads the file, or begins an empty one. A torn last record is cut off: it was never acknowledged. A damaged one before the end is refused.
func Open(path string) (*Store, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("marks: %w", err)
	}
	s := &Store{path: path, f: f, own: map[string]Mark{}, cos: map[string]Mark{}, choices: map[string]Choice{}}
	if err := s.read(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s, syncDir(path)
}

func (s *Store) read() error {
	r := bufio.NewReader(s.f)
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			break // what follows the last newline is torn
		}
		if err != nil {
			return fmt.Errorf("marks: %w", err)
		}
		if err := s.take(line); err != nil {
			if _, err := r.Peek(1); errors.Is(err, io.EOF) {
				break
			}
			return refusal.New(refusal.Unverified, "marks.damaged", "file", s.path, "byte", strconv.FormatInt(s.size, 10)).Because(err)
		}
		s.size += int64(len(line))
	}
	if err := s.f.Truncate(s.size); err != nil {
		return fmt.Errorf("marks: %w", err)
	}
	_, err := s.f.Seek(s.size, io.SeekStart)
	return err
}

// take reads one record.
func (s *Store) take(line []byte) error {
	sum, rest, ok := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
	if !ok || string(sum) != checksum(rest) {
		return errors.New("checksum differs")
	}
	f := strings.Split(string(rest), " ")
	switch {
	case (f[0] == "own" || f[0] == "cosigned") && len(f) == 4:
		m := Mark{Origin: f[1]}
		var err error
		if m.Size, err = strconv.ParseInt(f[2], 10, 64); err != nil {
			return err
		}
		root, err := hex.DecodeString(f[3])
		if err != nil || len(root) != 32 {
			return errors.New("not a root")
		}
		m.Root = [32]byte(root)
		if f[0] == "own" {
			s.own[m.Origin] = m
		} else {
			s.cos[m.Origin] = m
		}
	case f[0] == "choice" && len(f) == 5:
		round, err := strconv.Atoi(f[3])
		if err != nil {
			return err
		}
		c := Choice{Mech: f[1], Matter: f[2], Round: round, Chosen: f[4]}
		s.choices[c.key()] = c
	default:
		return errors.New("unknown record")
	}
	return nil
}

func (c Choice) key() string { return fmt.Sprintf("%s %s %d", c.Mech, c.Matter, c.Round) }

func checksum(b []byte) string { return fmt.Sprintf("%08x", crc32.Checksum(b, table)) }

func record(format string, args ...any) []byte {
	b := fmt.Appendf(nil, format, args...)
	return fmt.Appendf(nil, "%s %s\n", checksum(b), b)
}

func (m Mark) record(kind string) []byte {
	return record("%s %s %d %x", kind, m.Origin, m.Size, m.Root)
}

func (c Choice) record() []byte {
	return record("choice %s %s %d %s", c.Mech, c.Matter, c.Round, c.Chosen)
}

// Own is the newest head of our log that we signed.
func (s *Store) Own(origin string) (Mark, bool) { m, ok := s.own[origin]; return m, ok }

// Cosigned is the newest head of another's log that we cosigned.
func (s *Store) Cosigned(origin string) (Mark, bool) { m, ok := s.cos[origin]; return m, ok }

// Chosen is our first choice on a round.
func (s *Store) Chosen(mech, matter string, round int) (string, bool) {
	c, ok := s.choices[Choice{Mech: mech, Matter: matter, Round: round}.key()]
	return c.Chosen, ok
}

// Commit makes a batch durable with one fsync, or refuses all of it if any mark would go back.
func (s *Store) Commit(b Batch) error {
	var out []byte
	for _, kind := range []struct {
		name string
		have map[string]Mark
		add  []Mark
	}{{"own", s.own, b.Own}, {"cosigned", s.cos, b.Cosigned}} {
		for _, m := range kind.add {
			if old, ok := kind.have[m.Origin]; ok && (m.Size < old.Size || m.Size == old.Size && m.Root != old.Root) {
				return refusal.New(refusal.Conflict, "marks.conflict", "log", m.Origin)
			}
			out = append(out, m.record(kind.name)...)
		}
	}
	for _, c := range b.Choices {
		if old, ok := s.choices[c.key()]; ok && old.Chosen != c.Chosen {
			return refusal.New(refusal.Conflict, "marks.chosen", "matter", c.Matter)
		}
		out = append(out, c.record()...)
	}
	if len(out) == 0 {
		return nil
	}
	if err := s.append(out); err != nil {
		return err
	}
	for _, m := range b.Own {
		s.own[m.Origin] = m
	}
	for _, m := range b.Cosigned {
		s.cos[m.Origin] = m
	}
	for _, c := range b.Choices {
		s.choices[c.key()] = c
	}
	if s.size > compactAt && s.size > 4*s.live {
		return s.compact()
	}
	return nil
}

// append writes at the end and waits for the disk. After a failure the file is cut back: what may or may not be there must not be trusted.
func (s *Store) append(out []byte) error {
	_, err := s.f.WriteAt(out, s.size)
	if err == nil {
		err = s.f.Sync()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("marks: %w", err), s.f.Truncate(s.size), s.f.Sync())
	}
	s.size += int64(len(out))
	return nil
}

// compact writes the newest marks into a new file and puts it in place of the old one.
func (s *Store) compact() error {
	var out []byte
	for _, k := range slices.Sorted(maps.Keys(s.own)) {
		out = append(out, s.own[k].record("own")...)
	}
	for _, k := range slices.Sorted(maps.Keys(s.cos)) {
		out = append(out, s.cos[k].record("cosigned")...)
	}
	for _, k := range slices.Sorted(maps.Keys(s.choices)) {
		out = append(out, s.choices[k].record()...)
	}
	f, err := os.OpenFile(s.path+".new", os.O_CREATE|os.O_RDWR|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("marks: %w", err)
	}
	if _, err = f.Write(out); err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(s.path+".new", s.path)
	}
	if err == nil {
		err = syncDir(s.path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("marks: %w", err), f.Close())
	}
	old := s.f
	s.f, s.size, s.live = f, int64(len(out)), int64(len(out))
	return old.Close()
}

// syncDir makes a new or renamed file's name durable.
func syncDir(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("marks: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}

// Close closes the file. Everything committed is on the disk already.
func (s *Store) Close() error { return s.f.Close() }
