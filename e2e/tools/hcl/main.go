// Command hcl reads a Terraform configuration with one helm_release and prints what the release
// says as JSON. Everything in it is held against the names of Terraform and of version 3 of the
// Helm provider, as its documentation has them: what is not among them is an error.
package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsimple"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// A configuration is what a file may hold: a helm_release with the arguments that examples use.
type configuration struct {
	Terraform struct {
		RequiredVersion   string `hcl:"required_version,optional"`
		RequiredProviders struct {
			Helm map[string]string `hcl:"helm"`
		} `hcl:"required_providers,block"`
	} `hcl:"terraform,block"`
	Provider struct {
		Name       string            `hcl:"name,label"`
		Kubernetes map[string]string `hcl:"kubernetes,optional"`
	} `hcl:"provider,block"`
	Release struct {
		Type            string   `hcl:"type,label"`
		Label           string   `hcl:"label,label"`
		Name            string   `hcl:"name" json:"name"`
		Namespace       string   `hcl:"namespace,optional" json:"namespace"`
		CreateNamespace bool     `hcl:"create_namespace,optional" json:"create_namespace"`
		Repository      string   `hcl:"repository,optional" json:"repository"`
		Chart           string   `hcl:"chart" json:"chart"`
		Version         string   `hcl:"version,optional" json:"version"`
		Values          []string `hcl:"values,optional" json:"values"`
		Description     string   `hcl:"description,optional" json:"description"`
		PostRender      struct {
			BinaryPath string   `cty:"binary_path" json:"binary_path"`
			Args       []string `cty:"args" json:"args"`
		} `hcl:"postrender,optional" json:"postrender"`
	} `hcl:"resource,block"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: hcl FILE")
		os.Exit(2)
	}
	c, err := read(os.Args[1])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(c.Release)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path string) (c configuration, err error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	if string(hclwrite.Format(text)) != string(text) {
		return c, fmt.Errorf("%s: not in the form of terraform fmt", path)
	}
	// It tells HCL from JSON by the file's name, and does not know .tf.
	if err := hclsimple.Decode(path+".hcl", text, environment(filepath.Dir(path)), &c); err != nil {
		return c, err
	}
	names := c.Provider.Name + " " + c.Release.Type + " " + c.Terraform.RequiredProviders.Helm["source"]
	if want := "helm helm_release hashicorp/helm"; names != want {
		return c, fmt.Errorf("%s: provider, resource and source are %q, want %q", path, names, want)
	}
	return c, nil
}

// environment has the variables and functions that examples use, for files of a folder.
func environment(folder string) *hcl.EvalContext {
	ofFile := func(result func(text []byte) string) function.Function {
		return function.New(&function.Spec{
			Params: []function.Parameter{{Name: "path", Type: cty.String}},
			Type:   function.StaticReturnType(cty.String),
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
				text, err := os.ReadFile(args[0].AsString())
				return cty.StringVal(result(text)), err
			},
		})
	}
	return &hcl.EvalContext{
		Variables: map[string]cty.Value{"path": cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal(folder)})},
		Functions: map[string]function.Function{
			"file":       ofFile(func(text []byte) string { return string(text) }),
			"filesha256": ofFile(func(text []byte) string { return fmt.Sprintf("%x", sha256.Sum256(text)) }),
		},
	}
}
