package cli

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"helm-runnertrust/trust"
)

// A source is a file of the program.
type source struct {
	*ast.File
	positions *token.FileSet
}

// place is the line of a node, as compilers have it.
func (s source) place(node ast.Node) string {
	at := s.positions.Position(node.Pos())
	return fmt.Sprintf("%s:%d", at.Filename, at.Line)
}

// parsed are the files of a package, without its tests and its hints.
func parsed(t *testing.T, folder string) (files []source) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(filepath.Base(path), "hints") {
			continue
		}
		positions := token.NewFileSet()
		file, err := parser.ParseFile(positions, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, source{file, positions})
	}
	return files
}

// A function is one of the program's, with the texts that its names can have.
type function struct {
	ast.Node
	name  string
	texts map[string][]ast.Expr // what is assigned to a name in it
}

// functionsIn are the functions of a file; what stands outside of them is one without a name.
func functionsIn(file *ast.File) (all []function) {
	for _, declaration := range file.Decls {
		f := function{Node: declaration, texts: map[string][]ast.Expr{}}
		if declared, isFunction := declaration.(*ast.FuncDecl); isFunction {
			f.name = declared.Name.Name
		}
		ast.Inspect(declaration, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.AssignStmt:
				f.assign(node.Lhs, node.Rhs)
			case *ast.ValueSpec:
				for i, value := range node.Values {
					f.texts[node.Names[i].Name] = append(f.texts[node.Names[i].Name], value)
				}
			}
			return true
		})
		all = append(all, f)
	}
	return all
}

func (f function) assign(to, from []ast.Expr) {
	for i, one := range to {
		if name, isName := one.(*ast.Ident); isName && len(to) == len(from) {
			f.texts[name.Name] = append(f.texts[name.Name], from[i])
		}
	}
}

// said are the texts of a node, and of the variables in it.
func (f function) said(node ast.Node) []string {
	texts := textsIn(node)
	seen := map[string]bool{}
	var follow func(ast.Node)
	follow = func(node ast.Node) {
		for _, name := range namesIn(node) {
			if !seen[name] {
				seen[name] = true
				for _, assigned := range f.texts[name] {
					texts = append(texts, textsIn(assigned)...)
					follow(assigned)
				}
			}
		}
	}
	follow(node)
	return texts
}

// namesIn are the names of variables in a node, not those of fields and methods.
func namesIn(node ast.Node) (names []string) {
	ast.Inspect(node, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.SelectorExpr:
			return false
		case *ast.KeyValueExpr:
			names = append(names, namesIn(node.Value)...)
			return false
		case *ast.Ident:
			names = append(names, node.Name)
		}
		return true
	})
	return names
}

// A gift is where a function gives a code to a text.
type gift struct {
	code trust.Code
	by   ast.Node // the call, the literal or the statement that has both
}

// gifts are what a function gives the codes of the givers to; comparisons with a code give nothing.
func (f function) gifts(givers map[string]trust.Code) (all []gift) {
	var within []ast.Node
	ast.Inspect(f.Node, func(node ast.Node) bool {
		if node == nil {
			within = within[:len(within)-1]
			return true
		}
		if name, isName := node.(*ast.Ident); isName {
			if code, found := givers[name.Name]; found {
				if by := giving(name, within); by != nil {
					all = append(all, gift{code, by})
				}
			}
		}
		within = append(within, node)
		return true
	})
	return all
}

// giving is the innermost node around a code that can have a text too; nil where the code is
// compared.
func giving(name *ast.Ident, within []ast.Node) ast.Node {
	inner := ast.Node(name)
	for _, node := range slices.Backward(within) {
		switch node := node.(type) {
		case *ast.FuncDecl, *ast.BlockStmt, *ast.ValueSpec:
			return nil
		case *ast.BinaryExpr:
			if node.Op == token.EQL || node.Op == token.NEQ {
				return nil
			}
		case *ast.CaseClause:
			if slices.ContainsFunc(node.List, func(e ast.Expr) bool { return e == inner }) {
				return nil
			}
		case *ast.CallExpr, *ast.CompositeLit, *ast.AssignStmt, *ast.ReturnStmt:
			return node
		}
		inner = node
	}
	return nil
}

// own are the nodes with the texts of a function's own errors and warnings.
func (f function) own() (all []ast.Node) {
	ast.Inspect(f.Node, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.CompositeLit:
			if name, isName := node.Type.(*ast.Ident); !isName || name.Name != "hinted" || field(node, "code") != nil {
				return true
			}
			if what := field(node, "what"); what != nil {
				all = append(all, what)
			}
		case *ast.CallExpr:
			called, isSelector := node.Fun.(*ast.SelectorExpr)
			if !isSelector || len(node.Args) == 0 {
				return true
			}
			kind, _ := textOf(node.Args[0])
			switch name := called.Sel.Name; {
			case name == "Errorf", name == "New" && namesIn(called.X)[0] == "errors":
				all = append(all, node.Args[0])
			case name == "message" && kind == "warning":
				all = append(all, node.Args[1])
			}
		}
		return true
	})
	return all
}

// field is a field's value in a literal; nil where it is not given.
func field(literal *ast.CompositeLit, name string) ast.Node {
	for _, element := range literal.Elts {
		if pair, isPair := element.(*ast.KeyValueExpr); isPair && namesIn(pair.Key)[0] == name {
			return pair.Value
		}
	}
	return nil
}

// textsIn are the texts in a node; those that are put together are one, with %v for the rest.
func textsIn(node ast.Node) (texts []string) {
	ast.Inspect(node, func(node ast.Node) bool {
		expression, ok := node.(ast.Expr)
		if !ok {
			return true
		}
		text, isText := textOf(expression)
		if isText {
			texts = append(texts, text)
		}
		return !isText
	})
	return texts
}

// textOf is a text, or a sum with one; it reports whether the expression is either.
func textOf(expression ast.Expr) (text string, isText bool) {
	switch expression := expression.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(expression.Value); err == nil && expression.Kind == token.STRING {
			return text, true
		}
	case *ast.BinaryExpr:
		left, isLeft := textOf(expression.X)
		right, isRight := textOf(expression.Y)
		if expression.Op == token.ADD && (isLeft || isRight) {
			return left + right, true
		}
	}
	return "%v", false
}
