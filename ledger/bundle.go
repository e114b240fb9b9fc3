package ledger

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"entente.example/refusal"
)

// AppendBundle adds an entry to an entry bundle (C2SP tlog-tiles): uint16 big-endian length, then the bytes.
func AppendBundle(b, leaf []byte) ([]byte, error) {
	if len(leaf) > 65535 {
		return nil, refusal.New(refusal.Invalid, "entry.too_long", "bytes", strconv.Itoa(len(leaf)), "limit", "65535")
	}
	return append(binary.BigEndian.AppendUint16(b, uint16(len(leaf))), leaf...), nil
}

// SplitBundle divides a bundle of exactly n entries. The entries alias b.
func SplitBundle(b []byte, n int) ([][]byte, error) {
	bad := refusal.New(refusal.Unverified, "ledger.bad_bundle")
	if n < 0 || n > len(b)/2 {
		return nil, bad
	}
	out := make([][]byte, 0, n)
	for range n {
		if len(b) < 2 {
			return nil, bad
		}
		size := int(binary.BigEndian.Uint16(b))
		if len(b) < 2+size {
			return nil, bad
		}
		out = append(out, b[2:2+size:2+size])
		b = b[2+size:]
	}
	if len(b) > 0 {
		return nil, bad
	}
	return out, nil
}

// TilePath is a tile's path in the C2SP tlog-tiles layout; level -1 is the entry bundles. Width 256 is a full tile.
func TilePath(level int, n int64, width int) string {
	l := "entries"
	if level >= 0 {
		l = strconv.Itoa(level)
	}
	p := fmt.Sprintf("%03d", n%1000)
	for n /= 1000; n > 0; n /= 1000 {
		p = fmt.Sprintf("x%03d/%s", n%1000, p)
	}
	if width < tileWidth {
		p += fmt.Sprintf(".p/%d", width)
	}
	return "tile/" + l + "/" + p
}

// ParseTilePath reads TilePath's form, and no other spelling of it.
func ParseTilePath(path string) (level int, n int64, width int, ok bool) {
	l, rest, _ := strings.Cut(strings.TrimPrefix(path, "tile/"), "/")
	rest, w, part := strings.Cut(rest, ".p/")
	if width = tileWidth; part {
		width, _ = strconv.Atoi(w)
	}
	if level, _ = strconv.Atoi(l); l == "entries" {
		level = -1
	}
	n, _ = strconv.ParseInt(strings.NewReplacer("x", "", "/", "").Replace(rest), 10, 64)
	if n < 0 || n > MaxSize || level > 7 || width < 1 || TilePath(level, n, width) != path { // whatever else is no path is spelled otherwise
		return 0, 0, 0, false
	}
	return level, n, width, true
}

// TileWidth is how many hashes, or entries, a full tile or bundle holds.
const TileWidth = tileWidth

// TileWidthAt is how many hashes tile n of a level has in a tree of size leaves; level -1 is the entry bundles.
func TileWidthAt(size int64, level int, n int64) int64 {
	for range level {
		size /= tileWidth
	}
	return min(max(size-n*tileWidth, 0), tileWidth)
}

// proofHeader is the first line of C2SP tlog-proof.
const proofHeader = "c2sp.org/tlog-proof@v1"

// FormatProof writes a tlog-proof: an inclusion proof and the cosigned checkpoint it leads to.
func FormatProof(index int64, proof []Hash, note []byte) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\nindex %d\n", proofHeader, index)
	for _, h := range proof {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteString("\n")
	b.Write(note)
	return []byte(b.String())
}

// ParseProof reads what FormatProof writes. It verifies nothing.
func ParseProof(b []byte) (index int64, proof []Hash, note []byte, err error) {
	bad := refusal.New(refusal.Unverified, "ledger.bad_proof")
	head, rest, _ := strings.Cut(string(b), "\n\n")
	lines := strings.Split(head, "\n")
	if len(b) > MaxNote+8192 || len(lines) < 2 || len(lines) > 66 {
		return 0, nil, nil, bad
	}
	index, _ = strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if index < 0 || index >= MaxSize {
		return 0, nil, nil, bad
	}
	for _, l := range lines[2:] {
		h, _ := base64.StdEncoding.DecodeString(l)
		if len(h) != 32 {
			return 0, nil, nil, bad
		}
		proof = append(proof, Hash(h))
	}
	note = []byte(rest)
	if string(FormatProof(index, proof, note)) != string(b) { // whatever else is no proof is spelled otherwise
		return 0, nil, nil, bad
	}
	return index, proof, note, nil
}
