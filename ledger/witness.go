package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"strings"

	"entente.example/refusal"
)

// What passes between a log and an outside witness: C2SP tlog-witness. Neither side takes the other's word for anything that it can compute.

// NoteKey verifies one line of a note: of a log (Ed25519, ML-DSA-44) or of a witness (timestamped Ed25519, ML-DSA-44). Logs of Entente have two; the world outside may have one.
type NoteKey struct {
	text string
	name string
	kind byte
	id   uint32
	ed   ed25519.PublicKey
	ml   mldsaPublic
}

// ParseNoteKey reads a printed verifier key.
func ParseNoteKey(vkey string) (k NoteKey, err error) {
	name, kind, public, _ := parseVKey(vkey)
	k = NoteKey{text: vkey, name: name, kind: kind, id: keyID(name, kind, public)}
	bad := refusal.New(refusal.Invalid, "ledger.bad_key", "name", name)
	switch {
	case (kind == typeEd25519 || kind == typeCosignature) && len(public) == ed25519.PublicKeySize:
		k.ed = public
	case kind == typeMLDSA:
		if k.ml, err = newMLDSAPublic(public); err != nil {
			return NoteKey{}, bad.Because(err)
		}
	default:
		return NoteKey{}, bad
	}
	return k, nil
}

// Name is the name that it signs under; String is the printed key.
func (k NoteKey) Name() string   { return k.name }
func (k NoteKey) String() string { return k.text }

// Witnesses reports whether the key can be a witness's: a log's own Ed25519 signature says no time.
func (k NoteKey) Witnesses() bool { return k.kind != typeEd25519 }

// Open finds and verifies the key's line on a note, and says when it was made; 0 if it does not say. It tells nothing of any other line.
func (k NoteKey) Open(note []byte) (Checkpoint, int64, error) {
	cp, sigs, err := splitNote(note)
	if err != nil {
		return cp, 0, err
	}
	for _, s := range sigs {
		if at, ok := k.verify(cp, s); ok {
			return cp, at, nil
		}
	}
	return cp, 0, refusal.New(refusal.Unverified, "ledger.not_cosigned", "witness", k.name)
}

func (k NoteKey) verify(cp Checkpoint, s signature) (at int64, ok bool) {
	if s.name != k.name || s.key != k.id {
		return 0, false
	}
	if k.kind == typeEd25519 {
		return 0, cp.Origin == k.name && verifyEd25519(k.ed, []byte(cp.Text()), s.sig)
	}
	if len(s.sig) < 8 {
		return 0, false
	}
	t := binary.BigEndian.Uint64(s.sig)
	if k.kind == typeCosignature {
		ok = verifyEd25519(k.ed, cosignatureMessage(t, cp), s.sig[8:])
	} else {
		ok = k.ml.verify(subtreeMessage(k.name, t, cp), s.sig[8:])
	}
	return int64(t), ok && t <= math.MaxInt64
}

// Bare is a note with the lines of these key pairs, each verified, and nobody else's: what a witness is shown, and what may be handed on of notes that came from somebody, who can have added lines in anybody's name.
func Bare(note []byte, by ...Attestor) ([]byte, error) {
	var head Checkpoint
	var lines []byte
	for _, a := range by {
		cp, said, err := a.attest(note)
		if err != nil {
			return nil, err
		}
		head, lines = cp, append(lines, said...)
	}
	return append([]byte(head.Text()+"\n"), lines...), nil
}

// LineNames are the names that a note's signature lines bear, line by line. Nothing is verified by that.
func LineNames(note []byte) (names []string, err error) {
	_, sigs, err := splitNote(note)
	for _, s := range sigs {
		names = append(names, s.name)
	}
	return names, err
}

// TakeCosignatures adds to a note the lines of a witness's answer that are by its keys and verify, one of each that has none there; others are passed over. It fails if there is nothing to add, or no room for it.
func TakeCosignatures(note, answer []byte, keys []NoteKey) (out []byte, at int64, err error) {
	cp, have, err := splitNote(note)
	if err != nil {
		return nil, 0, err
	}
	_, sigs, _ := splitNote(append([]byte(cp.Text()+"\n"), answer...)) // what is no lines is no cosignature
	out = bytes.Clone(note)
	found, taken := false, map[uint32]bool{}
	for i, s := range slices.Concat(have, sigs) {
		for _, k := range keys {
			if t, ok := k.verify(cp, s); ok && k.Witnesses() && !taken[s.key] {
				if taken[s.key] = true; i >= len(have) {
					out, at, found = s.append(out), max(at, t), true
				}
			}
		}
	}
	if _, err := Claimed(out); !found || err != nil {
		return nil, 0, refusal.New(refusal.Unverified, "witness.not_cosigned")
	}
	return out, at, nil
}

// MaxSubmission is the longest submission that is read, and maxSubmittedProof the most hashes in it.
const (
	MaxSubmission     = MaxNote + 8<<10
	maxSubmittedProof = 63
)

// FormatSubmission is what is sent to a witness: how much it has cosigned before, the proof that leads from there, and the note.
func FormatSubmission(old int64, proof []Hash, note []byte) []byte {
	b := []byte("old " + strconv.FormatInt(old, 10) + "\n")
	for _, h := range proof {
		b = append(base64.StdEncoding.AppendEncode(b, h[:]), '\n')
	}
	return append(append(b, '\n'), note...)
}

// ParseSubmission reads what FormatSubmission writes and no other spelling. The note is not looked at.
func ParseSubmission(b []byte) (old int64, proof []Hash, note []byte, err error) {
	bad := refusal.New(refusal.Invalid, "witness.bad_request")
	head, note, _ := bytes.Cut(b, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	old, _ = strconv.ParseInt(strings.TrimPrefix(lines[0], "old "), 10, 64)
	if len(b) > MaxSubmission || old < 0 || old > MaxSize || len(lines)-1 > maxSubmittedProof {
		return 0, nil, nil, bad
	}
	for _, l := range lines[1:] {
		h, _ := base64.StdEncoding.DecodeString(l)
		if len(h) != len(Hash{}) {
			return 0, nil, nil, bad
		}
		proof = append(proof, Hash(h))
	}
	if !bytes.Equal(FormatSubmission(old, proof, note), b) { // whatever else is none is spelled otherwise
		return 0, nil, nil, bad
	}
	return old, proof, note, nil
}
