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
	build := exec.Command("go", "build", "-o", k.program, ".")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
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
	list := "resources: [all.yaml]\n"
	if len(transformers) > 0 {
		list += "transformers: [" + strings.Join(transformers, ", ") + "]\n"
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
	input, err := os.ReadFile("../fixtures/accept/ingress/input.yaml")
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
	input, err := os.ReadFile("../fixtures/accept/current/input.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for says, function := range map[string]string{
		"field certificat not found": function("RunnerTrust", "{certificat: x}"),
		"no certificate is given":    function("RunnerTrust", "{}"),
		"no file":                    function("RunnerTrustVerify", "{}"),
	} {
		k := newKustomization(t, string(input))
		k.write(t, "function.yaml", function)
		out, stderr, err := k.build(t, "function.yaml")
		if err == nil || out != "" || !strings.Contains(stderr, says) {
			t.Errorf("want %q: %v\n%s%s", says, err, stderr, out)
		}
	}
}
