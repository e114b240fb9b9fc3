package contrib

import (
	"archive/zip"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"entente.example/entry"
	"entente.example/internal/charter"
	"entente.example/lang"
	"entente.example/ledger"
	"entente.example/proof"
	"entente.example/refusal"
	"entente.example/seal"
)

// adopted is the export of a text that two parties sealed, with real keys, and entries of other matters around the seals.
func (q *asker) adopted() map[string][]byte {
	return q.adoptedBy([2][]string{{"say", "seal", "elsewhere", "say", "ack b-1", "say"}, {"say", "seal", "ack a-1", "say"}})
}

// adoptedBy is what whoever wants a text to look adopted makes of what two parties wrote: it shows the last seal of each, and all up to the last acknowledgement.
func (q *asker) adoptedBy(acts [2][]string) map[string][]byte {
	var signers []ssh.Signer
	var parties []any
	for i, id := range []string{"a", "b"} {
		seed := sha256.Sum256([]byte("seal of " + id))
		s, err := ssh.NewSignerFromKey(ed25519.NewKeyFromSeed(seed[:]))
		if err != nil {
			q.t.Fatal(err)
		}
		p := q.party(id)
		p.fields["seal"] = []string{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(s.PublicKey())))}
		signers, parties = append(signers, s), append(parties, map[string]any{"id": id, "side": []string{"east", "west"}[i], "keys": p.fields})
	}
	charter := q.must(entry.Canonical(map[string]any{"illustration": true, "rules": map[string]any{"require_pin": false}, "parties": parties}))
	was := q.mech
	defer func() { q.mech = was }()
	q.mech = fmt.Sprintf("%x", sha256.Sum256(charter))
	content := &proof.Content{Format: proof.ContentFormat, Mechanism: q.mech, Names: []proof.Name{{Lang: "en", Full: "Grove"}}, Instrument: "text/t", Symbol: "G/1", Illustration: true, Title: lang.Text{"en": "On water", "ja": "水について"},
		Languages: []proof.Language{{Tag: "en", Status: proof.Authentic}, {Tag: "ja", Status: proof.Reference}}, Sides: []proof.Side{{ID: "east", Label: lang.Text{"en": "East"}, Parties: []string{"a"}}, {ID: "west", Label: lang.Text{"en": "West"}, Parties: []string{"b"}}},
		Paragraphs: []proof.Paragraph{{ID: "1", Kind: "operative", Label: "1", Text: lang.Text{"en": "East and West will meet.", "ja": "東と西は会う。"}}}, Annexes: []proof.Annex{{ID: "I", Title: lang.Text{"en": "Days"}, Items: []lang.Text{{"en": "Monday"}}}},
		Pairs:   []proof.Pair{{Paragraph: "1", Lang: "en", Neutral: "East and West", ForSide: map[string]string{"west": "West and East"}}},
		Parties: []proof.Party{{ID: "a", Names: lang.Text{"en": "Party a"}}, {ID: "b", Names: lang.Text{"en": "Party b"}}}, Statements: []proof.Declaration{{Party: "b", Kind: "interpretative", Text: lang.Text{"en": "As ever."}}}}
	st, err := content.Statement(1, 1)
	if err != nil {
		q.t.Fatal(err)
	}
	bundle := proof.Bundle{Content: content, Statement: st.Format(), Charter: charter}
	two := [2]party{q.party("a"), q.party("b")}
	for i, p := range two {
		armor, err := seal.Sign(signers[i], seal.NamespaceSeal, bundle.Statement)
		if err != nil {
			q.t.Fatal(err)
		}
		var all [][]byte
		part := proof.PartyProof{Party: p.id, Signatures: []string{armor}}
		var ack int64
		for n, act := range acts[i] {
			act, names, _ := strings.Cut(act, " ")
			e := entry.Entry{Type: "thread.say", Matter: "thread/x"}
			body := map[string]any{"text": map[string]any{"en": "Around it."}}
			switch act {
			case "seal":
				e.Type, e.Matter, body = "seal.affix", "text/t", map[string]any{"round": 1, "signatures": []string{armor}, "statement": st.Digest()}
				part.From = int64(n)
			case "withdraw":
				e.Type, e.Matter, body = "seal.withdraw", "text/t", map[string]any{"round": 1, "reason": "no more"}
			case "elsewhere":
				e.Type, e.Matter, body = "seal.withdraw", "text/another", map[string]any{"round": 1, "reason": "of another text"}
			case "ack":
				e.Type, e.Matter, body = "seal.acknowledge", "text/t", map[string]any{"round": 1, "seals": []string{names}, "statement": st.Digest()}
				ack = int64(n)
			}
			e.Actor, e.At, e.Body, e.Index = entry.Actor{Member: p.id + "-1", Role: "sealer"}, time.Unix(1_700_000_000+int64(n), 0).UTC(), q.must(entry.Canonical(body)), int64(n)
			e.Log, e.Mech, e.V = p.logV.Name(), q.mech, 1
			all = append(all, q.must(e.Encode()))
		}
		t := q.tree(all)
		head := ledger.Checkpoint{Origin: p.logV.Name(), Size: int64(len(all)), Root: t.roots[len(all)]}
		part.Leaves, part.Note = all[part.From:ack+1], q.must(ledger.Cosign(q.must(ledger.SignCheckpoint(head, p.log, 1_700_000_009)), two[1-i].as, 1_700_000_010))
		for index, into := range map[int64]*[]ledger.Hash{part.From: &part.SealProof, ack: &part.AckProof} {
			if *into, err = ledger.ProveInclusion(head.Size, index, t.read); err != nil {
				q.t.Fatal(err)
			}
		}
		bundle.Parties = append(bundle.Parties, part)
	}
	files, err := bundle.Files()
	if err != nil {
		q.t.Fatal(err)
	}
	return files
}

// again makes the sums of an export right: nobody signs them.
func again(files map[string][]byte) map[string][]byte {
	delete(files, "SHA256SUMS")
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(files[name]), name)
	}
	files["SHA256SUMS"] = b.Bytes()
	return files
}

// unpacked is what an archive program would make of a ZIP, nil if it makes nothing of it.
func unpacked(b []byte) fs.FS {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil
	}
	under, err := fs.Sub(z, "t")
	if err != nil {
		return nil
	}
	return under
}

// read is every file that there is, nil if one cannot be read.
func read(fsys fs.FS) map[string][]byte {
	files := map[string][]byte{}
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files[path], err = fs.ReadFile(fsys, path)
		}
		return err
	})
	if err != nil {
		return nil
	}
	return files
}

// withoutOutsiders leaves out the lines of a proof's head that are not the parties'.
func withoutOutsiders(b []byte) (out []byte) {
	for _, l := range bytes.SplitAfter(b, []byte("\n")) {
		if !bytes.HasPrefix(l, []byte("\u2014 ")) || bytes.HasPrefix(l, []byte("\u2014 entente/")) {
			out = append(out, l...)
		}
	}
	return out
}

// What stands between a seal and its acknowledgement is as much bound by the checkpoint as these, and an acknowledgement is for the seals that it names: whoever took a seal back cannot show it as one that stood, by another
// entry in the place of the withdrawal or by a second seal behind it. Both verifiers say so, though the sums are right. SPEC export-between, export-named.
func TestNobodyHidesAWithdrawal(t *testing.T) {
	q := &asker{Rand: rand.New(rand.NewPCG(15, 16)), t: t, mech: strings.Repeat("ab", 32)}
	b := []string{"say", "seal", "ack a-1"}
	good := q.adopted()
	harmless := func(files map[string][]byte, name string) map[string][]byte {
		files = maps.Clone(files)
		files[name] = bytes.Replace(bytes.Replace(files[name], []byte(`"type":"seal.withdraw"`), []byte(`"type":"thread.say"`), 1), []byte(`"en":"Around`), []byte(`"en":"All round`), 1)
		return again(files)
	}
	withdrawn := q.adoptedBy([2][]string{{"say", "seal", "withdraw", "ack b-1"}, b})
	for _, c := range []struct {
		name  string
		files map[string][]byte
		file  string // that is found changed; "" if all is well
	}{
		{"as it is", good, ""},
		{"a later seal of the other", q.adoptedBy([2][]string{{"say", "seal", "ack b-1"}, {"say", "seal", "say", "seal", "ack a-1"}}), "proof/a/2.json"},
		{"another entry between", harmless(good, "proof/a/3.json"), "proof/a/2.json"}, // or one of those behind it
		{"a withdrawal", withdrawn, ""},
		{"a withdrawal that is hidden", harmless(withdrawn, "proof/a/2.json"), "proof/a/2.json"},
		{"a withdrawal before a second seal", q.adoptedBy([2][]string{{"say", "seal", "withdraw", "seal", "ack b-1"}, b}), "proof/b/2.json"},
		{"a name that is no act's", q.adoptedBy([2][]string{{"say", "seal", "ack b.2-x"}, b}), "proof/a/2.json"},
		{"a seal that was given anew", q.adoptedBy([2][]string{{"say", "seal", "ack b.2-3"}, b}), ""},
		{"one of an earlier generation than there is", q.adoptedBy([2][]string{{"say", "seal", "ack b.1-1"}, b}), "proof/a/2.json"},
		{"another party's act", q.adoptedBy([2][]string{{"say", "seal", "ack c.2-1"}, b}), "proof/a/2.json"},
	} {
		_, err := proof.Verify(folder(c.files))
		want := c.file
		if c.name == "a withdrawal" {
			if refusal.As(err).Key != "proof.withdrawn" {
				t.Errorf("%s: %v", c.name, err)
			}
			want = "withdrawn: a"
		} else if c.file == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		} else if r := refusal.As(err); r == nil || r.Key != "proof.changed" || r.Params["file"] != c.file {
			t.Errorf("%s: %v", c.name, err)
		}
		dir := t.TempDir()
		if err := os.CopyFS(dir, folder(c.files)); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "node", "../verifier/export.mjs", dir).CombinedOutput()
		if (err == nil) != (want == "") || !strings.Contains(string(out), want) {
			t.Errorf("%s: the reader's check says %v: %s", c.name, err, out)
		}
	}
}

// Whatever is changed of an adopted text's export, in its files or in the ZIP that they travel in, and although its sums are made right again, it does not pass for another one: but for lines of outsiders under
// a head, of whom the report gives the names and says nothing, nothing may be changed at all.
func FuzzExport(f *testing.F) {
	q := &asker{Rand: rand.New(rand.NewPCG(11, 12)), t: f, mech: strings.Repeat("ab", 32)}
	files := q.adopted()
	names := slices.Sorted(maps.Keys(files))
	packed := q.must(proof.Pack("t", files, time.Unix(1_700_000_000, 0)))
	want, err := proof.Verify(folder(files))
	if err != nil {
		f.Fatal(err)
	}
	if got, err := proof.Verify(unpacked(packed)); err != nil || !reflect.DeepEqual(got, want) {
		f.Fatal(got, err)
	}
	for i := range names {
		for _, summed := range []bool{false, true} {
			f.Add(i, 9, 1, []byte("x"), summed)
			f.Add(i, 0, 1<<20, []byte{}, summed)
			f.Add(i, 1<<20, 0, []byte("\u2014 w.example AAAAAAA=\n"), summed)
		}
	}
	for at := 0; at < len(packed); at += len(packed)/40 + 1 {
		f.Add(-1, at, 1, []byte{7}, false)
	}
	f.Add(-1, len(packed)/2, 1<<20, []byte{}, false)
	f.Fuzz(func(t *testing.T, which, from, gone int, put []byte, summed bool) {
		if from < 0 || gone < 0 {
			return
		}
		b := packed
		name := ""
		if which >= 0 {
			name = names[which%len(names)]
			b = files[name]
		}
		from = min(from, len(b))
		gone = min(gone, len(b)-from)
		b = slices.Concat(b[:from], put, b[from+gone:])
		var fsys fs.FS
		if which < 0 {
			if fsys = unpacked(b); fsys == nil {
				return
			}
		} else {
			changed := maps.Clone(files)
			if changed[name] = b; summed {
				changed = again(changed)
			}
			fsys = folder(changed)
		}
		got, err := proof.Verify(fsys)
		if err != nil {
			return
		}
		have := read(fsys)
		for _, name := range names {
			if bytes.Equal(have[name], files[name]) || name == "SHA256SUMS" && summed {
				continue
			}
			if !strings.HasSuffix(name, ".tlog-proof") || !bytes.Equal(withoutOutsiders(have[name]), files[name]) {
				t.Fatalf("%s is %q, and the export passes", name, have[name])
			}
		}
		if len(have) != len(names) {
			t.Fatalf("%d files instead of %d, and the export passes", len(have), len(names))
		}
		if got.Outsiders = nil; !reflect.DeepEqual(got, want) {
			t.Fatalf("the report is %+v, not %+v", got, want)
		}
	})
}

// Whatever a charter says that its parties are called and which keys they have, what is made of it for other people's programs has lines of the forms that C2SP's tlog-policy knows, and names nothing that it does not define.
func FuzzPolicy(f *testing.F) {
	q := &asker{Rand: rand.New(rand.NewPCG(13, 14)), t: f, mech: strings.Repeat("ab", 32)}
	refused := map[string]bool{"charter.bad_id": true, "charter.reserved_id": true}
	written := func(id string, log, witness []byte) []byte {
		a, b := q.party("a").fields, q.party("b").fields
		a = maps.Clone(a)
		a["log_ed25519"], a["witness_ed25519"] = log, witness
		out, err := entry.Canonical(map[string]any{"rules": map[string]any{"require_pin": false}, "parties": []any{map[string]any{"id": id, "keys": a}, map[string]any{"id": "b", "keys": b}}})
		if err != nil {
			return nil
		}
		return out
	}
	key := ed25519.NewKeyFromSeed(make([]byte, 32)).Public().(ed25519.PublicKey)
	for _, id := range []string{"a", "b", "a b", "a\nquorum none", "everybody", "", "a+1", "x.1"} {
		f.Add(id, []byte(key), []byte(key))
	}
	f.Add("a", []byte{}, []byte(key))
	f.Add("a", []byte(key), []byte{})
	f.Fuzz(func(t *testing.T, id string, log, witness []byte) {
		if p := (charter.Party{ID: charter.PartyID(id)}); refused[refusal.As(p.Validate()).Key] || id == "b" { // no charter has such a party
			return
		}
		b := written(id, log, witness)
		if b == nil {
			return
		}
		policy, err := proof.Policy(b)
		if err != nil {
			return
		}
		known, quorum := map[string]bool{}, 0
		define := func(name string) {
			if name == "" || name == "none" || known[name] {
				t.Fatalf("of %q: %q is no name, or twice one, in\n%s", id, name, policy)
			}
			known[name] = true
		}
		for l := range strings.Lines(string(policy)) {
			word := strings.Split(strings.TrimSuffix(l, "\n"), " ")
			var key string
			switch {
			case word[0] == "log" && len(word) == 2:
				key = word[1]
			case word[0] == "witness" && len(word) == 3:
				define(word[1])
				key = word[2]
			case word[0] == "group" && len(word) > 3 && (word[2] == "any" || word[2] == "all"):
				for _, name := range word[3:] {
					if !known[name] {
						t.Fatalf("of %q: %q is nobody in\n%s", id, name, policy)
					}
				}
				define(word[1])
			case word[0] == "quorum" && len(word) == 2 && known[word[1]]:
				quorum++
			default:
				t.Fatalf("of %q: %q is no line of a policy", id, l)
			}
			if key != "" {
				if _, err := ledger.ParseNoteKey(key); err != nil {
					t.Fatalf("of %q: %v in %q", id, err, l)
				}
			}
		}
		if quorum != 1 {
			t.Fatalf("of %q: %d quorums in\n%s", id, quorum, policy)
		}
	})
}
