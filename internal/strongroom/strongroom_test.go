package strongroom_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"entente.example/enclosure"
	"entente.example/internal/store/sqlite"
	"entente.example/internal/strongroom"
	"entente.example/refusal"
)

const mech = "m"

// vault is a room in a directory.
type vault struct {
	*strongroom.Room
	t      *testing.T
	dir    string
	bodies *sqlite.Bodies
	limits strongroom.Limits
	free   int64
}

func newVault(t *testing.T) *vault {
	v := &vault{t: t, dir: t.TempDir(), limits: strongroom.Limits{File: enclosure.MaxFile, Mechanism: 1 << 40}, free: 1 << 40}
	v.open()
	t.Cleanup(func() {
		if err := v.bodies.Close(); err != nil {
			t.Error(err)
		}
	})
	return v
}

func (v *vault) open() {
	v.t.Helper()
	var err error
	if v.bodies, err = sqlite.OpenBodies(v.t.Context(), sqlite.Options{Path: filepath.Join(v.dir, "bodies.db")}); err != nil {
		v.t.Fatal(err)
	}
	v.Room, err = strongroom.Open(v.t.Context(), strongroom.Options{Bodies: v.bodies, Keys: filepath.Join(v.dir, "keys"), Rand: rand.Reader, Now: time.Now, Limits: v.limits,
		Free: func() (int64, error) { return v.free, nil }})
	if err != nil {
		v.t.Fatal(err)
	}
}

func (v *vault) reopen() {
	v.t.Helper()
	if err := v.bodies.Close(); err != nil {
		v.t.Fatal(err)
	}
	v.open()
}

// files are all files of the vault.
func (v *vault) files() map[string][]byte {
	v.t.Helper()
	out := map[string][]byte{}
	err := filepath.WalkDir(v.dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			out[path], err = os.ReadFile(path)
		}
		return err
	})
	if err != nil {
		v.t.Fatal(err)
	}
	return out
}

func (v *vault) stage(b []byte) enclosure.Commitment {
	v.t.Helper()
	c, err := v.Stage(v.t.Context(), mech, enclosure.Erasable, "text/plain", enclosure.Header{Name: "brief.txt"}, bytes.NewReader(b))
	if err != nil {
		v.t.Fatal(err)
	}
	return c
}

// read reads a whole file.
func (v *vault) read(c enclosure.Commitment) []byte {
	v.t.Helper()
	f, err := v.Open(v.t.Context(), mech, c)
	if err != nil {
		v.t.Fatal(err)
	}
	b, err := io.ReadAll(f)
	if err != nil || f.Name != "brief.txt" {
		v.t.Fatalf("%q: %v", f.Name, err)
	}
	return b
}

// noise is what no compressor or search mistakes for anything else.
func noise(n int) []byte {
	b := make([]byte, n)
	_, _ = mathrand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// What is staged comes back, from anywhere in it, and nothing of it lies on the disk in the clear, while it is there or after.
func TestStagedAndRead(t *testing.T) {
	v := newVault(t)
	for _, size := range []int{1, enclosure.PieceBytes - 21, enclosure.PieceBytes, 40*enclosure.PieceBytes + 5} {
		want := noise(size)
		c := v.stage(want)
		v.reopen()
		if got := v.read(c); !bytes.Equal(got, want) {
			t.Fatalf("%d bytes come back as %d", len(want), len(got))
		}
		f, err := v.Open(t.Context(), mech, c)
		if err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(f, want); err != nil {
			t.Error(err)
		}
		if err := v.Verify(t.Context(), mech, c); err != nil {
			t.Error(err)
		}
		for path, b := range v.files() {
			if size > 100 && bytes.Contains(b, want[size/2:size/2+32]) {
				t.Errorf("%s holds the paper in the clear", path)
			}
			if bytes.Contains(b, []byte("brief.txt")) {
				t.Errorf("%s holds the paper's name in the clear", path)
			}
		}
	}
}

// A body travels piece by piece, in any order, over restarts, and stands only when every piece is there.
func TestTakenPieceByPiece(t *testing.T) {
	a, b := newVault(t), newVault(t)
	want := noise(20 * enclosure.PieceBytes)
	c := a.stage(want)
	order := mathrand.New(mathrand.NewPCG(1, 2)).Perm(int(c.Pieces()))
	for i, n := range order {
		p, err := a.Read(t.Context(), mech, c.Digest(), int64(n))
		if err != nil {
			t.Fatal(err)
		}
		raw, err := p.Encode()
		if err != nil {
			t.Fatal(err)
		}
		got, err := enclosure.DecodePiece(raw)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // a piece that comes twice changes nothing
			held, err := b.Take(t.Context(), mech, c, []*enclosure.Piece{&got})
			if err != nil || held != int64(i+1) {
				t.Fatalf("%d pieces are held after %d: %v", held, i+1, err)
			}
		}
		if i == len(order)/2 {
			b.reopen()
			missing, err := b.Missing(t.Context(), mech, c)
			if err != nil || len(missing) != len(order)-i-1 {
				t.Errorf("%d pieces are missing, not %d: %v", len(missing), len(order)-i-1, err)
			}
		}
		_, err = b.Open(t.Context(), mech, c)
		if whole := i == len(order)-1; whole != (err == nil) || !whole && refusal.As(err).Key != "body.on_its_way" {
			t.Errorf("with %d pieces of %d it opens with %v", i+1, len(order), err)
		}
	}
	if got := b.read(c); !bytes.Equal(got, want) {
		t.Error("another paper arrives")
	}
}

// One altered piece spoils what it comes with, and nothing is begun for it.
func TestAlteredPieces(t *testing.T) {
	a, b := newVault(t), newVault(t)
	c := a.stage(noise(3 * enclosure.PieceBytes))
	var pieces []*enclosure.Piece
	for n := range c.Pieces() {
		p, err := a.Read(t.Context(), mech, c.Digest(), n)
		if err != nil {
			t.Fatal(err)
		}
		pieces = append(pieces, p)
	}
	pieces[1].Bytes[7] ^= 1
	if _, err := b.Take(t.Context(), mech, c, pieces); refusal.As(err) == nil || refusal.As(err).Key != "body.piece" {
		t.Errorf("taken with %v", err)
	}
	if all, err := b.Commitments(t.Context(), mech); err != nil || len(all) != 0 {
		t.Errorf("%d bodies are begun: %v", len(all), err)
	}
}

// After erasing, neither the sealed bytes nor key and salt are in any file, and what is like it can be attached anew.
func TestErased(t *testing.T) {
	v := newVault(t)
	keep := v.stage(noise(5 * enclosure.PieceBytes))
	before := v.files()
	c := v.stage(noise(300 * enclosure.PieceBytes))
	var secrets [][]byte
	for path, b := range v.files() {
		if filepath.Base(filepath.Dir(path)) == "keys" && before[path] == nil {
			secrets = append(secrets, b[:32], b[32:])
		}
	}
	if len(secrets) != 2 {
		t.Fatalf("%d secrets found: this test looks at nothing", len(secrets))
	}
	sealed, err := v.bodies.Body(t.Context(), mech, c.Digest())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int64{0, 150, 299} {
		p, err := v.bodies.Piece(t.Context(), sealed.ID, n)
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, p.Data[10:42], p.Proof[:16])
	}
	for range 2 {
		if err := v.Erase(t.Context(), mech, c.Digest()); err != nil {
			t.Fatal(err)
		}
	}
	for path, b := range v.files() {
		for i, s := range secrets {
			if bytes.Contains(b, s) {
				t.Errorf("%s still holds secret %d", path, i)
			}
		}
	}
	if held, err := v.Held(t.Context(), mech, c.Digest()); err != nil || held != 0 {
		t.Errorf("%d pieces are held: %v", held, err)
	}
	if err := v.Verify(t.Context(), mech, keep); err != nil {
		t.Errorf("another paper suffered: %v", err)
	}
	if again := v.stage(noise(300 * enclosure.PieceBytes)); again.Commit == c.Commit {
		t.Error("the same paper has the same commitment: whoever has it can tell that it was erased here")
	}
}

// A body whose key is lost is burnt, in a copy that was made before too.
func TestALostKeyShredsBackups(t *testing.T) {
	v := newVault(t)
	c := v.stage(noise(2 * enclosure.PieceBytes))
	copied := filepath.Join(t.TempDir(), "bodies.db")
	if err := v.bodies.CopyTo(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	if err := v.Erase(t.Context(), mech, c.Digest()); err != nil {
		t.Fatal(err)
	}
	if err := v.bodies.Close(); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(v.dir, "bodies.db"), old, 0o600); err != nil {
		t.Fatal(err)
	}
	v.open()
	if held, err := v.Held(t.Context(), mech, c.Digest()); err != nil || held != 0 {
		t.Errorf("an old copy brings %d pieces back: %v", held, err)
	}
}

// An upload that breaks off, is over a limit or finds the disk full leaves nothing, now or after the next start.
func TestUploadsThatFail(t *testing.T) {
	v := newVault(t)
	v.limits = strongroom.Limits{File: 10 * enclosure.PieceBytes, Mechanism: 40 * enclosure.PieceBytes, Reserve: 1 << 20}
	v.reopen()
	broken := errors.New("the browser has gone")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for key, try := range map[string]func() (context.Context, io.Reader){
		"internal": func() (context.Context, io.Reader) {
			return t.Context(), io.MultiReader(bytes.NewReader(noise(8*enclosure.PieceBytes)), iotest.ErrReader(broken))
		},
		"body.too_large": func() (context.Context, io.Reader) {
			return t.Context(), bytes.NewReader(noise(10*enclosure.PieceBytes + 1))
		},
		"body.empty": func() (context.Context, io.Reader) { return t.Context(), strings.NewReader("") },
		"body.disk_full": func() (context.Context, io.Reader) {
			v.free = 1<<20 + 100
			return t.Context(), bytes.NewReader(noise(9 * enclosure.PieceBytes))
		},
	} {
		v.free = 1 << 40
		ctx, src := try()
		_, err := v.Stage(ctx, mech, enclosure.Erasable, "text/plain", enclosure.Header{}, src)
		if refusal.As(err) == nil || refusal.As(err).Key != key {
			t.Errorf("%v, not %s", err, key)
		}
	}
	v.free = 1 << 40
	if _, err := v.Stage(ctx, mech, enclosure.Erasable, "text/plain", enclosure.Header{}, strings.NewReader("x")); err == nil {
		t.Error("a context that has ended stages a body")
	}
	if all, err := v.bodies.List(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%d bodies are left: %v", len(all), err)
	}
	for path := range v.files() {
		if filepath.Base(filepath.Dir(path)) == "keys" {
			t.Errorf("a key is left: %s", path)
		}
	}
	for range 4 {
		v.stage(noise(9 * enclosure.PieceBytes))
	}
	_, err := v.Stage(t.Context(), mech, enclosure.Erasable, "text/plain", enclosure.Header{}, bytes.NewReader(noise(9*enclosure.PieceBytes)))
	if refusal.As(err) == nil || refusal.As(err).Key != "body.quota" {
		t.Errorf("a fifth body: %v", err)
	}
	if err := v.Fits(t.Context(), mech, enclosure.Commitment{Size: 11 * enclosure.PieceBytes}, 1); refusal.As(err) == nil || refusal.As(err).Key != "body.too_large" {
		t.Errorf("a file over the limit fits: %v", err)
	}
}
