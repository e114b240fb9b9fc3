package entry

import (
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"entente.example/refusal"
)

// Decode reads an entry and refuses every spelling but the canonical one, missing and unknown members, and bad values. Body aliases b.
func Decode(b []byte) (Entry, error) { return new(Decoder).Decode(b) }

// Decoder decodes one entry after another. Names that stand in an entry as in the one before are kept, not made again: in a log most of them do.
type Decoder struct{ last Entry }

// Decode is the package's Decode.
func (r *Decoder) Decode(b []byte) (Entry, error) {
	if len(b) > MaxBytes {
		return Entry{}, fmt.Errorf("%w: over %d bytes", ErrNotCanonical, MaxBytes)
	}
	d := decoder{scanner: scanner{b: b}, last: &r.last}
	if d.peek() != '{' {
		return Entry{}, fmt.Errorf("%w: an entry is an object", ErrNotCanonical)
	}
	err := d.object(0, d.member)
	if err == nil && d.i != len(b) {
		err = errors.New("bytes after the entry")
	}
	if err == nil && d.have != all {
		err = errors.New("a member of the entry is missing")
	}
	if err != nil {
		return Entry{}, fmt.Errorf("%w at byte %d: %w", ErrNotCanonical, d.i, err)
	}
	r.last = d.e
	r.last.Body, r.last.Crit, r.last.Seen = nil, nil, nil // they may hold on to what was decoded
	return d.e, nil
}

type decoder struct {
	scanner
	e    Entry
	last *Entry // that was decoded before
	have int
}

const all = 1<<10 - 1 // every member but crit

// member scans one member of the envelope.
func (d *decoder) member(key []byte) (err error) {
	switch string(key) {
	case "actor":
		d.have |= 1 << 0
		return d.actor()
	case "at":
		d.have |= 1 << 1
		return d.at()
	case "body":
		d.have |= 1 << 2
		start := d.i
		if d.peek() != '{' {
			return errors.New("body is an object")
		}
		err = d.value(1)
		d.e.Body = d.b[start:d.i]
	case "crit":
		return d.crit()
	case "idx":
		d.have |= 1 << 3
		d.e.Index, err = d.count()
	case "log":
		d.have |= 1 << 4
		d.e.Log, err = d.name(d.last.Log)
	case "matter":
		d.have |= 1 << 5
		if d.e.Matter, err = d.name(d.last.Matter); err == nil && d.e.Matter != d.last.Matter && !ValidMatter(d.e.Matter) {
			err = errors.New("not the name of a matter")
		}
	case "mech":
		d.have |= 1 << 6
		d.e.Mech, err = d.name(d.last.Mech)
	case "seen":
		d.have |= 1 << 7
		return d.seen()
	case "type":
		d.have |= 1 << 8
		if d.e.Type, err = d.name(d.last.Type); err == nil && d.e.Type != d.last.Type && !ValidType(d.e.Type) {
			err = errors.New("not the name of a type")
		}
	case "v":
		d.have |= 1 << 9
		var n int64
		n, err = d.count()
		d.e.V = int(n)
		if n == 0 && err == nil {
			err = errors.New("v begins at 1")
		}
	default:
		err = fmt.Errorf("unknown member %q", key)
	}
	return err
}

func (d *decoder) actor() error {
	if d.peek() != '{' {
		return errors.New("actor is an object")
	}
	have := 0
	err := d.object(1, func(key []byte) (err error) {
		switch string(key) {
		case "m":
			have |= 1
			d.e.Actor.Member, err = d.name(d.last.Actor.Member)
		case "r":
			have |= 2
			d.e.Actor.Role, err = d.name(d.last.Actor.Role)
		case "s":
			d.e.Actor.Session, err = d.name(d.last.Actor.Session)
		default:
			err = fmt.Errorf("unknown member %q of actor", key)
		}
		return err
	})
	if err == nil && have != 3 {
		err = errors.New("actor has m and r")
	}
	return err
}

var errTime = errors.New("at is a time like 2024-12-09T02:00:00Z")

// at reads "2024-12-09T02:00:00Z" by place: the general parser costs more than all the rest of an entry.
func (d *decoder) at() error {
	raw, err := d.str()
	if err != nil {
		return err
	}
	if len(raw) != len(timeLayout) {
		return errTime
	}
	for i, c := range raw {
		if want := timeLayout[i]; want >= '0' && want <= '9' {
			if c < '0' || c > '9' {
				return errTime
			}
		} else if c != want {
			return errTime
		}
	}
	two := func(i int) int { return int(raw[i]-'0')*10 + int(raw[i+1]-'0') }
	month := time.Month(two(5))
	t := time.Date(two(0)*100+two(2), month, two(8), two(11), two(14), two(17), 0, time.UTC)
	if t.Month() != month || two(11) > 23 || two(14) > 59 || two(17) > 59 { // Date carries a day that a month does not have into another month
		return errTime
	}
	d.e.At = t
	return nil
}

func (d *decoder) crit() error {
	if d.peek() != '[' {
		return errors.New("crit is a list")
	}
	for d.i++; ; d.i++ {
		s, err := d.name("")
		if err != nil {
			return err
		}
		d.e.Crit = append(d.e.Crit, s)
		switch d.peek() {
		case ',':
		case ']':
			d.i++
			return nil
		default:
			return errors.New("crit goes on with , or ]")
		}
	}
}

func (d *decoder) seen() error {
	if err := d.literal("["); err != nil {
		return err
	}
	if d.peek() == ']' {
		d.i++
		return nil
	}
	for ; ; d.i++ {
		s, err := d.head()
		if err != nil {
			return err
		}
		if n := len(d.e.Seen); n > 0 && d.e.Seen[n-1].Origin >= s.Origin {
			return errors.New("seen is in rising order, each log once")
		}
		d.e.Seen = append(d.e.Seen, s)
		switch d.peek() {
		case ',':
		case ']':
			d.i++
			return nil
		default:
			return errors.New("seen goes on with , or ]")
		}
	}
}

// head scans ["origin",size,"root"].
func (d *decoder) head() (s Seen, err error) {
	if err := d.literal("["); err != nil {
		return s, err
	}
	if s.Origin, err = d.name(""); err != nil {
		return s, err
	}
	if err := d.literal(","); err != nil {
		return s, err
	}
	if s.Size, err = d.count(); err != nil {
		return s, err
	}
	if err := d.literal(","); err != nil {
		return s, err
	}
	root, err := d.str()
	if err != nil {
		return s, err
	}
	var buf [48]byte
	if len(root) != 44 {
		return s, errors.New("a root has 44 characters of base64")
	}
	n, err := base64.StdEncoding.Strict().Decode(buf[:], root)
	if err != nil || n != 32 {
		return s, errors.New("a root has 44 characters of base64")
	}
	copy(s.Root[:], buf[:32])
	return s, d.literal("]")
}

// maxName bounds every name in an envelope.
const maxName = 128

// name scans a string that names something: printable ASCII without quotes and backslashes, so that two names that look alike are alike.
// before is what the member named in the entry before.
func (d *decoder) name(before string) (string, error) {
	if d.peek() != '"' {
		return "", errors.New("a name is expected")
	}
	d.i++
	start := d.i
	for d.i < len(d.b) && nameByte[d.b[d.i]] {
		d.i++
	}
	raw := d.b[start:d.i]
	if len(raw) == 0 || len(raw) > maxName || d.peek() != '"' {
		return "", fmt.Errorf("a name has 1 to %d printable ASCII characters, no space, quote or backslash", maxName)
	}
	d.i++
	if string(raw) == before {
		return before, nil
	}
	return string(raw), nil
}

var nameByte = table(func(c byte) bool { return c > ' ' && c < 0x7f && c != '"' && c != '\\' })

func (d *decoder) count() (int64, error) {
	if d.peek() == '-' {
		return 0, errors.New("a count is not negative")
	}
	return d.number()
}

// DecodeBody reads an entry's body into a typed one; unknown members are refused.
func DecodeBody(e *Entry, into any) error {
	if err := json.Unmarshal(e.Body, into, json.RejectUnknownMembers(true)); err != nil {
		return refusal.New(refusal.Invalid, "entry.bad_body", "type", e.Type).Because(err)
	}
	return nil
}
