package proof

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"

	"entente.example/enclosure"
)

// Enclosure is the file of an annex as an export has it: the body and its salt, or why it is not there.
type Enclosure struct {
	Body    []byte
	Salt    enclosure.Salt
	Missing string // "withheld", or "erased" with day and act; "" if it is there
}

// MaxEnclosure is the longest body that an export holds; a longer one is withheld, and handed over beside it.
const MaxEnclosure = maxFileSize

func enclosureFile(annex, what string) string { return "enclosure/" + annex + "." + what }

// enclosures puts the files of annexes into an export.
func (b *Bundle) enclosures(files map[string][]byte) {
	for _, a := range b.Content.Annexes {
		if a.Body == nil {
			continue
		}
		e, ok := b.Enclosures[a.ID]
		if !ok {
			e.Missing = "withheld"
		}
		if e.Missing != "" {
			files[enclosureFile(a.ID, "missing")] = []byte(e.Missing + "\n")
			continue
		}
		files[enclosureFile(a.ID, "body")], files[enclosureFile(a.ID, "salt")] = e.Body, []byte(hex.EncodeToString(e.Salt[:])+"\n")
	}
}

// enclosures checks the file of every annex that has one against the commitment that was sealed, or says that it is missing and why. SPEC sealed-enclosure.
func (v *verification) enclosures() error {
	for _, a := range v.content.Annexes {
		if a.Body == nil {
			continue
		}
		if err := a.Body.Check(); err != nil {
			return changed("content.json").Because(err)
		}
		if why, ok := v.files[enclosureFile(a.ID, "missing")]; ok {
			v.used[enclosureFile(a.ID, "missing")] = true
			if len(why) > maxWhy || bytes.ContainsFunc(why[:max(0, len(why)-1)], func(r rune) bool { return r < ' ' || r > '~' }) {
				return changed(enclosureFile(a.ID, "missing"))
			}
			v.report.passed("verify.enclosure_missing", "annex", a.ID, "why", strings.TrimSpace(string(why)), "commit", a.Body.Commit)
			continue
		}
		if err := v.enclosure(a.ID, a.Body); err != nil {
			return err
		}
	}
	return nil
}

const maxWhy = 200

func (v *verification) enclosure(annex string, c *enclosure.Commitment) error {
	b, err := v.file(enclosureFile(annex, "body"))
	if err != nil {
		return err
	}
	line, err := v.file(enclosureFile(annex, "salt"))
	if err != nil {
		return err
	}
	raw, err := hex.DecodeString(strings.TrimSuffix(string(line), "\n"))
	if err != nil || len(raw) != enclosure.SaltBytes {
		return changed(enclosureFile(annex, "salt"))
	}
	tree := enclosure.NewTree()
	for rest := b; len(rest) > 0; {
		n := min(len(rest), enclosure.PieceBytes)
		tree.Append(rest[:n])
		rest = rest[n:]
	}
	if int64(len(b)) != c.Size || enclosure.Commit(enclosure.Salt(raw), tree.Root()) != c.Digest() {
		return changed(enclosureFile(annex, "body"))
	}
	h, _ := enclosure.ReadHeader(b)
	v.report.passed("verify.enclosure", "annex", annex, "name", h.Name, "bytes", fmt.Sprint(len(b)))
	return nil
}

// WithEnclosures is an export with other files of its annexes: what was withheld when it was made, or has been erased since. Neither is sealed but by its commitment.
func WithEnclosures(export map[string][]byte, enclosures map[string]Enclosure) map[string][]byte {
	files := map[string][]byte{}
	for name, b := range export {
		if !strings.HasPrefix(name, "enclosure/") {
			files[name] = b
		}
	}
	c, err := ParseContent(files["content.json"])
	if err != nil {
		return export
	}
	b := Bundle{Content: c, Enclosures: enclosures}
	b.enclosures(files)
	files[sumsFile] = sums(files)
	return files
}
