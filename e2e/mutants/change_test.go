package mutants

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// mutant is one change of a file. The compiled tests hold all of them, and make the one whose number
// is in the environment.
type mutant struct {
	room, at, change string
}

// source is a file into which mutants are written.
type source struct {
	room, path string
	text       string
	fset       *token.FileSet
	mutants    *[]mutant
	inserted   []insertion
}

// insertion is a text that goes in at an offset. A suffix belongs before those of the nodes around it.
type insertion struct {
	offset int
	text   string
	suffix bool
}

// mutate returns the file with every mutant of it, switched off, and appends them to mutants.
func mutate(room, path, text string, mutants *[]mutant) (string, error) {
	s := &source{room: room, path: path, text: text, fset: token.NewFileSet(), mutants: mutants}
	file, err := parser.ParseFile(s.fset, path, text, 0)
	if err != nil {
		return "", err
	}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Body != nil {
			s.function(f.Type, f.Body)
		}
	}
	slices.Reverse(s.inserted) // so that among suffixes at one offset the inner comes first
	slices.SortStableFunc(s.inserted, func(a, b insertion) int { return cmp.Compare(a.offset, b.offset) })
	var out strings.Builder
	last := 0
	for i := 0; i < len(s.inserted); {
		at := s.inserted[i].offset
		out.WriteString(text[last:at])
		last = at
		var prefixes []string
		for ; i < len(s.inserted) && s.inserted[i].offset == at; i++ {
			if s.inserted[i].suffix {
				out.WriteString(s.inserted[i].text)
			} else {
				prefixes = append([]string{s.inserted[i].text}, prefixes...)
			}
		}
		out.WriteString(strings.Join(prefixes, ""))
	}
	return out.String() + text[last:], nil
}

func (s *source) function(t *ast.FuncType, body *ast.BlockStmt) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			s.function(n.Type, n.Body)
			return false
		case *ast.BlockStmt:
			s.drop(n.List)
		case *ast.CaseClause:
			s.drop(n.Body)
		case *ast.IfStmt:
			s.negate(n.Cond)
		case *ast.BinaryExpr:
			s.binary(n)
		case *ast.ReturnStmt:
			s.result(t, n)
		case *ast.GenDecl:
			return n.Tok != token.CONST
		}
		return true
	})
}

func (s *source) of(n ast.Node) string {
	return s.text[s.fset.Position(n.Pos()).Offset:s.fset.Position(n.End()).Offset]
}

// hole is where a text has the number of its mutant.
const hole = "\x00"

// add writes a mutant around a node.
func (s *source) add(n ast.Node, change, prefix, suffix string) {
	number := fmt.Sprint(len(*s.mutants))
	s.inserted = append(s.inserted,
		insertion{s.fset.Position(n.Pos()).Offset, strings.ReplaceAll(prefix, hole, number), false},
		insertion{s.fset.Position(n.End()).Offset, suffix, true})
	at := fmt.Sprintf("%s:%d", s.path, s.fset.Position(n.Pos()).Line)
	*s.mutants = append(*s.mutants, mutant{s.room, at, strings.Join(strings.Fields(change), " ")})
}

// replace makes the condition n another one.
func (s *source) replace(n ast.Expr, by string) {
	s.add(n, s.of(n)+" becomes "+by, "(mutant("+hole+") && ("+by+") || !mutant("+hole+") && (", "))")
}

// negate negates a condition that is neither a comparison nor made of two conditions.
func (s *source) negate(n ast.Expr) {
	if _, ok := ast.Unparen(n).(*ast.BinaryExpr); !ok {
		s.replace(n, "!("+s.of(n)+")")
	}
}

var others = map[token.Token][]string{
	token.EQL: {"!="}, token.NEQ: {"=="},
	token.LSS: {">=", "<="}, token.GEQ: {"<", ">"}, token.GTR: {"<=", ">="}, token.LEQ: {">", "<"},
	token.LAND: {"||"}, token.LOR: {"&&"},
}

func (s *source) binary(n *ast.BinaryExpr) {
	for _, other := range others[n.Op] {
		s.replace(n, s.of(n.X)+" "+other+" "+s.of(n.Y))
	}
	if n.Op == token.LAND || n.Op == token.LOR {
		s.negate(n.X)
		s.negate(n.Y)
	}
	if lit, ok := n.Y.(*ast.BasicLit); ok && lit.Kind == token.INT && !isConstant(n.X) && (n.Op == token.ADD || n.Op == token.SUB) {
		by := s.of(n.X) + map[token.Token]string{token.ADD: " - ", token.SUB: " + "}[n.Op] + lit.Value
		s.add(n, s.of(n)+" becomes "+by, "mutantOf("+hole+", "+by+", ", ")")
	}
}

// isConstant reports whether n looks like a constant of a package, whose type depends on its use.
func isConstant(n ast.Expr) bool {
	x, ok := n.(*ast.SelectorExpr)
	return ok && strings.HasPrefix(x.Sel.Name, "Max")
}

// drop leaves out calls, assignments, continue and break.
func (s *source) drop(list []ast.Stmt) {
	for _, n := range list {
		switch n := n.(type) {
		case *ast.ExprStmt, *ast.IncDecStmt, *ast.BranchStmt, *ast.DeferStmt:
			if strings.HasPrefix(s.of(n), "panic(") || s.of(n) == "fallthrough" {
				continue
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				continue
			}
		default:
			continue
		}
		s.add(n, "without "+s.of(n), "if !mutant("+hole+") { ", " }")
	}
}

// result makes the last result of a return empty: no error, false for true, no text, nothing.
func (s *source) result(t *ast.FuncType, n *ast.ReturnStmt) {
	if len(n.Results) == 0 || len(n.Results) != t.Results.NumFields() {
		return
	}
	last := n.Results[len(n.Results)-1]
	var by string
	switch result := t.Results.List[len(t.Results.List)-1].Type.(type) {
	case *ast.Ident:
		by = map[string]string{"error": "nil", "string": `""`, "int": "0", "bool": "!(" + s.of(last) + ")"}[result.Name]
	case *ast.StarExpr, *ast.ArrayType, *ast.MapType, *ast.FuncType:
		by = "nil"
	}
	if _, ok := ast.Unparen(last).(*ast.BinaryExpr); by == "" || by == s.of(last) || ok && by != "nil" {
		return
	}
	results := s.text[s.fset.Position(n.Pos()).Offset:s.fset.Position(last.Pos()).Offset] + by
	s.add(n, s.of(n)+" becomes "+results, "if mutant("+hole+") { "+results+" }; ", "")
}
