package proof

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/ledger"
	"entente.example/refusal"
)

// ArchiveFormat is the value of Archive.Format.
const ArchiveFormat = "entente-archive/1"

// Archive says what the archive of a mechanism consists of: every party's log as C2SP tlog-tiles, with keys, receipts and evidence. docs/protocol.md 12.
type Archive struct {
	Format    string        `json:"format"`
	Mechanism string        `json:"mechanism"`
	Charter   []byte        `json:"charter,omitempty"` // a file of its own in the folder
	Logs      []ArchivedLog `json:"logs"`
	Evidence  []string      `json:"evidence,omitempty"`
}

// ArchivedLog is one generation of a party's log.
type ArchivedLog struct {
	Party      string   `json:"party"`
	Generation int      `json:"generation"`
	Origin     string   `json:"origin"`
	Size       int64    `json:"size"`
	Receipts   []string `json:"receipts,omitempty"` // parties
	// Files are those of the log that change as it grows, by name in its folder: they belong together. In the folder they are files of their own.
	Files map[string][]byte `json:"files,omitempty"`
}

// Dir is the folder of a log in an archive; a tlog-tiles client reads it by this prefix.
func (l ArchivedLog) Dir() string { return fmt.Sprintf("logs/%s/%d/", l.Party, l.Generation) }

// Files of an archive beside the logs.
const (
	ArchiveFile      = "archive.json"
	EvidenceDir      = "evidence/"
	EvidenceSuffix   = ".entente-fork"
	checkpointFile   = "checkpoint"
	receiptsDir      = "receipts/"
	ArchiveCharter   = charterFile
	ArchivePolicy    = policyFile
	maxArchivedLogs  = 1 << 12
	maxArchiveHeader = 1 << 20
)

// Policy is the C2SP tlog-policy of a charter: each party's log, and all others as its witnesses. A charter with keys that are none is refused: without them the policy would ask for less than everybody.
func Policy(charter []byte) ([]byte, error) {
	c, err := readCharter(charter)
	if err != nil {
		return nil, err
	}
	for i := range c.Parties {
		_, ofLog := c.log(i, 1)
		_, asWitness := c.witnesses(i)
		if err := cmp.Or(ofLog, asWitness); err != nil {
			return nil, refusal.New(refusal.Unverified, "proof.bad_charter", "file", charterFile).Because(err)
		}
	}
	return c.policy(), nil
}

// ArchiveReport says what was found right, and what could not be looked at.
type ArchiveReport struct {
	Mechanism string
	Logs      []ArchiveLogReport
	Evidence  int
	Witnesses []NamedWitness // outside, that all parties named
	Checks    []Check
}

// ArchiveLogReport is one log that was found right.
type ArchiveLogReport struct {
	ArchivedLog
	Root       [32]byte
	Unreadable int  // entries that are not canonical JSON of this mechanism's form; they have no effect
	Vouched    bool // the keys are the charter's, or the party's seal keys of the time have signed them
}

// VerifyArchive checks an archive with nothing but its own files: every entry is hashed again, every tile compared, every signature and receipt verified, and nothing may be missing or
// left over. Bundles of entries are looked at by each, which may be nil; no more of them are in memory than each works on at once. progress, if not nil, is called now and then with how many
// entries are done.
func VerifyArchive(fsys fs.FS, each Each, progress func(done, total int64)) (*ArchiveReport, error) {
	if each == nil {
		each = oneByOne
	}
	v := &archiveVerification{fsys: fsys, each: each, files: map[string]bool{}, progress: progress, changes: map[string][]Link{}}
	if err := v.open(); err != nil {
		return nil, err
	}
	for _, l := range v.archive.Logs {
		r, err := v.log(l)
		if err != nil {
			return nil, err
		}
		v.report.Logs = append(v.report.Logs, r)
	}
	v.vouch()
	v.report.Witnesses = v.named()
	if err := v.evidence(); err != nil {
		return nil, err
	}
	return &v.report, v.nothingElse()
}

type archiveVerification struct {
	fsys     fs.FS
	each     Each
	archive  Archive
	charter  *charterView
	files    map[string]bool // that were looked at
	report   ArchiveReport
	changes  map[string][]Link // of keys, by origin of the log that they stand in
	namings  []naming          // of outside witnesses, in the order of each log
	progress func(done, total int64)
	done     int64
	total    int64
}

func (v *archiveVerification) file(name string) ([]byte, error) {
	b, err := v.read(name)
	if err == nil {
		v.files[name] = true
	}
	return b, err
}

func (v *archiveVerification) read(name string) ([]byte, error) {
	b, err := fs.ReadFile(v.fsys, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refusal.New(refusal.Unverified, "proof.missing", "file", name)
	}
	return b, err
}

// open reads what the archive says of itself, and the charter. SPEC archive-whole.
func (v *archiveVerification) open() error {
	b, err := v.file(ArchiveFile)
	if err != nil {
		return err
	}
	if len(b) > maxArchiveHeader || entry.CheckCanonical(b) != nil || json.Unmarshal(b, &v.archive, json.RejectUnknownMembers(true)) != nil || v.archive.Format != ArchiveFormat ||
		len(v.archive.Charter) > 0 || len(v.archive.Logs) > maxArchivedLogs {
		return changed(ArchiveFile)
	}
	c, err := v.file(charterFile)
	if err != nil {
		return err
	}
	if v.charter, err = readCharter(c); err != nil {
		return changed(charterFile).Because(err)
	}
	if v.charter.id != v.archive.Mechanism {
		return changed(charterFile)
	}
	policy, err := v.file(policyFile)
	if err != nil {
		return err
	}
	if !bytes.Equal(policy, v.charter.policy()) {
		return changed(policyFile)
	}
	seen := map[string]bool{}
	for _, l := range v.archive.Logs {
		i := v.party(l.Party)
		if i < 0 || l.Generation < 1 || l.Generation > 1<<20 || l.Origin != entry.Origin(v.charter.id, l.Party, l.Generation) || seen[l.Origin] || l.Size < 0 || l.Size > ledger.MaxSize || len(l.Files) > 0 {
			return changed(ArchiveFile)
		}
		seen[l.Origin] = true
		v.total += l.Size
	}
	v.report.Mechanism = v.charter.id
	return nil
}

func (v *archiveVerification) party(id string) int {
	for i, p := range v.charter.Parties {
		if p.ID == id {
			return i
		}
	}
	return -1
}

// log checks one log: keys, head, entries, tiles, receipts.
func (v *archiveVerification) log(l ArchivedLog) (ArchiveLogReport, error) {
	r := ArchiveLogReport{ArchivedLog: l, Vouched: l.Generation == 1}
	log, err := v.keys(l)
	if err != nil {
		return r, err
	}
	name := l.Dir() + checkpointFile
	note, err := v.file(name)
	if err != nil {
		return r, err
	}
	cp, err := ledger.OpenCheckpoint(note, log)
	if err != nil {
		return r, changed(name).Because(err)
	}
	if cp.Size != l.Size {
		return r, changed(name)
	}
	if r.Unreadable, err = v.entries(l, cp); err != nil {
		return r, err
	}
	r.Root = cp.Root
	for _, by := range l.Receipts {
		if err := v.receipt(l, by, log); err != nil {
			return r, err
		}
	}
	return r, nil
}

// keys are those of the charter for the first generation, and those that its first entry names for a later one.
func (v *archiveVerification) keys(l ArchivedLog) (ledger.LogVerifier, error) {
	name := l.Dir() + "vkeys"
	b, err := v.file(name)
	if err != nil {
		return ledger.LogVerifier{}, err
	}
	var log ledger.LogVerifier
	if l.Generation == 1 {
		log, err = v.charter.log(v.party(l.Party), 1)
	} else {
		var k nodeKeys
		if k, err = v.opening(l); err == nil {
			log, err = ledger.NewLogVerifier(l.Origin, k.LogEd25519, k.LogMLDSA44)
		}
	}
	if err != nil {
		return log, changed(name).Because(err)
	}
	if k := log.VKeys(); string(b) != k[0]+"\n"+k[1]+"\n" {
		return log, changed(name)
	}
	return log, nil
}

// opening reads the first entry of a later generation.
func (v *archiveVerification) opening(l ArchivedLog) (nodeKeys, error) {
	var body struct {
		Statement struct {
			Keys nodeKeys `json:"keys"`
		} `json:"statement"`
	}
	width := ledger.TileWidthAt(l.Size, 0, 0)
	if width == 0 {
		return nodeKeys{}, errors.New("a later generation without its opening")
	}
	b, err := v.file(l.Dir() + ledger.TilePath(-1, 0, int(width)))
	if err != nil {
		return nodeKeys{}, err
	}
	leaves, err := ledger.SplitBundle(b, int(width))
	if err != nil {
		return nodeKeys{}, err
	}
	e, err := entry.Decode(leaves[0])
	if err == nil && e.Type != "party.generation" {
		err = errors.New("not an opening")
	}
	if err == nil {
		err = json.Unmarshal(e.Body, &body)
	}
	return body.Statement.Keys, err
}

// receipt checks a party's cosignature on a head of a log.
func (v *archiveVerification) receipt(l ArchivedLog, by string, log ledger.LogVerifier) error {
	name := l.Dir() + receiptsDir + by
	note, err := v.file(name)
	if err != nil {
		return err
	}
	keys, err := v.witnesses(by)
	if err != nil {
		return err
	}
	for _, w := range keys {
		cp, _, err := ledger.VerifyCosignature(note, w)
		if err != nil {
			continue
		}
		if cp.Origin != l.Origin || cp.Size > l.Size {
			return changed(name)
		}
		root, err := ledger.RootAt(cp.Size, func(level int, n int64) ([]byte, error) {
			return fs.ReadFile(v.fsys, l.Dir()+ledger.TilePath(level, n, int(ledger.TileWidthAt(l.Size, level, n))))
		})
		if err != nil || root != cp.Root {
			return changed(name)
		}
		return nil
	}
	return changed(name)
}

// witnesses are the keys under which a party has given receipts: the charter's, and those that openings of its later generations name.
func (v *archiveVerification) witnesses(by string) (out []ledger.WitnessVerifier, err error) {
	i := v.party(by)
	if i < 0 {
		return nil, changed(ArchiveFile)
	}
	if out, err = v.charter.witnesses(i); err != nil {
		return nil, changed(charterFile).Because(err)
	}
	for _, l := range v.archive.Logs {
		if l.Party != by || l.Generation == 1 {
			continue
		}
		k, err := v.opening(l)
		if err != nil {
			return nil, err
		}
		w, err := ledger.NewWitnessVerifier(entry.WitnessName(v.charter.id, by), k.WitnessEd25519, k.WitnessMLDSA44)
		if err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	return out, nil
}

// vouch follows each party's changes of keys from the charter on, as far as the archive has them. A change that does not follow is void, as it is to a node; a generation whose keys no
// seal key has signed is not vouched for.
func (v *archiveVerification) vouch() {
	for more := true; more; { // a replacement of lost seal keys stands on the keys of the others
		more = false
		for i, p := range v.charter.Parties {
			sets := len(v.charter.sets[i])
			v.vouchFor(i, p.ID)
			more = more || len(v.charter.sets[i]) > sets
		}
	}
}

// vouchFor follows one party's changes from the beginning.
func (v *archiveVerification) vouchFor(i int, id string) {
	at := v.charter.founding(i)
	v.charter.sets[i] = []sealSet{{at.seal, at.threshold}}
	for gen := 1; gen <= len(v.report.Logs); gen++ {
		n := slices.IndexFunc(v.report.Logs, func(r ArchiveLogReport) bool { return r.Party == id && r.Generation == gen })
		if n < 0 {
			continue
		}
		for _, l := range v.changes[v.report.Logs[n].Origin] {
			if at.change(v.charter, i, l) == nil && l.Type == "party.generation" && len(at.nodes) == gen {
				v.report.Logs[n].Vouched = true
			}
		}
	}
}

// evidence checks that each piece proves what it says.
func (v *archiveVerification) evidence() error {
	for _, id := range v.archive.Evidence {
		if len(id) != 16 || strings.Trim(id, "0123456789abcdef") != "" {
			return changed(ArchiveFile)
		}
		name := EvidenceDir + id + EvidenceSuffix
		b, err := v.file(name)
		if err != nil {
			return err
		}
		if _, err := ledger.VerifyFork(b); err != nil {
			return changed(name).Because(err)
		}
		v.report.Evidence++
	}
	return nil
}

// nothingElse refuses files that do not belong to the archive.
func (v *archiveVerification) nothingElse() error {
	err := fs.WalkDir(v.fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !v.files[path] {
			return refusal.New(refusal.Unverified, "proof.extra", "file", path)
		}
		return nil
	})
	if err != nil {
		return err
	}
	v.say()
	return nil
}

// say lists what was found right.
func (v *archiveVerification) say() {
	r := Report{}
	r.passed("verify.charter", "mechanism", v.report.Mechanism)
	for _, l := range v.report.Logs {
		r.passed("verify.archived_log", "log", l.Origin, "size", strconv.FormatInt(l.Size, 10), "receipts", strings.Join(slices.Clone(l.Receipts), ", "))
		if !l.Vouched {
			r.passed("verify.later_keys", "log", l.Origin)
		}
	}
	r.passed("verify.archive_files", "files", strconv.Itoa(len(v.files)))
	v.report.Checks = r.Checks
}
