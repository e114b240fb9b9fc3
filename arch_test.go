package entente

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "entente.example"

// row is one line of the map in ARCHITECTURE.md.
type row struct {
	ring  int
	pure  bool
	below bool // may import anything below
	may   []string
}

func theMap(t *testing.T) map[string]row {
	t.Helper()
	b, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (\\d) \\| (pure)? ?\\| [^|]+ \\| ?([^|]*)\\|$")
	rows := map[string]row{}
	for _, m := range line.FindAllStringSubmatch(string(b), -1) {
		ring, _ := strconv.Atoi(m[2])
		r := row{ring: ring, pure: m[3] == "pure", below: strings.TrimSpace(m[4]) == "anything below"}
		if !r.below {
			r.may = strings.Fields(m[4])
		}
		rows[m[1]] = r
	}
	if len(rows) < 30 {
		t.Fatalf("only %d rows read from the map: the table or this test is broken", len(rows))
	}
	return rows
}

// pkg is what the go command says of a package.
type pkg struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p pkg
		if err := d.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if p.ImportPath != module { // the root holds only this test
			all = append(all, p)
		}
	}
	return all
}

func inside(path string) (string, bool) { return strings.CutPrefix(path, module+"/") }

func TestImportsFollowTheMap(t *testing.T) {
	rows := theMap(t)
	seen := map[string]bool{}
	for _, p := range packages(t) {
		name, _ := inside(p.ImportPath)
		seen[name] = true
		r, ok := rows[name]
		if !ok {
			t.Errorf("%s has no row in ARCHITECTURE.md", name)
			continue
		}
		for _, imp := range p.Imports {
			to, ours := inside(imp)
			if !ours {
				continue
			}
			if rows[to].ring > r.ring {
				t.Errorf("%s (ring %d) imports %s (ring %d): imports go down", name, r.ring, to, rows[to].ring)
			}
			if !r.below && !slices.Contains(r.may, to) {
				t.Errorf("%s imports %s, which its row does not list", name, to)
			}
		}
	}
	for name := range rows {
		if !seen[name] {
			t.Errorf("the row of %s has no package", name)
		}
	}
}

// effects are the standard packages through which a program touches the world.
var effects = []string{"os", "net", "net/http", "syscall", "os/exec", "math/rand", "math/rand/v2", "crypto/rand", "database/sql", "log", "log/slog", "sync", "io/ioutil", "time/tzdata", "unsafe", "runtime"}

// allowedEffects are exceptions, each with its reason.
var allowedEffects = map[string]string{
	"internal/charter net": "net.SplitHostPort only reads a string",
	"internal/locale sync": "the catalogue is read once",
	"lang sync":            "a tag's script is remembered, and is the same each time",
	"internal/mailbox net": "net.SplitHostPort only reads a string",
}

func TestPurePackagesArePure(t *testing.T) {
	rows := theMap(t)
	checked := 0
	for _, p := range packages(t) {
		name, _ := inside(p.ImportPath)
		if !rows[name].pure {
			continue
		}
		checked++
		for _, imp := range p.Imports {
			if slices.Contains(effects, imp) && allowedEffects[name+" "+imp] == "" {
				t.Errorf("%s is pure and imports %s", name, imp)
			}
		}
		for _, f := range sources(t, name) {
			ast.Inspect(f.tree, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker"}, s.Sel.Name) {
						t.Errorf("%s asks the clock: time.%s", f.path, s.Sel.Name)
					}
				}
				if _, ok := n.(*ast.GoStmt); ok {
					t.Errorf("%s starts a goroutine in a pure package", f.path)
				}
				return true
			})
		}
	}
	if checked < 10 {
		t.Fatalf("only %d pure packages checked", checked)
	}
}

// roads are the ways from a package to others of this module.
type roads map[string][]string

func imports(t *testing.T) roads {
	r := roads{}
	for _, p := range packages(t) {
		name, _ := inside(p.ImportPath)
		for _, imp := range p.Imports {
			if to, ours := inside(imp); ours {
				r[name] = append(r[name], to)
			}
		}
	}
	return r
}

// way is how one package reaches another, or nil.
func (r roads) way(from, to string) []string {
	seen := map[string]bool{}
	var walk func(string) []string
	walk = func(at string) []string {
		seen[at] = true
		for _, next := range r[at] {
			if next == to {
				return []string{at, to}
			}
			if !seen[next] {
				if rest := walk(next); rest != nil {
					return append([]string{at}, rest...)
				}
			}
		}
		return nil
	}
	return walk(from)
}

// closed demands that there is no way from any of some packages to any of others.
func (r roads) closed(t *testing.T, why string, from, to []string) {
	t.Helper()
	for _, f := range from {
		if r[f] == nil {
			t.Fatalf("%s is not there: this test looks at nothing", f)
		}
		for _, w := range to {
			if way := r.way(f, w); way != nil {
				t.Errorf("%s: %s", why, strings.Join(way, " → "))
			}
		}
	}
}

func TestPrivateStoreIsOutOfReach(t *testing.T) {
	imports(t).closed(t, "the private store can be reached", []string{"internal/record", "internal/link", "internal/carrier/direct", "internal/node", "proof"}, []string{"internal/staff"})
}

// What is off the record cannot come onto it, into what is proved or exported, or into a backup: none of these has a way to it. Nor has it one to them.
func TestAsideIsOutOfReach(t *testing.T) {
	r := imports(t)
	r.closed(t, "papers off the record can be reached", []string{"internal/record", "internal/link", "internal/parcel", "internal/node", "internal/store/sqlite", "internal/chancery", "internal/view", "proof"}, []string{"internal/aside"})
	r.closed(t, "papers off the record reach the record", []string{"internal/aside"}, []string{"entry", "ledger", "seal", "proof", "internal/store", "internal/node", "internal/chancery", "internal/parcel"})
}

// What our side says to itself has no way out: what folds, carries, proves, packs, exports or publishes does not know of it, nor does it know of them.
func TestBackroomIsOutOfReach(t *testing.T) {
	r := imports(t)
	r.closed(t, "what is ours alone can be reached", []string{"internal/record", "internal/link", "internal/parcel", "internal/porter", "internal/carrier/direct", "internal/carrier/relay", "internal/goodoffices", "internal/node", "internal/store/sqlite",
		"internal/strongroom", "internal/chancery", "internal/view", "internal/index", "internal/press", "internal/pressroom", "internal/replies", "internal/aside", "proof"}, []string{"internal/backroom"})
	r.closed(t, "what is ours alone reaches out", []string{"internal/backroom"}, []string{"entry", "ledger", "seal", "proof", "internal/store", "internal/node", "internal/chancery", "internal/parcel", "internal/link", "internal/press"})
}

// What a party declares about the situation can be read by who shows it, and by nothing that decides, carries, signs or keeps.
func TestNothingDependsOnTheSituation(t *testing.T) {
	imports(t).closed(t, "something depends on the situation board", []string{"ledger", "seal", "proof", "internal/adoption", "internal/charter", "internal/document", "internal/founding", "internal/line",
		"internal/meeting", "internal/party", "internal/text", "internal/link", "internal/carrier/direct", "internal/keys", "internal/marks", "internal/store/sqlite"}, []string{"internal/situation"})
}

// The public site has no code that could find anything private: it is handed what is public. Nor does what is on the record, or what carries it, know what readers wrote.
func TestPressKnowsOnlyWhatIsPublic(t *testing.T) {
	r := imports(t)
	r.closed(t, "the public site can reach what is private", []string{"internal/press", "internal/pressroom"},
		[]string{"internal/staff", "internal/cabinet", "internal/replies", "internal/subscribers", "internal/aside", "internal/store", "internal/store/sqlite", "internal/strongroom", "internal/node", "internal/record", "internal/text", "internal/charter",
			"internal/keys", "internal/chancery", "internal/view", "internal/web", "internal/config", "internal/premises"})
	r.closed(t, "readers' letters can be reached", []string{"internal/record", "internal/link", "internal/node", "internal/chancery", "internal/parcel", "internal/view", "proof"}, []string{"internal/replies", "internal/subscribers"})
}

// Who keeps mail for others has no code that knows what it is about.
// SPEC guest-one-matter.
func TestGuestsReachOneMatter(t *testing.T) {
	r := imports(t)
	r.closed(t, "guests can reach more than the one matter that they are shown", []string{"internal/guesttable", "internal/showing"},
		[]string{"internal/staff", "internal/cabinet", "internal/backroom", "internal/aside", "internal/store", "internal/store/sqlite", "internal/strongroom", "internal/node", "internal/record", "internal/index",
			"internal/chancery", "internal/view", "internal/web", "internal/api", "internal/config", "internal/premises", "internal/keys", "internal/link"})
}

func TestGoodOfficesKnowNothing(t *testing.T) {
	imports(t).closed(t, "good offices know too much", []string{"internal/goodoffices"},
		[]string{"internal/charter", "internal/record", "internal/text", "internal/link", "internal/node", "internal/chancery", "internal/store", "internal/staff", "internal/carrier/relay"})
}

type source struct {
	path string
	tree *ast.File
	set  *token.FileSet
}

// sources parses the Go files of a package's folder, tests excluded; "" is the whole module.
func sources(t *testing.T, dir string) []source {
	t.Helper()
	var out []source
	err := filepath.WalkDir("./"+dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if dir != "" && path != filepath.Clean(dir) || d.Name() == "testdata" || d.Name() == "tools" || d.Name() == ".git" {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		out = append(out, source{path, f, set})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSizes(t *testing.T) {
	const longestFile, longestFunc, mostFiles = 600, 80, 400
	var over, all int
	for _, f := range sources(t, "") {
		all++
		lines := f.set.File(f.tree.Pos()).LineCount()
		if lines > longestFile {
			t.Errorf("%s has %d lines; a file is a room one can see across (%d)", f.path, lines, longestFile)
		}
		if lines > mostFiles {
			over++
		}
		for _, d := range f.tree.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				if n := f.set.Position(fn.End()).Line - f.set.Position(fn.Pos()).Line; n > longestFunc {
					t.Errorf("%s: %s has %d lines (at most %d)", f.path, fn.Name.Name, n, longestFunc)
				}
			}
		}
	}
	if all < 50 {
		t.Fatalf("only %d files found", all)
	}
	if over*10 > all {
		t.Errorf("%d of %d files have over %d lines; nine in ten have fewer", over, all, mostFiles)
	}
}

func TestForbiddenRooms(t *testing.T) {
	for _, p := range packages(t) {
		for _, part := range strings.Split(p.ImportPath, "/") {
			if slices.Contains([]string{"util", "utils", "common", "helpers", "models", "types", "base", "pkg", "misc"}, part) {
				t.Errorf("%s: a room is named for what it holds", p.ImportPath)
			}
		}
	}
}

// TestProtocolAnchors ties docs/protocol.md to the tests: each anchor is named by one, and none is named that does not exist.
func TestProtocolAnchors(t *testing.T) {
	doc, err := os.ReadFile("docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	anchors := map[string]bool{}
	for _, m := range regexp.MustCompile(`\[([a-z0-9]+(?:-[a-z0-9]+)+|adopted)\]`).FindAllStringSubmatch(string(doc), -1) {
		anchors[m[1]] = false
	}
	if len(anchors) < 20 {
		t.Fatalf("only %d anchors found in the protocol", len(anchors))
	}
	spec := regexp.MustCompile(`SPEC ([a-z0-9, -]+)`)
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || path == "arch_test.go" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range spec.FindAllStringSubmatch(string(b), -1) {
			for _, name := range strings.Split(m[1], ",") {
				name = strings.TrimSpace(name)
				if _, ok := anchors[name]; !ok {
					t.Errorf("%s names SPEC %q, which docs/protocol.md does not have", path, name)
					continue
				}
				if strings.HasSuffix(path, "_test.go") {
					anchors[name] = true
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, tested := range anchors {
		if !tested {
			t.Errorf("docs/protocol.md [%s]: no test names it", name)
		}
	}
}

// Who wants to know what is fuzzed reads docs/assurance.md: every target stands there once, and nothing else does.
func TestFuzzTargetsAreListed(t *testing.T) {
	doc, err := os.ReadFile("docs/assurance.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(doc), "## Fuzz targets\n")
	list, _, _ = strings.Cut(list, "\n## ")
	listed := map[string]int{}
	for _, m := range regexp.MustCompile("`([a-z/]+\\.Fuzz[A-Za-z]+)`").FindAllStringSubmatch(list, -1) {
		listed[m[1]]++
	}
	there := fuzzTargets(t)
	for name := range there {
		if listed[name] != 1 {
			t.Errorf("%s is listed %d times", name, listed[name])
		}
	}
	if len(there) != len(listed) {
		t.Errorf("%d targets, %d are listed", len(there), len(listed))
	}
}

// Each of the kinds of input that were named at the beginning has a target, which is there.
func TestEveryKindOfInputHasATarget(t *testing.T) {
	doc, err := os.ReadFile("docs/assurance.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(doc), "## Each kind of input and its targets\n")
	list, _, _ = strings.Cut(list, "\n## ")
	there, kinds := fuzzTargets(t), 0
	for line := range strings.Lines(list) {
		cell := strings.Split(strings.TrimSpace(line), " | ")
		if len(cell) != 2 || cell[0] == "| kind" {
			continue
		}
		kinds++
		names := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(cell[1], -1)
		for _, m := range names {
			if !there[m[1]] {
				t.Errorf("%s has the target %s, which is not there", cell[0], m[1])
			}
		}
		if len(names) == 0 {
			t.Errorf("%s has no target", cell[0])
		}
	}
	if kinds != 44 {
		t.Errorf("%d kinds of input, not 44", kinds)
	}
}

// fuzzTargets are those that there are, as "folder.FuzzName".
func fuzzTargets(t *testing.T) map[string]bool {
	t.Helper()
	target, out := regexp.MustCompile(`(?m)^func (Fuzz\w+)\(f \*testing\.F\)`), map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range target.FindAllStringSubmatch(string(b), -1) {
			out[filepath.ToSlash(filepath.Dir(path))+"."+m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
