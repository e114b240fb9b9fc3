package contrib

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"reflect"
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
		fsys := fstest.MapFS{}
		for name, b := range files {
			fsys[name] = &fstest.MapFile{Data: b}
		}
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
		fsys := fstest.MapFS{}
		for name, b := range files {
			fsys[name] = &fstest.MapFile{Data: b}
		}
		return proof.VerifyArchive(fsys, nil, nil)
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
