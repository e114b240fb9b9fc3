package parcel

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"entente.example/enclosure"
	"entente.example/refusal"
)

// Bodies travel behind everything else of a parcel. docs/protocol.md 11.

// WordPath is the path of the sender's word on the bodies that it wants.
const WordPath = KindWord + "/bodies"

// BodyPath is the path of pieces from, … to−1 of the body with this commitment.
func BodyPath(body enclosure.Digest, from, to int64) string {
	return fmt.Sprintf("%s/%x/%d-%d", KindBody, body, from, to)
}

// BodyRun is pieces From, … To−1 of a body, as a path names them.
type BodyRun struct {
	Body string `json:"body"` // the commitment in hex
	From int64  `json:"from"`
	To   int64  `json:"to"`
}

// ParseBodyPath reads what BodyPath writes.
func ParseBodyPath(path string) (run BodyRun, ok bool) {
	parts := strings.Split(path, "/")
	if len(parts) != 3 || parts[0] != KindBody {
		return run, false
	}
	run.Body = parts[1]
	from, to, _ := strings.Cut(parts[2], "-")
	var err, err2 error
	run.From, err = strconv.ParseInt(from, 10, 64)
	run.To, err2 = strconv.ParseInt(to, 10, 64)
	digest := enclosure.Commitment{Commit: run.Body}.Digest()
	return run, err == nil && err2 == nil && run.From >= 0 && run.From < run.To && BodyPath(digest, run.From, run.To) == path
}

// EncodePieces joins pieces as they travel, each after four bytes of length.
func EncodePieces(pieces []*enclosure.Piece) (b []byte, err error) {
	for _, p := range pieces {
		raw, err := p.Encode()
		if err != nil {
			return nil, err
		}
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(raw))), raw...)
	}
	return b, nil
}

// DecodePieces reads the pieces that a member's path names, all of them and in their order. Their bytes alias b. SPEC parcel-bodies.
func DecodePieces(path string, b []byte) ([]*enclosure.Piece, error) {
	bad := refusal.New(refusal.Unverified, "pouch.bad_piece", "piece", path)
	run, ok := ParseBodyPath(path)
	if !ok || run.To-run.From > MaxMember/enclosure.PieceBytes+1 {
		return nil, bad
	}
	var out []*enclosure.Piece
	for n := run.From; n < run.To; n++ {
		if len(b) < 4 || uint64(len(b)-4) < uint64(binary.BigEndian.Uint32(b)) {
			return nil, bad
		}
		size := int(binary.BigEndian.Uint32(b))
		p, err := enclosure.DecodePiece(b[4 : 4+size])
		if err != nil || p.N != n || fmt.Sprintf("%x", p.Commit) != run.Body {
			return nil, bad.Because(err)
		}
		out, b = append(out, &p), b[4+size:]
	}
	if len(b) > 0 {
		return nil, bad
	}
	return out, nil
}
