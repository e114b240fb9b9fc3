package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"entente.example/refusal"
)

var errDisk = errors.New("the disk fails")

// No number of a peer's, however wild, is computed with: it is refused before any tile is read.
func TestNumbersOutOfRange(t *testing.T) {
	read := func(level int, n int64) ([]byte, error) {
		t.Errorf("tile %d/%d is read", level, n)
		return nil, errDisk
	}
	for name, err := range map[string]error{
		"root before the first leaf":          second(RootAt(-1, read)),
		"root beyond the largest log":         second(RootAt(MaxSize+1, read)),
		"inclusion before the first leaf":     second(ProveInclusion(3, -1, read)),
		"inclusion after the last leaf":       second(ProveInclusion(3, 3, read)),
		"inclusion beyond the largest log":    second(ProveInclusion(MaxSize+1, 0, read)),
		"inclusion checked after the last":    CheckInclusion(nil, 3, Hash{}, 3, Hash{}),
		"inclusion checked beyond":            CheckInclusion(nil, MaxSize+1, Hash{}, 0, Hash{}),
		"consistency from nothing less":       second(ProveConsistency(3, -1, read)),
		"consistency back in time":            second(ProveConsistency(3, 4, read)),
		"consistency beyond the largest":      second(ProveConsistency(MaxSize+1, 1, read)),
		"consistency checked back in time":    CheckConsistency(nil, 3, Hash{}, 4, Hash{}),
		"consistency checked beyond":          CheckConsistency(nil, MaxSize+1, Hash{}, 1, Hash{}),
		"a part of more than there is":        second(ProvePart(3, 4, nil, 1, read)),
		"a part of less than it should prove": second(ProvePart(5, 3, nil, 4, read)),
		"a part beyond the largest log":       second(ProvePart(MaxSize+1, 3, nil, 1, read)),
		"a builder of less than nothing":      second(RestoreBuilder(-1, read)),
		"a builder beyond the largest log":    second(RestoreBuilder(MaxSize+1, read)),
	} {
		if err == nil || errors.Is(err, errDisk) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// Sizes that are equal, or nothing, need no proof: one that comes all the same proves nothing.
func TestProofsThatAreNotNeeded(t *testing.T) {
	root, other := LeafHash([]byte("a")), LeafHash([]byte("b"))
	for name, err := range map[string]error{
		"the same size, another root":  CheckConsistency(nil, 3, root, 3, other),
		"the same size, with a proof":  CheckConsistency([]Hash{root}, 3, root, 3, root),
		"from nothing, with a proof":   CheckConsistency([]Hash{root}, 3, root, 0, EmptyRoot),
		"from nothing, to a root":      CheckConsistency(nil, 3, root, 0, other),
		"nothing, with a root":         CheckConsistency(nil, 0, root, 0, EmptyRoot),
		"a proof of another inclusion": CheckInclusion([]Hash{other}, 2, root, 0, root),
		"a proof of another history":   CheckConsistency([]Hash{other}, 3, root, 2, root),
	} {
		if !errors.Is(err, ErrProof) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := errors.Join(CheckConsistency(nil, 3, root, 3, root), CheckConsistency(nil, 3, root, 0, EmptyRoot)); err != nil {
		t.Error(err)
	}
}

// A disk that fails, or that has less than it should, is an error of whoever asks, at every tile.
func TestTilesThatCannotBeRead(t *testing.T) {
	const size = 700
	b, tiles := NewBuilder(), stored{}
	for i := range size {
		b.Append(LeafHash(fmt.Appendf(nil, "leaf %d", i)))
		tiles.take(b)
	}
	tail, err := ProveConsistency(size, 600, tiles.read)
	if err != nil {
		t.Fatal(err)
	}
	asks := map[string]func(ReadTile) error{
		"root":        func(r ReadTile) error { return second(RootAt(size, r)) },
		"inclusion":   func(r ReadTile) error { return second(ProveInclusion(size, 300, r)) },
		"consistency": func(r ReadTile) error { return second(ProveConsistency(size, 300, r)) },
		"part":        func(r ReadTile) error { return second(ProvePart(size, 600, tail, 77, r)) },
		"builder":     func(r ReadTile) error { return second(RestoreBuilder(size, r)) },
	}
	for name, ask := range asks {
		n := 0
		if err := ask(func(level int, at int64) ([]byte, error) { n++; return tiles.read(level, at) }); err != nil || n == 0 {
			t.Fatalf("%s: %d tiles, %v", name, n, err)
		}
		for bad := range n {
			for _, short := range []bool{false, true} {
				i := -1
				err := ask(func(level int, at int64) ([]byte, error) {
					switch d, err := tiles.read(level, at); {
					case err != nil:
						return nil, err
					default:
						if i++; i != bad {
							return d, nil
						}
						if short {
							return d[:0], nil
						}
						return nil, errDisk
					}
				})
				if err == nil || !short && !errors.Is(err, errDisk) {
					t.Errorf("%s, tile %d of %d, short %v: %v", name, bad, n, short, err)
				}
			}
		}
	}
	for _, tail := range [][]Hash{tail[:len(tail)-1], nil, append(slices.Clone(tail), Hash{})} {
		if _, err := ProvePart(size, 600, tail, 77, tiles.read); err == nil {
			t.Errorf("a part with %d hashes behind it proves something", len(tail))
		}
	}
}

// Each is one change to something good; none is read as anything.
func TestBadForms(t *testing.T) {
	const end = "\n"
	root := "uszzq" + strings.Repeat("A", 38) + "="
	cp := "entente/00/a/1\n3\n" + root + "\n"
	if _, err := ParseCheckpoint(cp); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":               "",
		"an extension line":     cp + "more\n",
		"no last line end":      strings.TrimSuffix(cp, end),
		"no name":               strings.Replace(cp, "entente/00/a/1", "", 1),
		"a space in the name":   strings.Replace(cp, "a/1", "a /1", 1),
		"a plus in the name":    strings.Replace(cp, "a/1", "a+1", 1),
		"a name without end":    strings.Replace(cp, "a/1", strings.Repeat("a", 256), 1),
		"no number":             strings.Replace(cp, "\n3\n", "\nthree\n", 1),
		"another spelling":      strings.Replace(cp, "\n3\n", "\n03\n", 1),
		"less than nothing":     strings.Replace(cp, "\n3\n", "\n-3\n", 1),
		"more than a log holds": strings.Replace(cp, "\n3\n", "\n1099511627777\n", 1),
		"a short root":          strings.Replace(cp, root, root[4:], 1),
		"no base64":             strings.Replace(cp, "uszzq", "usz!q", 1),
		"nothing, with a root":  strings.Replace(cp, "\n3\n", "\n0\n", 1),
	} {
		if got, err := ParseCheckpoint(text); err == nil {
			t.Errorf("checkpoint, %s: %+v", name, got)
		}
	}
	bundle, err := AppendBundle(nil, []byte("leaf"))
	if err != nil {
		t.Fatal(err)
	}
	if bundle, err = AppendBundle(bundle, nil); err != nil {
		t.Fatal(err)
	}
	if leaves, err := SplitBundle(bundle, 2); err != nil || string(leaves[0]) != "leaf" || len(leaves[1]) != 0 {
		t.Fatal(leaves, err)
	}
	for name, c := range map[string]struct {
		b []byte
		n int
	}{
		"fewer than none": {bundle, -1}, "more than fit": {bundle, 5}, "one too many": {bundle, 3}, "one left over": {bundle, 1}, "half a length": {bundle[:7], 2}, "half a leaf": {bundle[:5], 1},
		"none, and bytes": {bundle, 0},
	} {
		if got, err := SplitBundle(c.b, c.n); err == nil {
			t.Errorf("bundle, %s: %q", name, got)
		}
	}
	if _, err = AppendBundle(nil, make([]byte, 65536)); refusal.As(err).Key != "entry.too_long" {
		t.Errorf("a leaf that no bundle can hold: %v", err)
	}
	file := string(FormatProof(2, []Hash{LeafHash(nil)}, []byte("note\n")))
	if _, _, _, err := ParseProof([]byte(file)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":            "",
		"another kind":       strings.Replace(file, "@v1", "@v2", 1),
		"no index":           strings.Replace(file, "index ", "at ", 1),
		"an index in words":  strings.Replace(file, "index 2", "index two", 1),
		"another spelling":   strings.Replace(file, "index 2", "index +2", 1),
		"less than nothing":  strings.Replace(file, "index 2", "index -2", 1),
		"beyond any log":     strings.Replace(file, "index 2", "index 1099511627776", 1),
		"no base64":          strings.Replace(file, "=", "!", 1),
		"a short hash":       strings.Replace(file, "\n\n", "\nAAAA\n\n", 1),
		"more than any tree": strings.Replace(file, "\n\n", "\n"+strings.Repeat(root+"\n", 65)+"\n", 1),
		"longer than a note": file + strings.Repeat("x", MaxNote+8192),
		"no note":            strings.SplitN(file, "\n\n", 2)[0],
	} {
		if _, _, _, err := ParseProof([]byte(text)); err == nil {
			t.Errorf("proof, %s, is read", name)
		}
	}
}

// A note whose lines are no lines, or without end, is none; and no key speaks that is none.
func TestBadNotesAndKeys(t *testing.T) {
	k := newForkKeys(t)
	note := k.history(t, "a", 1, 2).notes[2]
	line := bytes.Index(note, []byte("\n\n")) + 2
	for name, bad := range map[string][]byte{
		"longer than any":       append(bytes.Clone(note), make([]byte, MaxNote)...),
		"without signatures":    note[:line],
		"without a line end":    note[:len(note)-1],
		"with another line end": append(bytes.Clone(note[:len(note)-1]), '\r'),
		"without a dash":        bytes.Replace(note, []byte(emDash), []byte("- "), 1),
		"without base64":        append(bytes.Clone(note), emDash+"x !\n"...),
		"with an empty line":    append(bytes.Clone(note), emDash+"x AAAA\n"...),
		"with a name of spaces": append(bytes.Clone(note), emDash+" AAAAAAAA\n"...),
		"with lines and lines":  append(bytes.Clone(note), strings.Repeat(emDash+"x AAAAAAAA\n", maxSignatures)...),
		"of no checkpoint":      append([]byte("x\n\n"), note[line:]...),
	} {
		_, err := Claimed(bad)
		_, err2 := LineNames(bad)
		_, err3 := Cosign(bad, k.cosign[0], 1)
		_, err4 := Merge(bad)
		_, err5 := Merge(note, bad)
		if err == nil || err2 == nil || err3 == nil || err4 == nil || err5 == nil || ClaimedTime(bad) != 0 {
			t.Errorf("%s: %v, %v, %v, %v, %v", name, err, err2, err3, err4, err5)
		}
	}
	ed, ml := testKeys(t, "log")
	for _, name := range []string{"", "a b", "a+b", strings.Repeat("a", 256)} {
		if _, err := NewLogSigner(name, ed, ml); err == nil {
			t.Errorf("a log is called %q", name)
		}
		if _, err := NewWitnessSigner(name, ed, ml); err == nil {
			t.Errorf("a witness is called %q", name)
		}
	}
	if _, err := NewLogVerifier(forkOrigin, ed[:31], ml.Public()); err == nil {
		t.Error("half a key verifies")
	}
	if _, err := NewWitnessVerifier("w", ed[:32], ml.Public()[1:]); err == nil {
		t.Error("a short key verifies")
	}
	if s := fmt.Sprintf("%v %s", ml, ml); strings.Count(s, "private key") != 2 {
		t.Errorf("a key prints itself: %s", s)
	}
	for _, cp := range []Checkpoint{{"another/log", 1, LeafHash(nil)}, {forkOrigin, -1, LeafHash(nil)}, {forkOrigin, MaxSize + 1, LeafHash(nil)}} {
		if _, err := SignCheckpoint(cp, k.sign, 1); err == nil {
			t.Errorf("a log signs %+v", cp)
		}
	}
	if keys, err := k.cosign[0].VKeys(); err != nil || keys != k.witness[0].VKeys() {
		t.Errorf("%q are not %q: %v", keys, k.witness[0].VKeys(), err)
	}
}

// Lines of several notes of one head come together, each key's once, in order; notes of different heads do not.
func TestNotesOfOneHeadComeTogether(t *testing.T) {
	k := newForkKeys(t)
	h := k.history(t, "a", 1, 3)
	cp, sigs, err := splitNote(h.notes[3])
	if err != nil || len(sigs) != 6 {
		t.Fatal(len(sigs), err)
	}
	alone := func(lines ...signature) []byte { return formatNote(cp.Text(), lines...) }
	got, err := Merge(alone(sigs[0], sigs[1]), alone(sigs[1], sigs[2], sigs[3]), alone(sigs[0], sigs[4], sigs[5], sigs[4]))
	if err != nil || !bytes.Equal(got, h.notes[3]) {
		t.Errorf("%v\n%s\nwant\n%s", err, got, h.notes[3])
	}
	if _, err := Merge(h.notes[3], h.notes[2]); refusal.As(err).Key != "ledger.other_checkpoint" {
		t.Errorf("notes of two heads: %v", err)
	}
	names, err := LineNames(got)
	if want := []string{forkOrigin, forkOrigin, "entente/00/b/witness", "entente/00/b/witness", "entente/00/c/witness", "entente/00/c/witness"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%q, %v", names, err)
	}
}

// Evidence says who is accused of what, to whoever reads it: the log, the witness, or one of both.
func TestEvidenceExplainsItself(t *testing.T) {
	k := newForkKeys(t)
	a, b := k.history(t, "a", 1, 3), k.history(t, "b", 1, 3)
	for want, by := range map[string][2]Attestor{
		"verify.fork_log":     {k.log, k.log},
		"verify.fork_witness": {k.witness[0], k.witness[0]},
		"verify.fork_either":  {k.log, k.witness[1]},
	} {
		for _, by := range [][2]Attestor{by, {by[1], by[0]}} {
			evidence, err := FormatFork(Attested{a.notes[3], by[0]}, Attested{b.notes[3], by[1]}, Hash{}, nil)
			if err != nil {
				t.Fatalf("%s: %v", want, err)
			}
			f, err := VerifyFork(evidence)
			if err != nil {
				t.Fatal(err)
			}
			key, params := f.Explanation()
			who, named := params["by"]
			if key != want || params["log"] != forkOrigin || params["n1"] != "3" || params["root1"] == params["root2"] || named != (want != "verify.fork_log") {
				t.Errorf("%s: %s %v", want, key, params)
			}
			if expected := map[string]any{"verify.fork_witness": "entente/00/b/witness", "verify.fork_either": "entente/00/c/witness"}[want]; named && who != expected {
				t.Errorf("%s accuses %v", key, who)
			}
		}
	}
}
