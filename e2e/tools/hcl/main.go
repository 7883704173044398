// Command hcl reads a Terraform configuration with one helm_release and prints what the release
// says as JSON. Everything in it is held against the names of Terraform and of version 3 of the
// Helm provider, as its documentation has them: what is not among them is an error.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// A configuration is what a file may hold.
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
	Resource struct {
		Type string   `hcl:"type,label"`
		Name string   `hcl:"name,label"`
		Body hcl.Body `hcl:",remain"`
	} `hcl:"resource,block"`
}

// A Release is a helm_release, with the arguments that examples use.
type Release struct {
	Name            string     `hcl:"name" json:"name"`
	Namespace       string     `hcl:"namespace,optional" json:"namespace"`
	CreateNamespace bool       `hcl:"create_namespace,optional" json:"create_namespace"`
	Repository      string     `hcl:"repository,optional" json:"repository"`
	Chart           string     `hcl:"chart" json:"chart"`
	Version         string     `hcl:"version,optional" json:"version"`
	Values          []string   `hcl:"values,optional" json:"values"`
	Description     string     `hcl:"description,optional" json:"description"`
	PostRender      PostRender `hcl:"postrender,optional" json:"postrender"`
}

// A PostRender is the program behind Helm.
type PostRender struct {
	BinaryPath string   `cty:"binary_path" json:"binary_path"`
	Args       []string `cty:"args" json:"args"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: hcl FILE")
		os.Exit(2)
	}
	release, err := read(os.Args[1])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(release)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path string) (*Release, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if string(hclwrite.Format(text)) != string(text) {
		return nil, fmt.Errorf("%s: not in the form of terraform fmt", path)
	}
	file, diagnostics := hclparse.NewParser().ParseHCL(text, path)
	if diagnostics.HasErrors() {
		return nil, diagnostics
	}
	var c configuration
	var release Release
	names := environment(filepath.Dir(path))
	if diagnostics := gohcl.DecodeBody(file.Body, names, &c); diagnostics.HasErrors() {
		return nil, diagnostics
	}
	if diagnostics := gohcl.DecodeBody(c.Resource.Body, names, &release); diagnostics.HasErrors() {
		return nil, diagnostics
	}
	switch {
	case c.Provider.Name != "helm":
		return nil, fmt.Errorf("%s: provider %q, want helm", path, c.Provider.Name)
	case c.Resource.Type != "helm_release":
		return nil, fmt.Errorf("%s: resource %q, want helm_release", path, c.Resource.Type)
	case c.Terraform.RequiredProviders.Helm["source"] != "hashicorp/helm":
		return nil, fmt.Errorf("%s: required_providers.helm has the source %q", path, c.Terraform.RequiredProviders.Helm["source"])
	}
	return &release, nil
}

// environment has the variables and functions that examples use, for files of a folder.
func environment(folder string) *hcl.EvalContext {
	ofFile := func(result func(content []byte) string) function.Function {
		return function.New(&function.Spec{
			Params: []function.Parameter{{Name: "path", Type: cty.String}},
			Type:   function.StaticReturnType(cty.String),
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
				content, err := os.ReadFile(args[0].AsString())
				return cty.StringVal(result(content)), err
			},
		})
	}
	return &hcl.EvalContext{
		Variables: map[string]cty.Value{"path": cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal(folder)})},
		Functions: map[string]function.Function{
			"file": ofFile(func(content []byte) string { return string(content) }),
			"filesha256": ofFile(func(content []byte) string {
				sum := sha256.Sum256(content)
				return hex.EncodeToString(sum[:])
			}),
		},
	}
}
