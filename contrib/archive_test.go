package contrib

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"entente.example/internal/together"
	"entente.example/ledger"
	"entente.example/proof"
)

// Bundles are looked at several at once, some dozens at a time. Whatever is changed, and in whichever of them, is found and named, and as it would be were they looked at in turn.
func TestWhateverIsChangedInALongArchive(t *testing.T) {
	const size = 66*ledger.TileWidth + 5
	q := &asker{Rand: rand.New(rand.NewPCG(5, 6)), t: t, mech: strings.Repeat("ab", 32)}
	files := q.archive(size, 1)
	verdict := func(files map[string][]byte) (*proof.ArchiveReport, string) {
		fsys := folder(files)
		told := int64(0)
		r, err := proof.VerifyArchive(fsys, together.Each, func(done, total int64) {
			if done <= told || total != size+1 {
				t.Errorf("%d of %d entries after %d", done, total, told)
			}
			told = done
		})
		_, inTurn := proof.VerifyArchive(fsys, nil, nil)
		if err == nil && inTurn == nil {
			if told != size+1 {
				t.Errorf("at the end %d entries", told)
			}
			return r, ""
		}
		if err == nil || inTurn == nil || err.Error() != inTurn.Error() {
			t.Fatalf("together %v, in turn %v", err, inTurn)
		}
		return nil, err.Error()
	}
	r, why := verdict(files)
	if why != "" || r.Logs[0].Unreadable != size || r.Checks[len(r.Checks)-1].Params["files"] != strconv.Itoa(len(files)) {
		t.Fatal(why, r)
	}
	dir := "logs/a/1/"
	var names []string
	for _, level := range []int{-1, 0, 1} {
		for _, n := range []int64{0, 1, 63, 64, 65, 66} {
			if width := int(ledger.TileWidthAt(size, max(level, 0), n)); width > 0 {
				names = append(names, dir+ledger.TilePath(level, n, width))
			}
		}
	}
	for _, name := range names {
		if files[name] == nil {
			t.Fatalf("there is no %s", name)
		}
		other := names[(slices.Index(names, name)+1)%len(names)]
		for what, change := range map[string]func(map[string][]byte){
			"a bit of its last entry": func(m map[string][]byte) { b := bytes.Clone(m[name]); b[len(b)-1] ^= 1; m[name] = b },
			"its end":                 func(m map[string][]byte) { m[name] = m[name][:len(m[name])-1] },
			"more than there is":      func(m map[string][]byte) { m[name] = append(bytes.Clone(m[name]), 0) },
			"all of it":               func(m map[string][]byte) { delete(m, name) },
			"another's place":         func(m map[string][]byte) { m[name] = m[other] },
		} {
			m := maps.Clone(files)
			change(m)
			if _, why := verdict(m); !strings.Contains(why, name) && !strings.Contains(why, strings.Replace(name, "tile/entries/", "tile/0/", 1)) {
				t.Errorf("%s: %s changed, and it says %q", name, what, why)
			}
		}
	}
}

// Whatever file of an archive is changed, and how, the archive does not pass for another one: but for further lines under a note, which a reader passes over, nothing may be changed at all.
func FuzzArchive(f *testing.F) {
	q := &asker{Rand: rand.New(rand.NewPCG(7, 8)), t: f, mech: strings.Repeat("ab", 32)}
	files := q.archive(3, 1)
	names := slices.Sorted(maps.Keys(files))
	verdict := func(files map[string][]byte) (*proof.ArchiveReport, error) {
		return proof.VerifyArchive(folder(files), nil, nil)
	}
	want, err := verdict(files)
	if err != nil {
		f.Fatal(err)
	}
	for i := range names {
		f.Add(i, 9, 1, []byte("x"))
		f.Add(i, 0, 1<<20, []byte{})
		f.Add(i, 1<<20, 0, []byte("\u2014 w.example AAAAAAA=\n"))
	}
	f.Fuzz(func(t *testing.T, which, from, gone int, put []byte) {
		if which < 0 || from < 0 || gone < 0 {
			return
		}
		name := names[which%len(names)]
		b := files[name]
		from = min(from, len(b))
		gone = min(gone, len(b)-from)
		m := maps.Clone(files)
		m[name] = slices.Concat(b[:from], put, b[from+gone:])
		got, err := verdict(m)
		if err != nil || bytes.Equal(m[name], b) {
			return
		}
		if !strings.HasSuffix(name, "/checkpoint") && !strings.Contains(name, "/receipts/") || !reflect.DeepEqual(got, want) {
			t.Fatalf("%s is %q, and the archive passes", name, m[name])
		}
	})
}

// Whoever gives the others' verifiers a witness's key hears which heads it has cosigned, and which not; a key of the same name that signed nothing has seen nothing. SPEC witness-plus.
func TestOthersHearWhatAWitnessHasSeen(t *testing.T) {
	q := &asker{Rand: rand.New(rand.NewPCG(9, 10)), t: t, mech: strings.Repeat("ab", 32)}
	files := q.archive(3, 1)
	w, other := q.outside("w"), q.outside("somebody else")
	const head = "logs/a/1/checkpoint"
	files[head] = q.must(ledger.Cosign(files[head], w.as, 1_700_000_002))
	dir := t.TempDir()
	if err := os.CopyFS(dir, folder(files)); err != nil {
		t.Fatal(err)
	}
	module, err := filepath.Abs("../verifier/verify.mjs")
	if err != nil {
		t.Fatal(err)
	}
	const script = `const { sightings, verifyArchive } = await import(process.argv[1]);
const { readdirSync, readFileSync } = await import("node:fs");
const dir = process.argv[2], files = new Map();
for (const f of readdirSync(dir, { recursive: true, withFileTypes: true })) if (f.isFile()) { const p = f.parentPath + "/" + f.name; files.set(p.slice(dir.length + 1), new Uint8Array(readFileSync(p))); }
await verifyArchive(files);
for (const s of await sightings(files, process.argv.slice(3))) console.log(s.witness + (s.at === null ? " has not cosigned " : " has cosigned ") + s.origin + " at " + s.size + " entries" + (s.at === null ? "" : ", on " + new Date(Number(s.at) * 1000).toISOString().replace(".000", "")));`
	for _, k := range []struct {
		outside
		seen bool
	}{{w, true}, {other, false}} {
		for _, command := range [][]string{{"python3", "verify.py", "--witness", k.key, dir}, {"node", "--input-type=module", "-e", script, module, dir, k.key}} {
			out, err := exec.CommandContext(t.Context(), command[0], command[1:]...).CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", command[0], err, out)
			}
			yes := regexp.MustCompile(`(?m)witness\.example/w1 has cosigned entente/[0-9a-f]{16}/a/1 at 3 entries, on 2023-11-14T22:13:22Z$`).Match(out)
			no := regexp.MustCompile(`(?m)witness\.example/w1 has not cosigned entente/[0-9a-f]{16}/a/1 at 3 entries$`).Match(out)
			never := regexp.MustCompile(`(?m)witness\.example/w1 has not cosigned entente/[0-9a-f]{16}/b/1 at 1 entries$`).Match(out)
			if yes != k.seen || no == k.seen || !never {
				t.Errorf("%s says of %s:\n%s", command[0], k.key, out)
			}
		}
	}
}

func folder(files map[string][]byte) fstest.MapFS {
	out := fstest.MapFS{}
	for name, b := range files {
		out[name] = &fstest.MapFile{Data: b, Mode: 0o600}
	}
	return out
}
