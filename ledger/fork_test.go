package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entente.example/refusal"
)

// history is one version of a log, with its tree at every size.
type history struct {
	trees []stored
	roots []Hash
	notes [][]byte // signed by the log and cosigned by the witness, by size
}

// signers of the tests: the log "a", a witness "b" of it and another witness "c".
type forkKeys struct {
	log     LogVerifier
	witness [2]WitnessVerifier
	sign    LogSigner
	cosign  [2]WitnessSigner
}

const forkOrigin = "entente/00/a/1"

func newForkKeys(t testing.TB) (k forkKeys) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	ed, ml := testKeys(t, "log")
	var err error
	k.sign, err = NewLogSigner(forkOrigin, ed, ml)
	must(err)
	k.log, err = NewLogVerifier(forkOrigin, ed.Public().(ed25519.PublicKey), ml.Public())
	must(err)
	for i := range k.witness {
		name := fmt.Sprintf("entente/00/%c/witness", 'b'+i)
		ed, ml := testKeys(t, name)
		k.cosign[i], err = NewWitnessSigner(name, ed, ml)
		must(err)
		k.witness[i], err = NewWitnessVerifier(name, ed.Public().(ed25519.PublicKey), ml.Public())
		must(err)
	}
	return k
}

// history writes a log whose leaves from fork on differ by branch.
func (k forkKeys) history(t testing.TB, branch string, fork, size int) *history {
	t.Helper()
	h := &history{}
	b, all := NewBuilder(), stored{}
	for i := range size + 1 {
		tree := stored{}
		for k, v := range all {
			tree[k] = v
		}
		note, err := SignCheckpoint(Checkpoint{forkOrigin, int64(i), b.Root()}, k.sign, 1700000000)
		for _, w := range k.cosign {
			if err == nil {
				note, err = Cosign(note, w, 1700000001)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		h.trees, h.roots, h.notes = append(h.trees, tree), append(h.roots, b.Root()), append(h.notes, note)
		leaf := fmt.Appendf(nil, "leaf %d", i)
		if i >= fork {
			leaf = append(leaf, branch...)
		}
		b.Append(LeafHash(leaf))
		all.take(b)
	}
	return h
}

func (h *history) copyOf(t testing.TB, have, head int, by Attestor) Copy {
	t.Helper()
	tail, err := ProveConsistency(int64(head), int64(have), h.trees[head].read)
	if err != nil {
		t.Fatal(err)
	}
	return Copy{Have: int64(have), Head: Attested{h.notes[head], by}, Tail: tail, Read: h.trees[have].read}
}

// Two histories are proved for every pair of sizes after the fork that the holder of one can see, and for none before it. SPEC fork-form, fork-proves.
func TestTwoHistoriesAreProved(t *testing.T) {
	k := newForkKeys(t)
	const fork, most = 5, 19
	a, b := k.history(t, "a", fork, most), k.history(t, "b", fork, most)
	proved := 0
	for head := 1; head <= most; head++ {
		for _, have := range []int{1, head / 2, head - 1, head} {
			if have < 1 {
				continue
			}
			c := a.copyOf(t, have, head, k.log)
			for n := 1; n <= most; n++ {
				evidence, err := c.Contradicts(Attested{b.notes[n], k.log})
				if err != nil {
					t.Fatalf("%d of %d against %d: %v", have, head, n, err)
				}
				if want := n > fork && (n <= have || n == head); want != (evidence != nil) {
					t.Fatalf("%d of %d against %d: evidence %v, want %v", have, head, n, evidence != nil, want)
				}
				if evidence == nil {
					continue
				}
				proved++
				f, err := VerifyFork(evidence)
				if err != nil || !f.Single() || f.By[0].Witness || !f.By[0].IsBy(k.log) || f.Origin != forkOrigin || f.First.Size != int64(n) || f.Second.Size != int64(head) {
					t.Fatalf("%d of %d against %d: %+v %v", have, head, n, f, err)
				}
			}
		}
	}
	if proved < 200 {
		t.Fatalf("only %d pairs were looked at", proved)
	}
}

// A log that never forked cannot be accused, whatever is claimed of it; nor can a witness that followed one history, nor two that followed one each. SPEC fork-proves.
func TestNobodyHonestIsAccused(t *testing.T) {
	k := newForkKeys(t)
	const fork = 3
	most := 7
	if testing.Short() {
		most = 5
	}
	a, b := k.history(t, "a", most+1, most), k.history(t, "b", fork, most)
	roots := append(slices.Clone(a.roots), b.roots...)
	for _, by := range []Attestor{k.log, k.witness[0]} {
		for n1 := 0; n1 <= most; n1++ {
			for n2 := n1; n2 <= most; n2++ {
				if e, err := a.copyOf(t, n2, n2, by).Contradicts(Attested{a.notes[n1], by}); n2 > 0 && (e != nil || err != nil) {
					t.Fatalf("%d and %d of one history: %q %v", n1, n2, e, err)
				}
				for _, of := range []*history{a, b} {
					proof, err := ProveConsistency(int64(n2), int64(n1), of.trees[n2].read)
					if err != nil {
						t.Fatal(err)
					}
					for _, root := range roots {
						if e, err := FormatFork(Attested{a.notes[n1], by}, Attested{a.notes[n2], by}, root, proof); err == nil {
							t.Fatalf("evidence against %s:\n%s", by.Name(), e)
						}
					}
				}
			}
		}
	}
	// A witness may confirm two logs of one size.
	elsewhere, err := Confirm(Checkpoint{"entente/00/z/1", 5, b.roots[5]}, k.cosign[0], 5)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{3, 5} {
		if e, err := FormatFork(Attested{a.notes[n], k.witness[0]}, Attested{elsewhere, k.witness[0]}, b.roots[n], nil); err == nil {
			t.Fatalf("evidence of two logs:\n%s", e)
		}
	}
	// b's witness saw one history and c's the other: neither of them can be told from the other.
	if e, err := FormatFork(Attested{a.notes[5], k.witness[0]}, Attested{b.notes[5], k.witness[1]}, Hash{}, nil); err == nil {
		t.Fatalf("evidence against two witnesses:\n%s", e)
	}
}

// A witness that confirmed two histories is accused alone; one that confirmed what the log may never have signed is accused together with the log, as one of two.
func TestFalseCosignatures(t *testing.T) {
	k := newForkKeys(t)
	a, b := k.history(t, "a", 4, 9), k.history(t, "b", 4, 9)
	evidence, err := a.copyOf(t, 9, 9, k.witness[0]).Contradicts(Attested{b.notes[7], k.witness[0]})
	if err != nil || evidence == nil {
		t.Fatal(err)
	}
	if f, err := VerifyFork(evidence); err != nil || !f.Single() || !f.By[0].Witness || f.By[0].Name != k.witness[0].Name() {
		t.Fatalf("%+v %v", f, err)
	}
	if bytes.Contains(evidence, []byte(k.witness[1].Name())) || bytes.Contains(evidence, []byte("\u2014 "+forkOrigin)) {
		t.Error("evidence carries lines of those whom it does not accuse")
	}
	evidence, err = a.copyOf(t, 9, 9, k.log).Contradicts(Attested{b.notes[7], k.witness[0]})
	if err != nil || evidence == nil {
		t.Fatal(err)
	}
	if f, err := VerifyFork(evidence); err != nil || f.Single() || f.By[0].IsBy(k.log) || !f.By[1].IsBy(k.log) {
		t.Fatalf("%+v %v", f, err)
	}
}

// Every byte of evidence matters. SPEC fork-form.
func TestAlteredEvidenceProvesNothing(t *testing.T) {
	k := newForkKeys(t)
	a, b := k.history(t, "a", 4, 9), k.history(t, "b", 4, 9)
	for _, n := range []int{6, 9} {
		evidence, err := a.copyOf(t, 9, 9, k.log).Contradicts(Attested{b.notes[n], k.log})
		if err != nil || evidence == nil {
			t.Fatal(err)
		}
		step := 1
		if testing.Short() {
			step = 97
		}
		for i := 0; i < len(evidence); i += step {
			altered := bytes.Clone(evidence)
			altered[i] ^= 1 << (i % 7)
			if _, err := VerifyFork(altered); err == nil {
				t.Fatalf("byte %d may be another", i)
			}
			if _, err := VerifyFork(evidence[:i]); err == nil {
				t.Fatalf("the first %d bytes are enough", i)
			}
		}
		if _, err := VerifyFork(append(bytes.Clone(evidence), '\n')); err == nil {
			t.Error("something may follow")
		}
	}
}

// What stands before the checkpoints of evidence is one or two signers, a root where it is needed and the proof, each in one spelling; anything else is no evidence. SPEC fork-form
func TestTheHeadOfEvidence(t *testing.T) {
	k := newForkKeys(t)
	a, b := k.history(t, "a", 4, 9), k.history(t, "b", 4, 9)
	made := func(n int, by Attestor) string {
		evidence, err := a.copyOf(t, 9, 9, k.log).Contradicts(Attested{b.notes[n], by})
		if err != nil || evidence == nil {
			t.Fatal(err)
		}
		return string(evidence)
	}
	for _, good := range []string{made(6, k.log), made(9, k.log), made(6, k.witness[0]), made(9, k.witness[0])} {
		if _, err := VerifyFork([]byte(good)); err != nil {
			t.Fatal(err)
		}
		head, rest, _ := strings.Cut(good, "\n\n")
		lines := strings.Split(head, "\n")
		keys := strings.Fields(lines[1])
		bad := []string{"", forkHeader, "entente-fork@v2" + strings.TrimPrefix(head, forkHeader), strings.Replace(head, lines[1]+"\n", "", 1), strings.Replace(head, lines[1], "", 1), head + "\n" + lines[1], head + "\nAAAA", head + "\n", head + "\n!",
			strings.Replace(head, lines[1], "signer "+keys[2]+" "+keys[1], 1), strings.Replace(head, lines[1], "signer "+keys[1]+" "+keys[1], 1), strings.Replace(head, lines[1], "signer "+keys[1], 1), strings.Replace(head, lines[1], lines[1]+" ", 1),
			strings.Replace(head, "+", "+0", 1), strings.Replace(head, "+", "", 1), strings.Replace(head, "signer ", "signer x", 1), strings.Replace(head, "signer ", "signed ", 1), head + "\nroot " + base64.StdEncoding.EncodeToString(make([]byte, 32)),
			strings.Replace(head, "\nroot ", "\n", 1), strings.Replace(head, "\nroot ", "\nroot AAAA", 1)}
		if len(lines) > 3 {
			bad = append(bad, strings.Join(lines[:len(lines)-1], "\n"))
		}
		for _, h := range bad {
			if h == head {
				continue
			}
			if f, err := VerifyFork([]byte(h + "\n\n" + rest)); err == nil || f != nil && f.Origin == "" {
				t.Errorf("%.200q is a head", h)
			}
		}
		if _, err := VerifyFork([]byte(strings.Replace(head, lines[1]+"\n", "", 1) + "\n\n" + rest)); len(lines) > 2 && lines[2][:4] == "root" && (refusal.As(err) == nil || refusal.As(err).Key != "ledger.bad_fork") {
			t.Errorf("without a signer: %v", err)
		}
		long := head + strings.Repeat("\n"+base64.StdEncoding.EncodeToString(make([]byte, 32)), 800)
		if _, err := VerifyFork([]byte(long + "\n\n" + rest)); refusal.As(err) == nil || refusal.As(err).Key != "ledger.bad_fork" {
			t.Errorf("longer than any: %v", err)
		}
	}
	ed, ml := testKeys(t, "log")
	name, raw := "a", []byte(ed.Public().(ed25519.PublicKey))
	for _, keys := range [][2]string{{vkey(name, typeEd25519, raw), vkey("b", typeMLDSA, ml.Public())}, {vkey(name, typeMLDSA, ml.Public()), vkey(name, typeMLDSA, ml.Public())}, {vkey(name, typeEd25519, raw), vkey(name, typeEd25519, raw)},
		{vkey(name, 2, raw), vkey(name, typeMLDSA, ml.Public())}, {vkey(name, typeEd25519, nil), vkey(name, typeMLDSA, ml.Public())}, {"a+00000000+", vkey(name, typeMLDSA, ml.Public())}, {"", ""}, {"a", "a"}, {"a+b", "a+b"}} {
		if p, err := parsePair(keys[0], keys[1]); refusal.As(err) == nil || refusal.As(err).Key != "ledger.bad_key" || p.name != "" {
			t.Errorf("%.80q are the keys of %s: %v", keys, p.name, err)
		}
	}
	for _, kind := range []byte{typeEd25519, typeCosignature} {
		if p, err := parsePair(vkey(name, kind, raw), vkey(name, typeMLDSA, ml.Public())); err != nil || p.name != name || p.edKind != kind {
			t.Errorf("%+v, %v", p.name, err)
		}
	}
}

func FuzzFork(f *testing.F) {
	k := newForkKeys(f)
	a, b := k.history(f, "a", 4, 9), k.history(f, "b", 4, 9)
	for _, by := range []Attestor{k.log, k.witness[0]} {
		for _, n := range []int{6, 9} {
			evidence, err := a.copyOf(f, 9, 9, k.log).Contradicts(Attested{b.notes[n], by})
			if err != nil {
				f.Fatal(err)
			}
			f.Add(evidence)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if fork, err := VerifyFork(b); err == nil && (fork.First == fork.Second || fork.Root == fork.First.Root) {
			t.Fatalf("%q proves nothing and passes", b)
		}
	})
}
