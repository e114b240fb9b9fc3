package enclosure

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/ledger"
	"entente.example/refusal"
)

// Piece is a part of a body with everything that verifies it. It is what travels, on a line, in a pouch or through good offices.
type Piece struct {
	Commit Digest
	N      int64
	Salt   Salt
	Root   ledger.Hash   // of the tree of pieces
	Proof  []ledger.Hash // that the bytes are leaf N of the tree
	Bytes  []byte
}

// Verify checks a piece against the commitment that an entry holds. SPEC piece-verified.
func (c Commitment) Verify(p *Piece) error {
	if p.Commit != c.Digest() || p.N < 0 || p.N >= c.Pieces() || int64(len(p.Bytes)) != c.PieceSize(p.N) || Commit(p.Salt, p.Root) != p.Commit ||
		ledger.CheckInclusion(p.Proof, c.Pieces(), p.Root, p.N, ledger.LeafHash(p.Bytes)) != nil {
		return refusal.New(refusal.Unverified, "body.piece")
	}
	return nil
}

// maxProof is the longest proof: a body of MaxBytes has 2^14 pieces and a few.
const maxProof = 16

// MaxPiece bounds an encoded piece.
const MaxPiece = PieceBytes + 2 + 1200

// pieceHeader stands before a piece's bytes.
type pieceHeader struct {
	Body  string   `json:"body"`
	Piece int64    `json:"piece"`
	Proof []string `json:"proof"`
	Root  string   `json:"root"`
	Salt  string   `json:"salt"`
}

// Encode spells a piece: uint16 length of a header in canonical JSON, the header, the bytes. SPEC piece-form.
func (p *Piece) Encode() ([]byte, error) {
	h := pieceHeader{Body: hex.EncodeToString(p.Commit[:]), Piece: p.N, Proof: make([]string, len(p.Proof)), Root: base64.StdEncoding.EncodeToString(p.Root[:]), Salt: base64.StdEncoding.EncodeToString(p.Salt[:])}
	for i, x := range p.Proof {
		h.Proof[i] = base64.StdEncoding.EncodeToString(x[:])
	}
	head, err := entry.Canonical(h)
	if err != nil {
		return nil, err
	}
	b := binary.BigEndian.AppendUint16(make([]byte, 0, 2+len(head)+len(p.Bytes)), uint16(len(head)))
	return append(append(b, head...), p.Bytes...), nil
}

// DecodePiece reads Encode's form and no other. Bytes aliases b.
func DecodePiece(b []byte) (Piece, error) {
	bad := refusal.New(refusal.Invalid, "body.piece_form")
	if len(b) > MaxPiece || len(b) < 2 || len(b) < 2+int(binary.BigEndian.Uint16(b)) {
		return Piece{}, bad
	}
	n := 2 + int(binary.BigEndian.Uint16(b))
	var h pieceHeader
	if entry.CheckCanonical(b[2:n]) != nil || json.Unmarshal(b[2:n], &h, json.RejectUnknownMembers(true)) != nil || len(h.Proof) > maxProof || h.Piece < 0 {
		return Piece{}, bad
	}
	p := Piece{N: h.Piece, Bytes: b[n:]}
	commit, err := hex.DecodeString(h.Body)
	if err != nil || len(commit) != len(p.Commit) || hex.EncodeToString(commit) != h.Body || len(p.Bytes) == 0 || len(p.Bytes) > PieceBytes {
		return Piece{}, bad
	}
	copy(p.Commit[:], commit)
	if !hash(h.Salt, &p.Salt) || !hash(h.Root, &p.Root) {
		return Piece{}, bad
	}
	for _, s := range h.Proof {
		var x ledger.Hash
		if !hash(s, &x) {
			return Piece{}, bad
		}
		p.Proof = append(p.Proof, x)
	}
	if again, err := p.Encode(); err != nil || len(again) != len(b) || string(again[:n]) != string(b[:n]) {
		return Piece{}, bad // a member is missing
	}
	return p, nil
}

func hash(s string, into *[32]byte) bool {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	return err == nil && len(b) == copy(into[:], b) && len(b) == len(into)
}

// Tree grows with the pieces of a body whose bytes pass by once. It keeps 32 bytes a piece.
type Tree struct {
	builder *ledger.Builder
	tiles   map[[2]int64][]byte
}

// NewTree begins without pieces.
func NewTree() *Tree { return &Tree{ledger.NewBuilder(), map[[2]int64][]byte{}} }

// Append takes the next piece.
func (t *Tree) Append(piece []byte) { t.builder.Append(ledger.LeafHash(piece)) }

// Pieces is how many there are.
func (t *Tree) Pieces() int64 { return t.builder.Size() }

// Root is the tree's hash.
func (t *Tree) Root() ledger.Hash { return t.builder.Root() }

// Proof proves that piece n is in the tree.
func (t *Tree) Proof(n int64) ([]ledger.Hash, error) {
	for _, x := range t.builder.TakeTiles() {
		t.tiles[[2]int64{int64(x.Level), x.N}] = x.Data
	}
	return ledger.ProveInclusion(t.Pieces(), n, func(level int, n int64) ([]byte, error) { return t.tiles[[2]int64{int64(level), n}], nil })
}
