package proof

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/ledger"
	"entente.example/refusal"
	"entente.example/seal"
)

// Bundle is everything that shows an adoption. Its files are the export.
type Bundle struct {
	Content   *Content
	Statement []byte
	Charter   []byte // canonical
	Parties   []PartyProof
	// Enclosures are the files of annexes that have one, by annex; one that is not listed is withheld.
	Enclosures map[string]Enclosure
}

// PartyProof is one party's part: its signatures, and the stretch of its log from its seal to its acknowledgement. A party that has no part in another side's own text has at most Keys.
type PartyProof struct {
	Party      string
	Signatures []string // armored
	From       int64    // index of the seal
	Leaves     [][]byte // entries From … acknowledgement
	SealProof  []ledger.Hash
	AckProof   []ledger.Hash
	Note       []byte    // checkpoint, cosigned by every other party
	Keys       *Keychain // nil if the party's keys are those of the charter
}

//go:embed howto
var howto embed.FS

// HowTo are the explanations, by file name. Their text is fixed: a changed one is recognised.
func HowTo() map[string][]byte { return readHowTo("HOW-TO-VERIFY.") }

// Notices mark an illustration, in three languages in one file.
func notice() []byte { return readHowTo(noticeFile)[noticeFile] }

// oneSide says in the same way of a text that it is one side's own.
func oneSide() []byte { return readHowTo(oneSideFile)[oneSideFile] }

func readHowTo(prefix string) map[string][]byte {
	out := map[string][]byte{}
	files, err := howto.ReadDir("howto")
	if err != nil {
		panic("proof: the embedded folder howto cannot be read: " + err.Error())
	}
	for _, f := range files {
		if strings.HasPrefix(f.Name(), prefix) {
			b, err := howto.ReadFile("howto/" + f.Name())
			if err != nil {
				panic("proof: the embedded file cannot be read: " + err.Error())
			}
			out[f.Name()] = b
		}
	}
	return out
}

// Names of the files that are not made from the content.
const (
	statementFile = "seal-statement.txt"
	manifestFile  = "manifest.txt"
	charterFile   = "charter.json"
	signersFile   = "allowed_signers"
	policyFile    = "policy.txt"
	sumsFile      = "SHA256SUMS"
	noticeFile    = "NOTICE.txt"
	oneSideFile   = "ONE-SIDE.txt"
)

// Files spells the export.
func (b *Bundle) Files() (map[string][]byte, error) {
	files, err := b.Content.Files()
	if err != nil {
		return nil, err
	}
	m, err := b.Content.Manifest()
	if err != nil {
		return nil, err
	}
	ch, err := readCharter(b.Charter)
	if err != nil {
		return nil, err
	}
	if of := b.Content.Parallel; of != nil {
		ch.alone(of.Side)
		files[oneSideFile] = oneSide()
	}
	files[manifestFile] = m.Format()
	files[statementFile] = b.Statement
	files[charterFile] = b.Charter
	chains := map[int][]byte{}
	for _, p := range b.Parties {
		if p.Keys == nil {
			continue
		}
		name := keychainFile(p.Party)
		if files[name], err = p.Keys.format(); err != nil {
			return nil, err
		}
		i := slices.IndexFunc(ch.Parties, func(l partyView) bool { return l.ID == p.Party })
		if i < 0 {
			return nil, refusal.New(refusal.Unverified, "proof.keychain", "party", p.Party)
		}
		chains[i] = files[name]
	}
	if err := ch.follow(chains); err != nil {
		return nil, err
	}
	files[signersFile] = ch.allowedSigners()
	files[policyFile] = ch.policy()
	b.enclosures(files)
	maps.Copy(files, HowTo())
	if b.Content.Illustration {
		files[noticeFile] = notice()
	}
	for _, p := range b.Parties {
		if p.Note == nil {
			continue
		}
		for i, s := range p.Signatures {
			files[signatureFile(p.Party, i)] = []byte(s)
		}
		for i, leaf := range p.Leaves {
			files[leafFile(p.Party, p.From+int64(i))] = leaf
		}
		ack := p.From + int64(len(p.Leaves)) - 1
		files[proofFile(p.Party, "seal")] = ledger.FormatProof(p.From, p.SealProof, p.Note)
		files[proofFile(p.Party, "ack")] = ledger.FormatProof(ack, p.AckProof, p.Note)
	}
	files[sumsFile] = sums(files)
	return files, nil
}

// Pack puts the files of an export into one ZIP under a folder. The same files and time make the same bytes.
func Pack(folder string, files map[string][]byte, at time.Time) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: folder + "/" + name, Method: zip.Deflate, Modified: at.UTC()})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(files[name]); err != nil {
			return nil, err
		}
	}
	err := z.Close()
	return b.Bytes(), err
}

func signatureFile(party string, n int) string {
	if n == 0 {
		return party + ".sig"
	}
	return fmt.Sprintf("%s.%d.sig", party, n+1)
}

func leafFile(party string, index int64) string { return fmt.Sprintf("proof/%s/%d.json", party, index) }
func proofFile(party, what string) string       { return "proof/" + party + "/" + what + ".tlog-proof" }

// sums is what sha256sum -c reads.
func sums(files map[string][]byte) []byte {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name != sumsFile {
			fmt.Fprintf(&b, "%x  %s\n", sha256.Sum256(files[name]), name)
		}
	}
	return []byte(b.String())
}

// charterView is what a stranger has to read of a charter. Members it does not know are left alone: the digest covers them.
type charterView struct {
	id           string      // SHA-256 of the bytes, hex
	Illustration bool        `json:"illustration"`
	keys         []keys      // by party
	sets         [][]sealSet // by party: the seal keys that it is known to have had
	Parties      []partyView `json:"parties"`
	sealing      []int       // which of them the text needs: all, or those of the side whose own it is
	Rules        struct {
		RequirePIN bool `json:"require_pin"`
	} `json:"rules"`
}

// partyView is one party of it.
type partyView struct {
	ID   string `json:"id"`
	Side string `json:"side"`
	Keys struct {
		nodeKeys
		Seal      []string `json:"seal"`
		Threshold int      `json:"threshold"`
	} `json:"keys"`
}

func readCharter(b []byte) (*charterView, error) {
	bad := refusal.New(refusal.Unverified, "proof.bad_charter", "file", charterFile)
	var c charterView
	if err := entry.CheckCanonical(b); err != nil {
		return nil, bad.Because(err)
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return nil, bad.Because(err)
	}
	c.id = fmt.Sprintf("%x", sha256.Sum256(b))
	if len(c.Parties) < 2 {
		return nil, bad
	}
	for i := range c.Parties {
		f := c.founding(i)
		c.keys, c.sets, c.sealing = append(c.keys, f), append(c.sets, []sealSet{{f.seal, f.threshold}}), append(c.sealing, i)
	}
	return &c, nil
}

// alone leaves the parties of one side to seal.
func (c *charterView) alone(side string) {
	c.sealing = slices.DeleteFunc(c.sealing, func(i int) bool { return c.Parties[i].Side != side })
}

// allowedSigners lists every seal key under its party's name and the names of the signature files, so that both find it.
func (c *charterView) allowedSigners() []byte {
	var out []seal.Signer
	for _, n := range c.sealing {
		p := c.Parties[n]
		names := []string{p.ID}
		for i := 1; i < len(c.keys[n].seal); i++ {
			names = append(names, strings.TrimSuffix(signatureFile(p.ID, i), ".sig"))
		}
		for _, k := range c.keys[n].seal {
			out = append(out, seal.Signer{Principals: names, Key: k})
		}
	}
	return seal.AllowedSigners(out)
}

// policy is a C2SP tlog-policy: each party's logs, and all others that seal as their witnesses; of one that seals alone nobody is. A party that has had several keys is a group of them.
func (c *charterView) policy() []byte {
	var b strings.Builder
	var names []string
	for _, i := range c.sealing {
		p := c.Parties[i]
		witnesses, err := c.witnesses(i)
		if err != nil {
			continue
		}
		var of []string
		for n, w := range witnesses {
			log, err := c.log(i, n+1)
			if err != nil {
				continue
			}
			name := p.ID
			if len(witnesses) > 1 {
				name = fmt.Sprintf("%s.%d", p.ID, n+1)
			}
			of = append(of, name)
			fmt.Fprintf(&b, "log %s\n", log.VKeys()[0])
			if len(c.sealing) > 1 {
				fmt.Fprintf(&b, "witness %s %s\n", name, w.VKeys()[0])
			}
		}
		if len(of) > 1 && len(c.sealing) > 1 {
			fmt.Fprintf(&b, "group %s any %s\n", p.ID, strings.Join(of, " "))
		}
		names = append(names, p.ID)
	}
	if len(c.sealing) == 1 {
		b.WriteString("quorum none\n")
		return []byte(b.String())
	}
	fmt.Fprintf(&b, "group everybody all %s\nquorum everybody\n", strings.Join(names, " "))
	return []byte(b.String())
}
