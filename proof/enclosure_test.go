package proof

import (
	"bytes"
	"encoding/hex"
	"testing"

	"entente.example/enclosure"
	"entente.example/refusal"
)

// The file of an annex is the one whose commitment was sealed, or the folder says why it is missing; anything else is named. SPEC sealed-enclosure.
func TestEnclosures(t *testing.T) {
	body, err := enclosure.Header{Name: "tables.pdf"}.Prefix()
	if err != nil {
		t.Fatal(err)
	}
	body = append(body, bytes.Repeat([]byte("table "), 30_000)...)
	salt := enclosure.Salt{1, 2}
	tree := enclosure.NewTree()
	for rest := body; len(rest) > 0; rest = rest[min(len(rest), enclosure.PieceBytes):] {
		tree.Append(rest[:min(len(rest), enclosure.PieceBytes)])
	}
	d := enclosure.Commit(salt, tree.Root())
	content := &Content{Annexes: []Annex{{ID: "A", Body: &enclosure.Commitment{Class: enclosure.Permanent, Commit: hex.EncodeToString(d[:]), Media: "application/pdf", Size: int64(len(body))}}, {ID: "B"}}}
	export := func(e map[string]Enclosure) map[string][]byte {
		files := map[string][]byte{}
		(&Bundle{Content: content, Enclosures: e}).enclosures(files)
		return files
	}
	verify := func(files map[string][]byte) (string, error) {
		v := &verification{files: files, used: map[string]bool{}, report: &Report{}, content: content}
		err := v.enclosures()
		if err == nil && len(v.used) != len(files) {
			t.Errorf("%d files of %d belong to the export", len(v.used), len(files))
		}
		if len(v.report.Checks) == 0 {
			return "", err
		}
		return v.report.Checks[0].Key, err
	}
	whole := map[string]Enclosure{"A": {Body: body, Salt: salt}}
	for _, x := range []struct {
		files map[string][]byte
		check string
	}{{export(whole), "verify.enclosure"}, {export(nil), "verify.enclosure_missing"}, {export(map[string]Enclosure{"A": {Missing: "erased 2026-01-01 cedar-9"}}), "verify.enclosure_missing"}} {
		if got, err := verify(x.files); err != nil || got != x.check {
			t.Errorf("%s, %v, not %s", got, err, x.check)
		}
	}
	for name, change := range map[string]func(map[string][]byte){
		"enclosure/A.body":    func(f map[string][]byte) { f["enclosure/A.body"][50_000] ^= 1 },
		"enclosure/A.salt":    func(f map[string][]byte) { f["enclosure/A.salt"] = []byte("00\n") },
		"enclosure/A.missing": func(f map[string][]byte) { f["enclosure/A.missing"] = []byte("\x1b[2J\n") },
	} {
		files := export(map[string]Enclosure{"A": {Body: bytes.Clone(body), Salt: salt}})
		change(files)
		if _, err := verify(files); err == nil || refusal.As(err).Params["file"] != name {
			t.Errorf("%s changed: %v", name, err)
		}
	}
}
