// Package mutation breaks single places of our own packages, and asks their tests whether they notice. Tests only.
//
// All mutants of a package are in one program, as in internal/sim: each is written into the text beside what it breaks, and a variable of the environment says which of them runs.
package mutation

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// Mutant is one place and what is done to it.
type Mutant struct {
	File, Func string
	Line       int
	What       string // in words and source text, for people and for the list of equivalents
}

// Helper goes into the mutated package. What goes round and round in a broken place is ended: no test of ours comes to one so often.
const Helper = `package %s

import (
	"os"
	"strconv"
)

var (
	mutantNumber, _ = strconv.Atoi(os.Getenv("MUTANT"))
	mutantHits      int
	mutantsReached  [%d]bool
)

func mutant(n int) bool {
	if n != mutantNumber {
		if mutantNumber < 0 {
			mutantsReached[n] = true
		}
		return false
	}
	if mutantHits++; mutantHits > 20_000_000 {
		os.Exit(3)
	}
	return true
}

func mutantOr[T any](n int, is, other T) T {
	if mutant(n) {
		return other
	}
	return is
}
`

// insertion is text that is put in at an offset. Nothing of the source is taken out, so that insertions nest as the source does.
type insertion struct {
	at   int
	end  bool // it closes what another one opened
	nth  int
	text string
}

// mutator writes mutants into one file of a package.
type mutator struct {
	fset    *token.FileSet
	info    *types.Info
	pkg     *types.Package
	src     string
	file    string
	in      string // the function
	results *types.Tuple
	first   int // number of the first mutant
	mutants []Mutant
	puts    []insertion
}

func (m *mutator) offset(p token.Pos) int { return m.fset.Position(p).Offset }

func (m *mutator) text(n ast.Node) string { return m.src[m.offset(n.Pos()):m.offset(n.End())] }

// wrap makes a mutant of a node; open and shut are put around it, and have its number for $.
func (m *mutator) wrap(n ast.Node, what, open, shut string) {
	number := fmt.Sprint(m.first + len(m.mutants))
	m.mutants = append(m.mutants, Mutant{m.file, m.in, m.fset.Position(n.Pos()).Line, what})
	m.puts = append(m.puts,
		insertion{m.offset(n.Pos()), false, len(m.puts), strings.ReplaceAll(open, "$", number)},
		insertion{m.offset(n.End()), true, len(m.puts), strings.ReplaceAll(shut, "$", number)})
}

// mutated is the text with all that was put in: what ends at an offset before what begins there, and of two ends the inner one's first.
func (m *mutator) mutated() string {
	slices.SortFunc(m.puts, func(x, y insertion) int {
		switch {
		case x.at != y.at:
			return cmp.Compare(x.at, y.at)
		case x.end != y.end && x.end:
			return -1
		case x.end != y.end:
			return 1
		case x.end:
			return cmp.Compare(y.nth, x.nth)
		}
		return cmp.Compare(x.nth, y.nth)
	})
	var b strings.Builder
	from := 0
	for _, p := range m.puts {
		b.WriteString(m.src[from:p.at] + p.text)
		from = p.at
	}
	return b.String() + m.src[from:]
}

// Mutate is the text of a file with all its mutants in it, numbered from first.
func Mutate(fset *token.FileSet, f *ast.File, info *types.Info, pkg *types.Package, name, src string, first int) (string, []Mutant) {
	m := &mutator{fset: fset, info: info, pkg: pkg, src: src, file: name, first: first}
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			m.in = d.Name.Name
			if d.Body != nil {
				m.function(d.Body, info.Defs[d.Name].Type().(*types.Signature))
			}
		case *ast.GenDecl:
			if d.Tok == token.VAR {
				m.in = "var"
				ast.Inspect(d, m.visit)
			}
		}
	}
	return m.mutated(), m.mutants
}

func (m *mutator) function(body *ast.BlockStmt, s *types.Signature) {
	outer := m.results
	m.results = s.Results()
	ast.Inspect(body, m.visit)
	m.results = outer
}

func (m *mutator) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.FuncLit:
		m.function(n.Body, m.info.TypeOf(n).(*types.Signature))
		return false
	case *ast.BlockStmt:
		m.statements(n.List)
	case *ast.CaseClause:
		m.statements(n.Body)
	case *ast.SwitchStmt:
		if n.Tag == nil {
			for _, c := range n.Body.List {
				for _, e := range c.(*ast.CaseClause).List {
					m.condition(e)
				}
			}
		}
	case *ast.IfStmt:
		m.condition(n.Cond)
	case *ast.ForStmt:
		if n.Cond != nil {
			m.wrap(n.Cond, "never: for "+m.text(n.Cond), "(!mutant($) && (", "))")
		}
	case *ast.BinaryExpr:
		m.binary(n)
	}
	return true
}

// condition is always met, or never.
func (m *mutator) condition(e ast.Expr) {
	m.wrap(e, "always: "+m.text(e), "(mutant($) || (", "))")
	m.wrap(e, "never: "+m.text(e), "(!mutant($) && (", "))")
}

var (
	boundaries = map[token.Token]string{token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">"}
	arithmetic = map[token.Token]string{token.ADD: "-", token.SUB: "+", token.MUL: "+", token.QUO: "*", token.REM: "*", token.SHL: ">>", token.SHR: "<<", token.AND: "|", token.OR: "&", token.XOR: "&", token.AND_NOT: "&"}
)

func (m *mutator) binary(e *ast.BinaryExpr) {
	at := m.info.Types[e]
	if at.Value != nil {
		return // computed by the compiler
	}
	a, b := m.text(e.X), m.text(e.Y)
	if op, ok := boundaries[e.Op]; ok {
		m.wrap(e, fmt.Sprintf("%s: %s", op, m.text(e)), "(!mutant($) && (", fmt.Sprintf(") || mutant($) && (%s %s %s))", a, op, b))
	}
	switch e.Op {
	case token.LAND:
		m.wrap(e.X, fmt.Sprintf("without it in &&: %s", a), "(mutant($) || (", "))")
		m.wrap(e.Y, fmt.Sprintf("without it in &&: %s", b), "(mutant($) || (", "))")
	case token.LOR:
		m.wrap(e.X, fmt.Sprintf("without it in ||: %s", a), "(!mutant($) && (", "))")
		m.wrap(e.Y, fmt.Sprintf("without it in ||: %s", b), "(!mutant($) && (", "))")
	}
	basic, ok := at.Type.Underlying().(*types.Basic)
	if op, known := arithmetic[e.Op]; known && ok && basic.Info()&types.IsInteger != 0 {
		m.wrap(e, fmt.Sprintf("%s: %s", op, m.text(e)), fmt.Sprintf("mutantOr[%s]($, ", m.typeName(at.Type)), fmt.Sprintf(", (%s) %s (%s))", a, op, b))
	}
}

func (m *mutator) typeName(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == m.pkg {
			return ""
		}
		return p.Name()
	})
}

// statements are left out one by one, and what returns something returns nothing.
func (m *mutator) statements(list []ast.Stmt) {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.ExprStmt, *ast.IncDecStmt, *ast.DeferStmt:
			m.leaveOut(s)
		case *ast.BranchStmt:
			if s.Tok == token.BREAK || s.Tok == token.CONTINUE {
				m.leaveOut(s)
			}
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE && m.text(s.Lhs[0]) != "_" {
				m.leaveOut(s)
			}
		case *ast.ReturnStmt:
			m.returns(s)
		}
	}
}

func (m *mutator) leaveOut(s ast.Stmt) {
	m.wrap(s, "left out: "+m.text(s), "if !mutant($) { ", " }")
}

func (m *mutator) returns(s *ast.ReturnStmt) {
	if len(s.Results) == 0 || m.results.Len() == 0 {
		return
	}
	if len(s.Results) == 1 && m.results.Len() == 1 {
		if b, ok := m.results.At(0).Type().Underlying().(*types.Basic); ok && b.Info()&types.IsBoolean != 0 {
			e := s.Results[0]
			m.wrap(e, "not: return "+m.text(e), "((", ") != mutant($))")
			return
		}
	}
	if !slices.ContainsFunc(s.Results, func(e ast.Expr) bool { return !m.nothing(e) }) {
		return
	}
	var zero []string
	for i := range m.results.Len() {
		zero = append(zero, fmt.Sprintf("*new(%s)", m.typeName(m.results.At(i).Type())))
	}
	m.wrap(s, "nothing: "+m.text(s), fmt.Sprintf("if mutant($) { return %s }; ", strings.Join(zero, ", ")), "")
}

// nothing reports whether an expression is its type's zero.
func (m *mutator) nothing(e ast.Expr) bool {
	switch t := m.text(e); {
	case t == "nil" || t == "0" || t == "false" || t == `""`:
		return true
	default:
		return strings.HasSuffix(t, "{}") && !strings.HasPrefix(t, "&") && !strings.HasPrefix(t, "[]") && !strings.HasPrefix(t, "map")
	}
}
