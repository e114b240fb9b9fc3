package porter

import (
	"encoding/hex"

	"github.com/go-json-experiment/json"

	"entente.example/enclosure"
	"entente.example/entry"
)

// Kinds of frames about bodies; docs/protocol.md 11. Those of the record are package link's.
const (
	KindAsk   byte = 16
	KindPiece byte = 17
	KindLacks byte = 18
	KindHolds byte = 19
	KindWord  byte = 20
)

// Ours reports whether a frame is about bodies.
func Ours(kind byte) bool { return kind >= KindAsk && kind <= KindWord }

// maxHolds bounds the bodies in one message.
const maxHolds = 1024

type askFrame struct {
	Body   string  `json:"body"`
	Pieces []int64 `json:"pieces"`
}

type lacksFrame struct {
	Body string `json:"body"`
}

type holdsFrame struct {
	Bodies []string `json:"bodies"`
}

func encode(v any) []byte {
	b, err := entry.Canonical(v)
	if err != nil {
		panic("porter: message without canonical form: " + err.Error())
	}
	return b
}

func decode(b []byte, into any) bool {
	return len(b) <= entry.MaxBytes*2 && entry.CheckCanonical(b) == nil && json.Unmarshal(b, into, json.RejectUnknownMembers(true)) == nil
}

func digest(s string) (d enclosure.Digest, ok bool) {
	b, err := hex.DecodeString(s)
	return d, err == nil && len(b) == copy(d[:], b) && len(b) == len(d) && hex.EncodeToString(b) == s
}

// EncodeAsk spells a wish for pieces.
func EncodeAsk(commit enclosure.Digest, pieces []int64) []byte {
	return encode(askFrame{hex.EncodeToString(commit[:]), pieces})
}

// DecodeAsk reads EncodeAsk's form. SPEC body-ask.
func DecodeAsk(b []byte) (commit enclosure.Digest, pieces []int64, ok bool) {
	var f askFrame
	if !decode(b, &f) || len(f.Pieces) == 0 || len(f.Pieces) > MaxWindow {
		return commit, nil, false
	}
	for _, n := range f.Pieces {
		if n < 0 {
			return commit, nil, false
		}
	}
	commit, ok = digest(f.Body)
	return commit, f.Pieces, ok
}

// EncodeLacks says that a body, or what was asked of it, is not here.
func EncodeLacks(commit enclosure.Digest) []byte {
	return encode(lacksFrame{hex.EncodeToString(commit[:])})
}

// DecodeLacks reads EncodeLacks' form.
func DecodeLacks(b []byte) (enclosure.Digest, bool) {
	var f lacksFrame
	if !decode(b, &f) {
		return enclosure.Digest{}, false
	}
	return digest(f.Body)
}

// EncodeHolds says which bodies have become whole here.
func EncodeHolds(commits ...enclosure.Digest) []byte {
	f := holdsFrame{Bodies: make([]string, len(commits))}
	for i, c := range commits {
		f.Bodies[i] = hex.EncodeToString(c[:])
	}
	return encode(f)
}

// DecodeHolds reads EncodeHolds' form.
func DecodeHolds(b []byte) (out []enclosure.Digest, ok bool) {
	var f holdsFrame
	if !decode(b, &f) || len(f.Bodies) > maxHolds {
		return nil, false
	}
	for _, s := range f.Bodies {
		d, ok := digest(s)
		if !ok {
			return nil, false
		}
		out = append(out, d)
	}
	return out, true
}
