package link

import (
	"encoding/base64"
	"encoding/binary"
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"entente.example/entry"
	"entente.example/ledger"
)

// Kinds of frames: docs/protocol.md 5. Ping and pong are the carrier's.
const (
	KindHello    byte = 1
	KindHave     byte = 2
	KindWant     byte = 3
	KindStop     byte = 4
	KindEntries  byte = 5
	KindReceipt  byte = 6
	KindPing     byte = 7
	KindPong     byte = 8
	KindBye      byte = 9
	KindAside    byte = 10 // off the record: it never comes to a line
	KindEvidence byte = 11
	KindFull     byte = 12
)

// MaxFrame is the longest payload, in bytes.
const MaxFrame = 8 << 20

// hello opens a conversation, or answers one that does.
type hello struct {
	Fold    int    `json:"fold,omitzero"`
	Heads   []Head `json:"heads"`
	Mech    string `json:"mech"`
	Party   string `json:"party"`
	Reply   bool   `json:"reply"`
	Version int    `json:"version"`
}

type want struct {
	From int64  `json:"from"`
	Log  string `json:"log"`
}

type stop struct {
	Log string `json:"log"`
}

// entriesHeader stands before the note and the bundle.
type entriesHeader struct {
	Count int      `json:"count"`
	From  int64    `json:"from"`
	Log   string   `json:"log"`
	Proof []string `json:"proof"`
}

// encode spells a message. Our own messages always have a canonical form.
func encode(v any) []byte {
	b, err := entry.Canonical(v)
	if err != nil {
		panic("link: message without canonical form: " + err.Error())
	}
	return b
}

// decode reads a message in exactly its canonical form.
func decode(b []byte, into any) bool {
	return len(b) <= 1<<20 && entry.CheckCanonical(b) == nil && json.Unmarshal(b, into, json.RejectUnknownMembers(true)) == nil
}

func encodeHello(h hello) []byte { return encode(h) }

// decodeHello leaves aside what a newer version says in a hello beside what we know. SPEC line-newer.
func decodeHello(b []byte) (h hello, ok bool) {
	ok = len(b) <= 1<<20 && entry.CheckCanonical(b) == nil && json.Unmarshal(b, &h) == nil && len(h.Heads) <= maxHeads
	return h, ok
}

func encodeHeads(h []Head) []byte { return encode(h) }

func decodeHeads(b []byte) (h []Head, ok bool) {
	ok = decode(b, &h) && len(h) <= maxHeads
	return h, ok
}

func encodeWant(origin string, from int64) []byte { return encode(want{from, origin}) }

func decodeWant(b []byte) (origin string, from int64, ok bool) {
	var w want
	ok = decode(b, &w)
	return w.Log, w.From, ok
}

func encodeStop(origin string) []byte { return encode(stop{origin}) }

func decodeStop(b []byte) (origin string, ok bool) {
	var s stop
	ok = decode(b, &s)
	return s.Log, ok
}

// EncodeChunk spells a chunk as a frame of entries carries it: header and note with their lengths, then the bundle.
func EncodeChunk(c Chunk) ([]byte, error) {
	h := entriesHeader{Count: len(c.Entries), From: c.From, Log: c.Origin, Proof: make([]string, len(c.Proof))}
	size := 0
	for i, p := range c.Proof {
		h.Proof[i] = base64.StdEncoding.EncodeToString(p[:])
	}
	for _, e := range c.Entries {
		size += len(e) + 2
	}
	head := encode(h)
	b := make([]byte, 0, 4+len(head)+len(c.Note)+size)
	b = append(binary.BigEndian.AppendUint16(b, uint16(len(head))), head...)
	b = append(binary.BigEndian.AppendUint16(b, uint16(len(c.Note))), c.Note...)
	for _, e := range c.Entries {
		var err error
		if b, err = ledger.AppendBundle(b, e); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// field cuts a length-prefixed field off.
func field(b []byte) (f, rest []byte, ok bool) {
	if len(b) < 2 {
		return nil, nil, false
	}
	n := int(binary.BigEndian.Uint16(b))
	if len(b) < 2+n {
		return nil, nil, false
	}
	return b[2 : 2+n], b[2+n:], true
}

// DecodeChunk reads what EncodeChunk writes. The chunk aliases b.
func DecodeChunk(b []byte) (Chunk, bool) {
	head, rest, ok := field(b)
	note, bundle, ok2 := field(rest)
	var h entriesHeader
	if !ok || !ok2 || !decode(head, &h) || h.From < 0 || h.From > ledger.MaxSize || h.Count < 1 || len(h.Proof) > 64 {
		return Chunk{}, false
	}
	entries, err := ledger.SplitBundle(bundle, h.Count)
	if err != nil {
		return Chunk{}, false
	}
	c := Chunk{Origin: h.Log, From: h.From, Entries: entries, Note: note}
	for _, p := range h.Proof {
		raw, err := base64.StdEncoding.Strict().DecodeString(p)
		if err != nil || len(raw) != 32 {
			return Chunk{}, false
		}
		c.Proof = append(c.Proof, [32]byte(raw))
	}
	return c, true
}

// MarshalJSON spells a head as ["origin",size].
func (h Head) MarshalJSON() ([]byte, error) {
	return json.Marshal([]any{h.Origin, h.Size})
}

// UnmarshalJSON reads MarshalJSON's form.
func (h *Head) UnmarshalJSON(b []byte) error {
	var parts []jsontext.Value
	if err := json.Unmarshal(b, &parts); err != nil {
		return err
	}
	if len(parts) != 2 {
		return errors.New("a head is a log and a size")
	}
	return errors.Join(json.Unmarshal(parts[0], &h.Origin), json.Unmarshal(parts[1], &h.Size))
}
