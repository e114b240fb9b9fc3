package mutation

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	packages = flag.String("packages", "", "the packages that TestMutants breaks, by their folders, with commas between them; none: a small one of its own")
	within   = flag.String("within", "", "only mutants in these functions or files, with commas between them; none: in all")
	sample   = flag.Int("sample", 0, "how many mutants of each package are tried, the same ones each time; 0: all")
)

const (
	score = 95                     // of a hundred mutants that are not equivalent must be noticed
	quick = 100 * time.Millisecond // of a processor for the tests that run first
)

// probe tells, once a program's tests have run, which mutants they reached.
const probe = `package %s

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	code := m.Run()
	for n, reached := range mutantsReached {
		if reached {
			fmt.Println("reached", n)
		}
	}
	os.Exit(code)
}
`

// program is the tests of a package with all mutants in it.
type program struct {
	path, dir string // dir is the package's, where its tests run
	mutants   []Mutant
	tests     []test
}

type test struct {
	name    string
	takes   time.Duration // of a processor: on a busy machine the clock says nothing
	reaches map[int]bool
}

// The tests of a package notice when it is broken. Those mutants that change nothing that anybody could see are listed with their reasons in testdata/equivalent.txt.
func TestMutants(t *testing.T) {
	list := strings.Split(*packages, ",")
	if *packages == "" {
		list = []string{"internal/mutation/testdata/worked"}
	}
	for _, p := range list {
		t.Run(p, func(t *testing.T) {
			excused := equivalents(t, p)
			b := build(t, p)
			var killed, equivalent int
			met := map[string]int{}
			tried := b.drawn(*sample, *within)
			survivors := b.run(t, tried)
			for i, m := range b.mutants {
				name := fmt.Sprintf("%s\t%s\t%s", p+"/"+m.File, m.Func, m.What)
				if met[name]++; met[name] > 1 {
					name = fmt.Sprintf("%s\t%d", name, met[name])
				}
				_, known := excused[name]
				switch {
				case !slices.Contains(tried, i+1):
					delete(excused, name)
					continue
				case survivors[i+1] && known:
					equivalent++
				case survivors[i+1]:
					t.Logf("survives at line %d:\n%s", m.Line, name)
				default:
					killed++
				}
				if survivors[i+1] {
					excused[name] = true
				}
			}
			for name, survived := range excused {
				if !survived {
					t.Errorf("called equivalent, but there is no such mutant, or it is noticed:\n%s", name)
				}
			}
			all := len(tried)
			t.Logf("%s: %d of %d mutants, %d noticed, %d equivalent, %d survive: %.1f %%", p, all, len(b.mutants), killed, equivalent, all-killed-equivalent, 100*float64(killed)/float64(all-equivalent))
			if killed*100 < score*(all-equivalent) {
				t.Errorf("fewer than %d %% are noticed", score)
			}
		})
	}
}

// equivalents are those of a package that are excused; whether they were met is noted there.
func equivalents(t *testing.T, p string) map[string]bool {
	t.Helper()
	b, err := os.ReadFile("testdata/equivalent.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	reason := ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		if why, ok := strings.CutPrefix(line, "# "); ok || line == "" {
			reason = why
			continue
		}
		if reason == "" {
			t.Errorf("no reason stands before %q", line)
		}
		if strings.HasPrefix(line, p+"/") && !strings.Contains(strings.SplitN(line[len(p)+1:], "\t", 2)[0], "/") {
			out[line] = false
		}
	}
	return out
}

// build writes all mutants of a package into one test program, and learns which of its tests reach which.
func build(t *testing.T, p string) *program {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	b := &program{dir: filepath.Join(root, p), path: filepath.Join(t.TempDir(), "mutants")}
	out := command(t, root, "go", "list", "-deps", "-export", "-json=ImportPath,Export,Name,GoFiles,Dir", "./"+p)
	exports := map[string]string{}
	var self struct {
		ImportPath, Export, Name, Dir string
		GoFiles                       []string
	}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		self.GoFiles = nil
		if err := d.Decode(&self); err != nil {
			t.Fatal(err)
		}
		exports[self.ImportPath] = self.Export
	}
	fset := token.NewFileSet()
	var files []*ast.File
	texts := map[string]string{}
	for _, name := range self.GoFiles {
		src, err := os.ReadFile(filepath.Join(b.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files, texts[name] = append(files, f), string(src)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}
	pkg, err := conf.Check(self.ImportPath, fset, files, info)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		name := self.GoFiles[i]
		text, more := Mutate(fset, f, info, pkg, name, texts[name], len(b.mutants)+1)
		b.mutants, texts[name] = append(b.mutants, more...), text
	}
	texts["mutant.go"] = fmt.Sprintf(Helper, self.Name, len(b.mutants)+1)
	texts["mutant_test.go"] = fmt.Sprintf(probe, self.Name)
	command(t, root, "go", "test", "-c", "-overlay", overlay(t, b.dir, texts), "-o", b.path, "./"+p)
	for _, name := range strings.Fields(string(command(t, b.dir, b.path, "-test.list", "^(Test|Fuzz|Example)"))) {
		out, takes, ended := b.play(t.Context(), -1, name, time.Hour)
		if !ended {
			t.Fatalf("%s fails without a mutant:\n%s", name, out)
		}
		x := test{name, takes, map[int]bool{}}
		for line := range strings.Lines(string(out)) {
			var n int
			if _, err := fmt.Sscanf(line, "reached %d", &n); err == nil {
				x.reaches[n] = true
			}
		}
		b.tests = append(b.tests, x)
	}
	slices.SortFunc(b.tests, func(x, y test) int { return int(x.takes - y.takes) })
	for _, r := range b.rounds(0) {
		if out, _, passed := b.play(t.Context(), 0, r.name, time.Hour); !passed {
			t.Fatalf("%s fails together without a mutant:\n%s", r.name, out)
		}
	}
	return b
}

func overlay(t *testing.T, of string, texts map[string]string) string {
	t.Helper()
	dir, replace := t.TempDir(), map[string]string{}
	for name, text := range texts {
		to := filepath.Join(dir, name)
		replace[filepath.Join(of, name)] = to
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
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

func command(t *testing.T, dir, name string, args ...string) []byte {
	t.Helper()
	c := exec.Command(name, args...)
	c.Dir = dir
	var stderr bytes.Buffer
	c.Stderr = &stderr
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%.3000s%.3000s", name, args, err, out, stderr.Bytes())
	}
	return out
}

// play runs tests with one mutant, for so long at most, and reports what time of a processor they took and whether they passed.
func (b *program) play(ctx context.Context, number int, tests string, within time.Duration) (out []byte, takes time.Duration, passed bool) {
	ctx, cancel := context.WithTimeout(ctx, within+10*time.Minute) // what waits for ever takes no processor
	defer cancel()
	limits := fmt.Sprintf(`ulimit -v 16000000; ulimit -t %d; exec "$0" "$@"`, int(within.Seconds()))
	c := exec.CommandContext(ctx, "sh", "-c", limits, b.path, "-test.short", "-test.failfast", "-test.run", "^("+tests+")$")
	c.Dir, c.WaitDelay = b.dir, time.Second // a program that the test began may outlive it
	c.Env = append(os.Environ(), fmt.Sprintf("MUTANT=%d", number), "GOTRACEBACK=none", "GOMEMLIMIT=1GiB", "GOGC=400", "GOMAXPROCS=1")
	out, err := c.CombinedOutput()
	if s := c.ProcessState; s != nil {
		takes = s.UserTime() + s.SystemTime()
	}
	return out, takes, err == nil
}

// drawn are the numbers of n mutants, or of all, in these functions or files.
func (b *program) drawn(n int, places string) []int {
	out := rand.New(rand.NewPCG(1, 1)).Perm(len(b.mutants))
	for i := range out {
		out[i]++
	}
	if places != "" {
		among := strings.Split(places, ",")
		out = slices.DeleteFunc(out, func(n int) bool {
			return !slices.Contains(among, b.mutants[n-1].Func) && !slices.Contains(among, b.mutants[n-1].File)
		})
	}
	if n > 0 {
		out = out[:min(n, len(out))]
	}
	return out
}

// run gives each of these mutants to the tests that reach it, the quickest first, until one notices. It says which none noticed.
func (b *program) run(t *testing.T, numbers []int) map[int]bool {
	var (
		mu        sync.Mutex
		work      sync.WaitGroup
		survivors = map[int]bool{}
		next      = make(chan int)
	)
	for range runtime.GOMAXPROCS(0) {
		work.Go(func() {
			for n := range next {
				if !b.notices(t.Context(), n) {
					mu.Lock()
					survivors[n] = true
					mu.Unlock()
					m := b.mutants[n-1]
					t.Logf("nobody notices at %s:%d, in %s, %s", m.File, m.Line, m.Func, m.What)
				}
			}
		})
	}
	for i, n := range numbers {
		next <- n
		if (i+1)%50 == 0 {
			mu.Lock()
			t.Logf("%d of %d are begun, %d of them not noticed", i+1, len(numbers), len(survivors))
			mu.Unlock()
		}
	}
	close(next)
	work.Wait()
	return survivors
}

func (b *program) notices(ctx context.Context, n int) bool {
	for _, r := range b.rounds(n) {
		if _, _, passed := b.play(ctx, n, r.name, 5*time.Second+10*r.takes); !passed {
			return true
		}
	}
	return false
}

// rounds are the tests that reach a mutant, or all of them for 0, the quickest first: as many together as take a tenth of a second, then those that take four times as long, and so on. A process for each would cost more
// than most of them do, and one for all would begin with whichever stands first in its file.
func (b *program) rounds(n int) []test {
	out := []test{}
	for _, x := range b.tests {
		switch last := len(out) - 1; {
		case n > 0 && !x.reaches[n]:
		case last >= 0 && out[last].takes+x.takes <= quick<<(2*last):
			out[last].name, out[last].takes = out[last].name+"|"+x.name, out[last].takes+x.takes
		default:
			out = append(out, test{name: x.name, takes: x.takes})
		}
	}
	return out
}

// A mutant is written for each place, and what a test does not ask for survives it.
func TestWhatNobodyNoticesSurvives(t *testing.T) {
	b := build(t, "internal/mutation/testdata/worked")
	var all []string
	for _, m := range b.mutants {
		all = append(all, m.What)
	}
	if want := []string{"not: return n > 0 && n < 10", "without it in &&: n > 0", "without it in &&: n < 10", ">=: n > 0", "<=: n < 10"}; !slices.Equal(all, want) {
		t.Fatalf("%q, not %q", all, want)
	}
	b.tests = slices.DeleteFunc(b.tests, func(x test) bool { return x.name != "TestLoosely" })
	if survivors := b.run(t, b.drawn(0, "")); !maps.Equal(survivors, map[int]bool{2: true, 3: true, 4: true, 5: true}) {
		t.Errorf("by one number in the middle, these are not noticed: %v", survivors)
	}
}
