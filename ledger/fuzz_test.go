package ledger

import (
	"bytes"
	"testing"
)

func FuzzNote(f *testing.F) {
	ed, ml := testKeys(f, "log")
	s, err := NewLogSigner("entente/00/a/1", ed, ml)
	if err != nil {
		f.Fatal(err)
	}
	note, err := SignCheckpoint(Checkpoint{"entente/00/a/1", 3, LeafHash(nil)}, s, 1700000000)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(note)
	f.Add([]byte("a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u2014 a AAAAAAA=\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		cp, _, err := splitNote(b)
		if err != nil {
			return
		}
		if again, err := ParseCheckpoint(cp.Text()); err != nil || again != cp {
			t.Fatalf("%q reads as %+v and not again", b, cp)
		}
	})
}

func FuzzProofFile(f *testing.F) {
	f.Add(FormatProof(7, []Hash{{1}, {2}}, []byte("note\n")))
	f.Fuzz(func(t *testing.T, b []byte) {
		if i, p, n, err := ParseProof(b); err == nil && !bytes.Equal(FormatProof(i, p, n), b) {
			t.Fatalf("%q has another spelling", b)
		}
	})
}

func FuzzBundle(f *testing.F) {
	b, err := AppendBundle(nil, []byte("x"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, 1)
	f.Fuzz(func(t *testing.T, b []byte, n int) {
		entries, err := SplitBundle(b, n)
		if err != nil {
			return
		}
		var again []byte
		for _, e := range entries {
			if again, err = AppendBundle(again, e); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(again, b) {
			t.Fatalf("%d entries of %q come back as %q", n, b, again)
		}
	})
}

// Proofs from a hostile peer: whatever numbers they claim, nothing panics and nothing wrong passes.
func FuzzProofs(f *testing.F) {
	f.Add(int64(10), int64(3), []byte("0123456789abcdef0123456789abcdef"))
	f.Fuzz(func(t *testing.T, size, old int64, raw []byte) {
		var proof []Hash
		for ; len(raw) >= 32; raw = raw[32:] {
			proof = append(proof, Hash(raw[:32]))
		}
		if old > 0 && old < size && CheckConsistency(proof, size, Hash{1}, old, Hash{2}) == nil {
			t.Fatal("a made-up proof passes")
		}
		if CheckInclusion(proof, size, Hash{1}, old, Hash{2}) == nil {
			t.Fatal("a made-up proof passes")
		}
	})
}

func FuzzTilePath(f *testing.F) {
	for _, s := range []string{"tile/0/000", "tile/1/x001/x234/067", "tile/entries/x001/000.p/7", "tile/0/1000", "tile/00/000", "tile/0/000.p/256"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if level, n, width, ok := ParseTilePath(s); ok && TilePath(level, n, width) != s {
			t.Fatalf("%q is another spelling of %s", s, TilePath(level, n, width))
		}
	})
}

func TestTilePath(t *testing.T) {
	for want, got := range map[string]string{"tile/0/000": TilePath(0, 0, 256), "tile/1/x001/x234/067": TilePath(1, 1234067, 256), "tile/entries/x001/000.p/7": TilePath(-1, 1000, 7)} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if level, n, width, ok := ParseTilePath(want); !ok || TilePath(level, n, width) != want {
			t.Errorf("%s is read as %d %d %d %v", want, level, n, width, ok)
		}
	}
}

// What a witness answers is from outside: nothing but its own lines is taken over, the log's stay as they were, and what was taken is not taken twice.
func FuzzCosignatures(f *testing.F) {
	o := newOutsider(f, 9)
	cp, note := o.head(f, 9)
	keys := o.witnessKeys(f)
	confirmed, err := Confirm(cp, o.witness, 1700000000)
	if err != nil {
		f.Fatal(err)
	}
	line := confirmed[len(cp.Text())+1:]
	f.Add(line)
	f.Add(bytes.Repeat(line, 2))
	f.Add([]byte("\u2014 witness.example/w1 AAAAAAA=\n"))
	f.Fuzz(func(t *testing.T, answer []byte) {
		out, _, err := TakeCosignatures(note, answer, keys)
		if err != nil {
			return
		}
		if _, err := OpenCheckpoint(out, o.keys); err != nil || !bytes.HasPrefix(out, note) || len(out) > MaxNote {
			t.Fatalf("%q became %q (%v)", answer, out, err)
		}
		for _, l := range bytes.SplitAfter(out[len(note):], []byte("\n")) {
			if len(l) > 0 && !bytes.HasPrefix(l, []byte("\u2014 witness.example/w1 ")) {
				t.Fatalf("%q is taken over", l)
			}
		}
		if again, _, err := TakeCosignatures(out, answer, keys); err == nil {
			t.Fatalf("taken twice: %q", again)
		}
	})
}
