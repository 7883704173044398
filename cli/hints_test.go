package cli

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"helm-runnertrust/trust"
	"helm-runnertrust/trust/trusttest"
	"helm-runnertrust/trust/trusttest/golden"
)

// codePackages are the folders whose constants of type Code can reach a person.
var codePackages = []string{"../trust", "../trust/probe", "../render", "../render/manifest", "../render/audit"}

// declaredCodes are the values of all constants of type Code in a folder.
func declaredCodes(t *testing.T, folder string) []trust.Code {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var codes []trust.Code
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.KeyValueExpr:
				key, isName := node.Key.(*ast.Ident)
				if literal, ok := node.Value.(*ast.BasicLit); ok && isName && key.Name == "Code" && !strings.HasSuffix(path, "_test.go") {
					t.Errorf("%s: the code %s is no constant", path, literal.Value)
				}
			case *ast.ValueSpec:
				codes = append(codes, codesOf(t, node)...)
			}
			return true
		})
	}
	if len(codes) == 0 {
		t.Fatalf("no codes in %s", folder)
	}
	return codes
}

func codesOf(t *testing.T, spec *ast.ValueSpec) (codes []trust.Code) {
	t.Helper()
	name := ""
	switch typed := spec.Type.(type) {
	case *ast.Ident:
		name = typed.Name
	case *ast.SelectorExpr:
		name = typed.Sel.Name
	}
	if name != "Code" {
		return nil
	}
	for _, value := range spec.Values {
		literal, ok := value.(*ast.BasicLit)
		if !ok {
			t.Fatalf("%v is no literal", spec.Names)
		}
		code, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, trust.Code(code))
	}
	return codes
}

// TestHints holds that every code has a hint or is marked as having none, and what the hints say on
// each occasion.
func TestHints(t *testing.T) {
	declared := map[trust.Code]bool{}
	for _, folder := range codePackages {
		for _, code := range declaredCodes(t, folder) {
			declared[code] = true
			if _, found := hints()[code]; !found {
				t.Errorf("%s: the code %q is not in hints", folder, code)
			}
		}
	}
	var text strings.Builder
	for _, code := range slices.Sorted(maps.Keys(hints())) {
		if !declared[code] {
			t.Errorf("hints has the code %q, which no package has", code)
		}
		fmt.Fprintf(&text, "%s\n%s", code, occasions(code))
	}
	golden.Compare(t, filepath.Join("testdata", "hints.txt"), text.String())
}

// occasions are the hints of a code, each with the occasions on which it is given.
func occasions(code trust.Code) string {
	named := trusttest.SelfSigned(trusttest.Template{DNSNames: []string{"gitlab.example.com"}}).Certificate
	unnamed := trusttest.SelfSigned(trusttest.Template{CommonName: "gitlab.example.com"}).Certificate
	on := map[string][]string{}
	for _, about := range []struct {
		name  string
		topic topic
	}{
		{"files", topic{}},
		{"manifests", topic{occasion: ofManifests}},
		{"fetch", topic{occasion: ofFetch, leaf: named}},
		{"verdict", topic{occasion: ofVerdict, leaf: named}},
		{"verdict without names", topic{occasion: ofVerdict, leaf: unnamed}},
	} {
		said := about.topic.of(trust.Finding{Code: code, Host: "gitlab.example.com:8443"})
		on[said] = append(on[said], about.name)
	}
	var text strings.Builder
	for _, said := range slices.Sorted(maps.Keys(on)) {
		switch {
		case len(on) == 1 && said == "":
			text.WriteString("    nothing\n")
		case len(on) == 1:
			fmt.Fprintf(&text, "    %s\n", said)
		case said != "":
			fmt.Fprintf(&text, "    %s: %s\n", strings.Join(on[said], ", "), said)
		}
	}
	return text.String()
}

// TestHintWithoutHost has a word to be replaced where the host is not known.
func TestHintWithoutHost(t *testing.T) {
	if got, want := hintFor(trust.CodeEmpty, topic{}), "get the chain from the server: helm runnertrust fetch HOST --save FILE"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
