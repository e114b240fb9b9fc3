package enclosure

import (
	"encoding/binary"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/lang"
	"entente.example/refusal"
)

// Limits of a header. A name is part of the body because it can be as personal as what it names: it goes with the body.
const (
	MaxHeader = 1024
	minHeader = 2 + int64(len(`{"name":""}`))
	maxName   = 200 // bytes
)

// Header stands at the beginning of a body: uint16 length, canonical JSON.
type Header struct {
	Name string `json:"name"` // of the file, "" if it had none
}

// Prefix spells the header. SPEC body-header.
func (h Header) Prefix() ([]byte, error) {
	b, err := entry.Canonical(h)
	if err != nil {
		return nil, err
	}
	if len(b) > MaxHeader-2 {
		return nil, refusal.New(refusal.Invalid, "body.name", "limit", fmt.Sprint(maxName))
	}
	return append(binary.BigEndian.AppendUint16(nil, uint16(len(b))), b...), nil
}

// ReadHeader reads a body's header from its beginning, and says where the file begins. A body without one, which only a faulty node makes, is all file.
func ReadHeader(b []byte) (h Header, n int) {
	if len(b) < 2 || int(binary.BigEndian.Uint16(b))+2 > min(len(b), MaxHeader) {
		return Header{}, 0
	}
	n = 2 + int(binary.BigEndian.Uint16(b))
	if entry.CheckCanonical(b[2:n]) != nil || json.Unmarshal(b[2:n], &h, json.RejectUnknownMembers(true)) != nil {
		return Header{}, 0
	}
	if CheckName(h.Name) != nil {
		h.Name = ""
	}
	return h, n
}

// CheckName refuses a name that could lead somewhere or look like another.
func CheckName(s string) error {
	if len(s) > maxName || strings.ContainsAny(s, "/\\\"\x00") || s == "." || s == ".." || lang.CheckLine(s) != nil {
		return refusal.New(refusal.Invalid, "body.name", "limit", fmt.Sprint(maxName))
	}
	return nil
}

// CleanName makes a name that passes CheckName from one that a browser or a file system gave: its last part, in NFC, cut to the limit before its ending.
func CleanName(s string) string {
	s = lang.Normalise(path.Base(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\\", "/")))
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune("/\\\"", r) || lang.CheckLine(string(r)) != nil && r != ' ' {
			return '_'
		}
		return r
	}, s)
	if len(s) > maxName {
		end := path.Ext(s)
		if len(end) > 16 {
			end = ""
		}
		s = s[:maxName-len(end)]
		for !utf8.ValidString(s) {
			s = s[:len(s)-1]
		}
		s += end
	}
	if CheckName(s) != nil {
		return ""
	}
	return s
}
