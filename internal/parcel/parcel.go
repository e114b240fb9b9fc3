// Package parcel owns what one node hands another without a conversation: by the pouch, or through good offices. docs/protocol.md 10.
//
// It promises that what a reader gives out is exactly what the sender's manifest lists, piece by piece and each whole, and that reading takes no more memory than one piece, whatever
// the bytes are. There are no names to choose: a header is compared with the one spelling that the manifest demands, so that a link, a device or a path that leads elsewhere has no
// form here. Nothing is compressed: nothing can unfold to more than was carried. Encryption is the carrier's, and what the pieces say is the node's to verify.
package parcel

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"entente.example/entry"
	"entente.example/internal/link"
	"entente.example/ledger"
	"entente.example/refusal"
)

// Limits of a parcel. What is beyond them is refused before it is read.
const (
	MaxMembers  = 100_000
	MaxMember   = link.MaxFrame
	maxManifest = 24 << 20
	// MaxCredential bounds the credential.
	MaxCredential = 192 << 10
	maxHolds      = 1024
	maxPath       = 100
)

// Manifest is the sender's word about a parcel: what is in it, and what the sender holds, which acknowledges everything that arrived there before.
type Manifest struct {
	Mech     string
	From, To string // parties
	// Sequence grows with every parcel from From to To. First and Last are the sequences of the parcels that were packed as one, if they had to be divided for a medium.
	Sequence, First, Last int64
	Made                  time.Time // the sender's clock, whole seconds, a claim
	Credential            []byte    // by what right the sender's key speaks, for whoever does not know it; nil if it is the charter's
	Holds                 []link.Head
	Members               []Member
}

// Member is one piece. The kinds known today are log (entries as a line carries them), receipt (a cosigned checkpoint), body (pieces of a body) and word (which bodies the sender wants);
// whoever does not know a kind leaves it aside.
type Member struct {
	Path   string
	Size   int64
	Digest [32]byte
}

// Kinds of members, the first part of their path.
const (
	KindLog     = "log"
	KindReceipt = "receipt"
	KindBody    = "body"
	KindWord    = "word"
)

// Kind is the first part of the path.
func (m Member) Kind() string {
	kind, _, _ := strings.Cut(m.Path, "/")
	return kind
}

// NewMember describes a piece.
func NewMember(path string, content []byte) Member {
	return Member{Path: path, Size: int64(len(content)), Digest: sha256.Sum256(content)}
}

// LogPath is the path of entries from, … to−1 of a log.
func LogPath(origin string, from, to int64) string {
	return fmt.Sprintf("%s/%s/%d-%d", KindLog, inMechanism(origin), from, to)
}

// ReceiptPath is the path of a party's receipt for a log.
func ReceiptPath(origin, party string) string {
	return KindReceipt + "/" + inMechanism(origin) + "/" + party
}

// inMechanism is an origin without what the manifest says already.
func inMechanism(origin string) string {
	_, party, gen, err := entry.ParseOrigin(origin)
	if err != nil {
		return "-" // no path: the manifest will not take it
	}
	return party + "/" + strconv.Itoa(gen)
}

// form is the first line of a manifest.
const form = "entente parcel v1"

// Format spells a manifest. It refuses one that Parse would not read.
func (m *Manifest) Format() ([]byte, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nmechanism %s\nfrom %s\nto %s\nsequence %d\nof %d %d\nmade %s\n", form, m.Mech, m.From, m.To, m.Sequence, m.First, m.Last, m.Made.UTC().Format(time.RFC3339))
	if len(m.Credential) > 0 {
		fmt.Fprintf(&b, "credential %s\n", base64.StdEncoding.EncodeToString(m.Credential))
	}
	for _, h := range m.Holds {
		fmt.Fprintf(&b, "holds %s %d\n", h.Origin, h.Size)
	}
	for _, e := range m.Members {
		b.WriteString(e.line())
	}
	out := []byte(b.String())
	_, err := ParseManifest(out)
	return out, err
}

func (m Member) line() string {
	return fmt.Sprintf("member sha256:%x %d %s\n", m.Digest, m.Size, m.Path)
}

// Room is what a member takes of a parcel: its line in the manifest, and its place in the archive.
func (m Member) Room() int64 { return int64(len(m.line())) + block + padded(m.Size) }

var errForm = refusal.New(refusal.Unverified, "parcel.bad_manifest")

// ParseManifest reads what Format writes and nothing else.
func ParseManifest(b []byte) (*Manifest, error) {
	if len(b) > maxManifest {
		return nil, refusal.New(refusal.Unverified, "parcel.too_large")
	}
	l := lines{rest: string(b)}
	m := &Manifest{}
	if l.next() != form {
		return nil, errForm
	}
	m.Mech, m.From, m.To = l.word("mechanism "), l.word("from "), l.word("to ")
	m.Sequence = l.number("sequence ")
	first, last, _ := strings.Cut(l.word("of "), " ")
	m.First, m.Last = l.parse(first), l.parse(last)
	made := l.word("made ")
	var err error
	if m.Made, err = time.Parse(time.RFC3339, made); err != nil || m.Made.UTC().Format(time.RFC3339) != made {
		return nil, errForm
	}
	m.Made = m.Made.UTC()
	if strings.HasPrefix(l.rest, "credential ") {
		m.Credential, err = base64.StdEncoding.Strict().DecodeString(l.word("credential "))
		if err != nil || len(m.Credential) == 0 || len(m.Credential) > MaxCredential {
			return nil, errForm
		}
	}
	if err := m.tables(&l); err != nil {
		return nil, err
	}
	if raw, err := hex.DecodeString(m.Mech); err != nil || len(raw) != 32 || strings.ToLower(m.Mech) != m.Mech || !entry.ValidID(m.From) || !entry.ValidID(m.To) || m.From == m.To {
		return nil, errForm
	}
	if l.bad || l.rest != "" || m.First < 1 || m.First > m.Sequence || m.Sequence > m.Last || m.Last > ledger.MaxSize {
		return nil, errForm
	}
	return m, nil
}

// tables reads the lines of which there are many.
func (m *Manifest) tables(l *lines) error {
	for before := ""; strings.HasPrefix(l.rest, "holds "); {
		origin, size, _ := strings.Cut(l.word("holds "), " ")
		h := link.Head{Origin: origin, Size: l.parse(size)}
		if mech, _, _, err := entry.ParseOrigin(origin); err != nil || !strings.HasPrefix(m.Mech, mech) || origin <= before || len(m.Holds) == maxHolds {
			return errForm
		}
		before = origin
		m.Holds = append(m.Holds, h)
	}
	for l.rest != "" {
		sum, rest, _ := strings.Cut(l.word("member sha256:"), " ")
		size, path, _ := strings.Cut(rest, " ")
		raw, err := hex.DecodeString(sum)
		e := Member{Path: path, Size: l.parse(size)}
		if err != nil || len(raw) != 32 || strings.ToLower(sum) != sum || l.bad || !validPath(path) {
			return errForm
		}
		if len(m.Members) == MaxMembers || e.Size > MaxMember {
			return refusal.New(refusal.Unverified, "parcel.too_large")
		}
		e.Digest = [32]byte(raw)
		m.Members = append(m.Members, e)
	}
	return nil
}

// Bytes is how much the members hold together.
func (m *Manifest) Bytes() (n int64) {
	for _, e := range m.Members {
		n += e.Size
	}
	return n
}

// validPath reports whether s is parts of lower-case letters, digits, dots, underscores and hyphens, each beginning with a letter or digit.
func validPath(s string) bool {
	if len(s) > maxPath || !strings.Contains(s, "/") {
		return false
	}
	for part := range strings.SplitSeq(s, "/") {
		if !entry.ValidID(part) {
			return false
		}
	}
	return true
}

// lines reads a manifest line by line and remembers that something was wrong.
type lines struct {
	rest string
	bad  bool
}

func (l *lines) next() string {
	line, rest, ok := strings.Cut(l.rest, "\n")
	l.bad, l.rest = l.bad || !ok, rest
	return line
}

func (l *lines) word(name string) string {
	v, ok := strings.CutPrefix(l.next(), name)
	l.bad = l.bad || !ok || v == ""
	return v
}

func (l *lines) number(name string) int64 { return l.parse(l.word(name)) }

func (l *lines) parse(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	l.bad = l.bad || err != nil || n < 0 || n > ledger.MaxSize || strconv.FormatInt(n, 10) != s
	return n
}

// Name is what the sender's node signs its manifests under.
func (m *Manifest) Name() string { return entry.ParcelName(m.Mech, m.From, m.To) }

// Sign makes the note that stands before a manifest: the claim that the parcel of this sequence has this manifest, in the form of a checkpoint, so that it carries both signatures of
// the node. s signs under Name.
func Sign(m *Manifest, manifest []byte, s ledger.LogSigner) ([]byte, error) {
	return ledger.SignCheckpoint(ledger.Checkpoint{Origin: m.Name(), Size: m.Sequence, Root: sha256.Sum256(manifest)}, s, m.Made.Unix())
}
