package ledger

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"

	"entente.example/refusal"
)

// MaxNote is the longest signed note that is read, in bytes, and maxSignatures the most lines.
const (
	MaxNote       = 64 << 10
	maxSignatures = 64
)

// Signature types of C2SP signed-note and tlog-cosignature.
const (
	typeEd25519      = 0x01
	typeCosignature  = 0x04 // timestamped Ed25519
	typeMLDSA        = 0x06 // timestamped ML-DSA-44 over a subtree
	emDash           = "\u2014 "
	subtreeLabel     = "subtree/v1\n\x00"
	cosignatureLabel = "cosignature/v1\n"
)

// keyID is the first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key).
func keyID(name string, kind byte, public []byte) uint32 {
	h := sha256.New()
	h.Write([]byte(name + "\n"))
	h.Write([]byte{kind})
	h.Write(public)
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// vkey is the printed form of a verifier key: name+hash+base64(type ‖ key).
func vkey(name string, kind byte, public []byte) string {
	return fmt.Sprintf("%s+%08x+%s", name, keyID(name, kind, public), base64.StdEncoding.EncodeToString(append([]byte{kind}, public...)))
}

// signature is one line of a note.
type signature struct {
	name string
	key  uint32
	sig  []byte
}

// append adds the line to a note. The key and two bytes of the signature are eight letters, so that nothing has to be put together first.
func (s signature) append(note []byte) []byte {
	note = append(append(append(note, emDash...), s.name...), ' ')
	n := min(2, len(s.sig))
	note = base64.StdEncoding.AppendEncode(note, append(binary.BigEndian.AppendUint32(make([]byte, 0, 6), s.key), s.sig[:n]...))
	return append(base64.StdEncoding.AppendEncode(note, s.sig[n:]), '\n')
}

// Claimed is what a note says before anybody has checked who says it: good enough to see that it is no news.
func Claimed(note []byte) (Checkpoint, error) {
	cp, _, err := splitNote(note)
	return cp, err
}

// ClaimedTime is when a note's log says that it signed it, unix seconds, as the signature that carries a time has it; 0 if none does. Unverified, like Claimed.
func ClaimedTime(note []byte) int64 {
	cp, sigs, _ := splitNote(note)
	for _, s := range sigs {
		if s.name == cp.Origin && len(s.sig) > 8+ed25519.SignatureSize {
			return int64(binary.BigEndian.Uint64(s.sig) & math.MaxInt64)
		}
	}
	return 0
}

// Heading is the checkpoint above a note's signatures, which are not even read: for whoever has to find out first whose note it is, and often.
func Heading(note []byte) (Checkpoint, error) {
	text, _, ok := bytes.Cut(note, []byte("\n\n"))
	if !ok || len(note) > MaxNote {
		return Checkpoint{}, refusal.New(refusal.Unverified, "ledger.bad_note")
	}
	return ParseCheckpoint(string(note[:len(text)+1]))
}

// splitNote divides a note into the checkpoint and its signatures. Lines are only read here; who wants one verified looks for it by name and key,
// so that a line somebody added can neither stand in for another nor spoil it.
func splitNote(note []byte) (Checkpoint, []signature, error) {
	bad := func() error { return refusal.New(refusal.Unverified, "ledger.bad_note") }
	if len(note) > MaxNote {
		return Checkpoint{}, nil, bad()
	}
	text, tail, _ := bytes.Cut(note, []byte("\n\n"))
	if len(tail) == 0 || tail[len(tail)-1] != '\n' {
		return Checkpoint{}, nil, bad()
	}
	cp, err := ParseCheckpoint(string(note[:len(text)+1]))
	if err != nil {
		return Checkpoint{}, nil, err
	}
	tail = tail[:len(tail)-1]
	lines := bytes.Count(tail, []byte("\n")) + 1
	if lines > maxSignatures {
		return Checkpoint{}, nil, bad()
	}
	sigs := make([]signature, 0, lines)
	raw := make([]byte, 0, base64.StdEncoding.DecodedLen(len(tail))) // of all lines
	for l := range bytes.SplitSeq(tail, []byte("\n")) {
		rest, ok := bytes.CutPrefix(l, []byte(emDash))
		words, enc, _ := bytes.Cut(rest, []byte(" "))
		name, from := string(words), len(raw)
		raw, err = base64.StdEncoding.Strict().AppendDecode(raw, enc)
		if !ok || err != nil || len(raw)-from < 5 || !validName(name) {
			return Checkpoint{}, nil, bad()
		}
		sigs = append(sigs, signature{name, binary.BigEndian.Uint32(raw[from:]), raw[from+4 : len(raw) : len(raw)]})
	}
	return cp, sigs, nil
}

func formatNote(text string, sigs ...signature) []byte {
	out := []byte(text + "\n")
	for _, s := range sigs {
		out = s.append(out)
	}
	return out
}

// subtreeMessage is what an ML-DSA-44 cosignature signs: C2SP tlog-cosignature, type 0x06.
func subtreeMessage(cosigner string, time uint64, cp Checkpoint) []byte {
	b := []byte(subtreeLabel)
	b = append(append(b, byte(len(cosigner))), cosigner...)
	b = binary.BigEndian.AppendUint64(b, time)
	b = append(append(b, byte(len(cp.Origin))), cp.Origin...)
	b = binary.BigEndian.AppendUint64(b, 0)
	b = binary.BigEndian.AppendUint64(b, uint64(cp.Size))
	return append(b, cp.Root[:]...)
}

func cosignatureMessage(time uint64, cp Checkpoint) []byte {
	return fmt.Appendf(nil, "%stime %d\n%s", cosignatureLabel, time, cp.Text())
}

// pair is one name with a key of each kind.
type pair struct {
	name   string
	ed     ed25519.PublicKey
	ml     mldsaPublic
	mlRaw  []byte
	edKind byte
	edID   uint32
	mlID   uint32
}

func newPair(name string, ed, ml []byte, edKind byte) (pair, error) {
	if !validName(name) || len(ed) != ed25519.PublicKeySize {
		return pair{}, refusal.New(refusal.Invalid, "ledger.bad_key", "name", name)
	}
	k, err := newMLDSAPublic(ml)
	if err != nil {
		return pair{}, refusal.New(refusal.Invalid, "ledger.bad_key", "name", name).Because(err)
	}
	return pair{name, ed, k, ml, edKind, keyID(name, edKind, ed), keyID(name, typeMLDSA, ml)}, nil
}

// named is the same keys under another name. Expanding an ML-DSA key takes half as long as checking a signature with it.
func (p pair) named(name string) (pair, error) {
	if !validName(name) {
		return pair{}, refusal.New(refusal.Invalid, "ledger.bad_key", "name", name)
	}
	p.name, p.edID, p.mlID = name, keyID(name, p.edKind, p.ed), keyID(name, typeMLDSA, p.mlRaw)
	return p, nil
}

// VKeys are the two printed verifier keys, Ed25519 first.
func (p pair) VKeys() [2]string {
	return [2]string{vkey(p.name, p.edKind, p.ed), vkey(p.name, typeMLDSA, p.mlRaw)}
}

// Name is the name the keys sign under.
func (p pair) Name() string { return p.name }
