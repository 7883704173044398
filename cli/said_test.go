package cli

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"helm-runnertrust/trust"
)

// messagesByCode are what the program says with each code: the formats in the functions that give
// it, and what came of runs.
func messagesByCode(t *testing.T) map[trust.Code][]string {
	t.Helper()
	said := map[trust.Code][]string{}
	// Functions that give a code to what they are handed.
	givers := map[string]trust.Code{"doubt": trust.CodeUndecided, "asDoubt": trust.CodeStrictGit}
	var files []*ast.File
	for _, folder := range append(slices.Clone(codePackages), ".") {
		for _, file := range parsed(t, folder) {
			files = append(files, file)
			for name, about := range codeConstants(t, file) {
				givers[name], said[about] = about, nil
			}
		}
	}
	for _, file := range files {
		for _, declaration := range file.Decls {
			texts := textsIn(declaration)
			for _, about := range given(declaration, givers) {
				said[about] = append(said[about], texts...)
			}
			if file.Name.Name == "cli" {
				said[codeCommand] = append(said[codeCommand], texts...)
			}
		}
	}
	for _, one := range append(failures(t), judged(t)...) {
		if _, known := said[one.Code]; known {
			said[one.Code] = append(said[one.Code], one.Message)
		}
	}
	return said
}

// failures are the errors of fixtures/reject, and of command lines.
func failures(t *testing.T) (all []findingJSON) {
	t.Helper()
	fail := func(args []string, stream string) {
		p := &program{Process: fixtureProcess(args, stream, io.Discard, io.Discard)}
		root := p.rootCommand()
		root.SetArgs(args)
		p.fail(root.Execute())
		all = append(all, p.errors...)
	}
	for _, name := range fixtureCases(t, "reject") {
		c := readFixture(t, "reject", name)
		fail(c.paths(), c.input)
	}
	fail([]string{"--zzz"}, "")
	fail([]string{"fetch", "gitlab.test:1:2"}, "")
	for _, version := range []string{"1", "8.3.0", "0.61.2", "0.17.0"} {
		fail([]string{"values", "--host=gitlab.example.com", "--cert=" + fixturesDir + "/certs/ca.crt", "--chart-version=" + version}, "")
	}
	return all
}

// judged are the findings about servers that trust/probe has recorded, and those of verify about
// what a runner or the kubelet cannot read.
func judged(t *testing.T) (all []findingJSON) {
	t.Helper()
	paths, err := filepath.Glob("../trust/probe/testdata/scenarios/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal(err)
	}
	finding := regexp.MustCompile(`(?m)^(?:\w+: \w+, )?([a-z0-9-]+): (.+)$`)
	for _, path := range paths {
		for _, found := range finding.FindAllStringSubmatch(readFile(t, path), -1) {
			all = append(all, findingJSON{Code: trust.Code(found[1]), Message: found[2]})
		}
	}
	patched := readFile(t, fixturesDir+"/accept/current/output.yaml")
	for _, manifests := range []string{
		strings.ReplaceAll(patched, "BEGIN CERTIFICATE", "lost"),
		strings.ReplaceAll(patched, "END CERTIFICATE", "lost"),
		readFile(t, fixturesDir+"/verify/stale-volume/input.yaml"),
	} {
		stdout, _, _ := call(t, manifests, nil, "verify", "-o", "json")
		var result auditJSON
		if err := json.Unmarshal([]byte(stdout), &result); err != nil || len(result.Runners) != 1 {
			t.Fatalf("%v: %s", err, stdout)
		}
		all = append(all, result.Runners[0].Finding)
	}
	return all
}

// parsed are the files of a package, without its tests.
func parsed(t *testing.T, folder string) (files []*ast.File) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

// codeConstants are the codes of a file by the names of their constants.
func codeConstants(t *testing.T, file *ast.File) map[string]trust.Code {
	t.Helper()
	constants := map[string]trust.Code{}
	ast.Inspect(file, func(node ast.Node) bool {
		if spec, ok := node.(*ast.ValueSpec); ok {
			for i, about := range codesOf(t, spec) {
				constants[spec.Names[i].Name] = about
			}
		}
		return true
	})
	return constants
}

// given are the codes that a function gives.
func given(function ast.Node, givers map[string]trust.Code) (codes []trust.Code) {
	ast.Inspect(function, func(node ast.Node) bool {
		if name, ok := node.(*ast.Ident); ok {
			if about, found := givers[name.Name]; found {
				codes = append(codes, about)
			}
		}
		return true
	})
	return codes
}

// textsIn are the texts in a function; those that are put together are one, with %v for the rest.
func textsIn(function ast.Node) (texts []string) {
	ast.Inspect(function, func(node ast.Node) bool {
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
