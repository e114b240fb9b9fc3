package entente

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"entente.example/internal/worked"
)

var (
	scenarioID    = regexp.MustCompile(`\ba\d\d\b`)
	scenarioTitle = regexp.MustCompile(`(?m)^(?:await )?test\("(a\d\d): `)
)

// Every acceptance scenario of the worked example is played by a test that says so: a Go test by what is written over it, a test in the browser by its title. No test names a scenario that there is not.
func TestScenariosArePlayed(t *testing.T) {
	ex, err := worked.Load(worked.Report)
	if err != nil {
		t.Fatal(err)
	}
	if len(ex.Scenarios) != 25 {
		t.Fatalf("%d scenarios are in the example, want 25", len(ex.Scenarios))
	}
	played := map[string][]string{}
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == "node_modules":
			return fs.SkipDir
		case strings.HasSuffix(path, "_test.go"):
			return playedInGo(path, played)
		case strings.HasSuffix(path, ".test.mjs"):
			b, err := os.ReadFile(path)
			for _, m := range scenarioTitle.FindAllStringSubmatch(string(b), -1) {
				played[m[1]] = append(played[m[1]], path)
			}
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var known []string
	for _, s := range ex.Scenarios {
		known = append(known, s.ID)
		if len(played[s.ID]) == 0 {
			t.Errorf("no test plays scenario %s", s.ID)
		}
	}
	for id, by := range played {
		if !slices.Contains(known, id) {
			t.Errorf("%v: there is no scenario %s", by, id)
		}
	}
}

// playedInGo adds the tests of a file that say which scenarios they play.
func playedInGo(path string, played map[string][]string) error {
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
	if err != nil {
		return err
	}
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || !strings.HasPrefix(fn.Name.Name, "Test") || !strings.Contains(strings.ToLower(fn.Doc.Text()), "scenario") {
			continue
		}
		for _, id := range scenarioID.FindAllString(fn.Doc.Text(), -1) {
			played[id] = append(played[id], path+" "+fn.Name.Name)
		}
	}
	return nil
}
