package chancery

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// Whoever looks at a snapshot holds a connection to read. If it asks for a second one, enough such readers at once wait for each other for ever. So nothing inside of a snapshot calls a method of the
// chancery that takes one: there is a form that is given the snapshot.
func TestNobodyReadsTwiceAtOnce(t *testing.T) {
	methods := map[string][]*ast.FuncDecl{}
	var bodies []*ast.FuncDecl
	set := eachFunction(t, []string{".", "../premises", "../api"}, func(dir string, fn *ast.FuncDecl) {
		bodies = append(bodies, fn)
		if fn.Recv != nil && dir == "." {
			methods[fn.Name.Name] = append(methods[fn.Name.Name], fn)
		}
	})
	// ours reports whether a call is one of a method of the chancery or one of its parts.
	ours := func(call *ast.CallExpr) string {
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return ""
		}
		switch x := sel.X.(type) {
		case *ast.Ident:
			if x.Name == "c" || x.Name == "h" || x.Name == "k" || x.Name == "l" || x.Name == "x" {
				return sel.Sel.Name
			}
		case *ast.SelectorExpr:
			if x.Sel.Name == "c" {
				return sel.Sel.Name
			}
		}
		return ""
	}
	takes := func(call *ast.CallExpr) bool {
		sel, ok := call.Fun.(*ast.SelectorExpr)
		return ok && (sel.Sel.Name == "Snapshot" || sel.Sel.Name == "View" || sel.Sel.Name == "in" || sel.Sel.Name == "ShortNames" || sel.Sel.Name == "Mechanisms" && strings.HasSuffix(name(sel.X), "ode"))
	}
	reads := map[string]bool{}
	for changed := true; changed; {
		changed = false
		for n, all := range methods {
			for _, m := range all {
				ast.Inspect(m.Body, func(node ast.Node) bool {
					if call, ok := node.(*ast.CallExpr); ok && !reads[n] && (takes(call) || reads[ours(call)]) {
						reads[n], changed = true, true
					}
					return true
				})
			}
		}
	}
	if !reads["Attachments"] || !reads["Mechanism"] || reads["MayConfer"] {
		t.Fatalf("the test does not see which methods read: %v", reads)
	}
	looked := 0
	look := func(inside ast.Node) {
		looked++
		ast.Inspect(inside, func(node ast.Node) bool {
			if again, ok := node.(*ast.CallExpr); ok && (takes(again) || reads[ours(again)]) {
				t.Errorf("%s: %s is called inside of a snapshot and takes another one", set.Position(again.Pos()), again.Fun.(*ast.SelectorExpr).Sel.Name)
			}
			return true
		})
	}
	for _, m := range bodies {
		if holds(m) {
			look(m.Body)
			continue
		}
		ast.Inspect(m.Body, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || !takes(call) {
				return true
			}
			for _, arg := range call.Args {
				inside, ok := arg.(*ast.FuncLit)
				if !ok {
					continue
				}
				look(inside.Body)
			}
			return true
		})
	}
	if looked < 50 {
		t.Errorf("only %d snapshots were looked into", looked)
	}
}

// holds reports whether a function is called inside of a snapshot: it is given one, alone or as what a page is made from.
func holds(fn *ast.FuncDecl) bool {
	lists := []*ast.FieldList{fn.Type.Params}
	if fn.Recv != nil {
		lists = append(lists, fn.Recv)
	}
	for _, list := range lists {
		for _, f := range list.List {
			typ := f.Type
			if p, ok := typ.(*ast.StarExpr); ok {
				typ = p.X
			}
			switch name(typ) {
			case "Snapshot", "From", "packer":
				return true
			}
		}
	}
	return false
}

// eachFunction reads the functions of some packages, without their tests.
func eachFunction(t *testing.T, dirs []string, f func(dir string, fn *ast.FuncDecl)) *token.FileSet {
	t.Helper()
	set := token.NewFileSet()
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(set, file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range parsed.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
					f(dir, fn)
				}
			}
		}
	}
	return set
}

// name is the last word of an expression.
func name(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	case *ast.CallExpr:
		return name(x.Fun)
	}
	return ""
}
