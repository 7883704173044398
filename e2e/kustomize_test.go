package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"helm-runnertrust/e2e/internal/tool"
)

// kustomization is a folder with the manifests of a fixture, and functions that kustomize runs.
type kustomization struct {
	folder, program, kustomize string
}

// newKustomization builds the program beside the manifests, where the functions name it.
func newKustomization(t *testing.T, manifests string) kustomization {
	t.Helper()
	k := kustomization{folder: t.TempDir(), kustomize: tool.Path(t, "kustomize")}
	k.program = filepath.Join(k.folder, "helm-runnertrust")
	if err := tool.Program(k.program, ".."); err != nil {
		t.Fatal(err)
	}
	k.write(t, "all.yaml", manifests)
	return k
}

func (k kustomization) write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(k.folder, name), []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// function is a configuration of ours that kustomize runs the program for.
func function(kind, spec string) string {
	return fmt.Sprintf(`apiVersion: helm-runnertrust/v1
kind: %s
metadata:
  name: %s
  annotations:
    config.kubernetes.io/function: |
      exec: {path: ./helm-runnertrust}
spec: %s
`, kind, strings.ToLower(kind), spec)
}

func (k kustomization) build(t *testing.T, transformers ...string) (out, stderr string, err error) {
	t.Helper()
	return k.validate(t, transformers)
}

// validate is build with validators, which run after the transformers.
func (k kustomization) validate(t *testing.T, transformers []string, validators ...string) (out, stderr string, err error) {
	t.Helper()
	list := "resources: [all.yaml]\n"
	for field, functions := range map[string][]string{"transformers": transformers, "validators": validators} {
		if len(functions) > 0 {
			list += field + ": [" + strings.Join(functions, ", ") + "]\n"
		}
	}
	k.write(t, "kustomization.yaml", list)
	var said strings.Builder
	cmd := exec.Command(k.kustomize, "build", "--enable-alpha-plugins", "--enable-exec", ".")
	cmd.Dir = k.folder // what paths of the configuration are relative to
	cmd.Stderr = &said
	text, err := cmd.Output()
	return string(text), said.String(), err
}

// TestKustomize has the real kustomize run the function: the objects are those that the filter
// makes of the same ones, and verify changes nothing.
func TestKustomize(t *testing.T) {
	input, err := os.ReadFile("../fixtures/base/ingress.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ spec, flag string }{
		"file":    {"{certificateFile: ca.crt}", "--cert=ca.crt"},
		"secret":  {"{fromSecret: gitlab-ca, via: env}", "--from-secret=gitlab-ca --via=env"},
		"ingress": {"{jobs: true}", "--jobs"},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKustomization(t, string(input))
			k.write(t, "trust.yaml", function("RunnerTrust", c.spec))
			k.write(t, "verify.yaml", function("RunnerTrustVerify", "{allowUnknown: true}"))
			ca, err := os.ReadFile("../fixtures/certs/ca.crt")
			if err != nil {
				t.Fatal(err)
			}
			k.write(t, "ca.crt", string(ca))
			plain, stderr, err := k.build(t)
			if err != nil {
				t.Fatalf("%v\n%s", err, stderr)
			}
			cmd := exec.Command(k.program, strings.Fields(c.flag)...)
			cmd.Stdin, cmd.Dir = strings.NewReader(plain), k.folder
			want, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			got, stderr, err := k.build(t, "trust.yaml", "verify.yaml")
			if err != nil {
				t.Fatalf("%v\n%s", err, stderr)
			}
			if g, w := objects(t, got), objects(t, string(want)); !reflect.DeepEqual(g, w) {
				t.Errorf("%s", differences(g, w))
			}
		})
	}
}

// TestKustomizeFails has kustomize show why, and no manifests.
func TestKustomizeFails(t *testing.T) {
	input, err := os.ReadFile("../fixtures/base/current.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for says, function := range map[string]string{
		"spec.certificat: it is not known": function("RunnerTrust", "{certificat: x}"),
		"there is no certificate":          function("RunnerTrust", "{}"),
		"no file":                          function("RunnerTrustVerify", "{}"),
	} {
		k := newKustomization(t, string(input))
		k.write(t, "function.yaml", function)
		out, stderr, err := k.build(t, "function.yaml")
		if err == nil || out != "" || !strings.Contains(stderr, says) {
			t.Errorf("want %q: %v\n%s%s", says, err, stderr, out)
		}
	}
}

// TestKustomizeValidator has verify run as a validator: kustomize takes that once a function has
// returned the items unchanged, and refuses any program without one, be it cat.
func TestKustomizeValidator(t *testing.T) {
	input, err := os.ReadFile("../fixtures/base/ingress.yaml")
	if err != nil {
		t.Fatal(err)
	}
	ca, err := os.ReadFile("../fixtures/certs/ca.crt")
	if err != nil {
		t.Fatal(err)
	}
	k := newKustomization(t, string(input))
	k.write(t, "ca.crt", string(ca))
	k.write(t, "trust.yaml", function("RunnerTrust", "{certificateFile: ca.crt}"))
	k.write(t, "verify.yaml", function("RunnerTrustVerify", "{}"))
	k.write(t, "strict.yaml", function("RunnerTrustVerify", "{expiresWithin: 36500d}"))
	k.write(t, "cat.yaml", strings.Replace(function("RunnerTrustVerify", "{}"), "./helm-runnertrust", "/bin/cat", 1))
	const modified = "validator shouldn't modify the resource map"
	for name, c := range map[string]struct {
		transformers []string
		validator    string
		says         string // "" passes
	}{
		"passes":          {[]string{"trust.yaml", "verify.yaml"}, "verify.yaml", ""},
		"behind cat":      {[]string{"trust.yaml", "cat.yaml"}, "verify.yaml", ""},
		"refuses":         {[]string{"trust.yaml", "verify.yaml"}, "strict.yaml", "it will have stopped working by"},
		"without a file":  {[]string{"cat.yaml"}, "verify.yaml", "no file"},
		"trust alone":     {[]string{"trust.yaml"}, "verify.yaml", modified},
		"cat alone":       {nil, "cat.yaml", modified},
		"cat after trust": {[]string{"trust.yaml"}, "cat.yaml", modified},
	} {
		t.Run(name, func(t *testing.T) {
			out, stderr, err := k.validate(t, c.transformers, c.validator)
			if c.says == "" {
				want, _, _ := k.build(t, c.transformers...)
				if err != nil || out == "" || out != want {
					t.Errorf("%v\n%s%s", err, stderr, out)
				}
				return
			}
			if err == nil || out != "" || !strings.Contains(stderr, c.says) {
				t.Errorf("want %q: %v\n%.500s\n%s", c.says, err, stderr, out)
			}
		})
	}
}
