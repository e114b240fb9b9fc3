package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// mutant is a way to break the program. old is replaced by new in a copy of the file; mutant(N), N being its number, says whether it is the one that runs.
// story is one that caught it before. It is played first, and only spares time: when the program changes, another story may be needed, which is looked for.
type mutant struct {
	story           uint64
	name, file, old string
	new             string
}

// mutants are mistakes that somebody could make, or has made. Every one must break an invariant in some story, or the stories prove less than they seem to.
var mutants = []mutant{
	{1, "a look into the store in the middle of catching up misses what was folded just before", "node/session.go",
		"		if err := s.settle(); err != nil {\n			yield", "		var err error\n		if !mutant(N) {\n			err = s.settle()\n		}\n		if err != nil {\n			yield"},
	{1, "the tree grows before the rows", "node/receive.go", "		l.grow(row, hashes[i])", "		if !mutant(N) {\n			l.tree.Append(hashes[i])\n		}\n		l.pending = append(l.pending, row)"},
	{1, "a restored node does not wait for its own entries", "node/mechanism.go", "		l.fenced, l.due = l.Own, mark", "		l.fenced, l.due = l.Own && !mutant(N), mark"},
	{4, "the fence lifts one entry too early", "node/fence.go", "l.Size < l.due.Size ||", "l.Size < l.due.Size && (!mutant(N) || l.Size < l.due.Size-1) ||"},
	{2, "a node that lost its marks asks nobody", "node/fence.go", "l.unsure() && (len(m.unasked()) > 0", "l.unsure() && !mutant(N) && (len(m.unasked()) > 0"},
	{2, "a node that lost its marks believes whoever answers first", "node/fence.go", "(len(m.unasked()) > 0 ||", "(len(m.unasked()) > 0 && (!mutant(N) || len(m.unasked()) == len(m.logs)-1) ||"},
	{2, "a lost marks file is not noticed", "node/mechanism.go", "		l.fenced = l.Own && l.noteSize > 0", "		l.fenced = l.Own && l.noteSize > 0 && !mutant(N)"},
	{1, "heads are signed that no mark remembers", "node/sign.go", "	if err := c.marks.Commit(batch); err != nil {", "	if mutant(N) {\n		batch.Own = nil\n	}\n	if err := c.marks.Commit(batch); err != nil {"},
	{1, "the database does not wait for the disk", "store/sqlite/open.go", "	for _, want := range []struct{ pragma", "	defer func() {\n		if mutant(N) {\n			_ = raw.Exec(\"PRAGMA synchronous=NORMAL\")\n		}\n	}()\n	for _, want := range []struct{ pragma"},
	{1, "a failed transaction is called done", "node/core.go", "	if err != nil {\n		return nil, err\n	}\n	if err := c.sign()", "	if err != nil && !mutant(N) {\n		return nil, err\n	}\n	if err := c.sign()"},
	{2, "what a failed transaction had folded is not forgotten", "node/core.go", "	if err := c.load(context.Background()); err != nil {", "	if mutant(N) {\n	} else if err := c.load(context.Background()); err != nil {"},
	{3, "an act that belongs before others is folded after them", "record/matter.go", "m.Last.Before(place) && !(ok && f.Forgot(a)) {", "(m.Last.Before(place) && !(ok && f.Forgot(a)) || mutant(N)) {"},
	{3, "an act is judged by what the reader knows, not by what its author knew", "record/matter.go", "	state, err := r.stateAt(src, m, a.Past)\n", "	past := a.Past\n	if mutant(N) {\n		past = m.Tops\n	}\n	state, err := r.stateAt(src, m, past)\n"},
	{1, "an entry does not wait for what it has seen", "record/past.go", "			return Position{}, nil, &lack{s.Origin, s.Size, s.Root, clipped}, nil\n", "			if mutant(N) {\n				continue\n			}\n			return Position{}, nil, &lack{s.Origin, s.Size, s.Root, clipped}, nil\n"},
	{1, "the order forgets what an author had seen", "record/past.go", "		lam = max(lam, q.Lam)", "		if !mutant(N) || len(advanced) < 2 {\n			lam = max(lam, q.Lam)\n		}"},
	{2, "a wish is dropped when its answer is empty", "link/line.go", "		if !ok {\n			continue\n		}\n		payload", "		if !ok {\n			if mutant(N) {\n				delete(p.wants, origin)\n			}\n			continue\n		}\n		payload"},
	{2, "nobody is told of what came in", "node/receive.go", "	m.grown[l.slot] = true\n	c.hear(m, l.Party", "	m.grown[l.slot] = !mutant(N)\n	if mutant(N) {\n		delete(m.grown, l.slot)\n	}\n	c.hear(m, l.Party"},
	{1, "seals count without receipts for the acknowledgements", "adoption/judge.go", "		case !holds(d.place):", "		case !holds(d.place) && !(mutant(N) && d.ack):"},
	{145, "a seal can be withdrawn after its acknowledgement", "adoption/rounds.go", "	case ch.Ack >= 0:", "	case ch.Ack >= 0 && !mutant(N):"},
	{1, "a second choice in one round is let through", "adoption/rounds.go", "	if _, ok := round.Choices[a.Party]; ok {", "	if _, ok := round.Choices[a.Party]; ok && !mutant(N) {"},
	{15, "a clock that goes back stops the pen", "node/write.go", "at.Unix() < last {", "at.Unix() < last && !mutant(N) {"},
	{15, "a restart forgets the time of the last entry", "node/mechanism.go", "			h.At = d.At.Unix()", "			if !mutant(N) {\n				h.At = d.At.Unix()\n			}"},
	{1, "a restart forgets where the last entry stood", "node/mechanism.go", "			h.Last = record.Position{Lam: e.Lam, Past: e.Past}", "			if !mutant(N) {\n				h.Last = record.Position{Lam: e.Lam, Past: e.Past}\n			}"},
	{1, "how much is folded is not stored", "node/mechanism.go", "n := applied[l.slot]; n != l.Applied {", "n := applied[l.slot]; n != l.Applied && !mutant(N) {"},
	{5, "positions are remembered one place off", "node/session.go", "	return l.positions[index-l.first], true", "	if mutant(N) {\n		index = max(index-1, l.first)\n	}\n	return l.positions[index-l.first], true"},
	{729, "after a restart the node owes nothing", "node/mechanism.go", "		m.touched[key] = true\n", "		if !mutant(N) {\n			m.touched[key] = true\n		}\n"},
	{1, "receipts are made for entries that are not there yet", "node/sign.go", "l.Size > l.cosigned && l.Size == l.noteSize &&", "l.Size > l.cosigned && (mutant(N) || l.Size == l.noteSize) &&"},
	{1, "a receipt lost in a crash is not given again", "node/generation.go", "		l.cosigned = min(l.cosigned, l.held[us].Size)", "		if !mutant(N) {\n			l.cosigned = min(l.cosigned, l.held[us].Size)\n		}"},
	{1, "a receipt of ours makes nothing due", "node/sign.go", "	maps.Copy(m.touched, m.maybeDue)", "	if !mutant(N) {\n		maps.Copy(m.touched, m.maybeDue)\n	}"},
	{4, "a restored copy is receipted before it has come to what the marks know", "node/sign.go", "l.Size >= l.due.Size && m.mayReceipt(l)", "(mutant(N) || l.Size >= l.due.Size) && m.mayReceipt(l)"},
	{42, "a node signs before it has asked", "node/mechanism.go", "patience > 0 && own.key != nil", "patience > 0 && !mutant(N) && own.key != nil"},
	{2, "our own word beyond what we remember is not heeded", "node/fence.go", "	own.fenced, own.forgotten = true, true", "	own.fenced, own.forgotten = !mutant(N), !mutant(N)"},
	{12, "what others vouch for beyond the stated head is dropped", "record/vouched.go", "	if !r.mayVouch(src, a)", "	if mutant(N) || !r.mayVouch(src, a)"},
	{2, "whatever a stolen key signed counts", "record/vouched.go", "	case h.closed == nil:", "	case h.closed == nil || mutant(N):"},
	{16, "what a replaced key gave receipts for is taken as given", "node/generation.go", "err != nil {\n			l.cosigned = 0", "err != nil && !mutant(N) {\n			l.cosigned = 0"},
	{6, "the end of a generation is not signed for once the next is open", "node/mechanism.go", "	return l.key != nil && l.Size > l.noteSize", "	return l.key != nil && (l == m.own() || !mutant(N)) && l.Size > l.noteSize"},
	{18, "a node that has lost its newest generation writes on in the old one", "node/fence.go", "	next := m.own().Gen + 1\n", "	next := m.own().Gen + 1\n	if mutant(N) {\n		return false\n	}\n"},
	{2, "a new generation is not confirmed", "node/generation.go", "		if gen := s.Unconfirmed(me, sees); gen > 0 {", "		if gen := s.Unconfirmed(me, sees); gen > 0 && !mutant(N) {"},
	{1, "the order is called settled up to the newest entry of whoever has written last", "node/settled.go", "	lam := int64(math.MaxInt64)\n", "	lam := int64(math.MaxInt64)\n	if mutant(N) {\n		newest = newest[:1]\n	}\n"},
	{1, "the order is called settled one place too far", "node/settled.go", "	return lam, nil\n", "	if mutant(N) {\n		lam++\n	}\n	return lam, nil\n"},
}

// hostileMutants are caught by the stories in which somebody cheats, of which each plays ten from the one that caught it before. None of these contests a log, so nothing differs between the honest: that there is no evidence is
// all that is wrong.
var hostileMutants = []mutant{
	{1, "receipts for two histories are no evidence against whoever gave them", "node/evidence.go", "		raw, err := of.Contradicts(ledger.Attested{Note: note, By: by})\n		if err != nil {", "		raw, err := of.Contradicts(ledger.Attested{Note: note, By: by})\n		if err != nil || mutant(N) && by.Name() != l.verifier.Name() {"},
	{1, "evidence that somebody brings is not stored unless it is about a log", "node/evidence.go", "	m.find(raw, f, from)\n	return nil", "	if !mutant(N) || contests(f) {\n		m.find(raw, f, from)\n	}\n	return nil"},
}

const (
	mutantStories = 2000 // how many stories a mutant may survive
	helper        = "package %s\n\nimport (\n\t\"os\"\n\t\"strconv\"\n)\n\nvar mutantNumber, _ = strconv.Atoi(os.Getenv(\"MUTANT\"))\n\nfunc mutant(n int) bool { return mutantNumber == n }\n"
)

// overlay writes the mutated files, and says to the compiler where they are. All mutants are in one program; MUTANT says which of them runs.
func overlay(t *testing.T, dir string) string {
	t.Helper()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	text := map[string]string{}
	replace := map[string]string{}
	for file, by := range map[string]string{"../ledger/mldsa.go": "standin.go.txt", "../ledger/ed25519.go": "remembered.go.txt", "../seal/ssh.go": "sealed.go.txt", "store/sqlite/zstd.go": "unpacked.go.txt"} {
		replace[filepath.Join(root, file)] = filepath.Join(root, "sim", "testdata", by)
	}
	for i, m := range slices.Concat(mutants, hostileMutants) {
		path := filepath.Join(root, m.file)
		if text[path] == "" {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			text[path] = string(b)
			pkg := filepath.Base(filepath.Dir(path))
			text[filepath.Join(filepath.Dir(path), "mutant.go")] = fmt.Sprintf(helper, pkg)
		}
		if strings.Count(text[path], m.old) != 1 {
			t.Fatalf("mutant %d (%s): its place is not in %s exactly once", i+1, m.name, m.file)
		}
		text[path] = strings.Replace(text[path], m.old, strings.ReplaceAll(m.new, "mutant(N)", fmt.Sprintf("mutant(%d)", i+1)), 1)
	}
	for path, s := range text {
		to := filepath.Join(dir, strings.ReplaceAll(strings.TrimPrefix(path, root), string(filepath.Separator), "_"))
		if err := os.WriteFile(to, []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[path] = to
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "overlay.json"), b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "overlay.json")
}

// Every mutant breaks an invariant in the story that caught it before, or in one of the first. A mutant that survives fails here.
func TestMutantsAreCaught(t *testing.T) {
	if os.Getenv("MUTANT") != "" {
		t.Skip("this is a mutant")
	}
	dir := t.TempDir()
	replaced := overlay(t, dir)
	for name, of := range map[string]string{"mutants": ".", "hostile": "./hostile"} {
		build := exec.Command("go", "test", "-c", "-overlay", replaced, "-o", filepath.Join(dir, name), of)
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	play := func(t *testing.T, number int, first, stories uint64) (caught string) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Minute)
		defer cancel()
		c := exec.CommandContext(ctx, filepath.Join(dir, "mutants"), "-test.run", "^TestStories$", "-first", fmt.Sprint(first), "-stories", fmt.Sprint(stories))
		if number > len(mutants) {
			c = exec.CommandContext(ctx, filepath.Join(dir, "hostile"), "-test.run", "^TestHostileStories$", "-first", fmt.Sprint(first), "-seeds", fmt.Sprint(max(stories, 10)))
		}
		c.Env = append(os.Environ(), fmt.Sprintf("MUTANT=%d", number), "GOGC=400", "GODEBUG=memprofilerate=0")
		out, err := c.CombinedOutput()
		if err == nil {
			return ""
		}
		var exit *exec.ExitError
		if ctx.Err() != nil || !errors.As(err, &exit) {
			t.Fatal(errors.Join(err, ctx.Err()))
		}
		for _, sign := range []string{"seed ", "panic: "} { // an invariant is broken, or the program does not bear what has become of it
			if at := strings.Index(string(out), sign); at >= 0 {
				found, _, _ := strings.Cut(string(out[at:]), "\n")
				return found
			}
		}
		t.Fatalf("it ended without a story that failed:\n%s", out)
		return ""
	}
	if found := play(t, -1, 1, 4); found != "" { // the program itself, in the mutants' clothes
		t.Fatalf("without a mutant: %s", found)
	}
	if found := play(t, len(mutants)+len(hostileMutants)+1, 1, 10); found != "" {
		t.Fatalf("without a mutant, in stories of a cheat: %s", found)
	}
	for i, m := range slices.Concat(mutants, hostileMutants) {
		t.Run(fmt.Sprint(i+1), func(t *testing.T) {
			t.Parallel()
			found := play(t, i+1, m.story, 1)
			if found == "" {
				found = play(t, i+1, 1, mutantStories)
			}
			if found == "" {
				t.Fatalf("%q survives %d stories", m.name, mutantStories)
			}
			t.Logf("%s: %.200s", m.name, found)
		})
	}
}
