package entry

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"entente.example/refusal"
)

// Canonical spells any Go value that has a JSON form in the one canonical way. Fractions and null have none.
func Canonical(v any) ([]byte, error) {
	b, err := json.Marshal(v, jsontext.AllowInvalidUTF8(false))
	if err != nil {
		return nil, refusal.New(refusal.Invalid, "entry.no_json").Because(err)
	}
	return Canonicalise(b)
}

// Canonicalise spells JSON text in the one canonical way; duplicate members, fractions and null are refused.
func Canonicalise(b []byte) ([]byte, error) {
	// A value has one canonical spelling: where putting members in order and strings in their shortest form gives one, that is it. Only rare control characters need more.
	v := jsontext.Value(bytes.Clone(b))
	if err := v.Format(jsontext.ReorderRawObjects(true), jsontext.PreserveRawStrings(false)); err == nil && CheckCanonical(v) == nil {
		return v, nil
	}
	return canonicalise(b)
}

func canonicalise(b []byte) ([]byte, error) {
	var v any
	if err := json.Unmarshal(b, &v, json.WithUnmarshalers(json.UnmarshalFromFunc(numbers))); err != nil {
		return nil, refusal.New(refusal.Invalid, "entry.no_json").Because(err)
	}
	out := appendValue(make([]byte, 0, len(b)), v)
	switch err := CheckCanonical(out); {
	case errors.Is(err, errNotNFC):
		return nil, refusal.New(refusal.Invalid, "lang.not_nfc").Because(err)
	case err != nil:
		return nil, refusal.New(refusal.Invalid, "entry.no_json").Because(err)
	}
	return out, nil
}

// numbers keeps a number's own spelling, so that none is rounded on the way.
func numbers(d *jsontext.Decoder, v *any) error {
	if d.PeekKind() != '0' {
		return errors.ErrUnsupported
	}
	t, err := d.ReadToken()
	if err == nil {
		*v = number(t.String())
	}
	return err
}

type number string

// appendValue spells what a value is of. Of what has no canonical form it makes something that is none either.
func appendValue(b []byte, v any) []byte {
	switch v := v.(type) {
	case map[string]any:
		b = append(b, '{')
		for i, k := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(append(appendString(b, k), ':'), v[k])
		}
		return append(b, '}')
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendValue(b, e)
		}
		return append(b, ']')
	case string:
		return appendString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case number:
		return append(b, v...)
	}
	return append(b, "null"...)
}

func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < 0x20:
			b = append(b, fmt.Sprintf(`\u%04x`, c)...)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// timeLayout is whole seconds, UTC.
const timeLayout = "2006-01-02T15:04:05Z"

// Encode spells the entry. Body must be canonical already. An entry over MaxBytes, and one that Decode would refuse, is refused.
func (e *Entry) Encode() ([]byte, error) {
	b := make([]byte, 0, len(e.Body)+512)
	b = append(b, `{"actor":{"m":`...)
	b = appendString(b, e.Actor.Member)
	b = append(b, `,"r":`...)
	b = appendString(b, e.Actor.Role)
	if e.Actor.Session != "" {
		b = append(b, `,"s":`...)
		b = appendString(b, e.Actor.Session)
	}
	b = append(b, `},"at":"`...)
	b = e.At.UTC().AppendFormat(b, timeLayout)
	b = append(b, `","body":`...)
	b = append(b, e.Body...)
	if len(e.Crit) > 0 {
		b = append(b, `,"crit":[`...)
		for i, c := range e.Crit {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendString(b, c)
		}
		b = append(b, ']')
	}
	b = append(b, `,"idx":`...)
	b = strconv.AppendInt(b, e.Index, 10)
	b = append(b, `,"log":`...)
	b = appendString(b, e.Log)
	b = append(b, `,"matter":`...)
	b = appendString(b, e.Matter)
	b = append(b, `,"mech":`...)
	b = appendString(b, e.Mech)
	b = append(b, `,"seen":[`...)
	seen := slices.Clone(e.Seen)
	slices.SortFunc(seen, func(x, y Seen) int { return bytes.Compare([]byte(x.Origin), []byte(y.Origin)) })
	for i, s := range seen {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(append(b, '['), s.Origin), ',')
		b = strconv.AppendInt(b, s.Size, 10)
		b = append(b, `,"`...)
		b = base64.StdEncoding.AppendEncode(b, s.Root[:])
		b = append(b, `"]`...)
	}
	b = append(b, `],"type":`...)
	b = appendString(b, e.Type)
	b = append(b, `,"v":`...)
	b = strconv.AppendInt(b, int64(e.V), 10)
	b = append(b, '}')
	if len(b) > MaxBytes {
		return nil, refusal.New(refusal.Invalid, "entry.too_long", "bytes", strconv.Itoa(len(b)), "limit", strconv.Itoa(MaxBytes))
	}
	d, err := Decode(b)
	if err == nil && !bytes.Equal(d.Body, e.Body) {
		err = errors.New("the body is more than a body")
	}
	if err != nil {
		return nil, refusal.New(refusal.Invalid, "entry.bad_name").Because(err)
	}
	return b, nil
}
