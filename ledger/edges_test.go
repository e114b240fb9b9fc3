package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// Bundles and the paths of tiles are as C2SP tlog-tiles has them, to the longest entry, the last tile and the smallest width, and in one spelling.
func TestTheEdgesOfTiles(t *testing.T) {
	long, err := AppendBundle(nil, make([]byte, 65535))
	if err != nil || len(long) != 65537 {
		t.Errorf("the longest entry: %d bytes, %v", len(long), err)
	}
	for _, c := range []struct {
		b []byte
		n int
	}{{nil, 0}, {make([]byte, 2), 1}, {make([]byte, 8), 4}, {long, 1}} {
		if got, err := SplitBundle(c.b, c.n); err != nil || len(got) != c.n {
			t.Errorf("%d entries of %d bytes: %d, %v", c.n, len(c.b), len(got), err)
		}
	}
	if got, err := SplitBundle(make([]byte, 8), math.MaxInt); err == nil {
		t.Errorf("%d entries of 8 bytes", len(got))
	}
	two, err := AppendBundle([]byte{0, 1, 'a'}, []byte("b"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := SplitBundle(two, 2)
	if err != nil {
		t.Fatal(err)
	}
	if _ = append(got[0], 'x'); string(got[1]) != "b" || string(two) != "\x00\x01a\x00\x01b" {
		t.Error("what is put behind an entry runs into the next one")
	}
	last := TilePath(0, MaxSize, 256)
	for path, ok := range map[string]bool{last: true, TilePath(0, MaxSize+1, 256): false, "tile/7/000": true, "tile/8/000": false, "tile/0/000.p/1": true, "tile/0/000.p/255": true, "tile/0/000.p/256": false, "tile/0/000.p/257": false,
		"tile/0/000.p/0": false, "tile/0/000.p/-1": false, "tile/0/000.p/01": false, "tile/0/000.p/": false, "tile/0/000.p/x": false, "tile/0/-01": false, "tile/-1/000": false, "tile/-2/000": false, "tile/entries/000": true,
		"tile/00/000": false, "tile/x/000": false, "tile/0/0": false, "tile/0/1000": false, "tile/0/001/000": false, "tile/0/x001x000": false, "tile/0/": false, "tile/0": false, "tile/": false, "": false, "0/000": false, "/tile/0/000": false,
		"tile/0/x999/x999/x999/x999/x999/x999/x999/999": false, "tile/0/000/": false, "tile/0/000.p/7.p/7": false} {
		level, n, width, got := ParseTilePath(path)
		if got != ok || ok && TilePath(level, n, width) != path || !ok && (level != 0 || n != 0 || width != 0) {
			t.Errorf("%s is read as %d %d %d %v", path, level, n, width, got)
		}
	}
	if level, n, width, _ := ParseTilePath("tile/entries/x001/x234/067.p/7"); level != -1 || n != 1234067 || width != 7 {
		t.Errorf("%d %d %d", level, n, width)
	}
	for _, c := range []struct {
		size  int64
		level int
		n     int64
		want  int64
	}{{0, 0, 0, 0}, {1, 0, 0, 1}, {255, 0, 0, 255}, {256, 0, 0, 256}, {257, 0, 0, 256}, {257, 0, 1, 1}, {257, 0, 2, 0}, {257, -1, 1, 1}, {65535, 1, 0, 255}, {65536, 1, 0, 256}, {65536 + 512, 1, 1, 2}, {65536, 2, 0, 1}} {
		if got := TileWidthAt(c.size, c.level, c.n); got != c.want {
			t.Errorf("tile %d/%d of %d leaves has %d hashes, not %d", c.level, c.n, c.size, got, c.want)
		}
	}
}

// A builder goes on with a stored tree up to the last leaf that there can be, and believes no tile that is too short.
func TestTheEdgesOfABuilder(t *testing.T) {
	fails := func(int, int64) ([]byte, error) { return nil, errDisk }
	if b, err := RestoreBuilder(0, fails); err != nil || b.Root() != EmptyRoot || b.Size() != 0 {
		t.Errorf("nothing is restored: %v", err)
	}
	if _, err := RestoreBuilder(MaxSize, fails); !errors.Is(err, errDisk) {
		t.Errorf("the largest: %v", err)
	}
	zeros := func(int, int64) ([]byte, error) { return make([]byte, 256*32), nil }
	for size, fits := range map[int64]bool{MaxSize - 256: true, MaxSize: false} {
		b, err := RestoreBuilder(size, zeros)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.AppendTile(make([]byte, 256*32), Hash{}); (err == nil) != fits || !fits && (!errors.Is(err, errSize) || b.Size() != size) {
			t.Errorf("a tile behind %d: %v, now %d", size, err, b.Size())
		}
	}
	for w := range 3 {
		short := func(int, int64) ([]byte, error) { return make([]byte, (100+w-1)*32), nil }
		if _, err := RestoreBuilder(100, short); (err == nil) != (w > 0) {
			t.Errorf("a tile of %d hashes for 100 leaves: %v", 100+w-1, err)
		}
	}
	// Whole tiles, then leaf by leaf: the tiles have their numbers, each is given out once, in order.
	b, one := NewBuilder(), NewBuilder()
	var tile []byte
	for i := range 256 {
		h := Hash{byte(i)}
		one.Append(h)
		tile = append(tile, h[:]...)
	}
	if err := b.AppendTile(tile, TileRoot(tile)); err != nil {
		t.Fatal(err)
	}
	one.TakeTiles()
	b.TakeTiles()
	for i := range 800 {
		one.Append(Hash{byte(i), 1})
		b.Append(Hash{byte(i), 1})
	}
	got, want := b.Clone().TakeTiles(), one.TakeTiles()
	var names []string
	for _, x := range got {
		names = append(names, TilePath(x.Level, x.N, len(x.Data)/32))
	}
	if list := []string{"tile/0/001", "tile/0/002", "tile/0/003", "tile/0/004.p/32", "tile/1/000.p/4"}; !slices.Equal(names, list) {
		t.Errorf("%v, not %v", names, list)
	}
	same := func(x, y Tile) bool { return x.Level == y.Level && x.N == y.N && bytes.Equal(x.Data, y.Data) }
	if !slices.EqualFunc(got, want, same) || b.Root() != one.Root() {
		t.Error("a tile that came whole makes another tree")
	}
	if again := one.TakeTiles(); len(again) != 0 {
		t.Errorf("%d tiles are given out again", len(again))
	}
	if still := b.TakeTiles(); !slices.EqualFunc(still, want, same) {
		t.Error("what a clone gave out is gone here")
	}
	want[3].Data[0]++
	if one.Append(Hash{2}); bytes.Equal(one.TakeTiles()[0].Data[:32], want[3].Data[:32]) {
		t.Error("a tile that was given out is still the builder's")
	}
	for range 20 * 256 { // several full ones at once, so many that they are not in order by chance
		b.Append(Hash{3})
	}
	many := b.TakeFull()
	for i, x := range many {
		if x.Level != 0 || x.N != int64(4+i) || len(x.Data) != 256*32 {
			t.Errorf("tile %d/%d of %d bytes is number %d", x.Level, x.N, len(x.Data), i)
		}
	}
	if len(many) != 20 || len(b.TakeFull()) != 0 {
		t.Errorf("%d tiles are full", len(many))
	}
}

// padded is a note with lines of nobody that bring it to so many bytes.
func padded(note []byte, n int) []byte {
	out := bytes.Clone(note)
	line := func(name string, raw int) string {
		return emDash + name + " " + base64.StdEncoding.EncodeToString(make([]byte, raw)) + "\n"
	}
	for n-len(out) > 4000 {
		out = append(out, line("x", 1500)...)
	}
	for name := 1; name <= 255; name++ {
		for raw := 6; raw < 3000; raw += 3 {
			if l := line(strings.Repeat("x", name), raw); len(out)+len(l) == n {
				return append(out, l...)
			}
		}
	}
	panic("no line is so long")
}

// Notes are read to the longest and with the most lines, and no line that is none. SPEC checkpoint-strict
func TestTheEdgesOfNotes(t *testing.T) {
	k := newForkKeys(t)
	h := k.history(t, "a", 1, 2)
	note := h.notes[2]
	cp := Checkpoint{forkOrigin, 2, h.roots[2]}
	for n, ok := range map[int]bool{MaxNote: true, MaxNote + 1: false} {
		long := padded(note, n)
		_, err := OpenCheckpoint(long, k.log)
		_, err2 := Heading(long)
		if len(long) != n || (err == nil) != ok || (err2 == nil) != ok {
			t.Errorf("a note of %d bytes: %v, %v", n, err, err2)
		}
	}
	for lines, ok := range map[int]bool{maxSignatures: true, maxSignatures + 1: false} {
		many := append(bytes.Clone(note), strings.Repeat(emDash+"x AAAAAAAA\n", lines-6)...)
		if names, err := LineNames(many); (err == nil) != ok || ok && len(names) != lines {
			t.Errorf("a note of %d lines: %d, %v", lines, len(names), err)
		}
	}
	for line, ok := range map[string]bool{emDash + "x AAAAAAA=": true, emDash + "x AAAAAA==": false, emDash + "x AAAAAAAA!": false, "x AAAAAAAA": false, "-- x AAAAAAAA": false, emDash + "xAAAAAAAA": false, emDash + " AAAAAAAA": false,
		emDash + "x AAAAAAB=": false, emDash + "x+ AAAAAAAA": false, emDash + "x AAAAAAAA ": false, "": false} {
		got, err := Claimed(append(bytes.Clone(note), line+"\n"...))
		if (err == nil) != ok || ok && got != cp || !ok && got != (Checkpoint{}) {
			t.Errorf("with the line %q: %+v, %v", line, got, err)
		}
	}
	if got, err := Heading(note); err != nil || got != cp {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := Heading([]byte(cp.Text() + "\nno line\n")); err != nil || got != cp {
		t.Errorf("whatever stands below: %+v, %v", got, err)
	}
	for name, bad := range map[string][]byte{"nothing": nil, "no empty line": []byte(cp.Text()), "no checkpoint": []byte("x\n\n")} {
		if got, err := Heading(bad); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	// When a head was signed is what its log says, in the line that has room for a time; nobody else's.
	at := func(lines ...signature) int64 { return ClaimedTime(formatNote(cp.Text(), lines...)) }
	timed := func(name string, n int) signature {
		return signature{name, 7, append([]byte{0x80, 0, 0, 0, 0, 0, 0, 9}, make([]byte, n-8)...)}
	}
	if a, b, c := at(timed("x", 100), timed(forkOrigin, 72)), at(timed("x", 100), timed(forkOrigin, 73)), ClaimedTime(note); a != 0 || b != 9 || c != 1700000000 {
		t.Errorf("%d, %d and %d", a, b, c)
	}
	for size, ok := range map[int64]bool{0: true, MaxSize: true, MaxSize + 1: false, -1: false} {
		root := LeafHash(nil)
		if size == 0 {
			root = EmptyRoot
		}
		note, err := SignCheckpoint(Checkpoint{forkOrigin, size, root}, k.sign, 5)
		if (err == nil) != ok {
			t.Errorf("a head of %d is signed: %v", size, err)
		}
		if ok {
			if got, err := OpenCheckpoint(note, k.log); err != nil || got.Size != size {
				t.Errorf("a head of %d: %+v, %v", size, got, err)
			}
		}
	}
	ed, ml := testKeys(t, "log")
	public := ed.Public().(ed25519.PublicKey)
	for _, name := range []string{"", "a b", "a+b"} {
		if v, err := NewLogVerifier(name, public, ml.Public()); err == nil || v.Name() != "" {
			t.Errorf("a log is called %q", name)
		}
		if v, err := NewWitnessVerifier(name, public, ml.Public()); err == nil || v.Name() != "" {
			t.Errorf("a witness is called %q", name)
		}
		if _, err := k.witness[0].Named(name); err == nil {
			t.Errorf("a witness is called %q", name)
		}
	}
	if keys, err := (WitnessSigner{"a b", ed, ml}).VKeys(); err == nil || keys != [2]string{} {
		t.Errorf("the keys of nobody: %q", keys)
	}
}

// Proofs in files are read to the longest, and no other spelling of them.
func TestTheEdgesOfProofs(t *testing.T) {
	note := []byte("note\n")
	for n, ok := range map[int]bool{0: true, 64: true, 65: false} {
		proof := make([]Hash, n)
		for i := range proof {
			proof[i] = LeafHash([]byte{byte(i)})
		}
		index, got, rest, err := ParseProof(FormatProof(3, proof, note))
		if (err == nil) != ok || ok && (index != 3 || !slices.Equal(got, proof) || !bytes.Equal(rest, note)) || !ok && (index != 0 || got != nil || rest != nil) {
			t.Errorf("%d hashes: %d %d %q %v", n, index, len(got), rest, err)
		}
	}
	for index, ok := range map[int64]bool{0: true, MaxSize - 1: true, MaxSize: false, -1: false} {
		if got, _, _, err := ParseProof(FormatProof(index, nil, note)); (err == nil) != ok || ok && got != index {
			t.Errorf("leaf %d: %d, %v", index, got, err)
		}
	}
	empty := len(FormatProof(3, nil, nil))
	for n, ok := range map[int]bool{MaxNote + 8192: true, MaxNote + 8193: false} {
		if _, _, _, err := ParseProof(FormatProof(3, nil, make([]byte, n-empty))); (err == nil) != ok {
			t.Errorf("a proof of %d bytes: %v", n, err)
		}
	}
	good := string(FormatProof(3, []Hash{{1}}, note))
	for _, bad := range []string{proofHeader, proofHeader + "\n\n", "\n\n", strings.Replace(good, "AA=\n", "AB=\n", 1), strings.Replace(good, "AQAA", "AQ A", 1)} {
		if _, _, _, err := ParseProof([]byte(bad)); err == nil && bad != good {
			t.Errorf("%q is a proof", bad)
		}
	}
	head := len(FormatSubmission(0, nil, nil))
	for n, ok := range map[int]bool{MaxSubmission: true, MaxSubmission + 1: false} {
		if old, _, note, err := ParseSubmission(FormatSubmission(0, nil, make([]byte, n-head))); (err == nil) != ok || !ok && (old != 0 || note != nil) {
			t.Errorf("a submission of %d bytes: %v", n, err)
		}
	}
	for _, bad := range []string{"old\n\n", "4\n\nnote", "old x\n\nnote", "old 4", "old 4\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n\nnote"} {
		if old, _, _, err := ParseSubmission([]byte(bad)); err == nil || old != 0 {
			t.Errorf("%q is a submission", bad)
		}
	}
	if err := CheckConsistency(nil, 0, EmptyRoot, 0, EmptyRoot); err != nil {
		t.Errorf("nothing grows from nothing: %v", err)
	}
	if p, err := ProveConsistency(5, 5, func(int, int64) ([]byte, error) { return nil, errDisk }); err != nil || len(p) != 0 {
		t.Errorf("what is the same needs a proof: %v, %v", p, err)
	}
	if root, err := RootAt(0, nil); err != nil || root != EmptyRoot {
		t.Errorf("%x, %v", root, err)
	}
}

// Of a part of a log, numbers beyond it are refused, and what there can be is proved up to the whole.
func TestTheEdgesOfAPart(t *testing.T) {
	tiles, b := stored{}, NewBuilder()
	for i := range 9 {
		b.Append(LeafHash(fmt.Appendf(nil, "%d", i)))
	}
	tiles.take(b)
	fails := func(int, int64) ([]byte, error) { return nil, errDisk }
	for _, c := range []struct {
		size, have, old int64
		want            error
	}{{9, 9, -1, errSize}, {9, 9, 10, errSize}, {9, 10, 9, errSize}, {9, 4, 5, errSize}, {9, 0, 1, errSize}, {MaxSize + 1, MaxSize + 1, 1, errSize}, {MaxSize, MaxSize, 1, errDisk}, {MaxSize, 256, 1, errDisk}} {
		if p, err := ProvePart(c.size, c.have, nil, c.old, fails); !errors.Is(err, c.want) || len(p) > 0 {
			t.Errorf("from %d by %d of %d: %v", c.old, c.have, c.size, err)
		}
	}
	if p, err := ProvePart(9, 4, nil, 4, tiles.read); !errors.Is(err, ErrProof) || p != nil {
		t.Errorf("without what is behind the part: %v", err)
	}
	tail, err := ProveConsistency(9, 4, tiles.read)
	if err != nil {
		t.Fatal(err)
	}
	for have := range int64(10) { // from nothing nothing needs a proof, not even by who has nothing
		if p, err := ProvePart(9, have, tail, 0, fails); err != nil || p != nil {
			t.Errorf("from nothing, by the first %d: %v, %v", have, p, err)
		}
	}
	if p, err := ProvePart(9, 4, tail, -1, tiles.read); !errors.Is(err, errSize) || p != nil {
		t.Errorf("from less than nothing: %v, %v", p, err)
	}
	if p, err := ProvePart(9, 9, nil, 9, tiles.read); err != nil || len(p) != 0 {
		t.Errorf("from the whole: %v, %v", p, err)
	}
}

// Each leaf is proved to be in the tree at its place, at every size, and nothing else is.
func TestEachLeafIsProved(t *testing.T) {
	b, tiles := NewBuilder(), stored{}
	var leaves []Hash
	for size := int64(1); size <= 300; size++ {
		leaves = append(leaves, LeafHash(fmt.Appendf(nil, "%d", size)))
		b.Append(leaves[size-1])
		tiles.take(b)
		for index := size % 7; index < size; index += 1 + size/5 {
			proof, err := ProveInclusion(size, index, tiles.read)
			if err != nil {
				t.Fatal(err)
			}
			if err := CheckInclusion(proof, size, b.Root(), index, leaves[index]); err != nil {
				t.Fatalf("leaf %d of %d: %v", index, size, err)
			}
			if size > 1 && !errors.Is(CheckInclusion(proof, size, b.Root(), (index+1)%size, leaves[index]), ErrProof) {
				t.Fatalf("leaf %d of %d is proved elsewhere", index, size)
			}
		}
	}
}

// A note that is not by whom it should be is no evidence against anybody, and a copy that cannot be read, or whose end cannot be proved, is an error and no evidence.
func TestWhatIsNoEvidence(t *testing.T) {
	k := newForkKeys(t)
	a, b := k.history(t, "a", 4, 9), k.history(t, "b", 4, 9)
	bad := []byte("no note")
	good := Attested{b.notes[7], k.log}
	for name, f := range map[string]func() ([]byte, error){
		"the first is none":  func() ([]byte, error) { return FormatFork(Attested{bad, k.log}, good, Hash{}, nil) },
		"the second is none": func() ([]byte, error) { return FormatFork(good, Attested{bad, k.log}, Hash{}, nil) },
		"the copy's is none": func() ([]byte, error) { return Copy{Have: 9, Head: Attested{bad, k.log}}.Contradicts(good) },
		"the other is none":  func() ([]byte, error) { return a.copyOf(t, 9, 9, k.log).Contradicts(Attested{bad, k.log}) },
		"the copy is unreadable": func() ([]byte, error) {
			c := a.copyOf(t, 8, 9, k.log)
			c.Read = func(int, int64) ([]byte, error) { return nil, errDisk }
			return c.Contradicts(good)
		},
		"the copy has no end": func() ([]byte, error) {
			c := a.copyOf(t, 8, 9, k.log)
			c.Tail = nil
			return c.Contradicts(good)
		},
	} {
		if e, err := f(); err == nil || e != nil {
			t.Errorf("%s: %q, %v", name, e, err)
		}
	}
	// Nor is what agrees, what is not held yet, what is about nothing, and what is about another log.
	elsewhere, err := Confirm(Checkpoint{"entente/00/z/1", 5, b.roots[5]}, k.cosign[0], 5)
	if err != nil {
		t.Fatal(err)
	}
	for name, other := range map[string]Attested{"the same": {a.notes[9], k.log}, "an earlier one": {a.notes[5], k.log}, "the other's beginning": {b.notes[4], k.log}, "nothing": {b.notes[0], k.log}, "more than is held": {b.notes[8], k.log}, "another log's": {elsewhere, k.witness[0]}} {
		if e, err := a.copyOf(t, 7, 9, k.log).Contradicts(other); e != nil || err != nil {
			t.Errorf("%s: %q, %v", name, e, err)
		}
	}
	key, err := ParseNoteKey(k.log.VKeys()[0])
	if err != nil {
		t.Fatal(err)
	}
	if cp, at, err := key.Open(bad); err == nil || cp != (Checkpoint{}) || at != 0 {
		t.Errorf("%+v %d %v", cp, at, err)
	}
	if out, at, err := TakeCosignatures(bad, a.notes[1], []NoteKey{key}); err == nil || out != nil || at != 0 {
		t.Errorf("%q %d %v", out, at, err)
	}
}
