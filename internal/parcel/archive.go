package parcel

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strconv"

	"entente.example/ledger"
	"entente.example/refusal"
)

// The outer form is a tar archive (POSIX ustar) of regular files, so that anybody who holds the key can look into it with tools they have.
const (
	block        = 512
	noteFile     = "manifest.note"
	manifestFile = "manifest.txt"
)

func padded(size int64) int64 { return (size + block - 1) / block * block }

// Room is what a parcel takes beside its members and their lines.
func Room(manifestHead int64) int64 {
	return 3*block + ledger.MaxNote/4 + padded(manifestHead) + block + 2*block
}

// header is the one spelling of a file's header: everything but name and size is fixed.
func header(name string, size int64) (h [block]byte) {
	copy(h[:100], name)
	copy(h[100:], "0000644\x000000000\x000000000\x00")
	copy(h[124:], fmt.Sprintf("%011o\x0000000000000\x00        0", size))
	copy(h[257:], "ustar\x0000")
	copy(h[329:], "0000000\x000000000\x00")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return h
}

// Write writes a parcel. content gives the bytes of a member when their turn has come; they must be what the manifest says.
func Write(w io.Writer, note, manifest []byte, members []Member, content func(i int) ([]byte, error)) error {
	if err := writeFile(w, noteFile, note); err != nil {
		return err
	}
	if err := writeFile(w, manifestFile, manifest); err != nil {
		return err
	}
	for i, m := range members {
		b, err := content(i)
		if err != nil {
			return err
		}
		if int64(len(b)) != m.Size || sha256.Sum256(b) != m.Digest {
			return fmt.Errorf("%s is not what the manifest says any more", m.Path)
		}
		if err := writeFile(w, m.Path, b); err != nil {
			return err
		}
	}
	_, err := w.Write(make([]byte, 2*block))
	return err
}

func writeFile(w io.Writer, name string, b []byte) error {
	h := header(name, int64(len(b)))
	pad := make([]byte, padded(int64(len(b)))-int64(len(b)))
	for _, part := range [][]byte{h[:], b, pad} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// Reader reads a parcel from its beginning, piece by piece.
type Reader struct {
	*Manifest
	note     []byte
	digest   [32]byte
	verified bool
	r        io.Reader
	at       int64 // bytes read
	next     int
	buf      []byte
	err      error
}

// Open reads the note and the manifest. Nothing is known of who wrote them until Verify.
func Open(r io.Reader) (*Reader, error) {
	p := &Reader{r: r}
	note, err := p.file(noteFile, ledger.MaxNote)
	if err != nil {
		return nil, err
	}
	p.note = bytes.Clone(note)
	manifest, err := p.file(manifestFile, maxManifest)
	if err != nil {
		return nil, err
	}
	p.digest = sha256.Sum256(manifest)
	p.buf = nil // a manifest may be longer than any piece
	p.Manifest, err = ParseManifest(manifest)
	return p, err
}

// Verify checks that the manifest is the sender's word. v are the keys of the sender's log under the manifest's Name.
func (p *Reader) Verify(v ledger.LogVerifier) error {
	cp, err := ledger.OpenCheckpoint(p.note, v)
	if err != nil {
		return refusal.New(refusal.Unverified, "parcel.not_signed", "party", p.From).Because(err)
	}
	if cp.Size != p.Sequence || cp.Root != p.digest {
		return refusal.New(refusal.Unverified, "parcel.not_signed", "party", p.From)
	}
	p.verified = true
	return nil
}

// Next returns the next member and its bytes, which are valid until the following call and are what the manifest says. io.EOF: all were read, and nothing stands behind them. After an
// error there is nothing more.
func (p *Reader) Next() (Member, []byte, error) {
	if p.err == nil && !p.verified {
		p.err = errors.New("parcel: a manifest that nobody has verified")
	}
	if p.err != nil {
		return Member{}, nil, p.err
	}
	if p.next == len(p.Members) {
		if p.err = p.end(); p.err == nil {
			p.err = io.EOF
		}
		return Member{}, nil, p.err
	}
	m := p.Members[p.next]
	p.next++
	b, err := p.file(m.Path, m.Size)
	if err == nil && (int64(len(b)) != m.Size || sha256.Sum256(b) != m.Digest) {
		err = p.damaged(nil)
	}
	p.err = err
	return m, b, err
}

// Read is how many bytes were read so far.
func (p *Reader) Read() int64 { return p.at }

func (p *Reader) damaged(cause error) error {
	if errors.Is(cause, io.EOF) {
		cause = io.ErrUnexpectedEOF // the end comes when it is due, or it is none
	}
	return refusal.New(refusal.Unverified, "parcel.damaged", "bytes", strconv.FormatInt(p.at, 10)).Because(cause)
}

func (p *Reader) fill(b []byte) error {
	n, err := io.ReadFull(p.r, b)
	p.at += int64(n)
	if err != nil {
		return p.damaged(err)
	}
	return nil
}

// file reads a file of this name and at most this size.
func (p *Reader) file(name string, limit int64) ([]byte, error) {
	var h [block]byte
	if err := p.fill(h[:]); err != nil {
		return nil, err
	}
	size, err := strconv.ParseInt(string(h[124:135]), 8, 64)
	if err != nil || size < 0 || h != header(name, size) {
		if name == noteFile {
			return nil, refusal.New(refusal.Unverified, "parcel.not_a_parcel")
		}
		return nil, p.damaged(fmt.Errorf("where %s should be", name))
	}
	if size > limit {
		return nil, refusal.New(refusal.Unverified, "parcel.too_large")
	}
	// What a header promises is taken only as it comes.
	p.buf = p.buf[:0]
	for rest := padded(size); rest > 0; {
		n := min(rest, 1<<20)
		at := len(p.buf)
		p.buf = append(p.buf, make([]byte, n)...)
		if err := p.fill(p.buf[at:]); err != nil {
			return nil, err
		}
		rest -= n
	}
	if len(bytes.Trim(p.buf[size:], "\x00")) > 0 {
		return nil, p.damaged(errors.New("padding"))
	}
	return p.buf[:size], nil
}

// end checks that the archive ends here, and that nothing was cut off behind it.
func (p *Reader) end() error {
	var b [2 * block]byte
	if err := p.fill(b[:]); err != nil {
		return err
	}
	if len(bytes.Trim(b[:], "\x00")) > 0 {
		return p.damaged(errors.New("no end"))
	}
	for {
		n, err := p.r.Read(b[:1])
		switch {
		case n == 0 && err == nil:
			continue
		case n > 0 || err != io.EOF: // an encrypted stream that was cut says so with another error
			return p.damaged(err)
		}
		return nil
	}
}
