package seal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"entente.example/refusal"
)

// File is one line of a manifest.
type File struct {
	Path   string
	Size   int64
	Digest [32]byte // SHA-256
}

// FileOf describes content under a path.
func FileOf(path string, content []byte) File {
	return File{path, int64(len(content)), sha256.Sum256(content)}
}

// Hex is the digest in hex.
func (f File) Hex() string { return hex.EncodeToString(f.Digest[:]) }

// Manifest lists the files that a seal covers, by path.
type Manifest []File

// Format spells the manifest: `sha256:<hex> <bytes> <path>`, sorted.
func (m Manifest) Format() []byte {
	files := slices.Clone(m)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	var b strings.Builder
	for _, f := range files {
		fmt.Fprintf(&b, "sha256:%x %d %s\n", f.Digest, f.Size, f.Path)
	}
	return []byte(b.String())
}

// Digest is the SHA-256 of the spelled manifest, hex.
func (m Manifest) Digest() string { return hexDigest(m.Format()) }

func hexDigest(b []byte) string {
	d := sha256.Sum256(b)
	return hex.EncodeToString(d[:])
}

// maxStatement bounds statements and manifests that are read.
const maxStatement = 1 << 20

// ParseManifest reads what Format writes and nothing else: whatever it makes of anything else is spelled in another way.
func ParseManifest(b []byte) (Manifest, error) {
	bad := refusal.New(refusal.Unverified, "seal.bad_manifest")
	if len(b) > maxStatement {
		return nil, bad
	}
	var m Manifest
	for line := range strings.Lines(string(b)) {
		part := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 3)
		if len(part) != 3 {
			return nil, bad
		}
		f := parseFile(part)
		if len(m) > 0 && m[len(m)-1].Path == f.Path {
			return nil, bad
		}
		m = append(m, f)
	}
	if string(m.Format()) != string(b) {
		return nil, bad
	}
	return m, nil
}

// parseFile reads a digest, a size and a path. What is another spelling of these, or none, comes to something that is spelled otherwise.
func parseFile(part []string) File {
	f := File{Path: part[2]}
	d, _ := hex.DecodeString(strings.TrimPrefix(part[0], "sha256:"))
	copy(f.Digest[:], d)
	f.Size, _ = strconv.ParseInt(part[1], 10, 64)
	return f
}

// Language is one language version as a statement names it.
type Language struct {
	Tag    string
	Digest [32]byte
	Size   int64
	Status string // "authentic", "prevailing" or "reference"
}

// Statement is what each party seals, byte for byte the same: docs/protocol.md 4.1.
type Statement struct {
	Mechanism  string // 64 hex
	Epoch      int
	Parties    []string
	Instrument string
	Symbol     string // "" is written "-"
	Round      int
	Manifest   [32]byte
	ManifestSz int64
	Texts      []Language
	Supersedes string // "" is written "-"
	// Side and Pair are set if the text is one side's own, beside those of the others in the pair: then Parties are that side's.
	Side, Pair string
}

const statementHeader = "entente seal v1"

// noJoint ends the line by which the parties of one side seal that a text is theirs alone.
const noJoint = "without-joint-authority"

// Format spells the statement. SPEC statement-form.
func (s Statement) Format() []byte {
	parties := slices.Sorted(slices.Values(s.Parties))
	texts := slices.Clone(s.Texts)
	slices.SortFunc(texts, func(a, b Language) int { return strings.Compare(a.Tag, b.Tag) })
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nmechanism %s\ncharter-epoch %d\nparties %s\n", statementHeader, s.Mechanism, s.Epoch, strings.Join(parties, " "))
	if s.Side != "" {
		fmt.Fprintf(&b, "parallel %s %s %s\n", s.Side, s.Pair, noJoint)
	}
	fmt.Fprintf(&b, "instrument %s\nsymbol %s\nround %d\nmanifest sha256:%x %d\n", s.Instrument, orDash(s.Symbol), s.Round, s.Manifest, s.ManifestSz)
	for _, t := range texts {
		fmt.Fprintf(&b, "text %s sha256:%x %d %s\n", t.Tag, t.Digest, t.Size, t.Status)
	}
	fmt.Fprintf(&b, "supersedes %s\n", orDash(s.Supersedes))
	return []byte(b.String())
}

// Digest is the SHA-256 of the spelled statement, hex.
func (s Statement) Digest() string { return hexDigest(s.Format()) }

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func dash(s string) string {
	if s == "-" {
		return ""
	}
	return s
}

// ParseStatement reads what Format writes and nothing else: whatever it makes of anything else is spelled in another way.
func ParseStatement(b []byte) (Statement, error) {
	bad := refusal.New(refusal.Unverified, "seal.bad_statement")
	lines := strings.Split(string(b), "\n")
	if len(b) > maxStatement || len(lines) < 10 {
		return Statement{}, bad
	}
	var s Statement
	field := func(i int, name string) string { return strings.TrimPrefix(lines[i], name+" ") }
	s.Mechanism = field(1, "mechanism")
	s.Epoch, _ = strconv.Atoi(field(2, "charter-epoch"))
	s.Parties = strings.Fields(field(3, "parties"))
	if alone, ok := strings.CutPrefix(lines[4], "parallel "); ok {
		part := strings.Split(alone, " ")
		if len(part) != 3 || part[1] == "" || len(lines) < 11 {
			return Statement{}, bad
		}
		s.Side, s.Pair = part[0], part[1]
		lines = slices.Delete(lines, 4, 5)
	}
	s.Instrument, s.Symbol = field(4, "instrument"), dash(field(5, "symbol"))
	s.Round, _ = strconv.Atoi(field(6, "round"))
	sum, size, _ := strings.Cut(field(7, "manifest"), " ")
	m := parseFile([]string{sum, size, ""})
	s.Manifest, s.ManifestSz = m.Digest, m.Size
	for _, l := range lines[8 : len(lines)-2] {
		part := strings.Split(l, " ")
		if len(part) != 5 {
			return Statement{}, bad
		}
		f := parseFile([]string{part[2], part[3], ""})
		s.Texts = append(s.Texts, Language{part[1], f.Digest, f.Size, part[4]})
	}
	s.Supersedes = dash(field(len(lines)-2, "supersedes"))
	for i := 1; i < len(s.Texts); i++ {
		if s.Texts[i].Tag == s.Texts[i-1].Tag {
			return Statement{}, bad
		}
	}
	if string(s.Format()) != string(b) || len(slices.Compact(slices.Clone(s.Parties))) != len(s.Parties) {
		return Statement{}, bad
	}
	return s, nil
}

// Signer is a key as a line of allowed_signers names it.
type Signer struct {
	Principals []string
	Key        string // authorized_keys line
}

// AllowedSigners spells the file that ssh-keygen -Y verify reads, for seals.
func AllowedSigners(signers []Signer) []byte {
	var b strings.Builder
	for _, s := range signers {
		fmt.Fprintf(&b, "%s namespaces=\"%s\" %s\n", strings.Join(s.Principals, ","), NamespaceSeal, s.Key)
	}
	return []byte(b.String())
}
