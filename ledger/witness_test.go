package ledger

import (
	"bytes"
	"crypto/ed25519"
	"fmt"
	"strings"
	"testing"
)

// outsider is a log with its tree, and a witness outside.
type outsider struct {
	log     LogSigner
	keys    LogVerifier
	witness WitnessSigner
	tiles   map[[2]int64][]byte
	roots   []Hash
}

func newOutsider(t testing.TB, entries int) *outsider {
	t.Helper()
	ml, err := NewMLDSAKey([32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	ed, wed := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, 32)), ed25519.NewKeyFromSeed(bytes.Repeat([]byte{3}, 32))
	o := &outsider{tiles: map[[2]int64][]byte{}, roots: []Hash{EmptyRoot}}
	if o.log, err = NewLogSigner("entente/7f3a9c2e01b4d8aa/cedar/1", ed, ml); err != nil {
		t.Fatal(err)
	}
	if o.keys, err = NewLogVerifier(o.log.name, ed.Public().(ed25519.PublicKey), ml.Public()); err != nil {
		t.Fatal(err)
	}
	if o.witness, err = NewWitnessSigner("witness.example/w1", wed, ml); err != nil {
		t.Fatal(err)
	}
	b := NewBuilder()
	for n := range entries {
		b.Append(LeafHash(fmt.Append(nil, "entry ", n)))
		o.roots = append(o.roots, b.Root())
		for _, x := range b.TakeTiles() {
			o.tiles[[2]int64{int64(x.Level), x.N}] = x.Data
		}
	}
	return o
}

func (o *outsider) head(t testing.TB, size int) (Checkpoint, []byte) {
	t.Helper()
	cp := Checkpoint{Origin: o.log.name, Size: int64(size), Root: o.roots[size]}
	note, err := SignCheckpoint(cp, o.log, 9)
	if err != nil {
		t.Fatal(err)
	}
	return cp, note
}

func (o *outsider) witnessKeys(t testing.TB) (out []NoteKey) {
	t.Helper()
	vkeys, err := o.witness.VKeys()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vkeys {
		k, err := ParseNoteKey(v)
		if err != nil || k.Name() != "witness.example/w1" || k.String() != v || !k.Witnesses() {
			t.Fatal(k, err)
		}
		out = append(out, k)
	}
	return out
}

// A witness is shown the log's own signatures and nobody else's: those of others would tell it who the parties are. SPEC witness-bare.
func TestBareShowsNobodyElse(t *testing.T) {
	o := newOutsider(t, 3)
	_, note := o.head(t, 3)
	receipt, err := Cosign(note, o.witness, 11)
	if err != nil {
		t.Fatal(err)
	}
	bare, err := Bare(receipt, o.keys)
	if err != nil || strings.Contains(string(bare), "witness.example") {
		t.Fatalf("%v\n%s", err, bare)
	}
	if _, err := OpenCheckpoint(bare, o.keys); err != nil {
		t.Error(err)
	}
}

// Of an answer, what the witness's keys sign is taken, and nothing else: no line of another key, of another head, or under a name that is only claimed. SPEC witness-plus.
func TestTakeCosignatures(t *testing.T) {
	o := newOutsider(t, 5)
	cp, note := o.head(t, 5)
	keys := o.witnessKeys(t)
	lines := func(cp Checkpoint, s WitnessSigner) []byte {
		n, err := Confirm(cp, s, 77)
		if err != nil {
			t.Fatal(err)
		}
		return n[len(cp.Text())+1:]
	}
	stranger := o.witness
	stranger.ed = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{4}, 32))
	good := lines(cp, o.witness)
	both, at, err := TakeCosignatures(note, append(bytes.Clone(good), lines(cp, stranger)...), keys[:1])
	if err != nil || at != 77 {
		t.Fatal(at, err)
	}
	if got := strings.Count(string(both), "witness.example/w1"); got != 1 {
		t.Errorf("%d lines were taken, of one key that is trusted", got)
	}
	if seen, when, err := keys[0].Open(both); err != nil || when != 77 || seen != cp {
		t.Error(seen, when, err)
	}
	if _, _, err := keys[1].Open(both); err == nil {
		t.Error("a line that nobody took is there")
	}
	if again, _, err := TakeCosignatures(note, append(bytes.Clone(good), good...), keys); err != nil || bytes.Count(again, []byte("\n")) != bytes.Count(note, []byte("\n"))+2 {
		t.Error("a line is taken twice", err)
	}
	earlier, _ := o.head(t, 4)
	for name, answer := range map[string][]byte{
		"nothing":          {},
		"a web page":       []byte("<html>sign in</html>\n"),
		"another head":     lines(earlier, o.witness),
		"another key":      lines(cp, stranger)[:len(lines(cp, stranger))/2],
		"cut off":          good[:len(good)-30],
		"the log's own":    note[len(cp.Text())+1:],
		"more than a note": bytes.Repeat(good, 40),
	} {
		if out, _, err := TakeCosignatures(note, answer, keys[:1]); err == nil {
			t.Errorf("%s: taken\n%s", name, out)
		}
	}
}

// A submission has one spelling, that of C2SP tlog-witness.
func TestSubmission(t *testing.T) {
	o := newOutsider(t, 9)
	_, note := o.head(t, 9)
	proof, err := ProveConsistency(9, 4, func(level int, n int64) ([]byte, error) { return o.tiles[[2]int64{int64(level), n}], nil })
	if err != nil {
		t.Fatal(err)
	}
	b := FormatSubmission(4, proof, note)
	if !strings.HasPrefix(string(b), "old 4\n") || !bytes.HasSuffix(b, append([]byte("=\n\n"), note...)) {
		t.Errorf("%s", b)
	}
	old, got, again, err := ParseSubmission(b)
	if err != nil || old != 4 || len(got) != len(proof) || !bytes.Equal(again, note) {
		t.Fatal(old, got, err)
	}
	if err := CheckConsistency(got, 9, o.roots[9], old, o.roots[4]); err != nil {
		t.Error(err)
	}
	for name, bad := range map[string]string{
		"no old size":    strings.Replace(string(b), "old 4\n", "", 1),
		"a leading zero": strings.Replace(string(b), "old 4", "old 04", 1),
		"a sign":         strings.Replace(string(b), "old 4", "old +4", 1),
		"no empty line":  strings.Replace(string(b), "\n\n", "\n", 2),
		"a short hash":   "old 4\nAAAA\n\n" + string(note),
		"64 hashes":      "old 4\n" + strings.Repeat("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", 64) + "\n" + string(note),
		"too long":       "old 4\n\n" + strings.Repeat("x", MaxSubmission),
	} {
		if _, _, _, err := ParseSubmission([]byte(bad)); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func FuzzParseSubmission(f *testing.F) {
	o := newOutsider(f, 3)
	_, note := o.head(f, 3)
	f.Add(FormatSubmission(0, nil, note))
	f.Add(FormatSubmission(2, []Hash{{1}, {2}}, note))
	f.Add([]byte("old 1\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		old, proof, note, err := ParseSubmission(b)
		if err == nil && !bytes.Equal(FormatSubmission(old, proof, note), b) {
			t.Fatal("what was read is spelled in another way")
		}
	})
}

func FuzzParseNoteKey(f *testing.F) {
	o := newOutsider(f, 1)
	for _, k := range o.witnessKeys(f) {
		f.Add(k.String())
	}
	f.Add(o.keys.VKeys()[0])
	f.Fuzz(func(t *testing.T, s string) {
		if k, err := ParseNoteKey(s); err == nil && k.String() != s {
			t.Fatal("another spelling")
		}
	})
}
