package entry

import (
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ErrNotCanonical is wrapped by every refusal of a spelling.
var ErrNotCanonical = errors.New("not canonical JSON")

var errNotNFC = errors.New("a string is in Unicode NFC")

// MaxDepth is how many objects and lists may stand inside each other.
const MaxDepth = 16

// scanner walks canonical JSON once. It accepts exactly one spelling of each value: docs/protocol.md 1.
type scanner struct {
	b []byte
	i int
}

// CheckCanonical reports whether b is exactly one canonical value. It sets no limit on length.
func CheckCanonical(b []byte) error {
	s := scanner{b: b}
	if err := s.value(0); err != nil {
		return fmt.Errorf("%w at byte %d: %w", ErrNotCanonical, s.i, err)
	}
	if s.i != len(b) {
		return fmt.Errorf("%w at byte %d: bytes after the value", ErrNotCanonical, s.i)
	}
	return nil
}

func (s *scanner) peek() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

func (s *scanner) literal(want string) error {
	if len(s.b)-s.i < len(want) || string(s.b[s.i:s.i+len(want)]) != want {
		return errors.New("unexpected byte")
	}
	s.i += len(want)
	return nil
}

// value scans a value inside depth objects and lists.
func (s *scanner) value(depth int) error {
	switch c := s.peek(); {
	case (c == '{' || c == '[') && depth >= MaxDepth:
		return errors.New("nested too deep")
	case c == '{':
		return s.object(depth, nil)
	case c == '[':
		return s.array(depth)
	case c == '"':
		_, err := s.str()
		return err
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	}
	_, err := s.number()
	return err
}

// object scans an object; member, if not nil, scans each value and is told its key.
func (s *scanner) object(depth int, member func(key []byte) error) error {
	s.i++
	if s.peek() == '}' {
		s.i++
		return nil
	}
	var before []byte
	for {
		key, err := s.key(before)
		if err != nil {
			return err
		}
		before = key
		if member != nil {
			err = member(key)
		} else {
			err = s.value(depth + 1)
		}
		if err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.i++
		case '}':
			s.i++
			return nil
		default:
			return errors.New("an object goes on with , or }")
		}
	}
}

// key scans "key": and checks that it comes after the one before.
func (s *scanner) key(before []byte) ([]byte, error) {
	if s.peek() != '"' {
		return nil, errors.New("a key is expected")
	}
	s.i++
	start := s.i
	for s.i < len(s.b) && keyByte[s.b[s.i]] {
		s.i++
	}
	key := s.b[start:s.i]
	if len(key) == 0 || len(key) > 64 {
		return nil, errors.New("a key has 1 to 64 characters of A-Z a-z 0-9 _ . -")
	}
	if string(key) <= string(before) {
		return nil, errors.New("keys are in rising order, each once")
	}
	return key, s.literal("\":")
}

// Tables of bytes, because nearly every byte of an entry is looked up in one: those of keys, and those that stand in a string for themselves and in no sequence.
var (
	keyByte = table(func(c byte) bool {
		return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == '-'
	})
	plainByte = table(func(c byte) bool { return c >= 0x20 && c < 0x80 && c != '"' && c != '\\' })
)

func table(holds func(byte) bool) (t [256]bool) {
	for c := range t {
		t[c] = holds(byte(c))
	}
	return t
}

func (s *scanner) array(depth int) error {
	s.i++
	if s.peek() == ']' {
		s.i++
		return nil
	}
	for {
		if err := s.value(depth + 1); err != nil {
			return err
		}
		switch s.peek() {
		case ',':
			s.i++
		case ']':
			s.i++
			return nil
		default:
			return errors.New("an array goes on with , or ]")
		}
	}
}

// number scans a number and returns it without its sign.
func (s *scanner) number() (n int64, err error) {
	negative := s.peek() == '-'
	if negative {
		s.i++
	}
	start := s.i
	for s.i < len(s.b) && s.b[s.i] >= '0' && s.b[s.i] <= '9' {
		if n = n*10 + int64(s.b[s.i]-'0'); n > 1<<53-1 {
			return 0, errors.New("a number is at most 2^53-1")
		}
		s.i++
	}
	if s.i == start || s.b[start] == '0' && (s.i-start > 1 || negative) {
		return 0, errors.New("a value is expected")
	}
	return n, nil
}

// str scans a string and returns what stands between its quotes, escapes included.
func (s *scanner) str() ([]byte, error) {
	if s.peek() != '"' {
		return nil, errors.New("a string is expected")
	}
	s.i++
	start, composed, escaped := s.i, true, false
	for {
		s.i += plain(s.b[s.i:])
		if s.i == len(s.b) {
			return nil, errors.New("a string does not end")
		}
		c := s.b[s.i]
		switch {
		case c == '"':
			raw := s.b[start:s.i]
			s.i++
			if !composed && !isNFC(raw, escaped) {
				return nil, errNotNFC
			}
			return raw, nil
		case c == '\\':
			escaped = true
			if err := s.escape(); err != nil {
				return nil, err
			}
		case c < 0x20:
			return nil, errors.New("a control character is escaped")
		default:
			r, w := utf8.DecodeRune(s.b[s.i:])
			if r == utf8.RuneError && w == 1 {
				return nil, errors.New("invalid UTF-8")
			}
			if r&0xfffe == 0xfffe || r >= 0xfdd0 && r <= 0xfdef || r == 0xfeff {
				return nil, errors.New("a noncharacter or byte order mark")
			}
			composed = composed && alwaysComposed(r)
			s.i += w
		}
	}
}

// plain is how many bytes at the beginning of b stand for themselves. Most of an entry is text, so eight of them are looked at together. Taking 1 from eight bytes at once sets the highest bit
// of the first one that was 0, taking a space from them that of the first one below it; after that one the bits mean nothing, but then the eight are looked at one by one.
func plain(b []byte) (n int) {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	for ; len(b)-n >= 8; n += 8 {
		x := binary.LittleEndian.Uint64(b[n:])
		quote, backslash := x^'"'*ones, x^'\\'*ones
		if odd := (x | (x - ' '*ones) | (quote - ones) | (backslash - ones)) & high; odd != 0 {
			break
		}
	}
	for n < len(b) && plainByte[b[n]] {
		n++
	}
	return n
}

// isNFC judges the value of a scanned string, not its spelling: after \n a combining mark has nothing to combine with, least of all an n.
func isNFC(raw []byte, escaped bool) bool {
	if escaped {
		return norm.NFC.IsNormalString(unescape(raw))
	}
	return norm.NFC.IsNormal(raw)
}

// alwaysComposed reports whether a character is in NFC beside any other of its kind, so that most Chinese, Japanese and European text needs no slower look.
func alwaysComposed(r rune) bool {
	switch {
	case r >= 0x4e00 && r <= 0x9fff, r >= 0x3041 && r <= 0x3096, r >= 0x30a0 && r <= 0x30ff, r >= 0x3001 && r <= 0x3029, r >= 0xff01 && r <= 0xff60,
		r <= 0x2ff, r >= 0x2010 && r <= 0x2027:
		return true
	}
	return false
}

func (s *scanner) escape() error {
	rest := s.b[s.i:]
	if len(rest) < 2 {
		return errors.New("an escape does not end")
	}
	switch rest[1] {
	case '"', '\\', 'n', 't':
		s.i += 2
		return nil
	case 'u':
		if len(rest) < 6 || rest[2] != '0' || rest[3] != '0' {
			return errors.New("needless escape")
		}
		hi, lo := hexDigit(rest[4]), hexDigit(rest[5])
		v := hi*16 + lo
		if hi < 0 || lo < 0 || v == 0 || v >= 0x20 || v == '\n' || v == '\t' {
			return errors.New("needless or forbidden escape")
		}
		s.i += 6
		return nil
	}
	return errors.New("needless escape")
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

// unescape gives the value of a scanned string.
func unescape(raw []byte) string {
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			out = append(out, raw[i])
			continue
		}
		i++
		switch raw[i] {
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case 'u':
			out = append(out, byte(hexDigit(raw[i+3])*16+hexDigit(raw[i+4])))
			i += 4
		default:
			out = append(out, raw[i])
		}
	}
	return string(out)
}
