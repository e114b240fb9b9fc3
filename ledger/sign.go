package ledger

import (
	"crypto/ed25519"
	"encoding/binary"
	"math"
	"slices"

	"entente.example/refusal"
)

// LogSigner signs a log's own checkpoints, with Ed25519 and ML-DSA-44 under the log's name.
type LogSigner struct {
	name string
	ed   ed25519.PrivateKey
	ml   MLDSAKey
}

// NewLogSigner makes a signer for the log called origin.
func NewLogSigner(origin string, ed ed25519.PrivateKey, ml MLDSAKey) (LogSigner, error) {
	if !validName(origin) {
		return LogSigner{}, refusal.New(refusal.Invalid, "ledger.bad_key", "name", origin)
	}
	return LogSigner{origin, ed, ml}, nil
}

// LogVerifier verifies a log's checkpoints.
type LogVerifier struct{ pair }

// NewLogVerifier takes the log's name and raw public keys.
func NewLogVerifier(origin string, ed, ml []byte) (LogVerifier, error) {
	p, err := newPair(origin, ed, ml, typeEd25519)
	return LogVerifier{p}, err
}

// Named verifies another log, which signs with the same keys.
func (v LogVerifier) Named(origin string) (LogVerifier, error) {
	p, err := v.named(origin)
	return LogVerifier{p}, err
}

// SignCheckpoint makes a signed note. time is unix seconds; the ML-DSA signature carries it.
func SignCheckpoint(cp Checkpoint, s LogSigner, time int64) ([]byte, error) {
	if cp.Origin != s.name || cp.Size < 0 || cp.Size > MaxSize {
		return nil, refusal.New(refusal.Internal, "ledger.bad_checkpoint")
	}
	ml, err := mldsaLine(s.name, s.ml, cp, time)
	if err != nil {
		return nil, err
	}
	public := s.ed.Public().(ed25519.PublicKey)
	ed := signature{s.name, keyID(s.name, typeEd25519, public), signEd25519(s.ed, []byte(cp.Text()))}
	return formatNote(cp.Text(), ed, ml), nil
}

func mldsaLine(name string, key MLDSAKey, cp Checkpoint, time int64) (signature, error) {
	sig, err := key.sign(subtreeMessage(name, uint64(time), cp))
	if err != nil {
		return signature{}, err
	}
	return signature{name, keyID(name, typeMLDSA, key.Public()), append(binary.BigEndian.AppendUint64(nil, uint64(time)), sig...)}, nil
}

// OpenCheckpoint verifies a note's own log signatures, both of them, and returns the checkpoint. Other lines are not looked at.
// SPEC checkpoint-strict, checkpoint-both.
func OpenCheckpoint(note []byte, v LogVerifier) (Checkpoint, error) {
	l, err := v.find(note)
	return l.cp, err
}

// said is what a pair of keys says on a note: the checkpoint, its two lines, and when (the later of the two; 0 for a log's Ed25519 signature, which has no time).
type said struct {
	cp     Checkpoint
	ed, ml signature
	at     int64
}

// find looks for this pair's two lines on a note. A line that somebody else put there under our name and that does not verify is passed over.
func (p pair) find(note []byte) (said, error) {
	cp, sigs, err := splitNote(note)
	if err != nil {
		return said{}, err
	}
	if p.edKind == typeEd25519 && cp.Origin != p.name {
		return said{}, refusal.New(refusal.Unverified, "ledger.other_log", "log", cp.Origin)
	}
	out := said{cp: cp}
	var ed, ml bool
	for _, s := range sigs {
		var t int64
		switch {
		case s.name == p.name && s.key == p.edID && !ed:
			if t, ed = p.verifyEd(cp, s.sig); ed {
				out.ed, out.at = s, max(out.at, t)
			}
		case s.name == p.name && s.key == p.mlID && !ml:
			if t, ml = p.verifyMLDSA(cp, s.sig); ml {
				out.ml, out.at = s, max(out.at, t)
			}
		}
	}
	switch {
	case ed && ml:
		return out, nil
	case p.edKind == typeEd25519:
		return said{}, refusal.New(refusal.Unverified, "ledger.not_signed", "log", p.name)
	}
	return said{}, refusal.New(refusal.Unverified, "ledger.not_cosigned", "witness", p.name)
}

// verifyEd checks this pair's Ed25519 line: over the text for a log, timestamped for a witness.
func (p pair) verifyEd(cp Checkpoint, sig []byte) (time int64, ok bool) {
	if p.edKind == typeEd25519 {
		return 0, verifyEd25519(p.ed, []byte(cp.Text()), sig)
	}
	if len(sig) != 8+ed25519.SignatureSize {
		return 0, false
	}
	t := binary.BigEndian.Uint64(sig)
	return int64(t), t <= math.MaxInt64 && verifyEd25519(p.ed, cosignatureMessage(t, cp), sig[8:])
}

// verifyMLDSA checks timestamp ‖ signature.
func (p pair) verifyMLDSA(cp Checkpoint, sig []byte) (time int64, ok bool) {
	if len(sig) < 8 {
		return 0, false
	}
	t := binary.BigEndian.Uint64(sig)
	return int64(t), t <= math.MaxInt64 && p.ml.verify(subtreeMessage(p.name, t, cp), sig[8:])
}

// WitnessSigner makes receipts: timestamped cosignatures, Ed25519 and ML-DSA-44.
type WitnessSigner struct {
	name string
	ed   ed25519.PrivateKey
	ml   MLDSAKey
}

// NewWitnessSigner makes a signer under a witness name.
func NewWitnessSigner(name string, ed ed25519.PrivateKey, ml MLDSAKey) (WitnessSigner, error) {
	if !validName(name) {
		return WitnessSigner{}, refusal.New(refusal.Invalid, "ledger.bad_key", "name", name)
	}
	return WitnessSigner{name, ed, ml}, nil
}

// VKeys are the printed verifier keys, Ed25519 first.
func (s WitnessSigner) VKeys() ([2]string, error) {
	v, err := NewWitnessVerifier(s.name, s.ed.Public().(ed25519.PublicKey), s.ml.Public())
	if err != nil {
		return [2]string{}, err
	}
	return v.VKeys(), nil
}

// WitnessVerifier verifies receipts of one witness.
type WitnessVerifier struct{ pair }

// NewWitnessVerifier takes the witness's name and raw public keys.
func NewWitnessVerifier(name string, ed, ml []byte) (WitnessVerifier, error) {
	p, err := newPair(name, ed, ml, typeCosignature)
	return WitnessVerifier{p}, err
}

// Named verifies another witness, which signs with the same keys.
func (v WitnessVerifier) Named(name string) (WitnessVerifier, error) {
	p, err := v.named(name)
	return WitnessVerifier{p}, err
}

// Cosign adds a witness's two lines to a note, unix seconds. The caller has verified the note and stored every entry it covers.
func Cosign(note []byte, s WitnessSigner, time int64) ([]byte, error) {
	cp, _, err := splitNote(note)
	if err != nil {
		return nil, err
	}
	return cosign(note, cp, s, time)
}

func cosign(note []byte, cp Checkpoint, s WitnessSigner, time int64) ([]byte, error) {
	ml, err := mldsaLine(s.name, s.ml, cp, time)
	if err != nil {
		return nil, err
	}
	public := s.ed.Public().(ed25519.PublicKey)
	sig := append(binary.BigEndian.AppendUint64(nil, uint64(time)), signEd25519(s.ed, cosignatureMessage(uint64(time), cp))...)
	ed := signature{s.name, keyID(s.name, typeCosignature, public), sig}
	return ml.append(ed.append(slices.Clone(note))), nil
}

// Confirm cosigns a head without the log's own signature: for a log whose signatures say nothing any more, because it has signed two histories.
func Confirm(cp Checkpoint, s WitnessSigner, time int64) ([]byte, error) {
	return cosign(formatNote(cp.Text()), cp, s, time)
}

// VerifyCosignature verifies one witness's lines on a note, both of them, and returns what it saw and when (unix seconds, the later of the two). It says nothing
// about the log's own signatures.
func VerifyCosignature(note []byte, v WitnessVerifier) (Checkpoint, int64, error) {
	l, err := v.find(note)
	return l.cp, l.at, err
}

// TakeReceipt is VerifyCosignature, and gives the witness's two lines, which can stand under any note of the same checkpoint.
func TakeReceipt(note []byte, v WitnessVerifier) (cp Checkpoint, at int64, lines []byte, err error) {
	l, err := v.find(note)
	if err != nil {
		return cp, 0, nil, err
	}
	return l.cp, l.at, l.ml.append(l.ed.append(nil)), nil
}

// Merge returns the first note with the witness lines of the others added; all must be notes of the same checkpoint, and what comes of them one that can be read. Nothing is verified: a line stands for its key, so notes that
// came from others are made bare before.
func Merge(first []byte, others ...[]byte) ([]byte, error) {
	cp, sigs, err := splitNote(first)
	if err != nil {
		return nil, err
	}
	type key struct {
		name string
		id   uint32
	}
	have := map[key]bool{} // one line of each key: a log that signed the same head twice, at two times, has said one thing
	for _, s := range sigs {
		have[key{s.name, s.key}] = true
	}
	out := append([]byte(nil), first...)
	for _, o := range others {
		ocp, more, err := splitNote(o)
		if err != nil {
			return nil, err
		}
		if ocp != cp {
			return nil, refusal.New(refusal.Invalid, "ledger.other_checkpoint")
		}
		for _, s := range more {
			if k := (key{s.name, s.key}); !have[k] {
				have[k] = true
				out = s.append(out)
			}
		}
	}
	if _, err := Claimed(out); err != nil {
		return nil, err
	}
	return out, nil
}
