package enclosure

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"entente.example/internal/vectors"
	"entente.example/ledger"
)

// body commits to bytes, and gives all their pieces.
func body(t testing.TB, salt Salt, b []byte) (Commitment, []Piece) {
	t.Helper()
	tree := NewTree()
	for rest := b; len(rest) > 0; rest = rest[min(len(rest), PieceBytes):] {
		tree.Append(rest[:min(len(rest), PieceBytes)])
	}
	d := Commit(salt, tree.Root())
	c := Commitment{Class: Erasable, Commit: hex.EncodeToString(d[:]), Media: "text/plain", Size: int64(len(b))}
	var out []Piece
	for n := range c.Pieces() {
		proof, err := tree.Proof(n)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, Piece{Commit: d, N: n, Salt: salt, Root: tree.Root(), Proof: proof, Bytes: b[n*PieceBytes : n*PieceBytes+c.PieceSize(n)]})
	}
	return c, out
}

func noise(n int) []byte {
	out := make([]byte, 0, n+32)
	h := sha256.Sum256([]byte("noise"))
	for len(out) < n {
		out = append(out, h[:]...)
		h = sha256.Sum256(h[:])
	}
	return out[:n]
}

// Every piece verifies by itself, in any order and through its encoding; one with anything changed does not. SPEC piece-verified, piece-form.
func TestPieces(t *testing.T) {
	for _, size := range []int{13, PieceBytes, PieceBytes + 1, 3*PieceBytes + 7, 8 * PieceBytes} {
		c, pieces := body(t, Salt{1, 2, 3}, noise(size))
		for i := len(pieces) - 1; i >= 0; i-- {
			raw, err := pieces[i].Encode()
			if err != nil {
				t.Fatal(err)
			}
			p, err := DecodePiece(raw)
			if err != nil || c.Verify(&p) != nil {
				t.Fatalf("piece %d of %d bytes: %v, %v", i, size, err, c.Verify(&p))
			}
			for name, change := range map[string]func(*Piece){
				"bytes":  func(p *Piece) { p.Bytes = bytes.Clone(p.Bytes); p.Bytes[len(p.Bytes)/2] ^= 1 },
				"length": func(p *Piece) { p.Bytes = p.Bytes[:len(p.Bytes)-1] },
				"salt":   func(p *Piece) { p.Salt[31] ^= 1 },
				"root":   func(p *Piece) { p.Root[0] ^= 1 },
				"number": func(p *Piece) { p.N++ },
				"proof":  func(p *Piece) { p.Proof = append(p.Proof, ledger.Hash{}) },
				"body":   func(p *Piece) { p.Commit[5] ^= 1 },
			} {
				bad := p
				change(&bad)
				if c.Verify(&bad) == nil {
					t.Errorf("piece %d of %d bytes with another %s verifies", i, size, name)
				}
			}
		}
	}
}

// The pieces of another body, of the same length, are no pieces of this one.
func TestPiecesBelongToOneBody(t *testing.T) {
	c, _ := body(t, Salt{1}, noise(2*PieceBytes))
	_, other := body(t, Salt{2}, noise(2*PieceBytes))
	for i := range other {
		other[i].Commit = c.Digest()
		if c.Verify(&other[i]) == nil {
			t.Errorf("piece %d under another salt verifies", i)
		}
	}
}

// pieceVector is one of testdata/vectors/bodies.json: a piece made of one byte that is repeated.
type pieceVector struct {
	vectors.Header
	Commitment Commitment `json:"commitment"`
	Piece      int64      `json:"piece"`
	Byte       byte       `json:"byte"`
	Length     int        `json:"length"`
	Salt       []byte     `json:"salt"`
	Root       []byte     `json:"root"`
	Proof      [][]byte   `json:"proof"`
}

// Which piece fits which commitment is the same in any implementation. SPEC body-commitment, piece-verified.
func TestVectors(t *testing.T) {
	for _, v := range vectors.Read[pieceVector](t, "bodies", 20) {
		p := Piece{Commit: v.Commitment.Digest(), N: v.Piece, Salt: Salt(v.Salt), Root: ledger.Hash(v.Root), Bytes: bytes.Repeat([]byte{v.Byte}, v.Length)}
		for _, h := range v.Proof {
			p.Proof = append(p.Proof, ledger.Hash(h))
		}
		err := v.Commitment.Check()
		if err == nil {
			err = v.Commitment.Verify(&p)
		}
		if (err == nil) != v.Accept() {
			t.Errorf("%s: %v", v.Name, err)
		}
	}
}

// What no body can be is refused. SPEC body-limits.
func TestImpossibleCommitments(t *testing.T) {
	good, _ := body(t, Salt{}, noise(100))
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Commitment){
		"no class":       func(c *Commitment) { c.Class = "" },
		"another class":  func(c *Commitment) { c.Class = "local" },
		"capitals":       func(c *Commitment) { c.Commit = strings.ToUpper(c.Commit) },
		"short":          func(c *Commitment) { c.Commit = c.Commit[:62] },
		"no media type":  func(c *Commitment) { c.Media = "pdf" },
		"parameters":     func(c *Commitment) { c.Media = "text/html; charset=utf-8" },
		"a line end":     func(c *Commitment) { c.Media = "text/x\r\nset-cookie" },
		"nothing":        func(c *Commitment) { c.Size = 0 },
		"a negative":     func(c *Commitment) { c.Size = -5 },
		"over a gibi":    func(c *Commitment) { c.Size = MaxBytes + 1 },
		"the whole line": func(c *Commitment) { c.Size = 1<<53 - 1 },
	} {
		c := good
		change(&c)
		if c.Check() == nil {
			t.Errorf("%s: %+v passes", name, c)
		}
	}
}

// A body begins with its header, and a name cannot lead anywhere. SPEC body-header.
func TestHeader(t *testing.T) {
	for _, name := range []string{"", "a.pdf", "李明 护照.pdf", "議事録(案).docx"} {
		b, err := Header{Name: name}.Prefix()
		if err != nil {
			t.Fatal(err)
		}
		h, n := ReadHeader(append(b, "the file"...))
		if h.Name != name || n != len(b) {
			t.Errorf("%q comes back as %q, file at %d of %d", name, h.Name, n, len(b))
		}
	}
	for _, s := range []string{"", "\x00", "\xff\xff{}", "\x00\x02{}", "\x00\x0b{\"name\":1}x"} {
		if h, n := ReadHeader([]byte(s)); h.Name != "" || n > 0 && s != "\x00\x02{}" {
			t.Errorf("%q is read as %+v to %d", s, h, n)
		}
	}
	for in, want := range map[string]string{"../../etc/passwd": "passwd", `C:\Users\x\brief.docx`: "brief.docx", "a\u202egpj.exe": "a_gpj.exe", "..": "", "e\u0301.txt": "é.txt", "a\nb": "a_b"} {
		if got := CleanName(in); got != want {
			t.Errorf("%q becomes %q, not %q", in, got, want)
		}
	}
	if long := CleanName(strings.Repeat("長", 300) + ".pdf"); len(long) > maxName || !strings.HasSuffix(long, ".pdf") || CheckName(long) != nil {
		t.Errorf("a long name becomes %q", long)
	}
}

func FuzzPiece(f *testing.F) {
	_, pieces := body(f, Salt{9}, noise(PieceBytes+100))
	for i := range pieces {
		raw, err := pieces[i].Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte{0, 2, '{', '}', 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := DecodePiece(b)
		if err != nil {
			return
		}
		again, err := p.Encode()
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("a piece has two spellings: %v", err)
		}
	})
}

func FuzzHeader(f *testing.F) {
	for _, name := range []string{"", "a.pdf", "議事録.docx"} {
		b, err := Header{Name: name}.Prefix()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(append(b, 'x'))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		h, n := ReadHeader(b)
		if n > len(b) || CheckName(h.Name) != nil {
			t.Fatalf("%q to %d of %d", h.Name, n, len(b))
		}
	})
}

// A commitment that passes has pieces that add up to it.
func FuzzCommitment(f *testing.F) {
	f.Add("permanent", strings.Repeat("ab", 32), "application/pdf", int64(70000))
	f.Add("erasable", strings.Repeat("0", 64), "text/plain", int64(13))
	f.Fuzz(func(t *testing.T, class, commit, media string, size int64) {
		c := Commitment{class, commit, media, size}
		if c.Check() != nil {
			return
		}
		last := c.Pieces() - 1
		if d := c.Digest(); hex.EncodeToString(d[:]) != commit || last*PieceBytes+c.PieceSize(last) != size || c.PieceSize(last) < 1 || c.PieceSize(last) > PieceBytes {
			t.Fatalf("%+v", c)
		}
	})
}

func FuzzCleanName(f *testing.F) {
	f.Add("../a\x00b.pdf")
	f.Add(strings.Repeat("あ", 200))
	f.Fuzz(func(t *testing.T, s string) {
		if got := CleanName(s); CheckName(got) != nil {
			t.Fatalf("%q", got)
		}
	})
}
