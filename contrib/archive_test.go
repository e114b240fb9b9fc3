package contrib

import (
	"bytes"
	"maps"
	"math/rand/v2"
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
