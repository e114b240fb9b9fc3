package proof

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json"

	"entente.example/entry"
	"entente.example/ledger"
	"entente.example/refusal"
	"entente.example/seal"
)

// Report says what was checked, in order. Checks are message keys with their parameters.
type Report struct {
	Mechanism  string
	Instrument string
	Symbol     string
	Round      int
	Statement  string // digest
	Parties    []string
	Side, Pair string // set if it is one side's own text, without joint authority
	Files      int
	Checks     []Check
	// Outsiders are names of outside witnesses on its checkpoints. Their keys are nowhere in an export, so nothing says whether they signed: see Sightings.
	Outsiders []string `json:",omitempty"`
}

// Check is one thing that was found right.
type Check struct {
	Key    string
	Params refusal.Params
}

func (r *Report) passed(key string, kv ...string) {
	p := refusal.Params{}
	for i := 0; i+1 < len(kv); i += 2 {
		p[kv[i]] = kv[i+1]
	}
	r.Checks = append(r.Checks, Check{key, p})
}

// Limits of an export that is read.
const (
	maxFiles    = 20_000
	maxFileSize = 64 << 20
)

// changed refuses an export and names the file that is not what it should be.
func changed(file string) *refusal.Error {
	return refusal.New(refusal.Unverified, "proof.changed", "file", file)
}

// Verify checks an export folder with nothing but its own files.
//
// What the seals cover is recomputed from content.json; a file that differs from that is the changed one. What the parties wrote into their logs is bound by inclusion proofs to
// checkpoints that every other party cosigned. What nobody signs, explanations and sums, is compared with what it must be.
func Verify(fsys fs.FS) (*Report, error) {
	files, err := readAll(fsys)
	if err != nil {
		return nil, err
	}
	v := &verification{files: files, used: map[string]bool{}, report: &Report{Files: len(files)}}
	for _, step := range []func() error{v.whole, v.statement, v.sealed, v.enclosures, v.signatures, v.logs, v.explanations, v.nothingElse} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return v.report, nil
}

func readAll(fsys fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if len(files) >= maxFiles || !d.Type().IsRegular() {
			return refusal.New(refusal.Unverified, "proof.extra", "file", path)
		}
		f, err := fsys.Open(path)
		if err != nil {
			return err
		}
		b, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
		if err := errors.Join(err, f.Close()); err != nil {
			return err
		}
		if len(b) > maxFileSize {
			return changed(path)
		}
		files[path] = b
		return nil
	})
	if err != nil {
		return nil, err
	}
	if files[statementFile] == nil {
		return nil, refusal.New(refusal.Missing, "proof.no_export")
	}
	return files, nil
}

type verification struct {
	files   map[string][]byte
	used    map[string]bool
	report  *Report
	st      seal.Statement
	content *Content
	charter *charterView
	gen     []int      // by party: the generation of its log that its seal stands in
	sealAt  []int64    // by party: where its seal stands
	ackAt   []int64    // by party: where its acknowledgement stands
	names   [][]string // by party: the acts that this names
}

// file takes a file that has to be there.
func (v *verification) file(name string) ([]byte, error) {
	b, ok := v.files[name]
	if !ok {
		return nil, refusal.New(refusal.Unverified, "proof.missing", "file", name)
	}
	v.used[name] = true
	return b, nil
}

// expect takes a file that has to have exactly these bytes.
func (v *verification) expect(name string, want []byte) error {
	b, err := v.file(name)
	if err == nil && !bytes.Equal(b, want) {
		return changed(name)
	}
	return err
}

// listed reads SHA256SUMS; a line that cannot be read is that file's own fault.
func (v *verification) listed() (map[string]string, error) {
	b, err := v.file(sumsFile)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for line := range strings.Lines(string(b)) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !ok || len(sum) != 64 || out[name] != "" {
			return nil, changed(sumsFile)
		}
		out[name] = sum
	}
	return out, nil
}

// whole finds out which file was changed, if one was, before anything is read from it. Sums are not signed; they only tell apart which of two files that
// contradict each other is the changed one. If everything else verifies, it is the sums themselves.
func (v *verification) whole() error {
	listed, err := v.listed()
	if err != nil {
		return err
	}
	if bytes.Equal(v.files[sumsFile], sums(v.files)) {
		return nil
	}
	if v.restVerifies() {
		return changed(sumsFile)
	}
	for _, name := range slices.Sorted(maps.Keys(listed)) {
		if _, ok := v.files[name]; !ok {
			return refusal.New(refusal.Unverified, "proof.missing", "file", name)
		}
	}
	for line := range strings.Lines(string(sums(v.files))) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		switch listed[name] {
		case sum:
		case "":
			return refusal.New(refusal.Unverified, "proof.extra", "file", name)
		default:
			return changed(name)
		}
	}
	return changed(sumsFile)
}

// restVerifies reports whether everything but the sums is as it must be.
func (v *verification) restVerifies() bool {
	files := maps.Clone(v.files)
	files[sumsFile] = sums(files)
	trial := &verification{files: files, used: map[string]bool{}, report: &Report{}}
	for _, step := range []func() error{trial.statement, trial.sealed, trial.enclosures, trial.signatures, trial.logs, trial.explanations, trial.nothingElse} {
		if step() != nil {
			return false
		}
	}
	return true
}

// statement reads the statement and the charter that its mechanism names.
func (v *verification) statement() error {
	b, err := v.file(statementFile)
	if err != nil {
		return err
	}
	if v.st, err = seal.ParseStatement(b); err != nil {
		return changed(statementFile).Because(err)
	}
	ch, err := v.file(charterFile)
	if err != nil {
		return err
	}
	if v.charter, err = readCharter(ch); err != nil {
		return changed(charterFile).Because(err)
	}
	n := len(v.charter.Parties)
	v.gen, v.sealAt, v.ackAt, v.names = make([]int, n), make([]int64, n), make([]int64, n), make([][]string, n)
	if v.charter.id != v.st.Mechanism {
		return changed(charterFile)
	}
	var parties []string
	for _, p := range v.charter.Parties {
		parties = append(parties, p.ID)
	}
	if v.st.Side != "" {
		v.charter.alone(v.st.Side)
	}
	chains := map[int][]byte{}
	for i, id := range parties {
		if v.files[keychainFile(id)] == nil {
			continue
		}
		if chains[i], err = v.file(keychainFile(id)); err != nil {
			return err
		}
	}
	if err := v.charter.follow(chains); err != nil {
		return err
	}
	for i, id := range parties {
		if chains[i] != nil {
			v.report.passed("verify.keychain", "party", id)
		}
	}
	var sealing []string
	for _, i := range v.charter.sealing {
		sealing = append(sealing, parties[i])
	}
	slices.Sort(sealing)
	if len(sealing) == 0 || !slices.Equal(sealing, v.st.Parties) {
		return changed(statementFile)
	}
	r := v.report
	r.Mechanism, r.Instrument, r.Symbol, r.Round, r.Statement, r.Parties = v.st.Mechanism, v.st.Instrument, v.st.Symbol, v.st.Round, v.st.Digest(), sealing
	r.Side, r.Pair = v.st.Side, v.st.Pair
	r.passed("verify.charter", "mechanism", v.st.Mechanism)
	if r.Side != "" {
		r.passed("verify.one_side", "side", r.Side, "pair", r.Pair, "parties", strings.Join(sealing, ", "))
	}
	return nil
}

// sealed makes every sealed file again from the content and compares.
func (v *verification) sealed() error {
	b, err := v.file("content.json")
	if err != nil {
		return err
	}
	if v.content, err = ParseContent(b); err != nil {
		return changed("content.json").Because(err)
	}
	files, err := v.content.Files()
	if err != nil {
		return changed("content.json").Because(err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := v.expect(name, files[name]); err != nil {
			return err
		}
	}
	m, err := v.content.Manifest()
	if err != nil {
		return changed("content.json").Because(err)
	}
	if err := v.expect(manifestFile, m.Format()); err != nil {
		return err
	}
	again, err := v.content.Statement(v.st.Epoch, v.st.Round)
	if err != nil || !bytes.Equal(again.Format(), v.files[statementFile]) {
		return changed("content.json")
	}
	v.report.passed("verify.content", "files", strconv.Itoa(len(files)))
	return nil
}

// signatures checks the seal of every party that seals over the statement.
func (v *verification) signatures() error {
	if err := v.expect(signersFile, v.charter.allowedSigners()); err != nil {
		return err
	}
	statement := v.files[statementFile]
	for _, n := range v.charter.sealing {
		p := v.charter.Parties[n]
		var armors []string
		keys := v.charter.keys[n]
		for i := range keys.seal {
			name := signatureFile(p.ID, i)
			if v.files[name] == nil && i >= keys.threshold {
				break
			}
			b, err := v.file(name)
			if err != nil {
				return err
			}
			if _, err := seal.Signers(append(slices.Clone(armors), string(b)), keys.seal, 1, seal.NamespaceSeal, statement, seal.Policy{RequirePIN: v.charter.Rules.RequirePIN}); err != nil {
				return changed(name).Because(err)
			}
			armors = append(armors, string(b))
		}
		v.report.passed("verify.seal", "party", p.ID, "keys", strconv.Itoa(len(armors)))
	}
	return nil
}

// logs checks that each party's seal and acknowledgement stand in its log with all that it wrote between them, under a checkpoint that every other party cosigned. SPEC export-between
func (v *verification) logs() error {
	for _, i := range v.charter.sealing {
		if err := v.log(i); err != nil {
			return err
		}
	}
	for _, i := range v.charter.sealing {
		if err := v.named(i); err != nil {
			return err
		}
	}
	return v.expect(policyFile, v.charter.policy())
}

func (v *verification) log(i int) error {
	party := v.charter.Parties[i].ID
	sealed, err := v.proven(i, "seal")
	if err != nil {
		return err
	}
	acked, err := v.proven(i, "ack")
	if err != nil {
		return err
	}
	if sealed.Checkpoint != acked.Checkpoint || acked.index <= sealed.index {
		return changed(proofFile(party, "ack"))
	}
	v.sealAt[i], v.ackAt[i] = sealed.index, acked.index
	var leaves []ledger.Hash
	for n := sealed.index; n <= acked.index; n++ {
		if err := v.entry(i, n, sealed.index, acked.index); err != nil {
			return err
		}
		leaves = append(leaves, ledger.LeafHash(v.files[leafFile(party, n)]))
	}
	if err := ledger.CheckStretch(sealed.proof, acked.proof, sealed.Size, sealed.Root, sealed.index, leaves); err != nil {
		return changed(leafFile(party, sealed.index+1)).Because(err) // or one of those behind it: the ends have been found right
	}
	v.report.passed("verify.log", "party", party, "seal", strconv.FormatInt(sealed.index, 10), "ack", strconv.FormatInt(acked.index, 10), "size", strconv.FormatInt(sealed.Size, 10))
	return nil
}

// named checks that the seals of the others that an acknowledgement names are those that are shown. Whoever wrote it before it had heard of a party's first seal may name the one that this party gave anew in a later
// generation of its log, never an earlier one and never another of the same log: that would be one that its party had left before. SPEC export-named
func (v *verification) named(i int) error {
	seals := v.names[i]
	for _, j := range v.charter.sealing {
		if j == i {
			continue
		}
		party, gen, index := v.charter.Parties[j].ID, v.gen[j], v.sealAt[j]
		if name := seals[0]; name != actID(party, gen, index) && !givenAnew(name, party, gen) {
			return changed(leafFile(v.charter.Parties[i].ID, v.ackAt[i]))
		}
		seals = seals[1:]
	}
	return nil
}

// actID is how acts name an act.
func actID(party string, gen int, index int64) string {
	if gen > 1 {
		party += "." + strconv.Itoa(gen)
	}
	return party + "-" + strconv.FormatInt(index, 10)
}

// givenAnew reports whether a name is of an act in a generation of a party's log after this one.
func givenAnew(name, party string, gen int) bool {
	of, n, _ := strings.Cut(strings.TrimPrefix(name, party+"."), "-")
	later, err := strconv.Atoi(of)
	index, bad := strconv.ParseInt(n, 10, 64)
	return err == nil && bad == nil && later > gen && later < 1e4 && index >= 0 && index < 1e16 && actID(party, later, index) == name
}

// provenAt is an entry that an inclusion proof leads from to a checkpoint.
type provenAt struct {
	ledger.Checkpoint
	index int64
	proof []ledger.Hash
}

// proven checks one inclusion proof with all cosignatures, and returns where it leads.
func (v *verification) proven(i int, what string) (at provenAt, err error) {
	party := v.charter.Parties[i].ID
	name := proofFile(party, what)
	fail := func(err error) (provenAt, error) { return at, changed(name).Because(err) }
	b, err := v.file(name)
	if err != nil {
		return at, err
	}
	index, proof, note, err := ledger.ParseProof(b)
	if err != nil {
		return fail(err)
	}
	claimed, err := ledger.Claimed(note)
	if err != nil {
		return fail(err)
	}
	_, _, gen, err := entry.ParseOrigin(claimed.Origin)
	if err != nil {
		return fail(err)
	}
	log, err := v.charter.log(i, gen)
	if err != nil {
		return fail(err)
	}
	if v.gen[i] == 0 {
		v.gen[i] = gen
	}
	if v.gen[i] != gen {
		return fail(errors.New("seal and acknowledgement stand in different generations"))
	}
	cp, err := ledger.OpenCheckpoint(note, log)
	if err != nil {
		return fail(err)
	}
	for _, j := range v.charter.sealing {
		if j == i {
			continue
		}
		if err := v.charter.cosigned(j, note); err != nil {
			return fail(err)
		}
	}
	if err := v.outsiders(note); err != nil {
		return fail(err)
	}
	leaf, err := v.file(leafFile(party, index))
	if err != nil {
		return at, err
	}
	if err := ledger.CheckInclusion(proof, cp.Size, cp.Root, index, ledger.LeafHash(leaf)); err != nil {
		return at, changed(leafFile(party, index)).Because(err)
	}
	return provenAt{cp, index, proof}, nil
}

// outsiders notes who else has signed a head, which is verified with all lines of the parties. A line under a party's name that nobody needs is none of theirs. SPEC export-outsiders.
func (v *verification) outsiders(note []byte) error {
	names, err := ledger.LineNames(note)
	if err != nil {
		return err
	}
	needed := 0
	for _, name := range names {
		if strings.HasPrefix(name, "entente/") {
			needed++
		} else if !slices.Contains(v.report.Outsiders, name) {
			v.report.Outsiders = append(v.report.Outsiders, name)
		}
	}
	if needed != 2*len(v.charter.sealing) {
		return errors.New("lines that nobody needs")
	}
	return nil
}

// entry checks one entry between seal and acknowledgement: the seal carries these signatures, nothing in between takes it back, the acknowledgement names every other party's seal.
func (v *verification) entry(i int, n, sealed, acked int64) error {
	party := v.charter.Parties[i].ID
	name := leafFile(party, n)
	b, err := v.file(name)
	if err != nil {
		return err
	}
	e, err := entry.Decode(b)
	if err != nil || e.Index != n || e.Log != entry.Origin(v.charter.id, party, v.gen[i]) || e.Mech != v.charter.id {
		return changed(name)
	}
	var body struct {
		Round      int      `json:"round"`
		Statement  string   `json:"statement"`
		Signatures []string `json:"signatures"`
		Seals      []string `json:"seals"`
	}
	ours := e.Matter == v.st.Instrument
	if ours && strings.HasPrefix(e.Type, "seal.") {
		if err := json.Unmarshal(e.Body, &body); err != nil {
			return changed(name)
		}
		ours = body.Round == v.st.Round
	}
	switch {
	case n == sealed:
		if !ours || e.Type != "seal.affix" || body.Statement != v.st.Digest() {
			return changed(name)
		}
		for k, s := range body.Signatures {
			if err := v.expect(signatureFile(party, k), []byte(s)); err != nil {
				return err
			}
		}
	case n == acked:
		if !ours || e.Type != "seal.acknowledge" || body.Statement != v.st.Digest() || len(body.Seals) != len(v.charter.sealing)-1 {
			return changed(name)
		}
		v.names[i] = body.Seals
	case ours && (e.Type == "seal.withdraw" || e.Type == "seal.decline"):
		return refusal.New(refusal.Unverified, "proof.withdrawn", "party", party)
	}
	return nil
}

// explanations compares what nobody signs with what this program writes.
func (v *verification) explanations() error {
	for name, b := range HowTo() {
		if err := v.expect(name, b); err != nil {
			return err
		}
	}
	if v.content.Illustration != v.charter.Illustration {
		return changed("content.json")
	}
	if v.content.Parallel != nil {
		if err := v.expect(oneSideFile, oneSide()); err != nil {
			return err
		}
	}
	if v.content.Illustration {
		if err := v.expect(noticeFile, notice()); err != nil {
			return err
		}
	}
	return nil
}

// nothingElse refuses files that the export does not need, and damaged sums.
func (v *verification) nothingElse() error {
	for _, name := range slices.Sorted(maps.Keys(v.files)) {
		if !v.used[name] && name != sumsFile {
			return refusal.New(refusal.Unverified, "proof.extra", "file", name)
		}
	}
	if !bytes.Equal(v.files[sumsFile], sums(v.files)) {
		return changed(sumsFile)
	}
	v.report.passed("verify.files", "files", fmt.Sprint(len(v.files)))
	return nil
}
