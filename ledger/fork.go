package ledger

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"entente.example/refusal"
)

// forkHeader is the first line of evidence, and MaxFork the longest evidence that is read, in bytes.
const (
	forkHeader = "entente-fork@v1"
	MaxFork    = 32 << 10
)

// Attestor is a pair of keys that speaks for heads: a log's own (LogVerifier) or a witness's (WitnessVerifier).
type Attestor interface {
	Name() string
	VKeys() [2]string
	attest(note []byte) (Checkpoint, []byte, error)
}

// Attested is a note and the key pair that signed it.
type Attested struct {
	Note []byte
	By   Attestor
}

// Signer is a key pair as evidence names it.
type Signer struct {
	Name    string
	Witness bool // it confirmed a log's head; otherwise it is the log itself
	VKeys   [2]string
}

// Fork is what evidence proves: First and Second cannot both be heads of one log that only grows.
type Fork struct {
	Origin        string
	First, Second Checkpoint // First is not larger
	// Root is what the tree of Second has at First's size.
	Root Hash
	// By signed First and Second. Equal: this signer stated both, and nobody else is accused. Otherwise one is the log and the other a witness, and one of these two did wrong:
	// the log signed two histories, or the witness confirmed what the log never signed.
	By [2]Signer
}

// Single reports whether one signer alone is accused.
func (f *Fork) Single() bool { return f.By[0] == f.By[1] }

// Explanation is the message that tells a person what is proved.
func (f *Fork) Explanation() (key string, params refusal.Params) {
	digest := func(h Hash) string { return base64.StdEncoding.EncodeToString(h[:]) }
	params = refusal.Params{"log": f.Origin, "by": f.By[0].Name, "n1": strconv.FormatInt(f.First.Size, 10), "n2": strconv.FormatInt(f.Second.Size, 10),
		"root1": digest(f.First.Root), "root2": digest(f.Root)}
	switch {
	case !f.Single():
		if !f.By[0].Witness {
			params["by"] = f.By[1].Name
		}
		return "verify.fork_either", params
	case f.By[0].Witness:
		return "verify.fork_witness", params
	}
	delete(params, "by")
	return "verify.fork_log", params
}

// IsBy reports whether a signer of evidence is this key pair.
func (s Signer) IsBy(a Attestor) bool { return s.VKeys == a.VKeys() }

// FormatFork makes evidence of two notes of one log, or an error if they prove nothing. If their sizes differ, root is what the larger one's tree has at the smaller size, and
// proof the consistency proof between these two. Lines that nobody is accused by are left out. SPEC fork-form.
func FormatFork(a, b Attested, root Hash, proof []Hash) ([]byte, error) {
	first, sigs1, err := a.By.attest(a.Note)
	if err != nil {
		return nil, err
	}
	second, sigs2, err := b.By.attest(b.Note)
	if err != nil {
		return nil, err
	}
	x, y := forkHalf{first, sigs1, a.By.VKeys()}, forkHalf{second, sigs2, b.By.VKeys()}
	if y.before(x) {
		x, y = y, x
	}
	out := formatFork(x, y, root, proof)
	_, err = VerifyFork(out)
	return out, err
}

// forkHalf is one of the two checkpoints of evidence with its signer's lines.
type forkHalf struct {
	cp    Checkpoint
	lines []byte
	vkeys [2]string
}

func (h forkHalf) before(o forkHalf) bool {
	return h.cp.Size < o.cp.Size || h.cp.Size == o.cp.Size && bytes.Compare(h.cp.Root[:], o.cp.Root[:]) < 0
}

func formatFork(x, y forkHalf, root Hash, proof []Hash) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nsigner %s %s\n", forkHeader, x.vkeys[0], x.vkeys[1])
	if y.vkeys != x.vkeys {
		fmt.Fprintf(&b, "signer %s %s\n", y.vkeys[0], y.vkeys[1])
	}
	if x.cp.Size < y.cp.Size {
		fmt.Fprintf(&b, "root %s\n", base64.StdEncoding.EncodeToString(root[:]))
		for _, h := range proof {
			b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
		}
	}
	fmt.Fprintf(&b, "\n%s\n%s\n%s\n%s", x.cp.Text(), x.lines, y.cp.Text(), y.lines)
	return []byte(b.String())
}

// VerifyFork checks evidence with nothing but itself. That the keys in it are a party's is for the reader to compare: with the charter, or with a node that knows it. An honest signer
// cannot be accused: it has never signed two heads of which one is not a prefix of the other. SPEC fork-proves.
func VerifyFork(evidence []byte) (*Fork, error) {
	bad := refusal.New(refusal.Unverified, "ledger.bad_fork")
	parts := strings.Split(string(evidence), "\n\n")
	if len(evidence) > MaxFork || len(parts) != 5 {
		return nil, bad
	}
	by, root, proof, ok := parseForkHead(parts[0])
	if !ok {
		return nil, bad
	}
	var half [2]forkHalf
	var f Fork
	for i := range half {
		tail := parts[2*i+2]
		if i == 0 {
			tail += "\n"
		}
		note := []byte(parts[2*i+1] + "\n\n" + tail)
		cp, lines, err := by[i].attest(note)
		if err != nil {
			return nil, err
		}
		half[i] = forkHalf{cp, lines, by[i].VKeys()}
		f.By[i] = Signer{by[i].name, by[i].edKind == typeCosignature, by[i].VKeys()}
	}
	if !bytes.Equal(formatFork(half[0], half[1], root, proof), evidence) {
		return nil, bad // another spelling, lines of others, or a proof where none is needed
	}
	f.Origin, f.First, f.Second, f.Root = half[0].cp.Origin, half[0].cp, half[1].cp, root
	return &f, f.contradiction(proof)
}

// contradiction checks that the two checkpoints exclude each other, and that who signed them may be accused of it.
func (f *Fork) contradiction(proof []Hash) error {
	bad := refusal.New(refusal.Unverified, "ledger.no_fork")
	if f.Second.Origin != f.Origin {
		return bad
	}
	if !f.Single() && f.By[0].Witness == f.By[1].Witness { // of two witnesses each may have been shown another history in good faith
		return bad
	}
	if f.First.Size == f.Second.Size {
		f.Root = f.Second.Root
		if bytes.Compare(f.First.Root[:], f.Second.Root[:]) >= 0 { // equal, or not in the one order
			return bad
		}
		return nil
	}
	if f.Root == f.First.Root {
		return bad
	}
	if err := CheckConsistency(proof, f.Second.Size, f.Second.Root, f.First.Size, f.Root); err != nil {
		return bad.Because(err)
	}
	return nil
}

// parseForkHead reads the lines before the first checkpoint. Whether they are spelled as they must be is seen when they are written again.
func parseForkHead(head string) (by [2]pair, root Hash, proof []Hash, ok bool) {
	lines := strings.Split(head, "\n")
	if len(lines) < 2 {
		return by, root, nil, false
	}
	lines = lines[1:]
	for i := range by {
		keys, found := strings.CutPrefix(lines[0], "signer ")
		if i == 1 && !found {
			by[1] = by[0]
			break
		}
		ed, ml, _ := strings.Cut(keys, " ")
		p, err := parsePair(ed, ml)
		if err != nil {
			return by, root, nil, false
		}
		by[i] = p
		if lines = lines[1:]; len(lines) == 0 {
			if i == 0 {
				by[1] = by[0]
			}
			return by, root, nil, true
		}
	}
	for i, l := range lines {
		if i == 0 {
			l = strings.TrimPrefix(l, "root ")
		}
		raw, _ := base64.StdEncoding.DecodeString(l)
		if len(raw) != len(root) {
			return by, root, nil, false
		}
		if i == 0 {
			root = Hash(raw)
		} else {
			proof = append(proof, Hash(raw))
		}
	}
	return by, root, proof, true
}

// parsePair reads two printed keys of one name: Ed25519, plain or for cosignatures, and ML-DSA-44.
func parsePair(ed, ml string) (pair, error) {
	name, kind, public, _ := parseVKey(ed)
	if kind != typeEd25519 && kind != typeCosignature {
		return pair{}, refusal.New(refusal.Invalid, "ledger.bad_key", "name", name)
	}
	name2, kind2, public2, _ := parseVKey(ml)
	if kind2 != typeMLDSA || name2 != name {
		return pair{}, refusal.New(refusal.Invalid, "ledger.bad_key", "name", name)
	}
	return newPair(name, public, public2, kind)
}

// parseVKey reads name+hash+base64(type ‖ key) in exactly one spelling.
func parseVKey(s string) (name string, kind byte, public []byte, err error) {
	bad := refusal.New(refusal.Invalid, "ledger.bad_key", "name", "")
	parts := strings.SplitN(s, "+", 3)
	if len(parts) != 3 || !validName(parts[0]) {
		return "", 0, nil, bad
	}
	raw, _ := base64.StdEncoding.DecodeString(parts[2])
	if len(raw) == 0 || vkey(parts[0], raw[0], raw[1:]) != s {
		return "", 0, nil, bad
	}
	return parts[0], raw[0], raw[1:], nil
}

// attest returns what this pair says on a note, and its two lines.
func (p pair) attest(note []byte) (Checkpoint, []byte, error) {
	l, err := p.find(note)
	return l.cp, l.ml.append(l.ed.append(nil)), err
}

// Copy is somebody's copy of a log: its first Have entries, and the newest head that the log signed for, with the proof that leads to it if it is ahead.
type Copy struct {
	Have int64
	Head Attested
	Tail []Hash
	Read ReadTile
}

// Contradicts compares a note with a copy. It returns evidence if the two exclude each other and that can be shown, nil if they agree or nothing can be said yet.
func (c Copy) Contradicts(other Attested) ([]byte, error) {
	held, _, err := c.Head.By.attest(c.Head.Note)
	if err != nil {
		return nil, err
	}
	cp, _, err := other.By.attest(other.Note)
	if err != nil || cp.Origin != held.Origin {
		return nil, err
	}
	if cp.Size == held.Size {
		if cp.Root == held.Root {
			return nil, nil
		}
		return FormatFork(other, c.Head, Hash{}, nil)
	}
	have := min(c.Have, held.Size)
	if cp.Size > have {
		return nil, nil
	}
	root, err := RootAt(cp.Size, c.Read)
	if err != nil || root == cp.Root {
		return nil, err
	}
	proof, err := ProvePart(held.Size, have, c.Tail, cp.Size, c.Read)
	if err != nil {
		return nil, err
	}
	return FormatFork(other, c.Head, root, proof)
}
