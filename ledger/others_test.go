package ledger

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"entente.example/refusal"
)

// Notes pass through the hands of others, who can add lines to them in anybody's name, before and behind the true ones. None of these denies what was signed, and a bare note has none of them, so that notes that
// come together keep every true line.
func TestLinesOfOthersSpoilNothing(t *testing.T) {
	k := newForkKeys(t)
	note := k.history(t, "a", 1, 3).notes[3]
	cp, sigs, err := splitNote(note)
	if err != nil {
		t.Fatal(err)
	}
	pairs := []Attestor{k.log, k.witness[0], k.witness[1]}
	for i := range sigs {
		forged := signature{sigs[i].name, sigs[i].key, bytes.Clone(sigs[i].sig)}
		forged.sig[len(forged.sig)-1] ^= 1
		for _, at := range []int{0, i, i + 1, len(sigs)} {
			spoiled := formatNote(cp.Text(), slices.Insert(slices.Clone(sigs), at, forged, signature{"entente/00/z/witness", 7, []byte{1}})...)
			_, err := OpenCheckpoint(spoiled, k.log)
			_, at0, err0 := VerifyCosignature(spoiled, k.witness[0])
			_, at1, err1 := VerifyCosignature(spoiled, k.witness[1])
			if err != nil || err0 != nil || err1 != nil || at0 != 1700000001 || at1 != 1700000001 {
				t.Errorf("line %d is forged at %d: %v %v %v", i, at, err, err0, err1)
			}
			_, when, lines, err := TakeReceipt(spoiled, k.witness[0])
			if whole, e := Bare(note, k.log, k.witness[0]); err != nil || e != nil || when != 1700000001 || !bytes.Equal(slices.Concat(formatNote(cp.Text(), sigs[:2]...), lines), whole) {
				t.Errorf("line %d is forged at %d: %v\n%s", i, at, err, lines)
			}
			if got, err := Bare(spoiled, pairs...); err != nil || !bytes.Equal(got, note) {
				t.Errorf("line %d is forged at %d: %v\n%s", i, at, err, got)
			}
			var apart [][]byte
			for _, w := range pairs[1:] {
				one, err := Bare(spoiled, k.log, w)
				if err != nil {
					t.Fatal(err)
				}
				apart = append(apart, one)
			}
			if got, err := Merge(apart[0], apart[1]); err != nil || !bytes.Equal(got, note) {
				t.Errorf("line %d was forged at %d: %v\n%s", i, at, err, got)
			}
		}
		missing := formatNote(cp.Text(), slices.Delete(slices.Clone(sigs), i, i+1)...)
		if got, err := Bare(missing, pairs...); err == nil || got != nil {
			t.Errorf("without line %d: %s", i, got)
		}
	}
}

// What is no note is called so by all who read one, and is nobody's missing signature.
func TestWhatIsNoNoteIsCalledSo(t *testing.T) {
	k := newForkKeys(t)
	good, bad := k.history(t, "a", 1, 1).notes[1], []byte("<html>sign in</html>\n")
	key, err := ParseNoteKey(k.witness[0].VKeys()[0])
	if err != nil {
		t.Fatal(err)
	}
	_, openErr := OpenCheckpoint(bad, k.log)
	_, _, receiptErr := VerifyCosignature(bad, k.witness[0])
	_, _, keyErr := key.Open(bad)
	_, _, takeErr := TakeCosignatures(bad, nil, []NoteKey{key})
	for name, err := range map[string]error{"a head": openErr, "a receipt": receiptErr, "a line": keyErr, "what a witness is to cosign": takeErr, "the first of several": second(Merge(bad, good)), "one of several": second(Merge(good, bad)),
		"what is made bare": second(Bare(bad, k.log)), "what is cosigned": second(Cosign(bad, k.cosign[0], 1))} {
		if r := refusal.As(err); err == nil || r.Key != "ledger.bad_note" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What lines are added to can be read again, to the last byte and the last line; else it is left as it was.
func TestAddedLinesFitIntoANote(t *testing.T) {
	k := newForkKeys(t)
	h := k.history(t, "a", 1, 1)
	cp := Checkpoint{forkOrigin, 1, h.roots[1]}
	note, err := Bare(h.notes[1], k.log)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := Bare(h.notes[1], k.log, k.witness[0])
	if err != nil {
		t.Fatal(err)
	}
	lines := receipt[len(note):]
	var keys []NoteKey
	for _, v := range k.witness[0].VKeys() {
		key, err := ParseNoteKey(v)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	many := func(n int) []byte { return append(bytes.Clone(note), strings.Repeat(emDash+"x AAAAAAAA\n", n-2)...) }
	for name, c := range map[string]struct {
		note []byte
		fits bool
	}{
		"to the last byte": {padded(note, MaxNote-len(lines)), true}, "one byte more": {padded(note, MaxNote-len(lines)+1), false},
		"to the last line": {many(maxSignatures - 2), true}, "one line more": {many(maxSignatures - 1), false},
	} {
		out, at, err := TakeCosignatures(c.note, lines, keys)
		if (err == nil) != c.fits || c.fits && (at != 1700000001 || !bytes.Equal(out, append(bytes.Clone(c.note), lines...))) || !c.fits && (out != nil || at != 0) {
			t.Errorf("a witness's lines, %s: %d, %v", name, at, err)
		}
		out, err = Merge(c.note, receipt)
		if (err == nil) != c.fits || c.fits && !bytes.HasPrefix(out, c.note) || !c.fits && out != nil {
			t.Errorf("a receipt's lines, %s: %v", name, err)
		}
	}
	// A line that is there already is not taken again, but one that is forged in its name keeps no place for itself.
	if out, _, err := TakeCosignatures(receipt, lines, keys); refusal.As(err) == nil || refusal.As(err).Key != "witness.not_cosigned" {
		t.Errorf("a line is taken again: %v\n%s", err, out)
	}
	forged := formatNote(cp.Text(), signature{k.cosign[0].name, keys[0].id, make([]byte, 72)})
	if out, _, err := TakeCosignatures(forged, lines, keys); err != nil || !bytes.Equal(out, append(bytes.Clone(forged), lines...)) {
		t.Errorf("a forged line is believed: %v\n%s", err, out)
	}
	// A log's own key is no witness: it says no time, and would confirm itself.
	own, err := ParseNoteKey(k.log.VKeys()[0])
	if err != nil {
		t.Fatal(err)
	}
	confirmed, err := Confirm(cp, k.cosign[1], 5)
	if err != nil {
		t.Fatal(err)
	}
	if out, _, err := TakeCosignatures(confirmed, note[len(cp.Text())+1:], []NoteKey{own}); refusal.As(err) == nil || refusal.As(err).Key != "witness.not_cosigned" {
		t.Errorf("a log is its own witness: %v\n%s", err, out)
	}
	if _, _, err := TakeCosignatures(note, []byte("<html>sign in</html>\n"), keys); refusal.As(err) == nil || refusal.As(err).Key != "witness.not_cosigned" {
		t.Errorf("what is no line at all: %v", err)
	}
}

// Tiles are given level by level and on each by number, a full one of a higher level behind the unfinished one of the lowest, whatever order they were finished in.
func TestTilesComeInOrder(t *testing.T) {
	b := NewBuilder()
	zeros := make([]byte, TileWidth*32)
	for range TileWidth - 1 {
		if err := b.AppendTile(zeros, TileRoot(zeros)); err != nil {
			t.Fatal(err)
		}
	}
	b.TakeTiles()
	for range TileWidth + 7 {
		b.Append(Hash{})
	}
	names := func(tiles []Tile) (out []string) {
		for _, x := range tiles {
			out = append(out, TilePath(x.Level, x.N, len(x.Data)/32))
		}
		return out
	}
	if got, want := names(b.Clone().TakeFull()), []string{"tile/0/255", "tile/1/000"}; !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
	if got, want := names(b.TakeTiles()), []string{"tile/0/255", "tile/0/256.p/7", "tile/1/000", "tile/2/000.p/1"}; !slices.Equal(got, want) {
		t.Errorf("%v, not %v", got, want)
	}
}

// One answer reads each tile once, however many of its hashes it needs: a tile is a row of the store.
func TestATileIsReadOnce(t *testing.T) {
	b, tiles := NewBuilder(), stored{}
	for i := range 700 {
		b.Append(LeafHash([]byte{byte(i), byte(i >> 8)}))
	}
	tiles.take(b)
	for name, ask := range map[string]func(ReadTile) error{
		"root":        func(r ReadTile) error { return second(RootAt(700, r)) },
		"inclusion":   func(r ReadTile) error { return second(ProveInclusion(700, 300, r)) },
		"consistency": func(r ReadTile) error { return second(ProveConsistency(700, 301, r)) },
	} {
		read := map[[2]int64]int{}
		err := ask(func(level int, n int64) ([]byte, error) {
			read[[2]int64{int64(level), n}]++
			return tiles.read(level, n)
		})
		if err != nil || len(read) == 0 {
			t.Errorf("%s: %d tiles, %v", name, len(read), err)
		}
		for tile, times := range read {
			if times > 1 {
				t.Errorf("%s reads tile %v %d times", name, tile, times)
			}
		}
	}
}

// Evidence has the lines that it needs and no others: a second signer only if there are two, a root and a proof only between two sizes. Who reads it learns what root stands against what. SPEC fork-form
func TestTheFormOfEvidence(t *testing.T) {
	k := newForkKeys(t)
	a, b := k.history(t, "a", 4, 9), k.history(t, "b", 4, 9)
	proof, err := ProveConsistency(9, 6, a.trees[9].read)
	if err != nil {
		t.Fatal(err)
	}
	spelled := func(h Hash) string { return base64.StdEncoding.EncodeToString(h[:]) }
	signer := func(by Attestor) string { return "signer " + by.VKeys()[0] + " " + by.VKeys()[1] }
	between := []string{"root " + spelled(a.roots[6])}
	for _, h := range proof {
		between = append(between, spelled(h))
	}
	for _, by := range []Attestor{k.log, k.witness[0]} {
		for _, n := range []int{6, 9} {
			evidence, err := a.copyOf(t, 9, 9, k.log).Contradicts(Attested{b.notes[n], by})
			if err != nil {
				t.Fatal(err)
			}
			f, err := VerifyFork(evidence)
			if err != nil {
				t.Fatal(err)
			}
			want := []string{forkHeader, signer(by)}
			if !f.Single() {
				want = append(want, signer(k.log))
			}
			if n == 9 && f.By[0].IsBy(k.log) {
				slices.Reverse(want[1:]) // of one size the smaller root comes first
			}
			against := a.roots[6]
			if n == 6 {
				want = append(want, between...)
			} else if against = a.roots[9]; f.Second.Root != against {
				against = b.roots[9]
			}
			if again, err := FormatFork(Attested{a.notes[9], k.log}, Attested{b.notes[n], by}, a.roots[6], proof); err != nil || !bytes.Equal(again, evidence) {
				t.Errorf("%s at %d, the larger first: %v", by.Name(), n, err)
			}
			head, rest, _ := strings.Cut(string(evidence), "\n\n")
			if got := strings.Split(head, "\n"); !slices.Equal(got, want) {
				t.Errorf("%s at %d: %.300q, not %.300q", by.Name(), n, got, want)
			}
			if _, params := f.Explanation(); f.Root != against || params["root2"] != spelled(against) || params["root1"] != spelled(f.First.Root) || f.First.Root == against {
				t.Errorf("%s at %d: %x stands against %x", by.Name(), n, f.Root, f.First.Root)
			}
			// A line that its key did not make is said to be that, and not to be bad spelling.
			altered := head + "\n\n" + strings.Replace(rest, "\n\n"+emDash, "\n\n"+emDash+"x", 1)
			if _, err := VerifyFork([]byte(altered)); refusal.As(err) == nil || !strings.HasPrefix(refusal.As(err).Key, "ledger.not_") {
				t.Errorf("%s at %d, with another's line: %v", by.Name(), n, err)
			}
			unread := strings.Replace(string(evidence), "signer "+f.By[0].VKeys[0], "signer x", 1)
			if _, err := VerifyFork([]byte(unread)); refusal.As(err) == nil || refusal.As(err).Key != "ledger.bad_fork" {
				t.Errorf("%s at %d, with a key that is none: %v", by.Name(), n, err)
			}
		}
	}
	name, ed, ml := k.log.name, []byte(k.log.ed), k.log.mlRaw
	if p, err := parsePair(vkey(name, typeEd25519, ed), vkey(name, typeMLDSA+1, ml)); err == nil {
		t.Errorf("the second key of %s is of another kind", p.name)
	}
}

// A disk that fails once, whenever it does, is an error and accuses nobody, whether there is something to prove or not.
func TestADiskThatFailsAccusesNobody(t *testing.T) {
	k := newForkKeys(t)
	a, b := k.history(t, "a", 4, 9), k.history(t, "b", 4, 9)
	for name, of := range map[string]*history{"one history": a, "two": b} {
		c := a.copyOf(t, 8, 9, k.log)
		read, calls, fail := c.Read, 0, -1
		c.Read = func(level int, n int64) ([]byte, error) {
			if calls++; calls-1 == fail {
				return nil, errDisk
			}
			return read(level, n)
		}
		evidence, err := c.Contradicts(Attested{of.notes[7], k.log})
		if err != nil || (evidence != nil) != (of == b) || calls == 0 {
			t.Fatalf("%s: %d reads, %v", name, calls, err)
		}
		for all := calls; fail < all-1; {
			fail, calls = fail+1, 0
			if evidence, err := c.Contradicts(Attested{of.notes[7], k.log}); !errors.Is(err, errDisk) || evidence != nil {
				t.Errorf("%s, read %d fails: %q, %v", name, fail, evidence, err)
			}
		}
	}
}
