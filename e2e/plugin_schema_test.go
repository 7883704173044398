//go:build gitops

package e2e

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// goTypes are the structs that a Go file declares, by name.
type goTypes map[string]*ast.StructType

// checkPlugin holds a ConfigManagementPlugin against the Go types that Argo CD reads it into. Argo
// CD itself takes any field; to build it for its types alone would take longer than all other checks.
func checkPlugin(t *testing.T, path string) error {
	source := filepath.Join(moduleFolder(t, "github.com/argoproj/argo-cd/v3"), "cmpserver/plugin/config.go")
	file, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	types := goTypes{}
	ast.Inspect(file, func(node ast.Node) bool {
		if spec, ok := node.(*ast.TypeSpec); ok {
			if s, ok := spec.Type.(*ast.StructType); ok {
				types[spec.Name.Name] = s
			}
		}
		return true
	})
	if types["PluginConfig"] == nil {
		return fmt.Errorf("%s declares no PluginConfig", source)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var config object
	if err := yaml.UnmarshalStrict(content, &config); err != nil {
		return err
	}
	return types.hold("", config, types["PluginConfig"])
}

// hold returns an error for the first field that the type does not have, or that is of another kind.
func (types goTypes) hold(place string, value any, as ast.Expr) error {
	switch as := as.(type) {
	case *ast.Ident:
		if declared := types[as.Name]; declared != nil {
			return types.hold(place, value, declared)
		}
		if kind := reflect.TypeOf(value).Kind().String(); kind != as.Name {
			return fmt.Errorf("%s is a %s, want %s", place, kind, as.Name)
		}
	case *ast.ArrayType:
		items, isList := value.([]any)
		if !isList {
			return fmt.Errorf("%s is no list", place)
		}
		for i, item := range items {
			if err := types.hold(fmt.Sprintf("%s[%d]", place, i), item, as.Elt); err != nil {
				return err
			}
		}
	case *ast.StructType:
		fields, isMap := value.(object)
		if !isMap {
			return fmt.Errorf("%s is no object", place)
		}
		known := types.fields(as)
		for name, field := range fields {
			if known[name] == nil {
				return fmt.Errorf("%s.%s is no field of Argo CD's", place, name)
			}
			if err := types.hold(place+"."+name, field, known[name]); err != nil {
				return err
			}
		}
	}
	return nil // a type of another package: metadata
}

// fields are a struct's by the names that JSON has for them.
func (types goTypes) fields(s *ast.StructType) map[string]ast.Expr {
	found := map[string]ast.Expr{}
	for _, field := range s.Fields.List {
		tag := ""
		if field.Tag != nil {
			tag = reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("json")
		}
		name, _, _ := strings.Cut(tag, ",")
		embedded, local := field.Type.(*ast.Ident)
		switch {
		case len(field.Names) > 0 && name == "":
			found[strings.ToLower(field.Names[0].Name)] = field.Type
		case len(field.Names) > 0:
			found[name] = field.Type
		case local && types[embedded.Name] != nil:
			for name, inner := range types.fields(types[embedded.Name]) {
				found[name] = inner
			}
		default: // metav1.TypeMeta
			found["apiVersion"], found["kind"] = ast.NewIdent("string"), ast.NewIdent("string")
		}
	}
	return found
}
