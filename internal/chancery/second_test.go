package chancery

import (
	"go/ast"
	"strings"
	"testing"
)

// The two-person rule is asked in one place, and every act of a member passes it: nothing else in the program hands a member's act to the node. A node writes by itself only what no member decides.
func TestEveryActOfAMemberPassesTheTwoPersonRule(t *testing.T) {
	found := map[string]int{}
	eachFunction(t, []string{".", "../premises", "../api", "../web", "../../cmd/entente"}, func(dir string, fn *ast.FuncDecl) {
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			switch {
			case sel.Sel.Name == "Do" && strings.HasSuffix(name(sel.X), "node") && len(call.Args) > 2:
				found[writes(call.Args[2])+" "+fn.Name.Name]++
			case sel.Sel.Name == "write" && dir == "." && name(sel.X) == "c":
				found["write "+fn.Name.Name]++
			}
			return true
		})
	})
	want := map[string]int{
		"member write":    1,
		"write Act":       1, // asks whether a second member is needed
		"write TakeTerms": 1, // asks it of each matter
		"write second":    1, // has one
		"node sayKept":    1,
		"node lookAt":     1,
	}
	for road, n := range found {
		if want[road] != n {
			t.Errorf("%s: %d times: an act can leave without the second member whom the operator demands", road, n)
		}
		delete(want, road)
	}
	for road := range want {
		t.Errorf("%s is not there any more: this test looks at nothing", road)
	}
}

// writes says in whose name an act is written.
func writes(actor ast.Expr) string {
	if name(actor) == "Node" {
		return "node"
	}
	return "member"
}
