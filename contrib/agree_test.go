// Package contrib holds independent verifiers: they share no code with Entente, and this test holds them against it. Tests only.
package contrib

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"entente.example/entry"
	"entente.example/ledger"
	"entente.example/proof"
)

// question is one line that a verifier is asked.
type question struct {
	Op      string            `json:"op"`
	Data    []byte            `json:"data"`
	Ed      string            `json:"ed,omitempty"`
	ML      string            `json:"ml,omitempty"`
	Proof   [][]byte          `json:"proof"`
	Size    int64             `json:"size"`
	Index   int64             `json:"index"`
	Old     int64             `json:"old"`
	Leaf    []byte            `json:"leaf,omitempty"`
	Root    []byte            `json:"root,omitempty"`
	OldRoot []byte            `json:"old_root,omitempty"`
	Count   int               `json:"count"`
	Files   map[string][]byte `json:"files,omitempty"`
	ours    bool              // our own verdict
	why     error             // of an archive
	spoiled bool
}

// asker makes questions from a seed.
type asker struct {
	*rand.Rand
	t    testing.TB
	all  []question
	a    party
	b    party
	w    outside
	mech string
}

// outside is a witness outside the mechanism: the others verify its Ed25519 line.
type outside struct {
	as  ledger.WitnessSigner
	key string
}

// party is one side with its keys.
type party struct {
	id     string
	log    ledger.LogSigner
	as     ledger.WitnessSigner
	logV   ledger.LogVerifier
	asV    ledger.WitnessVerifier
	fields map[string]any
}

func (q *asker) ask(x question, ours bool, spoiled bool) {
	x.ours, x.spoiled = ours, spoiled
	q.all = append(q.all, x)
}

// spoil changes something about bytes, anywhere but between the marks in keep.
func (q *asker) spoil(b []byte, keep func(int) bool) []byte {
	b = bytes.Clone(b)
	for {
		i := q.IntN(max(len(b), 1))
		if len(b) == 0 {
			return []byte{byte(q.IntN(256))}
		}
		if keep != nil && keep(i) {
			continue
		}
		switch q.IntN(5) {
		case 0:
			return b[:i]
		case 1:
			return slices.Delete(b, i, i+1)
		case 2:
			return slices.Insert(b, i, byte(q.IntN(256)))
		}
		b[i] ^= 1 << q.IntN(8)
		return b
	}
}

// pq marks the base64 of ML-DSA-44 lines of a note, which the others do not verify.
func pq(note []byte) func(int) bool {
	var from, to []int
	at := 0
	for _, l := range bytes.SplitAfter(note, []byte("\n")) {
		if len(l) > 1000 && bytes.HasPrefix(l, []byte("\u2014 ")) {
			from, to = append(from, at), append(to, at+len(l))
		}
		at += len(l)
	}
	return func(i int) bool {
		for k := range from {
			if i >= from[k] && i < to[k] {
				return true
			}
		}
		return false
	}
}

// Three verifiers, one verdict: SPEC archive-whole, fork-proves, witness-plus.
func TestVerifiersAgree(t *testing.T) {
	q := &asker{Rand: rand.New(rand.NewPCG(1, 2)), t: t, mech: strings.Repeat("ab", 32)}
	scale := 1
	if testing.Short() {
		scale = 20
	}
	q.a, q.b, q.w = q.party("a"), q.party("b"), q.outside("w")
	q.canonicals(22000 / scale)
	q.checkpoints(2000 / scale)
	q.proofs(9000 / scale)
	q.bundles(1000 / scale)
	q.notes(600 / scale)
	q.sightings(400 / scale)
	q.forks(160 / scale)
	q.archives(60 / scale)
	verdicts, spoiled := len(q.all), 0
	for _, x := range q.all {
		if x.spoiled {
			spoiled++
		}
	}
	accepted := 0
	for _, x := range q.all {
		if x.ours {
			accepted++
		}
	}
	if accepted < verdicts/5 || spoiled < verdicts/5 {
		t.Fatalf("%d of %d are accepted, %d spoiled: a verifier that always says the same would agree too often", accepted, verdicts, spoiled)
	}
	for _, v := range [][]string{{"python3", "verify.py", "--batch"}, {"node", "../verifier/verify.mjs", "--batch"}} {
		t.Run(v[0], func(t *testing.T) {
			t.Parallel()
			answers := put(t, v, q.all)
			wrong := 0
			for i, x := range q.all {
				if answers[i] != x.ours {
					if wrong++; wrong < 6 {
						b, _ := json.Marshal(x)
						t.Errorf("%s: ours %v (%v), theirs %v: %.900s", x.Op, x.ours, x.why, answers[i], b)
					}
				}
			}
			if wrong > 0 {
				t.Errorf("%d of %d verdicts differ", wrong, len(q.all))
			}
		})
	}
	t.Logf("%d questions, %d of them spoiled, %d accepted; each answered by three verifiers", verdicts, spoiled, accepted)
}

// put asks a verifier all questions in one process.
func put(t *testing.T, command []string, all []question) []bool {
	t.Helper()
	var in bytes.Buffer
	e := json.NewEncoder(&in)
	for _, x := range all {
		if x.Proof == nil {
			x.Proof = [][]byte{}
		}
		if err := e.Encode(x); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Stdin = &in
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%.2000s", command, err, errs.String())
	}
	var answers []bool
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		answers = append(answers, s.Text() == "1")
	}
	if len(answers) != len(all) {
		t.Fatalf("%v gives %d answers to %d questions", command, len(answers), len(all))
	}
	return answers
}

func (q *asker) canonicals(n int) {
	for i := range n {
		b := []byte(q.value(0))
		spoiled := i%2 == 1
		if spoiled {
			b = q.spoil(b, nil)
		}
		q.ask(question{Op: "canonical", Data: b}, len(b) > 0 && entry.CheckCanonical(b) == nil, spoiled)
	}
}

// value is JSON in its canonical spelling.
func (q *asker) value(depth int) string {
	switch k := q.IntN(8); {
	case k < 2 && depth < 4 || depth == 0:
		keys := map[string]bool{}
		for range q.IntN(5) {
			keys[string(rune('a'+q.IntN(26)))+fmt.Sprint(q.IntN(30))] = true
		}
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			parts = append(parts, `"`+k+`":`+q.value(depth+1))
		}
		return "{" + strings.Join(parts, ",") + "}"
	case k == 2 && depth < 4:
		var parts []string
		for range q.IntN(4) {
			parts = append(parts, q.value(depth+1))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case k == 3:
		return []string{"true", "false", "0", "9007199254740991", "-9007199254740991"}[q.IntN(5)]
	case k == 4:
		return fmt.Sprint(q.Int64N(2_000_000) - 1_000_000)
	}
	var s strings.Builder
	for range q.IntN(12) {
		s.WriteString([]string{"a", "Z", " ", "é", "中", "日本", "かな", "😀", `\"`, `\\`, `\n`, `\t`, `\u0007`, `\u001f`, "/", "\u007f", "ｶ"}[q.IntN(17)])
	}
	return `"` + s.String() + `"`
}

func (q *asker) checkpoints(n int) {
	for i := range n {
		cp := ledger.Checkpoint{Origin: "entente/00/a/1", Size: q.Int64N(1 << 41), Root: sha256.Sum256([]byte{byte(i)})}
		b := []byte(cp.Text())
		spoiled := i%2 == 1
		if spoiled {
			b = q.spoil(b, nil)
		}
		_, err := ledger.ParseCheckpoint(string(b))
		q.ask(question{Op: "checkpoint", Data: b}, err == nil, spoiled)
	}
}

// tree is a log's tiles and its root at every size.
type tree struct {
	leaves [][]byte
	tiles  map[string][]byte // full ones and those of the newest size, by path
	roots  []ledger.Hash
	read   ledger.ReadTile
}

func (q *asker) tree(leaves [][]byte) *tree {
	t := &tree{leaves: leaves, tiles: map[string][]byte{}}
	b := ledger.NewBuilder()
	byNumber := map[[2]int64][]byte{}
	t.roots = append(t.roots, b.Root())
	for _, l := range leaves {
		b.Append(ledger.LeafHash(l))
		t.roots = append(t.roots, b.Root())
	}
	for _, x := range b.TakeTiles() {
		byNumber[[2]int64{int64(x.Level), x.N}] = x.Data
		t.tiles[ledger.TilePath(x.Level, x.N, len(x.Data)/32)] = x.Data
	}
	t.read = func(level int, n int64) ([]byte, error) { return byNumber[[2]int64{int64(level), n}], nil }
	for n := int64(0); n*ledger.TileWidth < int64(len(leaves)); n++ {
		width := ledger.TileWidthAt(int64(len(leaves)), 0, n)
		var bundle []byte
		for _, l := range leaves[n*ledger.TileWidth : n*ledger.TileWidth+width] {
			bundle = q.must(ledger.AppendBundle(bundle, l))
		}
		t.tiles[ledger.TilePath(-1, n, int(width))] = bundle
	}
	return t
}

func (q *asker) must(b []byte, err error) []byte {
	q.t.Helper()
	if err != nil {
		q.t.Fatal(err)
	}
	return b
}

func (q *asker) leaves(n int, mark string) (out [][]byte) {
	for i := range n {
		out = append(out, fmt.Appendf(nil, `{"i":%d,"m":"%s"}`, i, mark))
	}
	return out
}

func (q *asker) proofs(n int) {
	t := q.tree(q.leaves(700, "x"))
	flat := func(p []ledger.Hash) (out [][]byte) {
		for _, h := range p {
			out = append(out, bytes.Clone(h[:]))
		}
		return out
	}
	hashes := func(p [][]byte) (out []ledger.Hash) {
		for _, b := range p {
			out = append(out, ledger.Hash(b))
		}
		return out
	}
	for i := range n {
		size := 1 + q.Int64N(700)
		spoiled := i%3 > 0
		x := question{Op: "inclusion", Size: size, Index: q.Int64N(size), Root: t.roots[size][:]}
		if i%2 == 0 {
			p, err := ledger.ProveInclusion(size, x.Index, t.read)
			if err != nil {
				q.t.Fatal(err)
			}
			h := ledger.LeafHash(t.leaves[x.Index])
			x.Leaf, x.Proof = h[:], flat(p)
		} else {
			x.Op, x.Old = "consistency", q.Int64N(size+1)
			p, err := ledger.ProveConsistency(size, x.Old, t.read)
			if err != nil {
				q.t.Fatal(err)
			}
			x.OldRoot, x.Proof = t.roots[x.Old][:], flat(p)
		}
		if spoiled {
			q.spoilProof(&x)
		}
		var err error
		if x.Op == "inclusion" {
			err = ledger.CheckInclusion(hashes(x.Proof), x.Size, ledger.Hash(x.Root), x.Index, ledger.Hash(x.Leaf))
		} else {
			err = ledger.CheckConsistency(hashes(x.Proof), x.Size, ledger.Hash(x.Root), x.Old, ledger.Hash(x.OldRoot))
		}
		q.ask(x, err == nil, spoiled)
	}
}

func (q *asker) spoilProof(x *question) {
	flip := func(b []byte) []byte { b = bytes.Clone(b); b[q.IntN(32)] ^= 1 << q.IntN(8); return b }
	switch k := q.IntN(8); {
	case k == 0:
		x.Root = flip(x.Root)
	case k == 1 && len(x.Proof) > 0:
		i := q.IntN(len(x.Proof))
		x.Proof[i] = flip(x.Proof[i])
	case k == 2 && len(x.Proof) > 0:
		x.Proof = x.Proof[1:]
	case k == 3 && len(x.Proof) > 1:
		x.Proof[0], x.Proof[1] = x.Proof[1], x.Proof[0]
	case k == 4:
		x.Proof = append(x.Proof, flip(x.Root))
	case k == 5:
		x.Size++
	case x.Op == "inclusion":
		x.Index++
	default:
		x.Old++
	}
}

func (q *asker) bundles(n int) {
	for i := range n {
		leaves := q.leaves(1+q.IntN(12), fmt.Sprint(i))
		t := q.tree(leaves)
		b := t.tiles[ledger.TilePath(-1, 0, len(leaves))]
		spoiled := i%2 == 1
		if spoiled {
			b = q.spoil(b, nil)
		}
		ours := false
		if got, err := ledger.SplitBundle(b, len(leaves)); err == nil {
			ours = q.tree(got).roots[len(got)] == t.roots[len(leaves)]
		}
		q.ask(question{Op: "bundle", Data: b, Count: len(leaves), Root: t.roots[len(leaves)][:]}, ours, spoiled)
	}
}

// party makes the keys of one side.
func (q *asker) party(id string) (p party) {
	p.id = id
	key := func(what string) (ed25519.PrivateKey, ledger.MLDSAKey) {
		seed := sha256.Sum256([]byte(id + what))
		ml, err := ledger.NewMLDSAKey(seed)
		if err != nil {
			q.t.Fatal(err)
		}
		return ed25519.NewKeyFromSeed(seed[:]), ml
	}
	b64 := base64.StdEncoding.EncodeToString
	led, lml := key("log")
	wed, wml := key("witness")
	public := func(k ed25519.PrivateKey) []byte { return k.Public().(ed25519.PublicKey) }
	p.fields = map[string]any{"log_ed25519": b64(public(led)), "log_mldsa44": b64(lml.Public()), "witness_ed25519": b64(public(wed)), "witness_mldsa44": b64(wml.Public()),
		"seal": []string{}, "threshold": 1}
	q.sign(&p, led, lml, wed, wml)
	return p
}

// sign gives a party its signers under the mechanism's name.
func (q *asker) sign(p *party, led ed25519.PrivateKey, lml ledger.MLDSAKey, wed ed25519.PrivateKey, wml ledger.MLDSAKey) {
	origin, witness := entry.Origin(q.mech, p.id, 1), entry.WitnessName(q.mech, p.id)
	var errs [4]error
	p.log, errs[0] = ledger.NewLogSigner(origin, led, lml)
	p.logV, errs[1] = ledger.NewLogVerifier(origin, led.Public().(ed25519.PublicKey), lml.Public())
	p.as, errs[2] = ledger.NewWitnessSigner(witness, wed, wml)
	p.asV, errs[3] = ledger.NewWitnessVerifier(witness, wed.Public().(ed25519.PublicKey), wml.Public())
	for _, err := range errs {
		if err != nil {
			q.t.Fatal(err)
		}
	}
}

// note is a head of a's log, cosigned by b.
func (q *asker) note(size int64, root ledger.Hash) []byte {
	n := q.must(ledger.SignCheckpoint(ledger.Checkpoint{Origin: q.a.logV.Name(), Size: size, Root: root}, q.a.log, 1_700_000_000))
	return q.must(ledger.Cosign(n, q.b.as, 1_700_000_001))
}

func (q *asker) notes(n int) {
	for i := range n {
		note := q.note(q.Int64N(1000)+1, sha256.Sum256([]byte{byte(i), 1}))
		spoiled := i%3 > 0
		if spoiled {
			note = q.spoil(note, pq(note))
		}
		if i%2 == 0 {
			k := q.a.logV.VKeys()
			_, err := ledger.OpenCheckpoint(note, q.a.logV)
			q.ask(question{Op: "note", Data: note, Ed: k[0], ML: k[1]}, err == nil, spoiled)
		} else {
			k := q.b.asV.VKeys()
			_, _, err := ledger.VerifyCosignature(note, q.b.asV)
			q.ask(question{Op: "note", Data: note, Ed: k[0], ML: k[1]}, err == nil, spoiled)
		}
	}
}

func (q *asker) outside(seed string) outside {
	const name = "witness.example/w1"
	secret := sha256.Sum256([]byte(seed))
	ed := ed25519.NewKeyFromSeed(secret[:])
	ml, err := ledger.NewMLDSAKey(secret)
	if err != nil {
		q.t.Fatal(err)
	}
	as, err1 := ledger.NewWitnessSigner(name, ed, ml)
	v, err2 := ledger.NewWitnessVerifier(name, ed.Public().(ed25519.PublicKey), ml.Public())
	if err1 != nil || err2 != nil {
		q.t.Fatal(err1, err2)
	}
	return outside{as, v.VKeys()[0]}
}

// sightings are heads that an outside witness has cosigned, or has not, or that somebody has cosigned in its name.
func (q *asker) sightings(n int) {
	other := q.outside("somebody else")
	for i := range n {
		note := q.note(q.Int64N(1000)+1, sha256.Sum256([]byte{byte(i), 2}))
		by := []outside{q.w, q.w, q.w, other}[i%4]
		if i%5 > 0 {
			note = q.must(ledger.Cosign(note, by.as, 1_700_000_002))
		}
		key, spoiled := q.w.key, i%2 == 1
		switch {
		case spoiled && i%3 == 0:
			key = string(q.spoil([]byte(key), nil))
		case spoiled:
			note = q.spoil(note, pq(note))
		}
		k, err := ledger.ParseNoteKey(key)
		if err == nil && k.Witnesses() {
			_, _, err = k.Open(note)
		}
		q.ask(question{Op: "sighting", Data: note, Ed: key}, err == nil && k.Witnesses(), spoiled)
	}
}

func (q *asker) forks(n int) {
	x, y := q.tree(q.leaves(40, "x")), q.tree(append(q.leaves(9, "x"), q.leaves(31, "y")...))
	for i := range n {
		n1 := 10 + q.Int64N(31)
		by := []ledger.Attestor{q.a.logV, q.b.asV}[i%2]
		evidence, err := ledger.Copy{Have: 40, Head: ledger.Attested{Note: q.note(40, x.roots[40]), By: q.a.logV}, Read: x.read}.Contradicts(ledger.Attested{Note: q.note(n1, y.roots[n1]), By: by})
		if err != nil || evidence == nil {
			q.t.Fatalf("%d: %v", n1, err)
		}
		spoiled := i%4 > 0
		if spoiled {
			evidence = q.spoil(evidence, pq(evidence))
		}
		_, err = ledger.VerifyFork(evidence)
		q.ask(question{Op: "fork", Data: evidence}, err == nil, spoiled)
	}
}

// archive is a small one, of two parties.
func (q *asker) archive(sizes ...int) map[string][]byte {
	return q.archiveOf(func(i int, p party) [][]byte { return q.leaves(sizes[i], p.id) })
}

// archiveOf is an archive of two logs with these entries.
func (q *asker) archiveOf(entries func(i int, p party) [][]byte) map[string][]byte {
	a, b := q.party("a"), q.party("b")
	charter := q.must(entry.Canonical(map[string]any{"illustration": true, "rules": map[string]any{"require_pin": false},
		"parties": []any{map[string]any{"id": "a", "keys": a.fields}, map[string]any{"id": "b", "keys": b.fields}}}))
	was := q.mech
	defer func() { q.mech = was }()
	q.mech = fmt.Sprintf("%x", sha256.Sum256(charter))
	two := [2]party{q.party("a"), q.party("b")}
	files := map[string][]byte{"charter.json": charter}
	files["policy.txt"] = q.must(proof.Policy(charter))
	head := proof.Archive{Format: proof.ArchiveFormat, Mechanism: q.mech}
	for i, p := range two {
		all := entries(i, p)
		t := q.tree(all)
		l := proof.ArchivedLog{Party: p.id, Generation: 1, Origin: p.logV.Name(), Size: int64(len(all)), Receipts: []string{two[1-i].id}}
		for name, b := range t.tiles {
			files[l.Dir()+name] = b
		}
		cp := ledger.Checkpoint{Origin: l.Origin, Size: l.Size, Root: t.roots[l.Size]}
		files[l.Dir()+"checkpoint"] = q.must(ledger.SignCheckpoint(cp, p.log, 1_700_000_000))
		cp.Size = max(1, l.Size/2)
		cp.Root = t.roots[cp.Size]
		files[l.Dir()+"receipts/"+two[1-i].id] = q.must(ledger.Cosign(q.must(ledger.SignCheckpoint(cp, p.log, 1_700_000_000)), two[1-i].as, 1_700_000_009))
		k := p.logV.VKeys()
		files[l.Dir()+"vkeys"] = []byte(k[0] + "\n" + k[1] + "\n")
		head.Logs = append(head.Logs, l)
	}
	files["archive.json"] = q.must(entry.Canonical(head))
	return files
}

func (q *asker) archives(n int) {
	whole := [][]int{{3, 1}, {300, 20}, {256, 512}}
	for i := range max(n, 3) {
		files := q.archive(whole[i%3]...)
		spoiled := i > 2
		if spoiled {
			names := slices.Sorted(maps.Keys(files))
			name := names[q.IntN(len(names))]
			switch q.IntN(6) {
			case 0:
				delete(files, name)
			case 1:
				other := names[q.IntN(len(names))]
				files[name], files[other] = files[other], files[name]
			case 2:
				files["extra/file"] = []byte("x")
			default:
				files[name] = q.spoil(files[name], pq(files[name]))
			}
		}
		_, err := proof.VerifyArchive(folder(files), nil, nil)
		q.ask(question{Op: "archive", Files: files, why: err}, err == nil, spoiled)
	}
}

// tiles serves an archived log to the reader of Go's checksum database, which has its own idea of paths.
type tiles struct {
	files map[string][]byte
	dir   string
}

func (r tiles) Height() int { return 8 }
func (r tiles) ReadTiles(all []tlog.Tile) (out [][]byte, err error) {
	for _, t := range all {
		b, ok := r.files[r.dir+ledger.TilePath(t.L, t.N, t.W)]
		if !ok {
			return nil, fmt.Errorf("no %v", t)
		}
		out = append(out, b)
	}
	return out, nil
}
func (tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// A client that was written for another log reads ours: the head by its note package, every entry by its tile reader, which checks each tile against the head. SPEC tiles-served.
func TestAStockClientReadsALog(t *testing.T) {
	q := &asker{Rand: rand.New(rand.NewPCG(3, 4)), t: t, mech: strings.Repeat("ab", 32)}
	files := q.archive(700, 1)
	dir := "logs/a/1/"
	v, err := note.NewVerifier(strings.Split(string(files[dir+"vkeys"]), "\n")[0])
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(files[dir+"checkpoint"], note.VerifierList(v))
	if err != nil {
		t.Fatal(err)
	}
	cp, err := ledger.ParseCheckpoint(n.Text)
	if err != nil || cp.Size != 700 {
		t.Fatal(cp, err)
	}
	head := tlog.Tree{N: cp.Size, Hash: tlog.Hash(cp.Root)}
	read := tlog.TileHashReader(head, tiles{files, dir})
	for i, leaf := range q.leaves(700, "a") {
		p, err := tlog.ProveRecord(head.N, int64(i), read)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(p, head.N, head.Hash, int64(i), tlog.RecordHash(leaf)); err != nil {
			t.Fatal(err)
		}
	}
	files[dir+ledger.TilePath(0, 1, 256)][77] ^= 1
	if _, err := tlog.ProveRecord(head.N, 300, tlog.TileHashReader(head, tiles{files, dir})); err == nil {
		t.Error("an altered tile is read")
	}
}
